/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-routing-check.h"

G_BEGIN_DECLS

/**
 * QdRoutingRemarks:
 *
 * What a #QdRoutingCheck says, a row each; not there while it says nothing. ::chosen (QdEntity) when the policy of a row is chosen,
 * where that can be.
 */
#define QD_TYPE_ROUTING_REMARKS (qd_routing_remarks_get_type ())
G_DECLARE_FINAL_TYPE (QdRoutingRemarks, qd_routing_remarks, QD, ROUTING_REMARKS, AdwPreferencesGroup)

/* @fleet: (nullable): where the policies are, if they can be chosen. */
GtkWidget *qd_routing_remarks_new (QdRoutingCheck *check, QdFleet *fleet);

/* All that @check says, in a dialog on @parent; the policy that is chosen there is opened in @session. */
void qd_routing_remarks_present (QdSession *session, GtkWidget *parent, QdRoutingCheck *check);

G_END_DECLS
