/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-applied.h"

/* Small policies, a server that is a table of them, and answers waited for. */

/* "NetworkPolicy default/NAME" whose ingress lets in @app on @port; @comment stands in the text. (transfer full) */
char *policy_yaml (const char *name, const char *app, int port, const char *comment);
JsonNode *policy_of (const char *yaml);

/* What a server has: key → JsonNode; each time it is set the revision grows. */
typedef struct { GHashTable *objects, *revisions; guint n; } Server;
Server *server_new (void);
void server_free (Server *self);
void server_set (Server *self, JsonNode *object);      /* by its key */
void server_remove (Server *self, const char *key);
GPtrArray *server_list (Server *self);                 /* of QdPolicyTheirs */
JsonNode *server_find (Server *self, const char *key);
/* Does what the plan includes, and notes it in @bases: what it did. */
QdPolicyApplied *server_apply (Server *self, QdPolicyPlan *plan, QdRemoteSet *bases);
/* Whether both have the same. */
gboolean server_equal (Server *a, Server *b);
Server *server_copy (Server *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Server, server_free)

/* A plan of files: NAME, TEXT, …, NULL. */
QdPolicyPlan *plan_of (Server *server, QdRemoteSet *bases, ...) G_GNUC_NULL_TERMINATED;

void result_cb (GObject *source, GAsyncResult *result, gpointer place);
#define wait_for(result)                          \
  G_STMT_START                                    \
    {                                             \
      while ((result) == NULL)                    \
        g_main_context_iteration (NULL, TRUE);    \
    }                                             \
  G_STMT_END
