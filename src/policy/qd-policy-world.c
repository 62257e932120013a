/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-world.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-policy-read-private.h"

#define MAX_OWNERS 8   /* a pod of a set of a deployment of something: more is a ring */

struct _QdPolicyWorld
{
  int ref_count;
  GPtrArray *parts;             /* of QdPolicyPart */
  GPtrArray *own_findings;      /* of QdPolicyFinding: about files together */
  GPtrArray *findings;          /* borrowed: those of the parts, then these */
  gboolean invalid;
  QdPolicyPart *live;           /* the one of @parts that a cluster said; NULL: none */
  gboolean without_files;       /* the files' namespaces and workloads do not count */
  GPtrArray *namespaces, *workloads;   /* owned */
  GPtrArray *services, *policies;      /* the parts' */
  guint n_off;                         /* policies that are left out of these: the cluster has them switched off */
  GHashTable *namespace_by_name;       /* interned name → namespace */
};

/* An object by the three that name it. Kind is a literal or interned, the others are interned: compared as pointers. */
typedef struct { const char *kind, *namespace, *name; } Key;

static guint
hash_key (gconstpointer data)
{
  const Key *key = data;

  return (g_direct_hash (key->kind) * 31 + g_direct_hash (key->namespace)) * 31 + g_direct_hash (key->name);
}

static gboolean
equal_keys (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (Key)) == 0;
}

/* While the world is made. */
typedef struct {
  QdPolicyWorld *world;
  GHashTable *documents;   /* Key → QdPolicyDocument */
  GPtrArray *kept;         /* of QdPolicyDocument: the first of each key, in order */
  GHashTable *drafts;      /* Key of the owner → Draft */
  GHashTable *off;         /* texts of policies that are switched off */
} Making;

/* A workload, of which more comes to light with every document. */
typedef struct {
  Key key;
  GPtrArray *pods;         /* that are there */
  GPtrArray *templates;    /* of what stands between the owner and its pods */
  const QdPolicyDocument *owner;
  const QdPolicyDocument *first;
} Draft;

static void
free_draft (gpointer data)
{
  Draft *self = data;

  g_ptr_array_unref (self->pods);
  g_ptr_array_unref (self->templates);
  g_free (self);
}

static void
free_namespace (gpointer data)
{
  QdPolicyNamespace *self = data;

  g_ref_string_release (self->name);
  qd_labels_unref (self->labels);
  g_free (self);
}

static void
free_workload (gpointer data)
{
  QdPolicyWorkload *self = data;

  g_ptr_array_unref (self->pods);
  g_free (self->kind);
  g_free (self->name);
  g_free (self->text);
  g_free (self);
}

/* --- Documents ---------------------------------------------------------------------------------------------------- */

static void
read_parts (QdPolicyWorld *self, QdYamlFile *const *files, guint n_files, QdPolicyWorld *previous)
{
  g_autoptr (GHashTable) known = g_hash_table_new (NULL, NULL);

  for (guint i = 0; previous && i < previous->parts->len; i++)
    {
      QdPolicyPart *part = g_ptr_array_index (previous->parts, i);

      g_hash_table_insert (known, part->file, part);
    }
  for (guint i = 0; i < n_files; i++)
    {
      QdPolicyPart *part = g_hash_table_lookup (known, files[i]);

      g_ptr_array_add (self->parts, part ? qd_policy_part_ref (part) : qd_policy_part_read (files[i]));
    }
}

/* What is in a cluster is there once, whatever a file says of it: that is how one begins a change. */
static void
keep_document (Making *making, QdPolicyDocument *document, gboolean live)
{
  Key *key = g_new (Key, 1);
  const QdPolicyDocument *first;
  QdPolicyFinding *finding;
  g_autofree char *other = NULL;

  *key = (Key) { document->kind, document->namespace, document->name };
  first = g_hash_table_lookup (making->documents, key);
  if (first == NULL)
    {
      g_hash_table_insert (making->documents, key, document);
      g_ptr_array_add (making->kept, document);
      return;
    }
  g_free (key);
  if (live)
    return;
  other = qd_policy_place_to_text (&first->place);
  finding = qd_policy_finding_new (QD_POLICY_ERROR, "duplicate", &document->place,
                                   g_strdup_printf (_("%s %s%s%s is there twice: the other is at %s"), document->kind,
                                                    document->namespace ? document->namespace : "", document->namespace ? "/" : "",
                                                    document->name, other));
  finding->other = first->place;
  g_ptr_array_add (making->world->own_findings, finding);
}

