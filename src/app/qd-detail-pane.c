/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-detail-pane.h"

#include <glib/gi18n.h>

#include "qd-audit-detail.h"
#include "qd-audit-show.h"
#include "qd-detail-actions.h"
#include "qd-detail-history.h"
#include "qd-detail-sections.h"
#include "qd-detail-steps.h"
#include "qd-detail-tenant.h"
#include "qd-display.h"
#include "qd-entity-actions.h"
#include "qd-event-text.h"
#include "qd-json.h"
#include "qd-routing-fields.h"
#include "qd-routing-words.h"
#include "qd-row-list.h"
#include "qd-state.h"
#include "qd-time.h"

#define MAX_RELATED 10
#define MAX_EVENTS 8
#define MAX_FIELDS 40

struct _QdDetailPane {
  AdwBin parent_instance;

  QdSession *session;
  QdEntity *entity;
  GtkWidget *stack;
  AdwNavigationView *view;             /* all about it, and its subpages over that */
  AdwNavigationPage *main;
  GtkWidget *image, *name, *state;
  GtkWidget *actions;
  GtkWidget *properties;               /* group */
  GtkWidget *rows[MAX_FIELDS];         /* by field; NULL until it had a value */
  GtkWidget *steps;                    /* a flow's decision, a job's steps */
  GtkWidget *changes;                  /* an audit record's before and after */
  GtkWidget *history;
  GtkWidget *tenant;                   /* what there is to say of one */
  GtkWidget *related, *events;
  guint shown_actions;                 /* which of its kind's the buttons are */
  gulong changed_handler;
  guint update;                        /* timeout: text changes once a second at most */
};

typedef enum { PROP_ON_SUBPAGE = 1 } QdDetailPaneProperty;
static GParamSpec *properties[PROP_ON_SUBPAGE + 1];

G_DEFINE_FINAL_TYPE (QdDetailPane, qd_detail_pane, ADW_TYPE_BIN)

static QdFleet *
get_fleet (QdDetailPane *self)
{
  return qd_session_get_fleet (self->session);
}

static QdEntity *
lookup (QdDetailPane *self, QdKind kind, const char *id)
{
  return id != NULL ? qd_fleet_lookup (get_fleet (self), qd_entity_get_connection (self->entity), kind, id) : NULL;
}

/* Which page is in sight, or of what. */
static void
page_cb (QdDetailPane *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ON_SUBPAGE]);
}

/* --- The head ------------------------------------------------------------------------------ */

/* A policy has no health: what it says is what one wants to know of it. */
static void
append_policy (QdDetailPane *self, GString *text)
{
  g_autoptr (JsonObject) object = qd_routing_object_of (self->entity);
  g_autofree char *words = qd_routing_tell (object, get_fleet (self), qd_entity_get_connection (self->entity));

  g_string_append (text, words);
}

/* "Degraded for 4 min", and how old it is when the connection is not live. */
static char *
say_state (QdDetailPane *self)
{
  GString *text = g_string_new (NULL);
  QdStatus status = qd_entity_get_status (self->entity);
  const char *word = qd_entity_get_string (self->entity, QD_FIELD_STATUS_TEXT);

  double killed;

  /* Where a kind has words of its own, they say more than what they amount to. */
  if (qd_display_state_field (qd_entity_get_kind (self->entity)) == QD_FIELD_STATUS_TEXT && word != NULL)
    g_string_append (text, qd_display_word (word));
  else if (status != QD_STATUS_NONE)
    g_string_append (text, qd_status_get_label (status));
  if (text->len > 0)
    qd_display_append_since (text, self->entity);
  if (qd_entity_get_kind (self->entity) == QD_KIND_TENANT && qd_entity_get_double (self->entity, QD_TENANT_KILL_SWITCH, &killed) && killed != 0)
    g_string_append_printf (text, " · %s", _("kill switch on"));
  if (word != NULL && status == QD_STATUS_UNKNOWN && qd_display_state_field (qd_entity_get_kind (self->entity)) != QD_FIELD_STATUS_TEXT)
    g_string_append_printf (text, " (%s)", word);
  if (qd_entity_get_kind (self->entity) == QD_KIND_ROUTING)
    append_policy (self, text);
  if (qd_fleet_is_stale (get_fleet (self), self->entity))
    g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", _("last known"));
  return g_string_free (text, FALSE);
}

