/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Policies and workloads as lists: whether the endpoint has them, that they changed, and all of them at once. */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-node-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-json-copy.h"

#define ABSENT_MS 60000           /* until what was not offered is looked for again */
#define PAGE_SIZE 200
#define MAX_PAGES 1000
#define MAX_ITEMS 100000

/* --- Whether there are any ---------------------------------------------------------------------------------- */

static const struct { const char *path, *features; } probes[QD_NODE_N_PROBES] = {
  [QD_NODE_PROBE_POLICIES] = { "/api/v1/policies", "policies policies.simulate policies.write" },
  [QD_NODE_PROBE_WORKLOADS] = { "/api/v1/workloads", "workloads" },
};

typedef struct { guint nth, run; gboolean tell; } Probe;

static void probe_all (QdNodeSession *self, gboolean tell);

static gboolean
probe_again_cb (gpointer data)
{
  QdNodeSession *self = data;

  g_clear_pointer (&self->probe_timer, g_source_unref);
  probe_all (self, FALSE);
  return G_SOURCE_REMOVE;
}

static void
offer (QdNodeSession *self, guint nth, gboolean offered, gboolean changes)
{
  g_auto (GStrv) features = g_strsplit (probes[nth].features, " ", -1);

  for (guint i = 0; features[i]; i++)
    qd_node_offer (self, features[i], offered && (changes || !g_str_has_suffix (features[i], ".write")));
}

static gboolean
is_kubernetes (JsonObject *object)
{
  return object && qd_json_get_string (object, "apiVersion", NULL) && qd_json_get_string (object, "kind", NULL);
}

static void
probed_cb (QdNodeSession *self, JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  g_autofree Probe *probe = data;
  JsonArray *items = error ? NULL : qd_json_list (node, NULL);
  JsonObject *first = items && json_array_get_length (items) > 0 ? qd_json_object (json_array_get_element (items, 0)) : NULL;

  if (self->stopped || probe->run != self->probe_run)
    return;
  if (items && (json_array_get_length (items) == 0 || is_kubernetes (first)))
    {
      gboolean new = !g_hash_table_contains (self->offers, "policies");

      qd_backoff_reset (&self->probe_backoff);
      /* Without a revision nothing could be changed without a risk for what others did. */
      offer (self, probe->nth, TRUE, first == NULL || json_object_has_member (first, "revision"));
      if (probe->nth == QD_NODE_PROBE_POLICIES && (new || probe->tell))
        qd_node_policies_changed (self);
    }
  else if (error == NULL || qd_driver_is_not_offered (error, response) || (response && (response->status == 401 || response->status == 403)))
    {
      offer (self, probe->nth, FALSE, FALSE);
      if (self->probe_timer == NULL)
        qd_node_timer (self, &self->probe_timer, ABSENT_MS, probe_again_cb, self);
    }
  else
    qd_node_timer (self, &self->probe_timer, qd_node_wait_ms (self, &self->probe_backoff, error), probe_again_cb, self);
}

static void
probe_all (QdNodeSession *self, gboolean tell)
{
  qd_io_timeout_stop (&self->probe_timer);
  self->probe_run++;
  for (guint i = 0; i < QD_NODE_N_PROBES && !self->stopped; i++)
    {
      g_autofree char *path = g_strconcat (probes[i].path, "?limit=1", NULL);
      Probe *probe = g_new (Probe, 1);

      *probe = (Probe) { i, self->probe_run, tell };
      qd_node_get (self, path, probed_cb, probe);
    }
}

void
qd_node_policies_probe (QdNodeSession *self)
{
  probe_all (self, TRUE);
}

void
qd_node_policies_stop (QdNodeSession *self)
{
  self->probe_run++;
  qd_io_timeout_stop (&self->probe_timer);
}

/* --- That they changed ---------------------------------------------------------------------------------------- */

void
qd_node_policies_changed (QdNodeSession *self)
{
  QdDelta *delta = qd_outlet_connection_delta (self->outlet);

  /* The time, so that it grows from one run to the next, too. */
  self->policies_at = MAX (self->policies_at + 1, g_get_real_time ());
  qd_delta_set (delta, QD_CONNECTION_POLICIES, qd_value_int (self->policies_at));
  qd_outlet_send (self->outlet, delta);
}

void
qd_node_policies_heard (QdNodeSession *self, const char *type)
{
  static const char *const types[] = { "policy_created", "policy_updated", "policy_removed", "policy_deleted" };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_equal (type, types[i]))
      qd_node_policies_changed (self);
}

/* --- One policy as all drivers tell it ---------------------------------------------------------------------------- */

static void
copy_figure (JsonObject *status, const char *name, JsonObject *to)
{
  gint64 figure;

  if (status && qd_json_get_int (status, name, &figure))
    json_object_set_int_member (to, name, figure);
}

