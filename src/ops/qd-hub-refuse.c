/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What speaks against an action, before anything is sent and from the server, and the record of it. */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "qd-ask-private.h"
#include "qd-audit-facts.h"
#include "qd-audit-private.h"
#include "qd-capability.h"
#include "qd-hub-private.h"
#include "qd-job-private.h"

/* NATS knows subjects, not permissions: those are known where one signed in to the control API of the same fleet. That comes first, because it
 * is what one can ask for. */
gboolean
qd_hub_allows (QdHub *self, const char *connection, const char *verb, JsonObject *args, char **why)
{
  g_autoptr (QdEndpoint) endpoint = qd_hub_dup_endpoint (self, connection);

  if (endpoint && endpoint->feeds && !qd_capability_permitted (self->fleet, endpoint->feeds, verb, why))
    return FALSE;
  return qd_capability_allowed_on (self->fleet, connection, verb, args, why);
}

/* What speaks against as much as asking for it. */
static GError *
object_to_asking (QdHub *self, const char *id, const QdCapability *row, const char *verb, JsonObject *args)
{
  g_autoptr (JsonObject) nothing = json_object_new ();
  g_autofree char *why = NULL;

  if (row == NULL)
    return g_error_new (QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("There is no such action as “%s”"), verb);
  if (qd_hub_get_driver (self, id) == NULL)
    return g_error_new (QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("There is no such connection: add it first"));
  if (!qd_hub_allows (self, id, verb, args ? args : nothing, &why))
    return g_error_new_literal (QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED, why);
  return NULL;
}

GError *
qd_hub_object (QdHub *self, const char *id, const QdCapability *row, const char *verb, JsonObject *args, const char *reason)
{
  GError *error = object_to_asking (self, id, row, verb, args);

  if (error)
    return error;
  if (!row->query && qd_hub_is_locked (self, id))
    return g_error_new (QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED,
                        _("“%s” is production and locked against changes: unlock it first"),
                        qd_hub_get_connection_name (self, id));
  if (row->high_impact && (reason == NULL || *reason == '\0'))
    return g_error_new (QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID,
                        _("“%s” needs a reason: it has a high impact"), _(row->title));
  return NULL;
}

/* --- The record ------------------------------------------------------------------------------------------ */

/* The window looks again and again at what it shows: that a look is refused is recorded once for each connection, and only where it is the
 * permission that is missing, or the server that says so. Who signs in is heard each time. */
static gboolean
is_worth_a_record (QdHub *self, const char *connection, const QdCapability *row, const GError *error)
{
  if (row == NULL || !row->query || g_str_has_prefix (row->verb, "auth."))
    return TRUE;
  if (!g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED) || !qd_hub_is_live (self, connection))
    return FALSE;
  return g_hash_table_add (self->told, g_strdup_printf ("%s %s", connection, row->verb));
}

DexFuture *
qd_hub_record_refusal (QdHub *self, const char *connection, const char *verb, JsonObject *args, const char *reason, const GError *error)
{
  g_auto (QdAuditSubject) subject = { 0 };

  if (!is_worth_a_record (self, connection, qd_capability_get (verb), error))
    return dex_future_new_for_boolean (FALSE);
  qd_audit_subject_init (&subject, self->fleet, connection, verb ? verb : "", args);
  return qd_audit_note (self->audit, &(QdAuditFacts) { .what = verb ? verb : "", .outcome = "refused", .connection = connection, .on = subject.on,
                                                       .why = reason, .error = error->message, .before = subject.before, .after = subject.after });
}

typedef struct { GTask *task; GError *error; } Refusal;

static void
refusal_free (gpointer data)
{
  Refusal *refusal = data;

  g_clear_object (&refusal->task);
  g_clear_error (&refusal->error);
  g_free (refusal);
}

static DexFuture *
refused_cb (DexFuture *recorded, gpointer user_data)
{
  Refusal *refusal = user_data;

  g_task_return_error (refusal->task, g_steal_pointer (&refusal->error));
  return NULL;
}

void
qd_hub_refuse (QdHub *self, GTask *task, const char *connection, const char *verb, JsonObject *args, const char *reason, GError *error)
{
  DexFuture *recorded = qd_hub_record_refusal (self, connection, verb, args, reason, error);
  Refusal *refusal = g_new (Refusal, 1);

  *refusal = (Refusal) { task, error };
  dex_future_disown (dex_future_finally (recorded, refused_cb, refusal, refusal_free));
}

/* --- What is only asked ---------------------------------------------------------------------------------- */

typedef struct { GTask *task; char *connection, *verb, *reason; JsonObject *args; } Question;

static void
question_free (Question *self)
{
  g_free (self->connection);
  g_free (self->verb);
  g_free (self->reason);
  g_clear_pointer (&self->args, json_object_unref);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_free)

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Question) self = user_data;
  GError *error = NULL;
  JsonNode *node = qd_driver_command_finish (QD_DRIVER (source), result, &error);

  if (g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED))
    {
      qd_hub_refuse (g_task_get_source_object (self->task), self->task, self->connection, self->verb, self->args, self->reason, error);
      return;
    }
  if (node)
    g_task_return_pointer (self->task, node, (GDestroyNotify) json_node_unref);
  else
    g_task_return_error (self->task, error);
  g_object_unref (self->task);
}

void
qd_hub_ask (QdHub *self, GTask *task, const char *connection, const char *verb, JsonObject *args, const char *reason)
{
  Question *question = g_new (Question, 1);

  *question = (Question) { task, g_strdup (connection), g_strdup (verb), g_strdup (reason), args ? json_object_ref (args) : NULL };
  qd_driver_command_async (qd_hub_get_driver (self, connection), verb, args, g_task_get_cancellable (task), answered_cb, question);
}

void
qd_hub_dry_run (QdHub *self, const char *connection, const char *verb, JsonObject *args, const char *reason, GCancellable *cancellable,
                GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (JsonObject) question = json_object_new ();
  GError *error = object_to_asking (self, connection, qd_capability_get (verb), verb, args);

  g_task_set_source_tag (task, qd_hub_run);
  if (args)
    json_object_foreach_member (args, qd_job_copy_member, question);
  json_object_set_boolean_member (question, "dry_run", TRUE);
  if (reason)
    json_object_set_string_member (question, "reason", reason);
  if (error)
    qd_hub_refuse (self, task, connection, verb, question, reason, error);
  else
    qd_hub_ask (self, task, connection, verb, question, reason);
}
