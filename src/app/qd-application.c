/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-application-private.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "qd-audit.h"
#include "qd-display.h"
#include "qd-frame-probe.h"
#include "qd-frame-ticker.h"
#include "qd-job-stream.h"
#include "qd-log.h"
#include "qd-paper-import.h"
#include "qd-settings.h"
#include "qd-shots.h"

/* of the generated resources */
GResource *qd_app_get_resource (void);

#define LINK_SCHEME "quarterdeck"
/* So long the first window waits for the last known state: a window that is empty first costs a frame of its own. */
#define PRESENT_MS 250

G_DEFINE_FINAL_TYPE (QdApplication, qd_application, ADW_TYPE_APPLICATION)

void
qd_app_init (void)
{
  g_resources_register (qd_app_get_resource ());
  qd_display_init ();
}

/* --- Windows ------------------------------------------------------------------------------------ */

static QdWindow *
get_window (QdApplication *self)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    if (QD_IS_WINDOW (l->data))
      return l->data;
  return NULL;
}

GtkWidget *
qd_application_get_parent (QdApplication *self)
{
  return GTK_WIDGET (get_window (self));
}

void
qd_application_say (QdApplication *self, const char *text)
{
  QdWindow *window = get_window (self);

  if (window != NULL && !qd_window_get_welcome (window))
    qd_session_toast (qd_window_get_session (window), text);
  else if (window != NULL)
    qd_window_set_problem (window, text);
  else
    g_message ("%s", text);
}

static QdWindow *
ensure_window (QdApplication *self)
{
  QdWindow *window = get_window (self);

  if (window != NULL)
    return window;
  window = qd_window_new (ADW_APPLICATION (self), self->hub);
  g_autoptr (QdFrameTicker) ticker = qd_frame_ticker_new ();
  qd_frame_ticker_add_window (ticker, GTK_WIDGET (window));
  qd_drain_set_ticker (qd_hub_get_drain (self->hub), QD_TICKER (ticker));
  /* the drain keeps no reference of its own: the window's end is the ticker's */
  g_object_set_data_full (G_OBJECT (window), "qd-ticker", g_object_ref (ticker), g_object_unref);
  qd_frame_probe_attach (GTK_WIDGET (window), self->hub);
  return window;
}

/* The first window comes with the last known state in it. */
static void
present_first (QdApplication *self)
{
  if (self->present_id == 0)
    return;
  g_clear_handle_id (&self->present_id, g_source_remove);
  qd_application_update_welcome (self);
  if (get_window (self) != NULL)
    gtk_window_present (GTK_WINDOW (get_window (self)));
}

static gboolean
present_cb (gpointer data)
{
  present_first (data);
  return G_SOURCE_REMOVE;
}

void
qd_application_update_welcome (QdApplication *self)
{
  g_autoptr (GPtrArray) endpoints = qd_hub_list_endpoints (self->hub);
  QdWindow *window = get_window (self);
  gboolean configured = endpoints->len > 0 || self->want_lab;

  if (window != NULL)
    qd_window_set_welcome (window, !configured);
}

/* --- The lab ------------------------------------------------------------------------------------ */

static void
lab_started_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdApplication) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) endpoints = qd_lab_start_finish (QD_LAB (source), result, &error);

  for (guint i = 0; endpoints != NULL && i < endpoints->len && error == NULL; i++)
    qd_hub_add (self->hub, g_ptr_array_index (endpoints, i), FALSE, &error);
  if (error != NULL)
    {
      self->want_lab = FALSE;
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_warning ("%s", error->message);
          qd_application_update_welcome (self);
          qd_application_say (self, error->message);
        }
      return;
    }
  qd_application_update_welcome (self);
}

static void
lab_ended_cb (QdApplication *self, const char *cause)
{
  qd_application_say (self, cause);
}

void
qd_application_start_lab (QdApplication *self)
{
  g_return_if_fail (QD_IS_APPLICATION (self));

  self->want_lab = TRUE;
  g_settings_set_boolean (qd_settings_get_default (), "lab", TRUE);
  qd_application_update_welcome (self);
  if (qd_lab_is_running (self->lab))
    return;
  qd_lab_start_async (self->lab, self->cancellable, lab_started_cb, g_object_ref (self));
}

