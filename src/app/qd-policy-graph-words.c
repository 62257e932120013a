/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-graph-words.h"

#include <glib/gi18n.h>

/* On a line there is room for so many letters. */
#define MAX_LABEL 26

static void
append_count (GString *out, guint n, const char *text)
{
  if (n == 0)
    return;
  if (out->len > 0)
    g_string_append (out, ", ");
  g_string_append_printf (out, text, n);
}

/* How many connections changed in which way. */
static void
append_counts (GString *out, const guint64 pairs[QD_POLICY_N_CELL_CHANGES])
{
  guint n[QD_POLICY_N_CELL_CHANGES];

  for (guint i = 0; i < QD_POLICY_N_CELL_CHANGES; i++)
    n[i] = (guint) MIN (pairs[i], G_MAXUINT);
  append_count (out, n[QD_POLICY_CELL_ALLOWED], ngettext ("%'u newly allowed", "%'u newly allowed", n[QD_POLICY_CELL_ALLOWED]));
  append_count (out, n[QD_POLICY_CELL_DENIED], ngettext ("%'u newly denied", "%'u newly denied", n[QD_POLICY_CELL_DENIED]));
  append_count (out, n[QD_POLICY_CELL_MIXED], ngettext ("%'u partly changed", "%'u partly changed", n[QD_POLICY_CELL_MIXED]));
}

char *
qd_policy_graph_tell_changes (QdPolicyGraph *self)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (!qd_policy_ends_has_before (qd_policy_graph_get_ends (self)))
    return NULL;
  append_counts (out, qd_policy_graph_get_tally (self)->pairs);
  return out->len > 0 ? g_strdup (out->str) : g_strdup (_("nothing would change"));
}

/* @whole: with its namespace. */
static char *
name_node (QdPolicyGraph *self, guint node, gboolean whole)
{
  guint n;
  const QdPolicyGraphNode *at = &qd_policy_graph_get_nodes (self, &n)[node];
  QdPolicyEnds *ends = qd_policy_graph_get_ends (self);
  const QdPolicyEnd *first = qd_policy_ends_get (ends, qd_policy_graph_get_members (self)[at->first]);
  const char *name = whole ? first->text : first->name;

  switch ((QdPolicyGraphSort) at->sort)
    {
    case QD_POLICY_GRAPH_GROUP:
      name = qd_policy_ends_get_group (ends, at->group);
      return whole ? g_strdup (name) : g_strdup_printf (C_("policy graph", "%s (%'u)"), name, at->n);
    case QD_POLICY_GRAPH_REST: return g_strdup_printf (ngettext ("%'u more workload", "%'u more workloads", at->n), at->n);
    case QD_POLICY_GRAPH_ALIKE: return g_strdup_printf (ngettext ("%s and %'u more", "%s and %'u more", at->n - 1), name, at->n - 1);
    case QD_POLICY_GRAPH_WORKLOAD:
    case QD_POLICY_GRAPH_RANGE:
    default: return g_strdup (name);
    }
}

char *
qd_policy_graph_name_node (QdPolicyGraph *self, guint node)
{
  return name_node (self, node, FALSE);
}

char *
qd_policy_graph_name_whole (QdPolicyGraph *self, guint node)
{
  return name_node (self, node, TRUE);
}

char *
qd_policy_graph_describe_node (QdPolicyGraph *self, guint node)
{
  guint n_lines;
  const QdPolicyGraphLine *lines = qd_policy_graph_get_lines (self, &n_lines);
  guint64 n[QD_POLICY_N_CELL_CHANGES] = { 0 };
  g_autofree char *name = qd_policy_graph_name_whole (self, node);
  g_autoptr (GString) out = g_string_new (NULL);
  guint same;

  for (guint i = 0; i < n_lines; i++)
    if (lines[i].a == node || lines[i].b == node)
      n[lines[i].change] += lines[i].n[QD_POLICY_GRAPH_THERE] + lines[i].n[QD_POLICY_GRAPH_BACK];
  append_counts (out, n);
  same = (guint) MIN (n[QD_POLICY_CELL_SAME], G_MAXUINT);
  if (qd_policy_ends_has_before (qd_policy_graph_get_ends (self)))
    append_count (out, same, ngettext ("%'u connection as before", "%'u connections as before", same));
  else
    append_count (out, same, ngettext ("%'u connection", "%'u connections", same));
  if (out->len == 0)
    g_string_append (out, _("no connections"));
  /* Translators: somebody, and how many connections they have. */
  return g_strdup_printf (C_("policy graph", "%s: %s"), name, out->str);
}

