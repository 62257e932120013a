/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of drafts in the real window: what is kept of files and of routing policies, opening, saving, discarding. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "app-fixture.h"
#include "driver-fixture.h"
#include "qd-application.h"
#include "qd-draft-list.h"
#include "qd-draft-row.h"
#include "qd-drafts-page.h"
#include "qd-drafts.h"
#include "qd-policy-page.h"
#include "qd-routing-drafts.h"
#include "qd-routing-fields.h"
#include "qd-settings.h"
#include "qd-workbench.h"

#define POLICY "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: a\nspec:\n  podSelector: {}\n"

typedef struct {
  FixtureDesk desk;
  char *folder;
} Fixture;

static char *
path_of (Fixture *self, const char *name)
{
  return g_build_filename (self->folder, name, NULL);
}

static void
write_file (Fixture *self, const char *name, const char *text)
{
  g_autofree char *path = path_of (self, name);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static gboolean
holds (Fixture *self, const char *name, const char *text)
{
  g_autofree char *path = path_of (self, name), *now = NULL;

  return g_file_get_contents (path, &now, NULL, NULL) && g_str_equal (now, text);
}

/* Somebody typed, in a window that is gone. */
static void
keep (Fixture *self, const char *name, const char *base, const char *mine)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "quarterdeck", "drafts", NULL), *path = path_of (self, name);
  g_autoptr (QdDrafts) drafts = qd_drafts_new (folder, NULL, NULL);
  g_autoptr (GBytes) of_base = base ? g_bytes_new (base, strlen (base)) : NULL, of_mine = g_bytes_new (mine, strlen (mine));

  qd_drafts_put (drafts, path, of_base, of_mine);
}

static void
set_up (Fixture *self)
{
  *self = (Fixture) { .folder = g_dir_make_tmp ("qd-drafts-XXXXXX", NULL) };
  fixture_desk_init (&self->desk);
  g_settings_set_string (qd_settings_get_default (), "policy-folder", "");
}

static void
tear_down (Fixture *self)
{
  char *drafts = g_build_filename (g_get_user_data_dir (), "quarterdeck", NULL);
  char *argv[] = { (char *) "rm", (char *) "-rf", self->folder, drafts, NULL };

  fixture_desk_clear (&self->desk);
  g_spawn_sync (NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_free (self->folder);
  g_free (drafts);
}

/* How many rows are seen. */
static guint
count_rows (GtkWidget *from)
{
  guint n = QD_IS_DRAFT_ROW (from) && gtk_widget_get_mapped (from);

  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += count_rows (child);
  return n;
}

static GtkWidget *
find_label (GtkWidget *from, const char *text)
{
  if (GTK_IS_LABEL (from) && gtk_widget_get_mapped (from) && g_str_equal (gtk_label_get_text (GTK_LABEL (from)), text))
    return from;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_label (child, text);

      if (found)
        return found;
    }
  return NULL;
}

static GtkWidget *
page (Fixture *self)
{
  return GTK_WIDGET (qd_window_get_page (self->desk.window));
}

static void
run_on_file (Fixture *self, const char *action, const char *name)
{
  g_autofree char *path = path_of (self, name);

  g_assert_true (gtk_widget_activate_action (page (self), action, "(ss)", "", path));
}

static void
test_empty (void)
{
  Fixture self;

  set_up (&self);
  fixture_desk_show (&self.desk, "drafts");
  test_until (find_label (page (&self), "No Drafts") != NULL, 10);
  fixture_press (page (&self), "Open _Network Policies");
  g_assert_cmpstr (qd_window_get_page_id (self.desk.window), ==, "policies");
  tear_down (&self);
}

