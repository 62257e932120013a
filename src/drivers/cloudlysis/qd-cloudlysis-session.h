/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-driver-private.h"

G_BEGIN_DECLS

/* The I/O side of the Cloudlysis driver: rounds of reading. I/O thread, but for making it, references and
 * qd_cloudlysis_session_command(). */
typedef struct _QdCloudlysisSession QdCloudlysisSession;

QdCloudlysisSession *qd_cloudlysis_session_new (const QdEndpoint *endpoint, QdOutlet *outlet, QdHttp *http);
QdCloudlysisSession *qd_cloudlysis_session_ref (QdCloudlysisSession *self);
void qd_cloudlysis_session_unref (QdCloudlysisSession *self);
void qd_cloudlysis_session_start (QdCloudlysisSession *self);
void qd_cloudlysis_session_stop (QdCloudlysisSession *self);
void qd_cloudlysis_session_refresh (QdCloudlysisSession *self);
/* Main thread; takes @task. */
void qd_cloudlysis_session_command (QdCloudlysisSession *self, const char *verb, JsonObject *args, GTask *task);

G_END_DECLS
