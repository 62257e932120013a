/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kills the lab or its nats-server at random moments, and looks whether a client without a window
 * recovers by itself to what the server's lists say. One JSON line for each round. */
#include "config.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

#include "driver-fixture.h"
#include "qd-hub.h"
#include "qd-json.h"

/* A stream that broke again and again is tried again after 15 s at most, and then signs in anew. */
#define RECOVER_S 45
#define MOVING "300"

typedef struct {
  TestLab *lab;
  QdHub *hub;
  GRand *rand;
  gboolean moving;           /* the lab's metrics flow */
  GAsyncResult *job;         /* what became of the job that was under way, once it has ended */
  gboolean job_running;
  guint n_ended;             /* labs that ended though nobody here killed them, in this round */
  char *detail;              /* what was last not as it should be */
} Soak;

/* --- Killing --------------------------------------------------------------------------------- */

/* The lab's own nats-server: the child of its that is called so. 0 when it is down just now. */
static pid_t
find_nats (TestLab *lab)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  int parent = atoi (g_subprocess_get_identifier (lab->process));
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename ("/proc", name, "stat", NULL), *text = NULL;
      const char *rest;
      int ppid;

      if (!g_ascii_isdigit (*name) || !g_file_get_contents (path, &text, NULL, NULL) || !strstr (text, "(nats-server"))
        continue;
      rest = strrchr (text, ')');
      if (rest && sscanf (rest + 1, " %*c %d", &ppid) == 1 && ppid == parent)
        return atoi (name);
    }
  return 0;
}

static void
set_rate (TestLab *lab, const char *rate)
{
  for (guint i = 0; i + 1 < lab->args->len; i++)
    if (g_str_equal (g_ptr_array_index (lab->args, i), "--rate"))
      {
        g_free (lab->args->pdata[i + 1]);
        lab->args->pdata[i + 1] = g_strdup (rate);
      }
}

/* --- Comparing ------------------------------------------------------------------------------- */

static gboolean
differ (Soak *soak, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_free (soak->detail);
  soak->detail = g_strdup_vprintf (format, args);
  va_end (args);
  return FALSE;
}

static QdEntity *
find (Soak *soak, QdKind kind, const char *id)
{
  return qd_fleet_lookup (qd_hub_get_fleet (soak->hub), "lab", kind, id);
}

static guint
count (Soak *soak, QdKind kind)
{
  QdEntityList *list = qd_fleet_get_list (qd_hub_get_fleet (soak->hub), kind);
  guint n = 0;

  for (guint i = 0; i < qd_entity_list_get_length (list); i++)
    n += g_str_equal (qd_entity_get_connection (qd_entity_list_peek (list, i)), "lab");
  return n;
}

static gboolean
same_text (Soak *soak, QdEntity *entity, guint field, JsonObject *theirs, const char *member)
{
  g_autofree char *text = qd_json_dup_id (theirs, member);
  const char *ours = qd_entity_get_string (entity, field);

  if (g_strcmp0 (ours, text) == 0)
    return TRUE;
  return differ (soak, "%s %s: %s is %s here and %s there", qd_entity_get_schema (entity)->id, qd_entity_get_id (entity),
                 member, ours ? ours : "absent", text ? text : "absent");
}

static gboolean
same_number (Soak *soak, QdEntity *entity, guint field, JsonObject *theirs, const char *member)
{
  double ours = NAN, number = NAN;

  qd_entity_get_double (entity, field, &ours);
  if (theirs)
    qd_json_get_number (theirs, member, &number);
  if ((isnan (ours) && isnan (number)) || fabs (ours - number) < 1e-6)
    return TRUE;
  return differ (soak, "%s %s: %s is %g here and %g there", qd_entity_get_schema (entity)->id, qd_entity_get_id (entity),
                 member, ours, number);
}

static gboolean
same_site (Soak *soak, QdEntity *ours, JsonObject *theirs)
{
  return same_text (soak, ours, QD_FIELD_NAME, theirs, "name") && same_text (soak, ours, QD_FIELD_STATUS_TEXT, theirs, "status") &&
         same_text (soak, ours, QD_SITE_KIND, theirs, "kind") && same_text (soak, ours, QD_FIELD_REVISION, theirs, "revision");
}

static gboolean
same_path (Soak *soak, QdEntity *ours, JsonObject *theirs)
{
  JsonObject *metrics = qd_json_get_object (theirs, "metrics");
  gint64 here = -1, there = -1;

  if (!same_text (soak, ours, QD_PATH_SRC, theirs, "src_site") || !same_text (soak, ours, QD_PATH_DST, theirs, "dst_site") ||
      !same_text (soak, ours, QD_FIELD_STATUS_TEXT, theirs, "status"))
    return FALSE;
  if (!soak->moving)
    return same_number (soak, ours, QD_PATH_METRIC_SEQ, theirs, "metric_seq") &&
           same_number (soak, ours, QD_PATH_LATENCY_MS, metrics, "latency_ms") &&
           same_number (soak, ours, QD_PATH_LOSS_PCT, metrics, "packet_loss_pct") &&
           same_number (soak, ours, QD_PATH_BANDWIDTH_MBPS, metrics, "bandwidth_mbps");
  /* While they move, ours has to be as far as theirs was when it was asked. */
  qd_entity_get_int (ours, QD_PATH_METRIC_SEQ, &here);
  if (!qd_json_get_int (theirs, "metric_seq", &there) || here >= there)
    return TRUE;
  return differ (soak, "path %s: metric_seq is %" G_GINT64_FORMAT " here and was %" G_GINT64_FORMAT " there",
                 qd_entity_get_id (ours), here, there);
}

