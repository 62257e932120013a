/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-model"

#include "config.h"

#include "qd-words.h"

/* Of all fields few are read in other words. */
#define MAX_FIELDS 8

static struct { QdKind kind; guint field; QdWords words; } known[MAX_FIELDS];
static guint n_known;

void
qd_words_set (QdKind kind, guint field, QdWords words)
{
  guint i;

  g_return_if_fail (qd_schema_get (kind)->fields[field].type == QD_VALUE_STRING);

  for (i = 0; i < n_known && (known[i].kind != kind || known[i].field != field); i++)
    ;
  g_return_if_fail (i < MAX_FIELDS);
  known[i].kind = kind;
  known[i].field = field;
  known[i].words = words;
  n_known = MAX (n_known, i + 1);
}

QdWords
qd_words_get (QdKind kind, guint field)
{
  for (guint i = 0; i < n_known; i++)
    if (known[i].kind == kind && known[i].field == field)
      return known[i].words;
  return NULL;
}
