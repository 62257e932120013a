/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-draft-list.h"
#include "qd-routing-drafts.h"

G_BEGIN_DECLS

/* Dialogs that show what a draft changes, and what somebody else changed meanwhile. @title: the file's or policy's name. */
void qd_draft_compare_file (GtkWidget *parent, const char *title, const QdDraftTexts *texts);
void qd_draft_compare_policy (GtkWidget *parent, QdFleet *fleet, QdRoutingDraft *draft);

G_END_DECLS
