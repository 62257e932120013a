/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-table-text.h"

#include <string.h>
#include <glib/gi18n.h>

#include "qd-display.h"
#include "qd-json.h"

/* Rows of CSV made in one go: about a millisecond. */
#define SLICE 500

char *
qd_table_text_plain (QdFleet *fleet, GPtrArray *entities, const guint *fields, guint n_fields)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < entities->len; i++)
    for (guint j = 0; j < n_fields; j++)
      {
        /* What is pasted elsewhere is looked for there by the verb that it has. */
        g_autofree char *text = qd_display_holds_verb (qd_entity_get_kind (entities->pdata[i]), fields[j])
                                  ? qd_entity_format (entities->pdata[i], fields[j])
                                  : qd_display_field_with_unit (fleet, entities->pdata[i], fields[j]);

        g_string_append (out, text);
        g_string_append_c (out, j + 1 < n_fields ? '\t' : '\n');
      }
  return g_string_free (out, FALSE);
}

char *
qd_table_text_json (GPtrArray *entities)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (entities->len != 1)
    json_builder_begin_array (builder);
  for (guint i = 0; i < entities->len; i++)
    qd_entity_add_json (entities->pdata[i], builder);
  if (entities->len != 1)
    json_builder_end_array (builder);
  g_autoptr (JsonNode) node = json_builder_get_root (builder);
  return qd_json_to_text (node, TRUE);
}

static const char *
get_url (QdHub *hub, const char *connection)
{
  QdDriver *driver = qd_hub_get_driver (hub, connection);
  const QdEndpoint *endpoint = driver != NULL ? qd_driver_get_endpoint (driver) : NULL;

  return endpoint != NULL && endpoint->url != NULL && g_str_has_prefix (endpoint->url, "http") ? endpoint->url : NULL;
}

static const char *
get_collection (QdKind kind)
{
  switch (kind)
    {
    case QD_KIND_SITE: return "api/v1/sites";
    case QD_KIND_PATH: return "api/v1/paths";
    case QD_KIND_FLOW: return "api/v1/flows";
    case QD_KIND_NODE: return "api/v1/nodes";
    case QD_KIND_JOB: return "admin/v1/jobs";
    case QD_KIND_ROUTING: return "api/v1/routing-policies";
    case QD_KIND_TENANT: return "admin/v1/tenants";
    case QD_KIND_SHARD: return "admin/v1/scale/shards";
    default: return NULL;
    }
}

char *
qd_table_text_curl (QdHub *hub, GPtrArray *entities)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < entities->len; i++)
    {
      QdEntity *entity = entities->pdata[i];
      const char *url = get_url (hub, qd_entity_get_connection (entity));
      const char *collection = get_collection (qd_entity_get_kind (entity));

      if (url == NULL || collection == NULL)
        continue;
      g_autofree char *id = g_uri_escape_string (qd_entity_get_id (entity), NULL, FALSE);
      g_autofree char *whole = g_strdup_printf ("%s%s%s/%s", url, g_str_has_suffix (url, "/") ? "" : "/", collection, id);
      g_autofree char *quoted = g_shell_quote (whole);
      /* The token stays out of the clipboard: the shell has it, or not. */
      g_string_append_printf (out, "curl -H \"Authorization: Bearer $QD_TOKEN\" %s\n", quoted);
    }
  return out->len > 0 ? g_strdup (out->str) : NULL;
}

/* --- CSV --- */

typedef struct {
  QdFleet *fleet;
  GPtrArray *entities;
  guint *fields;
  guint n_fields;
  guint next;
  GFile *file;
  GString *text;
} Csv;

static void
csv_free (Csv *csv)
{
  g_object_unref (csv->fleet);
  g_ptr_array_unref (csv->entities);
  g_free (csv->fields);
  g_object_unref (csv->file);
  if (csv->text != NULL)
    g_string_free (csv->text, TRUE);
  g_free (csv);
}

