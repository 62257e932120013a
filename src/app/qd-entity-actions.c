/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-entity-actions.h"

#include <glib/gi18n.h>

#include "qd-capability.h"
#include "qd-job-actions.h"
#include "qd-job-desk.h"
#include "qd-policy-apply-dialog.h"
#include "qd-policy-seen.h"
#include "qd-routing-actions.h"
#include "qd-settings.h"
#include "qd-site-dialog.h"
#include "qd-tenant-actions.h"

const char *const *
qd_entity_actions_get (QdKind kind)
{
  static const char *const site[] = { "site.update", "site.delete", NULL };
  static const char *const path[] = { "path.test", "path.failover", NULL };
  static const char *const flow[] = { "flow.reevaluate", "flow.explain", NULL };
  static const char *const job[] = { "job.retry", "job.cancel", "job.revert", "job.copy", NULL };
  static const char *const routing[] = { "routing.update", "routing.duplicate", "routing.on", "routing.off", "routing.flows", "routing.delete", NULL };
  static const char *const tenant[] = { "tenant.update", "tenant.suspend", "tenant.resume", "tenant.kill-on", "tenant.kill-off", "tenant.archive", NULL };
  static const char *const none[] = { NULL };

  switch (kind)
    {
    case QD_KIND_SITE: return site;
    case QD_KIND_PATH: return path;
    case QD_KIND_FLOW: return flow;
    case QD_KIND_JOB: return job;
    case QD_KIND_ROUTING: return routing;
    case QD_KIND_TENANT: return tenant;
    default: return none;
    }
}

