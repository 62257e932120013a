/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-workspace"
#include "config.h"

#include "qd-analysis.h"

#include <string.h>

/* One state of all texts. */
typedef struct {
  GPtrArray *files;          /* QdYamlFile */
  GHashTable *by_name;       /* name → QdYamlFile, both borrowed from @files and @tests */
  GPtrArray *tests;          /* QdYamlFile */
  GPtrArray *faults;         /* QdAnalysisFault */
  guint n_unread;            /* how many manifests are among them */
  QdYamlFile *live;          /* what a cluster has; NULL: nothing is known of one */
  QdPolicyLiveMode mode;
  const char *const *off;    /* while it is made; NULL: none */
  QdPolicyWorld *world;
  QdPolicyEval *eval;
} State;

struct _QdAnalysis {
  gatomicrefcount refs;
  State now, before;
  GPtrArray *findings;       /* QdPolicyFinding, of @now */
  GPtrArray *tests;          /* QdAnalysisTest, of @now */
  gboolean changed;          /* else @before is empty: it is @now */
};

static void
fault_free (gpointer data)
{
  QdAnalysisFault *self = data;

  g_free ((char *) self->name);
  g_free (self->message);
  g_free (self);
}

/* The reader's message begins with "NAME:LINE:COLUMN: ". */
static QdAnalysisFault *
fault_new (const char *name, const char *message)
{
  QdAnalysisFault *self = g_new0 (QdAnalysisFault, 1);
  const char *rest = g_str_has_prefix (message, name) ? message + strlen (name) : message;
  char *end = NULL;

  self->name = g_strdup (name);
  self->line = self->column = 1;
  if (*rest == ':' && g_ascii_isdigit (rest[1]))
    {
      self->line = (guint) g_ascii_strtoull (rest + 1, &end, 10);
      rest = end;
    }
  if (end && *rest == ':' && g_ascii_isdigit (rest[1]))
    {
      self->column = (guint) g_ascii_strtoull (rest + 1, &end, 10);
      rest = end;
    }
  self->message = g_strdup (end && g_str_has_prefix (rest, ": ") ? rest + 2 : message);
  return self;
}

static QdYamlFile *
find_file (const State *state, const char *name)
{
  return state->by_name ? g_hash_table_lookup (state->by_name, name) : NULL;
}

static gboolean
holds (QdYamlFile *file, GBytes *bytes)
{
  return file && (qd_yaml_file_get_bytes (file) == bytes || g_bytes_equal (qd_yaml_file_get_bytes (file), bytes));
}

/* What was read of the same bytes before, in either state. */
static QdYamlFile *
find_read (QdAnalysis *previous, const State *other, const char *name, GBytes *bytes)
{
  const State *states[] = { other, previous ? &previous->now : NULL, previous ? &previous->before : NULL };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      QdYamlFile *file = states[i] ? find_file (states[i], name) : NULL;

      if (holds (file, bytes))
        return qd_yaml_file_ref (file);
    }
  return NULL;
}

static void
read_text (State *state, const char *name, GBytes *bytes, QdAnalysis *previous, const State *other)
{
  g_autoptr (GError) error = NULL;
  QdYamlFile *file = find_read (previous, other, name, bytes);

  if (file == NULL)
    file = qd_yaml_file_new (name, bytes, &error);
  if (file)
    {
      g_ptr_array_add (qd_policy_is_test_file (name) ? state->tests : state->files, file);
      g_hash_table_insert (state->by_name, (gpointer) qd_yaml_file_get_name (file), file);
    }
  else
    {
      g_ptr_array_add (state->faults, fault_new (name, error->message));
      state->n_unread += !qd_policy_is_test_file (name);
    }
}

/* The same in both states, before and now: it is not ours to change. */
static void
read_live (State *state, const QdAnalysisLive *live, QdAnalysis *previous)
{
  QdYamlFile *file = previous ? previous->now.live : NULL;
  g_autoptr (GError) error = NULL;

  state->mode = live->mode;
  state->off = live->off;
  if (live->text == NULL)
    return;
  if (file && g_str_equal (qd_yaml_file_get_name (file), live->name) && holds (file, live->text))
    state->live = qd_yaml_file_ref (file);
  else
    state->live = qd_yaml_file_new (live->name, live->text, &error);
  if (error)
    {
      g_ptr_array_add (state->faults, fault_new (live->name, error->message));
      state->n_unread++;
    }
}

