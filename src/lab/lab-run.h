/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-faults.h"
#include "lab-options.h"

G_BEGIN_DECLS

/* Runs a lab until a signal ends it. Returns the exit status: 0, 1 when it could not start, 2 for bad input. */
int lab_run (LabOptions *options);

G_END_DECLS
