/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be asked of tenants. */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-node-command.h"

#include "qd-json-copy.h"

#define PATH "/admin/v1/tenants"

static gboolean
tenant_create (QdNodeCommand *self, JsonObject *args, GError **error)
{
  static const char *const members[] = { "id", "name", "plan", "quotas", "flags", "contacts" };
  const char *name;

  if (!qd_driver_need_arg (args, "name", &name, error))
    return FALSE;
  self->method = g_strdup ("POST");
  self->path = g_strdup (PATH);
  self->kind = QD_KIND_TENANT;
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (json_object_has_member (args, members[i]))
      json_object_set_member (qd_node_command_need_body (self), members[i], qd_json_copy (json_object_get_member (args, members[i])));
  qd_node_command_add_common (self, args);
  return TRUE;
}

/* @args.changes is a merge patch of the tenant as it is on the wire. */
static gboolean
tenant_update (QdNodeCommand *self, JsonObject *args, GError **error)
{
  return qd_node_command_patch (self, PATH, QD_KIND_TENANT, args, qd_json_get_object (args, "changes"), error);
}

static gboolean
act (QdNodeCommand *self, const char *tail, JsonObject *args, GError **error)
{
  if (!qd_node_command_set_target (self, "POST", PATH, tail, args, error))
    return FALSE;
  self->kind = QD_KIND_TENANT;
  qd_node_command_need_body (self);
  qd_node_command_add_common (self, args);
  return TRUE;
}

static gboolean
tenant_suspend (QdNodeCommand *self, JsonObject *args, GError **error)
{
  return act (self, "/suspend", args, error);
}

static gboolean
tenant_resume (QdNodeCommand *self, JsonObject *args, GError **error)
{
  return act (self, "/resume", args, error);
}

static gboolean
tenant_archive (QdNodeCommand *self, JsonObject *args, GError **error)
{
  return act (self, "/archive", args, error);
}

static gboolean
tenant_kill_switch (QdNodeCommand *self, JsonObject *args, GError **error)
{
  gboolean enabled;

  if (!qd_node_command_need_flag (args, "enabled", &enabled, error))
    return FALSE;
  json_object_set_boolean_member (qd_node_command_need_body (self), "enabled", enabled);
  return act (self, "/kill-switch", args, error);
}

static gboolean
tenant_get (QdNodeCommand *self, JsonObject *args, GError **error)
{
  self->kind = QD_KIND_TENANT;
  return qd_node_command_set_target (self, "GET", PATH, "", args, error);
}

const QdNodeVerb qd_node_tenant_verbs[] = {
  { "tenant.create", tenant_create, "id" },
  { "tenant.update", tenant_update, "id" },
  { "tenant.suspend", tenant_suspend, "id" },
  { "tenant.resume", tenant_resume, "id" },
  { "tenant.archive", tenant_archive, "id" },
  { "tenant.kill-switch", tenant_kill_switch, "id" },
  { "tenant.get", tenant_get, "id" },
  { NULL },
};
