/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of policies before a Patronus: it tells no workloads, switches policies off, and is removed with all that was kept of it. */
#include "config.h"

#include <string.h>

#include <glib/gstdio.h>

#include "app-fixture.h"
#include "driver-fixture.h"
#include "patronus-stub.h"
#include "qd-connection-dialog.h"
#include "qd-policy-apply-dialog.h"
#include "qd-policy-page-private.h"
#include "qd-settings.h"

#define POLICY "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: web\n  namespace: shop\n" \
               "spec:\n  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Ingress]\n"
#define PODS "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: web}}\nspec: {containers: [{name: a, image: b}]}\n" \
             "---\napiVersion: v1\nkind: Pod\nmetadata: {name: db, namespace: shop, labels: {app: db}}\nspec: {containers: [{name: a, image: b}]}\n"

typedef struct { FixtureDesk desk; PatronusStub *stub; QdPolicyPage *page; char *folder; } Fixture;

static gboolean
is_quiet (Fixture *self)
{
  return qd_workbench_get_analysis (self->page->workbench) && !qd_workbench_is_analysing (self->page->workbench) &&
         !qd_workbench_is_loading (self->page->workbench);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (QdEndpoint) endpoint = NULL;
  g_autofree char *path = NULL;

  self->stub = patronus_stub_new (FALSE, TRUE);
  patronus_stub_add (self->stub, "7", "web", PATRONUS_ON);
  self->folder = g_dir_make_tmp ("qd-patronus-XXXXXX", NULL);
  path = g_build_filename (self->folder, "web.yaml", NULL);
  g_assert_true (g_file_set_contents (path, POLICY, -1, NULL));
  fixture_desk_init (&self->desk);
  g_settings_set_string (qd_settings_get_default (), "policy-folder", self->folder);
  g_settings_reset (qd_settings_get_default (), "policy-workloads");
  endpoint = qd_endpoint_new ("pat", "Patronus", "patronus", self->stub->url);
  g_assert_true (qd_hub_add (self->desk.hub, endpoint, FALSE, NULL));
  fixture_desk_show (&self->desk, "policies");
  self->page = QD_POLICY_PAGE (qd_window_get_page (self->desk.window));
  test_until (qd_workbench_get_folder (self->page->workbench) && is_quiet (self) && qd_policy_live_is_silent (self->page->live), 20);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  char *argv[] = { (char *) "rm", (char *) "-rf", self->folder, NULL };

  fixture_desk_clear (&self->desk);
  g_spawn_sync (NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_settings_set_string (qd_settings_get_default (), "policy-folder", "");
  patronus_stub_free (self->stub);
  g_free (self->folder);
}

static const char *
reading (Fixture *self)
{
  return gtk_label_get_label (self->page->reading_label);
}

static const char *
picture (Fixture *self)
{
  return gtk_stack_get_visible_child_name (self->page->matrix_stack);
}

/* What nobody tells is not said to be none; what the files have is known. */
static void
test_unknown (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) pods = g_bytes_new_static (PODS, strlen (PODS));

  adw_view_stack_set_visible_child_name (self->page->views, "matrix");
  test_until (g_str_equal (picture (self), "unknown"), 10);
  g_assert_nonnull (strstr (adw_status_page_get_description (self->page->unknown_page), "“Patronus” does not tell"));
  test_until (strstr (reading (self), "Workloads not known"), 10);
  g_assert_nonnull (strstr (qd_session_get_unexplained (qd_window_get_session (self->desk.window)), "does not tell"));
  /* Asked about the files alone, there are none. */
  qd_policy_page_choose_workloads (self->page, "files");
  test_until (is_quiet (self) && g_str_equal (picture (self), "none") && strstr (reading (self), "0 workloads"), 10);
  qd_policy_page_choose_workloads (self->page, "both");
  test_until (is_quiet (self) && g_str_equal (picture (self), "unknown"), 10);
  g_assert_nonnull (qd_workbench_add (self->page->workbench, "pods.yaml", pods, NULL));
  test_until (is_quiet (self) && g_str_equal (picture (self), "matrix") && strstr (reading (self), "2 workloads"), 10);
}

static gboolean
is_web_open (Fixture *self)
{
  QdPolicyEval *eval = qd_analysis_get_eval (qd_workbench_get_analysis (self->page->workbench));
  guint web = qd_policy_eval_find_workload (eval, "shop/web", NULL), db = qd_policy_eval_find_workload (eval, "shop/db", NULL);

  return !qd_port_set_is_none (qd_policy_eval_get (eval, db, web));
}

