/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-driver.h"
#include "qd-http.h"
#include "qd-outlet.h"

G_BEGIN_DECLS

/* What the drivers share and nobody else sees. */
QdOutlet *qd_driver_get_outlet (QdDriver *self);

/* Each driver's constructor, for the table of drivers. */
QdDriver *qd_node_api_new (const QdEndpoint *endpoint, const QdSink *sink, GError **error);
QdDriver *qd_patronus_new (const QdEndpoint *endpoint, const QdSink *sink, GError **error);
QdDriver *qd_cloudlysis_new (const QdEndpoint *endpoint, const QdSink *sink, GError **error);
QdDriver *qd_nats_driver_new (const QdEndpoint *endpoint, const QdSink *sink, GError **error);
QdDriver *qd_paper_driver_new (const QdEndpoint *endpoint, const QdSink *sink, GError **error);
QdDriver *qd_auto_driver_new (const QdEndpoint *endpoint, const QdSink *sink, GError **error);
QdDriver *qd_driver_construct (GType type, const QdEndpoint *endpoint, const QdSink *sink);

QdHttp *qd_driver_make_http (const QdEndpoint *endpoint, const char *url, GError **error);
/* A wire error in the driver's own terms; the message is kept. (transfer full) */
GError *qd_driver_translate_error (const GError *error, const QdHttpResponse *response);
/* Keeps with a conflict what the server has now. Takes @current, which may be NULL. */
void qd_driver_error_take_current (GError *error, JsonNode *current);
void qd_driver_error_set_lost (GError *error);
/* TRUE when the answer means "not offered": 404, 405 or HTML where JSON should be. */
gboolean qd_driver_is_not_offered (const GError *error, const QdHttpResponse *response);
/* An idempotency key for a call that brought none. */
char *qd_driver_dup_idempotency_key (JsonObject *args);
/* Appends to names and values in turn what ties a request to the action that it is for: the id in @args' "request_id", as X-Correlation-Id and
 * as W3C Trace Context's traceparent. Nothing where there is none. */
void qd_driver_add_trace (GPtrArray *headers, JsonObject *args);
gboolean qd_driver_need_arg (JsonObject *args, const char *name, const char **value, GError **error);

G_END_DECLS
