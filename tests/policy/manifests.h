/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-eval.h"

/* Small worlds, written down in a line an object. */

#define NAMESPACE(name, labels) "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: " name ", labels: {" labels "}}\n"
#define POD(ns, name, labels) POD_WITH (ns, name, labels, "containers: [{name: c}]", "")
/* @spec and @status are the insides of flow maps. */
#define POD_WITH(ns, name, labels, spec, status)                                                                                      \
  "---\napiVersion: v1\nkind: Pod\nmetadata: {name: " name ", namespace: " ns ", labels: {" labels "}}\nspec: {" spec "}\nstatus: {" status "}\n"
#define DEPLOYMENT(ns, name, labels, spec)                                                                                            \
  "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " name ", namespace: " ns "}\nspec: {template: {metadata: {labels: {" labels \
  "}}, spec: {" spec "}}}\n"
#define NP(ns, name, spec) "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " name ", namespace: " ns "}\nspec: " spec "\n"
#define ANP(name, priority, spec)                                                                                                     \
  "---\napiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: " name "}\nspec: {priority: " #priority ", " spec "}\n"
#define BANP(spec)                                                                                                                    \
  "---\napiVersion: policy.networking.k8s.io/v1alpha1\nkind: BaselineAdminNetworkPolicy\nmetadata: {name: default}\nspec: {" spec "}\n"
#define CNP(name, tier, priority, spec)                                                                                               \
  "---\napiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: " name "}\nspec: {tier: " #tier ", priority: " \
  #priority ", " spec "}\n"

/* The world that @yaml writes down, as a file of that name. */
QdPolicyWorld *make_world (const char *yaml);
/* The same, of a world in which nothing is wrong; says what is, and ends, otherwise. @options NULL: the defaults. */
QdPolicyEval *make_eval (const char *yaml, const QdPolicyOptions *options);

/* The number of an end: "ns/name", "ns/name[Kind]" or an address. It must be there. */
guint find_end (QdPolicyEval *eval, const char *name);
/* "a > b" may carry @ports. */
void assert_ports (QdPolicyEval *eval, const char *flow, const char *ports);

/* Makes the world and checks flow, ports, flow, ports… up to NULL. */
void check (const char *yaml, ...) G_GNUC_NULL_TERMINATED;
void check_with (const char *yaml, QdPolicyHostNetwork host_network, QdPolicyBlockReading ip_block, ...) G_GNUC_NULL_TERMINATED;

/* The world has an error of that @code at LINE:COLUMN of @place, and it is its only one. */
void check_invalid (const char *yaml, const char *code, const char *place);
/* It has a finding of that @code and severity, and no error. */
void check_told (const char *yaml, const char *code, QdPolicySeverity severity);

#define ALL "All Connections"
#define NONE "No Connections"