static void
attach_lab (QdApplication *self)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (self->attach);

  self->want_lab = TRUE;
  qd_lab_attach_async (self->lab, file, self->cancellable, lab_started_cb, g_object_ref (self));
}

/* --- Links -------------------------------------------------------------------------------------- */

/* quarterdeck://page/paths, quarterdeck://site/ID; FALSE when nothing is known by that name (yet). */
static gboolean
follow_link (QdApplication *self, const char *link)
{
  QdFleet *fleet = qd_hub_get_fleet (self->hub);
  QdEntityList *connections = qd_fleet_get_list (fleet, QD_KIND_CONNECTION);
  QdWindow *window = get_window (self);
  g_autoptr (GUri) uri = g_uri_parse (link, G_URI_FLAGS_NONE, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  const char *path = uri != NULL ? g_uri_get_path (uri) : "";
  int kind;

  if (window == NULL || host == NULL || *path != '/' || g_strcmp0 (g_uri_get_scheme (uri), LINK_SCHEME) != 0)
    return FALSE;
  path++;
  if (g_str_equal (host, "page"))
    return qd_window_show_page (window, path);
  kind = qd_schema_find_kind (host);
  for (guint i = 0; kind >= 0 && i < qd_entity_list_get_length (connections); i++)
    {
      const char *connection = qd_entity_get_id (qd_entity_list_peek (connections, i));
      QdEntity *entity = qd_fleet_lookup (fleet, connection, kind, path);

      if (entity != NULL)
        return qd_window_open_entity (window, entity);
    }
  return FALSE;
}

/* What a link names may be known only once the last known state is there, or the first answer. */
static void
committed_cb (QdApplication *self)
{
  if (self->pending_link != NULL && follow_link (self, self->pending_link))
    g_clear_pointer (&self->pending_link, g_free);
}

/* Links, and networks in files. */
static void
qd_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  QdApplication *self = QD_APPLICATION (application);

  g_application_activate (application);
  for (int i = 0; i < n_files; i++)
    {
      g_autofree char *link = g_file_get_uri (files[i]);

      if (!g_file_has_uri_scheme (files[i], LINK_SCHEME))
        qd_window_import (get_window (self), files[i]);
      else if (!follow_link (self, link))
        g_set_str (&self->pending_link, link);
    }
}

/* --- Life --------------------------------------------------------------------------------------- */

static void
hub_started_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdApplication) self = data;
  g_autoptr (GError) error = NULL;

  if (!qd_hub_start_finish (QD_HUB (source), result, &error))
    {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
      qd_application_say (self, error->message);
    }
  else
    qd_paper_sweep (self->hub, FALSE);
  if (self->attach != NULL)
    attach_lab (self);
  else if (self->want_lab)
    qd_application_start_lab (self);
  qd_application_update_welcome (self);
}

static void
store_problem_cb (QdApplication *self, const char *problem)
{
  qd_application_say (self, problem);
}

static void
set_appearance_cb (GSettings *settings)
{
  static const AdwColorScheme schemes[] = { ADW_COLOR_SCHEME_DEFAULT, ADW_COLOR_SCHEME_FORCE_LIGHT,
                                            ADW_COLOR_SCHEME_FORCE_DARK };
  int value = g_settings_get_enum (settings, "appearance");

  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), schemes[CLAMP (value, 0, 2)]);
}

static void
set_log_level_cb (GSettings *settings)
{
  qd_log_set_level ((QdLogLevel) g_settings_get_enum (settings, "log-level"));
}

static QdStore *
open_store (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "quarterdeck", NULL);
  g_autofree char *path = g_build_filename (folder, "quarterdeck.db", NULL);

  if (g_mkdir_with_parents (folder, 0700) != 0)
    g_warning ("Could not make the folder %s: %s", folder, g_strerror (errno));
  return qd_store_new (path);
}

