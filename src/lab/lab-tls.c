/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-server.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define VALID_SECONDS (90 * 86400)

static gboolean
check (int code, const char *what, GError **error)
{
  if (code >= 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot %s: %s", what, gnutls_strerror (code));
  return FALSE;
}

static gboolean
make_key (gnutls_x509_privkey_t *key, GError **error)
{
  return check (gnutls_x509_privkey_init (key), "make a key", error) &&
         check (gnutls_x509_privkey_generate (*key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0),
                "make a key", error);
}

static gboolean
begin_certificate (gnutls_x509_crt_t *crt, gnutls_x509_privkey_t key, const char *name, GError **error)
{
  guint8 serial[16];
  time_t now = time (NULL);

  if (getrandom (serial, sizeof serial, 0) != (gssize) sizeof serial)
    return check (GNUTLS_E_RANDOM_FAILED, "make a serial number", error);
  serial[0] &= 0x7f;
  return check (gnutls_x509_crt_init (crt), "make a certificate", error) &&
         check (gnutls_x509_crt_set_version (*crt, 3), "set the version", error) &&
         check (gnutls_x509_crt_set_serial (*crt, serial, sizeof serial), "set the serial number", error) &&
         check (gnutls_x509_crt_set_activation_time (*crt, now - 300), "set the time", error) &&
         check (gnutls_x509_crt_set_expiration_time (*crt, now + VALID_SECONDS), "set the time", error) &&
         check (gnutls_x509_crt_set_key (*crt, key), "set the key", error) &&
         check (gnutls_x509_crt_set_dn_by_oid (*crt, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned) strlen (name)),
                "set the name", error);
}

static gboolean
set_names (gnutls_x509_crt_t crt, const char *address, GError **error)
{
  static const guint8 four[4] = { 127, 0, 0, 1 };
  guint8 six[16] = { 0 }, given[16];

  six[15] = 1;
  if (!check (gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_DNSNAME, "localhost", 9, GNUTLS_FSAN_SET), "name localhost", error) ||
      !check (gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_IPADDRESS, four, 4, GNUTLS_FSAN_APPEND), "name 127.0.0.1", error) ||
      !check (gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_IPADDRESS, six, 16, GNUTLS_FSAN_APPEND), "name ::1", error))
    return FALSE;
  if (address == NULL)
    return TRUE;
  if (inet_pton (AF_INET, address, given) == 1)
    return check (gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_IPADDRESS, given, 4, GNUTLS_FSAN_APPEND), "name the address", error);
  return inet_pton (AF_INET6, address, given) != 1 ||
         check (gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_IPADDRESS, given, 16, GNUTLS_FSAN_APPEND), "name the address", error);
}

/* OpenSSL wants to be told which key is whose (RFC 5280, sections 4.2.1.1 and 4.2.1.2). */
static gboolean
set_key_ids (gnutls_x509_crt_t crt, gnutls_x509_privkey_t own, gnutls_x509_privkey_t signer, GError **error)
{
  guint8 id[64];
  size_t n = sizeof id;

  if (!check (gnutls_x509_privkey_get_key_id (own, 0, id, &n), "name the key", error) ||
      !check (gnutls_x509_crt_set_subject_key_id (crt, id, n), "name the key", error))
    return FALSE;
  n = sizeof id;
  return check (gnutls_x509_privkey_get_key_id (signer, 0, id, &n), "name the signer's key", error) &&
         check (gnutls_x509_crt_set_authority_key_id (crt, id, n), "name the signer's key", error);
}

static gboolean
make_ca (gnutls_x509_crt_t *crt, gnutls_x509_privkey_t *key, GError **error)
{
  return make_key (key, error) && begin_certificate (crt, *key, "quarterdeck-lab CA", error) &&
         check (gnutls_x509_crt_set_basic_constraints (*crt, 1, 0), "make a CA", error) &&
         check (gnutls_x509_crt_set_key_usage (*crt, GNUTLS_KEY_KEY_CERT_SIGN), "make a CA", error) &&
         set_key_ids (*crt, *key, *key, error) &&
         check (gnutls_x509_crt_sign2 (*crt, *crt, *key, GNUTLS_DIG_SHA256, 0), "sign the CA", error);
}