static gboolean
same_node (Soak *soak, QdEntity *ours, JsonObject *theirs)
{
  return same_text (soak, ours, QD_FIELD_NAME, theirs, "name");
}

static gboolean
same_job (Soak *soak, QdEntity *ours, JsonObject *theirs)
{
  return same_text (soak, ours, QD_JOB_STATE, theirs, "state");
}

typedef struct {
  QdKind kind;
  const char *path;
  gboolean (*same) (Soak *, QdEntity *, JsonObject *);
} List;

static const List lists[] = {
  { QD_KIND_SITE, "/api/v1/sites", same_site },
  { QD_KIND_PATH, "/api/v1/paths", same_path },
  { QD_KIND_NODE, "/api/v1/nodes", same_node },
  { QD_KIND_JOB, "/admin/v1/jobs", same_job },
};

static gboolean
same_list (Soak *soak, const List *list)
{
  g_autoptr (GHashTable) theirs = test_lab_list (soak->lab, list->path);
  GHashTableIter iter;
  gpointer id, object;

  if (g_hash_table_size (theirs) != count (soak, list->kind))
    return differ (soak, "%s: %u here, %u there", list->path, count (soak, list->kind), g_hash_table_size (theirs));
  g_hash_table_iter_init (&iter, theirs);
  while (g_hash_table_iter_next (&iter, &id, &object))
    {
      QdEntity *ours = find (soak, list->kind, id);

      if (ours == NULL)
        return differ (soak, "%s: %s is not here", list->path, (char *) id);
      if (!list->same (soak, ours, object))
        return FALSE;
    }
  return TRUE;
}

/* From the first event that we have to the last that the server had when it was asked, none is missing. */
static gboolean
same_events (Soak *soak)
{
  g_autoptr (JsonNode) node = test_lab_request (soak->lab, "GET", "/health", NULL);
  QdEntityList *list = qd_fleet_get_list (qd_hub_get_fleet (soak->hub), QD_KIND_EVENT);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_direct_hash, g_direct_equal);
  gint64 last = 0, first = G_MAXINT64;

  qd_json_get_int (qd_json_object (node), "seq", &last);
  for (guint i = 0; i < qd_entity_list_get_length (list); i++)
    {
      QdEntity *event = qd_entity_list_peek (list, i);
      gint64 seq;

      if (!g_str_equal (qd_entity_get_connection (event), "lab") || !qd_entity_get_int (event, QD_EVENT_SEQ, &seq))
        continue;
      if (!g_hash_table_add (seen, GSIZE_TO_POINTER (seq)))
        return differ (soak, "event %" G_GINT64_FORMAT " is here twice", seq);
      first = MIN (first, seq);
    }
  for (gint64 seq = first; seq <= last; seq++)
    if (!g_hash_table_contains (seen, GSIZE_TO_POINTER (seq)))
      return differ (soak, "event %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " is missing", seq, last);
  return last == 0 || first <= last || differ (soak, "no event is here, %" G_GINT64_FORMAT " there", last);
}

static gboolean
is_live (Soak *soak, const char *connection)
{
  QdEntity *entity = qd_fleet_lookup (qd_hub_get_fleet (soak->hub), connection, QD_KIND_CONNECTION, connection);
  const char *state = entity ? qd_entity_get_string (entity, QD_CONNECTION_STATE) : "absent";

  return g_strcmp0 (state, "live") == 0 ||
         differ (soak, "connection %s is %s: %s", connection, state,
                 entity ? qd_entity_get_string (entity, QD_CONNECTION_DETAIL) : "");
}

/* Somebody else may have ended the lab: it is started again, counted and said, and the client has to
 * recover from that too. */
static gboolean
lab_lives (Soak *soak)
{
  if (g_subprocess_get_identifier (soak->lab->process))
    return TRUE;
  soak->n_ended++;
  test_lab_kill (soak->lab);
  test_lab_start (soak->lab);
  return differ (soak, "the lab had ended, and not by our hand");
}

static gboolean
is_same (Soak *soak)
{
  if (!lab_lives (soak) || !is_live (soak, "lab") || !is_live (soak, "lab-nats"))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    if (!same_list (soak, &lists[i]))
      return FALSE;
  if (!same_events (soak))
    return FALSE;
  return !soak->job_running || differ (soak, "the job that was under way has not ended");
}

