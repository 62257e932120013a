/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-yaml-private.h"

/* Entries from which on a map gets a hash table. */
#define INDEX_FROM 12
#define NONE G_MAXUINT32

/* What is only known while a file is read, beside each node. */
typedef struct {
  guint32 weight;     /* values that it stands for, through its aliases; stops at the bound */
  guint32 seen;       /* of a key in a map that is being closed */
  guint16 height;     /* values inside one another */
} Extra;

typedef struct { guint32 node; guint base; } Open;

struct _QdYamlBuilder {
  QdYamlFile *file;
  GArray *extra;             /* Extra, one for each node */
  GArray *stack;             /* guint32: children of what is open */
  GArray *open;              /* Open */
  GHashTable *anchors;       /* name → node number */
  GArray *key_slots;         /* guint32: hash table of the file's keys, key number + 1 */
  GArray *key_seen;          /* Seen, one for each key: where it last stood */
  guint64 expansion;
};

typedef struct { guint32 map, node; } Seen;

static QdYamlNode *
node_at (QdYamlBuilder *self, guint32 i)
{
  return &g_array_index (self->file->nodes, QdYamlNode, i);
}

static Extra *
extra_at (QdYamlBuilder *self, guint32 i)
{
  return &g_array_index (self->extra, Extra, i);
}

static gboolean
fault (QdYamlBuilder *self, gsize at, QdYamlError code, const char *cause, GError **error)
{
  return qd_yaml_fault_at (self->file, at, code, cause, error);
}

/* --- Keys --- */

/* Seeded anew in each process: files from outside cannot be made to collide. */
guint32
qd_yaml_hash (const char *text, gsize length)
{
  static gsize ready;
  static guint64 seed, factor;
  guint64 hash, word;

  if (g_once_init_enter (&ready))
    {
      seed = (guint64) g_random_int () << 32 | g_random_int ();
      factor = (guint64) g_random_int () << 32 | g_random_int () | 1;
      g_once_init_leave (&ready, 1);
    }
  for (hash = seed ^ length; length > 0; length -= MIN (length, 8), text += 8)
    {
      word = 0;
      memcpy (&word, text, MIN (length, 8));
      hash = (hash ^ word) * factor;
      hash ^= hash >> 29;
      hash *= G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
      hash ^= hash >> 32;
    }
  return (guint32) hash;
}

static guint
hash_name (gconstpointer name)
{
  return qd_yaml_hash (name, strlen (name));
}

static void
grow_keys (QdYamlBuilder *self)
{
  guint n = self->key_slots->len * 2;

  g_array_set_size (self->key_slots, 0);
  g_array_set_size (self->key_slots, n);
  for (guint i = 0; i < self->file->keys->len; i++)
    {
      guint slot = g_array_index (self->file->keys, QdYamlKey, i).hash & (n - 1);

      while (g_array_index (self->key_slots, guint32, slot) != 0)
        slot = (slot + 1) & (n - 1);
      g_array_index (self->key_slots, guint32, slot) = i + 1;
    }
}

/* The number of the key of that text, which stands in the file's text at @text. */
static guint32
intern (QdYamlBuilder *self, guint32 text, guint32 length)
{
  const char *bytes = (const char *) self->file->text->data;
  QdYamlKey key = { text, length, qd_yaml_hash (bytes + text, length) };
  guint slot = key.hash & (self->key_slots->len - 1);
  guint32 found;

  while ((found = g_array_index (self->key_slots, guint32, slot)) != 0)
    {
      const QdYamlKey *other = &g_array_index (self->file->keys, QdYamlKey, found - 1);

      if (other->hash == key.hash && other->length == length && memcmp (bytes + other->text, bytes + text, length) == 0)
        return found - 1;
      slot = (slot + 1) & (self->key_slots->len - 1);
    }
  g_array_append_val (self->file->keys, key);
  g_array_append_vals (self->key_seen, &(Seen) { NONE, NONE }, 1);
  g_array_index (self->key_slots, guint32, slot) = self->file->keys->len;
  if (self->file->keys->len * 2 > self->key_slots->len)
    grow_keys (self);
  return self->file->keys->len - 1;
}

