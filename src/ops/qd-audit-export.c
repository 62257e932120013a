/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"

#include "qd-audit-export.h"

#include <string.h>

#include "qd-canonical.h"
#include "qd-json.h"

#define SLICE 500

/* What every record may have, in the order in which people ask. */
static const char *const columns[] = { "at", "who", "what", "on", "outcome", "why", "error", "summary", "connection", "where", "from",
                                       "before", "after", "request_id", "trace_id", "job", "desk", "n", "prev", "hash" };

typedef struct {
  GPtrArray *records;
  QdAuditFormat format;
  GFile *file;
  QdAuditProgress progress;
  gpointer data;
  GMainContext *context;
} Export;

typedef struct { GTask *task; guint n; } Step;

/* --- Text ---------------------------------------------------------------------------------------------------------- */

/* What begins as a formula does would be one where spreadsheets open it. */
static void
append_cell (GString *out, const char *text)
{
  const char *guard = *text && strchr ("=+-@\t\r", *text) ? "'" : "";

  if (*guard == '\0' && strpbrk (text, ",\"\r\n") == NULL)
    {
      g_string_append (out, text);
      return;
    }
  g_string_append_printf (out, "\"%s", guard);
  for (const char *p = text; *p; p++)
    {
      if (*p == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *p);
    }
  g_string_append_c (out, '"');
}

void
qd_audit_append_csv_head (GString *out)
{
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    g_string_append_printf (out, "%s%s", i > 0 ? "," : "", columns[i]);
  g_string_append (out, "\r\n");
}

static void
append_csv (GString *out, const char *record, gsize length)
{
  g_autoptr (JsonNode) node = qd_json_parse (record, (gssize) length, "audit", NULL);
  JsonObject *object = node ? qd_json_object (node) : NULL;

  if (object == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      JsonNode *member = json_object_get_member (object, columns[i]);
      const char *string = qd_json_get_string (object, columns[i], NULL);
      g_autofree char *text = string || member == NULL ? NULL : qd_json_to_canonical (member);

      if (i > 0)
        g_string_append_c (out, ',');
      append_cell (out, string ? string : text ? text : "");
    }
  g_string_append (out, "\r\n");
}

void
qd_audit_append_record (GString *out, QdAuditFormat format, const char *record, gsize length)
{
  if (format == QD_AUDIT_CSV)
    append_csv (out, record, length);
  else
    {
      g_string_append_len (out, record, (gssize) length);
      g_string_append_c (out, '\n');
    }
}

/* --- A file -------------------------------------------------------------------------------------------------------- */

static void
export_free (gpointer data)
{
  Export *self = data;

  g_ptr_array_unref (self->records);
  g_object_unref (self->file);
  g_main_context_unref (self->context);
  g_free (self);
}

static void
step_free (gpointer data)
{
  Step *step = data;

  g_object_unref (step->task);
  g_free (step);
}

static gboolean
step_cb (gpointer data)
{
  Step *step = data;
  Export *self = g_task_get_task_data (step->task);

  if (!g_task_get_completed (step->task))
    self->progress (step->n, self->records->len, self->data);
  return G_SOURCE_REMOVE;
}

static void
tell_step (GTask *task, Export *self, guint n)
{
  Step *step = g_new (Step, 1);

  *step = (Step) { g_object_ref (task), n };
  g_main_context_invoke_full (self->context, G_PRIORITY_DEFAULT, step_cb, step, step_free);
}

static gboolean
write_records (GTask *task, Export *self, GOutputStream *out, GCancellable *cancellable, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (self->format == QD_AUDIT_CSV)
    qd_audit_append_csv_head (text);
  for (guint i = 0; i < self->records->len; i++)
    {
      const char *record = self->records->pdata[i];

      qd_audit_append_record (text, self->format, record, strlen (record));
      if ((i + 1) % SLICE != 0)
        continue;
      if (!g_output_stream_write_all (out, text->str, text->len, NULL, cancellable, error))
        return FALSE;
      g_string_truncate (text, 0);
      if (self->progress)
        tell_step (task, self, i + 1);
    }
  return g_output_stream_write_all (out, text->str, text->len, NULL, cancellable, error);
}

static void
export_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Export *self = data;
  GError *error = NULL;
  g_autoptr (GFileOutputStream) out = g_file_replace (self->file, NULL, FALSE, G_FILE_CREATE_PRIVATE | G_FILE_CREATE_REPLACE_DESTINATION, cancellable, &error);
  g_autoptr (GCancellable) never = g_cancellable_new ();

  if (out && write_records (task, self, G_OUTPUT_STREAM (out), cancellable, &error) &&
      g_output_stream_close (G_OUTPUT_STREAM (out), cancellable, &error))
    {
      g_task_return_int (task, self->records->len);
      return;
    }
  /* A stream that is closed by a cancelled operation leaves the file that was there as it was. */
  if (out)
    {
      g_cancellable_cancel (never);
      g_output_stream_close (G_OUTPUT_STREAM (out), never, NULL);
    }
  g_task_return_error (task, error);
}

void
qd_audit_export_async (GPtrArray *records, QdAuditFormat format, GFile *file, QdAuditProgress progress, gpointer data, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Export *self = g_new (Export, 1);

  *self = (Export) { g_ptr_array_ref (records), format, g_object_ref (file), progress, data, g_main_context_ref_thread_default () };
  g_task_set_source_tag (task, qd_audit_export_async);
  g_task_set_task_data (task, self, export_free);
  g_task_run_in_thread (task, export_thread);
}

gboolean
qd_audit_export_finish (GAsyncResult *result, guint *n, GError **error)
{
  gssize written = g_task_propagate_int (G_TASK (result), error);

  if (n)
    *n = written > 0 ? (guint) written : 0;
  return written >= 0;
}
