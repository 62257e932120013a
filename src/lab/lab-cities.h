/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *name;
  float lat, lon;
} LabCity;

extern const LabCity lab_cities[];
extern const guint lab_n_cities;

G_END_DECLS
