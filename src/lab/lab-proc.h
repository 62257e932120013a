/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-world.h"

G_BEGIN_DECLS

/* Fills in what this machine is: cores, memory, disk, kernel. */
void lab_proc_describe (LabNode *node);

/*
 * Reads this machine's CPU, memory, disk, pressure and network figures from /proc and /sys.
 * Rates are since the call before; the first call gives the average since boot.
 * For one thread only.
 */
void lab_proc_read     (LabNodeMetrics *out);

G_END_DECLS
