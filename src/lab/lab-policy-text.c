/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-policy.h"

#include <arpa/inet.h>
#include <string.h>

/* --- Addresses --- */

gboolean
lab_address_parse (const char *text, LabAddress *address)
{
  *address = (LabAddress){ 0 };
  if (inet_pton (AF_INET, text, address->bytes) == 1)
    address->length = 4;
  else if (inet_pton (AF_INET6, text, address->bytes) == 1)
    address->length = 16;
  return address->length != 0;
}

gboolean
lab_address_equal (const LabAddress *a, const LabAddress *b)
{
  return a->length == b->length && memcmp (a->bytes, b->bytes, a->length) == 0;
}

/* Whether an address is among both. */
gboolean
lab_addresses_meet (const GArray *some, const GArray *others)
{
  for (guint i = 0; i < some->len; i++)
    for (guint k = 0; k < others->len; k++)
      if (lab_address_equal (&g_array_index (some, LabAddress, i), &g_array_index (others, LabAddress, k)))
        return TRUE;
  return FALSE;
}

char *
lab_address_text (const LabAddress *address)
{
  char text[INET6_ADDRSTRLEN] = "";

  inet_ntop (address->length == 4 ? AF_INET : AF_INET6, address->bytes, text, sizeof text);
  return g_strdup (text);
}

gboolean
lab_cidr_parse (const char *text, LabCidr *cidr)
{
  const char *slash = strchr (text, '/');
  g_autofree char *address = slash != NULL ? g_strndup (text, (gsize) (slash - text)) : NULL;
  guint64 bits;

  if (address == NULL || !lab_address_parse (address, &cidr->address) ||
      !g_ascii_string_to_unsigned (slash + 1, 10, 0, cidr->address.length * 8, &bits, NULL))
    return FALSE;
  cidr->bits = (guint) bits;
  return TRUE;
}

static guint
bit_at (const LabAddress *address, guint i)
{
  return address->bytes[i / 8] >> (7 - i % 8) & 1;
}

/* The first bits are the same; what stands behind them in the block is of no meaning. */
gboolean
lab_cidr_contains (const LabCidr *cidr, const LabAddress *address)
{
  if (address->length != cidr->address.length)
    return FALSE;
  for (guint i = 0; i < cidr->bits; i++)
    if (bit_at (&cidr->address, i) != bit_at (address, i))
      return FALSE;
  return TRUE;
}

/* Whether @inner is a part of @outer and not all of it. */
gboolean
lab_cidr_within (const LabCidr *inner, const LabCidr *outer)
{
  return inner->bits > outer->bits && lab_cidr_contains (outer, &inner->address);
}

/* --- Words --- */

static gboolean
is_small (char c)
{
  return g_ascii_islower (c) || g_ascii_isdigit (c);
}

/* RFC 1123: labels of small letters, digits and hyphens, which neither begin nor end with one. */
gboolean
lab_is_dns_name (const char *text, gsize max, gboolean dots)
{
  g_auto (GStrv) parts = g_strsplit (text, ".", -1);

  if (*text == '\0' || strlen (text) > max || (!dots && parts[1] != NULL))
    return FALSE;
  for (guint i = 0; parts[i] != NULL; i++)
    {
      const char *part = parts[i];
      gsize n = strlen (part);

      if (n == 0 || (!dots && n > 63) || !is_small (part[0]) || !is_small (part[n - 1]))
        return FALSE;
      for (gsize k = 0; k < n; k++)
        if (!is_small (part[k]) && part[k] != '-')
          return FALSE;
    }
  return TRUE;
}

static gboolean
is_qualified (const char *text)
{
  gsize n = strlen (text);

  if (n == 0 || n > 63 || !g_ascii_isalnum (text[0]) || !g_ascii_isalnum (text[n - 1]))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (!g_ascii_isalnum (text[i]) && strchr ("-_.", text[i]) == NULL)
      return FALSE;
  return TRUE;
}

gboolean
lab_is_label_key (const char *text)
{
  const char *slash = strchr (text, '/');
  g_autofree char *prefix = slash != NULL ? g_strndup (text, (gsize) (slash - text)) : NULL;

  if (slash == NULL)
    return is_qualified (text);
  return lab_is_dns_name (prefix, 253, TRUE) && is_qualified (slash + 1);
}

gboolean
lab_is_label_value (const char *text)
{
  return *text == '\0' || is_qualified (text);
}

/* An IANA service name (RFC 6335): at most 15 of a-z, 0-9 and -, a letter among them. */
gboolean
lab_is_port_name (const char *text)
{
  gsize n = strlen (text);
  gboolean letter = FALSE;

  if (n == 0 || n > 15 || text[0] == '-' || text[n - 1] == '-' || strstr (text, "--") != NULL)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      if (!is_small (text[i]) && text[i] != '-')
        return FALSE;
      letter = letter || g_ascii_islower (text[i]);
    }
  return letter;
}

/* Two labels at least, perhaps after "*." and before a last dot. */
gboolean
lab_is_domain (const char *text)
{
  g_autofree char *plain = g_strdup (g_str_has_prefix (text, "*.") ? text + 2 : text);
  g_auto (GStrv) parts = NULL;

  if (g_str_has_suffix (plain, "."))
    plain[strlen (plain) - 1] = '\0';
  parts = g_strsplit (plain, ".", -1);
  if (g_strv_length (parts) < 2)
    return FALSE;
  for (guint i = 0; parts[i] != NULL; i++)
    {
      gsize n = strlen (parts[i]);

      if (n == 0 || !g_ascii_isalnum (parts[i][0]) || !g_ascii_isalnum (parts[i][n - 1]) || strchr (parts[i], '*') != NULL)
        return FALSE;
      for (gsize k = 0; k < n; k++)
        if (!g_ascii_isalnum (parts[i][k]) && strchr ("-_", parts[i][k]) == NULL)
          return FALSE;
    }
  return TRUE;
}

static const char *const protocol_names[LAB_N_PROTOCOLS] = { "TCP", "UDP", "SCTP" };

gboolean
lab_protocol_read (const char *text, LabProtocol *protocol)
{
  for (guint i = 0; i < LAB_N_PROTOCOLS; i++)
    if (g_str_equal (text, protocol_names[i]))
      {
        *protocol = i;
        return TRUE;
      }
  return FALSE;
}

const char *
lab_protocol_text (LabProtocol protocol)
{
  return protocol_names[protocol];
}

const char *
lab_label_value (const GArray *labels, const char *key)
{
  for (guint i = 0; i < labels->len; i++)
    if (strcmp (g_array_index (labels, LabLabel, i).key, key) == 0)
      return g_array_index (labels, LabLabel, i).value;
  return NULL;
}
