/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-scale.h"

#include <string.h>

#include "lab-json.h"
#include "lab-placement.h"

/* A shard answers when what it was asked is so, or after the time that it was given; so much later it does not answer. */
#define WAIT_MS   2000
#define ANSWER_MS 5000
#define CONNECTIONS 64

/* What the control API hands on to a shard, and what it asks before. */
typedef struct
{
  const char *verb, *action;    /* the shard's word, and docs/permissions.md's */
  gboolean reason;              /* wants one */
  const char *members[3];       /* that the body must have, text each */
  const char *path, *before, *after; /* what would change, JSON */
} Verb;

static const Verb drain = { "drain", "shard.drain", TRUE, { NULL }, "/accepting", "true", "false" };
static const Verb resume = { "resume", "shard.resume", FALSE, { NULL }, "/accepting", "false", "true" };
static const Verb reload = { "reload", "shard.reload", FALSE, { NULL }, "/tenants", "null", "null" };
static const Verb warmup = { "warmup", "shard.warmup", FALSE, { "tenant" }, "/warm", "false", "true" };
static const Verb replay = { "replay", "shard.replay", TRUE, { "tenant_id", "saga_name", "mode" }, "/seq", "null", "0" };
static const Verb rebuild = { "rebuild", "shard.rebuild", TRUE, { "tenant", "view_type" }, "/seq", "null", "0" };

typedef struct
{
  LabRequest *request;
  const Verb *verb;
  SoupMessage *message;
  GCancellable *cancellable;
  guint timer;                  /* it is given up then */
  gint64 wait_ms;
  char *id;
} Call;

static gboolean
too_late_cb (gpointer user_data)
{
  Call *call = user_data;

  call->timer = 0;
  g_cancellable_cancel (call->cancellable);
  return G_SOURCE_REMOVE;
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  LabRequest *request = call->request;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);
  guint status = soup_message_get_status (call->message);

  g_clear_handle_id (&call->timer, g_source_remove);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    lab_request_problem (request, SOUP_STATUS_SERVICE_UNAVAILABLE, "%s has not answered within %u s: look at it, and try once more", call->id,
                         (guint) ((call->wait_ms + ANSWER_MS) / 1000));
  else if (bytes == NULL)
    lab_request_problem (request, SOUP_STATUS_SERVICE_UNAVAILABLE, "%s does not answer (%s): it may be starting again, look at it and try once more",
                         call->id, error->message);
  else
    {
      gsize length;
      const char *data = g_bytes_get_data (bytes, &length);

      request->status = status;
      if (status >= 400)
        request->content_type = "application/problem+json";
      g_string_append_len (request->out, data, (gssize) length);
      lab_server_begin (request->server);
      if (status < 300 && call->verb->reason)
        {
          g_autoptr (GString) about = g_string_new ("{");
          JsonObject *body = request->object;

          lab_json_string (about, "shard_id", call->id);
          lab_json_string (about, "verb", call->verb->verb);
          lab_json_string (about, "tenant_id", lab_json_get_string (body, "tenant", lab_json_get_string (body, "tenant_id", NULL)));
          lab_json_string (about, "by", request->username);
          lab_json_string (about, "reason", lab_request_reason (request));
          lab_json_end (about, '}');
          lab_events_emit (request->server, "shard_asked", "info", call->id, about->str);
        }
    }
  lab_request_finish (request);
  g_object_unref (call->message);
  g_object_unref (call->cancellable);
  g_free (call->id);
  g_free (call);
}

static gint64
wait_ms (LabRequest *request)
{
  return CLAMP (lab_json_get_int (request->object, "wait_ms", WAIT_MS), 0, 30000);
}

