/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <locale.h>
#include <string.h>
#include <glib/gstdio.h>

#include "app-fixture.h"
#include "qd-grid-row.h"
#include "qd-json.h"
#include "qd-table-page.h"
#include "qd-table-text.h"

#define C "test"

typedef struct { QdHub *hub; QdFleet *fleet; QdSession *session; GtkWidget *window; QdTable *table; } Fixture;

static void
put_path (QdFleet *fleet, guint i, double latency, QdStatus status)
{
  g_autofree char *id = g_strdup_printf ("p%u", i), *from = g_strdup_printf ("site %u", i), *to = g_strdup_printf ("hub, \"%u\"", i % 7);
  g_autoptr (QdDelta) delta = qd_delta_new (C, QD_KIND_PATH, id, QD_DELTA_PATCH);

  qd_delta_set (delta, QD_PATH_SRC, qd_value_string (from));
  qd_delta_set (delta, QD_PATH_DST, qd_value_string (to));
  qd_delta_set (delta, QD_PATH_LATENCY_MS, qd_value_double (latency));
  qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status (status));
  qd_fleet_apply (fleet, delta);
}

static void
fill (QdFleet *fleet, guint n)
{
  g_autoptr (QdDelta) connection = qd_delta_new (C, QD_KIND_CONNECTION, C, QD_DELTA_PATCH);

  qd_delta_set (connection, QD_CONNECTION_STATE, qd_value_string ("live"));
  qd_fleet_begin (fleet);
  qd_fleet_apply (fleet, connection);
  for (guint i = 0; i < n; i++)
    put_path (fleet, i, (i * 7919) % 1000, i % 10 == 0 ? QD_STATUS_DOWN : QD_STATUS_WELL);
  qd_fleet_commit (fleet);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->hub = qd_hub_new (NULL);
  fixture->fleet = qd_hub_get_fleet (fixture->hub);
  fixture->session = qd_session_new (fixture->hub);
  fill (fixture->fleet, GPOINTER_TO_UINT (data));
  fixture->table = QD_TABLE (qd_table_new (fixture->session, QD_KIND_PATH));
  fixture->window = adw_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 900, 600);
  adw_window_set_content (ADW_WINDOW (fixture->window), GTK_WIDGET (fixture->table));
  gtk_window_present (GTK_WINDOW (fixture->window));
  fixture_settle (fixture->window);
}

static gboolean
is_gone (gpointer data)
{
  return *(gpointer *) data == NULL;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gpointer table = fixture->table;

  g_object_add_weak_pointer (G_OBJECT (fixture->table), &table);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  g_assert_true (fixture_wait (is_gone, &table));
  g_assert_finalize_object (fixture->session);
  g_object_unref (fixture->hub);
}

static void
count_rows (GtkWidget *widget, guint *n)
{
  if (QD_IS_GRID_ROW (widget))
    ++*n;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    count_rows (child, n);
}

/* However many things there are, only what is in sight has widgets. */
static void
test_many (Fixture *fixture, gconstpointer data)
{
  guint rows = 0;

  g_assert_cmpuint (qd_view_get_length (qd_table_get_view (fixture->table)), ==, 20000);
  count_rows (GTK_WIDGET (fixture->table), &rows);
  g_assert_cmpuint (rows, >, 10);
  g_assert_cmpuint (rows, <, 40);
}

static void
note_most_cb (QdView *view, guint at, guint removed, guint added, guint *most)
{
  *most = MAX (*most, qd_view_get_length (view));
}

/* What is typed over another text is filtered by alone: the rows do not all come back in between. */
static void
test_typed_over (Fixture *fixture, gconstpointer data)
{
  QdView *view = qd_table_get_view (fixture->table);
  GtkEditable *search;
  guint before, most = 0;

  qd_table_focus_search (fixture->table);
  search = GTK_EDITABLE (gtk_window_get_focus (GTK_WINDOW (fixture->window)));
  gtk_editable_set_text (search, "site 1");
  fixture_settle (fixture->window);
  before = qd_view_get_length (view);
  g_assert_cmpuint (before, >, 0);
  g_assert_cmpuint (before, <, 1000);
  g_signal_connect (view, "items-changed", G_CALLBACK (note_most_cb), &most);
  gtk_editable_set_text (search, "site 12");
  fixture_settle (fixture->window);
  g_assert_cmpuint (most, >, 0);
  g_assert_cmpuint (most, <, before);
  g_assert_cmpuint (most, ==, qd_view_get_length (view));
  g_signal_handlers_disconnect_by_func (view, note_most_cb, &most);
}

