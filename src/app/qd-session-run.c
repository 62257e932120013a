/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-session.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "qd-audit.h"
#include "qd-capability.h"
#include "qd-confirm-dialog.h"
#include "qd-hub-production.h"
#include "qd-json.h"
#include "qd-production.h"
#include "qd-shard-actions.h"

/* One command on its way: from the press of a button to the toast that tells its end. */
typedef struct
{
  QdSession *session;
  GtkWidget *parent;         /* weak */
  QdEntity *target;          /* or NULL */
  const char *connection;    /* interned */
  const QdCapability *capability;
  JsonObject *args;
  char *summary;
  char *reason;              /* or NULL */
  char *job;                 /* once it is under way */
  gulong password_handler;
  GtkWidget *asking;         /* weak: the dialog that asks for the password */
  char *undo_verb;
  JsonObject *undo_args;
  GPtrArray *targets;        /* where there are many: one after the other, @target being the one at hand; else NULL */
  guint at;
  GPtrArray *succeeded;      /* those of them that it was done to */
  GString *outcomes;         /* what came of each, a line each */
  char *left_out;            /* what of the choice is none of them, and why; or NULL */
} Run;

static void
run_free (Run *run)
{
  if (run->password_handler != 0)
    g_signal_handler_disconnect (qd_session_get_hub (run->session), run->password_handler);
  g_clear_object (&run->session);
  g_clear_weak_pointer (&run->parent);
  g_clear_weak_pointer (&run->asking);
  g_clear_object (&run->target);
  g_clear_pointer (&run->args, json_object_unref);
  g_clear_pointer (&run->undo_args, json_object_unref);
  g_clear_pointer (&run->targets, g_ptr_array_unref);
  g_clear_pointer (&run->succeeded, g_ptr_array_unref);
  if (run->outcomes != NULL)
    g_string_free (run->outcomes, TRUE);
  g_free (run->left_out);
  g_free (run->summary);
  g_free (run->reason);
  g_free (run->undo_verb);
  g_free (run->job);
  g_free (run);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Run, run_free)

static void
run_free_closure (gpointer data, GClosure *closure)
{
  run_free (data);
}

/* --- Doing and telling -------------------------------------------------------------------------- */

static void
undo_cb (Run *run)
{
  const char *revision = run->target != NULL ? qd_entity_get_string (run->target, QD_FIELD_REVISION) : NULL;
  g_autofree char *summary = g_strdup_printf (_("Undo: %s"), run->summary);

  if (run->targets != NULL)
    {
      qd_session_run_many (run->session, run->parent, run->succeeded, run->undo_verb, run->undo_args, summary, NULL, NULL, NULL);
      return;
    }
  /* What was done has made a newer one of it. */
  if (revision != NULL && json_object_has_member (run->undo_args, "revision"))
    json_object_set_string_member (run->undo_args, "revision", revision);
  qd_session_run (run->session, run->parent, run->target, run->undo_verb, run->undo_args, summary, NULL, NULL);
}

/* --- Telling why not ---------------------------------------------------------------------------- */

typedef struct
{
  GtkWidget *parent;    /* weak */
  char *heading;
  char *body;
  Run *run;             /* what was done of many and can be undone; or NULL */
} Failure;

static void
failure_free (gpointer data, GClosure *closure)
{
  Failure *failure = data;

  g_clear_weak_pointer (&failure->parent);
  g_free (failure->heading);
  g_free (failure->body);
  g_clear_pointer (&failure->run, run_free);
  g_free (failure);
}

static void
undo_response_cb (AdwAlertDialog *dialog, const char *response)
{
  if (g_strcmp0 (response, "undo") == 0)
    undo_cb (g_object_get_data (G_OBJECT (dialog), "qd-run"));
}

static void
show_failure_cb (Failure *failure)
{
  AdwDialog *dialog = adw_alert_dialog_new (failure->heading, failure->body);

  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close", _("_Close"));
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "close");
  if (failure->run != NULL)
    {
      g_object_set_data_full (G_OBJECT (dialog), "qd-run", g_steal_pointer (&failure->run), (GDestroyNotify) run_free);
      adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "undo", _("_Undo What Was Done"));
      g_signal_connect (dialog, "response", G_CALLBACK (undo_response_cb), NULL);
    }
  adw_dialog_present (dialog, failure->parent);
}

