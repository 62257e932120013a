/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-detail-tenant.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n.h>

#include "qd-audit-recent.h"
#include "qd-detail-config.h"
#include "qd-detail-rates.h"
#include "qd-detail-sections.h"
#include "qd-display.h"
#include "qd-event-text.h"
#include "qd-json.h"
#include "qd-row-list.h"
#include "qd-state.h"
#include "qd-tenant-facts.h"
#include "qd-time.h"

#define MAX_ACTIVITY 10

enum { GOALS, PLACEMENT, HEALTH, CONFIG, DEFINITIONS, ACTIVITY, RATES, N_SECTIONS };

/* What is said while there is nothing. Where one lives and what was done is asked of every tenant; the rest only where something stands behind it. */
static const struct { const char *title, *empty; gboolean always; } sections[N_SECTIONS] = {
  [GOALS] = { N_("Service Levels"), N_("No service levels are set for this tenant"), FALSE },
  [PLACEMENT] = { N_("Placement"), N_("It is placed nowhere"), TRUE },
  [HEALTH] = { N_("Health"), N_("None of its shards reports"), FALSE },
  [CONFIG] = { N_("Configuration"), N_("Nothing is configured for this tenant"), FALSE },
  [DEFINITIONS] = { N_("Definitions"), N_("Nothing is known of its definitions"), FALSE },
  [ACTIVITY] = { N_("Activity"), N_("Nothing is known to have happened"), TRUE },
  [RATES] = { N_("Events Processed"), N_("None of its shards says what it processes"), FALSE },
};

struct _QdDetailTenant {
  AdwBin parent_instance;

  QdSession *session;
  QdEntity *tenant;          /* or NULL */
  AdwNavigationView *view;   /* that the pages of its sections lie in; weak */
  QdDetailSections *sections;
  GtkWidget *goals, *placement, *health, *config, *definitions, *activity, *rates;
  GPtrArray *recent;         /* QdAuditRecent; NULL: not read yet, or there is no journal */
  GCancellable *cancellable; /* of reading them */
  guint update;              /* timeout */
};

G_DEFINE_FINAL_TYPE (QdDetailTenant, qd_detail_tenant, ADW_TYPE_BIN)

static QdFleet *
get_fleet (QdDetailTenant *self)
{
  return qd_session_get_fleet (self->session);
}

static void
append_part (GString *text, const char *part)
{
  g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", part);
}

static void
tell (QdDetailTenant *self, guint section, QdStatus status, const char *summary)
{
  qd_detail_sections_tell (self->sections, section, status, summary);
}

/* --- What is aimed at ------------------------------------------------------------------------------------------------ */

typedef struct { guint n, n_known; GString *missed; } Goals;

static void
add_goal (QdDetailTenant *self, QdEffectiveConfig *config, const char *member, guint field, const char *title, Goals *goals)
{
  double bound, now;
  g_autofree char *text = NULL;

  if (!qd_effective_config_get_number (config, "slo", member, &bound))
    return;
  goals->n++;
  if (!qd_entity_get_double (self->tenant, field, &now))
    {
      text = g_strdup_printf (_("Not known, limit %'.6g"), bound);
      qd_row_list_add (QD_ROW_LIST (self->goals), NULL, QD_STATUS_UNKNOWN, title, text, NULL);
      return;
    }
  goals->n_known++;
  if (now > bound)
    g_string_append_printf (goals->missed, "%s%s", goals->missed->len > 0 ? ", " : "", title);
  /* TRANSLATORS: how much there is of something now, and how much there may be */
  text = g_strdup_printf (_("%'.0f now, limit %'.6g"), now, bound);
  qd_row_list_add (QD_ROW_LIST (self->goals), NULL, now <= bound ? QD_STATUS_WELL : QD_STATUS_DEGRADED, title, text, now <= bound ? _("Met") : _("Missed"));
}

static void
tell_goals (QdDetailTenant *self, const Goals *goals)
{
  g_autofree char *missed = goals->missed->len > 0 ? g_strdup_printf (_("Missed: %s"), goals->missed->str) : NULL;

  if (missed != NULL)
    tell (self, GOALS, QD_STATUS_DEGRADED, missed);
  else if (goals->n_known < goals->n)
    tell (self, GOALS, QD_STATUS_UNKNOWN, _("Not known"));
  else
    tell (self, GOALS, QD_STATUS_WELL, goals->n > 0 ? _("All are met") : NULL);
}