static void
state_init (State *state)
{
  state->files = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_yaml_file_unref);
  state->tests = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_yaml_file_unref);
  state->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  state->faults = g_ptr_array_new_with_free_func (fault_free);
}

static void
state_clear (State *state)
{
  g_clear_pointer (&state->eval, qd_policy_eval_unref);
  g_clear_pointer (&state->world, qd_policy_world_unref);
  g_clear_pointer (&state->by_name, g_hash_table_unref);
  g_clear_pointer (&state->files, g_ptr_array_unref);
  g_clear_pointer (&state->tests, g_ptr_array_unref);
  g_clear_pointer (&state->live, qd_yaml_file_unref);
  g_clear_pointer (&state->faults, g_ptr_array_unref);
}

/* @from: the state that is likest this one. */
static void
evaluate (State *state, const QdPolicyOptions *options, const State *from)
{
  const QdPolicyOptions *earlier = from && from->eval ? qd_policy_eval_get_options (from->eval) : NULL;
  const QdPolicyCluster cluster = { state->live, state->mode, state->off };
  gboolean same_options = earlier && options && earlier->host_network == options->host_network && earlier->ip_block == options->ip_block;

  state->world = qd_policy_world_new_live ((QdYamlFile *const *) state->files->pdata, state->files->len, &cluster, from ? from->world : NULL);
  if (state->n_unread == 0 && !qd_policy_world_is_invalid (state->world))
    state->eval = qd_policy_eval_new (state->world, options, same_options ? from->eval : NULL);
  state->off = NULL;
}

/* --- Tests ---------------------------------------------------------------------------------------------- */

static void
test_free (gpointer data)
{
  QdAnalysisTest *self = data;

  qd_policy_test_free (self->test);
  g_free (self->why);
  g_free (self);
}

static void
run_test (QdAnalysis *self, QdPolicyTest *test)
{
  QdAnalysisTest *outcome = g_new0 (QdAnalysisTest, 1);
  QdPolicyFinding *finding;

  *outcome = (QdAnalysisTest) { .test = test, .run = self->now.eval != NULL, .src = QD_POLICY_NO_END, .dst = QD_POLICY_NO_END };
  g_ptr_array_add (self->tests, outcome);
  if (!outcome->run)
    return;
  outcome->result = qd_policy_test_run (test, self->now.eval, &outcome->why);
  if (!qd_policy_test_find_ends (test, self->now.eval, &outcome->src, &outcome->dst))
    outcome->src = outcome->dst = QD_POLICY_NO_END;
  finding = qd_policy_test_to_finding (test, outcome->result, outcome->why);
  if (finding)
    g_ptr_array_add (self->findings, finding);
}

/* What cannot be read of them is among the findings already. */
static void
run_tests (QdAnalysis *self)
{
  g_autoptr (GPtrArray) said = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_policy_finding_free);

  self->tests = g_ptr_array_new_with_free_func (test_free);
  for (guint i = 0; i < self->now.tests->len; i++)
    {
      GPtrArray *tests = qd_policy_tests_read (g_ptr_array_index (self->now.tests, i), said);

      g_ptr_array_set_free_func (tests, NULL);
      for (guint k = 0; k < tests->len; k++)
        run_test (self, g_ptr_array_index (tests, k));
      g_ptr_array_unref (tests);
    }
}

/* --- All ------------------------------------------------------------------------------------------------ */

