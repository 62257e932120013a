/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clients race to place tenants by compare-and-set, in both encodings, on a real nats-server. Every revision that the bucket then has
 * is one that somebody was told he wrote, and says of every tenant what those who wrote before him said: no update is lost, and each
 * loser was told. soak-race [--edits N] [--seed N] [--peer COMMAND]: one JSON line for each encoding. */
#include "config.h"

#include <string.h>
#include <nats/nats.h>

#include "driver-fixture.h"
#include "nats-fixture.h"
#include "qd-json.h"
#include "qd-placement.h"

#define N_TENANTS 6
#define N_SHARDS 5
#define PATIENCE 120

static int n_edits = 1000, seed = 1;
static char *peer_command;

typedef struct { QdPlacementKind kind; const char *bucket, *key, *name; } Encoding;

static const Encoding encodings[] = {
  { QD_PLACEMENT_AGGREGATE, "AGGREGATE_PLACEMENT", "aggregate_placement", "object" },
  { QD_PLACEMENT_RUNNER, "RUNNER_PLACEMENT", NULL, "keys" },
};

/* What one client was told that he wrote. */
typedef struct { guint64 revision; GPtrArray *changes; } Told;

typedef struct {
  const Encoding *encoding;
  QdHub *hub;
  char *id;
  GRand *random;
  QdPlacementMap *map;       /* as he sees it */
  GPtrArray *wanted;         /* what he is at; or NULL */
  int left;
  guint lost, merged;
  GArray *told;              /* Told, of all clients; borrowed */
  guint *running;
} Racer;

static void
told_clear (gpointer data)
{
  g_ptr_array_unref (((Told *) data)->changes);
}

/* --- The server ------------------------------------------------------------------------------------------ */

/* A bucket is a stream of that name; one of ours keeps every revision, to be looked at afterwards. */
static void
make_bucket (jsCtx *js, const Encoding *encoding)
{
  g_autofree char *name = g_strconcat ("KV_", encoding->bucket, NULL);
  g_autofree char *subject = g_strdup_printf ("$KV.%s.>", encoding->bucket);
  const char *subjects = subject;
  jsStreamConfig config;

  jsStreamConfig_Init (&config);
  config.Name = name;
  config.Subjects = &subjects;
  config.SubjectsLen = 1;
  config.AllowRollup = true;
  config.DenyDelete = true;
  config.AllowDirect = true;
  config.Discard = js_DiscardNew;
  g_assert_cmpint (js_AddStream (NULL, js, &config, NULL, NULL), ==, NATS_OK);
}

static void
furnish (TestNats *server)
{
  natsConnection *nc = NULL;
  jsCtx *js = NULL;

  g_assert_cmpint (natsConnection_ConnectTo (&nc, server->url), ==, NATS_OK);
  g_assert_cmpint (natsConnection_JetStream (&js, nc, NULL), ==, NATS_OK);
  for (guint i = 0; i < G_N_ELEMENTS (encodings); i++)
    make_bucket (js, &encodings[i]);
  jsCtx_Destroy (js);
  natsConnection_Destroy (nc);
}

/* --- A client -------------------------------------------------------------------------------------------- */

static void next_edit (Racer *self);

static GPtrArray *
choose (Racer *self)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_placement_change_free);
  int n = self->encoding->key ? g_rand_int_range (self->random, 1, 4) : 1;
  int first = g_rand_int_range (self->random, 0, N_TENANTS);

  for (int i = 0; i < n; i++)
    {
      g_autofree char *tenant = g_strdup_printf ("tenant-%d", (first + i) % N_TENANTS);
      g_autofree char *shard =
        g_rand_int_range (self->random, 0, 5) ? g_strdup_printf ("shard-%d", g_rand_int_range (self->random, 0, N_SHARDS)) : NULL;

      g_ptr_array_add (changes, qd_placement_change_new (tenant, shard));
    }
  return changes;
}

/* Each loser is told what is there now, and that is not what he saw. */
static void
take_loss (Racer *self, QdPlacementEdit *edit)
{
  GPtrArray *rest;

  self->lost++;
  g_assert_nonnull (edit);
  g_assert_nonnull (edit->rows);
  g_assert_cmpuint (edit->n_written, ==, 0);
  rest = qd_placement_merge_get_changes (edit->rows, TRUE);
  self->merged += qd_placement_merge_count (edit->rows, QD_PLACEMENT_MERGE_CONFLICT) == 0;
  g_clear_pointer (&self->wanted, g_ptr_array_unref);
  if (rest->len > 0)
    self->wanted = rest;
  else
    g_ptr_array_unref (rest);      /* they did the very same */
  qd_placement_map_unref (self->map);
  self->map = qd_placement_map_ref (edit->now);
}

