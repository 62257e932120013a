/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-session.h"

G_BEGIN_DECLS

/**
 * QdJobNotice:
 *
 * Says above a page that somebody, this Quarterdeck before its start or another one, died in the midst of jobs that live in NATS, and what became
 * of them; offers to go on with them, to go back, and to look at them. Hidden while there is nothing of the kind, and once it was closed.
 */
#define QD_TYPE_JOB_NOTICE (qd_job_notice_get_type ())
G_DECLARE_FINAL_TYPE (QdJobNotice, qd_job_notice, QD, JOB_NOTICE, AdwBin)

GtkWidget *qd_job_notice_new (QdSession *session);
/* What it says; NULL: nothing. Borrowed. */
const char *qd_job_notice_get_text (QdJobNotice *self);

G_END_DECLS
