/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-driver-private.h"

G_BEGIN_DECLS

/* The I/O side of the Patronus driver: rounds of reading, and the two sockets. I/O thread, but for
 * making it, references and qd_patronus_session_command(). */
typedef struct _QdPatronusSession QdPatronusSession;

QdPatronusSession *qd_patronus_session_new (const QdEndpoint *endpoint, QdOutlet *outlet, QdHttp *http);
QdPatronusSession *qd_patronus_session_ref (QdPatronusSession *self);
void qd_patronus_session_unref (QdPatronusSession *self);
void qd_patronus_session_start (QdPatronusSession *self);
void qd_patronus_session_stop (QdPatronusSession *self);
void qd_patronus_session_refresh (QdPatronusSession *self);

/* For what is asked besides the rounds, I/O thread: each reply holds the session. @body is copied; the node is borrowed. */
typedef void (*QdPatronusReply) (QdPatronusSession *self, JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data);
void qd_patronus_session_send (QdPatronusSession *self, const char *method, const char *path, JsonNode *body, QdPatronusReply reply, gpointer data);
const char *qd_patronus_session_get_url (QdPatronusSession *self);
/* Tells that there may be other policies now. */
void qd_patronus_session_policies_changed (QdPatronusSession *self);
/* Main thread; takes @task. */
void qd_patronus_session_command (QdPatronusSession *self, const char *verb, JsonObject *args, GTask *task);

G_END_DECLS
