/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a change of policies cuts off of the flows that the fleet has seen, as a list and on the topology, and why a flow passes, in a real window. */
#include "config.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "app-fixture.h"
#include "qd-entity-actions.h"
#include "qd-policy-page-private.h"
#include "qd-settings.h"
#include "qd-topology-page-private.h"
#include "qd-topology-view-private.h"
#include "wait.h"

#define CONNECTION "c1"
#define POD(name, address) "apiVersion: v1\nkind: Pod\nmetadata: {name: " name ", namespace: shop, labels: {app: " name "}}\n" \
                           "spec: {containers: [{name: a, image: b}]}\nstatus: {podIP: " address "}\n---\n"
#define PODS POD ("web", "10.0.0.1") POD ("db", "10.0.0.2") POD ("job", "10.0.0.3")
#define POLICY "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: db, namespace: shop}\n" \
               "spec:\n  podSelector: {matchLabels: {app: db}}\n  ingress:\n  - from:\n    - podSelector: {matchLabels: {app: web}}\n" \
               "    ports:\n    - {port: 5432}\n"

static const char *const addresses[] = { "10.0.0.1", "10.0.0.2", "10.0.0.3", "192.0.2.7" };
static const char *const protocols[] = { "TCP", "UDP", "ICMP" };
/* By which path a flow runs: the net has the first four. */
#define N_PATHS 4
static const char *const paths[] = { "p0", "p1", "p2", "p3", "gone", NULL };

typedef struct {
  char *folder;
  QdHub *hub;
  QdWindow *window;
  QdPolicyPage *page;
  GRand *rand;
} Fixture;

/* What one flow was made of: the plain answer is computed from these. */
typedef struct { guint src, dst, protocol; int port; gint64 sent, received, us; gboolean blocked; guint path; } Made;

