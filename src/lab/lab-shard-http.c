/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab-shard"
#include "config.h"

#include "lab-shard.h"

#include <string.h>

#include "lab-json.h"
#include "lab-shard-build.h"

#define MAX_BODY        (64 * 1024)
#define DEFAULT_WAIT_MS 2000
#define MAX_WAIT_MS     30000

static const struct { const char *path; LabAskWhat what; } verbs[] = {
  { "/admin/drain", LAB_ASK_DRAIN },   { "/admin/resume", LAB_ASK_RESUME }, { "/admin/reload", LAB_ASK_RELOAD },
  { "/admin/warmup", LAB_ASK_WARMUP }, { "/admin/replay", LAB_ASK_REPLAY }, { "/admin/rebuild", LAB_ASK_REBUILD },
};

static void
reply (SoupServerMessage *message, guint status, const char *type, const char *text)
{
  soup_server_message_set_status (message, status, NULL);
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Cache-Control", "no-store");
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, text, strlen (text));
}

static void
problem (SoupServerMessage *message, guint status, const char *detail)
{
  LabAsk ask = { 0 };

  lab_ask_problem (&ask, status, "%s", detail);
  reply (message, status, "application/problem+json", ask.answer);
  g_free (ask.answer);
}

static gboolean
answer_cb (gpointer data)
{
  LabAsk *ask = data;

  reply (ask->message, ask->status, ask->status < 400 ? "application/json" : "application/problem+json", ask->answer);
  soup_server_message_unpause (ask->message);
  lab_ask_free (ask);
  return G_SOURCE_REMOVE;
}

void
lab_shard_answer (LabAsk *ask)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, answer_cb, ask, NULL);
}

/* What the body asks for; FALSE after having answered what is wrong. */
static gboolean
read_ask (SoupServerMessage *message, LabAsk *ask, JsonObject *object)
{
  const char *name, *tenant = lab_json_get_string (object, "tenant", NULL);

  if (ask->what == LAB_ASK_REPLAY)
    {
      tenant = lab_json_get_string (object, "tenant_id", NULL);
      name = lab_json_get_string (object, "saga_name", NULL);
      if (!lab_replay_parse (lab_json_get_string (object, "mode", NULL), &ask->mode))
        {
          problem (message, 422, "mode must be checkpoint_only, checkpoint_and_dedupe or full_reset");
          return FALSE;
        }
      if (g_strcmp0 (name, LAB_SAGA) != 0)
        {
          problem (message, 422, "saga_name: the one saga here is " LAB_SAGA);
          return FALSE;
        }
    }
  if (ask->what == LAB_ASK_REBUILD)
    {
      ask->mode = LAB_REPLAY_FULL;
      if (g_strcmp0 (lab_json_get_string (object, "view_type", NULL), LAB_VIEW) != 0)
        {
          problem (message, 422, "view_type: the one view here is " LAB_VIEW);
          return FALSE;
        }
    }
  ask->tenant = g_strdup (tenant);
  if (tenant == NULL && (ask->what == LAB_ASK_WARMUP || ask->what == LAB_ASK_REPLAY || ask->what == LAB_ASK_REBUILD))
    {
      problem (message, 422, "say which tenant");
      return FALSE;
    }
  ask->before_ms = lab_json_get_int (object, "before_ms", G_MAXINT64);
  ask->wait_ms = (guint) CLAMP (lab_json_get_int (object, "wait_ms", DEFAULT_WAIT_MS), 0, MAX_WAIT_MS);
  return TRUE;
}

static JsonNode *
read_body (SoupServerMessage *message)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (JsonNode) root = NULL;
  gsize length;
  const char *data;

  if (body->length > MAX_BODY)
    {
      problem (message, 413, "the body is larger than 64 KiB");
      return NULL;
    }
  bytes = soup_message_body_flatten (body);
  data = g_bytes_get_data (bytes, &length);
  root = length > 0 ? lab_json_parse (data, length, NULL) : lab_json_parse ("{}", 2, NULL);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      problem (message, 400, "the body is no JSON object");
      return NULL;
    }
  return g_steal_pointer (&root);
}

