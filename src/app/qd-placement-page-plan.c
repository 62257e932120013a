/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of the plan: it is proposed, added to, looked at and carried out. */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-placement-page-private.h"

#include <glib/gi18n.h>

#include "qd-placement-chooser.h"
#include "qd-placement-history.h"
#include "qd-placement-review.h"
#include "qd-placement-side.h"

static QdSession *
get_session (QdPlacementPage *self)
{
  return qd_page_get_session (QD_PAGE (self));
}

/* --- A proposal ----------------------------------------------------------------------------------------------- */

typedef struct { QdPlacementRoll *roll; char *emptied; } Proposal;

static void
proposal_free (gpointer data)
{
  Proposal *proposal = data;

  qd_placement_roll_unref (proposal->roll);
  g_free (proposal->emptied);
  g_free (proposal);
}

static void
propose_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Proposal *proposal = data;

  g_task_return_pointer (task, qd_placement_roll_plan_empty (proposal->roll, proposal->emptied), (GDestroyNotify) qd_rebalance_free);
}

static void
explain_cb (QdPlacementPage *self)
{
  qd_placement_page_review (self);
}

static void
drop_page (gpointer page, GClosure *closure)
{
  g_object_unref (page);
}

static void
proposed_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  QdPlacementPage *self = QD_PLACEMENT_PAGE (object);
  g_autoptr (GError) error = NULL;
  QdRebalance *plan = g_task_propagate_pointer (G_TASK (result), &error);
  g_autofree char *text = NULL;

  /* Another kind is shown, or the page has gone. */
  if (plan == NULL)
    {
      if (self->proposing == g_task_get_cancellable (G_TASK (result)))
        g_clear_object (&self->proposing);
      return;
    }
  g_clear_object (&self->proposing);
  g_clear_pointer (&self->proposal, qd_rebalance_free);
  qd_placement_board_take (self->board, plan);
  self->proposal = plan;
  text = qd_rebalance_tell (plan);
  if (plan->moves->len > 0 || plan->blocks->len > 0)
    qd_session_toast_action (get_session (self), text, _("_Explain"), G_CALLBACK (explain_cb), g_object_ref (self), drop_page);
  else
    qd_session_toast (get_session (self), text);
}

void
qd_placement_page_propose (QdPlacementPage *self, const char *emptied)
{
  const QdPlacementRoll *roll = qd_placement_board_get_roll (self->board);
  g_autoptr (GTask) task = NULL;
  Proposal *proposal;

  if (roll == NULL)
    return;
  g_cancellable_cancel (self->proposing);
  g_clear_object (&self->proposing);
  self->proposing = g_cancellable_new ();
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "placement.rebalance", FALSE);
  task = g_task_new (self, self->proposing, proposed_cb, NULL);
  g_task_set_check_cancellable (task, TRUE);
  proposal = g_new (Proposal, 1);
  *proposal = (Proposal) { qd_placement_roll_ref ((QdPlacementRoll *) roll), g_strdup (emptied) };
  g_task_set_task_data (task, proposal, proposal_free);
  g_task_run_in_thread (task, propose_thread);
}

/* --- A move ------------------------------------------------------------------------------------------------------ */

typedef struct {
  QdPlacementPage *page;
  char **tenants;
} Choice;

static void
choice_free (gpointer data, GClosure *closure)
{
  Choice *choice = data;

  g_object_unref (choice->page);
  g_strfreev (choice->tenants);
  g_free (choice);
}

static void
chosen_cb (Choice *choice, const char *shard)
{
  qd_placement_board_move (choice->page->board, (const char *const *) choice->tenants, shard);
}

void
qd_placement_page_choose (QdPlacementPage *self, const char *const *tenants)
{
  AdwDialog *dialog = qd_placement_chooser_new (self->board, tenants);
  Choice *choice = g_new (Choice, 1);

  *choice = (Choice) { g_object_ref (self), g_strdupv ((char **) tenants) };
  g_signal_connect_data (dialog, "chosen", G_CALLBACK (chosen_cb), choice, choice_free, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

/* --- The history of a tenant ----------------------------------------------------------------------------------------- */

static void
restore_cb (Choice *choice, const char *shard)
{
  if (qd_placement_board_move (choice->page->board, (const char *const *) choice->tenants, shard))
    return;
  qd_session_toast (get_session (choice->page), _("There is no such shard any more"));
}

static void
restore_revision_cb (QdPlacementPage *self, guint index, QdPlacementHistory *history)
{
  qd_placement_page_restore (self, qd_placement_history_get_revisions (history), index);
}

void
qd_placement_page_show_history (QdPlacementPage *self, const char *tenant)
{
  AdwDialog *dialog;
  Choice *choice;

  if (self->map == NULL || self->source.nats == NULL)
    {
      qd_session_toast (get_session (self), _("There is no bucket to ask"));
      return;
    }
  dialog = qd_placement_history_new (qd_session_get_hub (get_session (self)), self->source.nats, self->map, tenant);
  choice = g_new (Choice, 1);
  *choice = (Choice) { g_object_ref (self), g_strdupv ((char *[]) { (char *) tenant, NULL }) };
  g_signal_connect_data (dialog, "restore", G_CALLBACK (restore_cb), choice, choice_free, G_CONNECT_SWAPPED);
  g_signal_connect_object (dialog, "restore-revision", G_CALLBACK (restore_revision_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}
