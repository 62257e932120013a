/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-session.h"

G_BEGIN_DECLS

/* What one is asked before a change of high impact. All strings are borrowed. */
typedef struct {
  const char *title;        /* "Remove site" */
  const char *where;        /* the connection's name */
  QdEntity *target;         /* or NULL */
  GPtrArray *targets;       /* all of them, where there are many; else NULL */
  const char *left_out;     /* what of a choice of many is none of them, and why; or NULL */
  const char *verb;
  JsonObject *args;         /* or NULL */
  QdFleet *fleet;
  gboolean undoable;
  const char *effect;       /* what it does, where no argument says so; or NULL */
  const char *note;         /* how it is undone otherwise; or NULL */
  const char *reason;       /* the one it has already, "" where none is known: none is asked; or NULL */
  const char *type_name;    /* in production: what must be typed; NULL: nothing */
} QdConfirmation;

/**
 * QdConfirmDialog:
 *
 * Shows what a change does, where, the difference, what it puts at risk and how it is undone; asks
 * for a reason and, in production, for the name. Emits ::confirmed (string reason).
 */
#define QD_TYPE_CONFIRM_DIALOG (qd_confirm_dialog_get_type ())
G_DECLARE_FINAL_TYPE (QdConfirmDialog, qd_confirm_dialog, QD, CONFIRM_DIALOG, AdwAlertDialog)

AdwDialog *qd_confirm_dialog_new (const QdConfirmation *confirmation);
/* Types into its fields, as a user would; what is not asked is ignored. */
void qd_confirm_dialog_set_texts (QdConfirmDialog *self, const char *reason, const char *name);

G_END_DECLS