static void
append_way (GString *out, QdPolicyGraph *self, const QdPolicyGraphLine *line, guint way)
{
  const char *const words[QD_POLICY_N_CELL_CHANGES] = { _("may pass: %s"), _("newly allowed: %s"), _("newly denied: %s"), _("newly allowed: %s") };
  g_autofree char *from = qd_policy_graph_name_whole (self, way == QD_POLICY_GRAPH_THERE ? line->a : line->b);
  g_autofree char *to = qd_policy_graph_name_whole (self, way == QD_POLICY_GRAPH_THERE ? line->b : line->a);
  g_autofree char *ports = NULL, *lost = NULL;

  if (line->n[way] == 0)
    return;
  if (out->len > 0)
    g_string_append_c (out, '\n');
  /* Of one pair the matrix says it. */
  if (line->n[way] == 1)
    {
      g_autofree char *one = qd_policy_ends_describe (qd_policy_graph_get_ends (self), line->src[way], line->dst[way]);

      g_string_append (out, one);
      return;
    }
  /* Translators: a source, a destination, how many pairs of workloads. */
  g_string_append_printf (out, ngettext ("%s to %s, %'u connection", "%s to %s, %'u connections", (gulong) line->n[way]), from, to, (guint) MIN (line->n[way], G_MAXUINT));
  g_string_append (out, ": ");
  ports = qd_policy_ports_to_words (line->ports[way]);
  g_string_append_printf (out, words[line->change], ports);
  if (line->change == QD_POLICY_CELL_MIXED)
    {
      lost = qd_policy_ports_to_words (line->lost[way]);
      g_string_append (out, ", ");
      g_string_append_printf (out, words[QD_POLICY_CELL_DENIED], lost);
    }
  if (!line->uniform[way])
    g_string_append_printf (out, " %s", _("(not all of it for each)"));
}

char *
qd_policy_graph_describe_line (QdPolicyGraph *self, guint line)
{
  guint n;
  const QdPolicyGraphLine *at = &qd_policy_graph_get_lines (self, &n)[line];
  GString *out = g_string_new (NULL);

  append_way (out, self, at, QD_POLICY_GRAPH_THERE);
  append_way (out, self, at, QD_POLICY_GRAPH_BACK);
  return g_string_free (out, FALSE);
}

static char *
shorten (const char *sign, const char *ports)
{
  g_autofree char *text = g_strconcat (sign, ports, NULL), *begin = NULL;

  if (g_utf8_strlen (text, -1) <= MAX_LABEL)
    return g_steal_pointer (&text);
  begin = g_utf8_substring (text, 0, MAX_LABEL - 1);
  return g_strconcat (begin, "…", NULL);
}

char *
qd_policy_graph_label_line (QdPolicyGraph *self, guint line)
{
  static const char *const signs[QD_POLICY_N_CELL_CHANGES] = { "", "+ ", "− ", "± " };
  guint n;
  const QdPolicyGraphLine *at = &qd_policy_graph_get_lines (self, &n)[line];
  guint way = at->n[QD_POLICY_GRAPH_THERE] > 0 ? QD_POLICY_GRAPH_THERE : QD_POLICY_GRAPH_BACK;
  gboolean both = at->n[QD_POLICY_GRAPH_THERE] > 0 && at->n[QD_POLICY_GRAPH_BACK] > 0;
  g_autofree char *ports = NULL;

  if (at->change == QD_POLICY_CELL_SAME && qd_port_set_is_all (at->ports[way]) && at->uniform[way])
    return NULL;
  /* Where the one may on other ports than the other, the line cannot say it in a word. */
  if (!at->uniform[way] || (both && (!at->uniform[!way] || at->ports[0] != at->ports[1] || at->lost[0] != at->lost[1])))
    return g_strconcat (signs[at->change], _("several ports"), NULL);
  ports = qd_policy_ports_to_words (at->ports[way]);
  return shorten (signs[at->change], ports);
}

gboolean
qd_policy_graph_pick_flow (QdPolicyGraph *self, guint line, guint *src, guint *dst, QdProtocol *protocol, guint *port)
{
  guint n;
  const QdPolicyGraphLine *at = &qd_policy_graph_get_lines (self, &n)[line];
  guint way = at->n[QD_POLICY_GRAPH_THERE] > 0 ? QD_POLICY_GRAPH_THERE : QD_POLICY_GRAPH_BACK;

  *src = qd_policy_ends_get (qd_policy_graph_get_ends (self), at->src[way])->now;
  *dst = qd_policy_ends_get (qd_policy_graph_get_ends (self), at->dst[way])->now;
  *port = 0;
  for (guint i = 0; i < QD_N_PROTOCOLS && *port == 0 && !qd_port_set_is_all (at->first[way]); i++)
    {
      guint n_ranges;
      const QdPortRange *ranges = qd_port_set_get_ranges (at->first[way], (QdProtocol) i, &n_ranges);

      if (n_ranges == 0)
        continue;
      *protocol = (QdProtocol) i;
      *port = ranges[0].first;
    }
  return *src != QD_POLICY_NO_END && *dst != QD_POLICY_NO_END;
}
