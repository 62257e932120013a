/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-session.h"

G_BEGIN_DECLS

/* Asks for what a tenant is, and saves it; @tenant NULL: a new one. Where somebody was quicker, it says what they made of it. */
void qd_tenant_dialog_present (QdSession *session, gpointer parent, QdEntity *tenant);

G_END_DECLS