static guint32
add_text (QdYamlBuilder *self, const char *text, gsize length)
{
  guint32 at = self->file->text->len;

  g_byte_array_append (self->file->text, (const guint8 *) text, (guint) length);
  g_byte_array_append (self->file->text, (const guint8 *) "", 1);
  return at;
}

/* Makes a key of the scalar @i: what is written as a number or a boolean becomes the string that the API makes of it. */
static gboolean
make_key (QdYamlBuilder *self, guint32 i, GError **error)
{
  QdYamlNode *node = node_at (self, i);
  g_autofree char *string = NULL;
  QdYamlScalar scalar;

  if (node->type == QD_YAML_MAP || node->type == QD_YAML_SEQ)
    return fault (self, node->start, QD_YAML_ERROR_SYNTAX, _("a key is a map or a sequence; it must be a string"), error);
  if (node->type == QD_YAML_STRING)
    {
      node->extra = intern (self, node->first, node->length);
      return TRUE;
    }
  qd_yaml_resolve ((const char *) self->file->text->data + node->first, node->length, &scalar);
  if (node->type == QD_YAML_NULL || (string = qd_yaml_scalar_dup_key (&scalar)) == NULL)
    return fault (self, node->start, QD_YAML_ERROR_SYNTAX, _("a key is empty or null, or a number too large for one; put it in quotes"), error);
  /* Both texts, one after the other. */
  g_autofree char *written = g_strndup ((const char *) self->file->text->data + node->first, node->length);
  node->first = add_text (self, written, node->length);
  node->extra = intern (self, add_text (self, string, strlen (string)), (guint32) strlen (string));
  node->flags |= QD_YAML_FLAG_COERCED;
  node->type = QD_YAML_STRING;
  return TRUE;
}

/* --- Adding nodes --- */

QdYamlBuilder *
qd_yaml_builder_new (QdYamlFile *file)
{
  QdYamlBuilder *self = g_new0 (QdYamlBuilder, 1);

  self->file = file;
  self->extra = g_array_new (FALSE, FALSE, sizeof (Extra));
  self->stack = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->open = g_array_new (FALSE, FALSE, sizeof (Open));
  self->anchors = g_hash_table_new_full (hash_name, g_str_equal, g_free, NULL);
  self->key_slots = g_array_new (FALSE, TRUE, sizeof (guint32));
  self->key_seen = g_array_new (FALSE, FALSE, sizeof (Seen));
  g_array_set_size (self->key_slots, 256);
  return self;
}

void
qd_yaml_builder_free (QdYamlBuilder *self)
{
  g_array_unref (self->extra);
  g_array_unref (self->stack);
  g_array_unref (self->open);
  g_hash_table_unref (self->anchors);
  g_array_unref (self->key_slots);
  g_array_unref (self->key_seen);
  g_free (self);
}

void
qd_yaml_builder_begin_document (QdYamlBuilder *self)
{
  g_hash_table_remove_all (self->anchors);
}

static guint32
add_node (QdYamlBuilder *self, QdYamlType type, QdYamlStyle style, gsize start, gsize end, const char *anchor, gboolean tagged)
{
  QdYamlNode node = { .file = self->file, .start = (guint32) start, .end = (guint32) end, .type = (guint8) type,
                      .style = (guint8) style };
  guint32 i = self->file->nodes->len;

  node.flags = (guint8) ((anchor != NULL ? QD_YAML_FLAG_ANCHOR : 0) | (tagged ? QD_YAML_FLAG_TAG : 0));
  g_array_append_val (self->file->nodes, node);
  g_array_append_vals (self->extra, &(Extra) { 1, NONE, 1 }, 1);
  if (anchor != NULL)
    g_hash_table_insert (self->anchors, g_strdup (anchor), GUINT_TO_POINTER (i));
  return i;
}

