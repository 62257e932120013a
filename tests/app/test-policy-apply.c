/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Policies from a real lab and to it, in a real window: its workloads, its policies as files, what an edit would do there, doing it, what somebody
 * else did meanwhile, and the way back. */
#include "config.h"

#include <string.h>

#include <glib/gstdio.h>

#include "app-fixture.h"
#include "driver-fixture.h"
#include "qd-entity-actions.h"
#include "qd-json.h"
#include "qd-policy-apply-diff.h"
#include "qd-policy-apply-private.h"
#include "qd-policy-conflict.h"
#include "qd-policy-page-private.h"
#include "qd-settings.h"
#include "qd-shots-widgets.h"

#define USER "admin"
#define POLICY "default/backend-ingress-policy.yaml"
#define POLICY_PATH "/api/v1/policies/networkpolicy.default.backend-ingress-policy"

typedef struct {
  TestLab *lab;
  QdHub *hub;
  QdWindow *window;
  QdPolicyPage *page;
  char *folder, *job;
  GString *toasts;
} Fixture;

static void
toast_cb (QdSession *session, const char *text, const char *button, GClosure *closure, Fixture *self)
{
  g_string_append_printf (self->toasts, "%s|%s\n", text, button ? button : "");
}

static QdEntity *
get_connection (Fixture *self)
{
  return qd_fleet_lookup (qd_hub_get_fleet (self->hub), USER, QD_KIND_CONNECTION, USER);
}

static gboolean
is_quiet (Fixture *self)
{
  return qd_workbench_get_analysis (self->page->workbench) && !qd_workbench_is_analysing (self->page->workbench) &&
         !qd_workbench_is_loading (self->page->workbench);
}

static gboolean
set_up (Fixture *self, const char *environment, const char *user)
{
  g_autoptr (QdEndpoint) endpoint = NULL;

  *self = (Fixture) { .lab = test_lab_new ("--sites 6 --paths 10 --flows 800 --rate 50 --no-nats") };
  if (self->lab == NULL)
    return FALSE;
  self->toasts = g_string_new (NULL);
  self->folder = g_dir_make_tmp ("qd-apply-XXXXXX", NULL);
  self->hub = qd_hub_new (NULL);
  g_settings_set_boolean (qd_settings_get_default (), "configured", TRUE);
  g_settings_set_string (qd_settings_get_default (), "policy-folder", self->folder);
  g_settings_reset (qd_settings_get_default (), "policy-workloads");
  endpoint = test_lab_endpoint (self->lab, "node-api", user);
  g_set_str (&endpoint->id, USER);
  g_set_str (&endpoint->name, "Harbour");
  g_set_str (&endpoint->environment, environment);
  g_assert_true (qd_hub_add (self->hub, endpoint, FALSE, NULL));
  test_until (get_connection (self) && g_strcmp0 (qd_entity_get_string (get_connection (self), QD_CONNECTION_STATE), "live") == 0, 30);
  self->window = qd_window_new (NULL, self->hub);
  g_signal_connect (qd_window_get_session (self->window), "toast", G_CALLBACK (toast_cb), self);
  gtk_window_present (GTK_WINDOW (self->window));
  g_assert_true (qd_window_show_page (self->window, "policies"));
  self->page = QD_POLICY_PAGE (qd_window_get_page (self->window));
  fixture_settle (GTK_WIDGET (self->window));
  test_until (qd_workbench_get_folder (self->page->workbench) && is_quiet (self) && gtk_widget_get_mapped (self->page->remote_box), 20);
  return TRUE;
}

