/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include "qd-policy-complete.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-yaml-edit.h"

/* Of larger worlds not all is proposed. */
#define MAX_VALUES 10000

typedef struct {
  const QdPolicyWhere *where;
  const QdYamlSpot *spot;
  GPtrArray *proposals;
} Complete;

void
qd_policy_proposal_free (QdPolicyProposal *self)
{
  g_free (self->label);
  g_free (self->text);
  g_free (self->detail);
  g_free (self->doc);
  g_free (self);
}

QdPolicyProposal *
qd_policy_proposals_add (GPtrArray *proposals, QdPolicyProposalKind kind, const char *label, char *text, char *detail, char *doc)
{
  QdPolicyProposal *proposal = g_new0 (QdPolicyProposal, 1);

  *proposal = (QdPolicyProposal) { .kind = kind, .label = g_strdup (label), .text = text, .detail = detail, .doc = doc };
  g_ptr_array_add (proposals, proposal);
  return proposal;
}

/* --- Writing ----------------------------------------------------------------------------------------------------- */

/* As it is to be written here: in quotes where it must be. */
static char *
quote (const Complete *self, const char *text)
{
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), text);
  char *written;

  if (self->where->is_json || (self->spot->quoted && self->spot->flow))
    return json_to_string (node, FALSE);
  written = qd_yaml_write (node);
  return g_strchomp (written);
}

static void
pad (GString *text, guint n)
{
  for (guint i = 0; i < n; i++)
    g_string_append_c (text, ' ');
}

static const QdPolicyField *
find_required (const QdPolicySchema *schema)
{
  for (guint i = 0; schema && i < schema->n_fields; i++)
    if (schema->fields[i].required)
      return &schema->fields[i];
  return NULL;
}

/* "key: ", or the key and what must come below it; the key is at @column. */
static void
write_field (const Complete *self, GString *text, const QdPolicyField *field, guint column)
{
  const QdYamlSpot *spot = self->spot;
  gboolean list = field->type == QD_POLICY_FIELD_LIST || field->type == QD_POLICY_FIELD_STRINGS;
  const QdPolicyField *first = field->type == QD_POLICY_FIELD_LIST || field->type == QD_POLICY_FIELD_OBJECT ? find_required (field->schema) : NULL;
  guint inner = column + (list ? spot->dash : spot->step);

  g_string_append_printf (text, "%s:", field->name);
  if (!list && field->type != QD_POLICY_FIELD_OBJECT && field->type != QD_POLICY_FIELD_LABELS)
    {
      g_string_append_c (text, ' ');
      return;
    }
  g_string_append_c (text, '\n');
  pad (text, inner);
  if (list)
    g_string_append (text, "- ");
  if (first)
    write_field (self, text, first, inner + (list ? 2 : 0));
}

static char *
write_key (const Complete *self, const QdPolicyField *field)
{
  GString *text;
  g_autofree char *quoted = quote (self, field->name);

  if (self->spot->has_colon)
    return g_steal_pointer (&quoted);
  if (self->spot->flow || self->where->is_json)
    return g_strconcat (quoted, ": ", NULL);
  text = g_string_new (NULL);
  write_field (self, text, field, self->spot->column);
  return g_string_free (text, FALSE);
}

static char *
write_value (const Complete *self, const char *value, gboolean literally)
{
  g_autofree char *written = literally ? g_strdup (value) : quote (self, value);

  return g_strconcat (self->spot->needs_space ? " " : "", written, NULL);
}

/* --- Keys -------------------------------------------------------------------------------------------------------- */

static char *
describe_field (const QdPolicyField *field)
{
  /* TRANSLATORS: beside the name of a field: its type, and that it must be there */
  return field->required ? g_strdup_printf (_("%s, required"), qd_policy_field_type_get_name (field->type))
                         : g_strdup (qd_policy_field_type_get_name (field->type));
}

static gboolean
is_wanted (const Complete *self, const QdPolicyField *field)
{
  return field->type != QD_POLICY_FIELD_ANY && !qd_yaml_spot_has_key (self->spot, self->spot->map, field->name);
}

