/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How well a thing is, in order of severity: the worst of several is their maximum. */
typedef enum {
  QD_STATUS_NONE,         /* has no health (a flow, an event) */
  QD_STATUS_WELL,
  QD_STATUS_MAINTENANCE,
  QD_STATUS_UNKNOWN,
  QD_STATUS_DEGRADED,
  QD_STATUS_DOWN,
} QdStatus;

/* Reads a status word of any of the four systems, without regard to case; QD_STATUS_UNKNOWN for others. */
QdStatus qd_status_parse (const char *word);
const char *qd_status_to_string (QdStatus status);   /* "well", for machines */
const char *qd_status_get_label (QdStatus status);   /* translated, for people */

G_END_DECLS
