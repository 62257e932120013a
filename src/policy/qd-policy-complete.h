/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-where.h"

G_BEGIN_DECLS

typedef enum {
  QD_POLICY_PROPOSAL_KEY,
  QD_POLICY_PROPOSAL_VALUE,
  QD_POLICY_PROPOSAL_ITEM,      /* one more of a list, with its dash */
  QD_POLICY_PROPOSAL_SNIPPET,   /* a whole policy, with places to fill in */
} QdPolicyProposalKind;

/* Something that could be written at a place. */
typedef struct {
  QdPolicyProposalKind kind;
  char *label;       /* what is shown, and what the word is compared with */
  char *text;        /* what takes the place of the word (start to end of the spot); of a SNIPPET with ${1:what} to fill in. Lines end in "\n" */
  char *detail;      /* a few words beside it: the type, or how many have it; NULL: none */
  char *doc;         /* what it is for, in sentences; NULL: nothing is known */
  gboolean again;    /* what comes behind it can be proposed too */
} QdPolicyProposal;

void qd_policy_proposal_free (QdPolicyProposal *self);

/* All that may stand at a place, the likeliest first, whatever the word there is: keys that are not there yet, what is required before the
 * rest; values that a field may have, or that exist in the world: labels, namespaces, ports, workloads. Pure, any thread. (transfer full) */
GPtrArray *qd_policy_complete (const QdPolicyWhere *where);

/* Whole policies, where a document is empty. (transfer full) */
GPtrArray *qd_policy_complete_snippets (const QdPolicyWhere *where);
/* A snippet's text without its places: "${1:deny-all}" becomes "deny-all". (transfer full) */
char *qd_policy_snippet_to_text (const char *snippet);

/* Adds one; takes @text, @detail and @doc. */
QdPolicyProposal *qd_policy_proposals_add (GPtrArray *proposals, QdPolicyProposalKind kind, const char *label, char *text, char *detail, char *doc);

G_END_DECLS
