/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <locale.h>
#include <string.h>

#include <X11/keysym.h>

#include "policy-fixture.h"
#include "qd-policy-diff.h"
#include "qd-policy-glyph.h"
#include "qd-policy-grid.h"
#include "qd-policy-matrix-private.h"

typedef struct {
  GtkWidget *window;
  QdPolicyMatrix *matrix;
  QdPolicyGrid *grid;
  guint src, dst, n_activated;
} Fixture;

static void
activated_cb (Fixture *fixture, guint src, guint dst)
{
  fixture->src = src;
  fixture->dst = dst;
  fixture->n_activated++;
}

static void
set_up (Fixture *fixture, int width, int height)
{
  fixture->matrix = QD_POLICY_MATRIX (qd_policy_matrix_new ());
  fixture->grid = qd_policy_matrix_get_grid (fixture->matrix);
  fixture->window = gtk_window_new ();
  gtk_window_set_decorated (GTK_WINDOW (fixture->window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), width, height);
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->matrix));
  g_signal_connect_swapped (fixture->matrix, "activated", G_CALLBACK (activated_cb), fixture);
  gtk_window_present (GTK_WINDOW (fixture->window));
  WAIT_UNTIL (gtk_widget_get_width (GTK_WIDGET (fixture->window)) == width);
}

static void
tear_down (Fixture *fixture)
{
  gpointer matrix = fixture->matrix;

  g_object_add_weak_pointer (G_OBJECT (fixture->matrix), &matrix);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  WAIT_UNTIL (matrix == NULL);
}

/* --- What is drawn is what the evaluations say ---------------------------------------------------- */

static gboolean
passes (QdPolicyEval *eval, const char *src, const char *dst, QdProtocol protocol, guint port)
{
  guint from = QD_POLICY_NO_END, to = QD_POLICY_NO_END;

  for (guint i = 0; i < qd_policy_eval_get_n_ends (eval); i++)
    {
      from = g_str_equal (qd_policy_eval_get_text (eval, i), src) ? i : from;
      to = g_str_equal (qd_policy_eval_get_text (eval, i), dst) ? i : to;
    }
  return from != QD_POLICY_NO_END && to != QD_POLICY_NO_END && qd_port_set_contains (qd_policy_eval_get (eval, from, to), protocol, port);
}

/* One port after the other, of those that the worlds name, their neighbours, and the first and the last. */
static QdPolicyCell
find_cell (QdPolicyEval *now, QdPolicyEval *before, guint src, guint dst)
{
  static const guint ports[] = { 1, 24, 25, 26, 442, 443, 444, 586, 587, 588, 5431, 5432, 5433, 5434, 6378, 6379, 6380, 8079, 8080, 8081, 8999, 9000, 9001, 65535 };
  const char *from = qd_policy_eval_get_text (now, src), *to = qd_policy_eval_get_text (now, dst);
  gboolean some = FALSE, all = TRUE, more = FALSE, less = FALSE;

  for (guint protocol = 0; protocol < QD_N_PROTOCOLS; protocol++)
    for (guint i = 0; i < G_N_ELEMENTS (ports); i++)
      {
        gboolean may = passes (now, from, to, (QdProtocol) protocol, ports[i]);
        gboolean might = before != NULL ? passes (before, from, to, (QdProtocol) protocol, ports[i]) : may;

        some |= may;
        all &= may;
        more |= may && !might;
        less |= might && !may;
      }
  return (QdPolicyCell) { all ? QD_POLICY_CELL_ALL : some ? QD_POLICY_CELL_SOME : QD_POLICY_CELL_NONE,
                          more ? less ? QD_POLICY_CELL_MIXED : QD_POLICY_CELL_ALLOWED : less ? QD_POLICY_CELL_DENIED : QD_POLICY_CELL_SAME };
}

static gboolean
is_drawn (Fixture *fixture, guint src, guint dst)
{
  QdPolicyCell cell;

  gtk_widget_queue_draw (GTK_WIDGET (fixture->grid));
  return qd_policy_matrix_get_cell (fixture->matrix, src, dst, &cell);
}

