/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-eval.h"
#include "qdctl.h"

G_BEGIN_DECLS

/* What was asked for after "qdctl policy". */
typedef struct {
  char *from, *to, *port;
  char *flows;
  char *host_network, *ip_block;
  gboolean json;
  gboolean keep_going;
  gboolean write;
  gboolean sarif;
  char *shape, *output;
  gboolean strict;
  char *reason, *take;
  gboolean dry_run;
  QdctlTarget target;
  QdPolicyOptions reading;   /* what host_network and ip_block say */
} QdctlPolicyOptions;

/* What paths hold: files as they are, folders with all that ends in .yaml, .yml or .json. */
typedef struct {
  GPtrArray *files;      /* of QdYamlFile */
  GPtrArray *tests;      /* of QdYamlFile: *.policytest.yaml; NULL: those in folders are passed over */
  gboolean unreadable;   /* one of them could not be read, which was said */
} QdctlPolicyInput;

void qdctl_policy_input_clear (QdctlPolicyInput *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (QdctlPolicyInput, qdctl_policy_input_clear)

/* Reads @paths, of which @n or, when it is 0, all up to NULL. FALSE: one is unreadable and --keep-going was not given; said, line by line. */
gboolean qdctl_policy_read (QdctlPolicyInput *self, char **paths, guint n, gboolean keep_going);
/* The world of @input; NULL, after saying all of it, when something in it is invalid. */
QdPolicyWorld *qdctl_policy_world (const QdctlPolicyInput *input);
/* Both, and the evaluation of it. */
QdPolicyEval *qdctl_policy_eval (QdctlPolicyInput *input, char **paths, guint n, const QdctlPolicyOptions *options);
/* The exit status of an answer over @input: what could not be read makes every answer bad input. */
QdExit qdctl_policy_exit (const QdctlPolicyInput *input, QdExit answer);

/* Writes @bytes to @path at once or not at all, with the rights that the file has; a link stays one. */
gboolean qdctl_policy_replace (const char *path, GBytes *bytes, GError **error);
/* A JSON string, with its quotes. */
void qdctl_policy_append_json (GString *line, const char *text);

QdExit qdctl_policy_explain (const QdctlPolicyOptions *options, char **paths);
QdExit qdctl_policy_diff (const QdctlPolicyOptions *options, char **paths);
QdExit qdctl_policy_lint (const QdctlPolicyOptions *options, char **paths);
QdExit qdctl_policy_test (const QdctlPolicyOptions *options, char **paths);
QdExit qdctl_policy_convert (const QdctlPolicyOptions *options, char **paths);
QdExit qdctl_policy_format (const QdctlPolicyOptions *options, char **paths);
/* To a server, and back (qdctl-policy-apply.c). */
QdExit qdctl_policy_apply (const QdctlPolicyOptions *options, char **paths);
QdExit qdctl_policy_revert (const QdctlPolicyOptions *options, char **paths);

G_END_DECLS
