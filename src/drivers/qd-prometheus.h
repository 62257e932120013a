/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Prometheus' text format, as far as it takes to find a few figures in it. Pure; any thread. */

/* One sample: @name, the value of each label that was asked for (NULL: it has none of that name), its value. All borrowed. */
typedef void (*QdPrometheusSample) (const char *name, const char *const *labels, double value, gpointer data);

/* Reads @text (UTF-8 or not) and calls @func for each sample whose value is a finite number. @labels: names, NULL-terminated.
 * Lines that are none are left out; returns how many were. */
guint qd_prometheus_read (const char *text, gsize length, const char *const *labels, QdPrometheusSample func, gpointer data);

G_END_DECLS
