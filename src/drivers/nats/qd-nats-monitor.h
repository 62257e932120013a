/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-driver-private.h"

G_BEGIN_DECLS

/* Reads a nats-server's own monitoring (/varz, /routez, /gatewayz, /leafz, /jsz) every five seconds
 * into nodes and links. I/O thread, but for making it and its references. */
typedef struct _QdNatsMonitor QdNatsMonitor;

/* @told is called after each reading: with what was wrong, or NULL. */
QdNatsMonitor *qd_nats_monitor_new (QdOutlet *outlet, QdHttp *http, void (*told) (const char *problem, gpointer), gpointer data, GDestroyNotify destroy);
QdNatsMonitor *qd_nats_monitor_ref (QdNatsMonitor *self);
void qd_nats_monitor_unref (QdNatsMonitor *self);
void qd_nats_monitor_start (QdNatsMonitor *self);
void qd_nats_monitor_stop (QdNatsMonitor *self);
void qd_nats_monitor_refresh (QdNatsMonitor *self);

/* What one reading becomes; for tests. Any of the answers may be NULL. */
typedef struct { JsonObject *varz, *routez, *gatewayz, *leafz, *jsz; } QdNatsReading;
void qd_nats_monitor_take (QdOutlet *outlet, const QdNatsReading *reading);
/* "1.5ms", "830µs", "2s" as milliseconds. */
gboolean qd_nats_parse_duration_ms (const char *text, double *ms);

G_END_DECLS
