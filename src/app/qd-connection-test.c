/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-connection-test.h"

#include <glib/gi18n.h>

#define TIMEOUT_S 20

/* One test: shared by the main thread and the driver's threads, which may speak until the driver is gone. */
typedef struct
{
  gatomicrefcount refs;
  /* Main thread */
  GTask *task;          /* NULL once answered */
  QdDriver *driver;
  guint timeout_id;
} Test;

typedef struct
{
  Test *test;
  char *state;
  char *detail;
} Report;

static Test *
test_ref (Test *test)
{
  g_atomic_ref_count_inc (&test->refs);
  return test;
}

static void
test_unref (Test *test)
{
  if (g_atomic_ref_count_dec (&test->refs))
    g_free (test);
}

static void
report_free (Report *report)
{
  test_unref (report->test);
  g_free (report->state);
  g_free (report->detail);
  g_free (report);
}

/* Main thread: the end of it, once. @problem NULL: it is live. */
static void
answer (Test *test, const char *problem)
{
  g_autoptr (GTask) task = g_steal_pointer (&test->task);
  g_autoptr (QdDriver) driver = g_steal_pointer (&test->driver);

  if (task == NULL)
    return;
  g_clear_handle_id (&test->timeout_id, g_source_remove);
  qd_driver_stop (driver);
  if (problem != NULL)
    g_task_return_new_error (task, QD_DRIVER_ERROR, QD_DRIVER_ERROR_UNREACHABLE, "%s", problem);
  else
    g_task_return_pointer (task, g_strdup (_("It answers and lets you in")), g_free);
}

static gboolean
report_cb (gpointer data)
{
  Report *report = data;

  if (g_strcmp0 (report->state, "live") == 0)
    answer (report->test, NULL);
  else if (g_strcmp0 (report->state, "refused") == 0 || (report->detail != NULL && *report->detail != '\0'))
    answer (report->test, report->detail != NULL ? report->detail : _("It refuses the connection"));
  return G_SOURCE_REMOVE;
}

/* Any thread. */
static void
sink_cb (gpointer data, QdDelta *delta)
{
  g_autoptr (QdDelta) owned = delta;
  Report *report;

  if (qd_delta_get_key (delta)->kind != QD_KIND_CONNECTION)
    return;
  report = g_new0 (Report, 1);
  report->test = test_ref (data);
  for (guint i = 0; i < qd_delta_get_n_fields (delta); i++)
    {
      guint field;
      const QdValue *value = qd_delta_get_nth (delta, i, &field);

      if (field == QD_CONNECTION_STATE && value->type == QD_VALUE_STRING)
        g_set_str (&report->state, value->v.s);
      else if (field == QD_CONNECTION_DETAIL && value->type == QD_VALUE_STRING)
        g_set_str (&report->detail, value->v.s);
    }
  if (report->state == NULL)
    report_free (report);
  else
    g_idle_add_full (G_PRIORITY_DEFAULT, report_cb, report, (GDestroyNotify) report_free);
}

static gboolean
timeout_cb (gpointer data)
{
  Test *test = data;

  test->timeout_id = 0;
  answer (test, _("It did not answer within 20 seconds"));
  return G_SOURCE_REMOVE;
}

void
qd_connection_test_async (const QdEndpoint *endpoint, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  g_autoptr (GError) error = NULL;
  Test *test = g_new0 (Test, 1);
  QdSink sink = { sink_cb, test };

  g_task_set_source_tag (task, qd_connection_test_async);
  g_atomic_ref_count_init (&test->refs);
  test->driver = qd_driver_new_for_endpoint (endpoint, &sink, &error);
  if (test->driver == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      test_unref (test);
      return;
    }
  /* its threads may still speak while it goes */
  g_object_set_data_full (G_OBJECT (test->driver), "qd-test", test, (GDestroyNotify) test_unref);
  test->task = g_steal_pointer (&task);
  test->timeout_id = g_timeout_add_seconds_full (G_PRIORITY_DEFAULT, TIMEOUT_S, timeout_cb, test_ref (test),
                                                 (GDestroyNotify) test_unref);
  qd_driver_start (test->driver);
}

char *
qd_connection_test_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
