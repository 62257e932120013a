/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-bench"
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include <nats/nats.h>

/* flood URL MESSAGES SUBJECTS [PER_SECOND]: publishes path metrics of 222 bytes, round and round the
 * subjects fleet.metrics.path.p-<n>, as fast as it can or so many a second. When a line comes on
 * standard input it begins; it prints when it began and ended. */

#define PAYLOAD_BYTES 222

static int
make_payload (char *out, gsize room, guint path, guint seq, gint64 wall_us)
{
  g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc (wall_us / G_USEC_PER_SEC);
  static char second[24];
  static gint64 last;
  int n;

  if (last != wall_us / G_USEC_PER_SEC)
    {
      g_autofree char *text = g_date_time_format (at, "%Y-%m-%dT%H:%M:%S");
      g_strlcpy (second, text, sizeof second);
      last = wall_us / G_USEC_PER_SEC;
    }
  n = g_snprintf (out, room,
                  "{\"type\":\"path_metric\",\"timestamp\":\"%s.%06dZ\",\"path_id\":\"p-%05u\",\"seq\":%u,\"sent_us\":%" G_GINT64_FORMAT
                  ",\"metrics\":{\"latency_ms\":%u.%02u,\"jitter_ms\":1.5,\"packet_loss_pct\":0.1,\"bandwidth_mbps\":%u,\"score\":9}",
                  second, (int) (wall_us % G_USEC_PER_SEC), path, seq, g_get_monotonic_time (), 5 + seq % 90, path % 100, 50 + seq % 900);
  while (n < PAYLOAD_BYTES - 1)
    out[n++] = ' ';
  out[n++] = '}';
  out[n] = '\0';
  return n;
}

int
main (int argc, char **argv)
{
  natsConnection *nc = NULL;
  guint messages, subjects, rate;
  char line[16], subject[64], payload[512];
  gint64 start;

  if (argc < 4)
    return 2;
  messages = (guint) atoi (argv[2]);
  subjects = (guint) atoi (argv[3]);
  rate = argc > 4 ? (guint) atoi (argv[4]) : 0;
  if (natsConnection_ConnectTo (&nc, argv[1]) != NATS_OK)
    return 3;
  if (fgets (line, sizeof line, stdin) == NULL)
    return 1;

  start = g_get_monotonic_time ();
  for (guint i = 0; i < messages; i++)
    {
      int length;

      if (rate > 0)
        {
          gint64 due = start + (gint64) i * G_USEC_PER_SEC / rate;
          gint64 wait = due - g_get_monotonic_time ();
          if (wait > 200)
            {
              natsConnection_Flush (nc);
              g_usleep ((gulong) MAX (0, due - g_get_monotonic_time ()));
            }
        }
      g_snprintf (subject, sizeof subject, "fleet.metrics.path.p-%05u", i % subjects);
      length = make_payload (payload, sizeof payload, i % subjects, 1 + i / subjects, g_get_real_time ());
      if (natsConnection_Publish (nc, subject, payload, length) != NATS_OK)
        return 1;
    }
  natsConnection_FlushTimeout (nc, 60000);
  g_print ("{\"start_us\":%" G_GINT64_FORMAT ",\"end_us\":%" G_GINT64_FORMAT ",\"bytes\":%d}\n", start, g_get_monotonic_time (), PAYLOAD_BYTES);
  natsConnection_Destroy (nc);
  return 0;
}