static void
take_win (Racer *self, QdPlacementEdit *edit)
{
  Told told = { edit->revision, g_ptr_array_ref (edit->changes) };

  g_assert_cmpuint (edit->n_written, ==, edit->n_writes);
  if (edit->n_writes > 0)
    {
      g_array_append_val (self->told, told);
      self->left--;
    }
  else
    g_ptr_array_unref (told.changes);
  qd_placement_map_unref (self->map);
  self->map = qd_placement_map_ref (edit->now);
  g_clear_pointer (&self->wanted, g_ptr_array_unref);
}

static void
edited_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Racer *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (QdPlacementEdit) edit = qd_placement_edit_finish (QD_HUB (source), result, &error);

  if (g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT))
    take_loss (self, edit);
  else
    {
      g_assert_no_error (error);
      take_win (self, edit);
    }
  next_edit (self);
}

static void
next_edit (Racer *self)
{
  g_autofree char *job = NULL;

  if (self->left <= 0)
    {
      --*self->running;
      return;
    }
  if (self->wanted == NULL)
    self->wanted = choose (self);
  job = qd_placement_edit_async (self->hub, self->id, self->map, self->wanted, "a race", NULL, edited_cb, self);
}

static gboolean
is_live (QdHub *hub, const char *id)
{
  QdEntity *entity = qd_fleet_lookup (qd_hub_get_fleet (hub), id, QD_KIND_CONNECTION, id);

  return entity && g_strcmp0 (qd_entity_get_string (entity, QD_CONNECTION_STATE), "live") == 0;
}

typedef struct { GAsyncResult *result; } Waiting;

static void
came_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Waiting *) data)->result = g_object_ref (result);
}

static QdPlacementMap *
read_map (QdHub *hub, const char *id, const Encoding *encoding)
{
  Waiting waiting = { NULL };
  g_autoptr (GError) error = NULL;
  QdPlacementMap *map;

  qd_placement_read_async (hub, id, encoding->kind, encoding->bucket, NULL, came_cb, &waiting);
  test_until (waiting.result != NULL, PATIENCE);
  map = qd_placement_read_finish (hub, waiting.result, &error);
  g_assert_no_error (error);
  g_object_unref (waiting.result);
  return map;
}

static void
racer_init (Racer *self, const char *url, const Encoding *encoding, int nth, GArray *told, guint *running)
{
  g_autofree char *id = g_strdup_printf ("racer-%d", nth);
  g_autoptr (QdEndpoint) endpoint = qd_endpoint_new (id, id, "nats", url);
  g_autoptr (GError) error = NULL;

  *self = (Racer) { .encoding = encoding, .id = g_steal_pointer (&id), .told = told, .running = running };
  self->hub = qd_hub_new (NULL);
  self->random = g_rand_new_with_seed ((guint32) (seed * 10 + nth));
  self->left = n_edits / 2;
  g_assert_true (qd_hub_add (self->hub, endpoint, FALSE, &error));
  test_until (is_live (self->hub, self->id), PATIENCE);
  self->map = read_map (self->hub, self->id, encoding);
}

static void
racer_clear (Racer *self)
{
  qd_hub_stop (self->hub);
  test_spin (50);
  g_clear_object (&self->hub);
  g_rand_free (self->random);
  qd_placement_map_unref (self->map);
  g_clear_pointer (&self->wanted, g_ptr_array_unref);
  g_free (self->id);
}

/* --- The other client ------------------------------------------------------------------------------------ */

/* It takes a moment to begin, and the race is to be one with it. */
static void
await_line (GInputStream *stream)
{
  g_autoptr (GError) error = NULL;
  char c = 0;

  while (c != '\n')
    if (g_input_stream_read (stream, &c, 1, NULL, &error) != 1)
      g_error ("the other client did not begin: %s", error ? error->message : "it ended");
}

