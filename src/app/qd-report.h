/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * QdReport:
 *
 * The troubleshooting report, to be read, copied or saved.
 */
#define QD_TYPE_REPORT (qd_report_get_type ())
G_DECLARE_FINAL_TYPE (QdReport, qd_report, QD, REPORT, AdwDialog)

AdwDialog *qd_report_new (const char *text);

G_END_DECLS
