/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-base"

#include "config.h"

#include "qd-json-scan.h"

#include <math.h>
#include <string.h>

#include "qd-json.h"
#include "qd-time.h"

/* Longer numbers than this are digits that no double holds anyway. */
#define MAX_NUMBER 512

void
qd_json_scan_init (QdJsonScan *self, const char *text, gsize length)
{
  static const char bom[] = "\xef\xbb\xbf";

  *self = (QdJsonScan) { .begin = text, .p = text, .end = text + length };
  if (length >= 3 && memcmp (text, bom, 3) == 0)
    self->p += 3;
}

gboolean
qd_json_scan_fail (QdJsonScan *self, int error, const char *problem)
{
  if (self->problem == NULL)
    {
      self->error = error;
      self->problem = problem;
    }
  return FALSE;
}

char
qd_json_scan_peek (QdJsonScan *self)
{
  while (self->p < self->end && (*self->p == ' ' || *self->p == '\n' || *self->p == '\r' || *self->p == '\t'))
    self->p++;
  return self->p < self->end ? *self->p : '\0';
}

gboolean
qd_json_scan_expect (QdJsonScan *self, char c, const char *problem)
{
  if (qd_json_scan_peek (self) != c || self->p == self->end)
    return qd_json_scan_fail (self, QD_JSON_ERROR_SYNTAX, problem);
  self->p++;
  return TRUE;
}

/* Steps over what follows a backslash. */
static gboolean
scan_escape (QdJsonScan *self)
{
  if (self->p == self->end)
    return qd_json_scan_fail (self, QD_JSON_ERROR_SYNTAX, "a string does not end");
  switch (*self->p++)
    {
    case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't':
      return TRUE;
    case 'u':
      if (self->end - self->p >= 4 && g_ascii_isxdigit (self->p[0]) && g_ascii_isxdigit (self->p[1]) &&
          g_ascii_isxdigit (self->p[2]) && g_ascii_isxdigit (self->p[3]))
        {
          self->p += 4;
          return TRUE;
        }
      break;
    default:
      break;
    }
  self->p--;
  return qd_json_scan_fail (self, QD_JSON_ERROR_SYNTAX, "this escape is not one of JSON's");
}

static gboolean
scan_string (QdJsonScan *self, QdJsonSlice *slice)
{
  const char *begin = ++self->p;
  guchar high = 0;

  slice->escaped = FALSE;
  while (self->p < self->end && *self->p != '"')
    {
      guchar c = (guchar) *self->p;

      if (c < 0x20)
        return qd_json_scan_fail (self, QD_JSON_ERROR_SYNTAX, "a string holds a control character or does not end");
      high |= c;
      self->p++;
      if (c == '\\')
        {
          slice->escaped = TRUE;
          if (!scan_escape (self))
            return FALSE;
        }
    }
  if (self->p == self->end)
    return qd_json_scan_fail (self, QD_JSON_ERROR_SYNTAX, "a string does not end");
  slice->type = QD_JSON_STRING;
  slice->text = begin;
  slice->length = (gsize) (self->p - begin);
  if (high >= 0x80)
    {
      const char *bad;

      if (!g_utf8_validate_len (begin, slice->length, &bad))
        {
          self->p = bad;
          return qd_json_scan_fail (self, QD_JSON_ERROR_ENCODING, "the text is not UTF-8");
        }
    }
  self->p++;
  return TRUE;
}

static gboolean
scan_digits (QdJsonScan *self)
{
  const char *begin = self->p;

  while (self->p < self->end && *self->p >= '0' && *self->p <= '9')
    self->p++;
  return self->p > begin || qd_json_scan_fail (self, QD_JSON_ERROR_SYNTAX, "a digit is missing here");
}

