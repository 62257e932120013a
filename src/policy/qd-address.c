/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-address.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

static guint
width_of (guint family)
{
  return family == 4 ? 4 : 16;
}

gboolean
qd_address_parse (const char *text, QdAddress *self)
{
  QdAddress address = { 0 };

  address.family = strchr (text, ':') ? 6 : 4;
  if (inet_pton (address.family == 4 ? AF_INET : AF_INET6, text, address.bytes) != 1)
    return FALSE;
  *self = address;
  return TRUE;
}

char *
qd_address_to_text (const QdAddress *self)
{
  char buffer[INET6_ADDRSTRLEN];

  return g_strdup (inet_ntop (self->family == 4 ? AF_INET : AF_INET6, self->bytes, buffer, sizeof buffer));
}

int
qd_address_compare (const QdAddress *a, const QdAddress *b)
{
  return a->family != b->family ? a->family - b->family : memcmp (a->bytes, b->bytes, sizeof a->bytes);
}

guint
qd_address_hash (gconstpointer address)
{
  const QdAddress *self = address;
  guint hash = self->family;

  for (guint i = 0; i < sizeof self->bytes; i++)
    hash = hash * 31 + self->bytes[i];
  return hash;
}

gboolean
qd_address_equal (gconstpointer a, gconstpointer b)
{
  return qd_address_compare (a, b) == 0;
}

gboolean
qd_address_step (QdAddress *self, int direction)
{
  QdAddress next = *self;

  for (guint i = width_of (self->family); i-- > 0;)
    {
      next.bytes[i] = (guint8) (next.bytes[i] + direction);
      /* No carry into the byte before: done. */
      if (next.bytes[i] != (direction > 0 ? 0 : 0xff))
        {
          *self = next;
          return TRUE;
        }
    }
  return FALSE;
}

/* --- Ranges ------------------------------------------------------------------------------------------------- */

void
qd_address_range_whole (QdAddressRange *self, guint family)
{
  *self = (QdAddressRange) { { (guint8) family, { 0 } }, { (guint8) family, { 0 } } };
  memset (self->last.bytes, 0xff, width_of (family));
}

gboolean
qd_address_range_parse (const char *text, QdAddressRange *self)
{
  const char *slash = strchr (text, '/');
  g_autofree char *host = slash ? g_strndup (text, (gsize) (slash - text)) : NULL;
  QdAddress address;
  guint64 bits;

  /* "08" and "+8" are no prefix. */
  if (host == NULL || !qd_address_parse (host, &address) || !g_ascii_isdigit (slash[1]) || (slash[1] == '0' && slash[2]) ||
      !g_ascii_string_to_unsigned (slash + 1, 10, 0, width_of (address.family) * 8, &bits, NULL))
    return FALSE;
  self->first = self->last = address;
  for (guint i = 0; i < width_of (address.family); i++)
    {
      guint kept = bits > i * 8 ? (guint) MIN (bits - i * 8, 8) : 0;
      guint8 mask = (guint8) (0xff00 >> kept);

      self->first.bytes[i] &= mask;
      self->last.bytes[i] |= (guint8) ~mask;
    }
  return TRUE;
}

gboolean
qd_address_range_contains (const QdAddressRange *self, const QdAddress *address)
{
  return qd_address_compare (&self->first, address) <= 0 && qd_address_compare (address, &self->last) <= 0;
}

gboolean
qd_address_range_includes (const QdAddressRange *self, const QdAddressRange *other)
{
  return qd_address_range_contains (self, &other->first) && qd_address_range_contains (self, &other->last);
}

char *
qd_address_range_to_text (const QdAddressRange *self)
{
  g_autofree char *first = qd_address_to_text (&self->first), *last = qd_address_to_text (&self->last);

  return g_strconcat (first, "-", last, NULL);
}

/* --- Sets of ranges ------------------------------------------------------------------------------------------- */

static int
compare_ranges (gconstpointer a, gconstpointer b)
{
  const QdAddressRange *l = a, *r = b;
  int order = qd_address_compare (&l->first, &r->first);

  return order ? order : qd_address_compare (&l->last, &r->last);
}

