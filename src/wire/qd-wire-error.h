/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define QD_WIRE_ERROR (qd_wire_error_quark ())
GQuark qd_wire_error_quark (void);

/* Messages name the endpoint and the cause, in words a person can act on. */
typedef enum {
  QD_WIRE_ERROR_UNREACHABLE,   /* no route, refused, name not found */
  QD_WIRE_ERROR_TIMEOUT,
  QD_WIRE_ERROR_TLS,           /* the certificate is not trusted; the message says why */
  QD_WIRE_ERROR_CLOSED,        /* closed in the middle */
  QD_WIRE_ERROR_PROTOCOL,      /* not what was promised: HTML for JSON, a bad frame, bad JSON */
  QD_WIRE_ERROR_TOO_LARGE,
  QD_WIRE_ERROR_UNAUTHORIZED,  /* 401, NATS authorization violation */
  QD_WIRE_ERROR_FORBIDDEN,     /* 403 */
  QD_WIRE_ERROR_NOT_FOUND,     /* 404 */
  QD_WIRE_ERROR_GONE,          /* 410 */
  QD_WIRE_ERROR_CONFLICT,      /* 409, 412, wrong last sequence */
  QD_WIRE_ERROR_INVALID,       /* 400, 422, 428 */
  QD_WIRE_ERROR_BUSY,          /* 429, 503 */
  QD_WIRE_ERROR_SERVER,        /* other 5xx */
  QD_WIRE_ERROR_CANCELLED,
} QdWireError;

G_END_DECLS
