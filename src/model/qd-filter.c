/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-model"

#include "config.h"

#include "qd-view.h"

#include <string.h>

/* More words than a person types are not looked at. */
#define MAX_TERMS 16

typedef enum { OP_CONTAINS, OP_EQUALS, OP_GREATER, OP_LESS } QdTermOp;

typedef struct {
  char *word;         /* lower case: what the search text must contain, or the value of a field */
  char *field;        /* machine name, or NULL for free text */
  double number;      /* for OP_GREATER and OP_LESS */
  QdTermOp op;
  gboolean negated;
} QdTerm;

struct _QdFilter {
  gatomicrefcount ref_count;
  char *text;                /* as given, for qd_filter_narrows() */
  const char *connection;    /* interned, or NULL */
  guint status_mask;
  guint n_terms;
  QdTerm terms[MAX_TERMS];
};

static void
term_clear (QdTerm *self)
{
  g_clear_pointer (&self->word, g_free);
  g_clear_pointer (&self->field, g_free);
}

static gboolean
is_field_name (const char *name)
{
  if (!g_ascii_isalpha (*name))
    return FALSE;
  for (; *name != '\0'; name++)
    if (!g_ascii_isalnum (*name) && *name != '_')
      return FALSE;
  return TRUE;
}

/* Splits "field:value", "field>number" and "field<number"; FALSE when @word is plain text, such as
 * an address with a port. */
static gboolean
term_parse_field (QdTerm *self, const char *word)
{
  gsize at = strcspn (word, ":<>=");
  g_autofree char *name = g_strndup (word, at);
  const char *value = word + at + 1;
  char *end;

  if (word[at] == '\0' || *value == '\0' || !is_field_name (name))
    return FALSE;
  if (word[at] == '<' || word[at] == '>')
    {
      self->number = g_ascii_strtod (value, &end);
      if (*end != '\0')
        return FALSE;
      self->op = word[at] == '<' ? OP_LESS : OP_GREATER;
    }
  else
    self->op = word[at] == '=' ? OP_EQUALS : OP_CONTAINS;
  self->field = g_steal_pointer (&name);
  self->word = g_strdup (value);
  return TRUE;
}

static gboolean
term_parse (QdTerm *self, const char *word)
{
  memset (self, 0, sizeof *self);
  if (word[0] == '-' && word[1] != '\0')
    {
      self->negated = TRUE;
      word++;
    }
  if (!term_parse_field (self, word))
    self->word = g_strdup (word);
  return self->word[0] != '\0';
}

static gboolean
term_match_field (const QdTerm *self, QdEntity *entity, int field)
{
  const QdValue *value = qd_entity_get (entity, field);
  g_autofree char *text = NULL;
  g_autofree char *folded = NULL;
  double number;

  switch (self->op)
    {
    case OP_GREATER:
      return qd_entity_get_double (entity, field, &number) && number > self->number;
    case OP_LESS:
      return qd_entity_get_double (entity, field, &number) && number < self->number;
    case OP_CONTAINS:
    case OP_EQUALS:
    default:
      if (value->type == QD_VALUE_NONE)
        return FALSE;
      if (value->type == QD_VALUE_STATUS)
        text = g_strdup (qd_status_to_string (value->v.i));
      else
        text = qd_value_to_text (value, &qd_entity_get_schema (entity)->fields[field]);
      folded = g_utf8_casefold (text, -1);
      return self->op == OP_EQUALS ? g_str_equal (folded, self->word) : strstr (folded, self->word) != NULL;
    }
}

static gboolean
term_match (const QdTerm *self, QdEntity *entity)
{
  gboolean matches;

  if (self->field == NULL)
    matches = strstr (qd_entity_get_search_text (entity), self->word) != NULL;
  else if (g_str_equal (self->field, "id"))
    matches = strstr (qd_entity_get_id (entity), self->word) != NULL;
  else
    {
      int field = qd_schema_find_field (qd_entity_get_schema (entity), self->field);

      if (field >= 0)
        matches = term_match_field (self, entity, field);
      else
        {
          /* Not a field of this kind: the words as they were typed. */
          g_autofree char *plain = g_strdup_printf ("%s:%s", self->field, self->word);

          matches = strstr (qd_entity_get_search_text (entity), plain) != NULL;
        }
    }
  return matches != self->negated;
}

QdFilter *
qd_filter_new (const char *text, const char *connection, guint status_mask)
{
  QdFilter *self = g_new0 (QdFilter, 1);
  g_autofree char *folded = g_utf8_make_valid (text != NULL ? text : "", -1);
  g_auto (GStrv) words = NULL;

  g_atomic_ref_count_init (&self->ref_count);
  self->text = g_utf8_casefold (folded, -1);
  self->connection = g_intern_string (connection);
  self->status_mask = status_mask;

  words = g_strsplit_set (self->text, " \t\n", -1);
  for (guint i = 0; words[i] != NULL && self->n_terms < MAX_TERMS; i++)
    {
      QdTerm *term = &self->terms[self->n_terms];

      if (words[i][0] == '\0')
        continue;
      if (term_parse (term, words[i]))
        self->n_terms++;
      else
        term_clear (term);
    }
  return self;
}

QdFilter *
qd_filter_ref (QdFilter *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
qd_filter_unref (QdFilter *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  for (guint i = 0; i < self->n_terms; i++)
    term_clear (&self->terms[i]);
  g_free (self->text);
  g_free (self);
}

gboolean
qd_filter_match (QdFilter *self, QdEntity *entity)
{
  if (self->connection != NULL && qd_entity_get_connection (entity) != self->connection)
    return FALSE;
  if (self->status_mask != 0 && (self->status_mask & (1u << qd_entity_get_status (entity))) == 0)
    return FALSE;
  for (guint i = 0; i < self->n_terms; i++)
    if (!term_match (&self->terms[i], entity))
      return FALSE;
  return TRUE;
}

gboolean
qd_filter_narrows (QdFilter *self, QdFilter *wider)
{
  if (wider->connection != NULL && wider->connection != self->connection)
    return FALSE;
  if (wider->status_mask != 0 && (self->status_mask == 0 || (self->status_mask & ~wider->status_mask) != 0))
    return FALSE;
  /* Typing on at the end of the last plain word, or adding words, can only narrow. */
  for (guint i = 0; i < wider->n_terms; i++)
    {
      const QdTerm *before = &wider->terms[i];
      const QdTerm *now = &self->terms[i];

      if (i >= self->n_terms || now->negated != before->negated || now->op != before->op || g_strcmp0 (now->field, before->field) != 0)
        return FALSE;
      if (g_str_equal (now->word, before->word))
        continue;
      if (before->negated || before->field != NULL || strstr (now->word, before->word) == NULL)
        return FALSE;
    }
  return TRUE;
}