static void
check_workloads (Fixture *fixture, QdPolicyEval *now, QdPolicyEval *before, guint seen[QD_POLICY_N_CELL_CHANGES])
{
  guint n = qd_policy_eval_get_n_workloads (now);

  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < n; k++)
      {
        QdPolicyCell drawn = { 0 }, cell = find_cell (now, before, i, k);

        WAIT_UNTIL (is_drawn (fixture, i, k));
        g_assert_true (qd_policy_matrix_get_cell (fixture->matrix, i, k, &drawn));
        g_assert_cmpuint (drawn.state, ==, cell.state);
        g_assert_cmpuint (drawn.change, ==, cell.change);
        seen[drawn.change]++;
      }
}

static void
test_cells (void)
{
  Fixture fixture = { 0 };
  g_autoptr (QdPolicyEval) before = policy_fixture_shop (FALSE), now = policy_fixture_shop (TRUE);
  guint seen[QD_POLICY_N_CELL_CHANGES] = { 0 };
  QdPolicyCell cell;
  guint range = qd_policy_eval_get_n_workloads (now);

  set_up (&fixture, 1000, 720);
  qd_policy_matrix_set_evals (fixture.matrix, now, NULL);
  check_workloads (&fixture, now, NULL, seen);
  g_assert_cmpuint (seen[QD_POLICY_CELL_ALLOWED] + seen[QD_POLICY_CELL_DENIED] + seen[QD_POLICY_CELL_MIXED], ==, 0);
  qd_policy_matrix_set_evals (fixture.matrix, now, before);
  check_workloads (&fixture, now, before, seen);
  for (guint i = 0; i < QD_POLICY_N_CELL_CHANGES; i++)
    g_assert_cmpuint (seen[i], >, 0);
  WAIT_UNTIL (is_drawn (&fixture, range, range));
  g_assert_true (qd_policy_matrix_get_cell (fixture.matrix, range, range, &cell));
  g_assert_cmpuint (cell.state, ==, QD_POLICY_CELL_OUTSIDE);
  policy_fixture_pictures (fixture.window, "matrix");
  tear_down (&fixture);
}

/* The count agrees with the list of differences, which comes by another way; and with "only changes", what is in no difference is not shown. */
static void
test_changes (void)
{
  Fixture fixture = { 0 };
  g_autoptr (QdPolicyEval) before = policy_fixture_shop (FALSE), now = policy_fixture_shop (TRUE);
  g_autoptr (QdPolicyDiff) diff = qd_policy_diff_new (before, now);
  GPtrArray *changes = qd_policy_diff_get_changes (diff);
  g_autoptr (GHashTable) sources = g_hash_table_new (g_str_hash, g_str_equal), targets = g_hash_table_new (g_str_hash, g_str_equal);
  guint64 expected[QD_POLICY_N_CELL_CHANGES] = { 0 }, n;
  guint all;

  set_up (&fixture, 1000, 720);
  qd_policy_matrix_set_evals (fixture.matrix, now, before);
  all = qd_policy_matrix_get_n_rows (fixture.matrix);
  g_assert_cmpuint (all, >, qd_policy_eval_get_n_ends (now));   /* one that was taken away is there too */
  WAIT_UNTIL (qd_policy_matrix_get_n_changed (fixture.matrix, QD_POLICY_CELL_ALLOWED, &n));
  for (guint i = 0; i < changes->len; i++)
    {
      const QdPolicyChange *change = g_ptr_array_index (changes, i);

      expected[qd_port_set_is_none (change->denied) ? QD_POLICY_CELL_ALLOWED
               : qd_port_set_is_none (change->allowed) ? QD_POLICY_CELL_DENIED : QD_POLICY_CELL_MIXED]++;
      g_hash_table_add (sources, change->src);
      g_hash_table_add (targets, change->dst);
    }
  for (guint i = QD_POLICY_CELL_ALLOWED; i < QD_POLICY_N_CELL_CHANGES; i++)
    {
      g_assert_true (qd_policy_matrix_get_n_changed (fixture.matrix, (QdPolicyCellChange) i, &n));
      g_assert_cmpuint (n, ==, expected[i]);
      g_assert_cmpuint (n, >, 0);
    }
  qd_policy_matrix_set_only_changes (fixture.matrix, TRUE);
  g_assert_cmpuint (qd_policy_matrix_get_n_rows (fixture.matrix), ==, g_hash_table_size (sources));
  g_assert_cmpuint (qd_policy_matrix_get_n_columns (fixture.matrix), ==, g_hash_table_size (targets));

  /* Nothing has changed any more: after it is known, nothing is left. */
  qd_policy_matrix_set_evals (fixture.matrix, now, now);
  g_assert_cmpuint (qd_policy_matrix_get_n_rows (fixture.matrix), >, 0);
  WAIT_UNTIL (qd_policy_matrix_get_n_rows (fixture.matrix) == 0);
  qd_policy_matrix_set_evals (fixture.matrix, now, NULL);
  g_assert_cmpuint (qd_policy_matrix_get_n_rows (fixture.matrix), ==, qd_policy_eval_get_n_ends (now));
  tear_down (&fixture);
}

