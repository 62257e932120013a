/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl.h"

#include <stdlib.h>
#include <string.h>

#include <glib/gi18n.h>

#include "qd-audit-export.h"
#include "qd-audit-show.h"
#include "qd-audit.h"
#include "qd-credentials.h"
#include "qd-json.h"
#include "qd-time.h"

#define LIST_AT_FIRST 100
#define ASK_SECONDS 10

typedef struct {
  char *journal, *who, *what, *on, *outcome, *since, *until, *search, *output, *anchor;
  gboolean json, csv;
  int limit;
  gint64 since_us, until_us;
  QdctlTarget target;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->journal);
  g_free (self->who);
  g_free (self->what);
  g_free (self->on);
  g_free (self->outcome);
  g_free (self->since);
  g_free (self->until);
  g_free (self->search);
  g_free (self->output);
  g_free (self->anchor);
  qdctl_target_clear (&self->target);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* --- Which records ----------------------------------------------------------------------------------------------- */

static gboolean
is (JsonObject *record, const char *member, const char *wanted)
{
  return wanted == NULL || g_ascii_strcasecmp (qd_json_get_string (record, member, ""), wanted) == 0;
}

/* "site" is each verb about sites. */
static gboolean
is_verb (JsonObject *record, const char *wanted)
{
  const char *what = qd_json_get_string (record, "what", "");
  gsize n = wanted ? strlen (wanted) : 0;

  return wanted == NULL || (strncmp (what, wanted, n) == 0 && (what[n] == '\0' || what[n] == '.'));
}

static gboolean
is_wanted (const Options *options, const char *line, gsize length)
{
  g_autoptr (JsonNode) node = qd_json_parse (line, (gssize) length, "audit", NULL);
  JsonObject *record = node ? qd_json_object (node) : NULL;
  gint64 at = 0;

  if (record == NULL)
    return FALSE;
  if (options->search)
    {
      g_autofree char *text = g_strndup (line, length);
      g_autofree char *folded = g_utf8_casefold (text, -1), *wanted = g_utf8_casefold (options->search, -1);

      if (strstr (folded, wanted) == NULL)
        return FALSE;
    }
  qd_json_get_time (record, "at", &at);
  return is (record, "who", options->who) && is_verb (record, options->what) && is (record, "on", options->on) &&
         is (record, "outcome", options->outcome) && at >= options->since_us && at < options->until_us;
}

/* A time, or how long ago: "2026-11-28T12:00:00Z", "2026-11-28", "90m", "36h", "7d". */
static gboolean
parse_time (const char *name, const char *text, gint64 *us)
{
  g_autofree char *day = text && strlen (text) == 10 ? g_strconcat (text, "T00:00:00Z", NULL) : NULL;
  char *end;
  gint64 n;

  if (text == NULL || qd_time_parse (day ? day : text, us))
    return TRUE;
  n = g_ascii_strtoll (text, &end, 10);
  if (end != text && n >= 0 && n < 100000 && end[0] && end[1] == '\0' && strchr ("smhd", end[0]))
    {
      *us = g_get_real_time () - n * G_USEC_PER_SEC * (*end == 's' ? 1 : *end == 'm' ? 60 : *end == 'h' ? 3600 : 86400);
      return TRUE;
    }
  qdctl_complain (_("--%s is a time as 2026-11-28T12:00:00Z, a day, or how long ago, as 36h; not “%s”"), name, text);
  return FALSE;
}

/* --- Listing ----------------------------------------------------------------------------------------------------- */

