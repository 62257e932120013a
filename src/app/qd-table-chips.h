/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-schema.h"

G_BEGIN_DECLS

/**
 * QdTableChips:
 *
 * The states that things of a kind can be in, to choose those that a table shows. Emits ::changed.
 */
#define QD_TYPE_TABLE_CHIPS (qd_table_chips_get_type ())
G_DECLARE_FINAL_TYPE (QdTableChips, qd_table_chips, QD, TABLE_CHIPS, AdwBin)

GtkWidget *qd_table_chips_new (QdKind kind);
guint qd_table_chips_get_mask (QdTableChips *self);        /* 1 << QdStatus each; 0: all */
const char *qd_table_chips_get_text (QdTableChips *self);  /* a condition for QdFilter, "severity:critical"; empty: none */
void qd_table_chips_clear (QdTableChips *self);

G_END_DECLS
