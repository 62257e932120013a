/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-placement-places.h"

#include <string.h>

#include <adwaita.h>
#include <glib/gi18n.h>

#define SIDE 11
#define GAP 3
#define STEP (SIDE + GAP)
/* More places than that are a bar: squares that nobody could tell apart say less. */
#define MAX_SQUARES 320
#define BAR_HEIGHT 8
#define MIN_COLUMNS 8

enum { INK, ACCENT, DEGRADED, DOWN, N_PROBES };

/* What a bar is drawn by. */
typedef struct { gboolean shown; guint now, then; gint64 capacity; } Bar;

struct _QdPlacementPlaces {
  GtkWidget parent_instance;

  QdPlacementBoard *board;
  char *shard;
  GByteArray *squares;             /* a byte each: how it looks, and whether the filter leaves it out */
  Bar bar;
  GtkWidget *probes[N_PROBES];     /* hidden: they have the style sheet's colours */
};

G_DEFINE_FINAL_TYPE (QdPlacementPlaces, qd_placement_places, GTK_TYPE_WIDGET)
/* A GStrv under another name. */
typedef char *QdPlacementDrag;
G_DEFINE_BOXED_TYPE (QdPlacementDrag, qd_placement_drag, g_strdupv, g_strfreev)

GdkContentProvider *
qd_placement_drag_new (const char *kind, const char *const *tenants)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) words = NULL;

  g_strv_builder_add (builder, kind);
  g_strv_builder_addv (builder, (const char **) tenants);
  words = g_strv_builder_end (builder);
  return gdk_content_provider_new_typed (QD_TYPE_PLACEMENT_DRAG, words);
}

const char *const *
qd_placement_drag_get (const GValue *value, const char *kind)
{
  const char *const *words = g_value_get_boxed (value);

  return words != NULL && g_strcmp0 (words[0], kind) == 0 ? words + 1 : NULL;
}

/* --- How many ---------------------------------------------------------------------------------------------- */

static const QdRollShard *
get_shard (QdPlacementPlaces *self)
{
  const QdPlacementRoll *roll = qd_placement_board_get_roll (self->board);

  return roll != NULL && self->shard != NULL ? qd_placement_roll_get_shard (roll, self->shard) : NULL;
}

/* Those who go keep their square until they have gone. */
static guint
count_squares (QdPlacementPlaces *self, const QdRollShard *shard)
{
  guint n = qd_placement_board_get_tenants (self->board, self->shard)->len;

  return shard->capacity > n ? (guint) MIN (shard->capacity, G_MAXINT) : n;
}

static guint
count_columns (int width)
{
  return (guint) MAX ((width + GAP) / STEP, 1);
}

/* --- What is seen --------------------------------------------------------------------------------------------- */

/* How a square is drawn. All that look alike are one path: the renderer's price is for each piece, not for each square. */
typedef enum { LOOK_STAYS, LOOK_TROUBLED, LOOK_OVER, LOOK_COMES, LOOK_GOES, LOOK_FREE, N_LOOKS } Look;

static const struct { guint probe; float alpha, line; guint strokes; gboolean on_paper; } looks[N_LOOKS] = {
  [LOOK_STAYS] = { INK, 0.5f, 0, 0, FALSE },
  [LOOK_TROUBLED] = { DEGRADED, 1, 0, 0, FALSE },
  [LOOK_OVER] = { DOWN, 1, 0, 1, TRUE },
  [LOOK_COMES] = { ACCENT, 1, 0, 2, TRUE },
  [LOOK_GOES] = { ACCENT, 1, 1.5f, 1, FALSE },
  [LOOK_FREE] = { INK, 0.25f, 1, 0, FALSE },
};

/* In high contrast none is fainter. */
#define PLAIN_ALPHA 0.75f
/* Of a square, in its byte. */
#define LEFT_OUT 0x80

static Look
find_look (QdPlacementPlaces *self, const QdRollTenant *tenant, gboolean stays, gboolean over)
{
  if (g_strcmp0 (tenant->shard, self->shard) != 0)
    return LOOK_COMES;
  if (!stays)
    return LOOK_GOES;
  if (over)
    return LOOK_OVER;
  return tenant->status == QD_STATUS_DEGRADED || tenant->status == QD_STATUS_DOWN ? LOOK_TROUBLED : LOOK_STAYS;
}

