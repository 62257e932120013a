/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-overview-page.h"

#include <math.h>
#include <glib/gi18n.h>

#include "qd-json.h"
#include "qd-overview-card.h"
#include "qd-overview-lists.h"
#include "qd-state.h"
#include "qd-topology-mini.h"

#define CARDS_KEY "overview/cards"
#define N_ATTENTION 6
#define N_EVENTS 8
#define N_FLOWS 10
#define N_JOBS 5
/* With more flows than this, the busiest are looked for every five seconds only. */
#define MANY_FLOWS 20000
/* Of a list of libadwaita, in pixels */
#define LEAST_ROW_HEIGHT 40

struct _QdOverviewPage {
  QdPage parent_instance;

  QdTrend *trend;              /* borrowed: the hub's */
  GtkWidget *stack;
  GtkWidget *waiting;          /* bin: nothing for a moment, then a status page: loading, or why there is nothing */
  GtkWidget *state_image;
  GtkWidget *headline;
  GtkWidget *subline;
  GtkWidget *cards_box;
  GtkWidget *cards[QD_N_STATS];
  GtkWidget *attention, *events, *flows, *jobs;
  GtkWidget *lists;            /* the last three */

  guint order[QD_N_STATS];     /* stats in the order of their cards */
  guint timer;
  guint delay;                 /* until it says that it is loading */
  guint ticks;                 /* half seconds */
  gint64 newest;               /* since when the newest trouble that is shown is so */
  guint n_flows;
  gboolean dirty, lists_due;
  GdkFrameClock *clock;        /* owned, while the first frame with the fleet is to come */
  gulong layout_id;
  guint below_id;
};

G_DEFINE_FINAL_TYPE (QdOverviewPage, qd_overview_page, QD_TYPE_PAGE)

static QdFleet *
get_fleet (QdOverviewPage *self)
{
  return qd_session_get_fleet (qd_page_get_session (QD_PAGE (self)));
}

static const char *
get_connection (QdOverviewPage *self)
{
  return qd_session_get_connection (qd_page_get_session (QD_PAGE (self)));
}

static void
set_label (GtkWidget *label, const char *text)
{
  if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (label)), text) != 0)
    gtk_label_set_text (GTK_LABEL (label), text);
}

/* --- The sentence -------------------------------------------------------------------------- */

/* What the sentence counts: sites where there are any, else nodes. */
static QdKind
main_kind (const QdFleetStats *stats)
{
  return stats->totals[QD_STAT_SITES] > 0 ? QD_KIND_SITE : QD_KIND_NODE;
}

static char *
say_state (QdKind kind, guint bad, guint total, gboolean stateless)
{
  if (stateless && kind == QD_KIND_SITE)
    return g_strdup_printf (ngettext ("%'u site", "%'u sites", total), total);
  if (stateless)
    return g_strdup_printf (ngettext ("%'u node", "%'u nodes", total), total);
  if (kind == QD_KIND_SITE && bad == 0)
    return g_strdup_printf (ngettext ("The one site is well", "All %'u sites are well", total), total);
  if (kind == QD_KIND_SITE)
    /* TRANSLATORS: how many of how many; the plural follows the first number */
    return g_strdup_printf (ngettext ("%'u of %'u sites needs attention", "%'u of %'u sites need attention", bad), bad, total);
  if (bad == 0)
    return g_strdup_printf (ngettext ("The one node is well", "All %'u nodes are well", total), total);
  return g_strdup_printf (ngettext ("%'u of %'u nodes needs attention", "%'u of %'u nodes need attention", bad), bad, total);
}

static char *
say_paths (guint bad_paths, guint paths, gboolean stateless)
{
  if (paths == 0)
    return g_strdup ("");
  if (stateless)
    return g_strdup_printf (ngettext ("%'u path", "%'u paths", paths), paths);
  if (bad_paths == 0)
    return g_strdup_printf (ngettext ("Its path is up", "All %'u paths are up", paths), paths);
  return g_strdup_printf (ngettext ("%'u of %'u paths is degraded or down", "%'u of %'u paths are degraded or down", bad_paths), bad_paths, paths);
}