static gboolean
scan_number (QdJsonScan *self, QdJsonSlice *slice)
{
  slice->text = self->p;
  slice->type = QD_JSON_NUMBER;
  slice->escaped = FALSE;
  if (*self->p == '-')
    self->p++;
  if (self->p < self->end && *self->p == '0')
    self->p++;
  else if (!scan_digits (self))
    return FALSE;
  if (self->p < self->end && *self->p == '.')
    {
      self->p++;
      if (!scan_digits (self))
        return FALSE;
    }
  if (self->p < self->end && (*self->p | 0x20) == 'e')
    {
      self->p++;
      if (self->p < self->end && (*self->p == '+' || *self->p == '-'))
        self->p++;
      if (!scan_digits (self))
        return FALSE;
    }
  slice->length = (gsize) (self->p - slice->text);
  return TRUE;
}

static gboolean
scan_word (QdJsonScan *self, QdJsonSlice *slice, const char *word, QdJsonType type)
{
  gsize n = strlen (word);

  if ((gsize) (self->end - self->p) < n || memcmp (self->p, word, n) != 0)
    return qd_json_scan_fail (self, QD_JSON_ERROR_SYNTAX, "this is not a JSON value");
  *slice = (QdJsonSlice) { .text = self->p, .length = n, .type = type };
  self->p += n;
  return TRUE;
}

gboolean
qd_json_scan_scalar (QdJsonScan *self, QdJsonSlice *slice)
{
  char c = qd_json_scan_peek (self);

  switch (c)
    {
    case '"':
      return scan_string (self, slice);
    case 't':
      return scan_word (self, slice, "true", QD_JSON_TRUE);
    case 'f':
      return scan_word (self, slice, "false", QD_JSON_FALSE);
    case 'n':
      return scan_word (self, slice, "null", QD_JSON_NULL);
    default:
      if (c == '-' || (c >= '0' && c <= '9'))
        return scan_number (self, slice);
      if (self->p == self->end)
        return qd_json_scan_fail (self, QD_JSON_ERROR_SYNTAX, "the text ends too early");
      return qd_json_scan_fail (self, QD_JSON_ERROR_SYNTAX, "this is not a JSON value");
    }
}

static gboolean
scan_name (QdJsonScan *self, QdJsonSlice *name)
{
  if (qd_json_scan_peek (self) != '"')
    return qd_json_scan_fail (self, QD_JSON_ERROR_SYNTAX, "a member's name is missing here");
  return scan_string (self, name) && qd_json_scan_expect (self, ':', "a colon is missing here");
}

static gboolean
scan_value (QdJsonScan *self, QdJsonSlice *slice, guint depth)
{
  char open = qd_json_scan_peek (self), close;
  const char *begin = self->p;
  QdJsonSlice inner;

  if (open != '{' && open != '[')
    return qd_json_scan_scalar (self, slice);
  if (depth >= QD_JSON_MAX_DEPTH)
    return qd_json_scan_fail (self, QD_JSON_ERROR_TOO_DEEP, "values are nested too deeply");
  close = open == '{' ? '}' : ']';
  self->p++;
  if (qd_json_scan_peek (self) != close)
    for (;;)
      {
        if (open == '{' && !scan_name (self, &inner))
          return FALSE;
        if (!scan_value (self, &inner, depth + 1))
          return FALSE;
        if (qd_json_scan_peek (self) != ',')
          break;
        self->p++;
      }
  if (!qd_json_scan_expect (self, close, open == '{' ? "a comma or } is missing here" : "a comma or ] is missing here"))
    return FALSE;
  *slice = (QdJsonSlice) { .text = begin, .length = (gsize) (self->p - begin),
                           .type = open == '{' ? QD_JSON_OBJECT : QD_JSON_ARRAY };
  return TRUE;
}

void
qd_json_scan_set_error (QdJsonScan *self, const char *origin, GError **error)
{
  guint line = 1;
  const char *line_begin = self->begin;

  for (const char *p = self->begin; p < self->p; p++)
    if (*p == '\n')
      {
        line++;
        line_begin = p + 1;
      }
  g_set_error (error, QD_JSON_ERROR, self->error, "%s: line %u, column %u: %s", origin != NULL ? origin : "JSON", line,
               (guint) (self->p - line_begin) + 1, self->problem);
}