static void
read_squares (QdPlacementPlaces *self, const QdRollShard *shard, guint n)
{
  GPtrArray *tenants = qd_placement_board_get_tenants (self->board, self->shard);
  guint staying = 0;

  g_byte_array_set_size (self->squares, n);
  for (guint i = 0; i < n; i++)
    {
      const QdRollTenant *tenant = i < tenants->len ? tenants->pdata[i] : NULL;
      gboolean stays = tenant != NULL && g_strcmp0 (qd_placement_board_get_place (self->board, tenant->id), self->shard) == 0;
      Look look = LOOK_FREE;

      staying += stays;
      if (tenant != NULL)
        look = find_look (self, tenant, stays, shard->capacity >= 0 && staying > shard->capacity);
      self->squares->data[i] = (guint8) (look | (tenant != NULL && !qd_placement_board_matches (self->board, tenant) ? LEFT_OUT : 0));
    }
}

static void
read_all (QdPlacementPlaces *self)
{
  const QdRollShard *shard = get_shard (self);
  guint n = shard != NULL ? count_squares (self, shard) : 0;

  self->bar = (Bar) { 0 };
  g_byte_array_set_size (self->squares, 0);
  if (n > MAX_SQUARES)
    self->bar = (Bar) { TRUE, qd_placement_board_count_now (self->board, self->shard), qd_placement_board_count_then (self->board, self->shard),
                        shard->capacity };
  else if (n > 0)
    read_squares (self, shard, n);
}

static gboolean
is_same_bar (const Bar *a, const Bar *b)
{
  return a->shown == b->shown && a->now == b->now && a->then == b->then && a->capacity == b->capacity;
}

/* Only what is seen to change is drawn, and only where there are more squares, or fewer, is there anything to be laid out. */
gboolean
qd_placement_places_update (QdPlacementPlaces *self)
{
  g_autoptr (GByteArray) before = g_steal_pointer (&self->squares);
  Bar bar = self->bar;

  self->squares = g_byte_array_sized_new (before->len);
  read_all (self);
  if (self->squares->len != before->len || self->bar.shown != bar.shown)
    gtk_widget_queue_resize (GTK_WIDGET (self));
  else if (is_same_bar (&self->bar, &bar) && (before->len == 0 || memcmp (self->squares->data, before->data, before->len) == 0))
    return FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return TRUE;
}

/* --- Drawing ------------------------------------------------------------------------------------------------- */

static void
get_color (QdPlacementPlaces *self, guint probe, float alpha, GdkRGBA *color)
{
  gtk_widget_get_color (self->probes[probe], color);
  color->alpha *= alpha;
}

/* By look, and whether the filter leaves it out: what is filled, and what is struck through it. */
typedef struct { GskPathBuilder *shapes[N_LOOKS][2], *strokes[N_LOOKS][2]; } Squares;

static void
add_round (GskPathBuilder *path, float x, float y, float size, float radius)
{
  GskRoundedRect round;

  gsk_rounded_rect_init_from_rect (&round, &GRAPHENE_RECT_INIT (x, y, size, size), radius);
  gsk_path_builder_add_rounded_rect (path, &round);
}

static GskPathBuilder *
ensure_path (GskPathBuilder **path)
{
  if (*path == NULL)
    *path = gsk_path_builder_new ();
  return *path;
}

/* A bar across, a cross for two: what a colour says is said by a shape as well. */
static void
add_square (Squares *self, Look look, gboolean left_out, float x, float y)
{
  GskPathBuilder *shapes = ensure_path (&self->shapes[look][left_out]);
  float line = looks[look].line, middle = SIDE / 2.f;

  add_round (shapes, x, y, SIDE, 2);
  if (line > 0)
    add_round (shapes, x + line, y + line, SIDE - 2 * line, MAX (2 - line, 0));
  if (looks[look].strokes > 0)
    gsk_path_builder_add_rect (ensure_path (&self->strokes[look][left_out]), &GRAPHENE_RECT_INIT (x + 2.5f, y + middle - 0.75f, SIDE - 5, 1.5f));
  if (looks[look].strokes > 1)
    gsk_path_builder_add_rect (self->strokes[look][left_out], &GRAPHENE_RECT_INIT (x + middle - 0.75f, y + 2.5f, 1.5f, SIDE - 5));
}

