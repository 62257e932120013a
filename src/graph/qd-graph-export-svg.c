/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-export-private.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>
#include <pango/pango.h>

#include "qd-graph-label.h"
#include "qd-graph-private.h"
#include "qd-graph-symbol.h"
#include "qd-status.h"

/* SVG 1.1 with the roles of the graphics module of WAI-ARIA. Each node and edge is a group with an id made of its own, and a title
 * that says what a screen reader shall: no other element is a group with an id. */

typedef struct {
  const QdCanvas *canvas;
  GString *to;
  GHashTable *ids;
} Svg;

static void
add_number (GString *to, const char *before, double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  char *end;

  g_ascii_formatd (buffer, sizeof buffer, "%.2f", value);
  for (end = buffer + strlen (buffer); end[-1] == '0'; end--)
    end[-1] = '\0';
  if (end[-1] == '.')
    end[-1] = '\0';
  g_string_append (to, before);
  g_string_append (to, g_str_equal (buffer, "-0") ? "0" : buffer);
}

static void
add_attribute (GString *to, const char *name, double value)
{
  g_string_append_printf (to, " %s=\"", name);
  add_number (to, "", value);
  g_string_append_c (to, '"');
}

static void
add_paint (GString *to, const char *name, guint32 colour, double alpha)
{
  g_string_append_printf (to, " %s=\"#%06x\"", name, colour & 0xffffff);
  if (alpha < 1)
    {
      g_autofree char *opacity = g_strconcat (name, "-opacity", NULL);

      add_attribute (to, opacity, alpha);
    }
}

/* An id as XML has them, different for different ids: what is not a letter of ASCII, a digit or a dash is written as its bytes. */
static char *
make_id (Svg *self, char sort, const char *id)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gsize length;

  g_string_append_printf (text, "%c.", sort);
  for (const char *p = id ? id : ""; *p; p++)
    if (g_ascii_isalnum (*p) || *p == '-')
      g_string_append_c (text, *p);
    else
      g_string_append_printf (text, "_%02x", (guint) (guchar) *p);
  /* Two fleets may have a path "7" each. */
  length = text->len;
  for (guint i = 2; g_hash_table_contains (self->ids, text->str); i++)
    {
      g_string_truncate (text, length);
      g_string_append_printf (text, ".%u", i);
    }
  g_hash_table_add (self->ids, g_strdup (text->str));
  return g_strdup (text->str);
}

static void
begin_thing (Svg *self, char sort, const char *id, const char *title)
{
  g_autofree char *unique = make_id (self, sort, id);

  g_string_append_printf (self->to, "<g id=\"%s\" role=\"graphics-symbol\"><title>", unique);
  qd_graph_append_xml (self->to, title);
  g_string_append (self->to, "</title>");
}

/* --- What it says -------------------------------------------------------------------------------------------- */

static const char *
name_of (const QdGraphNode *node)
{
  return node->label && *node->label ? node->label : node->id ? node->id : "";
}

static char *
tell_node (const QdGraphNode *node)
{
  const char *state = qd_status_get_label (node->status);

  return *state ? g_strdup_printf ("%s: %s", name_of (node), state) : g_strdup (name_of (node));
}

static char *
tell_edge (QdGraph *graph, const QdGraphEdge *edge)
{
  const QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  const char *state = qd_status_get_label (edge->status);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%s %s %s", name_of (&nodes[edge->src]), edge->directed ? "→" : "–", name_of (&nodes[edge->dst]));
  if (*state)
    g_string_append_printf (text, ": %s", state);
  if (isfinite (edge->latency_ms))
    g_string_append_printf (text, ", %.4g ms", edge->latency_ms);
  if (isfinite (edge->loss_pct))
    g_string_append_printf (text, ", %.3g %%", edge->loss_pct);
  if (isfinite (edge->capacity_mbps))
    g_string_append_printf (text, ", %.6g Mbit/s", edge->capacity_mbps);
  return g_string_free_and_steal (text);
}

/* --- What it looks like ----------------------------------------------------------------------------------------- */

