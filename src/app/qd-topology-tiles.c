/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-private.h"

#include <math.h>

#include "qd-graph-drawing.h"

typedef struct {
  GdkTexture *texture;    /* NULL until first drawn */
  guint wanted, have;     /* versions: drawn anew while they differ */
  gboolean pending;
} Tile;

struct _QdTileLevel {
  gatomicrefcount ref_count;
  int closed;             /* atomic: nobody waits for it */
  double zoom, scale;
  /* Main thread only from here on. */
  QdScene *scene;
  QdGraphDrawing *picture;   /* of the scene: what its tiles share */
  GHashTable *tiles;      /* gint64 key → Tile */
  void (*ready) (gpointer);
  gpointer data;
};

typedef struct {
  QdTileLevel *level;
  QdGraphDrawing *picture;
  int x, y;               /* in tiles */
  guint version;
  double far;             /* from the middle of what is seen: nearest first */
  GdkTexture *texture;
} Job;

static gint64
key_of (int x, int y)
{
  return (gint64) ((guint64) (guint32) x << 32 | (guint32) y);
}

static void
tile_free (gpointer data)
{
  Tile *tile = data;

  g_clear_object (&tile->texture);
  g_free (tile);
}

static void
level_unref (QdTileLevel *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->tiles, g_hash_table_unref);
  g_clear_pointer (&self->picture, qd_graph_drawing_unref);
  g_clear_pointer (&self->scene, qd_scene_unref);
  g_free (self);
}

static void
job_free (Job *job)
{
  g_clear_object (&job->texture);
  qd_graph_drawing_unref (job->picture);
  level_unref (job->level);
  g_free (job);
}

/* Main thread: takes the drawn tile in, unless the level was dropped meanwhile. */
static gboolean
deliver_cb (gpointer data)
{
  Job *job = data;
  QdTileLevel *level = job->level;
  gint64 key = key_of (job->x, job->y);
  Tile *tile = level->closed ? NULL : g_hash_table_lookup (level->tiles, &key);

  if (tile)
    {
      tile->pending = FALSE;
      if (job->texture)
        g_set_object (&tile->texture, job->texture);
      tile->have = job->version;
      level->ready (level->data);
    }
  return G_SOURCE_REMOVE;
}

static void
work_cb (gpointer data, gpointer user_data)
{
  Job *job = data;
  QdTileLevel *level = job->level;

  if (!g_atomic_int_get (&level->closed))
    {
      gsize stride;
      double side = QD_TILE_SIZE / level->zoom;
      g_autoptr (GBytes) bytes = qd_graph_drawing_draw (job->picture, job->x * side, job->y * side,
                                                        QD_TILE_SIZE, QD_TILE_SIZE, &stride);
      int pixels = (int) lrint (QD_TILE_SIZE * level->scale);

      if (bytes)
        job->texture = gdk_memory_texture_new (pixels, pixels, GDK_MEMORY_DEFAULT, bytes, stride);
    }
  g_idle_add_full (G_PRIORITY_DEFAULT, deliver_cb, job, (GDestroyNotify) job_free);
}

static int
compare_jobs (gconstpointer a, gconstpointer b, gpointer data)
{
  const Job *l = a, *r = b;

  return l->far < r->far ? -1 : l->far > r->far;
}

/* One pool for all pictures; it leaves a processor to the main thread. */
static GThreadPool *
get_pool (void)
{
  static GThreadPool *pool;

  if (pool == NULL)
    {
      pool = g_thread_pool_new (work_cb, NULL, CLAMP ((int) g_get_num_processors () - 1, 1, 4), FALSE, NULL);
      g_thread_pool_set_sort_function (pool, compare_jobs, NULL);
    }
  return pool;
}

QdTileLevel *
qd_tile_level_new (QdScene *scene, const QdGraphTheme *theme, double zoom, double scale,
                   void (*ready) (gpointer data), gpointer data)
{
  QdTileLevel *self = g_new0 (QdTileLevel, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->scene = qd_scene_ref (scene);
  self->picture = qd_graph_drawing_new (scene->graph, scene->positions, theme, zoom, scale);
  self->zoom = zoom;
  self->scale = scale;
  self->tiles = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, tile_free);
  self->ready = ready;
  self->data = data;
  return self;
}

