/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-question-private.h"

#include <math.h>
#include <glib/gi18n.h>

#include "qd-display.h"

/* --- Rows -------------------------------------------------------------------------------------- */

struct _QdTopologyRow {
  GObject parent_instance;

  QdEntity *entity;       /* or NULL */
  char *title, *subtitle;
};

G_DEFINE_FINAL_TYPE (QdTopologyRow, qd_topology_row, G_TYPE_OBJECT)

static void
qd_topology_row_finalize (GObject *object)
{
  QdTopologyRow *self = QD_TOPOLOGY_ROW (object);

  g_clear_object (&self->entity);
  g_free (self->title);
  g_free (self->subtitle);
  G_OBJECT_CLASS (qd_topology_row_parent_class)->finalize (object);
}

static void
qd_topology_row_class_init (QdTopologyRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_topology_row_finalize;
}

static void
qd_topology_row_init (QdTopologyRow *self)
{
}

QdTopologyRow *
qd_topology_row_new (QdEntity *entity, const char *title, const char *subtitle)
{
  QdTopologyRow *self = g_object_new (QD_TYPE_TOPOLOGY_ROW, NULL);

  self->entity = entity ? g_object_ref (entity) : NULL;
  self->title = g_strdup (title ? title : qd_entity_get_name (entity));
  self->subtitle = g_strdup (subtitle);
  return self;
}

QdEntity *qd_topology_row_get_entity (QdTopologyRow *self) { return self->entity; }
const char *qd_topology_row_get_title (QdTopologyRow *self) { return self->title; }
const char *qd_topology_row_get_subtitle (QdTopologyRow *self) { return self->subtitle; }

/* --- What all answers have --------------------------------------------------------------------- */

/* Rows are gathered and handed over at once: a list that hears of thousands one by one is slow. */
typedef struct { QdTopologyInquiry *inquiry; QdTopologyAnswer *answer; GPtrArray *rows; } Telling;

static void
add_row (Telling *telling, QdEntity *entity, const char *title, const char *subtitle)
{
  g_ptr_array_add (telling->rows, qd_topology_row_new (entity, title, subtitle));
}

static QdEntity *
node_at (Telling *telling, guint i)
{
  return telling->inquiry->snapshot->nodes->pdata[i];
}

static QdEntity *
edge_at (Telling *telling, guint i)
{
  return telling->inquiry->snapshot->edges->pdata[i];
}

static void
set_look (Telling *telling, QdEntity *entity, QdTopologyLook look)
{
  if (entity)
    g_hash_table_insert (telling->answer->looks, g_object_ref (entity), GUINT_TO_POINTER (look));
}

static gboolean
is_about (Telling *telling, QdEntity *entity)
{
  return g_ptr_array_find (telling->inquiry->question->about, entity, NULL);
}

/* "Hamburg", "Hamburg and Oslo", "Hamburg and 3 more". (transfer full) */
static char *
name_subject (Telling *telling)
{
  GPtrArray *about = telling->inquiry->question->about;
  const char *first = qd_entity_get_name (about->pdata[0]);

  if (about->len == 1)
    return g_strdup (first);
  if (about->len == 2)
    return g_strdup_printf (_("%s and %s"), first, qd_entity_get_name (about->pdata[1]));
  return g_strdup_printf (ngettext ("%s and %u more", "%s and %u more", about->len - 1), first, about->len - 1);
}

/* Edges are lit where both their ends are. */
static void
light_between (Telling *telling)
{
  QdGraph *graph = telling->inquiry->snapshot->graph;
  GHashTable *looks = telling->answer->looks;
  guint m;
  const QdGraphEdge *edges = qd_graph_edges (graph, &m);

  for (guint i = 0; i < m; i++)
    if (edge_at (telling, i) && g_hash_table_contains (looks, node_at (telling, edges[i].src)) &&
        g_hash_table_contains (looks, node_at (telling, edges[i].dst)))
      set_look (telling, edge_at (telling, i), QD_LOOK_LIT);
}

/* --- Neighbourhood ----------------------------------------------------------------------------- */

