/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Presents the dialog in which the order of @connection's routing policies is changed: by dragging, with buttons,
 * with Alt+Up and Alt+Down. Nothing is sent before Apply. @policy: (nullable): which one is in focus first. */
void qd_routing_sorter_present (QdSession *session, GtkWidget *parent, const char *connection, QdEntity *policy);

G_END_DECLS
