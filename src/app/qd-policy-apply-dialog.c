/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-apply-private.h"

#include <glib/gi18n.h>

#include "qd-capability.h"
#include "qd-connection-switcher.h"
#include "qd-detail-steps.h"
#include "qd-hub-production.h"

#define VERB "policies.apply"

static guint applied_signal;

G_DEFINE_FINAL_TYPE (QdPolicyApply, qd_policy_apply, ADW_TYPE_DIALOG)

QdRemotes *
qd_policy_apply_get_remotes (void)
{
  static QdRemotes *remotes;

  if (remotes == NULL)
    {
      g_autofree char *folder = qd_remotes_dup_folder ();

      remotes = qd_remotes_new (folder);
    }
  return remotes;
}

static QdHub *
get_hub (QdPolicyApply *self)
{
  return qd_session_get_hub (self->session);
}

static QdEntity *
get_connection (QdPolicyApply *self)
{
  return qd_fleet_lookup (qd_session_get_fleet (self->session), self->connection, QD_KIND_CONNECTION, self->connection);
}

static const char *
get_name (QdPolicyApply *self)
{
  QdEntity *entity = get_connection (self);

  return entity ? qd_entity_get_name (entity) : self->connection;
}

gboolean
qd_policy_apply_is_allowed (QdSession *session, const char *connection, char **why)
{
  QdFleet *fleet = qd_session_get_fleet (session);

  if (!qd_capability_allowed (fleet, connection, VERB, why))
    return FALSE;
  if (!qd_hub_is_locked (qd_session_get_hub (session), connection))
    return TRUE;
  if (why)
    *why = g_strdup_printf (_("“%s” is production, which is read-only: unlock it first"),
                            qd_entity_get_name (qd_fleet_lookup (fleet, connection, QD_KIND_CONNECTION, connection)));
  return FALSE;
}

/* --- What may be done ------------------------------------------------------------------------------------ */

static gboolean
is_typed (QdPolicyApply *self)
{
  g_autofree char *reason = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->reason_row))));

  return *reason != '\0' && (!gtk_widget_get_visible (GTK_WIDGET (self->name_row)) ||
                             g_str_equal (gtk_editable_get_text (GTK_EDITABLE (self->name_row)), get_name (self)));
}

static guint
count_blockers (QdPolicyApply *self)
{
  guint n = 0;

  for (guint i = 0; self->remarks && i < self->remarks->len; i++)
    n += ((QdPolicyRemark *) self->remarks->pdata[i])->blocker;
  return n;
}

static void
update_apply (QdPolicyApply *self)
{
  guint n = self->plan ? qd_policy_plan_get_n_changes (self->plan) : 0;
  g_autofree char *why = NULL;
  gboolean allowed = qd_policy_apply_is_allowed (self->session, self->connection, &why);

  if (allowed && count_blockers (self) > 0)
    {
      allowed = FALSE;
      why = g_strdup (_("The server would refuse this: see what it says"));
    }
  if (n > 0 && allowed && !is_typed (self))
    why = g_strdup (gtk_widget_get_visible (GTK_WIDGET (self->name_row)) ? _("Say why, and type the connection’s name") : _("Say why first"));
  gtk_widget_set_visible (self->apply_button, n > 0 && self->job == NULL);
  gtk_widget_set_visible (self->reason_bar, gtk_widget_get_visible (self->apply_button));
  gtk_widget_set_sensitive (self->apply_button, allowed && is_typed (self));
  gtk_widget_set_tooltip_text (self->apply_button, why);
  if (why)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self->apply_button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, why, -1);
  else
    gtk_accessible_reset_property (GTK_ACCESSIBLE (self->apply_button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION);
}

static void
typed_cb (QdPolicyApply *self)
{
  update_apply (self);
}

/* --- Who may talk then ------------------------------------------------------------------------------------- */

