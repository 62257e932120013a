/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-server.h"

#include <string.h>

#include "lab-hijack.h"
#include "lab-json.h"

#define MAX_ANSWERS 10000

/* What was answered to a POST with an Idempotency-Key. */
typedef struct
{
  char *digest;
  guint status;
  char *body;
} LabAnswer;

static void
free_answer (gpointer data)
{
  LabAnswer *answer = data;

  g_free (answer->digest);
  g_free (answer->body);
  g_free (answer);
}

void
lab_request_free (LabRequest *request)
{
  if (request->message != NULL)
    g_signal_handlers_disconnect_by_data (request->message, request);
  g_clear_object (&request->message);
  g_clear_pointer (&request->query, g_hash_table_unref);
  g_clear_pointer (&request->body, json_node_unref);
  for (guint i = 0; i < LAB_MAX_PARAMS; i++)
    g_free (request->params[i]);
  g_free (request->path);
  g_free (request->answer_key);
  g_free (request->answer_digest);
  if (request->out != NULL)
    g_string_free (request->out, TRUE);
  g_free (request);
}

const char *
lab_request_query (LabRequest *request, const char *name)
{
  const char *value = request->query != NULL ? g_hash_table_lookup (request->query, name) : NULL;

  return value != NULL && *value != '\0' ? value : NULL;
}

const char *
lab_request_header (LabRequest *request, const char *name)
{
  return soup_message_headers_get_one (soup_server_message_get_request_headers (request->message), name);
}

/* libsoup does not know the newer ones. */
const char *
lab_status_phrase (guint status)
{
  switch (status)
    {
    case 426:
      return "Upgrade Required";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    default:
      return soup_status_get_phrase (status);
    }
}

static void
begin_problem (LabRequest *request, guint status, const char *detail)
{
  request->status = status;
  request->content_type = "application/problem+json";
  g_string_truncate (request->out, 0);
  lab_json_begin (request->out, NULL, '{');
  lab_json_string (request->out, "type", "about:blank");
  lab_json_string (request->out, "title", lab_status_phrase (status));
  lab_json_int (request->out, "status", status);
  lab_json_string (request->out, "detail", detail);
}

void
lab_request_problem (LabRequest *request, guint status, const char *detail, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, detail);
  text = g_strdup_vprintf (detail, args);
  va_end (args);
  begin_problem (request, status, text);
  lab_json_end (request->out, '}');
}

void
lab_request_invalid (LabRequest *request, const char *pointer, const char *detail, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, detail);
  text = g_strdup_vprintf (detail, args);
  va_end (args);
  begin_problem (request, SOUP_STATUS_UNPROCESSABLE_ENTITY, text);
  lab_json_begin (request->out, "errors", '[');
  lab_json_begin (request->out, NULL, '{');
  lab_json_string (request->out, "pointer", pointer);
  lab_json_string (request->out, "detail", text);
  lab_json_end (request->out, '}');
  lab_json_end (request->out, ']');
  lab_json_end (request->out, '}');
}

void
lab_request_etag (LabRequest *request, guint64 revision)
{
  g_autofree char *tag = g_strdup_printf ("\"%" G_GUINT64_FORMAT "\"", revision);

  soup_message_headers_replace (soup_server_message_get_response_headers (request->message), "ETag", tag);
}

/* TRUE when the If-Match header names @revision; else the answer is 428, or 412 with what is there now. */
gboolean
lab_request_if_match (LabRequest *request, guint64 revision,
                      void (*represent) (LabRequest *, gpointer), gpointer data)
{
  const char *given = lab_request_header (request, "If-Match");
  g_autofree char *tag = g_strdup_printf ("\"%" G_GUINT64_FORMAT "\"", revision);

  if (given == NULL)
    {
      lab_request_problem (request, 428, "%s needs If-Match: read the resource first and send its ETag",
                           request->path);
      return FALSE;
    }
  if (strstr (given, tag) != NULL || g_str_equal (given, "*"))
    return TRUE;
  g_string_truncate (request->out, 0);
  represent (request, data);
  request->status = SOUP_STATUS_PRECONDITION_FAILED;
  return FALSE;
}

const char *
lab_request_reason (LabRequest *request)
{
  const char *reason = lab_json_get_string (request->object, "reason", NULL);

  if (reason == NULL)
    reason = lab_request_query (request, "reason");
  if (reason == NULL || strlen (reason) > 2000)
    return NULL;
  while (g_ascii_isspace (*reason))
    reason++;
  return *reason != '\0' ? reason : NULL;
}

