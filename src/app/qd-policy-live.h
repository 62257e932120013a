/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-session.h"

G_BEGIN_DECLS

/**
 * QdPolicyLive:
 *
 * The workloads of the shown connection (of all: of the first that offers them, else of the first that has policies), as a text that policies can be
 * asked about, and which policies it has switched off. What was heard last is kept on the desk, so that it is there when the connection is not.
 * ::changed: something of it is another.
 */
#define QD_TYPE_POLICY_LIVE (qd_policy_live_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyLive, qd_policy_live, QD, POLICY_LIVE, GObject)

QdPolicyLive *qd_policy_live_new (QdSession *session);
/* While somebody looks, it is asked for now and then. */
void qd_policy_live_set_active (QdPolicyLive *self, gboolean active);
/* Whose they are; NULL: no connection offers any, and of none is any kept. */
const char *qd_policy_live_get_connection (QdPolicyLive *self);
/* What people call that connection; NULL as above. */
const char *qd_policy_live_get_name (QdPolicyLive *self);
/* NULL: not heard of yet. The same bytes as before where nothing changed. */
GBytes *qd_policy_live_get_text (QdPolicyLive *self);
/* The policies that it has switched off, as QdAnalysisLive has them; NULL: not heard of yet. */
const char *const *qd_policy_live_get_off (QdPolicyLive *self);
/* It has policies, and does not say which workloads there are: those are not known, which is not the same as none. */
gboolean qd_policy_live_is_silent (QdPolicyLive *self);
/* When it was heard (microseconds, UTC); 0: never. */
gint64 qd_policy_live_get_as_of (QdPolicyLive *self);
/* FALSE: it cannot be asked for now, and what is there is the last known copy. */
gboolean qd_policy_live_is_online (QdPolicyLive *self);
/* Why it could not be asked for; NULL: it could. */
const char *qd_policy_live_get_fault (QdPolicyLive *self);

G_END_DECLS
