/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <glib/gi18n.h>

#define CHUNK (1024 * 1024)

const char *
qdctl_name_of (const char *path)
{
  return g_str_equal (path, "-") ? _("standard input") : path;
}

GBytes *
qdctl_read (const char *path, gsize max, GError **error)
{
  gboolean standard = g_str_equal (path, "-");
  FILE *from = standard ? stdin : fopen (path, "rbe");
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  int problem = from ? 0 : errno;
  gsize got = CHUNK;

  /* No more than can be read, and a byte that tells that there was more. */
  while (from && got == CHUNK && bytes->len <= max)
    {
      guint length = bytes->len;

      g_byte_array_set_size (bytes, length + CHUNK);
      got = fread (bytes->data + length, 1, CHUNK, from);
      problem = ferror (from) ? errno : 0;
      g_byte_array_set_size (bytes, length + (guint) got);
    }
  if (from && !standard)
    fclose (from);
  if (problem)
    {
      g_set_error_literal (error, G_FILE_ERROR, g_file_error_from_errno (problem), g_strerror (problem));
      return NULL;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

gboolean
qdctl_check_given (const char *action, const char *taken, const QdctlGiven *given, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf (" %s ", given[i].name);

      if (!given[i].given || strstr (taken, name))
        continue;
      qdctl_complain (_("%s takes no --%s"), action, given[i].name);
      return FALSE;
    }
  return TRUE;
}

gboolean
qdctl_is_given (const GOptionEntry *entry)
{
  switch (entry->arg)
    {
    case G_OPTION_ARG_NONE:
      return *(gboolean *) entry->arg_data;
    case G_OPTION_ARG_INT:
      return *(int *) entry->arg_data >= 0;
    case G_OPTION_ARG_INT64:
      return *(gint64 *) entry->arg_data >= 0;
    case G_OPTION_ARG_STRING:
    case G_OPTION_ARG_FILENAME:
    case G_OPTION_ARG_STRING_ARRAY:
    case G_OPTION_ARG_FILENAME_ARRAY:
      return *(gpointer *) entry->arg_data != NULL;
    case G_OPTION_ARG_DOUBLE:
    case G_OPTION_ARG_CALLBACK:
    default:
      g_return_val_if_reached (FALSE);
    }
}

gboolean
qdctl_check_taken (const char *action, const char *taken, const GOptionEntry *entries)
{
  for (; entries->long_name; entries++)
    if (!qdctl_check_given (action, taken, &(QdctlGiven) { entries->long_name, qdctl_is_given (entries) }, 1))
      return FALSE;
  return TRUE;
}

void
qdctl_complain_needs (const char *verb, const char *words)
{
  qdctl_complain (_("%s needs one of %s; “qdctl %s --help” says more"), verb, words, verb);
}
