/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * QdActionPopover:
 *
 * Things that can be done, each with what it does in a sentence; what cannot be done is grey and says why not. Emits ::fill whenever it is about to
 * be shown, after it was emptied.
 */
#define QD_TYPE_ACTION_POPOVER (qd_action_popover_get_type ())
G_DECLARE_FINAL_TYPE (QdActionPopover, qd_action_popover, QD, ACTION_POPOVER, GtkPopover)

QdActionPopover *qd_action_popover_new (void);
/* What can be done now, as it is about to be shown. */
void qd_action_popover_fill (QdActionPopover *self);
/* @label: with a mnemonic. @text: what it does. @why: why it cannot be done, or NULL. @callback (@data) runs after the popover has closed. */
void qd_action_popover_add (QdActionPopover *self, const char *label, const char *text, const char *why, GCallback callback, gpointer data,
                            GClosureNotify destroy);
void qd_action_popover_add_separator (QdActionPopover *self);
/* A flat button with three dots that opens @self. */
GtkWidget *qd_action_popover_make_button (QdActionPopover *self, const char *name);

G_END_DECLS
