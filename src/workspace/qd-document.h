/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * QdDocument:
 *
 * One file of a workspace while it is being worked on: what the disk held when the change began (base),
 * what the admin has made of it (mine), and, where somebody else changed it meanwhile, what it holds now
 * (theirs). Main thread. Properties, all notified: name, dirty, conflicted, n-errors, n-warnings.
 * ::text when mine was changed by anything but who typed.
 */
#define QD_TYPE_DOCUMENT (qd_document_get_type ())
G_DECLARE_FINAL_TYPE (QdDocument, qd_document, QD, DOCUMENT, GObject)

QdDocument *qd_document_new (const char *name, GBytes *base, GBytes *mine);
const char *qd_document_get_name (QdDocument *self);
GBytes *qd_document_get_base (QdDocument *self);     /* NULL: it is not on the disk yet */
GBytes *qd_document_get_mine (QdDocument *self);     /* never NULL */
GBytes *qd_document_get_theirs (QdDocument *self);   /* NULL unless conflicted by a text */
/* Mine is not what the disk held. */
gboolean qd_document_is_dirty (QdDocument *self);
/* Both changed it, and it is not decided yet what becomes of that. */
gboolean qd_document_is_conflicted (QdDocument *self);
guint qd_document_get_n_errors (QdDocument *self);
guint qd_document_get_n_warnings (QdDocument *self);

/* For the workbench. */
void qd_document_set_mine (QdDocument *self, GBytes *mine, gboolean typed);
void qd_document_set_base (QdDocument *self, GBytes *base);
void qd_document_set_theirs (QdDocument *self, gboolean conflicted, GBytes *theirs);
void qd_document_set_counts (QdDocument *self, guint n_errors, guint n_warnings);

G_END_DECLS
