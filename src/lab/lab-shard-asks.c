/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab-shard"
#include "config.h"

#include "lab-shard.h"

#include <string.h>

#include "lab-json.h"

/* A tenant that is placed here was taken over by then. */
#define TAKE_US (3 * G_USEC_PER_SEC)

void
lab_ask_free (LabAsk *ask)
{
  g_clear_object (&ask->message);
  g_free (ask->tenant);
  g_free (ask->answer);
  g_free (ask);
}

void
lab_ask_problem (LabAsk *ask, guint status, const char *detail, ...)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, detail);
  text = g_strdup_vprintf (detail, args);
  va_end (args);
  lab_json_begin (out, NULL, '{');
  lab_json_string (out, "type", "about:blank");
  lab_json_string (out, "title", soup_status_get_phrase (status));
  lab_json_int (out, "status", status);
  lab_json_string (out, "detail", text);
  lab_json_end (out, '}');
  ask->status = status;
  g_free (ask->answer);
  ask->answer = g_strdup (out->str);
}

/* --- What changes a state --- */

static void
set_drained (LabTenant *tenant, LabShardState *state, gpointer data)
{
  g_clear_pointer (&state->drained_by, g_free);
  if (data != NULL)
    state->drained_by = g_strdup (tenant->shard->config.id);
}

static void
rewind_state (LabTenant *tenant, LabShardState *state, gpointer data)
{
  lab_shard_state_replay (state, *(LabReplay *) data);
  state->epoch++;
}

static void
lost (LabAsk *ask, const LabTenant *tenant)
{
  if (tenant->owned)
    lab_ask_problem (ask, SOUP_STATUS_SERVICE_UNAVAILABLE, "it could not be written down for %s: NATS does not answer, try again", ask->tenant);
  else
    lab_ask_problem (ask, SOUP_STATUS_CONFLICT, "%s is another shard's now: look at its placement", ask->tenant);
}

static void
rewind_tenant (LabAsk *ask, LabTenant *tenant)
{
  if (!lab_tenant_change (tenant, rewind_state, &ask->mode))
    {
      lost (ask, tenant);
      return;
    }
  /* What was on its way is of before. */
  lab_feed_cut (tenant);
  g_ptr_array_set_size (tenant->batch, 0);
  tenant->broken = TRUE;
  tenant->warm = FALSE;
}

static void
set_accepting (LabShard *shard, LabAsk *ask, LabTenant *tenant, gboolean drain)
{
  if (tenant != NULL)
    {
      if (tenant->draining == drain)
        return;
      if (lab_tenant_change (tenant, set_drained, drain ? tenant : NULL))
        tenant->draining = drain;
      else
        lost (ask, tenant);
    }
  else if (shard->draining != drain && !lab_shard_set_draining (shard, drain))
    lab_ask_problem (ask, SOUP_STATUS_SERVICE_UNAVAILABLE, "it could not be written down: NATS does not answer, try again");
}

static const char *
wrong_kind (const LabShard *shard, const LabAsk *ask)
{
  if (ask->what == LAB_ASK_REPLAY && !g_str_equal (shard->config.kind, "runner"))
    return "sagas are replayed by runners";
  if (ask->what == LAB_ASK_REBUILD && !g_str_equal (shard->config.kind, "projection"))
    return "views are rebuilt by projections";
  return NULL;
}

/* Does what can be done at once. */
static void
begin (LabShard *shard, LabAsk *ask, LabTenant *tenant)
{
  switch (ask->what)
    {
    case LAB_ASK_DRAIN:
      set_accepting (shard, ask, tenant, TRUE);
      break;
    case LAB_ASK_RESUME:
      set_accepting (shard, ask, tenant, FALSE);
      break;
    case LAB_ASK_RELOAD:
      ask->synced = shard->synced;
      lab_bucket_watch_again (shard->watch);
      break;
    case LAB_ASK_REPLAY:
    case LAB_ASK_REBUILD:
      rewind_tenant (ask, tenant);
      break;
    case LAB_ASK_STATUS:
    case LAB_ASK_WARMUP:
      break;
    }
}

/* --- What is waited for --- */

static gboolean
all_drained (LabShard *shard)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, shard->tenants);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (!lab_tenant_is_drained (value))
      return FALSE;
  return TRUE;
}

static gboolean
all_taken (LabShard *shard)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, shard->tenants);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (!((LabTenant *) value)->placed || !((LabTenant *) value)->owned)
      return FALSE;
  return TRUE;
}

