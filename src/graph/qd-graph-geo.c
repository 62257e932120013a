/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-layout-private.h"

#include <math.h>
#include <string.h>

/* Places by latitude and longitude. Within one continent the map is equirectangular about the middle
 * latitude, beyond that it is Equal Earth (B. Šavrič, T. Patterson, B. Jenny, "The Equal Earth map
 * projection", International Journal of Geographical Information Science 33, 2019). It is cut open where
 * that hurts least, so that a net across the Pacific is not torn. What the map is about is rounded, so that
 * it does not change with each site that joins. */

#define CONTINENT_DEGREES 70.0      /* more than that either way: Equal Earth */
#define MEAN_DISTANCE 1.5           /* between neighbouring sites, if they were spread evenly */
#define EDGE 179.999                /* degrees from the middle: there the map ends on both sides */
#define MAX_LINES 200               /* each way, however fine a graticule is wanted */

struct _QdGeoMap {
  gatomicrefcount ref_count;
  gboolean world;
  double latitude, longitude;       /* of the middle; of an Equal Earth map the latitude is 0 */
  double scale_x, scale_y;          /* units a radian; they differ where the map was fitted to a picture */
  QdVec offset;                     /* of the middle of what is shown, projected */
};

static gboolean
node_is_located (const QdGraphNode *node)
{
  return isfinite (node->latitude) && isfinite (node->longitude) &&
         fabs (node->latitude) <= 90 && fabs (node->longitude) <= 540;
}

static double
wrap_degrees (double degrees)
{
  degrees = fmod (degrees + 180, 360);
  return degrees < 0 ? degrees + 180 : degrees - 180;
}

static QdVec
equal_earth (double latitude, double longitude)
{
  const double a1 = 1.340264, a2 = -0.081106, a3 = 0.000893, a4 = 0.003796, m = sqrt (3) / 2;
  double t = asin (m * sin (latitude)), t2 = t * t, t6 = t2 * t2 * t2;

  return (QdVec) { longitude * cos (t) / (m * (a1 + 3 * a2 * t2 + t6 * (7 * a3 + 9 * a4 * t2))),
                   t * (a1 + a2 * t2 + t6 * (a3 + a4 * t2)) };
}

static QdVec
project (const QdGeoMap *self, double latitude, double longitude)
{
  double x = wrap_degrees (longitude - self->longitude) * G_PI / 180, y = CLAMP (latitude, -90, 90) * G_PI / 180;

  if (self->world)
    return equal_earth (y, x);
  return (QdVec) { x * cos (self->latitude * G_PI / 180), y - self->latitude * G_PI / 180 };
}

static QdVec
place (const QdGeoMap *self, double latitude, double longitude)
{
  QdVec at = project (self, latitude, longitude);

  return (QdVec) { (at.x - self->offset.x) * self->scale_x, -(at.y - self->offset.y) * self->scale_y };
}

/**
 * qd_geo_map_project:
 * @self: a map
 * @latitude: degrees north
 * @longitude: degrees east
 *
 * Returns: where that is among the positions of a geographic layout: east right, north up.
 */
QdPoint
qd_geo_map_project (const QdGeoMap *self, double latitude, double longitude)
{
  QdVec at = place (self, latitude, longitude);

  return (QdPoint) { (float) at.x, (float) at.y };
}

#define BINS 72            /* of longitude, five degrees each */

static guint
bin_of (double longitude)
{
  return (guint) CLAMP ((wrap_degrees (longitude) + 180) / 360 * BINS, 0, BINS - 1);
}

/* Where the world is best cut open: through the fewest edges (each goes the shorter way around) and sites,
 * and of such places in the middle of the widest. Degrees east. */
