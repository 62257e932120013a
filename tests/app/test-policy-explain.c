/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <locale.h>
#include <string.h>

#include <X11/keysym.h>

#include "manifests.h"
#include "policy-fixture.h"
#include "qd-policy-end-button.h"
#include "qd-policy-explain.h"
#include "qd-policy-explain-pane.h"

typedef struct {
  GtkWidget *window;
  QdPolicyExplainPane *pane;
  QdPolicyEval *eval;
  char *file;
  guint line, column, n_changed, src, dst;
} Fixture;

static void
place_cb (Fixture *fixture, const char *file, guint line, guint column)
{
  g_set_str (&fixture->file, file);
  fixture->line = line;
  fixture->column = column;
}

static void
changed_cb (Fixture *fixture, guint src, guint dst)
{
  fixture->n_changed++;
  fixture->src = src;
  fixture->dst = dst;
}

static void
set_up (Fixture *fixture)
{
  fixture->eval = policy_fixture_shop (TRUE);
  fixture->pane = QD_POLICY_EXPLAIN_PANE (qd_policy_explain_pane_new ());
  fixture->window = gtk_window_new ();
  gtk_window_set_decorated (GTK_WINDOW (fixture->window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 420, 760);
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->pane));
  g_signal_connect_swapped (fixture->pane, "place", G_CALLBACK (place_cb), fixture);
  g_signal_connect_swapped (fixture->pane, "changed", G_CALLBACK (changed_cb), fixture);
  gtk_window_present (GTK_WINDOW (fixture->window));
  WAIT_UNTIL (gtk_widget_get_width (GTK_WIDGET (fixture->window)) == 420);
}

static void
tear_down (Fixture *fixture)
{
  gpointer pane = fixture->pane;

  g_object_add_weak_pointer (G_OBJECT (fixture->pane), &pane);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  WAIT_UNTIL (pane == NULL);
  qd_policy_eval_unref (fixture->eval);
  g_free (fixture->file);
}

static guint
find (Fixture *fixture, const char *name)
{
  guint end = qd_policy_eval_find_workload (fixture->eval, name, NULL);

  g_assert_cmpuint (end, !=, QD_POLICY_NO_END);
  return end;
}

static char *
wait_text (Fixture *fixture)
{
  char *text = NULL;

  WAIT_UNTIL (text != NULL || (text = qd_policy_explain_pane_dup_text (fixture->pane)) != NULL);
  return text;
}

static GtkWidget *
find_widget (GtkWidget *from, GType type, gboolean (*is_it) (GtkWidget *, gconstpointer), gconstpointer data)
{
  if (g_type_is_a (G_OBJECT_TYPE (from), type) && (is_it == NULL || is_it (from, data)))
    return from;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_widget (child, type, is_it, data);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
has_title (GtkWidget *row, gconstpointer data)
{
  return strstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), data) != NULL;
}

/* For every pair, the pane's verdict is that of the matrix on its port, whichever port that is. */
static void
test_verdicts (void)
{
  Fixture fixture = { 0 };
  guint n;

  set_up (&fixture);
  n = qd_policy_eval_get_n_ends (fixture.eval);
  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < n; k += 2)
      {
        QdProtocol protocol;
        guint src, dst, port;
        g_autofree char *text = NULL;

        qd_policy_explain_pane_set_flow (fixture.pane, fixture.eval, i, k);
        g_assert_true (qd_policy_explain_pane_get_flow (fixture.pane, &src, &dst, &protocol, &port));
        g_assert_cmpuint (src, ==, i);
        g_assert_cmpuint (dst, ==, k);
        text = wait_text (&fixture);
        g_assert_cmpint (strstr (text, "may connect to") != NULL, ==,
                         qd_port_set_contains (qd_policy_eval_get (fixture.eval, i, k), protocol, port));
        g_assert_cmpint (strstr (text, "may not connect to") != NULL, ==,
                         !qd_port_set_contains (qd_policy_eval_get (fixture.eval, i, k), protocol, port));
      }
  tear_down (&fixture);
}