static void
tear_down (Fixture *self)
{
  char *argv[] = { (char *) "rm", (char *) "-rf", self->folder, NULL };

  fixture_close (GTK_WINDOW (self->window));
  qd_hub_stop (self->hub);
  test_spin (50);
  g_object_unref (self->hub);
  g_spawn_sync (NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_settings_set_string (qd_settings_get_default (), "policy-folder", "");
  g_string_free (self->toasts, TRUE);
  g_free (self->folder);
  g_free (self->job);
  test_lab_free (self->lab);
}

static void
run (Fixture *self, const char *action)
{
  g_assert_true (g_action_group_get_action_enabled (G_ACTION_GROUP (self->page->actions), action));
  g_action_group_activate_action (G_ACTION_GROUP (self->page->actions), action, NULL);
}

static QdDocument *
get_document (Fixture *self)
{
  return qd_workbench_find (self->page->workbench, POLICY);
}

static char *
text_of (QdDocument *document)
{
  GBytes *mine = qd_document_get_mine (document);

  return g_strndup (g_bytes_get_data (mine, NULL), g_bytes_get_size (mine));
}

static void
replace (Fixture *self, const char *from, const char *to)
{
  g_autofree char *before = text_of (get_document (self));
  GString *text = g_string_new (before);
  g_autoptr (GBytes) bytes = NULL;

  g_assert_cmpuint (g_string_replace (text, from, to, 1), ==, 1);
  bytes = g_string_free_to_bytes (text);
  qd_workbench_set_text (self->page->workbench, get_document (self), bytes);
}

/* All policies of the server become files. */
static void
get_policies (Fixture *self)
{
  g_autoptr (GHashTable) there = test_lab_list (self->lab, "/api/v1/policies");

  run (self, "get");
  test_until (g_list_model_get_n_items (qd_workbench_get_documents (self->page->workbench)) == g_hash_table_size (there) && is_quiet (self), 20);
  g_assert_nonnull (get_document (self));
}

/* --- The dialog -------------------------------------------------------------------------------------------- */

static AdwDialog *
get_dialog (Fixture *self)
{
  return adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self->window));
}

static const char *
shown_stage (Fixture *self)
{
  return QD_IS_POLICY_APPLY (get_dialog (self)) ? gtk_stack_get_visible_child_name (QD_POLICY_APPLY (get_dialog (self))->stack) : NULL;
}

static QdPolicyApply *
open_apply (Fixture *self)
{
  run (self, "apply");
  test_until (g_strcmp0 (shown_stage (self), "plan") == 0 || g_strcmp0 (shown_stage (self), "none") == 0, 20);
  return QD_POLICY_APPLY (get_dialog (self));
}

static void
press_apply (Fixture *self, QdPolicyApply *dialog, const char *name)
{
  g_assert_false (gtk_widget_get_sensitive (dialog->apply_button));
  g_assert_nonnull (gtk_widget_get_tooltip_text (dialog->apply_button));
  test_until (dialog->preflight == NULL, 20);
  qd_policy_apply_set_texts (dialog, "because", name);
  g_assert_true (gtk_widget_get_sensitive (dialog->apply_button));
  g_signal_emit_by_name (dialog->apply_button, "clicked");
  g_set_str (&self->job, dialog->job);
}

static void
close_dialog (Fixture *self)
{
  adw_dialog_force_close (get_dialog (self));
  test_until (get_dialog (self) == NULL, 5);
}

/* The port that the policy on the server opens, as the server says it. */
static gint64
port_there (Fixture *self)
{
  g_autoptr (JsonNode) node = test_lab_request (self->lab, "GET", POLICY_PATH, NULL);
  JsonObject *spec = qd_json_get_object (qd_json_object (node), "spec");
  JsonObject *rule = json_array_get_object_element (qd_json_get_array (spec, "ingress"), 0);
  gint64 port = 0;

  g_assert_true (qd_json_get_int (json_array_get_object_element (qd_json_get_array (rule, "ports"), 0), "port", &port));
  return port;
}

/* Somebody else, with a program of theirs. @key of @map of the policy's spec becomes @value. */
static void
change_there (Fixture *self, const char *app, gint64 port)
{
  g_autoptr (QdEndpoint) endpoint = test_lab_endpoint (self->lab, "node-api", USER);
  TestModel *other;
  g_autoptr (JsonNode) now = test_lab_request (self->lab, "GET", POLICY_PATH, NULL), done = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *object = qd_json_object (now), *spec = qd_json_get_object (object, "spec");
  g_autofree char *revision = qd_json_dup_id (object, "revision"), *text = NULL, *args = NULL;

  g_set_str (&endpoint->id, "other");
  other = test_model_new (endpoint);
  test_until (g_strcmp0 (test_model_state (other), "live") == 0, 20);
  if (app)
    json_object_set_string_member (qd_json_get_object (qd_json_get_object (spec, "podSelector"), "matchLabels"), "app", app);
  if (port)
    json_object_set_int_member (json_array_get_object_element (qd_json_get_array (json_array_get_object_element (qd_json_get_array (spec, "ingress"), 0),
                                                                                  "ports"), 0), "port", port);
  json_object_remove_member (object, "revision");
  json_object_remove_member (object, "status");
  json_object_remove_member (object, "id");
  text = qd_json_to_text (now, FALSE);
  args = g_strdup_printf ("{\"id\":\"networkpolicy.default.backend-ingress-policy\",\"revision\":\"%s\",\"object\":%s}", revision, text);
  done = test_model_command (other, "policy.put", args, &error);
  g_assert_no_error (error);
  test_model_free (other);
}

