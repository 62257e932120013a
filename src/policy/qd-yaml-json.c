/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include <string.h>

#include "qd-json-scan.h"
#include "qd-yaml-private.h"

/* What begins with a bracket is read as JSON where it is JSON, as kubectl does: JSON's escapes, pairs of surrogates among
 * them, its names of any length and on a line of their own are not all YAML. What is not JSON after all is left to YAML. */

gboolean
qd_yaml_looks_like_json (const char *text, gsize length)
{
  QdJsonScan scan;
  char c;

  qd_json_scan_init (&scan, text, length);
  c = qd_json_scan_peek (&scan);
  return c == '{' || c == '[';
}

typedef struct {
  QdJsonScan scan;
  QdYamlFile *file;
  QdYamlBuilder *builder;
  GError **error;
} Reader;

static gsize
here (const Reader *self)
{
  return (gsize) (self->scan.p - self->scan.begin);
}

static gboolean
read_scalar (Reader *self)
{
  QdJsonSlice slice;
  gsize start;

  qd_json_scan_peek (&self->scan);
  start = here (self);
  if (!qd_json_scan_scalar (&self->scan, &slice))
    return FALSE;
  if (slice.type == QD_JSON_STRING && slice.escaped)
    {
      g_autofree char *text = qd_json_slice_dup (&slice);

      return qd_yaml_builder_scalar (self->builder, start, here (self), QD_YAML_STYLE_DOUBLE, text, strlen (text), NULL, NULL, self->error);
    }
  return qd_yaml_builder_scalar (self->builder, start, here (self),
                                 slice.type == QD_JSON_STRING ? QD_YAML_STYLE_DOUBLE : QD_YAML_STYLE_PLAIN, slice.text, slice.length,
                                 NULL, NULL, self->error);
}

static gboolean read_value (Reader *self);

static gboolean
read_members (Reader *self, char close)
{
  if (qd_json_scan_peek (&self->scan) == close)
    return TRUE;
  for (;;)
    {
      if (close == '}' &&
          (qd_json_scan_peek (&self->scan) != '"' || !read_scalar (self) || !qd_json_scan_expect (&self->scan, ':', "")))
        return FALSE;
      if (!read_value (self))
        return FALSE;
      if (qd_json_scan_peek (&self->scan) != ',')
        return TRUE;
      self->scan.p++;
    }
}

static gboolean
read_value (Reader *self)
{
  char open = qd_json_scan_peek (&self->scan), close = open == '{' ? '}' : ']';

  if (open != '{' && open != '[')
    return read_scalar (self);
  if (!qd_yaml_builder_begin (self->builder, open == '{' ? QD_YAML_MAP : QD_YAML_SEQ, QD_YAML_STYLE_FLOW, here (self), NULL, FALSE,
                              self->error))
    return FALSE;
  self->scan.p++;
  return read_members (self, close) && qd_json_scan_expect (&self->scan, close, "") &&
         qd_yaml_builder_end (self->builder, here (self), self->error);
}

gboolean
qd_yaml_read_json (QdYamlFile *file, QdYamlBuilder *builder, GError **error)
{
  Reader self = { .file = file, .builder = builder, .error = error };

  qd_json_scan_init (&self.scan, file->places.text, file->places.length);
  /* One value after another, as kubectl reads them. */
  while (qd_json_scan_peek (&self.scan) != '\0' || self.scan.p < self.scan.end)
    {
      qd_yaml_builder_begin_document (builder);
      if (!read_value (&self))
        return FALSE;
    }
  return TRUE;
}