/* What others wrote must not tell the terminal what to do. */
static void
append_plain (GString *out, const char *text)
{
  for (const char *p = text; *p; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      g_string_append_c (out, ' ');
    else
      g_string_append_len (out, p, g_utf8_next_char (p) - p);
}

static const char *
text_of (JsonObject *record, const char *member)
{
  const char *text = qd_json_get_string (record, member, "");

  return *text ? text : "–";
}

static void
append_row (GString *out, const char *line, gsize length)
{
  g_autoptr (JsonNode) node = qd_json_parse (line, (gssize) length, "audit", NULL);
  g_autoptr (GString) row = g_string_new (NULL);
  JsonObject *record = qd_json_object (node);
  gint64 n = 0;

  qd_json_get_int (record, "n", &n);
  g_string_append_printf (row, "%6" G_GINT64_FORMAT "  %s  %-11s  %-12s  %-20s  %s", n, text_of (record, "at"), text_of (record, "outcome"),
                          text_of (record, "who"), text_of (record, "what"), text_of (record, "on"));
  if (*qd_json_get_string (record, "why", ""))
    g_string_append_printf (row, "  “%s”", qd_json_get_string (record, "why", ""));
  append_plain (out, row->str);
  g_string_append_c (out, '\n');
}

/* The wanted records, newest first. NULL with an error. */
static GPtrArray *
collect (const Options *options, guint limit, GError **error)
{
  g_autoptr (QdAuditReader) reader = qd_audit_reader_open (options->journal, TRUE, error);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) cause = NULL;
  const char *line;
  gsize length;

  if (reader == NULL)
    return NULL;
  while ((limit == 0 || lines->len < limit) && qd_audit_reader_next (reader, &line, &length, &cause))
    if (is_wanted (options, line, length))
      g_ptr_array_add (lines, g_strndup (line, length));
  if (cause == NULL)
    return g_steal_pointer (&lines);
  g_propagate_error (error, g_steal_pointer (&cause));
  return NULL;
}

static void
print_lines (const Options *options, GPtrArray *lines)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (options->csv)
    qd_audit_append_csv_head (out);
  for (guint i = 0; i < lines->len; i++)
    {
      const char *line = lines->pdata[i];

      if (options->json)
        g_string_append_printf (out, "%s%s", i > 0 ? ",\n  " : "[\n  ", line);
      else if (options->csv)
        qd_audit_append_record (out, QD_AUDIT_CSV, line, strlen (line));
      else
        append_row (out, line, strlen (line));
      if (out->len > 65536)
        {
          qdctl_print (out->str);
          g_string_truncate (out, 0);
        }
    }
  if (options->json)
    g_string_append (out, lines->len > 0 ? "\n]\n" : "[]\n");
  qdctl_print (out->str);
}

static QdExit
run_list (const Options *options, char **rest)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) lines = collect (options, (guint) options->limit, &error);

  if (lines == NULL)
    {
      qdctl_complain ("%s", error->message);
      return QD_EXIT_BAD_INPUT;
    }
  print_lines (options, lines);
  return QD_EXIT_YES;
}

/* --- One record -------------------------------------------------------------------------------------------------- */

static void
show_member (JsonObject *record, const char *name, JsonNode *node, gpointer out)
{
  g_autofree char *text = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? g_strdup (json_node_get_string (node))
                                                                                                           : qd_json_to_text (node, FALSE);

  g_string_append_printf (out, "%-12s ", name);
  append_plain (out, text);
  g_string_append_c (out, '\n');
}

static QdExit
run_show (const Options *options, char **rest)
{
  char *end;
  gint64 n = g_ascii_strtoll (rest[0], &end, 10);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) lines = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  QdAuditLine parsed;

  if (*end != '\0' || n <= 0)
    {
      qdctl_complain (_("“%s” is no number of a record"), rest[0]);
      return QD_EXIT_BAD_INPUT;
    }
  lines = qd_audit_journal_after (options->journal, n - 1, 1, &error);
  if (lines == NULL)
    {
      qdctl_complain ("%s", error->message);
      return QD_EXIT_BAD_INPUT;
    }
  if (lines->len == 0 || !qd_audit_line_parse (&parsed, lines->pdata[0], strlen (lines->pdata[0])) || parsed.mark.n != n)
    {
      qdctl_complain (_("there is no record %s on this desk"), rest[0]);
      return QD_EXIT_NO;
    }
  if (options->json)
    g_string_append_printf (out, "%s\n", (char *) lines->pdata[0]);
  else if ((node = qd_json_parse (lines->pdata[0], -1, "audit", NULL)))
    json_object_foreach_member (qd_json_object (node), show_member, out);
  qdctl_print (out->str);
  if (!parsed.sound)
    qdctl_complain (_("this record is not as it was written"));
  return parsed.sound ? QD_EXIT_YES : QD_EXIT_NO;
}