static void
write_file (Fixture *self, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
begin (Fixture *self)
{
  GSettings *settings = qd_settings_get_default ();

  *self = (Fixture) { .folder = g_dir_make_tmp ("qd-flows-XXXXXX", NULL), .hub = qd_hub_new (NULL), .rand = g_rand_new_with_seed (7) };
  write_file (self, "pods.yaml", PODS);
  write_file (self, "policy.yaml", POLICY);
  g_settings_set_boolean (settings, "configured", TRUE);
  g_settings_set_string (settings, "policy-folder", self->folder);
  self->window = qd_window_new (NULL, self->hub);
  gtk_window_present (GTK_WINDOW (self->window));
}

static void
show_page (Fixture *self)
{
  g_assert_true (qd_window_show_page (self->window, "policies"));
  self->page = QD_POLICY_PAGE (qd_window_get_page (self->window));
  WAIT_UNTIL (qd_workbench_get_analysis (self->page->workbench) && !qd_workbench_is_analysing (self->page->workbench));
}

static void
end (Fixture *self)
{
  char *argv[] = { (char *) "rm", (char *) "-rf", self->folder, NULL };

  fixture_close (GTK_WINDOW (self->window));
  g_spawn_sync (NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_settings_set_string (qd_settings_get_default (), "policy-folder", "");
  g_object_unref (self->hub);
  g_rand_free (self->rand);
  g_free (self->folder);
}

static void
add_flow (QdFleet *fleet, guint id, const Made *made)
{
  g_autofree char *name = g_strdup_printf ("f%u", id);
  gint64 start = 1700000000 * (gint64) G_USEC_PER_SEC;
  QdDelta *delta = qd_delta_new (CONNECTION, QD_KIND_FLOW, name, QD_DELTA_UPSERT);

  qd_delta_set (delta, QD_FLOW_SRC_IP, qd_value_string (addresses[made->src]));
  qd_delta_set (delta, QD_FLOW_DST_IP, qd_value_string (addresses[made->dst]));
  qd_delta_set (delta, QD_FLOW_PROTOCOL, qd_value_string (protocols[made->protocol]));
  qd_delta_set (delta, QD_FLOW_DST_PORT, qd_value_int (made->port));
  qd_delta_set (delta, QD_FLOW_BYTES_TX, qd_value_int (made->sent));
  qd_delta_set (delta, QD_FLOW_BYTES_RX, qd_value_int (made->received));
  qd_delta_set (delta, QD_FLOW_STARTED_AT, qd_value_time (start));
  qd_delta_set (delta, QD_FLOW_LAST_SEEN, qd_value_time (start + made->us));
  if (paths[made->path])
    qd_delta_set (delta, QD_FLOW_PATH, qd_value_string (paths[made->path]));
  qd_delta_set (delta, QD_FLOW_STATE, qd_value_string (made->blocked ? "blocked" : "active"));
  qd_fleet_apply (fleet, delta);
  qd_delta_unref (delta);
}

/* @made: of Made, filled */
static void
make_flows (Fixture *self, guint n, GArray *made)
{
  QdFleet *fleet = qd_hub_get_fleet (self->hub);
  static const int ports[] = { 5432, 80, 0 };

  qd_fleet_begin (fleet);
  for (guint i = 0; i < n; i++)
    {
      const Made flow = { g_rand_int_range (self->rand, 0, 4), g_rand_int_range (self->rand, 0, 4), g_rand_int_range (self->rand, 0, 3),
                          ports[g_rand_int_range (self->rand, 0, 3)], g_rand_int_range (self->rand, 0, 100000), g_rand_int_range (self->rand, 0, 100000),
                          g_rand_int_range (self->rand, 0, 10) * (gint64) G_USEC_PER_SEC, g_rand_int_range (self->rand, 0, 8) == 0,
                          (guint) g_rand_int_range (self->rand, 0, G_N_ELEMENTS (paths)) };

      g_array_append_val (made, flow);
      add_flow (fleet, i, &flow);
    }
  qd_fleet_commit (fleet);
}

/* Web may no more: the policy says "job" in its place. */
static void
edit (Fixture *self)
{
  QdDocument *document = qd_workbench_find (self->page->workbench, "policy.yaml");
  GString *text = g_string_new (POLICY);
  g_autoptr (GBytes) bytes = NULL;

  g_string_replace (text, "app: web", "app: job", 0);
  bytes = g_string_free_to_bytes (text);
  qd_workbench_set_text (self->page->workbench, document, bytes);
}

/* From the shop's web to its database, and it passes as it is: that is all that this change takes away. */
static gboolean
is_cut (const Made *flow)
{
  return flow->src == 0 && flow->dst == 1 && flow->protocol == 0 && flow->port == 5432 && !flow->blocked;
}

static gboolean
is_policy_about (const Made *flow)
{
  return flow->protocol < 2 && flow->port > 0 && !flow->blocked;
}

static gboolean
is_known (Fixture *self)
{
  return !qd_workbench_is_analysing (self->page->workbench) && qd_policy_flows_get_n_seen (self->page->flows) > 0 &&
         qd_policy_flows_is_known (self->page->flows);
}

/* --- Tests ------------------------------------------------------------------------------------------- */

static void
check_rows (Fixture *self, GArray *made)
{
  GListModel *rows = G_LIST_MODEL (self->page->flows);
  guint n = 0, seen = 0;
  double sum = 0, last = INFINITY;
  g_autofree char *sentence = qd_policy_flows_dup_sentence (self->page->flows), *number = NULL;

  for (guint i = 0; i < made->len; i++)
    {
      const Made *flow = &g_array_index (made, Made, i);

      seen += is_policy_about (flow);
      if (!is_cut (flow))
        continue;
      n++;
      if (flow->us > 0)
        sum += (double) (flow->sent + flow->received) * 86400e6 / (double) flow->us;
    }
  g_assert_cmpuint (n, >, 10);
  g_assert_cmpuint (g_list_model_get_n_items (rows), ==, n);
  g_assert_cmpuint (qd_policy_flows_get_n_seen (self->page->flows), ==, seen);
  g_assert_cmpfloat_with_epsilon (qd_policy_flows_get_bytes_a_day (self->page->flows), sum, sum * 1e-9);
  number = g_strdup_printf ("cuts off %'u observed flows, ", n);
  g_assert_nonnull (strstr (sentence, number));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (QdPolicyFlowRow) row = g_list_model_get_item (rows, i);
      g_autofree char *title = qd_policy_flow_row_dup_ends (row), *port = qd_policy_flow_row_dup_port (row);
      double rate = qd_policy_flow_row_get_seen (row)->bytes_a_day;

      g_assert_cmpstr (title, ==, "shop/web → shop/db");
      g_assert_cmpstr (port, ==, "5432/TCP");
      g_assert_nonnull (strstr (qd_policy_flow_row_get_why (row), "Ingress of shop/db is denied"));
      rate = isfinite (rate) ? rate : -1;
      g_assert_true (rate <= last);
      last = rate;
    }
}

static void
test_cut_off (void)
{
  Fixture self;
  g_autoptr (GArray) made = g_array_new (FALSE, FALSE, sizeof (Made));

  begin (&self);
  make_flows (&self, 3000, made);
  show_page (&self);
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (self.page->flows_view)));
  edit (&self);
  WAIT_UNTIL (is_known (&self));
  check_rows (&self, made);
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (self.page->flows_view)));

  /* A row leads to why. */
  {
    g_autoptr (QdPolicyFlowRow) row = g_list_model_get_item (G_LIST_MODEL (self.page->flows), 0);
    QdProtocol protocol;
    guint src, dst, port;

    qd_policy_flows_view_set_open (self.page->flows_view, TRUE);
    g_signal_emit_by_name (self.page->flows_view, "chosen", row);
    g_assert_cmpstr (adw_view_stack_get_visible_child_name (self.page->views), ==, "matrix");
    g_assert_true (qd_policy_explain_pane_get_flow (self.page->why, &src, &dst, &protocol, &port));
    g_assert_cmpuint (port, ==, 5432);
  }

  /* Taken back, there is nothing to say. */
  qd_workbench_revert (self.page->workbench, qd_workbench_find (self.page->workbench, "policy.yaml"));
  WAIT_UNTIL (!gtk_widget_get_visible (GTK_WIDGET (self.page->flows_view)));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self.page->flows)), ==, 0);
  end (&self);
}

