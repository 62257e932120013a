/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-http.h"

G_BEGIN_DECLS

/* Takes both. I/O thread. */
typedef void (*QdHttpExchangeFunc) (QdHttpResponse *response, GError *error, gpointer data);

void qd_http_response_free (QdHttpResponse *self);
void qd_http_exchange (QdHttp *http, const char *method, const char *path, const char *const *headers,
                       const char *content_type, GBytes *body, GCancellable *cancellable,
                       QdHttpExchangeFunc func, gpointer data);

/* In which order JSON answers are delivered (qd-http-json.c). */
typedef struct _QdHttpOrder QdHttpOrder;
QdHttpOrder *qd_http_order_new (void);
void qd_http_order_free (QdHttpOrder *self);
QdHttpOrder *qd_http_get_order (QdHttp *http);

G_END_DECLS
