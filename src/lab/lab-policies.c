/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-server.h"

#include <string.h>

#include "lab-documents.h"
#include "lab-json.h"
#include "lab-workloads.h"

#define MAX_FLOWS 1000

struct LabPolicies
{
  LabDocuments *documents;
  LabWorkloads *workloads;
  LabCluster *cluster;          /* the workloads and the policies that are enabled */
  LabVerdict *habits;           /* what becomes of each habit with them */
};

/* What the seed has: the mock-ups' two, and a few that are worth a look. */
static const struct { gboolean enabled; const char *json; } seeded[] = {
  { TRUE, "{'apiVersion':'networking.k8s.io/v1','kind':'NetworkPolicy','metadata':{'name':'backend-ingress-policy','namespace':'default'},"
          "'spec':{'podSelector':{'matchLabels':{'app':'backend'}},'policyTypes':['Ingress'],"
          "'ingress':[{'from':[{'podSelector':{'matchLabels':{'app':'frontend'}}}],'ports':[{'protocol':'TCP','port':8080}]},"
          "{'from':[{'namespaceSelector':{'matchLabels':{'kubernetes.io/metadata.name':'monitoring'}}}],'ports':[{'port':'metrics'}]}]}}" },
  { FALSE, "{'apiVersion':'networking.k8s.io/v1','kind':'NetworkPolicy','metadata':{'name':'database-egress-policy','namespace':'data'},"
           "'spec':{'podSelector':{'matchLabels':{'app':'database'}},'policyTypes':['Egress'],"
           "'egress':[{'to':[{'namespaceSelector':{},'podSelector':{'matchLabels':{'k8s-app':'kube-dns'}}}],'ports':[{'protocol':'UDP','port':'dns'}]}]}}" },
  { TRUE, "{'apiVersion':'networking.k8s.io/v1','kind':'NetworkPolicy','metadata':{'name':'database-ingress','namespace':'data'},"
          "'spec':{'podSelector':{'matchExpressions':[{'key':'app','operator':'In','values':['database','cache']}]},"
          "'ingress':[{'from':[{'namespaceSelector':{'matchLabels':{'env':'prod'}},'podSelector':{'matchExpressions':[{'key':'tier','operator':'In','values':['api']}]}}]}]}}" },
  { TRUE, "{'apiVersion':'networking.k8s.io/v1','kind':'NetworkPolicy','metadata':{'name':'payments-isolated','namespace':'default'},"
          "'spec':{'podSelector':{'matchLabels':{'pci':'scope'}},'policyTypes':['Ingress','Egress'],"
          "'ingress':[{'from':[{'podSelector':{'matchLabels':{'app':'backend'}}}],'ports':[{'port':'https'}]}],"
          "'egress':[{'to':[{'namespaceSelector':{'matchLabels':{'kubernetes.io/metadata.name':'data'}}}],'ports':[{'port':5432}]}]}}" },
  { TRUE, "{'apiVersion':'networking.k8s.io/v1','kind':'NetworkPolicy','metadata':{'name':'office-only','namespace':'default'},"
          "'spec':{'podSelector':{'matchLabels':{'app':'frontend'}},"
          "'ingress':[{'from':[{'ipBlock':{'cidr':'198.51.100.0/24','except':['198.51.100.128/25']}},{'namespaceSelector':{}}]}]}}" },
  { TRUE, "{'apiVersion':'policy.networking.k8s.io/v1alpha1','kind':'AdminNetworkPolicy','metadata':{'name':'no-ssh'},"
          "'spec':{'priority':10,'subject':{'namespaces':{}},"
          "'ingress':[{'name':'ssh','action':'Deny','from':[{'namespaces':{}}],'ports':[{'portNumber':{'protocol':'TCP','port':22}}]}]}}" },
};

/* --- The kind of document --- */

static gboolean
check_policy (LabRequest *request, JsonObject *object)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LabNetworkPolicy) policy = lab_network_policy_read (object, &error);

  if (policy == NULL)
    {
      lab_request_invalid_error (request, error);
      return FALSE;
    }
  /* As the API does: what is left open is filled in. */
  if (policy->namespace != NULL)
    json_object_set_string_member (lab_json_get_object (object, "metadata"), "namespace", policy->namespace);
  return TRUE;
}

