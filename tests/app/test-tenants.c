/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of tenants in the real window on a real lab: what it says, making one, changing one that somebody else changes meanwhile, and
 * doing the same to many. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "app-fixture.h"
#include "driver-fixture.h"
#include "qd-application.h"
#include "qd-capability.h"
#include "qd-confirm-dialog.h"
#include "qd-detail-pane.h"
#include "qd-json.h"
#include "qd-settings.h"
#include "qd-table-page.h"
#include "qd-tenant-dialog.h"
#include "qd-tenant-form.h"

typedef struct {
  TestLab *lab;
  QdHub *hub;
  QdWindow *window;
  QdPage *page;
  const char *user;
  GString *toasts;
  GClosure *toast;           /* what the last toast's button does; or NULL */
} Fixture;

static void
toast_cb (QdSession *session, const char *text, const char *button, GClosure *closure, Fixture *self)
{
  g_string_append_printf (self->toasts, "%s\n", text);
  g_clear_pointer (&self->toast, g_closure_unref);
  if (closure != NULL)
    {
      self->toast = g_closure_ref (closure);
      g_closure_sink (closure);
    }
}

static void
press_toast (Fixture *self)
{
  g_autoptr (GClosure) closure = g_steal_pointer (&self->toast);
  g_auto (GValue) value = G_VALUE_INIT;

  g_assert_nonnull (closure);
  g_value_init (&value, G_TYPE_OBJECT);
  g_closure_invoke (closure, NULL, 1, &value, NULL);
}

static QdSession *
session (Fixture *self)
{
  return qd_window_get_session (self->window);
}

static QdEntity *
tenant (Fixture *self, const char *id)
{
  return qd_fleet_lookup (qd_hub_get_fleet (self->hub), self->user, QD_KIND_TENANT, id);
}

static gboolean
is_in_state (Fixture *self, const char *id, const char *state)
{
  return tenant (self, id) != NULL && g_strcmp0 (qd_entity_get_string (tenant (self, id), QD_FIELD_STATUS_TEXT), state) == 0;
}

static gboolean
is_live (Fixture *self)
{
  return qd_capability_allowed (qd_hub_get_fleet (self->hub), self->user, "tenant.get", NULL);
}

static gboolean
set_up_in (Fixture *self, const char *user, const char *options, gboolean production)
{
  g_autoptr (QdEndpoint) endpoint = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *journal = NULL;

  *self = (Fixture) { .lab = test_lab_new (options), .user = user };
  if (self->lab == NULL)
    return FALSE;
  self->toasts = g_string_new (NULL);
  self->hub = qd_hub_new (NULL);
  journal = g_build_filename (self->lab->state, "desk-audit.jsonl", NULL);
  qd_hub_keep_audit (self->hub, journal);
  g_settings_set_boolean (qd_settings_get_default (), "configured", TRUE);
  endpoint = test_lab_endpoint (self->lab, "node-api", user);
  g_set_str (&endpoint->id, user);
  if (production)
    g_set_str (&endpoint->environment, "prod");
  g_assert_true (qd_hub_add (self->hub, endpoint, FALSE, &error));
  if (production)
    qd_hub_unlock (self->hub, user, 10);
  g_assert_no_error (error);
  test_until (is_live (self) && tenant (self, "tenant-acme") != NULL, 30);
  self->window = qd_window_new (NULL, self->hub);
  g_signal_connect (session (self), "toast", G_CALLBACK (toast_cb), self);
  gtk_window_present (GTK_WINDOW (self->window));
  g_assert_true (qd_window_show_page (self->window, "tenants"));
  fixture_settle (GTK_WIDGET (self->window));
  self->page = qd_window_get_page (self->window);
  return TRUE;
}

static gboolean
set_up_with (Fixture *self, const char *user, const char *options)
{
  return set_up_in (self, user, options, FALSE);
}

static gboolean
set_up (Fixture *self, const char *user)
{
  return set_up_with (self, user, "--sites 6 --paths 8 --flows 20 --rate 0 --no-nats");
}

