/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What becomes of one text, line by line, with some of what stays around it: lines that go begin with "−" and those that come with "+".
 * Either may be NULL: it is not there. Returns: (transfer floating): a widget that one can select from */
GtkWidget *qd_policy_apply_diff_new (GBytes *before, GBytes *after);
/* The same as text, as it is copied. (transfer full) */
char *qd_policy_apply_diff_to_text (GBytes *before, GBytes *after);

G_END_DECLS