/* A policy is called what it is called: networkpolicy.NAMESPACE.NAME, adminnetworkpolicy.NAME. */
static char *
policy_id (JsonObject *object)
{
  JsonObject *metadata = lab_json_get_object (object, "metadata");
  const char *namespace = lab_json_get_string (metadata, "namespace", "default"), *name = lab_json_get_string (metadata, "name", "");
  const char *kind = lab_json_get_string (object, "kind", "");
  g_autofree char *lower = g_ascii_strdown (kind, -1);

  return g_str_equal (kind, "NetworkPolicy") ? g_strdup_printf ("%s.%s.%s", lower, *namespace != '\0' ? namespace : "default", name)
                                             : g_strdup_printf ("%s.%s", lower, name);
}

static gboolean
is_same (const LabNetworkPolicy *a, const LabNetworkPolicy *b)
{
  return a != NULL && g_str_equal (a->kind, b->kind) && g_strcmp0 (a->namespace, b->namespace) == 0 && g_str_equal (a->name, b->name);
}

/* What of the workloads' habits the policy turned away in the last hour, as long as it was as it is now. */
static gint64
count_blocked (LabServer *server, const LabDocument *document, const LabNetworkPolicy *policy)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC, since = MAX (now - 3600, document->changed_at / G_USEC_PER_SEC), sum = 0;

  for (guint i = 0; document->enabled && i < lab_n_habits; i++)
    {
      const LabVerdict *verdict = &server->policies->habits[i];

      for (guint way = 0; way < LAB_N_DIRECTIONS; way++)
        if (!verdict->way[way].allow && is_same (verdict->way[way].policy, policy))
          {
            sum += lab_workloads_attempts (server->policies->workloads, i, since, now);
            break;
          }
    }
  return sum;
}

static void
add_policy_status (LabServer *server, GString *out, const LabDocument *document)
{
  g_autoptr (LabNetworkPolicy) policy = lab_network_policy_read (document->object, NULL);
  const GPtrArray *pods = server->policies->cluster->pods;
  LabSwitches switches = { FALSE, FALSE };
  guint applied = 0;

  for (guint i = 0; policy != NULL && i < pods->len; i++)
    {
      const LabPod *pod = g_ptr_array_index (pods, i);

      applied += pod->pod_name != NULL && lab_policy_selects (policy, pod, &switches);
    }
  lab_json_begin (out, "status", '{');
  lab_json_bool (out, "enabled", document->enabled);
  lab_json_int (out, "applied_pods", document->enabled ? applied : 0);
  lab_json_int (out, "blocked_flows_1h", policy != NULL ? count_blocked (server, document, policy) : 0);
  lab_json_end (out, '}');
}

/* The workloads, and the policies that are enabled; @with and @without, which may be NULL, in any case and in none. Not settled. */
static LabCluster *
gather_cluster (LabServer *server, const LabDocument *with, const LabDocument *without)
{
  LabPolicies *policies = server->policies;
  LabCluster *cluster = lab_cluster_new ();

  for (guint i = 0; i < policies->workloads->objects->len; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!lab_cluster_add (cluster, g_ptr_array_index (policies->workloads->objects, i), &error))
        g_warning ("a workload of the lab's own making is refused: %s", error->message);
    }
  for (guint i = 0; i < lab_documents_count (policies->documents); i++)
    {
      const LabDocument *document = lab_documents_at (policies->documents, i);
      g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), document->object);
      g_autoptr (GError) error = NULL;

      if (document->removed || document == without || (!document->enabled && document != with))
        continue;
      if (!lab_cluster_add (cluster, node, &error))
        g_warning ("policy %s is refused: %s", document->id, error->message);
    }
  return cluster;
}

static LabCluster *
build_cluster (LabServer *server, const LabDocument *with, const LabDocument *without)
{
  LabCluster *cluster = gather_cluster (server, with, without);

  lab_cluster_settle (cluster);
  return cluster;
}