static void
update_goals (QdDetailTenant *self, QdEffectiveConfig *config)
{
  g_autoptr (GString) missed = g_string_new (NULL);
  Goals goals = { 0, 0, missed };

  qd_row_list_begin (QD_ROW_LIST (self->goals));
  if (self->tenant != NULL && config != NULL)
    {
      add_goal (self, config, "max_lag", QD_TENANT_LAG, _("Waiting"), &goals);
      add_goal (self, config, "max_in_flight", QD_TENANT_IN_FLIGHT, _("In flight"), &goals);
    }
  qd_row_list_end (QD_ROW_LIST (self->goals));
  tell_goals (self, &goals);
}

/* --- Where it lives, and how that is ------------------------------------------------------------------------------------ */

static void
update_placement (QdDetailTenant *self)
{
  QdRowList *list = QD_ROW_LIST (self->placement);
  g_autoptr (GString) names = g_string_new (NULL);
  g_autofree char *one = NULL;     /* of all the same */
  gboolean known = TRUE, same = TRUE;

  qd_row_list_begin (list);
  for (guint i = 0; self->tenant != NULL && i < QD_TENANT_N_SERVICES; i++)
    {
      const char *name, *region, *version;
      QdEntity *shard = qd_tenant_find_shard (self->session, self->tenant, i, &name);
      g_autofree char *text = NULL;

      if (name == NULL)
        continue;
      same = same && (one == NULL || g_str_equal (one, name));
      g_set_str (&one, name);
      append_part (names, name);
      known = known && shard != NULL;
      region = shard != NULL ? qd_entity_get_string (shard, QD_SHARD_REGION) : NULL;
      version = shard != NULL ? qd_entity_get_string (shard, QD_SHARD_VERSION) : NULL;
      text = shard == NULL ? g_strjoin (" · ", name, _("no such shard reports"), NULL)
                           : g_strjoin (" · ", name, region != NULL ? region : version, region != NULL ? version : NULL, NULL);
      qd_row_list_add (list, shard, shard != NULL ? qd_display_status (shard) : QD_STATUS_UNKNOWN, _(qd_tenant_services[i].title), text, NULL);
    }
  qd_row_list_end (list);
  tell (self, PLACEMENT, known ? QD_STATUS_NONE : QD_STATUS_UNKNOWN, names->len == 0 ? NULL : same ? one : names->str);
}

/* What the shard says of its readiness, then of the tenant. */
static char *
tell_record (QdDetailTenant *self, QdEntity *shard, JsonObject *record)
{
  GString *text = g_string_new (NULL);
  g_autofree char *state = qd_display_state_sentence (get_fleet (self), shard), *part = NULL, *other = NULL;
  gint64 number;

  append_part (text, state);
  if (record == NULL)
    return g_string_free (text, FALSE);
  if (qd_json_get_int (record, "in_flight", &number))
    append_part (text, part = g_strdup_printf (_("%'d in flight"), (int) CLAMP (number, 0, G_MAXINT)));
  if (qd_json_get_int (record, "lag", &number))
    append_part (text, other = g_strdup_printf (_("%'d waiting"), (int) CLAMP (number, 0, G_MAXINT)));
  if (qd_json_get_bool (record, "drained", FALSE))
    append_part (text, _("drained"));
  else if (!qd_json_get_bool (record, "accepting", TRUE))
    append_part (text, _("takes no work"));
  if (!qd_json_get_bool (record, "warm", TRUE))
    append_part (text, _("not warm yet"));
  return g_string_free (text, FALSE);
}

/* How the worst of it is. */
typedef struct { QdStatus status; char *text; } Worst;

static void
add_health (QdDetailTenant *self, QdEntity *entity, QdStatus status, const char *title, const char *text, Worst *worst)
{
  qd_row_list_add (QD_ROW_LIST (self->health), entity, status, title, text, NULL);
  if (worst->text != NULL && status <= worst->status)
    return;
  worst->status = status;
  g_free (worst->text);
  worst->text = status <= QD_STATUS_WELL ? g_strdup (_("All is well")) : g_strdup_printf ("%s: %s", title, text);
}

/* A shard that is well and does no work for the tenant is not what one calls well. */
static QdStatus
health_of (QdEntity *shard, JsonObject *record)
{
  QdStatus status = qd_display_status (shard);

  if (record != NULL && (qd_json_get_bool (record, "drained", FALSE) || !qd_json_get_bool (record, "accepting", TRUE)))
    status = MAX (status, QD_STATUS_MAINTENANCE);
  return status;
}

/* The storage of all its shards in one line. */
typedef struct { guint n, n_well; GString *ill; } Storage;

