/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-detail-steps.h"

#include "qd-display.h"
#include "qd-json.h"

#define MAX_STEPS 50

static QdStatus
step_status (const char *state)
{
  if (g_strcmp0 (state, "succeeded") == 0 || g_strcmp0 (state, "allow") == 0 || g_strcmp0 (state, "select") == 0)
    return QD_STATUS_WELL;
  if (g_strcmp0 (state, "failed") == 0 || g_strcmp0 (state, "deny") == 0 || g_strcmp0 (state, "block") == 0)
    return QD_STATUS_DOWN;
  return QD_STATUS_NONE;
}

void
qd_detail_steps_fill (QdRowList *list, const char *json)
{
  g_autoptr (JsonNode) root = json != NULL ? qd_json_parse (json, -1, "", NULL) : NULL;
  JsonArray *array = root != NULL ? qd_json_array (root) : NULL;

  qd_row_list_begin (list);
  for (guint i = 0; array != NULL && i < MIN (json_array_get_length (array), MAX_STEPS); i++)
    {
      JsonObject *step = qd_json_object (json_array_get_element (array, i));
      const char *state;

      if (step == NULL)
        continue;
      state = qd_json_get_string (step, "state", qd_json_get_string (step, "verdict", NULL));
      qd_row_list_add (list, NULL, step_status (state), qd_json_get_string (step, "why", qd_json_get_string (step, "name", "")),
                       qd_json_get_string (step, "detail", qd_json_get_string (step, "policy_id", NULL)), qd_display_word (state));
    }
  qd_row_list_end (list);
}
