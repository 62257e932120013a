/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-kernels.h"

#include <string.h>

typedef float Floats __attribute__ ((vector_size (QD_LANES * sizeof (float)), may_alias));
typedef gint32 Ints __attribute__ ((vector_size (QD_LANES * sizeof (gint32)), may_alias));

#define TINY 1e-12f
#define CLOSEST 20.0f      /* one over the distance below which there is no repulsion: it would throw nodes far out */
/* One over the root: a guess by halving the exponent, made good by two of Newton's steps. Unlike the processors'
 * own estimates it is the same everywhere, and unlike dividing by a root it waits for no divider. */
#define MAGIC 0x5f3759df

#define KERNEL_TARGET
#define KERNEL(name) plain_##name
#include "qd-graph-kernels-body.h"
#undef KERNEL
#undef KERNEL_TARGET

#if defined (__x86_64__)
#define KERNEL_TARGET __attribute__ ((target ("avx2")))
#define KERNEL(name) wide_##name
#include "qd-graph-kernels-body.h"
#undef KERNEL
#undef KERNEL_TARGET
#endif

const QdKernels *
qd_kernels_get (void)
{
#if defined (__x86_64__)
  if (__builtin_cpu_supports ("avx2"))
    return &wide_kernels;
#endif
  return &plain_kernels;
}

const QdKernels *
qd_kernels_get_plain (void)
{
  return &plain_kernels;
}

float *
qd_floats_new (gsize n)
{
  gsize size = MAX (QD_PADDED (n), QD_LANES) * sizeof (float);
  float *out = g_aligned_alloc (1, size, 32);

  memset (out, 0, size);
  return out;
}