static void
test_filter (void)
{
  Fixture fixture = { 0 };
  g_autoptr (QdPolicyEval) now = policy_fixture_shop (TRUE);

  set_up (&fixture, 800, 600);
  qd_policy_matrix_set_evals (fixture.matrix, now, NULL);
  qd_policy_matrix_set_filter (fixture.matrix, "SHOP/ Deploy");
  g_assert_cmpuint (qd_policy_matrix_get_n_rows (fixture.matrix), ==, 5);
  g_assert_cmpuint (qd_policy_matrix_get_n_columns (fixture.matrix), ==, 5);
  qd_policy_matrix_set_filter (fixture.matrix, "web > data/");
  g_assert_cmpuint (qd_policy_matrix_get_n_rows (fixture.matrix), ==, 1);
  g_assert_cmpuint (qd_policy_matrix_get_n_columns (fixture.matrix), ==, 3);
  qd_policy_matrix_set_filter (fixture.matrix, "no such thing");
  g_assert_cmpuint (qd_policy_matrix_get_n_rows (fixture.matrix), ==, 0);
  qd_policy_matrix_set_filter (fixture.matrix, NULL);
  g_assert_cmpuint (qd_policy_matrix_get_n_rows (fixture.matrix), ==, qd_policy_eval_get_n_ends (now));
  tear_down (&fixture);
}

/* --- Few and many -------------------------------------------------------------------------------- */

static void
test_few (void)
{
  Fixture fixture = { 0 };
  g_autoptr (QdPolicyEval) none = policy_fixture_many (0, 1), one = policy_fixture_many (1, 1);

  set_up (&fixture, 360, 640);
  for (guint i = 0; i < 3; i++)
    {
      QdPolicyEval *eval = i == 0 ? NULL : i == 1 ? none : one;
      guint n = eval != NULL ? qd_policy_eval_get_n_ends (eval) : 0;

      qd_policy_matrix_set_evals (fixture.matrix, eval, NULL);
      g_assert_cmpuint (qd_policy_matrix_get_n_rows (fixture.matrix), ==, n);
      gtk_widget_grab_focus (GTK_WIDGET (fixture.grid));
      policy_fixture_press (XK_Down, 0);
      policy_fixture_press (XK_End, XK_Control_L);
      if (n > 0)
        WAIT_UNTIL (is_drawn (&fixture, 0, 0) && qd_policy_matrix_get_selected (fixture.matrix, &fixture.src, &fixture.dst) && fixture.src == n - 1);
    }
  tear_down (&fixture);
}

static GtkAdjustment *
get_adjustment (Fixture *fixture, gboolean across)
{
  return across ? gtk_scrollable_get_hadjustment (GTK_SCROLLABLE (fixture->grid)) : gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (fixture->grid));
}

