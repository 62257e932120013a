/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the audit has of a job: that it began, and how it ended. */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"

#include "qd-audit-private.h"

#include <glib/gi18n-lib.h>

#include "qd-hub-private.h"
#include "qd-job-private.h"

/* What it was before is only known before it is done. */
static void
look_first (QdJob *self)
{
  if (self->looked)
    return;
  self->looked = TRUE;
  qd_audit_subject_init (&self->subject, qd_hub_get_fleet (self->hub), self->connection, self->verb, self->args);
}

/* A desk that cannot write does not stop an admin from acting, but the job says that there is no record of it. */
static void
say_lost (QdJob *self, const GError *error)
{
  guint under_way = self->step;

  if (self->audit_lost)
    return;
  self->audit_lost = TRUE;
  qd_job_add_step (self, _("Audit"), "failed", error->message);
  self->step = under_way;
}

static QdAuditFacts
facts_of (QdJob *self, const char *outcome)
{
  return (QdAuditFacts) { .what = self->verb, .outcome = outcome, .connection = self->connection, .on = self->subject.on, .summary = self->summary,
                          .why = self->reason, .error = g_str_equal (outcome, "begun") ? NULL : self->error, .job = self->id,
                          .before = self->subject.before, .after = self->subject.after };
}

const char *
qd_audit_outcome (const char *state, const GError *cause)
{
  if (g_str_equal (state, "failed") && g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED))
    return "refused";
  return state;
}

void
qd_job_audit (QdJob *self, const char *outcome)
{
  QdAudit *audit = self->hub ? self->hub->audit : NULL;
  g_autoptr (GError) error = NULL;
  QdAuditFacts facts;

  if (audit == NULL)
    return;
  look_first (self);
  facts = facts_of (self, outcome);
  if (!dex_await (qd_audit_note (audit, &facts), &error))
    say_lost (self, error);
}

void
qd_job_audit_step (QdJob *self, const char *what, const char *on, JsonNode *before, JsonNode *after, const char *outcome, const char *cause)
{
  QdAudit *audit = self->hub ? self->hub->audit : NULL;
  g_autoptr (GError) error = NULL;
  QdAuditFacts facts = { .what = what, .outcome = outcome, .connection = self->connection, .on = on, .summary = self->summary, .why = self->reason,
                         .error = cause, .job = self->id, .before = before, .after = after };

  if (audit && !dex_await (qd_audit_note (audit, &facts), &error))
    say_lost (self, error);
}

void
qd_job_audit_interrupted (QdJob *self)
{
  QdAuditFacts facts;

  if (self->hub == NULL || self->hub->audit == NULL)
    return;
  look_first (self);
  /* What it was before is not known any more. */
  g_clear_pointer (&self->subject.before, json_node_unref);
  facts = facts_of (self, "interrupted");
  dex_future_disown (qd_audit_note (self->hub->audit, &facts));
}
