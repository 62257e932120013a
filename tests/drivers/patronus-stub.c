/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "patronus-stub.h"

#include <string.h>

#include "qd-json.h"

/* --- A fleet --------------------------------------------------------------------------------------------------------------- */

static const char *sites =
  "[{\"id\":\"550e8400-e29b-41d4-a716-446655440000\",\"name\":\"headquarters\",\"status\":\"Active\","
  "\"endpoints\":[{\"address\":\"203.0.113.10:51820\",\"interface_type\":\"fiber\",\"cost_per_gb\":0.0,\"reachable\":true}],"
  "\"created_at\":\"2025-10-10T10:00:00+00:00\",\"last_seen\":\"2025-10-10T12:30:45+00:00\"},"
  "{\"id\":\"660e8400-e29b-41d4-a716-446655440001\",\"name\":\"east\",\"status\":\"Degraded\",\"endpoints\":[],"
  "\"created_at\":\"2025-10-10T10:00:00+00:00\",\"last_seen\":\"2025-10-10T12:30:45+00:00\"}]";

#define EMPTY_METRICS \
  "{\"latency_ms\":0.0,\"jitter_ms\":0.0,\"packet_loss_pct\":0.0,\"bandwidth_mbps\":0.0,\"mtu\":1500,\"score\":0," \
  "\"measured_at\":\"2025-10-10T12:30:45.123456789+00:00\"}"
#define PATH(id, status, interface) \
  "{\"id\":" id ",\"src_site\":\"550e8400-e29b-41d4-a716-446655440000\",\"dst_site\":\"660e8400-e29b-41d4-a716-446655440001\"," \
  "\"src_endpoint\":\"203.0.113.10:51820\",\"dst_endpoint\":\"198.51.100.4:51820\",\"wg_interface\":" interface "," \
  "\"status\":\"" status "\",\"metrics\":" EMPTY_METRICS "}"

static const char *paths = "[" PATH ("7", "Up", "\"wg0\"") "," PATH (PATRONUS_BIG, "Down", "null") "]";
static const char *metrics_7 =
  "{\"path_id\":7,\"metrics\":{\"latency_ms\":12.3,\"jitter_ms\":2.1,\"packet_loss_pct\":null,\"bandwidth_mbps\":987.5,"
  "\"mtu\":1420,\"score\":98,\"measured_at\":\"2025-10-10T12:30:45.5Z\"}}";
static const char *flows =
  "[{\"flow_id\":42,\"src_ip\":\"10.1.1.5\",\"dst_ip\":\"10.2.3.10\",\"src_port\":51514,\"dst_port\":443,\"protocol\":\"TCP\","
  "\"protocol_num\":6,\"path_id\":7,\"policy_id\":null,\"started_at\":\"2025-10-10T12:00:00Z\",\"last_seen_at\":\"2025-10-10T12:01:00Z\","
  "\"bytes_tx\":1200,\"bytes_rx\":5400,\"packets_tx\":10,\"packets_rx\":12,\"status\":\"active\",\"duration_secs\":60,\"throughput_bps\":880.0}]";
static const char *summary =
  "{\"total_sites\":2,\"active_sites\":1,\"total_paths\":2,\"up_paths\":1,\"degraded_paths\":0,\"avg_latency_ms\":0.0,"
  "\"active_flows\":12,\"total_throughput_mbps\":0.9}";
static const char *login =
  "{\"user\":{\"id\":\"2b0c6a0e\",\"email\":\"admin@example.com\",\"name\":\"Admin\",\"role\":\"admin\","
  "\"created_at\":\"2025-10-10T10:00:00+00:00\",\"last_login\":null,\"is_active\":true},"
  "\"access_token\":\"access-1\",\"refresh_token\":\"refresh-1\",\"token_type\":\"Bearer\",\"expires_in\":900}";

static void
answer (SoupServerMessage *message, guint status, const char *type, const char *body)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, body, strlen (body));
}

static void
take_login (PatronusStub *stub, SoupServerMessage *message)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) bytes = soup_message_body_flatten (body);
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  stub->logins++;
  if (strstr (text, "\"email\"") && strstr (text, "Correct-Horse-42"))
    answer (message, 200, "application/json", login);
  else
    answer (message, 401, "application/json", "{\"error\":\"Invalid credentials\",\"status\":401}");
}

static void
socket_cb (SoupServer *server, SoupServerMessage *message, const char *path, SoupWebsocketConnection *connection, gpointer data)
{
  PatronusStub *stub = data;

  g_ptr_array_add (stub->sockets, g_object_ref (connection));
}

/* --- Policies --------------------------------------------------------------------------------------------------------------- */

static char *
text_of (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);

  return json_to_string (node, FALSE);
}

