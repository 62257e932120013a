/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verbs that list things and, with a word behind them, do something with those that are named. */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl-things.h"

#include <string.h>

#include <glib/gi18n.h>

void
qdctl_thing_options_clear (QdctlThingOptions *self)
{
  qdctl_list_options_clear (&self->list);
  g_free (self->reason);
}

/* --- Which of them ------------------------------------------------------------------------------- */

static const QdctlAction *
find_action (const QdctlThings *self, const char *word)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < self->n_actions; i++)
    {
      if (word == NULL || g_str_equal (self->actions[i].name, word))
        return &self->actions[i];
      g_string_append_printf (names, "%s%s", i ? ", " : "", self->actions[i].name);
    }
  qdctl_complain_needs (self->name, names->str);
  return NULL;
}

/* --- Whether it can be asked for so ------------------------------------------------------------- */

static gboolean
check_needed (const QdctlThings *self, const QdctlAction *action, const char *name)
{
  for (const GOptionEntry *entry = self->entries; entry->long_name; entry++)
    {
      g_autofree char *word = g_strdup_printf (" %s ", entry->long_name);

      if (action->needed == NULL || !strstr (action->needed, word) || qdctl_is_given (entry))
        continue;
      qdctl_complain (_("%s needs --%s"), name, entry->long_name);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_action (const QdctlThings *self, const QdctlAction *action, GStrv ids)
{
  g_autofree char *name = g_strconcat (self->name, " ", action->name, NULL);

  if (!qdctl_check_taken (name, action->options, self->entries) || !check_needed (self, action, name))
    return FALSE;
  if (action->all && ids[0])
    {
      qdctl_complain (_("%s takes no argument “%s”"), name, ids[0]);
      return FALSE;
    }
  if (!action->all && !qdctl_check_ids (name, ids))
    return FALSE;
  return self->check (action, self->options, ids) &&
         (action->verb == NULL || qdctl_check_reason (action->verb, self->common->reason, self->common->dry_run));
}

/* --- Doing ---------------------------------------------------------------------------------------- */

static QdExit
act (const QdctlThings *self, const QdctlAction *action, const QdctlTarget *target, GStrv ids)
{
  QdctlSession session;
  QdExit code = qdctl_session_open (&session, target);

  if (code != QD_EXIT_YES && code != QD_EXIT_PARTIAL)
    return code;
  code = self->act (&session, action, self->options, ids);
  qdctl_session_close (&session);
  return code;
}

QdExit
qdctl_things_run (const QdctlThings *self, int argc, char **argv)
{
  g_auto (QdctlTarget) target = { 0 };
  g_auto (GStrv) words = NULL;
  const QdctlAction *action;
  GStrv ids;
  QdExit code;

  if (!qdctl_parse (self->name, self->entries, &target, argc, argv, &words, &code))
    return code;
  action = find_action (self, words[0]);
  ids = words[0] ? words + 1 : words;
  if (action == NULL || !check_action (self, action, ids))
    return QD_EXIT_BAD_INPUT;
  return action->verb ? act (self, action, &target, ids) : qdctl_list_run (self->name, &target, &self->common->list);
}
