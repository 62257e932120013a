/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What applying would do: every way in which a file, what was agreed on and a server can differ; and laws on random ones. */
#include "config.h"

#include <string.h>

#include "plan-fixture.h"
#include "qd-policy-object.h"

#define WEB "NetworkPolicy default/web"

typedef struct { Server *server; QdRemoteSet *bases; } Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->server = server_new ();
  fixture->bases = qd_remote_set_new ("/work", "lab");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  server_free (fixture->server);
  qd_remote_set_free (fixture->bases);
}

static void
has (Fixture *fixture, const char *yaml)
{
  g_autoptr (JsonNode) object = policy_of (yaml);

  server_set (fixture->server, object);
}

static const QdPlanStep *
step_of (QdPolicyPlan *plan, QdPlanKind kind)
{
  const QdPlanStep *step = qd_policy_plan_find (plan, WEB);

  g_assert_nonnull (step);
  g_assert_cmpint (step->kind, ==, kind);
  g_assert_nonnull (step->why);
  g_assert_cmpint (step->included, ==, kind == QD_PLAN_CREATE || kind == QD_PLAN_UPDATE || kind == QD_PLAN_DELETE);
  return step;
}

static guint
nth_of (QdPolicyPlan *plan, const char *key)
{
  for (guint i = 0; i < qd_policy_plan_get_n_steps (plan); i++)
    if (g_str_equal (qd_policy_plan_get_step (plan, i)->key, key))
      return i;
  g_assert_not_reached ();
}

static gboolean
says (GBytes *text, const char *part)
{
  g_autofree char *copy = g_strndup (g_bytes_get_data (text, NULL), g_bytes_get_size (text));

  return strstr (copy, part) != NULL;
}

static void
apply (Fixture *fixture, QdPolicyPlan *plan)
{
  g_autoptr (QdPolicyApplied) applied = server_apply (fixture->server, plan, fixture->bases);
}

/* The file is there, and was applied. */
static void
begin (Fixture *fixture, const char *yaml)
{
  g_autoptr (QdPolicyPlan) plan = plan_of (fixture->server, fixture->bases, "web.yaml", yaml, NULL);

  apply (fixture, plan);
}

/* --- The cases ---------------------------------------------------------------------------------------------- */

static void
test_create (Fixture *fixture, gconstpointer data)
{
  g_autofree char *yaml = policy_yaml ("web", "web", 80, "mine");
  g_autoptr (QdPolicyPlan) plan = plan_of (fixture->server, fixture->bases, "web.yaml", yaml, NULL), after = NULL;
  const QdPlanStep *step = step_of (plan, QD_PLAN_CREATE);

  g_assert_null (step->id);
  g_assert_null (step->theirs);
  g_assert_cmpstr (step->document, ==, "web.yaml");
  g_assert_cmpstr (step->name, ==, "web");
  g_assert_cmpstr (step->namespace, ==, "default");
  g_assert_true (says (step->result, "port: 80"));
  apply (fixture, plan);
  after = plan_of (fixture->server, fixture->bases, "web.yaml", yaml, NULL);
  step_of (after, QD_PLAN_UNCHANGED);
  g_assert_cmpuint (qd_policy_plan_get_n_changes (after), ==, 0);
}

static void
test_update_and_delete (Fixture *fixture, gconstpointer data)
{
  g_autofree char *yaml = policy_yaml ("web", "web", 80, "mine"), *changed = policy_yaml ("web", "web", 8080, "mine");
  g_autoptr (QdPolicyPlan) update = NULL, delete = NULL, nothing = NULL;

  begin (fixture, yaml);
  update = plan_of (fixture->server, fixture->bases, "web.yaml", changed, NULL);
  g_assert_false (step_of (update, QD_PLAN_UPDATE)->merged);
  g_assert_cmpstr (step_of (update, QD_PLAN_UPDATE)->revision, ==, "1");
  apply (fixture, update);
  delete = plan_of (fixture->server, fixture->bases, NULL);
  g_assert_null (step_of (delete, QD_PLAN_DELETE)->result);
  apply (fixture, delete);
  nothing = plan_of (fixture->server, fixture->bases, NULL);
  g_assert_cmpuint (qd_policy_plan_get_n_steps (nothing), ==, 0);
}

