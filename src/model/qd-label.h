/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-entity.h"

G_BEGIN_DECLS

/* The value of @entity's label @name, which is compared without regard to case; NULL when it has none,
 * or one that is no text. (transfer full) */
char *qd_entity_dup_label (QdEntity *entity, const char *name);

G_END_DECLS
