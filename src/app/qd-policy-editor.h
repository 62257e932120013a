/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtksourceview/gtksource.h>

#include "qd-document.h"
#include "qd-policy-world.h"
#include "qd-problem.h"

G_BEGIN_DECLS

/**
 * QdPolicyEditor:
 *
 * The text of one document: highlighted, completed, explained, folded, searched, with problems underlined. Each document keeps its own
 * history of changes, whatever is shown meanwhile. ::typed (QdDocument, GBytes) soon after something was
 * changed here; ::moved (guint line, guint column) when the cursor was; ::fix (QdProblem) where its fix is to be made.
 */
#define QD_TYPE_POLICY_EDITOR (qd_policy_editor_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyEditor, qd_policy_editor, QD, POLICY_EDITOR, GtkWidget)

GtkWidget *qd_policy_editor_new (void);
void qd_policy_editor_set_document (QdPolicyEditor *self, QdDocument *document);   /* NULL: none */
/* Tells what was typed and not told yet. */
void qd_policy_editor_flush (QdPolicyEditor *self);
/* Whether there is something that was typed and not told yet. */
gboolean qd_policy_editor_is_ahead (QdPolicyEditor *self);
/* Of QdProblem; those of other files are passed over. NULL: none */
void qd_policy_editor_set_problems (QdPolicyEditor *self, GListModel *problems);
/* Puts the cursor there and shows it. Both from 1. */
void qd_policy_editor_go_to (QdPolicyEditor *self, guint line, guint column);
/* The same without looking there. */
void qd_policy_editor_place_cursor (QdPolicyEditor *self, guint line, guint column);
/* Exchanges bytes of the text that is shown, as one step that can be undone. FALSE: the text is another by now. */
gboolean qd_policy_editor_splice (QdPolicyEditor *self, gsize offset, gsize removed, const char *inserted);
/* What exists, for completion and help: of the last analysis; NULL: nothing is known. A reference is kept. */
void qd_policy_editor_set_world (QdPolicyEditor *self, QdPolicyWorld *world);
/* What the editor can be told to do, by name: "find", "replace", "next-match", "previous-match", "go-to-line", "complete", "describe", "fold",
 * "unfold", "fold-all", "unfold-all", "fix": what is wrong at the cursor, where that can be mended. Without a document nothing happens. */
const char *qd_policy_editor_get_tool (guint i);   /* NULL beyond the last */
void qd_policy_editor_run (QdPolicyEditor *self, const char *tool);
/* Its keys, which it takes itself while the text has the focus: the tool and what calls it, as gtk_shortcut_trigger_parse_string() reads it.
 * NULL beyond the last. */
const char *qd_policy_editor_get_shortcut (guint i, const char **trigger);
/* Shows what is known about the place of the cursor, and says it. */
void qd_policy_editor_describe (QdPolicyEditor *self);
/* That, as text; NULL: nothing is known. (transfer full) */
char *qd_policy_editor_dup_hint (QdPolicyEditor *self);
/* The buffer that is shown, for actions; borrowed, NULL without a document. */
GtkTextBuffer *qd_policy_editor_get_buffer (QdPolicyEditor *self);

G_END_DECLS