static void
csv_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GBytes **) data = qd_policy_flows_csv_finish (result, NULL);
}

static void
test_csv (void)
{
  Fixture self;
  g_autoptr (GArray) made = g_array_new (FALSE, FALSE, sizeof (Made));
  g_autoptr (GBytes) csv = NULL;
  g_auto (GStrv) lines = NULL;
  g_autofree char *text = NULL;

  begin (&self);
  make_flows (&self, 500, made);
  show_page (&self);
  edit (&self);
  WAIT_UNTIL (is_known (&self));
  qd_policy_flows_csv_async (self.page->flows, NULL, csv_cb, &csv);
  WAIT_UNTIL (csv != NULL);
  text = g_strndup (g_bytes_get_data (csv, NULL), g_bytes_get_size (csv));
  lines = g_strsplit (text, "\r\n", -1);
  g_assert_cmpstr (lines[0], ==, "src_ip,src,dst_ip,dst,dst_port,protocol,bytes_a_day,why");
  g_assert_true (g_str_has_prefix (lines[1], "10.0.0.1,shop/web,10.0.0.2,shop/db,5432,TCP,"));
  g_assert_cmpuint (g_strv_length (lines), ==, g_list_model_get_n_items (G_LIST_MODEL (self.page->flows)) + 2);
  end (&self);
}

/* --- On the topology --------------------------------------------------------------------------------- */

static void
set (QdFleet *fleet, QdKind kind, const char *id, guint field, QdValue value)
{
  QdDelta *delta = qd_delta_new (CONNECTION, kind, id, QD_DELTA_PATCH);

  qd_delta_set (delta, field, value);
  qd_fleet_apply (fleet, delta);
  qd_delta_unref (delta);
}

/* Five sites in a row; each path joins one with the next. */
static void
make_net (Fixture *self)
{
  QdFleet *fleet = qd_hub_get_fleet (self->hub);

  qd_fleet_begin (fleet);
  for (guint i = 0; i <= N_PATHS; i++)
    {
      g_autofree char *id = g_strdup_printf ("s%u", i);

      set (fleet, QD_KIND_SITE, id, QD_FIELD_NAME, qd_value_string (id));
      set (fleet, QD_KIND_SITE, id, QD_FIELD_STATUS, qd_value_status (QD_STATUS_WELL));
    }
  for (guint i = 0; i < N_PATHS; i++)
    {
      g_autofree char *from = g_strdup_printf ("s%u", i), *to = g_strdup_printf ("s%u", i + 1);

      set (fleet, QD_KIND_PATH, paths[i], QD_PATH_SRC, qd_value_string (from));
      set (fleet, QD_KIND_PATH, paths[i], QD_PATH_DST, qd_value_string (to));
      set (fleet, QD_KIND_PATH, paths[i], QD_FIELD_STATUS, qd_value_status (QD_STATUS_WELL));
    }
  qd_fleet_commit (fleet);
}