/* However many there are, the main thread asks for what is in sight, and what lies beside it in the tiles; all of it is asked for elsewhere. */
static void
test_many (void)
{
  Fixture fixture = { 0 };
  g_autoptr (QdPolicyEval) before = policy_fixture_many (1000, 1), now = policy_fixture_many (1000, 2);
  guint64 asked, n = qd_policy_eval_get_n_ends (now), changed, step = (800 / 24 / 16 + 2) * (600 / 24 / 16 + 2) * 16 * 16;

  set_up (&fixture, 800, 600);
  qd_policy_matrix_set_evals (fixture.matrix, now, before);
  WAIT_UNTIL (is_drawn (&fixture, 0, 0));
  asked = qd_policy_matrix_get_n_asked (fixture.matrix);
  g_assert_cmpuint (asked, >, 0);
  g_assert_cmpuint (asked, <=, step);
  for (guint i = 1; i <= 10; i++)
    for (guint way = 0; way < 2; way++)
      {
        GtkAdjustment *adjustment = get_adjustment (&fixture, way);

        gtk_adjustment_set_value (adjustment, (gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment)) * i / 10);
      }
  WAIT_UNTIL (is_drawn (&fixture, (guint) n - 1, (guint) n - 1));
  g_assert_cmpuint (qd_policy_matrix_get_n_asked (fixture.matrix), <=, asked + 2 * step);
  WAIT_UNTIL (qd_policy_matrix_get_n_changed (fixture.matrix, QD_POLICY_CELL_ALLOWED, &changed));
  qd_policy_matrix_set_only_changes (fixture.matrix, TRUE);
  g_assert_cmpuint (changed, >, 1000);
  /* More than a million cells were counted, and none of them here. */
  g_assert_cmpuint (qd_policy_matrix_get_n_asked (fixture.matrix), <, n * n / 20);
  policy_fixture_pictures (fixture.window, "matrix-many");
  tear_down (&fixture);
}

/* --- Keys and the pointer ------------------------------------------------------------------------ */

static gboolean
is_at (Fixture *fixture, guint src, guint dst)
{
  guint a, b;

  return qd_policy_matrix_get_selected (fixture->matrix, &a, &b) && a == src && b == dst;
}

static void
text_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  char **text = data;

  *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, &error);
  g_assert_no_error (error);
}

static char *
paste (Fixture *fixture)
{
  char *text = NULL;

  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (GTK_WIDGET (fixture->grid)), NULL, text_cb, &text);
  WAIT_UNTIL (text != NULL);
  return text;
}

static gboolean
holds (Fixture *fixture, const char *expected)
{
  g_autofree char *text = paste (fixture);

  return g_str_equal (text, expected);
}

static void
test_keys (gconstpointer data)
{
  Fixture fixture = { 0 };
  gboolean rtl = GPOINTER_TO_INT (data);
  guint forward = rtl ? XK_Left : XK_Right, back = rtl ? XK_Right : XK_Left;
  g_autoptr (QdPolicyEval) now = policy_fixture_shop (TRUE);
  guint last = qd_policy_eval_get_n_ends (now) - 1;

  gtk_widget_set_default_direction (rtl ? GTK_TEXT_DIR_RTL : GTK_TEXT_DIR_LTR);
  set_up (&fixture, 800, 600);
  qd_policy_matrix_set_evals (fixture.matrix, now, NULL);
  gtk_widget_grab_focus (GTK_WIDGET (fixture.matrix));
  WAIT_UNTIL (gtk_window_is_active (GTK_WINDOW (fixture.window)) && gtk_widget_has_focus (GTK_WIDGET (fixture.grid)));
  WAIT_UNTIL (is_at (&fixture, 0, 0));
  /* Over headings. */
  for (guint i = 1; i <= 3; i++)
    policy_fixture_press (XK_Down, 0);
  WAIT_UNTIL (is_at (&fixture, 3, 0));
  for (guint i = 1; i <= 4; i++)
    policy_fixture_press (forward, 0);
  WAIT_UNTIL (is_at (&fixture, 3, 4));
  policy_fixture_press (back, 0);
  policy_fixture_press (XK_Up, 0);
  WAIT_UNTIL (is_at (&fixture, 2, 3));
  policy_fixture_press (XK_End, 0);
  WAIT_UNTIL (is_at (&fixture, 2, last));
  policy_fixture_press (XK_Home, 0);
  WAIT_UNTIL (is_at (&fixture, 2, 0));
  policy_fixture_press (XK_End, XK_Control_L);
  WAIT_UNTIL (is_at (&fixture, last, last));
  policy_fixture_press (XK_Home, XK_Control_L);
  WAIT_UNTIL (is_at (&fixture, 0, 0));
  policy_fixture_press (XK_Page_Down, 0);
  WAIT_UNTIL (qd_policy_matrix_get_selected (fixture.matrix, &fixture.src, &fixture.dst) && fixture.src > 5);
  policy_fixture_press (XK_Home, XK_Control_L);
  policy_fixture_press (forward, 0);
  policy_fixture_press (XK_Return, 0);
  WAIT_UNTIL (fixture.n_activated == 1);
  g_assert_cmpuint (fixture.src, ==, 0);
  g_assert_cmpuint (fixture.dst, ==, 1);
  tear_down (&fixture);
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
}

