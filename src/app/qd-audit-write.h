/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-session.h"

G_BEGIN_DECLS

/* Asks for a file and writes audit records (element-type utf8) to it, as JSON lines or, where its name ends so, as CSV. Says how far it
 * is where that takes long, and can be cancelled. @parent: a widget; the file dialog stands on its window. */
void qd_audit_write_ask (QdSession *session, gpointer parent, GPtrArray *records);
/* The same, to a file that is known. */
void qd_audit_write (QdSession *session, gpointer parent, GPtrArray *records, GFile *file);

G_END_DECLS