void
qd_tile_level_close (QdTileLevel *self)
{
  g_atomic_int_set (&self->closed, 1);
  g_hash_table_remove_all (self->tiles);
  level_unref (self);
}

double qd_tile_level_get_zoom (QdTileLevel *self) { return self->zoom; }
double qd_tile_level_get_scale (QdTileLevel *self) { return self->scale; }

void
qd_tile_level_set_scene (QdTileLevel *self, QdScene *scene)
{
  QdGraphDrawing *picture = qd_graph_drawing_update (self->picture, scene->graph);

  qd_graph_drawing_unref (self->picture);
  self->picture = picture;
  qd_scene_unref (self->scene);
  self->scene = qd_scene_ref (scene);
}

void
qd_tile_level_touch (QdTileLevel *self, double left, double top, double right, double bottom)
{
  double side = QD_TILE_SIZE / self->zoom;
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, self->tiles);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      gint64 at = *(gint64 *) key;
      int x = (int) (gint32) (at >> 32), y = (int) (gint32) (at & 0xffffffff);

      if (x * side <= right && (x + 1) * side >= left && y * side <= bottom && (y + 1) * side >= top)
        ((Tile *) value)->wanted++;
    }
}

static void
request (QdTileLevel *self, Tile *tile, int x, int y, double far)
{
  Job *job = g_new0 (Job, 1);

  g_atomic_ref_count_inc (&self->ref_count);
  job->level = self;
  job->picture = qd_graph_drawing_ref (self->picture);
  job->x = x;
  job->y = y;
  job->version = tile->wanted;
  job->far = far;
  tile->pending = TRUE;
  g_thread_pool_push (get_pool (), job, NULL);
}

typedef struct { int left, top, right, bottom; } TileRange;

/* Which tiles are seen, and of these, which hold anything of the graph. */
static TileRange
range_of (QdTileLevel *self, const QdViewport *viewport, int width, int height)
{
  double side = QD_TILE_SIZE / self->zoom, w = width / viewport->zoom / 2, h = height / viewport->zoom / 2;
  double rim = 1 + 200 / self->zoom;

  return (TileRange) {
    (int) floor (MAX (viewport->x - w, self->scene->left - rim) / side),
    (int) floor (MAX (viewport->y - h, self->scene->top - rim) / side),
    (int) floor (MIN (viewport->x + w, self->scene->right + rim) / side),
    (int) floor (MIN (viewport->y + h, self->scene->bottom + rim) / side),
  };
}

/* Where tiles are in the widget. */
typedef struct { double ratio, dx, dy, scale; } Frame;

static Frame
frame_of (QdTileLevel *self, const QdViewport *viewport, int width, int height)
{
  return (Frame) { viewport->zoom / self->zoom, width / 2.0 - viewport->x * viewport->zoom,
                   height / 2.0 - viewport->y * viewport->zoom, self->scale };
}

/* Edges on whole pixels, so that neighbours meet without a seam. */
static graphene_rect_t
box_of (const Frame *frame, int x, int y)
{
  double left = round ((x * QD_TILE_SIZE * frame->ratio + frame->dx) * frame->scale) / frame->scale;
  double top = round ((y * QD_TILE_SIZE * frame->ratio + frame->dy) * frame->scale) / frame->scale;
  double right = round (((x + 1) * QD_TILE_SIZE * frame->ratio + frame->dx) * frame->scale) / frame->scale;
  double bottom = round (((y + 1) * QD_TILE_SIZE * frame->ratio + frame->dy) * frame->scale) / frame->scale;

  return GRAPHENE_RECT_INIT ((float) left, (float) top, (float) (right - left), (float) (bottom - top));
}

/* Whole pixels about @box, no further than the widget goes. */
static cairo_rectangle_int_t
pixels_about (const graphene_rect_t *box, int width, int height)
{
  int left = (int) CLAMP (floorf (box->origin.x), 0, width), top = (int) CLAMP (floorf (box->origin.y), 0, height);
  int right = (int) CLAMP (ceilf (box->origin.x + box->size.width), left, width);
  int bottom = (int) CLAMP (ceilf (box->origin.y + box->size.height), top, height);

  return (cairo_rectangle_int_t) { left, top, right - left, bottom - top };
}

static Tile *
find_tile (QdTileLevel *self, int x, int y)
{
  gint64 key = key_of (x, y);

  return g_hash_table_lookup (self->tiles, &key);
}

