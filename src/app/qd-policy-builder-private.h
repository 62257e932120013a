/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-builder.h"
#include "qd-policy-draft.h"
#include "qd-policy-edit.h"

G_BEGIN_DECLS

/* What the parts of a builder look at. They are within it, so that it outlives them. */
typedef struct {
  QdPolicyDraft *draft;      /* NULL: nothing is shown */
  QdPolicyWorld *world;      /* NULL: not known */
  QdPolicyOptions options;
  guint serial;              /* another one with each world */
  gboolean editable;         /* a NetworkPolicy */
} QdPolicyView;

const QdPolicyView *qd_policy_builder_get_view (QdPolicyBuilder *self);
/* A change of what is shown. */
QdPolicyEdit *qd_policy_builder_begin (QdPolicyBuilder *self);
/* Ends it (it is freed): the splice is told to whoever has the text, and the changed policy is shown; or why not. */
gboolean qd_policy_builder_end (QdPolicyBuilder *self, QdPolicyEdit *edit);
/* Asks to be shown @node in the text. */
void qd_policy_builder_go (QdPolicyBuilder *self, const QdYamlNode *node);

/* Changes of rules as a whole: their cards, with what is unfolded and has the focus, follow. */
#define QD_POLICY_ANYONE 4u   /* beside the forms of a peer */
void qd_policy_builder_add_rule (QdPolicyBuilder *self, QdPolicyDirection direction, guint form);
void qd_policy_builder_duplicate_rule (QdPolicyBuilder *self, QdPolicyDirection direction, guint rule);
void qd_policy_builder_remove_rule (QdPolicyBuilder *self, QdPolicyDirection direction, guint rule);
void qd_policy_builder_move_rule (QdPolicyBuilder *self, QdPolicyDirection direction, guint rule, guint to);

/* --- What its parts share --- */

/* A flat button of one symbolic icon; @name is its tooltip and what a screen reader says. */
GtkWidget *qd_policy_button_new (const char *icon, const char *name);
GtkWidget *qd_policy_label_new (const char *text, const char *css_class);   /* wraps; @css_class may be NULL */
/* A small title and what it is about, below it. */
GtkWidget *qd_policy_field_new (const char *title, GtkWidget *child);
/* Changes only what differs. */
void qd_policy_label_set (GtkWidget *label, const char *text);
/* "shop/web[Deployment], shop/db[StatefulSet] and 7 more"; NULL where there are none. (transfer full) */
char *qd_policy_name_workloads (GPtrArray *workloads);

G_END_DECLS
