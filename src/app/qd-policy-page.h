/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-page.h"

G_BEGIN_DECLS

/**
 * QdPolicyPage:
 *
 * The policy workbench: a folder of manifests and policies, edited offline; what is wrong with them, and
 * what they mean.
 */
#define QD_TYPE_POLICY_PAGE (qd_policy_page_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyPage, qd_policy_page, QD, POLICY_PAGE, QdPage)

G_END_DECLS