static guint
count_bad (QdFleet *fleet, QdKind kind, const char *connection, QdStatus *worst)
{
  guint counts[QD_STATUS_DOWN + 1] = { 0 };

  qd_fleet_count_status (fleet, kind, connection, counts);
  for (QdStatus i = QD_STATUS_DOWN; i > *worst; i--)
    if (counts[i] > 0)
      *worst = i;
  return counts[QD_STATUS_DEGRADED] + counts[QD_STATUS_DOWN];
}

static void
update_headline (QdOverviewPage *self, const QdFleetStats *stats)
{
  QdFleet *fleet = get_fleet (self);
  const char *connection = get_connection (self);
  QdKind kind = main_kind (stats);
  QdStatus worst = QD_STATUS_WELL;
  guint bad = count_bad (fleet, kind, connection, &worst);
  guint bad_paths = count_bad (fleet, QD_KIND_PATH, connection, &worst);
  QdStat main = kind == QD_KIND_SITE ? QD_STAT_SITES : QD_STAT_NODES;
  /* A drawing may say nothing of how things are. */
  g_autofree char *things = say_state (kind, bad, stats->totals[main], isnan (stats->values[main]));
  g_autofree char *paths = say_paths (bad_paths, stats->totals[QD_STAT_PATHS], isnan (stats->values[QD_STAT_PATHS]));
  /* The first line tells what is wrong: where all sites are well, that is what the paths are. */
  gboolean paths_first = bad == 0 && bad_paths > 0;
  const char *headline = paths_first ? paths : things;
  const char *subline = paths_first ? things : paths;

  qd_state_image_set (self->state_image, isnan (stats->values[main]) && worst == QD_STATUS_WELL ? QD_STATUS_NONE : worst);
  set_label (self->headline, headline);
  set_label (self->subline, subline);
  gtk_widget_set_visible (self->subline, *subline != '\0');
}

/* --- Nothing to show ----------------------------------------------------------------------- */

/* The state of the connection shown, or of the first that has something to say. */
static QdEntity *
find_connection (QdOverviewPage *self)
{
  const char *shown = get_connection (self);
  QdEntityList *connections = qd_fleet_get_list (get_fleet (self), QD_KIND_CONNECTION);

  for (guint i = 0; i < qd_entity_list_get_length (connections); i++)
    {
      QdEntity *connection = qd_entity_list_peek (connections, i);

      if (shown == NULL ? !qd_entity_is_paper (connection) : g_str_equal (qd_entity_get_connection (connection), shown))
        return connection;
    }
  return NULL;
}

/* Made when there is something to say: mostly the last known state is there before that. */
static AdwStatusPage *
ensure_status_page (QdOverviewPage *self)
{
  if (adw_bin_get_child (ADW_BIN (self->waiting)) == NULL)
    adw_bin_set_child (ADW_BIN (self->waiting), adw_status_page_new ());
  return ADW_STATUS_PAGE (adw_bin_get_child (ADW_BIN (self->waiting)));
}

static void
show_waiting (QdOverviewPage *self)
{
  QdEntity *connection = find_connection (self);
  const char *state = connection != NULL ? qd_entity_get_string (connection, QD_CONNECTION_STATE) : NULL;
  const char *detail = connection != NULL ? qd_entity_get_string (connection, QD_CONNECTION_DETAIL) : NULL;
  gboolean trouble = g_strcmp0 (state, "stale") == 0 || g_strcmp0 (state, "refused") == 0;
  g_autofree char *escaped = g_markup_escape_text (detail != NULL ? detail : "", -1);

  gtk_stack_set_visible_child (GTK_STACK (self->stack), self->waiting);
  if (trouble)
    {
      AdwStatusPage *page = ensure_status_page (self);

      adw_status_page_set_icon_name (page, "network-error-symbolic");
      adw_status_page_set_title (page, _("No Data Yet"));
      adw_status_page_set_description (page, escaped);
    }
  else if (g_strcmp0 (state, "live") == 0 || g_strcmp0 (state, "paper") == 0)
    {
      AdwStatusPage *page = ensure_status_page (self);

      adw_status_page_set_icon_name (page, "qd-overview-symbolic");
      adw_status_page_set_title (page, _("Nothing Here"));
      adw_status_page_set_description (page, _("This connection has no sites and no nodes"));
    }
  else if (self->delay == 0)
    {
      AdwStatusPage *page = ensure_status_page (self);
      g_autoptr (AdwSpinnerPaintable) spinner = adw_spinner_paintable_new (GTK_WIDGET (page));

      if (adw_status_page_get_paintable (page) == NULL)
        adw_status_page_set_paintable (page, GDK_PAINTABLE (spinner));
      adw_status_page_set_title (page, _("Loading the Fleet…"));
      adw_status_page_set_description (page, NULL);
    }
}

