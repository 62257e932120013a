/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include <glib/gi18n.h>

#include "qd-capability.h"
#include "qd-routing-actions.h"
#include "qd-routing-drafts.h"
#include "qd-routing-remarks.h"
#include "qd-routing-sorter.h"
#include "qd-table-page.h"

/* The page of the fleet's routing policies: a table as of every kind, and what is particular: creating, ordering,
 * and a word about what waits to be applied, and about what may not be meant. */
typedef struct {
  QdTablePage parent_instance;

  GtkWidget *end;              /* for the header bar */
  GtkWidget *add, *order;
  AdwBanner *waiting, *odd;
  QdRoutingCheck *check;       /* what is to be said of them beside one another */
} QdRoutingPage;
typedef struct { QdTablePageClass parent_class; } QdRoutingPageClass;

G_DEFINE_TYPE (QdRoutingPage, qd_routing_page, QD_TYPE_TABLE_PAGE)

static QdSession *
get_session (QdRoutingPage *self)
{
  return qd_page_get_session (QD_PAGE (self));
}

/* --- What can be done --------------------------------------------------------------------------------- */

static QdEntity *
get_selected (QdRoutingPage *self)
{
  return qd_table_get_selected (qd_table_page_get_table (QD_TABLE_PAGE (self)));
}

/* Whose order is changed: what is shown, else what is selected, else the first that lets one. */
static const char *
find_connection (QdRoutingPage *self)
{
  QdEntity *selected = get_selected (self);
  const char *shown = qd_session_get_connection (get_session (self));

  if (shown == NULL && selected)
    return qd_entity_get_connection (selected);
  return shown ? shown : qd_session_find_connection (get_session (self), "routing.update");
}

static void
add_cb (QdRoutingPage *self)
{
  qd_routing_create (get_session (self), GTK_WIDGET (self));
}

static void
order_cb (QdRoutingPage *self)
{
  const char *connection = find_connection (self);

  if (connection)
    qd_routing_sorter_present (get_session (self), GTK_WIDGET (self), connection, get_selected (self));
}

static void
drafts_cb (QdRoutingPage *self)
{
  qd_session_open_page (get_session (self), "drafts");
}

/* --- What is said ---------------------------------------------------------------------------------------- */

static void
update_button (GtkWidget *button, gboolean allowed, const char *name, const char *why)
{
  gtk_widget_set_sensitive (button, allowed);
  gtk_widget_set_tooltip_text (button, allowed ? name : why);
}

static void
update_buttons (QdRoutingPage *self)
{
  QdSession *session = get_session (self);
  QdFleet *fleet = qd_session_get_fleet (session);
  const char *shown = qd_session_get_connection (session), *place = shown ? shown : qd_session_find_connection (session, "routing.create");
  g_autofree char *why = NULL, *why_order = NULL;
  gboolean can_add = place && qd_routing_can_edit (session, place, &why);
  gboolean can_order = place && qd_capability_allowed (fleet, place, "routing.update", &why_order);

  if (place == NULL)
    {
      why = qd_session_why_nowhere (session, "routing.create");
      why_order = g_strdup (why);
    }

  gtk_widget_set_visible (self->end, !qd_connection_is_paper (shown));
  update_button (self->add, can_add, _("Create a routing policy"), why);
  update_button (self->order, can_order && qd_fleet_count (fleet, QD_KIND_ROUTING) > 1, _("Change the order"),
                 can_order ? _("There is nothing to put in order") : why_order);
}

static void
update_waiting (QdRoutingPage *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (qd_routing_drafts_of (qd_session_get_hub (get_session (self)))));
  g_autofree char *text = g_strdup_printf (ngettext ("%u change is kept as a draft", "%u changes are kept as drafts", n), n);

  adw_banner_set_title (self->waiting, text);
  adw_banner_set_revealed (self->waiting, n > 0);
}

static void
update_odd (QdRoutingPage *self)
{
  guint n = qd_routing_check_count_warnings (self->check);
  g_autofree char *text = g_strdup_printf (ngettext ("%u thing among these policies may not be meant", "%u things among these policies may not be meant", n), n);

  adw_banner_set_title (self->odd, text);
  adw_banner_set_revealed (self->odd, n > 0);
}

