/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-draft-list.h"
#include "qd-session.h"

G_BEGIN_DECLS

/* What is done with the draft of a file: where its folder is open in the workbench, there; else on the disk. */

/* Goes to the page of network policies, opens the file's folder there if need be, and the file. */
void qd_draft_file_open (QdSession *session, GtkWidget *parent, const char *path);
/* A toast tells the end. */
void qd_draft_file_save (QdSession *session, QdDraftList *list, const char *path);
/* A toast takes it back. */
void qd_draft_file_discard (QdSession *session, QdDraftList *list, const char *path);

G_END_DECLS