static void
count_storage (Storage *storage, QdEntity *shard)
{
  const char *word = qd_entity_get_string (shard, QD_SHARD_STORAGE);

  if (word == NULL)
    return;
  storage->n++;
  if (qd_display_status_of_word (word) == QD_STATUS_WELL)
    storage->n_well++;
  else
    g_string_append_printf (storage->ill, "%s%s: %s", storage->ill->len > 0 ? ", " : "", qd_entity_get_id (shard), qd_display_word (word));
}

static void
add_storage (QdDetailTenant *self, const Storage *storage, Worst *worst)
{
  g_autofree char *text = NULL;

  if (storage->n == 0)
    return;
  text = storage->n_well == storage->n ? g_strdup_printf (ngettext ("Healthy on %u shard", "Healthy on all %u shards", storage->n), storage->n)
                                       : g_strdup (storage->ill->str);
  add_health (self, NULL, storage->n_well == storage->n ? QD_STATUS_WELL : QD_STATUS_DOWN, _("Storage"), text, worst);
}

/* The NATS that its shards take their work from, as it is seen from here. */
static void
add_nats (QdDetailTenant *self, const char *feed, Worst *worst)
{
  QdEntity *connection = feed != NULL ? qd_fleet_lookup (get_fleet (self), feed, QD_KIND_CONNECTION, feed) : NULL;
  const char *detail = connection != NULL ? qd_entity_get_string (connection, QD_CONNECTION_DETAIL) : NULL;
  g_autofree char *text = NULL;

  if (connection == NULL)
    return;
  text = g_strjoin (" · ", qd_state_get_connection_label (connection), detail != NULL && *detail != '\0' ? detail : NULL, NULL);
  add_health (self, NULL, qd_state_of_connection (connection), _("NATS"), text, worst);
}

static void
update_health (QdDetailTenant *self, const char *feed)
{
  g_autoptr (GString) ill = g_string_new (NULL);
  Storage storage = { 0, 0, ill };
  Worst worst = { QD_STATUS_NONE, NULL };

  qd_row_list_begin (QD_ROW_LIST (self->health));
  for (guint i = 0; self->tenant != NULL && i < QD_TENANT_N_SERVICES; i++)
    {
      const char *name;
      QdEntity *shard = qd_tenant_find_shard (self->session, self->tenant, i, &name);
      g_autoptr (JsonObject) record = qd_tenant_find_record (shard, qd_entity_get_id (self->tenant));
      g_autofree char *text = NULL;

      if (shard == NULL)
        continue;
      text = tell_record (self, shard, record);
      count_storage (&storage, shard);
      add_health (self, shard, health_of (shard, record), _(qd_tenant_services[i].title), text, &worst);
    }
  if (self->tenant != NULL)
    {
      add_storage (self, &storage, &worst);
      add_nats (self, feed, &worst);
    }
  qd_row_list_end (QD_ROW_LIST (self->health));
  tell (self, HEALTH, worst.status, worst.text);
  g_free (worst.text);
}

static void
update_config (QdDetailTenant *self, QdEffectiveConfig *config)
{
  g_autofree char *all = NULL, *own = NULL, *text = NULL;
  guint n, n_own;

  qd_detail_config_fill (QD_DETAIL_CONFIG (self->config), config);
  n = qd_detail_config_count (QD_DETAIL_CONFIG (self->config), &n_own);
  all = g_strdup_printf (ngettext ("%u setting", "%u settings", n), n);
  /* TRANSLATORS: so many of the settings are other for this tenant than for all */
  own = g_strdup_printf (ngettext ("%u of its own", "%u of its own", n_own), n_own);
  text = g_strjoin (" · ", all, n_own > 0 ? own : NULL, NULL);
  tell (self, CONFIG, QD_STATUS_NONE, n > 0 ? text : NULL);
}

/* --- Definitions -------------------------------------------------------------------------------------------------------- */

static char *
tell_when (gint64 at_us, const char *by)
{
  g_autofree char *when = at_us >= 0 ? qd_time_format_local (at_us) : NULL;

  if (when != NULL && by != NULL)
    /* TRANSLATORS: a time and a person */
    return g_strdup_printf (_("%s by %s"), when, by);
  return g_strdup (when != NULL ? when : by != NULL ? by : "");
}

