/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What becomes of one text (qd-line-diff.h). Either may be NULL: it is not there. Returns: (transfer floating): a widget that one can select from */
GtkWidget *qd_policy_apply_diff_new (GBytes *before, GBytes *after);

G_END_DECLS
