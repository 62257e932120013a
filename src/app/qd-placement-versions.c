/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-placement-versions.h"

#include <glib/gi18n.h>

#include "qd-placement-roll.h"
#include "qd-placement-words.h"

#define N_KINDS QD_N_PLACEMENT_KINDS
/* So many versions of a kind are told apart in words. */
#define MAX_TOLD 4

struct _QdPlacementVersions {
  AdwBin parent_instance;

  QdPlacementRoll *rolls[N_KINDS];
  char *usual[N_KINDS];          /* the version that most run; of two, the greater by name */
  GtkStringList *shards;
  GtkWidget *stack, *view, *words[N_KINDS];
};

G_DEFINE_FINAL_TYPE (QdPlacementVersions, qd_placement_versions, ADW_TYPE_BIN)

/* --- Counting ------------------------------------------------------------------------------------------------ */

typedef struct { const char *version; guint n; } Count;

static int
compare_counts (gconstpointer a, gconstpointer b)
{
  const Count *l = a, *r = b;

  return l->n != r->n ? (l->n > r->n ? -1 : 1) : g_strcmp0 (r->version, l->version);
}

/* The commonest first. */
static GArray *
count_versions (const QdPlacementRoll *roll)
{
  GArray *counts = g_array_new (FALSE, FALSE, sizeof (Count));

  for (guint i = 0; roll != NULL && i < roll->shards->len; i++)
    {
      const char *version = ((const QdRollShard *) roll->shards->pdata[i])->version;
      Count one = { version, 1 };
      guint at;

      if (version == NULL)
        continue;
      for (at = 0; at < counts->len && g_strcmp0 (g_array_index (counts, Count, at).version, version) != 0; at++)
        ;
      if (at < counts->len)
        g_array_index (counts, Count, at).n++;
      else
        g_array_append_val (counts, one);
    }
  g_array_sort (counts, compare_counts);
  return counts;
}

char *
qd_placement_versions_dup_summary (QdPlacementVersions *self, QdPlacementKind kind)
{
  g_autoptr (GArray) counts = count_versions (self->rolls[kind]);
  g_autoptr (GString) text = g_string_new (_(qd_placement_get_kind_title (kind)));

  g_string_append (text, ": ");
  if (counts->len == 0)
    g_string_append (text, _("no version is known"));
  for (guint i = 0; i < counts->len && i < MAX_TOLD; i++)
    {
      const Count *count = &g_array_index (counts, Count, i);

      g_string_append (text, i > 0 ? ", " : "");
      g_string_append_printf (text, ngettext ("%s on %u shard", "%s on %u shards", count->n), count->version, count->n);
    }
  if (counts->len > MAX_TOLD)
    g_string_append_printf (text, ngettext (" and %u more version", " and %u more versions", counts->len - MAX_TOLD), counts->len - MAX_TOLD);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* --- Cells ------------------------------------------------------------------------------------------------------ */

static void
setup_cb (GtkSignalListItemFactory *factory, GtkColumnViewCell *cell)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_column_view_cell_set_child (cell, label);
}

static void
bind_name_cb (QdPlacementVersions *self, GtkColumnViewCell *cell)
{
  gtk_label_set_text (GTK_LABEL (gtk_column_view_cell_get_child (cell)), gtk_string_object_get_string (gtk_column_view_cell_get_item (cell)));
}

/* What is not the usual version is marked by a word, too. */
static void
bind_version_cb (QdPlacementVersions *self, GtkColumnViewCell *cell, GtkSignalListItemFactory *factory)
{
  guint kind = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (factory), "qd-kind"));
  GtkWidget *label = gtk_column_view_cell_get_child (cell);
  const char *id = gtk_string_object_get_string (gtk_column_view_cell_get_item (cell));
  const QdRollShard *shard = self->rolls[kind] != NULL ? qd_placement_roll_get_shard (self->rolls[kind], id) : NULL;
  gboolean other = shard != NULL && shard->version != NULL && g_strcmp0 (shard->version, self->usual[kind]) != 0;
  g_autofree char *text = NULL;

  gtk_widget_remove_css_class (label, "qd-degraded");
  gtk_widget_set_tooltip_text (label, shard != NULL ? shard->git_sha : NULL);
  if (shard == NULL || shard->version == NULL)
    {
      gtk_label_set_text (GTK_LABEL (label), shard != NULL ? _("not known") : "");
      return;
    }
  text = other ? g_strdup_printf (_("%s, differs"), shard->version) : g_strdup (shard->version);
  gtk_label_set_text (GTK_LABEL (label), text);
  if (other)
    gtk_widget_add_css_class (label, "qd-degraded");
}

