/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-placement-board.h"

G_BEGIN_DECLS

/**
 * QdPlacementChooser:
 *
 * Where to? The shards, searched as one types, with what speaks against each. Emits ::chosen (string shard) and closes.
 */
#define QD_TYPE_PLACEMENT_CHOOSER (qd_placement_chooser_get_type ())
G_DECLARE_FINAL_TYPE (QdPlacementChooser, qd_placement_chooser, QD, PLACEMENT_CHOOSER, AdwDialog)

AdwDialog *qd_placement_chooser_new (QdPlacementBoard *board, const char *const *tenants);

G_END_DECLS