static void
add_shape (GString *to, const QdShape *shape, double x, double y)
{
  if (shape->kind == QD_SHAPE_CIRCLE)
    {
      g_string_append (to, "<circle");
      add_attribute (to, "cx", x + shape->points[0].x);
      add_attribute (to, "cy", y + shape->points[0].y);
      add_attribute (to, "r", shape->radius);
    }
  else if (shape->kind == QD_SHAPE_ARC)
    {
      double at_x = x + shape->points[0].x, at_y = y + shape->points[0].y;

      g_string_append (to, "<path d=\"");
      add_number (to, "M", at_x + shape->radius * cos (shape->from));
      add_number (to, " ", at_y + shape->radius * sin (shape->from));
      add_number (to, "A", shape->radius);
      add_number (to, " ", shape->radius);
      g_string_append (to, shape->to - shape->from > G_PI ? " 0 1 1" : " 0 0 1");
      add_number (to, " ", at_x + shape->radius * cos (shape->to));
      add_number (to, " ", at_y + shape->radius * sin (shape->to));
      g_string_append_c (to, '"');
    }
  else
    {
      g_string_append (to, "<path d=\"");
      for (guint i = 0; i < shape->n; i++)
        {
          add_number (to, i == 0 || (shape->kind == QD_SHAPE_LINES && i % 2 == 0) ? "M" : "L", x + shape->points[i].x);
          add_number (to, " ", y + shape->points[i].y);
        }
      g_string_append (to, shape->kind == QD_SHAPE_POLYGON ? "Z\"" : "\"");
    }
  if (shape->fill)
    add_paint (to, "fill", shape->colour, shape->alpha);
  else
    g_string_append (to, " fill=\"none\"");
  if (shape->stroke > 0)
    {
      add_paint (to, "stroke", shape->colour, shape->alpha);
      add_attribute (to, "stroke-width", shape->stroke);
      if (shape->dash > 0)
        add_attribute (to, "stroke-dasharray", shape->dash);
      else
        g_string_append (to, " stroke-linecap=\"round\"");
    }
  g_string_append (to, "/>");
}

static void
add_course (Svg *self, const QdPoint *points, guint count)
{
  g_string_append (self->to, "<path d=\"");
  for (guint k = 0; k < count; k++)
    {
      add_number (self->to, k ? "L" : "M", points[k].x * self->canvas->zoom);
      add_number (self->to, " ", points[k].y * self->canvas->zoom);
    }
  g_string_append_c (self->to, '"');
}

static void
add_edge (Svg *self, guint i)
{
  const QdCanvas *canvas = self->canvas;
  const QdGraphEdge *edge = &qd_graph_edges (canvas->file->graph, NULL)[i];
  QdEdgeStyle style = qd_graph_edge_style (edge, canvas->theme, canvas->zoom, canvas->calm);
  QdPoint points[QD_GRAPH_MAX_COURSE];
  guint count = qd_graph_edge_course (canvas->file->graph, canvas->file->positions, i, points);
  g_autofree char *title = NULL;

  if (count == 0)
    return;
  title = tell_edge (canvas->file->graph, edge);
  begin_thing (self, 'e', edge->id, title);
  add_course (self, points, count);
  add_paint (self->to, "stroke", style.colour, style.alpha);
  add_attribute (self->to, "stroke-width", style.width);
  for (guint k = 0; style.dash[0] > 0 && k < 4; k++)
    add_number (self->to, k ? " " : " stroke-dasharray=\"", style.dash[k]);
  g_string_append (self->to, style.dash[0] > 0 ? "\"/>" : "/>");
  if (qd_graph_edge_arrow (canvas->file->graph, canvas->file->positions, i, canvas->zoom, points))
    {
      add_course (self, points, 3);
      add_paint (self->to, "stroke", style.colour, qd_graph_arrow_alpha (edge, &style));
      add_attribute (self->to, "stroke-width", style.width);
      g_string_append (self->to, "/>");
    }
  g_string_append (self->to, "</g>\n");
}

static void
add_node (Svg *self, guint i)
{
  const QdCanvas *canvas = self->canvas;
  const QdGraphNode *node = &qd_graph_nodes (canvas->file->graph, NULL)[i];
  QdShape shapes[QD_MAX_SHAPES];
  guint n = qd_symbol_describe (node, canvas->theme, qd_graph_node_radius (node, canvas->zoom), shapes);
  g_autofree char *title = tell_node (node);

  begin_thing (self, 'n', node->id, title);
  for (guint k = 0; k < n; k++)
    add_shape (self->to, &shapes[k], canvas->file->positions[i].x * canvas->zoom, canvas->file->positions[i].y * canvas->zoom);
  g_string_append (self->to, "</g>\n");
}

static void
add_label (Svg *self, guint i)
{
  const QdCanvas *canvas = self->canvas;
  const QdGraphNode *node = &qd_graph_nodes (canvas->file->graph, NULL)[i];
  const QdGraphLabel *label = &canvas->labels[i];
  double baseline, x = canvas->file->positions[i].x * canvas->zoom;
  g_autofree char *text = qd_label_fit (node->label, canvas->theme, canvas->label_width, &baseline);

  /* Fonts differ: the end that is next to the node stays where it is. */
  g_string_append (self->to, "<text");
  if (label->left > x)
    add_attribute (self->to, "x", label->left);
  else if (label->left + label->width < x)
    {
      add_attribute (self->to, "x", label->left + label->width);
      g_string_append (self->to, " text-anchor=\"end\"");
    }
  else
    {
      add_attribute (self->to, "x", label->left + label->width / 2);
      g_string_append (self->to, " text-anchor=\"middle\"");
    }
  add_attribute (self->to, "y", label->top + baseline);
  if (node->stale)
    add_paint (self->to, "fill", qd_label_colour (canvas->theme, TRUE), 1);
  g_string_append_c (self->to, '>');
  qd_graph_append_xml (self->to, text);
  g_string_append (self->to, "</text>\n");
}

