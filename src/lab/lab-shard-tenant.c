/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab-shard"
#include "config.h"

#include "lab-shard.h"

#include <string.h>

#define MS 1000

/* Messages are gathered for a moment, so that one write of the state is for many. */
#define GATHER_US  (25 * MS)
#define FULL       200
#define RETRY_US   (250 * MS)
#define WARM_LAG   256
#define CHANGES    5

/* How old what the server says of the consumer may be: after work, while it is to come to rest, while others fill its stream, else. */
#define LOOK_WORK_US  (250 * MS)
#define LOOK_REST_US  (50 * MS)
#define LOOK_FILL_US  (1000 * MS)
#define LOOK_IDLE_US  (5000 * MS)
/* Messages that were sent to nobody come back after the consumer's 30 s; who waits for them to be none does not wait for that. */
#define ASTRAY_US     (700 * MS)

static void
destroy_message (gpointer message)
{
  natsMsg_Destroy (message);
}

LabTenant *
lab_tenant_new (LabShard *shard, const char *id)
{
  LabTenant *tenant = g_new0 (LabTenant, 1);
  gboolean runner = g_str_equal (shard->config.kind, "runner");

  tenant->shard = shard;
  tenant->id = g_strdup (id);
  tenant->consumer = g_strdup_printf ("%s-%s", shard->config.kind, id);
  tenant->filter = g_strdup_printf (runner ? "tenant.%s.workflow.command.*" : "tenant.%s.aggregate.*.*", id);
  tenant->batch = g_ptr_array_new_with_free_func (destroy_message);
  tenant->in_flight = tenant->lag = -1;
  return tenant;
}

void
lab_tenant_free (gpointer data)
{
  LabTenant *tenant = data;

  lab_feed_cut (tenant);
  lab_shard_state_clear (&tenant->state);
  g_ptr_array_unref (tenant->batch);
  g_free (tenant->id);
  g_free (tenant->consumer);
  g_free (tenant->filter);
  g_free (tenant);
}

gboolean
lab_tenant_accepts (const LabTenant *tenant)
{
  return tenant->placed && tenant->owned && !tenant->draining && !tenant->shard->draining && !tenant->shard->stop;
}

gboolean
lab_tenant_is_quiet (const LabTenant *tenant)
{
  return tenant->feed == NULL && tenant->batch->len == 0;
}

gboolean
lab_tenant_is_drained (const LabTenant *tenant)
{
  return tenant->owned && !lab_tenant_accepts (tenant) && lab_tenant_is_quiet (tenant) && !tenant->stale && tenant->in_flight == 0;
}

/* --- The state --- */

static char *
key_of (const LabTenant *tenant)
{
  return g_strdup_printf ("%s.%s", tenant->shard->config.kind, tenant->id);
}

/* What is there: nothing is a state, too. FALSE: it cannot be told. */
static gboolean
read_state (LabTenant *tenant, LabShardState *state, guint64 *revision)
{
  g_autofree char *key = key_of (tenant);
  natsStatus status = NATS_OK;
  g_autofree char *text = lab_shard_read (tenant->shard, key, revision, &status);

  memset (state, 0, sizeof *state);
  if (status != NATS_OK)
    return FALSE;
  if (text == NULL || *text == '\0')
    return TRUE;
  if (lab_shard_state_read (state, text, strlen (text)))
    return TRUE;
  /* Whatever it is, it is not ours to overwrite. */
  g_message ("%s: %s in SHARD_STATE is no state: mend or delete it", tenant->shard->config.id, key);
  tenant->shard->storage_ok = FALSE;
  lab_shard_state_clear (state);
  return FALSE;
}

static gboolean
is_ours (const LabTenant *tenant, const LabShardState *state)
{
  return g_strcmp0 (state->owner, tenant->shard->config.id) == 0 && state->epoch == tenant->state.epoch;
}

static void
adopt (LabTenant *tenant, LabShardState *state, guint64 revision)
{
  lab_shard_state_clear (&tenant->state);
  tenant->state = *state;
  tenant->revision = revision;
  memset (state, 0, sizeof *state);
}

/* Another revision is there than the one that was known. It is ours where an answer was lost: TRUE. */
static gboolean
look_again (LabTenant *tenant)
{
  LabShardState now;
  guint64 revision;

  if (!read_state (tenant, &now, &revision))
    return TRUE;
  if (is_ours (tenant, &now))
    {
      adopt (tenant, &now, revision);
      return TRUE;
    }
  lab_shard_state_clear (&now);
  return FALSE;
}

