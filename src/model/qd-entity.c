/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-model"

#include "config.h"

#include "qd-entity-private.h"

#include <math.h>
#include <string.h>

#include "qd-json.h"
#include "qd-words.h"

G_DEFINE_FINAL_TYPE (QdEntity, qd_entity, G_TYPE_OBJECT)

static guint changed_signal;
static const QdValue absent = { .type = QD_VALUE_NONE };

static void
qd_entity_finalize (GObject *object)
{
  QdEntity *self = QD_ENTITY (object);

  for (guint i = 0; i < self->schema->n_fields; i++)
    qd_value_clear (&self->values[i]);
  g_free (self->values);
  g_free (self->search_text);
  g_clear_pointer (&self->key.id, g_ref_string_release);
  G_OBJECT_CLASS (qd_entity_parent_class)->finalize (object);
}

static void
qd_entity_class_init (QdEntityClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_entity_finalize;

  /**
   * QdEntity::changed:
   * @mask: the fields that changed, bit = field number
   */
  changed_signal = g_signal_new ("changed", QD_TYPE_ENTITY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_UINT64);
}

static void
qd_entity_init (QdEntity *self)
{
  self->schema = qd_schema_get (QD_KIND_CONNECTION);
}

/* --- For the room --- */

QdEntity *
qd_entity_new (const QdKey *key, guint64 serial)
{
  QdEntity *self = g_object_new (QD_TYPE_ENTITY, NULL);

  self->key = *key;
  g_ref_string_acquire (self->key.id);
  self->schema = qd_schema_get (key->kind);
  self->values = g_new0 (QdValue, self->schema->n_fields);
  self->serial = serial;
  self->is_paper = qd_connection_is_paper (key->connection);
  self->is_new = TRUE;
  return self;
}

gboolean
qd_entity_set (QdEntity *self, guint field, QdValue value)
{
  if (qd_value_equal (&self->values[field], &value))
    {
      qd_value_clear (&value);
      return FALSE;
    }
  qd_value_clear (&self->values[field]);
  self->values[field] = value;
  self->mask |= QD_FIELD_BIT (field);
  if (self->search_text != NULL && self->schema->fields[field].searched)
    g_clear_pointer (&self->search_text, g_free);
  return TRUE;
}

void
qd_entity_tell (QdEntity *self)
{
  guint64 mask = self->mask;

  self->mask = 0;
  if (mask != 0)
    g_signal_emit (self, changed_signal, 0, mask);
}

/* --- For everyone --- */

gboolean
qd_connection_is_paper (const char *connection)
{
  return connection != NULL && g_str_has_prefix (connection, QD_PAPER_PREFIX);
}

gboolean
qd_entity_is_paper (QdEntity *self)
{
  return self->is_paper;
}

const QdKey *
qd_entity_get_key (QdEntity *self)
{
  return &self->key;
}

QdKind
qd_entity_get_kind (QdEntity *self)
{
  return self->key.kind;
}

const char *
qd_entity_get_id (QdEntity *self)
{
  return self->key.id;
}

const char *
qd_entity_get_connection (QdEntity *self)
{
  return self->key.connection;
}

gboolean
qd_entity_is_listed (QdEntity *self)
{
  return qd_entity_listed (self);
}

const char *
qd_entity_get_place (QdEntity *self)
{
  const char *acts_on = self->key.kind == QD_KIND_JOB     ? qd_entity_get_string (self, QD_JOB_ACTS_ON)
                        : self->key.kind == QD_KIND_AUDIT ? qd_entity_get_string (self, QD_AUDIT_CONNECTION)
                                                          : NULL;

  return acts_on != NULL ? acts_on : self->key.connection;
}

gboolean
qd_entity_belongs (QdEntity *self, const char *connection)
{
  if (connection == NULL)
    return qd_entity_listed_anywhere (self);
  if (self->key.connection == connection)
    return qd_entity_listed (self);
  return g_str_equal (qd_entity_get_place (self), connection) && qd_entity_listed (self);
}

const QdSchema *
qd_entity_get_schema (QdEntity *self)
{
  return self->schema;
}

/**
 * qd_entity_get_name:
 *
 * Returns: (transfer none): its name, or its id when it has none; never %NULL
 */
const char *
qd_entity_get_name (QdEntity *self)
{
  const char *name = qd_entity_get_string (self, QD_FIELD_NAME);

  return name != NULL && *name != '\0' ? name : self->key.id;
}

QdStatus
qd_entity_get_status (QdEntity *self)
{
  const QdValue *value = &self->values[QD_FIELD_STATUS];

  return value->type == QD_VALUE_STATUS ? (QdStatus) value->v.i : QD_STATUS_NONE;
}

/**
 * qd_entity_get:
 *
 * Returns: (transfer none): the field's value, valid until the next drain; never %NULL
 */
const QdValue *
qd_entity_get (QdEntity *self, guint field)
{
  g_return_val_if_fail (field < self->schema->n_fields, &absent);
  return &self->values[field];
}

/**
 * qd_entity_get_string:
 *
 * Returns: (transfer none) (nullable): a string's or JSON text's characters, valid until the next
 *   drain; %NULL when absent
 */
const char *
qd_entity_get_string (QdEntity *self, guint field)
{
  const QdValue *value = qd_entity_get (self, field);

  return value->type == QD_VALUE_STRING || value->type == QD_VALUE_JSON ? value->v.s : NULL;
}

gboolean
qd_entity_get_double (QdEntity *self, guint field, double *value)
{
  const QdValue *v = qd_entity_get (self, field);

  if (v->type == QD_VALUE_DOUBLE)
    {
      if (!isfinite (v->v.d))
        return FALSE;
      *value = v->v.d;
      return TRUE;
    }
  if (v->type != QD_VALUE_INT && v->type != QD_VALUE_BOOL)
    return FALSE;
  *value = (double) v->v.i;
  return TRUE;
}