/* What did not come from here is left alone, whatever it is; nothing is overwritten unseen. */
static void
test_foreign (Fixture *fixture, gconstpointer data)
{
  g_autofree char *theirs = policy_yaml ("web", "web", 80, "theirs"), *mine = policy_yaml ("web", "web", 81, "mine");
  g_autoptr (QdPolicyPlan) alone = NULL, other = NULL, same = NULL, gone = NULL;

  has (fixture, theirs);
  alone = plan_of (fixture->server, fixture->bases, NULL);
  step_of (alone, QD_PLAN_FOREIGN);
  other = plan_of (fixture->server, fixture->bases, "web.yaml", mine, NULL);
  step_of (other, QD_PLAN_CONFLICT);
  /* The same by chance does not make it ours. */
  same = plan_of (fixture->server, fixture->bases, "web.yaml", theirs, NULL);
  step_of (same, QD_PLAN_UNCHANGED);
  g_assert_false (qd_policy_plan_refresh_bases (same, fixture->bases));
  gone = plan_of (fixture->server, fixture->bases, NULL);
  step_of (gone, QD_PLAN_FOREIGN);
}

/* The order of keys, the spelling, what the server adds and what the API fills in are no differences. */
static void
test_spelling (Fixture *fixture, gconstpointer data)
{
  const char *mine = "kind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nspec: {ingress: [{ports: [{port: 80}]}], podSelector: {}}\n"
                     "metadata: {name: web}\n";
  const char *theirs = "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"NetworkPolicy\",\"metadata\":{\"namespace\":\"default\",\"name\":\"web\","
                       "\"uid\":\"1\",\"resourceVersion\":\"77\",\"generation\":3,\"creationTimestamp\":\"2026-01-01T00:00:00Z\",\"managedFields\":[{}],"
                       "\"annotations\":{\"kubectl.kubernetes.io/last-applied-configuration\":\"{}\"}},"
                       "\"spec\":{\"podSelector\":{},\"policyTypes\":[\"Ingress\"],\"ingress\":[{\"ports\":[{\"protocol\":\"TCP\",\"port\":80.0}]}]},"
                       "\"status\":{\"enabled\":true}}";
  g_autoptr (QdPolicyPlan) plan = NULL;

  has (fixture, theirs);
  plan = plan_of (fixture->server, fixture->bases, "web.yaml", mine, NULL);
  step_of (plan, QD_PLAN_UNCHANGED);
}

static void
test_behind (Fixture *fixture, gconstpointer data)
{
  g_autofree char *yaml = policy_yaml ("web", "web", 80, "a comment of mine"), *theirs = policy_yaml ("web", "web", 443, "theirs");
  g_autoptr (QdPolicyPlan) plan = NULL, after = NULL;
  g_autoptr (QdYamlFile) file = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (yaml, strlen (yaml)), taken = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  begin (fixture, yaml);
  has (fixture, theirs);
  plan = plan_of (fixture->server, fixture->bases, "web.yaml", yaml, NULL);
  step_of (plan, QD_PLAN_BEHIND);
  g_assert_cmpuint (qd_policy_plan_get_n_changes (plan), ==, 0);
  /* The file takes it without losing what it says besides. */
  file = qd_yaml_file_new ("web.yaml", bytes, NULL);
  taken = qd_policy_plan_dup_file (plan, nth_of (plan, WEB), file, &error);
  g_assert_no_error (error);
  g_assert_true (says (taken, "# a comment of mine"));
  g_assert_true (says (taken, "port: 443"));
  g_assert_false (says (taken, "namespace"));
  qd_policy_plan_note_taken (plan, nth_of (plan, WEB), "web.yaml", fixture->bases);
  text = g_strndup (g_bytes_get_data (taken, NULL), g_bytes_get_size (taken));
  after = plan_of (fixture->server, fixture->bases, "web.yaml", text, NULL);
  step_of (after, QD_PLAN_UNCHANGED);
}

