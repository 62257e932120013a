/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl-policy-flows.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n.h>

#include "qd-policy-seen.h"
#include "qd-time.h"

#define MAX_BYTES (256u * 1024u * 1024u)

typedef enum { SRC, DST, PORT, PROTOCOL, SENT, RECEIVED, STARTED, SEEN, STATE, N_COLUMNS } Column;

static const char *const column_names[N_COLUMNS] = { "src_ip", "dst_ip", "dst_port", "protocol", "bytes_tx", "bytes_rx", "started_at", "last_seen", "flow_state" };

typedef struct {
  char *src, *dst;       /* addresses, as they were written */
  QdPolicySeen seen;
} Flow;

struct _QdctlPolicyFlows
{
  GArray *flows;
  guint n_other;         /* that no policy is about: of another protocol, or without a port or an address */
};

static void
clear_flow (gpointer data)
{
  Flow *self = data;

  g_free (self->src);
  g_free (self->dst);
}

void
qdctl_policy_flows_free (QdctlPolicyFlows *self)
{
  g_array_unref (self->flows);
  g_free (self);
}

/* --- Reading ---------------------------------------------------------------------------------------------------- */

/* The cells of the row at *@p, up to the end of the line; NULL: there is no row any more. */
static GPtrArray *
read_row (const char **p, const char *end)
{
  GPtrArray *cells = g_ptr_array_new_with_free_func (g_free);
  GString *cell = g_string_new (NULL);
  gboolean quoted = FALSE;

  if (*p >= end)
    {
      g_string_free (cell, TRUE);
      g_ptr_array_unref (cells);
      return NULL;
    }
  for (; *p < end && (quoted || (**p != '\n' && **p != '\r')); (*p)++)
    if (**p == '"' && quoted && *p + 1 < end && (*p)[1] == '"')
      g_string_append_c (cell, *(*p)++);
    else if (**p == '"')
      quoted = !quoted;
    else if (**p == ',' && !quoted)
      {
        g_ptr_array_add (cells, g_string_free_and_steal (cell));
        cell = g_string_new (NULL);
      }
    else
      g_string_append_c (cell, **p);
  g_ptr_array_add (cells, g_string_free_and_steal (cell));
  while (*p < end && (**p == '\n' || **p == '\r'))
    (*p)++;
  return cells;
}

static gboolean
find_columns (GPtrArray *head, int *columns)
{
  for (guint c = 0; c < N_COLUMNS; c++)
    {
      columns[c] = -1;
      for (guint i = 0; head && i < head->len; i++)
        if (g_str_equal (g_ptr_array_index (head, i), column_names[c]))
          columns[c] = (int) i;
    }
  return columns[SRC] >= 0 && columns[DST] >= 0 && columns[PORT] >= 0 && columns[PROTOCOL] >= 0;
}

static const char *
cell_of (GPtrArray *cells, const int *columns, Column column)
{
  int i = columns[column];

  return i >= 0 && (guint) i < cells->len ? g_ptr_array_index (cells, i) : "";
}

static double
bytes_a_day (GPtrArray *cells, const int *columns)
{
  guint64 sent = 0, received = 0;
  gint64 started, seen;

  if (!g_ascii_string_to_unsigned (cell_of (cells, columns, SENT), 10, 0, G_MAXINT64, &sent, NULL) ||
      !g_ascii_string_to_unsigned (cell_of (cells, columns, RECEIVED), 10, 0, G_MAXINT64, &received, NULL) ||
      !qd_time_parse (cell_of (cells, columns, STARTED), &started) || !qd_time_parse (cell_of (cells, columns, SEEN), &seen))
    return NAN;
  return qd_policy_bytes_a_day (sent, received, started, seen);
}

static void
read_flow (QdctlPolicyFlows *self, GPtrArray *cells, const int *columns)
{
  Flow flow = { NULL };
  guint64 port;

  if (!g_ascii_string_to_unsigned (cell_of (cells, columns, PORT), 10, QD_PORT_MIN, QD_PORT_MAX, &port, NULL) ||
      !qd_policy_seen_parse (&flow.seen, cell_of (cells, columns, SRC), cell_of (cells, columns, DST), cell_of (cells, columns, PROTOCOL), port))
    {
      self->n_other++;
      return;
    }
  /* What does not pass already is not cut off. */
  if (g_str_equal (cell_of (cells, columns, STATE), "blocked"))
    return;
  flow.seen.bytes_a_day = bytes_a_day (cells, columns);
  flow.src = g_strdup (cell_of (cells, columns, SRC));
  flow.dst = g_strdup (cell_of (cells, columns, DST));
  g_array_append_val (self->flows, flow);
}