/**
 * qd_entity_get_int:
 * @value: (out): the integer, time, status or boolean; untouched when there is none
 */
gboolean
qd_entity_get_int (QdEntity *self, guint field, gint64 *value)
{
  const QdValue *v = qd_entity_get (self, field);

  if (v->type != QD_VALUE_INT && v->type != QD_VALUE_BOOL && v->type != QD_VALUE_TIME && v->type != QD_VALUE_STATUS)
    return FALSE;
  *value = v->v.i;
  return TRUE;
}

gint64
qd_entity_get_stamp (QdEntity *self)
{
  return self->stamp_us;
}

gint64
qd_entity_get_changed_at (QdEntity *self)
{
  return self->changed_at_us;
}

void
qd_search_append (GString *out, const char *text)
{
  gsize before = out->len, n = strlen (text);
  const char *p = text;
  char *o;

  g_string_set_size (out, before + n);
  o = out->str + before;
  while (*p != '\0' && (guchar) *p < 0x80)
    {
      char c = *p++;
      *o++ = c >= 'A' && c <= 'Z' ? c + 32 : c;
    }
  g_string_truncate (out, (gsize) (o - out->str));
  for (; *p != '\0'; p = g_utf8_next_char (p))
    {
      if ((guchar) *p < 0x80)
        g_string_append_c (out, g_ascii_tolower (*p));
      else
        g_string_append_unichar (out, g_unichar_tolower (g_utf8_get_char (p)));
    }
}

static guint64
searched_mask (const QdSchema *schema)
{
  static guint64 masks[QD_N_KINDS];
  guint64 *mask = &masks[schema->kind];

  if (*mask == 0)
    for (guint i = 0; i < schema->n_fields; i++)
      if (schema->fields[i].searched)
        *mask |= QD_FIELD_BIT (i);
  return *mask;
}

/* The text, and what people read in its place. */
static void
append_text (GString *out, QdKind kind, guint field, const char *text)
{
  QdWords words = qd_words_get (kind, field);
  const char *read = words != NULL ? words (text) : text;

  qd_search_append (out, text);
  if (read == text)
    return;
  g_string_append_c (out, '\n');
  qd_search_append (out, read);
}

/**
 * qd_entity_get_search_text:
 *
 * The id and the searched fields in lower case, a line each, and those that people read in other words in these too.
 * Made when first asked for and kept until one of them changes.
 *
 * Returns: (transfer none): valid until the next drain
 */
const char *
qd_entity_get_search_text (QdEntity *self)
{
  if (self->search_text != NULL)
    return self->search_text;

  /* One for all, as this is the main thread: a first search makes a hundred thousand of these texts. */
  static GString *out;
  if (out == NULL)
    out = g_string_sized_new (1024);
  g_string_truncate (out, 0);
  qd_search_append (out, self->key.id);
  for (guint64 left = searched_mask (self->schema); left != 0; left &= left - 1)
    {
      guint i = (guint) __builtin_ctzll (left);
      const QdValue *value = &self->values[i];

      if (value->type == QD_VALUE_NONE)
        continue;
      g_string_append_c (out, '\n');
      if (value->type == QD_VALUE_STRING || value->type == QD_VALUE_JSON)
        append_text (out, self->key.kind, i, value->v.s);
      else
        {
          g_autofree char *text = qd_value_to_text (value, &self->schema->fields[i]);
          qd_search_append (out, text);
        }
    }
  self->search_text = g_strndup (out->str, out->len);
  return self->search_text;
}

/**
 * qd_entity_format:
 *
 * Returns: (transfer full): the field as a person reads it, without its unit
 */
char *
qd_entity_format (QdEntity *self, guint field)
{
  return qd_value_format (qd_entity_get (self, field), &self->schema->fields[field]);
}

static void
add_value (JsonBuilder *builder, const QdValue *value, const QdField *field)
{
  JsonNode *node;

  switch (value->type)
    {
    case QD_VALUE_BOOL:
      json_builder_add_boolean_value (builder, value->v.i != 0);
      return;
    case QD_VALUE_INT:
      json_builder_add_int_value (builder, value->v.i);
      return;
    case QD_VALUE_DOUBLE:
      if (isfinite (value->v.d))
        json_builder_add_double_value (builder, value->v.d);
      else
        json_builder_add_null_value (builder);
      return;
    case QD_VALUE_JSON:
      node = qd_json_parse (value->v.s, -1, field->id, NULL);
      /* What is not JSON after all is shown as the text it is. */
      if (node != NULL)
        json_builder_add_value (builder, node);
      else
        json_builder_add_string_value (builder, value->v.s);
      return;
    default:
      {
        g_autofree char *text = qd_value_to_text (value, field);
        json_builder_add_string_value (builder, text);
      }
    }
}

/**
 * qd_entity_add_json:
 * @builder: where the object is added
 *
 * Adds {"id":…,"connection":…} and every field that is there, by its name for machines.
 */
void
qd_entity_add_json (QdEntity *self, JsonBuilder *builder)
{
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "id");
  json_builder_add_string_value (builder, self->key.id);
  json_builder_set_member_name (builder, "connection");
  json_builder_add_string_value (builder, self->key.connection);
  for (guint i = 0; i < self->schema->n_fields; i++)
    if (self->values[i].type != QD_VALUE_NONE)
      {
        json_builder_set_member_name (builder, self->schema->fields[i].id);
        add_value (builder, &self->values[i], &self->schema->fields[i]);
      }
  json_builder_end_object (builder);
}
