/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-fuzz"

#include "config.h"

#include <stdint.h>
#include <string.h>

#include "qd-json-scan.h"
#include "qd-json.h"
#include "qd-time.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
walk (const QdJsonSlice *slice)
{
  QdJsonIter iter;
  QdJsonSlice name, value;
  double number;
  gint64 integer;

  qd_json_slice_get_number (slice, &number);
  qd_json_slice_get_int (slice, &integer);
  qd_json_slice_get_time (slice, &integer);
  qd_json_iter_init (&iter, slice);
  while (qd_json_iter_next (&iter, &name, &value))
    {
      qd_json_slice_is (&name, "latency_ms");
      walk (&value);
    }
}

/* The scanner and the parser must agree on what is JSON; what they read must be whole. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  QdJsonSlice slice;
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (JsonNode) node = qd_json_parse ((const char *) data, (gssize) size, "fuzz", NULL);
  gboolean scanned = qd_json_slice_parse (&slice, (const char *) data, size, NULL);
  gint64 us;

  if (scanned != (node != NULL))
    g_error ("the scanner and the parser do not agree");
  if (scanned)
    {
      walk (&slice);
      g_autofree char *again = qd_json_to_text (node, FALSE);
      if (!g_utf8_validate (again, -1, NULL))
        g_error ("it came out as something that is not UTF-8");
    }
  qd_time_parse (text, &us);
  return 0;
}
