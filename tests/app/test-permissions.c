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
#include "qd-placement-page-private.h"
#include "qd-settings.h"
#include "qd-shard-actions.h"

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
is_live (Fixture *self, const char *id)
{
  QdEntity *entity = qd_fleet_lookup (fleet_of (self), id, QD_KIND_CONNECTION, id);

  return entity && g_strcmp0 (qd_entity_get_string (entity, QD_CONNECTION_STATE), "live") == 0;
}

static void
add_nats (Fixture *self, const char *role)
{
  g_autoptr (QdEndpoint) endpoint = test_lab_endpoint (self->lab, "nats", role);
  g_autofree char *id = g_strconcat (role, "-nats", NULL);

  g_set_str (&endpoint->id, id);
  g_set_str (&endpoint->feeds, role);
  g_assert_true (qd_hub_add (self->hub, endpoint, FALSE, NULL));
  test_until (is_live (self, id), 30);
}

/* A window on a lab, to which every role is connected; @with_nats: each to its NATS, too. */
static gboolean
set_up_with (Fixture *self, gboolean with_nats)
{
  *self = (Fixture) { .lab = test_lab_new (with_nats ? "--sites 6 --paths 8 --flows 10 --rate 0 --shards 2" : "--sites 6 --paths 8 --flows 10 --rate 0 --no-nats") };
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
      if (with_nats)
        add_nats (self, self->page->roles->pdata[i]);
    }
  self->window = qd_window_new (NULL, self->hub);
  gtk_window_present (GTK_WINDOW (self->window));
  fixture_settle (GTK_WIDGET (self->window));
  return TRUE;
}

static gboolean
set_up (Fixture *self)
{
  return set_up_with (self, FALSE);
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
check_words (Fixture *self, const char *role, const char *what, GtkWidget *button, const char *text, const char *permission)
{
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

static void
check_control (Fixture *self, const char *role, const char *what, GtkWidget *button, const char *permission)
{
  check_words (self, role, what, button, gtk_widget_get_tooltip_text (button), permission);
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

/* --- The search ---------------------------------------------------------------------------------------------------- */

static void
test_palette (void)
{
  Fixture self;

  if (!set_up (&self))
    return;
  for (guint r = 0; r < self.page->roles->len; r++)
    {
      AdwDialog *dialog;
      GtkWidget *row;

      qd_session_set_connection (qd_window_get_session (self.window), self.page->roles->pdata[r]);
      qd_window_show_palette (self.window, "routing policy");
      dialog = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self.window));
      test_until ((row = fixture_find (GTK_WIDGET (dialog), ADW_TYPE_ACTION_ROW, "Create a routing policy")) != NULL, 10);
      check_words (&self, self.page->roles->pdata[r], "routing.create", row, adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), "sdwan.policies.manage");
      adw_dialog_force_close (dialog);
      test_until (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self.window)) == NULL, 10);
    }
  g_assert_cmpuint (self.on, >, 2);
  g_assert_cmpuint (self.off, >, 2);
  g_assert_cmpuint (self.on + self.off, ==, self.page->roles->len);
  tear_down (&self);
}

/* --- Jobs ------------------------------------------------------------------------------------------------------------ */

static QdEntity *
add_job (Fixture *self, const char *connection, const char *role, const char *kind, const char *state)
{
  g_autoptr (QdDelta) delta = qd_delta_new (g_intern_string (connection), QD_KIND_JOB, kind, QD_DELTA_UPSERT);

  qd_delta_set (delta, QD_FIELD_NAME, qd_value_string (kind));
  qd_delta_set (delta, QD_JOB_KIND, qd_value_string (kind));
  qd_delta_set (delta, QD_JOB_STATE, qd_value_string (state));
  qd_delta_set (delta, QD_JOB_ACTS_ON, qd_value_string (role));
  qd_fleet_begin (fleet_of (self));
  qd_fleet_apply (fleet_of (self), delta);
  qd_fleet_commit (fleet_of (self));
  return qd_fleet_lookup (fleet_of (self), connection, QD_KIND_JOB, kind);
}

/* What its details offer; NULL: nothing of that name. */
static void
check_job (Fixture *self, const char *role, QdEntity *job, const char *verb, const char *permission)
{
  GtkWidget *pane = g_object_ref_sink (qd_detail_pane_new (qd_window_get_session (self->window)));

  qd_detail_pane_set_entity (QD_DETAIL_PANE (pane), job);
  check_control (self, role, verb, find_button (pane, qd_entity_action_get_label (verb)), permission);
  g_assert_true (gtk_widget_get_sensitive (find_button (pane, qd_entity_action_get_label ("job.copy"))));
  qd_detail_pane_set_entity (QD_DETAIL_PANE (pane), NULL);
  g_object_unref (pane);
}

/* Of a server's own job, of one that lives in NATS, of one that changed policies. */
static void
test_jobs (void)
{
  Fixture self;

  if (!set_up_with (&self, TRUE))
    return;
  for (guint r = 0; r < self.page->roles->len; r++)
    {
      const char *role = self.page->roles->pdata[r];
      g_autofree char *nats = g_strconcat (role, "-nats", NULL);

      check_job (&self, role, add_job (&self, role, role, "path_test", "running"), "job.cancel", "jobs.cancel");
      check_job (&self, role, add_job (&self, nats, role, "tenant.migrate", "waiting"), "job.cancel", "scale.migrate");
      check_job (&self, role, qd_fleet_lookup (fleet_of (&self), nats, QD_KIND_JOB, "tenant.migrate"), "job.retry", "scale.migrate");
      check_job (&self, role, add_job (&self, QD_HUB_LOCAL, role, "policies.apply", "succeeded"), "job.revert", "sdwan.policies.manage");
    }
  g_assert_cmpuint (self.on, >, 12);
  g_assert_cmpuint (self.off, >, 12);
  tear_down (&self);
}

