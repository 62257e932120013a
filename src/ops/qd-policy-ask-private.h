/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

#include "qd-policy-apply.h"

G_BEGIN_DECLS

/* Sends a command of a fiber's. */
typedef JsonNode *(*QdPolicySend) (gpointer data, const char *verb, JsonObject *args, GError **error);

/* The command of a step: its verb (static), and its arguments. (transfer full) */
JsonObject *qd_policy_step_args (const QdPolicyApplied *applied, guint nth, gboolean dry_run, const char **verb);
/* Asks for each step what it would do; (element-type QdPolicyRemark), or NULL with @error. In a fiber. */
GPtrArray *qd_policy_preflight (const QdPolicyApplied *applied, QdPolicySend send, gpointer data, GError **error);

/* Resolves a promise, which it takes, by one of the remotes' tasks that give nothing. */
void qd_policy_saved_cb (GObject *source, GAsyncResult *result, gpointer promise);

G_END_DECLS