static void
stop_comparing (QdPolicyApply *self)
{
  if (self->comparing)
    g_cancellable_cancel (self->comparing);
  g_clear_object (&self->comparing);
}

static void
compared_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdPolicyApply) self = data;
  g_autoptr (QdPolicyImpact) impact = qd_policy_impact_finish (result, NULL);

  if (impact == NULL || g_task_get_cancellable (G_TASK (result)) != self->comparing)
    return;
  g_clear_object (&self->comparing);
  g_clear_pointer (&self->impact, qd_policy_impact_free);
  self->impact = g_steal_pointer (&impact);
  qd_policy_flows_set_evals (self->flows, self->impact->after ? self->impact->before : NULL, self->impact->after);
  qd_policy_apply_show_impact (self);
}

static void
compare (QdPolicyApply *self)
{
  stop_comparing (self);
  if (self->plan && self->workloads)
    {
      self->comparing = g_cancellable_new ();
      qd_policy_impact_async (self->plan, self->workloads, &self->options, self->comparing, compared_cb, g_object_ref (self));
    }
  qd_policy_apply_show_impact (self);
}

static void
workloads_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdPolicyApply) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text = qd_policy_workloads_finish (QD_HUB (source), result, &error);

  if (self->asking == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_pointer (&self->workloads, g_bytes_unref);
  self->workloads = g_steal_pointer (&text);
  g_set_str (&self->workloads_fault, error ? error->message : NULL);
  compare (self);
}

/* --- What the server says of it ------------------------------------------------------------------------------- */

typedef struct { QdPolicyApply *dialog; GCancellable *cancellable; } Preflight;

static void
preflight_free (Preflight *self)
{
  g_object_unref (self->dialog);
  g_object_unref (self->cancellable);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Preflight, preflight_free)

static void
stop_preflight (QdPolicyApply *self)
{
  if (self->preflight)
    g_cancellable_cancel (self->preflight);
  g_clear_object (&self->preflight);
  g_clear_pointer (&self->remarks, g_ptr_array_unref);
}

/* What it cannot be asked is asked again before anything is done: that it says nothing now keeps nobody. */
static void
remarked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Preflight) preflight = data;
  QdPolicyApply *self = preflight->dialog;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) remarks = qd_policy_preflight_finish (QD_HUB (source), result, &error);

  /* Something else was asked since. */
  if (self->preflight != preflight->cancellable || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->preflight);
  self->remarks = g_steal_pointer (&remarks);
  qd_policy_apply_show_remarks (self, error);
  update_apply (self);
}

static void
ask_preflight (QdPolicyApply *self)
{
  Preflight *preflight;

  stop_preflight (self);
  if (qd_policy_plan_get_n_changes (self->plan) > 0 && qd_policy_apply_is_allowed (self->session, self->connection, NULL))
    {
      self->preflight = g_cancellable_new ();
      preflight = g_new (Preflight, 1);
      *preflight = (Preflight) { g_object_ref (self), g_object_ref (self->preflight) };
      qd_policy_preflight_async (get_hub (self), self->plan, self->preflight, remarked_cb, preflight);
    }
  qd_policy_apply_show_remarks (self, NULL);
}

void
qd_policy_apply_plan_changed (QdPolicyApply *self, gboolean other_rows)
{
  if (other_rows)
    qd_policy_apply_show_plan (self);
  compare (self);
  ask_preflight (self);
  update_apply (self);
}

/* --- Asking the server --------------------------------------------------------------------------------------- */

static gint64
count_changes_there (QdPolicyApply *self)
{
  QdEntity *entity = get_connection (self);
  gint64 n = 0;

  if (entity)
    qd_entity_get_int (entity, QD_CONNECTION_POLICIES, &n);
  return n;
}

