/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-row-list.h"

G_BEGIN_DECLS

/* What an audit record says of before and after, member by member. Empties the list where @entity is none. */
void qd_audit_detail_fill (QdRowList *list, QdEntity *entity);
/* The job and the thing that it is about, where they are known here; NULL otherwise. Borrowed. */
QdEntity *qd_audit_detail_find_job (QdFleet *fleet, QdEntity *record);
QdEntity *qd_audit_detail_find_thing (QdFleet *fleet, QdEntity *record);
/* The request that an event or a job of ours is of, by its id or its trace's; NULL: that is not known. (transfer full) */
char *qd_audit_detail_dup_request (QdEntity *entity);
/* The records of the same request, as far as they are in the fleet: qd_audit_show_request() puts them there. (element-type QdEntity),
 * borrowed. (transfer container) */
GPtrArray *qd_audit_detail_find_records (QdFleet *fleet, QdEntity *entity, guint limit);
/* Whether @event tells of the same request. */
gboolean qd_audit_detail_is_of_request (QdEntity *record, QdEntity *event);

G_END_DECLS
