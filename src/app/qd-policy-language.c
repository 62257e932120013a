/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-language.h"

/* Most texts are of this one: it is compiled before one is shown. */
#define COMMON "yaml"

typedef struct { GWeakRef buffer; const char *id; } Waiting;

static GtkSourceLanguageManager *manager;   /* NULL: not read yet */
static GtkSourceBuffer *kept;               /* a compiled language lasts as long as a text has it */
static GPtrArray *waiting;                  /* of Waiting; NULL: nobody reads, or all have been served */

static void
waiting_free (gpointer data)
{
  Waiting *self = data;

  g_weak_ref_clear (&self->buffer);
  g_free (self);
}

static void
put (GtkSourceBuffer *buffer, const char *id)
{
  gtk_source_buffer_set_language (buffer, gtk_source_language_manager_get_language (manager, id));
}

static void
serve (void)
{
  g_autoptr (GPtrArray) served = g_steal_pointer (&waiting);

  for (guint i = 0; i < served->len; i++)
    {
      Waiting *one = served->pdata[i];
      g_autoptr (GtkSourceBuffer) buffer = g_weak_ref_get (&one->buffer);

      if (buffer)
        put (buffer, one->id);
    }
}

static gboolean
compile_cb (gpointer data)
{
  kept = gtk_source_buffer_new (NULL);
  put (kept, COMMON);
  serve ();
  return G_SOURCE_REMOVE;
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  manager = g_task_propagate_pointer (G_TASK (result), NULL);
  /* In a turn of its own. */
  g_idle_add (compile_cb, NULL);
}

/* It is nobody else's until it is handed over. */
static void
read_all (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GtkSourceLanguageManager *read = gtk_source_language_manager_new ();

  gtk_source_language_manager_get_language (read, COMMON);
  g_task_return_pointer (task, read, g_object_unref);
}

void
qd_policy_language_warm (void)
{
  g_autoptr (GTask) task = NULL;

  if (waiting != NULL || kept != NULL)
    return;
  waiting = g_ptr_array_new_with_free_func (waiting_free);
  task = g_task_new (NULL, NULL, read_cb, NULL);
  g_task_run_in_thread (task, read_all);
}

void
qd_policy_language_put (GtkSourceBuffer *buffer, const char *id)
{
  Waiting *one;

  if (kept != NULL)
    {
      put (buffer, id);
      return;
    }
  qd_policy_language_warm ();
  one = g_new0 (Waiting, 1);
  g_weak_ref_init (&one->buffer, buffer);
  one->id = id;
  g_ptr_array_add (waiting, one);
}