/* p0 carries what is cut off alone, p1 other flows too, p2 nothing that is cut off, p3 nothing at all. */
static void
make_carried (Fixture *self, GArray *made)
{
  QdFleet *fleet = qd_hub_get_fleet (self->hub);
  const gint64 day = 86400 * (gint64) G_USEC_PER_SEC;
  const Made flows[] = {
    { 0, 1, 0, 5432, 1000000, 500000, day, FALSE, 0 }, { 0, 1, 0, 5432, 2000000, 0, day, FALSE, 0 }, { 0, 1, 0, 5432, 1, 1, day, TRUE, 0 },
    { 0, 1, 0, 5432, 3000000, 3000000, day, FALSE, 1 }, { 2, 0, 0, 80, 1, 1, day, FALSE, 1 }, { 0, 1, 2, 0, 1, 1, day, FALSE, 1 },
    { 2, 0, 0, 80, 1, 1, day, FALSE, 2 }, { 0, 1, 0, 5432, 0, 0, 0, FALSE, 4 }, { 0, 1, 0, 5432, 0, 0, 0, FALSE, 5 },
  };

  qd_fleet_begin (fleet);
  for (guint i = 0; i < G_N_ELEMENTS (flows); i++)
    {
      add_flow (fleet, i, &flows[i]);
      g_array_append_val (made, flows[i]);
    }
  qd_fleet_commit (fleet);
}

static QdTopologyPage *
get_topology (Fixture *self)
{
  QdPage *page = qd_window_get_page (self->window);

  return QD_IS_TOPOLOGY_PAGE (page) ? QD_TOPOLOGY_PAGE (page) : NULL;
}

static const QdTopologyAnswer *
get_answer (Fixture *self)
{
  QdTopologyPage *page = get_topology (self);

  return page && page->panel ? qd_topology_panel_get_answer (page->panel) : NULL;
}

static const QdGraphEdge *
find_edge (Fixture *self, guint path)
{
  QdTopologyPage *page = get_topology (self);
  QdEntity *entity = qd_fleet_lookup (qd_hub_get_fleet (self->hub), CONNECTION, QD_KIND_PATH, paths[path]);
  QdPick pick = qd_topology_model_find (page->model, entity);
  QdScene *scene = qd_topology_view_get_scene (page->view);

  return scene && pick.kind == QD_PICK_EDGE && pick.index < scene->n_edges ? &scene->edges[pick.index] : NULL;
}

static gboolean
has_mark (Fixture *self, guint path, QdGraphMark mark)
{
  const QdGraphEdge *edge = find_edge (self, path);

  return edge && edge->mark == mark;
}

static char *
dup_row (const QdTopologyAnswer *answer, guint at)
{
  g_autoptr (QdTopologyRow) row = g_list_model_get_item (G_LIST_MODEL (answer->rows), at);
  const char *more = row ? qd_topology_row_get_subtitle (row) : NULL;

  return row ? g_strdup_printf ("%s%s%s", qd_topology_row_get_title (row), more ? ": " : "", more ? more : "") : NULL;
}

static void
check_row (const QdTopologyAnswer *answer, guint at, const char *expected)
{
  g_autofree char *text = dup_row (answer, at);

  g_assert_cmpstr (text, ==, expected);
}

static void
check_cut (Fixture *self)
{
  const QdTopologyAnswer *answer = get_answer (self);
  QdTopologyPage *page = get_topology (self);
  g_autofree char *spoken = NULL;
  QdPick pick;

  /* 1.5 + 2 MB by p0, 6 MB by p1; what two others carry is not known. */
  g_assert_cmpstr (answer->sentence, ==, "This change cuts off 5 observed flows, 9.5\302\240MB a day");
  g_assert_cmpstr (answer->more, ==, "2 paths carry them. 1 of these carries nothing else. 2 flows run by no path that is known.");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (answer->rows)), ==, 4);
  check_row (answer, 0, "Paths That Lose All Their Flows");
  check_row (answer, 1, "s0 → s1: 2 flows, 3.5\302\240MB a day");
  check_row (answer, 2, "Paths That Lose Some of Their Flows");
  check_row (answer, 3, "s1 → s2: 1 of 3 flows, 6.0\302\240MB a day");
  /* In the picture each has a colour, a dash and a sign, and what has nothing to do with it stands back. */
  g_assert_true (has_mark (self, 0, QD_GRAPH_REMOVED));
  g_assert_true (has_mark (self, 1, QD_GRAPH_REDUCED));
  g_assert_true (has_mark (self, 2, QD_GRAPH_PLAIN));
  g_assert_false (find_edge (self, 0)->dim);
  g_assert_true (find_edge (self, 2)->dim && find_edge (self, 3)->dim);
  /* Nothing has happened to them. */
  g_assert_cmpint (find_edge (self, 0)->status, ==, QD_STATUS_WELL);
  pick = qd_topology_model_find (page->model, qd_fleet_lookup (qd_hub_get_fleet (self->hub), CONNECTION, QD_KIND_PATH, "p1"));
  spoken = page->view->describe (pick, page->view->describe_data);
  g_assert_nonnull (strstr (spoken, "Cut off: 1 of 3 flows, 6.0"));
}

