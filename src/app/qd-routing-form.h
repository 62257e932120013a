/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-routing-fields.h"
#include "qd-session.h"

G_BEGIN_DECLS

/**
 * QdRoutingForm:
 *
 * The fields of a routing policy as rows that are judged as one types. Emits ::changed when somebody changed
 * something, and not when it is set.
 */
#define QD_TYPE_ROUTING_FORM (qd_routing_form_get_type ())
G_DECLARE_FINAL_TYPE (QdRoutingForm, qd_routing_form, QD, ROUTING_FORM, AdwBin)

/* @top: a group that stands above the fields; @beside: one that stands below the name and the priority. */
GtkWidget *qd_routing_form_new (QdSession *session, const char *connection, AdwPreferencesGroup *top, AdwPreferencesGroup *beside);
/* Shows @object; what is shown already is left as it is, with its cursor. */
void qd_routing_form_set (QdRoutingForm *self, JsonObject *object);
/* (transfer full) What stands in the rows. What cannot be read is as it was set last. */
JsonObject *qd_routing_form_get (QdRoutingForm *self);
/* The first thing that is wrong, for people, or NULL. Borrowed until something changes. */
const char *qd_routing_form_get_fault (QdRoutingForm *self);
void qd_routing_form_focus_name (QdRoutingForm *self);

G_END_DECLS
