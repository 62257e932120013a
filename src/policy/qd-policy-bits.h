/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <string.h>

#include <glib.h>

G_BEGIN_DECLS

/* Sets of small numbers, as words of 64 bits. @n is always how many numbers there are, not words. */

static inline guint
qd_bits_words (guint n)
{
  return (n + 63) / 64;
}

static inline guint64 *
qd_bits_new (guint n)
{
  return g_new0 (guint64, MAX (qd_bits_words (n), 1));
}

static inline void
qd_bits_set (guint64 *bits, guint i)
{
  bits[i / 64] |= G_GUINT64_CONSTANT (1) << (i % 64);
}

static inline gboolean
qd_bits_get (const guint64 *bits, guint i)
{
  return bits[i / 64] >> (i % 64) & 1;
}

/* Those from @first up to and without @end. */
static inline void
qd_bits_set_range (guint64 *bits, guint first, guint end)
{
  for (; first < end && first % 64; first++)
    qd_bits_set (bits, first);
  for (; first + 64 <= end; first += 64)
    bits[first / 64] = G_MAXUINT64;
  for (; first < end; first++)
    qd_bits_set (bits, first);
}

static inline void
qd_bits_or (guint64 *bits, const guint64 *other, guint n)
{
  for (guint i = 0; i < qd_bits_words (n); i++)
    bits[i] |= other[i];
}

static inline void
qd_bits_and (guint64 *bits, const guint64 *other, guint n)
{
  for (guint i = 0; i < qd_bits_words (n); i++)
    bits[i] &= other[i];
}

static inline void
qd_bits_invert (guint64 *bits, guint n)
{
  for (guint i = 0; i < qd_bits_words (n); i++)
    bits[i] = ~bits[i];
  if (n % 64)
    bits[n / 64] &= (G_GUINT64_CONSTANT (1) << (n % 64)) - 1;
}

/* Runs the statement that follows with @i as each number below @n that is in both @bits and @wanted, in order. */
#define QD_BITS_FOREACH_IN(bits, wanted, n, i)                                                                                 \
  for (guint i##_word = 0; i##_word < qd_bits_words (n); i##_word++)                                                           \
    for (guint64 i##_rest = (bits)[i##_word] & (wanted)[i##_word]; i##_rest; i##_rest &= i##_rest - 1)                          \
      for (guint i = i##_word * 64 + (guint) __builtin_ctzll (i##_rest), i##_once = 1; i##_once; i##_once = 0)

#define QD_BITS_FOREACH(bits, n, i) QD_BITS_FOREACH_IN (bits, bits, n, i)

G_END_DECLS
