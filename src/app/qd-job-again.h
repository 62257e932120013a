/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-session.h"

G_BEGIN_DECLS

/* A button for a job that lives in NATS: its menu has the steps, and begins again with the one that is chosen; one that may not be says why. */
GtkWidget *qd_job_again_new (QdSession *session, QdEntity *job);

G_END_DECLS
