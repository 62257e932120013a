/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app-fixture.h"

#include <locale.h>

#include "qd-application.h"
#include "qd-settings.h"

/* Sanitizers make what is large ten times as slow. */
#ifdef __SANITIZE_ADDRESS__
#define CAP_US (90 * G_USEC_PER_SEC)
#else
#define CAP_US (10 * G_USEC_PER_SEC)
#endif
#define CONNECTION "c1"

void
fixture_init (int *argc, char ***argv)
{
  setlocale (LC_ALL, "");
  g_test_init (argc, argv, NULL);
  adw_init ();
  qd_app_init ();
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()),
                                    "/io/github/quarterdeck/Quarterdeck/icons");
}

void
fixture_init_apart (int *argc, char ***argv)
{
  g_autofree char *data = g_dir_make_tmp ("qd-data-XXXXXX", NULL);

  g_setenv ("XDG_DATA_HOME", data, TRUE);
  fixture_init (argc, argv);
}

gboolean
fixture_wait (gboolean (*condition) (gpointer data), gpointer data)
{
  gint64 end = g_get_monotonic_time () + CAP_US;

  while (!condition (data))
    {
      if (g_get_monotonic_time () > end)
        return FALSE;
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (1000);
    }
  return TRUE;
}

static void
after_paint_cb (guint *count)
{
  (*count)++;
}

static gboolean
painted (gpointer data)
{
  return *(guint *) data >= 2;
}

void
fixture_settle (GtkWidget *window)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);
  guint count = 0;
  gulong id;

  g_assert_nonnull (clock);
  id = g_signal_connect_swapped (clock, "after-paint", G_CALLBACK (after_paint_cb), &count);
  gdk_frame_clock_begin_updating (clock);
  g_assert_true (fixture_wait (painted, &count));
  gdk_frame_clock_end_updating (clock);
  g_signal_handler_disconnect (clock, id);
}

static gboolean
is_gone (gpointer data)
{
  return *(gpointer *) data == NULL;
}

void
fixture_close (GtkWindow *window)
{
  gpointer closing = window;

  g_object_add_weak_pointer (G_OBJECT (window), &closing);
  gtk_window_destroy (window);
  g_assert_true (fixture_wait (is_gone, &closing));
}

static void
apply_site (QdFleet *fleet, guint i)
{
  g_autofree char *id = g_strdup_printf ("s%u", i);
  g_autofree char *name = g_strdup_printf ("harbour-%u", i);
  QdDelta *delta = qd_delta_new (CONNECTION, QD_KIND_SITE, id, QD_DELTA_UPSERT);

  qd_delta_set (delta, QD_FIELD_NAME, qd_value_string (name));
  qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status (i % 10 == 0 ? QD_STATUS_DOWN : QD_STATUS_WELL));
  qd_fleet_apply (fleet, delta);
  qd_delta_unref (delta);
}

void
fixture_fill (QdHub *hub, const char *state, guint n_sites)
{
  QdFleet *fleet = qd_hub_get_fleet (hub);
  g_autoptr (QdDelta) connection = qd_delta_new (CONNECTION, QD_KIND_CONNECTION, CONNECTION, QD_DELTA_UPSERT);

  qd_delta_set (connection, QD_FIELD_NAME, qd_value_string ("Harbour"));
  qd_delta_set (connection, QD_CONNECTION_STATE, qd_value_string (state));
  qd_delta_set (connection, QD_CONNECTION_DETAIL, qd_value_string ("nobody answers at 127.0.0.1"));
  qd_delta_set (connection, QD_CONNECTION_AS_OF, qd_value_time (g_get_real_time ()));
  qd_fleet_begin (fleet);
  qd_fleet_apply (fleet, connection);
  for (guint i = 0; i < n_sites; i++)
    apply_site (fleet, i);
  qd_fleet_commit (fleet);
}

static const char *
get_title (GtkWidget *widget)
{
  if (GTK_IS_BUTTON (widget))
    return gtk_button_get_label (GTK_BUTTON (widget));
  if (GTK_IS_MENU_BUTTON (widget))
    return gtk_menu_button_get_label (GTK_MENU_BUTTON (widget));
  return ADW_IS_PREFERENCES_ROW (widget) ? adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)) : NULL;
}

