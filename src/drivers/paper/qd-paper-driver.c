/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-driver-private.h"

#include <glib/gi18n-lib.h>

#include "qd-entity.h"
#include "qd-paper.h"

/* Speaks to a file: reads it once, and has nothing more to say. */
#define QD_TYPE_PAPER_DRIVER (qd_paper_driver_get_type ())
G_DECLARE_FINAL_TYPE (QdPaperDriver, qd_paper_driver, QD, PAPER_DRIVER, QdDriver)

struct _QdPaperDriver {
  QdDriver parent_instance;
  GCancellable *cancellable;   /* of the reading under way, or the last one */
};

G_DEFINE_FINAL_TYPE (QdPaperDriver, qd_paper_driver, QD_TYPE_DRIVER)

typedef struct {
  QdOutlet *outlet;
  char *path, *name;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *self = data;

  qd_outlet_unref (self->outlet);
  g_free (self->path);
  g_free (self->name);
  g_free (self);
}

static void
send (gpointer data, QdDelta *delta)
{
  qd_outlet_send (data, delta);
}

/* A driver that is stopped or replaced says nothing more. */
static void
read_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Reading *self = data;
  const QdSink sink = { .delta = send, .data = self->outlet };
  g_autoptr (GFile) file = g_file_new_for_path (self->path);
  g_autoptr (GError) error = NULL;
  g_autoptr (QdGraphFile) read = qd_paper_read (file, self->name, NULL, cancellable, &error);

  if (read && qd_paper_tell (read, qd_outlet_get_connection (self->outlet), &sink, cancellable))
    qd_outlet_state (self->outlet, "paper", NULL);
  else if (read == NULL && !g_cancellable_is_cancelled (cancellable))
    qd_outlet_state (self->outlet, "refused", error->message);
  g_task_return_boolean (task, TRUE);
}

static void
stop_reading (QdPaperDriver *self)
{
  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

static void
begin_reading (QdPaperDriver *self)
{
  const QdEndpoint *endpoint = qd_driver_get_endpoint (QD_DRIVER (self));
  Reading *reading = g_new0 (Reading, 1);
  g_autoptr (GTask) task = NULL;

  stop_reading (self);
  self->cancellable = g_cancellable_new ();
  reading->outlet = qd_outlet_ref (qd_driver_get_outlet (QD_DRIVER (self)));
  reading->path = qd_paper_dup_path (endpoint->id);
  reading->name = g_strdup (endpoint->name ? endpoint->name : endpoint->url);
  task = g_task_new (NULL, self->cancellable, NULL, NULL);
  g_task_set_source_tag (task, begin_reading);
  g_task_set_task_data (task, reading, reading_free);
  g_task_run_in_thread (task, read_cb);
}

static void
qd_paper_driver_start (QdDriver *driver)
{
  begin_reading (QD_PAPER_DRIVER (driver));
}

static void
qd_paper_driver_stop (QdDriver *driver)
{
  stop_reading (QD_PAPER_DRIVER (driver));
}

static void
qd_paper_driver_refresh (QdDriver *driver)
{
  begin_reading (QD_PAPER_DRIVER (driver));
}

static void
qd_paper_driver_command (QdDriver *driver, const char *verb, JsonObject *args, GTask *task)
{
  g_task_return_new_error (task, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED,
                           _("“%s” is on paper: there is no server behind it"), qd_driver_get_endpoint (driver)->name);
  g_object_unref (task);
}

static void
qd_paper_driver_finalize (GObject *object)
{
  stop_reading (QD_PAPER_DRIVER (object));
  G_OBJECT_CLASS (qd_paper_driver_parent_class)->finalize (object);
}

static void
qd_paper_driver_class_init (QdPaperDriverClass *klass)
{
  QdDriverClass *driver_class = QD_DRIVER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = qd_paper_driver_finalize;
  driver_class->start = qd_paper_driver_start;
  driver_class->stop = qd_paper_driver_stop;
  driver_class->refresh = qd_paper_driver_refresh;
  driver_class->command = qd_paper_driver_command;
}

static void
qd_paper_driver_init (QdPaperDriver *self)
{
}

QdDriver *
qd_paper_driver_new (const QdEndpoint *endpoint, const QdSink *sink, GError **error)
{
  g_autofree char *path = qd_paper_dup_path (endpoint->id);

  if (path == NULL)
    {
      g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID,
                   _("“%s” cannot be a paper fleet: its id is “%s”, and should be %s and a UUID"),
                   endpoint->name ? endpoint->name : "", endpoint->id, QD_PAPER_PREFIX);
      return NULL;
    }
  return qd_driver_construct (QD_TYPE_PAPER_DRIVER, endpoint, sink);
}
