/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/*
 * Small random worlds of namespaces, workloads and policies, the same for the same seed. They are made to
 * collide: few labels, few port names with several numbers, few addresses, and all the ways in which a
 * field may be absent, null or empty. What the specification leaves undefined is left out: two admin
 * policies of one priority, and ClusterNetworkPolicy beside the kinds that it replaces.
 */

/* Of JsonNode, one for each document, each owned by the array. */
GPtrArray *worlds_make      (guint64 seed);

/* Worlds as people write them, with mistakes of meaning and none of form. */
GPtrArray *worlds_make_plain (guint64 seed);

/* As YAML, in a spelling that the seed draws: blocks, flows, quotes, anchors. */
char      *worlds_to_yaml   (GPtrArray *documents, guint64 seed);

/* A field somewhere in a policy or a label is made into something else, often into what the API refuses. */
GPtrArray *worlds_spoil     (GPtrArray *documents, guint64 seed);

/* The same documents in another order. */
GPtrArray *worlds_shuffle   (GPtrArray *documents, guint64 seed);

/* Without one of its policies; NULL where there is none outside of a list. */
GPtrArray *worlds_without_policy (GPtrArray *documents, guint64 seed);

GPtrArray *worlds_copy      (GPtrArray *documents);

/* Takes documents, members and elements away for as long as @still holds of what is left: a small world
 * for which it still does. @documents is left as it is. */
typedef gboolean (*WorldsStill) (GPtrArray *documents, gpointer user_data);
GPtrArray *worlds_shrink    (GPtrArray *documents, WorldsStill still, gpointer user_data);

/* A sequence of numbers for a seed. */
typedef struct { guint64 state; } Dice;
guint64    dice_next        (Dice *dice);
guint      dice_below       (Dice *dice, guint n);
gboolean   dice_chance      (Dice *dice, guint percent);

G_END_DECLS