static void
tell_neighbourhood (Telling *telling)
{
  QdTopologyInquiry *inquiry = telling->inquiry;
  guint n, found = 0, bad = 0, most = 0;
  g_autofree char *subject = name_subject (telling), *within = NULL;

  qd_graph_nodes (inquiry->snapshot->graph, &n);
  for (guint i = 0; i < n; i++)
    if (inquiry->hops[i] != G_MAXUINT)
      {
        set_look (telling, node_at (telling, i), QD_LOOK_LIT);
        most = MAX (most, inquiry->hops[i]);
        found += inquiry->hops[i] > 0;
        bad += inquiry->hops[i] > 0 && qd_entity_get_status (node_at (telling, i)) >= QD_STATUS_DEGRADED;
      }
  light_between (telling);
  /* The nearest first. */
  for (guint hop = 1; hop <= most; hop++)
    {
      g_autofree char *title = g_strdup_printf (ngettext ("%u hop away", "%u hops away", hop), hop);

      add_row (telling, NULL, title, NULL);
      for (guint i = 0; i < n; i++)
        if (inquiry->hops[i] == hop)
          add_row (telling, node_at (telling, i), NULL, qd_status_get_label (qd_entity_get_status (node_at (telling, i))));
    }
  within = g_strdup_printf (ngettext ("within %u hop of %s", "within %u hops of %s", inquiry->question->hops),
                            inquiry->question->hops, subject);
  /* Translators: how many, then "within 2 hops of Hamburg". */
  telling->answer->sentence = g_strdup_printf (ngettext ("There is %'u %s", "There are %'u %s", found), found, within);
  if (bad > 0)
    telling->answer->more = g_strdup_printf (ngettext ("%'u of them needs attention", "%'u of them need attention", bad), bad);
  else if (found > 0)
    telling->answer->more = g_strdup (_("None of them needs attention"));
}

/* --- Paths ------------------------------------------------------------------------------------- */

static char *
say_figures (const QdGraphPath *path)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, ngettext ("%u hop", "%u hops", path->n_edges), path->n_edges);
  if (isfinite (path->latency_ms))
    {
      g_string_append (out, ", ");
      g_string_append_printf (out, _("%.1f ms"), path->latency_ms);
    }
  if (isfinite (path->loss_pct))
    {
      g_string_append (out, ", ");
      g_string_append_printf (out, _("%.2f %% loss"), path->loss_pct);
    }
  if (path->unknown > 0)
    {
      g_string_append (out, ", ");
      g_string_append_printf (out, ngettext ("%u of them without a measurement", "%u of them without a measurement", path->unknown),
                              path->unknown);
    }
  return g_string_free (out, FALSE);
}

static const char *
say_apart (QdGraphApart apart)
{
  switch (apart)
    {
    case QD_GRAPH_APART_LOSS: return _("Only a path that loses everything joins them.");
    case QD_GRAPH_APART_DOWN: return _("What would join them is down.");
    case QD_GRAPH_APART_WAY: return _("What joins them leads the other way.");
    case QD_GRAPH_JOINED:
    case QD_GRAPH_APART:
    default: return _("Nothing joins them.");
    }
}

static void
tell_path (Telling *telling, const QdGraphPath *path, guint number)
{
  g_autofree char *figures = say_figures (path);
  g_autofree char *title = number == 0 ? g_strdup (_("Best")) : g_strdup_printf (_("Alternative %u"), number);

  add_row (telling, NULL, title, figures);
  for (guint i = 0; i < path->n_edges; i++)
    {
      QdEntity *edge = edge_at (telling, path->edges[i]);
      QdEntity *to = node_at (telling, path->nodes[i + 1]);
      g_autofree char *latency = edge && qd_entity_get_kind (edge) == QD_KIND_PATH
                                   ? qd_display_field_with_unit (telling->inquiry->fleet, edge, QD_PATH_LATENCY_MS) : NULL;

      add_row (telling, edge ? edge : to, edge ? NULL : qd_entity_get_name (to), latency && *latency ? latency : NULL);
      set_look (telling, edge, QD_LOOK_LIT);
      if (number == 0 && edge)
        g_ptr_array_add (telling->answer->route, g_object_ref (edge));
    }
  for (guint i = 0; i <= path->n_edges; i++)
    set_look (telling, node_at (telling, path->nodes[i]), QD_LOOK_LIT);
}

static void
tell_paths (Telling *telling)
{
  QdTopologyInquiry *inquiry = telling->inquiry;
  const char *from = qd_entity_get_name (inquiry->question->about->pdata[0]), *to = qd_entity_get_name (inquiry->question->about->pdata[1]);
  GPtrArray *paths = inquiry->paths->paths;
  g_autofree char *figures = NULL;

  for (guint i = 0; i < inquiry->question->about->len; i++)
    set_look (telling, inquiry->question->about->pdata[i], QD_LOOK_LIT);
  if (paths->len == 0)
    {
      telling->answer->sentence = g_strdup_printf (_("There is no way from %s to %s"), from, to);
      telling->answer->more = g_strdup (say_apart (inquiry->paths->apart));
      return;
    }
  for (guint i = 0; i < paths->len; i++)
    tell_path (telling, paths->pdata[i], i);
  figures = say_figures (paths->pdata[0]);
  telling->answer->sentence = g_strdup_printf (_("From %s to %s: %s"), from, to, figures);
  if (paths->len > 1)
    telling->answer->more = g_strdup_printf (ngettext ("%u alternative", "%u alternatives", paths->len - 1), paths->len - 1);
  else
    telling->answer->more = g_strdup (_("There is no other way: if one of these fails, they are apart."));
}