static void
update_head (QdDetailPane *self)
{
  g_autofree char *state = say_state (self);
  QdStatus status = qd_entity_get_status (self->entity);

  if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (self->name)), qd_entity_get_name (self->entity)) != 0)
    {
      gtk_label_set_text (GTK_LABEL (self->name), qd_entity_get_name (self->entity));
      page_cb (self);
    }
  if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (self->state)), state) != 0)
    gtk_label_set_text (GTK_LABEL (self->state), state);
  gtk_widget_set_visible (self->state, *state != '\0');
  gtk_widget_set_visible (self->image, status != QD_STATUS_NONE);
  qd_state_image_set (self->image, status);
}

/* --- Properties ---------------------------------------------------------------------------- */

/* What has a place of its own in the pane, or says nothing to a person. */
static gboolean
is_told_elsewhere (QdKind kind, guint field)
{
  if (field == QD_FIELD_NAME || field == QD_FIELD_STATUS || field == QD_FIELD_SINCE || field == QD_FIELD_STATUS_TEXT)
    return TRUE;
  return (kind == QD_KIND_FLOW && field == QD_FLOW_DECISION) || (kind == QD_KIND_JOB && field == QD_JOB_STEPS) ||
         (kind == QD_KIND_EVENT && (field == QD_EVENT_SUBJECT_KIND || field == QD_EVENT_SUBJECT_ID)) ||
         (kind == QD_KIND_TENANT && (field == QD_TENANT_AGGREGATE || field == QD_TENANT_PROJECTION || field == QD_TENANT_RUNNER ||
                                     field == QD_TENANT_KILL_SWITCH)) ||
         (kind == QD_KIND_JOB && (field == QD_JOB_TARGET_KIND || field == QD_JOB_TARGET_ID));
}

/* The name of the thing whose id a field holds, or NULL. */
static const char *
name_behind (QdDetailPane *self, guint field)
{
  const char *id = qd_entity_get_string (self->entity, field);
  QdEntity *other = NULL;

  switch (qd_entity_get_kind (self->entity))
    {
    case QD_KIND_PATH:
      other = field == QD_PATH_SRC || field == QD_PATH_DST ? lookup (self, QD_KIND_SITE, id) : NULL;
      break;
    case QD_KIND_FLOW:
      other = field == QD_FLOW_PATH ? lookup (self, QD_KIND_PATH, id) : NULL;
      break;
    case QD_KIND_NODE:
      other = field == QD_NODE_SITE ? lookup (self, QD_KIND_SITE, id) : NULL;
      break;
    case QD_KIND_LINK:
      other = field == QD_LINK_SRC || field == QD_LINK_DST ? lookup (self, QD_KIND_NODE, id) : NULL;
      break;
    default:
      break;
    }
  return other != NULL ? qd_entity_get_name (other) : NULL;
}

static void
append_json (GString *text, const char *name, JsonNode *node)
{
  g_autofree char *value = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
                             ? g_strdup (json_node_get_string (node)) : qd_json_to_text (node, FALSE);

  if (JSON_NODE_HOLDS_NULL (node))
    return;
  g_string_append (text, text->len > 0 ? "\n" : "");
  if (name != NULL)
    g_string_append_printf (text, "%s: %s", name, value);
  else
    g_string_append (text, value);
}

