/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-placement-words.h"

#include <math.h>

#include <glib/gi18n.h>

char *
qd_placement_tell_fill (QdPlacementBoard *board, const QdRollShard *shard)
{
  guint now = qd_placement_board_count_now (board, shard->id), then = qd_placement_board_count_then (board, shard->id);
  g_autofree char *change = now != then ? g_strdup_printf ("%u → %u", now, then) : g_strdup_printf ("%u", now);

  /* Translators: tenants on a shard, and how many there is room for: "12 of 20" */
  return shard->capacity >= 0 ? g_strdup_printf (_("%s of %u"), change, (guint) MIN (shard->capacity, G_MAXINT)) : g_steal_pointer (&change);
}

static void
add (GString *text, const char *part)
{
  if (part == NULL || *part == '\0')
    return;
  if (text->len > 0)
    g_string_append (text, " · ");
  g_string_append (text, part);
}

char *
qd_placement_tell_facts (const QdRollShard *shard)
{
  GString *text = g_string_new (NULL);

  add (text, shard->region);
  add (text, shard->version);
  if (!isnan (shard->load))
    {
      /* Translators: events a second */
      g_autofree char *load = g_strdup_printf (_("%.*f/s"), shard->load < 10 ? 1 : 0, shard->load);

      add (text, load);
    }
  for (guint i = 0; shard->labels != NULL && shard->labels[i] != NULL; i++)
    add (text, shard->labels[i]);
  return g_string_free (text, FALSE);
}

const char *
qd_placement_get_state_word (const QdRollShard *shard)
{
  if (shard->entity == NULL)
    return _("not known");
  if (shard->state == QD_REBALANCE_DOWN)
    return _("down");
  if (shard->state == QD_REBALANCE_DRAINING)
    return _("draining");
  return shard->unhealthy ? _("storage not healthy") : NULL;
}

char *
qd_placement_tell_shard (QdPlacementBoard *board, const QdRollShard *shard)
{
  g_autofree char *fill = qd_placement_tell_fill (board, shard), *facts = qd_placement_tell_facts (shard);
  const char *state = qd_placement_get_state_word (shard);
  g_autofree char *tenants = g_strdup_printf (_("%s tenants"), fill);

  return g_strjoin (", ", shard->id, tenants, state != NULL ? state : *facts != '\0' ? facts : NULL, state != NULL && *facts != '\0' ? facts : NULL, NULL);
}

char *
qd_placement_tell_waiting (const QdRollTenant *tenant)
{
  g_autofree char *lag = g_strdup_printf ("%'" G_GINT64_FORMAT, tenant->lag), *in_flight = g_strdup_printf ("%'" G_GINT64_FORMAT, tenant->in_flight);

  if (tenant->lag >= 0 && tenant->in_flight >= 0)
    return g_strdup_printf (_("%s waiting, %s in flight"), lag, in_flight);
  if (tenant->lag >= 0)
    return g_strdup_printf (_("%s waiting"), lag);
  return tenant->in_flight >= 0 ? g_strdup_printf (_("%s in flight"), in_flight) : g_strdup ("");
}

char *
qd_placement_tell_move (const QdPlacementMove *move)
{
  return g_strdup_printf (_("%s: %s → %s"), move->tenant->name, move->from != NULL ? move->from : _("nowhere"), move->to);
}

const char *
qd_placement_get_kind_title (QdPlacementKind kind)
{
  static const char *const titles[QD_N_PLACEMENT_KINDS] = { N_("Aggregate"), N_("Projection"), N_("Runner") };

  return titles[kind];
}