static QdEntity *
get_job (Fixture *self)
{
  return qd_fleet_lookup (qd_hub_get_fleet (self->hub), QD_HUB_LOCAL, QD_KIND_JOB, self->job);
}

/* --- Tests ------------------------------------------------------------------------------------------------- */

static guint
count_workloads (Fixture *self)
{
  return qd_policy_world_get_workloads (qd_analysis_get_world (qd_workbench_get_analysis (self->page->workbench)))->len;
}

static void
choose (Fixture *self, const char *whose)
{
  g_action_group_change_action_state (G_ACTION_GROUP (self->page->actions), "workloads", g_variant_new_string (whose));
  test_until (is_quiet (self), 20);
}

/* A folder without manifests is asked about the connection's workloads; one that has some, about those, unless one chooses. */
static void
test_live (void)
{
  Fixture self;
  static const char pod[] = "apiVersion: v1\nkind: Pod\nmetadata: {name: mine, namespace: default, labels: {app: mine}}\nspec: {containers: [{name: a, image: b}]}\n";
  g_autoptr (GBytes) bytes = g_bytes_new_static (pod, strlen (pod));
  g_autoptr (GVariant) state = NULL;
  guint there;

  if (!set_up (&self, "dev", USER))
    return;
  test_until (is_quiet (&self) && count_workloads (&self) > 5, 20);
  there = count_workloads (&self);
  g_assert_true (gtk_widget_get_mapped (self.page->live_button));
  g_assert_nonnull (strstr (gtk_label_get_label (self.page->live_label), "from Harbour, as of "));
  state = g_action_group_get_action_state (G_ACTION_GROUP (self.page->actions), "workloads");
  g_assert_cmpstr (g_variant_get_string (state, NULL), ==, "live");

  g_assert_nonnull (qd_workbench_add (self.page->workbench, "pod.yaml", bytes, NULL));
  test_until (is_quiet (&self) && count_workloads (&self) == 1, 20);
  g_assert_cmpstr (gtk_label_get_label (self.page->live_label), ==, "Workloads from files");
  choose (&self, "both");
  test_until (is_quiet (&self) && count_workloads (&self) == there + 1, 20);
  choose (&self, "live");
  test_until (is_quiet (&self) && count_workloads (&self) == there, 20);
  choose (&self, "files");
  test_until (is_quiet (&self) && count_workloads (&self) == 1, 20);

  /* The server goes: what it said last stays, and says how old it is. */
  choose (&self, "live");
  test_until (is_quiet (&self) && count_workloads (&self) == there, 20);
  test_lab_kill (self.lab);
  test_until (strstr (gtk_label_get_label (self.page->live_label), "Harbour, offline, as of "), 30);
  g_assert_cmpuint (count_workloads (&self), ==, there);
  g_assert_false (gtk_widget_get_sensitive (self.page->apply_button));
  g_assert_nonnull (strstr (gtk_widget_get_tooltip_text (self.page->apply_button), "not connected"));
  test_lab_start (self.lab);
  tear_down (&self);
}

static void
started_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_assert_true (qd_hub_start_finish (QD_HUB (source), result, NULL));
  *(gboolean *) data = TRUE;
}

typedef struct {
  char *json;
  gboolean asked;   /* an answer is on its way */
} Kept;

static void
kept_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Kept *kept = data;

  kept->json = qd_store_get_finish (QD_STORE (source), result, NULL);
  kept->asked = FALSE;
}