/* --- Verifying --------------------------------------------------------------------------------------------------- */

typedef struct { GMainLoop *loop; JsonNode *answer; QdCredential *credential; GError *error; } Wait;

static gboolean
timeout_cb (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_CONTINUE;
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Wait *wait = data;

  wait->answer = qd_driver_command_finish (QD_DRIVER (source), result, &wait->error);
  g_main_loop_quit (wait->loop);
}

static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Wait *wait = data;

  wait->credential = qd_credentials_lookup_finish (result, &wait->error);
  g_main_loop_quit (wait->loop);
}

static void
add_anchor (GPtrArray *anchors, const char *text, const char *where)
{
  QdAuditAnchor *anchor = qd_audit_anchor_parse (text, where);

  if (anchor)
    g_ptr_array_add (anchors, anchor);
}

static void
ask_keyring (const char *journal, GPtrArray *anchors)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Wait wait = { .loop = loop };
  guint timer = g_timeout_add_seconds (ASK_SECONDS, timeout_cb, loop);

  qd_audit_lookup_anchor (journal, cancellable, looked_up_cb, &wait);
  g_main_loop_run (loop);
  g_source_remove (timer);
  /* One that waits for its own password is let go. */
  if (wait.credential == NULL && wait.error == NULL)
    {
      g_cancellable_cancel (cancellable);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  if (wait.credential)
    add_anchor (anchors, wait.credential->secret, "keyring");
  else if (wait.error)
    qdctl_complain (_("the keyring does not answer: %s"), wait.error->message);
  g_clear_pointer (&wait.credential, qd_credential_free);
  g_clear_error (&wait.error);
}

static void
ask_stream (QdctlSession *session, const char *subject, GPtrArray *anchors)
{
  g_autoptr (JsonObject) args = json_object_new ();
  Wait wait = { .loop = session->loop };
  JsonObject *object;

  json_object_set_string_member (args, "stream", QD_AUDIT_STREAM);
  json_object_set_string_member (args, "subject", subject);
  qd_driver_command_async (qd_hub_get_driver (session->hub, session->connection), "stream.last", args, NULL, answered_cb, &wait);
  g_main_loop_run (session->loop);
  object = wait.answer ? qd_json_object (wait.answer) : NULL;
  if (object)
    add_anchor (anchors, qd_json_get_string (object, "payload", NULL), "stream");
  if (wait.error && !g_error_matches (wait.error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING))
    qdctl_complain ("%s: %s", subject, wait.error->message);
  g_clear_pointer (&wait.answer, json_node_unref);
  g_clear_error (&wait.error);
}

/* What the stream's last record says of this desk's chain, and what was noted beside it. */
static QdExit
ask_streams (const Options *options, const char *desk, GPtrArray *anchors)
{
  g_autofree char *records = g_strconcat ("audit.", desk, NULL), *noted = g_strconcat ("audit.anchor.", desk, NULL);
  QdctlSession session;
  QdExit code = qdctl_session_open (&session, &options->target);

  if (code != QD_EXIT_YES && code != QD_EXIT_PARTIAL)
    return code;
  ask_stream (&session, records, anchors);
  ask_stream (&session, noted, anchors);
  qdctl_session_close (&session);
  return QD_EXIT_YES;
}

static void
print_verdict (const Options *options, const QdAuditVerdict *verdict)
{
  g_autofree char *sentence = qd_audit_verdict_to_sentence (verdict), *text = NULL;
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = NULL;

  if (!options->json)
    {
      text = g_strdup_printf ("%s: %s\n", qd_audit_state_to_word (verdict->state), sentence);
      qdctl_print (text);
      return;
    }
  json_object_set_string_member (object, "state", qd_audit_state_to_word (verdict->state));
  json_object_set_int_member (object, "place", verdict->place);
  json_object_set_int_member (object, "place_to", verdict->place_to);
  json_object_set_int_member (object, "line", (gint64) verdict->line);
  if (verdict->desk)
    json_object_set_string_member (object, "desk", verdict->desk);
  json_object_set_int_member (object, "first", verdict->first);
  json_object_set_int_member (object, "last", verdict->head.n);
  json_object_set_string_member (object, "hash", verdict->head.hash);
  json_object_set_int_member (object, "records", verdict->n_records);
  json_object_set_int_member (object, "removed", verdict->n_removed);
  json_object_set_int_member (object, "torn_bytes", (gint64) verdict->torn);
  json_object_set_int_member (object, "anchors", verdict->n_anchors);
  json_object_set_string_member (object, "text", sentence);
  node = json_node_init_object (json_node_alloc (), object);
  qdctl_print_json (node);
}

