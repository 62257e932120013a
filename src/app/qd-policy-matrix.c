/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-matrix.h"

#include <string.h>

#include <adwaita.h>
#include <glib/gi18n.h>

#include "qd-policy-count.h"
#include "qd-policy-csv.h"
#include "qd-policy-glyph.h"
#include "qd-policy-matrix-private.h"

typedef struct {
  QdPolicyCell cell;
  const char *text, *tooltip;
} Mark;

static const Mark marks[] = {
  { { QD_POLICY_CELL_ALL, QD_POLICY_CELL_SAME }, N_("Every port"), N_("Everything may pass") },
  { { QD_POLICY_CELL_SOME, QD_POLICY_CELL_SAME }, N_("Some ports"), N_("Some ports may pass") },
  { { QD_POLICY_CELL_NONE, QD_POLICY_CELL_SAME }, N_("Nothing"), N_("Nothing may pass") },
  { { QD_POLICY_CELL_ALL, QD_POLICY_CELL_ALLOWED }, N_("Newly allowed"), N_("More may pass than before: filled where it is every port now, open where it is some") },
  { { QD_POLICY_CELL_NONE, QD_POLICY_CELL_DENIED }, N_("Newly denied"), N_("Less may pass than before: filled where it is nothing now, open where it is some ports") },
  { { QD_POLICY_CELL_SOME, QD_POLICY_CELL_MIXED }, N_("Partly changed"), N_("Some ports are newly allowed and others newly denied") },
};

struct _QdPolicyMatrix {
  GtkWidget parent_instance;

  GtkWidget *scroller;
  GtkWidget *grid;
  GtkWidget *legend;
  GtkWidget *entries[G_N_ELEMENTS (marks)];
  GtkWidget *figures[G_N_ELEMENTS (marks)];

  QdPolicyEnds *ends;
  QdPolicyCount *count;      /* of ends; NULL: not known */
  GCancellable *counting;    /* NULL: nobody counts */
  GHashTable *changed[2];    /* names of rows and of columns in which something had changed when it was last known */
  char *filter;
  gboolean only_changes;
};

typedef enum { PROP_ONLY_CHANGES = 1, PROP_COUNTED, N_PROPS } QdPolicyMatrixProperty;

static GParamSpec *properties[N_PROPS];
static guint activated_signal;

G_DEFINE_FINAL_TYPE (QdPolicyMatrix, qd_policy_matrix, GTK_TYPE_WIDGET)

/* --- What is seen -------------------------------------------------------------------------------- */