static guint
count_selected (const LabCluster *cluster, JsonObject *object)
{
  g_autoptr (LabNetworkPolicy) policy = lab_network_policy_read (object, NULL);
  LabSwitches switches = { FALSE, FALSE };
  guint n = 0;

  for (guint i = 0; policy != NULL && i < cluster->pods->len; i++)
    n += lab_policy_selects (policy, g_ptr_array_index (cluster->pods, i), &switches);
  return n;
}

/* What is tried over and over, and would be let through no longer, or from now on. */
static void
warn_of_habits (LabRequest *request, const LabDocument *before, JsonObject *after)
{
  g_autoptr (LabCluster) cluster = gather_cluster (request->server, NULL, before);
  g_autoptr (JsonNode) node = after != NULL ? json_node_init_object (json_node_alloc (), after) : NULL;

  if (node != NULL && !lab_cluster_add (cluster, node, NULL))
    return;
  lab_cluster_settle (cluster);
  for (guint i = 0; i < lab_n_habits; i++)
    {
      gboolean was = request->server->policies->habits[i].allow, is = lab_workloads_habit (cluster, i).allow;
      g_autofree char *habit = lab_workloads_habit_text (i), *text = g_strdup_printf ("%s would be %s", habit, is ? "let through" : "cut off");

      if (was != is)
        lab_request_warn (request, text);
    }
}

static void
warn_of_policy (LabRequest *request, const LabDocument *before, JsonObject *after, gboolean enabled)
{
  if (after != NULL && count_selected (request->server->policies->cluster, after) == 0)
    lab_request_warn (request, "it selects no pod that is there");
  if (enabled)
    warn_of_habits (request, before, after);
}

static void
policies_changed (LabServer *server)
{
  g_clear_pointer (&server->policies->cluster, lab_cluster_free);
  server->policies->cluster = build_cluster (server, NULL, NULL);
  for (guint i = 0; i < lab_n_habits; i++)
    server->policies->habits[i] = lab_workloads_habit (server->policies->cluster, i);
}

static const char *const policy_filters[] = { "kind", "namespace", "name", NULL };

static const LabDocumentKind policy_kind = {
  .path = "/api/v1/policies",
  .noun = "policy",
  .insert = "INSERT OR REPLACE INTO policies (id, removed, body) VALUES (?, ?, ?)",
  .select = "SELECT id, removed, body FROM policies",
  .filters = policy_filters,
  .check = check_policy,
  .make_id = policy_id,
  .add_status = add_policy_status,
  .warn = warn_of_policy,
  .changed = policies_changed,
};

void
lab_policies_new (LabServer *server)
{
  LabPolicies *policies = server->policies = g_new0 (LabPolicies, 1);

  policies->documents = lab_documents_new (&policy_kind);
  policies->workloads = lab_workloads_new (server->world->seed);
  policies->habits = g_new0 (LabVerdict, lab_n_habits);
  for (guint i = 0; i < G_N_ELEMENTS (seeded); i++)
    {
      g_autofree char *text = g_strdelimit (g_strdup (seeded[i].json), "'", '"');
      g_autoptr (JsonNode) node = lab_json_parse (text, strlen (text), NULL);
      g_autofree char *id = policy_id (json_node_get_object (node));

      lab_documents_seed (policies->documents, id, json_node_get_object (node), seeded[i].enabled);
    }
  lab_documents_load (server, policies->documents);
  policies_changed (server);
}

void
lab_policies_free (LabPolicies *policies)
{
  lab_documents_free (policies->documents);
  lab_workloads_free (policies->workloads);
  lab_cluster_free (policies->cluster);
  g_free (policies->habits);
  g_free (policies);
}

/* --- Routes --- */

void
lab_policies_list (LabRequest *request)
{
  lab_documents_list (request, request->server->policies->documents);
}

void
lab_policies_get (LabRequest *request)
{
  lab_documents_get (request, request->server->policies->documents);
}

void
lab_policies_create (LabRequest *request)
{
  lab_documents_create (request, request->server->policies->documents);
}

void
lab_policies_update (LabRequest *request)
{
  lab_documents_update (request, request->server->policies->documents);
}

void
lab_policies_delete (LabRequest *request)
{
  lab_documents_delete (request, request->server->policies->documents);
}

/* --- Simulating --- */

typedef struct
{
  const char *from, *to;
  LabProtocol protocol;
  guint port;
} Flow;

