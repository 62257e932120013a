/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-audit-detail.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-hub.h"
#include "qd-json.h"

#define MAX_ROWS 60
#define MAX_TEXT 600

/* A value for people: texts bare, what is nested as JSON. */
static char *
tell_value (JsonNode *node)
{
  g_autofree char *text = NULL;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return g_strdup (_("nothing"));
  text = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? g_strdup (json_node_get_string (node))
                                                                                          : qd_json_to_text (node, TRUE);
  if (g_utf8_strlen (text, -1) > MAX_TEXT)
    {
      g_autofree char *begin = g_utf8_substring (text, 0, MAX_TEXT);

      return g_strconcat (begin, "…", NULL);
    }
  return g_steal_pointer (&text);
}

static void
add_row (QdRowList *list, const char *name, JsonNode *before, JsonNode *after)
{
  g_autofree char *old = tell_value (before), *new = tell_value (after), *text = NULL;

  if (before == NULL)
    text = g_strdup (new);
  else if (after == NULL)
    /* TRANSLATORS: a value that is there no more */
    text = g_strdup_printf (_("was %s"), old);
  else if (g_str_equal (old, new))
    text = g_strdup (new);
  else
    /* TRANSLATORS: a value before and after */
    text = g_strdup_printf (_("%s → %s"), old, new);
  qd_row_list_add (list, NULL, QD_STATUS_NONE, name, text, NULL);
}

/* Every member of either, in the order in which each has them. */
static void
add_members (QdRowList *list, JsonObject *before, JsonObject *after)
{
  g_autoptr (GList) names = after != NULL ? json_object_get_members (after) : NULL;
  g_autoptr (GList) gone = before != NULL ? json_object_get_members (before) : NULL;
  guint n = 0;

  for (GList *l = names; l != NULL && n < MAX_ROWS; l = l->next, n++)
    add_row (list, l->data, before != NULL ? json_object_get_member (before, l->data) : NULL, json_object_get_member (after, l->data));
  for (GList *l = gone; l != NULL && n < MAX_ROWS; l = l->next)
    if (after == NULL || !json_object_has_member (after, l->data))
      {
        add_row (list, l->data, json_object_get_member (before, l->data), NULL);
        n++;
      }
}

void
qd_audit_detail_fill (QdRowList *list, QdEntity *entity)
{
  const char *text = entity != NULL && qd_entity_get_kind (entity) == QD_KIND_AUDIT ? qd_entity_get_string (entity, QD_AUDIT_RECORD) : NULL;
  g_autoptr (JsonNode) node = text != NULL ? qd_json_parse (text, -1, "audit", NULL) : NULL;
  JsonObject *record = node != NULL ? qd_json_object (node) : NULL;

  qd_row_list_begin (list);
  if (record != NULL)
    add_members (list, qd_json_get_object (record, "before"), qd_json_get_object (record, "after"));
  qd_row_list_end (list);
}

QdEntity *
qd_audit_detail_find_job (QdFleet *fleet, QdEntity *record)
{
  const char *job = qd_entity_get_string (record, QD_AUDIT_JOB);

  return job != NULL ? qd_fleet_lookup (fleet, QD_HUB_LOCAL, QD_KIND_JOB, job) : NULL;
}

QdEntity *
qd_audit_detail_find_thing (QdFleet *fleet, QdEntity *record)
{
  const char *what = qd_entity_get_string (record, QD_AUDIT_WHAT), *on = qd_entity_get_string (record, QD_AUDIT_ON);
  g_autofree char *word = what != NULL ? g_strndup (what, strcspn (what, ".")) : NULL;
  int kind = word == NULL ? -1 : g_str_equal (word, "kv") ? QD_KIND_KV_ENTRY : qd_schema_find_kind (word);

  return kind >= 0 && on != NULL ? qd_fleet_lookup (fleet, qd_entity_get_place (record), (QdKind) kind, on) : NULL;
}

#define TRACE_LENGTH 32

/* Of "00-<trace>-<span>-01", W3C Trace Context's. */
static char *
trace_of_parent (const char *parent)
{
  return parent != NULL && strlen (parent) > 3 + TRACE_LENGTH ? g_strndup (parent + 3, TRACE_LENGTH) : NULL;
}

/* A request's id as it was before it became a trace's. */
static char *
request_of_trace (const char *trace)
{
  if (trace == NULL || strlen (trace) != TRACE_LENGTH)
    return NULL;
  return g_strdup_printf ("%.8s-%.4s-%.4s-%.4s-%.12s", trace, trace + 8, trace + 12, trace + 16, trace + 20);
}

/* What @text, JSON that came with an event, says of the request that it is of. */
static char *
request_in (const char *text)
{
  static const char *const words[] = { "correlation_id", "request_id", "trace_id", "traceparent" };
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;
  const char *request;
  g_autofree char *trace = NULL;
  gboolean any = FALSE;

  /* Most events have nothing to do with it, and are not read for that. */
  for (guint i = 0; text != NULL && i < G_N_ELEMENTS (words); i++)
    any = any || strstr (text, words[i]) != NULL;
  node = any ? qd_json_parse (text, -1, "event", NULL) : NULL;
  object = node != NULL ? qd_json_object (node) : NULL;
  if (object == NULL)
    return NULL;
  request = qd_json_get_string (object, "correlation_id", qd_json_get_string (object, "request_id", NULL));
  if (request != NULL)
    return g_strdup (request);
  trace = g_strdup (qd_json_get_string (object, "trace_id", NULL));
  if (trace == NULL)
    trace = trace_of_parent (qd_json_get_string (object, "traceparent", NULL));
  return request_of_trace (trace);
}

char *
qd_audit_detail_dup_request (QdEntity *entity)
{
  char *request;

  if (qd_entity_get_kind (entity) == QD_KIND_JOB)
    return g_str_equal (qd_entity_get_connection (entity), QD_HUB_LOCAL) ? g_strdup (qd_entity_get_id (entity)) : NULL;
  if (qd_entity_get_kind (entity) != QD_KIND_EVENT)
    return NULL;
  request = request_in (qd_entity_get_string (entity, QD_FIELD_EXTRA));
  return request != NULL ? request : request_in (qd_entity_get_string (entity, QD_EVENT_DATA));
}

gboolean
qd_audit_detail_is_of_request (QdEntity *record, QdEntity *event)
{
  const char *request = qd_entity_get_string (record, QD_AUDIT_REQUEST_ID);
  g_autofree char *theirs = request != NULL ? qd_audit_detail_dup_request (event) : NULL;

  return theirs != NULL && g_str_equal (theirs, request);
}

GPtrArray *
qd_audit_detail_find_records (QdFleet *fleet, QdEntity *entity, guint limit)
{
  QdEntityList *list = qd_fleet_get_list (fleet, QD_KIND_AUDIT);
  g_autofree char *request = qd_audit_detail_dup_request (entity);
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = qd_entity_list_get_length (list); request != NULL && i > 0 && found->len < limit; i--)
    {
      QdEntity *record = qd_entity_list_peek (list, i - 1);

      if (g_strcmp0 (qd_entity_get_string (record, QD_AUDIT_REQUEST_ID), request) == 0)
        g_ptr_array_add (found, record);
    }
  return found;
}