/* An exact tile is only copied; the scaled node would filter it into a picture of its own first. */
static void
append_tile (GtkSnapshot *snapshot, GdkTexture *texture, const graphene_rect_t *box)
{
  if (fabsf (box->size.width - QD_TILE_SIZE) < 0.01f && fabsf (box->size.height - QD_TILE_SIZE) < 0.01f)
    gtk_snapshot_append_texture (snapshot, texture, box);
  else
    gtk_snapshot_append_scaled_texture (snapshot, texture, GSK_SCALING_FILTER_LINEAR, box);
}

gboolean
qd_tile_level_want (QdTileLevel *self, const QdViewport *viewport, int width, int height)
{
  TileRange range = range_of (self, viewport, width, height);
  gboolean complete = TRUE;

  for (int y = range.top; y <= range.bottom; y++)
    for (int x = range.left; x <= range.right; x++)
      {
        Tile *tile = find_tile (self, x, y);

        if (tile == NULL)
          {
            gint64 key = key_of (x, y);

            tile = g_new0 (Tile, 1);
            tile->wanted = 1;
            g_hash_table_insert (self->tiles, g_memdup2 (&key, sizeof key), tile);
          }
        if (tile->have == tile->wanted)
          continue;
        complete = FALSE;
        if (!tile->pending)
          request (self, tile, x, y, hypot (x - (range.left + range.right) / 2.0, y - (range.top + range.bottom) / 2.0));
      }
  return complete;
}

cairo_region_t *
qd_tile_level_find_gaps (QdTileLevel *self, const QdViewport *viewport, int width, int height)
{
  TileRange range = range_of (self, viewport, width, height);
  Frame frame = frame_of (self, viewport, width, height);
  cairo_region_t *gaps = cairo_region_create ();

  for (int y = range.top; y <= range.bottom; y++)
    for (int x = range.left; x <= range.right; x++)
      {
        Tile *tile = find_tile (self, x, y);
        graphene_rect_t box = box_of (&frame, x, y);
        cairo_rectangle_int_t pixels = pixels_about (&box, width, height);

        if ((tile == NULL || tile->texture == NULL) && pixels.width > 0 && pixels.height > 0)
          cairo_region_union_rectangle (gaps, &pixels);
      }
  return gaps;
}

static void
draw_box (QdTileLevel *self, GtkSnapshot *snapshot, const QdViewport *viewport, int width, int height,
          const cairo_rectangle_int_t *within)
{
  TileRange range = range_of (self, viewport, width, height);
  Frame frame = frame_of (self, viewport, width, height);

  for (int y = range.top; y <= range.bottom; y++)
    for (int x = range.left; x <= range.right; x++)
      {
        Tile *tile = find_tile (self, x, y);
        graphene_rect_t box = box_of (&frame, x, y);

        if (tile && tile->texture && box.origin.x < within->x + within->width && box.origin.x + box.size.width > within->x &&
            box.origin.y < within->y + within->height && box.origin.y + box.size.height > within->y)
          append_tile (snapshot, tile->texture, &box);
      }
}

void
qd_tile_level_draw (QdTileLevel *self, GtkSnapshot *snapshot, const QdViewport *viewport, int width, int height,
                    const cairo_region_t *within)
{
  const cairo_rectangle_int_t all = { 0, 0, width, height };

  if (within == NULL)
    draw_box (self, snapshot, viewport, width, height, &all);
  for (int i = 0; within && i < cairo_region_num_rectangles (within); i++)
    {
      cairo_rectangle_int_t box;

      cairo_region_get_rectangle (within, i, &box);
      gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (box.x, box.y, box.width, box.height));
      draw_box (self, snapshot, viewport, width, height, &box);
      gtk_snapshot_pop (snapshot);
    }
}

void
qd_tile_level_trim (QdTileLevel *self, const QdViewport *viewport, int width, int height)
{
  TileRange range = range_of (self, viewport, width, height);
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, self->tiles);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      gint64 at = *(gint64 *) key;
      int x = (int) (gint32) (at >> 32), y = (int) (gint32) (at & 0xffffffff);

      if (!((Tile *) value)->pending &&
          (x < range.left - 1 || x > range.right + 1 || y < range.top - 1 || y > range.bottom + 1))
        g_hash_table_iter_remove (&iter);
    }
}
