/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-outcome-private.h"

#include <glib/gi18n.h>

G_DEFINE_FINAL_TYPE (QdPolicyOutcome, qd_policy_outcome, G_TYPE_OBJECT)

static const struct { QdStatus status; const char *word; } looks[] = {
  [QD_POLICY_TEST_PASSED] = { QD_STATUS_WELL, N_("Passed") },
  [QD_POLICY_TEST_FAILED] = { QD_STATUS_DOWN, N_("Failed") },
  [QD_POLICY_TEST_BROKEN] = { QD_STATUS_DEGRADED, N_("Broken") },
};

static void
qd_policy_outcome_finalize (GObject *object)
{
  QdPolicyOutcome *self = QD_POLICY_OUTCOME (object);

  g_free (self->file);
  g_free (self->name);
  g_free (self->flow);
  g_free (self->port);
  g_free (self->verdict);
  g_free (self->why);
  G_OBJECT_CLASS (qd_policy_outcome_parent_class)->finalize (object);
}

static void
qd_policy_outcome_class_init (QdPolicyOutcomeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_policy_outcome_finalize;
}

static void
qd_policy_outcome_init (QdPolicyOutcome *self)
{
}

/* What was expected, and what there was instead. */
static char *
describe_verdict (const QdAnalysisTest *test)
{
  const gboolean allow = test->test->allow;

  if (test->run && test->result == QD_POLICY_TEST_PASSED)
    return g_strdup (allow ? _("Allowed, as expected") : _("Denied, as expected"));
  if (test->run && test->result == QD_POLICY_TEST_FAILED)
    return g_strdup (allow ? _("Expected to be allowed, is denied") : _("Expected to be denied, is allowed"));
  return g_strdup (allow ? _("Expected to be allowed") : _("Expected to be denied"));
}

static QdPolicyOutcome *
outcome_new (const QdAnalysisTest *test)
{
  QdPolicyOutcome *self = g_object_new (QD_TYPE_POLICY_OUTCOME, NULL);
  const QdPolicyTest *written = test->test;
  QdYamlSpan span = qd_yaml_node_get_span (written->place.node);

  self->file = g_strdup (qd_yaml_file_get_name (written->place.file));
  self->line = span.line;
  self->column = span.column;
  self->name = g_strdup (written->name);
  self->port = g_strdup_printf ("%u/%s", written->port, qd_protocol_to_string (written->protocol));
  /* TRANSLATORS: source, destination, port and protocol */
  self->flow = g_strdup_printf (_("%s → %s, %s"), written->from, written->to, self->port);
  self->run = test->run;
  self->result = test->result;
  self->src = test->src;
  self->dst = test->dst;
  self->verdict = describe_verdict (test);
  self->why = g_strdup (test->why);
  return self;
}

GListStore *
qd_policy_outcome_list_new (QdAnalysis *analysis)
{
  GListStore *list = g_list_store_new (QD_TYPE_POLICY_OUTCOME);
  GPtrArray *tests = qd_analysis_get_tests (analysis);

  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < tests->len; i++)
      {
        const QdAnalysisTest *test = g_ptr_array_index (tests, i);
        g_autoptr (QdPolicyOutcome) outcome = NULL;

        if ((test->run && test->result != QD_POLICY_TEST_PASSED) != (pass == 0))
          continue;
        outcome = outcome_new (test);
        g_list_store_append (list, outcome);
      }
  return list;
}

QdStatus
qd_policy_outcome_get_status (QdPolicyOutcome *self)
{
  return self->run ? looks[self->result].status : QD_STATUS_UNKNOWN;
}

const char *
qd_policy_outcome_get_result (QdPolicyOutcome *self)
{
  return self->run ? _(looks[self->result].word) : _("Not run");
}

gboolean
qd_policy_outcome_has_passed (QdPolicyOutcome *self)
{
  return self->run && self->result == QD_POLICY_TEST_PASSED;
}

const char *
qd_policy_outcome_get_file (QdPolicyOutcome *self)
{
  return self->file;
}

guint
qd_policy_outcome_get_line (QdPolicyOutcome *self)
{
  return self->line;
}

guint
qd_policy_outcome_get_column (QdPolicyOutcome *self)
{
  return self->column;
}

const char *
qd_policy_outcome_get_name (QdPolicyOutcome *self)
{
  return self->name;
}

gboolean
qd_policy_outcome_get_flow (QdPolicyOutcome *self, guint *src, guint *dst, const char **port)
{
  *src = self->src;
  *dst = self->dst;
  *port = self->port;
  return self->src != QD_POLICY_NO_END && self->dst != QD_POLICY_NO_END;
}