/* Looks until it is the same, or the patience ends. */
static gboolean
recovers (Soak *soak)
{
  gint64 until = g_get_monotonic_time () + RECOVER_S * G_USEC_PER_SEC;

  while (!is_same (soak))
    {
      if (g_get_monotonic_time () > until)
        return FALSE;
      test_spin (100);
    }
  return TRUE;
}

/* --- Rounds ---------------------------------------------------------------------------------- */

static void
job_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Soak *soak = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = qd_hub_run_finish (QD_HUB (source), result, &error);

  /* Whether it succeeds is the lab's affair: it was killed. That it ends is ours. */
  soak->job_running = FALSE;
}

static void
begin_job (Soak *soak)
{
  QdEntityList *paths = qd_fleet_get_list (qd_hub_get_fleet (soak->hub), QD_KIND_PATH);
  guint n = qd_entity_list_get_length (paths);
  g_autoptr (JsonObject) args = json_object_new ();
  g_autofree char *id = NULL;

  if (n == 0)
    return;
  json_object_set_string_member (args, "id", qd_entity_get_id (qd_entity_list_peek (paths, g_rand_int_range (soak->rand, 0, n))));
  soak->job_running = TRUE;
  id = qd_hub_run (soak->hub, "lab", "path.test", args, NULL, NULL, NULL, job_cb, soak);
}

static void
kill_lab (Soak *soak)
{
  test_lab_kill (soak->lab);
  test_spin (g_rand_int_range (soak->rand, 0, 800));
  soak->moving = g_rand_boolean (soak->rand);
  set_rate (soak->lab, soak->moving ? MOVING : "0");
  test_lab_start (soak->lab);
}

/* A connection that only looks alive would look recovered at once. */
static void
kill_nats (Soak *soak, pid_t pid)
{
  gint64 until = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;

  kill (pid, SIGKILL);
  while (is_live (soak, "lab-nats") && g_get_monotonic_time () < until)
    test_spin (10);
}

static gboolean
run_round (Soak *soak, guint round)
{
  gboolean nats = g_rand_int_range (soak->rand, 0, 10) < 4, well;
  gint64 begun;
  pid_t pid = 0;

  /* Now and then before it has settled from the round before. */
  test_spin (g_rand_int_range (soak->rand, 0, g_rand_int_range (soak->rand, 0, 5) ? 1200 : 60));
  if (g_rand_boolean (soak->rand))
    begin_job (soak);
  test_spin (g_rand_int_range (soak->rand, 0, 300));
  if (nats && lab_lives (soak))
    pid = find_nats (soak->lab);
  begun = g_get_monotonic_time ();
  if (pid > 0)
    kill_nats (soak, pid);
  else
    kill_lab (soak);
  g_clear_pointer (&soak->detail, g_free);
  soak->n_ended = 0;
  well = recovers (soak);
  g_autofree char *detail = g_strescape (soak->detail ? soak->detail : "", NULL);
  printf ("{\"round\":%u,\"killed\":\"%s\",\"moving\":%s,\"lab_ended\":%u,\"ok\":%s,\"recovered_ms\":%" G_GINT64_FORMAT ",\"last\":\"%s\"}\n",
          round, pid > 0 ? "nats" : "lab", soak->moving ? "true" : "false", soak->n_ended, well ? "true" : "false",
          (g_get_monotonic_time () - begun) / 1000, detail);
  fflush (stdout);
  return well;
}

static void
add (Soak *soak, const char *driver)
{
  g_autoptr (QdEndpoint) endpoint = test_lab_endpoint (soak->lab, driver, "admin");
  g_autoptr (GError) error = NULL;

  if (g_str_equal (driver, "nats"))
    g_set_str (&endpoint->feeds, "lab");
  if (!qd_hub_add (soak->hub, endpoint, FALSE, &error))
    g_error ("%s", error->message);
}

int
main (int argc, char **argv)
{
  int rounds = 10, seed = 1, failures = 0;
  const GOptionEntry entries[] = {
    { "rounds", 0, 0, G_OPTION_ARG_INT, &rounds, "How many kills", "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT, &seed, "Same seed, same moments", "N" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  Soak soak = { 0 };

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("soak-recover: %s\n", error->message);
      return 2;
    }
  soak.lab = test_lab_new ("--sites 40 --paths 160 --flows 400 --rate " MOVING);
  if (soak.lab == NULL)
    {
      g_printerr ("soak-recover: quarterdeck-lab is not built\n");
      return 77;
    }
  soak.moving = TRUE;
  soak.rand = g_rand_new_with_seed (seed);
  soak.hub = qd_hub_new (NULL);
  add (&soak, "node-api");
  add (&soak, "nats");
  if (!recovers (&soak))
    {
      g_printerr ("soak-recover: it is not the same before anything was killed: %s\n", soak.detail);
      return 1;
    }
  for (int round = 0; round < rounds; round++)
    failures += !run_round (&soak, round);
  qd_hub_stop (soak.hub);
  test_spin (50);
  g_clear_object (&soak.hub);
  test_lab_free (soak.lab);
  g_rand_free (soak.rand);
  g_free (soak.detail);
  return failures > 0;
}
