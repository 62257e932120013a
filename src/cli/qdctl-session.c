/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl.h"

#include <signal.h>

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "qd-audit.h"
#include "qd-job-desk.h"

#define TICK_MS 20
#define LOOK_MS 20
/* As long as it can be unlocked at once: one command may take its time. */
#define UNLOCK_MINUTES 60
/* A trouble that stays for that long is the answer, even if the time is not up. */
#define TROUBLE_US (2500 * 1000)

typedef struct {
  QdctlSession *session;
  const char *connection;
  gint64 until_us;
  gint64 trouble_us;    /* since when there is one; 0: none */
  guint source;
} Wait;

static guint
count_all (QdFleet *fleet)
{
  guint n = 0;

  for (int kind = QD_KIND_CONNECTION + 1; kind < QD_N_KINDS; kind++)
    n += qd_entity_list_get_length (qd_fleet_get_list (fleet, kind));
  return n;
}

static gboolean
give_up (QdctlSession *self, const char *state, const char *detail)
{
  if (count_all (qd_hub_get_fleet (self->hub)) > 0)
    {
      qdctl_complain (_("not everything could be read: %s"), *detail ? detail : _("the server took too long"));
      self->exit_code = QD_EXIT_PARTIAL;
    }
  else
    {
      qdctl_complain ("%s", *detail ? detail : _("the server did not answer in time"));
      self->exit_code = QD_EXIT_UNREACHABLE;
    }
  g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}

static gboolean
look_cb (gpointer data)
{
  Wait *wait = data;
  QdctlSession *self = wait->session;
  QdEntity *entity = qd_fleet_lookup (qd_hub_get_fleet (self->hub), wait->connection, QD_KIND_CONNECTION, wait->connection);
  const char *state = entity ? qd_entity_get_string (entity, QD_CONNECTION_STATE) : NULL;
  const char *detail = entity ? qd_entity_get_string (entity, QD_CONNECTION_DETAIL) : NULL;
  gint64 now = g_get_monotonic_time ();

  state = state ? state : "";
  detail = detail ? detail : "";
  if (g_str_equal (state, "live") || g_str_equal (state, "paper"))
    {
      self->exit_code = QD_EXIT_YES;
      g_main_loop_quit (self->loop);
      return G_SOURCE_REMOVE;
    }
  if (g_str_equal (state, "refused"))
    {
      qdctl_complain ("%s", detail);
      self->exit_code = QD_EXIT_REFUSED;
      g_main_loop_quit (self->loop);
      return G_SOURCE_REMOVE;
    }
  if (*detail == '\0')
    wait->trouble_us = 0;
  else if (wait->trouble_us == 0)
    wait->trouble_us = now;
  if (now >= wait->until_us || (wait->trouble_us > 0 && now - wait->trouble_us >= TROUBLE_US))
    return give_up (self, state, detail);
  return G_SOURCE_CONTINUE;
}

/* Production is changed by whoever types its name. FALSE, after saying so: it is another name. */
static gboolean
confirm (QdctlSession *self, const QdEndpoint *endpoint, const QdctlTarget *target)
{
  const char *name = endpoint->name ? endpoint->name : endpoint->id;

  if (target->confirm == NULL)
    return TRUE;
  if (!g_str_equal (name, target->confirm))
    {
      qdctl_complain (_("--confirm: this connection is called “%s”, not “%s”"), name, target->confirm);
      return FALSE;
    }
  if (qd_hub_is_locked (self->hub, endpoint->id))
    qd_hub_unlock (self->hub, endpoint->id, UNLOCK_MINUTES);
  return TRUE;
}

/* Adds it, and waits until it is live or that is not to be. */
static QdExit
connect_to (QdctlSession *self, const QdEndpoint *endpoint, double timeout_s)
{
  g_autoptr (GError) error = NULL;
  Wait wait = { .session = self, .connection = endpoint->id };

  if (!qd_hub_add (self->hub, endpoint, FALSE, &error))
    {
      qdctl_complain ("%s", error->message);
      return QD_EXIT_BAD_INPUT;
    }
  wait.until_us = g_get_monotonic_time () + (gint64) (timeout_s * G_USEC_PER_SEC);
  g_timeout_add (LOOK_MS, look_cb, &wait);
  g_main_loop_run (self->loop);
  qd_drain_flush (qd_hub_get_drain (self->hub));
  return self->exit_code;
}

