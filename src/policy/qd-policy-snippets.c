/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Policies that people begin with. */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include "qd-policy-complete.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#define HEAD(name) "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: ${1:" name "}\n  namespace: ${2:@}\nspec:\n"

/* "@" is the namespace that most workloads are in. */
static const struct { const char *label, *text, *doc; } policies[] = {
  { N_("Deny all that comes in"), HEAD ("deny-ingress") "  podSelector: {}\n  policyTypes:\n  - Ingress\n$0",
    N_("No pod of the namespace may be connected to, but for what other policies allow.") },
  { N_("Deny all that goes out"), HEAD ("deny-egress") "  podSelector: {}\n  policyTypes:\n  - Egress\n$0",
    N_("No pod of the namespace may connect to anything, names of hosts included, but for what other policies allow.") },
  { N_("Deny everything"), HEAD ("deny-all") "  podSelector: {}\n  policyTypes:\n  - Ingress\n  - Egress\n$0",
    N_("The pods of the namespace may neither be connected to nor connect to anything, but for what other policies allow.") },
  { N_("Allow names to be looked up (DNS)"),
    HEAD ("allow-dns") "  podSelector: {}\n  policyTypes:\n  - Egress\n  egress:\n  - to:\n    - namespaceSelector:\n        matchLabels:\n"
                       "          kubernetes.io/metadata.name: kube-system\n    ports:\n    - protocol: UDP\n      port: 53\n    - protocol: TCP\n      port: 53\n$0",
    N_("The pods of the namespace may ask the cluster’s name servers.") },
  { N_("Allow from a namespace"),
    HEAD ("allow-from-namespace") "  podSelector: {}\n  policyTypes:\n  - Ingress\n  ingress:\n  - from:\n    - namespaceSelector:\n        matchLabels:\n"
                                  "          kubernetes.io/metadata.name: ${3:@}\n$0",
    N_("All pods of one namespace may connect to the pods of another.") },
  { N_("Allow within the namespace"),
    HEAD ("allow-same-namespace") "  podSelector: {}\n  policyTypes:\n  - Ingress\n  ingress:\n  - from:\n    - podSelector: {}\n$0",
    N_("The pods of the namespace may connect to each other.") },
  { N_("Allow some pods on a port"),
    HEAD ("allow-port") "  podSelector:\n    matchLabels:\n      app: ${3:server}\n  policyTypes:\n  - Ingress\n  ingress:\n  - from:\n    - podSelector:\n"
                        "        matchLabels:\n          app: ${4:client}\n    ports:\n    - protocol: TCP\n      port: ${5:8080}\n$0",
    N_("Pods with one label may connect to pods with another, on one port.") },
};

#define TEST "tests:\n- name: ${1:%s}\n  from: ${2:default/client}\n  to: ${3:default/server}\n  port: ${4:8080}\n  expect: ${5:allow}\n$0"

/* Where most workloads are. */
static const char *
find_namespace (const QdPolicyWhere *where)
{
  GPtrArray *workloads = where->world ? qd_policy_world_get_workloads (where->world) : NULL;
  const char *best = "default", *current = NULL;
  guint most = 0, n = 0;

  for (guint i = 0; workloads && i < workloads->len; i++)
    {
      const QdPolicyWorkload *workload = g_ptr_array_index (workloads, i);

      /* They are in the order of their namespaces. */
      n = current == workload->namespace->name ? n + 1 : 1;
      current = workload->namespace->name;
      if (n > most)
        {
          most = n;
          best = current;
        }
    }
  return best;
}

GPtrArray *
qd_policy_complete_snippets (const QdPolicyWhere *where)
{
  GPtrArray *proposals = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_policy_proposal_free);

  if (where->is_test)
    {
      qd_policy_proposals_add (proposals, QD_POLICY_PROPOSAL_SNIPPET, _("A test"), g_strdup_printf (TEST, _("the client reaches the server")), NULL,
                               g_strdup (_("Says which connection is to be allowed, or denied.")));
      return proposals;
    }
  for (guint i = 0; !where->is_json && i < G_N_ELEMENTS (policies); i++)
    {
      g_auto (GStrv) parts = g_strsplit (policies[i].text, "@", -1);
      char *text = g_strjoinv (find_namespace (where), parts);

      qd_policy_proposals_add (proposals, QD_POLICY_PROPOSAL_SNIPPET, _(policies[i].label), text, NULL, g_strdup (_(policies[i].doc)));
    }
  return proposals;
}

char *
qd_policy_snippet_to_text (const char *snippet)
{
  GString *text = g_string_new (NULL);

  for (const char *at = snippet; *at != '\0'; at++)
    {
      const char *end = g_str_has_prefix (at, "${") ? strchr (at, '}') : NULL, *colon = end ? strchr (at, ':') : NULL;

      if (end && colon && colon < end)
        {
          g_string_append_len (text, colon + 1, end - colon - 1);
          at = end;
        }
      else if (g_str_has_prefix (at, "$0"))
        at++;
      else
        g_string_append_c (text, *at);
    }
  return g_string_free (text, FALSE);
}