/* A cell is copied as a sentence, a rectangle as a table. */
static void
test_copy (void)
{
  Fixture fixture = { 0 };
  g_autoptr (QdPolicyEval) now = policy_fixture_shop (TRUE);
  guint backup = qd_policy_eval_find_workload (now, "data/backup", NULL), postgres = qd_policy_eval_find_workload (now, "data/postgres", NULL);
  guint cart = qd_policy_eval_find_workload (now, "shop/cart", NULL);

  set_up (&fixture, 800, 600);
  qd_policy_matrix_set_evals (fixture.matrix, now, NULL);
  g_assert_true (qd_policy_matrix_select (fixture.matrix, cart, postgres));
  gtk_widget_grab_focus (GTK_WIDGET (fixture.matrix));
  WAIT_UNTIL (gtk_window_is_active (GTK_WINDOW (fixture.window)) && gtk_widget_has_focus (GTK_WIDGET (fixture.grid)));
  policy_fixture_press (XK_c, XK_Control_L);
  WAIT_UNTIL (gdk_clipboard_is_local (gtk_widget_get_clipboard (GTK_WIDGET (fixture.grid))));
  WAIT_UNTIL (holds (&fixture, "shop/cart may reach data/postgres: TCP 5432-5433"));
  g_assert_true (qd_policy_matrix_select (fixture.matrix, backup, backup));
  policy_fixture_press (XK_Down, XK_Shift_L);
  policy_fixture_press (XK_Right, XK_Shift_L);
  WAIT_UNTIL (is_at (&fixture, postgres, postgres));
  policy_fixture_press (XK_c, XK_Control_L);
  WAIT_UNTIL (holds (&fixture, ",data/backup,data/postgres\r\ndata/backup,No Connections,All Connections\r\ndata/postgres,No Connections,No Connections\r\n"));
  tear_down (&fixture);
}

static void
test_click (void)
{
  Fixture fixture = { 0 };
  g_autoptr (QdPolicyEval) now = policy_fixture_shop (TRUE);
  graphene_rect_t box;

  set_up (&fixture, 800, 600);
  qd_policy_matrix_set_evals (fixture.matrix, now, NULL);
  WAIT_UNTIL (is_drawn (&fixture, 2, 4) && qd_policy_grid_get_box (fixture.grid, 2, 4, &box));
  policy_fixture_click (box.origin.x + box.size.width / 2, box.origin.y + box.size.height / 2);
  WAIT_UNTIL (fixture.n_activated == 1);
  g_assert_cmpuint (fixture.src, ==, 2);
  g_assert_cmpuint (fixture.dst, ==, 4);
  g_assert_true (is_at (&fixture, 2, 4));
  /* Names are no cells. */
  policy_fixture_click (10, 10);
  policy_fixture_press (XK_Return, 0);
  WAIT_UNTIL (fixture.n_activated == 2);
  g_assert_cmpuint (fixture.src, ==, 2);
  tear_down (&fixture);
}