static const char *
text_of (JsonObject *object, const char *name, const char *other)
{
  return lab_json_get_string (object, name, lab_json_get_string (object, other, NULL));
}

/* from, to, port, protocol; or src_ip, dst_ip, dst_port, as flows are listed. */
static gboolean
read_flow (LabRequest *request, JsonNode *node, guint index, Flow *flow)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  g_autofree char *pointer = g_strdup_printf ("/flows/%u", index);
  g_autofree char *protocol = NULL;
  gint64 port;

  flow->from = text_of (object, "from", "src_ip");
  flow->to = text_of (object, "to", "dst_ip");
  port = lab_json_get_int (object, "port", lab_json_get_int (object, "dst_port", 0));
  protocol = g_ascii_strup (lab_json_get_string (object, "protocol", "TCP"), -1);
  flow->port = (guint) port;
  if (flow->from == NULL || flow->to == NULL)
    lab_request_invalid (request, pointer, "a flow goes from a workload (\"namespace/name\") or an address to another: give from and to");
  else if (port < 1 || port > 65535)
    lab_request_invalid (request, pointer, "port must be a number from 1 to 65535");
  else if (!lab_protocol_read (protocol, &flow->protocol))
    lab_request_invalid (request, pointer, "protocol must be TCP, UDP or SCTP");
  else
    return TRUE;
  return FALSE;
}

static void
write_way (GString *out, const char *key, const LabDecision *decision, LabDirection way)
{
  g_autofree char *why = lab_decision_text (decision, way);
  const LabNetworkPolicy *policy = decision->policy;
  g_autofree char *kind = policy != NULL ? g_ascii_strdown (policy->kind, -1) : NULL;
  g_autofree char *id = policy == NULL ? NULL : policy->namespace != NULL
                          ? g_strdup_printf ("%s.%s.%s", kind, policy->namespace, policy->name) : g_strdup_printf ("%s.%s", kind, policy->name);

  lab_json_begin (out, key, '{');
  lab_json_string (out, "direction", way == LAB_EGRESS ? "egress" : "ingress");
  lab_json_string (out, "verdict", decision->allow ? "allow" : "deny");
  lab_json_string (out, "policy_id", id);
  if (decision->rule >= 0)
    lab_json_int (out, "rule", decision->rule);
  else
    lab_json_null (out, "rule");
  lab_json_string (out, "why", why);
  lab_json_end (out, '}');
}

/* The direction that has the last word: the one that denies, else one in which a policy said something. */
static LabDirection
deciding_way (const LabVerdict *verdict)
{
  if (!verdict->way[LAB_EGRESS].allow)
    return LAB_EGRESS;
  if (!verdict->way[LAB_INGRESS].allow || verdict->way[LAB_INGRESS].policy != NULL)
    return LAB_INGRESS;
  return verdict->way[LAB_EGRESS].policy != NULL ? LAB_EGRESS : LAB_INGRESS;
}

/* FALSE after having answered that there is no such workload. */
static gboolean
find_ends (LabRequest *request, const LabCluster *cluster, const Flow *flow, guint index, GArray *rooms[2], LabEnd ends[2])
{
  const char *names[] = { flow->from, flow->to };

  for (guint i = 0; i < 2; i++)
    if (!lab_end_find (cluster, names[i], rooms[i], &ends[i]))
      {
        g_autofree char *pointer = g_strdup_printf ("/flows/%u/%s", index, i == 0 ? "from" : "to");

        lab_request_invalid (request, pointer, "there is no workload %s", names[i]);
        return FALSE;
      }
  return TRUE;
}

static gboolean
judge (const LabCluster *cluster, const Flow *flow, LabVerdict *verdict, LabRequest *request, guint index)
{
  g_autoptr (GArray) sources = g_array_new (FALSE, FALSE, sizeof (LabAddress)), destinations = g_array_new (FALSE, FALSE, sizeof (LabAddress));
  GArray *rooms[] = { sources, destinations };
  LabSwitches switches = { FALSE, FALSE };
  LabEnd ends[2];

  if (!find_ends (request, cluster, flow, index, rooms, ends))
    return FALSE;
  *verdict = lab_policy_verdict (cluster, &switches, &ends[0], &ends[1], flow->protocol, flow->port);
  return TRUE;
}