static gboolean
is_waiting (QdOverviewPage *self)
{
  return gtk_stack_get_visible_child (GTK_STACK (self->stack)) == self->waiting;
}

static gboolean
delay_cb (gpointer user_data)
{
  QdOverviewPage *self = user_data;

  self->delay = 0;
  if (is_waiting (self))
    show_waiting (self);
  return G_SOURCE_REMOVE;
}

/* --- Keeping up ---------------------------------------------------------------------------- */

static void
update_cards (QdOverviewPage *self, const QdFleetStats *stats)
{
  double points[QD_TREND_POINTS];

  for (guint stat = 0; stat < QD_N_STATS; stat++)
    {
      qd_trend_get (self->trend, get_connection (self), stat, points);
      qd_overview_card_update (QD_OVERVIEW_CARD (self->cards[stat]), stats, points, qd_trend_hour_ago (self->trend, get_connection (self), stat));
    }
}

/* The sentence and the figures. FALSE when there is nothing to show yet. */
static gboolean
update_figures (QdOverviewPage *self)
{
  QdFleetStats stats;

  qd_fleet_stats_compute (get_fleet (self), get_connection (self), &stats);
  if (stats.totals[QD_STAT_SITES] == 0 && stats.totals[QD_STAT_NODES] == 0)
    {
      show_waiting (self);
      return FALSE;
    }
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "fleet");
  self->n_flows = stats.totals[QD_STAT_FLOWS];
  update_headline (self, &stats);
  update_cards (self, &stats);
  return TRUE;
}

static void
update_attention (QdOverviewPage *self)
{
  self->newest = qd_overview_fill_attention (QD_ROW_LIST (self->attention), get_fleet (self), get_connection (self), N_ATTENTION);
}

/* What happened and goes on, mostly below what is in sight: @most rows of each. */
static void
update_below (QdOverviewPage *self, guint most)
{
  QdFleet *fleet = get_fleet (self);
  const char *connection = get_connection (self);

  qd_overview_fill_events (QD_ROW_LIST (self->events), fleet, connection, MIN (N_EVENTS, most));
  qd_overview_fill_jobs (QD_ROW_LIST (self->jobs), fleet, connection, MIN (N_JOBS, most));
  if (self->n_flows <= MANY_FLOWS || self->ticks % 10 == 1)
    qd_overview_fill_flows (QD_ROW_LIST (self->flows), fleet, connection, MIN (N_FLOWS, most));
  gtk_widget_set_visible (self->lists, TRUE);
}

static void
update_lists (QdOverviewPage *self)
{
  update_attention (self);
  update_below (self, G_MAXUINT);
}

static void
forget_first (QdOverviewPage *self)
{
  g_clear_handle_id (&self->below_id, g_source_remove);
  if (self->clock != NULL)
    g_clear_signal_handler (&self->layout_id, self->clock);
  g_clear_object (&self->clock);
}

static gboolean
below_cb (gpointer user_data)
{
  QdOverviewPage *self = user_data;

  self->below_id = 0;
  update_below (self, G_MAXUINT);
  return G_SOURCE_REMOVE;
}

/* Now that it is known where the cards end: of the lists below them as many rows are made before the frame is painted
 * as are in sight, the others after it. */
