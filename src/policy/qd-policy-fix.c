/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-fix-private.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-policy-edit-private.h"
#include "qd-yaml-become.h"

/* A fix remembers where and what; the text is looked at when somebody wants it, since most fixes are never asked for. */

typedef enum {
  REMOVE_POLICY,
  REMOVE_RULE,
  REMOVE_RULES,
  WRITE_TYPES,
  WRITE_NOBODY,
  ADD_EGRESS,
  REMOVE_ENTRY,
  SET_VALUE,
} FixKind;

struct _QdPolicyFix {
  gatomicrefcount refs;
  FixKind kind;
  char *title;
  QdYamlFile *file;
  guint document;
  char *path;                   /* of the policy, or of what is removed or set: a JSON pointer */
  gboolean is_network;          /* a NetworkPolicy, which has policyTypes */
  QdPolicyDirection direction;
  guint rule;
  gboolean types[QD_POLICY_N_DIRECTIONS];
  JsonNode *value;
};

static const char *const spec_order[] = { "podSelector", "policyTypes", "ingress", "egress", NULL };

QdPolicyFix *
qd_policy_fix_ref (QdPolicyFix *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
qd_policy_fix_unref (QdPolicyFix *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->title);
  g_free (self->path);
  g_clear_pointer (&self->value, json_node_unref);
  qd_yaml_file_unref (self->file);
  g_free (self);
}

const char *
qd_policy_fix_get_title (const QdPolicyFix *self)
{
  return self->title;
}

QdYamlFile *
qd_policy_fix_get_file (const QdPolicyFix *self)
{
  return self->file;
}

/* --- Where it is ------------------------------------------------------------------------------------------------ */

static gboolean
holds (const QdYamlNode *outer, const QdYamlNode *inner)
{
  QdYamlSpan a = qd_yaml_node_get_span (outer), b = qd_yaml_node_get_span (inner);

  return a.start <= b.start && b.end <= a.end;
}

/* Appends the way from @at down to @wanted; FALSE: it is not there. What is behind an alias is found where it is written. */
static gboolean
find_path (const QdYamlNode *at, const QdYamlNode *wanted, GString *pointer)
{
  gboolean is_map = qd_yaml_node_get_type (at) == QD_YAML_MAP;

  if (at == wanted)
    return TRUE;
  for (guint i = 0; i < qd_yaml_node_get_length (at); i++)
    {
      const QdYamlNode *child = is_map ? qd_yaml_node_get_value (at, i) : qd_yaml_node_get_item (at, i);
      gsize length = pointer->len;
      g_autofree char *number = is_map ? NULL : g_strdup_printf ("%u", i);

      if (child != wanted && !holds (child, wanted))
        continue;
      qd_yaml_pointer_append (pointer, is_map ? qd_yaml_node_get_string (qd_yaml_node_get_key (at, i)) : number);
      if (find_path (child, wanted, pointer))
        return TRUE;
      g_string_truncate (pointer, length);
    }
  return FALSE;
}

/* Takes @title, which is not used where the place is not found. */
static QdPolicyFix *
new_fix (FixKind kind, char *title, const QdPolicyPlace *place)
{
  g_autofree char *words = title;
  g_autoptr (GString) pointer = g_string_new (NULL);
  QdPolicyFix *self;
  guint i, n = place->node ? qd_yaml_file_get_n_documents (place->file) : 0;

  for (i = 0; i < n; i++)
    {
      const QdYamlNode *root = qd_yaml_file_get_document (place->file, i);

      if (holds (root, place->node) && find_path (root, place->node, pointer))
        break;
    }
  if (i == n)
    return NULL;
  self = g_new0 (QdPolicyFix, 1);
  g_atomic_ref_count_init (&self->refs);
  self->kind = kind;
  self->title = g_steal_pointer (&words);
  self->file = qd_yaml_file_ref (place->file);
  self->document = i;
  self->path = g_strdup (pointer->str);
  return self;
}

/* --- Making them ------------------------------------------------------------------------------------------------ */