static void
odd_cb (QdRoutingPage *self)
{
  qd_routing_remarks_present (get_session (self), GTK_WIDGET (self), self->check);
}

static void
connection_cb (QdRoutingPage *self)
{
  qd_routing_check_set_connection (self->check, qd_session_get_connection (get_session (self)));
}

static void
problem_cb (QdRoutingPage *self, const char *problem)
{
  qd_session_toast (get_session (self), problem);
}

/* --- The page ---------------------------------------------------------------------------------------------- */

static GtkWidget *
qd_routing_page_get_header_end (QdPage *page)
{
  return ((QdRoutingPage *) page)->end;
}

static GtkWidget *
make_button (QdRoutingPage *self, const char *icon, const char *name, GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_object (button, "clicked", callback, self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->end), button);
  return button;
}

static void
build (QdRoutingPage *self)
{
  GtkWidget *content = g_object_ref (adw_bin_get_child (ADW_BIN (self))), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->end = g_object_ref_sink (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6));
  self->order = make_button (self, "view-sort-ascending-symbolic", _("Change the order"), G_CALLBACK (order_cb));
  self->add = make_button (self, "list-add-symbolic", _("Create a routing policy"), G_CALLBACK (add_cb));
  self->waiting = ADW_BANNER (adw_banner_new (""));
  adw_banner_set_button_label (self->waiting, _("Show _Drafts"));
  g_signal_connect_object (self->waiting, "button-clicked", G_CALLBACK (drafts_cb), self, G_CONNECT_SWAPPED);
  self->odd = ADW_BANNER (adw_banner_new (""));
  adw_banner_set_button_label (self->odd, _("Show _Findings"));
  g_signal_connect_object (self->odd, "button-clicked", G_CALLBACK (odd_cb), self, G_CONNECT_SWAPPED);
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_set_vexpand (content, TRUE);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->waiting));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->odd));
  gtk_box_append (GTK_BOX (box), content);
  adw_bin_set_child (ADW_BIN (self), box);
  g_object_unref (content);
}

static void
qd_routing_page_constructed (GObject *object)
{
  QdRoutingPage *self = (QdRoutingPage *) object;
  QdRoutingDrafts *drafts;
  QdFleet *fleet;

  G_OBJECT_CLASS (qd_routing_page_parent_class)->constructed (object);
  fleet = qd_session_get_fleet (get_session (self));
  drafts = qd_routing_drafts_of (qd_session_get_hub (get_session (self)));
  build (self);
  self->check = qd_routing_check_new (get_session (self), qd_session_get_connection (get_session (self)));
  g_signal_connect_object (self->check, "changed", G_CALLBACK (update_odd), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (get_session (self), "notify::connection", G_CALLBACK (connection_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (get_session (self), "notify::connection", G_CALLBACK (update_buttons), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (qd_fleet_get_list (fleet, QD_KIND_CONNECTION), "items-updated", G_CALLBACK (update_buttons), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (qd_fleet_get_list (fleet, QD_KIND_CONNECTION), "items-changed", G_CALLBACK (update_buttons), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (qd_fleet_get_list (fleet, QD_KIND_ROUTING), "items-changed", G_CALLBACK (update_buttons), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drafts, "items-changed", G_CALLBACK (update_waiting), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drafts, "problem", G_CALLBACK (problem_cb), self, G_CONNECT_SWAPPED);
  update_buttons (self);
  update_waiting (self);
}

static void
qd_routing_page_dispose (GObject *object)
{
  g_clear_object (&((QdRoutingPage *) object)->end);
  g_clear_object (&((QdRoutingPage *) object)->check);
  G_OBJECT_CLASS (qd_routing_page_parent_class)->dispose (object);
}

static void
qd_routing_page_class_init (QdRoutingPageClass *klass)
{
  QdTablePageClass *page_class = QD_TABLE_PAGE_CLASS (klass);

  G_OBJECT_CLASS (klass)->constructed = qd_routing_page_constructed;
  G_OBJECT_CLASS (klass)->dispose = qd_routing_page_dispose;
  QD_PAGE_CLASS (klass)->get_header_end = qd_routing_page_get_header_end;
  page_class->kinds[0] = QD_KIND_ROUTING;
  page_class->n_kinds = 1;
}

static void
qd_routing_page_init (QdRoutingPage *self)
{
}