static void
laid_out_cb (QdOverviewPage *self)
{
  graphene_rect_t cards;
  gboolean known = gtk_widget_compute_bounds (self->cards_box, self->stack, &cards);
  float room = known ? (float) gtk_widget_get_height (self->stack) - cards.origin.y - cards.size.height : G_MAXUINT16;

  forget_first (self);
  if (room > 0)
    update_below (self, 1 + (guint) (room / LEAST_ROW_HEIGHT));
  self->below_id = g_idle_add_full (G_PRIORITY_LOW, below_cb, self, NULL);
}

static void
update (QdOverviewPage *self)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (self));

  self->dirty = FALSE;
  forget_first (self);
  if (!update_figures (self))
    return;
  update_attention (self);
  if (clock == NULL || gtk_widget_get_visible (self->lists))
    {
      update_below (self, G_MAXUINT);
      return;
    }
  /* After GTK's own, which lays out; it does again before it paints, if that is asked for. */
  self->clock = g_object_ref (clock);
  self->layout_id = g_signal_connect_swapped (clock, "layout", G_CALLBACK (laid_out_cb), self);
}

/* Ages are told in seconds in the first minute, then in minutes; to look more often is for nothing. */
static gboolean
ages_are_due (QdOverviewPage *self)
{
  gboolean young = self->newest > g_get_real_time () - 70 * G_USEC_PER_SEC;

  return self->ticks % (young ? 20 : 120) < 2;
}

/* Text changes at most once a second: figures and lists in turn, so that no frame bears both. Ages
 * in the text go on by themselves. */
static gboolean
tick_cb (gpointer user_data)
{
  QdOverviewPage *self = user_data;
  gboolean ages = ages_are_due (self);

  self->ticks++;
  if (self->ticks % 2 == 0)
    {
      self->lists_due = self->dirty || ages;
      if (self->lists_due)
        self->lists_due = update_figures (self);
      self->dirty = FALSE;
    }
  else if (self->lists_due)
    {
      self->lists_due = FALSE;
      update_lists (self);
    }
  return G_SOURCE_CONTINUE;
}

static void
changed_cb (QdOverviewPage *self)
{
  self->dirty = TRUE;
  /* The first data of all is not kept waiting. */
  if (self->timer != 0 && is_waiting (self))
    update (self);
}

static void
qd_overview_page_map (GtkWidget *widget)
{
  QdOverviewPage *self = QD_OVERVIEW_PAGE (widget);

  GTK_WIDGET_CLASS (qd_overview_page_parent_class)->map (widget);
  if (self->timer == 0)
    self->timer = g_timeout_add (500, tick_cb, self);
  update (self);
}

static void
qd_overview_page_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&QD_OVERVIEW_PAGE (widget)->timer, g_source_remove);
  forget_first (QD_OVERVIEW_PAGE (widget));
  GTK_WIDGET_CLASS (qd_overview_page_parent_class)->unmap (widget);
}

/* --- The order of the cards ---------------------------------------------------------------- */

static int
sort_cards_cb (GtkFlowBoxChild *a, GtkFlowBoxChild *b, gpointer user_data)
{
  QdOverviewPage *self = user_data;
  int places[2] = { 0, 0 };

  for (guint i = 0; i < QD_N_STATS; i++)
    {
      if (self->order[i] == qd_overview_card_get_stat (QD_OVERVIEW_CARD (a)))
        places[0] = i;
      if (self->order[i] == qd_overview_card_get_stat (QD_OVERVIEW_CARD (b)))
        places[1] = i;
    }
  return places[0] - places[1];
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QdOverviewPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (qd_store_set_finish (QD_STORE (source), result, &error))
    return;
  text = g_strdup_printf (_("Could not keep the order of the cards: %s"), error->message);
  qd_session_toast (qd_page_get_session (QD_PAGE (self)), text);
}

static void
save_order (QdOverviewPage *self)
{
  QdStore *store = qd_hub_get_store (qd_session_get_hub (qd_page_get_session (QD_PAGE (self))));
  g_autoptr (GString) json = g_string_new ("[");

  if (store == NULL)
    return;
  for (guint i = 0; i < QD_N_STATS; i++)
    g_string_append_printf (json, "%s\"%s\"", i > 0 ? "," : "", qd_stat_get_info (self->order[i])->id);
  g_string_append_c (json, ']');
  qd_store_set_async (store, CARDS_KEY, json->str, saved_cb, g_object_ref (self));
}

