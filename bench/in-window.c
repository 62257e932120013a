/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-bench"
#include "config.h"

#include "in-window.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "qd-application.h"
#include "qd-settings.h"

#define RESOURCES "/io/github/quarterdeck/Quarterdeck"

/* As the application has it: without its style a page would be another. */
static void
dress (void)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();
  GdkDisplay *display = gdk_display_get_default ();

  gtk_css_provider_load_from_resource (provider, RESOURCES "/style.css");
  gtk_style_context_add_provider_for_display (display, GTK_STYLE_PROVIDER (provider), GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (display), RESOURCES "/icons");
}

QdWindow *
bench_window_new (QdHub *hub)
{
  QdWindow *window;

  dress ();
  g_settings_set_boolean (qd_settings_get_default (), "configured", TRUE);
  window = qd_window_new (NULL, hub);
  gtk_window_set_default_size (GTK_WINDOW (window), 1280, 800);
  gtk_window_maximize (GTK_WINDOW (window));
  gtk_window_present (GTK_WINDOW (window));
  bench_window_show (window, "overview");
  return window;
}

static void
painted_cb (gboolean *painted)
{
  *painted = TRUE;
}

double
bench_window_show (QdWindow *window, const char *page)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (window));
  gboolean painted = FALSE;
  gulong handler = g_signal_connect_swapped (clock, "after-paint", G_CALLBACK (painted_cb), &painted);
  gint64 begin = g_get_monotonic_time ();

  qd_window_show_page (window, page);
  gdk_frame_clock_begin_updating (clock);
  while (!painted)
    g_main_context_iteration (NULL, TRUE);
  gdk_frame_clock_end_updating (clock);
  g_signal_handler_disconnect (clock, handler);
  return (double) (g_get_monotonic_time () - begin) / 1000.0;
}

double
bench_get_processor_ms (void)
{
  struct timespec worked;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &worked);
  return (double) worked.tv_sec * 1000 + (double) worked.tv_nsec / 1e6;
}

static BenchTurns longest;
static int schedstat = -1;
static gint64 turned_at;
static double worked_at, waited_at;

/* The second number of the kernel's line, in nanoseconds. */
double
bench_get_waited_ms (void)
{
  char text[96];
  ssize_t n;
  const char *second;

  if (schedstat < 0)
    schedstat = open ("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  n = pread (schedstat, text, sizeof text - 1, 0);
  text[MAX (n, 0)] = '\0';
  second = strchr (text, ' ');
  return second != NULL ? (double) g_ascii_strtoull (second, NULL, 10) / 1e6 : 0;
}

static void
end_turn (void)
{
  double ms;

  if (turned_at == 0)
    return;
  ms = (double) (g_get_monotonic_time () - turned_at) / 1000.0;
  if (ms > longest.ms)
    longest.ms = MAX (longest.ms, ms - (bench_get_waited_ms () - waited_at));
  longest.worked_ms = MAX (longest.worked_ms, bench_get_processor_ms () - worked_at);
}

static int
poll_cb (GPollFD *fds, guint n, int timeout)
{
  int ready;

  end_turn ();
  ready = g_poll (fds, n, timeout);
  waited_at = bench_get_waited_ms ();
  turned_at = g_get_monotonic_time ();
  worked_at = bench_get_processor_ms ();
  return ready;
}

void
bench_turns_begin (void)
{
  longest = (BenchTurns) { 0, 0 };
  turned_at = 0;
  g_main_context_set_poll_func (NULL, poll_cb);
}

BenchTurns
bench_turns_end (void)
{
  end_turn ();
  g_main_context_set_poll_func (NULL, NULL);
  return longest;
}
