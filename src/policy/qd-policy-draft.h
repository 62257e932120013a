/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-world.h"

G_BEGIN_DECLS

/* One document of a file on its own, while it is written: what is understood of it, without the rest of the world. Immutable, reference counted; any thread may
 * read it. */
typedef struct _QdPolicyDraft QdPolicyDraft;

QdPolicyDraft *qd_policy_draft_new (QdYamlFile *file, guint document);
QdPolicyDraft *qd_policy_draft_ref (QdPolicyDraft *self);
void qd_policy_draft_unref (QdPolicyDraft *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPolicyDraft, qd_policy_draft_unref)

QdYamlFile *qd_policy_draft_get_file (QdPolicyDraft *self);
guint qd_policy_draft_get_document (QdPolicyDraft *self);
/* NULL: there is no such document. */
const QdYamlNode *qd_policy_draft_get_node (QdPolicyDraft *self);
/* NULL: it is no policy that is read here, or has no name. */
const QdPolicy *qd_policy_draft_get_policy (QdPolicyDraft *self);
/* What the document says that it is: "Deployment"; NULL: nothing. */
const char *qd_policy_draft_get_kind (QdPolicyDraft *self);
/* Of const QdPolicyFinding: what is to be said about this document. */
GPtrArray *qd_policy_draft_get_findings (QdPolicyDraft *self);
/* Whether it is about what is at @node, or within. */
gboolean qd_policy_finding_is_about (const QdPolicyFinding *finding, const QdYamlNode *node);

G_END_DECLS
