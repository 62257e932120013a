/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-entity.h"

G_BEGIN_DECLS

/* A state is a colour, a shape and a word, the same everywhere: here they are. */
const char *qd_state_get_icon_name (QdStatus status);   /* "qd-status-well-symbolic" */
const char *qd_state_get_css_class (QdStatus status);   /* "qd-well"; NULL for QD_STATUS_NONE */
GtkWidget *qd_state_image_new (QdStatus status);
/* Shows @status in a GtkImage made by qd_state_image_new() or any other. */
void qd_state_image_set (GtkWidget *image, QdStatus status);
/* The same for how a connection is (NULL: it is not known), with a shape of its own for one that is on paper. */
void qd_state_connection_image_set (GtkWidget *image, QdEntity *connection);
/* How well a connection entity is, of its state word. */
QdStatus qd_state_of_connection (QdEntity *connection);
/* "live", "stale" … for people; borrowed. */
const char *qd_state_get_connection_label (QdEntity *connection);

G_END_DECLS