static void
take_plan (QdPolicyApply *self, QdPolicyPlan *plan, const GError *error)
{
  /* Closed meanwhile. */
  if (self->asking == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_pointer (&plan, qd_policy_plan_unref);
      return;
    }
  if (error)
    {
      adw_status_page_set_description (self->fault_page, error->message);
      gtk_stack_set_visible_child_name (self->stack, "fault");
      return;
    }
  g_clear_pointer (&self->plan, qd_policy_plan_unref);
  self->plan = plan;
  qd_policy_apply_plan_changed (self, TRUE);
}

static void
planned_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdPolicyApply) self = data;
  g_autoptr (GError) error = NULL;
  QdPolicyPlan *plan = self->reverts ? qd_policy_revert_finish (QD_HUB (source), result, &error)
                                     : qd_policy_plan_finish (QD_HUB (source), result, &error);

  take_plan (self, plan, error);
}

static void
ask (QdPolicyApply *self)
{
  QdHub *hub = get_hub (self);
  g_autofree char *why = NULL;

  if (self->asking)
    g_cancellable_cancel (self->asking);
  g_set_object (&self->asking, NULL);
  self->asking = g_cancellable_new ();
  self->n_changes_there = count_changes_there (self);
  adw_banner_set_revealed (self->stale_banner, FALSE);
  gtk_stack_set_visible_child_name (self->stack, "loading");
  if (self->reverts)
    qd_policy_revert_async (hub, qd_policy_apply_get_remotes (), self->reverts, self->asking, planned_cb, g_object_ref (self));
  else
    qd_policy_plan_async (hub, qd_policy_apply_get_remotes (), self->connection, self->folder, (const QdAnalysisText *) self->texts->data,
                          self->texts->len, self->asking, planned_cb, g_object_ref (self));
  if (qd_capability_allowed (qd_session_get_fleet (self->session), self->connection, "workloads.list", &why))
    qd_policy_workloads_async (hub, self->connection, self->asking, workloads_cb, g_object_ref (self));
  else
    g_set_str (&self->workloads_fault, why);
}

static void
again_cb (QdPolicyApply *self)
{
  ask (self);
}

/* --- Doing it -------------------------------------------------------------------------------------------------- */

static QdEntity *
get_job (QdPolicyApply *self)
{
  return self->job ? qd_fleet_lookup (qd_session_get_fleet (self->session), QD_HUB_LOCAL, QD_KIND_JOB, self->job) : NULL;
}

static void
show_job (QdPolicyApply *self)
{
  QdEntity *job = get_job (self);
  double done;

  if (job == NULL)
    return;
  qd_detail_steps_fill (QD_ROW_LIST (self->steps), qd_entity_get_string (job, QD_JOB_STEPS));
  if (qd_entity_get_double (job, QD_JOB_PROGRESS, &done))
    gtk_progress_bar_set_fraction (self->progress_bar, CLAMP (done, 0, 1));
}

/* What goes on after the dialog is closed has to be told, too. */
typedef struct {
  QdPolicyApply *dialog;     /* weak */
  QdSession *session;
  GtkWidget *parent;         /* weak */
  char *connection, *name, *job;
  QdPasswordWatch *password; /* NULL: over */
} Doing;

static void
doing_free (Doing *self)
{
  g_clear_pointer (&self->password, qd_password_watch_free);
  g_clear_weak_pointer (&self->dialog);
  g_clear_weak_pointer (&self->parent);
  g_object_unref (self->session);
  g_free (self->connection);
  g_free (self->name);
  g_free (self->job);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Doing, doing_free)

static void
doing_free_closure (gpointer data, GClosure *closure)
{
  doing_free (data);
}

static void
revert_toast_cb (Doing *self)
{
  if (self->parent)
    adw_dialog_present (qd_policy_apply_new_revert (self->session, self->connection, self->job), self->parent);
}

