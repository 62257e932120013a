/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-production.h"

#include <glib/gi18n.h>

#include "qd-hub-production.h"

#define UNLOCK_MINUTES 15

/* A question that waits for its answer; it goes with its dialog. */
typedef struct {
  QdSession *session;
  GPtrArray *locked;
  QdProductionFunc answered;   /* NULL: it was told */
  gpointer data;
} Question;

static void
tell (Question *self, gboolean may)
{
  QdProductionFunc answered = g_steal_pointer (&self->answered);

  if (answered)
    answered (may, self->data);
}

static void
question_free (gpointer data)
{
  Question *self = data;

  tell (self, FALSE);
  g_object_unref (self->session);
  g_clear_pointer (&self->locked, g_ptr_array_unref);
  g_free (self);
}

/* The question belongs to @dialog from now on. */
static Question *
put_question (AdwDialog *dialog, QdSession *session, QdProductionFunc answered, gpointer data)
{
  Question *self = g_new0 (Question, 1);

  *self = (Question) { .session = g_object_ref (session), .answered = answered, .data = data };
  g_object_set_data_full (G_OBJECT (dialog), "qd-question", self, question_free);
  return self;
}

static void
unlocked_cb (AdwAlertDialog *dialog, const char *response, Question *self)
{
  gboolean may = g_str_equal (response, "unlock");

  for (guint i = 0; may && i < self->locked->len; i++)
    qd_hub_unlock (qd_session_get_hub (self->session), self->locked->pdata[i], UNLOCK_MINUTES);
  tell (self, may);
}

static const char *
get_name (QdSession *session, const char *connection)
{
  QdEntity *entity = qd_fleet_lookup (qd_session_get_fleet (session), connection, QD_KIND_CONNECTION, connection);

  return entity ? qd_entity_get_name (entity) : connection;
}

void
qd_production_unlock (QdSession *session, GtkWidget *parent, GPtrArray *locked, const char *summary, QdProductionFunc answered, gpointer data)
{
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (NULL, NULL));
  Question *self = put_question (ADW_DIALOG (dialog), session, answered, data);

  self->locked = g_ptr_array_ref (locked);
  adw_alert_dialog_format_heading (dialog, _("Allow changes to %s?"), get_name (session, locked->pdata[0]));
  adw_alert_dialog_format_body (dialog, _("“%s” would change production, which is read-only. Unlock it for %u minutes?"), summary, UNLOCK_MINUTES);
  adw_alert_dialog_add_responses (dialog, "cancel", _("_Cancel"), "unlock", _("_Unlock"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "unlock", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_close_response (dialog, "cancel");
  g_signal_connect (dialog, "response", G_CALLBACK (unlocked_cb), self);
  adw_dialog_present (ADW_DIALOG (dialog), parent);
}

/* --- The locks, then the name ----------------------------------------------------------------------- */

/* What is asked once nothing is locked. */
typedef struct {
  AdwDialog *dialog;         /* NULL: nothing */
  GtkWidget *parent;         /* weak */
  QdProductionFunc answered;
  gpointer data;
} Next;

static void
confirmed_cb (AdwDialog *dialog, const char *reason, Question *self)
{
  tell (self, TRUE);
}

static void
response_cb (AdwAlertDialog *dialog, const char *response, Question *self)
{
  if (!g_str_equal (response, "do"))
    tell (self, FALSE);
}

/* A dialog that is not shown after all goes, and that is a no. */
static void
locks_open_cb (gboolean may, gpointer data)
{
  Next *next = data;

  if (next->dialog == NULL)
    next->answered (may, next->data);
  else if (may)
    adw_dialog_present (next->dialog, next->parent);
  g_clear_object (&next->dialog);
  g_clear_weak_pointer (&next->parent);
  g_free (next);
}

void
qd_production_ask (QdSession *session, GtkWidget *parent, const char *connection, const char *summary, const QdConfirmation *confirmation,
                   QdProductionFunc answered, gpointer data)
{
  g_autoptr (GPtrArray) locked = qd_hub_list_locked (qd_session_get_hub (session), connection);
  Next *next = g_new0 (Next, 1);

  *next = (Next) { .answered = answered, .data = data };
  g_set_weak_pointer (&next->parent, parent);
  if (confirmation)
    {
      Question *question;

      next->dialog = g_object_ref_sink (qd_confirm_dialog_new (confirmation));
      question = put_question (next->dialog, session, answered, data);
      g_signal_connect (next->dialog, "confirmed", G_CALLBACK (confirmed_cb), question);
      g_signal_connect (next->dialog, "response", G_CALLBACK (response_cb), question);
    }
  if (locked->len > 0)
    qd_production_unlock (session, parent, locked, summary, locks_open_cb, next);
  else
    locks_open_cb (TRUE, next);
}