static void
add_parts (QdRowList *list, const QdDefinitionBundle *bundle)
{
  static const char *const titles[QD_N_DEFINITION_PARTS] = { N_("Aggregates"), N_("Projections"), N_("Sagas"), N_("Effects") };

  for (guint i = 0; i < QD_N_DEFINITION_PARTS; i++)
    {
      g_autoptr (GString) names = g_string_new (NULL);
      g_autofree char *figure = g_strdup_printf ("%'u", bundle->parts[i]->len);

      for (guint j = 0; j < bundle->parts[i]->len; j++)
        g_string_append_printf (names, "%s%s", j > 0 ? ", " : "", (const char *) bundle->parts[i]->pdata[j]);
      if (names->len > 0)
        qd_row_list_add (list, NULL, QD_STATUS_NONE, _(titles[i]), names->str, figure);
    }
}

static void
add_applied (QdRowList *list, const QdTenantDocuments *documents)
{
  const QdDefinitionApplied *applied = documents->applied;
  g_autofree char *title = g_strdup_printf ("%s %s", applied->bundle, applied->version), *when = tell_when (applied->at_us, applied->by);
  g_autofree char *text = *when != '\0' ? g_strdup_printf (_("Applied %s"), when) : NULL;

  qd_row_list_add (list, NULL, documents->bundle != NULL ? QD_STATUS_WELL : QD_STATUS_UNKNOWN, title,
                   documents->bundle != NULL ? text : _("What it defines is not in the bucket"), documents->newest != NULL ? NULL : _("Newest"));
  if (documents->newest != NULL)
    {
      g_autofree char *newer = g_strdup_printf (_("%s is newer"), documents->newest->version);
      g_autofree char *made = documents->newest->created_us >= 0 ? qd_time_format_local (documents->newest->created_us) : NULL;
      g_autofree char *about = g_strjoin (" · ", documents->newest->note != NULL ? documents->newest->note : made,
                                          documents->newest->note != NULL ? made : NULL, NULL);

      qd_row_list_add (list, NULL, QD_STATUS_NONE, newer, about, NULL);
    }
}

static void
tell_definitions (QdDetailTenant *self, const QdTenantDocuments *documents)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (documents->applied != NULL)
    g_string_append_printf (text, "%s %s", documents->applied->bundle, documents->applied->version);
  if (documents->newest != NULL)
    {
      g_autofree char *newer = g_strdup_printf (_("%s is newer"), documents->newest->version);

      append_part (text, newer);
    }
  if (documents->trouble != NULL)
    tell (self, DEFINITIONS, QD_STATUS_DEGRADED, _("Not all can be read"));
  else if (documents->applied != NULL)
    tell (self, DEFINITIONS, documents->bundle != NULL ? QD_STATUS_NONE : QD_STATUS_UNKNOWN, text->str);
  else
    tell (self, DEFINITIONS, QD_STATUS_NONE, documents->feed != NULL ? _("None are applied") : NULL);
}

static void
update_definitions (QdDetailTenant *self, const QdTenantDocuments *documents)
{
  QdRowList *list = QD_ROW_LIST (self->definitions);

  qd_row_list_begin (list);
  if (documents->applied != NULL)
    add_applied (list, documents);
  if (documents->bundle != NULL)
    add_parts (list, documents->bundle);
  if (documents->trouble != NULL)
    qd_row_list_add (list, NULL, QD_STATUS_DEGRADED, _("Not all can be read"), documents->trouble, NULL);
  if (documents->applied == NULL && documents->trouble == NULL && documents->feed != NULL)
    qd_row_list_add (list, NULL, QD_STATUS_NONE, _("None are applied"), NULL, NULL);
  qd_row_list_end (list);
  tell_definitions (self, documents);
}

/* --- Activity --------------------------------------------------------------------------------------------------------------- */

static gboolean
is_about (QdDetailTenant *self, QdEntity *event, const char *quoted)
{
  const char *data;
  gint64 kind;

  if (!g_str_equal (qd_entity_get_connection (event), qd_entity_get_connection (self->tenant)))
    return FALSE;
  if (qd_entity_get_int (event, QD_EVENT_SUBJECT_KIND, &kind) && kind == QD_KIND_TENANT)
    return g_strcmp0 (qd_entity_get_string (event, QD_EVENT_SUBJECT_ID), qd_entity_get_id (self->tenant)) == 0;
  /* What a shard was asked to do with it. */
  data = qd_entity_get_string (event, QD_EVENT_DATA);
  return kind == QD_KIND_SHARD && data != NULL && strstr (data, quoted) != NULL;
}

