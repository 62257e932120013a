/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-detail-tenant.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-audit-recent.h"
#include "qd-detail-config.h"
#include "qd-detail-rates.h"
#include "qd-display.h"
#include "qd-event-text.h"
#include "qd-json.h"
#include "qd-row-list.h"
#include "qd-tenant-facts.h"
#include "qd-time.h"

#define MAX_ACTIVITY 10

struct _QdDetailTenant {
  AdwBin parent_instance;

  QdSession *session;
  QdEntity *tenant;          /* or NULL */
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

/* --- What is aimed at ------------------------------------------------------------------------------------------------ */

static void
add_goal (QdDetailTenant *self, QdEffectiveConfig *config, const char *member, guint field, const char *title)
{
  double bound, now;
  g_autofree char *text = NULL;

  if (!qd_effective_config_get_number (config, "slo", member, &bound))
    return;
  if (!qd_entity_get_double (self->tenant, field, &now))
    {
      text = g_strdup_printf (_("Not known; at most %'.6g is aimed at"), bound);
      qd_row_list_add (QD_ROW_LIST (self->goals), NULL, QD_STATUS_UNKNOWN, title, text, NULL);
      return;
    }
  text = g_strdup_printf (_("%'.0f; at most %'.6g is aimed at"), now, bound);
  qd_row_list_add (QD_ROW_LIST (self->goals), NULL, now <= bound ? QD_STATUS_WELL : QD_STATUS_DEGRADED, title, text, now <= bound ? _("met") : _("missed"));
}

static void
update_goals (QdDetailTenant *self, QdEffectiveConfig *config)
{
  qd_row_list_begin (QD_ROW_LIST (self->goals));
  if (self->tenant != NULL && config != NULL)
    {
      add_goal (self, config, "max_lag", QD_TENANT_LAG, _("Waiting"));
      add_goal (self, config, "max_in_flight", QD_TENANT_IN_FLIGHT, _("In flight"));
    }
  qd_row_list_end (QD_ROW_LIST (self->goals));
}

/* --- Where it lives, and how that is ------------------------------------------------------------------------------------ */

static void
update_placement (QdDetailTenant *self)
{
  QdRowList *list = QD_ROW_LIST (self->placement);

  qd_row_list_begin (list);
  for (guint i = 0; self->tenant != NULL && i < QD_TENANT_N_SERVICES; i++)
    {
      const char *name, *region, *version;
      QdEntity *shard = qd_tenant_find_shard (self->session, self->tenant, i, &name);
      g_autofree char *text = NULL;

      if (name == NULL)
        continue;
      region = shard != NULL ? qd_entity_get_string (shard, QD_SHARD_REGION) : NULL;
      version = shard != NULL ? qd_entity_get_string (shard, QD_SHARD_VERSION) : NULL;
      text = shard == NULL ? g_strjoin (" · ", name, _("no such shard reports"), NULL)
                           : g_strjoin (" · ", name, region != NULL ? region : version, region != NULL ? version : NULL, NULL);
      qd_row_list_add (list, shard, shard != NULL ? qd_display_status (shard) : QD_STATUS_UNKNOWN, _(qd_tenant_services[i].title), text, NULL);
    }
  qd_row_list_end (list);
}

static void
append_part (GString *text, const char *part)
{
  g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", part);
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
add_storage (QdRowList *list, const Storage *storage)
{
  g_autofree char *text = NULL;

  if (storage->n == 0)
    return;
  text = storage->n_well == storage->n ? g_strdup_printf (ngettext ("Healthy on %u shard", "Healthy on all %u shards", storage->n), storage->n)
                                       : g_strdup (storage->ill->str);
  qd_row_list_add (list, NULL, storage->n_well == storage->n ? QD_STATUS_WELL : QD_STATUS_DOWN, _("Storage"), text, NULL);
}

/* The NATS that its shards take their work from, as it is seen from here. */
static void
add_nats (QdDetailTenant *self, const char *feed)
{
  QdEntity *connection = feed != NULL ? qd_fleet_lookup (get_fleet (self), feed, QD_KIND_CONNECTION, feed) : NULL;
  const char *state = connection != NULL ? qd_entity_get_string (connection, QD_CONNECTION_STATE) : NULL;
  const char *detail = connection != NULL ? qd_entity_get_string (connection, QD_CONNECTION_DETAIL) : NULL;
  g_autofree char *text = NULL;

  if (state == NULL)
    return;
  text = g_strjoin (" · ", qd_display_word (state), detail != NULL && *detail != '\0' ? detail : NULL, NULL);
  qd_row_list_add (QD_ROW_LIST (self->health), NULL, qd_display_status (connection), _("NATS"), text, NULL);
}

static void
update_health (QdDetailTenant *self, const char *feed)
{
  QdRowList *list = QD_ROW_LIST (self->health);
  g_autoptr (GString) ill = g_string_new (NULL);
  Storage storage = { 0, 0, ill };

  qd_row_list_begin (list);
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
      qd_row_list_add (list, shard, qd_display_status (shard), _(qd_tenant_services[i].title), text, NULL);
    }
  if (self->tenant != NULL)
    {
      add_storage (list, &storage);
      add_nats (self, feed);
    }
  qd_row_list_end (list);
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
                   documents->bundle != NULL ? text : _("What it defines is not in the bucket"), documents->newest != NULL ? NULL : _("newest"));
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

static void
add_event (QdDetailTenant *self, QdEntity *event)
{
  const QdValue *at = qd_entity_get (event, QD_EVENT_AT);
  g_autofree char *when = at->type == QD_VALUE_TIME ? qd_time_format_local (at->v.i) : NULL, *what = qd_event_describe (get_fleet (self), event);

  qd_row_list_add (QD_ROW_LIST (self->activity), event, QD_STATUS_NONE, what, when, NULL);
}

static void
add_recent (QdDetailTenant *self, const QdAuditRecent *recent)
{
  g_autofree char *when = tell_when (recent->at_us, recent->who), *text = NULL;
  gboolean well = g_str_equal (recent->outcome, "succeeded");

  text = g_strjoin (" · ", when, recent->why != NULL && *recent->why != '\0' ? recent->why : NULL, NULL);
  qd_row_list_add (QD_ROW_LIST (self->activity), NULL, well ? QD_STATUS_WELL : QD_STATUS_DEGRADED, recent->summary, text, qd_display_word (recent->outcome));
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
        add_recent (self, self->recent->pdata[next++]);
      if (n++ < MAX_ACTIVITY)
        add_event (self, event);
    }
  for (; self->tenant != NULL && self->recent != NULL && next < self->recent->len && n < MAX_ACTIVITY; n++)
    add_recent (self, self->recent->pdata[next++]);
  qd_row_list_end (QD_ROW_LIST (self->activity));
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
  qd_detail_config_fill (QD_DETAIL_CONFIG (self->config), documents.config);
  update_definitions (self, &documents);
  update_activity (self);
  qd_detail_rates_update (QD_DETAIL_RATES (self->rates), self->tenant);
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
  qd_detail_tenant_update (self);
}