/**
 * qd_json_slice_parse:
 * @self: (out): the value, which borrows @text
 *
 * Checks that @text is one JSON value in UTF-8, at most %QD_JSON_MAX_DEPTH deep and
 * %QD_JSON_MAX_BYTES long. Allocates nothing but an error.
 *
 * Returns: %FALSE with an error of %QD_JSON_ERROR when it is not
 */
gboolean
qd_json_slice_parse (QdJsonSlice *self, const char *text, gsize length, GError **error)
{
  QdJsonScan scan;

  qd_json_scan_init (&scan, text, length);
  if (length > QD_JSON_MAX_BYTES)
    qd_json_scan_fail (&scan, QD_JSON_ERROR_TOO_LARGE, "the text is too large");
  else if (scan_value (&scan, self, 0) && qd_json_scan_peek (&scan) == '\0' && scan.p == scan.end)
    return TRUE;
  qd_json_scan_fail (&scan, QD_JSON_ERROR_SYNTAX, "something follows the value");
  qd_json_scan_set_error (&scan, NULL, error);
  return FALSE;
}

static gunichar
read_hex4 (const char *p)
{
  gunichar c = 0;

  for (int i = 0; i < 4; i++)
    c = c << 4 | (gunichar) g_ascii_xdigit_value (p[i]);
  return c;
}

/* One \uXXXX or a pair of them; @p is past the u. What cannot be in a C string or is half a pair
 * becomes U+FFFD. */
static gunichar
read_unicode (const char **p, const char *end)
{
  gunichar c = read_hex4 (*p), low;

  *p += 4;
  if (c >= 0xd800 && c < 0xdc00 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u')
    {
      low = read_hex4 (*p + 2);
      if (low >= 0xdc00 && low < 0xe000)
        {
          *p += 6;
          return 0x10000 + ((c - 0xd800) << 10 | (low - 0xdc00));
        }
    }
  return c == 0 || (c >= 0xd800 && c < 0xe000) ? 0xfffd : c;
}

/* Undoes the escapes of a scanned string. The result is never longer than its source. */
static gsize
unescape (const QdJsonSlice *self, char *out)
{
  const char *p = self->text, *end = p + self->length;
  char *o = out;

  while (p < end)
    {
      if (*p != '\\')
        {
          *o++ = *p++;
          continue;
        }
      p++;
      char c = *p++;
      switch (c)
        {
        case 'b': *o++ = '\b'; break;
        case 'f': *o++ = '\f'; break;
        case 'n': *o++ = '\n'; break;
        case 'r': *o++ = '\r'; break;
        case 't': *o++ = '\t'; break;
        case 'u': o += g_unichar_to_utf8 (read_unicode (&p, end), o); break;
        default: *o++ = c; break;
        }
    }
  return (gsize) (o - out);
}

char *
qd_json_slice_dup (const QdJsonSlice *self)
{
  if (self->type != QD_JSON_STRING && self->type != QD_JSON_NUMBER)
    return NULL;
  if (!self->escaped)
    return g_strndup (self->text, self->length);
  char *copy = g_malloc (self->length + 1);
  copy[unescape (self, copy)] = '\0';
  return copy;
}

gboolean
qd_json_slice_copy (const QdJsonSlice *self, char *buffer, gsize size)
{
  if ((self->type != QD_JSON_STRING && self->type != QD_JSON_NUMBER) || self->length >= size)
    return FALSE;
  if (self->escaped)
    {
      buffer[unescape (self, buffer)] = '\0';
      return TRUE;
    }
  memcpy (buffer, self->text, self->length);
  buffer[self->length] = '\0';
  return TRUE;
}

gboolean
qd_json_slice_is (const QdJsonSlice *self, const char *text)
{
  gsize n = strlen (text);

  if (self->type != QD_JSON_STRING)
    return FALSE;
  if (!self->escaped)
    return self->length == n && memcmp (self->text, text, n) == 0;
  g_autofree char *plain = qd_json_slice_dup (self);
  return strcmp (plain, text) == 0;
}

/* Numbers as people and servers write them: up to 15 digits and a small power of ten, which one
 * correctly rounded division or product gives exactly. */
static gboolean
fast_number (const char *p, const char *end, double *value)
{
  static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15 };
  gboolean negative = *p == '-';
  guint64 v = 0;
  int digits = 0, decimals = 0;

  p += negative;
  for (; p < end && *p >= '0' && *p <= '9'; p++, digits++)
    v = v * 10 + (guint64) (*p - '0');
  if (p < end && *p == '.')
    for (p++; p < end && *p >= '0' && *p <= '9'; p++, digits++, decimals++)
      v = v * 10 + (guint64) (*p - '0');
  if (p != end || digits > 15)
    return FALSE;
  *value = (double) v / powers[decimals];
  if (negative)
    *value = -*value;
  return TRUE;
}

