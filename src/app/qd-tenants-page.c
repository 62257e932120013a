/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include <glib/gi18n.h>

#include "qd-capability.h"
#include "qd-table-page.h"
#include "qd-tenant-dialog.h"

/* Who lives on the platform: a table as of every kind, and a button that makes one more. */
typedef struct {
  QdTablePage parent_instance;

  GtkWidget *add;
} QdTenantsPage;
typedef struct { QdTablePageClass parent_class; } QdTenantsPageClass;

G_DEFINE_TYPE (QdTenantsPage, qd_tenants_page, QD_TYPE_TABLE_PAGE)

static QdSession *
get_session (QdTenantsPage *self)
{
  return qd_page_get_session (QD_PAGE (self));
}

static void
add_cb (QdTenantsPage *self)
{
  qd_tenant_dialog_present (get_session (self), self, NULL);
}

/* Where one would be made: what is shown, the first that allows it, else the first, which then says why not. */
static const char *
find_place (QdSession *session)
{
  QdEntityList *list = qd_fleet_get_list (qd_session_get_fleet (session), QD_KIND_CONNECTION);
  const char *shown = qd_session_get_connection (session), *place = shown ? shown : qd_session_find_connection (session, "tenant.create");

  for (guint i = 0; place == NULL && i < qd_entity_list_get_length (list); i++)
    if (!qd_connection_is_paper (qd_entity_get_id (qd_entity_list_peek (list, i))))
      place = qd_entity_get_id (qd_entity_list_peek (list, i));
  return place;
}

static void
update_add (QdTenantsPage *self)
{
  QdSession *session = get_session (self);
  const char *shown = qd_session_get_connection (session), *place = find_place (session);
  g_autofree char *why = NULL, *nowhere = qd_session_why_nowhere (session, "tenant.create");
  g_autoptr (JsonObject) nobody = json_object_new ();
  gboolean allowed = place && qd_capability_allowed_on (qd_session_get_fleet (session), place, "tenant.create", nobody, &why);

  gtk_widget_set_visible (self->add, !qd_connection_is_paper (shown));
  gtk_widget_set_sensitive (self->add, allowed);
  gtk_widget_set_tooltip_text (self->add, allowed ? _("Create a tenant") : why != NULL ? why : nowhere);
}

static GtkWidget *
qd_tenants_page_get_header_end (QdPage *page)
{
  return ((QdTenantsPage *) page)->add;
}

static void
qd_tenants_page_constructed (GObject *object)
{
  QdTenantsPage *self = (QdTenantsPage *) object;
  QdEntityList *connections;

  G_OBJECT_CLASS (qd_tenants_page_parent_class)->constructed (object);
  connections = qd_fleet_get_list (qd_session_get_fleet (get_session (self)), QD_KIND_CONNECTION);
  self->add = g_object_ref_sink (gtk_button_new_from_icon_name ("list-add-symbolic"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->add), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Create a tenant"), -1);
  g_signal_connect_object (self->add, "clicked", G_CALLBACK (add_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (get_session (self), "notify::connection", G_CALLBACK (update_add), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (connections, "items-updated", G_CALLBACK (update_add), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (connections, "items-changed", G_CALLBACK (update_add), self, G_CONNECT_SWAPPED);
  update_add (self);
}

static void
qd_tenants_page_dispose (GObject *object)
{
  g_clear_object (&((QdTenantsPage *) object)->add);
  G_OBJECT_CLASS (qd_tenants_page_parent_class)->dispose (object);
}

static void
qd_tenants_page_class_init (QdTenantsPageClass *klass)
{
  QdTablePageClass *page_class = QD_TABLE_PAGE_CLASS (klass);

  G_OBJECT_CLASS (klass)->constructed = qd_tenants_page_constructed;
  G_OBJECT_CLASS (klass)->dispose = qd_tenants_page_dispose;
  QD_PAGE_CLASS (klass)->get_header_end = qd_tenants_page_get_header_end;
  page_class->kinds[0] = QD_KIND_TENANT;
  page_class->n_kinds = 1;
}

static void
qd_tenants_page_init (QdTenantsPage *self)
{
}
