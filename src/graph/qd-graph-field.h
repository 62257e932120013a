/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Repulsion between many bodies: exact where they are few, else by a quadtree. */
typedef struct _QdField QdField;

/* @mass: one a body, copied. */
QdField *qd_field_new (guint n, const float *mass);
void qd_field_free (QdField *self);
/* Takes the bodies' places; these and @mass decide what the next calls give. */
void qd_field_place (QdField *self, const float *x, const float *y);
/* Σ over all bodies but @i of m d / (r² + soft), and Σ m / (r² + soft), at body @i's place. */
void qd_field_repel (const QdField *self, guint i, float out[3]);
/* What keeps bodies at one place from being thrown infinitely far. */
#define QD_FIELD_SOFT 0.01f
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdField, qd_field_free)

G_END_DECLS
