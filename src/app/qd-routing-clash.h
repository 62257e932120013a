/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-routing-fields.h"

G_BEGIN_DECLS

/**
 * QdRoutingClash:
 *
 * The fields that two people changed in different ways: what each was, what both made of it, and the choice.
 * Hidden while there is none. Emits ::decided (guint QdRoutingAt, JsonNode or NULL: the value).
 */
#define QD_TYPE_ROUTING_CLASH (qd_routing_clash_get_type ())
G_DECLARE_FINAL_TYPE (QdRoutingClash, qd_routing_clash, QD, ROUTING_CLASH, AdwBin)

GtkWidget *qd_routing_clash_new (QdFleet *fleet, const char *connection);
/* @fields: which, a bit 1 << QdRoutingAt each; one that is there is asked anew. */
void qd_routing_clash_add (QdRoutingClash *self, guint fields, JsonObject *base, JsonObject *mine, JsonObject *theirs);
void qd_routing_clash_clear (QdRoutingClash *self);
guint qd_routing_clash_get_n_undecided (QdRoutingClash *self);

G_END_DECLS
