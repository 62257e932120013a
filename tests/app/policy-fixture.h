/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-policy-eval.h"
#include "wait.h"

G_BEGIN_DECLS

/* A shop as one would write it down; @edited: after a change that allows something, denies something, and does both to one pair, and adds a workload
 * and takes one away. */
QdPolicyEval *policy_fixture_shop (gboolean edited);
/* @n workloads in namespaces of about 40 with policies of some ports; other ones for another @seed. */
QdPolicyEval *policy_fixture_many (guint n, guint32 seed);

/* Takes events of a real keyboard and pointer to the window, whose upper left is that of the screen. */
void policy_fixture_press (guint keysym, guint modifier);   /* modifier: 0 or a keysym that is held */
void policy_fixture_chord (guint keysym, guint first, guint second);   /* with two modifiers held */
void policy_fixture_click (double x, double y);
void policy_fixture_move (double x, double y);

/* Writes a picture of @window into the folder that QD_PICTURES names, if there is one: NAME-VARIANT.png in light, dark, narrow, and from right to left. */
void policy_fixture_pictures (GtkWidget *window, const char *name);

G_END_DECLS
