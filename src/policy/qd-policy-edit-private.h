/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-edit.h"

G_BEGIN_DECLS

struct _QdPolicyEdit {
  QdYamlFile *file;
  guint document;
  QdPolicyKind kind;
  JsonNode *root;     /* the document as it is to be */
  GError *error;      /* the first thing that could not be done */
  char *rule;         /* the place of one that was removed or moved; of two that say the same, it is this one that goes */
  guint to;           /* QD_YAML_END: removed */
};

void qd_policy_edit_fail (QdPolicyEdit *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* Gives @object a member; a new one stands behind those that come before it in @order. Takes @value. */
void qd_policy_edit_put (JsonObject *object, const char *key, JsonNode *value, const char *const *order);
/* The map or sequence @key of @parent, which is made where there is none; NULL: it is something else, or @parent is NULL. */
JsonObject *qd_policy_edit_map (QdPolicyEdit *self, JsonObject *parent, const char *key, const char *const *order);
JsonArray *qd_policy_edit_list (QdPolicyEdit *self, JsonObject *parent, const char *key, const char *const *order);

/* --- Getting about: NULL where there is none, which was told --------------------------------------------------- */

extern const char *const qd_policy_edit_spec_order[], *const qd_policy_edit_rule_order[];

JsonObject *qd_policy_edit_spec (QdPolicyEdit *self);
JsonObject *qd_policy_edit_rule (QdPolicyEdit *self, QdPolicyDirection direction, guint rule);
JsonArray *qd_policy_edit_peers (QdPolicyEdit *self, QdPolicyDirection direction, guint rule);
JsonObject *qd_policy_edit_peer (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint peer);
/* Item @i of @list, which must be a map; null becomes an empty one. */
JsonObject *qd_policy_edit_item (QdPolicyEdit *self, JsonArray *list, guint i);

/* --- Nodes ------------------------------------------------------------------------------------------------------- */

JsonNode *qd_policy_edit_object_node (JsonObject *object);   /* takes it */
JsonNode *qd_policy_edit_array_node (JsonArray *array);      /* takes it */
JsonNode *qd_policy_edit_string_node (const char *text);
gboolean qd_policy_edit_is_none (JsonNode *node);
void qd_policy_edit_insert (JsonArray *list, guint at, JsonNode *value);   /* takes it */

/* --- What may be done; why not is told -------------------------------------------------------------------------- */

/* Takes what a check says. */
gboolean qd_policy_edit_allow (QdPolicyEdit *self, gboolean valid, GError *error);
/* One more entry of @list, which is called @key. */
gboolean qd_policy_edit_has_room (QdPolicyEdit *self, JsonArray *list, const char *key);
/* A peer of @form in @rule; NULL: in a new one. */
gboolean qd_policy_edit_allow_form (QdPolicyEdit *self, QdPolicyDirection direction, JsonObject *rule, QdPeerForm form);
/* Of policies other than a NetworkPolicy. */
gboolean qd_policy_edit_rule_has_peer (JsonObject *rule, QdPeerForm form);
JsonNode *qd_policy_edit_peer_new (QdPolicyEdit *self, QdPeerForm form);

G_END_DECLS