QdExit
qdctl_session_open (QdctlSession *self, const QdctlTarget *target)
{
  g_autoptr (QdEndpoint) endpoint = NULL;
  g_autoptr (QdTicker) ticker = NULL;
  g_autofree char *journal = qd_audit_default_path (), *store = qdctl_dup_store_path ();
  QdExit code;

  *self = (QdctlSession) { 0 };
  endpoint = qdctl_target_resolve (target, &code);
  if (endpoint == NULL)
    return code;
  self->hub = qd_hub_new (NULL);
  qd_hub_keep_audit (self->hub, journal);
  qd_hub_keep_jobs (self->hub, store);
  self->connection = g_strdup (endpoint->id);
  self->speaks_nats = g_strcmp0 (endpoint->driver, "nats") == 0;
  self->loop = g_main_loop_new (NULL, FALSE);
  ticker = qd_timer_ticker_new (TICK_MS);
  qd_drain_set_ticker (qd_hub_get_drain (self->hub), ticker);
  code = connect_to (self, endpoint, target->timeout_s);
  if ((code == QD_EXIT_YES || code == QD_EXIT_PARTIAL) && !confirm (self, endpoint, target))
    code = QD_EXIT_BAD_INPUT;
  if (code != QD_EXIT_YES && code != QD_EXIT_PARTIAL)
    qdctl_session_close (self);
  return code;
}

static void
forget_signals (QdctlSession *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->signals); i++)
    g_clear_handle_id (&self->signals[i], g_source_remove);
}

/* Who presses Ctrl+C wants things as they were; who does so again wants only to be gone. */
static gboolean
interrupt_cb (gpointer data)
{
  QdctlSession *self = data;

  qdctl_complain ("%s", self->interrupt_words ? self->interrupt_words : _("going back; once more to end at once and leave it to be gone on with"));
  forget_signals (self);
  self->interrupted (self->interrupt_data);
  return G_SOURCE_REMOVE;
}

void
qdctl_session_on_interrupt (QdctlSession *self, const char *words, void (*asked) (gpointer data), gpointer data)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

  forget_signals (self);
  self->interrupted = asked;
  self->interrupt_data = data;
  self->interrupt_words = words;
  for (guint i = 0; asked && i < G_N_ELEMENTS (signals); i++)
    self->signals[i] = g_unix_signal_add (signals[i], interrupt_cb, self);
}

static void
jobs_changed_cb (QdctlSession *self)
{
  self->jobs_changed (self->jobs_data);
}

void
qdctl_session_on_jobs (QdctlSession *self, void (*changed) (gpointer data), gpointer data)
{
  QdEntityList *jobs = qd_fleet_get_list (qd_hub_get_fleet (self->hub), QD_KIND_JOB);

  if (self->jobs_changed)
    g_signal_handlers_disconnect_by_func (jobs, jobs_changed_cb, self);
  self->jobs_changed = changed;
  self->jobs_data = data;
  if (changed == NULL)
    return;
  g_signal_connect_swapped (jobs, "items-changed", G_CALLBACK (jobs_changed_cb), self);
  g_signal_connect_swapped (jobs, "items-updated", G_CALLBACK (jobs_changed_cb), self);
}

QdExit
qdctl_session_add_nats (QdctlSession *self, const QdctlTarget *target, const char *url)
{
  g_autoptr (QdEndpoint) endpoint = NULL;
  QdExit code;

  /* It may be the one that was asked for. */
  if (url == NULL && self->speaks_nats)
    {
      self->nats = g_strdup (self->connection);
      return QD_EXIT_YES;
    }
  endpoint = qdctl_target_resolve_nats (target, self->connection, url, &code);
  if (endpoint == NULL)
    return code;
  code = connect_to (self, endpoint, target->timeout_s);
  if (code != QD_EXIT_YES && code != QD_EXIT_PARTIAL)
    return code;
  self->nats = g_strdup (endpoint->id);
  /* It is of the fleet whose name was typed. */
  if (target->confirm && qd_hub_is_locked (self->hub, self->nats))
    qd_hub_unlock (self->hub, self->nats, UNLOCK_MINUTES);
  return code;
}

void
qdctl_session_close (QdctlSession *self)
{
  forget_signals (self);
  if (self->hub)
    {
      qd_drain_close (qd_hub_get_drain (self->hub));
      qd_hub_stop (self->hub);
    }
  g_clear_object (&self->hub);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->connection, g_free);
  g_clear_pointer (&self->nats, g_free);
}

gboolean
qdctl_quit_cb (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

void
qdctl_pause (GMainLoop *loop, guint ms)
{
  g_timeout_add (ms, qdctl_quit_cb, loop);
  g_main_loop_run (loop);
}
