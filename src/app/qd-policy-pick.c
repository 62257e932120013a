/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-pick.h"

#define NAME_LABEL "kubernetes.io/metadata.name"

typedef struct { char *key, *value; } Pair;

struct _QdPolicyPick {
  GObject parent_instance;

  char *text;
  char *namespace;          /* of a workload; NULL: a label */
  gboolean of_namespaces;
  GArray *pairs;            /* of Pair */
};

G_DEFINE_FINAL_TYPE (QdPolicyPick, qd_policy_pick, G_TYPE_OBJECT)

static void
clear_pair (gpointer data)
{
  g_free (((Pair *) data)->key);
  g_free (((Pair *) data)->value);
}

static void
add_pair (QdPolicyPick *self, const char *key, const char *value)
{
  const Pair pair = { g_strdup (key), g_strdup (value) };

  g_array_append_val (self->pairs, pair);
}

/* What makes pods gives these to each of them, or to each of its versions. */
static gboolean
is_generated (const char *key)
{
  static const char *const keys[] = { "pod-template-hash", "pod-template-generation", "controller-revision-hash", "controller-uid", "job-name",
                                      "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "batch.kubernetes.io/job-completion-index",
                                      "apps.kubernetes.io/pod-index", "statefulset.kubernetes.io/pod-name", NULL };

  return g_strv_contains (keys, key);
}

static void
qd_policy_pick_finalize (GObject *object)
{
  QdPolicyPick *self = QD_POLICY_PICK (object);

  g_array_unref (self->pairs);
  g_free (self->text);
  g_free (self->namespace);
  G_OBJECT_CLASS (qd_policy_pick_parent_class)->finalize (object);
}

static void
qd_policy_pick_class_init (QdPolicyPickClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_policy_pick_finalize;
}

static void
qd_policy_pick_init (QdPolicyPick *self)
{
  self->pairs = g_array_new (FALSE, FALSE, sizeof (Pair));
  g_array_set_clear_func (self->pairs, clear_pair);
}

QdPolicyPick *
qd_policy_pick_new_label (gboolean of_namespaces, const char *key, const char *value)
{
  QdPolicyPick *self = g_object_new (QD_TYPE_POLICY_PICK, NULL);

  self->of_namespaces = of_namespaces;
  self->text = g_strdup_printf ("%s=%s", key, value);
  add_pair (self, key, value);
  return self;
}

QdPolicyPick *
qd_policy_pick_new_workload (const QdPolicyWorkload *workload)
{
  QdPolicyPick *self = g_object_new (QD_TYPE_POLICY_PICK, NULL);
  const QdLabels *labels = workload->pods->len > 0 ? ((const QdPolicyPod *) workload->pods->pdata[0])->labels : NULL;

  self->namespace = g_strdup (workload->namespace->name);
  self->text = g_strdup_printf ("%s/%s", workload->namespace->name, workload->name);
  for (guint i = 0; labels != NULL && i < labels->n; i++)
    if (!is_generated (labels->labels[i].key))
      add_pair (self, labels->labels[i].key, labels->labels[i].value);
  return self;
}

QdPeerForm
qd_policy_pick_get_form (QdPolicyPick *self, QdPolicyKind kind, const char *namespace)
{
  gboolean network = kind == QD_POLICY_NETWORK;

  if (self->of_namespaces)
    return QD_PEER_FORM_NAMESPACES;
  if (self->pairs->len == 0)
    return QD_N_PEER_FORMS;
  if (network && (self->namespace == NULL || g_strcmp0 (self->namespace, namespace) == 0))
    return QD_PEER_FORM_PODS;
  return QD_PEER_FORM_BOTH;
}

void
qd_policy_pick_fill (QdPolicyPick *self, QdPolicyEdit *edit, QdPolicyKind kind, QdPeerForm form, const char *peer)
{
  g_autofree char *namespaces = qd_policy_path_selector (kind, form, peer, TRUE), *pods = qd_policy_path_selector (kind, form, peer, FALSE);

  if (form == QD_PEER_FORM_BOTH && self->namespace != NULL)
    qd_policy_edit_set_label (edit, namespaces, NAME_LABEL, self->namespace);
  for (guint i = 0; i < self->pairs->len; i++)
    {
      const Pair *pair = &g_array_index (self->pairs, Pair, i);

      qd_policy_edit_set_label (edit, self->of_namespaces ? namespaces : pods, pair->key, pair->value);
    }
}

const char *
qd_policy_pick_get_text (QdPolicyPick *self)
{
  return self->text;
}