QdctlPolicyFlows *
qdctl_policy_flows_read (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = qdctl_read (path, MAX_BYTES, &error);
  g_autoptr (GPtrArray) head = NULL;
  g_autoptr (QdctlPolicyFlows) self = g_new0 (QdctlPolicyFlows, 1);
  int columns[N_COLUMNS];
  const char *p, *end;
  GPtrArray *cells;
  gsize length;

  self->flows = g_array_new (FALSE, FALSE, sizeof (Flow));
  g_array_set_clear_func (self->flows, clear_flow);
  if (bytes == NULL)
    {
      qdctl_complain (_("%s cannot be read: %s"), qdctl_name_of (path), error->message);
      return NULL;
    }
  p = g_bytes_get_data (bytes, &length);
  end = p + length;
  if (length > MAX_BYTES || (length && memchr (p, '\0', length)))
    {
      qdctl_complain (_("%s cannot be read: %s"), qdctl_name_of (path), length > MAX_BYTES ? _("it is too large") : _("it is no text"));
      return NULL;
    }
  head = p ? read_row (&p, end) : NULL;
  if (!find_columns (head, columns))
    {
      qdctl_complain (_("%s: the first line must name the columns, src_ip, dst_ip, dst_port and protocol among them, as “qdctl flows --csv” does"), qdctl_name_of (path));
      return NULL;
    }
  while ((cells = read_row (&p, end)))
    {
      read_flow (self, cells, columns);
      g_ptr_array_unref (cells);
    }
  return g_steal_pointer (&self);
}

/* --- Of a fleet -------------------------------------------------------------------------------------------------- */

QdctlPolicyFlows *
qdctl_policy_flows_of (QdFleet *fleet, const char *connection)
{
  QdEntityList *all = qd_fleet_get_list (fleet, QD_KIND_FLOW);
  QdctlPolicyFlows *self = g_new0 (QdctlPolicyFlows, 1);

  self->flows = g_array_new (FALSE, FALSE, sizeof (Flow));
  g_array_set_clear_func (self->flows, clear_flow);
  for (guint i = 0; i < qd_entity_list_get_length (all); i++)
    {
      QdEntity *entity = qd_entity_list_peek (all, i);
      Flow flow = { NULL };

      if (!g_str_equal (qd_entity_get_connection (entity), connection))
        continue;
      if (!qd_policy_seen_read (entity, &flow.seen))
        {
          self->n_other++;
          continue;
        }
      if (g_strcmp0 (qd_entity_get_string (entity, QD_FLOW_STATE), "blocked") == 0)
        continue;
      flow.src = g_strdup (qd_entity_get_string (entity, QD_FLOW_SRC_IP));
      flow.dst = g_strdup (qd_entity_get_string (entity, QD_FLOW_DST_IP));
      g_array_append_val (self->flows, flow);
    }
  return self;
}

/* --- Which are cut off ------------------------------------------------------------------------------------------ */

static void
print_flow (const Flow *flow, QdPolicyEval *before, gboolean json, gboolean first)
{
  g_autoptr (GString) line = g_string_new (NULL);
  const char *src = qd_policy_eval_get_text (before, qd_policy_eval_find_address (before, &flow->seen.src));
  const char *dst = qd_policy_eval_get_text (before, qd_policy_eval_find_address (before, &flow->seen.dst));

  if (json)
    {
      g_string_append (line, first ? "\n    {\"src_ip\":" : ",\n    {\"src_ip\":");
      qdctl_policy_append_json (line, flow->src);
      g_string_append (line, ",\"src\":");
      qdctl_policy_append_json (line, src);
      g_string_append (line, ",\"dst_ip\":");
      qdctl_policy_append_json (line, flow->dst);
      g_string_append (line, ",\"dst\":");
      qdctl_policy_append_json (line, dst);
      g_string_append_printf (line, ",\"port\":\"%u/%s\",\"bytes_a_day\":", flow->seen.port, qd_protocol_to_string ((QdProtocol) flow->seen.protocol));
      if (isfinite (flow->seen.bytes_a_day))
        g_string_append_printf (line, "%.0f}", flow->seen.bytes_a_day);
      else
        g_string_append (line, "null}");
    }
  else
    {
      g_autofree char *size = isfinite (flow->seen.bytes_a_day) ? g_format_size ((guint64) flow->seen.bytes_a_day) : NULL;

      g_string_append_printf (line, "! %s (%s) => %s (%s) : %s %u", flow->src, src, flow->dst, dst, qd_protocol_to_string ((QdProtocol) flow->seen.protocol), flow->seen.port);
      if (size)
        g_string_append_printf (line, _(", %s a day"), size);
      g_string_append_c (line, '\n');
    }
  qdctl_print (line->str);
}

void
qdctl_policy_flows_print (const QdctlPolicyFlows *self, QdPolicyEval *before, QdPolicyEval *after, gboolean json)
{
  double sum = 0;
  guint n = 0;

  if (json)
    qdctl_print (",\n  \"cut\":[");
  for (guint i = 0; i < self->flows->len; i++)
    {
      const Flow *flow = &g_array_index (self->flows, Flow, i);

      if (!qd_policy_seen_is_cut (&flow->seen, before, after))
        continue;
      print_flow (flow, before, json, n++ == 0);
      sum += isfinite (flow->seen.bytes_a_day) ? flow->seen.bytes_a_day : 0;
    }
  if (json)
    {
      g_autofree char *total = g_strdup_printf ("%s],\n  \"cut_bytes_a_day\":%.0f", n ? "\n  " : "", sum);

      qdctl_print (total);
    }
  else
    {
      g_autofree char *size = g_format_size ((guint64) sum);
      g_autofree char *line = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u of the flows that were seen would be cut off, %s a day\n",
                                                            "%u of the flows that were seen would be cut off, %s a day\n", n), n, size);

      qdctl_print (line);
    }
  if (self->n_other)
    qdctl_complain (g_dngettext (GETTEXT_PACKAGE, "%u flow was passed over: it has no address, port or protocol that a policy could be about",
                                 "%u flows were passed over: they have no address, port or protocol that a policy could be about", self->n_other),
                    self->n_other);
}