/* --- Placement ------------------------------------------------------------------------------------------------------- */

/* Its label stands over the words that say what it does, or why not. */
static GtkWidget *
find_entry (GtkWidget *from, const char *label)
{
  GtkWidget *found = NULL, *words = GTK_IS_BUTTON (from) ? gtk_button_get_child (GTK_BUTTON (from)) : NULL;

  if (GTK_IS_BOX (words) && g_str_equal (gtk_label_get_text (GTK_LABEL (gtk_widget_get_first_child (words))), label))
    return from;
  for (GtkWidget *child = gtk_widget_get_first_child (from); found == NULL && child; child = gtk_widget_get_next_sibling (child))
    found = find_entry (child, label);
  return found;
}

static void
check_popover (Fixture *self, const char *role, QdActionPopover *popover, const char *label, const char *permission)
{
  GtkWidget *button = find_entry (GTK_WIDGET (popover), label);

  if (button == NULL)
    g_error ("there is no “%s” for %s", label, role);
  check_words (self, role, label, button, gtk_label_get_text (GTK_LABEL (gtk_widget_get_last_child (gtk_button_get_child (GTK_BUTTON (button))))), permission);
}

static void
check_menu (Fixture *self, const char *role, QdPlacementPage *page, const char *tenant, const char *const actions[][2])
{
  QdActionPopover *popover = g_object_ref_sink (qd_action_popover_new ());

  qd_placement_page_fill_menu (page, popover, tenant);
  for (guint i = 0; actions[i][0] != NULL; i++)
    check_popover (self, role, popover, actions[i][0], actions[i][1]);
  g_object_unref (popover);
}

static const QdRollTenant *
find_placed (QdPlacementPage *page)
{
  GPtrArray *tenants = qd_placement_board_get_tenants (page->board, "shard-1");

  return tenants->len > 0 ? tenants->pdata[0] : NULL;
}

static void
show_kind (QdPlacementPage *page, const char *kind)
{
  adw_toggle_group_set_active_name (ADW_TOGGLE_GROUP (page->kinds), kind);
  test_until (find_placed (page) != NULL && g_str_equal (qd_placement_kind_get_name (page->kind), kind), 40);
  qd_placement_page_show_shard (page, "shard-1");
}

/* A plan is carried out by who may place; what of it is refused is said where it is reviewed. */
static void
check_plan (Fixture *self, const char *role, QdPlacementPage *page)
{
  g_autofree char *why = NULL, *named = g_strdup_printf ("(%s)", role);
  gboolean may = qd_placement_page_can_apply (page, &why), given = test_permissions_give (self->page, role, "scale.migrate");

  g_assert_cmpint (may, ==, given);
  g_assert_cmpint (qd_placement_page_can_migrate (page), ==, given);
  if (!may && (strstr (why, "scale.migrate") == NULL || strstr (why, named) == NULL || !says_where (why)))
    g_error ("the plan as %s is refused and says: %s", role, why);
  self->on += may;
  self->off += !may;
}

static void
test_placement (void)
{
  static const char *const shard[][2] = { { "Stop Taking Work…", "scale.drain" }, { "Reload Placement", "scale.migrate" }, { NULL } };
  static const char *const runner[][2] = { { "Stop Its Work Here…", "scale.drain" }, { "Warm Up", "scale.migrate" }, { "Replay Workflow…", "ops.drain" },
                                           { "Turn Kill Switch On…", "configs.apply" }, { NULL } };
  static const char *const projection[][2] = { { "Rebuild Projection…", "ops.drain" }, { NULL } };
  QdPlacementPage *page;
  Fixture self;

  if (!set_up_with (&self, TRUE))
    return;
  g_assert_true (qd_window_show_page (self.window, "placement"));
  page = QD_PLACEMENT_PAGE (qd_window_get_page (self.window));
  for (guint r = 0; r < self.page->roles->len; r++)
    {
      const char *role = self.page->roles->pdata[r];
      QdActionPopover *popover = g_object_ref_sink (qd_action_popover_new ());

      qd_session_set_connection (qd_window_get_session (self.window), role);
      test_until (g_strcmp0 (page->source.control, role) == 0 && page->source.nats != NULL, 20);
      show_kind (page, "runner");
      check_menu (&self, role, page, NULL, shard);
      check_menu (&self, role, page, find_placed (page)->id, runner);
      check_plan (&self, role, page);
      show_kind (page, "projection");
      check_menu (&self, role, page, find_placed (page)->id, projection);
      qd_freeze_action_fill (popover, qd_window_get_session (self.window), GTK_WIDGET (page), page->source.control);
      check_popover (&self, role, popover, "Freeze All Changes…", "scale.apply");
      g_object_unref (popover);
    }
  g_assert_cmpuint (self.on, >, 20);
  g_assert_cmpuint (self.off, >, 20);
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
  g_test_add_func ("/permissions/palette", test_palette);
  g_test_add_func ("/permissions/jobs", test_jobs);
  g_test_add_func ("/permissions/placement", test_placement);
  return g_test_run ();
}
