/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"

#include "qd-audit-recent.h"

#include "qd-audit-scan.h"
#include "qd-json.h"

/* So much of the journal's end is looked through. */
#define MAX_BYTES (16ll << 20)

typedef struct {
  char *path;
  char *quoted;             /* the thing's id as JSON has it */
  guint max;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_free (reading->path);
  g_free (reading->quoted);
  g_free (reading);
}

static void
recent_free (gpointer data)
{
  QdAuditRecent *self = data;

  g_free (self->summary);
  g_free (self->outcome);
  g_free (self->who);
  g_free (self->why);
  g_free (self);
}

typedef struct { const char *quoted; GPtrArray *found; } Finding;

/* What was begun is told by its end, or by the job that goes on. */
static QdAuditScanStep
take_line (const char *line, gsize length, gpointer data)
{
  Finding *finding = data;
  g_autoptr (JsonNode) node = g_strstr_len (line, (gssize) length, finding->quoted) ? qd_json_parse (line, (gssize) length, "audit", NULL) : NULL;
  JsonObject *object = node != NULL ? qd_json_object (node) : NULL;
  const char *outcome = object != NULL ? qd_json_get_string (object, "outcome", NULL) : NULL;
  QdAuditRecent *recent;

  if (outcome == NULL || g_str_equal (outcome, "begun"))
    return QD_AUDIT_SCAN_NEXT;
  recent = g_new0 (QdAuditRecent, 1);
  recent->summary = g_strdup (qd_json_get_string (object, "summary", qd_json_get_string (object, "what", "")));
  recent->outcome = g_strdup (outcome);
  recent->who = g_strdup (qd_json_get_string (object, "who", NULL));
  recent->why = g_strdup (qd_json_get_string (object, "why", NULL));
  if (!qd_json_get_time (object, "at", &recent->at_us))
    recent->at_us = 0;
  g_ptr_array_add (finding->found, recent);
  return QD_AUDIT_SCAN_TAKEN;
}

static void
read_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Reading *reading = data;
  QdAuditScanBounds bounds = { reading->max, MAX_BYTES };
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (recent_free);
  Finding finding = { reading->quoted, found };
  GError *error = NULL;

  if (qd_audit_scan (reading->path, &bounds, take_line, &finding, cancellable, &error))
    g_task_return_pointer (task, g_steal_pointer (&found), (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

void
qd_audit_recent_async (QdAudit *self, const char *thing, guint max, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), thing);
  Reading *reading = g_new0 (Reading, 1);

  reading->path = g_strdup (qd_audit_log_get_path (qd_audit_get_log (self)));
  reading->quoted = qd_json_to_text (node, FALSE);
  reading->max = max;
  g_task_set_source_tag (task, qd_audit_recent_async);
  g_task_set_task_data (task, reading, reading_free);
  g_task_run_in_thread (task, read_thread);
}

GPtrArray *
qd_audit_recent_finish (QdAudit *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
