/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One verb for many things, and what is said of each. */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-json.h"

/* --- What may be shown ------------------------------------------------------------------------- */

void
qdctl_append_plain (GString *out, const char *text)
{
  g_autofree char *plain = qdctl_dup_plain (text, FALSE);

  g_string_append (out, plain);
}

char *
qdctl_dup_plain (const char *text, gboolean lines)
{
  g_autofree char *valid = g_utf8_make_valid (text ? text : "", -1);
  GString *out = g_string_new (NULL);

  for (const char *c = valid; *c; c = g_utf8_next_char (c))
    {
      gunichar code = g_utf8_get_char (c);

      if (g_unichar_iscntrl (code) && !(lines && code == '\n'))
        g_string_append_c (out, ' ');
      else
        g_string_append_unichar (out, code);
    }
  return g_string_free (out, FALSE);
}

/* --- What is asked for -------------------------------------------------------------------------- */

gboolean
qdctl_check_ids (const char *action, GStrv ids)
{
  if (ids[0] == NULL)
    {
      qdctl_complain (_("%s needs an id at least"), action);
      return FALSE;
    }
  for (; *ids; ids++)
    /* Of an address they would be no part. */
    if (**ids == '\0' || g_str_equal (*ids, ".") || g_str_equal (*ids, "..") || !g_utf8_validate (*ids, -1, NULL))
      {
        qdctl_complain (_("%s: “%s” is no id"), action, *ids);
        return FALSE;
      }
  return TRUE;
}

char *
qdctl_split_pair (const char *option, const char *word, const char **value)
{
  const char *equals = strchr (word, '=');

  if (equals == NULL || equals == word)
    {
      qdctl_complain (_("--%s: “%s” is not NAME=VALUE"), option, word);
      return NULL;
    }
  *value = equals + 1;
  return g_strndup (word, (gsize) (equals - word));
}

/* --- What is printed ---------------------------------------------------------------------------- */

static void
append_findings (GString *out, JsonObject *plan, const char *member, const char *word)
{
  JsonArray *array = qd_json_get_array (plan, member);

  for (guint i = 0; array && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonObject *object = qd_json_object (node);
      g_autofree char *text = object ? g_strdup (qd_json_get_string (object, "detail", "")) : json_node_dup_string (node);

      g_string_append_printf (out, "\n  %s: ", word);
      qdctl_append_plain (out, text);
    }
}

void
qdctl_append_plan (GString *out, JsonObject *answer)
{
  JsonArray *plan = qd_json_get_array (answer, "plan");

  for (guint i = 0; plan && i < json_array_get_length (plan); i++)
    {
      JsonObject *step = qd_json_object (json_array_get_element (plan, i));

      if (i > 0)
        g_string_append (out, ", ");
      qdctl_append_plain (out, step ? qd_json_get_string (step, "step", "") : "");
    }
  append_findings (out, answer, "blockers", _("blocked"));
  append_findings (out, answer, "warnings", _("warning"));
}

static void
print_answer (const QdctlEach *each, const char *id, JsonObject *answer)
{
  g_autoptr (GString) out = g_string_new (NULL);

  qdctl_append_plain (out, id);
  g_string_append (out, ": ");
  if (each->dry_run)
    qdctl_append_plan (out, answer);
  else
    each->append (out, answer);
  g_string_append_c (out, '\n');
  qdctl_print (out->str);
  qdctl_flush ();
}

static JsonNode *
failure_to_json (const char *id, const GError *error)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_object_set_string_member (object, "id", id);
  json_object_set_string_member (object, "error", error->message);
  json_node_take_object (node, object);
  return node;
}

/* --- Doing --------------------------------------------------------------------------------------- */

static JsonObject *
args_for (const QdctlEach *each, const char *id)
{
  JsonObject *args = json_object_new ();
  GList *names = json_object_get_members (each->args);

  for (GList *n = names; n; n = n->next)
    json_object_set_member (args, n->data, json_node_copy (json_object_get_member (each->args, n->data)));
  g_list_free (names);
  json_object_set_string_member (args, "id", id);
  return args;
}

/* *@answer is what is to be printed as JSON: what was answered, or what went wrong. */
static QdExit
do_one (QdctlSession *session, const QdctlEach *each, const char *id, JsonNode **answer)
{
  g_autoptr (JsonObject) args = args_for (each, id);
  g_autoptr (GError) error = NULL;
  JsonObject *object;
  QdExit code;

  *answer = qdctl_carry_out (session, each->verb, args, each->reason, each->dry_run, &error);
  if (*answer == NULL)
    {
      g_autofree char *said = strstr (error->message, id) ? NULL : g_strdup_printf ("%s: %s", id, error->message);

      qdctl_complain ("%s", said ? said : error->message);
      *answer = failure_to_json (id, error);
      return qdctl_exit_for_error (error);
    }
  object = qd_json_object (*answer);
  code = qdctl_judge (*answer);
  if (code == QD_EXIT_YES && each->judge && !each->dry_run)
    code = each->judge (object, each->judge_data);
  if (!each->json)
    print_answer (each, id, object);
  return code;
}

QdExit
qdctl_do_each (QdctlSession *session, const QdctlEach *each, GStrv ids)
{
  g_autoptr (JsonArray) answers = json_array_new ();
  guint n = g_strv_length (ids), n_failed = 0;
  QdExit worst = QD_EXIT_YES;

  qdctl_print_to_the_end ();
  for (guint i = 0; i < n; i++)
    {
      JsonNode *answer = NULL;
      QdExit code = do_one (session, each, ids[i], &answer);

      n_failed += code != QD_EXIT_YES;
      if (worst == QD_EXIT_YES)
        worst = code;
      json_array_add_element (answers, answer);
    }
  if (each->json && n > 1)
    {
      g_autoptr (JsonNode) root = json_node_init_array (json_node_alloc (), answers);

      qdctl_print_json (root);
    }
  else if (each->json && !json_object_has_member (json_array_get_object_element (answers, 0), "error"))
    qdctl_print_json (json_array_get_element (answers, 0));
  return n_failed > 0 && n_failed < n ? QD_EXIT_PARTIAL : worst;
}
