/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <json-glib/json-glib.h>

#include "qd-fleet.h"

G_BEGIN_DECLS

/**
 * QdRoutingBackups:
 *
 * The paths that take over, in the order in which they do: add, remove, move up and down. Emits ::changed when
 * somebody changed them, and not when they are set.
 */
#define QD_TYPE_ROUTING_BACKUPS (qd_routing_backups_get_type ())
G_DECLARE_FINAL_TYPE (QdRoutingBackups, qd_routing_backups, QD, ROUTING_BACKUPS, AdwExpanderRow)

/* @paths: (element-type utf8): ids; @names: what they are called, in the same order. */
GtkWidget *qd_routing_backups_new (QdFleet *fleet, const char *connection, GPtrArray *paths, GtkStringList *names);
/* @array: (nullable): of ids */
void qd_routing_backups_set (QdRoutingBackups *self, JsonNode *array);
/* (transfer full) an array of ids */
JsonNode *qd_routing_backups_get (QdRoutingBackups *self);

G_END_DECLS
