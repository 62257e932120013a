/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-private.h"

#include <math.h>
#include <sys/resource.h>

#include "qd-graph-drawing.h"
#include "qd-pixels.h"

#define NICENESS 10

typedef struct {
  cairo_surface_t *image; /* NULL until first drawn */
  GskRenderNode *node;    /* of it, unscaled and at 0, 0; made when it is first shown so */
  GdkTexture *texture;    /* of it, for a graphics card; the same */
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
  cairo_surface_t *image;
} Job;

static gint64
key_of (int x, int y)
{
  return (gint64) ((guint64) (guint32) x << 32 | (guint32) y);
}

/* Takes @image. */
static void
tile_set_image (Tile *tile, cairo_surface_t *image)
{
  g_clear_pointer (&tile->node, gsk_render_node_unref);
  g_clear_object (&tile->texture);
  g_clear_pointer (&tile->image, qd_pixels_release);
  tile->image = image;
}

static void
tile_free (gpointer data)
{
  tile_set_image (data, NULL);
  g_free (data);
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
  g_clear_pointer (&job->image, cairo_surface_destroy);
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
      if (job->image)
        tile_set_image (tile, g_steal_pointer (&job->image));
      tile->have = job->version;
      level->ready (level->data);
    }
  return G_SOURCE_REMOVE;
}

static const cairo_user_data_key_t bytes_key;

static cairo_surface_t *
image_new (GBytes *bytes, int side, gsize stride)
{
  /* cairo has no read-only images, and this one is never written to. Nothing shows through it. */
  cairo_surface_t *image = cairo_image_surface_create_for_data ((guchar *) g_bytes_get_data (bytes, NULL), CAIRO_FORMAT_RGB24,
                                                                side, side, (int) stride);

  cairo_surface_set_user_data (image, &bytes_key, g_bytes_ref (bytes), (cairo_destroy_func_t) g_bytes_unref);
  return image;
}

/* Where there are fewer processors than threads that want one, the frame comes first: of the system's
 * threads, Linux counts how nice each one is by itself. */
static void
stand_back (void)
{
  static GPrivate stands_back;

  if (g_private_get (&stands_back) == NULL)
    {
      setpriority (PRIO_PROCESS, 0, NICENESS);
      g_private_set (&stands_back, GINT_TO_POINTER (TRUE));
    }
}

static void
work_cb (gpointer data, gpointer user_data)
{
  Job *job = data;
  QdTileLevel *level = job->level;

  stand_back ();
  if (!g_atomic_int_get (&level->closed))
    {
      gsize stride;
      double side = QD_TILE_SIZE / level->zoom;
      g_autoptr (GBytes) bytes = qd_graph_drawing_draw (job->picture, job->x * side, job->y * side,
                                                        QD_TILE_SIZE, QD_TILE_SIZE, &stride);
      int pixels = (int) lrint (QD_TILE_SIZE * level->scale);

      if (bytes)
        job->image = image_new (bytes, pixels, stride);
    }
  g_idle_add_full (G_PRIORITY_DEFAULT, deliver_cb, job, (GDestroyNotify) job_free);
}

static int
compare_jobs (gconstpointer a, gconstpointer b, gpointer data)
{
  const Job *l = a, *r = b;

  return l->far < r->far ? -1 : l->far > r->far;
}

/* One pool for all pictures; it leaves a processor to the main thread. Its threads are its own: nobody else's
 * work is to be as patient. */