/* Before GTK starts, so that a worker reads the last known state meanwhile. */
static void
start_hub (QdApplication *self)
{
  g_autofree char *journal = qd_audit_default_path ();

  self->store = open_store ();
  g_signal_connect_object (self->store, "problem", G_CALLBACK (store_problem_cb), self, G_CONNECT_SWAPPED);
  self->hub = qd_hub_new (self->store);
  qd_hub_keep_audit (self->hub, journal);
  g_signal_connect_object (qd_hub_get_fleet (self->hub), "committed", G_CALLBACK (committed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->hub, "connections-changed", G_CALLBACK (qd_application_update_welcome), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->hub, "loaded", G_CALLBACK (present_first), self, G_CONNECT_SWAPPED);
  qd_job_stream_watch (self->hub, TRUE);
  qd_hub_start_async (self->hub, self->cancellable, hub_started_cb, g_object_ref (self));
}

/* libadwaita has a theme of its own, and tells GTK to take an empty one, but only when GTK has read its large one: a
 * twentieth of the time to the first frame. Told by the environment, GTK takes the empty one at once; libadwaita, which
 * would leave the theme alone if a user had asked for one that way, does not see it. There are no workers of ours yet
 * who might look at the environment meanwhile. */
static void
init_gtk (void)
{
  if (g_getenv ("GTK_THEME") != NULL || !g_setenv ("GTK_THEME", "Adwaita-empty", FALSE))
    return;
  if (gtk_init_check ())
    gtk_settings_get_default ();
  g_unsetenv ("GTK_THEME");
}

static void
qd_application_startup (GApplication *application)
{
  QdApplication *self = QD_APPLICATION (application);
  GSettings *settings;

  init_gtk ();
  start_hub (self);
  qd_app_init ();
  G_APPLICATION_CLASS (qd_application_parent_class)->startup (application);
  if (self->shots != NULL && g_getenv ("QD_SHOTS_RTL") != NULL)
    gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  /* Text that can be copied is not marked by walking over it with Tab. */
  g_object_set (gtk_settings_get_default (), "gtk-label-select-on-focus", FALSE, NULL);
  settings = qd_settings_get_default ();
  /* So that the first frame is of what is looked at then, and not the welcome. */
  self->want_lab = self->attach != NULL || g_settings_get_boolean (settings, "lab");
  set_appearance_cb (settings);
  g_signal_connect (settings, "changed::appearance", G_CALLBACK (set_appearance_cb), NULL);
  g_signal_connect (settings, "changed::log-level", G_CALLBACK (set_log_level_cb), NULL);

  self->lab = qd_lab_new ();
  g_signal_connect_object (self->lab, "ended", G_CALLBACK (lab_ended_cb), self, G_CONNECT_SWAPPED);
  qd_application_actions_setup (self);
}

static void
qd_application_activate (GApplication *application)
{
  QdApplication *self = QD_APPLICATION (application);
  gboolean first = get_window (self) == NULL;
  QdWindow *window = ensure_window (self);

  if (first && self->want_lab)
    qd_window_set_welcome (window, FALSE);
  if (first && self->pending_link == NULL)
    self->pending_link = g_settings_get_string (qd_settings_get_default (), "selection");
  if (self->pending_link != NULL && *self->pending_link == '\0')
    g_clear_pointer (&self->pending_link, g_free);
  if (first && qd_hub_is_loading (self->hub))
    self->present_id = g_timeout_add (PRESENT_MS, present_cb, self);
  else if (self->present_id == 0)
    gtk_window_present (GTK_WINDOW (window));
  if (first && self->shots != NULL)
    qd_shots_take (self, window, self->shots);
}

static void
qd_application_shutdown (GApplication *application)
{
  QdApplication *self = QD_APPLICATION (application);

  g_clear_handle_id (&self->present_id, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  if (self->hub != NULL)
    qd_hub_stop (self->hub);
  G_APPLICATION_CLASS (qd_application_parent_class)->shutdown (application);
  if (self->lab != NULL)
    qd_lab_stop (self->lab);
  if (self->store != NULL)
    qd_store_close (self->store);
}

/* --- Command line ------------------------------------------------------------------------------- */

static gboolean
set_level (const char *word)
{
  QdLogLevel level;

  if (!qd_log_level_parse (word, &level))
    {
      g_printerr (_("%s is not a log level: use warning, info or debug\n"), word);
      return FALSE;
    }
  qd_log_set_level (level);
  return TRUE;
}

/* What a second start asks of the instance that runs. */
static void
forward_options (GApplication *application, gboolean lab, const char *level)
{
  if (lab)
    g_action_group_activate_action (G_ACTION_GROUP (application), "start-lab", NULL);
  if (level != NULL)
    g_action_group_activate_action (G_ACTION_GROUP (application), "log-level", g_variant_new_string (level));
}

static int
qd_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  QdApplication *self = QD_APPLICATION (application);
  const char *level = NULL;
  gboolean lab = FALSE;
  g_autoptr (GError) error = NULL;

  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("quarterdeck %s\n", QD_VERSION);
      return 0;
    }
  if (g_variant_dict_lookup (options, "log-level", "&s", &level) && !set_level (level))
    return 2;
  g_variant_dict_lookup (options, "lab", "b", &lab);
  g_variant_dict_lookup (options, "attach", "^ay", &self->attach);
  g_variant_dict_lookup (options, "shots", "^ay", &self->shots);
  if (self->attach != NULL || self->shots != NULL)
    g_application_set_flags (application, g_application_get_flags (application) | G_APPLICATION_NON_UNIQUE);
  if (!g_application_register (application, NULL, &error))
    {
      g_printerr (_("Could not start: %s\n"), error->message);
      return 2;
    }
  if (g_application_get_is_remote (application))
    forward_options (application, lab, level);
  else if (lab)
    self->want_lab = TRUE;
  return -1;
}

