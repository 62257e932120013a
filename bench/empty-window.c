/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-bench"
#include "config.h"

#include <adwaita.h>

/* The machine's own floor: a window of libadwaita with nothing in it. Tells on standard output when
 * its first frame was painted (monotonic µs), then stays until standard input ends. */

static gboolean told;

static void
after_paint_cb (GdkFrameClock *clock, gpointer data)
{
  if (told)
    return;
  told = TRUE;
  g_print ("{\"what\":\"first-frame\",\"at_us\":%" G_GINT64_FORMAT "}\n", g_get_monotonic_time ());
}

static gboolean
input_cb (GIOChannel *channel, GIOCondition condition, gpointer app)
{
  g_application_quit (app);
  return G_SOURCE_REMOVE;
}

static void
activate_cb (GtkApplication *app, gpointer data)
{
  GtkWidget *window = adw_application_window_new (app);
  g_autoptr(GIOChannel) channel = g_io_channel_unix_new (0);

  /* As large as the screen, so maximized, as ours is. */
  gtk_window_set_default_size (GTK_WINDOW (window), 1280, 800);
  gtk_window_maximize (GTK_WINDOW (window));
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), adw_bin_new ());
  gtk_widget_realize (window);
  g_signal_connect (gtk_widget_get_frame_clock (window), "after-paint", G_CALLBACK (after_paint_cb), NULL);
  gtk_window_present (GTK_WINDOW (window));
  g_io_add_watch (channel, G_IO_IN | G_IO_HUP, input_cb, app);
}

int
main (int argc, char **argv)
{
  g_autoptr(AdwApplication) app = adw_application_new ("io.github.quarterdeck.Empty", G_APPLICATION_NON_UNIQUE);

  g_signal_connect (app, "activate", G_CALLBACK (activate_cb), NULL);
  return g_application_run (G_APPLICATION (app), argc, argv);
}
