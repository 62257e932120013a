/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The example workspaces that come with the program are laid out in a folder of the admin's own, where
 * they can be changed; one that is there already is left as it is. @name: "shop", "tenants", "edge". */
void qd_policy_examples_unpack (const char *name, GAsyncReadyCallback callback, gpointer data);
/* The folder. (transfer full) */
char *qd_policy_examples_unpack_finish (GAsyncResult *result, GError **error);

G_END_DECLS
