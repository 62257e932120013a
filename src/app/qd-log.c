/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-log.h"

#include <stdio.h>
#include <unistd.h>

static gint log_level = QD_LOG_WARNING;

static const char *
find_domain (const GLogField *fields, gsize n_fields)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_strcmp0 (fields[i].key, "GLIB_DOMAIN") == 0)
      return fields[i].value;
  return NULL;
}

/* Our own info and debug lines go by our level; all else by GLib's rules. */
static GLogWriterOutput
writer (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  const char *domain = find_domain (fields, n_fields);
  gint wanted = g_atomic_int_get (&log_level);
  gboolean ours = domain != NULL && g_str_has_prefix (domain, "qd-");

  if (ours && ((level & G_LOG_LEVEL_INFO && wanted >= QD_LOG_INFO) ||
               (level & G_LOG_LEVEL_DEBUG && wanted >= QD_LOG_DEBUG)))
    {
      if (g_log_writer_is_journald (fileno (stderr)))
        return g_log_writer_journald (level, fields, n_fields, data);
      return g_log_writer_standard_streams (level, fields, n_fields, data);
    }
  return g_log_writer_default (level, fields, n_fields, data);
}

void
qd_log_init (void)
{
  g_log_set_writer_func (writer, NULL, NULL);
}

void
qd_log_set_level (QdLogLevel level)
{
  g_atomic_int_set (&log_level, (gint) level);
}

gboolean
qd_log_level_parse (const char *word, QdLogLevel *level)
{
  static const char *const words[] = { "warning", "info", "debug" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (word, words[i]) == 0)
      {
        *level = i;
        return TRUE;
      }
  return FALSE;
}
