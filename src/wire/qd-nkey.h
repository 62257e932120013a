/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The public key ("U…") of an encoded NATS seed ("SU…"); NULL when @seed is none. */
char *qd_nkey_public_of_seed (const char *seed);

G_END_DECLS
