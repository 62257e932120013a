/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

#include "qd-http.h"

G_BEGIN_DECLS

/* Shared by HTTP, WebSocket and SSE. I/O thread only, but for the pure functions. */

/* "GET http://host:1/path": no query, as a query may carry a token. Pure. */
char *qd_wire_endpoint (const char *method, GUri *uri);
/* Wraps what GIO, GTls or libsoup said. @message: or NULL; where a certificate's fault is read. */
GError *qd_wire_error_from_io (const char *endpoint, SoupMessage *message, const GError *cause);
/* No byte came for that long. Pure. */
GError *qd_wire_error_silent (const char *endpoint, guint ms);
QdWireError qd_wire_error_code_of_status (guint status);
/* An error for an HTTP status of 400 and above; its message holds what @body says. Pure. */
GError *qd_wire_error_from_status (const char *endpoint, guint status, const char *content_type, GBytes *body);

/* The lower-case media type without parameters; "" when absent. */
char *qd_wire_media_type (SoupMessageHeaders *headers);

/* A message for @path of @http, with its headers, trust and policy; NULL with @error for a bad path. */
SoupMessage *qd_http_prepare (QdHttp *http, const char *method, const char *path,
                              const char *const *headers, GError **error);
/* Made at first use; NULL with @error when the CA file cannot be read. */
SoupSession *qd_http_get_session (QdHttp *http, GError **error);
/* How long the opening of a stream may go unanswered until it is told of: what is quiet once it is
 * open is waited for longer than that. */
guint qd_http_get_late_ms (QdHttp *http);

G_END_DECLS
