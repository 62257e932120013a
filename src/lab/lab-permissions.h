/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  LAB_ROLE_ADMIN,
  LAB_ROLE_OPERATOR,
  LAB_ROLE_VIEWER,
  LAB_ROLE_DEVELOPER,
  LAB_ROLE_OWNER,
  LAB_ROLE_SUPPORT,
  LAB_ROLE_READ_ONLY,
  LAB_ROLE_SECURITY_ADMIN,
  LAB_ROLE_BREAK_GLASS,
  LAB_N_ROLES
} LabRole;

/* What one permission allows and who has it; the table is written from docs/permissions.md. */
typedef struct
{
  const char *name;
  guint roles;                  /* bit n: role n has it */
  const char *allows;
} LabPermission;

extern const LabPermission lab_permissions[];
extern const guint lab_n_permissions;

const char *lab_role_name        (LabRole role);
gboolean    lab_role_parse       (const char *text, LabRole *role);

/* "global", "tenant" or "environment", and in @id which one (NULL for global). */
const char *lab_role_scope       (LabRole role, const char **id);
gboolean    lab_role_may         (LabRole role, const char *permission);

G_END_DECLS