static double
find_cut (QdGraph *graph)
{
  guint n, m, cost[BINS] = { 0 }, best = 0, longest = 0;
  const QdGraphNode *nodes = qd_graph_nodes (graph, &n);
  const QdGraphEdge *edges = qd_graph_edges (graph, &m);

  for (guint i = 0; i < n; i++)
    if (node_is_located (&nodes[i]))
      cost[bin_of (nodes[i].longitude)]++;
  for (guint i = 0; i < m; i++)
    {
      double from, span;

      if (edges[i].src >= n || edges[i].dst >= n || !node_is_located (&nodes[edges[i].src]) || !node_is_located (&nodes[edges[i].dst]))
        continue;
      from = nodes[edges[i].src].longitude;
      span = wrap_degrees (nodes[edges[i].dst].longitude - from);
      from = span < 0 ? from + span : from;
      for (guint k = bin_of (from), end = bin_of (from + fabs (span)); k != end; k = (k + 1) % BINS)
        cost[k]++;
    }
  for (guint begin = 0; begin < BINS; begin++)
    {
      guint length = 1;

      while (length < BINS && cost[(begin + length) % BINS] == cost[begin])
        length++;
      if (cost[begin] < cost[best] || (cost[begin] == cost[best] && length > longest))
        {
          best = begin;
          longest = length;
        }
    }
  return wrap_degrees (-180 + 360.0 / BINS * (best + longest / 2.0));
}

/* Rounds @value up to a power of the square root of two. */
static double
round_scale (double value)
{
  return exp2 (ceil (2 * log2 (value)) / 2);
}

static void
set_scale (QdGeoMap *self, const QdGraphNode *nodes, guint n, guint located)
{
  QdBox box = { G_MAXDOUBLE, G_MAXDOUBLE, -G_MAXDOUBLE, -G_MAXDOUBLE };
  double width, height;

  for (guint i = 0; i < n; i++)
    if (node_is_located (&nodes[i]))
      {
        QdVec at = project (self, nodes[i].latitude, nodes[i].longitude);

        box = (QdBox) { MIN (box.left, at.x), MIN (box.top, at.y), MAX (box.right, at.x), MAX (box.bottom, at.y) };
      }
  width = MAX (box.right - box.left, 1e-4);
  height = MAX (box.bottom - box.top, 1e-4);
  /* A long thin net needs room for its length, not its area. */
  self->scale_x = self->scale_y = round_scale (MAX (MEAN_DISTANCE * sqrt (located / (width * height)) *
                                  sqrt (MIN (width, height) / MAX (width, height)),
                                  2 * MEAN_DISTANCE * sqrt (located) / MAX (width, height)));
  self->offset = (QdVec) { (box.left + box.right) / 2, (box.top + box.bottom) / 2 };
  /* To whole units: the middle, too, does not move with every site. */
  self->offset.x = round (self->offset.x * 20) / 20;
  self->offset.y = round (self->offset.y * 20) / 20;
}