static gboolean
update_cb (gpointer data)
{
  QdDetailTenant *self = data;

  self->update = 0;
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    qd_detail_tenant_update (self);
  return G_SOURCE_REMOVE;
}

/* Its shards, and what the buckets hold: once a second at most. */
static void
committed_cb (QdDetailTenant *self)
{
  if (self->update == 0 && self->tenant != NULL && gtk_widget_get_mapped (GTK_WIDGET (self)))
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

GtkWidget *
qd_detail_tenant_new (QdSession *session)
{
  QdDetailTenant *self = g_object_new (QD_TYPE_DETAIL_TENANT, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  QdAudit *audit = qd_hub_get_audit (qd_session_get_hub (session));

  self->session = g_object_ref (session);
  self->goals = qd_row_list_new (session, _("Service Levels"), NULL, NULL);
  self->placement = qd_row_list_new (session, _("Placement"), "placement", NULL);
  self->health = qd_row_list_new (session, _("Health"), NULL, NULL);
  self->config = qd_detail_config_new (session);
  self->definitions = qd_row_list_new (session, _("Definitions"), NULL, NULL);
  self->activity = qd_row_list_new (session, _("Activity"), "audit", NULL);
  self->rates = qd_detail_rates_new (session);
  gtk_box_append (GTK_BOX (box), self->goals);
  gtk_box_append (GTK_BOX (box), self->placement);
  gtk_box_append (GTK_BOX (box), self->health);
  gtk_box_append (GTK_BOX (box), self->config);
  gtk_box_append (GTK_BOX (box), self->definitions);
  gtk_box_append (GTK_BOX (box), self->activity);
  gtk_box_append (GTK_BOX (box), self->rates);
  adw_bin_set_child (ADW_BIN (self), box);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  g_signal_connect_object (qd_session_get_fleet (session), "committed", G_CALLBACK (committed_cb), self, G_CONNECT_SWAPPED);
  if (audit != NULL)
    g_signal_connect_object (audit, "appended", G_CALLBACK (read_recent), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
