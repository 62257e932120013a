/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-world.h"
#include "qd-yaml-edit.h"

G_BEGIN_DECLS

/* A change of one policy, in the words of who makes policies, spelled as its kind spells them. It is begun on a document, told what to do, and
 * ended as one splice of the text (see qd-yaml-become.h). What the API would refuse is refused here, with the reason; then nothing is changed. */
typedef struct _QdPolicyEdit QdPolicyEdit;

QdPolicyEdit *qd_policy_edit_new (QdYamlFile *file, guint document);
void qd_policy_edit_free (QdPolicyEdit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPolicyEdit, qd_policy_edit_free)

/* The changed file and what makes it of the old one, or NULL and the first thing that could not be done (QD_YAML_ERROR). */
QdYamlFile *qd_policy_edit_end (QdPolicyEdit *self, QdYamlSplice *splice, GError **error);

/* --- The policy --------------------------------------------------------------------------------------------- */

void qd_policy_edit_set_name (QdPolicyEdit *self, const char *name);
/* Of a NetworkPolicy. NULL or "": it says none, which is the namespace "default". */
void qd_policy_edit_set_namespace (QdPolicyEdit *self, const char *namespace);
/* Of a NetworkPolicy: writes policyTypes; one of them at least. */
void qd_policy_edit_set_types (QdPolicyEdit *self, gboolean ingress, gboolean egress);
/* Of the others: pods in namespaces, or whole namespaces. What selects namespaces stays. */
void qd_policy_edit_set_subject (QdPolicyEdit *self, gboolean pods);
/* 0 to 1000; a BaselineAdminNetworkPolicy has none. */
void qd_policy_edit_set_priority (QdPolicyEdit *self, const char *text);
/* Of a ClusterNetworkPolicy: ADMIN or BASELINE. */
void qd_policy_edit_set_tier (QdPolicyEdit *self, QdPolicyTier tier);

/* --- Selectors, by their place: "/spec/podSelector" ----------------------------------------------------------- */

/* In matchLabels; @value NULL: takes it out. */
void qd_policy_edit_set_label (QdPolicyEdit *self, const char *selector, const char *key, const char *value);
/* Of the first expression of @key and @operator (In or NotIn), which is made, and goes with its last value. */
void qd_policy_edit_set_value (QdPolicyEdit *self, const char *selector, const char *key, QdSelectorOperator operator, const char *value, gboolean on);
/* Exists or DoesNotExist. */
void qd_policy_edit_add_presence (QdPolicyEdit *self, const char *selector, const char *key, QdSelectorOperator operator);
void qd_policy_edit_remove_expression (QdPolicyEdit *self, const char *selector, guint expression);

/* --- Rules ------------------------------------------------------------------------------------------------------ */

typedef enum {
  QD_PEER_FORM_PODS,         /* of the policy's own namespace: of a NetworkPolicy alone */
  QD_PEER_FORM_NAMESPACES,   /* all pods there */
  QD_PEER_FORM_BOTH,
  QD_PEER_FORM_BLOCK,        /* addresses: one block of a NetworkPolicy, networks of the others */
  QD_PEER_FORM_NODES,
  QD_PEER_FORM_DOMAINS,
  QD_N_PEER_FORMS,
} QdPeerForm;

/* What a kind of policy can say. */
gboolean qd_policy_kind_has_form (QdPolicyKind kind, QdPolicyDirection direction, QdPeerForm form);
/* "Allow", "Accept"; NULL: it has no such action. */
const char *qd_policy_kind_action (QdPolicyKind kind, QdPolicyAction action);
/* What a rule calls its list of ports: "ports", "protocols". */
const char *qd_policy_kind_ports (QdPolicyKind kind);