QdGeoMap *
qd_geo_map_new (QdGraph *graph)
{
  guint n, located = 0;
  const QdGraphNode *nodes = qd_graph_nodes (graph, &n);
  double south = 90, north = -90, west = 360, east = 0, cut = find_cut (graph);
  QdGeoMap *self;

  for (guint i = 0; i < n; i++)
    if (node_is_located (&nodes[i]))
      {
        double past_cut = fmod (nodes[i].longitude - cut + 1080, 360);

        west = MIN (west, past_cut);
        east = MAX (east, past_cut);
        south = MIN (south, nodes[i].latitude);
        north = MAX (north, nodes[i].latitude);
        located++;
      }
  if (located == 0)
    return NULL;
  self = g_new0 (QdGeoMap, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->longitude = wrap_degrees (5 * round ((cut + (west + east) / 2) / 5));
  self->world = east - west > CONTINENT_DEGREES || north - south > CONTINENT_DEGREES;
  self->latitude = self->world ? 0 : CLAMP (5 * round ((south + north) / 10), -80, 80);
  set_scale (self, nodes, n, located);
  return self;
}

QdGeoMap *
qd_geo_map_ref (QdGeoMap *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
qd_geo_map_unref (QdGeoMap *self)
{
  if (g_atomic_ref_count_dec (&self->ref_count))
    g_free (self);
}

/* --- The map of a picture ---------------------------------------------------------------------- */

typedef struct { QdVec from, to; double off; } Known;

/* The scale and shift of one coordinate that take @from to @to best (least squares). */
static gboolean
fit_line (const double *from, const double *to, guint n, double *scale, double *shift)
{
  double mean_from = 0, mean_to = 0, both = 0, square = 0;

  for (guint i = 0; i < n; i++)
    {
      mean_from += from[i] / n;
      mean_to += to[i] / n;
    }
  for (guint i = 0; i < n; i++)
    {
      both += (from[i] - mean_from) * (to[i] - mean_to);
      square += (from[i] - mean_from) * (from[i] - mean_from);
    }
  *scale = square > 0 ? both / square : 0;
  *shift = mean_to - *scale * mean_from;
  return isfinite (*scale);
}

static int
compare_known (gconstpointer a, gconstpointer b)
{
  const Known *l = a, *r = b;

  return l->off < r->off ? -1 : l->off > r->off;
}

/* Fits the map to @known, then once more without the half that is farthest off, which may have been dragged.
 * FALSE when the picture is not a map. */
static gboolean
fit_map (QdGeoMap *self, Known *known, guint n)
{
  g_autofree double *from = g_new (double, n), *to = g_new (double, n);
  double size = 0, off = 0, scale[2], shift[2];

  for (guint pass = 0; pass < 2; pass++)
    {
      guint used = pass == 0 || n < 6 ? n : (n + 1) / 2;

      for (guint axis = 0; axis < 2; axis++)
        {
          for (guint i = 0; i < used; i++)
            {
              from[i] = axis == 0 ? known[i].from.x : known[i].from.y;
              to[i] = axis == 0 ? known[i].to.x : known[i].to.y;
            }
          if (!fit_line (from, to, used, &scale[axis], &shift[axis]))
            return FALSE;
        }
      for (guint i = 0; i < n; i++)
        known[i].off = hypot (known[i].to.x - scale[0] * known[i].from.x - shift[0], known[i].to.y - scale[1] * known[i].from.y - shift[1]);
      qsort (known, n, sizeof *known, compare_known);
    }
  for (guint i = 0; i < n; i++)
    size = MAX (size, hypot (known[i].to.x - known[0].to.x, known[i].to.y - known[0].to.y));
  off = known[n / 2].off;
  if (!(scale[0] > 0) || !(scale[1] < 0) || off > 0.05 * size + 1)
    return FALSE;
  self->scale_x = scale[0];
  self->scale_y = -scale[1];
  self->offset = (QdVec) { -shift[0] / scale[0], -shift[1] / scale[1] };
  return TRUE;
}

QdGeoMap *
qd_geo_map_new_for_positions (QdGraph *graph, const QdPoint *positions)
{
  QdGeoMap *self = qd_geo_map_new (graph);
  g_autofree Known *known = NULL;
  const QdGraphNode *nodes;
  guint n, n_known = 0, n_located = 0;

  if (self == NULL)
    return NULL;
  nodes = qd_graph_nodes (graph, &n);
  known = g_new (Known, n);
  for (guint i = 0; i < n; i++)
    if (node_is_located (&nodes[i]))
      {
        n_located++;
        if (isfinite (positions[i].x) && isfinite (positions[i].y))
          known[n_known++] = (Known) { project (self, nodes[i].latitude, nodes[i].longitude), { positions[i].x, positions[i].y }, 0 };
      }
  /* A few that are pinned do not make a map. */
  if (n_known >= 3 && n_known * 2 >= n_located)
    fit_map (self, known, n_known);
  return self;
}

/* --- The layout -------------------------------------------------------------------------------- */

typedef struct { QdVec at; guint node; } Site;

static int
compare_sites (gconstpointer a, gconstpointer b)
{
  const Site *l = a, *r = b;

  if (l->at.x != r->at.x)
    return l->at.x < r->at.x ? -1 : 1;
  if (l->at.y != r->at.y)
    return l->at.y < r->at.y ? -1 : 1;
  return l->node < r->node ? -1 : l->node > r->node;
}

/* Sites at one place stand about it as the seeds of a sunflower do (H. Vogel, 1979). */
static void
spread_equal (Site *sites, guint n)
{
  qsort (sites, n, sizeof *sites, compare_sites);
  for (guint i = 0, end; i < n; i = end)
    {
      QdVec middle = sites[i].at;

      for (end = i + 1; end < n && hypot (sites[end].at.x - middle.x, sites[end].at.y - middle.y) < 1e-3; end++)
        ;
      for (guint k = i; end - i > 1 && k < end; k++)
        {
          double radius = 0.6 * QD_LAYOUT_SPACING * sqrt (k - i + 0.5), angle = 2.39996323 * (k - i);

          sites[k].at = (QdVec) { middle.x + radius * cos (angle), middle.y + radius * sin (angle) };
        }
    }
}

/* Nodes without coordinates stand near their neighbours, those that reach no site in rows below. */
static void
place_others (const QdAdjacency *adjacency, guint8 *placed, QdVec *out, QdRandom *random)
{
  g_autofree guint *queue = g_new (guint, MAX (adjacency->n, 1));
  guint tail = 0, alone = 0;
  QdBox box = { 0, 0, 0, 0 };
  guint columns;

  for (guint i = 0; i < adjacency->n; i++)
    if (placed[i])
      {
        queue[tail++] = i;
        box = (QdBox) { MIN (box.left, out[i].x), 0, MAX (box.right, out[i].x), MAX (box.bottom, out[i].y) };
      }
  for (guint head = 0; head < tail; head++)
    for (guint e = adjacency->first[queue[head]]; e < adjacency->first[queue[head] + 1]; e++)
      {
        guint i = adjacency->targets[e], count = 0;
        QdVec sum = { 0, 0 };

        if (placed[i])
          continue;
        for (guint k = adjacency->first[i]; k < adjacency->first[i + 1]; k++)
          if (placed[adjacency->targets[k]])
            {
              sum.x += out[adjacency->targets[k]].x;
              sum.y += out[adjacency->targets[k]].y;
              count++;
            }
        out[i] = (QdVec) { sum.x / count + 0.8 * qd_random_signed (random), sum.y / count + 0.8 * qd_random_signed (random) };
        placed[i] = 1;
        queue[tail++] = i;
      }
  columns = (guint) MAX (MAX ((box.right - box.left) / 1.6, sqrt (adjacency->n - tail)), 1);
  for (guint i = 0; i < adjacency->n; i++)
    if (!placed[i])
      {
        out[i] = (QdVec) { (box.left + box.right) / 2 + (alone % columns - (MIN (columns, adjacency->n - tail) - 1) / 2.0) * 1.6,
                           box.bottom + 2 * QD_LAYOUT_GAP + alone / columns };
        alone++;
      }
}

gboolean
qd_arrange_on_map (QdLayoutJob *job, QdVec *out)
{
  guint n, n_sites = 0;
  const QdGraphNode *nodes = qd_graph_nodes (job->graph, &n);
  g_autoptr (QdGeoMap) own = job->options->map ? NULL
                             : job->options->before ? qd_geo_map_new_for_positions (job->graph, job->options->before)
                                                    : qd_geo_map_new (job->graph);
  const QdGeoMap *map = own ? own : job->options->map;
  g_auto (QdAdjacency) adjacency = { 0 };
  g_autofree guint8 *placed = g_new0 (guint8, MAX (n, 1));
  g_autofree Site *sites = g_new (Site, MAX (n, 1));

  for (guint i = 0; map && i < n; i++)
    if (node_is_located (&nodes[i]))
      sites[n_sites++] = (Site) { place (map, nodes[i].latitude, nodes[i].longitude), i };
  spread_equal (sites, n_sites);
  for (guint i = 0; i < n_sites; i++)
    {
      out[sites[i].node] = sites[i].at;
      placed[sites[i].node] = 1;
    }
  qd_adjacency_init (&adjacency, job->graph);
  place_others (&adjacency, placed, out, &job->random);
  return !qd_layout_job_is_cancelled (job);
}

/* --- Back to degrees ---------------------------------------------------------------------------- */

/* The latitude of a height on the map: parallels are level on both kinds. */
static double
latitude_at (const QdGeoMap *self, double y)
{
  double height = self->offset.y - y / self->scale_y, low = -G_PI / 2, high = G_PI / 2;

  if (!self->world)
    return CLAMP (height * 180 / G_PI + self->latitude, -90, 90);
  for (guint i = 0; i < 40; i++)
    {
      double middle = (low + high) / 2;

      if (equal_earth (middle, 0).y < height)
        low = middle;
      else
        high = middle;
    }
  return (low + high) / 2 * 180 / G_PI;
}

/* How many degrees east of the middle a place at @latitude is: along a parallel the map is even. */
static double
east_at (const QdGeoMap *self, double latitude, double x)
{
  double degree = project (self, latitude, self->longitude + 1).x;

  return (x / self->scale_x + self->offset.x) / MAX (degree, 1e-9);
}

typedef struct { double south, north, west, east; } Extent;   /* west and east of the middle */

static Extent
find_extent (const QdGeoMap *self, const QdBox *box)
{
  Extent extent = { latitude_at (self, box->bottom), latitude_at (self, box->top), 180, -180 };
  /* A degree is longest at the equator and shortest at the poles: somewhere among these are the extremes. */
  double latitudes[3] = { extent.south, extent.north, CLAMP (0, extent.south, extent.north) };

  for (guint i = 0; i < G_N_ELEMENTS (latitudes); i++)
    {
      extent.west = MIN (extent.west, east_at (self, latitudes[i], box->left));
      extent.east = MAX (extent.east, east_at (self, latitudes[i], box->right));
    }
  extent.west = MAX (extent.west, -EDGE);
  extent.east = MIN (extent.east, EDGE);
  return extent;
}

/* --- The graticule ------------------------------------------------------------------------------ */

static const double steps[] = { 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30 };

static double
choose_spacing (double extent)
{
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (extent / steps[i] <= 8)
      return steps[i];
  return 30;
}

double
qd_geo_map_choose_spacing (const QdGeoMap *self, double apart)
{
  double latitude = self->world ? 0 : self->latitude;
  QdVec at = place (self, latitude, self->longitude), east = place (self, latitude, self->longitude + 1), north = place (self, latitude + 1, self->longitude);
  double degree = MIN (fabs (east.x - at.x), fabs (north.y - at.y));

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (steps[i] * degree >= apart)
      return steps[i];
  return 30;
}

/* Points stand at the same degrees whatever rectangle a line was wanted for, so that its pieces fit together. */
static void
add_line (const QdGeoMap *self, gboolean parallel, double degrees, double from, double to, double every, GArray *lines, GArray *points)
{
  QdGraticuleLine line = { parallel, parallel ? degrees : wrap_degrees (self->longitude + degrees), points->len, 0 };
  double limit = parallel ? EDGE : 90;
  gint64 first = (gint64) floor (from / every), last = (gint64) ceil (to / every);

  for (gint64 i = first; i <= last; i++)
    {
      double along = CLAMP ((double) i * every, -limit, limit);
      QdPoint point = parallel ? qd_geo_map_project (self, degrees, self->longitude + along)
                               : qd_geo_map_project (self, along, self->longitude + degrees);
      g_array_append_val (points, point);
    }
  line.n = points->len - line.first;
  g_array_append_val (lines, line);
}

QdGraticule *
qd_geo_map_make_graticule (const QdGeoMap *self, double left, double top, double right, double bottom, double spacing)
{
  const QdBox box = { MIN (left, right), MIN (top, bottom), MAX (left, right), MAX (top, bottom) };
  g_autoptr (GArray) lines = g_array_new (FALSE, FALSE, sizeof (QdGraticuleLine));
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (QdPoint));
  QdGraticule *out = g_new0 (QdGraticule, 1);
  Extent extent = find_extent (self, &box);
  double step = spacing > 0 ? MAX (spacing, MAX (extent.north - extent.south, extent.east - extent.west) / MAX_LINES)
                            : choose_spacing (MAX (extent.north - extent.south, (extent.east - extent.west) / 1.6));
  double offset;

  out->spacing = step;
  for (double degrees = ceil (extent.south / step - 1e-9) * step; degrees <= extent.north + 1e-9; degrees += step)
    add_line (self, TRUE, degrees, extent.west, extent.east, step, lines, points);
  /* Meridians are round degrees of their own, not of the distance from the middle one. */
  offset = self->longitude - floor (self->longitude / step) * step;
  for (double degrees = ceil ((extent.west + offset) / step - 1e-9) * step - offset; degrees <= extent.east + 1e-9; degrees += step)
    add_line (self, FALSE, degrees, extent.south, extent.north, self->world ? step / 4 : step, lines, points);
  out->n_lines = lines->len;
  out->lines = (QdGraticuleLine *) (void *) g_array_steal (lines, NULL);
  out->points = (QdPoint *) (void *) g_array_steal (points, NULL);
  return out;
}

void
qd_graticule_free (QdGraticule *self)
{
  if (self == NULL)
    return;
  g_free (self->lines);
  g_free (self->points);
  g_free (self);
}
