/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-store"

#include "config.h"
#include "qd-store-row.h"

#include <math.h>
#include <string.h>

#include "qd-json.h"

#define MAX_FIELDS 64
#define ONE_VALUE 1   /* flag: min, mean, max and last are the same */

struct _QdStoreLayout {
  gint8 to_field[QD_N_KINDS][MAX_FIELDS];
  gint8 to_code[QD_N_KINDS][MAX_FIELDS];
};

/* --- Layouts --------------------------------------------------------------------------------- */

char *
qd_store_layout_dup_text (void)
{
  GString *text = g_string_new ("{");

  for (guint kind = 0; kind < QD_N_KINDS; kind++)
    {
      const QdSchema *schema = qd_schema_get (kind);

      g_string_append_printf (text, "%s\"%s\":[", kind ? "," : "", schema->id);
      for (guint i = 0; i < schema->n_fields; i++)
        g_string_append_printf (text, "%s\"%s\"", i ? "," : "", schema->fields[i].id ? schema->fields[i].id : "");
      g_string_append_c (text, ']');
    }
  g_string_append_c (text, '}');
  return g_string_free (text, FALSE);
}

static void
read_kind (QdStoreLayout *self, QdKind kind, JsonArray *names)
{
  const QdSchema *schema = qd_schema_get (kind);

  for (guint code = 0; code < MIN (json_array_get_length (names), MAX_FIELDS); code++)
    {
      JsonNode *node = json_array_get_element (names, code);
      const char *name = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
      int field = name ? qd_schema_find_field (schema, name) : -1;

      if (field < 0 || field >= MAX_FIELDS)
        continue;
      self->to_field[kind][code] = field;
      self->to_code[kind][field] = code;
    }
}

QdStoreLayout *
qd_store_layout_parse (const char *text)
{
  g_autoptr (JsonNode) node = qd_json_parse (text, -1, "layout", NULL);
  JsonObject *object = qd_json_object (node);
  QdStoreLayout *self;

  if (object == NULL)
    return NULL;
  self = g_new (QdStoreLayout, 1);
  memset (self->to_field, -1, sizeof self->to_field);
  memset (self->to_code, -1, sizeof self->to_code);
  for (guint kind = 0; kind < QD_N_KINDS; kind++)
    {
      JsonArray *names = qd_json_get_array (object, qd_schema_get (kind)->id);

      if (names)
        read_kind (self, kind, names);
    }
  return self;
}

void
qd_store_layout_free (QdStoreLayout *self)
{
  g_free (self);
}

int
qd_store_layout_map (QdStoreLayout *self, QdKind kind, guint code)
{
  return code < MAX_FIELDS ? self->to_field[kind][code] : -1;
}

int
qd_store_layout_unmap (QdStoreLayout *self, QdKind kind, guint field)
{
  return field < MAX_FIELDS ? self->to_code[kind][field] : -1;
}

/* --- Writing --------------------------------------------------------------------------------- */

static void
put_u8 (GByteArray *bytes, guint8 value)
{
  g_byte_array_append (bytes, &value, 1);
}

static void
put_u64 (GByteArray *bytes, guint64 value)
{
  value = GUINT64_TO_LE (value);
  g_byte_array_append (bytes, (const guint8 *) &value, sizeof value);
}

static void
put_double (GByteArray *bytes, double value)
{
  guint64 bits;

  memcpy (&bits, &value, sizeof bits);
  put_u64 (bytes, bits);
}

static void
put_text (GByteArray *bytes, const char *text)
{
  gsize length = strlen (text);
  guint32 stored = GUINT32_TO_LE ((guint32) length);

  g_byte_array_append (bytes, (const guint8 *) &stored, sizeof stored);
  g_byte_array_append (bytes, (const guint8 *) text, length);
}

static void
put_value (GByteArray *bytes, guint field, const QdValue *value)
{
  put_u8 (bytes, field);
  put_u8 (bytes, value->type);
  switch (value->type)
    {
    case QD_VALUE_BOOL:
    case QD_VALUE_STATUS:
      put_u8 (bytes, value->v.i);
      break;
    case QD_VALUE_INT:
    case QD_VALUE_TIME:
      put_u64 (bytes, value->v.i);
      break;
    case QD_VALUE_DOUBLE:
      put_double (bytes, value->v.d);
      break;
    case QD_VALUE_STRING:
    case QD_VALUE_JSON:
      put_text (bytes, value->v.s);
      break;
    case QD_VALUE_NONE:
      break;
    }
}