/* A toast has one line, which is too short for a cause and a next step: these are behind its button. Takes @run. */
static void
tell_failure_of (QdSession *session, GtkWidget *parent, const char *summary, const char *cause, Run *run)
{
  Failure *failure = g_new0 (Failure, 1);

  failure->heading = g_strdup_printf (_("Could not do this: %s"), summary);
  failure->body = g_strdup (cause);
  failure->run = run;
  g_set_weak_pointer (&failure->parent, parent);
  qd_session_toast_action (session, failure->heading, _("_Why"), G_CALLBACK (show_failure_cb), failure, failure_free);
}

static void
tell_failure (QdSession *session, GtkWidget *parent, const char *summary, const char *cause)
{
  tell_failure_of (session, parent, summary, cause, NULL);
}

/* --- Confirming who one is ----------------------------------------------------------------------- */

static void
password_given_cb (AdwAlertDialog *dialog, const char *response, QdHub *hub)
{
  const char *job = g_object_get_data (G_OBJECT (dialog), "qd-job");
  GtkEditable *entry = g_object_get_data (G_OBJECT (dialog), "qd-entry");

  g_object_set_data (G_OBJECT (dialog), "qd-answered", dialog);
  if (g_strcmp0 (response, "confirm") == 0)
    qd_hub_confirm_job (hub, job, gtk_editable_get_text (entry));
  else
    qd_hub_cancel_job (hub, job);
}

static void
update_confirm (GtkEditable *entry, AdwAlertDialog *dialog)
{
  adw_alert_dialog_set_response_enabled (dialog, "confirm", *gtk_editable_get_text (entry) != '\0');
}

/* An empty one is not sent. */
static GtkWidget *
add_password_entry (AdwAlertDialog *dialog)
{
  GtkWidget *group = adw_preferences_group_new (), *entry = adw_password_entry_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (entry), _("Password"));
  adw_entry_row_set_activates_default (ADW_ENTRY_ROW (entry), TRUE);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), entry);
  adw_alert_dialog_set_extra_child (dialog, group);
  g_signal_connect_object (entry, "changed", G_CALLBACK (update_confirm), dialog, 0);
  update_confirm (GTK_EDITABLE (entry), dialog);
  return entry;
}