/* Puts @stat at @place, and the others after it as they were. */
static void
move_stat (QdOverviewPage *self, guint stat, guint place)
{
  guint from = 0;

  while (from < QD_N_STATS - 1 && self->order[from] != stat)
    from++;
  for (; from < place; from++)
    self->order[from] = self->order[from + 1];
  for (; from > place; from--)
    self->order[from] = self->order[from - 1];
  self->order[place] = stat;
}

static void
move_cb (QdOverviewPage *self, int place, QdOverviewCard *card)
{
  g_autofree char *text = NULL;

  place = CLAMP (place, 0, QD_N_STATS - 1);
  move_stat (self, qd_overview_card_get_stat (card), place);
  gtk_flow_box_invalidate_sort (GTK_FLOW_BOX (self->cards_box));
  gtk_widget_grab_focus (GTK_WIDGET (card));
  save_order (self);

  /* TRANSLATORS: read out after a card was moved: its title, its place, and how many there are */
  text = g_strdup_printf (_("%s is now card %d of %d"), _(qd_stat_get_info (qd_overview_card_get_stat (card))->title), place + 1, QD_N_STATS);
  gtk_accessible_announce (GTK_ACCESSIBLE (card), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static void
order_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QdOverviewPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = qd_store_get_finish (QD_STORE (source), result, &error);
  g_autoptr (JsonNode) root = text != NULL ? qd_json_parse (text, -1, CARDS_KEY, &error) : NULL;
  JsonArray *names = root != NULL ? qd_json_array (root) : NULL;
  guint place = 0;

  /* An order that cannot be read is the usual one; nothing is lost by it. */
  if (error != NULL)
    g_debug ("Could not read the order of the cards: %s", error->message);
  if (names == NULL || self->cards_box == NULL)
    return;
  for (guint i = 0; i < json_array_get_length (names) && place < QD_N_STATS; i++)
    {
      JsonNode *name = json_array_get_element (names, i);

      for (guint stat = 0; stat < QD_N_STATS; stat++)
        if (JSON_NODE_HOLDS_VALUE (name) && g_strcmp0 (json_node_get_string (name), qd_stat_get_info (stat)->id) == 0)
          move_stat (self, stat, place++);
    }
  gtk_flow_box_invalidate_sort (GTK_FLOW_BOX (self->cards_box));
}

static void
card_activated_cb (QdOverviewPage *self, GtkFlowBoxChild *child)
{
  const QdStatInfo *info = qd_stat_get_info (qd_overview_card_get_stat (QD_OVERVIEW_CARD (child)));

  qd_session_open_page (qd_page_get_session (QD_PAGE (self)), info->page);
}

/* --- Building ------------------------------------------------------------------------------ */

static GtkWidget *
build_headline (QdOverviewPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->state_image = qd_state_image_new (QD_STATUS_UNKNOWN);
  gtk_image_set_pixel_size (GTK_IMAGE (self->state_image), 32);
  gtk_widget_set_valign (self->state_image, GTK_ALIGN_START);
  self->headline = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->headline, "title-1");
  gtk_label_set_wrap (GTK_LABEL (self->headline), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->headline), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (self->headline), 0);
  self->subline = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->subline, "dimmed");
  gtk_label_set_wrap (GTK_LABEL (self->subline), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->subline), 0);

  gtk_box_append (GTK_BOX (texts), self->headline);
  gtk_box_append (GTK_BOX (texts), self->subline);
  gtk_box_append (GTK_BOX (box), self->state_image);
  gtk_box_append (GTK_BOX (box), texts);
  return box;
}

