/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-slow-list.h"

#define PORTION 32
/* Of a portion, as many at a time as are made within this; a row costs. */
#define STEP 4
#define BUDGET_US 3000

static const char growing_key[] = "qd-growing";

static gboolean
grow_cb (gpointer data)
{
  GtkSliceListModel *slice = data;
  gint64 end = g_get_monotonic_time () + BUDGET_US;
  guint size = gtk_slice_list_model_get_size (slice), until = size + PORTION;

  while (size < g_list_model_get_n_items (gtk_slice_list_model_get_model (slice)))
    {
      if (size >= until || g_get_monotonic_time () > end)
        return G_SOURCE_CONTINUE;
      gtk_slice_list_model_set_size (slice, size += STEP);
    }
  g_object_set_data (G_OBJECT (slice), growing_key, NULL);
  gtk_slice_list_model_set_size (slice, G_MAXUINT);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (GtkSliceListModel *slice)
{
  guint n = g_list_model_get_n_items (gtk_slice_list_model_get_model (slice));

  if (n == 0)
    gtk_slice_list_model_set_size (slice, PORTION);
  else if (n > gtk_slice_list_model_get_size (slice) && g_object_get_data (G_OBJECT (slice), growing_key) == NULL)
    g_object_set_data (G_OBJECT (slice), growing_key,
                       GUINT_TO_POINTER (g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, grow_cb, g_object_ref (slice), g_object_unref)));
}

GListModel *
qd_slow_list_new (GListModel *model)
{
  GtkSliceListModel *slice = gtk_slice_list_model_new (g_object_ref (model), 0, PORTION);

  /* After the slice itself has seen the change. */
  g_signal_connect_object (model, "items-changed", G_CALLBACK (changed_cb), slice, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  changed_cb (slice);
  return G_LIST_MODEL (slice);
}
