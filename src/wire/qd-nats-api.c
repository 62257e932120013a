/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire"
#include "config.h"

#include "qd-nats.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-json.h"
#include "qd-nats-private.h"

/* A server that does not lead a stream says nothing: the question is asked again, and a little later there is a leader. */
#define EACH_MS 2500
#define AGAIN_MS 250

/* JetStream's own numbers. */
enum {
  NOT_NOW = 10008,
  NO_MESSAGE = 10037,
  NOT_ENABLED = 10039,
  NO_STREAM = 10059,
  MESSAGE_TOO_LARGE = 10054,
  WRONG_LAST_MESSAGE = 10070,
  WRONG_LAST_SEQUENCE = 10071,
  NOT_ENABLED_HERE = 10076,
  WRONG_LAST_SEQUENCE_TOO = 10164,
};

static QdWireError
code_of (gint64 number, gint64 status)
{
  switch (number)
    {
    case WRONG_LAST_MESSAGE: case WRONG_LAST_SEQUENCE: case WRONG_LAST_SEQUENCE_TOO: return QD_WIRE_ERROR_CONFLICT;
    case NO_MESSAGE: case NO_STREAM: case NOT_ENABLED: case NOT_ENABLED_HERE: return QD_WIRE_ERROR_NOT_FOUND;
    case NOT_NOW: return QD_WIRE_ERROR_BUSY;
    case MESSAGE_TOO_LARGE: return QD_WIRE_ERROR_TOO_LARGE;
    default: break;
    }
  if (status == 404)
    return QD_WIRE_ERROR_NOT_FOUND;
  return status >= 500 ? QD_WIRE_ERROR_BUSY : QD_WIRE_ERROR_INVALID;
}

GError *
qd_nats_api_error (QdNats *nats, const char *what, JsonObject *said)
{
  const char *words = qd_json_get_string (said, "description", _("refused"));
  gint64 number = 0, status = 0;

  qd_json_get_int (said, "err_code", &number);
  qd_json_get_int (said, "code", &status);
  return g_error_new (QD_WIRE_ERROR, code_of (number, status), "%s: %s: %s", nats->place, what, words);
}

typedef struct
{
  char *what, *subject;
  GBytes *payload;
  gint64 until_us;
  QdNatsApiFunc func;
  gpointer data;
  QdNats *nats;                /* held */
} Api;

static void
finish (Api *self, JsonObject *object, const GError *error)
{
  self->func (self->nats, object, error, self->data);
  g_bytes_unref (self->payload);
  g_free (self->what);
  g_free (self->subject);
  qd_nats_drop (self->nats);
  g_free (self);
}

static void
closed (gpointer data, const GError *error)
{
  finish (data, NULL, error);
}

static void answered_cb (QdNats *nats, GBytes *payload, const GError *error, gpointer data);

static void
run (QdNats *nats, gpointer data)
{
  Api *self = data;
  gint64 left_ms = (self->until_us - g_get_monotonic_time ()) / 1000;

  qd_nats_ask (nats, self->subject, NULL, self->payload, (guint) CLAMP (left_ms, 1, EACH_MS), answered_cb, self);
}

static gboolean
may_ask_again (Api *self, const GError *error)
{
  return (error->code == QD_WIRE_ERROR_TIMEOUT || error->code == QD_WIRE_ERROR_UNREACHABLE || error->code == QD_WIRE_ERROR_BUSY) &&
         self->until_us - g_get_monotonic_time () > AGAIN_MS * (gint64) 1000;
}

static void
answered_cb (QdNats *nats, GBytes *payload, const GError *failure, gpointer data)
{
  Api *self = data;
  gsize length = 0;
  const char *text = payload ? g_bytes_get_data (payload, &length) : NULL;
  g_autoptr(GError) error = failure ? g_error_copy (failure) : NULL;
  g_autoptr(GError) syntax = NULL;
  g_autoptr(JsonNode) node = error == NULL ? qd_json_parse (text ? text : "", (gssize) length, self->what, &syntax) : NULL;
  JsonObject *object = node ? qd_json_object (node) : NULL;
  JsonObject *said = object ? qd_json_get_object (object, "error") : NULL;

  if (said != NULL)
    error = qd_nats_api_error (nats, self->what, said);
  else if (error != NULL && error->code == QD_WIRE_ERROR_NOT_FOUND)
    {
      g_clear_error (&error);
      error = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_NOT_FOUND, _("%s: JetStream is not enabled there"), nats->place);
    }
  else if (error == NULL && object == NULL)
    error = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_PROTOCOL, _("%s: %s: the answer is not JetStream's: %s"), nats->place, self->what,
                         syntax ? syntax->message : _("not an object"));
  if (error != NULL && may_ask_again (self, error))
    qd_nats_do_later (nats, error->code == QD_WIRE_ERROR_BUSY ? AGAIN_MS : 1, run, closed, self);
  else
    finish (self, error ? NULL : object, error);
}

void
qd_nats_api (QdNats *nats, const char *what, const char *payload, gint64 until_us, QdNatsApiFunc func, gpointer data)
{
  Api *self = g_new0 (Api, 1);

  self->what = g_strdup (what);
  self->subject = g_strconcat ("$JS.API.", what, NULL);
  self->payload = g_bytes_new (payload, strlen (payload));
  self->until_us = until_us;
  self->func = func;
  self->data = data;
  self->nats = qd_nats_hold (nats);
  run (nats, self);
}
