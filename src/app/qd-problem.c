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
compare (gconstpointer a, gconstpointer b)
{
  const QdProblem *first = *(QdProblem *const *) a, *second = *(QdProblem *const *) b;
  int order = (int) second->severity - (int) first->severity;

  if (order == 0)
    order = strcmp (first->file, second->file);
  if (order == 0)
    order = first->line < second->line ? -1 : first->line > second->line;
  return order != 0 ? order : first->column < second->column ? -1 : first->column > second->column;
}

static GPtrArray *
gather (QdAnalysis *analysis)
{
  GPtrArray *faults = qd_analysis_get_faults (analysis);
  GPtrArray *findings = qd_analysis_get_findings (analysis);
  GPtrArray *problems = g_ptr_array_new_full (faults->len + findings->len, g_object_unref);

  for (guint i = 0; i < faults->len; i++)
    g_ptr_array_add (problems, from_fault (faults->pdata[i]));
  for (guint i = 0; i < findings->len; i++)
    if (((const QdPolicyFinding *) findings->pdata[i])->place.file)
      g_ptr_array_add (problems, from_finding (findings->pdata[i]));
  g_ptr_array_sort (problems, compare);
  return problems;
}

GListStore *
qd_problem_list_new (QdAnalysis *analysis)
{
  GListStore *list = g_list_store_new (QD_TYPE_PROBLEM);
  g_autoptr (GPtrArray) problems = gather (analysis);

  g_list_store_splice (list, 0, 0, problems->pdata, problems->len);
  return list;
}

/* A fix is of one reading of a text: another one's is another. */
static gboolean
is_same (const QdProblem *a, const QdProblem *b)
{
  return a->line == b->line && a->column == b->column && a->length == b->length && a->severity == b->severity && a->code == b->code &&
         a->fix == b->fix && g_str_equal (a->file, b->file) && g_str_equal (a->message, b->message);
}

/* Both are sorted: what is in one alone is found by going along both. */
void
qd_problem_list_update (GListStore *list, QdAnalysis *analysis)
{
  g_autoptr (GPtrArray) old = g_ptr_array_new_with_free_func (g_object_unref), new = gather (analysis);
  guint at = 0, i = 0, k = 0;

  for (guint n = 0; n < g_list_model_get_n_items (G_LIST_MODEL (list)); n++)
    g_ptr_array_add (old, g_list_model_get_item (G_LIST_MODEL (list), n));
  while (i < old->len || k < new->len)
    {
      guint first = i, added = k;

      while ((i < old->len || k < new->len) && !(i < old->len && k < new->len && is_same (old->pdata[i], new->pdata[k])))
        {
          int order = i == old->len ? 1 : k == new->len ? -1 : compare (&old->pdata[i], &new->pdata[k]);

          i += order <= 0;
          k += order >= 0;
        }
      if (i > first || k > added)
        g_list_store_splice (list, at, i - first, new->pdata + added, k - added);
      at += k - added;
      for (; i < old->len && k < new->len && is_same (old->pdata[i], new->pdata[k]); at++, k++)
        i++;
    }
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
