/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-legend.h"

#include <glib/gi18n.h>
#include <math.h>

#include "qd-status.h"

#define SAMPLE_WIDTH 52
#define SAMPLE_HEIGHT 18
#define KEY_WIDTH 84
#define KEY_HEIGHT 24

struct _QdTopologyLegend {
  AdwBin parent_instance;

  GtkWidget *grid;
  GtkWidget *samples[QD_STATUS_DOWN + 1], *words[QD_STATUS_DOWN + 1], *counts[QD_STATUS_DOWN + 1];
  GtkWidget *cut_samples[2], *cut_words[2], *cut_counts[2];   /* of paths that lose all, and that lose some */
  QdGraphTheme theme;
  gboolean drawn;
};

G_DEFINE_FINAL_TYPE (QdTopologyLegend, qd_topology_legend, ADW_TYPE_BIN)

typedef QdTopologySample Sample;

GdkPaintable *
qd_topology_sample_draw (const QdTopologySample *sample, const QdGraphTheme *theme, int width, int height, float reach, double scale)
{
  g_autoptr (QdGraph) graph = qd_graph_new (2, sample->joined ? 1 : 0);
  QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  QdGraphEdge *edge = qd_graph_edges (graph, NULL);
  const QdPoint places[2] = { { -reach, 0 }, { reach, 0 } };
  QdGraphTheme quiet = *theme;
  g_autoptr (GBytes) bytes = NULL;
  gsize stride;

  quiet.font[0] = '\0';
  nodes[0].status = sample->from_status;
  nodes[1].status = sample->to_status;
  nodes[0].kind = sample->from_kind;
  nodes[1].kind = sample->to_kind;
  nodes[0].degree = sample->from_degree;
  nodes[1].degree = sample->to_degree;
  nodes[1].members = sample->members;
  nodes[1].pinned = sample->pinned;
  nodes[1].stale = sample->stale;
  if (sample->joined)
    {
      edge->dst = 1;
      edge->status = sample->edge_status;
      edge->capacity_mbps = sample->capacity;
      edge->score = sample->score;
      edge->directed = sample->directed;
      edge->mark = sample->mark;
    }
  bytes = qd_graph_draw_tile (graph, places, &quiet, -0.5 * width / 48, -0.5 * height / 48, 48, width, height, scale, &stride);
  return GDK_PAINTABLE (gdk_memory_texture_new ((int) lrint (width * scale), (int) lrint (height * scale),
                                                GDK_MEMORY_DEFAULT, bytes, stride));
}

static GdkPaintable *
draw_sample (QdStatus status, const QdGraphTheme *theme, double scale)
{
  const guint8 s = (guint8) status;
  const Sample sample = { NULL, s, s, s, .from_degree = 4, .to_degree = 4, .capacity = 1000, .score = NAN, .joined = TRUE };

  return qd_topology_sample_draw (&sample, theme, SAMPLE_WIDTH, SAMPLE_HEIGHT, 0.36f, scale);
}

static GdkPaintable *
draw_cut (QdGraphMark mark, const QdGraphTheme *theme, double scale)
{
  const guint8 s = QD_STATUS_WELL;
  const Sample sample = { NULL, s, s, s, .from_degree = 4, .to_degree = 4, .capacity = 1000, .score = NAN, .joined = TRUE, .mark = (guint8) mark };

  return qd_topology_sample_draw (&sample, theme, SAMPLE_WIDTH, SAMPLE_HEIGHT, 0.42f, scale);
}

static void
qd_topology_legend_class_init (QdTopologyLegendClass *klass)
{
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "topologylegend");
}

/* A row of the grid: a sample, what it means, how many there are. */
static void
add_row (QdTopologyLegend *self, int row, const char *words, GtkWidget **sample, GtkWidget **word, GtkWidget **count)
{
  *sample = gtk_picture_new ();
  gtk_picture_set_can_shrink (GTK_PICTURE (*sample), TRUE);
  gtk_widget_set_size_request (*sample, SAMPLE_WIDTH, SAMPLE_HEIGHT);
  gtk_widget_set_valign (*sample, GTK_ALIGN_CENTER);
  *word = gtk_label_new (words);
  gtk_label_set_xalign (GTK_LABEL (*word), 0);
  gtk_widget_add_css_class (*word, "caption");
  *count = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (*count), 0);
  gtk_widget_add_css_class (*count, "caption");
  gtk_widget_add_css_class (*count, "numeric");
  gtk_widget_add_css_class (*count, "dim-label");
  gtk_grid_attach (GTK_GRID (self->grid), *sample, 0, row, 1, 1);
  gtk_grid_attach (GTK_GRID (self->grid), *word, 1, row, 1, 1);
  gtk_grid_attach (GTK_GRID (self->grid), *count, 2, row, 1, 1);
}

