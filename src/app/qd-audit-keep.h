/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-audit.h"

G_BEGIN_DECLS

/* Asks how long audit records are kept on this desk, and how much of them. */
AdwDialog *qd_audit_keep_new (QdAudit *audit);

G_END_DECLS
