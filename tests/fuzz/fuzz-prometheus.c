/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-fuzz"
#include "config.h"

#include "qd-prometheus.h"

#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *bytes, gsize length);

static void
sample_cb (const char *name, const char *const *labels, double value, gpointer data)
{
  g_assert (*name != '\0' && isfinite (value));
  for (guint i = 0; i < 2; i++)
    g_assert (labels[i] == NULL || g_utf8_validate (labels[i], -1, NULL));
  ++*(guint *) data;
}

/* No more samples and bad lines than there are lines. */
int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize length)
{
  static const char *const labels[] = { "tenant_id", "version", NULL };
  guint samples = 0, lines = 1, bad = qd_prometheus_read ((const char *) bytes, length, labels, sample_cb, &samples);

  for (gsize i = 0; i < length; i++)
    lines += bytes[i] == '\n';
  g_assert (samples + bad <= lines);
  return 0;
}