static void
begin_labels (Svg *self)
{
  const QdGraphTheme *theme = self->canvas->theme;
  PangoFontDescription *font = pango_font_description_from_string (theme->font);
  const char *family = pango_font_description_get_family (font);
  double size = pango_font_description_get_size (font) / (double) PANGO_SCALE;

  g_string_append (self->to, "<g aria-hidden=\"true\" font-family=\"");
  if (family)
    qd_graph_append_xml (self->to, family);
  g_string_append (self->to, family ? ", sans-serif\"" : "sans-serif\"");
  add_attribute (self->to, "font-size", size > 0 ? size : 12);
  add_paint (self->to, "fill", qd_label_colour (theme, FALSE), 1);
  /* The halo that keeps the letters off the edges. */
  add_paint (self->to, "stroke", theme->background, 0.85);
  g_string_append (self->to, " stroke-width=\"3\" stroke-linejoin=\"round\" paint-order=\"stroke\">\n");
  pango_font_description_free (font);
}

/* It says nothing that is not said of each node: where a screen reader reads, it is passed over. */
static void
add_graticule (Svg *self)
{
  const QdCanvas *canvas = self->canvas;
  const QdGraticule *lines = canvas->graticule;

  g_string_append (self->to, "<g aria-hidden=\"true\" fill=\"none\"");
  add_paint (self->to, "stroke", canvas->theme->foreground, qd_graticule_alpha (canvas->theme));
  add_attribute (self->to, "stroke-width", QD_GRATICULE_WIDTH);
  g_string_append (self->to, ">\n");
  for (guint i = 0; i < lines->n_lines; i++)
    {
      add_course (self, &lines->points[lines->lines[i].first], lines->lines[i].n);
      g_string_append (self->to, "/>\n");
    }
  g_string_append (self->to, "</g>\n");
  begin_labels (self);
  for (guint i = 0; i < canvas->degrees->len; i++)
    {
      const QdGraticuleLabel *label = &g_array_index (canvas->degrees, QdGraticuleLabel, i);

      g_string_append (self->to, "<text");
      add_attribute (self->to, "x", label->at.x * canvas->zoom + QD_LABEL_RIM);
      add_attribute (self->to, "y", label->at.y * canvas->zoom - QD_LABEL_RIM);
      add_paint (self->to, "fill", qd_label_colour (canvas->theme, TRUE), 1);
      g_string_append_c (self->to, '>');
      qd_graph_append_xml (self->to, label->text);
      g_string_append (self->to, "</text>\n");
    }
  g_string_append (self->to, "</g>\n");
}

/* --- All ------------------------------------------------------------------------------------------------------------ */

static void
begin (Svg *self)
{
  const QdCanvas *canvas = self->canvas;

  g_string_append (self->to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"");
  add_attribute (self->to, "width", canvas->width * canvas->scale);
  add_attribute (self->to, "height", canvas->height * canvas->scale);
  add_number (self->to, " viewBox=\"", canvas->left);
  add_number (self->to, " ", canvas->top);
  add_number (self->to, " ", canvas->width);
  add_number (self->to, " ", canvas->height);
  g_string_append (self->to, "\" role=\"graphics-document document\" aria-labelledby=\"title\">\n<title id=\"title\">");
  qd_graph_append_xml (self->to, canvas->title ? canvas->title : _("Topology"));
  g_string_append (self->to, "</title>\n<rect");
  add_attribute (self->to, "x", canvas->left);
  add_attribute (self->to, "y", canvas->top);
  g_string_append (self->to, " width=\"100%\" height=\"100%\"");
  add_paint (self->to, "fill", canvas->theme->background, 1);
  g_string_append (self->to, "/>\n");
}

char *
qd_canvas_write_svg (const QdCanvas *canvas)
{
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Svg svg = { canvas, g_string_new (NULL), ids };
  g_autofree guint *edge_order = qd_canvas_order (canvas, FALSE);
  g_autofree guint *node_order = qd_canvas_order (canvas, TRUE);
  guint n, m;

  qd_graph_nodes (canvas->file->graph, &n);
  qd_graph_edges (canvas->file->graph, &m);
  begin (&svg);
  if (canvas->graticule)
    add_graticule (&svg);
  g_string_append (svg.to, "<g role=\"graphics-object\" fill=\"none\">\n");
  for (guint i = 0; i < m && !qd_cancelled (canvas->cancelled); i++)
    add_edge (&svg, edge_order[i]);
  g_string_append (svg.to, "</g>\n<g role=\"graphics-object\" stroke-linejoin=\"round\">\n");
  for (guint i = 0; i < n && !qd_cancelled (canvas->cancelled); i++)
    add_node (&svg, node_order[i]);
  g_string_append (svg.to, "</g>\n");
  begin_labels (&svg);
  for (guint i = 0; i < n && !qd_cancelled (canvas->cancelled); i++)
    if (canvas->labels[i].shown)
      add_label (&svg, i);
  g_string_append (svg.to, "</g>\n</svg>\n");
  return g_string_free_and_steal (svg.to);
}
