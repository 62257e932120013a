/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl-placement.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-capability.h"

/* Who merges by himself gives up where somebody is always quicker. */
#define MAX_TRIES 10

typedef struct {
  char *bucket, *reason, *tenant, *nats;
  gint64 revision;             /* -1: whatever is there now */
  gboolean dry_run, merge, json;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->bucket);
  g_free (self->reason);
  g_free (self->tenant);
  g_free (self->nats);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* One question under way, and its answer. */
typedef struct {
  QdctlSession *session;
  QdPlacementMap *map;
  GPtrArray *revisions;
  QdPlacementEdit *edit;
  GError *error;
} Outcome;

/* --- Asking ----------------------------------------------------------------------------------------- */

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Outcome *self = data;

  self->map = qd_placement_read_finish (QD_HUB (source), result, &self->error);
  g_main_loop_quit (self->session->loop);
}

static void
history_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Outcome *self = data;

  self->revisions = qd_placement_history_finish (QD_HUB (source), result, &self->error);
  g_main_loop_quit (self->session->loop);
}

static void
edited_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Outcome *self = data;

  self->edit = qd_placement_edit_finish (QD_HUB (source), result, &self->error);
  g_main_loop_quit (self->session->loop);
}

static QdPlacementMap *
ask_map (QdctlSession *session, QdPlacementKind kind, const Options *options, GError **error)
{
  Outcome outcome = { session };

  qd_placement_read_async (session->hub, session->nats, kind, options->bucket, NULL, read_cb, &outcome);
  g_main_loop_run (session->loop);
  if (outcome.error)
    g_propagate_error (error, outcome.error);
  return outcome.map;
}

/* NULL after saying why, with the exit status. */
static QdPlacementMap *
read_map (QdctlSession *session, QdPlacementKind kind, const Options *options, QdExit *code)
{
  GError *error = NULL;
  QdPlacementMap *map = ask_map (session, kind, options, &error);

  if (map == NULL)
    *code = qdctl_complain_error (error);
  return map;
}

static GPtrArray *
read_history (QdctlSession *session, QdPlacementMap *map, const char *tenant, QdExit *code)
{
  Outcome outcome = { session };

  qd_placement_history_async (session->hub, session->nats, map, tenant, NULL, history_cb, &outcome);
  g_main_loop_run (session->loop);
  if (outcome.revisions == NULL)
    *code = qdctl_complain_error (outcome.error);
  return outcome.revisions;
}

/* The kind's map, and what its key, or the tenant's, was before. */
static GPtrArray *
read_past (QdctlSession *session, const char *kind_name, const Options *options, QdPlacementMap **map, QdExit *code)
{
  QdPlacementKind kind = 0;

  qd_placement_kind_parse (kind_name, &kind);
  *map = read_map (session, kind, options, code);
  return *map ? read_history (session, *map, options->tenant, code) : NULL;
}

/* The revision that was given, of all that the bucket keeps. */
static QdPlacementRevision *
find_revision (GPtrArray *revisions, const char *text)
{
  guint64 number = 0;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT64, &number, NULL))
    {
      qdctl_complain (_("“%s” is no revision: it is a number"), text);
      return NULL;
    }
  for (guint i = 0; i < revisions->len; i++)
    if (((QdPlacementRevision *) g_ptr_array_index (revisions, i))->revision == number)
      return g_ptr_array_index (revisions, i);
  qdctl_complain (_("the bucket keeps no revision %s of this: “qdctl placement history” lists them"), text);
  return NULL;
}

/* --- Looking ------------------------------------------------------------------------------------------ */

static QdExit
do_list (QdctlSession *session, char **words, const Options *options)
{
  g_autoptr (GPtrArray) maps = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_placement_map_unref);
  QdPlacementKind only = 0;
  gboolean one = words[0] && qd_placement_kind_parse (words[0], &only);

  for (QdPlacementKind kind = 0; kind < QD_N_PLACEMENT_KINDS; kind++)
    {
      GError *error = NULL;
      QdPlacementMap *map = one && kind != only ? NULL : ask_map (session, kind, options, &error);
      /* A fleet need not place every kind. */
      gboolean absent = g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING);

      if (map)
        g_ptr_array_add (maps, map);
      else if (error && (one || !absent))
        return qdctl_complain_error (error);
      else if (error)
        qdctl_complain_error (error);
    }
  if (maps->len == 0)
    return QD_EXIT_NO;
  qdctl_placement_print_maps (maps, options->json);
  return QD_EXIT_YES;
}

