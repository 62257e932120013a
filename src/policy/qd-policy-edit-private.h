/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-edit.h"

G_BEGIN_DECLS

struct _QdPolicyEdit {
  QdYamlFile *file;
  guint document;
  JsonNode *root;     /* the document as it is to be */
  GError *error;      /* the first thing that could not be done */
};

void qd_policy_edit_fail (QdPolicyEdit *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* Gives @object a member; a new one stands behind those that come before it in @order. Takes @value. */
void qd_policy_edit_put (JsonObject *object, const char *key, JsonNode *value, const char *const *order);
/* The map or sequence @key of @parent, which is made where there is none; NULL: it is something else, or @parent is NULL. */
JsonObject *qd_policy_edit_map (QdPolicyEdit *self, JsonObject *parent, const char *key, const char *const *order);
JsonArray *qd_policy_edit_list (QdPolicyEdit *self, JsonObject *parent, const char *key, const char *const *order);

G_END_DECLS
