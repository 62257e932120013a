/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-display.h"

#include <string.h>
#include <glib/gi18n.h>

#include "qd-audit-show.h"
#include "qd-event-text.h"
#include "qd-routing-words.h"
#include "qd-time.h"
#include "qd-words.h"

/* A shorter time says nothing that one can read before it is over. */
#define JUST_NOW_US (10 * G_USEC_PER_SEC)
#define MAX_VERBS 1000

static const struct { const char *word, *label; QdStatus status; } words[] = {
  { "active", N_("Active"), QD_STATUS_WELL },
  { "idle", N_("Idle"), QD_STATUS_NONE },
  { "blocked", N_("Blocked"), QD_STATUS_DOWN },
  { "closed", N_("Closed"), QD_STATUS_NONE },
  { "info", N_("Information"), QD_STATUS_NONE },
  { "warning", N_("Warning"), QD_STATUS_DEGRADED },
  { "critical", N_("Critical"), QD_STATUS_DOWN },
  { "queued", N_("Queued"), QD_STATUS_UNKNOWN },
  { "running", N_("Running"), QD_STATUS_MAINTENANCE },
  { "waiting", N_("Waiting"), QD_STATUS_UNKNOWN },
  { "succeeded", N_("Done"), QD_STATUS_WELL },
  { "failed", N_("Failed"), QD_STATUS_DOWN },
  { "cancelled", N_("Cancelled"), QD_STATUS_NONE },
  { "provisioning", N_("Provisioning"), QD_STATUS_MAINTENANCE },
  { "draining", N_("Draining"), QD_STATUS_MAINTENANCE },
  { "migrating", N_("Migrating"), QD_STATUS_MAINTENANCE },
  { "degraded", N_("Degraded"), QD_STATUS_DEGRADED },
  { "suspended", N_("Suspended"), QD_STATUS_MAINTENANCE },
  { "archived", N_("Archived"), QD_STATUS_NONE },
  { "starting", N_("Starting"), QD_STATUS_UNKNOWN },
  { "ready", N_("Ready"), QD_STATUS_WELL },
  { "down", N_("Down"), QD_STATUS_DOWN },
  { "healthy", N_("Healthy"), QD_STATUS_WELL },
  { "unhealthy", N_("Unhealthy"), QD_STATUS_DOWN },
  { "begun", N_("Begun"), QD_STATUS_NONE },
  { "refused", N_("Refused"), QD_STATUS_DEGRADED },
  { "interrupted", N_("Interrupted"), QD_STATUS_DOWN },
};

const char *
qd_display_word (const char *word)
{
  for (gsize i = 0; word != NULL && i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (word, words[i].word) == 0)
      return _(words[i].label);
  return word;
}

QdStatus
qd_display_status_of_word (const char *word)
{
  for (gsize i = 0; word != NULL && i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (word, words[i].word) == 0)
      return words[i].status;
  return QD_STATUS_NONE;
}

int
qd_display_state_field (QdKind kind)
{
  switch (kind)
    {
    case QD_KIND_FLOW: return QD_FLOW_STATE;
    case QD_KIND_EVENT: return QD_EVENT_SEVERITY;
    case QD_KIND_JOB: return QD_JOB_STATE;
    case QD_KIND_TENANT:
    case QD_KIND_SHARD: return QD_FIELD_STATUS_TEXT;
    case QD_KIND_AUDIT: return QD_AUDIT_OUTCOME;
    default: return -1;
    }
}

/**
 * qd_display_status:
 * @entity: anything
 *
 * Returns: its status; for flows, events and jobs what their own word amounts to
 */
QdStatus
qd_display_status (QdEntity *entity)
{
  int field = qd_display_state_field (qd_entity_get_kind (entity));
  const char *word = field >= 0 ? qd_entity_get_string (entity, (guint) field) : NULL;

  return field < 0 ? qd_entity_get_status (entity) : qd_display_status_of_word (word);
}

gboolean
qd_display_is_number (const QdField *field)
{
  return field->type == QD_VALUE_INT || field->type == QD_VALUE_DOUBLE;
}

/* The thing that an id in @field stands for; NULL when the field holds none or it is not known. */
static QdEntity *
find_named (QdFleet *fleet, QdEntity *entity, guint field)
{
  QdKind kind = qd_entity_get_kind (entity);

  if ((kind == QD_KIND_PATH || kind == QD_KIND_LINK) && (field == QD_PATH_SRC || field == QD_PATH_DST))
    return qd_fleet_get_end (fleet, entity, field == QD_PATH_DST);
  if ((kind == QD_KIND_FLOW && field == QD_FLOW_PATH) || (kind == QD_KIND_EVENT && field == QD_EVENT_SUBJECT_ID) ||
      (kind == QD_KIND_JOB && field == QD_JOB_TARGET_ID))
    return qd_fleet_get_end (fleet, entity, FALSE);
  if (kind == QD_KIND_NODE && field == QD_NODE_SITE)
    return qd_fleet_lookup (fleet, qd_entity_get_connection (entity), QD_KIND_SITE, qd_entity_get_string (entity, field));
  return NULL;
}

static gboolean
holds_word (QdKind kind, guint field)
{
  return (int) field == qd_display_state_field (kind) || (kind == QD_KIND_TENANT && field == QD_TENANT_HEALTH) ||
         (kind == QD_KIND_SHARD && field == QD_SHARD_STORAGE);
}

