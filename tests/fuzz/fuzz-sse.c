/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-fuzz"
#include "config.h"

#include "qd-sse.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *bytes, gsize length);

static void
note_cb (const char *id, const char *event, const char *data, gsize length, gpointer user_data)
{
  g_assert (strlen (data) == length && g_utf8_validate (data, -1, NULL));
  g_assert (g_utf8_validate (id, -1, NULL) && g_utf8_validate (event, -1, NULL) && *event != '\0');
  g_string_append_printf (user_data, "<%s|%s|%s>", id, event, data);
}

/* The first byte says how the rest is cut; the events must be those of the uncut bytes. */
int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize length)
{
  g_autoptr(GString) whole = g_string_new (NULL);
  g_autoptr(GString) cut = g_string_new (NULL);
  QdSseParser *a = qd_sse_parser_new (note_cb, whole);
  QdSseParser *b = qd_sse_parser_new (note_cb, cut);
  gsize step = length > 0 ? 1 + bytes[0] % 7 : 1;

  if (length > 0)
    {
      gboolean fine = qd_sse_parser_feed (a, (const char *) bytes + 1, length - 1, NULL);
      for (gsize at = 1; at < length; at += step)
        fine = qd_sse_parser_feed (b, (const char *) bytes + at, MIN (step, length - at), NULL) && fine;
      if (fine && !g_string_equal (whole, cut))
        g_error ("cut by %zu gives other events", step);
    }
  qd_sse_parser_free (a);
  qd_sse_parser_free (b);
  return 0;
}
