/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A command that is answered on another thread, which lets go of it last: the driver ends where it began, on the main thread. */
#include "config.h"

#include "driver-fixture.h"
#include "qd-driver-private.h"

#define TEST_TYPE_DRIVER (test_driver_get_type ())
G_DECLARE_FINAL_TYPE (TestDriver, test_driver, TEST, DRIVER, QdDriver)
struct _TestDriver { QdDriver parent; };
G_DEFINE_FINAL_TYPE (TestDriver, test_driver, QD_TYPE_DRIVER)

static GThread *ended_on;
static GThread *worker;
static gboolean let_go;
static GMutex lock;
static GCond wake;

static gpointer
answer_thread (gpointer data)
{
  GTask *task = data;

  g_task_return_pointer (task, json_node_init_null (json_node_alloc ()), (GDestroyNotify) json_node_unref);
  /* Whoever asked has had the answer, and the driver has been let go of. */
  g_mutex_lock (&lock);
  while (!let_go)
    g_cond_wait (&wake, &lock);
  g_mutex_unlock (&lock);
  g_object_unref (task);
  return NULL;
}

static void
test_driver_command (QdDriver *driver, const char *verb, JsonObject *args, GTask *task)
{
  worker = g_thread_new ("answer", answer_thread, task);
}

static void
test_driver_nothing (QdDriver *driver)
{
}

static void
test_driver_finalize (GObject *object)
{
  ended_on = g_thread_self ();
  G_OBJECT_CLASS (test_driver_parent_class)->finalize (object);
}

static void
test_driver_class_init (TestDriverClass *klass)
{
  QdDriverClass *driver_class = QD_DRIVER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = test_driver_finalize;
  driver_class->start = driver_class->stop = test_driver_nothing;
  driver_class->command = test_driver_command;
}

static void
test_driver_init (TestDriver *self)
{
}

static void
push (gpointer data, QdDelta *delta)
{
  qd_delta_unref (delta);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = qd_driver_command_finish (QD_DRIVER (source), result, &error);

  g_assert_no_error (error);
  g_assert_nonnull (node);
  *(gboolean *) data = TRUE;
}

static void
test_last (void)
{
  g_autoptr (QdEndpoint) endpoint = qd_endpoint_new ("a", "A", "node-api", "http://127.0.0.1:1");
  const QdSink sink = { .delta = push };
  QdDriver *driver = qd_driver_construct (TEST_TYPE_DRIVER, endpoint, &sink);
  gboolean answered = FALSE;

  qd_driver_start (driver);
  qd_driver_command_async (driver, "site.get", NULL, NULL, answered_cb, &answered);
  g_object_unref (driver);
  test_until (answered, 10);
  test_until (ended_on != NULL, 10);
  g_mutex_lock (&lock);
  let_go = TRUE;
  g_cond_signal (&wake);
  g_mutex_unlock (&lock);
  g_thread_join (worker);
  g_assert_true (ended_on == g_thread_self ());
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/drivers/command/last", test_last);
  return g_test_run ();
}