gboolean
lab_tenant_change (LabTenant *tenant, LabChange change, gpointer data)
{
  g_autofree char *key = key_of (tenant);

  for (guint i = 0; i < CHANGES; i++)
    {
      LabShardState state;
      guint64 revision = tenant->revision;
      g_autofree char *text = NULL;
      gboolean lost = FALSE;

      lab_shard_state_copy (&state, &tenant->state);
      change (tenant, &state, data);
      text = lab_shard_state_write (&state);
      if (lab_shard_write (tenant->shard, key, text, &revision, &lost))
        {
          adopt (tenant, &state, revision);
          return TRUE;
        }
      lab_shard_state_clear (&state);
      if (!lost)
        return FALSE;
      if (!look_again (tenant))
        {
          lab_tenant_drop (tenant);
          return FALSE;
        }
    }
  return FALSE;
}

void
lab_tenant_drop (LabTenant *tenant)
{
  lab_feed_cut (tenant);
  g_ptr_array_set_size (tenant->batch, 0);
  tenant->owned = tenant->warm = tenant->broken = FALSE;
  tenant->in_flight = tenant->lag = -1;
  tenant->retry_at = g_get_monotonic_time () + RETRY_US + g_random_int_range (0, RETRY_US);
  lab_bucket_watch_again (tenant->shard->watch);
}

static void
take (LabTenant *tenant, LabShardState *state, gpointer data)
{
  /* What another shard was told holds for that shard. */
  if (g_strcmp0 (state->drained_by, tenant->shard->config.id) != 0)
    g_clear_pointer (&state->drained_by, g_free);
  g_set_str (&state->owner, tenant->shard->config.id);
  state->epoch++;
}

/* Takes the tenant over: from here on its former owner writes nothing. */
static gboolean
claim (LabTenant *tenant)
{
  LabShardState state;
  guint64 revision;

  if (!read_state (tenant, &state, &revision))
    return FALSE;
  adopt (tenant, &state, revision);
  if (!lab_tenant_change (tenant, take, NULL))
    return FALSE;
  tenant->draining = tenant->state.drained_by != NULL;
  if (!lab_feed_renew (tenant))
    return FALSE;
  tenant->owned = TRUE;
  tenant->warm = FALSE;
  return TRUE;
}

/* The consumer is made anew, unless another owner has come: it is that one's then. */
static gboolean
mend (LabTenant *tenant)
{
  LabShardState now;
  guint64 revision;
  gboolean ours;

  if (!read_state (tenant, &now, &revision))
    return FALSE;
  ours = is_ours (tenant, &now);
  if (ours)
    adopt (tenant, &now, revision);
  lab_shard_state_clear (&now);
  if (ours)
    return lab_feed_renew (tenant);
  lab_tenant_drop (tenant);
  return TRUE;
}

/* --- Messages --- */

static void
hear_status (LabTenant *tenant, const char *status)
{
  if (g_str_equal (status, "100"))
    return;
  tenant->wanted = 0;
  if (!g_str_equal (status, "404") && !g_str_equal (status, "408"))
    tenant->broken = TRUE;
}

void
lab_tenant_hear (LabTenant *tenant, natsMsg *message)
{
  guint64 delivered, stream, consumer;
  const char *status = NULL;

  tenant->heard_at = g_get_monotonic_time ();
  if (natsMsg_GetDataLength (message) == 0 && natsMsgHeader_Get (message, "Status", &status) == NATS_OK)
    {
      hear_status (tenant, status);
      natsMsg_Destroy (message);
      return;
    }
  if (!lab_feed_numbers (message, &delivered, &stream, &consumer) || delivered != 1 || consumer != tenant->next)
    tenant->broken = TRUE;
  if (tenant->broken)
    {
      natsMsg_Destroy (message);
      return;
    }
  tenant->next++;
  tenant->stale = TRUE;
  if (tenant->wanted > 0)
    tenant->wanted--;
  if (tenant->batch->len == 0)
    tenant->batch_at = tenant->heard_at;
  g_ptr_array_add (tenant->batch, message);
}

static void
apply_batch (LabTenant *tenant, LabShardState *state, gpointer data)
{
  guint *counted = data;

  *counted = 0;
  for (guint i = 0; i < tenant->batch->len; i++)
    {
      natsMsg *message = g_ptr_array_index (tenant->batch, i);
      guint64 delivered, stream, consumer;

      if (lab_feed_numbers (message, &delivered, &stream, &consumer))
        *counted += lab_shard_state_apply (state, stream, natsMsg_GetData (message), (gsize) natsMsg_GetDataLength (message));
    }
}