static QdPolicyFix *
new_policy_fix (FixKind kind, char *title, const QdPolicy *policy, QdPolicyDirection direction, guint rule)
{
  QdPolicyFix *self = new_fix (kind, title, &policy->place);

  if (self == NULL)
    return NULL;
  self->is_network = policy->kind == QD_POLICY_NETWORK;
  self->direction = direction;
  self->rule = rule;
  return self;
}

QdPolicyFix *
qd_policy_fix_remove_policy (const QdPolicy *policy)
{
  QdPolicyFix *self = new_policy_fix (REMOVE_POLICY, g_strdup (_("Remove the policy")), policy, QD_POLICY_EGRESS, 0);

  /* Without its value a file of JSON is none. */
  if (self && *self->path == '\0' && qd_yaml_file_is_json (self->file))
    g_clear_pointer (&self, qd_policy_fix_unref);
  return self;
}

QdPolicyFix *
qd_policy_fix_remove_rule (const QdPolicy *policy, QdPolicyDirection direction, guint rule)
{
  return new_policy_fix (REMOVE_RULE, g_strdup (_("Remove the rule")), policy, direction, rule);
}

QdPolicyFix *
qd_policy_fix_remove_rules (const QdPolicy *policy, QdPolicyDirection direction)
{
  return new_policy_fix (REMOVE_RULES, g_strdup_printf (_("Remove “%s”, which has no effect"), qd_policy_direction_key (direction)), policy, direction, 0);
}

QdPolicyFix *
qd_policy_fix_write_types (const QdPolicy *policy, gboolean ingress, gboolean egress)
{
  char *title = g_strdup_printf (_("Write policyTypes: %s"), ingress && egress ? "[Ingress, Egress]" : ingress ? "[Ingress]" : "[Egress]");
  QdPolicyFix *self = new_policy_fix (WRITE_TYPES, title, policy, QD_POLICY_EGRESS, 0);

  if (self)
    {
      self->types[QD_POLICY_INGRESS] = ingress;
      self->types[QD_POLICY_EGRESS] = egress;
    }
  return self;
}

QdPolicyFix *
qd_policy_fix_write_nobody (const QdPolicy *policy, QdPolicyDirection direction)
{
  return new_policy_fix (WRITE_NOBODY, g_strdup_printf (_("Write %s: []"), qd_policy_direction_key (direction)), policy, direction, 0);
}

QdPolicyFix *
qd_policy_fix_add_egress (const QdPolicy *policy, char *title, JsonNode *rule)
{
  QdPolicyFix *self = new_policy_fix (ADD_EGRESS, title, policy, QD_POLICY_EGRESS, 0);

  if (self)
    self->value = rule;
  else
    json_node_unref (rule);
  return self;
}

/* Text in quotes, where a string is meant and YAML reads something else. */
static QdPolicyFix *
quote (const QdPolicyFinding *finding)
{
  const char *text = qd_yaml_node_get_text (finding->place.node);
  QdPolicyFix *self = text ? new_fix (SET_VALUE, g_strdup_printf (_("Write it as a string: \"%s\""), text), &finding->place) : NULL;

  if (self)
    self->value = json_node_init_string (json_node_alloc (), text);
  return self;
}

/* What the block at @path is: its cidr. */
static gboolean
find_block (const QdPolicyFix *self, QdAddressRange *cidr)
{
  const QdYamlNode *root = qd_yaml_file_get_document (self->file, self->document);
  g_autofree char *list = g_path_get_dirname (self->path), *block = g_path_get_dirname (list);
  const char *text = qd_yaml_node_get_string (qd_yaml_node_get (qd_yaml_node_find (root, block), "cidr"));

  return text && qd_address_range_parse (text, cidr);
}

/* An exception that has nothing to do with its block takes nothing out of it; one that is larger takes all of it. */
static QdPolicyFix *
remove_except (const QdPolicyFinding *finding)
{
  QdPolicyFix *self = new_fix (REMOVE_ENTRY, g_strdup (_("Remove the exception")), &finding->place);
  const char *text = qd_yaml_node_get_string (finding->place.node);
  QdAddressRange cidr, range;

  if (self && (text == NULL || !qd_address_range_parse (text, &range) || !find_block (self, &cidr) || qd_address_range_contains (&cidr, &range.first) ||
               qd_address_range_contains (&range, &cidr.first)))
    g_clear_pointer (&self, qd_policy_fix_unref);
  return self;
}

