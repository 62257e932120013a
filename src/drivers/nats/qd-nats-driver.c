/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-driver-private.h"

QdDriver *
qd_nats_driver_new (const QdEndpoint *endpoint, const QdSink *sink, GError **error)
{
  g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED, "not yet");
  return NULL;
}