/* Puts node @i into what is open. */
static void
place (QdYamlBuilder *self, guint32 i)
{
  if (self->open->len == 0)
    g_array_append_val (self->file->documents, i);
  else
    g_array_append_val (self->stack, i);
}

static guint
depth_of (QdYamlBuilder *self)
{
  return self->open->len;
}

static gboolean
too_deep (QdYamlBuilder *self, gsize at, GError **error)
{
  g_autofree char *cause = g_strdup_printf (_("values are nested more than %d deep"), QD_YAML_MAX_DEPTH);

  return fault (self, at, QD_YAML_ERROR_TOO_DEEP, cause, error);
}

/* Whether what comes next is a key. */
static gboolean
at_key (QdYamlBuilder *self)
{
  const Open *open = self->open->len > 0 ? &g_array_index (self->open, Open, self->open->len - 1) : NULL;

  return open != NULL && node_at (self, open->node)->type == QD_YAML_MAP && (self->stack->len - open->base) % 2 == 0;
}

/* The whole text of a tag that is one of YAML's own, else NULL: others say nothing to the API. */
static const char *
known_tag (const char *tag)
{
  static const char prefix[] = "tag:yaml.org,2002:";

  return tag != NULL && g_str_has_prefix (tag, prefix) ? tag + strlen (prefix) : NULL;
}

/* Makes of @scalar what its tag @tag says. */
static gboolean
apply_tag (QdYamlBuilder *self, const char *tag, gsize start, const char *text, QdYamlScalar *scalar, GError **error)
{
  static const struct { const char *tag; QdYamlType type; } types[] = {
    { "bool", QD_YAML_BOOL }, { "int", QD_YAML_INT }, { "float", QD_YAML_FLOAT }, { "null", QD_YAML_NULL },
  };
  g_autofree char *cause = NULL;
  gboolean good = TRUE;
  guint i = 0;

  while (i < G_N_ELEMENTS (types) && strcmp (types[i].tag, tag) != 0)
    i++;
  if (i < G_N_ELEMENTS (types))
    {
      if (types[i].type == QD_YAML_FLOAT && scalar->is_int)
        scalar->type = QD_YAML_FLOAT;
      good = scalar->type == types[i].type;
    }
  else if (strcmp (tag, "timestamp") == 0)
    good = scalar->type == QD_YAML_STRING && strspn (text, "0123456789") == 4 && text[4] == '-';
  else
    scalar->type = QD_YAML_STRING;
  if (good)
    return TRUE;
  cause = g_strdup_printf (_("“%s” is not what its tag !!%s says"), text, tag);
  return fault (self, start, QD_YAML_ERROR_SYNTAX, cause, error);
}

/* The text of a !!binary, or NULL where it is none that a string can hold. */
static char *
decode_binary (const char *text, gsize *length)
{
  g_autofree guchar *bytes = NULL;

  if (*text == '\0')
    {
      *length = 0;
      return g_strdup ("");
    }
  bytes = g_base64_decode (text, length);
  return *length > 0 && g_utf8_validate_len ((const char *) bytes, *length, NULL) ? g_strndup ((const char *) bytes, *length) : NULL;
}

/**
 * qd_yaml_builder_scalar:
 * @text: (array length=length): what it says, without quotes and escapes; ends in NUL where there is a tag
 *
 * Adds a scalar. Without quotes and tag its type is what qd_yaml_resolve() says.
 */
