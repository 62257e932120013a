/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "edit-model.h"
#include "qd-policy-edit.h"

/* Changes of a text and of a model, side by side: after each the text is read, and must say what the model says. What was not touched is there
 * byte for byte. */

/* One change: what it does to the model and asks of the edit. @loses: comments may go with it. @refused: it must not be done, and the model was
 * left alone. @touches: of the rules, that one (else none) is written anew. */
typedef struct { GRand *rand; Model *model; QdPolicyEdit *edit; gboolean loses, refused, touches; guint d, rule, peer; } Change;
/* FALSE: there is not what it needs. */
typedef gboolean (*ChangeFunc) (Change *self);

/* One that is there, or NULL. */
Rule *edit_pick_rule (Change *self);
Peer *edit_pick_peer (Change *self);
/* Whatever is done to @selector, which is at @path. */
void edit_change_selector (Change *self, Selector *selector, const char *path);

/* Twelve changes of a document that says @json, which is @model, among others. Returns: how many were done */
guint edit_check (Model *model, JsonNode *json, GRand *rand, const ChangeFunc *changes, guint n_changes, char *(*tell) (Model *model),
                  char *(*tell_policy) (const QdPolicy *policy));
