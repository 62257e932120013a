/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-driver-private.h"
#include "qd-nats.h"

G_BEGIN_DECLS

/* The verbs kv.* and stream.* of qd-driver.h. FALSE: @verb is none of them, and @task is untouched; else it is taken. Any thread. */
gboolean qd_nats_command (QdNats *nats, const char *verb, JsonObject *args, GTask *task);

/* What this account may do with streams and buckets, as words of a connection's offers: "kv.write", "kv.write:BUCKET", "placement.write",
 * "streams", "streams.write", "streams.write:STREAM". Nothing is stored to find out. @func is called once, on the connection's worker;
 * then @destroy. */
typedef void (*QdNatsProbedFunc) (const char *const *features, gpointer data);
void qd_nats_probe (QdNats *nats, QdNatsProbedFunc func, gpointer data, GDestroyNotify destroy);

G_END_DECLS
