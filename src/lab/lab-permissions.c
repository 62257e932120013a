/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-permissions.h"

#define ADM (1u << LAB_ROLE_ADMIN | OWN)
#define OPR (1u << LAB_ROLE_OPERATOR)
#define VIE (1u << LAB_ROLE_VIEWER | 1u << LAB_ROLE_READ_ONLY)
#define DEV (1u << LAB_ROLE_DEVELOPER)
#define OWN (1u << LAB_ROLE_OWNER)
#define SUP (1u << LAB_ROLE_SUPPORT)
#define SEC (1u << LAB_ROLE_SECURITY_ADMIN)
#define GLA (1u << LAB_ROLE_BREAK_GLASS)
#define ALL (ADM | OPR | VIE | DEV | SUP | SEC | GLA)

const LabPermission lab_permissions[] = {
  { "sdwan.sites.view", ALL, "see sites" },
  { "sdwan.sites.manage", ADM | OPR | GLA, "register and edit sites" },
  { "sdwan.sites.delete", ADM | GLA, "remove sites" },
  { "sdwan.paths.view", ALL, "see paths and their history" },
  { "sdwan.paths.test", ADM | OPR | SUP | GLA, "test a path" },
  { "sdwan.paths.failover", ADM | OPR | GLA, "move a path's flows to its backup and back" },
  { "sdwan.flows.view", ALL, "see flows and why they go where they go" },
  { "sdwan.flows.delete", ADM | OPR | GLA, "have a flow decided anew" },
  { "sdwan.policies.view", ALL, "see network and routing policies" },
  { "sdwan.policies.manage", ADM | OPR | GLA, "change network and routing policies" },
  { "sdwan.metrics.view", ALL, "see metrics" },
  { "sdwan.alerts.manage", ADM | OPR | GLA, "change alert rules, acknowledge and silence" },
  { "sdwan.config.view", ALL, "see the configuration of the network" },
  { "sdwan.config.manage", ADM | GLA, "change the configuration of the network" },
  { "fleet.nodes.view", ALL, "see nodes, services, models and GPUs" },
  { "fleet.nodes.manage", ADM | OPR | DEV | GLA, "restart services, load and unload models" },
  { "fleet.events.view", ALL, "see events" },
  { "fleet.training.manage", ADM | DEV, "start, stop and deploy training jobs" },
  { "jobs.view", ALL, "see jobs" },
  { "jobs.cancel", ADM | OPR | GLA, "cancel jobs" },
  { "iam.users.view", ADM | SUP | SEC | GLA, "see users" },
  { "iam.users.create", ADM | SEC, "create users" },
  { "iam.users.update", ADM | SEC, "edit users" },
  { "iam.users.suspend", ADM | SEC | GLA, "suspend users" },
  { "iam.users.delete", ADM, "delete users" },
  { "iam.sessions.list", ADM | SUP | SEC | GLA, "see sessions" },
  { "iam.sessions.revoke", ADM | SEC | GLA, "end sessions" },
  { "iam.roles.view", ADM | SEC | SUP | GLA, "see roles and who has them" },
  { "iam.roles.create", OWN | SEC, "create roles" },
  { "iam.roles.update", OWN | SEC, "edit roles" },
  { "iam.roles.assign", ADM | SEC, "give and take roles" },
  { "tenants.view", ALL, "see tenants" },
  { "tenants.create", ADM, "create tenants" },
  { "tenants.update", ADM | OPR, "edit tenants" },
  { "tenants.archive", ADM, "archive tenants" },
  { "configs.read", ALL, "read configuration documents" },
  { "configs.write", ADM | OPR | DEV | GLA, "draft configuration documents" },
  { "configs.approve", ADM | SEC, "approve configuration documents" },
  { "configs.apply", ADM | OPR | GLA, "apply configuration documents" },
  { "definitions.read", ALL, "read definitions" },
  { "definitions.write", ADM | DEV, "draft definitions" },
  { "definitions.validate", ADM | OPR | DEV, "validate definitions" },
  { "definitions.promote", ADM | OPR, "promote definitions" },
  { "definitions.rollback", ADM | OPR | GLA, "roll definitions back" },
  { "scale.view", ALL, "see placement" },
  { "scale.apply", ADM | OPR | GLA, "change replica counts" },
  { "scale.migrate", ADM | OPR | GLA, "move tenants between shards" },
  { "scale.drain", ADM | OPR | GLA, "drain shards" },
  { "ops.deploy", ADM | OPR, "deploy" },
  { "ops.rollback", ADM | OPR | GLA, "roll deployments back" },
  { "ops.restart", ADM | OPR | SUP | GLA, "restart services" },
  { "ops.drain", ADM | OPR | GLA, "drain nodes" },
  { "observability.view", ALL, "see dashboards and logs" },
  { "observability.alerts.manage", ADM | OPR, "manage alert rules" },
  { "audit.view", ADM | SEC | GLA, "see the audit log" },
  { "audit.export", ADM | SEC, "export the audit log" },
  { "lab.control", ADM, "cause faults and incidents in the lab" },
};

const guint lab_n_permissions = G_N_ELEMENTS (lab_permissions);

static const char *const role_names[LAB_N_ROLES] = {
  "admin", "operator", "viewer", "developer", "owner", "support", "read-only", "security-admin",
  "break-glass",
};

const char *
lab_role_name (LabRole role)
{
  return role_names[role];
}

gboolean
lab_role_parse (const char *text, LabRole *role)
{
  for (guint i = 0; text != NULL && i < LAB_N_ROLES; i++)
    if (g_str_equal (text, role_names[i]))
      {
        *role = i;
        return TRUE;
      }
  return FALSE;
}

const char *
lab_role_scope (LabRole role, const char **id)
{
  *id = NULL;
  if (role == LAB_ROLE_DEVELOPER)
    {
      *id = "dev";
      return "environment";
    }
  if (role == LAB_ROLE_SUPPORT)
    {
      *id = "tenant-acme";
      return "tenant";
    }
  return "global";
}

gboolean
lab_role_may (LabRole role, const char *permission)
{
  for (guint i = 0; i < lab_n_permissions; i++)
    if (g_str_equal (lab_permissions[i].name, permission))
      return (lab_permissions[i].roles >> role & 1) != 0;
  g_warning ("no permission is called %s", permission);
  return FALSE;
}
