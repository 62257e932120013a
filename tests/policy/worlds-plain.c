/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"
#include "config.h"

#include "worlds.h"

#include <string.h>

/* Worlds as people write them, in which lint has something to find: few namespaces and labels, policies that isolate and open a port or two, and one in
 * three things forgotten, doubled or meant for somebody else. */

typedef struct
{
  Dice dice;
  GPtrArray *documents;
} Maker;

static const char *const spaces[] = { "shop", "back" };
static const char *const apps[] = { "web", "api", "db" };
static const char *const peers[] = {
  "{podSelector: {matchLabels: {app: web}}}", "{podSelector: {matchLabels: {app: api}}}", "{podSelector: {matchLabels: {tier: t}}}", "{podSelector: {}}",
  "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: back}}}", "{namespaceSelector: {}, podSelector: {matchLabels: {app: db}}}",
  "{ipBlock: {cidr: 10.0.0.0/8}}", "{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}",
};
static const char *const ports[] = { "{port: 80}", "{port: 8080}", "{port: http}", "{port: 5432}", "{port: 1, endPort: 9000}", "{protocol: UDP, port: 53}" };
static const char *const subjects[] = { "{matchLabels: {app: web}}", "{matchLabels: {app: api}}", "{matchLabels: {app: db}}", "{matchLabels: {tier: t}}", "{}" };
static const char *const types[] = { "[Ingress]", "[Egress]", "[Ingress, Egress]", "[]" };

#define PICK(m, list) ((list)[dice_below (&(m)->dice, G_N_ELEMENTS (list))])

/* JSON with a YAML's freedom: names need no quotes. */
static void
add (Maker *m, const char *text)
{
  g_autoptr (GString) json = g_string_new (NULL);
  JsonNode *node;

  for (const char *c = text; *c != '\0'; c++)
    {
      gsize n = strcspn (c, "{}[], ");
      gboolean plain = n > 0 && !g_ascii_isdigit (*c) && !(c[0] == 't' && n == 4 && g_str_has_prefix (c, "true"));
      gboolean key = n > 0 && c[n - 1] == ':';

      if (n == 0)
        {
          g_string_append_c (json, *c);
          continue;
        }
      /* Addresses begin with a digit, and are text. */
      plain = plain || memchr (c, '.', n) != NULL;
      g_string_append_printf (json, plain || key ? "\"%.*s\"%s" : "%.*s%s", (int) (n - key), c, key ? ":" : "");
      c += n - 1;
    }
  node = json_from_string (json->str, NULL);
  if (node == NULL)
    g_error ("no JSON: %s", json->str);
  g_ptr_array_add (m->documents, node);
}

static void
add_workload (Maker *m, const char *space, const char *app, guint number)
{
  static const char *const declared[] = { "{name: http, containerPort: 80}", "{name: http, containerPort: 8080}", "{containerPort: 5432}" };
  gboolean pod = dice_chance (&m->dice, 60);
  g_autofree char *inside = g_strdup_printf ("labels: {app: %s%s}}, spec: {%scontainers: [{name: c, ports: [%s]}]}", app,
                                             dice_chance (&m->dice, 70) ? ", tier: t" : "", dice_chance (&m->dice, 8) ? "hostNetwork: true, " : "", PICK (m, declared));
  g_autofree char *text = NULL;

  if (pod)
    text = g_strdup_printf ("{apiVersion: v1, kind: Pod, metadata: {name: %s-%u, namespace: %s, %s, status: {podIP: 10.0.0.%u}}", app, number, space, inside,
                            number + 1);
  else
    text = g_strdup_printf ("{apiVersion: apps/v1, kind: Deployment, metadata: {name: %s-%u, namespace: %s}, spec: {template: {metadata: {%s}}}", app, number,
                            space, inside);
  add (m, text);
}

static void
write_rules (Maker *m, GString *text, const char *direction, const char *list)
{
  guint n = dice_below (&m->dice, 4);

  g_string_append_printf (text, ", %s: [", direction);
  for (guint i = 0; i < n; i++)
    {
      g_string_append (text, i == 0 ? "{" : ", {");
      if (dice_chance (&m->dice, 3))
        g_string_append_printf (text, "%s: []", list);
      else if (dice_chance (&m->dice, 85))
        {
          g_string_append_printf (text, "%s: [%s", list, PICK (m, peers));
          if (dice_chance (&m->dice, 30))
            g_string_append_printf (text, ", %s", PICK (m, peers));
          g_string_append_c (text, ']');
        }
      if (dice_chance (&m->dice, 70))
        g_string_append_printf (text, "%sports: [%s]", g_str_has_suffix (text->str, "{") ? "" : ", ", PICK (m, ports));
      g_string_append_c (text, '}');
    }
  if (dice_chance (&m->dice, 15))
    g_string_append_printf (text, "%s{%s: [{namespaceSelector: {}}], ports: [{protocol: UDP, port: 53}]}", n > 0 ? ", " : "", list);
  g_string_append_c (text, ']');
}

static void
add_policy (Maker *m, guint number)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p%u, namespace: %s}, spec: {podSelector: %s", number, PICK (m, spaces),
                          PICK (m, subjects));
  if (dice_chance (&m->dice, 75))
    g_string_append_printf (text, ", policyTypes: %s", PICK (m, types));
  if (dice_chance (&m->dice, 65))
    write_rules (m, text, "ingress", "from");
  if (dice_chance (&m->dice, 55))
    write_rules (m, text, "egress", "to");
  g_string_append (text, "}}");
  add (m, text->str);
}

static void
add_admin (Maker *m, guint number)
{
  static const char *const actions[] = { "Allow", "Deny", "Pass" };
  static const char *const sources[] = { "{namespaces: {}}", "{namespaces: {matchLabels: {kubernetes.io/metadata.name: shop}}}" };
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "{apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {name: a%u}, spec: {priority: %u, subject: {namespaces: {}}, ingress: [",
                          number, number);
  for (guint i = 1 + dice_below (&m->dice, 3); i > 0; i--)
    {
      g_string_append_printf (text, "{action: %s, from: [%s]", PICK (m, actions), PICK (m, sources));
      if (dice_chance (&m->dice, 50))
        g_string_append_printf (text, ", ports: [{portNumber: {port: %u}}]", dice_chance (&m->dice, 50) ? 80 : 8080);
      g_string_append (text, i > 1 ? "}, " : "}");
    }
  g_string_append (text, "]}}");
  add (m, text->str);
}

GPtrArray *
worlds_make_plain (guint64 seed)
{
  Maker m = { { seed }, g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref) };
  guint n = 2 + dice_below (&m.dice, 4);

  for (guint i = 0; i < n; i++)
    add_workload (&m, dice_chance (&m.dice, 75) ? "shop" : "back", PICK (&m, apps), i);
  if (dice_chance (&m.dice, 60))
    add (&m, "{apiVersion: apps/v1, kind: Deployment, metadata: {name: coredns, namespace: kube-system}, spec: {template: {metadata: {labels: {k8s-app: kube-dns}}, "
             "spec: {containers: [{name: c, ports: [{name: dns, containerPort: 53, protocol: UDP}]}]}}}}");
  n = 1 + dice_below (&m.dice, 4);
  for (guint i = 0; i < n; i++)
    add_policy (&m, i);
  for (guint i = dice_chance (&m.dice, 25) ? 1 + dice_below (&m.dice, 2) : 0; i > 0; i--)
    add_admin (&m, i);
  return m.documents;
}