const char *
qd_entity_action_get_label (const char *verb)
{
  static const struct { const char *verb, *label; } labels[] = {
    { "site.update", N_("_Edit…") },   { "site.delete", N_("_Remove…") },         { "path.test", N_("_Test") },
    { "path.failover", N_("_Fail Over…") }, { "flow.reevaluate", N_("_Decide Anew") }, { "job.cancel", N_("_Cancel Job") },
    { "flow.explain", N_("E_xplain with Policies") }, { "job.revert", N_("_Revert…") },
    { "job.retry", N_("_Go On") }, { "job.copy", N_("Copy as _Text") },
    { "routing.update", N_("_Edit…") }, { "routing.duplicate", N_("D_uplicate…") }, { "routing.on", N_("Switch _On") }, { "routing.off", N_("Switch _Off") },
    { "tenant.update", N_("_Edit…") }, { "tenant.suspend", N_("_Suspend…") }, { "tenant.resume", N_("_Resume…") },
    { "tenant.kill-on", N_("Turn _Kill Switch On…") }, { "tenant.kill-off", N_("Turn _Kill Switch Off…") }, { "tenant.archive", N_("_Archive…") },
    { "routing.flows", N_("Show Its _Flows") }, { "routing.delete", N_("_Remove…") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (labels); i++)
    if (g_str_equal (labels[i].verb, verb))
      return _(labels[i].label);
  return verb;
}

gboolean
qd_entity_action_is_destructive (const char *verb)
{
  return g_str_equal (verb, "site.delete") || g_str_equal (verb, "routing.delete") || g_str_equal (verb, "job.cancel") ||
         g_str_equal (verb, "tenant.archive") || g_str_equal (verb, "tenant.kill-on");
}

static gboolean
is_on (QdEntity *policy)
{
  double enabled;

  return !qd_entity_get_double (policy, QD_ROUTING_ENABLED, &enabled) || enabled != 0;
}

gboolean
qd_entity_action_concerns (QdEntity *entity, const char *verb)
{
  if (qd_entity_get_kind (entity) == QD_KIND_TENANT)
    return qd_tenant_action_concerns (entity, verb);
  if (g_str_equal (verb, "routing.on") || g_str_equal (verb, "routing.off"))
    return is_on (entity) == g_str_equal (verb, "routing.off");
  if (g_str_equal (verb, "job.retry"))
    return qd_job_action_is_shared (entity);
  return !g_str_equal (verb, "job.revert") || g_strcmp0 (qd_entity_get_string (entity, QD_JOB_KIND), QD_POLICIES_APPLY) == 0;
}

/* Of what changed policies there is a way back. */
static gboolean
is_revertible (QdSession *session, QdEntity *job, char **why)
{
  const char *connection = qd_entity_get_string (job, QD_JOB_ACTS_ON);

  if (!qd_entity_action_concerns (job, "job.revert") || connection == NULL)
    *why = g_strdup (_("Only what changed policies can be reverted from here"));
  else if (!qd_job_action_is_over (job))
    *why = g_strdup (_("It is under way"));
  else
    return qd_policy_apply_is_allowed (session, connection, why);
  return FALSE;
}

/* A question, and none for the server: it needs a world of policies, and a flow that policies can be about. */
static gboolean
is_explained (QdSession *session, QdEntity *flow, char **why)
{
  g_autofree char *folder = g_settings_get_string (qd_settings_get_default (), "policy-folder");
  const char *unexplained = qd_session_get_unexplained (session);
  QdPolicySeen seen;

  if (!qd_policy_seen_read (flow, &seen))
    *why = g_strdup (_("Policies are about TCP, UDP and SCTP between two addresses, which this is not"));
  else if (*folder == '\0')
    *why = g_strdup (_("No folder of policies is open: open one in Network Policies"));
  else
    *why = g_strdup (unexplained);
  return *why == NULL;
}

static gboolean
is_of_another_program (QdEntity *job, char **why)
{
  g_autofree char *program = qd_job_desk_dup_program (job);

  if (program != NULL)
    *why = g_strdup_printf (_("%s works on it: end it there"), program);
  return program != NULL;
}

static gboolean
routing_action_allowed (QdSession *session, QdEntity *policy, const char *verb, char **why)
{
  const char *connection = qd_entity_get_connection (policy);

  if (g_str_equal (verb, "routing.flows"))
    return TRUE;
  if (g_str_equal (verb, "routing.update") || g_str_equal (verb, "routing.duplicate"))
    return qd_routing_can_edit (session, connection, why);
  if (!qd_entity_action_concerns (policy, verb))
    {
      *why = g_strdup (g_str_equal (verb, "routing.on") ? _("It is on") : _("It is off"));
      return FALSE;
    }
  return qd_capability_allowed (qd_session_get_fleet (session), connection, g_str_equal (verb, "routing.delete") ? verb : "routing.enable", why);
}

gboolean
qd_entity_action_allowed (QdSession *session, QdEntity *entity, const char *verb, char **why)
{
  g_autoptr (JsonObject) args = NULL;

  if (g_str_equal (verb, "flow.explain"))
    return is_explained (session, entity, why);
  if (g_str_equal (verb, "job.revert"))
    return is_revertible (session, entity, why);
  if (g_str_equal (verb, "job.copy"))
    return TRUE;
  if (qd_job_action_is_shared (entity))
    return qd_job_action_allowed (session, entity, verb, why);
  if (g_str_equal (verb, "job.retry"))
    {
      *why = g_strdup (_("Only jobs that live in NATS can be gone on with"));
      return FALSE;
    }
  if (g_str_equal (verb, "job.cancel") && qd_job_action_is_over (entity))
    {
      *why = g_strdup (_("It is over"));
      return FALSE;
    }
  if (g_str_equal (verb, "job.cancel") && is_of_another_program (entity, why))
    return FALSE;
  if (qd_entity_get_kind (entity) == QD_KIND_ROUTING)
    return routing_action_allowed (session, entity, verb, why);
  if (qd_entity_get_kind (entity) == QD_KIND_TENANT)
    return qd_tenant_action_allowed (session, entity, verb, why);
  args = json_object_new ();
  json_object_set_string_member (args, "id", qd_entity_get_id (entity));
  return qd_capability_allowed_on (qd_session_get_fleet (session), qd_entity_get_connection (entity), verb, args, why);
}

/* TRUE when that was one for routing policies. */
static gboolean
run_routing (QdSession *session, GtkWidget *parent, QdEntity *entity, const char *verb)
{
  if (g_str_equal (verb, "routing.update"))
    qd_routing_edit (session, parent, entity);
  else if (g_str_equal (verb, "routing.duplicate"))
    qd_routing_duplicate (session, parent, entity);
  else if (g_str_equal (verb, "routing.on") || g_str_equal (verb, "routing.off"))
    qd_routing_switch (session, parent, entity, g_str_equal (verb, "routing.on"));
  else if (g_str_equal (verb, "routing.flows"))
    qd_routing_show_flows (session, parent, entity);
  else if (g_str_equal (verb, "routing.delete"))
    qd_routing_delete (session, parent, entity);
  else
    return FALSE;
  return TRUE;
}

void
qd_entity_action_run (QdSession *session, GtkWidget *parent, QdEntity *entity, const char *verb)
{
  g_autoptr (JsonObject) args = json_object_new ();
  g_autofree char *summary = NULL;
  const char *name = qd_entity_get_name (entity);

  json_object_set_string_member (args, "id", qd_entity_get_id (entity));
  if (run_routing (session, parent, entity, verb))
    return;
  if (qd_entity_get_kind (entity) == QD_KIND_TENANT)
    {
      g_autoptr (GPtrArray) one = g_ptr_array_new ();

      g_ptr_array_add (one, entity);
      qd_tenant_action_run (session, parent, one, verb);
      return;
    }
  if (g_str_equal (verb, "site.update"))
    {
      qd_site_dialog_present (session, parent, entity);
      return;
    }
  if (g_str_equal (verb, "site.delete"))
    {
      qd_site_remove (session, parent, entity);
      return;
    }
  if (g_str_equal (verb, "flow.explain"))
    {
      qd_session_explain (session, entity);
      return;
    }
  if (g_str_equal (verb, "job.revert"))
    {
      adw_dialog_present (qd_policy_apply_new_revert (session, qd_entity_get_string (entity, QD_JOB_ACTS_ON), qd_entity_get_id (entity)), parent);
      return;
    }
  if (g_str_equal (verb, "job.copy"))
    {
      qd_job_action_copy (parent, entity);
      return;
    }
  if (qd_job_action_is_shared (entity))
    {
      qd_job_action_run (session, parent, entity, verb);
      return;
    }
  if (g_str_equal (verb, "job.cancel"))
    {
      qd_hub_cancel_job (qd_session_get_hub (session), qd_entity_get_id (entity));
      return;
    }
  if (g_str_equal (verb, "path.test"))
    summary = g_strdup_printf (_("Test path %s"), name);
  else if (g_str_equal (verb, "path.failover"))
    summary = g_strdup_printf (_("Fail over path %s"), name);
  else
    summary = g_strdup_printf (_("Decide anew about flow %s"), name);
  qd_session_run (session, parent, entity, verb, args, summary, NULL, NULL);
}

gboolean
qd_entity_action_takes_many (const char *verb)
{
  return g_str_has_prefix (verb, "tenant.") && !qd_tenant_action_is_single (verb);
}

void
qd_entity_action_run_many (QdSession *session, GtkWidget *parent, GPtrArray *entities, const char *verb)
{
  g_return_if_fail (qd_entity_action_takes_many (verb) && entities->len > 0);

  qd_tenant_action_run (session, parent, entities, verb);
}