GtkWidget *
fixture_find (GtkWidget *from, GType type, const char *title)
{
  if (g_type_is_a (G_OBJECT_TYPE (from), type) && gtk_widget_get_mapped (from) &&
      (title == NULL || g_strcmp0 (get_title (from), title) == 0))
    return from;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = fixture_find (child, type, title);

      if (found != NULL)
        return found;
    }
  return NULL;
}

typedef struct {
  GtkWidget *from;
  const char *title;
} Pressing;

static gboolean
may_be_pressed (gpointer data)
{
  const Pressing *self = data;
  GtkWidget *button = fixture_find (self->from, GTK_TYPE_BUTTON, self->title);

  return button != NULL && gtk_widget_is_sensitive (button);
}

void
fixture_press (GtkWidget *from, const char *title)
{
  Pressing pressing = { .from = from, .title = title };

  /* What was only just shown is mapped with the next layout. */
  if (!fixture_wait (may_be_pressed, &pressing))
    g_error ("no button \"%s\" to press, or it is off", title);
  g_signal_emit_by_name (fixture_find (from, GTK_TYPE_BUTTON, title), "clicked");
}

/* --- A desk --------------------------------------------------------------------------------------- */

static void
toast_cb (QdSession *session, const char *text, const char *button, GClosure *closure, FixtureDesk *self)
{
  g_string_append_printf (self->toasts, "%s\n", text);
  g_clear_pointer (&self->undo, g_closure_unref);
  if (closure != NULL)
    {
      self->undo = g_closure_ref (closure);
      g_closure_sink (closure);
    }
}

void
fixture_desk_init (FixtureDesk *self)
{
  *self = (FixtureDesk) { .hub = qd_hub_new (NULL), .toasts = g_string_new (NULL) };
  g_settings_set_boolean (qd_settings_get_default (), "configured", TRUE);
}

void
fixture_desk_show (FixtureDesk *self, const char *page)
{
  self->window = qd_window_new (NULL, self->hub);
  g_signal_connect (qd_window_get_session (self->window), "toast", G_CALLBACK (toast_cb), self);
  gtk_window_present (GTK_WINDOW (self->window));
  g_assert_true (page == NULL || qd_window_show_page (self->window, page));
  fixture_settle (GTK_WIDGET (self->window));
}

void
fixture_desk_undo (FixtureDesk *self)
{
  GValue nobody = G_VALUE_INIT;

  g_assert_nonnull (self->undo);
  g_closure_set_marshal (self->undo, g_cclosure_marshal_VOID__VOID);
  g_value_init (&nobody, G_TYPE_OBJECT);
  g_closure_invoke (self->undo, NULL, 1, &nobody, NULL);
  g_value_unset (&nobody);
  g_clear_pointer (&self->undo, g_closure_unref);
}

static gboolean
passed (gpointer end)
{
  return g_get_monotonic_time () > *(gint64 *) end;
}

void
fixture_desk_clear (FixtureDesk *self)
{
  gint64 end;

  fixture_close (GTK_WINDOW (self->window));
  qd_hub_stop (self->hub);
  /* What drivers said last is on its way still. */
  end = g_get_monotonic_time () + 50 * G_TIME_SPAN_MILLISECOND;
  fixture_wait (passed, &end);
  /* It may have come while the window went. */
  g_clear_pointer (&self->undo, g_closure_unref);
  g_object_unref (self->hub);
  g_string_free (self->toasts, TRUE);
}

#ifdef __SANITIZE_ADDRESS__
/* Leaks of the toolkit's own (GTK 4.18, libadwaita 1.7, GtkSourceView 5.16: what a gutter is given): the list that tells a label's mnemonic, and
 * the last picture of a window that a breakpoint has changed. To know them takes whole stacks. */
const char *__asan_default_options (void);
const char *__lsan_default_suppressions (void);

const char *
__asan_default_options (void)
{
  return "fast_unwind_on_malloc=0";
}

const char *
__lsan_default_suppressions (void)
{
  return "leak:gtk_widget_list_mnemonic_labels\nleak:gsk_container_node_new\nleak:gtk_source_gutter_insert\n";
}
#endif
