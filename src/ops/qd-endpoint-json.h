/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-driver.h"

G_BEGIN_DECLS

/* Configured connections as they are kept: everything but secrets. */
char *qd_endpoints_to_json (GPtrArray *endpoints);
/* (element-type QdEndpoint), which frees them; what cannot be read is left out and counted. */
GPtrArray *qd_endpoints_from_json (const char *text, guint *n_unreadable);

G_END_DECLS
