/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-row-list.h"

G_BEGIN_DECLS

/* What there is to say of a tenant beside its own fields; each list is empty where nothing stands behind it. @tenant NULL: nothing. */

/* The shard of each kind of service that it lives on. */
void qd_detail_tenant_fill_placement (QdRowList *list, QdSession *session, QdEntity *tenant);
/* How it is on each of them: what is in flight, what waits, whether work is taken. */
void qd_detail_tenant_fill_health (QdRowList *list, QdSession *session, QdEntity *tenant);
/* What the bucket CONFIG holds of it. */
void qd_detail_tenant_fill_config (QdRowList *list, QdSession *session, QdEntity *tenant);

G_END_DECLS
