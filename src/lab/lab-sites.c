/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-server.h"

#include <string.h>

#include "lab-json.h"

#define MAX_LABELS 64

static void
write_endpoints (GString *out, const LabSite *site)
{
  lab_json_begin (out, "endpoints", '[');
  for (guint i = 0; i < site->n_endpoints; i++)
    {
      const LabEndpoint *endpoint = &site->endpoints[i];

      lab_json_begin (out, NULL, '{');
      lab_json_string (out, "address", endpoint->address);
      lab_json_string (out, "interface_type", endpoint->interface_type);
      lab_json_double (out, "cost_per_gb", endpoint->cost_per_gb, 2);
      lab_json_bool (out, "reachable", endpoint->reachable);
      lab_json_end (out, '}');
    }
  lab_json_end (out, ']');
}

static void
write_site (LabServer *server, GString *out, const char *key, guint index)
{
  const LabSite *site = &server->world->sites[index];

  lab_json_begin (out, key, '{');
  lab_json_string (out, "id", site->id);
  lab_json_string (out, "name", site->name);
  lab_json_string (out, "status", lab_site_status_name (site->status));
  lab_json_string (out, "kind", lab_site_kind_name (site->kind));
  lab_json_begin (out, "location", '{');
  lab_json_double (out, "lat", site->lat, 4);
  lab_json_double (out, "lon", site->lon, 4);
  lab_json_string (out, "label", site->location_label);
  lab_json_end (out, '}');
  lab_json_raw (out, "labels", site->labels);
  write_endpoints (out, site);
  lab_json_string (out, "version", site->version);
  lab_json_time (out, "created_at", site->created_at);
  lab_json_time (out, "last_seen", site->last_seen);
  lab_json_bool (out, "simulated", site->simulated);
  lab_json_int (out, "revision", (gint64) site->revision);
  lab_json_end (out, '}');
}

static int
compare_sites (const LabServer *server, guint a, guint b, guint key)
{
  const LabSite *x = &server->world->sites[a], *y = &server->world->sites[b];

  switch (key)
    {
    case 0:
      return strcmp (x->name, y->name);
    case 1:
      return (int) x->status - (int) y->status;
    case 2:
      return (int) x->kind - (int) y->kind;
    case 3:
      return strcmp (x->id, y->id);
    case 4:
      return x->created_at < y->created_at ? -1 : x->created_at > y->created_at;
    default:
      return x->last_seen < y->last_seen ? -1 : x->last_seen > y->last_seen;
    }
}

typedef struct
{
  const char *status, *kind, *q;
} SiteFilter;

static gboolean
match_site (LabRequest *request, guint index, gpointer data)
{
  const LabSite *site = &request->server->world->sites[index];
  const SiteFilter *filter = data;

  return !site->removed &&
         (filter->status == NULL || g_ascii_strcasecmp (filter->status, lab_site_status_name (site->status)) == 0) &&
         (filter->kind == NULL || g_ascii_strcasecmp (filter->kind, lab_site_kind_name (site->kind)) == 0) &&
         (filter->q == NULL || lab_text_contains (site->name, filter->q) || lab_text_contains (site->id, filter->q) ||
          lab_text_contains (site->location_label, filter->q));
}

void
lab_sites_list (LabRequest *request)
{
  static const char *const keys[] = { "name", "status", "kind", "id", "created_at", "last_seen", NULL };
  SiteFilter filter = { lab_request_query (request, "status"), lab_request_query (request, "kind"),
                        lab_request_query (request, "q") };
  LabList list = { .n = request->server->world->n_sites, .sort_keys = keys, .compare = compare_sites,
                   .match = match_site, .write = write_site, .data = &filter };

  lab_list_reply (request, &list);
}

static LabSite *
find_site (LabRequest *request)
{
  LabSite *site = lab_world_site (request->server->world, request->params[0]);

  if (site != NULL && !site->removed)
    return site;
  lab_request_problem (request, SOUP_STATUS_NOT_FOUND, "there is no site %s", request->params[0]);
  return NULL;
}

static void
represent_site (LabRequest *request, gpointer data)
{
  LabSite *site = data;

  lab_request_etag (request, site->revision);
  write_site (request->server, request->out, NULL, (guint) (site - request->server->world->sites));
}

void
lab_sites_get (LabRequest *request)
{
  LabSite *site = find_site (request);

  if (site != NULL)
    represent_site (request, site);
}

static void
save_site (LabServer *server, LabSite *site)
{
  g_autoptr (GString) body = g_string_new (NULL);

  site->edited = TRUE;
  write_site (server, body, NULL, (guint) (site - server->world->sites));
  lab_batch_add (server->batch, "INSERT OR REPLACE INTO sites (id, removed, body) VALUES (?, ?, ?)", "sis", site->id,
                 (gint64) site->removed, body->str);
}

