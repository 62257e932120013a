/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-entity.h"

G_BEGIN_DECLS

/* What a table says when it has no rows. */

void qd_table_say_no_match (AdwStatusPage *page);
/* Nothing is known of @kind. @connection: the one that is looked at, or NULL when there is none.
 * TRUE when that may change in a moment: then it is better not said at once. */
gboolean qd_table_say_empty (AdwStatusPage *page, QdKind kind, QdEntity *connection);

G_END_DECLS