static void
add_keys (Complete *self, const QdPolicySchema *schema)
{
  for (int required = 1; required >= 0; required--)
    for (guint i = 0; i < schema->n_fields; i++)
      {
        const QdPolicyField *field = &schema->fields[i];

        if (field->required == required && is_wanted (self, field))
          qd_policy_proposals_add (self->proposals, QD_POLICY_PROPOSAL_KEY, field->name, write_key (self, field), describe_field (field),
                                   g_strdup (_(field->doc)))->again = !self->spot->has_colon;
      }
}

/* Items of a list that begin here, each with another of the fields that it may have; what it must have goes alone. */
static void
add_items (Complete *self, const QdPolicyField *field)
{
  const QdPolicyField *required = find_required (field->schema);
  guint column = self->spot->column + 2;

  for (guint i = 0; field->values && field->values[i]; i++)
    qd_policy_proposals_add (self->proposals, QD_POLICY_PROPOSAL_ITEM, field->values[i], g_strconcat ("- ", field->values[i], NULL), NULL, g_strdup (_(field->doc)));
  for (guint i = 0; field->schema && i < field->schema->n_fields; i++)
    {
      const QdPolicyField *inner = &field->schema->fields[i];
      g_autofree char *label = g_strconcat ("- ", inner->name, NULL);
      GString *text;

      if (required && inner != required)
        continue;
      text = g_string_new ("- ");
      write_field (self, text, inner, column);
      qd_policy_proposals_add (self->proposals, QD_POLICY_PROPOSAL_ITEM, label, g_string_free (text, FALSE), describe_field (inner),
                               g_strdup (_(inner->doc)))->again = TRUE;
    }
}

/* --- What exists in the world ------------------------------------------------------------------------------------ */

/* Of what there is how many have it. */
typedef struct { const char *text; guint n; } Counted;

static int
compare_counted (gconstpointer a, gconstpointer b)
{
  const Counted *left = a, *right = b;

  return left->n != right->n ? (left->n > right->n ? -1 : 1) : strcmp (left->text, right->text);
}

static void
count (GHashTable *counts, const char *text)
{
  g_hash_table_insert (counts, (gpointer) text, GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, text)) + 1));
}

/* What most have first. (transfer full) */
static GArray *
sort_counts (GHashTable *counts)
{
  GArray *sorted = g_array_new (FALSE, FALSE, sizeof (Counted));
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const Counted counted = { key, GPOINTER_TO_UINT (value) };

      g_array_append_val (sorted, counted);
    }
  g_array_sort (sorted, compare_counted);
  if (sorted->len > MAX_VALUES)
    g_array_set_size (sorted, MAX_VALUES);
  return sorted;
}

static char *
say_workloads (guint n)
{
  return g_strdup_printf (ngettext ("%'u workload", "%'u workloads", n), n);
}

static char *
say_namespaces (guint n)
{
  return g_strdup_printf (ngettext ("%'u namespace", "%'u namespaces", n), n);
}

typedef enum { OF_NOTHING, OF_PODS, OF_NAMESPACES } LabelsOf;

/* Whose labels the selector at @path looks at. */
static LabelsOf
find_labels_of (const char *selector)
{
  g_autofree char *last = qd_yaml_pointer_dup_last (selector);

  if (g_str_equal (last, "podSelector"))
    return OF_PODS;
  return g_str_equal (last, "namespaceSelector") || g_str_equal (last, "namespaces") ? OF_NAMESPACES : OF_NOTHING;
}

/* The namespace whose pods alone a podSelector looks at; NULL: those of all. */
static const char *
find_own_namespace (const Complete *self, const char *selector)
{
  g_autofree char *peer = qd_yaml_pointer_dup_parent (selector);

  return qd_yaml_spot_has_key (self->spot, peer, "namespaceSelector") ? NULL : self->where->namespace;
}

static void
count_labels (GHashTable *counts, const QdLabels *labels, const char *key)
{
  if (key && qd_labels_get (labels, key))
    count (counts, qd_labels_get (labels, key));
  for (guint i = 0; key == NULL && i < labels->n; i++)
    count (counts, labels->labels[i].key);
}

