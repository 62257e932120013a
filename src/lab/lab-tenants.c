/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-tenants.h"

#include <string.h>

#include "lab-json.h"
#include "lab-load.h"
#include "lab-nats.h"
#include "lab-scale.h"

#define MAX_CONTACTS 50
#define MAX_MEMBERS  50

/* Those that the buckets are seeded with, as objects. */
static const struct { const char *id, *json; } seeded[] = {
  { "tenant-acme", "{'name':'Acme','plan':'enterprise','status':'active','quotas':{'commands_per_s':500,'storage_gb':200,'users':250},'flags':{'beta':true},"
                   "'contacts':[{'name':'Wile E.','email':'ops@acme.example','role':'operations'}],'kill_switch':false,'created_at':'2026-01-12T09:30:00.000Z'}" },
  { "tenant-globex", "{'name':'Globex','plan':'team','status':'active','quotas':{'commands_per_s':100,'storage_gb':50,'users':40},'flags':{},"
                     "'contacts':[{'name':'Hank S.','email':'it@globex.example','role':'owner'}],'kill_switch':false,'created_at':'2026-02-03T14:00:00.000Z'}" },
  { "tenant-initech", "{'name':'Initech','plan':'team','status':'active','quotas':{'commands_per_s':100,'storage_gb':50,'users':40},'flags':{},"
                      "'contacts':[{'name':'Bill L.','email':'tps@initech.example','role':'owner'}],'kill_switch':false,'created_at':'2026-03-21T08:15:00.000Z'}" },
  { "tenant-umbrella", "{'name':'Umbrella','plan':'free','status':'active','quotas':{'commands_per_s':10,'storage_gb':5,'users':5},'flags':{},"
                       "'contacts':[],'kill_switch':false,'created_at':'2026-05-30T17:45:00.000Z'}" },
};

/* --- What a tenant must be ------------------------------------------------------------------- */

static gboolean
wrong (LabRequest *request, const char *pointer, const char *detail)
{
  lab_request_invalid (request, pointer, "%s", detail);
  return FALSE;
}

static gboolean
is_text (JsonObject *object, const char *name, gsize max)
{
  const char *text = lab_json_get_string (object, name, NULL);

  return text != NULL && *text != '\0' && strlen (text) <= max;
}