static void
tear_down (Fixture *self)
{
  /* A session outlives its window while something is under way, which tells nobody of its end. */
  g_signal_handlers_disconnect_by_data (session (self), self);
  g_clear_pointer (&self->toast, g_closure_unref);
  fixture_close (GTK_WINDOW (self->window));
  qd_hub_stop (self->hub);
  test_spin (50);
  g_object_unref (self->hub);
  g_string_free (self->toasts, TRUE);
  test_lab_free (self->lab);
}

static GtkWidget *
get_dialog (Fixture *self)
{
  return GTK_WIDGET (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self->window)));
}

static GtkWidget *
entry (Fixture *self, const char *title)
{
  return get_dialog (self) != NULL ? fixture_find (get_dialog (self), ADW_TYPE_ENTRY_ROW, title) : NULL;
}

static void
set_entry (Fixture *self, const char *title, const char *text)
{
  test_until (entry (self, title) != NULL, 10);
  gtk_editable_set_text (GTK_EDITABLE (entry (self, title)), text);
}

static QdTable *
table (Fixture *self)
{
  return qd_table_page_get_table (QD_TABLE_PAGE (self->page));
}

/* Whether a label below @from says @text. */
static gboolean
says (GtkWidget *from, const char *text)
{
  if (from == NULL)
    return FALSE;
  if (GTK_IS_LABEL (from) && gtk_widget_get_mapped (from) && g_strcmp0 (gtk_label_get_text (GTK_LABEL (from)), text) == 0)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (says (child, text))
      return TRUE;
  return FALSE;
}

/* --- What is said and done --------------------------------------------------------------------------- */

static void
test_page (void)
{
  Fixture self;

  if (!set_up (&self, "admin"))
    return;
  test_until (qd_view_get_length (qd_table_get_view (table (&self))) == 4, 10);
  g_assert_true (qd_table_select (table (&self), tenant (&self, "tenant-acme")));
  test_until (fixture_find (GTK_WIDGET (self.page), ADW_TYPE_ACTION_ROW, "Contacts") != NULL, 10);
  g_assert_nonnull (strstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (fixture_find (GTK_WIDGET (self.page), ADW_TYPE_ACTION_ROW, "Contacts"))),
                            "ops@acme.example"));

  qd_tenant_dialog_present (session (&self), self.page, NULL);
  set_entry (&self, "Name", "Hooli");
  set_entry (&self, "Id, as in addresses and subjects", "tenant-hooli");
  set_entry (&self, "Plan", "team");
  set_entry (&self, "Quotas, as name=number", "users=many");
  fixture_press (get_dialog (&self), "_Save");
  test_until (says (get_dialog (&self), "Quotas are written as name=number, with commas between them"), 10);
  set_entry (&self, "Quotas, as name=number", "users=40, storage_gb=2.5");
  set_entry (&self, "Contacts, as Name <address> role", "Gavin <gavin@hooli.example> owner");
  fixture_press (get_dialog (&self), "_Save");
  test_until (get_dialog (&self) == NULL && is_in_state (&self, "tenant-hooli", "provisioning"), 20);
  g_assert_nonnull (strstr (qd_entity_get_string (tenant (&self, "tenant-hooli"), QD_TENANT_QUOTAS), "\"storage_gb\":2.5"));
  g_assert_nonnull (strstr (qd_entity_get_string (tenant (&self, "tenant-hooli"), QD_TENANT_CONTACTS), "gavin@hooli.example"));
  tear_down (&self);
}

/* Somebody is quicker: what they made of it is shown, and saving again is a decision. */
static void
test_conflict (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (QdEndpoint) endpoint = NULL;
  TestModel *other;
  Fixture self;

  if (!set_up (&self, "admin"))
    return;
  qd_tenant_dialog_present (session (&self), self.page, tenant (&self, "tenant-globex"));
  set_entry (&self, "Quotas, as name=number", "users=7");
  endpoint = test_lab_endpoint (self.lab, "node-api", "operator");
  other = test_model_new (endpoint);
  test_until (test_model_find (other, QD_KIND_TENANT, "tenant-globex") != NULL, 20);
  node = test_model_command (other, "tenant.update", "{\"id\":\"tenant-globex\",\"revision\":\"1\",\"changes\":{\"plan\":\"enterprise\"}}", &error);
  g_assert_no_error (error);
  test_model_free (other);
  fixture_press (get_dialog (&self), "_Save");
  test_until (says (get_dialog (&self), "Not saved: the tenant was changed meanwhile.\nPlan: “team” → “enterprise”\n"
                                        "Save again to put your version over it."), 20);
  fixture_press (get_dialog (&self), "_Save");
  test_until (get_dialog (&self) == NULL, 20);
  /* Only what was entered goes over it. */
  test_until (strstr (qd_entity_get_string (tenant (&self, "tenant-globex"), QD_TENANT_QUOTAS), "\"users\":7") != NULL, 20);
  tear_down (&self);
}