gboolean
qd_yaml_builder_scalar (QdYamlBuilder *self, gsize start, gsize end, QdYamlStyle style, const char *text, gsize length,
                        const char *anchor, const char *tag, GError **error)
{
  const char *known = known_tag (tag);
  g_autofree char *binary = NULL;
  QdYamlScalar scalar = { .type = QD_YAML_STRING };
  QdYamlNode *node;
  guint32 i;

  if (length > 0 && memchr (text, '\0', length) != NULL)
    return fault (self, start, QD_YAML_ERROR_SYNTAX, _("the text holds a character of value zero"), error);
  if (depth_of (self) >= QD_YAML_MAX_DEPTH)
    return too_deep (self, start, error);
  if (known != NULL && strcmp (known, "binary") == 0)
    {
      if ((binary = decode_binary (text, &length)) == NULL)
        return fault (self, start, QD_YAML_ERROR_SYNTAX, _("what is tagged !!binary is not text in base64"), error);
      text = binary;
    }
  else if (tag == NULL ? style == QD_YAML_STYLE_PLAIN : known != NULL)
    qd_yaml_resolve (text, length, &scalar);
  if (known != NULL && binary == NULL && !apply_tag (self, known, start, text, &scalar, error))
    return FALSE;
  if (scalar.type == QD_YAML_FLOAT && !isfinite (scalar.number) && !at_key (self))
    return fault (self, start, QD_YAML_ERROR_SYNTAX, _("the API has no such number; put it in quotes if it is a name"), error);
  i = add_node (self, scalar.type, style, start, end, anchor, tag != NULL);
  place (self, i);
  node = node_at (self, i);
  node->flags |= scalar.type == QD_YAML_BOOL && scalar.truth ? QD_YAML_FLAG_TRUE : 0;
  node->length = (guint32) length;
  node->first = add_text (self, text, length);
  return TRUE;
}

gboolean
qd_yaml_builder_begin (QdYamlBuilder *self, QdYamlType type, QdYamlStyle style, gsize start, const char *anchor,
                       gboolean tagged, GError **error)
{
  Open open;

  if (depth_of (self) >= QD_YAML_MAX_DEPTH)
    return too_deep (self, start, error);
  open.node = add_node (self, type, style, start, start, anchor, tagged);
  open.base = self->stack->len + (self->open->len > 0 ? 1 : 0);
  place (self, open.node);
  g_array_append_val (self->open, open);
  return TRUE;
}

gboolean
qd_yaml_builder_alias (QdYamlBuilder *self, gsize start, gsize end, const char *name, GError **error)
{
  g_autofree char *cause = NULL;
  gpointer found;
  QdYamlScalar scalar;
  QdYamlNode target;
  Extra extra;
  guint32 i;

  if (!g_hash_table_lookup_extended (self->anchors, name, NULL, &found))
    {
      cause = g_strdup_printf (_("*%s stands for nothing: no &%s comes before it"), name, name);
      return fault (self, start, QD_YAML_ERROR_ALIAS, cause, error);
    }
  for (guint k = 0; k < self->open->len; k++)
    if (g_array_index (self->open, Open, k).node == GPOINTER_TO_UINT (found))
      {
        cause = g_strdup_printf (_("*%s stands for something that it is in itself"), name);
        return fault (self, start, QD_YAML_ERROR_ALIAS, cause, error);
      }
  target = *node_at (self, GPOINTER_TO_UINT (found));
  extra = *extra_at (self, GPOINTER_TO_UINT (found));
  self->expansion += extra.weight;
  if (self->expansion > QD_YAML_MAX_EXPANSION)
    {
      cause = g_strdup_printf (_("the aliases up to here stand for more than %u values"), QD_YAML_MAX_EXPANSION);
      return fault (self, start, QD_YAML_ERROR_ALIAS, cause, error);
    }
  if (depth_of (self) + extra.height > QD_YAML_MAX_DEPTH)
    return too_deep (self, start, error);
  i = add_node (self, target.type, target.style, start, end, NULL, FALSE);
  place (self, i);
  target.start = (guint32) start;
  target.end = (guint32) end;
  if (target.flags & QD_YAML_FLAG_COERCED)
    {
      /* A key of another map: here it is what it is written as. */
      qd_yaml_resolve ((const char *) self->file->text->data + target.first, target.length, &scalar);
      target.type = (guint8) scalar.type;
    }
  target.flags = (target.flags & (QD_YAML_FLAG_TRUE | QD_YAML_FLAG_TAG | QD_YAML_FLAG_MERGED)) | QD_YAML_FLAG_ALIAS;
  *node_at (self, i) = target;
  *extra_at (self, i) = extra;
  return TRUE;
}

