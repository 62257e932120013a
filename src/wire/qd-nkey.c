/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire"
#include "config.h"

#include "qd-nkey.h"

#include <string.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

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

/* Ed25519's public half, by GnuTLS. */
static gboolean
derive (const guint8 *secret, guint8 *public)
{
  gnutls_datum_t k = { (unsigned char *) secret, 32 }, x = { NULL, 0 };
  gnutls_privkey_t key;
  gnutls_pubkey_t half;
  gboolean done = FALSE;

  if (gnutls_privkey_init (&key) < 0)
    return FALSE;
  if (gnutls_pubkey_init (&half) == 0)
    {
      done = gnutls_privkey_import_ecc_raw (key, GNUTLS_ECC_CURVE_ED25519, NULL, NULL, &k) == 0 &&
             gnutls_pubkey_import_privkey (half, key, 0, 0) == 0 &&
             gnutls_pubkey_export_ecc_raw (half, NULL, &x, NULL) == 0 && x.size == 32;
      if (done)
        memcpy (public, x.data, 32);
      gnutls_free (x.data);
      gnutls_pubkey_deinit (half);
    }
  gnutls_privkey_deinit (key);
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