/* The port is one that matters; another is asked about when it is typed, and what is no port changes nothing. */
static void
test_ports (void)
{
  static const struct { const char *text; gboolean good; QdProtocol protocol; guint port; } cases[] = {
    { "80", TRUE, QD_PROTOCOL_TCP, 80 }, { " 53/udp ", TRUE, QD_PROTOCOL_UDP, 53 }, { "SCTP 65535", TRUE, QD_PROTOCOL_SCTP, 65535 },
    { "0", FALSE }, { "65536", FALSE }, { "80/ICMP", FALSE }, { "", FALSE }, { "tcp", FALSE }, { "8 0", FALSE }, { "-1/TCP", FALSE },
  };
  Fixture fixture = { 0 };
  QdProtocol protocol, kept_protocol;
  guint src, dst, port, kept;
  g_autofree char *text = NULL;

  set_up (&fixture);
  g_assert_false (qd_policy_explain_pane_get_flow (fixture.pane, &src, &dst, &protocol, &port));
  qd_policy_explain_pane_set_flow (fixture.pane, fixture.eval, find (&fixture, "shop/cart"), find (&fixture, "data/redis"));
  g_assert_true (qd_policy_explain_pane_get_flow (fixture.pane, &src, &dst, &kept_protocol, &kept));
  g_assert_cmpuint (kept, ==, 6379);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_cmpint (qd_policy_explain_pane_set_port (fixture.pane, cases[i].text), ==, cases[i].good);
      if (cases[i].good)
        {
          kept = cases[i].port;
          kept_protocol = cases[i].protocol;
        }
      qd_policy_explain_pane_get_flow (fixture.pane, &src, &dst, &protocol, &port);
      g_assert_cmpuint (port, ==, kept);
      g_assert_cmpint (protocol, ==, kept_protocol);
    }
  /* As one edits: the same pair of another state keeps it. */
  g_autoptr (QdPolicyEval) other = policy_fixture_shop (FALSE);
  qd_policy_explain_pane_set_flow (fixture.pane, other, qd_policy_eval_find_workload (other, "shop/cart", NULL), qd_policy_eval_find_workload (other, "data/redis", NULL));
  qd_policy_explain_pane_get_flow (fixture.pane, &src, &dst, &protocol, &port);
  g_assert_cmpuint (port, ==, 65535);
  text = wait_text (&fixture);
  g_assert_nonnull (strstr (text, "shop/cart may connect to data/redis on port 65535/SCTP."));
  qd_policy_explain_pane_set_flow (fixture.pane, NULL, 0, 0);
  g_assert_false (qd_policy_explain_pane_get_flow (fixture.pane, &src, &dst, &protocol, &port));
  g_assert_null (qd_policy_explain_pane_dup_text (fixture.pane));
  tear_down (&fixture);
}

/* What a policy and its rule say is told, and leads to where they are written. */
static void
test_places (void)
{
  Fixture fixture = { 0 };
  g_autofree char *text = NULL;
  GtkWidget *row;
  GPtrArray *policies;
  gboolean found = FALSE;

  set_up (&fixture);
  qd_policy_explain_pane_set_flow (fixture.pane, fixture.eval, find (&fixture, "shop/cart"), find (&fixture, "data/redis"));
  text = wait_text (&fixture);
  g_assert_nonnull (strstr (text, "NetworkPolicy data/redis selects data/redis"));
  row = find_widget (GTK_WIDGET (fixture.pane), ADW_TYPE_ACTION_ROW, has_title, "NetworkPolicy data/redis selects data/redis");
  g_assert_nonnull (row);
  g_signal_emit_by_name (gtk_widget_get_parent (row), "row-activated", row);
  g_assert_cmpstr (fixture.file, ==, "world.yaml");
  policies = qd_policy_world_get_policies (qd_policy_eval_get_world (fixture.eval));
  for (guint i = 0; i < policies->len; i++)
    {
      const QdPolicy *policy = g_ptr_array_index (policies, i);
      QdYamlSpan span = qd_yaml_node_get_span (policy->place.node);

      if (!g_str_equal (policy->text, "NetworkPolicy data/redis"))
        continue;
      found = TRUE;
      g_assert_cmpuint (fixture.line, ==, span.line);
      g_assert_cmpuint (fixture.column, ==, span.column);
    }
  g_assert_true (found);
  policy_fixture_pictures (fixture.window, "explain");
  tear_down (&fixture);
}

/* Another source by name, by part of a name, by address; the two change places. */
static void
test_choose (void)
{
  Fixture fixture = { 0 };
  QdPolicyEndButton *button;
  QdAddress address;
  g_autofree char *text = NULL;

  set_up (&fixture);
  qd_policy_explain_pane_set_flow (fixture.pane, fixture.eval, find (&fixture, "shop/cart"), find (&fixture, "data/redis"));
  button = QD_POLICY_END_BUTTON (find_widget (GTK_WIDGET (fixture.pane), QD_TYPE_POLICY_END_BUTTON, NULL, NULL));
  g_assert_true (qd_policy_end_button_enter (button, "shop/payment"));
  g_assert_cmpuint (fixture.src, ==, find (&fixture, "shop/payment"));
  g_assert_true (qd_policy_end_button_enter (button, "GRAF"));
  g_assert_cmpuint (fixture.src, ==, find (&fixture, "monitoring/grafana"));
  g_assert_true (qd_address_parse ("198.51.100.7", &address));
  g_assert_true (qd_policy_end_button_enter (button, " 198.51.100.7 "));
  g_assert_cmpuint (fixture.src, ==, qd_policy_eval_find_address (fixture.eval, &address));
  /* It stays what it is when the same is asked of another state, and not when another is. */
  qd_policy_explain_pane_set_flow (fixture.pane, fixture.eval, fixture.src, find (&fixture, "data/redis"));
  text = wait_text (&fixture);
  g_assert_true (g_str_has_prefix (text, "198.51.100.7 may not connect to data/redis"));
  g_clear_pointer (&text, g_free);
  qd_policy_explain_pane_set_flow (fixture.pane, fixture.eval, fixture.src + 1, find (&fixture, "data/redis"));
  qd_policy_explain_pane_set_flow (fixture.pane, fixture.eval, fixture.src, find (&fixture, "data/redis"));
  text = wait_text (&fixture);
  g_assert_true (g_str_has_prefix (text, "198.51.100.0/24 may not connect to data/redis"));
  g_clear_pointer (&text, g_free);
  /* No policy names any of IPv6. */
  g_assert_true (qd_policy_end_button_enter (button, "2001:db8::1"));
  g_assert_cmpuint (fixture.src, ==, qd_policy_eval_get_n_ends (fixture.eval));
  text = wait_text (&fixture);
  g_assert_nonnull (strstr (text, "2001:db8::1"));
  g_assert_cmpuint (fixture.n_changed, ==, 4);
  g_assert_false (qd_policy_end_button_enter (button, "no such thing"));
  g_assert_false (qd_policy_end_button_enter (button, ""));
  g_assert_cmpuint (fixture.n_changed, ==, 4);
  gtk_widget_activate_action (GTK_WIDGET (fixture.pane), "explain.swap", NULL);
  g_assert_cmpuint (fixture.src, ==, find (&fixture, "data/redis"));
  g_assert_cmpuint (fixture.dst, ==, qd_policy_eval_get_n_ends (fixture.eval));
  tear_down (&fixture);
}

