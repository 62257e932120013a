/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How the C library keeps memory. Before any thread is there. */
void qd_memory_setup (void);
/* From now on what is free is given back to the system once a minute. Main thread; never ends. */
void qd_memory_keep_small (void);

G_END_DECLS
