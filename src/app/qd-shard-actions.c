/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-shard-actions.h"

#include <glib/gi18n.h>

#include "qd-capability.h"
#include "qd-freeze.h"
#include "qd-json.h"
#include "qd-replay-dialog.h"
#include "qd-tenant-actions.h"

/* One thing that can be done, on its way from the popover. */
typedef struct {
  QdSession *session;
  GtkWidget *parent;         /* weak */
  QdEntity *shard, *tenant;  /* or NULL */
  const char *verb;          /* static */
  JsonObject *args;
} Action;

static void
action_free (gpointer data, GClosure *closure)
{
  Action *self = data;

  g_clear_weak_pointer (&self->parent);
  g_object_unref (self->session);
  g_clear_object (&self->shard);
  g_clear_object (&self->tenant);
  json_object_unref (self->args);
  g_free (self);
}

/* --- Words ------------------------------------------------------------------------------------------------ */

static gboolean
is_of_tenant (JsonObject *args)
{
  return args != NULL && json_object_has_member (args, "tenant");
}

static gboolean
is_thaw (JsonObject *args)
{
  return args != NULL && !qd_json_get_bool (args, "frozen", TRUE);
}

const char *
qd_shard_verb_get_title (const char *verb, JsonObject *args)
{
  if (g_str_equal (verb, "shard.drain"))
    return is_of_tenant (args) ? _("Stop work of this tenant") : _("Stop taking work");
  if (g_str_equal (verb, "freeze.set"))
    return is_thaw (args) ? _("Lift the freeze") : _("Freeze all changes");
  return NULL;
}

char *
qd_shard_verb_tell (const char *verb, JsonObject *args)
{
  if (g_str_equal (verb, "shard.drain"))
    return g_strdup (is_of_tenant (args) ? _("What is in flight is finished, and nothing more of it is taken on. The tenant stays placed here.")
                                         : _("What is in flight is finished, and nothing more is taken on. All tenants stay placed here and wait."));
  if (g_str_equal (verb, "shard.resume"))
    return g_strdup (is_of_tenant (args) ? _("Work of this tenant is taken on again, from where it stopped.") : _("Work is taken on again, from where it stopped."));
  if (g_str_equal (verb, "shard.reload"))
    return g_strdup (_("It reads anew who is placed on it. Nothing else changes."));
  if (g_str_equal (verb, "shard.warmup"))
    return g_strdup (_("It reads what the tenant needs before its work comes."));
  if (g_str_equal (verb, "shard.replay"))
    return g_strdup (_("Goes back to the first command of a workflow. What that means for effects is chosen next."));
  if (g_str_equal (verb, "shard.rebuild"))
    return g_strdup (_("Forgets a view and reads again every event that is still there. Until then the view lags."));
  if (g_str_equal (verb, "freeze.set"))
    return g_strdup (is_thaw (args) ? _("Placements and tenants can be changed again.") : _("Nobody changes placements or tenants until the freeze is lifted."));
  return NULL;
}