/* The last of many questions is the one that is answered, and a pane may go while it is. */
static void
test_late (void)
{
  Fixture fixture = { 0 };
  guint n;
  g_autofree char *text = NULL;

  set_up (&fixture);
  n = qd_policy_eval_get_n_workloads (fixture.eval);
  for (guint i = 0; i < 50; i++)
    qd_policy_explain_pane_set_flow (fixture.pane, fixture.eval, i % n, (i * 7) % n);
  qd_policy_explain_pane_set_flow (fixture.pane, fixture.eval, find (&fixture, "shop/web"), find (&fixture, "shop/cart"));
  text = wait_text (&fixture);
  g_assert_true (g_str_has_prefix (text, "shop/web may connect to shop/cart"));
  qd_policy_explain_pane_set_flow (fixture.pane, fixture.eval, 0, 1);
  tear_down (&fixture);
}

static guint
count_rows (GtkWidget *from)
{
  guint n = ADW_IS_ACTION_ROW (from);

  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += count_rows (child);
  return n;
}

static gboolean
has_label (GtkWidget *button, gconstpointer data)
{
  return g_strcmp0 (gtk_button_get_label (GTK_BUTTON (button)), data) == 0 && gtk_widget_get_visible (button);
}

static gboolean
is_shown (GtkWidget *widget, gconstpointer data)
{
  return gtk_widget_get_visible (widget);
}

/* Of thousands of steps, so many have rows as somebody looks at. */
static void
test_many (void)
{
  Fixture fixture = { 0 };
  g_autoptr (GString) yaml = g_string_new (POD ("shop", "web", "app: web") POD ("shop", "db", "app: db"));
  g_autoptr (QdPolicyEval) eval = NULL;
  g_autofree char *text = NULL;
  GtkWidget *expander, *more;
  guint before;

  set_up (&fixture);
  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (yaml, NP ("shop", "p%u", "{podSelector: {matchLabels: {app: %s}}, policyTypes: [Ingress]}"), i, i % 2 == 0 ? "web" : "db");
  eval = make_eval (yaml->str, NULL);
  qd_policy_explain_pane_set_flow (fixture.pane, eval, 0, 1);
  text = wait_text (&fixture);
  g_assert_nonnull (strstr (text, "NetworkPolicy shop/p998 "));
  before = count_rows (GTK_WIDGET (fixture.pane));
  g_assert_cmpuint (before, >, 0);
  g_assert_cmpuint (before, <=, 2 * 40);
  more = find_widget (GTK_WIDGET (fixture.pane), GTK_TYPE_BUTTON, has_label, "Show More");
  g_assert_nonnull (more);
  g_signal_emit_by_name (more, "clicked");
  g_assert_cmpuint (count_rows (GTK_WIDGET (fixture.pane)), ==, before + 40);
  expander = find_widget (GTK_WIDGET (fixture.pane), GTK_TYPE_EXPANDER, is_shown, NULL);
  gtk_expander_set_expanded (GTK_EXPANDER (expander), TRUE);
  g_assert_cmpuint (count_rows (GTK_WIDGET (fixture.pane)), ==, before + 80);
  /* Fewer steps, fewer rows. */
  qd_policy_explain_pane_set_flow (fixture.pane, fixture.eval, 0, 1);
  WAIT_UNTIL (count_rows (GTK_WIDGET (fixture.pane)) < 40);
  tear_down (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  setlocale (LC_ALL, "C.UTF-8");
  adw_init ();
  g_test_add_func ("/app/policy-explain/verdicts", test_verdicts);
  g_test_add_func ("/app/policy-explain/ports", test_ports);
  g_test_add_func ("/app/policy-explain/places", test_places);
  g_test_add_func ("/app/policy-explain/choose", test_choose);
  g_test_add_func ("/app/policy-explain/late", test_late);
  g_test_add_func ("/app/policy-explain/many", test_many);
  return g_test_run ();
}