/* Keys of labels, or with @key its values, and how many have them. */
static GArray *
find_labels (const Complete *self, const char *selector, const char *key, LabelsOf of)
{
  g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);
  const char *namespace = find_own_namespace (self, selector);
  GPtrArray *all = of == OF_PODS ? qd_policy_world_get_workloads (self->where->world) : qd_policy_world_get_namespaces (self->where->world);

  for (guint i = 0; i < all->len; i++)
    if (of == OF_NAMESPACES)
      count_labels (counts, ((const QdPolicyNamespace *) g_ptr_array_index (all, i))->labels, key);
    else
      {
        const QdPolicyWorkload *workload = g_ptr_array_index (all, i);

        if (workload->pods->len > 0 && (namespace == NULL || g_str_equal (workload->namespace->name, namespace)))
          count_labels (counts, ((const QdPolicyPod *) g_ptr_array_index (workload->pods, 0))->labels, key);
      }
  return sort_counts (counts);
}

static void
add_labels (Complete *self, const char *selector, const char *key, QdPolicyProposalKind kind, const char *map)
{
  LabelsOf of = find_labels_of (selector);
  g_autoptr (GArray) labels = of != OF_NOTHING && self->where->world ? find_labels (self, selector, key, of) : NULL;

  for (guint i = 0; labels && i < labels->len; i++)
    {
      const Counted *label = &g_array_index (labels, Counted, i);
      g_autofree char *written = quote (self, label->text);
      char *text;

      if (map && qd_yaml_spot_has_key (self->spot, map, label->text))
        continue;
      text = kind == QD_POLICY_PROPOSAL_KEY ? g_strconcat (written, self->spot->has_colon ? "" : ": ", NULL)
             : kind == QD_POLICY_PROPOSAL_ITEM ? g_strconcat ("- ", written, NULL) : write_value (self, label->text, FALSE);
      qd_policy_proposals_add (self->proposals, kind, label->text, text, of == OF_PODS ? say_workloads (label->n) : say_namespaces (label->n),
                               NULL)->again = kind == QD_POLICY_PROPOSAL_KEY;
    }
}

static void
add_namespaces (Complete *self)
{
  GPtrArray *namespaces = self->where->world ? qd_policy_world_get_namespaces (self->where->world) : NULL;

  for (guint i = 0; namespaces && i < MIN (namespaces->len, MAX_VALUES); i++)
    {
      const QdPolicyNamespace *namespace = g_ptr_array_index (namespaces, i);

      qd_policy_proposals_add (self->proposals, QD_POLICY_PROPOSAL_VALUE, namespace->name, write_value (self, namespace->name, FALSE), NULL, NULL);
    }
}

/* "ns/name", and where that is more than one "ns/name[Kind]". */
static void
add_workloads (Complete *self)
{
  GPtrArray *workloads = self->where->world ? qd_policy_world_get_workloads (self->where->world) : NULL;

  for (guint i = 0; workloads && i < MIN (workloads->len, MAX_VALUES); i++)
    {
      const QdPolicyWorkload *workload = g_ptr_array_index (workloads, i), *before = i > 0 ? g_ptr_array_index (workloads, i - 1) : NULL;
      const QdPolicyWorkload *next = i + 1 < workloads->len ? g_ptr_array_index (workloads, i + 1) : NULL;
      g_autofree char *name = g_strdup_printf ("%s/%s", workload->namespace->name, workload->name);
      gboolean twice = (before && before->namespace == workload->namespace && g_str_equal (before->name, workload->name)) ||
                       (next && next->namespace == workload->namespace && g_str_equal (next->name, workload->name));
      const char *text = twice ? workload->text : name;

      qd_policy_proposals_add (self->proposals, QD_POLICY_PROPOSAL_VALUE, text, write_value (self, text, FALSE), g_strdup (workload->kind), NULL);
    }
}

/* --- Ports ------------------------------------------------------------------------------------------------------- */

/* The workloads that are talked to where a test says "to". (transfer full) */
static GPtrArray *
find_tested (const Complete *self, const char *map)
{
  GPtrArray *workloads = qd_policy_world_get_workloads (self->where->world), *found = g_ptr_array_new ();
  g_autofree char *to = qd_yaml_spot_dup_scalar (self->spot, map, "to");

  for (guint i = 0; to && i < workloads->len; i++)
    {
      const QdPolicyWorkload *workload = g_ptr_array_index (workloads, i);
      g_autofree char *name = g_strdup_printf ("%s/%s", workload->namespace->name, workload->name);

      if (g_str_equal (workload->text, to) || g_str_equal (name, to))
        g_ptr_array_add (found, (gpointer) workload);
    }
  return found;
}

