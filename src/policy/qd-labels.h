/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Keys and values are interned (g_ref_string_new_intern()): equal ones are the same pointer. */
typedef struct { char *key, *value; } QdLabel;

/* Labels of a pod or a namespace: sorted by key, immutable, reference counted, readable by any thread. */
typedef struct {
  int ref_count;
  guint hash;
  guint n;
  QdLabel labels[];
} QdLabels;

/* @pairs are key, value, key, value…; of a key that is there twice the last one counts. */
QdLabels *qd_labels_new (char **pairs);
QdLabels *qd_labels_ref (QdLabels *self);
void qd_labels_unref (QdLabels *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdLabels, qd_labels_unref)

/* NULL when there is none of that key. */
const char *qd_labels_get (const QdLabels *self, const char *key);
/* These, and one more (or another value of it) if it is not there. (transfer full) */
QdLabels *qd_labels_with (QdLabels *self, const char *key, const char *value);
gboolean qd_labels_equal (const QdLabels *a, const QdLabels *b);
char *qd_labels_to_text (const QdLabels *self);   /* "app=web,tier=front" */

G_END_DECLS
