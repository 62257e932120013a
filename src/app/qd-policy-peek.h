/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-policy-where.h"

G_BEGIN_DECLS

/* What is at a place of a text that is being edited. It looks at some of the text before and after alone, so that it takes no longer in a
 * large one: no more than about 2 ms, see QD_POLICY_PEEK_BEFORE. */
typedef struct {
  GBytes *bytes;
  QdYamlSpot *spot;
  QdPolicyWhere *where;
  QdPolicyWorld *world;
  int start, end;        /* the word, in characters of the text */
} QdPolicyPeek;

/* Characters. A document that goes on for longer is known by the object that the place is in, as items of lists are; else nothing is known. */
#define QD_POLICY_PEEK_BEFORE (256 * 1024)
#define QD_POLICY_PEEK_AFTER (32 * 1024)

/* @world may be NULL. A place of which nothing can be said is one that nothing is known of. */
QdPolicyPeek *qd_policy_peek_new (const GtkTextIter *at, const char *file_name, QdPolicyWorld *world);
void qd_policy_peek_free (QdPolicyPeek *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPolicyPeek, qd_policy_peek_free)

G_END_DECLS
