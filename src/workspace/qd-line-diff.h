/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What becomes of one text, line by line, with some of what stays around it. */
typedef enum { QD_LINE_STAYS, QD_LINE_GOES, QD_LINE_COMES, QD_LINE_LEFT_OUT } QdLinePart;

/* Tells of a run of lines; @text is borrowed. */
typedef void (*QdLineDiffFunc) (QdLinePart part, const char *text, gsize length, gpointer data);

/* Either may be NULL: it is not there. FALSE: it is too large, or cannot be compared. */
gboolean qd_line_diff (GBytes *before, GBytes *after, QdLineDiffFunc tell, gpointer data);
/* As people read it: lines that go begin with "−" and those that come with "+". */
void qd_line_diff_append (GString *out, QdLinePart part, const char *text, gsize length);
/* All of it so. (transfer full) */
char *qd_line_diff_to_text (GBytes *before, GBytes *after);

G_END_DECLS
