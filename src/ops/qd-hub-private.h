/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-hub.h"

G_BEGIN_DECLS

/* Puts a driver in the place of the one that the endpoint would get: for tests. Takes @driver. */
void qd_hub_adopt (QdHub *self, const QdEndpoint *endpoint, QdDriver *driver);
const QdSink *qd_hub_get_sink (QdHub *self);
/* A connection's configured name, or its id. */
const char *qd_hub_get_connection_name (QdHub *self, const char *connection);
/* Applies one delta now: for what the hub itself says. Takes @delta. */
void qd_hub_apply (QdHub *self, QdDelta *delta);
void qd_hub_job_ended (QdHub *self, const char *job_id);
gboolean qd_hub_is_production (QdHub *self, const char *connection);

G_END_DECLS