static gboolean
has_confirm (Fixture *self)
{
  return QD_IS_CONFIRM_DIALOG (get_dialog (self));
}

/* As soon as it can be done with what is selected. */
static void
begin (Fixture *self, const char *action)
{
  test_until (get_dialog (self) == NULL, 10);
  test_until (has_confirm (self) || (gtk_widget_activate_action (GTK_WIDGET (self->page), action, NULL) && has_confirm (self)), 10);
}

static void
confirm (Fixture *self)
{
  test_until (has_confirm (self), 10);
  qd_confirm_dialog_set_texts (QD_CONFIRM_DIALOG (get_dialog (self)), "unpaid", NULL);
  g_signal_emit_by_name (get_dialog (self), "response", "do");
  adw_dialog_force_close (ADW_DIALOG (get_dialog (self)));
}

static void
test_many (void)
{
  Fixture self;
  g_autoptr (GPtrArray) all = NULL;
  const char *body;

  if (!set_up (&self, "admin"))
    return;
  test_until (qd_view_get_length (qd_table_get_view (table (&self))) == 4, 10);
  all = g_ptr_array_new ();
  g_ptr_array_add (all, tenant (&self, "tenant-acme"));
  g_ptr_array_add (all, tenant (&self, "tenant-globex"));
  g_ptr_array_add (all, tenant (&self, "tenant-initech"));
  qd_table_select_several (table (&self), all);
  begin (&self, "row.tenant.suspend");
  test_until (has_confirm (&self) && fixture_find (get_dialog (&self), ADW_TYPE_ACTION_ROW, "3 tenants") != NULL, 10);
  confirm (&self);
  test_until (is_in_state (&self, "tenant-acme", "suspended") && is_in_state (&self, "tenant-globex", "suspended") &&
              is_in_state (&self, "tenant-initech", "suspended"), 20);
  test_until (strstr (self.toasts->str, "Done: Suspend 3 tenants") != NULL, 10);
  g_assert_true (is_in_state (&self, "tenant-umbrella", "active"));

  /* Somebody else has resumed one of them in between: the others are done all the same, and it is said. */
  begin (&self, "row.tenant.archive");
  json_node_unref (test_lab_request (self.lab, "POST", "/admin/v1/tenants/tenant-globex/resume", "{\"reason\":\"paid\"}"));
  confirm (&self);
  test_until (is_in_state (&self, "tenant-acme", "archived") && is_in_state (&self, "tenant-initech", "archived"), 20);
  test_until (is_in_state (&self, "tenant-globex", "active"), 20);
  test_until (strstr (self.toasts->str, "Could not do this: Archive 3 tenants (2 of 3 were done)") != NULL, 20);
  press_toast (&self);
  test_until (ADW_IS_ALERT_DIALOG (get_dialog (&self)), 10);
  body = adw_alert_dialog_get_body (ADW_ALERT_DIALOG (get_dialog (&self)));
  g_assert_nonnull (strstr (body, "Acme: done"));
  g_assert_nonnull (strstr (body, "Globex: "));
  g_assert_null (strstr (body, "Globex: done"));
  g_assert_nonnull (strstr (body, "still served"));
  g_assert_nonnull (strstr (body, "Initech: done"));
  /* Archiving is not undone from here. */
  g_assert_false (adw_alert_dialog_has_response (ADW_ALERT_DIALOG (get_dialog (&self)), "undo"));
  adw_dialog_force_close (ADW_DIALOG (get_dialog (&self)));
  tear_down (&self);
}