/* JSON as lines a person can read: "name: value" each. */
static char *
tell_json (const char *json)
{
  g_autoptr (JsonNode) root = qd_json_parse (json, -1, "", NULL);
  JsonObject *object = root != NULL ? qd_json_object (root) : NULL;
  JsonArray *array = root != NULL ? qd_json_array (root) : NULL;
  g_autoptr (GList) names = object != NULL ? json_object_get_members (object) : NULL;
  GString *text = g_string_new (NULL);

  for (GList *l = names; l != NULL; l = l->next)
    append_json (text, l->data, json_object_get_member (object, l->data));
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      JsonObject *member = qd_json_object (element);

      /* An endpoint is known by its address. */
      if (member != NULL && qd_json_get_string (member, "address", NULL) != NULL)
        g_string_append_printf (text, "%s%s (%s)", text->len > 0 ? "\n" : "", qd_json_get_string (member, "address", ""),
                                qd_json_get_string (member, "interface_type", "—"));
      /* A person by the name, and where to reach them. */
      else if (member != NULL && qd_json_get_string (member, "email", NULL) != NULL)
        g_string_append_printf (text, "%s%s <%s> %s", text->len > 0 ? "\n" : "", qd_json_get_string (member, "name", ""),
                                qd_json_get_string (member, "email", ""), qd_json_get_string (member, "role", ""));
      else
        append_json (text, NULL, element);
    }
  return g_string_free (text, FALSE);
}

static char *
tell_field (QdDetailPane *self, guint field)
{
  const QdField *info = &qd_entity_get_schema (self->entity)->fields[field];
  const QdValue *value = qd_entity_get (self->entity, field);
  const char *name = name_behind (self, field);
  g_autofree char *text = NULL;

  if (value->type == QD_VALUE_NONE)
    return NULL;
  if (name != NULL)
    return g_strdup (name);
  if (value->type == QD_VALUE_JSON && (qd_entity_get_kind (self->entity) != QD_KIND_ROUTING || field < QD_FIELD_OWN))
    return tell_json (value->v.s);
  text = qd_display_field (get_fleet (self), self->entity, field);
  if (info->unit != NULL && *text != '\0')
    return g_strdup_printf (g_str_equal (info->unit, "°") ? "%s%s" : "%s %s", text, info->unit);
  return g_steal_pointer (&text);
}

static GtkWidget *
property_row_new (const char *title)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle_selectable (ADW_ACTION_ROW (row), TRUE);
  gtk_widget_add_css_class (row, "property");
  gtk_widget_add_css_class (row, "numeric");
  return row;
}

static void
update_property (QdDetailPane *self, guint field)
{
  const QdSchema *schema = qd_entity_get_schema (self->entity);
  g_autofree char *text = NULL;

  if (schema->fields[field].title == NULL || is_told_elsewhere (schema->kind, field))
    return;
  text = tell_field (self, field);
  if (text != NULL && *text != '\0' && self->rows[field] == NULL)
    {
      self->rows[field] = property_row_new (_(schema->fields[field].title));
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->properties), self->rows[field]);
    }
  if (self->rows[field] == NULL)
    return;
  gtk_widget_set_visible (self->rows[field], text != NULL && *text != '\0');
  if (text != NULL && g_strcmp0 (adw_action_row_get_subtitle (ADW_ACTION_ROW (self->rows[field])), text) != 0)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (self->rows[field]), text);
}

/* What is a kind's own comes first; what all kinds have says less. */
static void
update_properties (QdDetailPane *self)
{
  guint n = MIN (qd_entity_get_schema (self->entity)->n_fields, MAX_FIELDS);

  for (guint field = QD_FIELD_OWN; field < n; field++)
    update_property (self, field);
  for (guint field = 0; field < QD_FIELD_OWN; field++)
    update_property (self, field);
}

static void
clear_properties (QdDetailPane *self)
{
  for (guint i = 0; i < MAX_FIELDS; i++)
    if (self->rows[i] != NULL)
      {
        adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self->properties), self->rows[i]);
        self->rows[i] = NULL;
      }
}

/* --- A flow's decision, a job's steps ------------------------------------------------------ */