void
lab_tenant_process (LabTenant *tenant)
{
  LabShard *shard = tenant->shard;
  guint counted = 0;

  if (!lab_tenant_change (tenant, apply_batch, &counted))
    {
      shard->errors++;
      tenant->retry_at = MAX (tenant->retry_at, g_get_monotonic_time () + RETRY_US / 2);
      return;
    }
  for (guint i = 0; i < tenant->batch->len; i++)
    natsConnection_PublishString (shard->connection, natsMsg_GetReply (g_ptr_array_index (tenant->batch, i)), "+ACK");
  g_ptr_array_set_size (tenant->batch, 0);
  tenant->stale = TRUE;
  lab_shard_count (shard, counted);
}

void
lab_tenant_look (LabTenant *tenant)
{
  jsConsumerInfo *info = NULL;
  jsErrCode code = 0;

  tenant->asked_at = g_get_monotonic_time ();
  if (js_GetConsumerInfo (&info, tenant->shard->js, tenant->shard->stream, tenant->consumer, NULL, &code) != NATS_OK)
    {
      if (code == JSConsumerNotFoundErr)
        tenant->broken = TRUE;
      return;
    }
  tenant->in_flight = info->NumAckPending;
  tenant->lag = (gint64) info->NumPending;
  tenant->stale = tenant->batch->len > 0;
  jsConsumerInfo_Destroy (info);
}

/* --- What is due --- */

static void
look_when_due (LabTenant *tenant, gint64 now)
{
  gint64 after = LOOK_IDLE_US;

  if (!lab_tenant_accepts (tenant))
    after = lab_tenant_is_drained (tenant) ? LOOK_FILL_US : LOOK_REST_US;
  else if (tenant->stale || tenant->lag != 0 || tenant->in_flight != 0)
    after = LOOK_WORK_US;
  if (now - tenant->asked_at >= after)
    lab_tenant_look (tenant);
  if (tenant->lag >= 0 && (tenant->lag < WARM_LAG || !lab_tenant_accepts (tenant)))
    tenant->warm = TRUE;
}

static void
feed_when_due (LabTenant *tenant, gint64 now)
{
  gint64 silence = tenant->shard->dial.n_urls > 1 ? 1500 * MS : 25000 * (gint64) MS;

  if (tenant->feed != NULL && lab_feed_is_late (tenant->feed, now))
    {
      /* What was on its way comes again. */
      lab_feed_cut (tenant);
      tenant->broken = TRUE;
      return;
    }
  if (!lab_tenant_accepts (tenant))
    {
      if (tenant->feed != NULL && !lab_feed_is_closing (tenant->feed))
        lab_feed_close (tenant);
      return;
    }
  if (tenant->feed == NULL)
    lab_feed_open (tenant);
  if (tenant->feed == NULL || lab_feed_is_closing (tenant->feed))
    return;
  if (tenant->wanted == 0)
    lab_feed_pull (tenant);
  else if (now - tenant->heard_at > silence)
    tenant->broken = TRUE;
}

static void
rest_when_due (LabTenant *tenant, gint64 now)
{
  if (lab_tenant_accepts (tenant) || !lab_tenant_is_quiet (tenant) || tenant->in_flight <= 0)
    tenant->quiet_since = 0;
  else if (tenant->quiet_since == 0)
    tenant->quiet_since = now;
  else if (now - tenant->quiet_since > ASTRAY_US)
    tenant->broken = TRUE;
}

gboolean
lab_tenant_turn (LabTenant *tenant, gint64 now)
{
  gboolean due = now >= tenant->retry_at;

  if (!tenant->owned)
    {
      if (due && tenant->placed && !claim (tenant))
        tenant->retry_at = MAX (tenant->retry_at, g_get_monotonic_time () + RETRY_US);
      return TRUE;
    }
  if (tenant->batch->len > 0 && due &&
      (tenant->broken || !lab_tenant_accepts (tenant) || tenant->batch->len >= FULL || now - tenant->batch_at >= GATHER_US))
    lab_tenant_process (tenant);
  if (tenant->owned && tenant->broken && tenant->batch->len == 0 && due && !mend (tenant))
    tenant->retry_at = g_get_monotonic_time () + RETRY_US;
  if (!tenant->owned || tenant->broken)
    return TRUE;
  feed_when_due (tenant, now);
  look_when_due (tenant, now);
  rest_when_due (tenant, now);
  return tenant->batch->len > 0 || tenant->stale || tenant->broken || !(lab_tenant_accepts (tenant) || lab_tenant_is_drained (tenant));
}
