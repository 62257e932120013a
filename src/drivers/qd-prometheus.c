/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-prometheus.h"

#include <math.h>
#include <string.h>

#define MAX_LINE 16384
#define MAX_LABELS 8

typedef struct {
  const char *const *wanted;
  char *values[MAX_LABELS];
} Labels;

static gboolean
is_name (char c, gboolean first)
{
  return g_ascii_isalpha (c) || c == '_' || c == ':' || (!first && g_ascii_isdigit (c));
}

/* The name that begins at *@p, which goes on behind it; NULL: none does. (transfer full) */
static char *
take_name (const char **p)
{
  const char *start = *p;

  while (is_name (**p, *p == start))
    (*p)++;
  return *p > start ? g_strndup (start, (gsize) (*p - start)) : NULL;
}

static void
skip_blanks (const char **p)
{
  while (**p == ' ' || **p == '\t')
    (*p)++;
}

/* A quoted value, in which \\, \" and \n stand for themselves. (transfer full) (nullable) */
static char *
take_value (const char **p)
{
  g_autoptr (GString) value = g_string_new (NULL);

  if (*(*p)++ != '"')
    return NULL;
  for (; **p != '"'; (*p)++)
    {
      if (**p == '\0')
        return NULL;
      if (**p != '\\')
        g_string_append_c (value, **p);
      else if (*++(*p) == '\0')
        return NULL;
      else
        g_string_append_c (value, **p == 'n' ? '\n' : **p);
    }
  (*p)++;
  if (!g_utf8_validate (value->str, (gssize) value->len, NULL))
    return NULL;
  return g_string_free (g_steal_pointer (&value), FALSE);
}

static void
keep (Labels *labels, const char *name, char *value)
{
  for (guint i = 0; i < MAX_LABELS && labels->wanted[i]; i++)
    if (g_str_equal (labels->wanted[i], name))
      {
        g_free (labels->values[i]);
        labels->values[i] = value;
        return;
      }
  g_free (value);
}

static gboolean
take_labels (const char **p, Labels *labels)
{
  if (**p != '{')
    return TRUE;
  (*p)++;
  for (;;)
    {
      g_autofree char *name = NULL;
      char *value;

      skip_blanks (p);
      if (**p == '}')
        break;
      name = take_name (p);
      skip_blanks (p);
      if (name == NULL || *(*p)++ != '=')
        return FALSE;
      skip_blanks (p);
      value = take_value (p);
      if (value == NULL)
        return FALSE;
      keep (labels, name, value);
      skip_blanks (p);
      if (**p == ',')
        (*p)++;
      else if (**p != '}')
        return FALSE;
    }
  (*p)++;
  return TRUE;
}

/* FALSE: @line is no sample. */
static gboolean
read_line (const char *line, const char *const *wanted, QdPrometheusSample func, gpointer data)
{
  Labels labels = { .wanted = wanted };
  const char *p = line;
  g_autofree char *name = take_name (&p);
  gboolean good = FALSE;
  char *end = NULL;
  double value;

  if (name)
    {
      skip_blanks (&p);
      good = take_labels (&p, &labels);
    }
  if (good)
    {
      skip_blanks (&p);
      value = g_ascii_strtod (p, &end);
      /* What may follow is a time. */
      good = end > p && (*end == '\0' || *end == ' ' || *end == '\t' || *end == '\r');
      if (good && isfinite (value))
        func (name, (const char *const *) labels.values, value, data);
    }
  for (guint i = 0; i < MAX_LABELS; i++)
    g_free (labels.values[i]);
  return good;
}

guint
qd_prometheus_read (const char *text, gsize length, const char *const *labels, QdPrometheusSample func, gpointer data)
{
  const char *at = text, *end = text + length;
  guint bad = 0;

  while (at < end)
    {
      const char *newline = memchr (at, '\n', (gsize) (end - at)), *stop = newline ? newline : end;
      g_autofree char *line = NULL;

      /* A byte of zero would end it early. */
      if (stop - at > MAX_LINE || memchr (at, '\0', (gsize) (stop - at)))
        bad++;
      else
        {
          const char *p;

          line = g_strndup (at, (gsize) (stop - at));
          p = line;
          skip_blanks (&p);
          if (*p != '\0' && *p != '\r' && *p != '#' && !read_line (p, labels, func, data))
            bad++;
        }
      at = newline ? newline + 1 : end;
    }
  return bad;
}
