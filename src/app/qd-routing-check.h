/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "qd-policy-finding.h"
#include "qd-session.h"

G_BEGIN_DECLS

/* What is to be said of a routing policy beside the others: that it is never taken, that two want the same flow… */
typedef struct {
  QdPolicySeverity severity;
  const char *code;         /* static: see qd-routing.h */
  char *text;               /* a sentence */
  const char *connection;   /* interned */
  char *policy, *other;     /* ids; the other of two, or NULL */
} QdRoutingRemark;

/**
 * QdRoutingCheck:
 *
 * The routing policies that are known, looked at beside one another on a worker whenever one of them has changed, at most a few times a second.
 * Emits ::changed when there is something else to say. Main thread.
 */
#define QD_TYPE_ROUTING_CHECK (qd_routing_check_get_type ())
G_DECLARE_FINAL_TYPE (QdRoutingCheck, qd_routing_check, QD, ROUTING_CHECK, GObject)

/* Of @connection; NULL: of each connection by itself. */
QdRoutingCheck *qd_routing_check_new (QdSession *session, const char *connection);
void qd_routing_check_set_connection (QdRoutingCheck *self, const char *connection);
/* Only what concerns the policy @id, as if it were @mine: one that is there, or a new one. What is wrong with it by itself is not said. */
void qd_routing_check_set_mine (QdRoutingCheck *self, const char *id, JsonObject *mine);
/* Of QdRoutingRemark, the worst first; borrowed until ::changed. */
GPtrArray *qd_routing_check_get_remarks (QdRoutingCheck *self);
/* How many of them are more than a note. */
guint qd_routing_check_count_warnings (QdRoutingCheck *self);
/* TRUE when what is said is of what is known now. */
gboolean qd_routing_check_is_done (QdRoutingCheck *self);

G_END_DECLS