gboolean
qd_json_slice_get_number (const QdJsonSlice *self, double *value)
{
  char buffer[MAX_NUMBER + 1];
  double v;

  if (self->type != QD_JSON_NUMBER)
    return FALSE;
  if (self->length <= 17 && fast_number (self->text, self->text + self->length, value))
    return TRUE;
  if (!qd_json_slice_copy (self, buffer, sizeof buffer))
    return FALSE;
  v = g_ascii_strtod (buffer, NULL);
  if (!isfinite (v))
    return FALSE;
  *value = v;
  return TRUE;
}

gboolean
qd_json_slice_get_int (const QdJsonSlice *self, gint64 *value)
{
  const char *p = self->text, *end = p + self->length;
  guint64 v = 0;

  if (self->type != QD_JSON_NUMBER)
    return FALSE;
  gboolean negative = *p == '-';
  guint64 most = (guint64) G_MAXINT64 + negative;
  for (p += negative; p < end; p++)
    {
      guint digit = (guint) (*p - '0');

      if (digit > 9 || v > most / 10 || v * 10 > most - digit)
        return FALSE;
      v = v * 10 + digit;
    }
  *value = negative ? (gint64) (0 - v) : (gint64) v;
  return TRUE;
}

gboolean
qd_json_slice_get_time (const QdJsonSlice *self, gint64 *us)
{
  char buffer[64];
  double seconds;

  if (self->type == QD_JSON_STRING)
    return qd_json_slice_copy (self, buffer, sizeof buffer) && qd_time_parse (buffer, us);
  return qd_json_slice_get_number (self, &seconds) && qd_json_seconds_to_time (seconds, us);
}

void
qd_json_iter_init (QdJsonIter *self, const QdJsonSlice *container)
{
  *self = (QdJsonIter) { .container = container->type };
  if ((container->type == QD_JSON_OBJECT || container->type == QD_JSON_ARRAY) && container->length >= 2)
    {
      self->p = container->text + 1;
      self->end = container->text + container->length - 1;
    }
}

gboolean
qd_json_iter_next (QdJsonIter *self, QdJsonSlice *name, QdJsonSlice *value)
{
  QdJsonScan scan = { .begin = self->p, .p = self->p, .end = self->end };
  QdJsonSlice unused;

  if (self->p == NULL || (qd_json_scan_peek (&scan) == '\0' && scan.p == scan.end))
    return FALSE;
  if (*scan.p == ',')
    scan.p++;
  /* Somebody else's array where an object is meant: its elements have no names, and must not seem to. */
  if (self->container == QD_JSON_ARRAY && name != NULL)
    *name = (QdJsonSlice) { .type = QD_JSON_NONE };
  if ((self->container == QD_JSON_OBJECT && !scan_name (&scan, name != NULL ? name : &unused)) ||
      !scan_value (&scan, value, 0))
    {
      self->p = NULL;
      return FALSE;
    }
  self->p = scan.p;
  return TRUE;
}