/* The workloads whose ports a rule at @path can be about: of ingress those that the policy selects, of egress those it names; where that is
 * not known, all. (transfer full) */
static GPtrArray *
find_destinations (const Complete *self, const char *path)
{
  const QdPolicy *policy = qd_policy_where_find_policy (self->where);
  g_autofree char *map = qd_yaml_pointer_dup_parent (path);
  QdPolicyDirection direction;
  const QdPolicyRule *rule;
  GPtrArray *found = NULL;
  g_auto (GStrv) parts = NULL;
  guint index;

  if (self->where->is_test)
    return find_tested (self, map);
  parts = g_strsplit (qd_policy_where_relate (self->where, path), "/", 5);
  rule = qd_policy_where_find_rule (self->where, path, &direction, &index);
  if (policy && g_strv_length (parts) > 2 && g_str_equal (parts[2], "ingress"))
    {
      g_autofree char *selected = g_strconcat (self->where->root, "/spec/podSelector", NULL);

      found = qd_policy_where_find_meant (self->where, selected);
    }
  else if (rule && direction == QD_POLICY_EGRESS && !rule->any_peer)
    {
      g_autofree char *peers = g_strdup_printf ("%s/spec/egress/%u/to", self->where->root, index);

      found = qd_policy_where_find_meant (self->where, peers);
    }
  return found ? found : g_ptr_array_ref (qd_policy_world_get_workloads (self->where->world));
}

typedef enum { PORT_NAMES = 1 << 0, PORT_NUMBERS = 1 << 1, PORT_WITH_PROTOCOL = 1 << 2 } PortForms;

/* What is said of a port that pods have: "TCP 8080, 2 workloads". */
typedef struct { char *text, *about; guint n; } Port;

static void
port_free (gpointer data)
{
  Port *self = data;

  g_free (self->text);
  g_free (self->about);
  g_free (self);
}

static void
note_port (GHashTable *ports, char *text, char *about)
{
  Port *port = g_hash_table_lookup (ports, text);

  if (port == NULL)
    {
      port = g_new0 (Port, 1);
      *port = (Port) { text, about, 0 };
      g_hash_table_insert (ports, port->text, port);
    }
  else
    {
      g_free (text);
      g_free (about);
    }
  port->n++;
}

static void
note_ports (GHashTable *ports, const QdPolicyPod *pod, PortForms forms, const QdProtocol *protocol)
{
  for (guint i = 0; i < pod->n_ports; i++)
    {
      const QdPolicyContainerPort *port = &pod->ports[i];
      const char *word = qd_protocol_to_string (port->protocol);

      if (protocol && *protocol != port->protocol)
        continue;
      if (port->name && (forms & PORT_NAMES))
        note_port (ports, g_strdup (port->name), g_strdup_printf ("%s %u", word, port->port));
      if (forms & PORT_NUMBERS)
        note_port (ports, (forms & PORT_WITH_PROTOCOL) && port->protocol != QD_PROTOCOL_TCP ? g_strdup_printf ("%u/%s", port->port, word)
                                                                                           : g_strdup_printf ("%u", port->port),
                   port->name ? g_strdup_printf ("%s %s", word, port->name) : g_strdup (word));
    }
}

static int
compare_ports (gconstpointer a, gconstpointer b)
{
  const Port *left = *(Port *const *) a, *right = *(Port *const *) b;
  gboolean left_number = g_ascii_isdigit (*left->text), right_number = g_ascii_isdigit (*right->text);

  if (left_number != right_number)
    return left_number ? 1 : -1;
  return left->n != right->n ? (left->n > right->n ? -1 : 1) : strcmp (left->text, right->text);
}