static int
by_number (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static void
answer_list (PatronusStub *stub, SoupServerMessage *message)
{
  g_autoptr (GString) text = g_string_new ("[");
  g_autoptr (GPtrArray) numbers = g_hash_table_get_keys_as_ptr_array (stub->policies);

  g_ptr_array_sort (numbers, by_number);
  stub->turn++;
  for (guint i = 0; i < numbers->len; i++)
    {
      g_autofree char *one = text_of (g_hash_table_lookup (stub->policies, g_ptr_array_index (numbers, (i + stub->turn) % numbers->len)));

      g_string_append_printf (text, "%s%s", i ? "," : "", one);
    }
  g_string_append_c (text, ']');
  answer (message, 200, "application/json", text->str);
}

/* --- As it reads a request ---------------------------------------------------------------------------------------------- */

static JsonObject *
read_selector (JsonObject *from)
{
  JsonObject *selector = json_object_new ();
  JsonObject *labels = qd_json_get_object (from, "match_labels");
  JsonArray *expressions = qd_json_get_array (from, "match_expressions");

  json_object_set_object_member (selector, "match_labels", labels ? json_object_ref (labels) : json_object_new ());
  json_object_set_array_member (selector, "match_expressions", expressions ? json_array_ref (expressions) : json_array_new ());
  return selector;
}

/* NULL: 422. */
static JsonArray *
read_rules (JsonObject *spec, const char *name, const char *peers)
{
  JsonArray *rules = qd_json_get_array (spec, name), *made = json_array_new ();

  for (guint i = 0; rules && i < json_array_get_length (rules); i++)
    {
      JsonObject *rule = json_array_get_object_element (rules, i), *told = json_object_new ();
      JsonArray *list = qd_json_get_array (rule, peers), *all = json_array_new (), *ports = qd_json_get_array (rule, "ports");

      for (guint k = 0; list && k < json_array_get_length (list); k++)
        {
          JsonObject *peer = json_array_get_object_element (list, k), *one = json_object_new ();
          JsonObject *pods = qd_json_get_object (peer, "pod_selector"), *block = qd_json_get_object (peer, "ip_block");

          g_assert_true (pods || block);
          json_object_set_string_member (one, "type", pods ? "podSelector" : "ipBlock");
          if (pods)
            {
              json_object_set_null_member (one, "namespace");
              json_object_set_object_member (one, "selector", read_selector (pods));
            }
          else
            {
              json_object_set_string_member (one, "cidr", qd_json_get_string (block, "cidr", ""));
              json_object_set_array_member (one, "except", json_array_ref (qd_json_get_array (block, "except")));
            }
          json_array_add_object_element (all, one);
        }
      json_object_set_array_member (told, peers, all);
      json_object_set_array_member (told, "ports", ports ? json_array_ref (ports) : json_array_new ());
      json_array_add_object_element (made, told);
    }
  return made;
}

/* NULL: what is missing is told as axum tells it. */
static JsonObject *
read_request (const char *body, const char *number)
{
  g_autoptr (JsonNode) node = json_from_string (body, NULL);
  JsonObject *from = node ? json_node_get_object (node) : NULL, *spec = from ? qd_json_get_object (from, "spec") : NULL, *policy;
  JsonObject *pods = spec ? qd_json_get_object (spec, "pod_selector") : NULL;
  double priority = 100;
  g_autofree char *id = g_strconcat ("policy-", number, NULL);

  if (pods == NULL || qd_json_get_array (spec, "policy_types") == NULL || qd_json_get_string (from, "namespace", NULL) == NULL)
    return NULL;
  qd_json_get_number (spec, "priority", &priority);
  policy = json_object_new ();
  json_object_set_string_member (policy, "id", id);
  json_object_set_string_member (policy, "name", qd_json_get_string (from, "name", ""));
  json_object_set_string_member (policy, "namespace", qd_json_get_string (from, "namespace", ""));
  json_object_set_object_member (policy, "pod_selector", read_selector (pods));
  json_object_set_array_member (policy, "policy_types", json_array_ref (qd_json_get_array (spec, "policy_types")));
  json_object_set_array_member (policy, "ingress_rules", read_rules (spec, "ingress", "from"));
  json_object_set_array_member (policy, "egress_rules", read_rules (spec, "egress", "to"));
  json_object_set_boolean_member (policy, "enabled", qd_json_get_bool (spec, "enabled", TRUE));
  json_object_set_int_member (policy, "priority", (gint64) priority);
  return policy;
}

static void
put (PatronusStub *stub, SoupServerMessage *message, const char *number)
{
  JsonObject *policy = read_request (stub->last_body, number);
  g_autofree char *text = NULL;

  if (policy == NULL)
    {
      answer (message, 422, "text/plain; charset=utf-8", "Failed to deserialize the JSON body into the target type");
      return;
    }
  text = text_of (policy);
  g_hash_table_insert (stub->policies, g_strdup (number), policy);
  answer (message, 200, "application/json", text);
}

static void
handle_one (PatronusStub *stub, SoupServerMessage *message, const char *method, const char *number)
{
  JsonObject *found = g_hash_table_lookup (stub->policies, number);
  g_autofree char *text = found ? text_of (found) : NULL;
  guint64 ignored;

  if (!g_ascii_string_to_unsigned (number, 10, 0, G_MAXUINT64, &ignored, NULL))
    answer (message, 400, "application/json", "{\"error\":\"Invalid policy ID\",\"status\":400}");
  else if (g_str_equal (method, "GET"))
    answer (message, found ? 200 : 404, "application/json", found ? text : "{\"error\":\"Policy not found\",\"status\":404}");
  else if (g_str_equal (method, "DELETE"))
    {
      if (!stub->keeps)
        g_hash_table_remove (stub->policies, number);
      answer (message, 200, "application/json", "{\"success\":true}");
    }
  else if (stub->breaks)
    {
      g_hash_table_remove (stub->policies, number);
      answer (message, 500, "application/json", "{\"error\":\"Internal error\",\"status\":500}");
    }
  else
    put (stub, message, number);
}

/* --- The server -------------------------------------------------------------------------------------------------------------- */

static gboolean
handle_policies (PatronusStub *stub, SoupServerMessage *message, const char *path)
{
  const char *method = soup_server_message_get_method (message);

  if (!stub->policies_offered || !g_str_has_prefix (path, "/api/v1/policies"))
    return FALSE;
  if (!g_str_equal (method, "GET"))
    {
      g_autoptr (GBytes) bytes = soup_message_body_flatten (soup_server_message_get_request_body (message));

      g_string_append_printf (stub->log, "%s %s\n", method, path);
      g_free (stub->last_body);
      stub->last_body = g_strndup (g_bytes_get_data (bytes, NULL) ? g_bytes_get_data (bytes, NULL) : "", g_bytes_get_size (bytes));
    }
  if (g_str_has_prefix (path, "/api/v1/policies/"))
    handle_one (stub, message, method, path + strlen ("/api/v1/policies/"));
  else if (g_str_equal (method, "GET"))
    answer_list (stub, message);
  else
    {
      g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, stub->next++);

      put (stub, message, number);
    }
  return TRUE;
}