/* While one types into a policy, the keyboard's place stays with its names, whatever comes before them. */
static void
test_place_stays (void)
{
  Fixture fixture = { 0 };
  g_autoptr (QdPolicyEval) before = policy_fixture_shop (FALSE), now = policy_fixture_shop (TRUE);

  set_up (&fixture, 800, 600);
  qd_policy_matrix_set_evals (fixture.matrix, before, NULL);
  g_assert_true (qd_policy_matrix_select (fixture.matrix, qd_policy_eval_find_workload (before, "shop/web", NULL),
                                          qd_policy_eval_find_workload (before, "shop/payment", NULL)));
  qd_policy_matrix_set_evals (fixture.matrix, now, before);
  g_assert_true (is_at (&fixture, qd_policy_eval_find_workload (now, "shop/web", NULL), qd_policy_eval_find_workload (now, "shop/payment", NULL)));
  g_assert_true (qd_policy_matrix_select (fixture.matrix, qd_policy_eval_find_workload (now, "shop/search", NULL), 0));
  qd_policy_matrix_set_evals (fixture.matrix, before, NULL);
  /* One that is gone: at the beginning, or nowhere. */
  g_assert_true (!qd_policy_matrix_get_selected (fixture.matrix, &fixture.src, &fixture.dst) || is_at (&fixture, 0, 0));
  tear_down (&fixture);
}

/* --- Shapes, readers, files ---------------------------------------------------------------------- */

static cairo_surface_t *
draw (QdPolicyCell cell)
{
  const GdkRGBA ink = { 0, 0, 0, 1 };
  QdPolicyTheme theme = { .ink = ink, .paper = { 1, 1, 1, 1 }, .changes = { ink, ink, ink, ink } };
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 24, 24);
  cairo_t *cr = cairo_create (image);

  qd_policy_glyph_draw (cr, cell, 24, &theme);
  cairo_destroy (cr);
  cairo_surface_flush (image);
  return image;
}

static guint
count_differences (cairo_surface_t *a, cairo_surface_t *b)
{
  const guchar *x = cairo_image_surface_get_data (a), *y = cairo_image_surface_get_data (b);
  guint n = 0;

  for (guint i = 0; i < 24 * 24; i++)
    n += ABS ((int) x[4 * i + 3] - y[4 * i + 3]) > 64 || ABS ((int) x[4 * i] - y[4 * i]) > 64;
  return n;
}

/* In one colour, every class still looks other than every other. */
static void
test_shapes (void)
{
  static const QdPolicyCell cells[] = {
    { QD_POLICY_CELL_NONE, QD_POLICY_CELL_SAME }, { QD_POLICY_CELL_SOME, QD_POLICY_CELL_SAME }, { QD_POLICY_CELL_ALL, QD_POLICY_CELL_SAME },
    { QD_POLICY_CELL_SOME, QD_POLICY_CELL_ALLOWED }, { QD_POLICY_CELL_ALL, QD_POLICY_CELL_ALLOWED }, { QD_POLICY_CELL_NONE, QD_POLICY_CELL_DENIED },
    { QD_POLICY_CELL_SOME, QD_POLICY_CELL_DENIED }, { QD_POLICY_CELL_SOME, QD_POLICY_CELL_MIXED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cells); i++)
    for (guint k = 0; k < i; k++)
      {
        cairo_surface_t *a = draw (cells[i]), *b = draw (cells[k]);

        g_assert_cmpuint (count_differences (a, b), >, 24);
        cairo_surface_destroy (a);
        cairo_surface_destroy (b);
      }
}

static void
check_label (GtkAccessible *accessible, GtkAccessibleRole role, const char *label)
{
  g_autofree char *problem = NULL;

  g_assert_cmpint (gtk_accessible_get_accessible_role (accessible), ==, role);
  problem = gtk_test_accessible_check_property (accessible, GTK_ACCESSIBLE_PROPERTY_LABEL, label);
  g_assert_null (problem);
}