static void
tell_done (Doing *doing, const QdPolicyApplied *applied)
{
  guint n = qd_policy_applied_count (applied, QD_APPLIED_DONE);
  g_autofree char *text = g_strdup_printf (applied->reverts ? ngettext ("%'u change taken back on %s", "%'u changes taken back on %s", n)
                                                            : ngettext ("%'u change applied to %s", "%'u changes applied to %s", n), n, doing->name);
  QdSession *session = doing->session;

  if (qd_policy_applied_can_revert (applied))
    qd_session_toast_action (session, text, _("_Revert"), G_CALLBACK (revert_toast_cb), doing, doing_free_closure);
  else
    {
      qd_session_toast (session, text);
      doing_free (doing);
    }
}

static void
show_failure (QdPolicyApply *self, const QdPolicyApplied *applied, const GError *error)
{
  g_autofree char *sentence = applied ? qd_policy_applied_to_sentence (applied) : NULL;

  self->over = TRUE;
  gtk_label_set_label (self->state_label, sentence ? sentence : _("Nothing was changed"));
  gtk_label_set_label (self->error_label, error->message);
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self->progress_bar), FALSE);
  gtk_widget_set_visible (self->revert_button, applied && qd_policy_applied_can_revert (applied));
  gtk_button_set_label (GTK_BUTTON (self->cancel_button), _("_Close"));
  gtk_widget_set_sensitive (self->cancel_button, TRUE);
  show_job (self);
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Doing) doing = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (QdPolicyApplied) applied = qd_policy_apply_finish (QD_HUB (source), result, &error);
  QdPolicyApply *self = doing->dialog;

  g_clear_pointer (&doing->password, qd_password_watch_free);
  if (error == NULL)
    {
      if (self)
        {
          self->over = TRUE;
          g_signal_emit (self, applied_signal, 0);
          adw_dialog_force_close (ADW_DIALOG (self));
        }
      tell_done (g_steal_pointer (&doing), applied);
    }
  else if (self)
    show_failure (self, applied, error);
  else
    {
      g_autofree char *text = g_strdup_printf (_("Could not apply to %s. %s"), doing->name, error->message);

      qd_session_toast (doing->session, text);
    }
}

static void
apply_cb (QdPolicyApply *self)
{
  Doing *doing;

  if (!gtk_widget_get_sensitive (self->apply_button) || !gtk_widget_get_visible (self->apply_button))
    return;
  doing = g_new0 (Doing, 1);
  g_set_weak_pointer (&doing->dialog, self);
  g_set_weak_pointer (&doing->parent, GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self))));
  doing->session = g_object_ref (self->session);
  doing->connection = g_strdup (self->connection);
  doing->name = g_strdup (get_name (self));
  gtk_stack_set_visible_child_name (self->stack, "working");
  gtk_label_set_label (self->state_label, self->reverts ? _("Taking back") : _("Applying"));
  adw_banner_set_revealed (self->stale_banner, FALSE);
  stop_comparing (self);
  self->job = qd_policy_apply_async (get_hub (self), qd_policy_apply_get_remotes (), self->plan, gtk_editable_get_text (GTK_EDITABLE (self->reason_row)),
                                     NULL, done_cb, doing);
  doing->job = g_strdup (self->job);
  doing->password = qd_password_watch_new (self->session, doing->parent, self->job, adw_dialog_get_title (ADW_DIALOG (self)));
  update_apply (self);
  gtk_widget_grab_focus (self->cancel_button);
  show_job (self);
}

static void
revert_cb (QdPolicyApply *self)
{
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self)));
  AdwDialog *dialog = qd_policy_apply_new_revert (self->session, self->connection, self->job);

  adw_dialog_force_close (ADW_DIALOG (self));
  adw_dialog_present (dialog, root);
}

/* While it is done, it is the job that is cancelled: after the step that is under way it ends, and says what was done. */
static void
cancel_cb (QdPolicyApply *self)
{
  if (self->job == NULL || self->over)
    {
      adw_dialog_close (ADW_DIALOG (self));
      return;
    }
  gtk_widget_set_sensitive (self->cancel_button, FALSE);
  gtk_label_set_label (self->state_label, _("Ends after the step that is under way"));
  qd_hub_cancel_job (get_hub (self), self->job);
}

