/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-proc.h"

#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

typedef struct
{
  guint64 busy, total, rx, tx;
  gint64 at;
} Counters;

static Counters before;
static LabNodeMetrics latest;

static gboolean
read_small (const char *path, char *buf, gsize size)
{
  FILE *file = fopen (path, "re");
  gsize n;

  if (file == NULL)
    return FALSE;
  n = fread (buf, 1, size - 1, file);
  fclose (file);
  buf[n] = '\0';
  return n > 0;
}

static void
read_cpu (Counters *now)
{
  char buf[4096];
  guint64 v[8] = { 0 };

  if (!read_small ("/proc/stat", buf, sizeof buf))
    return;
  if (sscanf (buf, "cpu %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
              " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT,
              &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7]) < 4)
    return;
  for (guint i = 0; i < 8; i++)
    now->total += v[i];
  now->busy = now->total - v[3] - v[4];
}

static void
read_network (Counters *now)
{
  char buf[16384];

  if (!read_small ("/proc/net/dev", buf, sizeof buf))
    return;
  for (char *line = strchr (buf, ':'); line != NULL; line = strchr (line + 1, ':'))
    {
      guint64 rx = 0, tx = 0;
      gboolean loopback = line - buf >= 2 && line[-1] == 'o' && line[-2] == 'l';

      if (sscanf (line + 1, "%" G_GUINT64_FORMAT " %*u %*u %*u %*u %*u %*u %*u %" G_GUINT64_FORMAT, &rx, &tx) == 2 && !loopback)
        {
          now->rx += rx;
          now->tx += tx;
        }
    }
}

static double
meminfo (const char *buf, const char *name)
{
  const char *at = strstr (buf, name);
  guint64 kb = 0;

  if (at == NULL || sscanf (at + strlen (name), ": %" G_GUINT64_FORMAT, &kb) != 1)
    return 0;
  return (double) kb;
}

static double
read_pressure (const char *path)
{
  char buf[256];
  double value;

  if (!read_small (path, buf, sizeof buf) || sscanf (buf, "some avg10=%lf", &value) != 1)
    return NAN;
  return value;
}

static double
disk_used_pct (double *total_gb)
{
  struct statvfs fs;

  if (statvfs ("/", &fs) != 0 || fs.f_blocks == 0)
    return NAN;
  *total_gb = (double) fs.f_blocks * (double) fs.f_frsize / 1e9;
  return 100.0 * (double) (fs.f_blocks - fs.f_bfree) / (double) (fs.f_blocks - fs.f_bfree + fs.f_bavail);
}

void
lab_proc_describe (LabNode *node)
{
  struct utsname name;
  char buf[8192];
  double uptime = 0, gb = 0;
  g_autofree char *os = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);

  g_free (node->os);
  node->os = g_strdup (os != NULL ? os : "Linux");
  if (uname (&name) == 0)
    {
      g_free (node->kernel);
      node->kernel = g_strdup (name.release);
    }
  g_free (node->address);
  node->address = g_strdup ("127.0.0.1");
  node->cores = (int) sysconf (_SC_NPROCESSORS_ONLN);
  if (read_small ("/proc/meminfo", buf, sizeof buf))
    node->memory_total_mb = meminfo (buf, "MemTotal") / 1024;
  disk_used_pct (&gb);
  node->disk_total_gb = gb;
  if (read_small ("/proc/uptime", buf, sizeof buf) && sscanf (buf, "%lf", &uptime) == 1)
    node->boot_at = g_get_real_time () / G_USEC_PER_SEC - (gint64) uptime;
}

void
lab_proc_read (LabNodeMetrics *out)
{
  Counters now = { .at = g_get_monotonic_time () };
  char buf[8192];
  double seconds, gb, total;

  /* Differences over less than a quarter second say little: give the last figures again. */
  if (before.at != 0 && now.at - before.at < 250000)
    {
      *out = latest;
      return;
    }
  read_cpu (&now);
  read_network (&now);
  memset (out, 0, sizeof *out);
  seconds = (double) (now.at - before.at) / G_USEC_PER_SEC;
  if (now.total > before.total)
    out->cpu_pct = 100.0 * (double) (now.busy - before.busy) / (double) (now.total - before.total);
  if (before.at != 0 && seconds > 0)
    {
      out->net_rx_bps = 8.0 * (double) (now.rx - before.rx) / seconds;
      out->net_tx_bps = 8.0 * (double) (now.tx - before.tx) / seconds;
    }
  if (read_small ("/proc/meminfo", buf, sizeof buf) && (total = meminfo (buf, "MemTotal")) > 0)
    out->memory_pct = 100 * (total - meminfo (buf, "MemAvailable")) / total;
  if (read_small ("/proc/loadavg", buf, sizeof buf))
    out->load1 = g_ascii_strtod (buf, NULL);
  out->disk_pct = disk_used_pct (&gb);
  out->pressure_cpu = read_pressure ("/proc/pressure/cpu");
  out->pressure_memory = read_pressure ("/proc/pressure/memory");
  out->pressure_io = read_pressure ("/proc/pressure/io");
  before = now;
  latest = *out;
}
