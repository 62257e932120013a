/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernels' bodies, read once for each kind of register; KERNEL(name) names and marks them. */

static KERNEL_TARGET void
KERNEL (pull) (gsize n, const float *x, const float *y, const float *inverse, float repulsion, const float at[2], float out[2])
{
  Floats sum_x = { 0 }, sum_y = { 0 }, three_halves = { 0 };
  float total_x = 0, total_y = 0;

  three_halves += 1.5f;
  for (gsize j = 0; j < n; j += QD_LANES)
    {
      Floats q = *(const Floats *) (inverse + j);
      Floats dx = at[0] - *(const Floats *) (x + j), dy = at[1] - *(const Floats *) (y + j);
      Floats r2 = dx * dx + dy * dy + TINY, half = r2 * 0.5f;
      Floats root = (Floats) (MAGIC - ((Ints) r2 >> 1));

      root *= three_halves - half * root * root;
      root *= three_halves - half * root * root;
      root = q * (root - q) + (Floats) ((Ints) (repulsion * root * root) & (Ints) (q > 0.0f) & (Ints) (root < CLOSEST));
      sum_x += dx * root;
      sum_y += dy * root;
    }
  for (guint k = 0; k < QD_LANES; k++)
    {
      total_x += sum_x[k];
      total_y += sum_y[k];
    }
  out[0] = total_x;
  out[1] = total_y;
}

static KERNEL_TARGET void
KERNEL (pull_weighted) (gsize n, const float *x, const float *y, const float *w, const float *wd, const float at[2], float out[2])
{
  Floats sum_x = { 0 }, sum_y = { 0 }, three_halves = { 0 };
  float total_x = 0, total_y = 0;

  three_halves += 1.5f;
  for (gsize j = 0; j < n; j += QD_LANES)
    {
      Floats dx = at[0] - *(const Floats *) (x + j), dy = at[1] - *(const Floats *) (y + j);
      Floats r2 = dx * dx + dy * dy + TINY, half = r2 * 0.5f;
      Floats root = (Floats) (MAGIC - ((Ints) r2 >> 1));

      root *= three_halves - half * root * root;
      root *= three_halves - half * root * root;
      root = *(const Floats *) (wd + j) * root - *(const Floats *) (w + j);
      sum_x += dx * root;
      sum_y += dy * root;
    }
  for (guint k = 0; k < QD_LANES; k++)
    {
      total_x += sum_x[k];
      total_y += sum_y[k];
    }
  out[0] = total_x;
  out[1] = total_y;
}

static KERNEL_TARGET void
KERNEL (compare) (gsize n, const float *x, const float *y, const float *w, const float *wd, const float at[2], float out[2])
{
  Floats sum = { 0 }, squares = { 0 }, three_halves = { 0 };
  float total = 0, total_squares = 0;

  three_halves += 1.5f;
  for (gsize j = 0; j < n; j += QD_LANES)
    {
      Floats dx = at[0] - *(const Floats *) (x + j), dy = at[1] - *(const Floats *) (y + j);
      Floats r2 = dx * dx + dy * dy + TINY, half = r2 * 0.5f;
      Floats root = (Floats) (MAGIC - ((Ints) r2 >> 1));

      root *= three_halves - half * root * root;
      root *= three_halves - half * root * root;
      sum += *(const Floats *) (wd + j) * r2 * root;
      squares += *(const Floats *) (w + j) * r2;
    }
  for (guint k = 0; k < QD_LANES; k++)
    {
      total += sum[k];
      total_squares += squares[k];
    }
  out[0] = total;
  out[1] = total_squares;
}

static KERNEL_TARGET void
KERNEL (repel) (gsize n, const float *x, const float *y, const float *mass, float soft, const float at[2], float out[3])
{
  Floats sum_x = { 0 }, sum_y = { 0 }, sum = { 0 };
  float total_x = 0, total_y = 0, total = 0;

  for (gsize j = 0; j < n; j += QD_LANES)
    {
      Floats dx = at[0] - *(const Floats *) (x + j), dy = at[1] - *(const Floats *) (y + j);
      Floats strength = *(const Floats *) (mass + j) / (dx * dx + dy * dy + soft);

      sum_x += dx * strength;
      sum_y += dy * strength;
      sum += strength;
    }
  for (guint k = 0; k < QD_LANES; k++)
    {
      total_x += sum_x[k];
      total_y += sum_y[k];
      total += sum[k];
    }
  out[0] = total_x;
  out[1] = total_y;
  out[2] = total;
}

static const QdKernels KERNEL (kernels) = { KERNEL (pull), KERNEL (pull_weighted), KERNEL (compare), KERNEL (repel) };