/* The newest is what the row says. */
static void
tell_newest (QdDetailTenant *self, const char *what, const char *when)
{
  g_autofree char *text = g_strjoin (" · ", what, when, NULL);

  tell (self, ACTIVITY, QD_STATUS_NONE, text);
}

static void
add_event (QdDetailTenant *self, QdEntity *event, gboolean newest)
{
  const QdValue *at = qd_entity_get (event, QD_EVENT_AT);
  g_autofree char *when = at->type == QD_VALUE_TIME ? qd_time_format_local (at->v.i) : NULL, *what = qd_event_describe (get_fleet (self), event);

  qd_row_list_add (QD_ROW_LIST (self->activity), event, QD_STATUS_NONE, what, when, NULL);
  if (newest)
    tell_newest (self, what, when);
}

static void
add_recent (QdDetailTenant *self, const QdAuditRecent *recent, gboolean newest)
{
  g_autofree char *when = tell_when (recent->at_us, recent->who), *text = NULL;
  gboolean well = g_str_equal (recent->outcome, "succeeded");

  text = g_strjoin (" · ", when, recent->why != NULL && *recent->why != '\0' ? recent->why : NULL, NULL);
  qd_row_list_add (QD_ROW_LIST (self->activity), NULL, well ? QD_STATUS_WELL : QD_STATUS_DEGRADED, recent->summary, text, qd_display_word (recent->outcome));
  if (newest)
    {
      g_autofree char *time = qd_time_format_local (recent->at_us);

      tell_newest (self, recent->summary, time);
    }
}

/* Both are in order: the newer of the two heads comes first. */
static void
update_activity (QdDetailTenant *self)
{
  QdEntityList *events = qd_fleet_get_list (get_fleet (self), QD_KIND_EVENT);
  g_autofree char *quoted = self->tenant != NULL ? g_strdup_printf ("\"%s\"", qd_entity_get_id (self->tenant)) : NULL;
  guint next = 0, n = 0;

  qd_row_list_begin (QD_ROW_LIST (self->activity));
  for (guint i = self->tenant != NULL ? qd_entity_list_get_length (events) : 0; i > 0 && n < MAX_ACTIVITY; i--)
    {
      QdEntity *event = qd_entity_list_peek (events, i - 1);
      const QdValue *at = qd_entity_get (event, QD_EVENT_AT);

      if (!is_about (self, event, quoted))
        continue;
      for (; self->recent != NULL && next < self->recent->len && n < MAX_ACTIVITY && at->type == QD_VALUE_TIME &&
             ((const QdAuditRecent *) self->recent->pdata[next])->at_us >= at->v.i; n++)
        add_recent (self, self->recent->pdata[next++], n == 0);
      if (n < MAX_ACTIVITY)
        add_event (self, event, n == 0);
      n++;
    }
  for (; self->tenant != NULL && self->recent != NULL && next < self->recent->len && n < MAX_ACTIVITY; n++)
    add_recent (self, self->recent->pdata[next++], n == 0);
  qd_row_list_end (QD_ROW_LIST (self->activity));
  if (n == 0)
    tell (self, ACTIVITY, QD_STATUS_NONE, NULL);
}

static void
recent_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdDetailTenant) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) recent = qd_audit_recent_finish (QD_AUDIT (source), result, &error);

  if (error != NULL)
    {
      /* The page of the audit says what is wrong with the journal. */
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_message ("What was done about the tenant cannot be read: %s", error->message);
      return;
    }
  g_clear_pointer (&self->recent, g_ptr_array_unref);
  self->recent = g_steal_pointer (&recent);
  update_activity (self);
}

static void
read_recent (QdDetailTenant *self)
{
  QdAudit *audit = qd_hub_get_audit (qd_session_get_hub (self->session));

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (audit == NULL || self->tenant == NULL)
    return;
  self->cancellable = g_cancellable_new ();
  qd_audit_recent_async (audit, qd_entity_get_id (self->tenant), MAX_ACTIVITY, self->cancellable, recent_cb, g_object_ref (self));
}

/* --- The object -------------------------------------------------------------------------------------------------------------- */

static void
update_rates (QdDetailTenant *self)
{
  g_autofree char *text = NULL;
  double total;

  qd_detail_rates_update (QD_DETAIL_RATES (self->rates), self->tenant);
  if (!qd_detail_rates_get_total (QD_DETAIL_RATES (self->rates), &total))
    {
      tell (self, RATES, QD_STATUS_NONE, NULL);
      return;
    }
  /* TRANSLATORS: so many events */
  text = isnan (total) ? g_strdup (_("Not measured yet")) : g_strdup_printf (_("%'.1f a second"), total);
  tell (self, RATES, QD_STATUS_NONE, text);
}

