/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl-policy.h"

#include <stdio.h>
#include <stdlib.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "qd-yaml-format.h"

gboolean
qdctl_policy_replace (const char *path, GBytes *bytes, GError **error)
{
  char *target = realpath (path, NULL);
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);
  GStatBuf found;
  int mode = g_stat (path, &found) == 0 ? (int) (found.st_mode & 07777) : 0666;
  gboolean good = g_file_set_contents_full (target ? target : path, text ? text : "", (gssize) length,
                                            G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, mode, error);

  free (target);
  return good;
}

QdExit
qdctl_policy_format (const QdctlPolicyOptions *options, char **paths)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (QdYamlFile) file = NULL, formatted = NULL;

  if (options->write && g_str_equal (paths[0], "-"))
    {
      qdctl_complain (_("standard input cannot be changed: leave -w out"));
      return QD_EXIT_BAD_INPUT;
    }
  bytes = qdctl_read (paths[0], QD_YAML_MAX_BYTES, &error);
  file = bytes ? qd_yaml_file_new (qdctl_name_of (paths[0]), bytes, &error) : NULL;
  formatted = file ? qd_yaml_format (file, &error) : NULL;
  if (formatted == NULL)
    {
      if (bytes == NULL)
        fprintf (stderr, _("%s:1:1: cannot be read: %s"), qdctl_name_of (paths[0]), error->message);
      else
        fprintf (stderr, "%s", error->message);
      fprintf (stderr, "\n");
      return QD_EXIT_BAD_INPUT;
    }
  if (!options->write)
    {
      GBytes *out = qd_yaml_file_get_bytes (formatted);
      g_autofree char *text = g_strndup (g_bytes_get_data (out, NULL), g_bytes_get_size (out));

      qdctl_print (text ? text : "");
      return QD_EXIT_YES;
    }
  if (g_bytes_equal (bytes, qd_yaml_file_get_bytes (formatted)) || qdctl_policy_replace (paths[0], qd_yaml_file_get_bytes (formatted), &error))
    return QD_EXIT_YES;
  qdctl_complain (_("%s could not be written: %s"), paths[0], error->message);
  return QD_EXIT_BAD_INPUT;
}
