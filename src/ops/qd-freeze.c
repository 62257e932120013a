/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-freeze.h"

#include <glib/gi18n-lib.h>

#include "qd-json.h"
#include "qd-time.h"

char *
qd_freeze_tell (QdEntity *connection)
{
  const char *text = qd_entity_get_string (connection, QD_CONNECTION_FREEZE);
  g_autoptr (JsonNode) node = text != NULL ? qd_json_parse (text, -1, "freeze", NULL) : NULL;
  JsonObject *object = node != NULL ? qd_json_object (node) : NULL;
  const char *by, *reason;
  g_autofree char *time = NULL, *what = NULL;
  gint64 at = 0;

  if (object == NULL)
    return NULL;
  by = qd_json_get_string (object, "by", NULL);
  reason = qd_json_get_string (object, "reason", NULL);
  if (qd_time_parse (qd_json_get_string (object, "at", ""), &at))
    time = qd_time_format_local (at);
  if (time != NULL && by != NULL)
    what = g_strdup_printf (_("All changes are frozen since %s by %s"), time, by);
  else
    what = g_strdup (_("All changes are frozen"));
  /* Translators: what, and the reason that was given for it */
  return reason != NULL && *reason != '\0' ? g_strdup_printf (_("%s: %s"), what, reason) : g_steal_pointer (&what);
}