const char *
qd_display_verb (const char *verb)
{
  const char *title = verb != NULL ? qd_audit_get_title (verb) : NULL;
  g_autofree char *dotted = NULL;
  char *mark;

  if (title != verb)
    return title;
  dotted = g_strdup (verb);
  mark = dotted != NULL ? strpbrk (dotted, "_-") : NULL;
  if (mark == NULL)
    return verb;
  *mark = '.';
  title = qd_audit_get_title (dotted);
  return title != dotted ? title : verb;
}

static const struct { QdKind kind; guint field; } verb_fields[] = { { QD_KIND_JOB, QD_JOB_KIND }, { QD_KIND_AUDIT, QD_AUDIT_WHAT } };

gboolean
qd_display_holds_verb (QdKind kind, guint field)
{
  for (gsize i = 0; i < G_N_ELEMENTS (verb_fields); i++)
    if (verb_fields[i].kind == kind && verb_fields[i].field == field)
      return TRUE;
  return FALSE;
}

/* Asked for each row that is searched or sorted; what servers call their jobs is theirs, so that these are not kept without end. */
static const char *
read_verb (const char *verb)
{
  static GHashTable *known;
  const char *title;

  if (known == NULL)
    known = g_hash_table_new (g_str_hash, g_str_equal);
  title = g_hash_table_lookup (known, verb);
  if (title != NULL)
    return title;
  title = qd_display_verb (verb);
  if (title != verb && g_hash_table_size (known) < MAX_VERBS)
    g_hash_table_insert (known, g_strdup (verb), (gpointer) title);
  return title;
}

void
qd_display_init (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (verb_fields); i++)
    qd_words_set (verb_fields[i].kind, verb_fields[i].field, read_verb);
}

char *
qd_display_field (QdFleet *fleet, QdEntity *entity, guint field)
{
  QdKind kind = qd_entity_get_kind (entity);
  QdEntity *named = find_named (fleet, entity, field);
  double progress, enabled;

  if (field == QD_FIELD_NAME && kind == QD_KIND_EVENT)
    return qd_event_describe (fleet, entity);
  if (field == QD_EVENT_TYPE && kind == QD_KIND_EVENT)
    return qd_event_type_dup_label (qd_entity_get_string (entity, field));
  if (field == QD_FIELD_NAME)
    return g_strdup (qd_entity_get_name (entity));
  if (named != NULL)
    return g_strdup (qd_entity_get_name (named));
  if (kind == QD_KIND_ROUTING && (field == QD_ROUTING_MATCH || field == QD_ROUTING_PREFERENCE || field == QD_ROUTING_FAILOVER))
    return qd_routing_tell_field (fleet, entity, field);
  if (kind == QD_KIND_ROUTING && field == QD_ROUTING_ENABLED && qd_entity_get_double (entity, field, &enabled))
    return g_strdup (enabled != 0 ? C_("policy", "On") : C_("policy", "Off"));
  if (qd_display_holds_verb (kind, field))
    return g_strdup (qd_display_verb (qd_entity_get_string (entity, field)));
  if (holds_word (kind, field))
    return g_strdup (qd_display_word (qd_entity_get_string (entity, field)));
  if (kind == QD_KIND_JOB && field == QD_JOB_PROGRESS && qd_entity_get_double (entity, field, &progress))
    return g_strdup_printf (_("%.0f %%"), progress * 100);
  /* A port is a name made of digits: it has no thousands. */
  if (kind == QD_KIND_FLOW && (field == QD_FLOW_SRC_PORT || field == QD_FLOW_DST_PORT))
    return qd_value_to_text (qd_entity_get (entity, field), &qd_entity_get_schema (entity)->fields[field]);
  return qd_entity_format (entity, field);
}

char *
qd_display_field_with_unit (QdFleet *fleet, QdEntity *entity, guint field)
{
  const char *unit = qd_entity_get_schema (entity)->fields[field].unit;
  g_autofree char *text = qd_display_field (fleet, entity, field);

  if (text == NULL || *text == '\0' || unit == NULL)
    return g_steal_pointer (&text);
  /* A space that does not break the line. */
  return g_strconcat (text, "\302\240", unit, NULL);
}

/**
 * qd_display_append_since:
 * @text: ends in the word for a thing's state
 * @entity: the thing
 *
 * Says for how long the state has been so, as far as was seen: what is in it at the first look, as
 * after a start, has been so for nobody knows how long.
 */
void
qd_display_append_since (GString *text, QdEntity *entity)
{
  gint64 since, age;

  if (!qd_entity_get_int (entity, QD_FIELD_SINCE, &since))
    return;
  age = g_get_real_time () - since;
  if (age < JUST_NOW_US)
    {
      /* TRANSLATORS: stands behind a state: "Down" ", seen just now" */
      g_string_append (text, _(", seen just now"));
      return;
    }
  g_autofree char *span = qd_time_format_age (age);
  /* TRANSLATORS: stands behind a state: "Down" " for 4 min" */
  g_string_append_printf (text, _(" for %s"), span);
}

char *
qd_display_state_sentence (QdFleet *fleet, QdEntity *entity)
{
  int field = qd_display_state_field (qd_entity_get_kind (entity));
  gint64 since;

  if (field >= 0)
    {
      char *word = g_strdup (qd_display_word (qd_entity_get_string (entity, (guint) field)));

      return word != NULL ? word : g_strdup ("");
    }
  const char *label = qd_status_get_label (qd_entity_get_status (entity));
  if (!qd_entity_get_int (entity, QD_FIELD_SINCE, &since))
    return g_strdup (label);
  g_autofree char *time = qd_time_format_local (since), *age = qd_time_format_age (g_get_real_time () - since);
  /* TRANSLATORS: a state, since when, and for how long: "Down since 14:02:11 (5 min)" */
  return g_strdup_printf (_("%s since %s (%s)"), label, time, age);
}
