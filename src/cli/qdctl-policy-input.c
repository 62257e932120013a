/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl-policy.h"

#include <stdio.h>

#include <glib/gi18n.h>

#include "qd-policy-test.h"

#define MAX_DEPTH 32
#define MAX_FILES 100000
#define MAX_SAID 20   /* findings that are written out; of the rest there is a count */

void
qdctl_policy_input_clear (QdctlPolicyInput *self)
{
  g_clear_pointer (&self->files, g_ptr_array_unref);
  g_clear_pointer (&self->tests, g_ptr_array_unref);
}

/* --- Files ---------------------------------------------------------------------------------------------------- */

/* A line that begins with the place, as compilers write it, so that editors and scripts find it. */
static void
say (const char *line)
{
  fprintf (stderr, "%s\n", line);
}

static void
fail (QdctlPolicyInput *self, const char *path, const char *cause)
{
  g_autofree char *line = g_strdup_printf (_("%s:1:1: cannot be read: %s"), qdctl_name_of (path), cause);

  say (line);
  self->unreadable = TRUE;
}

static void
read_one (QdctlPolicyInput *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = qdctl_read (path, QD_YAML_MAX_BYTES, &error);
  QdYamlFile *file;

  if (bytes == NULL)
    {
      fail (self, path, error->message);
      return;
    }
  file = qd_yaml_file_new (qdctl_name_of (path), bytes, &error);
  if (file)
    {
      g_ptr_array_add (self->tests != NULL && qd_policy_is_test_file (path) ? self->tests : self->files, file);
      return;
    }
  say (error->message);
  self->unreadable = TRUE;
}

static gboolean
is_wanted (const QdctlPolicyInput *self, const char *name)
{
  /* A test beside a policy is no manifest, though it ends like one. */
  if (qd_policy_is_test_file (name))
    return self->tests != NULL;
  return g_str_has_suffix (name, ".yaml") || g_str_has_suffix (name, ".yml") || g_str_has_suffix (name, ".json");
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(char *const *) a, *(char *const *) b);
}

static void
read_folder (QdctlPolicyInput *self, const char *path, guint depth, gboolean keep_going)
{
  g_autoptr (GError) error = NULL;
  GDir *folder = g_dir_open (path, 0, &error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (folder == NULL || depth > MAX_DEPTH)
    fail (self, path, folder ? _("folders stand in folders, too deep") : error->message);
  while (folder && depth <= MAX_DEPTH && (name = g_dir_read_name (folder)))
    if (*name != '.')
      g_ptr_array_add (names, g_build_filename (path, name, NULL));
  g_clear_pointer (&folder, g_dir_close);
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len && (keep_going || !self->unreadable); i++)
    {
      const char *each = g_ptr_array_index (names, i);

      if (self->files->len >= MAX_FILES)
        fail (self, path, _("there are too many files"));
      else if (g_file_test (each, G_FILE_TEST_IS_DIR))
        read_folder (self, each, depth + 1, keep_going);
      else if (is_wanted (self, each))
        read_one (self, each);
    }
}

gboolean
qdctl_policy_read (QdctlPolicyInput *self, char **paths, guint n, gboolean keep_going)
{
  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_yaml_file_unref);
  for (guint i = 0; paths[i] && (n == 0 || i < n) && (keep_going || !self->unreadable); i++)
    if (g_file_test (paths[i], G_FILE_TEST_IS_DIR))
      read_folder (self, paths[i], 0, keep_going);
    else
      read_one (self, paths[i]);
  return keep_going || !self->unreadable;
}

/* --- Worlds --------------------------------------------------------------------------------------------------- */

/* What was passed over, by kind, in one line: a folder may hold hundreds. */
static void
say_passed_over (GHashTable *kinds)
{
  g_autoptr (GString) list = g_string_new (NULL);
  g_autoptr (GPtrArray) names = g_hash_table_get_keys_as_ptr_array (kinds);

  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    g_string_append_printf (list, "%s%s (%u)", i ? ", " : "", (char *) g_ptr_array_index (names, i),
                            GPOINTER_TO_UINT (g_hash_table_lookup (kinds, g_ptr_array_index (names, i))));
  if (names->len)
    qdctl_complain (_("passed over, because it does not say here who may talk to whom: %s"), list->str);
}

/* What a verdict does not take into account, or not as one may think. */
static void
say_notes (QdPolicyWorld *world)
{
  GPtrArray *findings = qd_policy_world_get_findings (world);
  g_autoptr (GHashTable) kinds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < findings->len; i++)
    {
      const QdPolicyFinding *finding = g_ptr_array_index (findings, i);
      const char *kind = qd_yaml_node_get_string (qd_yaml_node_get (finding->place.node, "kind"));
      g_autofree char *line = qd_policy_finding_to_text (finding);

      if (!g_str_equal (finding->code, "passed-over"))
        say (line);
      else if (kind)
        g_hash_table_insert (kinds, g_strdup (kind), GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (kinds, kind)) + 1));
    }
  say_passed_over (kinds);
}

QdPolicyWorld *
qdctl_policy_world (const QdctlPolicyInput *input)
{
  g_autoptr (QdPolicyWorld) world = qd_policy_world_new ((QdYamlFile **) input->files->pdata, input->files->len, NULL);
  GPtrArray *findings = qd_policy_world_get_findings (world);
  guint n = 0;

  if (!qd_policy_world_is_invalid (world))
    {
      say_notes (world);
      return g_steal_pointer (&world);
    }
  for (guint i = 0; i < findings->len; i++)
    {
      const QdPolicyFinding *finding = g_ptr_array_index (findings, i);
      g_autofree char *line = finding->severity == QD_POLICY_ERROR ? qd_policy_finding_to_text (finding) : NULL;

      if (line && n++ < MAX_SAID)
        say (line);
    }
  if (n > MAX_SAID)
    qdctl_complain (g_dngettext (GETTEXT_PACKAGE, "and %u more that the API would refuse", "and %u more that the API would refuse", n - MAX_SAID),
                    n - MAX_SAID);
  return NULL;
}

QdPolicyEval *
qdctl_policy_eval (QdctlPolicyInput *input, char **paths, guint n, const QdctlPolicyOptions *options)
{
  g_autoptr (QdPolicyWorld) world = qdctl_policy_read (input, paths, n, options->keep_going) ? qdctl_policy_world (input) : NULL;

  return world ? qd_policy_eval_new (world, &options->reading, NULL) : NULL;
}

QdExit
qdctl_policy_exit (const QdctlPolicyInput *input, QdExit answer)
{
  return input->unreadable ? QD_EXIT_BAD_INPUT : answer;
}
