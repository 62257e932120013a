/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-problem.h"

#include <string.h>

struct _QdProblem {
  GObject parent_instance;
  char *file, *message;
  const char *code;
  QdPolicySeverity severity;
  guint line, column, length;
  QdPolicyFix *fix;
};

G_DEFINE_FINAL_TYPE (QdProblem, qd_problem, G_TYPE_OBJECT)

static void
qd_problem_finalize (GObject *object)
{
  QdProblem *self = QD_PROBLEM (object);

  g_free (self->file);
  g_free (self->message);
  g_clear_pointer (&self->fix, qd_policy_fix_unref);
  G_OBJECT_CLASS (qd_problem_parent_class)->finalize (object);
}

static void
qd_problem_class_init (QdProblemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_problem_finalize;
}

static void
qd_problem_init (QdProblem *self)
{
}

/* How much of its first line @span covers, in characters. */
static guint
length_of (QdYamlFile *file, QdYamlSpan span)
{
  gsize size;
  const char *text = g_bytes_get_data (qd_yaml_file_get_bytes (file), &size);
  gsize end = MIN (span.end, size);
  const char *line_end = end > span.start ? memchr (text + span.start, '\n', end - span.start) : NULL;

  if (line_end)
    end = (gsize) (line_end - text);
  return end > span.start ? (guint) g_utf8_strlen (text + span.start, (gssize) (end - span.start)) : 0;
}

static QdProblem *
from_finding (const QdPolicyFinding *finding)
{
  QdProblem *self = g_object_new (QD_TYPE_PROBLEM, NULL);
  QdYamlSpan span = finding->place.node ? qd_yaml_node_get_span (finding->place.node) : (QdYamlSpan) { 0, 0, 1, 1 };

  self->file = g_strdup (qd_yaml_file_get_name (finding->place.file));
  self->message = g_strdup (finding->message);
  self->code = g_intern_string (finding->code);
  self->severity = finding->severity;
  self->line = span.line;
  self->column = span.column;
  self->length = length_of (finding->place.file, span);
  self->fix = finding->fix ? qd_policy_fix_ref (finding->fix) : NULL;
  return self;
}

static QdProblem *
from_fault (const QdAnalysisFault *fault)
{
  QdProblem *self = g_object_new (QD_TYPE_PROBLEM, NULL);

  self->file = g_strdup (fault->name);
  self->message = g_strdup (fault->message);
  self->severity = QD_POLICY_ERROR;
  self->line = fault->line;
  self->column = fault->column;
  return self;
}

static int
compare (gconstpointer a, gconstpointer b, gpointer data)
{
  const QdProblem *first = a, *second = b;
  int order = (int) second->severity - (int) first->severity;

  if (order == 0)
    order = strcmp (first->file, second->file);
  if (order == 0)
    order = first->line < second->line ? -1 : first->line > second->line;
  return order != 0 ? order : first->column < second->column ? -1 : first->column > second->column;
}

GListStore *
qd_problem_list_new (QdAnalysis *analysis)
{
  GListStore *list = g_list_store_new (QD_TYPE_PROBLEM);
  GPtrArray *faults = qd_analysis_get_faults (analysis);
  GPtrArray *findings = qd_analysis_get_findings (analysis);

  for (guint i = 0; i < faults->len; i++)
    {
      g_autoptr (QdProblem) problem = from_fault (faults->pdata[i]);

      g_list_store_append (list, problem);
    }
  for (guint i = 0; i < findings->len; i++)
    if (((const QdPolicyFinding *) findings->pdata[i])->place.file)
      {
        g_autoptr (QdProblem) problem = from_finding (findings->pdata[i]);

        g_list_store_append (list, problem);
      }
  g_list_store_sort (list, compare, NULL);
  return list;
}

const char *
qd_problem_get_file (QdProblem *self)
{
  return self->file;
}

const char *
qd_problem_get_message (QdProblem *self)
{
  return self->message;
}

const char *
qd_problem_get_code (QdProblem *self)
{
  return self->code;
}

QdPolicySeverity
qd_problem_get_severity (QdProblem *self)
{
  return self->severity;
}

guint
qd_problem_get_line (QdProblem *self)
{
  return self->line;
}

guint
qd_problem_get_column (QdProblem *self)
{
  return self->column;
}

guint
qd_problem_get_length (QdProblem *self)
{
  return self->length;
}

QdPolicyFix *
qd_problem_get_fix (QdProblem *self)
{
  return self->fix;
}
