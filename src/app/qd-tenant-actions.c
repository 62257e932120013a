/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-tenant-actions.h"

#include <string.h>

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>

#include "qd-capability.h"
#include "qd-tenant-dialog.h"

/* What is said where it cannot be, and the states from which it can: NULL: from any. */
typedef struct {
  const char *action, *verb;
  const char *states;        /* with a blank before and behind each */
  const char *why;           /* N_() */
  const char *undo;          /* the verb that undoes it, or NULL */
} Action;

static const Action actions[] = {
  { "tenant.update", "tenant.update", NULL, NULL, NULL },
  { "tenant.suspend", "tenant.suspend", " provisioning active draining degraded ", N_("It is not being served now"), "tenant.resume" },
  { "tenant.resume", "tenant.resume", " suspended ", N_("Only what is suspended can be resumed"), "tenant.suspend" },
  { "tenant.archive", "tenant.archive", " suspended provisioning ", N_("It is still served, or archived already: suspend it first"), NULL },
  { "tenant.kill-on", "tenant.kill-switch", NULL, N_("Its kill switch is on already"), "tenant.kill-switch" },
  { "tenant.kill-off", "tenant.kill-switch", NULL, N_("Its kill switch is off"), "tenant.kill-switch" },
};

static const Action *
find_action (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_str_equal (actions[i].action, name))
      return &actions[i];
  g_return_val_if_reached (&actions[0]);
}

static gboolean
is_in (QdEntity *tenant, const char *states)
{
  const char *word = qd_entity_get_string (tenant, QD_FIELD_STATUS_TEXT);
  g_autofree char *lower = word != NULL ? g_ascii_strdown (word, -1) : NULL;
  g_autofree char *wanted = lower != NULL ? g_strdup_printf (" %s ", lower) : NULL;

  /* The server decides about a state that is not known here. */
  return wanted == NULL || strstr (states, wanted) != NULL;
}

static gboolean
is_killed (QdEntity *tenant)
{
  double on;

  return qd_entity_get_double (tenant, QD_TENANT_KILL_SWITCH, &on) && on != 0;
}

gboolean
qd_tenant_action_concerns (QdEntity *tenant, const char *name)
{
  const Action *action = find_action (name);

  if (g_str_equal (name, "tenant.kill-on") || g_str_equal (name, "tenant.kill-off"))
    return is_killed (tenant) == g_str_equal (name, "tenant.kill-off") && (is_killed (tenant) || !is_in (tenant, " archived "));
  if (action->states != NULL)
    return is_in (tenant, action->states);
  return qd_entity_get_string (tenant, QD_FIELD_STATUS_TEXT) == NULL || !is_in (tenant, " archived ");
}

gboolean
qd_tenant_action_allowed (QdSession *session, QdEntity *tenant, const char *name, char **why)
{
  const Action *action = find_action (name);

  if (qd_tenant_action_concerns (tenant, name))
    {
      g_autoptr (JsonObject) args = json_object_new ();

      json_object_set_string_member (args, "id", qd_entity_get_id (tenant));
      return qd_capability_allowed_on (qd_session_get_fleet (session), qd_entity_get_connection (tenant), action->verb, args, why);
    }
  *why = g_strdup (action->why != NULL ? _(action->why) : _("It is archived"));
  return FALSE;
}

gboolean
qd_tenant_action_is_single (const char *name)
{
  return g_str_equal (name, "tenant.update");
}

static char *
summarise (const char *name, GPtrArray *tenants)
{
  g_autofree char *who = tenants->len == 1 ? g_strdup (qd_entity_get_name (g_ptr_array_index (tenants, 0)))
                                           : g_strdup_printf (ngettext ("%u tenant", "%u tenants", tenants->len), tenants->len);

  if (g_str_equal (name, "tenant.suspend"))
    return g_strdup_printf (_("Suspend %s"), who);
  if (g_str_equal (name, "tenant.resume"))
    return g_strdup_printf (_("Resume %s"), who);
  if (g_str_equal (name, "tenant.archive"))
    return g_strdup_printf (_("Archive %s"), who);
  if (g_str_equal (name, "tenant.kill-on"))
    return g_strdup_printf (_("Turn on the kill switch of %s"), who);
  return g_strdup_printf (_("Turn off the kill switch of %s"), who);
}

static JsonObject *
make_args (QdEntity *tenant, const char *verb, gboolean on)
{
  JsonObject *args = json_object_new ();

  json_object_set_string_member (args, "id", qd_entity_get_id (tenant));
  if (g_str_equal (verb, "tenant.kill-switch"))
    json_object_set_boolean_member (args, "enabled", on);
  return args;
}

/* Those of @tenants that it can be done to; what speaks against the others goes into @left_out, a line each. (transfer container) */
static GPtrArray *
split (QdSession *session, GPtrArray *tenants, const char *name, GString *left_out)
{
  GPtrArray *allowed = g_ptr_array_new ();

  for (guint i = 0; i < tenants->len; i++)
    {
      g_autofree char *why = NULL;

      if (qd_tenant_action_allowed (session, tenants->pdata[i], name, &why))
        g_ptr_array_add (allowed, tenants->pdata[i]);
      else
        g_string_append_printf (left_out, "%s%s: %s", left_out->len > 0 ? "\n" : "", qd_entity_get_name (tenants->pdata[i]), why);
    }
  return allowed;
}

static void
run_many (QdSession *session, gpointer parent, GPtrArray *tenants, const char *name)
{
  const Action *action = find_action (name);
  gboolean on = g_str_equal (name, "tenant.kill-on");
  g_autoptr (GString) left_out = g_string_new (NULL);
  g_autoptr (GPtrArray) allowed = split (session, tenants, name, left_out);
  g_autoptr (JsonObject) args = NULL, back = NULL;
  g_autofree char *summary = NULL;

  if (allowed->len == 0)
    return;
  summary = summarise (name, allowed);
  args = make_args (allowed->pdata[0], action->verb, on);
  back = action->undo != NULL ? make_args (allowed->pdata[0], action->undo, !on) : NULL;
  qd_session_run_many (session, parent, allowed, action->verb, args, summary, action->undo, back, left_out->len > 0 ? left_out->str : NULL);
}

void
qd_tenant_action_run (QdSession *session, gpointer parent, GPtrArray *tenants, const char *name)
{
  const Action *action = find_action (name);
  QdEntity *first = g_ptr_array_index (tenants, 0);
  gboolean on = g_str_equal (name, "tenant.kill-on");
  g_autoptr (JsonObject) args = NULL, back = NULL;
  g_autofree char *summary = NULL;

  if (qd_tenant_action_is_single (name))
    {
      qd_tenant_dialog_present (session, parent, first);
      return;
    }
  if (tenants->len > 1)
    {
      run_many (session, parent, tenants, name);
      return;
    }
  summary = summarise (name, tenants);
  args = make_args (first, action->verb, on);
  back = action->undo != NULL ? make_args (first, action->undo, !on) : NULL;
  qd_session_run (session, parent, first, action->verb, args, summary, action->undo, back);
}
