/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-model"

#include "config.h"

#include "qd-view.h"

#include <string.h>

#include "qd-entity-private.h"
#include "qd-label.h"
#include "qd-time.h"
#include "qd-words.h"

#define MAX_TERMS 32
#define NOT_A_FIELD (-1)

typedef struct {
  char *word;                   /* as a whole, in lower case */
  char *operand;                /* what follows the operator, within word; NULL: there is none */
  char operator;                /* ':', '<', '>' or 0 */
  gboolean negated;
  gboolean is_number, is_time;  /* the operand, */
  double number;                /* read as a number */
  gint64 time_us;               /* or a time */
  char *label;                  /* "label.region:east": "region"; else NULL */
  gint8 fields[QD_N_KINDS];     /* which field of each kind is meant, or NOT_A_FIELD */
} Term;

struct _QdFilter {
  gatomicrefcount refs;
  const char *connection;       /* interned */
  gboolean anywhere;
  guint status_mask;
  Term terms[MAX_TERMS];
  guint n_terms;
};

static void
find_fields (Term *term)
{
  gsize n = (gsize) (term->operand - 1 - term->word);
  g_autofree char *name = g_strndup (term->word, n);

  if (g_str_has_prefix (name, "label.") && name[strlen ("label.")] != '\0' && term->operator == ':')
    term->label = g_strdup (name + strlen ("label."));
  for (int kind = 0; kind < QD_N_KINDS; kind++)
    term->fields[kind] = (gint8) qd_schema_find_field (qd_schema_get ((QdKind) kind), name);
}

/* Takes @word. */
static void
add_term (QdFilter *self, char *word)
{
  Term *term = &self->terms[self->n_terms];
  gsize at;
  char *end;

  if (self->n_terms == MAX_TERMS || *word == '\0' || strcmp (word, "-") == 0)
    {
      g_free (word);
      return;
    }
  self->n_terms++;
  term->negated = *word == '-';
  g_autoptr (GString) lower = g_string_new (NULL);
  qd_search_append (lower, word + term->negated);
  term->word = g_strdup (lower->str);
  g_free (word);
  memset (term->fields, NOT_A_FIELD, sizeof term->fields);
  at = strcspn (term->word, ":<>");
  if (at == 0 || term->word[at] == '\0')
    return;
  term->operator = term->word[at];
  term->operand = term->word + at + 1;
  term->number = g_ascii_strtod (term->operand, &end);
  term->is_number = *term->operand != '\0' && *end == '\0';
  g_autofree char *upper = g_ascii_strup (term->operand, -1);
  g_autofree char *midnight = g_strconcat (upper, "T00:00:00Z", NULL);
  term->is_time = qd_time_parse (upper, &term->time_us) || qd_time_parse (midnight, &term->time_us);
  find_fields (term);
}

/* Words end at white space; within double quotes it belongs to the word. */
static void
split (QdFilter *self, const char *text)
{
  g_autoptr (GString) word = g_string_new (NULL);
  gboolean quoted = FALSE;

  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p == '"')
        quoted = !quoted;
      else if (!quoted && g_ascii_isspace (*p))
        {
          add_term (self, g_strdup (word->str));
          g_string_truncate (word, 0);
        }
      else
        g_string_append_c (word, *p);
    }
  add_term (self, g_strdup (word->str));
}

/**
 * qd_filter_new:
 * @text: (nullable): what was typed; see #QdFilter
 * @connection: (nullable): only things of this one; %QD_FILTER_ANYWHERE: of any
 * @status_mask: only things of these states, a bit 1 << #QdStatus each; 0: all
 *
 * Returns: (transfer full): a filter
 */
QdFilter *
qd_filter_new (const char *text, const char *connection, guint status_mask)
{
  QdFilter *self = g_new0 (QdFilter, 1);

  g_atomic_ref_count_init (&self->refs);
  self->connection = connection != NULL ? g_intern_string (connection) : NULL;
  self->anywhere = g_strcmp0 (connection, QD_FILTER_ANYWHERE) == 0;
  self->status_mask = status_mask;
  if (text != NULL)
    split (self, text);
  return self;
}

