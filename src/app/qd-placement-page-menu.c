/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be asked of a shard, of a tenant on it, and of the whole fleet. */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-placement-page-private.h"

#include <glib/gi18n.h>

#include "qd-placement-side.h"
#include "qd-shard-actions.h"

static QdSession *
get_session (QdPlacementPage *self)
{
  return qd_page_get_session (QD_PAGE (self));
}

/* --- A shard --------------------------------------------------------------------------------------------------- */

static void
empty_cb (QdPlacementPage *self)
{
  qd_placement_page_propose (self, qd_placement_side_get_shard (QD_PLACEMENT_SIDE (self->side)));
}

static void
add_empty (QdPlacementPage *self, QdActionPopover *popover, const char *shard)
{
  const QdPlacementRoll *roll = qd_placement_board_get_roll (self->board);
  const char *why = NULL;

  if (roll == NULL || qd_placement_board_get_tenants (self->board, shard)->len == 0)
    why = _("Nobody is placed here.");
  else if (self->proposing != NULL)
    why = _("A plan is being made");
  qd_action_popover_add (popover, _("Plan to _Move Everybody Away"),
                         _("Finds a shard with room for each of its tenants. Nothing is moved until the plan is reviewed: then each has a job of its own."),
                         why, G_CALLBACK (empty_cb), self, NULL);
}

/* --- A tenant ---------------------------------------------------------------------------------------------------- */

typedef struct { QdPlacementPage *page; char *tenant; } Chosen;

static void
choose_cb (Chosen *chosen)
{
  const char *one[] = { chosen->tenant, NULL };

  qd_placement_page_choose (chosen->page, one);
}

static void
chosen_free (gpointer data, GClosure *closure)
{
  Chosen *chosen = data;

  g_object_unref (chosen->page);
  g_free (chosen->tenant);
  g_free (chosen);
}

static void
add_move (QdPlacementPage *self, QdActionPopover *popover, const char *tenant)
{
  Chosen *chosen = g_new (Chosen, 1);

  *chosen = (Chosen) { g_object_ref (self), g_strdup (tenant) };
  qd_action_popover_add (popover, _("_Move…"), _("Begins a plan, or adds to it."), NULL, G_CALLBACK (choose_cb), chosen, chosen_free);
}

void
qd_placement_page_fill_menu (QdPlacementPage *self, QdActionPopover *popover, const char *tenant)
{
  const QdPlacementRoll *roll = qd_placement_board_get_roll (self->board);
  const QdRollTenant *found = roll != NULL && tenant != NULL ? qd_placement_roll_get_tenant (roll, tenant) : NULL;
  QdShardTarget target = {
    .control = self->source.control,
    .kind = qd_placement_kind_get_name (self->kind),
    .shard = tenant == NULL ? qd_placement_side_get_shard (QD_PLACEMENT_SIDE (self->side)) : found != NULL ? found->shard : NULL,
    .tenant = tenant,
  };

  if (tenant == NULL)
    add_empty (self, popover, target.shard);
  else
    add_move (self, popover, tenant);
  qd_shard_actions_fill (popover, get_session (self), GTK_WIDGET (self), &target);
}

/* --- All of it ----------------------------------------------------------------------------------------------------- */

static void
history_cb (QdPlacementPage *self)
{
  qd_placement_page_show_history (self, NULL);
}

static void
add_history (QdPlacementPage *self, QdActionPopover *popover)
{
  const char *why = NULL;

  if (self->map == NULL || self->source.nats == NULL)
    why = _("There is no bucket to ask");
  else if (qd_placement_map_get_encoding (self->map) != QD_PLACEMENT_OBJECT)
    why = _("Each tenant has a history of its own here: select one.");
  qd_action_popover_add (popover, _("_History…"), _("What was written when and by whom, how two revisions differ, and a way back."), why,
                         G_CALLBACK (history_cb), self, NULL);
}

static void
fill_cb (QdPlacementPage *self, QdActionPopover *popover)
{
  add_history (self, popover);
  qd_action_popover_add_separator (popover);
  qd_freeze_action_fill (popover, get_session (self), GTK_WIDGET (self), self->source.control);
}

GtkWidget *
qd_placement_page_build_menu (QdPlacementPage *self)
{
  QdActionPopover *popover = qd_action_popover_new ();

  g_signal_connect_object (popover, "fill", G_CALLBACK (fill_cb), self, G_CONNECT_SWAPPED);
  return qd_action_popover_make_button (popover, _("What all shards can be asked"));
}