/* Both changed it, in places that do not touch: one text, of both; then the file is what is behind. */
static void
test_merge (Fixture *fixture, gconstpointer data)
{
  g_autofree char *yaml = policy_yaml ("web", "web", 80, "mine"), *mine = policy_yaml ("web", "shop", 80, "mine"),
                  *theirs = policy_yaml ("web", "web", 443, "theirs"), *both = policy_yaml ("web", "shop", 443, "both");
  g_autoptr (QdPolicyPlan) plan = NULL, behind = NULL, taken = NULL;
  g_autoptr (JsonNode) wanted = policy_of (both);
  const QdPlanStep *step;

  begin (fixture, yaml);
  has (fixture, theirs);
  plan = plan_of (fixture->server, fixture->bases, "web.yaml", mine, NULL);
  step = step_of (plan, QD_PLAN_UPDATE);
  g_assert_true (step->merged);
  g_assert_cmpstr (step->revision, ==, "2");
  apply (fixture, plan);
  g_assert_true (qd_policy_object_equal (server_find (fixture->server, WEB), wanted));
  /* The next apply does not take back what they did. */
  behind = plan_of (fixture->server, fixture->bases, "web.yaml", mine, NULL);
  step_of (behind, QD_PLAN_BEHIND);
  taken = plan_of (fixture->server, fixture->bases, "web.yaml", both, NULL);
  step_of (taken, QD_PLAN_UNCHANGED);
  g_assert_true (qd_policy_plan_refresh_bases (taken, fixture->bases));
  g_assert_false (qd_policy_plan_refresh_bases (taken, fixture->bases));
}

static void
test_conflict (Fixture *fixture, gconstpointer data)
{
  g_autofree char *yaml = policy_yaml ("web", "web", 80, "mine"), *mine = policy_yaml ("web", "web", 81, "mine"),
                  *theirs = policy_yaml ("web", "web", 443, "theirs");
  const QdMergeKind choices[] = { QD_MERGE_THEIRS, QD_MERGE_MINE };
  const QdPlanStep *step;

  begin (fixture, yaml);
  has (fixture, theirs);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (QdPolicyPlan) whole = plan_of (fixture->server, fixture->bases, "web.yaml", mine, NULL),
                               pieces = plan_of (fixture->server, fixture->bases, "web.yaml", mine, NULL);
      g_autoptr (GError) error = NULL;

      step = step_of (whole, QD_PLAN_CONFLICT);
      g_assert_nonnull (step->base);
      g_assert_true (says (step->mine, "port: 81") && says (step->theirs, "port: 443") && says (step->base, "port: 80"));
      g_assert_cmpuint (qd_merge_get_n_conflicts (step->merge), ==, 1);
      g_assert_cmpuint (qd_policy_plan_get_n_changes (whole), ==, 0);
      qd_policy_plan_take (whole, nth_of (whole, WEB), choices[i]);
      g_assert_true (qd_policy_plan_resolve (pieces, nth_of (pieces, WEB), &choices[i], &error));
      g_assert_no_error (error);
      step_of (whole, i == 0 ? QD_PLAN_BEHIND : QD_PLAN_UPDATE);
      step_of (pieces, i == 0 ? QD_PLAN_BEHIND : QD_PLAN_UPDATE);
      if (i == 1)
        apply (fixture, pieces);
    }
  g_assert_cmpstr (g_hash_table_lookup (fixture->server->revisions, WEB), ==, "3");
}

/* There and not there: nobody decides that but who is asked. */
static void
test_there_and_not_there (Fixture *fixture, gconstpointer data)
{
  g_autofree char *yaml = policy_yaml ("web", "web", 80, "mine"), *theirs = policy_yaml ("web", "web", 443, "theirs");
  g_autoptr (QdPolicyPlan) removed = NULL, changed = NULL;

  begin (fixture, yaml);
  server_remove (fixture->server, WEB);
  removed = plan_of (fixture->server, fixture->bases, "web.yaml", yaml, NULL);
  g_assert_null (step_of (removed, QD_PLAN_CONFLICT)->merge);
  qd_policy_plan_take (removed, nth_of (removed, WEB), QD_MERGE_MINE);
  step_of (removed, QD_PLAN_CREATE);
  apply (fixture, removed);

  has (fixture, theirs);
  changed = plan_of (fixture->server, fixture->bases, NULL);
  g_assert_null (step_of (changed, QD_PLAN_CONFLICT)->mine);
  qd_policy_plan_take (changed, nth_of (changed, WEB), QD_MERGE_MINE);
  g_assert_cmpstr (step_of (changed, QD_PLAN_DELETE)->revision, ==, "3");
}

/* What cannot be read may be what seems to be gone. */
static void
test_unreadable (Fixture *fixture, gconstpointer data)
{
  g_autofree char *yaml = policy_yaml ("web", "web", 80, "mine"), *twice = g_strconcat (yaml, "---\n", yaml, NULL);
  const char *broken[] = { "kind: [", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {}\n", twice };

  begin (fixture, yaml);
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (QdPolicyPlan) plan = plan_of (fixture->server, fixture->bases, "web.yaml", broken[i], NULL);

      step_of (plan, QD_PLAN_BEHIND);
      g_assert_cmpuint (g_strv_length ((GStrv) qd_policy_plan_get_problems (plan)), ==, 1);
      g_assert_true (g_str_has_prefix (qd_policy_plan_get_problems (plan)[0], "web.yaml:"));
      g_assert_false (qd_policy_plan_refresh_bases (plan, fixture->bases));
    }
}