/* --- Closing --- */

/* Where an empty value stands, given that it follows the key that ends at @from and is not beyond @to: after the colon,
 * or where there is none, at the end of the key. */
static guint32
place_of_empty (QdYamlBuilder *self, guint32 from, guint32 to)
{
  const char *text = self->file->places.text;

  for (guint32 i = from; i < to; i++)
    if (text[i] == ':')
      return i + 1;
    else if (text[i] == '#')
      while (i + 1 < to && text[i + 1] != '\n' && text[i + 1] != '\r')
        i++;
  return from;
}

static gboolean
is_unwritten (const QdYamlNode *node)
{
  return node->start == node->end;
}

static void
add_index (QdYamlBuilder *self, QdYamlNode *map)
{
  QdYamlFile *file = self->file;
  guint32 size = 16;

  if (map->length < INDEX_FROM)
    return;
  while (size < map->length * 2)
    size *= 2;
  map->extra = file->index->len;
  g_array_append_vals (file->index, &size, 1);
  g_array_set_size (file->index, file->index->len + size);
  for (guint32 i = 0; i < map->length; i++)
    {
      guint32 key = qd_yaml_file_child (file, map->first + i * 2)->extra;
      guint32 slot = g_array_index (file->keys, QdYamlKey, key).hash & (size - 1);

      while (g_array_index (file->index, guint32, map->extra + 1 + slot) != 0)
        slot = (slot + 1) & (size - 1);
      g_array_index (file->index, guint32, map->extra + 1 + slot) = i + 1;
    }
}

static gboolean
is_merge (QdYamlBuilder *self, const QdYamlNode *key)
{
  return key->length == 2 && (key->flags & QD_YAML_FLAG_ALIAS) == 0 && key->type == QD_YAML_STRING &&
         key->style == QD_YAML_STYLE_PLAIN && memcmp (self->file->text->data + key->first, "<<", 2) == 0;
}

static gboolean
twice (QdYamlBuilder *self, guint32 key, guint32 before, const char *words, GError **error)
{
  const QdYamlNode *node = node_at (self, key), *first = node_at (self, before);
  const QdYamlKey *which = &g_array_index (self->file->keys, QdYamlKey, node->extra);
  g_autofree char *cause = NULL;
  guint line, column;

  qd_yaml_places_locate (&self->file->places, first->start, &line, &column);
  cause = g_strdup_printf (words, (const char *) self->file->text->data + which->text, line, column);
  return fault (self, node->start, QD_YAML_ERROR_DUPLICATE, cause, error);
}

/* Notes that @key stands in @map. Returns where it already did, or NONE. */
static guint32
note_key (QdYamlBuilder *self, guint32 map, guint32 key)
{
  Seen *seen = &g_array_index (self->key_seen, Seen, node_at (self, key)->extra);
  guint32 before = seen->map == map ? seen->node : NONE;

  *seen = (Seen) { map, key };
  return before;
}

/* Makes keys of every other child of @map, the open one, and moves the ends of what is not written. */
static gboolean
check_keys (QdYamlBuilder *self, guint32 map, guint base, gboolean *merges, GError **error)
{
  *merges = FALSE;
  for (guint i = base; i + 1 < self->stack->len; i += 2)
    {
      guint32 key = g_array_index (self->stack, guint32, i), before;
      QdYamlNode *value = node_at (self, g_array_index (self->stack, guint32, i + 1));

      if (is_unwritten (value))
        value->start = value->end = place_of_empty (self, node_at (self, key)->end, value->start);
      if (is_merge (self, node_at (self, key)))
        {
          *merges = TRUE;
          node_at (self, key)->extra = intern (self, node_at (self, key)->first, 2);
          continue;
        }
      if (!make_key (self, key, error))
        return FALSE;
      if ((before = note_key (self, map, key)) != NONE)
        return twice (self, key, before, _("the key “%s” is already at line %u, column %u"), error);
    }
  return TRUE;
}