/* Whether the workloads are in the store; asks again and again, one question at a time. */
static gboolean
is_kept (QdStore *store, Kept *kept)
{
  if (kept->json == NULL && !kept->asked)
    {
      kept->asked = TRUE;
      qd_store_get_async (store, "policy-workloads:" USER, kept_cb, kept);
    }
  return kept->json != NULL;
}

/* A program with a store, until it says @label of the workloads and has them on the disk. */
static void
run_with_store (Fixture *self, const char *path, const QdEndpoint *endpoint, const char *label)
{
  QdStore *store = qd_store_new (path);
  gboolean started = FALSE;
  Kept kept = { NULL, FALSE };

  self->hub = qd_hub_new (store);
  qd_hub_start_async (self->hub, NULL, started_cb, &started);
  test_until (started, 10);
  g_assert_true (qd_hub_add (self->hub, endpoint, FALSE, NULL));
  self->window = qd_window_new (NULL, self->hub);
  gtk_window_present (GTK_WINDOW (self->window));
  g_assert_true (qd_window_show_page (self->window, "policies"));
  self->page = QD_POLICY_PAGE (qd_window_get_page (self->window));
  test_until (gtk_widget_get_mapped (self->page->live_button) && strstr (gtk_label_get_label (self->page->live_label), label), 30);
  g_assert_cmpuint (count_workloads (self), >, 5);
  test_until (is_kept (store, &kept), 20);
  g_free (kept.json);
  fixture_close (GTK_WINDOW (self->window));
  qd_hub_stop (self->hub);
  test_spin (50);
  g_clear_object (&self->hub);
  g_object_unref (store);
}

/* What was heard last is there when the program begins without the server. */
static void
test_kept (void)
{
  Fixture self = { .lab = test_lab_new ("--sites 6 --paths 10 --flows 20 --rate 50 --no-nats") };
  g_autofree char *folder = g_dir_make_tmp ("qd-kept-XXXXXX", NULL), *policies = g_build_filename (folder, "policies", NULL);
  g_autofree char *path = g_build_filename (folder, "store.db", NULL);
  char *argv[] = { (char *) "rm", (char *) "-rf", folder, NULL };
  g_autoptr (QdEndpoint) endpoint = NULL;

  if (self.lab == NULL)
    return;
  g_assert_cmpint (g_mkdir_with_parents (policies, 0700), ==, 0);
  g_settings_set_boolean (qd_settings_get_default (), "configured", TRUE);
  g_settings_set_string (qd_settings_get_default (), "policy-folder", policies);
  g_settings_reset (qd_settings_get_default (), "policy-workloads");
  endpoint = test_lab_endpoint (self.lab, "node-api", USER);
  g_set_str (&endpoint->id, USER);
  g_set_str (&endpoint->name, "Harbour");
  run_with_store (&self, path, endpoint, "from Harbour, as of");
  test_lab_kill (self.lab);
  run_with_store (&self, path, endpoint, "from Harbour, offline, as of");
  g_spawn_sync (NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_settings_set_string (qd_settings_get_default (), "policy-folder", "");
  test_lab_free (self.lab);
}

/* Got, changed, applied, and taken back from the list of jobs. */
static void
test_apply (void)
{
  Fixture self;
  QdPolicyApply *dialog;
  g_autofree char *sentence = NULL, *why = NULL;
  QdSession *session;

  if (!set_up (&self, "dev", USER))
    return;
  get_policies (&self);
  dialog = open_apply (&self);
  g_assert_cmpstr (shown_stage (&self), ==, "none");
  close_dialog (&self);

  replace (&self, "port: 8080", "port: 8081");
  test_until (is_quiet (&self), 20);
  dialog = open_apply (&self);
  g_assert_cmpstr (shown_stage (&self), ==, "plan");
  g_assert_cmpuint (qd_policy_plan_get_n_changes (dialog->plan), ==, 1);
  g_assert_cmpuint (qd_policy_plan_count (dialog->plan, QD_PLAN_UPDATE), ==, 1);
  /* The front may not reach the back any more where it did, and may where it did not. */
  test_until (dialog->impact && dialog->impact->after, 20);
  g_assert_cmpuint (dialog->impact->n_allowed, >, 0);
  g_assert_cmpuint (dialog->impact->n_denied, >, 0);
  g_assert_nonnull (strstr (dialog->impact->denied->pdata[0], "default/frontend → default/backend: TCP 8080"));
  test_until ((g_free (sentence), sentence = qd_policy_flows_dup_sentence (dialog->flows)) != NULL, 20);
  g_assert_nonnull (strstr (sentence, "cuts off"));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (dialog->flows)), >, 0);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (dialog->flows_row)));

  press_apply (&self, dialog, NULL);
  test_until (get_dialog (&self) == NULL, 30);
  test_until (strstr (self.toasts->str, "1 change applied to Harbour|_Revert"), 10);
  g_assert_cmpint (port_there (&self), ==, 8081);

  session = qd_window_get_session (self.window);
  test_until (get_job (&self) && g_strcmp0 (qd_entity_get_string (get_job (&self), QD_JOB_STATE), "succeeded") == 0, 20);
  g_assert_true (qd_entity_action_allowed (session, get_job (&self), "job.revert", &why));
  qd_entity_action_run (session, GTK_WIDGET (self.window), get_job (&self), "job.revert");
  test_until (g_strcmp0 (shown_stage (&self), "plan") == 0, 20);
  dialog = QD_POLICY_APPLY (get_dialog (&self));
  g_assert_cmpuint (qd_policy_plan_get_n_changes (dialog->plan), ==, 1);
  press_apply (&self, dialog, NULL);
  test_until (strstr (self.toasts->str, "taken back on Harbour"), 30);
  g_assert_cmpint (port_there (&self), ==, 8080);
  tear_down (&self);
}