/* --- Namespaces --------------------------------------------------------------------------------------------------- */

static const QdPolicyNamespace *
add_namespace (QdPolicyWorld *self, const char *name, QdLabels *labels, QdPolicyPlace place)
{
  QdPolicyNamespace *namespace = g_new0 (QdPolicyNamespace, 1);

  namespace->place = place;
  namespace->name = g_ref_string_new_intern (name);
  if (labels)
    namespace->labels = qd_labels_ref (labels);
  else
    namespace->labels = qd_labels_new ((char *[]) { (char *) "kubernetes.io/metadata.name", (char *) name, NULL });
  g_hash_table_insert (self->namespace_by_name, namespace->name, namespace);
  g_ptr_array_add (self->namespaces, namespace);
  return namespace;
}

static int
compare_namespaces (gconstpointer a, gconstpointer b)
{
  const QdPolicyNamespace *const *l = a, *const *r = b;

  return strcmp ((*l)->name, (*r)->name);
}

/* --- Workloads ---------------------------------------------------------------------------------------------------- */

/* A deployment that an operator made is a workload of its own; what is between a deployment and its pods is not. */
static gboolean
goes_on_to_owner (const char *kind)
{
  return g_str_equal (kind, "Pod") || g_str_equal (kind, "ReplicaSet") || g_str_equal (kind, "Job");
}

/* Who it is that @document is a part of. */
static Key
find_owner (Making *making, const QdPolicyDocument *document, const QdPolicyDocument **owner)
{
  Key key = { document->kind, document->namespace, document->name };

  *owner = document;
  for (guint i = 0; i < MAX_OWNERS && *owner && (*owner)->owner_kind && goes_on_to_owner ((*owner)->kind); i++)
    {
      const char *kind = qd_policy_find_kind ((*owner)->owner_kind);

      key.kind = kind ? kind : (*owner)->owner_kind;
      key.name = (*owner)->owner_name;
      *owner = g_hash_table_lookup (making->documents, &key);
    }
  return key;
}

static void
add_to_draft (Making *making, const QdPolicyDocument *document)
{
  const QdPolicyDocument *owner;
  Key key = find_owner (making, document, &owner);
  Draft *draft = g_hash_table_lookup (making->drafts, &key);

  if (document->idle && owner != document)
    return;
  if (document->idle && g_str_equal (document->kind, "Pod"))
    return;
  if (draft == NULL)
    {
      draft = g_new0 (Draft, 1);
      draft->key = key;
      draft->pods = g_ptr_array_new ();
      draft->templates = g_ptr_array_new ();
      draft->first = document;
      g_hash_table_insert (making->drafts, &draft->key, draft);
    }
  draft->owner = owner;
  if (g_str_equal (document->kind, "Pod"))
    g_ptr_array_add (draft->pods, document->pod);
  else if (owner != document)
    g_ptr_array_add (draft->templates, document->pod);
}

static void
add_workload (QdPolicyWorld *self, const Draft *draft)
{
  QdPolicyWorkload *workload;
  GPtrArray *from = draft->pods->len ? draft->pods : draft->templates;

  /* Pods that are there say what is so; else the owner's template does, else those of its sets. */
  if (draft->pods->len == 0 && draft->templates->len == 0 && (draft->owner == NULL || draft->owner->pod == NULL))
    return;
  workload = g_new0 (QdPolicyWorkload, 1);
  workload->place = draft->owner ? draft->owner->place : draft->first->place;
  workload->kind = g_strdup (draft->key.kind);
  workload->name = g_strdup (draft->key.name);
  workload->namespace = qd_policy_world_find_namespace (self, draft->key.namespace);
  if (workload->namespace == NULL)
    workload->namespace = add_namespace (self, draft->key.namespace, NULL, (QdPolicyPlace) { workload->place.file, NULL });
  workload->text = g_strdup_printf ("%s/%s[%s]", workload->namespace->name, workload->name, workload->kind);
  workload->pods = g_ptr_array_new ();
  if (draft->pods->len == 0 && draft->owner && draft->owner->pod)
    g_ptr_array_add (workload->pods, draft->owner->pod);
  else
    g_ptr_array_extend (workload->pods, from, NULL, NULL);
  g_ptr_array_add (self->workloads, workload);
}

int
qd_policy_workload_compare (const QdPolicyWorkload *a, const QdPolicyWorkload *b)
{
  int order = strcmp (a->namespace->name, b->namespace->name);

  if (order == 0)
    order = strcmp (a->name, b->name);
  return order ? order : strcmp (a->kind, b->kind);
}