static void
take_verb (LabShard *shard, SoupServerMessage *message, LabAskWhat what)
{
  const char *type = soup_message_headers_get_content_type (soup_server_message_get_request_headers (message), NULL);
  g_autoptr (JsonNode) root = NULL;
  LabItem *item;
  LabAsk *ask;

  /* A web page can send a form here, but no JSON. */
  if (g_strcmp0 (type, "application/json") != 0)
    {
      problem (message, 415, "send application/json");
      return;
    }
  root = read_body (message);
  if (root == NULL)
    return;
  ask = g_new0 (LabAsk, 1);
  ask->what = what;
  if (!read_ask (message, ask, json_node_get_object (root)))
    {
      lab_ask_free (ask);
      return;
    }
  ask->message = g_object_ref (message);
  soup_server_message_pause (message);
  item = g_new0 (LabItem, 1);
  item->what = LAB_ITEM_ASK;
  item->ask = ask;
  lab_shard_post (shard, item);
}

/* The member "tenants" of the record, by itself. */
static char *
tenants_of (const char *record)
{
  g_autoptr (JsonNode) root = lab_json_parse (record, strlen (record), NULL);
  JsonNode *tenants = root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_object_get_member (json_node_get_object (root), "tenants") : NULL;

  return tenants != NULL ? lab_json_node_text (tenants) : g_strdup ("[]");
}

static void
take_get (LabShard *shard, SoupServerMessage *message, const char *path)
{
  g_autofree char *record = NULL, *metrics = NULL, *tenants = NULL;
  gboolean ready;

  g_mutex_lock (&shard->lock);
  record = g_strdup (shard->record);
  metrics = g_strdup (shard->metrics);
  ready = shard->ready;
  g_mutex_unlock (&shard->lock);
  if (g_str_equal (path, "/health"))
    reply (message, 200, "application/json", "{\"status\":\"healthy\",\"service\":\"quarterdeck-lab-shard\",\"version\":\"" QD_VERSION "\"}");
  else if (g_str_equal (path, "/ready"))
    reply (message, ready ? 200 : 503, "application/json", ready ? "true" : "false");
  else if (!g_str_equal (path, "/metrics") && !g_str_equal (path, "/admin/status") && !g_str_equal (path, "/admin/tenants"))
    problem (message, 404, "nothing is served here: see docs/lab.md");
  else if (record == NULL)
    problem (message, 503, "the shard is starting");
  else if (g_str_equal (path, "/metrics"))
    reply (message, 200, "text/plain; version=0.0.4", metrics);
  else if (g_str_equal (path, "/admin/status"))
    reply (message, 200, "application/json", record);
  else
    reply (message, 200, "application/json", tenants = tenants_of (record));
}

/* A page of the web whose name leads here asks under that name. */
static gboolean
is_for_us (LabShard *shard, SoupServerMessage *message)
{
  g_autofree char *here = g_strdup_printf ("127.0.0.1:%u", shard->port);
  g_autofree char *local = g_strdup_printf ("localhost:%u", shard->port);
  const char *host = soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Host");

  return host != NULL && (g_str_equal (host, here) || g_str_equal (host, local));
}

static void
request_cb (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  const char *method = soup_server_message_get_method (message);
  LabShard *shard = data;

  if (!is_for_us (shard, message))
    {
      problem (message, 421, "ask by the address that the record of this shard names");
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_str_equal (path, verbs[i].path))
      {
        if (g_str_equal (method, "POST"))
          take_verb (shard, message, verbs[i].what);
        else
          problem (message, 405, "this is for POST");
        return;
      }
  if (g_str_equal (method, "GET"))
    take_get (shard, message, path);
  else
    problem (message, 405, "this is for GET");
}

gboolean
lab_shard_listen (LabShard *shard, GError **error)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  GSList *uris;

  shard->soup = soup_server_new ("server-header", "quarterdeck-lab-shard/" QD_VERSION, NULL);
  soup_server_add_handler (shard->soup, NULL, request_cb, shard, NULL);
  if (!soup_server_listen (shard->soup, address, 0, error))
    return FALSE;
  uris = soup_server_get_uris (shard->soup);
  shard->port = (guint) g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return TRUE;
}
