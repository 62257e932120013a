/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * QdDrawnItem:
 *
 * Something that a widget draws and that is no widget, as assistive technologies see it. Its widget makes it when it is asked for and owns it;
 * others may hold it when what it was of has gone: then it has no widget, and nothing to say.
 */
#define QD_TYPE_DRAWN_ITEM (qd_drawn_item_get_type ())
G_DECLARE_DERIVABLE_TYPE (QdDrawnItem, qd_drawn_item, QD, DRAWN_ITEM, GObject)

struct _QdDrawnItemClass {
  GObjectClass parent_class;

  GtkAccessibleRole (*get_role) (QdDrawnItem *self);
  /* Says what it is, into the context that is there by now. */
  void (*refresh) (QdDrawnItem *self);
  /* All of these are asked only while there is a widget. (transfer full) */
  GtkAccessible *(*dup_parent) (QdDrawnItem *self);
  GtkAccessible *(*dup_first_child) (QdDrawnItem *self);    /* NULL: it never has any */
  GtkAccessible *(*dup_next) (QdDrawnItem *self);
  gboolean (*get_bounds) (QdDrawnItem *self, int *x, int *y, int *width, int *height);
  /* NULL: it never can be, or is. */
  gboolean (*is_focusable) (QdDrawnItem *self);
  gboolean (*is_focused) (QdDrawnItem *self);
};

/* Borrowed; NULL: what it was of has gone. */
GtkWidget *qd_drawn_item_get_widget (QdDrawnItem *self);
void qd_drawn_item_set_widget (QdDrawnItem *self, GtkWidget *widget);
/* Somebody listens: what changes is to be told. */
gboolean qd_drawn_item_is_heard (QdDrawnItem *self);

G_END_DECLS
