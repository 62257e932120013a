/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-graticule.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#define APART 110.0    /* pixels between two lines, at least */
#define EVERY 4        /* one line in so many has its crossings with the others named */

QdGraticule *
qd_graticule_new_at (const QdGeoMap *map, double zoom, double left, double top, double right, double bottom)
{
  return qd_geo_map_make_graticule (map, left, top, right, bottom, qd_geo_map_choose_spacing (map, APART / zoom));
}

double
qd_graticule_alpha (const QdGraphTheme *theme)
{
  return theme->high_contrast ? 0.45 : theme->dark ? 0.16 : 0.14;
}

static char *
write_degrees (gboolean parallel, double degrees, double spacing)
{
  int decimals = spacing >= 1 ? 0 : (int) ceil (-log10 (spacing) - 1e-9);
  g_autofree char *number = g_strdup_printf ("%.*f", decimals, fabs (degrees));

  /* The equator, the prime meridian, and the one across from it are on neither side. */
  if (fabs (degrees) < spacing / 2 || (!parallel && fabs (degrees) > 180 - spacing / 2))
    /* Translators: degrees of latitude or longitude where it is neither north nor south, east nor west */
    return g_strdup_printf (_("%s°"), number);
  if (parallel)
    /* Translators: degrees of latitude, north or south */
    return g_strdup_printf (degrees > 0 ? _("%s° N") : _("%s° S"), number);
  /* Translators: degrees of longitude, east or west */
  return g_strdup_printf (degrees > 0 ? _("%s° E") : _("%s° W"), number);
}

static void
free_label (gpointer data)
{
  g_free (((QdGraticuleLabel *) data)->text);
}

/* A parallel is named where one meridian in four crosses it, a meridian where one parallel in four does, elsewhere. */
GArray *
qd_graticule_find_labels (const QdGeoMap *map, const QdGraticule *self)
{
  GArray *labels = g_array_new (FALSE, FALSE, sizeof (QdGraticuleLabel));

  g_array_set_clear_func (labels, free_label);
  for (guint i = 0; i < self->n_lines; i++)
    for (guint k = 0; k < self->n_lines; k++)
      {
        const QdGraticuleLine *parallel = &self->lines[i], *meridian = &self->lines[k];
        gint64 row, column;
        QdGraticuleLabel label;

        if (!parallel->parallel || meridian->parallel)
          continue;
        row = llround (parallel->degrees / self->spacing);
        column = llround (meridian->degrees / self->spacing);
        if (column % EVERY == 0)
          label.text = write_degrees (TRUE, parallel->degrees, self->spacing);
        else if (row % EVERY == 0)
          label.text = write_degrees (FALSE, meridian->degrees, self->spacing);
        else
          continue;
        label.at = qd_geo_map_project (map, parallel->degrees, meridian->degrees);
        g_array_append_val (labels, label);
      }
  return labels;
}