static void
update_steps (QdDetailPane *self)
{
  QdKind kind = qd_entity_get_kind (self->entity);

  qd_detail_steps_fill (QD_ROW_LIST (self->steps), kind == QD_KIND_FLOW ? qd_entity_get_string (self->entity, QD_FLOW_DECISION)
                                                   : kind == QD_KIND_JOB ? qd_entity_get_string (self->entity, QD_JOB_STEPS) : NULL);
  qd_audit_detail_fill (QD_ROW_LIST (self->changes), self->entity);
}

/* --- Related things, events ---------------------------------------------------------------- */

static void
add_related (QdDetailPane *self, QdEntity *other, const char *what)
{
  if (other != NULL)
    qd_row_list_add (QD_ROW_LIST (self->related), other, qd_entity_get_status (other), qd_entity_get_name (other), what, NULL);
}

static int
compare_worst (gconstpointer a, gconstpointer b)
{
  return (int) qd_entity_get_status (*(QdEntity *const *) b) - (int) qd_entity_get_status (*(QdEntity *const *) a);
}

static void
add_edges (QdDetailPane *self)
{
  GPtrArray *edges = qd_fleet_get_edges (get_fleet (self), self->entity);
  g_autoptr (GPtrArray) sorted = edges != NULL ? g_ptr_array_copy (edges, NULL, NULL) : NULL;

  if (sorted == NULL)
    return;
  g_ptr_array_sort (sorted, compare_worst);
  for (guint i = 0; i < MIN (sorted->len, MAX_RELATED); i++)
    add_related (self, sorted->pdata[i], qd_status_get_label (qd_entity_get_status (sorted->pdata[i])));
}

/* The paths that a routing policy names. */
static void
add_paths (QdDetailPane *self)
{
  g_autoptr (JsonObject) object = qd_routing_object_of (self->entity);
  JsonNode *primary = qd_routing_object_get (object, QD_ROUTING_AT_PRIMARY), *backups = qd_routing_object_get (object, QD_ROUTING_AT_BACKUPS);
  JsonArray *array = backups ? qd_json_array (backups) : NULL;

  if (primary && JSON_NODE_HOLDS_VALUE (primary))
    add_related (self, lookup (self, QD_KIND_PATH, json_node_get_string (primary)), _("Primary path"));
  for (guint i = 0; array && i < MIN (json_array_get_length (array), MAX_RELATED); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (node))
        add_related (self, lookup (self, QD_KIND_PATH, json_node_get_string (node)), _("Backup"));
    }
}

/* Those who live on a shard, as far as it says. */
static void
add_tenants (QdDetailPane *self)
{
  const char *text = qd_entity_get_string (self->entity, QD_SHARD_TENANTS);
  g_autoptr (JsonNode) node = text != NULL ? qd_json_parse (text, -1, "tenants", NULL) : NULL;
  JsonArray *array = node != NULL ? qd_json_array (node) : NULL;
  guint n = 0;

  for (guint i = 0; array != NULL && i < json_array_get_length (array) && n < MAX_RELATED; i++)
    {
      JsonObject *object = qd_json_object (json_array_get_element (array, i));
      QdEntity *tenant = object != NULL ? lookup (self, QD_KIND_TENANT, qd_json_get_string (object, "id", NULL)) : NULL;

      n += tenant != NULL;
      if (tenant != NULL)
        add_related (self, tenant, qd_json_get_bool (object, "drained", FALSE) ? _("Drained") : _("Tenant"));
    }
}

/* What the audit has of the same request. */
static void
add_records (QdDetailPane *self)
{
  g_autoptr (GPtrArray) records = qd_audit_detail_find_records (get_fleet (self), self->entity, MAX_RELATED);

  for (guint i = 0; i < records->len; i++)
    add_related (self, records->pdata[i], _("Audit record"));
}

