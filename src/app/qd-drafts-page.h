/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-page.h"

G_BEGIN_DECLS

/**
 * QdDraftsPage:
 *
 * What was typed and is neither saved nor sent: files of policies, of whatever folder, and routing policies.
 */
#define QD_TYPE_DRAFTS_PAGE (qd_drafts_page_get_type ())
G_DECLARE_FINAL_TYPE (QdDraftsPage, qd_drafts_page, QD, DRAFTS_PAGE, QdPage)

G_END_DECLS