void
qd_store_row_encode (GByteArray *bytes, QdEntity *entity)
{
  const QdSchema *schema = qd_entity_get_schema (entity);

  for (guint i = 0; i < schema->n_fields; i++)
    {
      const QdValue *value = qd_entity_get (entity, i);

      if (value->type != QD_VALUE_NONE)
        put_value (bytes, i, value);
    }
}

/* --- Texts ----------------------------------------------------------------------------------- */

/* As many as a fleet of a thousand sites has, some times over; longer ones are rarely the same. */
#define N_TEXTS 8192
#define LONGEST_TEXT 64

/* Where two meet, the later one stays. */
struct _QdStoreTexts { GRefString *kept[N_TEXTS]; };

QdStoreTexts *
qd_store_texts_new (void)
{
  return g_new0 (QdStoreTexts, 1);
}

void
qd_store_texts_free (QdStoreTexts *self)
{
  for (guint i = 0; i < N_TEXTS; i++)
    g_clear_pointer (&self->kept[i], g_ref_string_release);
  g_free (self);
}

/**
 * qd_store_texts_take:
 * @text: (array length=length): UTF-8, which need not end with a NUL
 *
 * Returns: (transfer full): the text, the very same as the last time where it is still kept
 */
GRefString *
qd_store_texts_take (QdStoreTexts *self, const char *text, gsize length)
{
  guint32 hash = 2166136261u;   /* FNV-1a */
  GRefString **slot;

  if (length > LONGEST_TEXT)
    return g_ref_string_new_len (text, (gssize) length);
  for (gsize i = 0; i < length; i++)
    hash = (hash ^ (guint8) text[i]) * 16777619u;
  slot = &self->kept[(hash ^ hash >> 16) % N_TEXTS];
  if (*slot == NULL || g_ref_string_length (*slot) != length || memcmp (*slot, text, length) != 0)
    {
      g_clear_pointer (slot, g_ref_string_release);
      *slot = g_ref_string_new_len (text, (gssize) length);
    }
  return g_ref_string_acquire (*slot);
}

/* --- Reading --------------------------------------------------------------------------------- */

typedef struct { const guint8 *at, *end; QdStoreTexts *texts; gboolean damaged; } Reader;

static const guint8 *
take (Reader *reader, gsize length)
{
  const guint8 *at = reader->at;

  if ((gsize) (reader->end - at) < length)
    {
      reader->damaged = TRUE;
      return NULL;
    }
  reader->at += length;
  return at;
}

static guint8
take_u8 (Reader *reader)
{
  const guint8 *at = take (reader, 1);

  return at ? *at : 0;
}

static guint64
take_u64 (Reader *reader)
{
  const guint8 *at = take (reader, 8);
  guint64 value = 0;

  if (at)
    memcpy (&value, at, sizeof value);
  return GUINT64_FROM_LE (value);
}

static QdValue
take_text (Reader *reader, QdType type)
{
  const guint8 *at = take (reader, 4);
  guint32 length = 0;

  if (at)
    memcpy (&length, at, sizeof length);
  length = GUINT32_FROM_LE (length);
  at = reader->damaged ? NULL : take (reader, length);
  if (at == NULL)
    return QD_NO_VALUE;
  return (QdValue) { .v.s = qd_store_texts_take (reader->texts, (const char *) at, length), .type = type };
}

static QdValue
take_value (Reader *reader, guint type)
{
  guint64 bits;
  double number;
  guint8 status;

  switch (type)
    {
    case QD_VALUE_BOOL:
      return qd_value_bool (take_u8 (reader));
    case QD_VALUE_STATUS:
      status = take_u8 (reader);
      return qd_value_status (MIN (status, QD_STATUS_DOWN));
    case QD_VALUE_INT:
      return qd_value_int (take_u64 (reader));
    case QD_VALUE_TIME:
      return qd_value_time (take_u64 (reader));
    case QD_VALUE_DOUBLE:
      bits = take_u64 (reader);
      memcpy (&number, &bits, sizeof number);
      return qd_value_double (number);
    case QD_VALUE_STRING:
    case QD_VALUE_JSON:
      return take_text (reader, type);
    default:
      reader->damaged = TRUE;
      return QD_NO_VALUE;
    }
}

