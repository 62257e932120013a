/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib/gstdio.h>

#include "qd-policy-apply.h"

/* What the tests of applying share: a folder for the remotes, and plans, applies and ways back that are waited for. */

static inline void
remove_tree (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

/* A policy that lets the pods of @app be reached on @port. */
static inline char *
policy_text (const char *name, const char *app, int port)
{
  return g_strdup_printf ("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: %s\n  namespace: default\nspec:\n"
                          "  podSelector:\n    matchLabels:\n      app: %s\n  policyTypes:\n    - Ingress\n  ingress:\n    - from:\n        - podSelector: {}\n"
                          "      ports:\n        - protocol: TCP\n          port: %d\n", name, app, port);
}
