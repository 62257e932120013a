/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-model"

#include "config.h"

#include "qd-natural.h"

#include <string.h>
#include <gio/gio.h>

#define MAX_DIGITS 250
/* A lone digit takes three bytes: where digits sort, how many, which. */
#define MAX_GROWTH 3

/* A run of digits sorts where a digit does, then by its length without leading zeros, then digit by
 * digit: by its number, however long. Returns what follows the run. */
static const char *
put_digits (const char *p, guint8 **out)
{
  const char *end;
  gsize n;

  while (*p == '0')
    p++;
  for (end = p; *end >= '0' && *end <= '9' && end - p < MAX_DIGITS; end++)
    ;
  n = (gsize) (end - p);
  *(*out)++ = '0';
  *(*out)++ = (guint8) (n + 1);
  memcpy (*out, p, n);
  *out += n;
  return end;
}

static void
put_text (const char *p, GByteArray *key)
{
  guint before = key->len;
  guint8 *out;

  g_byte_array_set_size (key, before + MAX_GROWTH * (guint) strlen (p));
  out = key->data + before;
  while (*p != '\0')
    {
      if (*p >= '0' && *p <= '9')
        p = put_digits (p, &out);
      else
        {
          guint8 c = (guint8) *p++;
          *out++ = c >= 'A' && c <= 'Z' ? c + 32 : c;
        }
    }
  g_byte_array_set_size (key, (guint) (out - key->data));
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

/* Whether decomposing and folding would change nothing but ASCII's case. Besides ASCII that is
 * known of the arrow in paths' names and of dashes. */
static gboolean
is_simple (const char *text)
{
  const guchar *p = (const guchar *) text;

  for (; *p != 0; p++)
    {
      if (*p < 0x80)
        continue;
      if (p[0] == 0xe2 && ((p[1] == 0x86 && p[2] == 0x92) || (p[1] == 0x80 && (p[2] == 0x93 || p[2] == 0x94))))
        p += 2;
      else
        return FALSE;
    }
  return TRUE;
}

void
qd_natural_key (const char *text, GByteArray *key)
{
  if (!is_simple (text))
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