static void
test_filter (Fixture *fixture, gconstpointer data)
{
  QdView *view = qd_table_get_view (fixture->table);

  qd_table_set_filter_text (fixture->table, "status:down latency_ms>500");
  for (guint i = 0; i < qd_view_get_length (view); i++)
    {
      QdEntity *path = qd_view_peek (view, i);
      double latency;

      g_assert_cmpint (qd_entity_get_status (path), ==, QD_STATUS_DOWN);
      g_assert_true (qd_entity_get_double (path, QD_PATH_LATENCY_MS, &latency));
      g_assert_cmpfloat (latency, >, 500);
    }
  g_assert_cmpuint (qd_view_get_length (view), >, 0);
  g_assert_cmpuint (qd_view_get_length (view), <, 100);
  qd_table_set_filter_text (fixture->table, "no such thing");
  fixture_settle (fixture->window);
  g_assert_cmpuint (qd_view_get_length (view), ==, 0);
}

/* What is asked for is selected even if the filter hid it; what is removed is not selected any more. */
static void
test_select (Fixture *fixture, gconstpointer data)
{
  QdEntity *path = qd_fleet_lookup (fixture->fleet, C, QD_KIND_PATH, "p42");

  qd_table_set_filter_text (fixture->table, "no such thing");
  g_assert_true (qd_table_select (fixture->table, path));
  g_assert_true (qd_table_get_selected (fixture->table) == path);
  g_assert_cmpstr (qd_table_get_filter_text (fixture->table), ==, "");

  g_autoptr (QdDelta) gone = qd_delta_new (C, QD_KIND_PATH, "p42", QD_DELTA_REMOVE);
  qd_fleet_begin (fixture->fleet);
  qd_fleet_apply (fixture->fleet, gone);
  qd_fleet_commit (fixture->fleet);
  g_assert_null (qd_table_get_selected (fixture->table));
}

/* A row that moves takes its selection along. */
static void
test_selection_moves (Fixture *fixture, gconstpointer data)
{
  QdView *view = qd_table_get_view (fixture->table);
  QdEntity *path = qd_fleet_lookup (fixture->fleet, C, QD_KIND_PATH, "p42");

  qd_view_set_sort (view, QD_PATH_LATENCY_MS, FALSE);
  g_assert_true (qd_table_select (fixture->table, path));
  qd_view_set_hold (view, FALSE);
  qd_fleet_begin (fixture->fleet);
  put_path (fixture->fleet, 42, 5000, QD_STATUS_DOWN);
  qd_fleet_commit (fixture->fleet);
  g_assert_true (qd_view_peek (view, qd_view_get_length (view) - 1) == path);
  g_assert_true (qd_table_get_selected (fixture->table) == path);
}

static QdGridRow *
get_focus_row (Fixture *fixture)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (fixture->window));

  return QD_IS_GRID_ROW (focus) ? QD_GRID_ROW (focus) : NULL;
}

static void
remove_path (Fixture *fixture, const char *id)
{
  g_autoptr (QdDelta) gone = qd_delta_new (C, QD_KIND_PATH, id, QD_DELTA_REMOVE);

  qd_fleet_begin (fixture->fleet);
  qd_fleet_apply (fixture->fleet, gone);
  qd_fleet_commit (fixture->fleet);
}

/* Where on the screen the focused row is. */
static float
focus_y (Fixture *fixture)
{
  graphene_point_t point;

  fixture_settle (fixture->window);
  g_assert_nonnull (get_focus_row (fixture));
  g_assert_true (gtk_widget_compute_point (GTK_WIDGET (get_focus_row (fixture)), fixture->window, &GRAPHENE_POINT_INIT (0, 0), &point));
  return point.y;
}

