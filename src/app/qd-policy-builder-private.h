/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-builder.h"
#include "qd-policy-draft.h"
#include "qd-policy-edit.h"
#include "qd-policy-meant.h"
#include "qd-policy-pick.h"

G_BEGIN_DECLS

/* What the parts of a builder look at. They are within it, so that it outlives them. */
typedef struct {
  QdPolicyDraft *draft;      /* NULL: nothing is shown */
  QdPolicyWorld *world;      /* NULL: not known */
  QdPolicyKind kind;         /* of what is shown */
  QdPolicyMeant *meant;      /* of just this draft and world; NULL: not found yet */
} QdPolicyView;

/* Whose labels a selector is about. */
typedef enum { QD_POLICY_LABELS_OF_PODS, QD_POLICY_LABELS_OF_NAMESPACES, QD_POLICY_LABELS_OF_NODES } QdPolicyLabelsOf;

const QdPolicyView *qd_policy_builder_get_view (QdPolicyBuilder *self);
/* A change of what is shown. */
QdPolicyEdit *qd_policy_builder_begin (QdPolicyBuilder *self);
/* Ends it (it is freed): the splice is told to whoever has the text, and the changed policy is shown; or why not. */
gboolean qd_policy_builder_end (QdPolicyBuilder *self, QdPolicyEdit *edit);
/* Shows anew what there is, as after a change that was not to be. */
void qd_policy_builder_refresh (QdPolicyBuilder *self);
/* Says what cannot be done here, and offers the text. */
void qd_policy_builder_refuse (QdPolicyBuilder *self, const char *why);
/* Asks to be shown @node in the text. */
void qd_policy_builder_go (QdPolicyBuilder *self, const QdYamlNode *node);

/* Changes of rules as a whole: their cards, with what is unfolded and has the focus, follow. */
#define QD_POLICY_ANYONE ((guint) QD_N_PEER_FORMS)   /* beside the forms of a peer */
void qd_policy_builder_add_rule (QdPolicyBuilder *self, QdPolicyDirection direction, guint form);
void qd_policy_builder_duplicate_rule (QdPolicyBuilder *self, QdPolicyDirection direction, guint rule);
void qd_policy_builder_remove_rule (QdPolicyBuilder *self, QdPolicyDirection direction, guint rule);
void qd_policy_builder_move_rule (QdPolicyBuilder *self, QdPolicyDirection direction, guint rule, guint to);
/* @pick is one more peer of @rule, or of a new one with QD_YAML_END. */
void qd_policy_builder_add_pick (QdPolicyBuilder *self, QdPolicyDirection direction, guint rule, QdPolicyPick *pick);

/* --- What its parts share --- */

/* A flat button of one symbolic icon; @name is its tooltip and what a screen reader says. */
GtkWidget *qd_policy_button_new (const char *icon, const char *name);
GtkWidget *qd_policy_label_new (const char *text, const char *css_class);   /* wraps; @css_class may be NULL */
/* A small title and what it is about, below it. */
GtkWidget *qd_policy_field_new (const char *title, GtkWidget *child);
/* Changes only what differs. */
void qd_policy_label_set (GtkWidget *label, const char *text);
/* What a form of a peer is called. */
const char *qd_policy_form_name (QdPeerForm form);
/* The forms that rules of that direction can have here, each with @action and its number; @anyone: everyone, too, where that can be said. (transfer full) */
GMenu *qd_policy_builder_list_forms (QdPolicyBuilder *self, QdPolicyDirection direction, const char *action, gboolean anyone);

G_END_DECLS