static void
add_ports (Complete *self, const char *path, PortForms forms)
{
  g_autoptr (GHashTable) ports = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, port_free);
  g_autoptr (GPtrArray) destinations = self->where->world ? find_destinations (self, path) : NULL;
  g_autofree char *map = qd_yaml_pointer_dup_parent (path), *word = qd_yaml_spot_dup_scalar (self->spot, map, "protocol");
  g_autoptr (GPtrArray) sorted = NULL;
  QdProtocol protocol;
  gboolean one = word && qd_protocol_parse (word, &protocol);

  for (guint i = 0; destinations && i < destinations->len; i++)
    {
      const QdPolicyWorkload *workload = g_ptr_array_index (destinations, i);

      if (workload->pods->len > 0)
        note_ports (ports, g_ptr_array_index (workload->pods, 0), forms, one ? &protocol : NULL);
    }
  sorted = g_hash_table_get_values_as_ptr_array (ports);
  g_ptr_array_sort (sorted, compare_ports);
  for (guint i = 0; i < MIN (sorted->len, MAX_VALUES); i++)
    {
      const Port *port = g_ptr_array_index (sorted, i);
      g_autofree char *workloads = say_workloads (port->n);

      qd_policy_proposals_add (self->proposals, QD_POLICY_PROPOSAL_VALUE, port->text, write_value (self, port->text, g_ascii_isdigit (*port->text)),
                               g_strdup_printf ("%s · %s", port->about, workloads), NULL);
    }
}

/* --- Values ------------------------------------------------------------------------------------------------------ */

static void
add_words (Complete *self, const QdPolicyField *field, const char *const *words)
{
  for (guint i = 0; words[i]; i++)
    qd_policy_proposals_add (self->proposals, QD_POLICY_PROPOSAL_VALUE, words[i], write_value (self, words[i], field->type == QD_POLICY_FIELD_BOOL), NULL,
                             g_strdup (_(field->doc)));
}

/* Kinds and the versions that they are of: those that go with what is written already. */
static void
add_kinds (Complete *self, gboolean versions)
{
  g_autofree char *written = qd_yaml_spot_dup_scalar (self->spot, self->where->root, versions ? "kind" : "apiVersion");
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  const char *version, *kind;

  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; qd_policy_schema_get_kind (i, &version, &kind); i++)
      {
        const char *text = versions ? version : kind, *other = versions ? kind : version;

        /* With a pair that goes with nothing here, all are told. */
        if ((pass == 0 && written && !g_str_equal (written, other)) || (pass == 1 && self->proposals->len > 0) || !g_hash_table_add (known, (gpointer) text))
          continue;
        qd_policy_proposals_add (self->proposals, QD_POLICY_PROPOSAL_VALUE, text, write_value (self, text, FALSE), g_strdup (other), NULL);
      }
}

static gboolean
is_at (const Complete *self, const char *path, const char *last)
{
  g_autofree char *expected = g_strconcat (self->where->root, last, NULL);

  return g_strcmp0 (path, expected) == 0;
}

/* Of a field by its name: values that exist in the world. */
static void
add_existing (Complete *self, const QdPolicyField *field, const char *path)
{
  g_autofree char *map = qd_yaml_pointer_dup_parent (path);
  const char *name = field->name;

  if (is_at (self, path, "/apiVersion") || is_at (self, path, "/kind"))
    add_kinds (self, g_str_equal (name, "apiVersion"));
  else if (is_at (self, path, "/metadata/namespace"))
    add_namespaces (self);
  else if (self->where->is_test && (g_str_equal (name, "from") || g_str_equal (name, "to")))
    add_workloads (self);
  else if (g_str_equal (name, "port") || g_str_equal (name, "number"))
    add_ports (self, path, field->type == QD_POLICY_FIELD_INT ? PORT_NUMBERS : self->where->is_test ? PORT_NUMBERS | PORT_WITH_PROTOCOL : PORT_NAMES | PORT_NUMBERS);
  else if (g_str_equal (name, "namedPort") || g_str_equal (name, "destinationNamedPort"))
    add_ports (self, path, PORT_NAMES);
  else if (g_str_equal (name, "key"))
    {
      /* …/podSelector/matchExpressions/0/key */
      g_autofree char *list = qd_yaml_pointer_dup_parent (map), *selector = qd_yaml_pointer_dup_parent (list);

      add_labels (self, selector, NULL, QD_POLICY_PROPOSAL_VALUE, NULL);
    }
}

