/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-window.h"

G_BEGIN_DECLS

/* What benches share that measure inside the real window. */

/* A window as the application has it, with its style, on @hub, shown and at its first page. Needs a display. */
QdWindow *bench_window_new (QdHub *hub);
/* Shows a page: until the next frame is on the screen, as far as the program can tell. Milliseconds. */
double bench_window_show (QdWindow *window, const char *page);
/* What this thread itself has worked, and how long it has waited for a processor. Milliseconds. */
double bench_get_processor_ms (void);
double bench_get_waited_ms (void);

/* The longest turn of the main loop since bench_turns_begin(), during which no frame is drawn: how long it took, less the time for which it waited
 * for a processor; and how long one worked. What is between the two is waiting for locks or a disk. */
typedef struct { double ms, worked_ms; } BenchTurns;

void bench_turns_begin (void);
BenchTurns bench_turns_end (void);

G_END_DECLS