static void
test_lists (Fixture *fixture, gconstpointer data)
{
  const char *list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: networking.k8s.io/v1\n  kind: NetworkPolicy\n  metadata: {name: web}\n"
                     "  spec: {podSelector: {}}\n- {apiVersion: v1, kind: Pod, metadata: {name: p}}\n";
  const char *tests = "tests: []\n", *admin = "apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: a}\n"
                                              "spec: {priority: 1, subject: {namespaces: {}}}\n";
  g_autoptr (QdPolicyPlan) plan = plan_of (fixture->server, fixture->bases, "all.yaml", list, "x.policytest.yaml", tests, "a.yaml", admin, NULL);

  g_assert_cmpuint (qd_policy_plan_get_n_steps (plan), ==, 2);
  g_assert_cmpuint (step_of (plan, QD_PLAN_CREATE)->nth, ==, G_MAXUINT);
  g_assert_null (qd_policy_plan_find (plan, "AdminNetworkPolicy a")->namespace);
  qd_policy_plan_set_included (plan, nth_of (plan, WEB), FALSE);
  g_assert_cmpuint (qd_policy_plan_get_n_changes (plan), ==, 1);
}

/* A file takes what the server alone has: as a file of its own, and behind what is there. */
static void
test_take_foreign (Fixture *fixture, gconstpointer data)
{
  g_autofree char *theirs = policy_yaml ("web", "web", 80, "theirs"), *other = policy_yaml ("other", "web", 80, "mine");
  g_autoptr (GBytes) bytes = g_bytes_new (other, strlen (other)), alone = NULL, behind = NULL;
  g_autoptr (QdYamlFile) file = qd_yaml_file_new ("o.yaml", bytes, NULL);
  g_autoptr (QdPolicyPlan) plan = NULL, after = NULL, gone = NULL;
  g_autofree char *text = NULL;

  has (fixture, theirs);
  plan = plan_of (fixture->server, fixture->bases, "o.yaml", other, NULL);
  alone = qd_policy_plan_dup_file (plan, nth_of (plan, WEB), NULL, NULL);
  g_assert_true (says (alone, "name: web"));
  behind = qd_policy_plan_dup_file (plan, nth_of (plan, WEB), file, NULL);
  qd_policy_plan_note_taken (plan, nth_of (plan, WEB), "o.yaml", fixture->bases);
  text = g_strndup (g_bytes_get_data (behind, NULL), g_bytes_get_size (behind));
  g_assert_true (g_str_has_prefix (text, other));
  after = plan_of (fixture->server, fixture->bases, "o.yaml", text, NULL);
  step_of (after, QD_PLAN_UNCHANGED);
  /* From now on it is one of this workspace's. */
  gone = plan_of (fixture->server, fixture->bases, "o.yaml", other, NULL);
  step_of (gone, QD_PLAN_DELETE);
}

/* --- Laws --------------------------------------------------------------------------------------------------------- */

#define N_NAMES 6

typedef struct { int app[N_NAMES], port[N_NAMES]; } World;   /* app -1: there is none */

static void
change (World *world, GRand *rand, guint percent)
{
  for (guint i = 0; i < N_NAMES; i++)
    {
      if (g_rand_int_range (rand, 0, 100) < (int) percent)
        world->app[i] = g_rand_int_range (rand, -1, 3);
      if (g_rand_int_range (rand, 0, 100) < (int) percent)
        world->port[i] = g_rand_int_range (rand, 1, 4);
    }
}

static char *
world_yaml (const World *world)
{
  GString *all = g_string_new ("{}\n");

  for (guint i = 0; i < N_NAMES; i++)
    {
      g_autofree char *name = g_strdup_printf ("p%u", i), *app = g_strdup_printf ("a%d", world->app[i]);
      g_autofree char *yaml = policy_yaml (name, app, world->port[i], "x");

      if (world->app[i] >= 0)
        g_string_append_printf (all, "---\n%s", yaml);
    }
  return g_string_free (all, FALSE);
}