static const char *
get_label (const char *verb, gboolean tenant)
{
  static const struct { const char *verb, *shard, *tenant; } labels[] = {
    { "shard.drain", N_("_Stop Taking Work…"), N_("_Stop Its Work Here…") },
    { "shard.resume", N_("_Take Work Again"), N_("_Take Its Work Again") },
    { "shard.reload", N_("_Reload Placement"), NULL },
    { "shard.warmup", NULL, N_("_Warm Up") },
    { "shard.replay", NULL, N_("Re_play Workflow…") },
    { "shard.rebuild", NULL, N_("Re_build Projection…") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (labels); i++)
    if (g_str_equal (labels[i].verb, verb))
      return _(tenant ? labels[i].tenant : labels[i].shard);
  g_return_val_if_reached (verb);
}

/* "Stop work of acme on runner.shard-1" */
static char *
summarise (const Action *self)
{
  const char *id = qd_json_get_string (self->args, "id", ""), *tenant = qd_json_get_string (self->args, "tenant", NULL);

  if (g_str_equal (self->verb, "shard.drain"))
    return tenant != NULL ? g_strdup_printf (_("Stop work of %s on %s"), tenant, id) : g_strdup_printf (_("Stop taking work on %s"), id);
  if (g_str_equal (self->verb, "shard.resume"))
    return tenant != NULL ? g_strdup_printf (_("Take work of %s again on %s"), tenant, id) : g_strdup_printf (_("Take work again on %s"), id);
  if (g_str_equal (self->verb, "shard.reload"))
    return g_strdup_printf (_("Reload the placement of %s"), id);
  return g_strdup_printf (_("Warm up %s on %s"), tenant, id);
}

/* --- What is so --------------------------------------------------------------------------------------------- */

static QdEntity *
find_shard (QdFleet *fleet, const QdShardTarget *target)
{
  g_autofree char *id = g_strdup_printf ("%s.%s", target->kind, target->shard);

  return target->control != NULL && target->shard != NULL ? qd_fleet_lookup (fleet, target->control, QD_KIND_SHARD, id) : NULL;
}

/* Whether the shard says that it takes on work of @tenant, or any. What says nothing is taken for one that does. */
static gboolean
is_taking (QdEntity *shard, const char *tenant)
{
  const char *text = tenant != NULL ? qd_entity_get_string (shard, QD_SHARD_TENANTS) : NULL;
  g_autoptr (JsonNode) node = text != NULL ? qd_json_parse (text, -1, "tenants", NULL) : NULL;
  JsonArray *items = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (tenant == NULL)
    return g_strcmp0 (qd_entity_get_string (shard, QD_FIELD_STATUS_TEXT), "draining") != 0;
  for (guint i = 0; items != NULL && i < json_array_get_length (items); i++)
    {
      JsonObject *item = qd_json_object (json_array_get_element (items, i));

      if (item != NULL && g_strcmp0 (qd_json_get_string (item, "id", NULL), tenant) == 0)
        return qd_json_get_bool (item, "accepting", TRUE);
    }
  return TRUE;
}

/* --- Doing ---------------------------------------------------------------------------------------------------- */

static void
run_cb (Action *self)
{
  g_autofree char *summary = NULL;
  QdEntity *target = self->tenant != NULL ? self->tenant : self->shard;
  const char *undo = g_str_equal (self->verb, "shard.drain") ? "shard.resume" : g_str_equal (self->verb, "shard.resume") ? "shard.drain" : NULL;

  if (g_str_equal (self->verb, "shard.replay") || g_str_equal (self->verb, "shard.rebuild"))
    {
      adw_dialog_present (qd_replay_dialog_new (self->session, self->shard, self->tenant, self->verb, self->args), self->parent);
      return;
    }
  summary = summarise (self);
  qd_session_run (self->session, self->parent, target, self->verb, self->args, summary, undo, undo != NULL ? self->args : NULL);
}

static void
tenant_cb (Action *self)
{
  g_autoptr (GPtrArray) one = g_ptr_array_new ();

  g_ptr_array_add (one, self->tenant);
  qd_tenant_action_run (self->session, self->parent, one, self->verb);
}

static Action *
action_new (QdSession *session, GtkWidget *parent, QdEntity *shard, QdEntity *tenant, const char *verb)
{
  Action *self = g_new0 (Action, 1);

  self->session = g_object_ref (session);
  g_set_weak_pointer (&self->parent, parent);
  g_set_object (&self->shard, shard);
  g_set_object (&self->tenant, tenant);
  self->verb = verb;
  self->args = json_object_new ();
  return self;
}

static char *
tell_missing (const QdShardTarget *target)
{
  if (target->control == NULL)
    return g_strdup (_("No control API belongs to this NATS connection"));
  return target->shard == NULL ? g_strdup (_("It is placed nowhere")) : g_strdup_printf (_("Nothing is known of %s."), target->shard);
}

static void
add (QdActionPopover *popover, QdSession *session, GtkWidget *parent, const QdShardTarget *target, const char *verb)
{
  QdFleet *fleet = qd_session_get_fleet (session);
  QdEntity *shard = find_shard (fleet, target);
  QdEntity *tenant = target->tenant != NULL && target->control != NULL ? qd_fleet_lookup (fleet, target->control, QD_KIND_TENANT, target->tenant) : NULL;
  Action *action = action_new (session, parent, shard, tenant, verb);
  g_autofree char *why = NULL, *text = NULL;

  if (shard != NULL)
    json_object_set_string_member (action->args, "id", qd_entity_get_id (shard));
  if (target->tenant != NULL)
    json_object_set_string_member (action->args, "tenant", target->tenant);
  text = qd_shard_verb_tell (verb, action->args);
  if (shard == NULL)
    why = tell_missing (target);
  else
    qd_capability_allowed_on (fleet, target->control, verb, action->args, &why);
  qd_action_popover_add (popover, get_label (verb, target->tenant != NULL), text, why, G_CALLBACK (run_cb), action, action_free);
}

static void
add_kill_switch (QdActionPopover *popover, QdSession *session, GtkWidget *parent, const QdShardTarget *target)
{
  QdFleet *fleet = qd_session_get_fleet (session);
  QdEntity *tenant = target->control != NULL ? qd_fleet_lookup (fleet, target->control, QD_KIND_TENANT, target->tenant) : NULL;
  gboolean on = tenant != NULL && qd_tenant_action_concerns (tenant, "tenant.kill-off");
  g_autofree char *why = NULL;

  if (tenant == NULL)
    why = g_strdup (_("The control API does not know this tenant"));
  else
    qd_tenant_action_allowed (session, tenant, on ? "tenant.kill-off" : "tenant.kill-on", &why);
  qd_action_popover_add_separator (popover);
  qd_action_popover_add (popover, on ? _("Turn _Kill Switch Off…") : _("Turn _Kill Switch On…"),
                         on ? _("Its commands and effects run again, everywhere.") : _("None of its commands and effects run any more, on any shard, until it is turned off."),
                         why, G_CALLBACK (tenant_cb), action_new (session, parent, NULL, tenant, on ? "tenant.kill-off" : "tenant.kill-on"), action_free);
}

void
qd_shard_actions_fill (QdActionPopover *popover, QdSession *session, GtkWidget *parent, const QdShardTarget *target)
{
  QdEntity *shard = find_shard (qd_session_get_fleet (session), target);

  add (popover, session, parent, target, shard == NULL || is_taking (shard, target->tenant) ? "shard.drain" : "shard.resume");
  if (target->tenant == NULL)
    {
      add (popover, session, parent, target, "shard.reload");
      return;
    }
  add (popover, session, parent, target, "shard.warmup");
  if (g_str_equal (target->kind, "runner"))
    add (popover, session, parent, target, "shard.replay");
  else if (g_str_equal (target->kind, "projection"))
    add (popover, session, parent, target, "shard.rebuild");
  add_kill_switch (popover, session, parent, target);
}

/* --- The freeze ------------------------------------------------------------------------------------------------- */

static JsonObject *
make_freeze (gboolean frozen)
{
  JsonObject *args = json_object_new ();

  json_object_set_boolean_member (args, "frozen", frozen);
  return args;
}

void
qd_freeze_action_run (QdSession *session, gpointer parent, const char *control, gboolean frozen)
{
  QdEntity *connection = qd_fleet_lookup (qd_session_get_fleet (session), control, QD_KIND_CONNECTION, control);
  g_autoptr (JsonObject) args = make_freeze (frozen), back = make_freeze (!frozen);

  if (connection != NULL)
    qd_session_run (session, parent, connection, "freeze.set", args, qd_shard_verb_get_title ("freeze.set", args), "freeze.set", back);
}

static void
freeze_cb (Action *self)
{
  qd_freeze_action_run (self->session, self->parent, qd_entity_get_id (self->shard), qd_json_get_bool (self->args, "frozen", TRUE));
}

void
qd_freeze_action_fill (QdActionPopover *popover, QdSession *session, GtkWidget *parent, const char *control)
{
  QdFleet *fleet = qd_session_get_fleet (session);
  QdEntity *connection = control != NULL ? qd_fleet_lookup (fleet, control, QD_KIND_CONNECTION, control) : NULL;
  g_autofree char *told = connection != NULL ? qd_freeze_tell (connection) : NULL, *why = NULL, *text = NULL;
  Action *action = action_new (session, parent, connection, NULL, "freeze.set");

  json_object_set_boolean_member (action->args, "frozen", told == NULL);
  text = qd_shard_verb_tell ("freeze.set", action->args);
  if (connection == NULL)
    why = g_strdup (_("No control API belongs to this NATS connection"));
  else
    qd_capability_allowed_on (fleet, control, "freeze.set", action->args, &why);
  qd_action_popover_add (popover, told == NULL ? _("_Freeze All Changes…") : _("_Lift the Freeze…"), text, why, G_CALLBACK (freeze_cb), action, action_free);
}
