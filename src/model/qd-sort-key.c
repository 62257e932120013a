/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-model"

#include "config.h"

#include "qd-sort-key.h"

#include <string.h>

/* Below this many items an insertion sort beats counting bytes. */
#define SMALL 24

/* --- Keys ---------------------------------------------------------------------------------- */

static guint64
number_prefix (double number)
{
  union { double d; guint64 u; } bits = { .d = number == 0.0 ? 0.0 : number };

  /* Flipping the sign bit, or all bits of a negative, makes IEEE 754 order the integer order. */
  return bits.u >> 63 ? ~bits.u : bits.u | (G_GUINT64_CONSTANT (1) << 63);
}

static guint64
integer_prefix (gint64 number)
{
  return (guint64) number ^ (G_GUINT64_CONSTANT (1) << 63);
}

/* Appends the run of digits at @text as one byte of length and the digits without leading zeros. */
static const char *
append_digits (GString *key, const char *text)
{
  const char *end;
  gsize length;

  while (text[0] == '0' && g_ascii_isdigit (text[1]))
    text++;
  for (end = text; g_ascii_isdigit (*end); end++)
    ;
  length = end - text;
  g_string_append_c (key, '0');
  g_string_append_c (key, (char) (1 + MIN (length, 200)));
  g_string_append_len (key, text, length);
  return end;
}

static char *
natural_key (const char *text)
{
  g_autofree char *plain = NULL;
  GString *key;

  if (!g_str_is_ascii (text))
    {
      g_autofree char *folded = g_utf8_casefold (text, -1);

      plain = g_utf8_normalize (folded, -1, G_NORMALIZE_ALL);
      if (plain != NULL)
        text = plain;
    }

  key = g_string_sized_new (strlen (text) + 8);
  while (*text != '\0')
    {
      if (g_ascii_isdigit (*text))
        text = append_digits (key, text);
      else if ((guchar) *text < 0x80)
        g_string_append_c (key, g_ascii_tolower (*text++));
      else
        {
          gunichar c = g_utf8_get_char (text);

          if (!g_unichar_ismark (c))
            g_string_append_unichar (key, c);
          text = g_utf8_next_char (text);
        }
    }
  return g_string_free (key, FALSE);
}

/* Eight bytes of @text from @offset, which must not be past its end, first byte most significant. */
static guint64
text_chunk (const char *text, gsize offset)
{
  guint64 chunk = 0;

  for (guint i = 0; i < 8; i++)
    {
      guchar c = (guchar) text[offset + i];

      if (c == '\0')
        break;
      chunk |= (guint64) c << (56 - 8 * i);
    }
  return chunk;
}

QdSortKey
qd_sort_key_make (const QdValue *value, gboolean descending)
{
  QdSortKey key = { .prefix = G_MAXUINT64 };

  switch (value->type)
    {
    case QD_VALUE_NONE:
      return key;
    case QD_VALUE_DOUBLE:
      key.prefix = number_prefix (value->v.d);
      break;
    case QD_VALUE_STRING:
    case QD_VALUE_JSON:
      key.text = natural_key (value->v.s);
      key.prefix = text_chunk (key.text, 0);
      break;
    case QD_VALUE_BOOL:
    case QD_VALUE_INT:
    case QD_VALUE_TIME:
    case QD_VALUE_STATUS:
    default:
      key.prefix = integer_prefix (value->v.i);
      break;
    }

  if (descending)
    key.prefix = ~key.prefix;
  /* The largest prefix is kept for what is absent. */
  key.prefix = MIN (key.prefix, G_MAXUINT64 - 1);
  return key;
}

void
qd_sort_key_clear (QdSortKey *self)
{
  g_clear_pointer (&self->text, g_free);
}

int
qd_sort_key_compare (const QdSortKey *a, const QdSortKey *b, gboolean descending)
{
  int order;

  if (a->prefix != b->prefix)
    return a->prefix < b->prefix ? -1 : 1;
  if (a->text == NULL || b->text == NULL)
    return (a->text == NULL) - (b->text == NULL);
  order = strcmp (a->text, b->text);
  return descending ? -order : order;
}

/* --- Sorting ------------------------------------------------------------------------------- */

static void
sort_small (QdSortItem *items, guint n)
{
  for (guint i = 1; i < n; i++)
    {
      QdSortItem item = items[i];
      guint j = i;

      for (; j > 0 && items[j - 1].chunk > item.chunk; j--)
        items[j] = items[j - 1];
      items[j] = item;
    }
}

/* Least significant byte first, passing over the bytes that are the same in all items. */
static void
sort_by_chunk (QdSortItem *items, QdSortItem *scratch, guint n)
{
  guint64 differs = 0;
  QdSortItem *from = items, *to = scratch;

  if (n <= SMALL)
    {
      sort_small (items, n);
      return;
    }

  for (guint i = 1; i < n; i++)
    differs |= items[i].chunk ^ items[0].chunk;

  for (guint shift = 0; shift < 64; shift += 8)
    {
      guint starts[256] = { 0 };
      guint sum = 0;
      QdSortItem *swap;

      if (((differs >> shift) & 0xff) == 0)
        continue;
      for (guint i = 0; i < n; i++)
        starts[(from[i].chunk >> shift) & 0xff]++;
      for (guint b = 0; b < 256; b++)
        {
          guint count = starts[b];

          starts[b] = sum;
          sum += count;
        }
      for (guint i = 0; i < n; i++)
        to[starts[(from[i].chunk >> shift) & 0xff]++] = from[i];
      swap = from;
      from = to;
      to = swap;
    }

  if (from != items)
    memcpy (items, from, n * sizeof *items);
}

/* Sorts items that agree in the first @depth bytes of their text by what follows. */
static void
sort_by_text (QdSortItem *items, QdSortItem *scratch, guint n, gsize depth, gboolean descending)
{
  guint begin = 0;

  for (guint i = 0; i < n; i++)
    {
      items[i].chunk = text_chunk (items[i].key->text, depth);
      if (descending)
        items[i].chunk = ~items[i].chunk;
    }
  sort_by_chunk (items, scratch, n);

  while (begin < n)
    {
      guint64 chunk = items[begin].chunk;
      guint end = begin + 1;

      while (end < n && items[end].chunk == chunk)
        end++;
      /* A chunk whose last byte is not zero may go on; the others are whole texts, and equal. */
      if (end - begin > 1 && ((descending ? ~chunk : chunk) & 0xff) != 0)
        sort_by_text (items + begin, scratch, end - begin, depth + 8, descending);
      begin = end;
    }
}

void
qd_sort_items (QdSortItem *items, guint n, gboolean descending)
{
  g_autofree QdSortItem *scratch = g_new (QdSortItem, MAX (n, 1));
  guint begin = 0;

  for (guint i = 0; i < n; i++)
    items[i].chunk = items[i].key->prefix;
  sort_by_chunk (items, scratch, n);

  while (begin < n)
    {
      guint end = begin + 1;
      guint texts = begin;

      while (end < n && items[end].key->prefix == items[begin].key->prefix)
        end++;
      /* Numbers whose prefix equals a text's come behind the texts, as in qd_sort_key_compare(). */
      if (end - begin > 1)
        {
          guint rest = 0;

          for (guint i = begin; i < end; i++)
            if (items[i].key->text != NULL)
              items[texts++] = items[i];
            else
              scratch[rest++] = items[i];
          memcpy (items + texts, scratch, rest * sizeof *items);
          if (texts - begin > 1)
            sort_by_text (items + begin, scratch, texts - begin, 0, descending);
        }
      begin = end;
    }
}