static void
world_to_server (const World *world, Server *server)
{
  for (guint i = 0; i < N_NAMES; i++)
    {
      g_autofree char *name = g_strdup_printf ("p%u", i), *app = g_strdup_printf ("a%d", world->app[i]);
      g_autofree char *yaml = policy_yaml (name, app, world->port[i], "x"), *key = g_strdup_printf ("NetworkPolicy default/p%u", i);
      g_autoptr (JsonNode) object = policy_of (yaml);

      if (world->app[i] >= 0 && !qd_policy_object_equal (server_find (server, key), object))
        server_set (server, object);
      else if (world->app[i] < 0 && server_find (server, key))
        server_remove (server, key);
    }
}

/* Nothing that somebody else changed since is lost without having been asked about: each difference of the server's from what both
 * agreed on is there afterwards, unless the step was a conflict that mine was chosen in. */
static void
check_kept (QdPolicyPlan *plan, Server *before, Server *after, QdRemoteSet *bases)
{
  for (guint i = 0; i < qd_policy_plan_get_n_steps (plan); i++)
    {
      const QdPlanStep *step = qd_policy_plan_get_step (plan, i);
      const QdRemoteEntry *base = qd_remote_set_find (bases, step->key);
      JsonNode *was = server_find (before, step->key), *is = server_find (after, step->key);

      if (!step->included)
        g_assert_true (qd_policy_object_equal (was, is));
      else if (!qd_policy_object_equal (was, base ? base->base : NULL))
        g_assert_true (step->merged || step->kind == QD_PLAN_UPDATE);
      if (step->kind == QD_PLAN_DELETE)
        g_assert_true (base && qd_policy_object_equal (base->base, was));
    }
}

static void
test_laws (void)
{
  guint kinds[QD_PLAN_CONFLICT + 1] = { 0 };

  for (guint seed = 0; seed < 400; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (Server) server = server_new (), former = NULL, applied_to = NULL;
      g_autoptr (QdRemoteSet) bases = qd_remote_set_new ("/w", "c"), before = NULL;
      g_autoptr (QdPolicyPlan) first = NULL, plan = NULL, again = NULL, back = NULL, none = NULL;
      g_autoptr (QdPolicyApplied) one = NULL, two = NULL, three = NULL, parsed = NULL;
      g_autoptr (GPtrArray) theirs = NULL;
      g_autoptr (GBytes) bytes = NULL;
      g_autofree char *text = NULL, *mine_text = NULL;
      World world = { 0 }, mine, other;

      change (&world, rand, 100);
      text = world_yaml (&world);
      first = plan_of (server, bases, "all.yaml", text, NULL);
      one = server_apply (server, first, bases);
      /* A plan of equal sets is empty. */
      again = plan_of (server, bases, "all.yaml", text, NULL);
      g_assert_cmpuint (qd_policy_plan_get_n_changes (again) + qd_policy_plan_count (again, QD_PLAN_CONFLICT), ==, 0);
      g_clear_pointer (&again, qd_policy_plan_unref);

      mine = other = world;
      change (&mine, rand, 30);
      change (&other, rand, 30);
      world_to_server (&other, server);
      former = server_copy (server);
      before = qd_remote_set_copy (bases);
      mine_text = world_yaml (&mine);
      plan = plan_of (server, bases, "all.yaml", mine_text, NULL);
      for (guint i = 0; i < qd_policy_plan_get_n_steps (plan); i++)
        kinds[qd_policy_plan_get_step (plan, i)->kind]++;
      two = server_apply (server, plan, bases);
      check_kept (plan, former, server, before);
      /* Once applied, there is nothing more to do. */
      again = plan_of (server, bases, "all.yaml", mine_text, NULL);
      g_assert_cmpuint (qd_policy_plan_get_n_changes (again), ==, 0);
      g_assert_cmpuint (qd_policy_plan_count (again, QD_PLAN_CONFLICT), ==, qd_policy_plan_count (plan, QD_PLAN_CONFLICT));
      /* The way back leads to what was there, also out of what is on the disk. */
      bytes = qd_policy_applied_to_bytes (two);
      parsed = qd_policy_applied_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "x", NULL);
      g_assert_nonnull (parsed);
      theirs = server_list (server);
      back = qd_policy_applied_plan_back (parsed, theirs);
      g_assert_cmpuint (qd_policy_plan_count (back, QD_PLAN_CONFLICT), ==, 0);
      g_assert_cmpuint (qd_policy_plan_get_n_changes (back), ==, two->steps->len);
      g_assert_cmpstr (qd_policy_plan_get_reverts (back), ==, two->job);
      three = server_apply (server, back, bases);
      g_assert_true (server_equal (server, former));
    }
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (i != QD_PLAN_CREATE)
      g_assert_cmpuint (kinds[i], >, 0);
  g_assert_cmpuint (kinds[QD_PLAN_CREATE], >, 0);
}