/* The object itself, without what the node API lays over it. */
static JsonObject *
kubernetes_of (JsonObject *item)
{
  static const char *const theirs[] = { "id", "revision", "status", "enabled", "reason" };
  JsonObject *object = json_object_new ();
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  json_object_iter_init (&iter, item);
  while (json_object_iter_next (&iter, &name, &value))
    {
      gboolean ours = FALSE;

      for (guint i = 0; i < G_N_ELEMENTS (theirs); i++)
        ours |= g_str_equal (name, theirs[i]);
      if (!ours)
        json_object_set_member (object, name, qd_json_copy (value));
    }
  return object;
}

JsonNode *
qd_node_policy_shape (JsonNode *answer)
{
  JsonObject *item = answer ? qd_json_object (answer) : NULL;
  g_autofree char *id = item ? qd_json_dup_id (item, "id") : NULL, *revision = item ? qd_json_dup_id (item, "revision") : NULL;
  JsonObject *status, *shaped;
  JsonNode *node;

  if (id == NULL || !is_kubernetes (item))
    return NULL;
  status = qd_json_get_object (item, "status");
  shaped = json_object_new ();
  json_object_set_string_member (shaped, "id", id);
  json_object_set_string_member (shaped, "revision", revision ? revision : "");
  json_object_set_boolean_member (shaped, "enabled", qd_json_get_bool (status ? status : item, "enabled", TRUE));
  copy_figure (status, "applied_pods", shaped);
  copy_figure (status, "blocked_flows_1h", shaped);
  json_object_set_object_member (shaped, "object", kubernetes_of (item));
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, shaped);
  return node;
}

/* --- All of them --------------------------------------------------------------------------------------------------- */

typedef struct {
  GTask *task;
  const char *path;
  gboolean policies;     /* else the objects as they are */
  JsonArray *items;
  char *cursor;
  guint pages;
} Reading;

static void read_page (QdNodeSession *self, Reading *reading);

static void
reading_free (Reading *self)
{
  g_object_unref (self->task);
  json_array_unref (self->items);
  g_free (self->cursor);
  g_free (self);
}

static void
reading_done (Reading *self)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_array_member (object, "items", json_array_ref (self->items));
  json_node_take_object (node, object);
  g_task_return_pointer (self->task, node, (GDestroyNotify) json_node_unref);
  reading_free (self);
}

/* FALSE: these are other things than were asked for. */
static gboolean
take_items (Reading *self, JsonArray *items)
{
  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      JsonNode *item = json_array_get_element (items, i);
      JsonNode *shaped = self->policies ? qd_node_policy_shape (item) : is_kubernetes (qd_json_object (item)) ? qd_json_copy (item) : NULL;

      if (shaped == NULL)
        return FALSE;
      json_array_add_element (self->items, shaped);
    }
  return TRUE;
}

static void
read_cb (QdNodeSession *session, JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  Reading *self = data;
  JsonArray *items = error ? NULL : qd_json_list (node, self->policies ? "policies" : "workloads");
  JsonObject *object = error ? NULL : qd_json_object (node);
  const char *next = object ? qd_json_get_string (object, "next", NULL) : NULL;

  if (error)
    g_task_return_error (self->task, qd_driver_translate_error (error, response));
  else if (items == NULL || !take_items (self, items))
    g_task_return_new_error (self->task, QD_DRIVER_ERROR, QD_DRIVER_ERROR_FAILED,
                             _("%s%s answered with something else than a list of Kubernetes objects"),
                             qd_http_get_base_url (session->http), self->path);
  else if (next == NULL || *next == '\0')
    {
      reading_done (self);
      return;
    }
  else if (g_strcmp0 (next, self->cursor) == 0 || ++self->pages >= MAX_PAGES || json_array_get_length (self->items) > MAX_ITEMS)
    g_task_return_new_error (self->task, QD_DRIVER_ERROR, QD_DRIVER_ERROR_FAILED, _("%s%s goes on without end: stopped after %u pages"),
                             qd_http_get_base_url (session->http), self->path, self->pages);
  else
    {
      g_set_str (&self->cursor, next);
      read_page (session, self);
      return;
    }
  reading_free (self);
}

static void
read_page (QdNodeSession *self, Reading *reading)
{
  g_autoptr (GString) path = g_string_new (reading->path);

  g_string_append_printf (path, "?limit=%d", PAGE_SIZE);
  if (reading->cursor)
    {
      g_string_append (path, "&cursor=");
      g_string_append_uri_escaped (path, reading->cursor, NULL, FALSE);
    }
  qd_node_get (self, path->str, read_cb, reading);
}

void
qd_node_policies_read (QdNodeSession *self, gboolean policies, GTask *task)
{
  Reading *reading = g_new0 (Reading, 1);

  reading->task = task;
  reading->policies = policies;
  reading->path = probes[policies ? QD_NODE_PROBE_POLICIES : QD_NODE_PROBE_WORKLOADS].path;
  reading->items = json_array_new ();
  read_page (self, reading);
}
