/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-policy.h"

G_BEGIN_DECLS

/*
 * Reading the fields of an object as the API does: one that is missing or null is not there, one of the
 * wrong type is an error. @path is where the object stands, as a JSON pointer; errors begin with the
 * pointer of what is wrong. All return FALSE with @error set.
 */
gboolean lab_field_wrong   (GError **error, const char *path, const char *format, ...) G_GNUC_PRINTF (3, 4);
gboolean lab_field_text    (JsonObject *object, const char *name, const char *path, const char **text, GError **error);
gboolean lab_field_number  (JsonObject *object, const char *name, const char *path, gint64 *number, gboolean *given,
                            GError **error);
gboolean lab_field_bool    (JsonObject *object, const char *name, const char *path, gboolean *value, GError **error);
gboolean lab_field_object  (JsonObject *object, const char *name, const char *path, JsonObject **found, GError **error);
gboolean lab_field_list    (JsonObject *object, const char *name, const char *path, JsonArray **found, GError **error);

/* Element @i as an object; null is an empty one, as in the API. Unref it. */
JsonObject *lab_element_object (JsonArray *array, guint i, const char *path, GError **error);
const char *lab_element_text   (JsonArray *array, guint i, const char *path, GError **error);

/* metadata.labels and the like into @labels; a key that is there already is replaced. */
gboolean lab_field_labels  (JsonObject *object, const char *name, const char *path, GArray *labels, GError **error);
void     lab_labels_set    (GArray *labels, const char *key, const char *value);
GArray  *lab_labels_new    (void);

/* A selector; *@selector is NULL where there is none. */
gboolean lab_field_selector (JsonObject *object, const char *name, const char *path, LabSelector **selector, GError **error);
LabSelector *lab_selector_new (void);
void     lab_selector_free (LabSelector *selector);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabSelector, lab_selector_free)

/* metadata: the name must be there and be one; *@namespace is "default" where it is absent. */
gboolean lab_field_names   (JsonObject *object, gboolean namespaced, const char **namespace, const char **name,
                            GError **error);

G_END_DECLS