static char **
split_words (const char *text, gsize length)
{
  g_autofree char *folded = g_utf8_casefold (text, (gssize) length);
  g_auto (GStrv) parts = g_strsplit_set (folded, " \t", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0')
      g_strv_builder_add (builder, parts[i]);
  return g_strv_builder_end (builder);
}

/* "a > b": rows by a, columns by b. */
static void
split_filter (const char *filter, GStrv *rows, GStrv *columns)
{
  const char *text = filter != NULL ? filter : "", *arrow = strstr (text, "→"), *after = arrow != NULL ? arrow + strlen ("→") : NULL;

  if (arrow == NULL && (arrow = strchr (text, '>')) != NULL)
    after = arrow + 1;
  *rows = split_words (text, arrow != NULL ? (gsize) (arrow - text) : strlen (text));
  *columns = after != NULL ? split_words (after, strlen (after)) : g_strdupv (*rows);
}

/* While it is being counted, what had changed before is what has changed: a matrix that is typed at does not flicker. */
static guint8 *
find_wanted (QdPolicyMatrix *self, guint side)
{
  guint n = qd_policy_ends_get_n (self->ends);
  guint8 *wanted;

  if (!self->only_changes || !qd_policy_ends_has_before (self->ends))
    return NULL;
  if (self->count != NULL)
    return g_memdup2 (side == 0 ? self->count->rows : self->count->columns, n);
  if (self->changed[side] == NULL)
    return NULL;
  wanted = g_new0 (guint8, n);
  for (guint i = 0; i < n; i++)
    wanted[i] = g_hash_table_contains (self->changed[side], qd_policy_ends_get (self->ends, i)->text);
  return wanted;
}

static void
update_grid (QdPolicyMatrix *self)
{
  QdPolicyAxis axes[2] = { { NULL, 0 }, { NULL, 0 } };
  g_auto (GStrv) rows = NULL, columns = NULL;

  split_filter (self->filter, &rows, &columns);
  for (guint i = 0; i < 2 && self->ends != NULL; i++)
    {
      g_autofree guint8 *wanted = find_wanted (self, i);

      qd_policy_axis_fill (&axes[i], self->ends, (const char *const *) (i == 0 ? rows : columns), wanted);
    }
  qd_policy_grid_set (QD_POLICY_GRID (self->grid), self->ends, &axes[0], &axes[1]);
}

static void
update_legend (QdPolicyMatrix *self)
{
  gboolean before = self->ends != NULL && qd_policy_ends_has_before (self->ends);

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    {
      QdPolicyCellChange change = (QdPolicyCellChange) marks[i].cell.change;
      g_autofree char *figure = NULL;

      if (change == QD_POLICY_CELL_SAME)
        continue;
      gtk_widget_set_visible (self->entries[i], before);
      if (self->count != NULL)
        figure = g_strdup_printf ("%'" G_GUINT64_FORMAT, self->count->n[change]);
      gtk_label_set_text (GTK_LABEL (self->figures[i]), figure != NULL ? figure : "");
      gtk_widget_set_visible (self->figures[i], figure != NULL);
    }
}

/* --- Counting ------------------------------------------------------------------------------------ */

static GHashTable *
name_changed (QdPolicyMatrix *self, const guint8 *flags)
{
  GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < qd_policy_ends_get_n (self->ends); i++)
    if (flags[i])
      g_hash_table_add (names, g_strdup (qd_policy_ends_get (self->ends, i)->text));
  return names;
}

static void
counted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdPolicyMatrix) self = data;
  g_autoptr (QdPolicyCount) count = qd_policy_count_finish (result, NULL);

  if (count == NULL || g_task_get_cancellable (G_TASK (result)) != self->counting)
    return;
  g_clear_object (&self->counting);
  self->count = g_steal_pointer (&count);
  for (guint i = 0; i < 2; i++)
    {
      g_clear_pointer (&self->changed[i], g_hash_table_unref);
      self->changed[i] = name_changed (self, i == 0 ? self->count->rows : self->count->columns);
    }
  if (self->only_changes)
    update_grid (self);
  update_legend (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COUNTED]);
}

static void
stop_counting (QdPolicyMatrix *self)
{
  if (self->counting != NULL)
    g_cancellable_cancel (self->counting);
  g_clear_object (&self->counting);
  g_clear_pointer (&self->count, qd_policy_count_free);
}

/* --- The legend ---------------------------------------------------------------------------------- */

static void
add_entry (QdPolicyMatrix *self, guint i)
{
  GtkWidget *entry = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *label = gtk_label_new (_(marks[i].text));

  self->entries[i] = entry;
  self->figures[i] = gtk_label_new (NULL);
  gtk_widget_set_visible (self->figures[i], FALSE);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (self->figures[i], "caption");
  gtk_widget_add_css_class (self->figures[i], "numeric");
  gtk_widget_add_css_class (self->figures[i], "dimmed");
  gtk_widget_set_tooltip_text (entry, _(marks[i].tooltip));
  gtk_box_append (GTK_BOX (entry), qd_policy_glyph_new (marks[i].cell));
  gtk_box_append (GTK_BOX (entry), label);
  gtk_box_append (GTK_BOX (entry), self->figures[i]);
  adw_wrap_box_append (ADW_WRAP_BOX (self->legend), entry);
}

