/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-selector.h"

#include <stdlib.h>
#include <string.h>

static void
clear_requirement (gpointer data)
{
  QdRequirement *self = data;

  for (guint i = 0; i < self->n_values; i++)
    g_ref_string_release (self->values[i]);
  g_ref_string_release (self->key);
  g_free (self->values);
}

QdSelector *
qd_selector_new (void)
{
  QdSelector *self = g_new0 (QdSelector, 1);

  self->ref_count = 1;
  self->requirements = g_array_new (FALSE, FALSE, sizeof (QdRequirement));
  g_array_set_clear_func (self->requirements, clear_requirement);
  return self;
}

QdSelector *
qd_selector_ref (QdSelector *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
qd_selector_unref (QdSelector *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_array_unref (self->requirements);
  g_free (self->text);
  g_free (self);
}

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

void
qd_selector_add (QdSelector *self, const char *key, QdSelectorOperator operator, const char *const *values, guint n)
{
  g_autofree const char **sorted = g_memdup2 (values, sizeof *values * n);
  QdRequirement requirement = { g_ref_string_new_intern (key), operator, 0, g_new (char *, MAX (n, 1)) };

  if (n)
    qsort (sorted, n, sizeof *sorted, compare_words);
  for (guint i = 0; i < n; i++)
    if (i == 0 || !g_str_equal (sorted[i], sorted[i - 1]))
      requirement.values[requirement.n_values++] = g_ref_string_new_intern (sorted[i]);
  g_array_append_val (self->requirements, requirement);
}

static int
compare_requirements (gconstpointer a, gconstpointer b)
{
  const QdRequirement *l = a, *r = b;
  int order = strcmp (l->key, r->key);

  if (order == 0)
    order = (int) l->operator - (int) r->operator;
  if (order == 0)
    order = (l->n_values > r->n_values) - (l->n_values < r->n_values);
  for (guint i = 0; order == 0 && i < l->n_values; i++)
    order = strcmp (l->values[i], r->values[i]);
  return order;
}

char *
qd_requirement_to_text (const QdRequirement *self)
{
  g_autofree char *values = NULL;
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < self->n_values; i++)
    g_string_append_printf (list, "%s%s", i ? "," : "", self->values[i]);
  switch (self->operator)
    {
    case QD_SELECTOR_IN:
      return self->n_values == 1 ? g_strdup_printf ("%s=%s", self->key, list->str) : g_strdup_printf ("%s in (%s)", self->key, list->str);
    case QD_SELECTOR_NOT_IN:
      return self->n_values == 1 ? g_strdup_printf ("%s!=%s", self->key, list->str) : g_strdup_printf ("%s notin (%s)", self->key, list->str);
    case QD_SELECTOR_EXISTS:
      return g_strdup (self->key);
    case QD_SELECTOR_DOES_NOT_EXIST:
    default:
      return g_strconcat ("!", self->key, NULL);
    }
}

void
qd_selector_finish (QdSelector *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_array_sort (self->requirements, compare_requirements);
  for (guint i = 0; i < self->requirements->len; i++)
    {
      const QdRequirement *requirement = &g_array_index (self->requirements, QdRequirement, i);
      g_autofree char *word = qd_requirement_to_text (requirement);

      /* What is said twice, in matchLabels and in matchExpressions, is said once. */
      if (i && compare_requirements (requirement, requirement - 1) == 0)
        continue;
      if (text->len)
        g_string_append_c (text, ',');
      g_string_append (text, word);
    }
  g_free (self->text);
  self->text = g_strdup (text->str);
}

gboolean
qd_requirement_matches (const QdRequirement *self, const QdLabels *labels)
{
  const char *value = qd_labels_get (labels, self->key);
  gboolean among = FALSE;

  for (guint i = 0; value && !among && i < self->n_values; i++)
    among = self->values[i] == value;
  switch (self->operator)
    {
    case QD_SELECTOR_IN: return among;
    /* A key that is not there has none of the values. */
    case QD_SELECTOR_NOT_IN: return !among;
    case QD_SELECTOR_EXISTS: return value != NULL;
    case QD_SELECTOR_DOES_NOT_EXIST: default: return value == NULL;
    }
}

const QdRequirement *
qd_selector_find_unmet (const QdSelector *self, const QdLabels *labels)
{
  for (guint i = 0; i < self->requirements->len; i++)
    {
      const QdRequirement *requirement = &g_array_index (self->requirements, QdRequirement, i);

      if (!qd_requirement_matches (requirement, labels))
        return requirement;
    }
  return NULL;
}

gboolean
qd_selector_matches (const QdSelector *self, const QdLabels *labels)
{
  return !self->invalid && qd_selector_find_unmet (self, labels) == NULL;
}

gboolean
qd_selector_is_all (const QdSelector *self)
{
  return !self->invalid && self->requirements->len == 0;
}