/* The body for the shard: all that was sent but the reason, which is for the records of this API. */
static char *
body_of (LabRequest *request)
{
  g_autoptr (GString) out = g_string_new ("{");
  static const char *const names[] = { "tenant", "tenant_id", "saga_name", "view_type", "mode" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (lab_json_get_string (request->object, names[i], NULL) != NULL)
      lab_json_string (out, names[i], lab_json_get_string (request->object, names[i], NULL));
  if (request->object != NULL && json_object_has_member (request->object, "wait_ms"))
    lab_json_int (out, "wait_ms", lab_json_get_int (request->object, "wait_ms", 0));
  /* Who was told that the shard does not answer goes another way: what it finds when it wakes up is not to be done any more. */
  lab_json_int (out, "before_ms", g_get_real_time () / 1000 + wait_ms (request) + ANSWER_MS);
  lab_json_end (out, '}');
  return g_strdup (out->str);
}

static void
hand_on (LabRequest *request, const Verb *verb, const char *address)
{
  g_autofree char *uri = g_strdup_printf ("%s/admin/%s", address, verb->verb);
  g_autofree char *body = body_of (request);
  g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));
  Call *call;

  /* Records are what whoever may write to the bucket wrote: nothing is sent beyond this machine for them. */
  if (!g_str_has_prefix (address, "http://127.0.0.1:") || !g_uri_is_valid (uri, G_URI_FLAGS_NONE, NULL))
    {
      lab_request_problem (request, SOUP_STATUS_BAD_GATEWAY, "the record of %s says that it is at %s: shards of the lab are on loopback",
                           request->params[0], address);
      return;
    }
  call = g_new0 (Call, 1);

  if (request->server->session == NULL)
    request->server->session = soup_session_new_with_options ("timeout", 0, "proxy-resolver", NULL, "max-conns", CONNECTIONS, "max-conns-per-host",
                                                              CONNECTIONS, NULL);
  call->request = request;
  call->verb = verb;
  call->id = g_strdup (request->params[0]);
  call->message = soup_message_new ("POST", uri);
  /* Where a shard ends just then, libsoup 3.6 sends what it had on a connection again by itself, and may lose count of those that wait for one. */
  soup_message_add_flags (call->message, SOUP_MESSAGE_NEW_CONNECTION);
  soup_message_set_request_body_from_bytes (call->message, "application/json", bytes);
  call->wait_ms = wait_ms (request);
  call->cancellable = g_cancellable_new ();
  call->timer = g_timeout_add ((guint) call->wait_ms + ANSWER_MS, too_late_cb, call);
  request->held = TRUE;
  g_clear_pointer (&request->server->batch, lab_batch_free);
  soup_session_send_and_read_async (request->server->session, call->message, G_PRIORITY_DEFAULT, call->cancellable, answered_cb, call);
}

static gboolean
check (LabRequest *request, const Verb *verb)
{
  const char *tenant;

  for (guint i = 0; i < G_N_ELEMENTS (verb->members) && verb->members[i] != NULL; i++)
    if (lab_json_get_string (request->object, verb->members[i], NULL) == NULL)
      {
        g_autofree char *pointer = g_strconcat ("/", verb->members[i], NULL);

        lab_request_invalid (request, pointer, "%s needs %s", verb->verb, verb->members[i]);
        return FALSE;
      }
  tenant = lab_json_get_string (request->object, "tenant", lab_json_get_string (request->object, "tenant_id", NULL));
  if (tenant != NULL && !lab_placement_names (tenant))
    {
      lab_request_invalid (request, json_object_has_member (request->object, "tenant") ? "/tenant" : "/tenant_id",
                           "a tenant's id has letters, digits, - and _ alone");
      return FALSE;
    }
  if (verb->reason && !request->dry_run && lab_request_reason (request) == NULL)
    {
      lab_request_invalid (request, "/reason", "say why: %s is recorded with its reason", verb->verb);
      return FALSE;
    }
  return TRUE;
}

static void
ask_shard (LabRequest *request, const Verb *verb)
{
  LabServer *server = request->server;
  const char *dot = strchr (request->params[0], '.'), *address = NULL;
  JsonObject *record = NULL;
  gboolean down = TRUE;

  for (guint i = 0; dot != NULL && i < LAB_N_KINDS; i++)
    if (g_str_has_prefix (request->params[0], lab_kind_name (i)) && request->params[0][strlen (lab_kind_name (i))] == '.')
      record = lab_scale_record (server, i, dot + 1, &down);
  if (record != NULL)
    address = lab_json_get_string (record, "address", NULL);
  if (record == NULL && !lab_scale_exists (request))
    return;
  if (!check (request, verb) || lab_scale_refuse_frozen (request, verb->action))
    return;
  if (request->dry_run)
    {
      lab_request_plan (request, verb->verb, request->params[0], verb->path, verb->before, verb->after,
                        down ? "shard_down" : NULL, down ? "the shard is not up" : NULL);
      return;
    }
  if (down || address == NULL)
    {
      lab_request_problem (request, SOUP_STATUS_SERVICE_UNAVAILABLE, "%s is not up: it is started again by itself, try once more",
                           request->params[0]);
      return;
    }
  hand_on (request, verb, address);
}

void
lab_scale_drain (LabRequest *request)
{
  ask_shard (request, &drain);
}

void
lab_scale_resume (LabRequest *request)
{
  ask_shard (request, &resume);
}

void
lab_scale_reload (LabRequest *request)
{
  ask_shard (request, &reload);
}

void
lab_scale_warmup (LabRequest *request)
{
  ask_shard (request, &warmup);
}

void
lab_scale_replay (LabRequest *request)
{
  ask_shard (request, &replay);
}

void
lab_scale_rebuild (LabRequest *request)
{
  ask_shard (request, &rebuild);
}