/* What cannot be done to some of a choice is said before; what was done to many is undone for just those. */
static void
test_many_undone (void)
{
  Fixture self;
  g_autoptr (GPtrArray) all = NULL;

  if (!set_up (&self, "admin"))
    return;
  test_until (qd_view_get_length (qd_table_get_view (table (&self))) == 4, 10);
  json_node_unref (test_lab_request (self.lab, "POST", "/admin/v1/tenants/tenant-umbrella/suspend", "{\"reason\":\"unpaid\"}"));
  test_until (is_in_state (&self, "tenant-umbrella", "suspended"), 20);
  all = g_ptr_array_new ();
  g_ptr_array_add (all, tenant (&self, "tenant-acme"));
  g_ptr_array_add (all, tenant (&self, "tenant-globex"));
  g_ptr_array_add (all, tenant (&self, "tenant-umbrella"));
  qd_table_select_several (table (&self), all);
  begin (&self, "row.tenant.suspend");
  test_until (fixture_find (get_dialog (&self), ADW_TYPE_ACTION_ROW, "2 tenants") != NULL, 10);
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (fixture_find (get_dialog (&self), ADW_TYPE_ACTION_ROW, "2 tenants"))), ==, "Acme, Globex");
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (fixture_find (get_dialog (&self), ADW_TYPE_ACTION_ROW, "Left out"))), ==,
                   "Umbrella: It is not being served now");
  confirm (&self);
  test_until (is_in_state (&self, "tenant-acme", "suspended") && is_in_state (&self, "tenant-globex", "suspended"), 20);
  test_until (strstr (self.toasts->str, "Done: Suspend 2 tenants") != NULL, 20);
  press_toast (&self);
  confirm (&self);
  test_until (is_in_state (&self, "tenant-acme", "active") && is_in_state (&self, "tenant-globex", "active"), 20);
  g_assert_true (is_in_state (&self, "tenant-umbrella", "suspended"));
  tear_down (&self);
}

static const char *
name_of_connection (Fixture *self, const char *id)
{
  return qd_entity_get_name (qd_fleet_lookup (qd_hub_get_fleet (self->hub), id, QD_KIND_CONNECTION, id));
}

/* In production one types where it is that many are changed, and what one thing is called. */
static void
test_production (void)
{
  Fixture self;
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  AdwAlertDialog *dialog;

  if (!set_up_in (&self, "admin", "--sites 6 --paths 8 --flows 20 --rate 0 --no-nats", TRUE))
    return;
  test_until (qd_view_get_length (qd_table_get_view (table (&self))) == 4, 10);
  g_ptr_array_add (all, tenant (&self, "tenant-acme"));
  g_ptr_array_add (all, tenant (&self, "tenant-globex"));
  qd_table_select_several (table (&self), all);
  begin (&self, "row.tenant.suspend");
  dialog = ADW_ALERT_DIALOG (get_dialog (&self));
  for (guint i = 0; i < 3; i++)
    {
      const char *const names[] = { "", "Acme", "2 tenants" };

      qd_confirm_dialog_set_texts (QD_CONFIRM_DIALOG (dialog), "unpaid", names[i]);
      g_assert_false (adw_alert_dialog_get_response_enabled (dialog, "do"));
    }
  qd_confirm_dialog_set_texts (QD_CONFIRM_DIALOG (dialog), "unpaid", name_of_connection (&self, "admin"));
  g_assert_true (adw_alert_dialog_get_response_enabled (dialog, "do"));
  g_signal_emit_by_name (dialog, "response", "do");
  adw_dialog_force_close (ADW_DIALOG (dialog));
  test_until (is_in_state (&self, "tenant-acme", "suspended") && is_in_state (&self, "tenant-globex", "suspended"), 20);
  test_until (strstr (self.toasts->str, "Done: Suspend 2 tenants") != NULL, 20);

  g_assert_true (qd_table_select (table (&self), tenant (&self, "tenant-initech")));
  begin (&self, "row.tenant.kill-on");
  dialog = ADW_ALERT_DIALOG (get_dialog (&self));
  qd_confirm_dialog_set_texts (QD_CONFIRM_DIALOG (dialog), "it floods", "initech");
  g_assert_false (adw_alert_dialog_get_response_enabled (dialog, "do"));
  qd_confirm_dialog_set_texts (QD_CONFIRM_DIALOG (dialog), "it floods", "Initech");
  g_assert_true (adw_alert_dialog_get_response_enabled (dialog, "do"));
  adw_dialog_force_close (ADW_DIALOG (dialog));
  tear_down (&self);
}

