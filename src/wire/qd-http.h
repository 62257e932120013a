/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include "qd-wire-error.h"

G_BEGIN_DECLS

/**
 * QdHttp:
 *
 * An HTTP endpoint: a base URL, whom it trusts, and how it proves who we are. All methods may be
 * called from any thread; callbacks come on the I/O thread. Reference counted, atomic.
 */
typedef struct _QdHttp QdHttp;

typedef struct {
  const char *base_url;        /* http(s)://host:port[/prefix], no userinfo */
  const char *ca_file;         /* PEM to trust besides the system's, or NULL */
  const char *pinned_sha256;   /* hex fingerprint of the one certificate to accept, or NULL */
  guint timeout_ms;            /* of one request without a byte moving; 0: 30,000 */
  guint64 max_body;            /* bytes; 0: 64 MiB. More is refused by name. */
} QdHttpOptions;

typedef struct {
  guint status;
  char *url;
  char *content_type;          /* without parameters, lower case; "" when absent */
  char *etag;
  char *www_authenticate;
  gint64 retry_after_ms;       /* -1 absent */
  GBytes *body;
  gint64 elapsed_us;
  gboolean overtaken;          /* JSON: a later request to this method and path was answered before this one */
  char *digest;                /* of the body, where qd_http_read_json() asked for it; else NULL */
  gboolean unchanged;          /* it is the one that was known: the body was not parsed */
} QdHttpResponse;

/* @response is borrowed; NULL when @error is set. A status of 400 and above is an @error *and* a
 * response, so that a problem+json body can be read; the error's message already holds its detail. */
typedef void (*QdHttpCallback) (const QdHttpResponse *response, const GError *error, gpointer user_data);

QdHttp *qd_http_new (const QdHttpOptions *options, GError **error);
QdHttp *qd_http_ref (QdHttp *self);
void qd_http_unref (QdHttp *self);
const char *qd_http_get_base_url (QdHttp *self);
/* "Bearer …" or NULL; kept in memory only. */
void qd_http_set_authorization (QdHttp *self, const char *value);
/* An extra header on each request, such as X-API-Key. NULL value removes it. */
void qd_http_set_header (QdHttp *self, const char *name, const char *value);

/* @path begins with "/"; @headers: NULL-terminated name, value pairs or NULL; @body: or NULL with @content_type. */
void qd_http_send (QdHttp *self, const char *method, const char *path, const char *const *headers,
                   const char *content_type, GBytes *body, GCancellable *cancellable,
                   QdHttpCallback callback, gpointer user_data);

/* Checks status and Content-Type, then parses: on a worker when the body is over 64 KiB. The node is
 * borrowed, and NULL without an error for an empty body. Callbacks come on the I/O thread, each as
 * soon as it can: nothing waits for an answer that is slower. One that comes after that to a later
 * request to the same method and path (without query) says so: it may be older than what is known. */
typedef void (*QdHttpJsonCallback) (JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer user_data);
void qd_http_send_json (QdHttp *self, const char *method, const char *path, const char *const *headers,
                        JsonNode *body, GCancellable *cancellable, QdHttpJsonCallback callback, gpointer user_data);
/* GET. @known: the digest of an earlier answer, or "" when there is none. What has the same bytes is
 * not parsed: then the callback gets neither node nor error, and the response says that it is unchanged. */
void qd_http_read_json (QdHttp *self, const char *path, const char *known, GCancellable *cancellable,
                        QdHttpJsonCallback callback, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdHttp, qd_http_unref)

G_END_DECLS
