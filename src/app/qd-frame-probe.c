/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-frame-probe.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib-unix.h>

#include "qd-fleet-json.h"
#include "qd-grid.h"
#include "qd-json.h"
#include "qd-overview-page.h"
#include "qd-placement-page.h"
#include "qd-placement-review.h"
#include "qd-topology-moves.h"
#include "qd-window.h"

/* Histograms: steps of a quarter of a millisecond, the last one for all beyond. */
#define STEP_US 250
#define STEPS 1601
#define DROPPED_FRAME 1.5

typedef struct { guint32 counts[STEPS]; guint64 n; gint64 max_us; } Histogram;

typedef struct
{
  FILE *out;
  GtkWidget *window;         /* borrowed: the probe ends with it */
  QdHub *hub;                /* owned */
  GdkFrameClock *clock;

  gint64 paint_began_us;
  gint64 painted_us;
  gboolean told_frame, told_data;

  GArray *sent;              /* gint64: stamps of messages that the next paint shows */
  Histogram latency, work;
  guint frames, dropped;
  guint missed;              /* refreshes that passed without a frame, while frames were asked for */

  int schedstat;             /* of the main thread */
  gint64 left_poll_us, waited_us;
  gint64 stall_us;           /* worst since the last line */
  gint64 busy_us;            /* of all iterations since the last line */

  char *command;             /* whose effect the next paint shows */
  gint64 command_us;
  gint64 command_busy_us;
  guint scroll_tick;
  gint64 scroll_until_us;

  QdTopologyMove move;       /* with the same tick */
  gint64 move_began_us;
  double changes_per_second; /* of edges, while it moves */
  guint changed;

  guint second_id, input_id;
} Probe;

static Probe *probe;         /* one, for the poll function has no data */

/* --- Histograms --------------------------------------------------------------------------------- */

static void
note (Histogram *self, gint64 us)
{
  self->counts[CLAMP (us / STEP_US, 0, STEPS - 1)]++;
  self->n++;
  self->max_us = MAX (self->max_us, us);
}

/* "[[step, count], …]": most are empty. */
static void
write_histogram (FILE *out, const char *name, Histogram *self)
{
  gboolean first = TRUE;

  fprintf (out, ",\"%s\":{\"n\":%" G_GUINT64_FORMAT ",\"max_ms\":%.3f,\"step_ms\":%.3f,\"counts\":[", name, self->n,
           (double) self->max_us / 1000, STEP_US / 1000.0);
  for (guint i = 0; i < STEPS; i++)
    if (self->counts[i] != 0)
      {
        fprintf (out, "%s[%u,%u]", first ? "" : ",", i, self->counts[i]);
        first = FALSE;
      }
  fputs ("]}", out);
  memset (self, 0, sizeof *self);
}

/* --- Stalls ------------------------------------------------------------------------------------- */

/* How long this thread has stood in the queue for a processor, all its life. */
static gint64
waited_for_cpu_us (void)
{
  char text[96];
  ssize_t n = pread (probe->schedstat, text, sizeof text - 1, 0);
  char *second;

  if (n <= 0)
    return 0;
  text[n] = '\0';
  second = strchr (text, ' ');
  return second != NULL ? (gint64) (g_ascii_strtoull (second, NULL, 10) / 1000) : 0;
}

static int
poll_cb (GPollFD *fds, guint n, int timeout)
{
  gint64 now = g_get_monotonic_time ();
  int result;

  if (probe->left_poll_us != 0)
    {
      gint64 wall = now - probe->left_poll_us;

      probe->busy_us += wall;
      if (probe->command != NULL)
        probe->command_busy_us = MAX (probe->command_busy_us, wall);
      /* Asking the kernel costs two microseconds: only for those that could matter. */
      if (wall > probe->stall_us)
        probe->stall_us = MAX (probe->stall_us, wall - (waited_for_cpu_us () - probe->waited_us));
    }
  result = g_poll (fds, n, timeout);
  probe->left_poll_us = g_get_monotonic_time ();
  probe->waited_us = waited_for_cpu_us ();
  return result;
}

/* --- Frames ------------------------------------------------------------------------------------- */