static void
make_legend (QdPolicyMatrix *self)
{
  self->legend = adw_wrap_box_new ();
  adw_wrap_box_set_child_spacing (ADW_WRAP_BOX (self->legend), 18);
  adw_wrap_box_set_line_spacing (ADW_WRAP_BOX (self->legend), 2);
  gtk_widget_set_margin_start (self->legend, 12);
  gtk_widget_set_margin_end (self->legend, 12);
  gtk_widget_set_margin_top (self->legend, 6);
  gtk_widget_set_margin_bottom (self->legend, 6);
  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    add_entry (self, i);
  gtk_widget_set_parent (self->legend, GTK_WIDGET (self));
}

/* --- The object ---------------------------------------------------------------------------------- */

static void
activated_cb (QdPolicyMatrix *self, guint src, guint dst)
{
  guint from = qd_policy_ends_get (self->ends, src)->now, to = qd_policy_ends_get (self->ends, dst)->now;

  /* One that is not there any more has no number now. */
  if (from != QD_POLICY_NO_END && to != QD_POLICY_NO_END)
    g_signal_emit (self, activated_signal, 0, from, to);
}

static gboolean
qd_policy_matrix_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (QD_POLICY_MATRIX (widget)->grid);
}

static void
qd_policy_matrix_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  QdPolicyMatrix *self = QD_POLICY_MATRIX (object);

  switch ((QdPolicyMatrixProperty) id)
    {
    case PROP_ONLY_CHANGES: g_value_set_boolean (value, self->only_changes); break;
    case PROP_COUNTED: g_value_set_boolean (value, self->count != NULL); break;
    case N_PROPS:
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
qd_policy_matrix_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_ONLY_CHANGES)
    qd_policy_matrix_set_only_changes (QD_POLICY_MATRIX (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
qd_policy_matrix_dispose (GObject *object)
{
  QdPolicyMatrix *self = QD_POLICY_MATRIX (object);

  stop_counting (self);
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  g_clear_pointer (&self->legend, gtk_widget_unparent);
  G_OBJECT_CLASS (qd_policy_matrix_parent_class)->dispose (object);
}

static void
qd_policy_matrix_finalize (GObject *object)
{
  QdPolicyMatrix *self = QD_POLICY_MATRIX (object);

  g_clear_pointer (&self->ends, qd_policy_ends_unref);
  for (guint i = 0; i < 2; i++)
    g_clear_pointer (&self->changed[i], g_hash_table_unref);
  g_free (self->filter);
  G_OBJECT_CLASS (qd_policy_matrix_parent_class)->finalize (object);
}

static void
qd_policy_matrix_class_init (QdPolicyMatrixClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = qd_policy_matrix_get_property;
  object_class->set_property = qd_policy_matrix_set_property;
  object_class->dispose = qd_policy_matrix_dispose;
  object_class->finalize = qd_policy_matrix_finalize;
  widget_class->grab_focus = qd_policy_matrix_grab_focus;
  properties[PROP_ONLY_CHANGES] = g_param_spec_boolean ("only-changes", NULL, NULL, FALSE,
                                                        G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /* Whether it is known how many pairs have changed. */
  properties[PROP_COUNTED] = g_param_spec_boolean ("counted", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * QdPolicyMatrix::activated:
   * @src: who, and
   * @dst: whom: ends of now
   */
  activated_signal = g_signal_new ("activated", QD_TYPE_POLICY_MATRIX, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_UINT);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "policymatrix");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
qd_policy_matrix_init (QdPolicyMatrix *self)
{
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  self->scroller = gtk_scrolled_window_new ();
  self->grid = qd_policy_grid_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), self->grid);
  gtk_widget_set_vexpand (self->scroller, TRUE);
  gtk_widget_set_hexpand (self->scroller, TRUE);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
  make_legend (self);
  update_legend (self);
  g_signal_connect_object (self->grid, "activated", G_CALLBACK (activated_cb), self, G_CONNECT_SWAPPED);
}

/**
 * qd_policy_matrix_new:
 *
 * Returns: (transfer floating): a matrix of nothing
 */
GtkWidget *
qd_policy_matrix_new (void)
{
  return g_object_new (QD_TYPE_POLICY_MATRIX, NULL);
}

void
qd_policy_matrix_set_evals (QdPolicyMatrix *self, QdPolicyEval *now, QdPolicyEval *before)
{
  gboolean was_counted = self->count != NULL;

  g_return_if_fail (QD_IS_POLICY_MATRIX (self));

  stop_counting (self);
  g_clear_pointer (&self->ends, qd_policy_ends_unref);
  self->ends = now != NULL ? qd_policy_ends_new (now, before) : NULL;
  if (now != NULL && before != NULL)
    {
      self->counting = g_cancellable_new ();
      qd_policy_count_async (self->ends, self->counting, counted_cb, g_object_ref (self));
    }
  update_grid (self);
  update_legend (self);
  if (was_counted)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COUNTED]);
}