/* --- What happens meanwhile ------------------------------------------------------------------------------------- */

static void
jobs_cb (QdPolicyApply *self)
{
  if (self->job && !self->over)
    show_job (self);
}

static void
connections_cb (QdPolicyApply *self)
{
  if (self->job)
    return;
  update_apply (self);
  if (self->plan && count_changes_there (self) != self->n_changes_there)
    adw_banner_set_revealed (self->stale_banner, TRUE);
}

static void
flows_cb (QdPolicyApply *self)
{
  qd_policy_apply_show_flows (self);
}

/* --- The dialog --------------------------------------------------------------------------------------------------- */

static void
text_clear (gpointer data)
{
  QdAnalysisText *text = data;

  g_free ((char *) text->name);
  g_bytes_unref (text->mine);
}

static void
qd_policy_apply_dispose (GObject *object)
{
  QdPolicyApply *self = QD_POLICY_APPLY (object);

  if (self->asking)
    g_cancellable_cancel (self->asking);
  g_clear_object (&self->asking);
  stop_comparing (self);
  stop_preflight (self);
  if (self->flows)
    qd_policy_flows_set_evals (self->flows, NULL, NULL);
  g_clear_object (&self->flows);
  g_clear_pointer (&self->impact, qd_policy_impact_free);
  g_clear_pointer (&self->plan, qd_policy_plan_unref);
  g_clear_pointer (&self->workloads, g_bytes_unref);
  g_ptr_array_set_size (self->rows, 0);
  g_ptr_array_set_size (self->impact_rows, 0);
  g_ptr_array_set_size (self->remark_rows, 0);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), QD_TYPE_POLICY_APPLY);
  G_OBJECT_CLASS (qd_policy_apply_parent_class)->dispose (object);
}

static void
qd_policy_apply_finalize (GObject *object)
{
  QdPolicyApply *self = QD_POLICY_APPLY (object);

  g_array_unref (self->texts);
  g_ptr_array_unref (self->rows);
  g_ptr_array_unref (self->impact_rows);
  g_ptr_array_unref (self->remark_rows);
  g_free (self->connection);
  g_free (self->folder);
  g_free (self->reverts);
  g_free (self->workloads_fault);
  g_free (self->job);
  G_OBJECT_CLASS (qd_policy_apply_parent_class)->finalize (object);
}

static void
qd_policy_apply_class_init (QdPolicyApplyClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = qd_policy_apply_dispose;
  object_class->finalize = qd_policy_apply_finalize;
  applied_signal = g_signal_new ("applied", QD_TYPE_POLICY_APPLY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/quarterdeck/Quarterdeck/ui/qd-policy-apply.ui");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, QdPolicyApply, name)
  CHILD (title); CHILD (cancel_button); CHILD (apply_button); CHILD (revert_button); CHILD (stale_banner); CHILD (stack);
  CHILD (fault_page); CHILD (none_page); CHILD (problems_group); CHILD (remarks_group); CHILD (conflicts_group); CHILD (changes_group); CHILD (impact_group);
  CHILD (server_group); CHILD (reason_bar); CHILD (impact_row); CHILD (denied_row); CHILD (allowed_row); CHILD (flows_row);
  CHILD (reason_row); CHILD (name_row); CHILD (state_label); CHILD (error_label); CHILD (progress_bar); CHILD (steps_bin);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, apply_cb);
  gtk_widget_class_bind_template_callback (widget_class, again_cb);
  gtk_widget_class_bind_template_callback (widget_class, revert_cb);
  gtk_widget_class_bind_template_callback (widget_class, typed_cb);
}

