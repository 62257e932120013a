/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions to drivers from fibers, and which two connections are one fleet. */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-ask-private.h"

#include <stdarg.h>

#include <glib/gi18n-lib.h>

#include "qd-hub-private.h"
#include "qd-job-private.h"

DexPromise *
qd_ask_begin (QdHub *hub, const char *connection, const char *verb, JsonObject *args)
{
  g_autoptr (JsonObject) owned = args;
  QdDriver *driver = connection ? qd_hub_get_driver (hub, connection) : NULL;
  DexPromise *promise = dex_promise_new ();

  if (driver)
    qd_driver_command_async (driver, verb, owned, hub->cancellable, qd_job_answered_cb, dex_ref (promise));
  else
    dex_promise_reject (promise, g_error_new (QD_DRIVER_ERROR, QD_DRIVER_ERROR_UNREACHABLE,
                                              _("The connection has been removed: add it again to do this")));
  return promise;
}

JsonNode *
qd_ask_with (QdHub *hub, const char *connection, const char *verb, JsonObject *args, GError **error)
{
  g_autoptr (DexPromise) promise = qd_ask_begin (hub, connection, verb, args);
  const GValue *value;

  if (!dex_await (dex_future_first (dex_ref (promise), dex_ref (hub->ending), NULL), error))
    return NULL;
  value = dex_future_get_value (DEX_FUTURE (promise), error);
  return value ? g_value_dup_boxed (value) : NULL;
}

JsonNode *
qd_ask (QdHub *hub, const char *connection, const char *verb, GError **error, ...)
{
  JsonObject *args = json_object_new ();
  const char *name;
  va_list list;

  va_start (list, error);
  while ((name = va_arg (list, const char *)))
    {
      const char *text = va_arg (list, const char *);

      if (text)
        json_object_set_string_member (args, name, text);
    }
  va_end (list);
  return qd_ask_with (hub, connection, verb, args, error);
}

void
qd_pause (QdHub *hub, guint ms)
{
  dex_await (dex_future_first (dex_timeout_new_msec (ms), dex_ref (hub->ending), NULL), NULL);
}

gboolean
qd_is_out_of_reach (const GError *error)
{
  return g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_UNREACHABLE) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

char *
qd_hub_find_control (QdHub *hub, const char *nats)
{
  g_autoptr (QdEndpoint) endpoint = qd_hub_dup_endpoint (hub, nats);

  if (endpoint == NULL || endpoint->feeds == NULL || qd_hub_get_driver (hub, endpoint->feeds) == NULL)
    return NULL;
  return g_strdup (endpoint->feeds);
}

gboolean
qd_hub_is_live (QdHub *hub, const char *connection)
{
  QdEntity *entity = connection ? qd_fleet_lookup (qd_hub_get_fleet (hub), connection, QD_KIND_CONNECTION, connection) : NULL;

  return entity && g_strcmp0 (qd_entity_get_string (entity, QD_CONNECTION_STATE), "live") == 0;
}

char *
qd_desk_name (void)
{
  return g_strdup_printf ("%s@%s", g_get_user_name (), g_get_host_name ());
}