static QdExit
do_show (QdctlSession *session, char **words, const Options *options)
{
  QdExit code = QD_EXIT_NO;
  QdPlacementKind kind = 0;
  g_autoptr (QdPlacementMap) map = NULL;
  const QdPlacement *place;

  qd_placement_kind_parse (words[0], &kind);
  map = read_map (session, kind, options, &code);
  if (map == NULL)
    return code;
  place = qd_placement_map_find (map, words[1]);
  if (place == NULL)
    {
      qdctl_complain (_("%s is on no %s shard"), words[1], words[0]);
      return QD_EXIT_NO;
    }
  qdctl_placement_print_place (map, place, options->json);
  return QD_EXIT_YES;
}

static QdExit
do_history (QdctlSession *session, char **words, const Options *options)
{
  QdExit code = QD_EXIT_NO;
  g_autoptr (QdPlacementMap) map = NULL;
  g_autoptr (GPtrArray) revisions = read_past (session, words[0], options, &map, &code);

  if (revisions == NULL)
    return code;
  qdctl_placement_print_history (revisions, options->json);
  return QD_EXIT_YES;
}

static QdExit
do_diff (QdctlSession *session, char **words, const Options *options)
{
  QdExit code = QD_EXIT_NO;
  g_autoptr (QdPlacementMap) map = NULL;
  g_autoptr (GPtrArray) revisions = read_past (session, words[0], options, &map, &code);
  g_autoptr (GPtrArray) rows = NULL;
  QdPlacementRevision *from, *to;

  if (revisions == NULL)
    return code;
  from = find_revision (revisions, words[1]);
  to = from ? find_revision (revisions, words[2]) : NULL;
  if (to == NULL)
    return QD_EXIT_BAD_INPUT;
  rows = qd_placement_map_diff (from->map, to->map);
  qdctl_placement_print_diff (rows, options->json);
  return rows->len > 0 ? QD_EXIT_NO : QD_EXIT_YES;
}

static QdExit
do_rebalance (QdctlSession *session, char **words, const Options *options)
{
  QdExit code = QD_EXIT_NO;
  QdPlacementKind kind = 0;
  g_autoptr (QdPlacementMap) map = NULL;

  qd_placement_kind_parse (words[0], &kind);
  map = read_map (session, kind, options, &code);
  return map ? qdctl_placement_rebalance (session, map, options->json) : code;
}

/* --- Changing ----------------------------------------------------------------------------------------- */

/* "tenant-a=shard-2"; nothing behind the sign takes it off its shard. NULL after saying what is wrong. */
static GPtrArray *
parse_changes (char **words)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_placement_change_free);

  for (; *words; words++)
    {
      const char *equals = strrchr (*words, '=');
      g_autofree char *tenant = equals ? g_strndup (*words, (gsize) (equals - *words)) : NULL;

      if (tenant == NULL || *tenant == '\0')
        {
          qdctl_complain (_("“%s” is not TENANT=SHARD"), *words);
          return NULL;
        }
      g_ptr_array_add (changes, qd_placement_change_new (tenant, equals[1] ? equals + 1 : NULL));
    }
  return g_steal_pointer (&changes);
}

/* FALSE, after saying so, when what is there is not of the revision that was given. */
static gboolean
is_revision (QdPlacementMap *map, GPtrArray *changes, const Options *options)
{
  gboolean object = qd_placement_map_get_encoding (map) == QD_PLACEMENT_OBJECT;

  if (options->revision < 0)
    return TRUE;
  for (guint i = 0; i < (object ? 1 : changes->len); i++)
    {
      QdPlacementChange *change = object ? NULL : g_ptr_array_index (changes, i);
      const QdPlacement *place = change ? qd_placement_map_find (map, change->tenant) : NULL;
      g_autofree char *now = NULL;
      guint64 revision = object ? qd_placement_map_get_revision (map) : place ? place->revision : 0;

      if (revision == (guint64) options->revision)
        continue;
      now = g_strdup_printf ("%" G_GUINT64_FORMAT, revision);
      qdctl_complain (_("%s is at revision %s now: look at it again"), object ? qd_placement_map_get_key (map) : change->tenant, now);
      return FALSE;
    }
  return TRUE;
}