/* The server wants to be sure that it is still us, and the job waits for that. */
static void
ask_password (Run *run, gboolean again)
{
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (again ? _("Wrong Password") : _("Confirm Who You Are"), NULL));
  GtkWidget *entry;

  if (again)
    adw_alert_dialog_format_body (dialog, _("The server did not take that password. Try again to go on with “%s”."), run->summary);
  else
    adw_alert_dialog_format_body (dialog, _("“%s” needs your password once more, because you signed in a while ago."), run->summary);
  adw_alert_dialog_add_responses (dialog, "cancel", _("_Cancel"), "confirm", _("_Continue"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "confirm", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (dialog, "confirm");
  adw_alert_dialog_set_close_response (dialog, "cancel");
  entry = add_password_entry (dialog);
  adw_dialog_set_focus (ADW_DIALOG (dialog), entry);
  g_object_set_data (G_OBJECT (dialog), "qd-entry", entry);
  g_object_set_data_full (G_OBJECT (dialog), "qd-job", g_strdup (run->job), g_free);
  g_signal_connect_object (dialog, "response", G_CALLBACK (password_given_cb), qd_session_get_hub (run->session), 0);
  g_set_weak_pointer (&run->asking, GTK_WIDGET (dialog));
  adw_dialog_present (ADW_DIALOG (dialog), run->parent);
}

static void
password_needed_cb (QdHub *hub, QdEntity *job, const char *wrong, Run *run)
{
  if (g_strcmp0 (qd_entity_get_id (job), run->job) == 0)
    ask_password (run, wrong != NULL);
}

/* The job may have ended elsewhere, as in the list of jobs, while the password was asked for. */
static void
close_asking (Run *run)
{
  if (run->asking != NULL && g_object_get_data (G_OBJECT (run->asking), "qd-answered") == NULL)
    adw_dialog_force_close (ADW_DIALOG (run->asking));
}

/* --- Doing -------------------------------------------------------------------------------------- */

static void execute (Run *run);

static void
add_outcome (Run *run, QdEntity *target, const char *outcome)
{
  g_string_append_printf (run->outcomes, "%s%s: %s", run->outcomes->len > 0 ? "\n" : "", qd_entity_get_name (target), outcome);
}

/* What came of all of many. Takes @run. */
static void
finish_many (Run *run)
{
  gboolean undoable = run->undo_verb != NULL && run->succeeded->len > 0;
  g_autoptr (QdSession) session = g_object_ref (run->session);
  g_autofree char *text = NULL, *outcomes = NULL;

  for (guint i = run->at; i < run->targets->len; i++)
    add_outcome (run, g_ptr_array_index (run->targets, i), _("not tried"));
  if (run->succeeded->len == run->targets->len)
    {
      text = g_strdup_printf (_("Done: %s"), run->summary);
      if (undoable)
        qd_session_toast_action (session, text, _("_Undo"), G_CALLBACK (undo_cb), run, run_free_closure);
      else
        {
          qd_session_toast (session, text);
          run_free (run);
        }
      return;
    }
  text = g_strdup_printf (_("%s (%u of %u were done)"), run->summary, run->succeeded->len, run->targets->len);
  outcomes = g_strdup (run->outcomes->str);
  tell_failure_of (session, run->parent, text, outcomes, undoable ? run : NULL);
  if (!undoable)
    run_free (run);
}

/* The end of one of many: the next, or what came of all. Takes @run. */
static void
finish_one (Run *run, const GError *error)
{
  if (error == NULL)
    g_ptr_array_add (run->succeeded, g_object_ref (run->target));
  add_outcome (run, run->target, error == NULL ? _("done") : error->message);
  if (++run->at < run->targets->len && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_set_object (&run->target, g_ptr_array_index (run->targets, run->at));
      execute (run);
      return;
    }
  finish_many (run);
}

static void
finished_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Run) run = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = qd_hub_run_finish (QD_HUB (source), result, &error);
  g_autoptr (QdSession) session = g_object_ref (run->session);
  g_autofree char *text = NULL;

  g_clear_signal_handler (&run->password_handler, qd_session_get_hub (session));
  close_asking (run);
  if (run->targets != NULL)
    {
      finish_one (g_steal_pointer (&run), error);
      return;
    }
  if (error != NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          tell_failure (session, run->parent, run->summary, error->message);
          return;
        }
      text = g_strdup_printf (_("Cancelled: %s"), run->summary);
      qd_session_toast (session, text);
      return;
    }
  text = g_strdup_printf (_("Done: %s"), run->summary);
  if (run->undo_verb != NULL)
    qd_session_toast_action (session, text, _("_Undo"), G_CALLBACK (undo_cb), g_steal_pointer (&run), run_free_closure);
  else
    qd_session_toast (session, text);
}

/* --- For jobs that are begun elsewhere ------------------------------------------------------------ */

/* Between a job and the one who began it. */
struct _QdPasswordWatch { Run *run; };

QdPasswordWatch *
qd_password_watch_new (QdSession *session, gpointer parent, const char *job, const char *summary)
{
  QdPasswordWatch *self = g_new0 (QdPasswordWatch, 1);

  self->run = g_new0 (Run, 1);
  self->run->session = g_object_ref (session);
  g_set_weak_pointer (&self->run->parent, parent);
  self->run->job = g_strdup (job);
  self->run->summary = g_strdup (summary);
  self->run->password_handler = g_signal_connect (qd_session_get_hub (session), "password-needed", G_CALLBACK (password_needed_cb), self->run);
  return self;
}

void
qd_password_watch_free (QdPasswordWatch *self)
{
  close_asking (self->run);
  run_free (self->run);
  g_free (self);
}