static void
say (const char *what, gint64 at_us)
{
  fprintf (probe->out, "{\"what\":\"%s\",\"at_us\":%" G_GINT64_FORMAT "}\n", what, at_us);
  fflush (probe->out);
}

static void
before_paint_cb (GdkFrameClock *clock)
{
  probe->paint_began_us = g_get_monotonic_time ();
}

/* Known, and shown where it is the overview that is looked at. */
static gboolean
has_data (void)
{
  QdPage *page = qd_window_get_page (QD_WINDOW (probe->window));

  if (page != NULL && QD_IS_OVERVIEW_PAGE (page) && !qd_overview_page_has_data (QD_OVERVIEW_PAGE (page)))
    return FALSE;
  return qd_entity_list_get_length (qd_fleet_get_list (qd_hub_get_fleet (probe->hub), QD_KIND_SITE)) > 0;
}

static void
note_gap (gint64 now)
{
  GdkFrameTimings *timings = gdk_frame_clock_get_current_timings (probe->clock);
  gint64 refresh = timings != NULL ? gdk_frame_timings_get_refresh_interval (timings) : 0;

  if (refresh == 0)
    refresh = G_USEC_PER_SEC / 60;
  /* Frames follow each other only while something asks for them all the time. */
  if (probe->scroll_tick != 0 && probe->painted_us != 0 && now - probe->painted_us > DROPPED_FRAME * (double) refresh)
    {
      probe->dropped++;
      probe->missed += (guint) ((double) (now - probe->painted_us) / (double) refresh + 0.5) - 1;
    }
}

static void
after_paint_cb (GdkFrameClock *clock)
{
  gint64 now = g_get_monotonic_time ();

  if (!probe->told_frame)
    say ("first-frame", now);
  probe->told_frame = TRUE;
  if (!probe->told_data && has_data ())
    {
      say ("first-data", now);
      probe->told_data = TRUE;
    }
  for (guint i = 0; i < probe->sent->len; i++)
    note (&probe->latency, now - g_array_index (probe->sent, gint64, i));
  g_array_set_size (probe->sent, 0);
  if (probe->paint_began_us != 0)
    note (&probe->work, now - probe->paint_began_us);
  probe->frames++;
  note_gap (now);
  probe->painted_us = now;
  if (probe->command != NULL && now - probe->command_us > 0)
    {
      fprintf (probe->out, "{\"what\":\"command\",\"command\":\"%s\",\"ms\":%.3f,\"busy_ms\":%.3f}\n", probe->command,
               (double) (now - probe->command_us) / 1000, (double) MAX (probe->command_busy_us, now - probe->left_poll_us) / 1000);
      fflush (probe->out);
      g_clear_pointer (&probe->command, g_free);
    }
}

static void
applied_cb (gint64 sent_us, gpointer data)
{
  g_array_append_val (probe->sent, sent_us);
}

/* Jobs that have not ended. */
static guint
count_open_jobs (QdEntityList *jobs)
{
  static const char *const over[] = { "succeeded", "failed", "cancelled", NULL };
  guint n = 0;

  for (guint i = 0; i < qd_entity_list_get_length (jobs); i++)
    {
      const char *state = qd_entity_get_string (qd_entity_list_peek (jobs, i), QD_JOB_STATE);

      n += state == NULL || !g_strv_contains (over, state);
    }
  return n;
}

static gboolean
second_cb (gpointer data)
{
  QdFleet *fleet = qd_hub_get_fleet (probe->hub);
  QdEntityList *jobs = qd_fleet_get_list (fleet, QD_KIND_JOB);

  fprintf (probe->out, "{\"what\":\"second\",\"at_us\":%" G_GINT64_FORMAT ",\"frames\":%u,\"dropped\":%u,\"missed\":%u,\"stall_ms\":%.3f,\"busy_ms\":%.3f"
           ",\"sites\":%u,\"paths\":%u,\"flows\":%u,\"tenants\":%u,\"jobs\":%u,\"open_jobs\":%u",
           g_get_monotonic_time (), probe->frames, probe->dropped, probe->missed, (double) probe->stall_us / 1000, (double) probe->busy_us / 1000,
           qd_entity_list_get_length (qd_fleet_get_list (fleet, QD_KIND_SITE)),
           qd_entity_list_get_length (qd_fleet_get_list (fleet, QD_KIND_PATH)),
           qd_entity_list_get_length (qd_fleet_get_list (fleet, QD_KIND_FLOW)), qd_entity_list_get_length (qd_fleet_get_list (fleet, QD_KIND_TENANT)),
           qd_entity_list_get_length (jobs), count_open_jobs (jobs));
  write_histogram (probe->out, "latency", &probe->latency);
  write_histogram (probe->out, "work", &probe->work);
  fputs ("}\n", probe->out);
  fflush (probe->out);
  probe->frames = probe->dropped = probe->missed = 0;
  probe->stall_us = probe->busy_us = 0;
  return G_SOURCE_CONTINUE;
}

