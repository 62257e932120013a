/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "qd-policy-finding.h"

G_BEGIN_DECLS

/* NetworkPolicies as Patronus spells them, and as Kubernetes does. Patronus has two spellings: the one it answers with
 * ({id, name, namespace, pod_selector, policy_types, ingress_rules, egress_rules, enabled, priority}, peers told apart by "type"), and the
 * one it is asked with ({name, namespace, spec {pod_selector, policy_types, ingress, egress, priority, enabled}}). Both are read here.
 *
 * What Patronus says and Kubernetes has no word for is kept as an annotation, so that the way back gives the same again:
 * quarterdeck.github.io/patronus-id, -priority, -enabled, and -name and -namespace where those are no names in Kubernetes. */

#define QD_PATRONUS_PREFIX "quarterdeck.github.io/patronus-"
#define QD_PATRONUS_PRIORITY 100   /* where none is given */

typedef enum {
  QD_PATRONUS_NONE,       /* something else */
  QD_PATRONUS_RESPONSE,
  QD_PATRONUS_REQUEST,
} QdPatronusShape;

/* One thing that is not the same on the other side. */
typedef struct {
  QdPolicySeverity severity;   /* ERROR: it cannot be converted; WARNING: it is lost; NOTE: it is said, nothing is lost */
  const char *code;            /* stable: "namespace-selector" */
  char *field;                 /* "spec.ingress[0].from[1].namespaceSelector"; "" for the whole document */
  char *message;               /* a sentence in the user's language, without the place */
  QdYamlSpan span;             /* of the source */
} QdPatronusFinding;

typedef struct {
  QdYamlFile *file;        /* the source */
  GPtrArray *objects;      /* of JsonNode: what it became, in the order of the file; none where @invalid */
  GPtrArray *findings;     /* of QdPatronusFinding, in the order of their places; what is about all of it comes last */
  gboolean list;           /* there was a list, and not one policy on its own */
  gboolean invalid;        /* a finding is an error */
  gboolean lossy;          /* something is lost */
} QdPatronusConversion;

/* Out of Kubernetes' spelling (any manifest; other kinds are passed over) into @shape, which is not NONE. What would mean
 * something else or be refused there is left out, and a rule of which all peers are left out goes too: nothing is allowed that was not. */
QdPatronusConversion *qd_patronus_export (QdYamlFile *file, QdPatronusShape shape);
/* Out of Patronus' spelling, of either shape: a policy, a sequence of them, or a map with "policies" or "items"; many documents. */
QdPatronusConversion *qd_patronus_import (QdYamlFile *file);
void qd_patronus_conversion_free (QdPatronusConversion *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPatronusConversion, qd_patronus_conversion_free)

/* "FILE:LINE:COLUMN: lost: FIELD: MESSAGE". (transfer full) */
char *qd_patronus_finding_to_text (const QdPatronusFinding *self, const QdYamlFile *file);
/* "error", "lost", "note". */
const char *qd_patronus_finding_get_word (const QdPatronusFinding *self);

QdPatronusShape qd_patronus_get_shape (const QdYamlNode *object);
/* The number of a policy, as the path of a request wants it: of "policy-115…", or "115…". Never through a number type: it
 * has 64 bits. NULL: it is none. (transfer full) */
char *qd_patronus_dup_number (const char *id);

G_END_DECLS
