/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Room's own. Appends to @key the bytes that, compared with memcmp() (a shorter key that is a prefix
 * first), put @text in its natural place: without regard to case, runs of digits by their number,
 * IPv6 addresses by their value. There is no NUL among them. */
void qd_natural_key (const char *text, GByteArray *key);

G_END_DECLS
