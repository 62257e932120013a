/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-nats-commands.h"

#include "qd-json.h"
#include "qd-wire-error.h"

/* A busy server says nothing in time; one where our inbox is forbidden never does. */
#define MAX_TRIES 5

/* A server tells nobody what he may publish. So each place gets a message that its stream is bound to refuse: the refusal says
 * that we may, silence of JetStream that there is none, the server's objection that we may not. */
static const struct {
  const char *subject;
  const char *feature, *group, *more;
} places[] = {
  { "$KV.AGGREGATE_PLACEMENT.quarterdeck", "kv.write:AGGREGATE_PLACEMENT", "kv.write", "placement.write" },
  { "$KV.PROJECTION_PLACEMENT.quarterdeck", "kv.write:PROJECTION_PLACEMENT", "kv.write", "placement.write" },
  { "$KV.RUNNER_PLACEMENT.quarterdeck", "kv.write:RUNNER_PLACEMENT", "kv.write", "placement.write" },
  { "$KV.CONFIG.quarterdeck", "kv.write:CONFIG", "kv.write", NULL },
  { "$KV.DEFINITIONS.quarterdeck", "kv.write:DEFINITIONS", "kv.write", NULL },
  { "$KV.JOB_LEASES.quarterdeck", "kv.write:JOB_LEASES", "kv.write", NULL },
  { "jobs.quarterdeck", "streams.write:JOBS", "streams.write", NULL },
  { "audit.quarterdeck", "streams.write:AUDIT", "streams.write", NULL },
};

typedef struct {
  QdNats *nats;
  QdNatsProbedFunc func;
  gpointer data;
  GDestroyNotify destroy;
  guint waiting;
  GPtrArray *features;         /* (element-type utf8), static */
} Probe;

typedef struct {
  Probe *probe;
  guint place;                 /* G_N_ELEMENTS (places): whether there are streams at all */
  guint tries;
} Question;

static void
add (Probe *self, const char *feature)
{
  if (feature && !g_ptr_array_find_with_equal_func (self->features, feature, g_str_equal, NULL))
    g_ptr_array_add (self->features, (gpointer) feature);
}

static void
one_less (Probe *self)
{
  if (--self->waiting > 0)
    return;
  g_ptr_array_add (self->features, NULL);
  self->func ((const char *const *) self->features->pdata, self->data);
  if (self->destroy)
    self->destroy (self->data);
  g_ptr_array_unref (self->features);
  qd_nats_unref (self->nats);
  g_free (self);
}

static void ask (Question *self);

static void
answered (Question *self, const GError *error)
{
  gboolean unknown = error && (error->code == QD_WIRE_ERROR_TIMEOUT || error->code == QD_WIRE_ERROR_UNREACHABLE);

  if (unknown && ++self->tries < MAX_TRIES)
    {
      ask (self);
      return;
    }
  if (error)
    g_debug ("%s", error->message);
  else if (self->place == G_N_ELEMENTS (places))
    add (self->probe, "streams");
  else
    {
      add (self->probe, places[self->place].feature);
      add (self->probe, places[self->place].group);
      add (self->probe, places[self->place].more);
    }
  one_less (self->probe);
  g_free (self);
}

static void
may_cb (const GError *error, gpointer data)
{
  answered (data, error);
}

static void
names_cb (GBytes *payload, const GError *error, gpointer data)
{
  gsize length = 0;
  const char *text = payload ? g_bytes_get_data (payload, &length) : "";
  g_autoptr (JsonNode) node = qd_json_parse (text, (gssize) length, "STREAM.NAMES", NULL);
  JsonObject *object = node ? qd_json_object (node) : NULL;
  g_autoptr (GError) refused = NULL;

  if (error == NULL && (object == NULL || qd_json_get_object (object, "error") != NULL))
    refused = g_error_new_literal (QD_WIRE_ERROR, QD_WIRE_ERROR_NOT_FOUND, "JetStream is not enabled for this account");
  answered (data, error ? error : refused);
}

static void
ask (Question *self)
{
  if (self->place < G_N_ELEMENTS (places))
    qd_nats_stream_may_publish (self->probe->nats, places[self->place].subject, may_cb, self);
  else
    qd_nats_request (self->probe->nats, "$JS.API.STREAM.NAMES", NULL, 0, names_cb, self);
}

void
qd_nats_probe (QdNats *nats, QdNatsProbedFunc func, gpointer data, GDestroyNotify destroy)
{
  Probe *self = g_new0 (Probe, 1);

  self->nats = qd_nats_ref (nats);
  self->func = func;
  self->data = data;
  self->destroy = destroy;
  self->features = g_ptr_array_new ();
  self->waiting = G_N_ELEMENTS (places) + 1;
  for (guint i = 0; i <= G_N_ELEMENTS (places); i++)
    {
      Question *question = g_new (Question, 1);

      *question = (Question) { self, i, 0 };
      ask (question);
    }
}
