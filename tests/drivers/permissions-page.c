/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "permissions-page.h"

#include <string.h>

/* A row of the table of subjects; what has no permission is everybody's. */
static void
read_subject (TestPermissions *self, char **cells)
{
  const char *subject = g_strstrip (g_strdelimit (cells[1], "`", ' ')), *permission = g_strstrip (g_strdelimit (cells[3], "`", ' '));
  GPtrArray *permissions = g_hash_table_lookup (self->subjects, subject);

  /* What reads is asked for by name, in tests/lab/test-lab-nats.py. */
  if (g_str_has_prefix (subject, "$JS."))
    return;
  if (permissions == NULL)
    {
      permissions = g_ptr_array_new_with_free_func (g_free);
      g_hash_table_insert (self->subjects, g_strdup (subject), permissions);
    }
  g_ptr_array_add (permissions, g_strdup (permission));
}

/* Which of @cells has the title @title. */
static guint
find_column (char **cells, const char *title)
{
  for (guint c = 0; cells[c]; c++)
    if (g_str_equal (g_strstrip (cells[c]), title))
      return c;
  g_error ("no column is called “%s”", title);
}

/* The page itself, read by its tables' titles. */
TestPermissions *
test_permissions_new (void)
{
  TestPermissions *self = g_new0 (TestPermissions, 1);
  g_autofree char *path = g_build_filename (g_getenv ("QD_SOURCE_ROOT"), "docs", "permissions.md", NULL), *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint held = 0;
  enum { PERMISSIONS, ACTIONS, SUBJECTS, OTHER } where = PERMISSIONS;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  self->given = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->subjects = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  self->held = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->roles = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; lines[i]; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], "|", -1);

      if (g_str_has_prefix (lines[i], "| permission |"))
        for (guint c = 3; cells[c + 1]; c++)
          g_ptr_array_add (self->roles, g_strdup (g_strstrip (cells[c])));
      else if (g_str_has_prefix (lines[i], "| action |"))
        {
          where = ACTIONS;
          held = find_column (cells, "held by a freeze");
        }
      else if (g_str_has_prefix (lines[i], "| subject |"))
        where = SUBJECTS;
      else if (where == SUBJECTS && !g_str_has_prefix (lines[i], "|"))
        where = OTHER;
      else if (where == ACTIONS && g_str_has_prefix (lines[i], "| `") && strstr (cells[held], "yes"))
        g_hash_table_add (self->held, g_strdup (g_strstrip (g_strdelimit (cells[1], "`", ' '))));
      else if (where == SUBJECTS && g_str_has_prefix (lines[i], "| `"))
        read_subject (self, cells);
      else if (where == PERMISSIONS && g_str_has_prefix (lines[i], "| `"))
        {
          const char *permission = g_strstrip (g_strdelimit (cells[1], "`", ' '));

          for (guint c = 0; c < self->roles->len; c++)
            if (strstr (cells[3 + c], "yes"))
              g_hash_table_add (self->given, g_strdup_printf ("%s %s", (char *) self->roles->pdata[c], permission));
        }
    }
  g_assert_cmpuint (self->roles->len, ==, 9);
  g_assert_cmpuint (g_hash_table_size (self->given), >, 100);
  g_assert_cmpuint (g_hash_table_size (self->subjects), ==, 9);
  g_assert_cmpuint (g_hash_table_size (self->held), >, 5);
  return self;
}

gboolean
test_permissions_give (TestPermissions *self, const char *role, const char *permission)
{
  g_autofree char *key = g_strdup_printf ("%s %s", role, permission);

  return permission == NULL || g_hash_table_contains (self->given, key);
}

void
test_permissions_free (TestPermissions *self)
{
  g_hash_table_unref (self->given);
  g_hash_table_unref (self->subjects);
  g_hash_table_unref (self->held);
  g_ptr_array_unref (self->roles);
  g_free (self);
}
