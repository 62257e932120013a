/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire"
#include "config.h"

#include "qd-nats-private.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include "qd-nkey.h"

#define CONNECT_MS 5000
#define PING_MS 15000
#define PINGS_OUT 2
#define IO_BYTES (64 * 1024)
#define RECONNECT_BYTES (1024 * 1024)

static int64_t
reconnect_delay_cb (natsConnection *nc, int attempts, void *closure)
{
  QdBackoff backoff = QD_BACKOFF_INIT;

  backoff.attempt = (guint) MAX (0, attempts - 1);
  return qd_backoff_next_ms (&backoff);
}

static natsStatus
jwt_cb (char **jwt, char **words, void *closure)
{
  QdNats *self = closure;

  /* nats.c frees it by free(). */
  *jwt = strdup (self->jwt);
  return *jwt != NULL ? NATS_OK : NATS_NO_MEMORY;
}

static natsStatus
sign_cb (char **words, unsigned char **signature, int *length, const char *nonce, void *closure)
{
  QdNats *self = closure;

  return nats_Sign (self->nkey_seed, nonce, signature, length);
}

static natsStatus
set_servers (QdNats *self, natsOptions *options)
{
  g_auto(GStrv) parts = g_strsplit (self->url, ",", -1);
  gboolean secure = FALSE;
  natsStatus s;

  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_strstrip (parts[i]);
      if (strstr (parts[i], "://") == NULL)
        {
          g_autofree char *bare = g_steal_pointer (&parts[i]);
          parts[i] = g_strconcat ("nats://", bare, NULL);
        }
      secure = secure || g_str_has_prefix (parts[i], "tls://");
    }
  s = natsOptions_SetServers (options, (const char **) parts, (int) g_strv_length (parts));
  if (s == NATS_OK && (secure || self->ca_file != NULL))
    s = natsOptions_SetSecure (options, true);
  if (s == NATS_OK && self->ca_file != NULL)
    s = natsOptions_LoadCATrustedCertificates (options, self->ca_file);
  return s;
}

static natsStatus
set_identity (QdNats *self, natsOptions *options, GError **error)
{
  g_autofree char *public = NULL;

  if (self->jwt != NULL && self->nkey_seed != NULL)
    return natsOptions_SetUserCredentialsCallbacks (options, jwt_cb, self, sign_cb, self);
  if (self->nkey_seed != NULL)
    {
      public = qd_nkey_public_of_seed (self->nkey_seed);
      if (public == NULL)
        {
          g_set_error (error, QD_WIRE_ERROR, QD_WIRE_ERROR_INVALID, _("%s: the NKey seed is not a valid one: it begins with SU"), self->place);
          return NATS_INVALID_ARG;
        }
      return natsOptions_SetNKey (options, public, sign_cb, self);
    }
  if (self->user != NULL)
    return natsOptions_SetUserInfo (options, self->user, self->password ? self->password : "");
  if (self->token != NULL)
    return natsOptions_SetToken (options, self->token);
  return NATS_OK;
}

char *
qd_nats_dup_inbox_prefix (QdNats *self)
{
  gboolean fits = self->user != NULL && *self->user != '\0' && self->jwt == NULL && self->nkey_seed == NULL;

  for (const char *c = self->user; fits && *c; c++)
    fits = g_ascii_isalnum (*c) || *c == '-' || *c == '_';
  return fits ? g_strconcat ("_INBOX.", self->user, NULL) : g_strdup ("_INBOX");
}

natsOptions *
qd_nats_make_options (QdNats *self, GError **error)
{
  natsOptions *options = NULL;
  natsStatus s = natsOptions_Create (&options);
  g_autofree char *inboxes = qd_nats_dup_inbox_prefix (self);

  if (s == NATS_OK)
    s = natsOptions_SetCustomInboxPrefix (options, inboxes);
  if (s == NATS_OK)
    s = set_servers (self, options);
  if (s == NATS_OK)
    s = set_identity (self, options, error);
  if (s == NATS_OK)
    s = natsOptions_SetName (options, self->name ? self->name : "quarterdeck");
  if (s == NATS_OK)
    s = natsOptions_SetTimeout (options, CONNECT_MS);
  if (s == NATS_OK)
    s = natsOptions_SetPingInterval (options, PING_MS);
  if (s == NATS_OK)
    s = natsOptions_SetMaxPingsOut (options, PINGS_OUT);
  if (s == NATS_OK)
    s = natsOptions_SetIOBufSize (options, IO_BYTES);
  if (s == NATS_OK)
    s = natsOptions_SetMaxReconnect (options, -1);
  if (s == NATS_OK)
    s = natsOptions_SetReconnectBufSize (options, RECONNECT_BYTES);
  if (s == NATS_OK)
    s = natsOptions_SetCustomReconnectDelay (options, reconnect_delay_cb, NULL);
  if (s == NATS_OK)
    return options;

  natsOptions_Destroy (options);
  if (error != NULL && *error == NULL)
    g_propagate_error (error, qd_nats_error (self, s, _("the options cannot be used"), nats_GetLastError (NULL)));
  return NULL;
}
