/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* docs/permissions.md as a test reads it: what it says, not what was written from it. */
typedef struct {
  GHashTable *given;    /* "role permission", of each that the page gives */
  GHashTable *subjects; /* subject → what any one of lets publish there, a GPtrArray */
  GHashTable *held;     /* the actions that a freeze holds */
  GPtrArray *roles;
} TestPermissions;

TestPermissions *test_permissions_new (void);
void test_permissions_free (TestPermissions *self);
/* @permission NULL: everybody has it. */
gboolean test_permissions_give (TestPermissions *self, const char *role, const char *permission);