static gboolean
handle_fleet (PatronusStub *stub, SoupServerMessage *message, const char *path)
{
  static const struct { const char *path, *const *body; } all[] = {
    { "/api/v1/sites", &sites }, { "/api/v1/paths", &paths }, { "/api/v1/flows", &flows }, { "/api/v1/paths/7/metrics", &metrics_7 },
    { "/api/v1/metrics/summary", &summary },
  };
  guint n = stub->fleet ? G_N_ELEMENTS (all) : 3;

  for (guint i = 0; i < n; i++)
    if (g_str_equal (path, all[i].path) && !(stub->html_flows && all[i].body == &flows))
      {
        answer (message, 200, "application/json", stub->fleet ? *all[i].body : "[]");
        return TRUE;
      }
  if (!stub->fleet || !g_str_has_prefix (path, "/api/v1/paths/") || !g_str_has_suffix (path, "/metrics"))
    return FALSE;
  answer (message, 500, "application/json", "{\"error\":\"Internal error\",\"status\":500}");
  return TRUE;
}

static void
handler_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  PatronusStub *stub = data;

  stub->requests++;
  if (stub->broken)
    answer (message, 500, "application/json", "{\"error\":\"Database error\",\"status\":500}");
  else if (stub->login && g_str_equal (path, "/api/v1/auth/login"))
    take_login (stub, message);
  /* Any route that is not there is the index page. */
  else if (!handle_fleet (stub, message, path) && !handle_policies (stub, message, path))
    answer (message, 200, "text/html", "<!DOCTYPE html><html><body>Patronus</body></html>");
}

PatronusStub *
patronus_stub_new (gboolean fleet, gboolean policies)
{
  PatronusStub *stub = g_new0 (PatronusStub, 1);
  g_autoptr (GError) error = NULL;
  GSList *uris;

  stub->fleet = fleet;
  stub->policies_offered = policies;
  stub->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  stub->policies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_object_unref);
  stub->log = g_string_new (NULL);
  stub->next = G_GUINT64_CONSTANT (11529215046068469760);
  stub->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (stub->server, NULL, handler_cb, stub, NULL);
  soup_server_add_websocket_handler (stub->server, "/ws/events", NULL, NULL, socket_cb, stub, NULL);
  soup_server_listen_local (stub->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (stub->server);
  stub->url = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return stub;
}

void
patronus_stub_free (PatronusStub *stub)
{
  g_ptr_array_unref (stub->sockets);
  soup_server_disconnect (stub->server);
  g_object_unref (stub->server);
  g_hash_table_unref (stub->policies);
  g_string_free (stub->log, TRUE);
  g_free (stub->last_body);
  g_free (stub->url);
  g_free (stub);
}

void
patronus_stub_add (PatronusStub *stub, const char *number, const char *name, const char *more)
{
  g_autofree char *text = g_strdup_printf ("{\"id\":\"policy-%s\",\"name\":\"%s\",\"namespace\":\"shop\",\"pod_selector\":{\"match_labels\":{\"app\":\"%s\",\"a\":\"b\"},"
                                           "\"match_expressions\":[]},\"policy_types\":[\"Ingress\"],\"ingress_rules\":[],\"egress_rules\":[]%s}", number, name, name, more);
  g_autoptr (JsonNode) node = json_from_string (text, NULL);

  g_assert_nonnull (node);
  g_hash_table_insert (stub->policies, g_strdup (number), json_object_ref (json_node_get_object (node)));
}
