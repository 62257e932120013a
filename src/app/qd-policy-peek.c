/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-peek.h"

#include <string.h>

/* Whether the text that was cut off before may be of the same document, which then is not known. */
static gboolean
is_cut (const QdPolicyPeek *self, const char *before, const GtkTextIter *from)
{
  return !gtk_text_iter_is_start (from) && strstr (before, "\n---") == NULL && self->where->kind == NULL;
}

QdPolicyPeek *
qd_policy_peek_new (const GtkTextIter *at, const char *file_name, QdPolicyWorld *world)
{
  QdPolicyPeek *self = g_new0 (QdPolicyPeek, 1);
  GtkTextIter from = *at, to = *at;
  g_autofree char *before = NULL, *after = NULL, *text = NULL;
  int offset;

  if (gtk_text_iter_backward_chars (&from, QD_POLICY_PEEK_BEFORE))
    gtk_text_iter_set_line_offset (&from, 0);
  gtk_text_iter_forward_chars (&to, QD_POLICY_PEEK_AFTER);
  if (!gtk_text_iter_ends_line (&to))
    gtk_text_iter_forward_to_line_end (&to);
  before = gtk_text_iter_get_slice (&from, at);
  after = gtk_text_iter_get_slice (at, &to);
  text = g_strconcat (before, after, NULL);
  self->bytes = g_bytes_new (text, strlen (text));
  self->world = world ? qd_policy_world_ref (world) : NULL;
  self->spot = qd_yaml_spot_find (self->bytes, strlen (before));
  self->where = qd_policy_where_new (self->spot, file_name, self->world);
  if (is_cut (self, before, &from))
    {
      qd_policy_where_free (self->where);
      g_clear_pointer (&self->spot->map, g_free);
      g_clear_pointer (&self->spot->value, g_free);
      g_clear_pointer (&self->spot->list, g_free);
      self->where = qd_policy_where_new (self->spot, file_name, self->world);
    }
  offset = gtk_text_iter_get_offset (&from);
  self->start = offset + (int) g_utf8_strlen (text, (gssize) self->spot->start);
  self->end = self->start + (int) g_utf8_strlen (text + self->spot->start, (gssize) (self->spot->end - self->spot->start));
  return self;
}

void
qd_policy_peek_free (QdPolicyPeek *self)
{
  qd_policy_where_free (self->where);
  qd_yaml_spot_free (self->spot);
  g_clear_pointer (&self->world, qd_policy_world_unref);
  g_bytes_unref (self->bytes);
  g_free (self);
}
