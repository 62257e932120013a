/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl-placement.h"

#include <glib/gi18n.h>

#include "qd-json.h"
#include "qd-placement-roll.h"

/* Where shards tell of themselves. */
#define SHARDS_BUCKET "SHARDS"

typedef struct {
  QdctlSession *session;
  JsonNode *answer;
  GError *error;
} Outcome;

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Outcome *self = data;

  self->answer = qd_hub_run_finish (QD_HUB (source), result, &self->error);
  g_main_loop_quit (self->session->loop);
}

static void
add_shards (QdPlacementRoll *roll, JsonNode *answer)
{
  JsonArray *items = qd_json_list (answer, "items");

  for (guint i = 0; items != NULL && i < json_array_get_length (items); i++)
    {
      JsonObject *entry = qd_json_object (json_array_get_element (items, i));
      const char *value = entry ? qd_json_get_string (entry, "value", NULL) : NULL, *key = entry ? qd_json_get_string (entry, "key", "") : "";
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) record = value ? qd_json_parse (value, -1, key, &error) : NULL;

      if (error)
        qdctl_complain (_("the record of the shard %s cannot be read: %s"), key, error->message);
      else if (qd_json_object (record))
        qd_placement_roll_add_record (roll, qd_json_object (record));
    }
}

/* NULL, after saying why, with the exit status. */
static QdPlacementRoll *
read_roll (QdctlSession *session, QdPlacementMap *map, QdExit *code)
{
  g_autoptr (QdPlacementRoll) roll = qd_placement_roll_new (qd_hub_get_fleet (session->hub), NULL, qd_placement_kind_get_name (qd_placement_map_get_kind (map)));
  g_autoptr (JsonObject) args = json_object_new ();
  Outcome outcome = { .session = session };
  g_autofree char *job = NULL;

  json_object_set_string_member (args, "bucket", SHARDS_BUCKET);
  job = qd_hub_run (session->hub, session->nats, "kv.all", args, NULL, NULL, NULL, answered_cb, &outcome);
  g_main_loop_run (session->loop);
  if (outcome.error)
    {
      *code = qdctl_complain_error (outcome.error);
      return NULL;
    }
  add_shards (roll, outcome.answer);
  json_node_unref (outcome.answer);
  for (guint i = 0; i < qd_placement_map_get_length (map); i++)
    qd_placement_roll_place (roll, qd_placement_map_get_nth (map, i)->tenant, qd_placement_map_get_nth (map, i)->shard);
  qd_placement_roll_finish (roll, qd_hub_get_fleet (session->hub), NULL);
  return g_steal_pointer (&roll);
}

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
print_json (const QdRebalance *plan)
{
  static const char *const causes[] = { "over", "emptying", "unsuited", "room" };
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "moves");
  json_builder_begin_array (builder);
  for (guint i = 0; i < plan->moves->len; i++)
    {
      const QdRebalanceMove *move = plan->moves->pdata[i];

      json_builder_begin_object (builder);
      add_string (builder, "tenant", move->tenant);
      add_string (builder, "from", move->from);
      add_string (builder, "to", move->to);
      add_string (builder, "cause", causes[move->cause]);
      add_string (builder, "why", move->why);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "blocks");
  json_builder_begin_array (builder);
  for (guint i = 0; i < plan->blocks->len; i++)
    {
      const QdRebalanceBlock *block = plan->blocks->pdata[i];

      json_builder_begin_object (builder);
      add_string (builder, "shard", block->shard);
      json_builder_set_member_name (builder, "tenants");
      json_builder_add_int_value (builder, block->n);
      add_string (builder, "why", block->why);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "at_least");
  json_builder_add_int_value (builder, plan->bound);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = qd_json_to_text (root, TRUE);
  qdctl_print (text);
  qdctl_print ("\n");
}

static void
print_line (const char *head, const char *why)
{
  g_autofree char *line = g_strdup_printf ("%s\n    %s\n", head, why);

  qdctl_print (line);
}

static void
print_text (const QdRebalance *plan)
{
  g_autofree char *sum = qd_rebalance_tell (plan), *line = g_strconcat (sum, "\n", NULL);

  qdctl_print (line);
  for (guint i = 0; i < plan->moves->len; i++)
    {
      const QdRebalanceMove *move = plan->moves->pdata[i];
      g_autofree char *head = g_strdup_printf ("%s: %s → %s", move->tenant, move->from, move->to);

      print_line (head, move->why);
    }
  for (guint i = 0; i < plan->blocks->len; i++)
    {
      const QdRebalanceBlock *block = plan->blocks->pdata[i];

      print_line (block->shard, block->why);
    }
}

QdExit
qdctl_placement_rebalance (QdctlSession *session, QdPlacementMap *map, gboolean json)
{
  QdExit code = QD_EXIT_NO;
  g_autoptr (QdPlacementRoll) roll = read_roll (session, map, &code);
  g_autoptr (QdRebalance) plan = NULL;

  if (roll == NULL)
    return code;
  plan = qd_placement_roll_plan (roll);
  if (json)
    print_json (plan);
  else
    print_text (plan);
  return plan->blocks->len > 0 ? QD_EXIT_NO : QD_EXIT_YES;
}