static void
update_related (QdDetailPane *self)
{
  qd_row_list_begin (QD_ROW_LIST (self->related));
  switch (qd_entity_get_kind (self->entity))
    {
    case QD_KIND_SITE:
      add_edges (self);
      break;
    case QD_KIND_NODE:
      add_related (self, lookup (self, QD_KIND_SITE, qd_entity_get_string (self->entity, QD_NODE_SITE)), _("Site"));
      add_edges (self);
      break;
    case QD_KIND_PATH:
    case QD_KIND_LINK:
      add_related (self, qd_fleet_get_end (get_fleet (self), self->entity, FALSE), _("From"));
      add_related (self, qd_fleet_get_end (get_fleet (self), self->entity, TRUE), _("To"));
      break;
    case QD_KIND_FLOW:
      add_related (self, lookup (self, QD_KIND_PATH, qd_entity_get_string (self->entity, QD_FLOW_PATH)), _("Path"));
      add_related (self, lookup (self, QD_KIND_ROUTING, qd_entity_get_string (self->entity, QD_FLOW_POLICY)), _("Routing policy"));
      break;
    case QD_KIND_EVENT:
    case QD_KIND_JOB:
      add_related (self, qd_fleet_get_end (get_fleet (self), self->entity, FALSE), NULL);
      add_records (self);
      break;
    case QD_KIND_ROUTING:
      add_paths (self);
      break;
    case QD_KIND_AUDIT:
      add_related (self, qd_audit_detail_find_job (get_fleet (self), self->entity), _("Job"));
      add_related (self, qd_audit_detail_find_thing (get_fleet (self), self->entity), NULL);
      break;
    case QD_KIND_SHARD:
      add_tenants (self);
      break;
    case QD_KIND_TENANT: /* its shards have a list of their own */
    case QD_KIND_CONNECTION:
    case QD_KIND_KV_ENTRY:
    case QD_N_KINDS:
    default:
      break;
    }
  qd_row_list_end (QD_ROW_LIST (self->related));
}

static gboolean
is_about (QdDetailPane *self, QdEntity *event)
{
  gint64 kind;

  if (qd_entity_get_kind (self->entity) == QD_KIND_AUDIT)
    return qd_audit_detail_is_of_request (self->entity, event);
  return g_str_equal (qd_entity_get_connection (event), qd_entity_get_connection (self->entity)) &&
         qd_entity_get_int (event, QD_EVENT_SUBJECT_KIND, &kind) && kind == (gint64) qd_entity_get_kind (self->entity) &&
         g_strcmp0 (qd_entity_get_string (event, QD_EVENT_SUBJECT_ID), qd_entity_get_id (self->entity)) == 0;
}

static void
update_events (QdDetailPane *self)
{
  QdEntityList *events = qd_fleet_get_list (get_fleet (self), QD_KIND_EVENT);
  guint found = 0;

  qd_row_list_begin (QD_ROW_LIST (self->events));
  /* A tenant's are among what was done about it. */
  for (guint i = qd_entity_get_kind (self->entity) != QD_KIND_TENANT ? qd_entity_list_get_length (events) : 0; i > 0 && found < MAX_EVENTS; i--)
    {
      QdEntity *event = qd_entity_list_peek (events, i - 1);
      const QdValue *at = qd_entity_get (event, QD_EVENT_AT);
      g_autofree char *when = NULL;
      g_autofree char *what = NULL;

      if (!is_about (self, event))
        continue;
      when = at->type == QD_VALUE_TIME ? qd_time_format_local (at->v.i) : NULL;
      what = qd_event_describe (get_fleet (self), event);
      qd_row_list_add (QD_ROW_LIST (self->events), event, QD_STATUS_NONE, what,
                       qd_entity_get_string (event, QD_EVENT_SEVERITY), when);
      found++;
    }
  qd_row_list_end (QD_ROW_LIST (self->events));
}

/* --- Following the thing ------------------------------------------------------------------- */

/* Which of on and off can be pressed follows what the thing is. */
static void
update_actions (QdDetailPane *self)
{
  const char *const *verbs = qd_entity_actions_get (qd_entity_get_kind (self->entity));
  guint wanted = 0;

  for (guint i = 0; verbs[i] != NULL; i++)
    wanted |= (guint) qd_entity_action_concerns (self->entity, verbs[i]) << i;
  if (self->shown_actions != wanted)
    qd_detail_actions_fill (self->actions, self->session, self->entity);
  else if (qd_entity_get_kind (self->entity) == QD_KIND_JOB)
    qd_detail_actions_update (self->actions, self->session, self->entity);
  self->shown_actions = wanted;
}