/* Only what it would do, as whoever does it would be told. */
static QdExit
dry_run (QdctlSession *session, QdPlacementMap *map, GPtrArray *writes, const Options *options)
{
  QdPlacementEdit edit = { .base = map, .n_writes = writes->len };
  g_autofree char *why = NULL;
  g_autoptr (QdPlacementMap) now = qd_placement_map_apply (map, writes, 0);

  edit.now = now;
  qdctl_placement_print_edit (&edit, TRUE, options->json);
  if (qd_placement_allowed (session->hub, session->nats, QD_PLACEMENT_SET, &why))
    return QD_EXIT_YES;
  qdctl_complain ("%s", why);
  return QD_EXIT_REFUSED;
}

static QdExit
tell_edit (Outcome *outcome, const Options *options)
{
  g_autoptr (QdPlacementEdit) edit = g_steal_pointer (&outcome->edit);

  if (outcome->error == NULL)
    {
      qdctl_placement_print_edit (edit, FALSE, options->json);
      return QD_EXIT_YES;
    }
  if (edit && edit->rows)
    qdctl_placement_print_race (edit, options->json);
  return qdctl_complain_error (outcome->error);
}

/* Where nothing of theirs touches ours, what is still to be done is done over theirs. */
static gboolean
can_merge (const Outcome *outcome, const Options *options)
{
  return options->merge && outcome->edit && outcome->edit->rows &&
         qd_placement_merge_count (outcome->edit->rows, QD_PLACEMENT_MERGE_CONFLICT) == 0;
}

static QdExit
set_changes (QdctlSession *session, QdPlacementMap *base, GPtrArray *wanted, const Options *options)
{
  g_autoptr (QdPlacementMap) map = qd_placement_map_ref (base);
  g_autoptr (GPtrArray) changes = g_ptr_array_ref (wanted);
  Outcome outcome;

  for (guint try = 0;; try++)
    {
      g_autofree char *id = NULL;
      GPtrArray *rest;

      outcome = (Outcome) { session };
      id = qd_placement_edit_async (session->hub, session->nats, map, changes, options->reason, NULL, edited_cb, &outcome);
      g_main_loop_run (session->loop);
      if (outcome.error == NULL || try == MAX_TRIES || !can_merge (&outcome, options))
        return tell_edit (&outcome, options);
      rest = qd_placement_merge_get_changes (outcome.edit->rows, FALSE);
      g_ptr_array_unref (changes);
      changes = rest;
      qd_placement_map_unref (map);
      map = qd_placement_map_ref (outcome.edit->now);
      g_clear_error (&outcome.error);
      g_clear_pointer (&outcome.edit, qd_placement_edit_free);
    }
}

static QdExit
do_set (QdctlSession *session, char **words, const Options *options)
{
  QdExit code = QD_EXIT_BAD_INPUT;
  QdPlacementKind kind = 0;
  g_autoptr (GPtrArray) changes = parse_changes (words + 1);
  g_autoptr (QdPlacementMap) map = NULL;
  g_autoptr (GPtrArray) writes = NULL;
  g_autoptr (GError) error = NULL;

  qd_placement_kind_parse (words[0], &kind);
  map = changes ? read_map (session, kind, options, &code) : NULL;
  if (map == NULL)
    return code;
  if (!is_revision (map, changes, options))
    return QD_EXIT_NO;
  writes = qd_placement_map_plan (map, changes, &error);
  if (writes == NULL)
    {
      qdctl_complain ("%s", error->message);
      return QD_EXIT_BAD_INPUT;
    }
  return options->dry_run ? dry_run (session, map, writes, options) : set_changes (session, map, changes, options);
}

static QdExit
do_restore (QdctlSession *session, char **words, const Options *options)
{
  QdExit code = QD_EXIT_NO;
  g_autoptr (QdPlacementMap) map = NULL;
  g_autoptr (GPtrArray) revisions = read_past (session, words[0], options, &map, &code);
  QdPlacementRevision *revision;
  Outcome outcome = { session };
  g_autofree char *id = NULL;

  if (revisions == NULL)
    return code;
  revision = find_revision (revisions, words[1]);
  if (revision == NULL)
    return QD_EXIT_BAD_INPUT;
  if (options->dry_run)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) writes = qd_placement_plan_restore (map, revision, &error);

      if (writes)
        return dry_run (session, map, writes, options);
      qdctl_complain ("%s", error->message);
      return QD_EXIT_BAD_INPUT;
    }
  id = qd_placement_restore_async (session->hub, session->nats, map, revision, options->reason, NULL, edited_cb, &outcome);
  g_main_loop_run (session->loop);
  return tell_edit (&outcome, options);
}

/* --- Which of them ------------------------------------------------------------------------------------------ */