static gboolean
offers_cut (Fixture *self)
{
  QdTopologyPage *page = get_topology (self);

  return gtk_widget_get_visible (page->cut_box);
}

/* Offered while there is a change; from the list of what it cuts off, or on the topology itself; over with a click, or with the change. */
static void
test_topology (void)
{
  Fixture self;
  g_autoptr (GArray) made = g_array_new (FALSE, FALSE, sizeof (Made));

  begin (&self);
  make_net (&self);
  make_carried (&self, made);
  g_assert_true (qd_window_show_page (self.window, "topology"));
  WAIT_UNTIL (find_edge (&self, 0) != NULL);
  g_assert_false (offers_cut (&self));
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (get_topology (&self)->actions), "cut"));

  show_page (&self);
  edit (&self);
  WAIT_UNTIL (is_known (&self));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (self.page->flows_view), "cut.topology", NULL));
  g_assert_cmpstr (qd_window_get_page_id (self.window), ==, "topology");
  WAIT_UNTIL (get_answer (&self) && has_mark (&self, 0, QD_GRAPH_REMOVED));
  check_cut (&self);
  g_assert_false (offers_cut (&self));
  /* Beside the picture, where there is room. */
  WAIT_UNTIL (gtk_widget_get_mapped (GTK_WIDGET (get_topology (&self)->panel)));

  /* Other flows come, and somebody looks away and back: it is asked again by itself, and the list stays the same one. */
  {
    GListStore *rows = get_answer (&self)->rows;
    const Made more = { 2, 0, 0, 80, 1, 1, 1, FALSE, 0 };
    QdFleet *fleet = qd_hub_get_fleet (self.hub);

    qd_fleet_begin (fleet);
    add_flow (fleet, 100, &more);
    qd_fleet_commit (fleet);
    g_assert_true (qd_window_show_page (self.window, "policies"));
    fixture_settle (GTK_WIDGET (self.window));
    g_assert_true (qd_window_show_page (self.window, "topology"));
    WAIT_UNTIL (has_mark (&self, 0, QD_GRAPH_REDUCED));
    g_assert_true (get_answer (&self)->rows == rows);
    check_row (get_answer (&self), 0, "Paths That Lose Some of Their Flows");
    g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (rows)), ==, 3);
  }

  gtk_widget_activate_action (GTK_WIDGET (get_topology (&self)), "topology.stop-asking", NULL);
  WAIT_UNTIL (has_mark (&self, 0, QD_GRAPH_PLAIN) && !find_edge (&self, 2)->dim);
  g_assert_true (offers_cut (&self));
  gtk_widget_activate_action (GTK_WIDGET (get_topology (&self)), "topology.cut", NULL);
  WAIT_UNTIL (get_answer (&self) && has_mark (&self, 0, QD_GRAPH_REDUCED));

  qd_workbench_revert (self.page->workbench, qd_workbench_find (self.page->workbench, "policy.yaml"));
  WAIT_UNTIL (qd_topology_panel_get_question (get_topology (&self)->panel) == NULL && has_mark (&self, 0, QD_GRAPH_PLAIN));
  g_assert_false (offers_cut (&self));
  end (&self);
}

static gint64
cpu_us (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * (gint64) G_USEC_PER_SEC + time.tv_nsec / 1000;
}

/* A hundred thousand are read and asked about while the main thread has never much to do at once: its own time is measured, not the machine's. */
static void
test_many (void)
{
  Fixture self;
  g_autoptr (GArray) made = g_array_new (FALSE, FALSE, sizeof (Made));
  gint64 worst = 0, begun, end_us;

  begin (&self);
  make_flows (&self, 100000, made);
  show_page (&self);
  fixture_settle (GTK_WIDGET (self.window));
  edit (&self);
  begun = g_get_monotonic_time ();
  for (end_us = begun + 60 * (gint64) G_USEC_PER_SEC; !is_known (&self) && g_get_monotonic_time () < end_us;)
    {
      gint64 before = cpu_us ();

      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (500);
      worst = MAX (worst, cpu_us () - before);
    }
  g_test_message ("100,000 flows: known after %.0f ms, at most %.1f ms of the main thread at once", (double) (g_get_monotonic_time () - begun) / 1000,
                  (double) worst / 1000);
  g_assert_true (is_known (&self));
  check_rows (&self, made);
  end (&self);
}