/* An independent client of NATS takes part, and tells on its standard output what it wrote. */
static GSubprocess *
start_peer (const char *url, const Encoding *encoding)
{
  g_auto (GStrv) command = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *edits = g_strdup_printf ("%d", n_edits / 2), *number = g_strdup_printf ("%d", seed);
  GSubprocess *process;

  g_assert_true (g_shell_parse_argv (peer_command, NULL, &command, &error));
  g_strv_builder_addv (builder, (const char **) command);
  g_strv_builder_add_many (builder, url, encoding->bucket, encoding->key ? encoding->key : "-", edits, number, NULL);
  g_strfreev (command);
  command = g_strv_builder_end (builder);
  process = g_subprocess_newv ((const char *const *) command, G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  await_line (g_subprocess_get_stdout_pipe (process));
  return process;
}

static void
take_peers_line (JsonObject *object, GArray *told)
{
  JsonObject *changes = qd_json_get_object (object, "changes");
  g_autoptr (GList) names = json_object_get_members (changes);
  Told one = { 0, g_ptr_array_new_with_free_func ((GDestroyNotify) qd_placement_change_free) };
  gint64 revision = 0;

  g_assert_true (qd_json_get_int (object, "revision", &revision));
  one.revision = (guint64) revision;
  for (GList *l = names; l; l = l->next)
    g_ptr_array_add (one.changes, qd_placement_change_new (l->data, qd_json_get_string (changes, l->data, NULL)));
  g_array_append_val (told, one);
}

/* What it says it sees at the end is what we see. */
static void
compare_with_peer (JsonObject *seen, QdPlacementMap *map)
{
  g_assert_cmpuint (json_object_get_size (seen), ==, qd_placement_map_get_length (map));
  for (guint i = 0; i < qd_placement_map_get_length (map); i++)
    {
      const QdPlacement *place = qd_placement_map_get_nth (map, i);

      g_assert_cmpstr (qd_json_get_string (seen, place->tenant, NULL), ==, place->shard);
    }
}

/* --- Afterwards ------------------------------------------------------------------------------------------- */

static int
compare_told (gconstpointer a, gconstpointer b)
{
  const Told *x = a, *y = b;

  return x->revision < y->revision ? -1 : x->revision > y->revision;
}

/* Every revision that the bucket has, oldest first. */
static JsonNode *
read_stream (Racer *racer)
{
  g_autoptr (JsonObject) args = json_object_new ();
  g_autofree char *stream = g_strconcat ("KV_", racer->encoding->bucket, NULL);
  Waiting waiting = { NULL };
  g_autoptr (GError) error = NULL;
  JsonNode *answer;

  json_object_set_string_member (args, "stream", stream);
  json_object_set_string_member (args, "subject", "$KV.>");
  json_object_set_string_member (args, "limit", "10000");
  qd_driver_command_async (qd_hub_get_driver (racer->hub, racer->id), "stream.read", args, NULL, came_cb, &waiting);
  test_until (waiting.result != NULL, PATIENCE);
  answer = qd_driver_command_finish (qd_hub_get_driver (racer->hub, racer->id), waiting.result, &error);
  g_assert_no_error (error);
  g_object_unref (waiting.result);
  return answer;
}

/* What one message says, plainly: @placed becomes it. */
static void
put_message (JsonObject *item, const Encoding *encoding, GHashTable *placed)
{
  const char *payload = qd_json_get_string (item, "payload", "");
  const char *tenant = strrchr (qd_json_get_string (item, "subject", ""), '.') + 1;
  g_autoptr (JsonNode) node = NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (encoding->key == NULL)
    {
      if (*payload)
        g_hash_table_insert (placed, g_strdup (tenant), g_strdup (payload));
      else
        g_hash_table_remove (placed, tenant);
      return;
    }
  g_hash_table_remove_all (placed);
  node = json_from_string (payload, NULL);
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &name, &value))
    g_hash_table_insert (placed, g_strdup (name), json_node_dup_string (value));
}

static void
assert_same (GHashTable *a, GHashTable *b, guint64 revision)
{
  GHashTableIter iter;
  gpointer key, value;

  if (g_hash_table_size (a) != g_hash_table_size (b))
    g_error ("revision %" G_GUINT64_FORMAT ": %u tenants, and should be %u", revision, g_hash_table_size (a), g_hash_table_size (b));
  g_hash_table_iter_init (&iter, a);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (g_strcmp0 (value, g_hash_table_lookup (b, key)) != 0)
      g_error ("revision %" G_GUINT64_FORMAT ": %s is on %s, and should be on %s", revision, (char *) key, (char *) value,
               (char *) g_hash_table_lookup (b, key));
}

