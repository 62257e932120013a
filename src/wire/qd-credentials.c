/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire"
#include "config.h"

#include "qd-credentials.h"

#include <string.h>
#include <glib/gi18n-lib.h>
#include <libsecret/secret.h>

/* An item's secret is "user\nsecret": the two are stored, replaced and forgotten as one. */
static const SecretSchema schema = {
  QD_APPLICATION_ID, SECRET_SCHEMA_NONE,
  { { "connection", SECRET_SCHEMA_ATTRIBUTE_STRING }, { "purpose", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } }
};

/* What lives until the program ends, where there is no keyring. */
static GMutex lock;
static GHashTable *memory;     /* "connection\npurpose" → QdCredential */
static int absent;             /* atomic: a call found no keyring */

static void
wipe (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

void
qd_credential_free (QdCredential *self)
{
  if (self == NULL)
    return;
  g_free (self->user);
  wipe (self->secret);
  g_free (self);
}

static QdCredential *
credential_new (const char *user, const char *secret)
{
  QdCredential *self = g_new (QdCredential, 1);

  self->user = g_strdup (user ? user : "");
  self->secret = g_strdup (secret);
  return self;
}

gboolean
qd_credentials_is_persistent (void)
{
  return !g_atomic_int_get (&absent);
}

/* --- Memory -------------------------------------------------------------------------------- */

static char *
key_of (const char *connection, const char *purpose)
{
  return g_strconcat (connection, "\n", purpose, NULL);
}

static void
remember (const char *connection, const char *purpose, const char *user, const char *secret)
{
  g_mutex_lock (&lock);
  if (memory == NULL)
    memory = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) qd_credential_free);
  g_hash_table_replace (memory, key_of (connection, purpose), credential_new (user, secret));
  g_mutex_unlock (&lock);
}

static QdCredential *
recall (const char *connection, const char *purpose)
{
  g_autofree char *key = key_of (connection, purpose);
  QdCredential *found, *copy = NULL;

  g_mutex_lock (&lock);
  found = memory ? g_hash_table_lookup (memory, key) : NULL;
  if (found != NULL)
    copy = credential_new (found->user, found->secret);
  g_mutex_unlock (&lock);
  return copy;
}

static gboolean
has_prefix (gpointer key, gpointer value, gpointer prefix)
{
  return g_str_has_prefix (key, prefix);
}

static void
forget (const char *connection, const char *purpose)
{
  g_autofree char *key = key_of (connection, purpose ? purpose : "");

  g_mutex_lock (&lock);
  if (memory != NULL && purpose != NULL)
    g_hash_table_remove (memory, key);
  else if (memory != NULL)
    g_hash_table_foreach_remove (memory, has_prefix, key);
  g_mutex_unlock (&lock);
}

/* --- The Secret Service -------------------------------------------------------------------- */

/* Whether the call shall be answered from memory. Any failure counts: a secret that was typed in
 * must work now, wherever it can be kept. */
static gboolean
fall_back (const GError *cause)
{
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return FALSE;
  /* Who sends its question away gives no reason. */
  if (g_atomic_int_compare_and_exchange (&absent, 0, 1))
    g_message ("there is no keyring to be used (%s): passwords last until the program ends", cause ? cause->message : "its question was sent away");
  return TRUE;
}

typedef struct { char *connection, *purpose, *user, *secret; } Call;

static void
call_free (Call *self)
{
  g_free (self->connection);
  g_free (self->purpose);
  g_free (self->user);
  wipe (self->secret);
  g_free (self);
}

static GTask *
task_new (gpointer tag, const char *connection, const char *purpose, const char *user, const char *secret,
          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Call *call = g_new (Call, 1);

  *call = (Call) { g_strdup (connection), g_strdup (purpose), g_strdup (user), g_strdup (secret) };
  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, call, (GDestroyNotify) call_free);
  return task;
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GTask) task = data;
  Call *call = g_task_get_task_data (task);
  GError *cause = NULL;

  if (secret_password_store_finish (result, &cause))
    forget (call->connection, call->purpose);
  else if (fall_back (cause))
    {
      g_clear_error (&cause);
      remember (call->connection, call->purpose, call->user, call->secret);
    }
  if (cause != NULL)
    g_task_return_error (task, cause);
  else
    g_task_return_boolean (task, TRUE);
}

/**
 * qd_credentials_store:
 * @connection: the connection's stable id
 * @user: (nullable): holds no newline
 * @callback: called on the calling thread's context
 *
 * Keeps a secret in the keyring, replacing what was there; where there is none, in memory.
 */
void
qd_credentials_store (const char *connection, const char *purpose, const char *user, const char *secret,
                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = task_new (qd_credentials_store, connection, purpose, user, secret, cancellable, callback, user_data);
  g_autofree char *label = g_strdup_printf (_("Quarterdeck: %s of %s"), purpose, connection);
  char *both;

  if (!qd_credentials_is_persistent ())
    {
      remember (connection, purpose, user, secret);
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  both = g_strconcat (user ? user : "", "\n", secret, NULL);
  secret_password_store (&schema, SECRET_COLLECTION_DEFAULT, label, both, cancellable, stored_cb, task,
                         "connection", connection, "purpose", purpose, NULL);
  wipe (both);
}

gboolean
qd_credentials_store_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GTask) task = data;
  Call *call = g_task_get_task_data (task);
  GError *cause = NULL;
  char *both = secret_password_lookup_finish (result, &cause);
  char *newline = both ? strchr (both, '\n') : NULL;
  QdCredential *found = NULL;

  if (cause != NULL && !fall_back (cause))
    {
      g_task_return_error (task, cause);
      return;
    }
  g_clear_error (&cause);
  if (newline != NULL)
    {
      *newline = '\0';
      found = credential_new (both, newline + 1);
      *newline = '\n';
    }
  else
    found = recall (call->connection, call->purpose);
  if (both != NULL)
    secret_password_wipe (both);
  secret_password_free (both);
  g_task_return_pointer (task, found, (GDestroyNotify) qd_credential_free);
}

/**
 * qd_credentials_lookup:
 *
 * Asks for a secret. What was stored in memory counts before the keyring's.
 */
void
qd_credentials_lookup (const char *connection, const char *purpose, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = task_new (qd_credentials_lookup, connection, purpose, NULL, NULL, cancellable, callback, user_data);
  QdCredential *remembered = recall (connection, purpose);

  if (remembered != NULL || !qd_credentials_is_persistent ())
    {
      g_task_return_pointer (task, remembered, (GDestroyNotify) qd_credential_free);
      g_object_unref (task);
      return;
    }
  secret_password_lookup (&schema, cancellable, looked_up_cb, task, "connection", connection, "purpose", purpose, NULL);
}

QdCredential *
qd_credentials_lookup_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
cleared_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GTask) task = data;
  GError *cause = NULL;

  /* FALSE without an error: there was nothing. */
  secret_password_clear_finish (result, &cause);
  if (cause != NULL && !fall_back (cause))
    {
      g_task_return_error (task, cause);
      return;
    }
  g_clear_error (&cause);
  g_task_return_boolean (task, TRUE);
}

/**
 * qd_credentials_clear:
 *
 * Forgets all secrets of @connection, in the keyring and in memory.
 */
void
qd_credentials_clear (const char *connection, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = task_new (qd_credentials_clear, connection, NULL, NULL, NULL, cancellable, callback, user_data);

  forget (connection, NULL);
  if (!qd_credentials_is_persistent ())
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  secret_password_clear (&schema, cancellable, cleared_cb, task, "connection", connection, NULL);
}

gboolean
qd_credentials_clear_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
