/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-entry.h"
#include "qd-yaml.h"

G_BEGIN_DECLS

/* A list of words that are typed, such as blocks of addresses: a line for each, and one in which one more is. */
#define QD_TYPE_POLICY_WORD_LIST (qd_policy_word_list_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyWordList, qd_policy_word_list, QD, POLICY_WORD_LIST, AdwBin)

/* What its parts are called; @placeholder stands in the line that adds. */
typedef struct { const char *word, *add, *placeholder, *remove; } QdPolicyWordNames;

/* @owner outlives it. */
GtkWidget *qd_policy_word_list_new (const QdPolicyWordNames *names, QdPolicyEntryCheck check, gpointer owner);
/* @keeps_one: the last one cannot be removed. */
void qd_policy_word_list_set (QdPolicyWordList *self, const QdYamlNode *list, gboolean keeps_one);
/* Puts the cursor into the first. */
void qd_policy_word_list_edit (QdPolicyWordList *self);

G_END_DECLS