/* Each revision is what all that was told of up to it makes of nothing. */
static void
replay (Racer *racer, GArray *told)
{
  g_autoptr (JsonNode) answer = read_stream (racer);
  JsonArray *items = qd_json_get_array (qd_json_object (answer), "items");
  g_autoptr (GHashTable) wanted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) there = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  g_array_sort (told, compare_told);
  g_assert_cmpuint (json_array_get_length (items), ==, told->len);
  for (guint i = 0; i < told->len; i++)
    {
      const Told *one = &g_array_index (told, Told, i);
      JsonObject *item = json_array_get_object_element (items, i);
      gint64 seq = 0;

      qd_json_get_int (item, "seq", &seq);
      g_assert_cmpuint (one->revision, ==, (guint64) seq);
      for (guint c = 0; c < one->changes->len; c++)
        {
          QdPlacementChange *change = g_ptr_array_index (one->changes, c);

          if (change->shard)
            g_hash_table_insert (wanted, g_strdup (change->tenant), g_strdup (change->shard));
          else
            g_hash_table_remove (wanted, change->tenant);
        }
      put_message (item, racer->encoding, there);
      assert_same (there, wanted, one->revision);
    }
}

/* --- One race ---------------------------------------------------------------------------------------------- */

static void
read_peer (GSubprocess *peer, Racer *racer, GArray *told, guint *peer_edits, guint *peer_lost)
{
  Waiting waiting = { NULL };
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (QdPlacementMap) map = NULL;
  gboolean compared = FALSE;

  g_subprocess_communicate_utf8_async (peer, NULL, NULL, came_cb, &waiting);
  test_until (waiting.result != NULL, PATIENCE);
  g_subprocess_communicate_utf8_finish (peer, waiting.result, &text, NULL, &error);
  g_object_unref (waiting.result);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (peer));
  map = read_map (racer->hub, racer->id, racer->encoding);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] && *lines[i]; i++)
    {
      g_autoptr (JsonNode) node = json_from_string (lines[i], NULL);
      JsonObject *object = qd_json_object (node);
      JsonObject *seen = qd_json_get_object (object, "seen");

      if (seen)
        {
          compare_with_peer (seen, map);
          compared = TRUE;
        }
      else if (qd_json_get_bool (object, "lost", FALSE))
        ++*peer_lost;
      else
        {
          take_peers_line (object, told);
          ++*peer_edits;
        }
    }
  g_assert_true (compared);
}

static void
race (TestNats *server, const Encoding *encoding)
{
  g_autoptr (GArray) told = g_array_new (FALSE, FALSE, sizeof (Told));
  g_autoptr (GSubprocess) peer = NULL;
  guint running = 2, peer_edits = 0, peer_lost = 0;
  Racer racers[2];

  g_array_set_clear_func (told, told_clear);
  for (int i = 0; i < 2; i++)
    racer_init (&racers[i], server->url, encoding, i, told, &running);
  if (peer_command)
    peer = start_peer (server->url, encoding);
  for (int i = 0; i < 2; i++)
    next_edit (&racers[i]);
  test_until (running == 0, PATIENCE + n_edits);
  if (peer)
    read_peer (peer, &racers[0], told, &peer_edits, &peer_lost);
  replay (&racers[0], told);
  g_assert_cmpuint (told->len, ==, (guint) (n_edits / 2 * 2) + peer_edits);
  /* Without any loser it was no race. */
  g_assert_cmpuint (racers[0].lost + racers[1].lost, >, 0);
  g_print ("{\"ok\":true,\"encoding\":\"%s\",\"seed\":%d,\"edits\":%u,\"lost\":%u,\"merged\":%u,\"peer_edits\":%u,\"peer_lost\":%u}\n",
           encoding->name, seed, told->len - peer_edits, racers[0].lost + racers[1].lost, racers[0].merged + racers[1].merged, peer_edits,
           peer_lost);
  for (int i = 0; i < 2; i++)
    racer_clear (&racers[i]);
}

int
main (int argc, char **argv)
{
  const GOptionEntry entries[] = {
    { "edits", 0, 0, G_OPTION_ARG_INT, &n_edits, "How many, of each encoding", "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT, &seed, "Of the choices", "N" },
    { "peer", 0, 0, G_OPTION_ARG_STRING, &peer_command, "Another client that takes part", "COMMAND" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *program = g_find_program_in_path ("nats-server");

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_error ("%s", error->message);
  if (program == NULL)
    {
      g_print ("nats-server is not installed\n");
      return 77;
    }
  for (guint i = 0; i < G_N_ELEMENTS (encodings); i++)
    {
      TestNats *server = test_nats_new ("");

      furnish (server);
      race (server, &encodings[i]);
      test_nats_free (server);
    }
  return 0;
}