static void
emit_site (LabServer *server, LabSite *site, const char *type, const char *by, const char *reason)
{
  g_autoptr (GString) data = g_string_new ("{");

  lab_json_string (data, "site_id", site->id);
  lab_json_string (data, "site_name", site->name);
  lab_json_int (data, "revision", (gint64) site->revision);
  lab_json_string (data, "by", by);
  if (reason != NULL)
    lab_json_string (data, "reason", reason);
  if (!site->removed)
    write_site (server, data, "site", (guint) (site - server->world->sites));
  lab_json_end (data, '}');
  site->updated_seq = lab_events_emit (server, type, "info", site->id, data->str);
}

/* --- What a client may send --- */

static gboolean
check_text (LabRequest *request, const char *name, gsize max)
{
  JsonNode *node = json_object_get_member (request->object, name);
  const char *text = lab_json_get_string (request->object, name, NULL);
  g_autofree char *pointer = g_strdup_printf ("/%s", name);

  if (node == NULL)
    return TRUE;
  if (text != NULL && *text != '\0' && strlen (text) <= max)
    return TRUE;
  lab_request_invalid (request, pointer, "%s must be a text of 1 to %" G_GSIZE_FORMAT " bytes", name, max);
  return FALSE;
}

static gboolean
check_location (LabRequest *request)
{
  JsonNode *node = json_object_get_member (request->object, "location");
  JsonObject *location = lab_json_get_object (request->object, "location");
  double lat, lon;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  lat = lab_json_get_double (location, "lat", 0);
  lon = lab_json_get_double (location, "lon", 0);
  if (location != NULL && lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180)
    return TRUE;
  lab_request_invalid (request, "/location", "location must be {lat, lon, label} with lat in -90..90 and lon in -180..180");
  return FALSE;
}

static gboolean
check_labels (LabRequest *request)
{
  JsonNode *node = json_object_get_member (request->object, "labels");
  JsonObjectIter iter;
  JsonNode *value;
  gboolean ok;

  if (node == NULL)
    return TRUE;
  ok = JSON_NODE_HOLDS_OBJECT (node) && json_object_get_size (json_node_get_object (node)) <= MAX_LABELS;
  if (ok)
    {
      json_object_iter_init (&iter, json_node_get_object (node));
      while (ok && json_object_iter_next (&iter, NULL, &value))
        ok = JSON_NODE_HOLDS_VALUE (value) && json_node_get_value_type (value) == G_TYPE_STRING;
    }
  if (!ok)
    lab_request_invalid (request, "/labels", "labels must be an object of at most %d texts", MAX_LABELS);
  return ok;
}

