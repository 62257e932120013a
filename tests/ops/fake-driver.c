/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fake-driver.h"

#include "qd-driver-private.h"
#include "qd-hub-private.h"
#include "qd-json.h"

typedef struct { char *verb; JsonObject *args; GTask *task; } Command;

struct _FakeDriver {
  QdDriver parent;
  GPtrArray *commands;
  guint answered, n_refreshes;
  gboolean started;
};

G_DEFINE_FINAL_TYPE (FakeDriver, fake_driver, QD_TYPE_DRIVER)

static void
command_free (gpointer data)
{
  Command *command = data;

  g_free (command->verb);
  json_object_unref (command->args);
  if (command->task)
    g_task_return_new_error (command->task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "the fake has gone");
  g_clear_object (&command->task);
  g_free (command);
}

static void
fake_start (QdDriver *driver)
{
  FAKE_DRIVER (driver)->started = TRUE;
}

static void
fake_stop (QdDriver *driver)
{
  FAKE_DRIVER (driver)->started = FALSE;
}

static void
fake_refresh (QdDriver *driver)
{
  FAKE_DRIVER (driver)->n_refreshes++;
}

static void
fake_command (QdDriver *driver, const char *verb, JsonObject *args, GTask *task)
{
  Command *command = g_new0 (Command, 1);

  command->verb = g_strdup (verb);
  command->args = json_object_ref (args);
  command->task = task;
  g_ptr_array_add (FAKE_DRIVER (driver)->commands, command);
}

static void
fake_driver_finalize (GObject *object)
{
  g_ptr_array_unref (FAKE_DRIVER (object)->commands);
  G_OBJECT_CLASS (fake_driver_parent_class)->finalize (object);
}

static void
fake_driver_class_init (FakeDriverClass *klass)
{
  QdDriverClass *driver_class = QD_DRIVER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = fake_driver_finalize;
  driver_class->start = fake_start;
  driver_class->stop = fake_stop;
  driver_class->refresh = fake_refresh;
  driver_class->command = fake_command;
}

static void
fake_driver_init (FakeDriver *self)
{
  self->commands = g_ptr_array_new_with_free_func (command_free);
}

FakeDriver *
fake_driver_add (QdHub *hub, const char *id, const char *environment, const char *offers, const char *permissions)
{
  g_autoptr (QdEndpoint) endpoint = qd_endpoint_new (id, id, "node-api", "http://127.0.0.1:1");
  QdDriver *driver;
  QdDelta *delta;

  g_set_str (&endpoint->environment, environment);
  driver = qd_driver_construct (FAKE_TYPE_DRIVER, endpoint, qd_hub_get_sink (hub));
  qd_hub_adopt (hub, endpoint, driver);
  delta = qd_delta_new (id, QD_KIND_CONNECTION, id, QD_DELTA_PATCH);
  qd_delta_set (delta, QD_CONNECTION_OFFERS, qd_value_json (offers));
  qd_delta_set (delta, QD_CONNECTION_PERMISSIONS, qd_value_json (permissions));
  qd_delta_set (delta, QD_CONNECTION_ROLE, qd_value_string ("operator"));
  qd_delta_set (delta, QD_CONNECTION_USER, qd_value_string ("olga"));
  qd_drain_push (qd_hub_get_drain (hub), delta);
  fake_driver_send_state (FAKE_DRIVER (driver), "live");
  qd_drain_flush (qd_hub_get_drain (hub));
  return FAKE_DRIVER (driver);
}

FakeDriver *
fake_driver_add_nats (QdHub *hub, const char *id, const char *feeds)
{
  g_autoptr (QdEndpoint) endpoint = qd_endpoint_new (id, id, "nats", "nats://127.0.0.1:1");
  QdDriver *driver;

  endpoint->feeds = g_strdup (feeds);
  driver = qd_driver_construct (FAKE_TYPE_DRIVER, endpoint, qd_hub_get_sink (hub));
  qd_hub_adopt (hub, endpoint, driver);
  return FAKE_DRIVER (driver);
}

guint
fake_driver_get_n_commands (FakeDriver *self)
{
  return self->commands->len;
}

guint
fake_driver_get_n_waiting (FakeDriver *self)
{
  return self->commands->len - self->answered;
}

const char *
fake_driver_get_verb (FakeDriver *self, guint nth)
{
  return ((Command *) g_ptr_array_index (self->commands, nth))->verb;
}

JsonObject *
fake_driver_get_args (FakeDriver *self, guint nth)
{
  return ((Command *) g_ptr_array_index (self->commands, nth))->args;
}

guint
fake_driver_get_n_refreshes (FakeDriver *self)
{
  return self->n_refreshes;
}

gboolean
fake_driver_is_started (FakeDriver *self)
{
  return self->started;
}

void
fake_driver_answer (FakeDriver *self, const char *json, QdDriverError code, const char *message)
{
  Command *command = g_ptr_array_index (self->commands, self->answered++);
  g_autoptr (GTask) task = g_steal_pointer (&command->task);

  if (json)
    g_task_return_pointer (task, qd_json_parse (json, -1, "fake", NULL), (GDestroyNotify) json_node_unref);
  else
    g_task_return_new_error (task, QD_DRIVER_ERROR, code, "%s", message);
}

void
fake_driver_fail (FakeDriver *self, GError *error)
{
  Command *command = g_ptr_array_index (self->commands, self->answered++);
  g_autoptr (GTask) task = g_steal_pointer (&command->task);

  g_task_return_error (task, error);
}

void
fake_driver_send_job (FakeDriver *self, const char *id, const char *state, double progress, const char *error)
{
  const char *connection = qd_driver_get_endpoint (QD_DRIVER (self))->id;
  QdDelta *delta = qd_delta_new (connection, QD_KIND_JOB, id, QD_DELTA_PATCH);

  qd_delta_set (delta, QD_JOB_STATE, qd_value_string (state));
  qd_delta_set (delta, QD_JOB_PROGRESS, qd_value_double (progress));
  qd_delta_set (delta, QD_JOB_STEPS, qd_value_json ("[{\"name\":\"theirs\",\"state\":\"running\"}]"));
  qd_delta_set (delta, QD_JOB_ERROR, qd_value_string (error));
  qd_sink_delta (qd_driver_get_sink (QD_DRIVER (self)), delta);
}

void
fake_driver_send_state (FakeDriver *self, const char *state)
{
  qd_driver_send_state (QD_DRIVER (self), state, NULL);
}