void
qd_table_text_append_csv (GString *out, const char *text)
{
  gboolean formula = strchr ("=+-@\t\r", *text) != NULL && *text != '\0' && !g_ascii_isdigit (text[1]) && text[1] != '.';

  if (!formula && strpbrk (text, ",\"\r\n") == NULL)
    {
      g_string_append (out, text);
      return;
    }
  g_string_append (out, formula ? "\"'" : "\"");
  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *p);
    }
  g_string_append_c (out, '"');
}

static void
append_header (Csv *csv, const QdSchema *schema)
{
  g_string_append (csv->text, "id,connection");
  for (guint i = 0; i < csv->n_fields; i++)
    {
      g_string_append_c (csv->text, ',');
      g_string_append (csv->text, schema->fields[csv->fields[i]].id);
    }
  g_string_append (csv->text, "\r\n");
}

static void
append_row (Csv *csv, QdEntity *entity)
{
  const QdSchema *schema = qd_entity_get_schema (entity);

  qd_table_text_append_csv (csv->text, qd_entity_get_id (entity));
  g_string_append_c (csv->text, ',');
  qd_table_text_append_csv (csv->text, qd_entity_get_connection (entity));
  for (guint i = 0; i < csv->n_fields; i++)
    {
      g_autofree char *text = qd_value_to_text (qd_entity_get (entity, csv->fields[i]), &schema->fields[csv->fields[i]]);

      g_string_append_c (csv->text, ',');
      qd_table_text_append_csv (csv->text, text);
    }
  g_string_append (csv->text, "\r\n");
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Csv *csv = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    {
      g_task_return_int (task, csv->entities->len);
      return;
    }
  g_prefix_error (&error, _("Could not write “%s”: "), g_file_peek_path (csv->file) != NULL ? g_file_peek_path (csv->file) : "CSV");
  g_task_return_error (task, g_steal_pointer (&error));
}

static gboolean
slice_cb (gpointer user_data)
{
  GTask *task = user_data;
  Csv *csv = g_task_get_task_data (task);
  guint end = MIN (csv->next + SLICE, csv->entities->len);

  if (g_task_return_error_if_cancelled (task))
    return G_SOURCE_REMOVE;
  for (; csv->next < end; csv->next++)
    append_row (csv, csv->entities->pdata[csv->next]);
  if (csv->next < csv->entities->len)
    return G_SOURCE_CONTINUE;
  g_autoptr (GBytes) bytes = g_string_free_to_bytes (g_steal_pointer (&csv->text));
  g_file_replace_contents_bytes_async (csv->file, bytes, NULL, FALSE, G_FILE_CREATE_REPLACE_DESTINATION,
                                       g_task_get_cancellable (task), written_cb, g_object_ref (task));
  return G_SOURCE_REMOVE;
}

/**
 * qd_table_csv_async:
 * @entities: (element-type QdEntity): the rows; the array and its members are referenced
 *
 * Writes CSV whose first row names the fields as machines do. The file is replaced as a whole or
 * not at all.
 */
void
qd_table_csv_async (QdFleet *fleet, GPtrArray *entities, const guint *fields, guint n_fields, GFile *file,
                    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Csv *csv = g_new0 (Csv, 1);

  csv->fleet = g_object_ref (fleet);
  csv->entities = g_ptr_array_ref (entities);
  csv->fields = g_memdup2 (fields, n_fields * sizeof *fields);
  csv->n_fields = n_fields;
  csv->file = g_object_ref (file);
  csv->text = g_string_sized_new (64 * 1024);
  g_task_set_source_tag (task, qd_table_csv_async);
  g_task_set_task_data (task, csv, (GDestroyNotify) csv_free);
  if (entities->len > 0)
    append_header (csv, qd_entity_get_schema (entities->pdata[0]));
  g_idle_add_full (G_PRIORITY_LOW, slice_cb, task, g_object_unref);
}

gboolean
qd_table_csv_finish (GAsyncResult *result, guint *n_rows, GError **error)
{
  gssize n = g_task_propagate_int (G_TASK (result), error);

  if (n >= 0)
    *n_rows = (guint) n;
  return n >= 0;
}
