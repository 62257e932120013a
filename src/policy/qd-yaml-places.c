/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include <string.h>

#include "qd-yaml-private.h"

/* libyaml counts characters, an editor splices bytes, and people look for lines as their editor counts them: LF, CR LF
 * and CR end one. (YAML 1.1 also knows U+0085, U+2028 and U+2029, which no editor numbers.) Characters are counted once
 * for each block of bytes, so that either way takes one short walk however long the line is. */
#define BLOCK 64

static gboolean
is_ascii (const char *text, gsize length)
{
  guint64 high = 0;
  gsize i = 0;

  for (; i + 8 <= length; i += 8)
    {
      guint64 word;

      memcpy (&word, text + i, 8);
      high |= word;
    }
  for (; i < length; i++)
    high |= (guint64) (guchar) text[i];
  return (high & G_GUINT64_CONSTANT (0x8080808080808080)) == 0;
}

static gboolean
begins_character (char c)
{
  return ((guchar) c & 0xc0) != 0x80;
}

static void
count_lines (QdYamlPlaces *self)
{
  const char *end = self->text + self->length;
  guint32 at = (guint32) self->bom;
  gboolean cr = memchr (self->text, '\r', self->length) != NULL;

  g_array_append_val (self->lines, at);
  for (const char *p = self->text + self->bom; p < end; p++)
    {
      if (!cr && (p = memchr (p, '\n', (gsize) (end - p))) == NULL)
        return;
      if (*p != '\n' && (*p != '\r' || (p + 1 < end && p[1] == '\n')))
        continue;
      at = (guint32) (p + 1 - self->text);
      g_array_append_val (self->lines, at);
    }
}

void
qd_yaml_places_init (QdYamlPlaces *self, const char *text, gsize length)
{
  guint32 n = 0;

  *self = (QdYamlPlaces) { .text = text, .length = length, .lines = g_array_new (FALSE, FALSE, sizeof (guint32)) };
  if (length >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0)
    self->bom = 3;
  count_lines (self);
  self->ascii = is_ascii (text + self->bom, length - self->bom);
  if (self->ascii)
    return;
  self->chars = g_array_sized_new (FALSE, FALSE, sizeof (guint32), (guint) (length / BLOCK + 1));
  for (gsize i = self->bom; i < length; i++)
    {
      if ((i - self->bom) % BLOCK == 0)
        g_array_append_val (self->chars, n);
      n += begins_character (text[i]);
    }
}

void
qd_yaml_places_clear (QdYamlPlaces *self)
{
  g_clear_pointer (&self->chars, g_array_unref);
  g_clear_pointer (&self->lines, g_array_unref);
}

/* Characters between the byte order mark and @offset. */
static gsize
char_of_byte (const QdYamlPlaces *self, gsize offset)
{
  gsize block = (offset - self->bom) / BLOCK, n;

  if (self->ascii)
    return offset - self->bom;
  if (block >= self->chars->len)
    block = self->chars->len - 1;
  n = g_array_index (self->chars, guint32, block);
  for (gsize i = self->bom + block * BLOCK; i < offset; i++)
    n += begins_character (self->text[i]);
  return n;
}

gsize
qd_yaml_places_byte_of_char (const QdYamlPlaces *self, gsize character)
{
  guint low = 0, high;
  gsize n, i;

  if (self->ascii)
    return MIN (self->bom + character, self->length);
  for (high = self->chars->len; high - low > 1;)
    {
      guint mid = low + (high - low) / 2;

      if (g_array_index (self->chars, guint32, mid) <= character)
        low = mid;
      else
        high = mid;
    }
  n = g_array_index (self->chars, guint32, low);
  for (i = self->bom + (gsize) low * BLOCK; i < self->length; i++)
    if (begins_character (self->text[i]) && n++ == character)
      break;
  return i;
}

gsize
qd_yaml_places_seek (const QdYamlPlaces *self, QdYamlCursor *cursor, gsize character)
{
  gsize at;

  if (self->ascii)
    return MIN (self->bom + character, self->length);
  if (cursor->byte < self->bom || character < cursor->character || character - cursor->character > BLOCK)
    {
      cursor->byte = qd_yaml_places_byte_of_char (self, character);
      cursor->character = character;
      return cursor->byte;
    }
  for (at = cursor->byte; cursor->character < character && at < self->length; cursor->character++)
    for (at++; at < self->length && !begins_character (self->text[at]);)
      at++;
  cursor->character = character;
  cursor->byte = at;
  return at;
}

void
qd_yaml_places_locate_near (const QdYamlPlaces *self, QdYamlCursor *cursor, gsize offset, guint *line, guint *column)
{
  const guint32 *lines = (const guint32 *) (gpointer) self->lines->data;

  if (cursor->line >= self->lines->len || lines[cursor->line] > offset)
    {
      qd_yaml_places_locate (self, offset, line, column);
      cursor->line = *line - 1;
      return;
    }
  while (cursor->line + 1 < self->lines->len && lines[cursor->line + 1] <= offset)
    cursor->line++;
  *line = cursor->line + 1;
  *column = (guint) (char_of_byte (self, offset) - char_of_byte (self, lines[cursor->line])) + 1;
}

void
qd_yaml_places_locate (const QdYamlPlaces *self, gsize offset, guint *line, guint *column)
{
  guint low = 0, high = self->lines->len;

  offset = CLAMP (offset, self->bom, self->length);
  while (high - low > 1)
    {
      guint mid = low + (high - low) / 2;

      if (g_array_index (self->lines, guint32, mid) <= offset)
        low = mid;
      else
        high = mid;
    }
  *line = low + 1;
  *column = (guint) (char_of_byte (self, offset) - char_of_byte (self, g_array_index (self->lines, guint32, low))) + 1;
}
