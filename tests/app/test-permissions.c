/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each role is offered in the real window on a real lab: a control is on where docs/permissions.md gives what it wants, and where it is off it
 * says which permission is missing, in which scope, of which role. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "app-fixture.h"
#include "driver-fixture.h"
#include "permissions-page.h"
#include "qd-application.h"
#include "qd-capability.h"
#include "qd-detail-pane.h"
#include "qd-entity-actions.h"
#include "qd-permission.h"
#include "qd-settings.h"

typedef struct {
  TestLab *lab;
  QdHub *hub;
  QdWindow *window;
  TestPermissions *page;
  guint on, off;
} Fixture;

static QdFleet *
fleet_of (Fixture *self)
{
  return qd_hub_get_fleet (self->hub);
}

static QdEntity *
first_of (Fixture *self, const char *role, QdKind kind)
{
  QdEntityList *list = qd_fleet_get_list (fleet_of (self), kind);

  for (guint i = 0; i < qd_entity_list_get_length (list); i++)
    if (g_str_equal (qd_entity_get_connection (qd_entity_list_peek (list, i)), role))
      return qd_entity_list_peek (list, i);
  return NULL;
}

static gboolean
is_known (Fixture *self, const char *role)
{
  static const QdKind kinds[] = { QD_KIND_SITE, QD_KIND_PATH, QD_KIND_FLOW, QD_KIND_ROUTING, QD_KIND_TENANT };
  QdEntity *entity = qd_fleet_lookup (fleet_of (self), role, QD_KIND_CONNECTION, role);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (first_of (self, role, kinds[i]) == NULL)
      return FALSE;
  return entity && g_strcmp0 (qd_entity_get_string (entity, QD_CONNECTION_STATE), "live") == 0 &&
         qd_entity_get (entity, QD_CONNECTION_PERMISSIONS)->type == QD_VALUE_JSON;
}

static gboolean
set_up (Fixture *self)
{
  *self = (Fixture) { .lab = test_lab_new ("--sites 6 --paths 8 --flows 10 --rate 0 --no-nats") };
  if (self->lab == NULL)
    return FALSE;
  self->page = test_permissions_new ();
  self->hub = qd_hub_new (NULL);
  g_settings_set_boolean (qd_settings_get_default (), "configured", TRUE);
  for (guint i = 0; i < self->page->roles->len; i++)
    {
      g_autoptr (QdEndpoint) endpoint = test_lab_endpoint (self->lab, "node-api", self->page->roles->pdata[i]);

      g_set_str (&endpoint->id, self->page->roles->pdata[i]);
      g_assert_true (qd_hub_add (self->hub, endpoint, FALSE, NULL));
      test_until (is_known (self, self->page->roles->pdata[i]), 30);
    }
  self->window = qd_window_new (NULL, self->hub);
  gtk_window_present (GTK_WINDOW (self->window));
  fixture_settle (GTK_WIDGET (self->window));
  return TRUE;
}

static void
tear_down (Fixture *self)
{
  fixture_close (GTK_WINDOW (self->window));
  qd_hub_stop (self->hub);
  test_spin (50);
  g_object_unref (self->hub);
  test_permissions_free (self->page);
  test_lab_free (self->lab);
}

/* The verb of the table that a button of the window stands for; NULL: it asks nothing of the server. */
static const QdCapability *
capability_of (const char *action)
{
  static const char *const other[][2] = { { "tenant.kill-on", "tenant.kill-switch" }, { "tenant.kill-off", "tenant.kill-switch" },
                                          { "routing.on", "routing.enable" },         { "routing.off", "routing.enable" },
                                          { "routing.duplicate", "routing.create" } };

  for (guint i = 0; i < G_N_ELEMENTS (other); i++)
    if (g_str_equal (other[i][0], action))
      return qd_capability_get (other[i][1]);
  return qd_capability_get (action);
}

static gboolean
says_where (const char *text)
{
  return strstr (text, "everywhere") || strstr (text, "in the environment") || strstr (text, "in the tenant") || strstr (text, "for all tenants");
}

/* On where the page gives it; off, with all three, where it does not. */
static void
check_control (Fixture *self, const char *role, const char *what, GtkWidget *button, const char *permission)
{
  const char *text = gtk_widget_get_tooltip_text (button);
  g_autofree char *named = g_strdup_printf ("(%s)", role);

  if (test_permissions_give (self->page, role, permission))
    {
      if (text && strstr (text, "ermission"))
        g_error ("%s as %s: it is given, and yet: %s", what, role, text);
      self->on += gtk_widget_get_sensitive (button) ? 1 : 0;
      return;
    }
  if (gtk_widget_get_sensitive (button))
    g_error ("%s is on for %s, who lacks %s", what, role, permission);
  if (text == NULL || strstr (text, permission) == NULL || strstr (text, named) == NULL || !says_where (text))
    g_error ("%s as %s is off and says: %s", what, role, text ? text : "nothing");
  self->off++;
}