/* Somebody else changed another part meanwhile: both changes are there afterwards, here and on the server. */
static void
test_merged (void)
{
  Fixture self;
  QdPolicyApply *dialog;
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *there = NULL;

  if (!set_up (&self, "dev", USER))
    return;
  get_policies (&self);
  replace (&self, "port: 8080", "port: 8081");
  change_there (&self, "payments", 0);
  dialog = open_apply (&self);
  g_assert_cmpuint (qd_policy_plan_count (dialog->plan, QD_PLAN_CONFLICT), ==, 0);
  g_assert_cmpuint (qd_policy_plan_get_n_changes (dialog->plan), ==, 1);
  g_assert_true (qd_policy_plan_find (dialog->plan, "NetworkPolicy default/backend-ingress-policy")->merged);
  press_apply (&self, dialog, NULL);
  test_until (get_dialog (&self) == NULL, 30);
  g_assert_cmpint (port_there (&self), ==, 8081);
  node = test_lab_request (self.lab, "GET", POLICY_PATH, NULL);
  there = qd_json_to_text (node, FALSE);
  g_assert_nonnull (strstr (there, "payments"));
  test_until ((g_free (text), text = text_of (get_document (&self))) != NULL && strstr (text, "app: payments") && strstr (text, "8081"), 20);
  tear_down (&self);
}

/* Somebody else changed the same: nothing is written before one has decided, place by place. */
static void
test_conflict (void)
{
  Fixture self;
  QdPolicyApply *dialog;
  const QdPlanStep *step;
  QdMergeKind mine = QD_MERGE_MINE;

  if (!set_up (&self, "dev", USER))
    return;
  get_policies (&self);
  replace (&self, "port: 8080", "port: 8081");
  change_there (&self, NULL, 8082);
  dialog = open_apply (&self);
  g_assert_cmpuint (qd_policy_plan_count (dialog->plan, QD_PLAN_CONFLICT), ==, 1);
  g_assert_cmpuint (qd_policy_plan_get_n_changes (dialog->plan), ==, 0);
  g_assert_false (gtk_widget_get_visible (dialog->apply_button));
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (dialog->conflicts_group)));
  step = qd_policy_plan_get_step (dialog->plan, 0);
  g_assert_cmpint (step->kind, ==, QD_PLAN_CONFLICT);
  g_assert_nonnull (step->merge);
  fixture_press (GTK_WIDGET (dialog), "_Compare…");
  test_until (QD_IS_POLICY_CONFLICT (get_dialog (&self)), 10);
  adw_dialog_force_close (get_dialog (&self));
  test_until (QD_IS_POLICY_APPLY (get_dialog (&self)), 10);
  g_assert_cmpint (port_there (&self), ==, 8082);

  g_assert_true (qd_policy_plan_resolve (dialog->plan, 0, &mine, NULL));
  qd_policy_apply_plan_changed (dialog, TRUE);
  g_assert_cmpuint (qd_policy_plan_get_n_changes (dialog->plan), ==, 1);
  press_apply (&self, dialog, NULL);
  test_until (get_dialog (&self) == NULL, 30);
  g_assert_cmpint (port_there (&self), ==, 8081);
  tear_down (&self);
}

