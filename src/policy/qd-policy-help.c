/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include "qd-policy-help.h"

#include <glib/gi18n-lib.h>

#include "qd-yaml-edit.h"

/* So many are called by their names, the rest are counted. */
#define MAX_NAMES 8

void
qd_policy_help_free (QdPolicyHelp *self)
{
  g_free (self->title);
  g_free (self->detail);
  g_free (self->doc);
  g_free (self->values);
  g_free (self->meant);
  g_free (self);
}

static char *
list_names (GPtrArray *workloads)
{
  GString *names = g_string_new (NULL);
  guint more = workloads->len > MAX_NAMES ? workloads->len - MAX_NAMES : 0;

  for (guint i = 0; i < workloads->len - more; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? _(", ") : "", ((const QdPolicyWorkload *) g_ptr_array_index (workloads, i))->text);
  if (more > 0)
    /* TRANSLATORS: at the end of a list of names */
    g_string_append_printf (names, ngettext (" and %'u more", " and %'u more", more), more);
  return g_string_free (names, FALSE);
}

static char *
say_meant (GPtrArray *workloads)
{
  g_autofree char *names = list_names (workloads);

  if (workloads->len == 0)
    return g_strdup (_("Matches no workload now."));
  return g_strdup_printf (ngettext ("Matches %'u workload now: %s", "Matches %'u workloads now: %s", workloads->len), workloads->len, names);
}

QdPolicyHelp *
qd_policy_help_new (const QdPolicyWhere *where)
{
  const QdYamlSpot *spot = where->spot;
  g_autoptr (GString) path = g_string_new (spot->is_value ? spot->value : spot->map);
  g_autoptr (GPtrArray) meant = NULL;
  const QdPolicyField *field;
  QdPolicyHelp *self;

  if (spot->end == spot->start || (spot->map == NULL && spot->value == NULL))
    return NULL;
  if (!spot->is_value && spot->has_colon)
    qd_yaml_pointer_append (path, spot->text);
  field = qd_policy_where_follow (where, path->str, NULL, NULL);
  if (field == NULL)
    return NULL;
  self = g_new0 (QdPolicyHelp, 1);
  self->title = g_strdup (field->name);
  self->detail = field->required ? g_strdup_printf (_("%s, required"), qd_policy_field_type_get_name (field->type))
                                 : g_strdup_printf (_("%s, optional"), qd_policy_field_type_get_name (field->type));
  self->doc = g_strdup (_(field->doc));
  if (field->values)
    {
      g_autofree char *values = g_strjoinv (_(", "), (char **) field->values);

      self->values = g_strdup_printf (_("May be: %s"), values);
    }
  meant = qd_policy_where_find_meant (where, path->str);
  self->meant = meant ? say_meant (meant) : NULL;
  return self;
}
