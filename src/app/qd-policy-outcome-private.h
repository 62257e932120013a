/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-tests.h"
#include "qd-state.h"

G_BEGIN_DECLS

struct _QdPolicyOutcome {
  GObject parent_instance;
  char *file, *name, *flow, *port, *verdict;
  char *why;               /* of one that did not pass; else NULL */
  guint line, column, src, dst;
  gboolean run;
  QdPolicyTestResult result;
};

QdStatus qd_policy_outcome_get_status (QdPolicyOutcome *self);

G_END_DECLS
