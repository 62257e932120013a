/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-draft.h"

#include "qd-policy-read-private.h"

struct _QdPolicyDraft {
  gatomicrefcount refs;
  QdPolicyPart *part;
  guint document;
  const QdYamlNode *node;
  const QdPolicy *policy;
};

/* A List holds policies too, each in its own place: such a document is none. */
static const QdPolicy *
find_policy (const QdPolicyPart *part, const QdYamlNode *node)
{
  for (guint i = 0; i < part->documents->len; i++)
    {
      const QdPolicyDocument *document = g_ptr_array_index (part->documents, i);

      if (document->place.node == node)
        return document->policy;
    }
  return NULL;
}

gboolean
qd_policy_finding_is_about (const QdPolicyFinding *finding, const QdYamlNode *node)
{
  QdYamlSpan a, b;

  if (finding->place.node == NULL || node == NULL)
    return FALSE;
  a = qd_yaml_node_get_span (finding->place.node);
  b = qd_yaml_node_get_span (node);
  return a.start >= b.start && a.end <= b.end;
}

QdPolicyDraft *
qd_policy_draft_new (QdYamlFile *file, guint document)
{
  QdPolicyDraft *self = g_new0 (QdPolicyDraft, 1);

  g_atomic_ref_count_init (&self->refs);
  self->part = qd_policy_part_read_one (file, document);
  self->document = document;
  self->node = qd_yaml_file_get_document (file, document);
  self->policy = find_policy (self->part, self->node);
  return self;
}

QdPolicyDraft *
qd_policy_draft_ref (QdPolicyDraft *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
qd_policy_draft_unref (QdPolicyDraft *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  qd_policy_part_unref (self->part);
  g_free (self);
}

QdYamlFile *
qd_policy_draft_get_file (QdPolicyDraft *self)
{
  return self->part->file;
}

guint
qd_policy_draft_get_document (QdPolicyDraft *self)
{
  return self->document;
}

const QdYamlNode *
qd_policy_draft_get_node (QdPolicyDraft *self)
{
  return self->node;
}

const QdPolicy *
qd_policy_draft_get_policy (QdPolicyDraft *self)
{
  return self->policy;
}

const char *
qd_policy_draft_get_kind (QdPolicyDraft *self)
{
  return qd_yaml_node_get_string (qd_yaml_node_get (self->node, "kind"));
}

GPtrArray *
qd_policy_draft_get_findings (QdPolicyDraft *self)
{
  return self->part->findings;
}
