/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-yaml.h"

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

/* What is to be said about something that was read. */
typedef struct {
  QdPolicySeverity severity;
  const char *code;      /* stable, for programs: "except-outside" */
  char *message;         /* a sentence in the user's language, without the place */
  QdPolicyPlace place;
  QdPolicyPlace other;   /* the other of two, as of a duplicate; without a file when there is none */
} QdPolicyFinding;

/* "FILE:LINE:COLUMN: MESSAGE". (transfer full) */
char *qd_policy_finding_to_text (const QdPolicyFinding *self);
void qd_policy_finding_free (QdPolicyFinding *self);

G_END_DECLS