static GtkWidget *
build_cards (QdOverviewPage *self)
{
  self->cards_box = gtk_flow_box_new ();
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (self->cards_box), TRUE);
  /* one where the text is so large that two have no room */
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (self->cards_box), 1);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (self->cards_box), 4);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (self->cards_box), 12);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (self->cards_box), 12);
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (self->cards_box), GTK_SELECTION_NONE);
  gtk_flow_box_set_activate_on_single_click (GTK_FLOW_BOX (self->cards_box), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->cards_box), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Figures"), -1);
  g_signal_connect_swapped (self->cards_box, "child-activated", G_CALLBACK (card_activated_cb), self);

  for (guint stat = 0; stat < QD_N_STATS; stat++)
    {
      self->order[stat] = stat;
      self->cards[stat] = qd_overview_card_new (stat);
      gtk_widget_set_visible (self->cards[stat], FALSE);
      g_signal_connect_swapped (self->cards[stat], "move", G_CALLBACK (move_cb), self);
      gtk_flow_box_append (GTK_FLOW_BOX (self->cards_box), self->cards[stat]);
    }
  gtk_flow_box_set_sort_func (GTK_FLOW_BOX (self->cards_box), sort_cards_cb, self, NULL);
  return self->cards_box;
}

/* Children beside one another where there is room, below one another where there is not. */
static GtkWidget *
columns_new (void)
{
  GtkWidget *columns = adw_wrap_box_new ();

  adw_wrap_box_set_child_spacing (ADW_WRAP_BOX (columns), 24);
  adw_wrap_box_set_line_spacing (ADW_WRAP_BOX (columns), 24);
  adw_wrap_box_set_justify (ADW_WRAP_BOX (columns), ADW_JUSTIFY_FILL);
  adw_wrap_box_set_wrap_policy (ADW_WRAP_BOX (columns), ADW_WRAP_MINIMUM);
  return columns;
}

/* What is wrong, and where that is. */
static GtkWidget *
build_trouble (QdOverviewPage *self)
{
  QdSession *session = qd_page_get_session (QD_PAGE (self));
  GtkWidget *columns = columns_new ();
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *picture = qd_topology_mini_new (session);

  self->attention = qd_row_list_new (session, _("Needs Attention"), NULL, NULL);
  gtk_widget_set_size_request (self->attention, 300, -1);
  gtk_widget_set_hexpand (self->attention, TRUE);
  gtk_widget_set_valign (self->attention, GTK_ALIGN_START);
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), _("Topology"));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), picture);
  gtk_widget_set_size_request (picture, 300, 280);
  gtk_widget_set_hexpand (picture, TRUE);
  gtk_widget_set_vexpand (picture, TRUE);
  gtk_widget_add_css_class (picture, "card");
  gtk_widget_set_overflow (picture, GTK_OVERFLOW_HIDDEN);
  adw_wrap_box_append (ADW_WRAP_BOX (columns), self->attention);
  adw_wrap_box_append (ADW_WRAP_BOX (columns), group);
  return columns;
}

static GtkWidget *
build_lists (QdOverviewPage *self)
{
  QdSession *session = qd_page_get_session (QD_PAGE (self));
  GtkWidget *columns = columns_new ();
  GtkWidget *sides[2];

  for (guint i = 0; i < 2; i++)
    {
      sides[i] = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24);
      gtk_widget_set_size_request (sides[i], 300, -1);
      gtk_widget_set_hexpand (sides[i], TRUE);
      gtk_widget_set_valign (sides[i], GTK_ALIGN_START);
      adw_wrap_box_append (ADW_WRAP_BOX (columns), sides[i]);
    }

  self->jobs = qd_row_list_new (session, _("Jobs Under Way"), "jobs", NULL);
  self->events = qd_row_list_new (session, _("Recent Events"), "events", _("No events yet"));
  self->flows = qd_row_list_new (session, _("Busiest Flows"), "flows", NULL);
  gtk_box_append (GTK_BOX (sides[0]), self->jobs);
  gtk_box_append (GTK_BOX (sides[0]), self->events);
  gtk_box_append (GTK_BOX (sides[1]), self->flows);
  gtk_widget_set_visible (columns, FALSE);
  self->lists = columns;
  return columns;
}

