/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-model"

#include "config.h"

#include "qd-view-sort.h"

#include <math.h>
#include <string.h>

#include "qd-natural.h"

#define FEW 24   /* rows that are sorted by insertion */
#define SIGN G_GUINT64_CONSTANT (0x8000000000000000)

/* While sorting texts: the next eight bytes of a key, and whose. */
typedef struct { guint64 chunk; guint row; } Item;

typedef struct {
  const guint8 *keys;      /* all keys, one after another */
  const guint *offsets;    /* where each row's begins; one more at the end */
  gboolean descending;
} Texts;

QdOrder
qd_order_new (const QdSchema *schema, guint field, gboolean descending)
{
  QdType type = schema->fields[field].type;

  return (QdOrder) { field, descending, type == QD_VALUE_STRING || type == QD_VALUE_JSON, qd_words_get (schema->kind, field) };
}

static const char *
get_text (const QdOrder *self, const QdValue *value)
{
  return self->words != NULL ? self->words (value->v.s) : value->v.s;
}

static int
compare_texts (const QdOrder *self, const QdValue *a, const QdValue *b)
{
  QdValue x = *a, y = *b;

  if (self->words == NULL)
    return qd_value_compare (a, b);
  x.v.s = (char *) self->words (a->v.s);
  y.v.s = (char *) self->words (b->v.s);
  return qd_value_compare (&x, &y);
}

/* Up to eight bytes as a big-endian number. No key has a NUL, so that a zero byte marks its end. */
static inline guint64
load_chunk (const guint8 *p, gsize n)
{
  guint64 chunk = 0;

  memcpy (&chunk, p, MIN (n, 8));
  return GUINT64_FROM_BE (chunk);
}

static inline guint64
turn (const QdOrder *self, guint64 key)
{
  if (self->descending)
    key = ~key;
  return key == QD_KEY_ABSENT ? key - 1 : key;
}

static guint64
number_key (const QdValue *value)
{
  guint64 bits;
  double d;

  if (value->type != QD_VALUE_DOUBLE)
    return (guint64) value->v.i ^ SIGN;
  d = value->v.d == 0 ? 0 : value->v.d;
  memcpy (&bits, &d, sizeof bits);
  return bits & SIGN ? ~bits : bits | SIGN;
}

static guint64
text_key (const char *text)
{
  g_autoptr (GByteArray) key = g_byte_array_sized_new (64);

  qd_natural_key (text, key);
  return load_chunk (key->data, key->len);
}

guint64
qd_order_key (const QdOrder *self, QdEntity *entity)
{
  const QdValue *value = &entity->values[self->field];
  gboolean is_text = value->type == QD_VALUE_STRING || value->type == QD_VALUE_JSON;

  if (value->type == QD_VALUE_NONE || is_text != self->text || (value->type == QD_VALUE_DOUBLE && isnan (value->v.d)))
    return QD_KEY_ABSENT;
  return turn (self, is_text ? text_key (get_text (self, value)) : number_key (value));
}

int
qd_order_compare (const QdOrder *self, const QdRow *a, const QdRow *b)
{
  if (a->key != b->key)
    return a->key < b->key ? -1 : 1;
  if (self->text && a->key != QD_KEY_ABSENT)
    {
      int order = compare_texts (self, &a->entity->values[self->field], &b->entity->values[self->field]);

      if (order != 0)
        return self->descending ? -order : order;
    }
  return (a->entity->serial > b->entity->serial) - (a->entity->serial < b->entity->serial);
}

/* Least significant byte first, and stable; a byte that is the same in all is skipped. @spare is as
 * large as @items. */
