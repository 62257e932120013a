/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-model"

#include "config.h"

#include "qd-natural.h"

#include <string.h>
#include <gio/gio.h>

#define MAX_DIGITS 250

static inline void
put (GByteArray *key, guint8 byte)
{
  g_byte_array_append (key, &byte, 1);
}

/* A run of digits sorts where a digit does, then by its length without leading zeros, then digit by
 * digit: by its number, however long. Returns what follows the run. */
static const char *
put_digits (const char *p, GByteArray *key)
{
  const char *end;
  gsize n;

  while (*p == '0')
    p++;
  for (end = p; *end >= '0' && *end <= '9' && end - p < MAX_DIGITS; end++)
    ;
  n = (gsize) (end - p);
  guint8 head[2] = { '0', (guint8) (n + 1) };
  g_byte_array_append (key, head, 2);
  g_byte_array_append (key, (const guint8 *) p, (guint) n);
  return end;
}

static void
put_text (const char *p, GByteArray *key)
{
  while (*p != '\0')
    {
      if (*p >= '0' && *p <= '9')
        p = put_digits (p, key);
      else
        put (key, (guint8) g_ascii_tolower (*p++));
    }
}

static gboolean
looks_like_ipv6 (const char *text)
{
  gsize n = strspn (text, "0123456789abcdefABCDEF:.");

  return text[n] == '\0' && n >= 2 && n <= 45 && strchr (text, ':') != strrchr (text, ':');
}

static gboolean
put_ipv6 (const char *text, GByteArray *key)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);

  if (address == NULL || g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV6)
    return FALSE;
  const guint8 *bytes = g_inet_address_to_bytes (address);
  for (int i = 0; i < 8; i++)
    {
      char group[8];

      g_snprintf (group, sizeof group, "%u:", (guint) bytes[2 * i] << 8 | bytes[2 * i + 1]);
      put_text (group, key);
    }
  return TRUE;
}

void
qd_natural_key (const char *text, GByteArray *key)
{
  gboolean ascii = TRUE;

  for (const char *p = text; *p != '\0' && ascii; p++)
    ascii = (guchar) *p < 0x80;
  if (!ascii)
    {
      /* Decomposed, an accented letter sorts right after its base letter. */
      g_autofree char *plain = g_utf8_normalize (text, -1, G_NORMALIZE_NFKD);
      g_autofree char *folded = plain != NULL ? g_utf8_casefold (plain, -1) : NULL;

      put_text (folded != NULL ? folded : text, key);
      return;
    }
  if (looks_like_ipv6 (text) && put_ipv6 (text, key))
    return;
  put_text (text, key);
}
