/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "qd-policy-world.h"

/* A policy as words in lists: what a change means, worked out by one who knows nothing of text. Of a NetworkPolicy here; what is otherwise in the
 * policies of administrators is in edit-model-admin.h. */

typedef struct { char *key, *value; } Label;
typedef struct { char *key; int operator; GPtrArray *values; } Expression;
typedef struct { gboolean there; GArray *labels, *expressions; } Selector;
/* The last three of policies other than a NetworkPolicy: @form is a QdPeerForm, @words are networks or domain names. */
typedef struct { Selector namespaces, pods; char *cidr; GPtrArray *excepts; int form; Selector nodes; GPtrArray *words; } Peer;
typedef struct { int protocol; char *text; } Port;
typedef struct { GPtrArray *peers; GPtrArray *ports; int action; char *name; } Rule;   /* no peers: everyone; no ports: every port */
typedef struct {
  QdPolicyKind kind;
  char *name, *namespace;
  int types;                /* 1 egress, 2 ingress, 0 not written */
  int priority, tier;
  Selector namespaces, pods;
  GPtrArray *rules[2];
} Model;

/* What random ones are made of: of each block its parts. */
extern const char *const model_keys[4], *const model_values[6], *const model_blocks[3], *const model_parts[3][3], *const model_port_texts[7];
#define PICK(rand, list) (list)[g_rand_int_range (rand, 0, G_N_ELEMENTS (list))]

void model_selector_init (Selector *self, gboolean there);
Peer *model_peer_new (void);
Port *model_port_new (int protocol, const char *text);
Rule *model_rule_new (void);
void model_free (Model *self);
void model_label (Selector *self, const char *key, const char *value);
int model_find_expression (Selector *self, const char *key, int operator);
Expression *model_add_expression (Selector *self, const char *key, int operator);
void model_value (Selector *self, const char *key, int operator, const char *value, gboolean on);
char *model_tell (Model *self);
char *model_tell_policy (const QdPolicy *policy);
JsonNode *model_to_json (Model *self, GRand *rand);
Model *model_random (GRand *rand);
Model *model_new (QdPolicyKind kind);
Rule *model_copy_rule (Rule *rule);
void model_copy_selector (Selector *to, Selector *from);
void model_random_selector (GRand *rand, Selector *self);
JsonObject *model_selector_to_json (Selector *self);
char *model_tell_selector (Selector *self);
char *model_tell_read_selector (const QdSelector *self);
void model_tell_port (GString *out, const char *protocol, guint first, guint last, const char *name);
void model_tell_ports (GString *out, GPtrArray *ports, gboolean names_of_all);
void model_tell_read_ports (GString *out, const QdPolicyRule *rule);