static gboolean
check_endpoints (LabRequest *request)
{
  JsonNode *node = json_object_get_member (request->object, "endpoints");
  JsonArray *endpoints = lab_json_get_array (request->object, "endpoints");

  if (node == NULL)
    return TRUE;
  if (endpoints == NULL || json_array_get_length (endpoints) > LAB_MAX_ENDPOINTS)
    {
      lab_request_invalid (request, "/endpoints", "endpoints must be a list of at most %d", LAB_MAX_ENDPOINTS);
      return FALSE;
    }
  for (guint i = 0; i < json_array_get_length (endpoints); i++)
    {
      JsonNode *element = json_array_get_element (endpoints, i);
      const char *address = JSON_NODE_HOLDS_OBJECT (element)
                              ? lab_json_get_string (json_node_get_object (element), "address", NULL) : NULL;

      if (address == NULL || *address == '\0' || strlen (address) > 55)
        {
          g_autofree char *pointer = g_strdup_printf ("/endpoints/%u/address", i);

          lab_request_invalid (request, pointer, "an endpoint needs an address of at most 55 bytes, such as 203.0.113.10:51820");
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
check_enums (LabRequest *request)
{
  LabSiteKind kind;
  LabSiteStatus status;

  if (json_object_has_member (request->object, "kind") &&
      !lab_site_kind_parse (lab_json_get_string (request->object, "kind", NULL), &kind))
    {
      lab_request_invalid (request, "/kind", "kind must be hq, branch, cloud or node");
      return FALSE;
    }
  if (json_object_has_member (request->object, "status") &&
      !lab_site_status_parse (lab_json_get_string (request->object, "status", NULL), &status))
    {
      lab_request_invalid (request, "/status", "status must be active, degraded, inactive or maintenance");
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_site (LabRequest *request)
{
  return check_text (request, "id", 128) && check_text (request, "name", 128) && check_text (request, "version", 64) &&
         check_location (request) && check_labels (request) && check_endpoints (request) && check_enums (request);
}

static void
replace_text (char **slot, const char *text)
{
  if (text != NULL)
    {
      char *copy = g_strdup (text);

      g_free (*slot);
      *slot = copy;
    }
}

static void
apply_endpoints (LabSite *site, JsonArray *endpoints)
{
  site->n_endpoints = MIN (json_array_get_length (endpoints), LAB_MAX_ENDPOINTS);
  for (guint i = 0; i < site->n_endpoints; i++)
    {
      JsonObject *object = json_array_get_object_element (endpoints, i);
      LabEndpoint *endpoint = &site->endpoints[i];

      g_strlcpy (endpoint->address, lab_json_get_string (object, "address", ""), sizeof endpoint->address);
      g_strlcpy (endpoint->interface_type, lab_json_get_string (object, "interface_type", "fiber"),
                 sizeof endpoint->interface_type);
      endpoint->cost_per_gb = lab_json_get_double (object, "cost_per_gb", 0);
      endpoint->reachable = lab_json_get_bool (object, "reachable", TRUE);
    }
}

/* Sets what @object names; what it does not name stays. */
static void
apply_site (LabSite *site, JsonObject *object)
{
  JsonObject *location = lab_json_get_object (object, "location");
  JsonArray *endpoints = lab_json_get_array (object, "endpoints");
  JsonObject *labels = lab_json_get_object (object, "labels");
  const char *status = lab_json_get_string (object, "status", NULL);

  replace_text (&site->name, lab_json_get_string (object, "name", NULL));
  replace_text (&site->version, lab_json_get_string (object, "version", NULL));
  lab_site_kind_parse (lab_json_get_string (object, "kind", NULL), &site->kind);
  if (location != NULL)
    {
      site->lat = lab_json_get_double (location, "lat", NAN);
      site->lon = lab_json_get_double (location, "lon", NAN);
      replace_text (&site->location_label, lab_json_get_string (location, "label", ""));
    }
  if (labels != NULL)
    {
      g_free (site->labels);
      site->labels = lab_json_node_text (json_object_get_member (object, "labels"));
    }
  if (endpoints != NULL)
    apply_endpoints (site, endpoints);
  if (status != NULL)
    {
      gboolean maintenance = g_ascii_strcasecmp (status, "maintenance") == 0;

      if (site->maintenance != maintenance)
        site->status = maintenance ? LAB_SITE_MAINTENANCE : LAB_SITE_ACTIVE;
      site->maintenance = maintenance;
    }
}

static void
plan_site (LabRequest *request, const char *step, LabSite *site, const char *blocker_code, const char *blocker)
{
  g_autoptr (GString) before = g_string_new (NULL);
  g_autofree char *after = lab_json_node_text (request->body);
  g_autofree char *path = g_strdup_printf ("/sites/%s", site != NULL ? site->id : "");

  if (site != NULL && !site->removed)
    write_site (request->server, before, NULL, (guint) (site - request->server->world->sites));
  lab_request_plan (request, step, site != NULL ? site->id : "a new site", path,
                    before->len > 0 ? before->str : NULL,
                    g_str_equal (request->route->method, "DELETE") ? NULL : after, blocker_code, blocker);
}

static void
answer_created (LabRequest *request, LabSite *site)
{
  g_autofree char *location = g_strdup_printf ("/api/v1/sites/%s", site->id);

  soup_message_headers_replace (soup_server_message_get_response_headers (request->message), "Location", location);
  represent_site (request, site);
  request->status = SOUP_STATUS_CREATED;
}

static gboolean
is_safe_id (const char *id)
{
  for (; *id != '\0'; id++)
    if (!g_ascii_isalnum (*id) && strchr ("-_.", *id) == NULL)
      return FALSE;
  return TRUE;
}

void
lab_sites_create (LabRequest *request)
{
  LabWorld *world = request->server->world;
  const char *id, *name;
  g_autofree char *made = NULL;
  LabSite *site;

  if (!lab_request_need_body (request) || !check_site (request))
    return;
  name = lab_json_get_string (request->object, "name", NULL);
  id = lab_json_get_string (request->object, "id", NULL);
  if (name == NULL)
    {
      lab_request_invalid (request, "/name", "a site needs a name");
      return;
    }
  if (id != NULL && !is_safe_id (id))
    {
      lab_request_invalid (request, "/id", "an id is made of letters, digits, - _ and .");
      return;
    }
  site = id != NULL ? lab_world_site (world, id) : NULL;
  if (site != NULL && !site->removed)
    {
      lab_request_problem (request, SOUP_STATUS_CONFLICT, "there is a site %s already", id);
      return;
    }
  if (request->dry_run)
    {
      plan_site (request, "register the site", site, NULL, NULL);
      return;
    }
  if (site == NULL)
    {
      if (id == NULL)
        id = made = g_uuid_string_random ();
      site = lab_world_add_site (world, id, name, LAB_SITE_BRANCH, NAN, NAN, "");
      if (site == NULL)
        {
          lab_request_problem (request, SOUP_STATUS_INSUFFICIENT_STORAGE, "the lab has no room for another site");
          return;
        }
      site->created_at = g_get_real_time ();
      site->n_endpoints = 0;
    }
  /* A site that was removed and is registered again under its id is what it was: undo. */
  site->removed = FALSE;
  site->status = LAB_SITE_ACTIVE;
  site->revision++;
  site->last_seen = g_get_real_time ();
  apply_site (site, request->object);
  save_site (request->server, site);
  emit_site (request->server, site, "site_joined", request->username, lab_request_reason (request));
  answer_created (request, site);
}

void
lab_sites_update (LabRequest *request)
{
  LabSite *site = find_site (request);
  const char *id;

  if (site == NULL || !lab_request_need_body (request) ||
      !lab_request_if_match (request, site->revision, represent_site, site) || !check_site (request))
    return;
  id = lab_json_get_string (request->object, "id", site->id);
  if (!g_str_equal (id, site->id))
    {
      lab_request_invalid (request, "/id", "an id cannot change");
      return;
    }
  if (g_str_equal (request->route->method, "PUT") && !json_object_has_member (request->object, "name"))
    {
      lab_request_invalid (request, "/name", "PUT replaces the site: it needs a name (PATCH changes a part)");
      return;
    }
  if (request->dry_run)
    {
      plan_site (request, "change the site", site, NULL, NULL);
      return;
    }
  apply_site (site, request->object);
  site->revision++;
  save_site (request->server, site);
  emit_site (request->server, site, "site_updated", request->username, lab_request_reason (request));
  represent_site (request, site);
}

void
lab_sites_delete (LabRequest *request)
{
  LabSite *site = find_site (request);
  gboolean last;

  if (site == NULL || !lab_request_if_match (request, site->revision, represent_site, site))
    return;
  if (lab_request_reason (request) == NULL && !request->dry_run)
    {
      lab_request_invalid (request, "/reason", "removing a site needs a reason");
      return;
    }
  last = lab_world_count_sites (request->server->world) == 1;
  if (request->dry_run || last)
    {
      plan_site (request, "remove the site", site, last ? "last_site" : NULL,
                 last ? "it is the only site: a fleet needs one" : NULL);
      if (last && !request->dry_run)
        lab_request_problem (request, SOUP_STATUS_CONFLICT, "%s is the only site: a fleet needs one", site->id);
      return;
    }
  site->removed = TRUE;
  site->revision++;
  save_site (request->server, site);
  emit_site (request->server, site, "site_removed", request->username, lab_request_reason (request));
  lab_sim_step (request->server->world, request->server->world->tick);
  g_string_append (request->out, "{\"status\":\"removed\"}");
}

static void
load_site (const char *const *columns, int n, gpointer user_data)
{
  LabServer *server = user_data;
  g_autoptr (JsonNode) body = lab_json_parse (columns[2], strlen (columns[2]), NULL);
  LabSite *site = lab_world_site (server->world, columns[0]);
  JsonObject *object;
  gint64 created;

  if (body == NULL || !JSON_NODE_HOLDS_OBJECT (body))
    return;
  object = json_node_get_object (body);
  if (site == NULL)
    {
      site = lab_world_add_site (server->world, columns[0], columns[0], LAB_SITE_BRANCH, NAN, NAN, "");
      if (site == NULL)
        return;
      site->n_endpoints = 0;
    }
  apply_site (site, object);
  if (lab_time_parse (lab_json_get_string (object, "created_at", NULL), &created))
    site->created_at = created;
  site->removed = columns[1][0] == '1';
  site->edited = TRUE;
  site->revision = MAX (site->revision, (guint64) lab_json_get_int (object, "revision", 1) + 1);
}

/* Lays what admins did over what the seed gives. Before the world is settled. */
void
lab_sites_load (LabServer *server)
{
  g_autoptr (GError) error = NULL;

  if (!lab_store_read (server->store, "SELECT id, removed, body FROM sites", load_site, server, &error))
    g_warning ("edits of sites are not known: %s", error->message);
}
