/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-permissions.h"

const LabPermission lab_permissions[] = {
#include "lab-permission-table.h"
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