static gboolean
read_anchor (const Options *options, GPtrArray *anchors)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = options->anchor ? qdctl_read (options->anchor, 65536, &error) : NULL;
  g_autofree char *text = NULL;
  guint before = anchors->len;

  if (options->anchor == NULL)
    return TRUE;
  if (bytes)
    text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  add_anchor (anchors, text, qdctl_name_of (options->anchor));
  if (anchors->len > before)
    return TRUE;
  qdctl_complain (_("%s is no anchor, as {\"desk\",\"n\",\"hash\"}: %s"), qdctl_name_of (options->anchor), error ? error->message : _("it says something else"));
  return FALSE;
}

static QdExit
run_verify (const Options *options, char **rest)
{
  g_autoptr (GPtrArray) anchors = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_audit_anchor_free);
  g_autofree char *own = qd_audit_default_path (), *desk = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (QdAuditVerdict) verdict = NULL;

  if (!read_anchor (options, anchors))
    return QD_EXIT_BAD_INPUT;
  desk = qd_audit_journal_dup_desk (options->journal, NULL, &error);
  if (error)
    {
      qdctl_complain ("%s", error->message);
      return QD_EXIT_BAD_INPUT;
    }
  if (desk && (options->target.connection || options->target.url))
    {
      QdExit code = ask_streams (options, desk, anchors);

      if (code != QD_EXIT_YES)
        return code;
    }
  /* The keyring knows of this user's journal, and of no copy. */
  if (g_str_equal (own, options->journal))
    ask_keyring (options->journal, anchors);
  verdict = qd_audit_verify (options->journal, anchors, NULL, &error);
  if (verdict == NULL)
    {
      qdctl_complain ("%s", error->message);
      return QD_EXIT_BAD_INPUT;
    }
  print_verdict (options, verdict);
  return verdict->state <= QD_AUDIT_EMPTY ? QD_EXIT_YES : QD_EXIT_NO;
}

/* --- Exporting --------------------------------------------------------------------------------------------------- */

static gboolean
export_lines (const Options *options, GOutputStream *out, GError **error)
{
  g_autoptr (QdAuditReader) reader = qd_audit_reader_open (options->journal, FALSE, error);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) cause = NULL;
  const char *line;
  gsize length;

  if (reader == NULL)
    return FALSE;
  if (options->csv)
    qd_audit_append_csv_head (text);
  while (qd_audit_reader_next (reader, &line, &length, &cause))
    {
      if (!is_wanted (options, line, length))
        continue;
      qd_audit_append_record (text, options->csv ? QD_AUDIT_CSV : QD_AUDIT_JSONL, line, length);
      if (out == NULL)
        qdctl_print (text->str);
      else if (!g_output_stream_write_all (out, text->str, text->len, NULL, NULL, error))
        return FALSE;
      g_string_truncate (text, 0);
    }
  if (cause)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  if (out == NULL)
    qdctl_print (text->str);
  return out == NULL || g_output_stream_write_all (out, text->str, text->len, NULL, NULL, error);
}

static QdExit
run_export (const Options *options, char **rest)
{
  g_autoptr (GFile) file = options->output ? g_file_new_for_commandline_arg (options->output) : NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileOutputStream) out = file ? g_file_replace (file, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, &error) : NULL;

  if (error == NULL && export_lines (options, out ? G_OUTPUT_STREAM (out) : NULL, &error) &&
      (out == NULL || g_output_stream_close (G_OUTPUT_STREAM (out), NULL, &error)))
    return QD_EXIT_YES;
  qdctl_complain ("%s", error->message);
  return QD_EXIT_BAD_INPUT;
}

/* --- Which of them ------------------------------------------------------------------------------------------------- */