static void
update_all (QdDetailPane *self)
{
  update_actions (self);
  update_head (self);
  update_properties (self);
  update_steps (self);
  qd_detail_tenant_update (QD_DETAIL_TENANT (self->tenant));
  update_related (self);
  update_events (self);
}

static gboolean
update_cb (gpointer user_data)
{
  QdDetailPane *self = user_data;

  self->update = 0;
  if (self->entity != NULL && gtk_widget_get_mapped (GTK_WIDGET (self)))
    update_all (self);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (QdDetailPane *self)
{
  if (self->update == 0)
    self->update = g_timeout_add (1000, update_cb, self);
}

static void
forget (QdDetailPane *self)
{
  g_clear_handle_id (&self->update, g_source_remove);
  if (self->entity != NULL)
    g_clear_signal_handler (&self->changed_handler, self->entity);
  g_clear_object (&self->entity);
}

static void
asked_for_records_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdSession) session = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (qd_audit_show_request_finish (QD_HUB (source), result, &error) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  text = g_strdup_printf (_("The audit records of this cannot be read: %s"), error->message);
  qd_session_toast (session, text);
}

/* What is of a request has records, which may not have been looked at yet. */
static void
ask_for_records (QdDetailPane *self)
{
  g_autofree char *request = qd_audit_detail_dup_request (self->entity);

  if (request != NULL)
    qd_audit_show_request_async (qd_session_get_hub (self->session), request, asked_for_records_cb, g_object_ref (self->session));
}

static void
qd_detail_pane_map (GtkWidget *widget)
{
  QdDetailPane *self = QD_DETAIL_PANE (widget);

  GTK_WIDGET_CLASS (qd_detail_pane_parent_class)->map (widget);
  if (self->entity != NULL)
    update_all (self);
}

static void
qd_detail_pane_dispose (GObject *object)
{
  QdDetailPane *self = QD_DETAIL_PANE (object);

  forget (self);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (qd_detail_pane_parent_class)->dispose (object);
}

static void
qd_detail_pane_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch ((QdDetailPaneProperty) id)
    {
    case PROP_ON_SUBPAGE:
      g_value_set_boolean (value, qd_detail_pane_get_on_subpage (QD_DETAIL_PANE (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
qd_detail_pane_class_init (QdDetailPaneClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_detail_pane_dispose;
  G_OBJECT_CLASS (klass)->get_property = qd_detail_pane_get_property;
  properties[PROP_ON_SUBPAGE] = g_param_spec_boolean ("on-subpage", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), G_N_ELEMENTS (properties), properties);
  GTK_WIDGET_CLASS (klass)->map = qd_detail_pane_map;
}

static void
qd_detail_pane_init (QdDetailPane *self)
{
}

/* --- Building ------------------------------------------------------------------------------ */

static GtkWidget *
build_head (QdDetailPane *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->name = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->name, "title-2");
  gtk_label_set_wrap (GTK_LABEL (self->name), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->name), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (self->name), 0);
  gtk_label_set_selectable (GTK_LABEL (self->name), TRUE);
  self->image = qd_state_image_new (QD_STATUS_UNKNOWN);
  gtk_widget_set_valign (self->image, GTK_ALIGN_CENTER);
  self->state = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->state), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->state), 0);
  gtk_box_append (GTK_BOX (line), self->image);
  gtk_box_append (GTK_BOX (line), self->state);
  gtk_box_append (GTK_BOX (box), self->name);
  gtk_box_append (GTK_BOX (box), line);
  return box;
}

