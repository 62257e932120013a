/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include <glib/gi18n.h>

#include "qd-capability.h"
#include "qd-site-dialog.h"
#include "qd-table-page.h"

typedef struct {
  QdTablePage parent_instance;

  GtkWidget *add;   /* for the header bar */
} QdSitesPage;
typedef struct { QdTablePageClass parent_class; } QdSitesPageClass;

G_DEFINE_TYPE (QdSitesPage, qd_sites_page, QD_TYPE_TABLE_PAGE)

static void
add_cb (QdSitesPage *self)
{
  qd_site_dialog_present (qd_page_get_session (QD_PAGE (self)), GTK_WIDGET (self), NULL);
}

static void
update_add (QdSitesPage *self)
{
  QdSession *session = qd_page_get_session (QD_PAGE (self));
  const char *shown = qd_session_get_connection (session);
  g_autofree char *why = NULL, *nowhere = qd_session_why_nowhere (session, "site.create");
  gboolean allowed = shown != NULL ? qd_capability_allowed (qd_session_get_fleet (session), shown, "site.create", &why)
                                   : qd_session_find_connection (session, "site.create") != NULL;

  /* To a drawing nothing is added. */
  gtk_widget_set_visible (self->add, !qd_connection_is_paper (shown));
  gtk_widget_set_sensitive (self->add, allowed);
  gtk_widget_set_tooltip_text (self->add, allowed ? _("Register a site") : why != NULL ? why : nowhere);
}

static GtkWidget *
qd_sites_page_get_header_end (QdPage *page)
{
  return ((QdSitesPage *) page)->add;
}

static void
qd_sites_page_constructed (GObject *object)
{
  QdSitesPage *self = (QdSitesPage *) object;
  QdSession *session;

  G_OBJECT_CLASS (qd_sites_page_parent_class)->constructed (object);
  session = qd_page_get_session (QD_PAGE (self));
  self->add = g_object_ref_sink (gtk_button_new_from_icon_name ("list-add-symbolic"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->add), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Register a site"), -1);
  g_signal_connect_object (self->add, "clicked", G_CALLBACK (add_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::connection", G_CALLBACK (update_add), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (qd_fleet_get_list (qd_session_get_fleet (session), QD_KIND_CONNECTION), "items-updated",
                           G_CALLBACK (update_add), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (qd_fleet_get_list (qd_session_get_fleet (session), QD_KIND_CONNECTION), "items-changed",
                           G_CALLBACK (update_add), self, G_CONNECT_SWAPPED);
  update_add (self);
}

static void
qd_sites_page_dispose (GObject *object)
{
  g_clear_object (&((QdSitesPage *) object)->add);
  G_OBJECT_CLASS (qd_sites_page_parent_class)->dispose (object);
}

static void
qd_sites_page_class_init (QdSitesPageClass *klass)
{
  QdTablePageClass *page_class = QD_TABLE_PAGE_CLASS (klass);

  G_OBJECT_CLASS (klass)->constructed = qd_sites_page_constructed;
  G_OBJECT_CLASS (klass)->dispose = qd_sites_page_dispose;
  QD_PAGE_CLASS (klass)->get_header_end = qd_sites_page_get_header_end;
  page_class->kinds[0] = QD_KIND_SITE;
  page_class->kinds[1] = QD_KIND_NODE;
  page_class->n_kinds = 2;
}

static void
qd_sites_page_init (QdSitesPage *self)
{
}