static void
show_row (GtkWidget *sample, GtkWidget *word, GtkWidget *count, const char *text)
{
  gtk_label_set_label (GTK_LABEL (count), text);
  gtk_widget_set_visible (sample, *text != '\0');
  gtk_widget_set_visible (word, *text != '\0');
  gtk_widget_set_visible (count, *text != '\0');
}

static void
qd_topology_legend_init (QdTopologyLegend *self)
{
  static const char *const cuts[] = { N_("All flows cut off"), N_("Some flows cut off") };

  self->grid = gtk_grid_new ();
  gtk_grid_set_column_spacing (GTK_GRID (self->grid), 10);
  gtk_grid_set_row_spacing (GTK_GRID (self->grid), 1);
  for (int i = 0; i < 2; i++)
    {
      add_row (self, i, _(cuts[i]), &self->cut_samples[i], &self->cut_words[i], &self->cut_counts[i]);
      show_row (self->cut_samples[i], self->cut_words[i], self->cut_counts[i], "");
    }
  /* Worst on top. */
  for (int status = QD_STATUS_WELL, row = 0; status <= QD_STATUS_DOWN; status++, row++)
    add_row (self, 2 + QD_STATUS_DOWN - row, qd_status_get_label ((QdStatus) status), &self->samples[status], &self->words[status],
             &self->counts[status]);
  adw_bin_set_child (ADW_BIN (self), self->grid);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Legend"), -1);
}

GtkWidget *
qd_topology_legend_new (void)
{
  return g_object_new (QD_TYPE_TOPOLOGY_LEGEND, NULL);
}

static void
add_count (GString *out, guint n, const char *format)
{
  if (n == 0)
    return;
  if (out->len > 0)
    g_string_append (out, ", ");
  g_string_append_printf (out, format, n);
}

/* "3 sites, 1 node, 12 paths": what there is none of is not said. */
static char *
count_in_words (const QdTopologyCounts *counts, QdStatus status)
{
  GString *out = g_string_new (NULL);

  add_count (out, counts->sites[status], ngettext ("%u site", "%u sites", counts->sites[status]));
  add_count (out, counts->nodes[status], ngettext ("%u node", "%u nodes", counts->nodes[status]));
  add_count (out, counts->paths[status], ngettext ("%u path", "%u paths", counts->paths[status]));
  add_count (out, counts->links[status], ngettext ("%u link", "%u links", counts->links[status]));
  return g_string_free (out, FALSE);
}

void
qd_topology_legend_set (QdTopologyLegend *self, const QdGraphTheme *theme, const QdTopologyCounts *counts)
{
  gboolean redraw;

  g_return_if_fail (QD_IS_TOPOLOGY_LEGEND (self));

  redraw = !self->drawn || memcmp (&self->theme, theme, sizeof *theme) != 0;
  self->theme = *theme;
  self->drawn = TRUE;
  for (int status = QD_STATUS_WELL; status <= QD_STATUS_DOWN; status++)
    {
      g_autofree char *words = count_in_words (counts, (QdStatus) status);

      if (redraw)
        {
          g_autoptr (GdkPaintable) sample = draw_sample ((QdStatus) status, theme, gtk_widget_get_scale_factor (GTK_WIDGET (self)));
          gtk_picture_set_paintable (GTK_PICTURE (self->samples[status]), sample);
        }
      show_row (self->samples[status], self->words[status], self->counts[status], words);
    }
  for (guint i = 0; redraw && i < G_N_ELEMENTS (self->cut_samples); i++)
    {
      g_autoptr (GdkPaintable) sample = draw_cut (i == 0 ? QD_GRAPH_REMOVED : QD_GRAPH_REDUCED, theme,
                                                  gtk_widget_get_scale_factor (GTK_WIDGET (self)));
      gtk_picture_set_paintable (GTK_PICTURE (self->cut_samples[i]), sample);
    }
}

void
qd_topology_legend_set_cut (QdTopologyLegend *self, guint drained, guint thinned)
{
  const guint n[] = { drained, thinned };

  g_return_if_fail (QD_IS_TOPOLOGY_LEGEND (self));

  for (guint i = 0; i < G_N_ELEMENTS (n); i++)
    {
      g_autofree char *text = n[i] > 0 ? g_strdup_printf (ngettext ("%u path", "%u paths", n[i]), n[i]) : g_strdup ("");

      show_row (self->cut_samples[i], self->cut_words[i], self->cut_counts[i], text);
    }
}

