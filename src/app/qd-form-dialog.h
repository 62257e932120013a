/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-session.h"

G_BEGIN_DECLS

/**
 * QdFormDialog:
 *
 * A dialog in which one thing is made or changed: Cancel and Save, a line for what is wrong, and a question before what was
 * entered is thrown away. A subclass fills its page and says what saving means.
 */
#define QD_TYPE_FORM_DIALOG (qd_form_dialog_get_type ())
G_DECLARE_DERIVABLE_TYPE (QdFormDialog, qd_form_dialog, QD, FORM_DIALOG, AdwDialog)

struct _QdFormDialogClass {
  AdwDialogClass parent;

  void (*save) (QdFormDialog *self);           /* Save was pressed */
  gboolean (*is_changed) (QdFormDialog *self); /* there is something that is not saved */
  gboolean (*is_complete) (QdFormDialog *self);
};

/* Cancel, which closes @dialog, and what it is about at both ends of its @bar. */
void qd_form_dialog_pack (AdwDialog *dialog, AdwHeaderBar *bar, GtkWidget *act);
/* A group on the page; @title may be NULL. */
GtkWidget *qd_form_dialog_add_group (QdFormDialog *self, const char *title);
/* A row for text in @group, which says when it is edited. */
GtkWidget *qd_form_dialog_add_entry (QdFormDialog *self, GtkWidget *group, const char *title);
/* What stands in a row, without blanks around it. */
char *qd_form_dialog_dup_text (GtkWidget *row);
/* Says what is wrong; it goes with the next edit. */
void qd_form_dialog_show_problem (QdFormDialog *self, const char *text);
/* Something was edited. */
void qd_form_dialog_edited (QdFormDialog *self);
void qd_form_dialog_update (QdFormDialog *self);
/* While something is being saved, nothing else is. */
void qd_form_dialog_set_saving (QdFormDialog *self, gboolean saving);

G_END_DECLS