/* --- The subpages, on a lab with NATS and shards -------------------------------------------------------- */

static GtkWidget *
row (Fixture *self, const char *title)
{
  return fixture_find (GTK_WIDGET (self->page), ADW_TYPE_ACTION_ROW, title);
}

static const char *
subtitle (Fixture *self, const char *title)
{
  GtkWidget *found = row (self, title);

  return found != NULL && gtk_widget_get_mapped (found) && adw_action_row_get_subtitle (ADW_ACTION_ROW (found)) != NULL
           ? adw_action_row_get_subtitle (ADW_ACTION_ROW (found)) : "";
}

static gboolean
has_subtitle (Fixture *self, const char *title, const char *part)
{
  return strstr (subtitle (self, title), part) != NULL;
}

static GtkWidget *
find_up (GtkWidget *from)
{
  GtkWidget *found = NULL;

  if (GTK_IS_BUTTON (from) && gtk_widget_get_mapped (from) && g_strcmp0 (gtk_widget_get_tooltip_text (from), "Back to all details") == 0)
    return from;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_up (child);
  return found;
}

/* To the list of subpages, by the button that is there on each. */
static void
go_back (Fixture *self)
{
  test_until (find_up (GTK_WIDGET (self->page)) != NULL, 10);
  g_signal_emit_by_name (find_up (GTK_WIDGET (self->page)), "clicked");
  test_until (find_up (GTK_WIDGET (self->page)) == NULL && row (self, "Plan") != NULL, 10);
}

/* By its row, once that says so: a part of it. */
static void
open_subpage (Fixture *self, const char *title, const char *summary)
{
  if (find_up (GTK_WIDGET (self->page)) != NULL)
    go_back (self);
  test_until (has_subtitle (self, title, summary), 40);
  gtk_widget_activate (row (self, title));
  test_until (find_up (GTK_WIDGET (self->page)) != NULL && row (self, "Plan") == NULL, 10);
  g_assert_true (says (GTK_WIDGET (self->page), title));
}

/* The button in the head of the group that is called @title. */
static GtkWidget *
find_button (GtkWidget *from, const char *title)
{
  GtkWidget *found = NULL;

  if (GTK_IS_BUTTON (from) && gtk_widget_get_mapped (from) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (from)), "Show _All") == 0 &&
      says (gtk_widget_get_ancestor (from, ADW_TYPE_PREFERENCES_GROUP), title))
    return from;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_button (child, title);
  return found;
}

