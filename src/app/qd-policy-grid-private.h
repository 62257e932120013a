/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-glyph.h"
#include "qd-policy-grid.h"

G_BEGIN_DECLS

/* Cells are drawn in tiles of so many by so many. */
#define QD_POLICY_TILE 16

typedef struct { guint row, column; } QdPolicySpot;   /* lines; QD_POLICY_NO_LINE: nowhere */

typedef enum { QD_POLICY_DOWN, QD_POLICY_ACROSS, QD_POLICY_N_WAYS } QdPolicyWay;   /* which axis */

struct _QdPolicyGrid {
  GtkWidget parent_instance;

  QdPolicyProbes probes;
  QdPolicyTheme theme;

  QdPolicyEnds *ends;
  QdPolicyAxis axes[QD_POLICY_N_WAYS];

  GtkAdjustment *adjustments[QD_POLICY_N_WAYS];
  GtkScrollablePolicy hpolicy, vpolicy;
  gboolean placing;

  int cell;                                /* pixels of a line, either way */
  int wanted[QD_POLICY_N_WAYS];            /* how much room the names would like */
  int header_width, header_height;

  /* What is drawn, kept while it is true. */
  cairo_surface_t *sprites[QD_POLICY_N_CELL_STATES][QD_POLICY_N_CELL_CHANGES][2];   /* the last: on the diagonal */
  GHashTable *tiles;
  GHashTable *labels;
  int scale;
  guint tick;                              /* more is to be drawn */

  QdPolicySpot cursor, anchor, hover;
  guint cursor_end[QD_POLICY_N_WAYS];      /* the ends there */
  gboolean reveal;                         /* the cursor, once there is room */
  GCancellable *copying;                   /* a table that is being written; NULL: none */

  GHashTable *items;                       /* for readers; NULL until one asks */
};

/* --- Where things are ---------------------------------------------------------------------------- */

int qd_policy_grid_get_value (QdPolicyGrid *self, QdPolicyWay way);
/* The left or upper edge of a line. */
int qd_policy_grid_line_to_pixel (QdPolicyGrid *self, QdPolicyWay way, guint line);
/* The lines in sight: from @first up to before @end. */
void qd_policy_grid_get_seen (QdPolicyGrid *self, QdPolicyWay way, guint *first, guint *end);
/* The heading that stays in sight over its lines, and how much of it is seen, in pixels; FALSE: there are no lines. */
gboolean qd_policy_grid_get_pinned (QdPolicyGrid *self, QdPolicyWay way, guint *heading, int *seen);
/* Where cells are seen. */
graphene_rect_t qd_policy_grid_get_body (QdPolicyGrid *self);
graphene_rect_t qd_policy_grid_get_cell_box (QdPolicyGrid *self, QdPolicySpot spot);
gboolean qd_policy_grid_pick (QdPolicyGrid *self, double x, double y, QdPolicySpot *spot);
gboolean qd_policy_grid_is_cell (QdPolicyGrid *self, QdPolicySpot spot);
void qd_policy_grid_reveal (QdPolicyGrid *self);

/* --- Tiles and names ----------------------------------------------------------------------------- */

void qd_policy_grid_tiles_init (QdPolicyGrid *self);
/* Nothing of what was drawn holds any more. */
void qd_policy_grid_tiles_drop (QdPolicyGrid *self);
void qd_policy_grid_tiles_finalize (QdPolicyGrid *self);
void qd_policy_grid_draw_tiles (QdPolicyGrid *self, GtkSnapshot *snapshot);
gboolean qd_policy_grid_tiles_get (QdPolicyGrid *self, QdPolicySpot spot, QdPolicyCell *cell);

/* How much room the names would like. */
void qd_policy_grid_measure_labels (QdPolicyGrid *self);
void qd_policy_grid_draw_labels (QdPolicyGrid *self, GtkSnapshot *snapshot);

/* --- Keys, pointer, readers ---------------------------------------------------------------------- */

void qd_policy_grid_class_add_bindings (GtkWidgetClass *klass);
void qd_policy_grid_watch_input (QdPolicyGrid *self);
/* The rectangle that is selected, in lines, inclusive; FALSE: one cell or none. */
gboolean qd_policy_grid_get_selection (QdPolicyGrid *self, QdPolicySpot *first, QdPolicySpot *last);
void qd_policy_grid_set_cursor (QdPolicyGrid *self, QdPolicySpot spot, gboolean extend);
/* Whoever has come by the keyboard sees where they are. */
void qd_policy_grid_ensure_cursor (QdPolicyGrid *self);
void qd_policy_grid_activate (QdPolicyGrid *self, QdPolicySpot spot);

GtkAccessible *qd_policy_grid_item_dup_row (QdPolicyGrid *self, guint from);
GtkAccessible *qd_policy_grid_item_get_cell (QdPolicyGrid *self, QdPolicySpot spot);   /* borrowed */
void qd_policy_grid_items_drop (QdPolicyGrid *self);

G_END_DECLS
