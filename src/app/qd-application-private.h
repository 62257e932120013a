/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-application.h"
#include "qd-lab.h"

G_BEGIN_DECLS

struct _QdApplication
{
  AdwApplication parent_instance;

  /* Owned, made at startup */
  QdHub *hub;
  QdStore *store;
  QdLab *lab;
  GCancellable *cancellable;

  /* What the command line asked for */
  gboolean want_lab;
  char *attach;
  char *shots;

  guint present_id;          /* until the window is shown, whatever is known by then */

  /* A link that waits for the last known state; owned */
  char *pending_link;
};

/* qd-application-actions.c */
void qd_application_actions_setup (QdApplication *self);
/* The window that dialogs stand on; NULL when there is none. */
GtkWidget *qd_application_get_parent (QdApplication *self);
/* Says @text in a toast, or in the log where there is no window. */
void qd_application_say (QdApplication *self, const char *text);
/* Shows welcome where nothing is configured. */
void qd_application_update_welcome (QdApplication *self);

G_END_DECLS