static GtkWidget *
find_button (GtkWidget *from, const char *label)
{
  if (GTK_IS_BUTTON (from) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (from)), label) == 0)
    return from;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_button (child, label);

      if (found)
        return found;
    }
  return NULL;
}

/* What the detail pane offers to do with a thing of that kind. */
static void
check_thing (Fixture *self, const char *role, QdKind kind)
{
  QdEntity *entity = first_of (self, role, kind);
  const char *const *verbs = qd_entity_actions_get (kind);
  GtkWidget *pane = g_object_ref_sink (qd_detail_pane_new (qd_window_get_session (self->window)));

  qd_detail_pane_set_entity (QD_DETAIL_PANE (pane), entity);
  for (guint i = 0; verbs[i]; i++)
    {
      const QdCapability *row = capability_of (verbs[i]);
      GtkWidget *button;

      if (row == NULL || !qd_entity_action_concerns (entity, verbs[i]))
        continue;
      button = find_button (pane, qd_entity_action_get_label (verbs[i]));
      if (button == NULL)
        g_error ("there is no button for %s", verbs[i]);
      check_control (self, role, verbs[i], button, row->permission);
    }
  qd_detail_pane_set_entity (QD_DETAIL_PANE (pane), NULL);
  g_object_unref (pane);
}

static void
test_things (void)
{
  static const QdKind kinds[] = { QD_KIND_SITE, QD_KIND_PATH, QD_KIND_FLOW, QD_KIND_ROUTING, QD_KIND_TENANT };
  Fixture self;

  if (!set_up (&self))
    return;
  for (guint r = 0; r < self.page->roles->len; r++)
    for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
      check_thing (&self, self.page->roles->pdata[r], kinds[k]);
  g_test_message ("%u controls are on, %u are off and say why", self.on, self.off);
  g_assert_cmpuint (self.on, >, 30);
  g_assert_cmpuint (self.off, >, 50);
  tear_down (&self);
}

/* --- What pages offer in their header bar ------------------------------------------------------------------------ */

static GtkWidget *
button_in (GtkWidget *from)
{
  GtkWidget *found = GTK_IS_BUTTON (from) ? from : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (from); found == NULL && child; child = gtk_widget_get_next_sibling (child))
    found = button_in (child);
  return found;
}

static void
test_pages (void)
{
  static const struct { const char *page, *verb; } pages[] = { { "sites", "site.create" }, { "tenants", "tenant.create" }, { "routing", "routing.create" } };
  Fixture self;

  if (!set_up (&self))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      GtkWidget *button;

      g_assert_true (qd_window_show_page (self.window, pages[i].page));
      fixture_settle (GTK_WIDGET (self.window));
      button = button_in (qd_page_get_header_end (qd_window_get_page (self.window)));
      g_assert_nonnull (button);
      for (guint r = 0; r < self.page->roles->len; r++)
        {
          qd_session_set_connection (qd_window_get_session (self.window), self.page->roles->pdata[r]);
          fixture_settle (GTK_WIDGET (self.window));
          check_control (&self, self.page->roles->pdata[r], pages[i].verb, button, qd_capability_get (pages[i].verb)->permission);
        }
    }
  g_assert_cmpuint (self.on, >, 5);
  g_assert_cmpuint (self.off, >, 10);
  tear_down (&self);
}

/* Where all connections are shown and none allows it, it says what is missing all the same. */
static void
test_nowhere (void)
{
  Fixture self;
  GtkWidget *button;

  if (!set_up (&self))
    return;
  for (guint r = 0; r < self.page->roles->len; r++)
    if (!g_str_equal (self.page->roles->pdata[r], "viewer"))
      qd_hub_remove (self.hub, self.page->roles->pdata[r]);
  g_assert_true (qd_window_show_page (self.window, "sites"));
  qd_session_set_connection (qd_window_get_session (self.window), NULL);
  fixture_settle (GTK_WIDGET (self.window));
  button = button_in (qd_page_get_header_end (qd_window_get_page (self.window)));
  check_control (&self, "viewer", "site.create", button, "sdwan.sites.manage");
  g_assert_cmpuint (self.off, ==, 1);
  tear_down (&self);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  qd_app_init ();
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  g_test_add_func ("/permissions/things", test_things);
  g_test_add_func ("/permissions/pages", test_pages);
  g_test_add_func ("/permissions/nowhere", test_nowhere);
  return g_test_run ();
}
