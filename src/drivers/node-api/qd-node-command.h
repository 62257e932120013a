/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-node-private.h"

G_BEGIN_DECLS

/* One request that a verb makes: built on the main thread, sent on the I/O thread. */
typedef struct {
  QdNodeSession *session;
  GTask *task;
  const char *verb;      /* interned */
  char *method;
  char *path;
  GPtrArray *headers;    /* name, value, … */
  JsonNode *body;
  QdKind kind;           /* of what the answer may be; QD_N_KINDS: of none */
  char *id;
} QdNodeCommand;

typedef struct {
  const char *verb;
  gboolean (*prepare) (QdNodeCommand *command, JsonObject *args, GError **error);
  const char *member;    /* what an answer must have to be one, or NULL; a dry run has a plan */
} QdNodeVerb;

/* @base/ID@tail of @args.id. */
gboolean qd_node_command_set_target (QdNodeCommand *self, const char *method, const char *base, const char *tail, JsonObject *args, GError **error);
/* (transfer none) the body, which is an object. */
JsonObject *qd_node_command_need_body (QdNodeCommand *self);
/* What every mutation takes: idempotency key, dry run, reason. The method, path and body are there. */
void qd_node_command_add_common (QdNodeCommand *self, JsonObject *args);
/* A merge patch (RFC 7396) of @changes, over the revision in @args alone. */
gboolean qd_node_command_patch (QdNodeCommand *self, const char *base, QdKind kind, JsonObject *args, JsonObject *changes, GError **error);
/* A boolean among @args; an error when it is none. */
gboolean qd_node_command_need_flag (JsonObject *args, const char *name, gboolean *value, GError **error);

/* Ended by one without a name. */
extern const QdNodeVerb qd_node_tenant_verbs[];
extern const QdNodeVerb qd_node_scale_verbs[];

G_END_DECLS
