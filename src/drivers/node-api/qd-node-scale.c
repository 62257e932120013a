/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be asked of shards, and whether changes are frozen. */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-node-command.h"

#include "qd-json.h"
#include "qd-json-copy.h"

#define SHARDS "/admin/v1/scale/shards"
#define FREEZE "/admin/v1/scale/freeze"

/* An argument of ours, and what it is called on the wire. */
typedef struct { const char *ours, *theirs; gboolean needed; } Argument;

static gboolean
act (QdNodeCommand *self, const char *tail, const Argument *arguments, JsonObject *args, GError **error)
{
  const char *value;

  if (!qd_node_command_set_target (self, "POST", SHARDS, tail, args, error))
    return FALSE;
  self->kind = QD_KIND_SHARD;
  qd_node_command_need_body (self);
  for (; arguments->ours; arguments++)
    {
      if (arguments->needed && !qd_driver_need_arg (args, arguments->ours, &value, error))
        return FALSE;
      if (json_object_has_member (args, arguments->ours))
        json_object_set_member (qd_node_command_need_body (self), arguments->theirs, qd_json_copy (json_object_get_member (args, arguments->ours)));
    }
  qd_node_command_add_common (self, args);
  return TRUE;
}

static gboolean
shard_drain (QdNodeCommand *self, JsonObject *args, GError **error)
{
  static const Argument arguments[] = { { "tenant", "tenant", FALSE }, { "wait_ms", "wait_ms", FALSE }, { NULL } };

  return act (self, "/drain", arguments, args, error);
}

static gboolean
shard_resume (QdNodeCommand *self, JsonObject *args, GError **error)
{
  static const Argument arguments[] = { { "tenant", "tenant", FALSE }, { NULL } };

  return act (self, "/resume", arguments, args, error);
}

static gboolean
shard_reload (QdNodeCommand *self, JsonObject *args, GError **error)
{
  static const Argument arguments[] = { { NULL } };

  return act (self, "/reload", arguments, args, error);
}

static gboolean
shard_warmup (QdNodeCommand *self, JsonObject *args, GError **error)
{
  static const Argument arguments[] = { { "tenant", "tenant", TRUE }, { NULL } };

  return act (self, "/warmup", arguments, args, error);
}

static gboolean
shard_replay (QdNodeCommand *self, JsonObject *args, GError **error)
{
  static const Argument arguments[] = { { "tenant", "tenant_id", TRUE }, { "saga", "saga_name", TRUE }, { "mode", "mode", TRUE }, { NULL } };

  return act (self, "/replay", arguments, args, error);
}

static gboolean
shard_rebuild (QdNodeCommand *self, JsonObject *args, GError **error)
{
  static const Argument arguments[] = { { "tenant", "tenant", TRUE }, { "view", "view_type", TRUE }, { NULL } };

  return act (self, "/rebuild", arguments, args, error);
}

static gboolean
shard_get (QdNodeCommand *self, JsonObject *args, GError **error)
{
  self->kind = QD_KIND_SHARD;
  return qd_node_command_set_target (self, "GET", SHARDS, "", args, error);
}

static gboolean
freeze_set (QdNodeCommand *self, JsonObject *args, GError **error)
{
  gboolean frozen;

  if (!qd_node_command_need_flag (args, "frozen", &frozen, error))
    return FALSE;
  self->method = g_strdup ("PUT");
  self->path = g_strdup (FREEZE);
  json_object_set_boolean_member (qd_node_command_need_body (self), "frozen", frozen);
  qd_node_command_add_common (self, args);
  return TRUE;
}

static gboolean
freeze_get (QdNodeCommand *self, JsonObject *args, GError **error)
{
  self->method = g_strdup ("GET");
  self->path = g_strdup (FREEZE);
  return TRUE;
}

/* --- Whether changes are frozen, kept with the connection ---------------------------------------------------- */

void
qd_node_freeze_take (QdNodeSession *self, JsonObject *object)
{
  QdDelta *delta = qd_outlet_connection_delta (self->outlet);
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autofree char *text = qd_json_get_bool (object, "frozen", FALSE) ? qd_json_to_text (node, FALSE) : NULL;

  self->freeze_known = TRUE;
  self->freeze_run++;
  qd_delta_set (delta, QD_CONNECTION_FREEZE, qd_value_json (text));
  qd_outlet_send (self->outlet, delta);
}

static void
freeze_cb (QdNodeSession *self, JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  JsonObject *object = error == NULL && node ? qd_json_object (node) : NULL;

  if (self->stopped || GPOINTER_TO_UINT (data) != self->freeze_run)
    return;
  if (object && json_object_has_member (object, "frozen"))
    qd_node_freeze_take (self, object);
  else if (error == NULL || qd_driver_is_not_offered (error, response) || (response && (response->status == 401 || response->status == 403)))
    /* Nobody tells us. Anything else is asked again with the next reading of the shards. */
    self->freeze_known = TRUE;
}

void
qd_node_freeze_read (QdNodeSession *self)
{
  if (!self->freeze_known && !self->stopped)
    qd_node_get (self, FREEZE, freeze_cb, GUINT_TO_POINTER (++self->freeze_run));
}

void
qd_node_freeze_heard (QdNodeSession *self, const char *type, JsonObject *data)
{
  if (!g_str_equal (type, "changes_frozen") && !g_str_equal (type, "changes_thawed"))
    return;
  if (json_object_has_member (data, "frozen"))
    qd_node_freeze_take (self, data);
  else
    {
      self->freeze_known = FALSE;
      qd_node_freeze_read (self);
    }
}

const QdNodeVerb qd_node_scale_verbs[] = {
  { "shard.get", shard_get, "id" },
  { "shard.drain", shard_drain, "id" },
  { "shard.resume", shard_resume, "id" },
  { "shard.reload", shard_reload, "id" },
  { "shard.warmup", shard_warmup, "id" },
  { "shard.replay", shard_replay, "id" },
  { "shard.rebuild", shard_rebuild, "id" },
  { "freeze.set", freeze_set, "frozen" },
  { "freeze.get", freeze_get, "frozen" },
  { NULL },
};
