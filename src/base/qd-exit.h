/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* One exit table for every verb of every program. */
typedef enum {
  QD_EXIT_YES = 0,         /* yes, or done */
  QD_EXIT_NO = 1,          /* a negative answer */
  QD_EXIT_BAD_INPUT = 2,
  QD_EXIT_UNREACHABLE = 3,
  QD_EXIT_REFUSED = 4,
  QD_EXIT_PARTIAL = 5,
} QdExit;