/* While the dialog stands: it says so, and looks again when one wants it to. What is applied all the same is not written over theirs. */
static void
test_meanwhile (void)
{
  Fixture self;
  QdPolicyApply *dialog;

  if (!set_up (&self, "dev", USER))
    return;
  get_policies (&self);
  replace (&self, "port: 8080", "port: 8081");
  dialog = open_apply (&self);
  change_there (&self, NULL, 8082);
  test_until (adw_banner_get_revealed (dialog->stale_banner), 20);
  press_apply (&self, dialog, NULL);
  test_until (gtk_widget_get_visible (GTK_WIDGET (dialog->error_label)), 30);
  g_assert_cmpint (port_there (&self), ==, 8082);
  g_assert_cmpstr (shown_stage (&self), ==, "working");
  g_assert_false (gtk_widget_get_visible (dialog->revert_button));
  close_dialog (&self);
  tear_down (&self);
}

/* Of the server's policies, how many have the word of test_cancel() on them. */
static guint
count_reviewed (Fixture *self)
{
  g_autoptr (GHashTable) there = test_lab_list (self->lab, "/api/v1/policies");
  GHashTableIter iter;
  gpointer object;
  guint n = 0;

  g_hash_table_iter_init (&iter, there);
  while (g_hash_table_iter_next (&iter, NULL, &object))
    {
      JsonObject *metadata = qd_json_get_object (object, "metadata"), *notes = metadata ? qd_json_get_object (metadata, "annotations") : NULL;

      n += notes && g_strcmp0 (qd_json_get_string (notes, "reviewed", NULL), "harbour") == 0;
    }
  return n;
}

/* Returns how many. */
static guint
review_all (Fixture *self)
{
  GListModel *documents = qd_workbench_get_documents (self->page->workbench);

  for (guint i = 0; i < g_list_model_get_n_items (documents); i++)
    {
      g_autoptr (QdDocument) document = g_list_model_get_item (documents, i);
      g_autofree char *before = text_of (document);
      GString *text = g_string_new (before);
      g_autoptr (GBytes) bytes = NULL;

      g_assert_cmpuint (g_string_replace (text, "metadata:\n", "metadata:\n  annotations: {reviewed: harbour}\n", 1), ==, 1);
      bytes = g_string_free_to_bytes (text);
      qd_workbench_set_text (self->page->workbench, document, bytes);
    }
  test_until (is_quiet (self), 20);
  return g_list_model_get_n_items (documents);
}

/* Cancelled between two steps: the step that is under way is still done, no further one; it is said what was done, and all of that can be taken back. */
static void
test_cancel (void)
{
  Fixture self;
  QdPolicyApply *dialog;
  g_autofree char *sentence = NULL;
  guint n, done;

  if (!set_up (&self, "dev", USER))
    return;
  get_policies (&self);
  n = review_all (&self);
  g_assert_cmpuint (n, >=, 3);
  dialog = open_apply (&self);
  g_assert_cmpuint (qd_policy_plan_get_n_changes (dialog->plan), ==, n);
  test_until (dialog->preflight == NULL, 20);
  /* Each step takes its time, so that there is a between. */
  test_lab_set_faults (self.lab, "/api/v1/policies/*:delay=800@1");
  press_apply (&self, dialog, NULL);
  test_until (count_reviewed (&self) > 0, 60);
  g_assert_true (gtk_widget_get_sensitive (dialog->cancel_button));
  g_signal_emit_by_name (dialog->cancel_button, "clicked");
  g_assert_cmpstr (gtk_label_get_label (dialog->state_label), ==, "Ends after the step that is under way");
  g_assert_false (gtk_widget_get_sensitive (dialog->cancel_button));
  test_until (gtk_widget_get_visible (GTK_WIDGET (dialog->error_label)), 30);
  test_lab_set_faults (self.lab, "");
  done = count_reviewed (&self);
  g_assert_cmpuint (done, >, 0);
  g_assert_cmpuint (done, <, n);
  sentence = g_strdup_printf ("%u of %u changes were made", done, n);
  g_assert_cmpstr (gtk_label_get_label (dialog->state_label), ==, sentence);
  g_assert_true (gtk_widget_get_visible (dialog->revert_button));
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (dialog->cancel_button)), ==, "_Close");

  g_signal_emit_by_name (dialog->revert_button, "clicked");
  test_until (QD_IS_POLICY_APPLY (get_dialog (&self)) && QD_POLICY_APPLY (get_dialog (&self)) != dialog && g_strcmp0 (shown_stage (&self), "plan") == 0, 20);
  dialog = QD_POLICY_APPLY (get_dialog (&self));
  g_assert_cmpuint (qd_policy_plan_get_n_changes (dialog->plan), ==, done);
  press_apply (&self, dialog, NULL);
  test_until (strstr (self.toasts->str, "taken back on Harbour"), 30);
  g_assert_cmpuint (count_reviewed (&self), ==, 0);
  tear_down (&self);
}

