/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-fuzz"

#include "config.h"

#include <stdint.h>
#include <string.h>

#include "qd-decode.h"
#include "qd-json.h"
#include "qd-metric.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Each raw delta must decode, and say the same as the slow way, from bytes that outlive the frame. */
static void
check_cb (gpointer data, QdDelta *delta)
{
  g_autoptr (GError) error = NULL;

  if (!qd_delta_decode (delta, &error))
    g_error ("a piece of a good frame cannot be decoded: %s", error->message);
  qd_delta_unref (delta);
}

static void
decode_tree (JsonNode *node)
{
  JsonObject *object = qd_json_object (node);
  g_autofree char *id = NULL;

  if (object == NULL)
    return;
  for (QdKind kind = QD_KIND_SITE; kind <= QD_KIND_JOB; kind++)
    if (kind != QD_KIND_LINK)
      {
        g_autoptr (QdDelta) delta = qd_decode ("fuzz", kind, object, QD_DELTA_UPSERT);
      }
  qd_decode_subject (qd_json_get_string (object, "type", ""), object, &id);
}

static void
compare (const char *text, size_t size)
{
  g_autoptr (QdDelta) fast = qd_delta_new ("fuzz", QD_KIND_PATH, "x", QD_DELTA_UPDATE);
  g_autoptr (QdDelta) slow = qd_delta_new ("fuzz", QD_KIND_PATH, "x", QD_DELTA_UPDATE);
  gboolean a = qd_metric_decode_path (fast, text, size, NULL);
  gboolean b = qd_metric_decode_path_tree (slow, text, size, NULL);

  if (a != b)
    g_error ("the two decoders do not agree on what is JSON");
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const QdSink sink = { check_cb, NULL };
  g_autoptr (QdOutlet) outlet = qd_outlet_new ("fuzz", &sink);
  g_autoptr (GBytes) frame = g_bytes_new (data, size);
  g_autoptr (JsonNode) node = qd_json_parse ((const char *) data, (gssize) size, "fuzz", NULL);

  qd_metric_take_frame (outlet, frame, NULL);
  compare ((const char *) data, size);
  if (node)
    decode_tree (node);
  return 0;
}
