/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Secrets: in the Secret Service and nowhere else; where there is none, in memory until the program
 * ends, and qd_credentials_is_persistent() says so. Async calls from the main thread; nothing blocks. */
typedef struct { char *user; char *secret; } QdCredential;
void qd_credential_free (QdCredential *self);   /* wipes the secret */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdCredential, qd_credential_free)

/* @connection: the connection's stable id; @purpose: "password", "refresh-token", "nats", "api-key". */
void qd_credentials_store (const char *connection, const char *purpose, const char *user, const char *secret,
                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean qd_credentials_store_finish (GAsyncResult *result, GError **error);
void qd_credentials_lookup (const char *connection, const char *purpose, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* NULL without an error: there is none. */
QdCredential *qd_credentials_lookup_finish (GAsyncResult *result, GError **error);
void qd_credentials_clear (const char *connection, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean qd_credentials_clear_finish (GAsyncResult *result, GError **error);
/* FALSE once a call found no keyring; TRUE until then. */
gboolean qd_credentials_is_persistent (void);

G_END_DECLS