/* --- Doing, where nothing else is asked ------------------------------------------------------------ */

static void
execute (Run *run)
{
  QdHub *hub = qd_session_get_hub (run->session);

  if (run->targets != NULL)
    {
      /* The job keeps what it was given. */
      g_autoptr (JsonObject) args = run->args;
      g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), args);
      g_autofree char *text = qd_json_to_text (node, FALSE);
      g_autoptr (JsonNode) copy = qd_json_parse (text, -1, "arguments", NULL);

      run->args = json_object_ref (qd_json_object (copy));
      json_object_set_string_member (run->args, "id", qd_entity_get_id (run->target));
      g_clear_pointer (&run->job, g_free);
    }
  run->password_handler = g_signal_connect (hub, "password-needed", G_CALLBACK (password_needed_cb), run);
  run->job = qd_hub_run (hub, run->connection, run->capability->verb, run->args, run->summary, run->reason, NULL,
                         finished_cb, run);
}

/* --- Asking ------------------------------------------------------------------------------------- */

static const char *
get_connection_name (Run *run)
{
  QdEntity *connection = qd_fleet_lookup (qd_session_get_fleet (run->session), run->connection, QD_KIND_CONNECTION, run->connection);

  return connection != NULL ? qd_entity_get_name (connection) : run->connection;
}

/* The dialog holds @run until it is confirmed; then the hub does. */
static void
confirmed_cb (GObject *dialog, const char *reason, gpointer data)
{
  Run *run = g_object_steal_data (dialog, "qd-run");

  if (run == NULL)
    return;
  g_set_str (&run->reason, reason);
  execute (run);
}

static void
ask_reason (Run *run)
{
  const char *title = qd_shard_verb_get_title (run->capability->verb, run->args);
  QdConfirmation confirmation = {
    .title = title != NULL ? title : _(run->capability->title),
    .where = get_connection_name (run),
    .target = run->target,
    .verb = run->capability->verb,
    .args = run->args,
    .fleet = qd_session_get_fleet (run->session),
    .undoable = run->undo_verb != NULL,
    .targets = run->targets,
    .left_out = run->left_out,
    /* Of many none has the name to type: it is where they are. */
    .type_name = !qd_hub_is_production (qd_session_get_hub (run->session), run->connection) || run->target == NULL ? NULL
                 : run->targets != NULL ? get_connection_name (run) : qd_entity_get_name (run->target),
  };
  AdwDialog *dialog = qd_confirm_dialog_new (&confirmation);
  GtkWidget *parent = run->parent;

  g_object_set_data_full (G_OBJECT (dialog), "qd-run", run, (GDestroyNotify) run_free);
  g_signal_connect (dialog, "confirmed", G_CALLBACK (confirmed_cb), NULL);
  adw_dialog_present (dialog, parent);
}

/* Takes @run on once nothing is locked. */
static void
proceed (Run *run)
{
  g_autofree char *why = NULL;

  if (!qd_capability_allowed_on (qd_session_get_fleet (run->session), run->connection, run->capability->verb, run->args, &why))
    {
      qd_audit_tell (qd_hub_get_audit (qd_session_get_hub (run->session)), run->connection, run->capability->verb, run->args, NULL, "refused", why);
      tell_failure (run->session, run->parent, run->summary, why);
      run_free (run);
    }
  else if (run->capability->high_impact)
    ask_reason (run);
  else
    execute (run);
}

/* Takes the run. */
static void
unlocked_cb (gboolean may, gpointer data)
{
  if (may)
    proceed (data);
  else
    run_free (data);
}

static Run *
run_new (QdSession *self, gpointer parent, QdEntity *target, const char *connection, const QdCapability *capability, JsonObject *args,
         const char *summary)
{
  Run *run = g_new0 (Run, 1);

  run->session = g_object_ref (self);
  g_set_weak_pointer (&run->parent, parent);
  g_set_object (&run->target, target);
  run->connection = g_intern_string (connection);
  run->capability = capability;
  run->args = args != NULL ? json_object_ref (args) : json_object_new ();
  run->summary = g_strdup (summary);
  return run;
}