static void
test_details (void)
{
  g_autoptr (QdEndpoint) endpoint = NULL;
  g_autoptr (GError) error = NULL;
  GtkWidget *all;
  Fixture self;

  if (!set_up_with (&self, "admin", "--sites 6 --paths 8 --flows 20 --rate 0 --events 20"))
    return;
  endpoint = test_lab_endpoint (self.lab, "nats", "admin");
  g_set_str (&endpoint->id, "nats");
  g_set_str (&endpoint->feeds, "admin");
  g_assert_true (qd_hub_add (self.hub, endpoint, FALSE, &error));
  g_assert_no_error (error);
  test_until (qd_view_get_length (qd_table_get_view (table (&self))) == 4, 20);
  g_assert_true (qd_table_select (table (&self), tenant (&self, "tenant-globex")));
  /* Configuration: what differs first, with what holds for all. */
  open_subpage (&self, "Configuration", "of its own");
  test_until (has_subtitle (&self, "drain.timeout_s", "120 · for all: 60"), 40);
  g_assert_cmpstr (subtitle (&self, "limits.concurrency"), ==, "8");
  g_assert_true (says (GTK_WIDGET (self.page), "Globex"));
  /* Definitions: which, since when and by whom, what is newer, and what it has. */
  open_subpage (&self, "Definitions", "core 1.4.0 · 1.5.0 is newer");
  test_until (has_subtitle (&self, "core 1.4.0", "by operator"), 20);
  g_assert_true (has_subtitle (&self, "1.5.0 is newer", "Statements by month"));
  g_assert_true (has_subtitle (&self, "Projections", "balances"));
  /* Overview and health, which is followed where one is. */
  open_subpage (&self, "Service Levels", "");
  test_until (has_subtitle (&self, "Waiting", "limit 500"), 40);
  open_subpage (&self, "Placement", "shard-");
  test_until (has_subtitle (&self, "Aggregate", "shard-1") && has_subtitle (&self, "Runner", "shard-"), 20);
  open_subpage (&self, "Health", "All is well");
  test_until (has_subtitle (&self, "Storage", "Healthy on all 3 shards") && has_subtitle (&self, "NATS", ""), 40);
  json_node_unref (test_lab_request (self.lab, "POST", "/lab/v1/shards", "{\"id\":\"runner.shard-1\",\"storage\":\"unhealthy\"}"));
  test_until (has_subtitle (&self, "Storage", "runner.shard-1"), 40);
  go_back (&self);
  test_until (has_subtitle (&self, "Health", "runner.shard-1"), 20);
  open_subpage (&self, "Events Processed", "a second");
  test_until (row (&self, "Aggregate") != NULL, 20);
  /* Activity: what was done, why, and a way to all of it. */
  begin (&self, "row.tenant.suspend");
  confirm (&self);
  open_subpage (&self, "Activity", "");
  test_until (has_subtitle (&self, "Suspend Globex", "unpaid"), 40);
  /* Another one has its own, on the same subpage. */
  g_assert_true (qd_table_select (table (&self), tenant (&self, "tenant-acme")));
  test_until (says (GTK_WIDGET (self.page), "Activity") && row (&self, "Suspend Globex") == NULL && row (&self, "Plan") == NULL, 20);
  open_subpage (&self, "Configuration", "of its own");
  test_until (has_subtitle (&self, "limits.concurrency", "16 · for all: 8") && has_subtitle (&self, "limits.burst", "40 · not set for all"), 20);
  open_subpage (&self, "Definitions", "core 1.5.0");
  test_until (row (&self, "core 1.5.0") != NULL && row (&self, "1.5.0 is newer") == NULL, 20);
  g_assert_true (qd_table_select (table (&self), tenant (&self, "tenant-globex")));
  test_until (row (&self, "core 1.4.0") != NULL, 20);
  open_subpage (&self, "Activity", "");
  test_until ((all = find_button (GTK_WIDGET (self.page), "Activity")) != NULL, 20);
  g_signal_emit_by_name (all, "clicked");
  test_until (g_str_equal (qd_window_get_page_id (self.window), "audit"), 10);
  self.page = qd_window_get_page (self.window);
  g_assert_cmpstr (qd_table_get_filter_text (table (&self)), ==, "\"on:tenant-globex\"");
  test_until (qd_view_get_length (qd_table_get_view (table (&self))) >= 1, 20);
  tear_down (&self);
}

/* A control that is off says which permission is missing. */
static void
test_viewer (void)
{
  g_autofree char *why = NULL;
  Fixture self;

  if (!set_up (&self, "viewer"))
    return;
  test_until (qd_view_get_length (qd_table_get_view (table (&self))) == 4, 10);
  g_assert_false (qd_capability_allowed (qd_hub_get_fleet (self.hub), "viewer", "tenant.suspend", &why));
  g_assert_nonnull (strstr (why, "tenants.update"));
  g_assert_false (gtk_widget_get_sensitive (qd_page_get_header_end (self.page)));
  test_until (strstr (gtk_widget_get_tooltip_text (qd_page_get_header_end (self.page)), "tenants.create") != NULL, 10);
  tear_down (&self);
}

/* --- The form ----------------------------------------------------------------------------------------- */

static char *
random_name (GRand *rand)
{
  return g_strdup_printf ("%c%d", 'a' + g_rand_int_range (rand, 0, 26), g_rand_int_range (rand, 0, 100));
}