/* Whether @name is absent, or an object whose members are all @type; numbers are not below zero. */
static gboolean
is_record (JsonObject *object, const char *name, GType type)
{
  JsonObject *record = lab_json_get_object (object, name);
  JsonObjectIter iter;
  const char *member;
  JsonNode *node;

  if (!json_object_has_member (object, name))
    return TRUE;
  if (record == NULL || json_object_get_size (record) > MAX_MEMBERS)
    return FALSE;
  json_object_iter_init (&iter, record);
  while (json_object_iter_next (&iter, &member, &node))
    {
      GType have = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

      if (*member == '\0' || strlen (member) > 64)
        return FALSE;
      if (type == G_TYPE_BOOLEAN ? have != type : (have != G_TYPE_INT64 && have != G_TYPE_DOUBLE) || json_node_get_double (node) < 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_contacts (LabRequest *request, JsonObject *object)
{
  JsonArray *contacts = lab_json_get_array (object, "contacts");

  if (!json_object_has_member (object, "contacts"))
    return TRUE;
  if (contacts == NULL || json_array_get_length (contacts) > MAX_CONTACTS)
    return wrong (request, "/contacts", "contacts must be a list of at most 50 people");
  for (guint i = 0; i < json_array_get_length (contacts); i++)
    {
      JsonNode *node = json_array_get_element (contacts, i);
      JsonObject *contact = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *email = lab_json_get_string (contact, "email", "");
      g_autofree char *pointer = g_strdup_printf ("/contacts/%u", i);

      if (contact == NULL || !is_text (contact, "name", 128))
        return wrong (request, pointer, "a contact needs a name of 1 to 128 bytes");
      if (*email != '\0' && (strchr (email, '@') == NULL || strlen (email) > 254 || strpbrk (email, " \t\r\n") != NULL))
        return wrong (request, pointer, "this is no email address");
    }
  return TRUE;
}

static void
complete (JsonObject *object)
{
  if (!json_object_has_member (object, "quotas"))
    json_object_set_object_member (object, "quotas", json_object_new ());
  if (!json_object_has_member (object, "flags"))
    json_object_set_object_member (object, "flags", json_object_new ());
  if (!json_object_has_member (object, "contacts"))
    json_object_set_array_member (object, "contacts", json_array_new ());
  if (!json_object_has_member (object, "kill_switch"))
    json_object_set_boolean_member (object, "kill_switch", FALSE);
  if (!json_object_has_member (object, "status"))
    json_object_set_string_member (object, "status", "provisioning");
  if (!json_object_has_member (object, "created_at"))
    {
      char now[32];

      lab_time_format (now, g_get_real_time ());
      json_object_set_string_member (object, "created_at", now);
    }
}

static gboolean
check_tenant (LabRequest *request, JsonObject *object)
{
  const char *id = lab_json_get_string (request->object, "id", NULL);

  /* It is one word of a NATS subject. */
  if (id != NULL && (strchr (id, '.') != NULL || strlen (id) > 64))
    return wrong (request, "/id", "a tenant's id has at most 64 letters, digits, - and _, and no dot");
  if (!is_text (object, "name", 128))
    return wrong (request, "/name", "a tenant needs a name of 1 to 128 bytes");
  if (!is_text (object, "plan", 64))
    return wrong (request, "/plan", "a tenant needs a plan of 1 to 64 bytes");
  if (!is_record (object, "quotas", G_TYPE_DOUBLE))
    return wrong (request, "/quotas", "quotas are at most 50 names with a number that is not below 0");
  if (!is_record (object, "flags", G_TYPE_BOOLEAN))
    return wrong (request, "/flags", "flags are at most 50 names with true or false");
  if (!check_contacts (request, object))
    return FALSE;
  complete (object);
  return TRUE;
}

/* --- What the lab adds ------------------------------------------------------------------------ */

/* The worst of what its shards say, and how much of its work is under way and waits; absent where none says. */
typedef struct
{
  const char *health;
  gint64 in_flight, lag;        /* -1: not known */
} Figures;

static void
add_figure (gint64 *sum, JsonObject *said, const char *name)
{
  gint64 value = lab_json_get_int (said, name, -1);

  if (value >= 0)
    *sum = MAX (*sum, 0) + value;
}

static int
badness (const char *health)
{
  return health == NULL ? 0 : g_str_equal (health, "healthy") ? 1 : g_str_equal (health, "degraded") ? 2 : 3;
}

static void
look_at_shard (LabServer *server, LabKind kind, const char *tenant, Figures *figures)
{
  const char *shard = lab_scale_placement (server, kind, tenant), *health;
  gboolean down = FALSE;
  JsonObject *record = shard != NULL ? lab_scale_record (server, kind, shard, &down) : NULL, *said;

  if (record == NULL)
    return;
  health = down || g_strcmp0 (lab_json_get_string (record, "storage", NULL), "unhealthy") == 0 ? "unhealthy"
           : g_strcmp0 (lab_json_get_string (record, "status", NULL), "ready") == 0 ? "healthy" : "degraded";
  if (badness (health) > badness (figures->health))
    figures->health = health;
  said = down ? NULL : lab_scale_tenant (server, kind, tenant);
  if (said == NULL)
    return;
  add_figure (&figures->in_flight, said, "in_flight");
  add_figure (&figures->lag, said, "lag");
}

static void
write_figure (GString *out, const char *name, gint64 value)
{
  if (value >= 0)
    lab_json_int (out, name, value);
  else
    lab_json_null (out, name);
}

static void
add_status (LabServer *server, GString *out, const LabDocument *document)
{
  Figures figures = { NULL, -1, -1 };

  lab_json_begin (out, "placement", '{');
  for (guint i = 0; i < LAB_N_KINDS; i++)
    lab_json_string (out, lab_kind_name (i), lab_scale_placement (server, i, document->id));
  lab_json_end (out, '}');
  for (guint i = 0; i < LAB_N_KINDS; i++)
    look_at_shard (server, i, document->id, &figures);
  lab_json_string (out, "health", figures.health);
  write_figure (out, "in_flight", figures.in_flight);
  write_figure (out, "lag", figures.lag);
}

static gboolean
is_visible (LabRequest *request, const LabDocument *document)
{
  const char *only = lab_request_tenant (request);

  return only == NULL || g_str_equal (only, document->id);
}

static char *
no_id (JsonObject *object)
{
  return NULL;
}

static const char *const tenant_filters[] = { "name", "plan", "status", NULL };
static const char *const tenant_ours[] = { "status", "kill_switch", "created_at", "placement", "health", "in_flight", "lag", NULL };

static const LabDocumentKind tenant_kind = {
  .path = "/admin/v1/tenants",
  .noun = "tenant",
  .insert = "INSERT OR REPLACE INTO tenants (id, removed, body) VALUES (?, ?, ?)",
  .select = "SELECT id, removed, body FROM tenants",
  .filters = tenant_filters,
  .check = check_tenant,
  .make_id = no_id,
  .add_status = add_status,
  .ours = tenant_ours,
  .visible = is_visible,
};

/* Of those that are placed at first, the first are told of at length, the others by their ids. */
static JsonObject *
make_tenant (const char *id)
{
  g_autofree char *text = NULL, *name = g_strdup (id + strlen ("tenant-"));
  g_autoptr (JsonNode) node = NULL;

  for (guint i = 0; text == NULL && i < G_N_ELEMENTS (seeded); i++)
    if (g_str_equal (seeded[i].id, id))
      text = g_strdelimit (g_strdup (seeded[i].json), "'", '"');
  name[0] = g_ascii_toupper (name[0]);
  if (text == NULL)
    text = g_strdup_printf ("{\"name\":\"%s\",\"plan\":\"team\",\"status\":\"active\",\"quotas\":{\"commands_per_s\":100,\"storage_gb\":50,\"users\":40},"
                            "\"flags\":{},\"contacts\":[],\"kill_switch\":false,\"created_at\":\"2026-06-01T08:00:00.000Z\"}", name);
  node = json_from_string (text, NULL);
  return json_object_ref (json_node_get_object (node));
}

void
lab_tenants_new (LabServer *server)
{
  server->tenants = lab_documents_new (&tenant_kind);
  server->tenant_places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (int i = 0; i < server->options->tenants; i++)
    {
      g_autofree char *id = lab_nats_tenant ((guint) i);
      g_autoptr (JsonObject) object = make_tenant (id);

      lab_documents_seed (server->tenants, id, object, TRUE);
    }
  lab_documents_load (server, server->tenants);
}

void
lab_tenants_free (LabServer *server)
{
  g_clear_pointer (&server->tenants, lab_documents_free);
  g_clear_pointer (&server->tenant_places, g_hash_table_unref);
}

/* --- What follows from it ------------------------------------------------------------------------- */

static gboolean
is_killed (const LabDocument *tenant)
{
  return lab_json_get_bool (tenant->object, "kill_switch", FALSE);
}

static const char *
status_of (const LabDocument *tenant)
{
  return lab_json_get_string (tenant->object, "status", "");
}

/* Whether its customers are let in. Who is placed and not known here is. */
static gboolean
is_served (const LabDocument *tenant)
{
  return tenant == NULL || (!is_killed (tenant) && !g_str_equal (status_of (tenant), "suspended") && !g_str_equal (status_of (tenant), "archived"));
}

static void
let_in (LabServer *server)
{
  const char *const *placed = lab_scale_tenants (server);
  g_autoptr (GPtrArray) served = g_ptr_array_new ();

  if (server->load == NULL)
    return;
  for (; *placed != NULL; placed++)
    if (is_served (lab_documents_lookup (server->tenants, *placed)))
      g_ptr_array_add (served, (gpointer) *placed);
  g_ptr_array_add (served, NULL);
  lab_load_set_tenants (server->load, (const char *const *) served->pdata);
}

/* What it may do, where everybody can read it. */
static void
tell_config (LabServer *server, const LabDocument *tenant)
{
  g_autofree char *subject = g_strdup_printf ("$KV.CONFIG.tenant.%s.state", tenant->id);
  g_autoptr (GString) out = g_string_new (NULL);

  if (server->nats == NULL)
    return;
  lab_json_begin (out, NULL, '{');
  lab_json_string (out, "status", status_of (tenant));
  lab_json_bool (out, "kill_switch", is_killed (tenant));
  lab_json_int (out, "revision", (gint64) tenant->revision);
  lab_json_end (out, '}');
  lab_nats_publish (server->nats, subject, out->str);
}

static void
follow_change (LabServer *server, const LabDocument *tenant)
{
  tell_config (server, tenant);
  let_in (server);
}

/* One that is placed on a shard of each kind has been provisioned. */
static void
look_at (LabServer *server, const LabDocument *tenant)
{
  const char *place[LAB_N_KINDS], *before = g_hash_table_lookup (server->tenant_places, tenant->id);
  g_autofree char *now = NULL;
  gboolean all = TRUE, same;

  for (guint i = 0; i < LAB_N_KINDS; i++)
    {
      place[i] = lab_scale_placement (server, i, tenant->id);
      all = all && place[i] != NULL;
    }
  now = g_strdup_printf ("%s %s %s", place[0], place[1], place[2]);
  same = before == NULL || g_str_equal (before, now);
  g_hash_table_insert (server->tenant_places, g_strdup (tenant->id), g_steal_pointer (&now));
  if (all && g_str_equal (status_of (tenant), "provisioning"))
    {
      g_autoptr (JsonObject) object = lab_documents_copy (tenant);

      json_object_set_string_member (object, "status", "active");
      lab_documents_set (server, server->tenants, tenant, object, NULL, "it is placed on a shard of each kind");
      tell_config (server, tenant);
      if (server->nats != NULL)
        lab_nats_define (server->nats, tenant->id);
    }
  else if (!same)
    lab_documents_announce (server, server->tenants, tenant);
}

void
lab_tenants_moved (LabServer *server)
{
  gboolean within = server->batch != NULL;

  /* Before there are tenants, and while all ends. */
  if (server->tenants == NULL || server->store == NULL)
    return;
  if (!within)
    lab_server_begin (server);
  for (guint i = 0; i < lab_documents_count (server->tenants); i++)
    if (!lab_documents_at (server->tenants, i)->removed)
      look_at (server, lab_documents_at (server->tenants, i));
  if (!within)
    lab_server_end (server, NULL, NULL);
  let_in (server);
}

/* --- The routes --------------------------------------------------------------------------------- */

void
lab_tenants_list (LabRequest *request)
{
  lab_documents_list (request, request->server->tenants);
}

void
lab_tenants_get (LabRequest *request)
{
  lab_documents_get (request, request->server->tenants);
}

void
lab_tenants_create (LabRequest *request)
{
  if (!lab_scale_refuse_frozen (request, "tenant.create"))
    lab_documents_create (request, request->server->tenants);
}

void
lab_tenants_update (LabRequest *request)
{
  if (!lab_scale_refuse_frozen (request, "tenant.update"))
    lab_documents_update (request, request->server->tenants);
}

/* What a tenant would become, and what stands against it. */
typedef struct
{
  const char *action;           /* as docs/permissions.md calls it */
  const LabDocument *tenant;
  JsonObject *after;            /* owned */
  gboolean same;                /* it is so already */
  const char *step, *code, *blocker;
} Change;

static void
answer_change (LabRequest *request, const Change *change)
{
  LabServer *server = request->server;

  if (lab_scale_refuse_frozen (request, change->action))
    ;
  else if (request->dry_run)
    lab_documents_plan (request, server->tenants, change->tenant, change->after, change->step, change->code, change->blocker);
  else if (lab_request_reason (request) == NULL)
    lab_request_invalid (request, "/reason", "this needs a reason");
  else if (change->blocker != NULL)
    lab_request_problem (request, SOUP_STATUS_CONFLICT, "%s: %s", change->tenant->id, change->blocker);
  else
    {
      if (!change->same)
        {
          lab_documents_set (server, server->tenants, change->tenant, change->after, request->username, lab_request_reason (request));
          follow_change (server, change->tenant);
        }
      lab_documents_show (request, server->tenants, change->tenant);
    }
}

/* The tenant that is asked for, unless the client has seen another revision of it. */
static const LabDocument *
find_seen (LabRequest *request)
{
  const LabDocument *tenant = lab_documents_find (request, request->server->tenants);
  const char *given = lab_request_header (request, "If-Match");
  g_autofree char *tag = tenant != NULL ? g_strdup_printf ("\"%" G_GUINT64_FORMAT "\"", tenant->revision) : NULL;

  if (tenant == NULL || given == NULL || g_str_equal (given, "*") || strstr (given, tag) != NULL)
    return tenant;
  lab_documents_show (request, request->server->tenants, tenant);
  request->status = SOUP_STATUS_PRECONDITION_FAILED;
  return NULL;
}

/* From the states in @from to @to; @blocker says why not from another. */
static void
change_status (LabRequest *request, const char *action, const char *const *from, const char *to, const char *step, const char *code, const char *blocker)
{
  const LabDocument *tenant = find_seen (request);
  const char *status = tenant != NULL ? lab_json_get_string (tenant->object, "status", "") : NULL;
  g_autoptr (JsonObject) after = tenant != NULL ? lab_documents_copy (tenant) : NULL;
  Change change = { action, tenant, after, FALSE, step, NULL, NULL };

  if (tenant == NULL)
    return;
  change.same = g_str_equal (status, to);
  if (!change.same && !g_strv_contains (from, status))
    {
      change.code = code;
      change.blocker = blocker;
    }
  json_object_set_string_member (after, "status", to);
  answer_change (request, &change);
}

void
lab_tenants_suspend (LabRequest *request)
{
  static const char *const from[] = { "provisioning", "active", "draining", "degraded", NULL };

  change_status (request, "tenant.suspend", from, "suspended", "suspend it", "not_running", "it is archived or on the move");
}

void
lab_tenants_resume (LabRequest *request)
{
  static const char *const from[] = { "suspended", NULL };
  gboolean placed = request->server->nats == NULL;

  for (guint i = 0; !placed && i < LAB_N_KINDS && lab_scale_placement (request->server, i, request->params[0]) != NULL; i++)
    placed = i + 1 == LAB_N_KINDS;
  change_status (request, "tenant.resume", from, placed ? "active" : "provisioning", "resume it", "not_suspended", "only what is suspended can be resumed");
}

void
lab_tenants_archive (LabRequest *request)
{
  static const char *const from[] = { "suspended", "provisioning", NULL };

  change_status (request, "tenant.archive", from, "archived", "archive it", "not_suspended", "suspend it first: it is still served");
}

void
lab_tenants_kill_switch (LabRequest *request)
{
  const LabDocument *tenant = find_seen (request);
  g_autoptr (JsonObject) after = tenant != NULL ? lab_documents_copy (tenant) : NULL;
  JsonNode *node = request->object != NULL ? json_object_get_member (request->object, "enabled") : NULL;
  Change change = { "tenant.kill-switch", tenant, after, FALSE, NULL, NULL, NULL };
  gboolean enabled;

  if (tenant == NULL)
    return;
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    {
      lab_request_invalid (request, "/enabled", "enabled must be true or false");
      return;
    }
  enabled = json_node_get_boolean (node);
  change.same = lab_json_get_bool (tenant->object, "kill_switch", FALSE) == enabled;
  change.step = enabled ? "stop all that it does" : "let it work again";
  if (g_str_equal (lab_json_get_string (tenant->object, "status", ""), "archived"))
    {
      change.code = "archived";
      change.blocker = "it is archived";
    }
  json_object_set_boolean_member (after, "kill_switch", enabled);
  answer_change (request, &change);
}