static void
fill_path (GtkSnapshot *snapshot, GskPathBuilder *builder, GskFillRule rule, const GdkRGBA *color)
{
  g_autoptr (GskPath) path = builder != NULL ? gsk_path_builder_free_to_path (builder) : NULL;

  if (path != NULL)
    gtk_snapshot_append_fill (snapshot, path, rule, color);
}

static void
draw_looks (QdPlacementPlaces *self, GtkSnapshot *snapshot, Squares *squares)
{
  gboolean plain = adw_style_manager_get_high_contrast (adw_style_manager_get_for_display (gtk_widget_get_display (GTK_WIDGET (self))));

  for (guint look = 0; look < N_LOOKS; look++)
    for (guint left_out = 0; left_out < 2; left_out++)
      {
        float alpha = left_out ? 0.25f : 1;
        GdkRGBA color, paper = { 1, 1, 1, alpha };

        get_color (self, looks[look].probe, alpha * (plain ? MAX (looks[look].alpha, PLAIN_ALPHA) : looks[look].alpha), &color);
        fill_path (snapshot, squares->shapes[look][left_out], GSK_FILL_RULE_EVEN_ODD, &color);
        fill_path (snapshot, squares->strokes[look][left_out], GSK_FILL_RULE_WINDING, looks[look].on_paper ? &paper : &color);
      }
}

static void
draw_squares (QdPlacementPlaces *self, GtkSnapshot *snapshot)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  gboolean mirrored = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  guint columns = count_columns (width);
  Squares squares = { 0 };

  for (guint i = 0; i < self->squares->len; i++)
    {
      float across = (float) (i % columns) * STEP, x = mirrored ? (float) width - across - SIDE : across, y = (float) (i / columns) * STEP;

      add_square (&squares, self->squares->data[i] & ~LEFT_OUT, (self->squares->data[i] & LEFT_OUT) != 0, x, y);
    }
  draw_looks (self, snapshot, &squares);
}

static void
fill (GtkSnapshot *snapshot, const graphene_rect_t *rect, const GdkRGBA *color)
{
  GskRoundedRect round;

  gsk_rounded_rect_init_from_rect (&round, rect, 2);
  gtk_snapshot_push_rounded_clip (snapshot, &round);
  gtk_snapshot_append_color (snapshot, color, rect);
  gtk_snapshot_pop (snapshot);
}

static void
draw_bar (QdPlacementPlaces *self, GtkSnapshot *snapshot)
{
  guint now = self->bar.now, then = self->bar.then;
  float width = (float) gtk_widget_get_width (GTK_WIDGET (self));
  double whole = MAX (MAX ((double) self->bar.capacity, now), MAX (then, 1));
  gboolean mirrored = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL, over = self->bar.capacity >= 0 && then > self->bar.capacity;
  float parts[] = { width, (float) (width * MIN (now, then) / whole), (float) (width * then / whole) };
  static const guint order[] = { 0, 2, 1 };

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      GdkRGBA color;

      get_color (self, order[i] == 2 ? ACCENT : over ? DOWN : INK, order[i] == 0 ? 0.15f : order[i] == 1 && !over ? 0.55f : 1, &color);
      fill (snapshot, &GRAPHENE_RECT_INIT (mirrored ? width - parts[order[i]] : 0, 0, parts[order[i]], BAR_HEIGHT), &color);
    }
}

static void
qd_placement_places_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  QdPlacementPlaces *self = QD_PLACEMENT_PLACES (widget);

  if (self->bar.shown)
    draw_bar (self, snapshot);
  else
    draw_squares (self, snapshot);
}

static void
qd_placement_places_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                             int *minimum_baseline, int *natural_baseline)
{
  QdPlacementPlaces *self = QD_PLACEMENT_PLACES (widget);
  guint columns;

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = MIN_COLUMNS * STEP - GAP;
      *natural = MAX (*minimum, 14 * STEP - GAP);
      return;
    }
  columns = for_size >= 0 ? count_columns (for_size) : MIN_COLUMNS;
  *minimum = *natural = self->bar.shown ? BAR_HEIGHT : (int) ((MAX (self->squares->len, 1) + columns - 1) / columns) * STEP - GAP;
}

static GtkSizeRequestMode
qd_placement_places_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