static gboolean
merge_from (QdYamlBuilder *self, guint32 map, guint32 source, GHashTable *taken, GArray *children, GError **error)
{
  const QdYamlNode *node = node_at (self, source);

  if (node->type != QD_YAML_MAP)
    return fault (self, node->start, QD_YAML_ERROR_SYNTAX, _("only maps can be merged with <<"), error);
  for (guint32 i = 0; i < node->length; i++)
    {
      guint32 pair[2] = { g_array_index (self->file->children, guint32, node->first + i * 2),
                          g_array_index (self->file->children, guint32, node->first + i * 2 + 1) };

      if (!g_hash_table_add (taken, GUINT_TO_POINTER (node_at (self, pair[0])->extra)))
        continue;
      g_array_append_vals (children, pair, 2);
      self->expansion += extra_at (self, pair[1])->weight + 1;
      extra_at (self, map)->weight += extra_at (self, pair[1])->weight + 1;
      if (self->expansion > QD_YAML_MAX_EXPANSION)
        return fault (self, node->start, QD_YAML_ERROR_ALIAS, _("what is merged up to here is too much"), error);
    }
  return TRUE;
}

/* Puts a written pair into what a map means, in the place of a merged one of that key. */
static void
take_written (GHashTable *taken, GArray *children, guint32 key, const guint32 *pair)
{
  guint at = GPOINTER_TO_UINT (g_hash_table_lookup (taken, GUINT_TO_POINTER (key)));

  if (at == 0)
    {
      g_array_append_vals (children, pair, 2);
      g_hash_table_insert (taken, GUINT_TO_POINTER (key), GUINT_TO_POINTER (children->len));
      return;
    }
  g_array_index (children, guint32, at - 2) = pair[0];
  g_array_index (children, guint32, at - 1) = pair[1];
}

/* Appends what the value @value of a << brings, each key once. */
static gboolean
merge_value (QdYamlBuilder *self, guint32 map, guint32 value, GArray *children, GError **error)
{
  g_autoptr (GHashTable) now = g_hash_table_new (NULL, NULL);
  const QdYamlNode *node = node_at (self, value);

  if (node->type != QD_YAML_SEQ)
    return merge_from (self, map, value, now, children, error);
  for (guint32 i = 0; i < node->length; i++)
    if (!merge_from (self, map, g_array_index (self->file->children, guint32, node->first + i), now, children, error))
      return FALSE;
  return TRUE;
}

/* What is merged from @from on must not be there before. */
static gboolean
check_merged (QdYamlBuilder *self, guint32 merge, guint from, GHashTable *taken, GArray *children, GError **error)
{
  for (guint i = from; i < children->len; i += 2)
    {
      guint32 key = node_at (self, g_array_index (children, guint32, i))->extra;
      guint at = GPOINTER_TO_UINT (g_hash_table_lookup (taken, GUINT_TO_POINTER (key)));

      if (at != 0)
        {
          /* twice() names the key that the << brings. */
          node_at (self, merge)->extra = key;
          return twice (self, merge, g_array_index (children, guint32, at - 2),
                        _("<< brings the key “%s” of line %u, column %u again, and would win over it; put << first, or merge a list"), error);
        }
      g_hash_table_insert (taken, GUINT_TO_POINTER (key), GUINT_TO_POINTER (i + 2));
    }
  return TRUE;
}

/* What a map with << means. What is written wins over what is merged, and of a list of maps the earlier wins. The API's
 * reader lets a << win over what is written before it, against YAML's own rule: where that matters it is an error here. */
