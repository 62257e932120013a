/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-labels.h"

G_BEGIN_DECLS

typedef enum { QD_SELECTOR_IN, QD_SELECTOR_NOT_IN, QD_SELECTOR_EXISTS, QD_SELECTOR_DOES_NOT_EXIST } QdSelectorOperator;

/* Strings are interned, as those of labels are. */
typedef struct {
  char *key;
  QdSelectorOperator operator;
  guint n_values;    /* 0 for the last two operators */
  char **values;     /* sorted, none twice */
} QdRequirement;

/* A Kubernetes label selector: requirements that must all hold; none selects all. What it says in matchLabels is an In
 * of one value. Immutable once it is made, reference counted, readable by any thread. */
typedef struct {
  int ref_count;
  GArray *requirements;   /* of QdRequirement, sorted: selectors that say the same have the same text */
  gboolean invalid;       /* it breaks the API's rules, and selects nothing */
  char *text;             /* "app=web,tier in (a,b),!old"; "" selects all */
} QdSelector;

QdSelector *qd_selector_new (void);
QdSelector *qd_selector_ref (QdSelector *self);
void qd_selector_unref (QdSelector *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdSelector, qd_selector_unref)

/* Before it is finished: one more requirement, which holds no values of others. */
void qd_selector_add (QdSelector *self, const char *key, QdSelectorOperator operator, const char *const *values, guint n);
/* Sorts, and writes the text. */
void qd_selector_finish (QdSelector *self);

gboolean qd_selector_matches (const QdSelector *self, const QdLabels *labels);
gboolean qd_requirement_matches (const QdRequirement *self, const QdLabels *labels);
char *qd_requirement_to_text (const QdRequirement *self);
/* The first requirement that @labels do not meet; NULL: all are met, or the selector is invalid. */
const QdRequirement *qd_selector_find_unmet (const QdSelector *self, const QdLabels *labels);
gboolean qd_selector_is_all (const QdSelector *self);   /* selects whatever the labels are */

G_END_DECLS