/* Whatever comes above, the focus stays in its thing's row, and the row where it is on the screen;
 * when its thing goes, the focus goes to what takes its place. */
static void
test_focus (Fixture *fixture, gconstpointer data)
{
  QdView *view = qd_table_get_view (fixture->table);
  QdEntity *path = qd_view_peek (view, 500), *next = qd_view_peek (view, 501);
  g_autofree char *id = g_strdup (qd_entity_get_id (path));
  float before;

  g_assert_true (qd_table_select (fixture->table, path));
  before = focus_y (fixture);
  g_assert_true (qd_grid_row_get_entity (get_focus_row (fixture)) == path);
  qd_fleet_begin (fixture->fleet);
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *name = g_strdup_printf ("new%u", i);
      g_autoptr (QdDelta) delta = qd_delta_new (C, QD_KIND_PATH, name, QD_DELTA_UPSERT);

      qd_delta_set (delta, QD_PATH_SRC, qd_value_string ("aaa"));
      qd_delta_set (delta, QD_PATH_DST, qd_value_string (name));
      qd_fleet_apply (fixture->fleet, delta);
    }
  qd_fleet_commit (fixture->fleet);
  g_assert_cmpuint (qd_view_find (view, path), ==, 505);
  g_assert_cmpfloat (focus_y (fixture), ==, before);
  g_assert_true (qd_grid_row_get_entity (get_focus_row (fixture)) == path);
  g_assert_true (qd_table_get_selected (fixture->table) == path);
  remove_path (fixture, id);
  fixture_settle (fixture->window);
  g_assert_nonnull (get_focus_row (fixture));
  g_assert_true (qd_grid_row_get_entity (get_focus_row (fixture)) == next);
  g_assert_null (qd_table_get_selected (fixture->table));
}

static void
check_row (GtkWidget *widget, QdView *view, guint *n)
{
  if (QD_IS_GRID_ROW (widget) && gtk_widget_get_child_visible (widget))
    {
      QdGridRow *row = QD_GRID_ROW (widget);

      g_assert_true (qd_grid_row_get_entity (row) == qd_view_peek (view, qd_grid_row_get_position (row)));
      ++*n;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    check_row (child, view, n);
}

/* However the view turns, every row in sight shows what is at its place. */
static void
test_rows (Fixture *fixture, gconstpointer data)
{
  static const char *const texts[] = { "", "1", "status:down", "site 999", "nothing at all", "hub" };
  QdView *view = qd_table_get_view (fixture->table);
  GRand *random = g_rand_new_with_seed (7);

  for (guint turn = 0; turn < 60; turn++)
    {
      guint n = 0, at = (guint) g_rand_int_range (random, 0, (gint32) MAX (qd_view_get_length (view), 1));

      switch (g_rand_int_range (random, 0, 4))
        {
        case 0: qd_table_set_filter_text (fixture->table, texts[g_rand_int_range (random, 0, G_N_ELEMENTS (texts))]); break;
        case 1: qd_view_set_sort (view, QD_PATH_LATENCY_MS, g_rand_boolean (random)); break;
        case 2:
          if (qd_view_get_length (view) > 0)
            qd_table_select (fixture->table, qd_view_peek (view, at));
          break;
        default:
          qd_fleet_begin (fixture->fleet);
          for (guint i = 0; i < 40; i++)
            put_path (fixture->fleet, (guint) g_rand_int_range (random, 0, 1200), g_rand_int_range (random, 0, 1000), QD_STATUS_WELL);
          qd_fleet_commit (fixture->fleet);
        }
      fixture_settle (fixture->window);
      check_row (GTK_WIDGET (fixture->table), view, &n);
      g_assert_cmpuint (n, >=, MIN (qd_view_get_length (view), 10));
    }
  g_rand_free (random);
}

static void
test_copy (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) selection = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (qd_table_copy (fixture->table));
  g_assert_true (qd_table_select (fixture->table, qd_fleet_lookup (fixture->fleet, C, QD_KIND_PATH, "p7")));
  g_autofree char *text = qd_table_copy (fixture->table);
  g_assert_true (g_str_has_prefix (text, "site 7 → hub, \"0\"\tWell\t"));
  g_assert_nonnull (strstr (text, "433.0\302\240ms"));
  selection = qd_table_get_selection (fixture->table);
  g_autofree char *json = qd_table_text_json (selection);
  g_autoptr (JsonNode) node = qd_json_parse (json, -1, "copy", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (qd_json_get_string (qd_json_object (node), "id", NULL), ==, "p7");
  g_assert_null (qd_table_text_curl (fixture->hub, selection));
}

typedef struct { gboolean done; guint rows; } Exported;

static void
exported_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Exported *exported = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_true (qd_table_csv_finish (result, &exported->rows, &error));
  g_assert_no_error (error);
  exported->done = TRUE;
}