static gboolean
is_done (LabShard *shard, const LabAsk *ask, const LabTenant *tenant)
{
  switch (ask->what)
    {
    case LAB_ASK_DRAIN:
      return tenant != NULL ? lab_tenant_is_drained (tenant) : all_drained (shard);
    case LAB_ASK_RELOAD:
      /* A watch that was on its way when it was asked may be older than that: the one after it is not. */
      return shard->synced > ask->synced && !shard->moved && all_taken (shard);
    case LAB_ASK_WARMUP:
      return tenant->warm && !tenant->broken;
    case LAB_ASK_REPLAY:
    case LAB_ASK_REBUILD:
      return !tenant->broken;
    default:
      return TRUE;
    }
}

static void
answer (LabShard *shard, LabAsk *ask)
{
  if (ask->answer == NULL)
    {
      ask->status = SOUP_STATUS_OK;
      ask->answer = lab_shard_describe (shard, NULL);
    }
  lab_shard_answer (ask);
}

static LabTenant *
tenant_of (LabShard *shard, LabAsk *ask)
{
  LabTenant *tenant = ask->tenant != NULL ? g_hash_table_lookup (shard->tenants, ask->tenant) : NULL;

  if (ask->tenant != NULL && (tenant == NULL || !tenant->placed))
    lab_ask_problem (ask, SOUP_STATUS_NOT_FOUND, "%s is not placed on %s", ask->tenant, shard->config.id);
  return tenant;
}

/* Placed here and not taken over yet: a moment, and it is. */
static gboolean
is_coming (const LabAsk *ask, const LabTenant *tenant, gint64 now)
{
  return tenant != NULL && !tenant->owned && ask->what != LAB_ASK_WARMUP && now - ask->asked_at < TAKE_US;
}

static void
begin_or_refuse (LabShard *shard, LabAsk *ask, LabTenant *tenant, gint64 now)
{
  ask->until = now + ask->wait_ms * (gint64) 1000;
  if (g_get_real_time () / 1000 > ask->before_ms)
    lab_ask_problem (ask, SOUP_STATUS_SERVICE_UNAVAILABLE, "this was asked too long ago, and whoever asked has been told that it is not done: ask again");
  else if (wrong_kind (shard, ask) != NULL)
    lab_ask_problem (ask, SOUP_STATUS_CONFLICT, "%s is of the kind %s: %s", shard->config.id, shard->config.kind, wrong_kind (shard, ask));
  else if (tenant != NULL && !tenant->owned && ask->what != LAB_ASK_WARMUP)
    lab_ask_problem (ask, SOUP_STATUS_SERVICE_UNAVAILABLE, "%s could not be taken over: NATS does not answer, or its state is damaged", ask->tenant);
  else
    begin (shard, ask, tenant);
}

/* TRUE when it was answered. */
static gboolean
turn_ask (LabShard *shard, LabAsk *ask, gint64 now)
{
  LabTenant *tenant = tenant_of (shard, ask);

  if (ask->answer == NULL && ask->until == 0)
    {
      if (is_coming (ask, tenant, now))
        return FALSE;
      begin_or_refuse (shard, ask, tenant, now);
    }
  if (ask->answer == NULL && !is_done (shard, ask, tenant) && now < ask->until)
    return FALSE;
  answer (shard, ask);
  return TRUE;
}

void
lab_asks_take (LabShard *shard, LabAsk *ask)
{
  ask->asked_at = g_get_monotonic_time ();
  g_ptr_array_add (shard->asks, ask);
}

void
lab_asks_turn (LabShard *shard, gint64 now)
{
  for (guint i = 0; i < shard->asks->len;)
    if (turn_ask (shard, g_ptr_array_index (shard->asks, i), now))
      g_ptr_array_remove_index (shard->asks, i);
    else
      i++;
}

void
lab_asks_refuse (LabShard *shard, guint status, const char *why)
{
  for (guint i = 0; i < shard->asks->len; i++)
    {
      LabAsk *ask = g_ptr_array_index (shard->asks, i);

      if (ask->what == LAB_ASK_STATUS)
        ask->status = SOUP_STATUS_OK;
      else
        lab_ask_problem (ask, status, "%s", why);
      answer (shard, ask);
    }
  g_ptr_array_set_size (shard->asks, 0);
}