static QdEntity *
find_flow (Fixture *self, const char *id)
{
  return qd_fleet_lookup (qd_hub_get_fleet (self->hub), CONNECTION, QD_KIND_FLOW, id);
}

static void
add_some (Fixture *self)
{
  QdFleet *fleet = qd_hub_get_fleet (self->hub);
  const Made flows[] = { { 0, 1, 0, 5432, 1, 1, 1, FALSE, 0 }, { 2, 1, 0, 5432, 1, 1, 1, TRUE, 0 }, { 0, 1, 2, 0, 1, 1, 1, FALSE, 0 } };

  qd_fleet_begin (fleet);
  for (guint i = 0; i < G_N_ELEMENTS (flows); i++)
    add_flow (fleet, i, &flows[i]);
  qd_fleet_commit (fleet);
}

static void
check_explained (Fixture *self, const char *words, const char *source)
{
  g_autofree char *text = NULL;
  QdProtocol protocol;
  guint src, dst, port;

  self->page = QD_POLICY_PAGE (qd_window_get_page (self->window));
  WAIT_UNTIL (qd_policy_explain_pane_get_flow (self->page->why, &src, &dst, &protocol, &port) && port == 5432);
  WAIT_UNTIL ((g_free (text), text = qd_policy_explain_pane_dup_text (self->page->why)) != NULL && strstr (text, words) && strstr (text, source));
  g_assert_cmpint (protocol, ==, QD_PROTOCOL_TCP);
  WAIT_UNTIL (adw_overlay_split_view_get_show_sidebar (self->page->why_split));
}

/* From the table of flows, before the page of policies was ever there, and after. */
static void
test_explain (void)
{
  Fixture self;
  QdSession *session;
  g_autofree char *why = NULL, *no_port = NULL, *no_folder = NULL, *broken = NULL, *folder = NULL;

  begin (&self);
  add_some (&self);
  session = qd_window_get_session (self.window);
  g_assert_true (qd_window_show_page (self.window, "flows"));
  fixture_settle (GTK_WIDGET (self.window));

  g_assert_false (qd_entity_action_allowed (session, find_flow (&self, "f2"), "flow.explain", &no_port));
  g_assert_nonnull (strstr (no_port, "TCP, UDP and SCTP"));
  folder = g_settings_get_string (qd_settings_get_default (), "policy-folder");
  g_settings_set_string (qd_settings_get_default (), "policy-folder", "");
  g_assert_false (qd_entity_action_allowed (session, find_flow (&self, "f0"), "flow.explain", &no_folder));
  g_assert_nonnull (strstr (no_folder, "No folder of policies is open"));
  g_settings_set_string (qd_settings_get_default (), "policy-folder", folder);

  g_assert_true (qd_entity_action_allowed (session, find_flow (&self, "f0"), "flow.explain", &why));
  qd_entity_action_run (session, GTK_WIDGET (self.window), find_flow (&self, "f0"), "flow.explain");
  g_assert_cmpstr (qd_window_get_page_id (self.window), ==, "policies");
  check_explained (&self, "allowed", "shop/web");
  qd_entity_action_run (session, GTK_WIDGET (self.window), find_flow (&self, "f1"), "flow.explain");
  check_explained (&self, "denied", "shop/job");

  /* What is broken gives no verdict, and says so where it is asked for. */
  {
    g_autoptr (GBytes) bytes = g_bytes_new_static ("a: [", 4);

    qd_workbench_set_text (self.page->workbench, qd_workbench_find (self.page->workbench, "policy.yaml"), bytes);
    WAIT_UNTIL (qd_session_get_unexplained (session) != NULL);
    g_assert_false (qd_entity_action_allowed (session, find_flow (&self, "f0"), "flow.explain", &broken));
    g_assert_nonnull (strstr (broken, "errors"));
  }
  end (&self);
}

int
main (int argc, char **argv)
{
  fixture_init_apart (&argc, &argv);
  g_test_add_func ("/policy-flows/cut-off", test_cut_off);
  g_test_add_func ("/policy-flows/csv", test_csv);
  g_test_add_func ("/policy-flows/topology", test_topology);
  g_test_add_func ("/policy-flows/many", test_many);
  g_test_add_func ("/policy-flows/explain", test_explain);
  return g_test_run ();
}