/* What was left by a window that is gone is there: what, how much, and that somebody else changed it too. */
static void
test_files (void)
{
  Fixture self;

  set_up (&self);
  write_file (&self, "plain.yaml", POLICY);
  write_file (&self, "clash.yaml", "theirs: 1\n");
  keep (&self, "plain.yaml", POLICY, POLICY "  policyTypes: [Ingress]\n");
  keep (&self, "clash.yaml", "base: 1\n", "mine: 1\n");
  fixture_desk_show (&self.desk, "drafts");
  test_until (count_rows (page (&self)) == 2, 10);
  g_assert_nonnull (find_label (page (&self), "plain.yaml"));
  g_assert_nonnull (find_label (page (&self), "+1 −0"));
  g_assert_nonnull (find_label (page (&self), "Somebody else changed the same lines"));

  run_on_file (&self, "draft.compare", "clash.yaml");
  test_until (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self.desk.window)) != NULL, 10);
  {
    GtkWidget *dialog = GTK_WIDGET (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self.desk.window)));

    test_until (find_label (dialog, "+ mine: 1") && find_label (dialog, "+ theirs: 1") && find_label (dialog, "− base: 1"), 10);
    adw_dialog_force_close (ADW_DIALOG (dialog));
  }
  /* Nothing is overwritten unseen. */
  run_on_file (&self, "draft.save", "clash.yaml");
  test_until (strstr (self.desk.toasts->str, "clash.yaml is not saved"), 10);
  g_assert_true (holds (&self, "clash.yaml", "theirs: 1\n"));
  run_on_file (&self, "draft.save", "plain.yaml");
  test_until (holds (&self, "plain.yaml", POLICY "  policyTypes: [Ingress]\n") && count_rows (page (&self)) == 1, 10);

  run_on_file (&self, "draft.discard", "clash.yaml");
  test_until (self.desk.undo != NULL && find_label (page (&self), "No Drafts") != NULL, 10);
  fixture_desk_undo (&self.desk);
  test_until (count_rows (page (&self)) == 1, 10);

  /* Opened, it is where one works on it, and decides. */
  run_on_file (&self, "draft.open", "clash.yaml");
  g_assert_cmpstr (qd_window_get_page_id (self.desk.window), ==, "policies");
  {
    QdWorkbench *workbench = qd_session_get_workbench (qd_window_get_session (self.desk.window));
    QdDocument *document;

    test_until (qd_workbench_get_folder (workbench) != NULL && (document = qd_workbench_find (workbench, "clash.yaml")) != NULL &&
                qd_document_is_conflicted (document), 20);
    /* What is done here is done there. */
    g_assert_true (qd_window_show_page (self.desk.window, "drafts"));
    fixture_settle (GTK_WIDGET (self.desk.window));
    run_on_file (&self, "draft.discard", "clash.yaml");
    test_until (!qd_document_is_dirty (document) && find_label (page (&self), "No Drafts") != NULL, 10);
    fixture_desk_undo (&self.desk);
    test_until (qd_document_is_dirty (document) && count_rows (page (&self)) == 1, 10);
    g_assert_cmpint (g_bytes_get_size (qd_document_get_mine (document)), ==, strlen ("mine: 1\n"));
  }
  tear_down (&self);
}

/* Routing policies are among them, and are there again after a crash. */
static void
test_policies (void)
{
  Fixture self;
  QdRoutingDrafts *drafts;
  g_autoptr (JsonObject) base = qd_routing_object_new (), mine = qd_routing_object_new ();

  set_up (&self);
  json_object_set_string_member (base, "name", "Voice");
  json_object_set_string_member (mine, "name", "Voice and video");
  json_object_set_int_member (mine, "priority", 3);
  drafts = qd_routing_drafts_of (self.desk.hub);
  qd_routing_drafts_put (drafts, "quai/1", "policy voip", base, "7", mine);
  qd_routing_drafts_put (drafts, "quai/1", "new-1", NULL, NULL, mine);
  qd_routing_drafts_flush (drafts);
  fixture_desk_show (&self.desk, "drafts");
  test_until (count_rows (page (&self)) == 2, 10);
  g_assert_nonnull (find_label (page (&self), "2 fields"));
  g_assert_nonnull (find_label (page (&self), "new"));
  fixture_close (GTK_WINDOW (self.desk.window));
  g_object_unref (self.desk.hub);

  /* Another run of the program. */
  self.desk.hub = qd_hub_new (NULL);
  fixture_desk_show (&self.desk, "drafts");
  drafts = qd_routing_drafts_of (self.desk.hub);
  test_until (qd_routing_drafts_is_loaded (drafts) && count_rows (page (&self)) == 2, 10);
  {
    QdRoutingDraft *draft = qd_routing_drafts_find (drafts, "quai/1", "policy voip");

    g_assert_cmpstr (qd_routing_draft_get_revision (draft), ==, "7");
    g_assert_cmpuint (qd_routing_object_diff (qd_routing_draft_get_mine (draft), mine), ==, 0);
    g_assert_cmpuint (qd_routing_object_diff (qd_routing_draft_get_base (draft), base), ==, 0);
    g_assert_null (qd_routing_draft_get_base (qd_routing_drafts_find (drafts, "quai/1", "new-1")));
  }
  g_assert_true (gtk_widget_activate_action (page (&self), "draft.discard", "(ss)", "quai/1", "new-1"));
  test_until (count_rows (page (&self)) == 1, 10);
  fixture_desk_undo (&self.desk);
  test_until (count_rows (page (&self)) == 2, 10);
  g_assert_true (gtk_widget_activate_action (page (&self), "draft.open", "(ss)", "quai/1", "new-1"));
  test_until (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self.desk.window)) != NULL, 10);
  adw_dialog_force_close (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self.desk.window)));
  tear_down (&self);
}

int
main (int argc, char **argv)
{
  g_autofree char *data = g_dir_make_tmp ("qd-data-XXXXXX", NULL);

  g_setenv ("XDG_DATA_HOME", data, TRUE);
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  qd_app_init ();
  g_test_add_func ("/drafts/empty", test_empty);
  g_test_add_func ("/drafts/files", test_files);
  g_test_add_func ("/drafts/policies", test_policies);
  return g_test_run ();
}
