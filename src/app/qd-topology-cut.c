/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-cut.h"

#include <glib/gi18n.h>

#include "qd-topology-private.h"

typedef struct {
  QdFleet *fleet;
  QdTopologyAnswer *answer;
  const QdPolicyCutPath *paths;
  guint n_paths;
  GPtrArray *rows;
  guint n_drained, n_thinned;   /* paths */
  guint n_lost;                 /* flows that name a path which is not known */
} Telling;

static gboolean
is_drained (const QdPolicyCutPath *path)
{
  return path->n_cut == path->n_flows;
}

/* "3 flows, 1.2 GB a day"; of a path that keeps some: "3 of 14 flows, 1.2 GB a day". (transfer full) */
static char *
say_loss (const QdPolicyCutPath *path)
{
  g_autofree char *size = path->bytes_a_day > 0 ? g_format_size ((guint64) path->bytes_a_day) : NULL;
  g_autofree char *flows = is_drained (path) ? g_strdup_printf (ngettext ("%'u flow", "%'u flows", path->n_cut), path->n_cut)
                                             : g_strdup_printf (ngettext ("%'u of %'u flow", "%'u of %'u flows", path->n_flows), path->n_cut, path->n_flows);

  return size ? g_strdup_printf (_("%s, %s a day"), flows, size) : g_steal_pointer (&flows);
}

static QdEntity *
find_path (Telling *telling, const QdPolicyCutPath *path)
{
  return qd_fleet_lookup (telling->fleet, path->path->connection, QD_KIND_PATH, path->path->id);
}

static void
tell_path (Telling *telling, QdEntity *entity, const QdPolicyCutPath *path)
{
  g_autofree char *loss = say_loss (path);
  QdTopologyLook look = is_drained (path) ? QD_LOOK_DRAINED : QD_LOOK_THINNED;

  g_ptr_array_add (telling->rows, qd_topology_row_new (entity, NULL, loss));
  g_hash_table_insert (telling->answer->looks, g_object_ref (entity), GUINT_TO_POINTER (look));
  g_hash_table_insert (telling->answer->notes, g_object_ref (entity), g_strdup_printf (_("Cut off: %s"), loss));
}

/* Returns how many there are. */
static guint
tell_paths (Telling *telling, gboolean drained, const char *title)
{
  guint n = 0;

  for (guint i = 0; i < telling->n_paths; i++)
    {
      const QdPolicyCutPath *path = &telling->paths[i];
      QdEntity *entity = is_drained (path) == drained ? find_path (telling, path) : NULL;

      if (entity == NULL)
        continue;
      if (n++ == 0)
        g_ptr_array_add (telling->rows, qd_topology_row_new (NULL, title, NULL));
      tell_path (telling, entity, path);
    }
  return n;
}

/* "They run by 3 paths, 1 of which carries nothing else. 2 of them run by no path that is known." NULL: nothing is cut off. (transfer full) */
static char *
say_more (Telling *telling)
{
  guint n = telling->n_drained + telling->n_thinned;
  g_autoptr (GString) out = g_string_new (NULL);

  if (n > 0)
    {
      g_string_append_printf (out, ngettext ("%'u path carries them.", "%'u paths carry them.", n), n);
      g_string_append_c (out, ' ');
      if (telling->n_drained > 0)
        g_string_append_printf (out, ngettext ("%'u of these carries nothing else.", "%'u of these carry nothing else.", telling->n_drained), telling->n_drained);
      else
        g_string_append (out, _("All of these carry other flows too."));
    }
  if (telling->n_lost > 0 && out->len > 0)
    g_string_append_c (out, ' ');
  if (telling->n_lost > 0)
    g_string_append_printf (out, ngettext ("%'u flow runs by no path that is known.", "%'u flows run by no path that is known.", telling->n_lost), telling->n_lost);
  return out->len > 0 ? g_string_free (g_steal_pointer (&out), FALSE) : NULL;
}

QdTopologyAnswer *
qd_topology_cut_tell (QdFleet *fleet, QdPolicyFlows *flows)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);
  Telling telling = { .fleet = fleet, .answer = qd_topology_answer_new (), .rows = rows, .n_lost = qd_policy_flows_get_n_pathless (flows) };

  telling.paths = qd_policy_flows_get_paths (flows, &telling.n_paths);
  for (guint i = 0; i < telling.n_paths; i++)
    if (find_path (&telling, &telling.paths[i]) == NULL)
      telling.n_lost += telling.paths[i].n_cut;
  telling.n_drained = tell_paths (&telling, TRUE, _("Paths That Lose All Their Flows"));
  telling.n_thinned = tell_paths (&telling, FALSE, _("Paths That Lose Some of Their Flows"));
  telling.answer->sentence = qd_policy_flows_dup_sentence (flows);
  if (telling.answer->sentence == NULL)
    telling.answer->sentence = g_strdup (_("No flow is known that the policies are about"));
  telling.answer->more = say_more (&telling);
  g_list_store_splice (telling.answer->rows, 0, 0, rows->pdata, rows->len);
  return telling.answer;
}