static gboolean
simulate_flow (LabRequest *request, JsonNode *node, guint index, const LabCluster *with, const LabCluster *without)
{
  Flow flow;
  LabVerdict verdict, before;
  LabDirection way;
  GString *out = request->out;

  if (!read_flow (request, node, index, &flow) || !judge (with, &flow, &verdict, request, index) ||
      !judge (without, &flow, &before, request, index))
    return FALSE;
  way = deciding_way (&verdict);
  lab_json_begin (out, NULL, '{');
  lab_json_string (out, "from", flow.from);
  lab_json_string (out, "to", flow.to);
  lab_json_string (out, "protocol", lab_protocol_text (flow.protocol));
  lab_json_int (out, "port", flow.port);
  lab_json_string (out, "verdict", verdict.allow ? "allow" : "deny");
  lab_json_string (out, "without", before.allow ? "allow" : "deny");
  write_way (out, "decided_by", &verdict.way[way], way);
  write_way (out, "egress", &verdict.way[LAB_EGRESS], LAB_EGRESS);
  write_way (out, "ingress", &verdict.way[LAB_INGRESS], LAB_INGRESS);
  lab_json_end (out, '}');
  return TRUE;
}

/* What would become of some flows with the policy, whether it is enabled or not, and without it. */
void
lab_policies_simulate (LabRequest *request)
{
  const LabDocument *document = lab_documents_find (request, request->server->policies->documents);
  g_autoptr (LabCluster) with = NULL, without = NULL;
  JsonArray *flows;

  if (document == NULL || !lab_request_need_body (request))
    return;
  flows = lab_json_get_array (request->object, "flows");
  if (flows == NULL || json_array_get_length (flows) == 0 || json_array_get_length (flows) > MAX_FLOWS)
    {
      lab_request_invalid (request, "/flows", "flows must be a list of 1 to %d", MAX_FLOWS);
      return;
    }
  with = build_cluster (request->server, document, NULL);
  without = build_cluster (request->server, NULL, document);
  lab_json_begin (request->out, NULL, '{');
  lab_json_string (request->out, "policy_id", document->id);
  lab_json_bool (request->out, "simulated", TRUE);
  lab_json_begin (request->out, "verdicts", '[');
  for (guint i = 0; i < json_array_get_length (flows); i++)
    if (!simulate_flow (request, json_array_get_element (flows, i), i, with, without))
      return;
  lab_json_end (request->out, ']');
  lab_json_end (request->out, '}');
}

/* --- What there is to select --- */

static JsonObject *
workload_at (const LabServer *server, guint index)
{
  return json_node_get_object (g_ptr_array_index (server->policies->workloads->objects, index));
}

static void
write_workload (LabServer *server, GString *out, const char *key, guint index)
{
  g_autofree char *text = lab_json_node_text (g_ptr_array_index (server->policies->workloads->objects, index));

  lab_json_raw (out, key, text);
}

static int
compare_workloads (const LabServer *server, guint a, guint b, guint key)
{
  static const char *const names[] = { "id", "kind" };

  return strcmp (lab_json_get_string (workload_at (server, a), names[key], ""), lab_json_get_string (workload_at (server, b), names[key], ""));
}

static gboolean
match_workload (LabRequest *request, guint index, gpointer data)
{
  JsonObject *object = workload_at (request->server, index);
  const char *kind = lab_request_query (request, "kind"), *namespace = lab_request_query (request, "namespace");
  const char *q = lab_request_query (request, "q");

  return (kind == NULL || g_ascii_strcasecmp (kind, lab_json_get_string (object, "kind", "")) == 0) &&
         (namespace == NULL || g_str_equal (namespace, lab_json_get_string (lab_json_get_object (object, "metadata"), "namespace", ""))) &&
         (q == NULL || lab_text_contains (lab_json_get_string (object, "id", ""), q));
}

void
lab_workloads_list (LabRequest *request)
{
  static const char *const keys[] = { "id", "kind", NULL };
  LabList list = { .n = request->server->policies->workloads->objects->len, .sort_keys = keys, .compare = compare_workloads,
                   .match = match_workload, .write = write_workload };

  lab_list_reply (request, &list);
}