QdFilter *
qd_filter_ref (QdFilter *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
qd_filter_unref (QdFilter *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  for (guint i = 0; i < self->n_terms; i++)
    {
      g_free (self->terms[i].word);
      g_free (self->terms[i].label);
    }
  g_free (self);
}

static gboolean
is_yes (const char *word)
{
  return strcmp (word, "yes") == 0 || strcmp (word, "true") == 0 || strcmp (word, "1") == 0;
}

static gboolean
text_contains (const char *text, const char *lower)
{
  g_autoptr (GString) folded = g_string_new (NULL);

  qd_search_append (folded, text);
  return strstr (folded->str, lower) != NULL;
}

/* One of several, as they are typed: "down,degr". */
static gboolean
begins_with_any (const char *text, const char *operand)
{
  for (const char *word = operand; *word != '\0';)
    {
      gsize n = strcspn (word, ",");

      if (n > 0 && strncmp (text, word, n) == 0)
        return TRUE;
      word += n + (word[n] == ',');
    }
  return FALSE;
}

static gboolean
compare_number (char operator, double value, double operand)
{
  switch (operator)
    {
    case '<': return value < operand;
    case '>': return value > operand;
    default: return value == operand;
    }
}

/* The text for programs, or what people read in its place. */
static gboolean
match_text (const Term *term, const char *text, QdWords words)
{
  return term->operator == ':' && (text_contains (text, term->operand) || (words != NULL && text_contains (words (text), term->operand)));
}

static gboolean
match_value (const Term *term, const QdValue *value, const QdField *field, QdWords words)
{
  switch (value->type)
    {
    case QD_VALUE_NONE:
      return FALSE;
    case QD_VALUE_BOOL:
      return term->operator == ':' && (value->v.i != 0) == is_yes (term->operand);
    case QD_VALUE_STATUS:
      return term->operator == ':' && begins_with_any (qd_status_to_string ((QdStatus) value->v.i), term->operand);
    case QD_VALUE_INT:
      return term->is_number && compare_number (term->operator, (double) value->v.i, term->number);
    case QD_VALUE_DOUBLE:
      return term->is_number && compare_number (term->operator, value->v.d, term->number);
    case QD_VALUE_TIME:
      if (term->operator != ':')
        return term->is_time && compare_number (term->operator, (double) value->v.i, (double) term->time_us);
      break;
    case QD_VALUE_STRING:
    case QD_VALUE_JSON:
      return match_text (term, value->v.s, words);
    }
  g_autofree char *text = qd_value_to_text (value, field);
  return text_contains (text, term->operand);
}

static gboolean
match_term (const Term *term, QdEntity *entity)
{
  int field = term->fields[qd_entity_get_kind (entity)];

  if (term->label != NULL)
    {
      g_autofree char *value = qd_entity_dup_label (entity, term->label);

      return value != NULL && text_contains (value, term->operand);
    }
  if (field == NOT_A_FIELD)
    return strstr (qd_entity_get_search_text (entity), term->word) != NULL;
  const QdValue *value = qd_entity_get (entity, (guint) field);
  /* "status:" while one is still typing it: whatever has one. */
  if (*term->operand == '\0')
    return value->type != QD_VALUE_NONE;
  return match_value (term, value, &qd_entity_get_schema (entity)->fields[field], qd_words_get (qd_entity_get_kind (entity), (guint) field));
}

/**
 * qd_filter_match:
 *
 * Returns: whether @entity is listed at all and passes all conditions
 */
gboolean
qd_filter_match (QdFilter *self, QdEntity *entity)
{
  if (self->anywhere ? !qd_entity_is_listed (entity) : !qd_entity_belongs (entity, self->connection))
    return FALSE;
  if (self->status_mask != 0 && !(self->status_mask & 1u << qd_entity_get_status (entity)))
    return FALSE;
  for (guint i = 0; i < self->n_terms; i++)
    if (match_term (&self->terms[i], entity) == self->terms[i].negated)
      return FALSE;
  return TRUE;
}

static gboolean
is_plain (const Term *term)
{
  if (term->label != NULL)
    return FALSE;
  for (int kind = 0; kind < QD_N_KINDS; kind++)
    if (term->fields[kind] != NOT_A_FIELD)
      return FALSE;
  return TRUE;
}

/* Whether what meets @narrow meets @wide too. */
static gboolean
implies (const Term *narrow, const Term *wide)
{
  if (narrow->negated != wide->negated)
    return FALSE;
  if (strcmp (narrow->word, wide->word) == 0)
    return TRUE;
  if (!is_plain (narrow) || !is_plain (wide))
    return FALSE;
  return narrow->negated ? strstr (wide->word, narrow->word) != NULL : strstr (narrow->word, wide->word) != NULL;
}

gboolean
qd_filter_narrows (QdFilter *self, QdFilter *wider)
{
  /* All connections are not those on paper. */
  if ((wider == NULL || wider->connection == NULL) && (self->anywhere || qd_connection_is_paper (self->connection)))
    return FALSE;
  if (wider == NULL)
    return TRUE;
  if (wider->connection != NULL && wider->connection != self->connection)
    return FALSE;
  if (wider->status_mask != 0 && (self->status_mask == 0 || (self->status_mask & ~wider->status_mask) != 0))
    return FALSE;
  for (guint i = 0; i < wider->n_terms; i++)
    {
      gboolean implied = FALSE;

      for (guint j = 0; j < self->n_terms && !implied; j++)
        implied = implies (&self->terms[j], &wider->terms[i]);
      if (!implied)
        return FALSE;
    }
  return TRUE;
}
