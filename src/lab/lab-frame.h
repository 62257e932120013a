/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/* One live message: the NATS subject, and the JSON that WebSocket clients get too. */
typedef struct
{
  guint length;                 /* of the text */
  guint text;                   /* where in data the text begins; the subject begins at 0 */
  char data[];                  /* subject, NUL, text, NUL */
} LabFrame;

static inline LabFrame *
lab_frame_new (const char *subject, const char *text, gsize length)
{
  gsize n = strlen (subject) + 1;
  LabFrame *frame = g_malloc (sizeof *frame + n + length + 1);

  frame->length = (guint) length;
  frame->text = (guint) n;
  memcpy (frame->data, subject, n);
  memcpy (frame->data + n, text, length);
  frame->data[n + length] = '\0';
  return frame;
}

static inline const char *
lab_frame_text (const LabFrame *frame)
{
  return frame->data + frame->text;
}

G_END_DECLS
