/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-model"

#include "config.h"

#include "qd-label.h"

#include <string.h>

#include "qd-json.h"

static char *
parse (const char *json, const char *name)
{
  g_autoptr (JsonNode) root = qd_json_parse (json, -1, "labels", NULL);
  JsonObject *object = root ? qd_json_object (root) : NULL;
  JsonObjectIter iter;
  const char *member;

  if (object == NULL)
    return NULL;
  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &member, NULL))
    if (g_ascii_strcasecmp (member, name) == 0)
      return g_strdup (qd_json_get_string (object, member, NULL));
  return NULL;
}

/* The end of the text that begins after the quote at @at; NULL when there is none. */
static const char *
skip_text (const char *at)
{
  return strchr (at + 1, '"');
}

/* What filters and groups by labels asks for those of thousands of things at a time: only what has an
 * escape or a list in it is parsed as a whole. */
static char *
scan (const char *json, const char *name)
{
  gsize n = strlen (name);

  for (const char *at = strchr (json, '"'); at; at = strchr (at, '"'))
    {
      const char *key = at + 1, *key_end = skip_text (at), *value, *value_end;

      if (key_end == NULL)
        return NULL;
      value = key_end + 1 + strspn (key_end + 1, " \t\r\n");
      if (*value != ':')
        return NULL;
      value += 1 + strspn (value + 1, " \t\r\n");
      at = value;
      if (*value != '"')
        continue;
      value_end = skip_text (value);
      if (value_end == NULL)
        return NULL;
      if ((gsize) (key_end - key) == n && g_ascii_strncasecmp (key, name, n) == 0)
        return g_strndup (value + 1, (gsize) (value_end - value - 1));
      at = value_end + 1;
    }
  return NULL;
}

char *
qd_entity_dup_label (QdEntity *entity, const char *name)
{
  const char *json = qd_entity_get_string (entity, QD_FIELD_LABELS);

  if (json == NULL)
    return NULL;
  if (strpbrk (json, "\\[") || strchr (json + (*json == '{'), '{'))
    return parse (json, name);
  return scan (json, name);
}
