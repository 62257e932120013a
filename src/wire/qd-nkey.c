/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire"
#include "config.h"

#include "qd-nkey.h"

#include <string.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

/* NATS keys ("nkeys"): base32 without padding of prefix byte(s), 32 bytes of Ed25519 and a CRC-16
 * (polynomial 0x1021, initially 0) in little endian. A seed's two prefix bytes hold "seed" in five
 * bits and the kind of key in the next eight. */
#define SEED_BYTES (2 + 32 + 2)
#define PUBLIC_BYTES (1 + 32 + 2)
#define PREFIX_SEED (18 << 3)

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

static gsize
base32_decode (const char *text, guint8 *out, gsize room)
{
  guint32 bits = 0;
  guint held = 0;
  gsize n = 0;

  for (; *text; text++)
    {
      const char *at = strchr (alphabet, *text);
      if (at == NULL)
        return 0;
      bits = (bits << 5) | (guint32) (at - alphabet);
      held += 5;
      if (held >= 8)
        {
          if (n == room)
            return 0;
          held -= 8;
          out[n++] = (bits >> held) & 0xff;
        }
    }
  return n;
}

static char *
base32_encode (const guint8 *bytes, gsize length)
{
  GString *out = g_string_new (NULL);
  guint32 bits = 0;
  guint held = 0;

  for (gsize i = 0; i < length; i++)
    {
      bits = (bits << 8) | bytes[i];
      for (held += 8; held >= 5; held -= 5)
        g_string_append_c (out, alphabet[(bits >> (held - 5)) & 31]);
    }
  if (held > 0)
    g_string_append_c (out, alphabet[(bits << (5 - held)) & 31]);
  return g_string_free (out, FALSE);
}

static guint16
crc16 (const guint8 *bytes, gsize length)
{
  guint16 crc = 0;

  for (gsize i = 0; i < length; i++)
    {
      crc ^= (guint16) (bytes[i] << 8);
      for (guint bit = 0; bit < 8; bit++)
        crc = (crc & 0x8000) ? (guint16) ((crc << 1) ^ 0x1021) : (guint16) (crc << 1);
    }
  return crc;
}

/* Ed25519's public half, by GnuTLS, which takes the secret one in its PKCS#8 clothes (RFC 8410). */
static gboolean
derive (const guint8 *secret, guint8 *public)
{
  static const guint8 prefix[] = { 0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20 };
  guint8 der[sizeof prefix + 32];
  gnutls_datum_t pkcs8 = { der, sizeof der }, x = { NULL, 0 };
  gnutls_x509_privkey_t key;
  gboolean done;

  if (gnutls_x509_privkey_init (&key) < 0)
    return FALSE;
  memcpy (der, prefix, sizeof prefix);
  memcpy (der + sizeof prefix, secret, 32);
  done = gnutls_x509_privkey_import_pkcs8 (key, &pkcs8, GNUTLS_X509_FMT_DER, NULL, GNUTLS_PKCS_PLAIN) == 0 &&
         gnutls_x509_privkey_export_ecc_raw (key, NULL, &x, NULL, NULL) == 0 && x.size == 32;
  if (done)
    memcpy (public, x.data, 32);
  gnutls_free (x.data);
  gnutls_x509_privkey_deinit (key);
  explicit_bzero (der, sizeof der);
  return done;
}

char *
qd_nkey_public_of_seed (const char *seed)
{
  guint8 raw[SEED_BYTES + 1], out[PUBLIC_BYTES];
  char *result = NULL;
  guint16 crc;

  if (base32_decode (seed, raw, sizeof raw) == SEED_BYTES && (raw[0] & 0xf8) == PREFIX_SEED)
    {
      crc = crc16 (raw, SEED_BYTES - 2);
      out[0] = (guint8) (((raw[0] & 7) << 5) | ((raw[1] & 0xf8) >> 3));
      if (raw[SEED_BYTES - 2] == (crc & 0xff) && raw[SEED_BYTES - 1] == crc >> 8 && derive (raw + 2, out + 1))
        {
          crc = crc16 (out, PUBLIC_BYTES - 2);
          out[PUBLIC_BYTES - 2] = crc & 0xff;
          out[PUBLIC_BYTES - 1] = crc >> 8;
          result = base32_encode (out, PUBLIC_BYTES);
        }
    }
  explicit_bzero (raw, sizeof raw);
  return result;
}
