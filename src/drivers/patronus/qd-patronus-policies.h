/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-patronus-session.h"

G_BEGIN_DECLS

/* Whether it is one of the verbs about policies; then it takes @task. Main thread. */
gboolean qd_patronus_policies_command (QdPatronusSession *session, const char *verb, JsonObject *args, GTask *task);
/* Whether the items of an answer are policies of Patronus; an empty list may be one of them. */
gboolean qd_patronus_policies_are (JsonArray *items);
/* The same for lists that say the same, in whatever order. (transfer full) */
char *qd_patronus_policies_dup_digest (JsonArray *items);

G_END_DECLS