/* Where the rules of a direction are: "/spec/ingress"; and one of them, and one of its peers. (transfer full) */
char *qd_policy_path_rule (QdPolicyDirection direction, guint rule);
char *qd_policy_path_peer (QdPolicyDirection direction, guint rule, guint peer);
/* Of the peer (or subject) at @peer, of that form: what selects namespaces, or else pods; of nodes, what selects them. (transfer full) */
char *qd_policy_path_selector (QdPolicyKind kind, QdPeerForm form, const char *peer, gboolean of_namespaces);
const char *qd_policy_direction_key (QdPolicyDirection direction);    /* "ingress" */
const char *qd_policy_direction_peers (QdPolicyDirection direction);  /* "from" */

/* A rule for one peer, on every port; of those with actions it allows. @at: before that one, QD_YAML_END: after all. */
void qd_policy_edit_add_rule (QdPolicyEdit *self, QdPolicyDirection direction, guint at, QdPeerForm form);
void qd_policy_edit_duplicate_rule (QdPolicyEdit *self, QdPolicyDirection direction, guint rule);
/* The last one of egress takes policyTypes along where that is not written: taking away a rule opens nothing. */
void qd_policy_edit_remove_rule (QdPolicyEdit *self, QdPolicyDirection direction, guint rule);
void qd_policy_edit_move_rule (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint to);
/* Of policies other than a NetworkPolicy; "": it has no name. */
void qd_policy_edit_set_action (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, QdPolicyAction action);
void qd_policy_edit_set_rule_name (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, const char *name);

/* --- Peers ------------------------------------------------------------------------------------------------------ */

/* Takes out all peers: of a NetworkPolicy that is everyone. */
void qd_policy_edit_set_anyone (QdPolicyEdit *self, QdPolicyDirection direction, guint rule);
void qd_policy_edit_add_peer (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, QdPeerForm form);
/* Not the last one: without any, a rule means everyone. */
void qd_policy_edit_remove_peer (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint peer);
/* What both forms have stays. A new selector selects all; a new block is one of the addresses that are kept for documentation. */
void qd_policy_edit_set_peer_form (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint peer, QdPeerForm form);
/* Of a NetworkPolicy. */
void qd_policy_edit_set_block (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint peer, const char *cidr);
/* @except: that one, or QD_YAML_END: one more. */
void qd_policy_edit_set_except (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint peer, guint except, const char *cidr);
void qd_policy_edit_remove_except (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint peer, guint except);
/* Of the others' networks or domain names, whichever the peer has: that one, or QD_YAML_END: one more. */
void qd_policy_edit_set_word (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint peer, guint word, const char *text);
/* Not the last one. */
void qd_policy_edit_remove_word (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint peer, guint word);

/* --- Ports ------------------------------------------------------------------------------------------------------ */

/* @port: that one, or QD_YAML_END: one more. @text is "" (every port), "80", "8000-8100" or a name, which in policies other than a NetworkPolicy
 * is of every protocol. */
void qd_policy_edit_set_port (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint port, QdProtocol protocol, const char *text);
/* Not the last one: without any, a rule means every port. */
void qd_policy_edit_remove_port (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint port);
/* Takes out all ports. */
void qd_policy_edit_set_every_port (QdPolicyEdit *self, QdPolicyDirection direction, guint rule);

/* --- Checks, for what is being typed ---------------------------------------------------------------------------- */

gboolean qd_policy_check_name (const char *text, GError **error);
gboolean qd_policy_check_namespace (const char *text, GError **error);
gboolean qd_policy_check_label_key (const char *text, GError **error);
gboolean qd_policy_check_label_value (const char *text, GError **error);
gboolean qd_policy_check_block (const char *text, GError **error);
/* An exception lies within @block, and is not all of it. */
gboolean qd_policy_check_except (const char *block, const char *text, GError **error);
gboolean qd_policy_check_domain (const char *text, GError **error);
gboolean qd_policy_check_rule_name (const char *text, GError **error);
gboolean qd_policy_check_priority (const char *text, int *priority, GError **error);   /* @priority may be NULL */
/* The numbers, 0 for a name; "" is every port: 1 to 65535. All but @text may be NULL. */
gboolean qd_policy_check_port (const char *text, guint *first, guint *last, GError **error);

G_END_DECLS