/* Where somebody changed what a job left, its way back says so, and merges only what does not touch. */
static void
test_back_after_others (Fixture *fixture, gconstpointer data)
{
  g_autofree char *yaml = policy_yaml ("web", "web", 80, "mine"), *mine = policy_yaml ("web", "web", 81, "mine"),
                  *touches = policy_yaml ("web", "web", 443, "x"), *elsewhere = policy_yaml ("web", "shop", 81, "x"),
                  *merged = policy_yaml ("web", "shop", 80, "x");
  g_autoptr (QdPolicyPlan) plan = NULL, conflict = NULL, merge = NULL, gone = NULL;
  g_autoptr (QdPolicyApplied) applied = NULL;
  g_autoptr (GPtrArray) first = NULL, second = NULL, third = NULL;
  g_autoptr (JsonNode) wanted = policy_of (merged);

  begin (fixture, yaml);
  plan = plan_of (fixture->server, fixture->bases, "web.yaml", mine, NULL);
  applied = server_apply (fixture->server, plan, fixture->bases);
  has (fixture, touches);
  first = server_list (fixture->server);
  conflict = qd_policy_applied_plan_back (applied, first);
  step_of (conflict, QD_PLAN_CONFLICT);
  has (fixture, elsewhere);
  second = server_list (fixture->server);
  merge = qd_policy_applied_plan_back (applied, second);
  g_assert_true (step_of (merge, QD_PLAN_UPDATE)->merged);
  server_remove (fixture->server, WEB);
  third = server_list (fixture->server);
  gone = qd_policy_applied_plan_back (applied, third);
  step_of (gone, QD_PLAN_CONFLICT);
  has (fixture, elsewhere);
  g_clear_pointer (&second, g_ptr_array_unref);
  g_clear_pointer (&merge, qd_policy_plan_unref);
  second = server_list (fixture->server);
  merge = qd_policy_applied_plan_back (applied, second);
  apply (fixture, merge);
  g_assert_true (qd_policy_object_equal (server_find (fixture->server, WEB), wanted));
}

/* What the server says is no list of policies, or some of it is not. */
static void
test_answers (void)
{
  static const struct { const char *json; int n; guint n_odd; } answers[] = {
    { "{\"items\":[]}", 0, 0 }, { "{\"items\":[1,{},{\"id\":\"a\"},{\"id\":\"a\",\"object\":[]}]}", 0, 4 }, { "7", -1, 0 }, { "{}", -1, 0 },
    { "{\"items\":[{\"id\":7,\"revision\":3,\"enabled\":false,\"object\":{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"NetworkPolicy\","
      "\"metadata\":{\"name\":\"web\"}}}]}", 1, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (JsonNode) node = json_from_string (answers[i].json, NULL);
      g_autoptr (GError) error = NULL;
      guint n_odd;
      g_autoptr (GPtrArray) all = qd_policy_theirs_from_json (node, &n_odd, &error);

      g_assert_cmpint (all ? (int) all->len : -1, ==, answers[i].n);
      g_assert_true ((all == NULL) == (error != NULL));
      g_assert_cmpuint (n_odd, ==, answers[i].n_odd);
      if (answers[i].n == 1)
        {
          const QdPolicyTheirs *one = g_ptr_array_index (all, 0);

          g_assert_cmpstr (one->key, ==, WEB);
          g_assert_cmpstr (one->id, ==, "7");
          g_assert_cmpstr (one->revision, ==, "3");
          g_assert_false (one->enabled);
        }
    }
}

#define ADD(path, func) g_test_add ("/policy-plan/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("create", test_create);
  ADD ("update-and-delete", test_update_and_delete);
  ADD ("foreign", test_foreign);
  ADD ("spelling", test_spelling);
  ADD ("behind", test_behind);
  ADD ("merge", test_merge);
  ADD ("conflict", test_conflict);
  ADD ("there-and-not-there", test_there_and_not_there);
  ADD ("unreadable", test_unreadable);
  ADD ("lists", test_lists);
  ADD ("take-foreign", test_take_foreign);
  ADD ("back-after-others", test_back_after_others);
  g_test_add_func ("/policy-plan/laws", test_laws);
  g_test_add_func ("/policy-plan/answers", test_answers);
  return g_test_run ();
}
