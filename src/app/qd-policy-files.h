/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-workbench.h"

G_BEGIN_DECLS

/**
 * QdPolicyFiles:
 *
 * The documents of a workbench as a list: what is wrong with each, what is not saved, what is in
 * conflict. ::chosen (QdDocument).
 */
#define QD_TYPE_POLICY_FILES (qd_policy_files_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyFiles, qd_policy_files, QD, POLICY_FILES, GtkWidget)

GtkWidget *qd_policy_files_new (QdWorkbench *workbench);
/* Selects it without telling. */
void qd_policy_files_select (QdPolicyFiles *self, QdDocument *document);

G_END_DECLS
