/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-axis.h"

#include <string.h>

static gboolean
matches (const QdPolicyEnd *end, const char *const *words)
{
  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    if (strstr (end->key, words[i]) == NULL)
      return FALSE;
  return TRUE;
}

static void
append (QdPolicyAxis *self, guint end, guint group, guint heading)
{
  QdPolicyLine line = { .end = end, .group = group, .heading = heading };

  g_array_append_val (self->lines, line);
}

/* Each group's lines learn where the next one begins. */
static void
link_groups (QdPolicyAxis *self)
{
  guint next = self->lines->len;

  for (guint i = self->lines->len; i-- > 0;)
    {
      QdPolicyLine *line = &g_array_index (self->lines, QdPolicyLine, i);

      line->next = next;
      if (line->end == QD_POLICY_NO_END)
        next = i;
    }
}

void
qd_policy_axis_fill (QdPolicyAxis *self, QdPolicyEnds *ends, const char *const *words, const guint8 *wanted)
{
  guint group = G_MAXUINT, heading = 0;

  qd_policy_axis_clear (self);
  self->lines = g_array_new (FALSE, FALSE, sizeof (QdPolicyLine));
  for (guint i = 0; ends != NULL && i < qd_policy_ends_get_n (ends); i++)
    {
      const QdPolicyEnd *end = qd_policy_ends_get (ends, i);

      if ((wanted != NULL && !wanted[i]) || !matches (end, words))
        continue;
      if (end->group != group)
        {
          group = end->group;
          heading = self->lines->len;
          append (self, QD_POLICY_NO_END, group, heading);
        }
      append (self, i, group, heading);
      self->n_ends++;
    }
  link_groups (self);
}

void
qd_policy_axis_clear (QdPolicyAxis *self)
{
  g_clear_pointer (&self->lines, g_array_unref);
  self->n_ends = 0;
}

guint
qd_policy_axis_get_n (const QdPolicyAxis *self)
{
  return self->lines != NULL ? self->lines->len : 0;
}

const QdPolicyLine *
qd_policy_axis_get (const QdPolicyAxis *self, guint line)
{
  return &g_array_index (self->lines, QdPolicyLine, line);
}

gboolean
qd_policy_axis_is_heading (const QdPolicyAxis *self, guint line)
{
  return qd_policy_axis_get (self, line)->end == QD_POLICY_NO_END;
}

guint
qd_policy_axis_find (const QdPolicyAxis *self, guint end)
{
  for (guint i = 0; i < qd_policy_axis_get_n (self); i++)
    if (qd_policy_axis_get (self, i)->end == end && end != QD_POLICY_NO_END)
      return i;
  return QD_POLICY_NO_LINE;
}

guint
qd_policy_axis_nearest (const QdPolicyAxis *self, gint64 line, int direction)
{
  gint64 n = qd_policy_axis_get_n (self);

  if (n == 0)
    return QD_POLICY_NO_LINE;
  line = CLAMP (line, 0, n - 1);
  if (!qd_policy_axis_is_heading (self, (guint) line))
    return (guint) line;
  /* After each heading there is an end, and before each but the first. */
  return direction < 0 && line > 0 ? (guint) line - 1 : (guint) line + 1;
}