gboolean
qd_store_row_decode (QdDelta *delta, QdStoreLayout *layout, QdStoreTexts *texts, QdKind kind, const guint8 *data, gsize length)
{
  Reader reader = { data, data + length, texts, FALSE };

  while (reader.at < reader.end)
    {
      guint code = take_u8 (&reader), type = take_u8 (&reader);
      QdValue value = reader.damaged ? QD_NO_VALUE : take_value (&reader, type);
      int field = qd_store_layout_map (layout, kind, code);

      if (reader.damaged)
        {
          qd_value_clear (&value);
          return FALSE;
        }
      if (field >= 0)
        qd_delta_set (delta, field, value);
      else
        qd_value_clear (&value);
    }
  return TRUE;
}

/* --- Minutes --------------------------------------------------------------------------------- */

static void
put_float (GByteArray *bytes, double value)
{
  float narrow = (float) value;
  guint32 bits;

  memcpy (&bits, &narrow, sizeof bits);
  bits = GUINT32_TO_LE (bits);
  g_byte_array_append (bytes, (const guint8 *) &bits, sizeof bits);
}

static double
take_float (Reader *reader)
{
  const guint8 *at = take (reader, 4);
  guint32 bits = 0;
  float narrow;

  if (at)
    memcpy (&bits, at, sizeof bits);
  bits = GUINT32_FROM_LE (bits);
  memcpy (&narrow, &bits, sizeof narrow);
  return narrow;
}

void
qd_store_minute_encode (GByteArray *bytes, const QdStoreMinute *minutes, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      const QdStoreMinute *m = &minutes[i];
      guint16 count = GUINT16_TO_LE (MIN (m->n, G_MAXUINT16));
      gboolean one = m->min == m->max;

      put_u8 (bytes, m->field);
      put_u8 (bytes, one ? ONE_VALUE : 0);
      g_byte_array_append (bytes, (const guint8 *) &count, sizeof count);
      put_float (bytes, m->last);
      if (one)
        continue;
      put_float (bytes, m->min);
      put_float (bytes, m->max);
      put_float (bytes, m->sum / MAX (m->n, 1));
    }
}

guint
qd_store_minute_decode (QdStoreMinute *minutes, guint max, const guint8 *data, gsize length)
{
  Reader reader = { data, data + length, NULL, FALSE };
  guint n = 0;

  while (reader.at < reader.end && n < max)
    {
      QdStoreMinute *m = &minutes[n];
      guint8 flags;
      const guint8 *count;

      m->field = take_u8 (&reader);
      flags = take_u8 (&reader);
      count = take (&reader, 2);
      m->n = count ? count[0] | count[1] << 8 : 0;
      m->last = m->min = m->max = take_float (&reader);
      m->sum = m->last * m->n;
      if (!(flags & ONE_VALUE))
        {
          m->min = take_float (&reader);
          m->max = take_float (&reader);
          m->sum = take_float (&reader) * m->n;
        }
      if (reader.damaged)
        break;
      n++;
    }
  return n;
}

void
qd_store_minute_merge (QdStoreMinute *minutes, guint *n, const QdStoreMinute *later, guint n_later)
{
  for (guint i = 0; i < n_later; i++)
    {
      QdStoreMinute *same = NULL;

      for (guint j = 0; j < *n && same == NULL; j++)
        if (minutes[j].field == later[i].field)
          same = &minutes[j];
      if (same == NULL && *n < QD_STORE_MAX_MINUTES)
        minutes[(*n)++] = later[i];
      if (same == NULL)
        continue;
      same->n += later[i].n;
      same->sum += later[i].sum;
      same->min = MIN (same->min, later[i].min);
      same->max = MAX (same->max, later[i].max);
      same->last = later[i].last;
    }
}