const char *
lab_request_tenant (LabRequest *request)
{
  const char *id = NULL;

  if (request->session == NULL || !g_str_equal (lab_role_scope (request->session->user->role, &id), "tenant"))
    return NULL;
  return id;
}

gboolean
lab_request_need_body (LabRequest *request)
{
  if (request->object != NULL)
    return TRUE;
  lab_request_problem (request, SOUP_STATUS_BAD_REQUEST, "%s wants a JSON object as its body", request->path);
  return FALSE;
}

/* The answer to a dry run: one step, and what would stop it (@blocker may be NULL). */
void
lab_request_plan (LabRequest *request, const char *step, const char *target, const char *path,
                  const char *before, const char *after, const char *blocker_code, const char *blocker)
{
  GString *out = request->out;

  g_string_truncate (out, 0);
  request->status = SOUP_STATUS_OK;
  lab_json_begin (out, NULL, '{');
  lab_json_begin (out, "plan", '[');
  lab_json_begin (out, NULL, '{');
  lab_json_string (out, "step", step);
  lab_json_string (out, "target", target);
  lab_json_begin (out, "would_change", '{');
  lab_json_string (out, "path", path);
  lab_json_raw (out, "before", before);
  lab_json_raw (out, "after", after);
  lab_json_end (out, '}');
  lab_json_end (out, '}');
  lab_json_end (out, ']');
  lab_json_begin (out, "blockers", '[');
  if (blocker != NULL)
    {
      lab_json_begin (out, NULL, '{');
      lab_json_string (out, "code", blocker_code);
      lab_json_string (out, "detail", blocker);
      lab_json_end (out, '}');
    }
  lab_json_end (out, ']');
  lab_json_begin (out, "warnings", '[');
  lab_json_end (out, ']');
  lab_json_end (out, '}');
}

void
lab_request_warn (LabRequest *request, const char *text)
{
  GString *out = request->out;

  /* The plan ends in its warnings. */
  g_assert (g_str_has_suffix (out->str, "]}"));
  g_string_truncate (out, out->len - 2);
  lab_json_string (out, NULL, text);
  g_string_append (out, "]}");
}

static void
load_answer (const char *const *columns, int n, gpointer user_data)
{
  LabServer *server = user_data;
  LabAnswer *answer = g_new0 (LabAnswer, 1);

  answer->digest = g_strdup (columns[1]);
  answer->status = (guint) g_ascii_strtoull (columns[2], NULL, 10);
  answer->body = g_strdup (columns[3]);
  g_hash_table_insert (server->answers, g_strdup (columns[0]), answer);
}

void
lab_answers_load (LabServer *server)
{
  g_autoptr (GError) error = NULL;
  LabBatch *batch = lab_batch_new ();

  server->answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_answer);
  if (!lab_store_read (server->store, "SELECT key, digest, status, body FROM answers ORDER BY at DESC LIMIT 10000",
                       load_answer, server, &error))
    g_warning ("answers given before are not known: %s", error->message);
  /* A client that tries again after a day has forgotten, too. */
  lab_batch_add (batch, "DELETE FROM answers WHERE at < ?", "i", g_get_real_time () - G_TIME_SPAN_DAY);
  lab_store_commit (server->store, batch, NULL, NULL);
}

/* TRUE when the Idempotency-Key was used before and the answer is ready. */
gboolean
lab_answers_replay (LabRequest *request)
{
  const char *key = lab_request_header (request, "Idempotency-Key");
  const LabAnswer *answer;
  g_autofree char *text = NULL;
  g_autofree char *body = NULL;

  if (key == NULL || request->dry_run || !g_str_equal (request->route->method, "POST") ||
      request->route->flags & LAB_ROUTE_PUBLIC)
    return FALSE;
  if (strlen (key) > 255)
    {
      lab_request_problem (request, SOUP_STATUS_BAD_REQUEST, "Idempotency-Key is longer than 255 bytes");
      return TRUE;
    }
  text = lab_json_node_text (request->body);
  request->answer_key = g_strdup_printf ("%s %s %s", request->username, request->path, key);
  request->answer_digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text != NULL ? text : "", -1);
  answer = g_hash_table_lookup (request->server->answers, request->answer_key);
  if (answer == NULL)
    return FALSE;
  if (g_str_equal (answer->digest, request->answer_digest))
    {
      request->status = answer->status;
      g_string_assign (request->out, answer->body);
      soup_message_headers_replace (soup_server_message_get_response_headers (request->message),
                                    "Idempotent-Replayed", "true");
    }
  else
    lab_request_problem (request, SOUP_STATUS_UNPROCESSABLE_ENTITY,
                         "Idempotency-Key %s was used with another body: use a new key", key);
  g_clear_pointer (&request->answer_key, g_free);
  return TRUE;
}

