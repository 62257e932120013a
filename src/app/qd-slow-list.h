/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What @model has, its first items at once and the rest in portions, one in each iteration of the main loop: a list view makes two hundred rows at a time, which
 * takes longer than a frame. Whole, it stays whole until @model is empty. (transfer full) */
GListModel *qd_slow_list_new (GListModel *model);

G_END_DECLS
