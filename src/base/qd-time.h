/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* RFC 3339 with Z or an offset and 0 to 9 fractional digits, or naive (then UTC).
 * @us: microseconds since the epoch, rounded towards zero. */
gboolean qd_time_parse (const char *text, gint64 *us);
/* "2026-11-20T14:02:11.123Z". */
char *qd_time_format_iso (gint64 us);
/* Local time, short: "14:02:11" today, "20 Nov 14:02" otherwise. */
char *qd_time_format_local (gint64 us);
/* "3 s", "5 min", "2 h", "4 d": for how long something has been so. */
char *qd_time_format_age (gint64 age_us);

G_END_DECLS