static JsonObject *
random_tenant (GRand *rand)
{
  JsonObject *object = json_object_new (), *quotas = json_object_new (), *flags = json_object_new ();
  JsonArray *contacts = json_array_new ();

  json_object_set_string_member (object, "name", "Some One");
  json_object_set_string_member (object, "plan", "team");
  for (int i = g_rand_int_range (rand, 0, 6); i > 0; i--)
    {
      g_autofree char *quota = random_name (rand), *flag = random_name (rand);
      JsonObject *contact = json_object_new ();

      if (g_rand_boolean (rand))
        json_object_set_int_member (quotas, quota, g_rand_int_range (rand, 0, 100000));
      else
        json_object_set_double_member (quotas, quota, g_rand_int_range (rand, 1, 1000) + 0.5);
      json_object_set_boolean_member (flags, flag, g_rand_boolean (rand));
      json_object_set_string_member (contact, "email", g_rand_boolean (rand) ? "a@b.example" : "");
      json_object_set_string_member (contact, "role", g_rand_boolean (rand) ? "on call" : "");
      json_object_set_string_member (contact, "name", "Ada, Countess");
      json_array_add_object_element (contacts, contact);
    }
  json_object_set_object_member (object, "quotas", quotas);
  json_object_set_object_member (object, "flags", flags);
  json_object_set_array_member (object, "contacts", contacts);
  return object;
}

static char *
text_of (JsonObject *object, const char *name)
{
  return json_to_string (json_object_get_member (object, name), FALSE);
}

/* What a form shows is what it would save. */
static void
test_form (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (g_test_rand_int ());

  for (guint round = 0; round < 500; round++)
    {
      g_autoptr (JsonObject) one = random_tenant (rand), back = NULL, patch = NULL;
      g_auto (QdTenantForm) form = { 0 };
      g_autofree char *quotas = text_of (one, "quotas"), *flags = text_of (one, "flags"), *again = NULL, *flags_again = NULL;
      g_autoptr (GError) error = NULL;
      JsonArray *contacts;

      qd_tenant_form_init_from_json (&form, one);
      back = qd_tenant_form_to_json (&form, NULL, &error);
      g_assert_no_error (error);
      again = text_of (back, "quotas");
      flags_again = text_of (back, "flags");
      g_assert_cmpstr (again, ==, quotas);
      g_assert_cmpstr (flags_again, ==, flags);
      contacts = json_object_get_array_member (back, "contacts");
      g_assert_cmpuint (json_array_get_length (contacts), ==, json_array_get_length (json_object_get_array_member (one, "contacts")));
      for (guint i = 0; i < json_array_get_length (contacts); i++)
        g_assert_cmpstr (qd_json_get_string (json_array_get_object_element (contacts, i), "name", ""), ==, "Ada, Countess");
      /* Unchanged, it changes nothing. */
      patch = qd_tenant_form_to_json (&form, &form, &error);
      g_assert_cmpuint (json_object_get_size (patch), ==, 0);
    }
}

/* What is left out of a record is taken away. */
static void
test_form_patch (void)
{
  QdTenantForm before = { NULL, (char *) "A", (char *) "team", (char *) "users=3, storage_gb=5", (char *) "", (char *) "" }, now = before;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) patch = NULL;
  g_autofree char *text = NULL;

  now.quotas = (char *) "users=4";
  patch = qd_tenant_form_to_json (&now, &before, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (json_object_get_size (patch), ==, 1);
  text = text_of (patch, "quotas");
  g_assert_cmpstr (text, ==, "{\"users\":4,\"storage_gb\":null}");
  now.contacts = (char *) "<nobody@x.example>";
  g_assert_null (qd_tenant_form_to_json (&now, &before, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  qd_app_init ();
  /* libadwaita 1.7 warns of itself when the heading of a question needs two lines. */
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  g_test_add_func ("/app/tenants/form", test_form);
  g_test_add_func ("/app/tenants/form-patch", test_form_patch);
  g_test_add_func ("/app/tenants/page", test_page);
  g_test_add_func ("/app/tenants/conflict", test_conflict);
  g_test_add_func ("/app/tenants/many", test_many);
  g_test_add_func ("/app/tenants/many-undone", test_many_undone);
  g_test_add_func ("/app/tenants/production", test_production);
  g_test_add_func ("/app/tenants/details", test_details);
  g_test_add_func ("/app/tenants/viewer", test_viewer);
  return g_test_run ();
}
