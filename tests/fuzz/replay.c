/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-fuzz"
#include "config.h"

#include <gio/gio.h>

/* Feeds each file of the corpus to a fuzz target, whole and cut at each of its first bytes. */

int LLVMFuzzerTestOneInput (const guint8 *bytes, gsize length);

static void
test_corpus (gconstpointer data)
{
  g_autoptr(GDir) dir = g_dir_open (data, 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (data, name, NULL);
      g_autofree char *bytes = NULL;
      gsize length;

      g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
      for (gsize cut = 0; cut < MIN (length, 512); cut++)
        {
          /* A copy of just that size, so that a sanitizer sees reading past its end. */
          g_autofree guint8 *copy = g_memdup2 (bytes, cut + 1);
          LLVMFuzzerTestOneInput (copy, cut);
        }
      LLVMFuzzerTestOneInput ((const guint8 *) bytes, length);
      n++;
    }
  g_assert_cmpuint (n, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  g_test_add_data_func ("/fuzz/corpus", argv[1], test_corpus);
  return g_test_run ();
}