typedef struct {
  const char *name;
  guint min, max;              /* words behind it; 0: as many as one likes */
  const char *usage;
  const char *options;         /* those that it takes, with a blank before and behind each */
  gboolean changes;
  QdExit (*run) (QdctlSession *session, char **words, const Options *options);
} Action;

static const Action actions[] = {
  { "list", 0, 1, "list [KIND] [--json]", " json bucket ", FALSE, do_list },
  { "show", 2, 2, "show KIND TENANT [--json]", " json bucket ", FALSE, do_show },
  { "set", 2, 0, "set KIND TENANT=SHARD… --reason TEXT [--revision N] [--merge] [--dry-run] [--json]",
    " json bucket reason revision merge dry-run ", TRUE, do_set },
  { "history", 1, 1, "history KIND [--tenant TENANT] [--json]", " json bucket tenant ", FALSE, do_history },
  { "diff", 3, 3, "diff KIND REVISION REVISION [--tenant TENANT] [--json]", " json bucket tenant ", FALSE, do_diff },
  { "restore", 2, 2, "restore KIND REVISION [--tenant TENANT] --reason TEXT [--dry-run] [--json]", " json bucket tenant reason dry-run ", TRUE,
    do_restore },
  { "rebalance", 1, 1, "rebalance KIND [--json]", " json bucket ", FALSE, do_rebalance },
};

static const Action *
find_action (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_strcmp0 (name, actions[i].name) == 0)
      return &actions[i];
  qdctl_complain_needs ("placement", "list, show, set, history, diff, restore, rebalance");
  return NULL;
}

static gboolean
check_words (const Action *action, char **words, const GOptionEntry *entries, const Options *options)
{
  guint n = g_strv_length (words);
  QdPlacementKind kind;

  if (!qdctl_check_taken (action->name, action->options, entries))
    return FALSE;
  if (n < action->min || (action->max && n > action->max))
    {
      qdctl_complain (_("usage: %s"), action->usage);
      return FALSE;
    }
  if (words[0] && !qd_placement_kind_parse (words[0], &kind))
    {
      qdctl_complain (_("there is no kind “%s”: there are aggregate, projection and runner"), words[0]);
      return FALSE;
    }
  if (action->changes && !options->dry_run && (options->reason == NULL || *options->reason == '\0'))
    {
      qdctl_complain (_("%s needs --reason TEXT: its impact is high"), action->name);
      return FALSE;
    }
  return TRUE;
}

QdExit
qdctl_placement (const char *name, int argc, char **argv)
{
  g_auto (QdctlTarget) target = { 0 };
  g_auto (Options) options = { .revision = -1 };
  const GOptionEntry entries[] = {
    { "bucket", 0, 0, G_OPTION_ARG_STRING, &options.bucket, N_("The bucket, where it is not the kind's own"), N_("NAME") },
    { "tenant", 0, 0, G_OPTION_ARG_STRING, &options.tenant, N_("Whose key, where each tenant has one"), N_("TENANT") },
    { "nats", 0, 0, G_OPTION_ARG_STRING, &options.nats, N_("The address of the fleet's NATS servers"), N_("URL") },
    { "reason", 0, 0, G_OPTION_ARG_STRING, &options.reason, N_("Why; needed where the impact is high"), N_("TEXT") },
    { "revision", 0, 0, G_OPTION_ARG_INT64, &options.revision, N_("Only if it is still at this revision"), N_("NUMBER") },
    { "merge", 0, 0, G_OPTION_ARG_NONE, &options.merge, N_("Where somebody was quicker with other tenants, go on over what is there"), NULL },
    { "dry-run", 0, 0, G_OPTION_ARG_NONE, &options.dry_run, N_("Only say what would change"), NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_("Print JSON"), NULL },
    { NULL },
  };
  g_auto (GStrv) words = NULL;
  const Action *action;
  QdctlSession session;
  QdExit code;

  if (!qdctl_parse (name, entries, &target, argc, argv, &words, &code))
    return code;
  action = find_action (words[0]);
  if (action == NULL || !check_words (action, words + 1, entries, &options))
    return QD_EXIT_BAD_INPUT;
  code = qdctl_session_open (&session, &target);
  if (code != QD_EXIT_YES && code != QD_EXIT_PARTIAL)
    return code;
  code = qdctl_session_add_nats (&session, &target, options.nats);
  if (code == QD_EXIT_YES || code == QD_EXIT_PARTIAL)
    code = action->run (&session, words + 1, &options);
  qdctl_session_close (&session);
  return code;
}