static int
compare_workloads (gconstpointer a, gconstpointer b)
{
  return qd_policy_workload_compare (*(QdPolicyWorkload *const *) a, *(QdPolicyWorkload *const *) b);
}

/* --- Policies ----------------------------------------------------------------------------------------------------- */

/* The order in which they are asked. Equal priorities leave it open; here the name decides, so that the order of files does not. */
static int
compare_policies (gconstpointer a, gconstpointer b)
{
  const QdPolicy *const *l = a, *const *r = b;
  int order = (int) (*l)->tier - (int) (*r)->tier;

  if (order == 0)
    order = ((*l)->kind == QD_POLICY_BASELINE_ADMIN) - ((*r)->kind == QD_POLICY_BASELINE_ADMIN);
  if (order == 0)
    order = (*l)->priority - (*r)->priority;
  if (order == 0)
    order = g_strcmp0 ((*l)->namespace, (*r)->namespace);
  if (order == 0)
    order = strcmp ((*l)->name, (*r)->name);
  return order ? order : (int) (*l)->kind - (int) (*r)->kind;
}

static void
find_equal_priorities (QdPolicyWorld *self)
{
  for (guint i = 1; i < self->policies->len; i++)
    {
      const QdPolicy *one = g_ptr_array_index (self->policies, i - 1), *two = g_ptr_array_index (self->policies, i);
      QdPolicyFinding *finding;

      if (one->tier == QD_POLICY_TIER_NETWORK || one->tier != two->tier || one->priority != two->priority || two->kind == QD_POLICY_BASELINE_ADMIN)
        continue;
      finding = qd_policy_finding_new (QD_POLICY_WARNING, "same-priority", &two->place,
                                       g_strdup_printf (_("%s and %s have the same priority, %d: which of them is asked first is not defined"), one->text,
                                                        two->text, one->priority));
      finding->other = one->place;
      g_ptr_array_add (self->own_findings, finding);
    }
}

/* One that is switched off is looked at as all others are, but says nothing. */
static void
take_policy (Making *making, const QdPolicyDocument *document)
{
  QdPolicyWorld *self = making->world;

  if (!g_hash_table_contains (making->off, document->policy->text))
    {
      g_ptr_array_add (self->policies, document->policy);
      return;
    }
  self->n_off++;
  g_ptr_array_add (self->own_findings, qd_policy_finding_new (QD_POLICY_NOTE, "switched-off", &document->place,
                                                              g_strdup (_("This policy is switched off on the server: it is not in force there, "
                                                                          "and does not count here"))));
}

/* --- The world ---------------------------------------------------------------------------------------------------- */

static gboolean
is_left_out (QdPolicyWorld *self, const QdPolicyPart *part, const QdPolicyDocument *document)
{
  return part == self->live ? document->policy != NULL : self->without_files && (document->labels || document->pod);
}

static gboolean
has_workloads (const QdPolicyPart *part)
{
  for (guint i = 0; i < part->documents->len; i++)
    if (((QdPolicyDocument *) part->documents->pdata[i])->pod)
      return TRUE;
  return FALSE;
}

/* Last, so that it gives way. */
static void
take_live (QdPolicyWorld *self, QdYamlFile *live, QdPolicyLiveMode mode, QdPolicyWorld *previous)
{
  gboolean wanted = mode == QD_POLICY_LIVE_INSTEAD || mode == QD_POLICY_LIVE_BESIDE;

  if (mode == QD_POLICY_LIVE_AUTO)
    {
      wanted = TRUE;
      for (guint i = 0; i < self->parts->len; i++)
        wanted &= !has_workloads (self->parts->pdata[i]);
    }
  if (!wanted)
    return;
  self->without_files = mode == QD_POLICY_LIVE_INSTEAD;
  read_parts (self, &live, 1, previous);
  self->live = self->parts->pdata[self->parts->len - 1];
}

static void
take_documents (Making *making)
{
  QdPolicyWorld *self = making->world;

  for (guint i = 0; i < self->parts->len; i++)
    {
      QdPolicyPart *part = g_ptr_array_index (self->parts, i);

      for (guint k = 0; k < part->documents->len; k++)
        if (!is_left_out (self, part, part->documents->pdata[k]))
          keep_document (making, part->documents->pdata[k], part == self->live);
    }
  for (guint i = 0; i < making->kept->len; i++)
    {
      const QdPolicyDocument *document = g_ptr_array_index (making->kept, i);

      if (document->labels)
        add_namespace (self, document->name, document->labels, document->place);
      else if (document->pod)
        add_to_draft (making, document);
      else if (document->service)
        g_ptr_array_add (self->services, document->service);
      else if (document->policy)
        take_policy (making, document);
    }
}

