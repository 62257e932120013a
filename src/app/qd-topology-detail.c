/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-detail.h"

#include <glib/gi18n.h>

#include "qd-state.h"
#include "qd-topology-card.h"

#define MAX_RELATED 60

struct _QdTopologyDetail {
  AdwBin parent_instance;

  GtkWidget *column, *card, *open, *heading, *list;
  QdSession *session;
};

enum { SIGNAL_CLOSED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QdTopologyDetail, qd_topology_detail, ADW_TYPE_BIN)

static void
open_cb (QdTopologyDetail *self)
{
  QdEntity *entity = qd_topology_card_get_entity (QD_TOPOLOGY_CARD (self->card));

  if (entity)
    qd_session_open (self->session, entity);
}

static void
close_cb (QdTopologyDetail *self)
{
  g_signal_emit (self, signals[SIGNAL_CLOSED], 0);
}

static void
row_cb (QdTopologyDetail *self, GtkListBoxRow *row)
{
  QdEntity *entity = g_object_get_data (G_OBJECT (row), "entity");

  if (entity)
    qd_session_set_selected (self->session, entity);
}

static int
compare_entities (gconstpointer a, gconstpointer b)
{
  QdEntity *l = *(QdEntity *const *) a, *r = *(QdEntity *const *) b;
  QdStatus ls = qd_entity_get_status (l), rs = qd_entity_get_status (r);

  return ls != rs ? (ls > rs ? -1 : 1) : g_utf8_collate (qd_entity_get_name (l), qd_entity_get_name (r));
}

/* The paths of a site; the two ends of a path. */
static GPtrArray *
find_related (QdTopologyDetail *self, QdEntity *entity)
{
  QdFleet *fleet = qd_session_get_fleet (self->session);
  GPtrArray *related = g_ptr_array_new_with_free_func (g_object_unref);
  QdKind kind = qd_entity_get_kind (entity);

  if (kind == QD_KIND_PATH || kind == QD_KIND_LINK)
    {
      QdEntity *ends[] = { qd_fleet_get_end (fleet, entity, FALSE), qd_fleet_get_end (fleet, entity, TRUE) };

      for (guint i = 0; i < 2; i++)
        if (ends[i])
          g_ptr_array_add (related, g_object_ref (ends[i]));
    }
  else
    {
      GPtrArray *edges = qd_fleet_get_edges (fleet, entity);

      for (guint i = 0; edges && i < edges->len; i++)
        g_ptr_array_add (related, g_object_ref (edges->pdata[i]));
      g_ptr_array_sort (related, compare_entities);
    }
  return related;
}

static GtkWidget *
new_row (QdEntity *entity)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), qd_entity_get_name (entity));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), qd_status_get_label (qd_entity_get_status (entity)));
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), qd_state_image_new (qd_entity_get_status (entity)));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_object_set_data_full (G_OBJECT (row), "entity", g_object_ref (entity), g_object_unref);
  return row;
}

static void
fill_list (QdTopologyDetail *self, QdEntity *entity)
{
  g_autoptr (GPtrArray) related = find_related (self, entity);
  QdKind kind = qd_entity_get_kind (entity);
  g_autofree char *heading = NULL;

  gtk_list_box_remove_all (GTK_LIST_BOX (self->list));
  for (guint i = 0; i < MIN (related->len, MAX_RELATED); i++)
    gtk_list_box_append (GTK_LIST_BOX (self->list), new_row (related->pdata[i]));
  if (kind == QD_KIND_PATH || kind == QD_KIND_LINK)
    heading = g_strdup (_("Between"));
  else if (related->len > MAX_RELATED)
    heading = g_strdup_printf (_("Paths: the worst %u of %u"), (guint) MAX_RELATED, related->len);
  else
    heading = g_strdup (kind == QD_KIND_SITE ? _("Paths") : _("Links"));
  gtk_label_set_label (GTK_LABEL (self->heading), heading);
  gtk_widget_set_visible (self->heading, related->len > 0);
  gtk_widget_set_visible (self->list, related->len > 0);
}

static void
qd_topology_detail_dispose (GObject *object)
{
  g_clear_object (&QD_TOPOLOGY_DETAIL (object)->session);
  G_OBJECT_CLASS (qd_topology_detail_parent_class)->dispose (object);
}

static void
qd_topology_detail_class_init (QdTopologyDetailClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_topology_detail_dispose;
  signals[SIGNAL_CLOSED] = g_signal_new ("closed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 0);
}

static GtkWidget *
new_buttons (QdTopologyDetail *self)
{
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *close = gtk_button_new_from_icon_name ("window-close-symbolic");

  self->open = gtk_button_new_with_label (_("Open"));
  gtk_widget_set_hexpand (self->open, TRUE);
  gtk_widget_set_halign (self->open, GTK_ALIGN_START);
  gtk_widget_add_css_class (self->open, "pill");
  gtk_widget_set_tooltip_text (self->open, _("Show it on its own page"));
  gtk_widget_add_css_class (close, "flat");
  gtk_widget_add_css_class (close, "circular");
  gtk_widget_set_valign (close, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (close, _("Close details"));
  g_signal_connect_swapped (self->open, "clicked", G_CALLBACK (open_cb), self);
  g_signal_connect_swapped (close, "clicked", G_CALLBACK (close_cb), self);
  gtk_box_append (GTK_BOX (buttons), self->open);
  gtk_box_append (GTK_BOX (buttons), close);
  return buttons;
}

static void
qd_topology_detail_init (QdTopologyDetail *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  self->column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  g_object_set (self->column, "margin-top", 12, "margin-bottom", 12, "margin-start", 16, "margin-end", 16, NULL);
  self->heading = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->heading), 0);
  gtk_widget_add_css_class (self->heading, "heading");
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->list, "boxed-list");
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (row_cb), self);
  gtk_box_append (GTK_BOX (self->column), new_buttons (self));
  gtk_box_append (GTK_BOX (self->column), self->heading);
  gtk_box_append (GTK_BOX (self->column), self->list);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->column);
  adw_bin_set_child (ADW_BIN (self), scrolled);
}

void
qd_topology_detail_set_session (QdTopologyDetail *self, QdSession *session)
{
  GtkWidget *first = gtk_widget_get_first_child (self->column);

  g_return_if_fail (self->session == NULL);

  self->session = g_object_ref (session);
  self->card = qd_topology_card_new (qd_session_get_fleet (session));
  gtk_box_insert_child_after (GTK_BOX (self->column), self->card, first);
}

void
qd_topology_detail_set_entity (QdTopologyDetail *self, QdEntity *entity)
{
  if (entity == qd_topology_card_get_entity (QD_TOPOLOGY_CARD (self->card)))
    return;
  qd_topology_card_set_entity (QD_TOPOLOGY_CARD (self->card), entity);
  if (entity)
    fill_list (self, entity);
}