static void
switch_policy (Fixture *self, gboolean on)
{
  json_object_set_boolean_member (g_hash_table_lookup (self->stub->policies, "7"), "enabled", on);
  qd_hub_refresh (self->desk.hub, "pat");
}

/* A policy that is switched off there is shown as such, and counts in no verdict; switched on again, it does. */
static void
test_off (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) pods = g_bytes_new_static (PODS, strlen (PODS));

  g_assert_nonnull (qd_workbench_add (self->page->workbench, "pods.yaml", pods, NULL));
  test_until (is_quiet (self) && strstr (reading (self), "2 workloads · 1 policy") && qd_policy_live_get_off (self->page->live), 20);
  g_assert_false (is_web_open (self));
  g_assert_null (strstr (reading (self), "switched off"));
  switch_policy (self, FALSE);
  test_until (is_quiet (self) && strstr (reading (self), "0 policies · 1 switched off"), 20);
  g_assert_true (is_web_open (self));
  /* The files by themselves know nothing of that. */
  qd_policy_page_choose_workloads (self->page, "files");
  test_until (is_quiet (self) && strstr (reading (self), "1 policy"), 20);
  g_assert_false (is_web_open (self));
  qd_policy_page_choose_workloads (self->page, "live");
  test_until (is_quiet (self) && strstr (reading (self), "1 switched off"), 20);
  switch_policy (self, TRUE);
  test_until (is_quiet (self) && strstr (reading (self), "1 policy") && strstr (reading (self), "off") == NULL, 20);
  g_assert_false (is_web_open (self));
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_set_object ((GAsyncResult **) data, result);
}

/* How many policies are remembered of it. */
static guint
count_kept (void)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (QdRemoteSet) set = NULL;

  qd_remotes_load_async (qd_policy_apply_get_remotes (), "/somewhere", "pat", NULL, done_cb, &result);
  test_until (result != NULL, 10);
  set = qd_remotes_load_finish (qd_policy_apply_get_remotes (), result, NULL);
  return qd_remote_set_get_n (set);
}

/* Removed by hand, it takes with it what was kept of its policies, and the page knows it no more. */
static void
test_removed (Fixture *self, gconstpointer data)
{
  g_autoptr (QdRemoteSet) set = qd_remote_set_new ("/somewhere", "pat");
  g_autoptr (JsonNode) object = json_from_string ("{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"NetworkPolicy\",\"metadata\":{\"name\":\"web\",\"namespace\":\"shop\"}}", NULL);
  g_autoptr (GAsyncResult) saved = NULL;
  g_autoptr (QdEndpoint) endpoint = qd_hub_dup_endpoint (self->desk.hub, "pat");
  AdwDialog *dialog, *question;

  g_assert_true (qd_remote_set_put (set, "NetworkPolicy shop/web", "7", "1", "web.yaml", object));
  qd_remotes_save_async (qd_policy_apply_get_remotes (), set, done_cb, &saved);
  test_until (saved != NULL, 10);
  g_assert_cmpuint (count_kept (), ==, 1);
  dialog = qd_connection_dialog_new (self->desk.hub, endpoint);
  adw_dialog_present (dialog, GTK_WIDGET (self->desk.window));
  fixture_settle (GTK_WIDGET (self->desk.window));
  g_signal_emit_by_name (fixture_find (GTK_WIDGET (dialog), ADW_TYPE_BUTTON_ROW, NULL), "activated");
  test_until ((question = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self->desk.window))) != dialog, 10);
  fixture_press (GTK_WIDGET (question), "_Remove");
  test_until (qd_hub_get_driver (self->desk.hub, "pat") == NULL, 10);
  test_until (count_kept () == 0, 10);
  test_until (qd_policy_live_get_connection (self->page->live) == NULL, 10);
  g_assert_null (qd_policy_live_get_off (self->page->live));
}

int
main (int argc, char **argv)
{
  fixture_init_apart (&argc, &argv);
#define ADD(path, test) g_test_add ("/policy-patronus/" path, Fixture, NULL, set_up, test, tear_down)
  ADD ("unknown", test_unknown);
  ADD ("off", test_off);
  ADD ("removed", test_removed);
  return g_test_run ();
}