/* --- Commands ----------------------------------------------------------------------------------- */

static GtkWidget *
find_widget (GtkWidget *from, GType type)
{
  if (g_type_is_a (G_OBJECT_TYPE (from), type) && gtk_widget_get_mapped (from))
    return from;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_widget (child, type);
      if (found != NULL)
        return found;
    }
  return NULL;
}

static GtkWidget *
find_table (void)
{
  QdPage *page = qd_window_get_page (QD_WINDOW (probe->window));

  return page != NULL ? find_widget (GTK_WIDGET (page), QD_TYPE_GRID) : NULL;
}

/* The first that has more than is in sight. */
static GtkWidget *
find_scrollable (GtkWidget *from)
{
  GtkAdjustment *adjustment = GTK_IS_SCROLLABLE (from) && gtk_widget_get_mapped (from) ? gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (from)) : NULL;

  if (adjustment != NULL && gtk_adjustment_get_upper (adjustment) > gtk_adjustment_get_page_size (adjustment))
    return from;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_scrollable (child);
      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
scroll_cb (GtkWidget *window, GdkFrameClock *clock, gpointer data)
{
  QdPage *page = qd_window_get_page (QD_WINDOW (window));
  GtkWidget *table = page != NULL ? find_scrollable (GTK_WIDGET (page)) : NULL;
  GtkAdjustment *adjustment = table != NULL ? gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (table)) : NULL;
  double upper = adjustment != NULL ? gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment) : 0;
  double value = adjustment != NULL ? gtk_adjustment_get_value (adjustment) + 57 : 0;

  if (g_get_monotonic_time () > probe->scroll_until_us)
    {
      probe->scroll_tick = 0;
      say ("scrolled", g_get_monotonic_time ());
      return G_SOURCE_REMOVE;
    }
  if (adjustment != NULL)
    gtk_adjustment_set_value (adjustment, value > upper ? 0 : value);
  else
    gtk_widget_queue_draw (window);
  return G_SOURCE_CONTINUE;
}

/* "scroll SECONDS": from now on, whether it began before or not; what there is to scroll in the page may come and go. Where all is in sight,
 * the window is painted all the same. */
static void
scroll (double seconds)
{
  probe->scroll_until_us = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);
  if (probe->scroll_tick != 0)
    return;
  /* From the first frame that is asked for on. */
  probe->painted_us = 0;
  probe->scroll_tick = gtk_widget_add_tick_callback (probe->window, scroll_cb, NULL, NULL);
}

/* --- The topology ------------------------------------------------------------------------------- */

static QdTopologyView *
find_topology (void)
{
  QdPage *page = qd_window_get_page (QD_WINDOW (probe->window));
  GtkWidget *found = page != NULL ? find_widget (GTK_WIDGET (page), QD_TYPE_TOPOLOGY_VIEW) : NULL;

  return found != NULL ? QD_TOPOLOGY_VIEW (found) : NULL;
}

/* Turns one path after another bad, and all of them well again, the way any news of them would come. */
static void
change_paths (guint until)
{
  QdEntityList *list = qd_fleet_get_list (qd_hub_get_fleet (probe->hub), QD_KIND_PATH);
  guint n = qd_entity_list_get_length (list);

  for (; n > 0 && probe->changed < until; probe->changed++)
    {
      QdEntity *path = qd_entity_list_peek (list, (guint) ((guint64) probe->changed * 7919 % n));
      QdDelta *delta = qd_delta_new (qd_entity_get_connection (path), QD_KIND_PATH, qd_entity_get_id (path), QD_DELTA_PATCH);

      qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status (probe->changed / n % 2 == 0 ? QD_STATUS_DOWN : QD_STATUS_WELL));
      qd_drain_push (qd_hub_get_drain (probe->hub), delta);
    }
}