static void
gather_findings (QdPolicyWorld *self)
{
  for (guint i = 0; i < self->parts->len; i++)
    g_ptr_array_extend (self->findings, ((QdPolicyPart *) g_ptr_array_index (self->parts, i))->findings, NULL, NULL);
  g_ptr_array_extend (self->findings, self->own_findings, NULL, NULL);
  for (guint i = 0; i < self->findings->len; i++)
    self->invalid |= ((QdPolicyFinding *) g_ptr_array_index (self->findings, i))->severity == QD_POLICY_ERROR;
}

QdPolicyWorld *
qd_policy_world_new (QdYamlFile *const *files, guint n_files, QdPolicyWorld *previous)
{
  return qd_policy_world_new_live (files, n_files, NULL, previous);
}

QdPolicyWorld *
qd_policy_world_new_live (QdYamlFile *const *files, guint n_files, const QdPolicyCluster *cluster, QdPolicyWorld *previous)
{
  QdPolicyWorld *self = g_new0 (QdPolicyWorld, 1);
  Making making = { self };
  GHashTableIter iter;
  gpointer draft;

  self->ref_count = 1;
  self->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_policy_part_unref);
  self->own_findings = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_policy_finding_free);
  self->findings = g_ptr_array_new ();
  self->namespaces = g_ptr_array_new_with_free_func (free_namespace);
  self->workloads = g_ptr_array_new_with_free_func (free_workload);
  self->services = g_ptr_array_new ();
  self->policies = g_ptr_array_new ();
  self->namespace_by_name = g_hash_table_new (g_str_hash, g_str_equal);
  making.documents = g_hash_table_new_full (hash_key, equal_keys, g_free, NULL);
  making.drafts = g_hash_table_new_full (hash_key, equal_keys, NULL, free_draft);
  making.kept = g_ptr_array_new ();
  making.off = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; cluster && cluster->off && cluster->off[i]; i++)
    g_hash_table_add (making.off, (gpointer) cluster->off[i]);
  read_parts (self, files, n_files, previous);
  if (cluster && cluster->objects)
    take_live (self, cluster->objects, cluster->mode, previous);
  take_documents (&making);
  g_hash_table_iter_init (&iter, making.drafts);
  while (g_hash_table_iter_next (&iter, NULL, &draft))
    add_workload (self, draft);
  g_ptr_array_sort (self->namespaces, compare_namespaces);
  g_ptr_array_sort (self->workloads, compare_workloads);
  g_ptr_array_sort (self->policies, compare_policies);
  find_equal_priorities (self);
  gather_findings (self);
  g_ptr_array_unref (making.kept);
  g_hash_table_unref (making.off);
  g_hash_table_unref (making.drafts);
  g_hash_table_unref (making.documents);
  return self;
}

gboolean
qd_policy_world_is_live (QdPolicyWorld *self)
{
  return self->live != NULL;
}

QdPolicyWorld *
qd_policy_world_ref (QdPolicyWorld *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
qd_policy_world_unref (QdPolicyWorld *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_hash_table_unref (self->namespace_by_name);
  g_ptr_array_unref (self->workloads);
  g_ptr_array_unref (self->namespaces);
  g_ptr_array_unref (self->services);
  g_ptr_array_unref (self->policies);
  g_ptr_array_unref (self->findings);
  g_ptr_array_unref (self->own_findings);
  g_ptr_array_unref (self->parts);
  g_free (self);
}

GPtrArray *
qd_policy_world_get_findings (QdPolicyWorld *self)
{
  return self->findings;
}

gboolean
qd_policy_world_is_invalid (QdPolicyWorld *self)
{
  return self->invalid;
}

GPtrArray *
qd_policy_world_get_namespaces (QdPolicyWorld *self)
{
  return self->namespaces;
}

GPtrArray *
qd_policy_world_get_workloads (QdPolicyWorld *self)
{
  return self->workloads;
}

GPtrArray *
qd_policy_world_get_services (QdPolicyWorld *self)
{
  return self->services;
}

GPtrArray *
qd_policy_world_get_policies (QdPolicyWorld *self)
{
  return self->policies;
}

guint
qd_policy_world_get_n_off (QdPolicyWorld *self)
{
  return self->n_off;
}

const QdPolicyNamespace *
qd_policy_world_find_namespace (QdPolicyWorld *self, const char *name)
{
  return g_hash_table_lookup (self->namespace_by_name, name);
}