static void
test_reader (void)
{
  Fixture fixture = { 0 };
  g_autoptr (QdPolicyEval) now = policy_fixture_shop (TRUE);
  g_autoptr (GtkAccessible) row = NULL, cell = NULL, next = NULL, parent = NULL;
  guint n_rows = 0;

  set_up (&fixture, 1000, 720);
  qd_policy_matrix_set_evals (fixture.matrix, now, NULL);
  WAIT_UNTIL (is_drawn (&fixture, 0, 0));
  g_assert_cmpint (gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (fixture.grid)), ==, GTK_ACCESSIBLE_ROLE_GRID);
  row = gtk_accessible_get_first_accessible_child (GTK_ACCESSIBLE (fixture.grid));
  g_object_unref (gtk_accessible_get_at_context (row));
  check_label (row, GTK_ACCESSIBLE_ROLE_ROW, "data/backup");
  cell = gtk_accessible_get_first_accessible_child (row);
  next = gtk_accessible_get_next_accessible_sibling (cell);
  g_object_unref (gtk_accessible_get_at_context (next));
  check_label (next, GTK_ACCESSIBLE_ROLE_GRID_CELL, "data/backup may reach data/postgres on every port");
  parent = gtk_accessible_get_accessible_parent (next);
  g_assert_true (parent == row);
  for (GtkAccessible *at = g_object_ref (row), *following; at != NULL; at = following)
    {
      following = gtk_accessible_get_next_accessible_sibling (at);
      g_object_unref (at);
      n_rows++;
    }
  g_assert_cmpuint (n_rows, ==, qd_policy_eval_get_n_ends (now));
  tear_down (&fixture);
  /* Held beyond the grid, they say nothing and do no harm. */
  g_assert_null (gtk_accessible_get_accessible_parent (next));
}

static void
exported_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  *(GBytes **) data = qd_policy_matrix_export_finish (NULL, result, &error);
  g_assert_no_error (error);
}

static void
test_export (void)
{
  Fixture fixture = { 0 };
  g_autoptr (QdPolicyEval) now = policy_fixture_shop (TRUE);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint n = qd_policy_eval_get_n_ends (now), expected = 0;

  set_up (&fixture, 400, 400);
  qd_policy_matrix_set_evals (fixture.matrix, now, NULL);
  qd_policy_matrix_set_filter (fixture.matrix, "nothing of this is asked for");
  qd_policy_matrix_export_async (fixture.matrix, NULL, exported_cb, &bytes);
  WAIT_UNTIL (bytes != NULL);
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  lines = g_strsplit (text, "\r\n", -1);
  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < n; k++)
      expected += i != k && !(qd_policy_eval_get_range (now, i) && qd_policy_eval_get_range (now, k)) && !qd_port_set_is_none (qd_policy_eval_get (now, i, k));
  g_assert_cmpuint (g_strv_length (lines), ==, expected + 2);
  g_assert_cmpstr (lines[0], ==, "from,to,connections");
  g_assert_true (g_strv_contains ((const char *const *) lines, "shop/mailer,198.51.100.0/24,\"TCP 25,587\""));
  tear_down (&fixture);
}

int
main (int argc, char **argv)
{
  g_setenv ("GTK_A11Y", "test", TRUE);
  g_test_init (&argc, &argv, NULL);
  setlocale (LC_ALL, "C.UTF-8");
  adw_init ();
  g_test_add_func ("/app/policy-matrix/cells", test_cells);
  g_test_add_func ("/app/policy-matrix/changes", test_changes);
  g_test_add_func ("/app/policy-matrix/filter", test_filter);
  g_test_add_func ("/app/policy-matrix/few", test_few);
  g_test_add_func ("/app/policy-matrix/many", test_many);
  g_test_add_data_func ("/app/policy-matrix/keys", GINT_TO_POINTER (FALSE), test_keys);
  g_test_add_data_func ("/app/policy-matrix/keys-rtl", GINT_TO_POINTER (TRUE), test_keys);
  g_test_add_func ("/app/policy-matrix/copy", test_copy);
  g_test_add_func ("/app/policy-matrix/click", test_click);
  g_test_add_func ("/app/policy-matrix/place-stays", test_place_stays);
  g_test_add_func ("/app/policy-matrix/shapes", test_shapes);
  g_test_add_func ("/app/policy-matrix/reader", test_reader);
  g_test_add_func ("/app/policy-matrix/export", test_export);
  return g_test_run ();
}