static void
add_column (QdPlacementVersions *self, const char *title, int kind)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkColumnViewColumn *column;

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  if (kind >= 0)
    g_object_set_data (G_OBJECT (factory), "qd-kind", GUINT_TO_POINTER (kind));
  g_signal_connect_object (factory, "bind", kind >= 0 ? G_CALLBACK (bind_version_cb) : G_CALLBACK (bind_name_cb), self, G_CONNECT_SWAPPED);
  column = gtk_column_view_column_new (title, factory);
  gtk_column_view_column_set_expand (column, TRUE);
  gtk_column_view_append_column (GTK_COLUMN_VIEW (self->view), column);
  g_object_unref (column);
}

/* --- The view -------------------------------------------------------------------------------------------------- */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  g_autofree char *l = g_utf8_collate_key_for_filename (*(const char *const *) a, -1);
  g_autofree char *r = g_utf8_collate_key_for_filename (*(const char *const *) b, -1);

  return g_strcmp0 (l, r);
}

static char **
dup_shards (QdPlacementVersions *self)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *ids = g_ptr_array_new ();

  for (guint k = 0; k < N_KINDS; k++)
    for (guint i = 0; i < self->rolls[k]->shards->len; i++)
      {
        const QdRollShard *shard = self->rolls[k]->shards->pdata[i];

        if (g_hash_table_add (seen, shard->id))
          g_ptr_array_add (ids, g_strdup (shard->id));
      }
  g_ptr_array_sort (ids, compare_names);
  g_ptr_array_add (ids, NULL);
  return (char **) g_ptr_array_free (ids, FALSE);
}

void
qd_placement_versions_update (QdPlacementVersions *self, QdFleet *fleet, const char *control)
{
  g_auto (GStrv) ids = NULL;

  for (guint k = 0; k < N_KINDS; k++)
    {
      g_autoptr (GArray) counts = NULL;
      g_autofree char *text = NULL;

      qd_placement_roll_unref (self->rolls[k]);
      self->rolls[k] = qd_placement_roll_new (fleet, control, qd_placement_kind_get_name (k));
      counts = count_versions (self->rolls[k]);
      g_set_str (&self->usual[k], counts->len > 0 ? g_array_index (counts, Count, 0).version : NULL);
      text = qd_placement_versions_dup_summary (self, k);
      gtk_label_set_text (GTK_LABEL (self->words[k]), text);
    }
  ids = dup_shards (self);
  gtk_string_list_splice (self->shards, 0, g_list_model_get_n_items (G_LIST_MODEL (self->shards)), (const char *const *) ids);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), *ids != NULL ? "view" : "empty");
}

static GtkWidget *
build_words (QdPlacementVersions *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);

  for (guint k = 0; k < N_KINDS; k++)
    {
      self->words[k] = gtk_label_new (NULL);
      gtk_label_set_xalign (GTK_LABEL (self->words[k]), 0);
      gtk_label_set_wrap (GTK_LABEL (self->words[k]), TRUE);
      gtk_label_set_wrap_mode (GTK_LABEL (self->words[k]), PANGO_WRAP_WORD_CHAR);
      gtk_label_set_selectable (GTK_LABEL (self->words[k]), TRUE);
      gtk_box_append (GTK_BOX (box), self->words[k]);
    }
  gtk_widget_add_css_class (box, "qd-placement-head");
  return box;
}

static void
qd_placement_versions_dispose (GObject *object)
{
  QdPlacementVersions *self = QD_PLACEMENT_VERSIONS (object);

  g_clear_object (&self->shards);
  for (guint k = 0; k < N_KINDS; k++)
    {
      g_clear_pointer (&self->rolls[k], qd_placement_roll_unref);
      g_clear_pointer (&self->usual[k], g_free);
    }
  G_OBJECT_CLASS (qd_placement_versions_parent_class)->dispose (object);
}

static void
qd_placement_versions_class_init (QdPlacementVersionsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_placement_versions_dispose;
}

static void
qd_placement_versions_init (QdPlacementVersions *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *empty = adw_status_page_new ();

  self->shards = gtk_string_list_new (NULL);
  self->view = gtk_column_view_new (GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->shards)))));
  gtk_widget_add_css_class (self->view, "data-table");
  gtk_widget_add_css_class (self->view, "qd-placement-versions");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Versions by shard and service"), -1);
  add_column (self, _("Shard"), -1);
  for (guint k = 0; k < N_KINDS; k++)
    add_column (self, _(qd_placement_get_kind_title (k)), (int) k);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->view);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_box_append (GTK_BOX (box), build_words (self));
  gtk_box_append (GTK_BOX (box), scroller);
  adw_status_page_set_icon_name (ADW_STATUS_PAGE (empty), "qd-nodes-symbolic");
  adw_status_page_set_title (ADW_STATUS_PAGE (empty), _("No Shards"));
  adw_status_page_set_description (ADW_STATUS_PAGE (empty), _("Versions appear as soon as a shard reports."));
  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), box, "view");
  gtk_stack_add_named (GTK_STACK (self->stack), empty, "empty");
  adw_bin_set_child (ADW_BIN (self), self->stack);
}

GtkWidget *
qd_placement_versions_new (void)
{
  return g_object_new (QD_TYPE_PLACEMENT_VERSIONS, NULL);
}
