/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-routing-batch.h"

#include <glib/gi18n.h>

#include "qd-json.h"

typedef struct {
  char *id, *name, *revision;
  gint64 before, after;
  gboolean done;
} Step;

struct _QdRoutingBatch {
  QdSession *session;
  const char *connection;   /* interned */
  GArray *steps;            /* Step */
  guint next;
  char *problem;            /* of the first that was not done */
};

static void
step_clear (gpointer data)
{
  Step *step = data;

  g_free (step->id);
  g_free (step->name);
  g_free (step->revision);
}

QdRoutingBatch *
qd_routing_batch_new (QdSession *session, const char *connection)
{
  QdRoutingBatch *self = g_new0 (QdRoutingBatch, 1);

  self->session = g_object_ref (session);
  self->connection = g_intern_string (connection);
  self->steps = g_array_new (FALSE, TRUE, sizeof (Step));
  g_array_set_clear_func (self->steps, step_clear);
  return self;
}

void
qd_routing_batch_free (QdRoutingBatch *self)
{
  g_object_unref (self->session);
  g_array_unref (self->steps);
  g_free (self->problem);
  g_free (self);
}

void
qd_routing_batch_add (QdRoutingBatch *self, QdEntity *policy, int priority)
{
  const char *revision = qd_entity_get_string (policy, QD_FIELD_REVISION);
  Step step = { g_strdup (qd_entity_get_id (policy)), g_strdup (qd_entity_get_name (policy)), g_strdup (revision ? revision : ""), 0, priority, FALSE };

  qd_entity_get_int (policy, QD_ROUTING_PRIORITY, &step.before);
  g_array_append_val (self->steps, step);
}

guint
qd_routing_batch_get_n (QdRoutingBatch *self)
{
  return self->steps->len;
}

/* --- Undo --------------------------------------------------------------------------------------------- */

/* What somebody else has moved since stays where that is. */
static void
undo_cb (QdRoutingBatch *self)
{
  g_autoptr (QdRoutingBatch) back = qd_routing_batch_new (self->session, self->connection);

  for (guint i = 0; i < self->steps->len; i++)
    {
      const Step *step = &g_array_index (self->steps, Step, i);
      QdEntity *policy = qd_fleet_lookup (qd_session_get_fleet (self->session), self->connection, QD_KIND_ROUTING, step->id);
      gint64 now;

      if (step->done && policy && qd_entity_get_int (policy, QD_ROUTING_PRIORITY, &now) && now == step->after)
        qd_routing_batch_add (back, policy, (int) step->before);
    }
  if (back->steps->len > 0)
    qd_routing_batch_run (g_steal_pointer (&back));
  else
    qd_session_toast (self->session, _("Not undone: somebody else has changed that since"));
}

static void
free_closure (gpointer data, GClosure *closure)
{
  qd_routing_batch_free (data);
}

/* --- Doing -------------------------------------------------------------------------------------------- */

static void
finish (QdRoutingBatch *self)
{
  guint done = 0;
  g_autofree char *text = NULL;

  for (guint i = 0; i < self->steps->len; i++)
    done += g_array_index (self->steps, Step, i).done;
  if (self->problem)
    text = g_strdup_printf (ngettext ("%u of %u policy moved. %s", "%u of %u policies moved. %s", self->steps->len), done, self->steps->len, self->problem);
  else
    text = g_strdup_printf (ngettext ("Moved %u policy", "Moved %u policies", done), done);
  if (done > 0)
    qd_session_toast_action (self->session, text, _("_Undo"), G_CALLBACK (undo_cb), self, free_closure);
  else
    {
      qd_session_toast (self->session, text);
      qd_routing_batch_free (self);
    }
}

static void run_next (QdRoutingBatch *self);

static void
done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  QdRoutingBatch *self = data;
  Step *step = &g_array_index (self->steps, Step, self->next - 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = qd_hub_run_finish (QD_HUB (source), result, &error);

  step->done = answer != NULL;
  if (error && self->problem == NULL)
    self->problem = g_strdup_printf ("%s: %s", step->name, error->message);
  run_next (self);
}

static void
run_next (QdRoutingBatch *self)
{
  g_autoptr (JsonObject) args = json_object_new ();
  g_autofree char *summary = NULL, *job = NULL;
  JsonObject *changes;
  const Step *step;

  if (self->next >= self->steps->len)
    {
      finish (self);
      return;
    }
  step = &g_array_index (self->steps, Step, self->next++);
  changes = json_object_new ();
  json_object_set_int_member (changes, "priority", step->after);
  json_object_set_string_member (args, "id", step->id);
  json_object_set_string_member (args, "revision", step->revision);
  json_object_set_object_member (args, "changes", changes);
  summary = g_strdup_printf (_("Move %s from %d to %d"), step->name, (int) step->before, (int) step->after);
  job = qd_hub_run (qd_session_get_hub (self->session), self->connection, "routing.update", args, summary, NULL, NULL, done_cb, self);
}

void
qd_routing_batch_run (QdRoutingBatch *self)
{
  run_next (self);
}