static gboolean
resolve_merges (QdYamlBuilder *self, guint32 map, guint base, GArray *children, GError **error)
{
  g_autoptr (GHashTable) taken = g_hash_table_new (NULL, NULL);   /* key → where its pair ends in children */

  for (guint i = base; i + 1 < self->stack->len; i += 2)
    {
      guint32 pair[2] = { g_array_index (self->stack, guint32, i), g_array_index (self->stack, guint32, i + 1) };
      guint n = children->len;

      if (!is_merge (self, node_at (self, pair[0])))
        take_written (taken, children, node_at (self, pair[0])->extra, pair);
      else if (!merge_value (self, map, pair[1], children, error) || !check_merged (self, pair[0], n, taken, children, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
close_map (QdYamlBuilder *self, const Open *open, GError **error)
{
  gboolean merges;
  QdYamlNode *node;
  QdYamlRange raw = { 0 };
  guint n = self->stack->len - open->base;

  if (!check_keys (self, open->node, open->base, &merges, error))
    return FALSE;
  node = node_at (self, open->node);
  if (merges)
    {
      g_autoptr (GArray) children = g_array_new (FALSE, FALSE, sizeof (guint32));

      if (!resolve_merges (self, open->node, open->base, children, error))
        return FALSE;
      raw.first = self->file->children->len;
      raw.length = n / 2;
      g_array_append_vals (self->file->children, &g_array_index (self->stack, guint32, open->base), n);
      g_hash_table_insert (self->file->raw, GUINT_TO_POINTER (open->node), g_memdup2 (&raw, sizeof raw));
      node->flags |= QD_YAML_FLAG_MERGED;
      node->first = self->file->children->len;
      node->length = children->len / 2;
      g_array_append_vals (self->file->children, children->data, children->len);
    }
  else
    {
      node->first = self->file->children->len;
      node->length = n / 2;
      if (n > 0)
        g_array_append_vals (self->file->children, &g_array_index (self->stack, guint32, open->base), n);
    }
  add_index (self, node);
  return TRUE;
}

static void
close_seq (QdYamlBuilder *self, const Open *open)
{
  QdYamlNode *node = node_at (self, open->node);

  node->first = self->file->children->len;
  node->length = self->stack->len - open->base;
  if (node->length > 0)
    g_array_append_vals (self->file->children, &g_array_index (self->stack, guint32, open->base), node->length);
}

/**
 * qd_yaml_builder_end:
 * @end: where the parser saw the end, which is exact for what has brackets only
 *
 * Closes the map or sequence that was begun last. Without brackets it ends where its last child does.
 */
gboolean
qd_yaml_builder_end (QdYamlBuilder *self, gsize end, GError **error)
{
  Open open = g_array_index (self->open, Open, self->open->len - 1);
  Extra *extra;
  guint32 last = 0;
  QdYamlNode *node;

  if (node_at (self, open.node)->type == QD_YAML_SEQ)
    close_seq (self, &open);
  else if (!close_map (self, &open, error))
    return FALSE;
  extra = extra_at (self, open.node);
  for (guint i = open.base; i < self->stack->len; i++)
    {
      guint32 child = g_array_index (self->stack, guint32, i);

      extra->weight = MIN (extra->weight + extra_at (self, child)->weight, QD_YAML_MAX_EXPANSION + 1);
      extra->height = MAX (extra->height, (guint16) (extra_at (self, child)->height + 1));
      last = MAX (last, node_at (self, child)->end);
    }
  node = node_at (self, open.node);
  node->end = node->style == QD_YAML_STYLE_FLOW && end > 0 && strchr ("]}", self->file->places.text[end - 1]) != NULL &&
              end > last ? (guint32) end : MAX (node->start, last);
  g_array_set_size (self->stack, open.base);
  g_array_set_size (self->open, self->open->len - 1);
  return TRUE;
}