static gboolean
move_cb (GtkWidget *view, GdkFrameClock *clock, gpointer data)
{
  double seconds = (double) (g_get_monotonic_time () - probe->move_began_us) / G_USEC_PER_SEC;

  if (g_get_monotonic_time () > probe->scroll_until_us)
    {
      probe->scroll_tick = 0;
      say ("moved", g_get_monotonic_time ());
      return G_SOURCE_REMOVE;
    }
  qd_topology_view_do_move (QD_TOPOLOGY_VIEW (view), probe->move, seconds);
  change_paths ((guint) (seconds * probe->changes_per_second));
  return G_SOURCE_CONTINUE;
}

/* "move pan|zoom SECONDS CHANGES": like scrolling, with so many edges a second that change meanwhile. */
static gboolean
move (const char *arguments)
{
  g_auto (GStrv) words = g_strsplit (arguments, " ", 3);
  QdTopologyView *view = find_topology ();

  if (view == NULL || probe->scroll_tick != 0 || g_strv_length (words) != 3)
    return FALSE;
  probe->move = g_str_equal (words[0], "zoom") ? QD_TOPOLOGY_ZOOM : QD_TOPOLOGY_PAN;
  probe->move_began_us = g_get_monotonic_time ();
  probe->scroll_until_us = probe->move_began_us + (gint64) (g_ascii_strtod (words[1], NULL) * G_USEC_PER_SEC);
  probe->changes_per_second = g_ascii_strtod (words[2], NULL);
  probe->changed = 0;
  /* From the first frame that is asked for on. */
  probe->painted_us = 0;
  probe->scroll_tick = gtk_widget_add_tick_callback (GTK_WIDGET (view), move_cb, NULL, NULL);
  return TRUE;
}

/* "topology PATH": how the picture stands; and, when PATH is not "-", what is in it, into files of that name. */
static gboolean
tell_topology (const char *path)
{
  QdTopologyView *view = find_topology ();
  g_autoptr (GError) error = NULL;
  g_autofree char *report = view != NULL ? qd_topology_view_report (view) : NULL;

  if (view == NULL)
    return FALSE;
  if (!g_str_equal (path, "-") && !qd_topology_view_save_plain (view, path, &error))
    g_warning ("%s", error->message);
  fprintf (probe->out, "{\"what\":\"topology\",\"scene\":%s}\n", report);
  fflush (probe->out);
  return TRUE;
}

/* --- Commands, carried out ---------------------------------------------------------------------- */

static gboolean
sort (guint nth, gboolean descending)
{
  GtkWidget *table = find_table ();
  QdGridColumns *columns = table != NULL ? qd_grid_get_columns (QD_GRID (table)) : NULL;
  const QdGridColumn *column = columns != NULL ? qd_grid_columns_get (columns, nth) : NULL;

  if (column == NULL)
    return FALSE;
  qd_grid_columns_set_sort (columns, column->field, descending);
  return TRUE;
}

static gboolean
type_text (const char *text)
{
  QdPage *page = qd_window_get_page (QD_WINDOW (probe->window));
  GtkWidget *entry;

  if (page == NULL)
    return FALSE;
  qd_page_focus_search (page);
  entry = find_widget (probe->window, GTK_TYPE_SEARCH_ENTRY);
  if (entry == NULL)
    return FALSE;
  gtk_editable_set_text (GTK_EDITABLE (entry), text);
  return TRUE;
}

/* What the window believes and says, as JSON in @path: {"model":…,"page":…,"banner":…}, the banner only
 * while it is shown. */
