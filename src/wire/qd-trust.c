/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire"
#include "config.h"

#include "qd-trust.h"

#include <glib/gi18n-lib.h>

#include "qd-wire-error.h"

struct _QdTrust
{
  GTlsDatabase parent_instance;
  GTlsDatabase *system;
  GTlsDatabase *extra;   /* or NULL */
  char *pinned;          /* or NULL */
};

G_DEFINE_FINAL_TYPE (QdTrust, qd_trust, G_TYPE_TLS_DATABASE)

static gboolean
is_pinned (QdTrust *self, GTlsCertificate *certificate)
{
  g_autoptr(GByteArray) der = NULL;
  g_autofree char *sum = NULL;

  g_object_get (certificate, "certificate", &der, NULL);
  if (der == NULL)
    return FALSE;
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, der->data, der->len);
  return g_str_equal (sum, self->pinned);
}

static GTlsCertificateFlags
qd_trust_verify_chain (GTlsDatabase *database, GTlsCertificate *chain, const char *purpose,
                       GSocketConnectable *identity, GTlsInteraction *interaction,
                       GTlsDatabaseVerifyFlags flags, GCancellable *cancellable, GError **error)
{
  QdTrust *self = QD_TRUST (database);
  GTlsCertificateFlags result;

  if (self->pinned != NULL)
    return is_pinned (self, chain) ? 0 : G_TLS_CERTIFICATE_UNKNOWN_CA;
  result = g_tls_database_verify_chain (self->system, chain, purpose, identity, interaction, flags,
                                        cancellable, error);
  if (result != 0 && self->extra != NULL)
    {
      g_clear_error (error);
      result = g_tls_database_verify_chain (self->extra, chain, purpose, identity, interaction, flags,
                                            cancellable, error);
    }
  return result;
}

static GTlsCertificate *
qd_trust_lookup_issuer (GTlsDatabase *database, GTlsCertificate *certificate, GTlsInteraction *interaction,
                        GTlsDatabaseLookupFlags flags, GCancellable *cancellable, GError **error)
{
  QdTrust *self = QD_TRUST (database);

  return g_tls_database_lookup_certificate_issuer (self->system, certificate, interaction, flags,
                                                   cancellable, error);
}

static void
qd_trust_finalize (GObject *object)
{
  QdTrust *self = QD_TRUST (object);

  g_clear_object (&self->system);
  g_clear_object (&self->extra);
  g_free (self->pinned);
  G_OBJECT_CLASS (qd_trust_parent_class)->finalize (object);
}

static void
qd_trust_class_init (QdTrustClass *klass)
{
  GTlsDatabaseClass *database_class = G_TLS_DATABASE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = qd_trust_finalize;
  database_class->verify_chain = qd_trust_verify_chain;
  database_class->lookup_certificate_issuer = qd_trust_lookup_issuer;
}

static void
qd_trust_init (QdTrust *self)
{
}

char *
qd_trust_normalise_fingerprint (const char *text)
{
  g_autoptr(GString) out = g_string_new (NULL);

  if (g_ascii_strncasecmp (text, "sha256:", 7) == 0)
    text += 7;
  for (; *text; text++)
    {
      if (g_ascii_isxdigit (*text))
        g_string_append_c (out, g_ascii_tolower (*text));
      else if (*text != ':' && *text != ' ')
        return NULL;
    }
  return out->len == 64 ? g_strdup (out->str) : NULL;
}

GTlsDatabase *
qd_trust_new (const char *ca_file, const char *pinned_sha256, GError **error)
{
  g_autoptr(QdTrust) self = g_object_new (QD_TYPE_TRUST, NULL);
  g_autoptr(GError) cause = NULL;

  if (pinned_sha256 != NULL)
    self->pinned = qd_trust_normalise_fingerprint (pinned_sha256);
  self->system = g_tls_backend_get_default_database (g_tls_backend_get_default ());
  if (self->system == NULL)
    {
      g_set_error (error, QD_WIRE_ERROR, QD_WIRE_ERROR_TLS,
                   _("TLS is not available here: install glib-networking"));
      return NULL;
    }
  if (ca_file != NULL)
    self->extra = g_tls_file_database_new (ca_file, &cause);
  if (cause != NULL)
    {
      g_set_error (error, QD_WIRE_ERROR, QD_WIRE_ERROR_TLS, _("the CA file %s cannot be used: %s"),
                   ca_file, cause->message);
      return NULL;
    }
  return G_TLS_DATABASE (g_steal_pointer (&self));
}
