/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-session.h"

G_BEGIN_DECLS

/**
 * QdDetailTenant:
 *
 * What there is to say of a tenant beside its own fields, as a list of its subpages: how it does what is aimed at, where it lives, how its
 * shards and what they lean on are, what is configured and defined for it, what was done and happened, and what is measured. What nothing stands
 * behind is not shown.
 */
#define QD_TYPE_DETAIL_TENANT (qd_detail_tenant_get_type ())
G_DECLARE_FINAL_TYPE (QdDetailTenant, qd_detail_tenant, QD, DETAIL_TENANT, AdwBin)

/* @view: where the subpages open. */
GtkWidget *qd_detail_tenant_new (QdSession *session, AdwNavigationView *view);
/* NULL: none, and it is not to be seen. */
void qd_detail_tenant_set_entity (QdDetailTenant *self, QdEntity *tenant);
/* Looks at everything anew. */
void qd_detail_tenant_update (QdDetailTenant *self);

G_END_DECLS