void
qd_detail_tenant_update (QdDetailTenant *self)
{
  g_auto (QdTenantDocuments) documents = { 0 };

  if (self->tenant == NULL)
    return;
  qd_tenant_documents_init (&documents, self->session, self->tenant);
  update_goals (self, documents.config);
  update_placement (self);
  update_health (self, documents.feed);
  update_config (self, documents.config);
  update_definitions (self, &documents);
  update_activity (self);
  update_rates (self);
}

void
qd_detail_tenant_set_entity (QdDetailTenant *self, QdEntity *tenant)
{
  g_autofree char *filter = NULL;

  if (self->tenant == tenant)
    return;
  g_set_object (&self->tenant, tenant);
  g_clear_pointer (&self->recent, g_ptr_array_unref);
  qd_detail_config_reset (QD_DETAIL_CONFIG (self->config));
  gtk_widget_set_visible (GTK_WIDGET (self), tenant != NULL);
  read_recent (self);
  if (tenant == NULL)
    {
      qd_detail_rates_update (QD_DETAIL_RATES (self->rates), NULL);
      return;
    }
  filter = g_strdup_printf ("\"on:%s\"", qd_entity_get_id (tenant));
  qd_row_list_set_filter (QD_ROW_LIST (self->activity), filter);
  qd_detail_sections_rewind (self->sections);
  qd_detail_tenant_update (self);
}

/* The list or a subpage. */
static gboolean
is_seen (QdDetailTenant *self)
{
  return self->view != NULL && gtk_widget_get_mapped (GTK_WIDGET (self->view));
}

static gboolean
update_cb (gpointer data)
{
  QdDetailTenant *self = data;

  self->update = 0;
  if (is_seen (self))
    qd_detail_tenant_update (self);
  return G_SOURCE_REMOVE;
}

/* Its shards, and what the buckets hold: once a second at most. */
static void
committed_cb (QdDetailTenant *self)
{
  if (self->update == 0 && self->tenant != NULL && is_seen (self))
    self->update = g_timeout_add (1000, update_cb, self);
}

static void
qd_detail_tenant_dispose (GObject *object)
{
  QdDetailTenant *self = QD_DETAIL_TENANT (object);

  g_clear_handle_id (&self->update, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->tenant);
  g_clear_pointer (&self->recent, g_ptr_array_unref);
  g_clear_weak_pointer (&self->view);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (qd_detail_tenant_parent_class)->dispose (object);
}

static void
qd_detail_tenant_class_init (QdDetailTenantClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_detail_tenant_dispose;
}

static void
qd_detail_tenant_init (QdDetailTenant *self)
{
}

static void
build_sections (QdDetailTenant *self)
{
  GtkWidget *const children[N_SECTIONS] = { self->goals, self->placement, self->health, self->config, self->definitions, self->activity, self->rates };

  self->sections = QD_DETAIL_SECTIONS (qd_detail_sections_new (self->view));
  for (guint i = 0; i < N_SECTIONS; i++)
    qd_detail_sections_add (self->sections, _(sections[i].title), _(sections[i].empty), sections[i].always, children[i]);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->sections));
}

GtkWidget *
qd_detail_tenant_new (QdSession *session, AdwNavigationView *view)
{
  QdDetailTenant *self = g_object_new (QD_TYPE_DETAIL_TENANT, NULL);
  QdAudit *audit = qd_hub_get_audit (qd_session_get_hub (session));

  self->session = g_object_ref (session);
  g_set_weak_pointer (&self->view, view);
  self->goals = qd_row_list_new (session, _(sections[GOALS].title), NULL, NULL);
  self->placement = qd_row_list_new (session, _(sections[PLACEMENT].title), "placement", NULL);
  self->health = qd_row_list_new (session, _(sections[HEALTH].title), NULL, NULL);
  self->config = qd_detail_config_new (session);
  self->definitions = qd_row_list_new (session, _(sections[DEFINITIONS].title), NULL, NULL);
  self->activity = qd_row_list_new (session, _(sections[ACTIVITY].title), "audit", NULL);
  self->rates = qd_detail_rates_new (session);
  build_sections (self);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  g_signal_connect_object (qd_session_get_fleet (session), "committed", G_CALLBACK (committed_cb), self, G_CONNECT_SWAPPED);
  if (audit != NULL)
    g_signal_connect_object (audit, "appended", G_CALLBACK (read_recent), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