static gboolean
is_exported (gpointer data)
{
  return ((Exported *) data)->done;
}

static void
test_csv (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("qd-table-XXXXXX", NULL), *path = g_build_filename (folder, "a.csv", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GPtrArray) entities = g_ptr_array_new_with_free_func (g_object_unref);
  const guint fields[] = { QD_FIELD_NAME, QD_PATH_LATENCY_MS, QD_PATH_JITTER_MS };
  g_autofree char *contents = NULL;
  Exported exported = { 0 };

  for (guint i = 0; i < qd_view_get_length (qd_table_get_view (fixture->table)); i++)
    g_ptr_array_add (entities, g_object_ref (qd_view_peek (qd_table_get_view (fixture->table), i)));
  qd_table_csv_async (fixture->fleet, entities, fields, 3, file, NULL, exported_cb, &exported);
  g_assert_true (fixture_wait (is_exported, &exported));
  g_assert_cmpuint (exported.rows, ==, entities->len);
  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  g_assert_true (g_str_has_prefix (contents, "id,connection,name,latency_ms,jitter_ms\r\n"
                                             "p0,test,\"site 0 → hub, \"\"0\"\"\",0,\r\n"
                                             "p1,test,\"site 1 → hub, \"\"1\"\"\",919,\r\n"));
  g_auto (GStrv) lines = g_strsplit (contents, "\r\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, entities->len + 2);
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_columns (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) before = qd_table_get_fields (fixture->table);

  g_assert_cmpuint (g_array_index (before, guint, 0), ==, QD_FIELD_NAME);
  g_assert_false (qd_table_get_column_visible (fixture->table, QD_PATH_MTU));
  qd_table_set_column_visible (fixture->table, QD_PATH_MTU, TRUE);
  g_autoptr (GArray) after = qd_table_get_fields (fixture->table);
  g_assert_cmpuint (after->len, ==, before->len + 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  setlocale (LC_ALL, "C.UTF-8");
  adw_init ();
  g_test_add ("/app/table/many", Fixture, GUINT_TO_POINTER (20000), set_up, test_many, tear_down);
  g_test_add ("/app/table/filter", Fixture, GUINT_TO_POINTER (1000), set_up, test_filter, tear_down);
  g_test_add ("/app/table/typed-over", Fixture, GUINT_TO_POINTER (1000), set_up, test_typed_over, tear_down);
  g_test_add ("/app/table/select", Fixture, GUINT_TO_POINTER (1000), set_up, test_select, tear_down);
  g_test_add ("/app/table/selection-moves", Fixture, GUINT_TO_POINTER (1000), set_up, test_selection_moves, tear_down);
  g_test_add ("/app/table/focus", Fixture, GUINT_TO_POINTER (1000), set_up, test_focus, tear_down);
  g_test_add ("/app/table/rows", Fixture, GUINT_TO_POINTER (1000), set_up, test_rows, tear_down);
  g_test_add ("/app/table/copy", Fixture, GUINT_TO_POINTER (100), set_up, test_copy, tear_down);
  g_test_add ("/app/table/csv", Fixture, GUINT_TO_POINTER (3000), set_up, test_csv, tear_down);
  g_test_add ("/app/table/columns", Fixture, GUINT_TO_POINTER (10), set_up, test_columns, tear_down);
  return g_test_run ();
}