static const GOptionEntry options[] = {
  { "lab", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Start the lab, a working fleet on this computer"), NULL },
  { "log-level", 0, 0, G_OPTION_ARG_STRING, NULL, N_("How much to log: warning, info or debug"), N_("LEVEL") },
  { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Print the version and exit"), NULL },
  { "attach", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, NULL, "Connect to the lab whose ready line is in FILE", "FILE" },
  { "shots", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, NULL, "Write pictures of every page into FOLDER", "FOLDER" },
  { NULL },
};

/* --- Class -------------------------------------------------------------------------------------- */

static void
qd_application_dispose (GObject *object)
{
  QdApplication *self = QD_APPLICATION (object);

  g_clear_object (&self->lab);
  g_clear_object (&self->hub);
  g_clear_object (&self->store);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (qd_application_parent_class)->dispose (object);
}

static void
qd_application_finalize (GObject *object)
{
  QdApplication *self = QD_APPLICATION (object);

  g_free (self->attach);
  g_free (self->shots);
  g_free (self->pending_link);
  G_OBJECT_CLASS (qd_application_parent_class)->finalize (object);
}

static void
qd_application_class_init (QdApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qd_application_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_application_finalize;
  application_class->startup = qd_application_startup;
  application_class->activate = qd_application_activate;
  application_class->open = qd_application_open;
  application_class->shutdown = qd_application_shutdown;
  application_class->handle_local_options = qd_application_handle_local_options;
}

static void
qd_application_init (QdApplication *self)
{
  self->cancellable = g_cancellable_new ();
  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_parameter_string (G_APPLICATION (self), _("[LINK|FILE…]"));
  g_application_set_option_context_summary (G_APPLICATION (self),
                                            _("See a fleet live and change it safely. Links look like quarterdeck://site/ID; a FILE of GraphML or JSON is looked at as a paper fleet."));
}

QdApplication *
qd_application_new (void)
{
  return g_object_new (QD_TYPE_APPLICATION, "application-id", QD_APPLICATION_ID,
                       "flags", G_APPLICATION_HANDLES_OPEN,
                       "resource-base-path", "/io/github/quarterdeck/Quarterdeck", NULL);
}

QdHub *
qd_application_get_hub (QdApplication *self)
{
  g_return_val_if_fail (QD_IS_APPLICATION (self), NULL);
  return self->hub;
}
