/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-port-set.h"
#include "qd-yaml-edit.h"

G_BEGIN_DECLS

/* Where something is written. Borrowed from the world that it belongs to; @node may be NULL (a namespace that no
 * document declares). */
typedef struct {
  QdYamlFile *file;
  const QdYamlNode *node;
} QdPolicyPlace;

/* "FILE:LINE:COLUMN". (transfer full) */
char *qd_policy_place_to_text (const QdPolicyPlace *self);

typedef enum {
  QD_POLICY_NOTE,      /* passed over, or not evaluated */
  QD_POLICY_WARNING,   /* the API takes it, and it may not be meant */
  QD_POLICY_ERROR,     /* the API's own validation refuses it */
} QdPolicySeverity;

/* A flow that shows what a finding says. Asked of the very world that was looked at, it gets these answers. */
typedef struct {
  char *from, *to;            /* "ns/name[Kind]", or an address outside */
  QdProtocol protocol;
  guint port;
  gboolean egress, ingress;   /* what the policies of either end say */
  gboolean allowed;           /* what comes of both: of workloads with pods that differ, whether any two may */
} QdPolicyProof;

/* "shop/web[Deployment] → kube-system/coredns[Deployment], UDP 53: denied by egress". (transfer full) */
char *qd_policy_proof_to_text (const QdPolicyProof *self);
QdPolicyProof *qd_policy_proof_copy (const QdPolicyProof *self);
void qd_policy_proof_free (QdPolicyProof *self);

/* What mends a finding: a change of the file that it is in, worked out when it is asked for. It holds the file as it was read, is immutable,
 * reference counted, and may outlive the finding. Any thread. */
typedef struct _QdPolicyFix QdPolicyFix;

QdPolicyFix *qd_policy_fix_ref (QdPolicyFix *self);
void qd_policy_fix_unref (QdPolicyFix *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPolicyFix, qd_policy_fix_unref)
/* What it does, in the user's language: "Remove the rule". */
const char *qd_policy_fix_get_title (const QdPolicyFix *self);
/* The file as it was read, which is what the change is made of: not to be applied to another text. */
QdYamlFile *qd_policy_fix_get_file (const QdPolicyFix *self);
/* The changed file, of which all that was not touched stays byte for byte (qd_yaml_file_get_bytes() is its text), and in @splice (or NULL) what
 * makes it of the old one. NULL with an error of QD_YAML_ERROR where the text does not allow it; then nothing is changed. */
QdYamlFile *qd_policy_fix_apply (const QdPolicyFix *self, QdYamlSplice *splice, GError **error);

/* What is to be said about something that was read. Every code is told in docs/policy-lint.md. */
typedef struct {
  QdPolicySeverity severity;
  const char *code;      /* stable, for programs: "except-outside" */
  char *message;         /* a sentence in the user's language, without the place */
  QdPolicyPlace place;
  QdPolicyPlace other;   /* the other of two, as of a duplicate; without a file when there is none */
  QdPolicyProof *proof;  /* NULL: it is not about a flow, or no single one shows it */
  QdPolicyFix *fix;      /* NULL: there is none that is safe */
  gboolean of_world;     /* it comes from looking at all files together: an edit of one may end it in another */
} QdPolicyFinding;

/* "FILE:LINE:COLUMN: MESSAGE". (transfer full) */
char *qd_policy_finding_to_text (const QdPolicyFinding *self);
QdPolicyFinding *qd_policy_finding_copy (const QdPolicyFinding *self);   /* points into the same files */
void qd_policy_finding_free (QdPolicyFinding *self);

G_END_DECLS