static GtkWidget *
build_fleet (QdOverviewPage *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *clamp = adw_clamp_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24);

  gtk_box_append (GTK_BOX (box), build_headline (self));
  gtk_box_append (GTK_BOX (box), build_trouble (self));
  gtk_box_append (GTK_BOX (box), build_cards (self));
  gtk_box_append (GTK_BOX (box), build_lists (self));
  gtk_widget_add_css_class (box, "qd-overview");
  gtk_widget_set_margin_top (box, 24);
  gtk_widget_set_margin_bottom (box, 24);
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);

  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 1120);
  adw_clamp_set_tightening_threshold (ADW_CLAMP (clamp), 900);
  adw_clamp_set_child (ADW_CLAMP (clamp), box);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), clamp);
  return scroller;
}

/* Only what the page shows makes it look again: a node's load and the time of a connection's last
 * answer, told every few seconds, do not. */
static void
follow (QdOverviewPage *self, QdFleet *fleet)
{
  static const struct { QdKind kind; gboolean fields; } kinds[] = {
    { QD_KIND_CONNECTION, FALSE }, { QD_KIND_SITE, TRUE }, { QD_KIND_PATH, TRUE }, { QD_KIND_FLOW, TRUE },
    { QD_KIND_JOB, TRUE }, { QD_KIND_EVENT, FALSE }, { QD_KIND_NODE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      QdEntityList *list = qd_fleet_get_list (fleet, kinds[i].kind);

      g_signal_connect_object (list, "items-changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
      if (kinds[i].fields)
        g_signal_connect_object (list, "items-updated", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
    }
  g_signal_connect_object (fleet, "status-changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
}

static void
qd_overview_page_constructed (GObject *object)
{
  QdOverviewPage *self = QD_OVERVIEW_PAGE (object);
  QdSession *session = qd_page_get_session (QD_PAGE (self));
  QdHub *hub = qd_session_get_hub (session);

  G_OBJECT_CLASS (qd_overview_page_parent_class)->constructed (object);
  self->trend = qd_trend_for_hub (hub);
  self->stack = gtk_stack_new ();
  /* Only what is shown is measured. */
  gtk_stack_set_hhomogeneous (GTK_STACK (self->stack), FALSE);
  gtk_stack_set_vhomogeneous (GTK_STACK (self->stack), FALSE);
  self->waiting = adw_bin_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), self->waiting, "waiting");
  gtk_stack_add_named (GTK_STACK (self->stack), build_fleet (self), "fleet");
  adw_bin_set_child (ADW_BIN (self), self->stack);

  follow (self, qd_session_get_fleet (session));
  g_signal_connect_object (session, "notify::connection", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  self->delay = g_timeout_add (300, delay_cb, self);
  if (qd_hub_get_store (hub) != NULL)
    qd_store_get_async (qd_hub_get_store (hub), CARDS_KEY, order_loaded_cb, g_object_ref (self));
}

static void
qd_overview_page_dispose (GObject *object)
{
  QdOverviewPage *self = QD_OVERVIEW_PAGE (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->delay, g_source_remove);
  forget_first (self);
  self->cards_box = NULL;
  G_OBJECT_CLASS (qd_overview_page_parent_class)->dispose (object);
}

gboolean
qd_overview_page_has_data (QdOverviewPage *self)
{
  g_return_val_if_fail (QD_IS_OVERVIEW_PAGE (self), FALSE);
  return !is_waiting (self);
}

static gboolean
qd_overview_page_show_entity (QdPage *page, QdEntity *entity)
{
  return FALSE;
}

static char *
qd_overview_page_copy (QdPage *page)
{
  QdOverviewPage *self = QD_OVERVIEW_PAGE (page);

  return g_strdup_printf ("%s\n%s\n", gtk_label_get_text (GTK_LABEL (self->headline)), gtk_label_get_text (GTK_LABEL (self->subline)));
}

static void
qd_overview_page_class_init (QdOverviewPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = qd_overview_page_constructed;
  object_class->dispose = qd_overview_page_dispose;
  widget_class->map = qd_overview_page_map;
  widget_class->unmap = qd_overview_page_unmap;
  QD_PAGE_CLASS (klass)->show_entity = qd_overview_page_show_entity;
  QD_PAGE_CLASS (klass)->copy = qd_overview_page_copy;
}

static void
qd_overview_page_init (QdOverviewPage *self)
{
}