static void
radix_sort (Item *items, Item *spare, guint n)
{
  guint (*counts)[256] = g_malloc0 (8 * sizeof *counts);
  Item *from = items, *to = spare;

  for (guint i = 0; i < n; i++)
    for (guint byte = 0; byte < 8; byte++)
      counts[byte][items[i].chunk >> (8 * byte) & 0xff]++;
  for (guint byte = 0; byte < 8; byte++)
    {
      guint *count = counts[byte], sum = 0;

      if (count[from[0].chunk >> (8 * byte) & 0xff] == n)
        continue;
      for (guint i = 0; i < 256; i++)
        {
          guint c = count[i];

          count[i] = sum;
          sum += c;
        }
      for (guint i = 0; i < n; i++)
        to[count[from[i].chunk >> (8 * byte) & 0xff]++] = from[i];
      Item *swap = from;
      from = to;
      to = swap;
    }
  if (from != items)
    memcpy (items, from, n * sizeof *items);
  g_free (counts);
}

static void
insertion_sort (Item *items, guint n)
{
  for (guint i = 1; i < n; i++)
    {
      Item item = items[i];
      guint j = i;

      for (; j > 0 && items[j - 1].chunk > item.chunk; j--)
        items[j] = items[j - 1];
      items[j] = item;
    }
}

static void
sort_items (Item *items, Item *spare, guint n)
{
  if (n <= FEW)
    insertion_sort (items, n);
  else
    radix_sort (items, spare, n);
}

/* Sorts items that are the same in their first @depth bytes by what follows, eight bytes a level. */
static void
sort_texts (const Texts *texts, Item *items, Item *spare, guint n, guint depth)
{
  for (guint i = 0; i < n; i++)
    {
      guint begin = texts->offsets[items[i].row], length = texts->offsets[items[i].row + 1] - begin;
      guint64 chunk = length > depth ? load_chunk (texts->keys + begin + depth, length - depth) : 0;

      items[i].chunk = texts->descending ? ~chunk : chunk;
    }
  sort_items (items, spare, n);
  for (guint i = 0, run; i < n; i += run)
    {
      guint64 chunk = texts->descending ? ~items[i].chunk : items[i].chunk;

      for (run = 1; i + run < n && items[i + run].chunk == items[i].chunk; run++)
        ;
      /* A zero at its end: these keys are over, and equal. */
      if (run > 1 && (chunk & 0xff) != 0)
        sort_texts (texts, items + i, spare + i, run, depth + 8);
    }
}

static void
sort_by_text (const QdOrder *self, QdRow *rows, Item *items, Item *spare, guint n)
{
  g_autoptr (GByteArray) keys = g_byte_array_sized_new (n * 24 + 64);
  g_autofree guint *offsets = g_new (guint, n + 1);
  guint present = 0;

  for (guint i = 0; i < n; i++)
    {
      const QdValue *value = &rows[i].entity->values[self->field];

      offsets[i] = keys->len;
      rows[i].key = QD_KEY_ABSENT;
      if (value->type != QD_VALUE_STRING && value->type != QD_VALUE_JSON)
        continue;
      qd_natural_key (get_text (self, value), keys);
      rows[i].key = turn (self, load_chunk (keys->data + offsets[i], keys->len - offsets[i]));
      items[present++].row = i;
    }
  offsets[n] = keys->len;
  sort_texts (&(Texts) { keys->data, offsets, self->descending }, items, spare, present, 0);
  for (guint i = 0; i < n; i++)
    if (rows[i].key == QD_KEY_ABSENT)
      items[present++].row = i;
}

void
qd_order_sort (const QdOrder *self, QdRow *rows, guint n)
{
  if (n == 0)
    return;

  g_autofree Item *items = g_new (Item, n);
  g_autofree Item *spare = g_new (Item, n);
  if (self->text)
    sort_by_text (self, rows, items, spare, n);
  else
    {
      for (guint i = 0; i < n; i++)
        {
          rows[i].key = qd_order_key (self, rows[i].entity);
          items[i] = (Item) { rows[i].key, i };
        }
      sort_items (items, spare, n);
    }
  g_autofree QdRow *before = g_memdup2 (rows, n * sizeof *rows);
  for (guint i = 0; i < n; i++)
    rows[i] = before[items[i].row];
}
