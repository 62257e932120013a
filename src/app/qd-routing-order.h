/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define QD_ROUTING_MAX_PRIORITY 65535

/**
 * qd_routing_order_assign:
 * @priorities: (array length=n): what each has now, in the order that is wanted
 * @before: (array length=n): where each stood before, 0 the first: a permutation
 * @n: how many
 * @wanted: (array length=n) (out caller-allocates): what each must have to stand in that order
 *
 * Changes as few as can be: those that stand in order among themselves keep what they have, as many as there can be
 * (a longest increasing subsequence), and the others go between them. Where there is no room, all are numbered anew.
 * @n is at most 65,536.
 */
void qd_routing_order_assign (const int *priorities, const guint *before, guint n, int *wanted);

G_END_DECLS
