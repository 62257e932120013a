/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-labels.h"

#include <string.h>

typedef struct { const char *key, *value; guint order; } Pair;

static int
compare_pairs (gconstpointer a, gconstpointer b)
{
  const Pair *l = a, *r = b;
  int order = strcmp (l->key, r->key);

  return order ? order : (l->order > r->order) - (l->order < r->order);
}

QdLabels *
qd_labels_new (char **pairs)
{
  guint n = pairs ? g_strv_length (pairs) / 2 : 0;
  g_autoptr (GArray) sorted = g_array_sized_new (FALSE, FALSE, sizeof (Pair), n);
  QdLabels *self = g_malloc0 (sizeof *self + sizeof (QdLabel) * n);

  for (guint i = 0; i < n; i++)
    g_array_append_val (sorted, ((Pair) { pairs[2 * i], pairs[2 * i + 1], i }));
  g_array_sort (sorted, compare_pairs);
  self->ref_count = 1;
  self->hash = 5381;
  for (guint i = 0; i < n; i++)
    {
      const Pair *pair = &g_array_index (sorted, Pair, i);

      if (i + 1 < n && g_str_equal (pair->key, pair[1].key))
        continue;
      self->labels[self->n++] = (QdLabel) { g_ref_string_new_intern (pair->key), g_ref_string_new_intern (pair->value) };
      self->hash = (self->hash * 33 + g_str_hash (pair->key)) * 33 + g_str_hash (pair->value);
    }
  return self;
}

QdLabels *
qd_labels_ref (QdLabels *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
qd_labels_unref (QdLabels *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  for (guint i = 0; i < self->n; i++)
    {
      g_ref_string_release (self->labels[i].key);
      g_ref_string_release (self->labels[i].value);
    }
  g_free (self);
}

const char *
qd_labels_get (const QdLabels *self, const char *key)
{
  guint low = 0, high = self->n;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      int order = key == self->labels[middle].key ? 0 : strcmp (key, self->labels[middle].key);

      if (order == 0)
        return self->labels[middle].value;
      if (order < 0)
        high = middle;
      else
        low = middle + 1;
    }
  return NULL;
}

QdLabels *
qd_labels_with (QdLabels *self, const char *key, const char *value)
{
  g_autoptr (GPtrArray) pairs = NULL;

  if (g_strcmp0 (qd_labels_get (self, key), value) == 0)
    return qd_labels_ref (self);
  pairs = g_ptr_array_new ();
  for (guint i = 0; i < self->n; i++)
    {
      g_ptr_array_add (pairs, self->labels[i].key);
      g_ptr_array_add (pairs, self->labels[i].value);
    }
  g_ptr_array_add (pairs, (char *) key);
  g_ptr_array_add (pairs, (char *) value);
  g_ptr_array_add (pairs, NULL);
  return qd_labels_new ((char **) pairs->pdata);
}

gboolean
qd_labels_equal (const QdLabels *a, const QdLabels *b)
{
  return a == b || (a->hash == b->hash && a->n == b->n && memcmp (a->labels, b->labels, sizeof *a->labels * a->n) == 0);
}

char *
qd_labels_to_text (const QdLabels *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->n; i++)
    g_string_append_printf (text, "%s%s=%s", i ? "," : "", self->labels[i].key, self->labels[i].value);
  return g_string_free_and_steal (text);
}