static gboolean
make_leaf (gnutls_x509_crt_t *crt, gnutls_x509_privkey_t *key, gnutls_x509_crt_t ca, gnutls_x509_privkey_t ca_key, GError **error)
{
  return make_key (key, error) && begin_certificate (crt, *key, "quarterdeck-lab", error) && set_names (*crt, NULL, error) &&
         check (gnutls_x509_crt_set_basic_constraints (*crt, 0, -1), "make the certificate", error) &&
         check (gnutls_x509_crt_set_key_usage (*crt, GNUTLS_KEY_DIGITAL_SIGNATURE), "make the certificate", error) &&
         check (gnutls_x509_crt_set_key_purpose_oid (*crt, GNUTLS_KP_TLS_WWW_SERVER, 0), "make the certificate", error) &&
         set_key_ids (*crt, *key, ca_key, error) &&
         check (gnutls_x509_crt_sign2 (*crt, ca, ca_key, GNUTLS_DIG_SHA256, 0), "sign the certificate", error);
}

static char *
crt_pem (gnutls_x509_crt_t crt)
{
  gnutls_datum_t out = { 0 };
  char *pem = NULL;

  if (gnutls_x509_crt_export2 (crt, GNUTLS_X509_FMT_PEM, &out) >= 0)
    pem = g_strndup ((const char *) out.data, out.size);
  gnutls_free (out.data);
  return pem;
}

static char *
key_pem (gnutls_x509_privkey_t key)
{
  gnutls_datum_t out = { 0 };
  char *pem = NULL;

  if (gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &out) >= 0)
    pem = g_strndup ((const char *) out.data, out.size);
  gnutls_free (out.data);
  return pem;
}

/* A CA of its own that signs one certificate for loopback; the CA's key is forgotten at once. */
static char *
make_pems (char **ca_text, GError **error)
{
  gnutls_x509_crt_t ca = NULL, leaf = NULL;
  gnutls_x509_privkey_t ca_key = NULL, leaf_key = NULL;
  char *both = NULL;

  if (make_ca (&ca, &ca_key, error) && make_leaf (&leaf, &leaf_key, ca, ca_key, error))
    {
      g_autofree char *leaf_text = crt_pem (leaf), *key_text = key_pem (leaf_key);

      *ca_text = crt_pem (ca);
      both = g_strconcat (leaf_text, *ca_text, key_text, NULL);
    }
  if (ca != NULL)
    gnutls_x509_crt_deinit (ca);
  if (leaf != NULL)
    gnutls_x509_crt_deinit (leaf);
  if (ca_key != NULL)
    gnutls_x509_privkey_deinit (ca_key);
  if (leaf_key != NULL)
    gnutls_x509_privkey_deinit (leaf_key);
  return both;
}

GTlsCertificate *
lab_tls_make (const char *state_dir, char **ca_path, GError **error)
{
  g_autofree char *file = g_build_filename (state_dir, "ca.pem", NULL);
  g_autofree char *kept = g_build_filename (state_dir, "tls.pem", NULL);
  g_autofree char *ca = NULL, *both = NULL;
  GTlsCertificate *certificate = NULL;

  /* The one of the run before, so that clients that trust it go on trusting. */
  if (g_file_test (file, G_FILE_TEST_EXISTS) && (certificate = g_tls_certificate_new_from_file (kept, NULL)) != NULL)
    {
      g_autoptr (GDateTime) end = g_tls_certificate_get_not_valid_after (certificate);
      g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

      if (end != NULL && g_date_time_difference (end, now) > 7 * G_TIME_SPAN_DAY)
        {
          *ca_path = g_steal_pointer (&file);
          return certificate;
        }
      g_clear_object (&certificate);
    }
  both = make_pems (&ca, error);
  if (both == NULL || !g_file_set_contents_full (file, ca, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, error) ||
      !g_file_set_contents_full (kept, both, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error))
    return NULL;
  certificate = g_tls_certificate_new_from_pem (both, -1, error);
  if (certificate != NULL)
    *ca_path = g_steal_pointer (&file);
  return certificate;
}