/* --- Whose is it ----------------------------------------------------------------------------------------------- */

const QdRollTenant *
qd_placement_places_pick (QdPlacementPlaces *self, double x, double y)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  guint columns = count_columns (width), at;
  GPtrArray *tenants;

  if (gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL)
    x = width - x;
  if (get_shard (self) == NULL || x < 0 || y < 0 || x >= columns * STEP || self->bar.shown)
    return NULL;
  tenants = qd_placement_board_get_tenants (self->board, self->shard);
  at = (guint) (y / STEP) * columns + (guint) (x / STEP);
  return at < tenants->len ? tenants->pdata[at] : NULL;
}

static gboolean
query_tooltip_cb (QdPlacementPlaces *self, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  const QdRollTenant *tenant = keyboard ? NULL : qd_placement_places_pick (self, x, y);
  const char *place = tenant != NULL ? qd_placement_board_get_place (self->board, tenant->id) : NULL;
  g_autofree char *text = NULL;

  if (tenant == NULL)
    return FALSE;
  if (g_strcmp0 (place, tenant->shard) != 0)
    text = g_strdup_printf (_("%s: %s → %s by the plan"), tenant->name, tenant->shard != NULL ? tenant->shard : _("nowhere"), place);
  gtk_tooltip_set_text (tooltip, text != NULL ? text : tenant->name);
  return TRUE;
}

static GdkContentProvider *
prepare_cb (QdPlacementPlaces *self, double x, double y)
{
  const QdRollTenant *tenant = qd_placement_places_pick (self, x, y);
  const char *tenants[] = { tenant != NULL ? tenant->id : NULL, NULL };

  return tenant != NULL ? qd_placement_drag_new (qd_placement_board_get_roll (self->board)->kind, tenants) : NULL;
}

/* --- The widget --------------------------------------------------------------------------------------------------- */

static void
qd_placement_places_dispose (GObject *object)
{
  QdPlacementPlaces *self = QD_PLACEMENT_PLACES (object);

  for (guint i = 0; i < N_PROBES; i++)
    g_clear_pointer (&self->probes[i], gtk_widget_unparent);
  g_clear_object (&self->board);
  g_clear_pointer (&self->shard, g_free);
  G_OBJECT_CLASS (qd_placement_places_parent_class)->dispose (object);
}

static void
qd_placement_places_finalize (GObject *object)
{
  g_byte_array_unref (QD_PLACEMENT_PLACES (object)->squares);
  G_OBJECT_CLASS (qd_placement_places_parent_class)->finalize (object);
}

static void
qd_placement_places_class_init (QdPlacementPlacesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qd_placement_places_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_placement_places_finalize;
  widget_class->snapshot = qd_placement_places_snapshot;
  widget_class->measure = qd_placement_places_measure;
  widget_class->get_request_mode = qd_placement_places_get_request_mode;
  gtk_widget_class_set_css_name (widget_class, "placementplaces");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
qd_placement_places_init (QdPlacementPlaces *self)
{
  static const char *const classes[N_PROBES] = { NULL, "accent", "qd-degraded", "qd-down" };
  GtkDragSource *drag = gtk_drag_source_new ();

  self->squares = g_byte_array_new ();
  for (guint i = 0; i < N_PROBES; i++)
    {
      self->probes[i] = gtk_label_new (NULL);
      if (classes[i] != NULL)
        gtk_widget_add_css_class (self->probes[i], classes[i]);
      gtk_widget_set_visible (self->probes[i], FALSE);
      gtk_widget_set_parent (self->probes[i], GTK_WIDGET (self));
    }
  gtk_drag_source_set_actions (drag, GDK_ACTION_MOVE);
  g_signal_connect_object (drag, "prepare", G_CALLBACK (prepare_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  g_signal_connect_object (self, "query-tooltip", G_CALLBACK (query_tooltip_cb), self, G_CONNECT_SWAPPED);
}

GtkWidget *
qd_placement_places_new (QdPlacementBoard *board)
{
  QdPlacementPlaces *self = g_object_new (QD_TYPE_PLACEMENT_PLACES, NULL);

  self->board = g_object_ref (board);
  return GTK_WIDGET (self);
}

void
qd_placement_places_set_shard (QdPlacementPlaces *self, const char *shard)
{
  g_set_str (&self->shard, shard);
}
