/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#define G_SETTINGS_ENABLE_BACKEND

#include "config.h"

#include "qd-settings.h"

#include <gio/gsettingsbackend.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

/* Where the desktop has no dconf, GLib would forget all settings at exit: keep them in a file then. */
static GSettingsBackend *
choose_backend (void)
{
  g_autoptr (GSettingsBackend) backend = g_settings_backend_get_default ();
  g_autofree char *path = NULL;

  if (g_strcmp0 (G_OBJECT_TYPE_NAME (backend), "GMemorySettingsBackend") != 0 || g_getenv ("GSETTINGS_BACKEND") != NULL)
    return g_steal_pointer (&backend);
  path = g_build_filename (g_get_user_config_dir (), "quarterdeck", "settings.ini", NULL);
  return g_keyfile_settings_backend_new (path, "/io/github/quarterdeck/Quarterdeck/", NULL);
}

/**
 * qd_settings_get_default:
 *
 * The settings of this application. Main thread.
 *
 * Returns: (transfer none): the settings, the same at every call
 */
GSettings *
qd_settings_get_default (void)
{
  static GSettings *settings;
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;
  g_autoptr (GSettingsBackend) backend = NULL;

  if (settings != NULL)
    return settings;
  if (source != NULL)
    schema = g_settings_schema_source_lookup (source, QD_APPLICATION_ID, TRUE);
  if (schema == NULL)
    {
      g_printerr (_("Cannot start: the settings schema %s is not installed. "
                    "From a build folder, set GSETTINGS_SCHEMA_DIR to its data folder.\n"),
                  QD_APPLICATION_ID);
      exit (2);
    }
  backend = choose_backend ();
  settings = g_settings_new_full (schema, backend, NULL);
  return settings;
}