static gboolean
dump (const char *path)
{
  QdWindow *window = QD_WINDOW (probe->window);
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT), model = qd_fleet_to_json (qd_hub_get_fleet (probe->hub));
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  JsonObject *object = json_object_new ();

  json_node_take_object (root, object);
  json_object_set_member (object, "model", g_steal_pointer (&model));
  json_object_set_string_member (object, "page", qd_window_get_page_id (window));
  if (qd_window_get_banner_revealed (window))
    json_object_set_string_member (object, "banner", qd_window_get_banner_text (window));
  text = qd_json_to_text (root, FALSE);
  /* may wait: a proof asks for it, and nobody else */
  if (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    return TRUE;
  g_warning ("Could not write %s: %s", path, error->message);
  return FALSE;
}

/* Whoever of the page has that action. */
static gboolean
activate (GtkWidget *from, const char *name, GVariant *parameter)
{
  if (!gtk_widget_get_child_visible (from))
    return FALSE;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (activate (child, name, parameter))
      return TRUE;
  return gtk_widget_activate_action_variant (from, name, parameter);
}

/* "do ACTION PARAMETER": the second as GVariant writes it, "-" for none. */
static gboolean
do_action (const char *name, const char *text)
{
  QdPage *page = qd_window_get_page (QD_WINDOW (probe->window));
  g_autoptr (GVariant) parameter = g_str_equal (text, "-") ? NULL : g_variant_parse (NULL, text, NULL, NULL, NULL);

  return page != NULL && (parameter != NULL || g_str_equal (text, "-")) && activate (GTK_WIDGET (page), name, parameter);
}

/* "write TEXT": at the cursor of the page's text. */
static gboolean
write_text (const char *text)
{
  QdPage *page = qd_window_get_page (QD_WINDOW (probe->window));
  GtkWidget *view = page != NULL ? find_widget (GTK_WIDGET (page), GTK_TYPE_TEXT_VIEW) : NULL;

  return view != NULL && gtk_text_buffer_insert_interactive_at_cursor (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), text, -1, TRUE);
}

/* "place SHARD TENANT,TENANT…": into the plan of the page of placements; refused unless each of them is known there, and elsewhere. */
static gboolean
place (const char *shard, const char *names)
{
  QdPage *page = qd_window_get_page (QD_WINDOW (probe->window));
  QdPlacementBoard *board = page != NULL && QD_IS_PLACEMENT_PAGE (page) ? qd_placement_page_get_board (QD_PLACEMENT_PAGE (page)) : NULL;
  g_auto (GStrv) tenants = g_strsplit (names, ",", -1);

  for (char **tenant = tenants; board != NULL && *tenant != NULL; tenant++)
    {
      const QdPlacementRoll *roll = qd_placement_board_get_roll (board);
      const QdRollTenant *found = roll != NULL ? qd_placement_roll_get_tenant (roll, *tenant) : NULL;

      if (found == NULL || g_strcmp0 (found->shard, shard) == 0)
        return FALSE;
    }
  return board != NULL && qd_placement_board_move (board, (const char *const *) tenants, shard);
}

/* "confirm REASON": the review of the plan that is shown, as a user would; refused until it can be. */
static gboolean
confirm (const char *reason)
{
  AdwDialog *dialog = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (probe->window));

  if (dialog == NULL || !QD_IS_PLACEMENT_REVIEW (dialog))
    return FALSE;
  qd_placement_review_set_texts (QD_PLACEMENT_REVIEW (dialog), reason, NULL);
  if (!qd_placement_review_can_confirm (QD_PLACEMENT_REVIEW (dialog)))
    return FALSE;
  qd_placement_review_confirm (QD_PLACEMENT_REVIEW (dialog));
  return TRUE;
}

