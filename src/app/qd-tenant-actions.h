/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-session.h"

G_BEGIN_DECLS

/* What can be done with tenants, one or many. Of the kill switch there are two: tenant.kill-on and tenant.kill-off. */

/* FALSE: @tenant is so already, or has nothing to do with it. */
gboolean qd_tenant_action_concerns (QdEntity *tenant, const char *action);
gboolean qd_tenant_action_allowed (QdSession *session, QdEntity *tenant, const char *action, char **why);
/* To one tenant alone: editing. */
gboolean qd_tenant_action_is_single (const char *action);
/* @tenants: (element-type QdEntity): at least one. */
void qd_tenant_action_run (QdSession *session, gpointer parent, GPtrArray *tenants, const char *action);

G_END_DECLS