static void
begin (Run *run)
{
  g_autoptr (GPtrArray) locked = g_ptr_array_new ();

  if (run->capability->query || !qd_hub_is_locked (qd_session_get_hub (run->session), run->connection))
    {
      proceed (run);
      return;
    }
  g_ptr_array_add (locked, (gpointer) run->connection);
  qd_production_unlock (run->session, run->parent, locked, run->summary, unlocked_cb, run);
}

/**
 * qd_session_run:
 * @self: a session
 * @parent: a widget that dialogs stand on
 * @target: (nullable): what it is done to
 * @verb: a verb of the capability table
 * @args: (nullable): the verb's arguments; a reference is taken
 * @summary: what people read: "Remove site HQ"
 * @undo_verb: (nullable): what undoes it
 * @undo_args: (nullable): and its arguments; a reference is taken
 *
 * Does something to the fleet, with all that must be asked first, and tells how it ended in a toast.
 * Main thread; returns at once.
 */
void
qd_session_run (QdSession *self, gpointer parent, QdEntity *target, const char *verb, JsonObject *args,
                const char *summary, const char *undo_verb, JsonObject *undo_args)
{
  const QdCapability *capability = qd_capability_get (verb);
  const char *connection;
  Run *run;

  g_return_if_fail (QD_IS_SESSION (self));
  g_return_if_fail (capability != NULL);
  g_return_if_fail (parent == NULL || GTK_IS_WIDGET (parent));

  connection = target != NULL ? qd_entity_get_connection (target) : qd_session_find_connection (self, verb);
  if (connection == NULL)
    {
      tell_failure (self, parent, summary, _("No connection offers and allows it. Connect to one that does, or sign in with another role."));
      return;
    }
  run = run_new (self, parent, target, connection, capability, args, summary);
  run->undo_verb = g_strdup (undo_verb);
  run->undo_args = undo_args != NULL ? json_object_ref (undo_args) : NULL;
  begin (run);
}

/**
 * qd_session_run_many:
 * @self: a session
 * @parent: a widget that dialogs stand on
 * @targets: (element-type QdEntity): what it is done to, all of one connection
 * @verb: a verb of the capability table
 * @args: (nullable): the verb's arguments but for the id; a reference is taken
 * @summary: what people read: "Suspend 3 tenants"
 * @undo_verb: (nullable): what undoes it, for those that it was done to
 * @undo_args: (nullable): its arguments but for the id; a reference is taken
 * @left_out: (nullable): what of the choice is none of @targets, and why, for people
 *
 * Does the same to many things, one after the other, asked for once; one that cannot be done stops none of the
 * others. Main thread; returns at once.
 */
void
qd_session_run_many (QdSession *self, gpointer parent, GPtrArray *targets, const char *verb, JsonObject *args, const char *summary,
                     const char *undo_verb, JsonObject *undo_args, const char *left_out)
{
  const QdCapability *capability = qd_capability_get (verb);
  QdEntity *first;
  Run *run;

  g_return_if_fail (QD_IS_SESSION (self));
  g_return_if_fail (capability != NULL && targets->len > 0);

  first = g_ptr_array_index (targets, 0);
  for (guint i = 1; i < targets->len; i++)
    if (!g_str_equal (qd_entity_get_connection (g_ptr_array_index (targets, i)), qd_entity_get_connection (first)))
      {
        tell_failure (self, parent, summary, _("They belong to different connections. Choose things of one connection."));
        return;
      }
  run = run_new (self, parent, first, qd_entity_get_connection (first), capability, args, summary);
  run->targets = g_ptr_array_copy (targets, (GCopyFunc) g_object_ref, NULL);
  g_ptr_array_set_free_func (run->targets, g_object_unref);
  run->succeeded = g_ptr_array_new_with_free_func (g_object_unref);
  run->outcomes = g_string_new (NULL);
  run->undo_verb = g_strdup (undo_verb);
  run->undo_args = undo_args != NULL ? json_object_ref (undo_args) : NULL;
  run->left_out = g_strdup (left_out);
  begin (run);
}