static void
qd_policy_apply_init (QdPolicyApply *self)
{
  self->texts = g_array_new (FALSE, FALSE, sizeof (QdAnalysisText));
  g_array_set_clear_func (self->texts, text_clear);
  self->rows = g_ptr_array_new ();
  self->impact_rows = g_ptr_array_new ();
  self->remark_rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
show_where (QdPolicyApply *self)
{
  QdEntity *entity = get_connection (self);
  const char *environment = entity ? qd_connection_environment_label (entity) : "";
  g_autofree char *heading = g_strdup_printf (self->reverts ? _("Take Back on %s") : _("Apply to %s"), get_name (self)), *title = NULL;

  adw_dialog_set_title (ADW_DIALOG (self), heading);
  adw_window_title_set_title (self->title, heading);
  adw_window_title_set_subtitle (self->title, environment);
  gtk_button_set_label (GTK_BUTTON (self->apply_button), self->reverts ? _("_Take Back") : _("_Apply"));
  if (!qd_hub_is_production (get_hub (self), self->connection))
    return;
  title = g_strdup_printf (_("Type “%s” to confirm"), get_name (self));
  adw_preferences_row_set_title (self->name_row, title);
  gtk_widget_set_visible (GTK_WIDGET (self->name_row), TRUE);
  gtk_widget_remove_css_class (self->apply_button, "suggested-action");
  gtk_widget_add_css_class (self->apply_button, "destructive-action");
}

static void
begin (QdPolicyApply *self)
{
  QdFleet *fleet = qd_session_get_fleet (self->session);

  self->flows = qd_policy_flows_new (self->session);
  self->steps = qd_row_list_new (self->session, _("Steps"), NULL, NULL);
  adw_bin_set_child (self->steps_bin, self->steps);
  g_signal_connect_object (self->flows, "changed", G_CALLBACK (flows_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (qd_fleet_get_list (fleet, QD_KIND_JOB), "items-changed", G_CALLBACK (jobs_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (qd_fleet_get_list (fleet, QD_KIND_JOB), "items-updated", G_CALLBACK (jobs_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (qd_fleet_get_list (fleet, QD_KIND_CONNECTION), "items-updated", G_CALLBACK (connections_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (get_hub (self), "connections-changed", G_CALLBACK (connections_cb), self, G_CONNECT_SWAPPED);
  show_where (self);
  update_apply (self);
  ask (self);
}

/**
 * qd_policy_apply_new:
 *
 * Returns: (transfer floating): the dialog, which asks the server at once
 */
AdwDialog *
qd_policy_apply_new (QdSession *session, const char *connection, const char *folder, const QdAnalysisText *texts, guint n_texts,
                     const QdPolicyOptions *options)
{
  QdPolicyApply *self = g_object_new (QD_TYPE_POLICY_APPLY, NULL);

  self->session = g_object_ref (session);
  self->connection = g_strdup (connection);
  self->folder = g_strdup (folder);
  self->options = *options;
  for (guint i = 0; i < n_texts; i++)
    {
      const QdAnalysisText text = { .name = g_strdup (texts[i].name), .mine = g_bytes_ref (texts[i].mine) };

      g_array_append_val (self->texts, text);
    }
  begin (self);
  return ADW_DIALOG (self);
}

AdwDialog *
qd_policy_apply_new_revert (QdSession *session, const char *connection, const char *job)
{
  QdPolicyApply *self = g_object_new (QD_TYPE_POLICY_APPLY, NULL);

  self->session = g_object_ref (session);
  self->connection = g_strdup (connection);
  self->reverts = g_strdup (job);
  begin (self);
  return ADW_DIALOG (self);
}

QdPolicyPlan *
qd_policy_apply_get_plan (QdPolicyApply *self)
{
  return self->plan;
}

void
qd_policy_apply_set_texts (QdPolicyApply *self, const char *reason, const char *name)
{
  gtk_editable_set_text (GTK_EDITABLE (self->reason_row), reason);
  if (gtk_widget_get_visible (GTK_WIDGET (self->name_row)))
    gtk_editable_set_text (GTK_EDITABLE (self->name_row), name);
}