static void
remember_answer (LabRequest *request)
{
  LabAnswer *answer;

  if (request->answer_key == NULL || request->status >= 500)
    return;
  if (g_hash_table_size (request->server->answers) >= MAX_ANSWERS)
    g_hash_table_remove_all (request->server->answers);
  answer = g_new0 (LabAnswer, 1);
  answer->digest = g_strdup (request->answer_digest);
  answer->status = request->status;
  answer->body = g_strdup (request->out->str);
  lab_batch_add (request->server->batch,
                 "INSERT OR REPLACE INTO answers (key, digest, status, body, at) VALUES (?,?,?,?,?)", "ssisi",
                 request->answer_key, answer->digest, (gint64) answer->status, answer->body, g_get_real_time ());
  g_hash_table_insert (request->server->answers, g_strdup (request->answer_key), answer);
}

static void
count_request (LabRequest *request)
{
  lab_prometheus_count (request->server->prometheus,
                        soup_server_message_get_method (request->message),
                        request->route != NULL ? request->route->pattern : "unmatched", request->status,
                        (double) (g_get_monotonic_time () - request->begun) / G_USEC_PER_SEC);
}

static void
garble (GString *out)
{
  for (gsize i = 0; i < out->len; i += 1 + g_random_int_range (3, 40))
    out->str[i] = (char) g_random_int_range (0, 256);
}

static void
send_big (LabRequest *request)
{
  static char block[1024 * 1024];
  SoupMessageBody *body = soup_server_message_get_response_body (request->message);

  if (block[0] == '\0')
    memset (block, 'a', sizeof block);
  soup_message_body_append (body, SOUP_MEMORY_STATIC, "{\"items\":[\"", 11);
  for (guint i = 0; i < LAB_BIG_BODY / sizeof block; i++)
    soup_message_body_append (body, SOUP_MEMORY_STATIC, block, sizeof block);
  soup_message_body_append (body, SOUP_MEMORY_STATIC, "\"],\"next\":null}", 15);
  soup_message_headers_set_content_type (soup_server_message_get_response_headers (request->message),
                                         "application/json", NULL);
  soup_server_message_set_status (request->message, SOUP_STATUS_OK, NULL);
}

static void send_answer (LabRequest *request);

static gboolean
send_late_cb (gpointer user_data)
{
  LabRequest *request = user_data;

  request->fault.kind = LAB_FAULT_NONE;
  send_answer (request);
  return G_SOURCE_REMOVE;
}

static void
send_answer (LabRequest *request)
{
  SoupServerMessage *message = request->message;
  gsize length;
  char *bytes;

  if (request->fault.kind == LAB_FAULT_HOLD)
    {
      g_timeout_add ((guint) request->fault.arg, send_late_cb, request);
      return;
    }
  count_request (request);
  if (request->gone)
    {
      lab_request_free (request);
      return;
    }
  switch (request->fault.kind)
    {
    case LAB_FAULT_TRUNCATE:
    case LAB_FAULT_STALL:
      lab_hijack_half (request, request->fault.kind == LAB_FAULT_STALL);
      return;
    case LAB_FAULT_GARBLE:
      garble (request->out);
      break;
    case LAB_FAULT_BIG:
      send_big (request);
      soup_server_message_unpause (message);
      lab_request_free (request);
      return;
    default:
      break;
    }
  soup_server_message_set_status (message, request->status, lab_status_phrase (request->status));
  length = request->out->len;
  bytes = g_string_free (g_steal_pointer (&request->out), FALSE);
  soup_server_message_set_response (message, request->content_type, SOUP_MEMORY_TAKE, bytes, length);
  soup_server_message_unpause (message);
  lab_request_free (request);
}

static void
committed_cb (gboolean committed, gpointer user_data)
{
  LabRequest *request = user_data;

  if (!committed)
    lab_request_problem (request, SOUP_STATUS_INSUFFICIENT_STORAGE,
                         "%s was not stored: the lab's database took no change", request->path);
  send_answer (request);
}

/* Ends the request's transaction; the answer leaves once it is committed. Takes @request. */
void
lab_request_finish (LabRequest *request)
{
  LabServer *server = request->server;

  if (server->batch == NULL)
    {
      send_answer (request);
      return;
    }
  remember_answer (request);
  if (lab_batch_is_empty (server->batch))
    {
      g_clear_pointer (&server->batch, lab_batch_free);
      send_answer (request);
    }
  else
    lab_server_end (server, committed_cb, request);
}