/* Values of the label that the condition around is about: @map is the condition. */
static void
add_expression_values (Complete *self, const char *map, QdPolicyProposalKind kind)
{
  g_autofree char *key = qd_yaml_spot_dup_scalar (self->spot, map, "key");
  g_autofree char *list = qd_yaml_pointer_dup_parent (map), *selector = qd_yaml_pointer_dup_parent (list);

  if (key)
    add_labels (self, selector, key, kind, NULL);
}

static void
add_values (Complete *self, const QdPolicyField *field, const char *path, gboolean is_item)
{
  static const char *const truths[] = { "true", "false", NULL };
  g_autofree char *parent = qd_yaml_pointer_dup_parent (path);

  if (field->type == QD_POLICY_FIELD_LABELS && is_item)
    {
      g_autofree char *selector = qd_yaml_pointer_dup_parent (parent), *key = qd_yaml_pointer_dup_last (path);

      add_labels (self, selector, key, QD_POLICY_PROPOSAL_VALUE, NULL);
    }
  else if (field->type == QD_POLICY_FIELD_BOOL)
    add_words (self, field, truths);
  else if (field->values && (field->type == QD_POLICY_FIELD_STRING || is_item))
    add_words (self, field, field->values);
  else if (field->type == QD_POLICY_FIELD_STRINGS && is_item && g_str_equal (field->name, "values"))
    {
      g_autofree char *map = qd_yaml_pointer_dup_parent (parent);

      add_expression_values (self, map, QD_POLICY_PROPOSAL_VALUE);
    }
  else if (!is_item && self->spot->is_value && (field->type == QD_POLICY_FIELD_OBJECT || field->type == QD_POLICY_FIELD_LIST))
    qd_policy_proposals_add (self->proposals, QD_POLICY_PROPOSAL_VALUE, field->type == QD_POLICY_FIELD_LIST ? "[]" : "{}",
                             write_value (self, field->type == QD_POLICY_FIELD_LIST ? "[]" : "{}", TRUE), g_strdup (_("empty")), g_strdup (_(field->doc)));
  else if (!is_item)
    add_existing (self, field, path);
}

/* --- All --------------------------------------------------------------------------------------------------------- */

static void
complete_map (Complete *self)
{
  const QdPolicySchema *inner = NULL;
  gboolean is_item;
  const QdPolicyField *field = qd_policy_where_follow (self->where, self->spot->map, &inner, &is_item);

  if (field == NULL || field->type == QD_POLICY_FIELD_OBJECT || (field->type == QD_POLICY_FIELD_LIST && is_item))
    {
      if (inner)
        add_keys (self, inner);
    }
  else if (field->type == QD_POLICY_FIELD_LABELS && !is_item)
    {
      g_autofree char *selector = qd_yaml_pointer_dup_parent (self->spot->map);

      add_labels (self, selector, NULL, QD_POLICY_PROPOSAL_KEY, self->spot->map);
    }
}

static void
complete_list (Complete *self)
{
  gboolean is_item;
  const QdPolicyField *field = qd_policy_where_follow (self->where, self->spot->list, NULL, &is_item);

  if (field == NULL || is_item)
    return;
  if (field->type == QD_POLICY_FIELD_STRINGS && g_str_equal (field->name, "values"))
    {
      g_autofree char *map = qd_yaml_pointer_dup_parent (self->spot->list);

      add_expression_values (self, map, QD_POLICY_PROPOSAL_ITEM);
    }
  else if (field->type == QD_POLICY_FIELD_LIST || field->type == QD_POLICY_FIELD_STRINGS)
    add_items (self, field);
}

GPtrArray *
qd_policy_complete (const QdPolicyWhere *where)
{
  const QdYamlSpot *spot = where->spot;
  gboolean fresh = spot->map && *spot->map == '\0' && spot->value && !spot->is_value;
  Complete self = { where, spot, fresh ? qd_policy_complete_snippets (where) : g_ptr_array_new_with_free_func ((GDestroyNotify) qd_policy_proposal_free) };

  if (spot->value && *spot->value != '\0')
    {
      gboolean is_item;
      const QdPolicyField *field = qd_policy_where_follow (where, spot->value, NULL, &is_item);

      if (field)
        add_values (&self, field, spot->value, is_item);
    }
  if (spot->map)
    complete_map (&self);
  if (spot->list && !spot->flow)
    complete_list (&self);
  return self.proposals;
}