/* --- All the picture's ways of saying things --------------------------------------------------- */

static void
add_key (GtkGrid *grid, int row, const Sample *sample, const QdGraphTheme *theme)
{
  g_autoptr (GdkPaintable) paintable = qd_topology_sample_draw (sample, theme, KEY_WIDTH, KEY_HEIGHT, 0.6f, 2);
  GtkWidget *picture = gtk_picture_new_for_paintable (paintable), *words = gtk_label_new (_(sample->words));

  gtk_picture_set_can_shrink (GTK_PICTURE (picture), TRUE);
  gtk_widget_set_size_request (picture, KEY_WIDTH, KEY_HEIGHT);
  gtk_accessible_update_state (GTK_ACCESSIBLE (picture), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  gtk_label_set_xalign (GTK_LABEL (words), 0);
  gtk_label_set_wrap (GTK_LABEL (words), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (words), 34);
  gtk_grid_attach (grid, picture, 0, row, 1, 1);
  gtk_grid_attach (grid, words, 1, row, 1, 1);
}

GtkWidget *
qd_topology_legend_new_key (const QdGraphTheme *theme)
{
  enum { WELL = QD_STATUS_WELL, BAD = QD_STATUS_DEGRADED, DOWN = QD_STATUS_DOWN, UNKNOWN = QD_STATUS_UNKNOWN,
         WORK = QD_STATUS_MAINTENANCE };
  static const Sample samples[] = {
    { N_("Size: the more paths, the larger"), WELL, WELL, WELL, 0, 0, 1, 60, 0, 1000, NAN, FALSE, FALSE, FALSE, FALSE },
    { N_("A ring: a hub; a dotted one: a cloud"), WELL, WELL, WELL, 1, 2, 12, 12, 0, 1000, NAN, FALSE, FALSE, FALSE, FALSE },
    { N_("Width: the more bandwidth, the wider"), WELL, WELL, WELL, 0, 0, 4, 4, 0, 40000, NAN, TRUE, FALSE, FALSE, FALSE },
    { N_("Warmer: the worse its quality, though well"), WELL, WELL, WELL, 0, 0, 4, 4, 0, 5000, 30, TRUE, FALSE, FALSE, FALSE },
    { N_("Triangle, long dashes: degraded"), BAD, BAD, BAD, 0, 0, 4, 4, 0, 1000, NAN, TRUE, FALSE, FALSE, FALSE },
    { N_("Square with a cross, short dashes: down"), DOWN, DOWN, DOWN, 0, 0, 4, 4, 0, 1000, NAN, TRUE, FALSE, FALSE, FALSE },
    { N_("Hollow, dots: not known"), UNKNOWN, UNKNOWN, UNKNOWN, 0, 0, 4, 4, 0, 1000, NAN, TRUE, FALSE, FALSE, FALSE },
    { N_("Spanner, dashes and dots: in maintenance"), WORK, WORK, WORK, 0, 0, 4, 4, 0, 1000, NAN, TRUE, FALSE, FALSE, FALSE },
    { N_("Pale: not live"), WELL, WELL, WELL, 0, 0, 4, 4, 0, 1000, NAN, FALSE, FALSE, FALSE, TRUE },
    { N_("An arrow: it leads that way only"), WELL, WELL, WELL, 0, 0, 4, 4, 0, 1000, NAN, TRUE, TRUE, FALSE, FALSE },
    { N_("A pin: it stays where it was put"), WELL, WELL, WELL, 0, 0, 4, 8, 0, 1000, NAN, FALSE, FALSE, TRUE, FALSE },
    { N_("A plus: a folded group"), WELL, WELL, WELL, 0, 0, 4, 12, 5, 1000, NAN, FALSE, FALSE, FALSE, FALSE },
    { N_("A minus in a square: a policy change cuts off all its flows"), WELL, WELL, WELL, 0, 0, 4, 4, 0, 1000, NAN, TRUE, FALSE, FALSE, FALSE,
      QD_GRAPH_REMOVED },
    { N_("A minus in a diamond: it cuts off some of them"), WELL, WELL, WELL, 0, 0, 4, 4, 0, 1000, NAN, TRUE, FALSE, FALSE, FALSE, QD_GRAPH_REDUCED },
  };
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 2);
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    add_key (GTK_GRID (grid), (int) i, &samples[i], theme);
  return grid;
}