/* --- Impact ------------------------------------------------------------------------------------ */

static guint
tell_edges (Telling *telling, GArray *edges, const char *title)
{
  guint n = 0;

  for (guint i = 0; i < edges->len; i++)
    {
      QdEntity *edge = edge_at (telling, g_array_index (edges, guint, i));

      if (edge == NULL)
        continue;
      if (n++ == 0)
        add_row (telling, NULL, title, NULL);
      add_row (telling, edge, NULL, NULL);
      set_look (telling, edge, QD_LOOK_LOST);
    }
  return n;
}

static void
tell_flows (Telling *telling, GString *more)
{
  QdTopologyInquiry *inquiry = telling->inquiry;

  if (inquiry->n_flows == 0)
    {
      g_string_append (more, _("No flow that is known suffers."));
      return;
    }
  g_string_append_printf (more, ngettext ("%'u flow suffers", "%'u flows suffer", inquiry->n_flows), inquiry->n_flows);
  g_string_append (more, ", ");
  g_string_append_printf (more, ngettext ("%'u of them is active.", "%'u of them are active.", inquiry->n_active), inquiry->n_active);
  add_row (telling, NULL, _("Flows That Suffer"), NULL);
  for (guint i = 0; i < inquiry->flows->len; i++)
    add_row (telling, inquiry->flows->pdata[i], NULL, qd_display_word (qd_entity_get_string (inquiry->flows->pdata[i], QD_FLOW_STATE)));
  if (inquiry->n_flows > inquiry->flows->len)
    {
      g_autofree char *rest = g_strdup_printf (ngettext ("and %'u more", "and %'u more", inquiry->n_flows - inquiry->flows->len),
                                               inquiry->n_flows - inquiry->flows->len);
      add_row (telling, NULL, rest, NULL);
    }
}

static const char *
say_lost (const QdGraphLost *lost)
{
  /* Both ways is what the heading says. */
  if (lost->no_way_there && lost->no_way_back)
    return NULL;
  return lost->no_way_there ? _("can send, and hears nothing") : _("hears, and cannot send");
}

static void
tell_impact (Telling *telling)
{
  QdTopologyInquiry *inquiry = telling->inquiry;
  QdGraphImpact *impact = inquiry->impact;
  g_autofree char *subject = name_subject (telling);
  GString *more = g_string_new (NULL);
  guint lost = 0, gone;

  for (guint i = 0; i < inquiry->snapshot->nodes->len; i++)
    if (impact->rest[i])
      set_look (telling, node_at (telling, i), QD_LOOK_LIT);
  light_between (telling);
  for (guint i = 0; i < inquiry->question->about->len; i++)
    set_look (telling, inquiry->question->about->pdata[i], QD_LOOK_LOST);
  for (guint i = 0; i < impact->lost->len; i++)
    {
      const QdGraphLost *one = &g_array_index (impact->lost, QdGraphLost, i);
      QdEntity *entity = node_at (telling, one->node);

      if (is_about (telling, entity))
        continue;
      if (lost++ == 0)
        add_row (telling, NULL, _("Cut Off"), NULL);
      add_row (telling, entity, NULL, say_lost (one));
      set_look (telling, entity, QD_LOOK_LOST);
    }
  gone = tell_edges (telling, impact->edges, _("Paths That Go Down"));
  tell_edges (telling, impact->stranded, _("Paths That Are Cut Off"));
  if (lost > 0)
    telling->answer->sentence = g_strdup_printf (ngettext ("If %s fails, %'u thing cannot be reached any more",
                                                           "If %s fails, %'u things cannot be reached any more", lost), subject, lost);
  else
    telling->answer->sentence = g_strdup_printf (_("If %s fails, all the rest can still be reached"), subject);
  if (gone > 0)
    g_string_append_printf (more, ngettext ("%'u path goes with it.", "%'u paths go with it.", gone), gone);
  else
    g_string_append (more, _("No path goes with it."));
  g_string_append_c (more, ' ');
  tell_flows (telling, more);
  telling->answer->more = g_string_free (more, FALSE);
}

/* --- All --------------------------------------------------------------------------------------- */

QdTopologyAnswer *
qd_topology_inquiry_tell (QdTopologyInquiry *self)
{
  QdTopologyAnswer *answer = qd_topology_answer_new ();
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);
  Telling telling = { self, answer, rows };

  if (self->hops)
    tell_neighbourhood (&telling);
  else if (self->paths)
    tell_paths (&telling);
  else if (self->impact)
    tell_impact (&telling);
  else
    answer->sentence = g_strdup ("");
  g_list_store_splice (answer->rows, 0, 0, rows->pdata, rows->len);
  return answer;
}