static GThreadPool *
get_pool (void)
{
  static GThreadPool *pool;

  if (pool == NULL)
    {
      pool = g_thread_pool_new (work_cb, NULL, CLAMP ((int) g_get_num_processors () - 1, 1, 4), TRUE, NULL);
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
  /* Like words, its lines would only be smears in a coarse picture that is scaled up. */
  if (scene->map && theme->font[0])
    qd_graph_drawing_set_map (self->picture, scene->map);
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

/* Whole pixels within @box, no further than the widget goes. */
static cairo_rectangle_int_t
pixels_within (const graphene_rect_t *box, int width, int height)
{
  int left = (int) CLAMP (ceilf (box->origin.x), 0, width), top = (int) CLAMP (ceilf (box->origin.y), 0, height);
  int right = (int) CLAMP (floorf (box->origin.x + box->size.width), left, width);
  int bottom = (int) CLAMP (floorf (box->origin.y + box->size.height), top, height);

  return (cairo_rectangle_int_t) { left, top, right - left, bottom - top };
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

static gboolean
is_exact (const graphene_rect_t *box)
{
  return fabsf (box->size.width - QD_TILE_SIZE) < 0.01f && fabsf (box->size.height - QD_TILE_SIZE) < 0.01f;
}

/* An exact tile is only copied; the scaled node would filter it into a picture of its own first. */
static void
append_texture (GtkSnapshot *snapshot, Tile *tile, const graphene_rect_t *box)
{
  if (tile->texture == NULL)
    tile->texture = gdk_memory_texture_new (cairo_image_surface_get_width (tile->image), cairo_image_surface_get_height (tile->image),
                                            GDK_MEMORY_DEFAULT, cairo_surface_get_user_data (tile->image, &bytes_key),
                                            (gsize) cairo_image_surface_get_stride (tile->image));
  if (is_exact (box))
    gtk_snapshot_append_texture (snapshot, tile->texture, box);
  else
    gtk_snapshot_append_scaled_texture (snapshot, tile->texture, GSK_SCALING_FILTER_LINEAR, box);
}

static void
append_pixels (GtkSnapshot *snapshot, Tile *tile, const graphene_rect_t *box, const graphene_rect_t *within, double scale)
{
  g_autoptr (GskRenderNode) node = NULL;

  if (!is_exact (box))
    {
      node = qd_pixels_node_new (tile->image, box, within, scale);
      if (node != NULL)
        gtk_snapshot_append_node (snapshot, node);
      return;
    }
  /* The same node while nothing moves: then nothing of it is drawn anew. */
  if (tile->node == NULL)
    tile->node = qd_pixels_node_new (tile->image, &GRAPHENE_RECT_INIT (0, 0, QD_TILE_SIZE, QD_TILE_SIZE), NULL, scale);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &box->origin);
  gtk_snapshot_append_node (snapshot, tile->node);
  gtk_snapshot_restore (snapshot);
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

        if ((tile == NULL || tile->image == NULL) && pixels.width > 0 && pixels.height > 0)
          cairo_region_union_rectangle (gaps, &pixels);
      }
  return gaps;
}

cairo_region_t *
qd_tile_level_find_bare (QdTileLevel *self, const QdViewport *viewport, int width, int height)
{
  TileRange range = range_of (self, viewport, width, height);
  Frame frame = frame_of (self, viewport, width, height);
  cairo_region_t *bare = cairo_region_create_rectangle (&(cairo_rectangle_int_t) { 0, 0, width, height });

  for (int y = range.top; y <= range.bottom; y++)
    for (int x = range.left; x <= range.right; x++)
      {
        Tile *tile = find_tile (self, x, y);
        graphene_rect_t box = box_of (&frame, x, y);
        cairo_rectangle_int_t pixels = pixels_within (&box, width, height);

        if (tile && tile->image && pixels.width > 0 && pixels.height > 0)
          cairo_region_subtract_rectangle (bare, &pixels);
      }
  return bare;
}

/* How what is drawn gets to the screen. */
typedef struct { GtkSnapshot *snapshot; gboolean pixels; double scale; } Target;

static void
draw_box (QdTileLevel *self, const Target *target, const QdViewport *viewport, int width, int height, const graphene_rect_t *within)
{
  TileRange range = range_of (self, viewport, width, height);
  Frame frame = frame_of (self, viewport, width, height);

  for (int y = range.top; y <= range.bottom; y++)
    for (int x = range.left; x <= range.right; x++)
      {
        Tile *tile = find_tile (self, x, y);
        graphene_rect_t box = box_of (&frame, x, y);

        if (tile == NULL || tile->image == NULL || !graphene_rect_intersection (&box, within, NULL))
          continue;
        if (target->pixels)
          append_pixels (target->snapshot, tile, &box, within, target->scale);
        else
          append_texture (target->snapshot, tile, &box);
      }
}

void
qd_tile_level_draw (QdTileLevel *self, GtkWidget *widget, GtkSnapshot *snapshot, const QdViewport *viewport, double scale,
                    const cairo_region_t *within)
{
  const Target target = { snapshot, qd_pixels_are_wanted (widget), scale };
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);

  if (within == NULL)
    draw_box (self, &target, viewport, width, height, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  for (int i = 0; within && i < cairo_region_num_rectangles (within); i++)
    {
      cairo_rectangle_int_t box;
      graphene_rect_t clip;

      cairo_region_get_rectangle (within, i, &box);
      clip = GRAPHENE_RECT_INIT ((float) box.x, (float) box.y, (float) box.width, (float) box.height);
      gtk_snapshot_push_clip (snapshot, &clip);
      draw_box (self, &target, viewport, width, height, &clip);
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