/* Where a search was given up, what the one before found in files that are still there. */
static void
carry_over (QdAnalysis *self, QdAnalysis *previous)
{
  for (guint i = 0; i < self->findings->len; i++)
    if (((const QdPolicyFinding *) self->findings->pdata[i])->of_world)
      return;
  for (guint i = 0; i < previous->findings->len; i++)
    {
      const QdPolicyFinding *finding = previous->findings->pdata[i];
      QdPolicyFinding *kept;

      if (!finding->of_world || find_file (&self->now, qd_yaml_file_get_name (finding->place.file)) != finding->place.file)
        continue;
      kept = qd_policy_finding_copy (finding);
      if (kept->other.file && find_file (&self->now, qd_yaml_file_get_name (kept->other.file)) != kept->other.file)
        kept->other = (QdPolicyPlace) { NULL };
      g_ptr_array_add (self->findings, kept);
    }
}

QdAnalysis *
qd_analysis_new (const QdAnalysisText *texts, guint n, const QdPolicyOptions *options, QdAnalysis *previous)
{
  return qd_analysis_new_live (texts, n, NULL, options, previous, NULL);
}

QdAnalysis *
qd_analysis_new_live (const QdAnalysisText *texts, guint n, const QdAnalysisLive *live, const QdPolicyOptions *options, QdAnalysis *previous,
                      GCancellable *hurry)
{
  QdAnalysis *self = g_new0 (QdAnalysis, 1);
  const State *before = previous && previous->changed ? &previous->before : previous ? &previous->now : NULL;

  g_atomic_ref_count_init (&self->refs);
  state_init (&self->now);
  for (guint i = 0; i < n; i++)
    {
      read_text (&self->now, texts[i].name, texts[i].mine, previous, NULL);
      self->changed |= texts[i].before == NULL || !g_bytes_equal (texts[i].mine, texts[i].before);
    }
  if (live)
    read_live (&self->now, live, previous);
  evaluate (&self->now, options, previous ? &previous->now : NULL);
  self->findings = qd_policy_lint_world (self->now.world, self->now.eval, (QdYamlFile *const *) self->now.files->pdata, self->now.files->len,
                                         (QdYamlFile *const *) self->now.tests->pdata, self->now.tests->len, hurry);
  if (previous && self->now.eval && g_cancellable_is_cancelled (hurry))
    carry_over (self, previous);
  run_tests (self);
  if (!self->changed)
    return self;
  state_init (&self->before);
  for (guint i = 0; i < n; i++)
    if (texts[i].before)
      read_text (&self->before, texts[i].name, texts[i].before, previous, &self->now);
  self->before.live = self->now.live ? qd_yaml_file_ref (self->now.live) : NULL;
  self->before.off = live ? live->off : NULL;
  /* Whose workloads they are is not to change with a manifest that is being written. */
  self->before.mode = self->now.mode != QD_POLICY_LIVE_AUTO ? self->now.mode
                      : qd_policy_world_is_live (self->now.world) ? QD_POLICY_LIVE_BESIDE : QD_POLICY_LIVE_NEVER;
  evaluate (&self->before, options, before ? before : &self->now);
  return self;
}

void
qd_analysis_text_clear (QdAnalysisText *self)
{
  g_free ((char *) self->name);
  g_bytes_unref (self->mine);
  g_clear_pointer (&self->before, g_bytes_unref);
}

QdAnalysis *
qd_analysis_ref (QdAnalysis *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
qd_analysis_unref (QdAnalysis *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_ptr_array_unref (self->tests);
  g_ptr_array_unref (self->findings);
  state_clear (&self->now);
  state_clear (&self->before);
  g_free (self);
}

QdYamlFile *
qd_analysis_find_file (QdAnalysis *self, const char *name)
{
  return find_file (&self->now, name);
}

GPtrArray *
qd_analysis_get_faults (QdAnalysis *self)
{
  return self->now.faults;
}

GPtrArray *
qd_analysis_get_findings (QdAnalysis *self)
{
  return self->findings;
}

GPtrArray *
qd_analysis_get_tests (QdAnalysis *self)
{
  return self->tests;
}

QdPolicyWorld *
qd_analysis_get_world (QdAnalysis *self)
{
  return self->now.world;
}

QdPolicyEval *
qd_analysis_get_eval (QdAnalysis *self)
{
  return self->now.eval;
}

QdPolicyEval *
qd_analysis_get_before (QdAnalysis *self)
{
  return self->changed ? self->before.eval : self->now.eval;
}
