/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-exit.h"
#include "qd-hub.h"

G_BEGIN_DECLS

/* One verb of the command line. */
typedef struct {
  const char *name;
  const char *arguments;    /* what follows the options in the usage line, or NULL */
  const char *summary;      /* N_(): one line */
  QdExit (*run) (const char *name, int argc, char **argv);
} QdctlVerb;

extern const QdctlVerb qdctl_verbs[];   /* ends with a NULL name */

/* How to reach and sign in; the same options for all verbs that speak to a server. */
typedef struct {
  char *connection;
  char *url;
  char *driver;
  char *credentials;
  char *role;
  char *user;
  char *token_file;
  gboolean password_stdin;
  char *ca;
  char *pin;
  char *monitor;
  char *confirm;
  double timeout_s;
} QdctlTarget;

void qdctl_target_clear (QdctlTarget *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (QdctlTarget, qdctl_target_clear)

/* Parses @argv for @verb: @entries (or NULL) and the target's; @target is NULL for what speaks to no server. What is left is in @rest (or must be
 * nothing when @rest is NULL). QD_EXIT_YES: go on. Otherwise the program ends with *@exit_code. */
gboolean qdctl_parse (const char *verb, const GOptionEntry *entries, QdctlTarget *target, int argc, char **argv,
                      GStrv *rest, QdExit *exit_code);

/* Which options were given to a verb that does more than one thing. */
typedef struct { const char *name; gboolean given; } QdctlGiven;

/* FALSE, after saying so, when one was given that is not among those that @action takes: @taken, with a blank before and behind each. */
gboolean qdctl_check_given (const char *action, const char *taken, const QdctlGiven *given, guint n);
/* Whether it was: text or a list that is there, a flag that is set, or a number that is not below nothing (as it has to be before). */
gboolean qdctl_is_given (const GOptionEntry *entry);
/* The same of all options of a verb. */
gboolean qdctl_check_taken (const char *action, const char *taken, const GOptionEntry *entries);
/* Says that @verb needs one of these words behind it. */
void qdctl_complain_needs (const char *verb, const char *words);

/* All of a file, or of standard input when @path is "-", of which no more is read than tells that it has over @max bytes. */
GBytes *qdctl_read (const char *path, gsize max, GError **error);
/* What a message calls @path. */
const char *qdctl_name_of (const char *path);

/* FALSE, after saying so, unless @target says which fleet @verb is for. */
gboolean qdctl_target_check (const char *verb, const QdctlTarget *target);
/* Whether anything of it was given. */
gboolean qdctl_target_is_given (const QdctlTarget *target);

/* Where the window keeps what it knows. (transfer full) */
char *qdctl_dup_store_path (void);
/* The endpoint that @target describes; NULL with the exit status, after saying why on stderr. */
QdEndpoint *qdctl_target_resolve (const QdctlTarget *target, QdExit *exit_code);

/* The NATS connection that feeds @control: at @url, or the one that is configured so. NULL with the exit status, after saying why. */
QdEndpoint *qdctl_target_resolve_nats (const QdctlTarget *target, const char *control, const char *url, QdExit *exit_code);

/* A hub with the target as its one connection (and the NATS connection of the same fleet), and the loop that turns it. */
typedef struct {
  QdHub *hub;
  char *connection;
  char *nats;        /* NULL until qdctl_session_add_nats() */
  gboolean speaks_nats;   /* the target itself does */
  GMainLoop *loop;
  QdExit exit_code;
  void (*interrupted) (gpointer data);
  gpointer interrupt_data;
  const char *interrupt_words;
  guint signals[3];
  void (*jobs_changed) (gpointer data);
  gpointer jobs_data;
} QdctlSession;

/* Connects and waits until the model is complete. QD_EXIT_PARTIAL: some of it could not be read (said
 * on stderr); the session is there. Other than YES and PARTIAL: there is no session. */
QdExit qdctl_session_open (QdctlSession *self, const QdctlTarget *target);
/* Connects to the NATS servers of the same fleet too. @url: NULL for a connection that is configured. */
QdExit qdctl_session_add_nats (QdctlSession *self, const QdctlTarget *target, const char *url);
void qdctl_session_close (QdctlSession *self);
/* A GSourceFunc that quits the loop which is its data. */
gboolean qdctl_quit_cb (gpointer loop);
/* Turns the loop for so long. */
void qdctl_pause (GMainLoop *loop, guint ms);

/* From now on Ctrl+C, or a word to end, does not end the program but calls @asked, once: what is under way is not left in the midst of it. The
 * next one ends it. @words (static; NULL: that it goes back) say so on stderr. @asked NULL: it does again. */
void qdctl_session_on_interrupt (QdctlSession *self, const char *words, void (*asked) (gpointer data), gpointer data);
/* Calls @changed whenever a job is another. NULL: no more. */
void qdctl_session_on_jobs (QdctlSession *self, void (*changed) (gpointer data), gpointer data);

/* Carries out @verb and waits for its end. A dry run's answer is its plan. (transfer full) */
JsonNode *qdctl_carry_out (QdctlSession *session, const char *verb, JsonObject *args, const char *reason, gboolean dry_run, GError **error);
/* What an answer comes to: a plan with blockers is a "no", and so is a job that did not succeed. */
QdExit qdctl_judge (JsonNode *answer);
/* FALSE, after saying so, when @verb needs a reason and there is none. */
gboolean qdctl_check_reason (const char *verb, const char *reason, gboolean dry_run);

/* One verb, asked of each of several ids. */
typedef struct {
  const char *verb;
  JsonObject *args;          /* the same for each */
  const char *reason;
  gboolean dry_run, json;
  void (*append) (GString *out, JsonObject *answer);   /* what is said behind "ID: " */
  QdExit (*judge) (JsonObject *answer, const char *data);   /* of an answer that is no plan; NULL: it is a yes */
  const char *judge_data;
} QdctlEach;

/* One after the other; one that fails stops none of the others. JSON: the answer of one id; of several an array with one for each, in their order, where
 * what failed is {"id","error"}. */
QdExit qdctl_do_each (QdctlSession *session, const QdctlEach *each, GStrv ids);
/* What a dry run says: the steps, then a line for each thing that speaks against it. */
void qdctl_append_plan (GString *out, JsonObject *answer);
/* FALSE, after saying so, where there is none, or one that nothing can have. */
gboolean qdctl_check_ids (const char *action, GStrv ids);
/* "NAME=VALUE" → a new name and the value; NULL after saying so, where @word is none. */
char *qdctl_split_pair (const char *option, const char *word, const char **value);

/* @text as it may be shown on a terminal: what would move its cursor or colour it is a blank. @lines: line ends stay. (transfer full) */
char *qdctl_dup_plain (const char *text, gboolean lines);
void qdctl_append_plain (GString *out, const char *text);

/* "qdctl: …" on stderr. */
void qdctl_complain (const char *format, ...) G_GNUC_PRINTF (1, 2);
QdExit qdctl_exit_for_error (const GError *error);
/* Says what went wrong, and gives it back: the exit code that stands for it. Takes @error. */
QdExit qdctl_complain_error (GError *error);
/* Writes @text to stdout; ends the program quietly when nobody reads it any more. */
void qdctl_print (const char *text);
/* From now on it goes on where nobody reads it any more: what is changed is changed whole, whoever looks. */
void qdctl_print_to_the_end (void);
/* What was printed is to be seen now. */
void qdctl_flush (void);

/* What a list is asked for. */
typedef struct {
  char *filter, *sort;
  gboolean json, csv;
} QdctlListOptions;

void qdctl_list_options_clear (QdctlListOptions *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (QdctlListOptions, qdctl_list_options_clear)

/* For the verbs that list, and do more than that. */
#define QDCTL_LIST_ENTRIES(options)                                                                                                          \
  { "filter", 0, 0, G_OPTION_ARG_STRING, &(options).filter, N_("Only what matches: words, field:value, field>number, status:down, -word"), N_("TEXT") }, \
  { "sort", 0, 0, G_OPTION_ARG_STRING, &(options).sort, N_("Order by a field; -FIELD for the largest first"), N_("FIELD") },                  \
  { "json", 0, 0, G_OPTION_ARG_NONE, &(options).json, N_("Print JSON"), NULL },                                                              \
  { "csv", 0, 0, G_OPTION_ARG_NONE, &(options).csv, N_("Print CSV with all fields"), NULL }

/* Lists the things that the verb @name is about. */
QdExit qdctl_list_run (const char *name, const QdctlTarget *target, const QdctlListOptions *options);

QdExit qdctl_inspect (const char *name, int argc, char **argv);
QdExit qdctl_list (const char *name, int argc, char **argv);
QdExit qdctl_watch (const char *name, int argc, char **argv);
QdExit qdctl_run (const char *name, int argc, char **argv);
QdExit qdctl_topology (const char *name, int argc, char **argv);
QdExit qdctl_placement (const char *name, int argc, char **argv);
QdExit qdctl_audit (const char *name, int argc, char **argv);
QdExit qdctl_policy (const char *name, int argc, char **argv);
QdExit qdctl_jobs (const char *name, int argc, char **argv);
QdExit qdctl_migrate (const char *name, int argc, char **argv);
QdExit qdctl_tenants (const char *name, int argc, char **argv);
QdExit qdctl_shards (const char *name, int argc, char **argv);

/* A member of an object; @value NULL: null. */
void qdctl_add_text (JsonBuilder *builder, const char *name, const char *value);
void qdctl_add_count (JsonBuilder *builder, const char *name, guint64 value);
void qdctl_print_json (JsonNode *node);
/* How moves ended: (element-type QdMigrationOutcome). The exit status: all, some or none of them is done. */
QdExit qdctl_print_outcomes (GPtrArray *outcomes, gboolean json);
/* One field of JSON that is no entity's: for watch. */
void qdctl_add_value (JsonBuilder *builder, const QdField *field, const QdValue *value);

G_END_DECLS
