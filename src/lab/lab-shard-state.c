/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab-shard"
#include "config.h"

#include "lab-shard.h"

#include <string.h>

#include "lab-json.h"

static const char *const modes[] = { "checkpoint_only", "checkpoint_and_dedupe", "full_reset" };

void
lab_shard_state_clear (LabShardState *state)
{
  g_free (state->owner);
  g_free (state->drained_by);
  memset (state, 0, sizeof *state);
}

void
lab_shard_state_copy (LabShardState *to, const LabShardState *from)
{
  *to = *from;
  to->owner = g_strdup (from->owner);
  to->drained_by = g_strdup (from->drained_by);
}

static gboolean
read_number (JsonObject *object, const char *name, guint64 *value)
{
  gint64 number = lab_json_get_int (object, name, -1);

  *value = (guint64) MAX (number, 0);
  return number >= 0;
}

gboolean
lab_shard_state_read (LabShardState *state, const char *text, gsize length)
{
  g_autoptr (JsonNode) root = lab_json_parse (text, length, NULL);
  JsonObject *object;
  const char *sum;

  memset (state, 0, sizeof *state);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return FALSE;
  object = json_node_get_object (root);
  sum = lab_json_get_string (object, "checksum", NULL);
  if (!read_number (object, "seq", &state->seq) || !read_number (object, "count", &state->count) ||
      !read_number (object, "epoch", &state->epoch) || sum == NULL || !g_ascii_string_to_unsigned (sum, 16, 0, G_MAXUINT64, &state->sum, NULL))
    return FALSE;
  if (!read_number (object, "done", &state->done))
    state->done = state->seq;
  state->owner = g_strdup (lab_json_get_string (object, "owner", NULL));
  state->drained_by = g_strdup (lab_json_get_string (object, "drained_by", NULL));
  return TRUE;
}

char *
lab_shard_state_write (const LabShardState *state)
{
  g_autoptr (GString) out = g_string_new (NULL);
  char sum[17];

  g_snprintf (sum, sizeof sum, "%016" G_GINT64_MODIFIER "x", state->sum);
  lab_json_begin (out, NULL, '{');
  lab_json_int (out, "seq", (gint64) state->seq);
  lab_json_int (out, "count", (gint64) state->count);
  lab_json_string (out, "checksum", sum);
  lab_json_string (out, "owner", state->owner);
  lab_json_int (out, "epoch", (gint64) state->epoch);
  if (state->done != state->seq)
    lab_json_int (out, "done", (gint64) state->done);
  if (state->drained_by != NULL)
    lab_json_string (out, "drained_by", state->drained_by);
  lab_json_end (out, '}');
  return g_strdup (out->str);
}

guint64
lab_shard_digest (const char *payload, gsize length)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 bytes[32];
  gsize n = sizeof bytes;
  guint64 digest = 0;

  g_checksum_update (checksum, (const guchar *) payload, (gssize) length);
  g_checksum_get_digest (checksum, bytes, &n);
  for (guint i = 0; i < 8; i++)
    digest = digest << 8 | bytes[i];
  return digest;
}

gboolean
lab_shard_state_apply (LabShardState *state, guint64 seq, const char *payload, gsize length)
{
  if (seq <= state->seq)
    return FALSE;
  state->seq = seq;
  if (seq <= state->done)
    return FALSE;
  state->done = seq;
  state->count++;
  state->sum += lab_shard_digest (payload, length);
  return TRUE;
}

void
lab_shard_state_replay (LabShardState *state, LabReplay mode)
{
  state->seq = 0;
  if (mode == LAB_REPLAY_CHECKPOINT)
    return;
  state->done = 0;
  if (mode == LAB_REPLAY_FULL)
    state->count = state->sum = 0;
}

gboolean
lab_replay_parse (const char *text, LabReplay *mode)
{
  for (guint i = 0; text != NULL && i < G_N_ELEMENTS (modes); i++)
    if (g_str_equal (text, modes[i]))
      {
        *mode = i;
        return TRUE;
      }
  return FALSE;
}