/* Sorted, and what overlaps or touches as one. */
static GArray *
merge (GArray *ranges)
{
  g_autoptr (GArray) sorted = g_array_copy (ranges);
  GArray *merged = g_array_new (FALSE, FALSE, sizeof (QdAddressRange));

  g_array_sort (sorted, compare_ranges);
  for (guint i = 0; i < sorted->len; i++)
    {
      const QdAddressRange *range = &g_array_index (sorted, QdAddressRange, i);
      QdAddressRange *before = merged->len ? &g_array_index (merged, QdAddressRange, merged->len - 1) : NULL;
      QdAddress reach = before ? before->last : range->first;

      /* At the end of a space there is no next one, and nothing of that family can be beyond. */
      if (before)
        qd_address_step (&reach, 1);
      if (before && before->last.family == range->first.family && qd_address_compare (&range->first, &reach) <= 0)
        {
          if (qd_address_compare (&range->last, &before->last) > 0)
            before->last = range->last;
        }
      else
        g_array_append_vals (merged, range, 1);
    }
  return merged;
}

GArray *
qd_address_ranges_subtract (GArray *wanted, GArray *unwanted)
{
  g_autoptr (GArray) from = merge (wanted), holes = merge (unwanted);
  GArray *left = g_array_new (FALSE, FALSE, sizeof (QdAddressRange));
  guint next = 0;

  for (guint i = 0; i < from->len; i++)
    {
      QdAddressRange rest = g_array_index (from, QdAddressRange, i);
      gboolean empty = FALSE;

      while (next < holes->len && qd_address_compare (&g_array_index (holes, QdAddressRange, next).last, &rest.first) < 0)
        next++;
      /* A hole that reaches beyond this range may bite into the next one too: it is not passed. */
      for (guint k = next; !empty && k < holes->len; k++)
        {
          const QdAddressRange *hole = &g_array_index (holes, QdAddressRange, k);

          if (qd_address_compare (&hole->first, &rest.last) > 0)
            break;
          if (qd_address_compare (&hole->first, &rest.first) > 0)
            {
              QdAddressRange before = { rest.first, hole->first };

              qd_address_step (&before.last, -1);
              g_array_append_val (left, before);
            }
          if (qd_address_compare (&hole->last, &rest.last) >= 0)
            empty = TRUE;
          else
            {
              rest.first = hole->last;
              qd_address_step (&rest.first, 1);
            }
        }
      if (!empty)
        g_array_append_val (left, rest);
    }
  return left;
}

int
qd_address_ranges_find (GArray *ranges, const QdAddress *address)
{
  guint low = 0, high = ranges->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const QdAddressRange *range = &g_array_index (ranges, QdAddressRange, middle);

      if (qd_address_compare (&range->last, address) < 0)
        low = middle + 1;
      else if (qd_address_compare (address, &range->first) < 0)
        high = middle;
      else
        return (int) middle;
    }
  return -1;
}

static int
compare_addresses (gconstpointer a, gconstpointer b)
{
  return qd_address_compare (a, b);
}

void
qd_address_space_cut (guint family, GPtrArray *sets, GArray *parts)
{
  g_autoptr (GArray) begins = g_array_new (FALSE, FALSE, sizeof (QdAddress));
  QdAddressRange whole;

  qd_address_range_whole (&whole, family);
  g_array_append_val (begins, whole.first);
  for (guint i = 0; i < sets->len; i++)
    {
      GArray *set = g_ptr_array_index (sets, i);

      for (guint k = 0; k < set->len; k++)
        {
          QdAddressRange range = g_array_index (set, QdAddressRange, k);

          if (range.first.family != family)
            continue;
          g_array_append_val (begins, range.first);
          if (qd_address_step (&range.last, 1))
            g_array_append_val (begins, range.last);
        }
    }
  g_array_sort (begins, compare_addresses);
  for (guint i = 0; i < begins->len; i++)
    {
      QdAddressRange part = { g_array_index (begins, QdAddress, i), whole.last };

      if (i + 1 < begins->len)
        {
          part.last = g_array_index (begins, QdAddress, i + 1);
          if (qd_address_compare (&part.first, &part.last) == 0)
            continue;
          qd_address_step (&part.last, -1);
        }
      g_array_append_val (parts, part);
    }
}
