/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-row-list.h"

G_BEGIN_DECLS

/* Fills @list with the steps of a job, or of a flow's decision: @json is an array of them as entities have it, or NULL. The first 50. */
void qd_detail_steps_fill (QdRowList *list, const char *json);

G_END_DECLS