static GtkWidget *
build_content (QdDetailPane *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);

  self->view = ADW_NAVIGATION_VIEW (adw_navigation_view_new ());
  self->main = adw_navigation_page_new (qd_detail_sections_wrap (box), _("Details"));
  adw_navigation_view_add (self->view, self->main);
  g_signal_connect_object (self->view, "notify::visible-page", G_CALLBACK (page_cb), self, G_CONNECT_SWAPPED);
  self->actions = adw_wrap_box_new ();
  adw_wrap_box_set_child_spacing (ADW_WRAP_BOX (self->actions), 6);
  adw_wrap_box_set_line_spacing (ADW_WRAP_BOX (self->actions), 6);
  self->properties = adw_preferences_group_new ();
  self->steps = qd_row_list_new (self->session, _("How It Went"), NULL, NULL);
  self->changes = qd_row_list_new (self->session, _("What It Is About"), NULL, NULL);
  self->history = qd_detail_history_new (self->session);
  self->tenant = qd_detail_tenant_new (self->session, self->view);
  self->related = qd_row_list_new (self->session, _("Related"), NULL, NULL);
  self->events = qd_row_list_new (self->session, _("Recent Events"), NULL, NULL);

  gtk_box_append (GTK_BOX (box), build_head (self));
  gtk_box_append (GTK_BOX (box), self->actions);
  gtk_box_append (GTK_BOX (box), self->steps);
  gtk_box_append (GTK_BOX (box), self->changes);
  gtk_box_append (GTK_BOX (box), self->tenant);
  gtk_box_append (GTK_BOX (box), self->properties);
  gtk_box_append (GTK_BOX (box), self->history);
  gtk_box_append (GTK_BOX (box), self->related);
  gtk_box_append (GTK_BOX (box), self->events);
  return GTK_WIDGET (self->view);
}

GtkWidget *
qd_detail_pane_new (QdSession *session)
{
  QdDetailPane *self = g_object_new (QD_TYPE_DETAIL_PANE, NULL);
  GtkWidget *nothing = adw_status_page_new ();

  self->session = g_object_ref (session);
  adw_status_page_set_title (ADW_STATUS_PAGE (nothing), _("Nothing Selected"));
  adw_status_page_set_description (ADW_STATUS_PAGE (nothing), _("Select something to see all about it"));
  gtk_widget_add_css_class (nothing, "compact");
  self->stack = gtk_stack_new ();
  g_signal_connect_object (qd_fleet_get_list (get_fleet (self), QD_KIND_AUDIT), "items-changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  gtk_stack_add_named (GTK_STACK (self->stack), nothing, "nothing");
  gtk_stack_add_named (GTK_STACK (self->stack), build_content (self), "thing");
  adw_bin_set_child (ADW_BIN (self), self->stack);
  return GTK_WIDGET (self);
}

void
qd_detail_pane_set_entity (QdDetailPane *self, QdEntity *entity)
{
  if (self->entity == entity)
    return;
  forget (self);
  clear_properties (self);
  qd_detail_tenant_set_entity (QD_DETAIL_TENANT (self->tenant), entity != NULL && qd_entity_get_kind (entity) == QD_KIND_TENANT ? entity : NULL);
  qd_detail_history_set_entity (QD_DETAIL_HISTORY (self->history), entity);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), entity != NULL ? "thing" : "nothing");
  if (entity == NULL)
    {
      page_cb (self);
      return;
    }
  self->entity = g_object_ref (entity);
  /* Only tenants have any; theirs stays from one to the next. */
  if (qd_entity_get_kind (entity) != QD_KIND_TENANT)
    qd_detail_pane_go_back (self);
  self->changed_handler = g_signal_connect_object (entity, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  ask_for_records (self);
  qd_detail_actions_fill (self->actions, self->session, entity);
  update_all (self);
  page_cb (self);
}

QdEntity *
qd_detail_pane_get_entity (QdDetailPane *self)
{
  return self->entity;
}

gboolean
qd_detail_pane_get_on_subpage (QdDetailPane *self)
{
  return self->entity != NULL && adw_navigation_view_get_visible_page (self->view) != self->main;
}

void
qd_detail_pane_go_back (QdDetailPane *self)
{
  if (adw_navigation_view_get_visible_page (self->view) != self->main)
    adw_navigation_view_pop_to_page (self->view, self->main);
}