QdPolicyFix *
qd_policy_fix_of_reader (const QdPolicyFinding *finding)
{
  if (finding->place.node == NULL || finding->place.file == NULL)
    return NULL;
  if (g_str_equal (finding->code, "unquoted"))
    return quote (finding);
  if (g_str_equal (finding->code, "except-outside"))
    return remove_except (finding);
  return NULL;
}

/* --- What they do to the value ---------------------------------------------------------------------------------- */

static JsonNode *
list_node (JsonArray *list)
{
  JsonNode *node = json_node_alloc ();

  json_node_take_array (json_node_init (node, JSON_NODE_ARRAY), list);
  return node;
}

static gboolean
is_empty (JsonNode *node)
{
  return node == NULL || JSON_NODE_HOLDS_NULL (node) || (JSON_NODE_HOLDS_ARRAY (node) && json_array_get_length (json_node_get_array (node)) == 0);
}

static void
write_types (JsonObject *spec, gboolean ingress, gboolean egress)
{
  JsonArray *types = json_array_new ();

  if (ingress)
    json_array_add_string_element (types, "Ingress");
  if (egress)
    json_array_add_string_element (types, "Egress");
  qd_policy_edit_put (spec, "policyTypes", list_node (types), spec_order);
}

static void
remove_rule (const QdPolicyFix *self, JsonObject *spec)
{
  JsonNode *rules = json_object_get_member (spec, qd_policy_direction_key (self->direction));
  JsonArray *list = rules && JSON_NODE_HOLDS_ARRAY (rules) ? json_node_get_array (rules) : NULL;

  if (list == NULL || self->rule >= json_array_get_length (list))
    return;
  json_array_remove_element (list, self->rule);
  if (self->is_network && self->direction == QD_POLICY_EGRESS && json_array_get_length (list) == 0 &&
      is_empty (json_object_get_member (spec, "policyTypes")))
    write_types (spec, TRUE, TRUE);
}

static void
add_rule (const QdPolicyFix *self, JsonObject *spec)
{
  const char *key = qd_policy_direction_key (self->direction);
  JsonNode *rules = json_object_get_member (spec, key);
  JsonArray *list;

  if (is_empty (rules))
    qd_policy_edit_put (spec, key, list_node (json_array_new ()), spec_order);
  list = json_object_get_array_member (spec, key);
  json_array_add_element (list, json_node_copy (self->value));
}

static void
change_spec (const QdPolicyFix *self, JsonObject *spec)
{
  switch (self->kind)
    {
    case REMOVE_RULE:
      remove_rule (self, spec);
      break;
    case REMOVE_RULES:
      json_object_remove_member (spec, qd_policy_direction_key (self->direction));
      break;
    case WRITE_TYPES:
      write_types (spec, self->types[QD_POLICY_INGRESS], self->types[QD_POLICY_EGRESS]);
      break;
    case WRITE_NOBODY:
      qd_policy_edit_put (spec, qd_policy_direction_key (self->direction), list_node (json_array_new ()), spec_order);
      break;
    case ADD_EGRESS:
      add_rule (self, spec);
      break;
    case REMOVE_POLICY:
    case REMOVE_ENTRY:
    case SET_VALUE:
    default:
      break;
    }
}

static QdYamlFile *
refuse (GError **error)
{
  g_set_error_literal (error, QD_YAML_ERROR, QD_YAML_ERROR_EDIT, _("the text does not allow this change: make it by hand"));
  return NULL;
}

static QdYamlFile *
change_policy (const QdPolicyFix *self, QdYamlSplice *splice, GError **error)
{
  const QdYamlNode *policy = qd_yaml_node_find (qd_yaml_file_get_document (self->file, self->document), self->path);
  g_autoptr (JsonNode) wanted = policy ? qd_yaml_node_to_json (policy) : NULL;
  JsonNode *spec = wanted && JSON_NODE_HOLDS_OBJECT (wanted) ? json_object_get_member (json_node_get_object (wanted), "spec") : NULL;

  if (spec == NULL || !JSON_NODE_HOLDS_OBJECT (spec))
    return refuse (error);
  change_spec (self, json_node_get_object (spec));
  return qd_yaml_become (self->file, self->document, self->path, wanted, splice, error);
}