void
qd_policy_matrix_set_filter (QdPolicyMatrix *self, const char *text)
{
  g_return_if_fail (QD_IS_POLICY_MATRIX (self));

  if (g_set_str (&self->filter, text))
    update_grid (self);
}

void
qd_policy_matrix_set_only_changes (QdPolicyMatrix *self, gboolean only)
{
  g_return_if_fail (QD_IS_POLICY_MATRIX (self));

  if (self->only_changes == !!only)
    return;
  self->only_changes = !!only;
  update_grid (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ONLY_CHANGES]);
}

gboolean
qd_policy_matrix_get_only_changes (QdPolicyMatrix *self)
{
  return self->only_changes;
}

guint
qd_policy_matrix_get_n_rows (QdPolicyMatrix *self)
{
  return qd_policy_grid_get_n (QD_POLICY_GRID (self->grid), FALSE);
}

guint
qd_policy_matrix_get_n_columns (QdPolicyMatrix *self)
{
  return qd_policy_grid_get_n (QD_POLICY_GRID (self->grid), TRUE);
}

gboolean
qd_policy_matrix_get_n_changed (QdPolicyMatrix *self, QdPolicyCellChange change, guint64 *n)
{
  if (self->count == NULL)
    return FALSE;
  *n = self->count->n[change];
  return TRUE;
}

gboolean
qd_policy_matrix_select (QdPolicyMatrix *self, guint src, guint dst)
{
  return self->ends != NULL && qd_policy_grid_select (QD_POLICY_GRID (self->grid), qd_policy_ends_find (self->ends, src), qd_policy_ends_find (self->ends, dst));
}

gboolean
qd_policy_matrix_get_selected (QdPolicyMatrix *self, guint *src, guint *dst)
{
  if (!qd_policy_grid_get_cursor (QD_POLICY_GRID (self->grid), src, dst))
    return FALSE;
  *src = qd_policy_ends_get (self->ends, *src)->now;
  *dst = qd_policy_ends_get (self->ends, *dst)->now;
  return *src != QD_POLICY_NO_END && *dst != QD_POLICY_NO_END;
}

gboolean
qd_policy_matrix_get_cell (QdPolicyMatrix *self, guint src, guint dst, QdPolicyCell *cell)
{
  return self->ends != NULL &&
         qd_policy_grid_get_drawn (QD_POLICY_GRID (self->grid), qd_policy_ends_find (self->ends, src), qd_policy_ends_find (self->ends, dst), cell);
}

void
qd_policy_matrix_export_async (QdPolicyMatrix *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (QD_IS_POLICY_MATRIX (self) && self->ends != NULL);

  qd_policy_csv_list_async (self->ends, cancellable, callback, user_data);
}

GBytes *
qd_policy_matrix_export_finish (QdPolicyMatrix *self, GAsyncResult *result, GError **error)
{
  return qd_policy_csv_finish (result, error);
}

QdPolicyGrid *
qd_policy_matrix_get_grid (QdPolicyMatrix *self)
{
  return QD_POLICY_GRID (self->grid);
}

guint64
qd_policy_matrix_get_n_asked (QdPolicyMatrix *self)
{
  return self->ends != NULL ? qd_policy_ends_get_n_asked (self->ends) : 0;
}