/* Production is locked: the control is off and says so; unlocked, the name is asked for. */
static void
test_production (void)
{
  Fixture self;
  QdPolicyApply *dialog;

  if (!set_up (&self, "prod", USER))
    return;
  get_policies (&self);
  replace (&self, "port: 8080", "port: 8081");
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (self.page->actions), "apply"));
  g_assert_nonnull (strstr (gtk_widget_get_tooltip_text (self.page->apply_button), "read-only"));
  qd_hub_unlock (self.hub, USER, 15);
  test_until (g_action_group_get_action_enabled (G_ACTION_GROUP (self.page->actions), "apply"), 10);
  dialog = open_apply (&self);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (dialog->name_row)));
  qd_policy_apply_set_texts (dialog, "because", "harbour");
  g_assert_false (gtk_widget_get_sensitive (dialog->apply_button));
  press_apply (&self, dialog, "Harbour");
  test_until (get_dialog (&self) == NULL, 30);
  g_assert_cmpint (port_there (&self), ==, 8081);
  tear_down (&self);
}

/* Who may look and not change is told what is missing. */
static void
test_viewer (void)
{
  Fixture self;

  if (!set_up (&self, "dev", "viewer"))
    return;
  test_until (!gtk_widget_get_sensitive (self.page->apply_button), 10);
  g_assert_nonnull (strstr (gtk_widget_get_tooltip_text (self.page->apply_button), "sdwan.policies.manage"));
  tear_down (&self);
}

/* The lines of a file begin at the left, with what they are indented by, from whichever side the rest is read. */
static void
test_direction (void)
{
  g_autoptr (GBytes) before = g_bytes_new_static ("ports:\n- port: 8080\n", 20), after = g_bytes_new_static ("ports:\n- port: 8081\n", 20);
  g_autoptr (GtkWidget) diff = NULL;
  guint n = 0;

  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  diff = g_object_ref_sink (qd_policy_apply_diff_new (before, after));
  for (GtkWidget *line = qd_shots_find (diff, GTK_TYPE_LABEL); line != NULL; line = gtk_widget_get_next_sibling (line), n++)
    g_assert_cmpint (gtk_widget_get_direction (line), ==, GTK_TEXT_DIR_LTR);
  g_assert_cmpuint (n, >=, 3);
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
}

int
main (int argc, char **argv)
{
  fixture_init_apart (&argc, &argv);
  g_test_add_func ("/policy-apply/direction", test_direction);
  g_test_add_func ("/policy-apply/live", test_live);
  g_test_add_func ("/policy-apply/kept", test_kept);
  g_test_add_func ("/policy-apply/apply", test_apply);
  g_test_add_func ("/policy-apply/merged", test_merged);
  g_test_add_func ("/policy-apply/conflict", test_conflict);
  g_test_add_func ("/policy-apply/meanwhile", test_meanwhile);
  g_test_add_func ("/policy-apply/cancel", test_cancel);
  g_test_add_func ("/policy-apply/production", test_production);
  g_test_add_func ("/policy-apply/viewer", test_viewer);
  return g_test_run ();
}