/* --- A whole document ------------------------------------------------------------------------------------------- */

/* Whether the line that begins at @offset ends one document and begins another. */
static gboolean
is_separator (const char *text, gsize length, gsize offset)
{
  return offset + 3 <= length && memcmp (text + offset, "---", 3) == 0 &&
         (offset + 3 == length || strchr (" \t\r\n", text[offset + 3]) != NULL);
}

static gsize
line_of (const char *text, gsize offset)
{
  while (offset > 0 && text[offset - 1] != '\n')
    offset--;
  return offset;
}

/* From its own separator (or, of the first document, which may have none, the comment right above it) to the next one. */
static void
find_document (const QdPolicyFix *self, gsize *first, gsize *last)
{
  gsize length;
  const char *text = g_bytes_get_data (qd_yaml_file_get_bytes (self->file), &length);
  QdYamlSpan span = qd_yaml_node_get_span (qd_yaml_file_get_document (self->file, self->document));
  gsize own = line_of (text, MIN (span.start, length)), start = own, end = MIN (span.end, length);

  while (start > 0 && !is_separator (text, length, start))
    start = line_of (text, start - 1);
  if (!is_separator (text, length, start))
    for (start = own; start > 0 && text[line_of (text, start - 1)] == '#';)
      start = line_of (text, start - 1);
  do
    {
      const char *eol = end < length ? memchr (text + end, '\n', length - end) : NULL;

      end = eol ? (gsize) (eol - text) + 1 : length;
    }
  while (end < length && !is_separator (text, length, end));
  *first = start;
  *last = end;
}

/* The other documents say what they said. */
static gboolean
only_lacks (QdYamlFile *before, QdYamlFile *after, guint document)
{
  guint n = qd_yaml_file_get_n_documents (before);

  if (qd_yaml_file_get_n_documents (after) + 1 != n)
    return FALSE;
  for (guint i = 0; i + 1 < n; i++)
    if (!qd_yaml_node_equal (qd_yaml_file_get_document (after, i), qd_yaml_file_get_document (before, i < document ? i : i + 1)))
      return FALSE;
  return TRUE;
}

static QdYamlFile *
remove_document (const QdPolicyFix *self, QdYamlSplice *splice, GError **error)
{
  gsize first, last;
  g_auto (QdYamlSplice) made = { 0 };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (QdYamlFile) changed = NULL;

  find_document (self, &first, &last);
  made = (QdYamlSplice) { first, last - first, 0, g_strdup ("") };
  bytes = qd_yaml_splice_apply (&made, qd_yaml_file_get_bytes (self->file));
  changed = qd_yaml_file_new (qd_yaml_file_get_name (self->file), bytes, NULL);
  if (changed == NULL || !only_lacks (self->file, changed, self->document))
    return refuse (error);
  if (splice)
    {
      *splice = made;
      made = (QdYamlSplice) { 0 };
    }
  return g_steal_pointer (&changed);
}

QdYamlFile *
qd_policy_fix_apply (const QdPolicyFix *self, QdYamlSplice *splice, GError **error)
{
  switch (self->kind)
    {
    case REMOVE_POLICY:
      if (*self->path == '\0')
        return remove_document (self, splice, error);
      G_GNUC_FALLTHROUGH;
    case REMOVE_ENTRY:
      return qd_yaml_edit_remove (self->file, self->document, self->path, splice, error);
    case SET_VALUE:
      return qd_yaml_edit_set (self->file, self->document, self->path, self->value, splice, error);
    case REMOVE_RULE:
    case REMOVE_RULES:
    case WRITE_TYPES:
    case WRITE_NOBODY:
    case ADD_EGRESS:
    default:
      return change_policy (self, splice, error);
    }
}