static const struct Action {
  const char *name;
  guint n_arguments;
  const char *usage, *options;
  QdExit (*run) (const Options *options, char **rest);
} actions[] = {
  { "list", 0, "list [--who=NAME] [--what=VERB] [--on=ID] [--outcome=WORD] [--since=TIME] [--until=TIME] [--search=TEXT] [--limit=N] [--json|--csv]",
    " journal who what on outcome since until search limit json csv ", run_list },
  { "show", 1, "show NUMBER [--json]", " journal json ", run_show },
  { "verify", 0, "verify [--anchor=FILE] [--connection=NAME|--url=URL] [--json]", " journal anchor json ", run_verify },
  { "export", 0, "export [--csv] [-o FILE] [--who=NAME] [--what=VERB] [--on=ID] [--outcome=WORD] [--since=TIME] [--until=TIME] [--search=TEXT]",
    " journal who what on outcome since until search csv output ", run_export },
};

static gboolean
check (const struct Action *action, const GOptionEntry *entries, Options *options)
{
  options->until_us = G_MAXINT64;
  options->since_us = G_MININT64;
  if (!qdctl_check_taken (action->name, action->options, entries) || !parse_time ("since", options->since, &options->since_us) ||
      !parse_time ("until", options->until, &options->until_us))
    return FALSE;
  if (options->json && options->csv)
    {
      qdctl_complain (_("--json and --csv exclude each other"));
      return FALSE;
    }
  if (options->limit < 0)
    options->limit = LIST_AT_FIRST;
  if (options->journal == NULL)
    options->journal = qd_audit_default_path ();
  return TRUE;
}

QdExit
qdctl_audit (const char *name, int argc, char **argv)
{
  g_auto (Options) options = { .limit = -1 };
  const GOptionEntry entries[] = {
    { "who", 0, 0, G_OPTION_ARG_STRING, &options.who, N_("Only what this one did"), N_("NAME") },
    { "what", 0, 0, G_OPTION_ARG_STRING, &options.what, N_("Only this verb, or all about a kind: site.delete, site"), N_("VERB") },
    { "on", 0, 0, G_OPTION_ARG_STRING, &options.on, N_("Only what was done to the thing with this id"), N_("ID") },
    { "outcome", 0, 0, G_OPTION_ARG_STRING, &options.outcome, N_("begun, succeeded, failed, cancelled, interrupted or refused"), N_("WORD") },
    { "since", 0, 0, G_OPTION_ARG_STRING, &options.since, N_("From this time on: 2026-11-28, 36h"), N_("TIME") },
    { "until", 0, 0, G_OPTION_ARG_STRING, &options.until, N_("Before this time"), N_("TIME") },
    { "search", 0, 0, G_OPTION_ARG_STRING, &options.search, N_("Only records with this text in them"), N_("TEXT") },
    { "limit", 0, 0, G_OPTION_ARG_INT, &options.limit, N_("list: no more than that many; 0: all (100)"), N_("N") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_("Print JSON"), NULL },
    { "csv", 0, 0, G_OPTION_ARG_NONE, &options.csv, N_("Print CSV"), NULL },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, N_("export: write to this file instead of printing it"), N_("FILE") },
    { "anchor", 0, 0, G_OPTION_ARG_FILENAME, &options.anchor, N_("verify: hold what was noted in this file against the chain"), N_("FILE") },
    { "journal", 0, 0, G_OPTION_ARG_FILENAME, &options.journal, N_("Another journal than this user's"), N_("FILE") },
    { NULL },
  };
  g_auto (GStrv) rest = NULL;
  QdExit code;

  if (!qdctl_parse (name, entries, &options.target, argc, argv, &rest, &code))
    return code;
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_strcmp0 (rest[0], actions[i].name) == 0)
      {
        if (g_strv_length (rest) - 1 == actions[i].n_arguments)
          return check (&actions[i], entries, &options) ? actions[i].run (&options, rest + 1) : QD_EXIT_BAD_INPUT;
        qdctl_complain (_("usage: %s"), actions[i].usage);
        return QD_EXIT_BAD_INPUT;
      }
  qdctl_complain_needs (name, "list, show, verify, export");
  return QD_EXIT_BAD_INPUT;
}