static void
run_command (const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 3);
  gboolean fine = TRUE;

  if (words[0] == NULL)
    return;
  g_free (probe->command);
  probe->command = g_strdup (line);
  probe->command_us = g_get_monotonic_time ();
  probe->command_busy_us = 0;
  if (g_str_equal (words[0], "page") && words[1] != NULL)
    fine = qd_window_show_page (QD_WINDOW (probe->window), words[1]);
  else if (g_str_equal (words[0], "sort") && words[1] != NULL && words[2] != NULL)
    fine = sort ((guint) atoi (words[1]), atoi (words[2]));
  else if (g_str_equal (words[0], "type"))
    fine = type_text (line + MIN (strlen (line), 5));
  else if (g_str_equal (words[0], "dump") && words[1] != NULL)
    fine = dump (line + strlen ("dump "));
  else if (g_str_equal (words[0], "scroll") && words[1] != NULL)
    {
      g_clear_pointer (&probe->command, g_free);
      scroll (g_ascii_strtod (words[1], NULL));
      return;
    }
  else if (g_str_equal (words[0], "move"))
    fine = move (line + MIN (strlen (line), 5));
  else if (g_str_equal (words[0], "do") && words[1] != NULL && words[2] != NULL)
    fine = do_action (words[1], words[2]);
  else if (g_str_equal (words[0], "write") && words[1] != NULL)
    fine = write_text (line + strlen ("write "));
  else if (g_str_equal (words[0], "topology") && words[1] != NULL)
    fine = tell_topology (words[1]);
  else if (g_str_equal (words[0], "place") && words[1] != NULL && words[2] != NULL)
    fine = place (words[1], words[2]);
  else if (g_str_equal (words[0], "confirm") && words[1] != NULL)
    fine = confirm (line + strlen ("confirm "));
  else
    fine = FALSE;
  if (!fine)
    {
      fprintf (probe->out, "{\"what\":\"refused\",\"command\":\"%s\"}\n", line);
      fflush (probe->out);
      g_clear_pointer (&probe->command, g_free);
    }
  else
    gtk_widget_queue_draw (probe->window);
}

static gboolean
input_cb (int fd, GIOCondition condition, gpointer data)
{
  static GString *line;        /* what is not yet a whole line */
  char buffer[256];
  ssize_t n = read (fd, buffer, sizeof buffer);

  if (n <= 0)
    {
      probe->input_id = 0;
      return G_SOURCE_REMOVE;
    }
  if (line == NULL)
    line = g_string_new (NULL);
  for (ssize_t i = 0; i < n; i++)
    if (buffer[i] != '\n')
      g_string_append_c (line, buffer[i]);
    else
      {
        run_command (line->str);
        g_string_truncate (line, 0);
      }
  return G_SOURCE_CONTINUE;
}

/* --- Attaching ---------------------------------------------------------------------------------- */

static void
realized_cb (GtkWidget *window)
{
  probe->clock = gtk_widget_get_frame_clock (window);
  g_signal_connect (probe->clock, "before-paint", G_CALLBACK (before_paint_cb), NULL);
  g_signal_connect (probe->clock, "after-paint", G_CALLBACK (after_paint_cb), NULL);
}

static void
window_gone_cb (gpointer data, GObject *window)
{
  /* The clock went with the window. */
  g_main_context_set_poll_func (NULL, NULL);
  qd_drain_set_probe (qd_hub_get_drain (probe->hub), NULL, NULL);
  g_source_remove (probe->second_id);
  if (probe->input_id != 0)
    g_source_remove (probe->input_id);
  fclose (probe->out);
  close (probe->schedstat);
  g_array_unref (probe->sent);
  g_object_unref (probe->hub);
  g_free (probe->command);
  g_clear_pointer (&probe, g_free);
}

void
qd_frame_probe_attach (GtkWidget *window, QdHub *hub)
{
  const char *path = g_getenv ("QD_BENCH_LOG");

  if (path == NULL || probe != NULL)
    return;
  probe = g_new0 (Probe, 1);
  /* may wait: before the window is shown, and only for a bench */
  probe->out = fopen (path, "we");
  if (probe->out == NULL)
    g_error ("%s cannot be written: %s", path, g_strerror (errno));
  probe->window = window;
  probe->hub = g_object_ref (hub);
  probe->sent = g_array_new (FALSE, FALSE, sizeof (gint64));
  probe->schedstat = open ("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  g_main_context_set_poll_func (NULL, poll_cb);
  qd_drain_set_probe (qd_hub_get_drain (hub), applied_cb, NULL);
  g_signal_connect (window, "realize", G_CALLBACK (realized_cb), NULL);
  g_object_weak_ref (G_OBJECT (window), window_gone_cb, NULL);
  probe->second_id = g_timeout_add (1000, second_cb, NULL);
  probe->input_id = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, input_cb, NULL);
}
