/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The inner loops of the layouts, eight floats at a time. What they give is the same on every processor of
 * one kind, with wide registers or narrow: each lane does the same operations in the same order.
 * All arrays are padded with zeros to a multiple of QD_LANES. */

#define QD_LANES 8
#define QD_PADDED(n) (((gsize) (n) + QD_LANES - 1) / QD_LANES * QD_LANES)

typedef struct {
  /* Σ over j of (xi - xj) (q / r - q² + @repulsion / r²), and likewise y: where stress and repulsion pull a node at
   * (@at[0], @at[1]), q from @inverse being one over the distance that it should have to the node at @x[j], @y[j];
   * where it is 0 there is no pull. */
  void (*pull) (gsize n, const float *x, const float *y, const float *inverse, float repulsion, const float at[2], float out[2]);
  /* The same with weights @w, and @wd, the weights times the distances: Σ (xi - xj) (wd / r - w). */
  void (*pull_weighted) (gsize n, const float *x, const float *y, const float *w, const float *wd, const float at[2], float out[2]);
  /* Σ over j of wd r, and Σ of w r². */
  void (*compare) (gsize n, const float *x, const float *y, const float *w, const float *wd, const float at[2], float out[2]);
  /* Σ over j of @mass[j] (xi - xj) / (r² + @soft), likewise y, and Σ @mass[j] / (r² + @soft). */
  void (*repel) (gsize n, const float *x, const float *y, const float *mass, float soft, const float at[2], float out[3]);
} QdKernels;

/* Those that suit this processor. */
const QdKernels *qd_kernels_get (void);
/* Those that suit any. */
const QdKernels *qd_kernels_get_plain (void);

/* @n floats and the padding, zeroed, aligned for the kernels; free with g_aligned_free(). */
float *qd_floats_new (gsize n);

G_END_DECLS
