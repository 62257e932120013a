/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-apart-private.h"

#include <libdex.h>

typedef struct {
  QdApartFunc func;
  gpointer data;
  DexPromise *done;
} Work;

static void
work_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *self = data;

  self->func (self->data);
  dex_promise_resolve_boolean (self->done, TRUE);
  g_task_return_boolean (task, TRUE);
}

static void
work_free (gpointer data)
{
  Work *self = data;

  dex_unref (self->done);
  g_free (self);
}

void
qd_apart (QdApartFunc func, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);
  g_autoptr (DexPromise) done = dex_promise_new ();
  Work *work = g_new (Work, 1);

  *work = (Work) { func, data, dex_ref (done) };
  g_task_set_source_tag (task, qd_apart);
  g_task_set_task_data (task, work, work_free);
  g_task_run_in_thread (task, work_thread);
  dex_await (dex_ref (done), NULL);
}
