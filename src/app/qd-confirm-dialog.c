/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-confirm-dialog.h"

#include <glib/gi18n.h>

#include "qd-json.h"
#include "qd-shard-actions.h"

/* More rows than that are counted, not listed. */
#define MAX_CHANGES 12
#define MAX_NAMES 200

struct _QdConfirmDialog
{
  AdwAlertDialog parent_instance;

  GtkWidget *group;
  GtkWidget *reason_row;   /* NULL where it has one already */
  char *reason;
  GtkWidget *name_row;     /* NULL where no name is asked */
  char *type_name;
};

enum { SIGNAL_CONFIRMED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QdConfirmDialog, qd_confirm_dialog, ADW_TYPE_ALERT_DIALOG)

static void
add_row (QdConfirmDialog *self, const char *title, const char *text)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
  adw_action_row_set_subtitle_selectable (ADW_ACTION_ROW (row), TRUE);
  gtk_widget_add_css_class (row, "property");
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), row);
}

/* --- What it would do ---------------------------------------------------------------------------- */

static char *
member_to_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  g_autofree char *id = qd_json_dup_id (object, name);

  return id != NULL ? g_steal_pointer (&id) : qd_json_to_text (node, FALSE);
}

/* Each changed field: what it is, what it would be. */
static void
add_difference (QdConfirmDialog *self, const QdConfirmation *confirmation)
{
  JsonObject *changes = confirmation->args != NULL ? qd_json_get_object (confirmation->args, "changes") : NULL;
  g_autoptr (GList) names = changes != NULL ? json_object_get_members (changes) : NULL;
  guint n = 0;

  for (GList *l = names; l != NULL && n < MAX_CHANGES; l = l->next, n++)
    {
      const QdSchema *schema = confirmation->target != NULL ? qd_entity_get_schema (confirmation->target) : NULL;
      int field = schema != NULL ? qd_schema_find_field (schema, l->data) : -1;
      const char *title = field >= 0 && schema->fields[field].title != NULL ? _(schema->fields[field].title) : l->data;
      g_autofree char *before = field >= 0 ? qd_entity_format (confirmation->target, field) : g_strdup ("");
      g_autofree char *after = member_to_text (changes, l->data);
      g_autofree char *text = NULL;

      if (*before == '\0')
        text = g_strdup (after);
      else
        text = g_strdup_printf (_("%s → %s"), before, after);
      add_row (self, title, text);
    }
}

/* Which of them, and how: what verbs of shards are told beside whom they are about. */
static void
add_arguments (QdConfirmDialog *self, const QdConfirmation *confirmation)
{
  static const struct { const char *name, *title; } rows[] = { { "id", N_("Shard") }, { "tenant", N_("Tenant") }, { "saga", N_("Workflow") },
                                                                { "mode", N_("Mode") }, { "view", N_("View") } };
  g_autofree char *text = confirmation->args != NULL ? qd_shard_verb_tell (confirmation->verb, confirmation->args) : NULL;

  if (text == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *value = qd_json_get_string (confirmation->args, rows[i].name, NULL);

      if (value != NULL && (confirmation->target == NULL || g_strcmp0 (value, qd_entity_get_name (confirmation->target)) != 0))
        add_row (self, _(rows[i].title), value);
    }
  add_row (self, _("What it does"), text);
}

static guint
count_flows_of_path (const QdConfirmation *confirmation, const char *path)
{
  QdEntityList *list = qd_fleet_get_list (confirmation->fleet, QD_KIND_FLOW);
  const char *connection = qd_entity_get_connection (confirmation->target);
  guint n = qd_entity_list_get_length (list), count = 0;

  for (guint i = 0; i < n; i++)
    {
      QdEntity *flow = qd_entity_list_peek (list, i);

      if (g_strcmp0 (qd_entity_get_string (flow, QD_FLOW_PATH), path) == 0 &&
          g_strcmp0 (qd_entity_get_connection (flow), connection) == 0)
        count++;
    }
  return count;
}

/* What hangs on the thing: a site's paths, a path's flows. */
static char *
describe_risk (const QdConfirmation *confirmation)
{
  QdEntity *target = confirmation->target;
  GPtrArray *edges;
  gint64 flows;
  guint n;

  if (target == NULL)
    return NULL;
  switch (qd_entity_get_kind (target))
    {
    case QD_KIND_SITE:
      edges = qd_fleet_get_edges (confirmation->fleet, target);
      n = edges != NULL ? edges->len : 0;
      if (n == 0)
        return g_strdup (_("No path begins or ends here"));
      return g_strdup_printf (ngettext ("%u path begins or ends here and would lose its end",
                                        "%u paths begin or end here and would lose their end", n), n);
    case QD_KIND_PATH:
      n = count_flows_of_path (confirmation, qd_entity_get_id (target));
      if (n == 0)
        return g_strdup (_("No known flow uses this path now"));
      return g_strdup_printf (ngettext ("%u flow uses this path and would be moved or interrupted",
                                        "%u flows use this path and would be moved or interrupted", n), n);
    case QD_KIND_ROUTING:
      if (!qd_entity_get_int (target, QD_ROUTING_FLOWS, &flows) || flows == 0)
        return g_strdup (_("No known flow runs by this policy now"));
      return g_strdup_printf (ngettext ("%u flow runs by this policy and would be decided anew",
                                        "%u flows run by this policy and would be decided anew", (gulong) flows), (guint) flows);
    case QD_KIND_TENANT:
      if (confirmation->targets != NULL || !qd_entity_get_int (target, QD_TENANT_IN_FLIGHT, &flows) || flows == 0)
        return NULL;
      return g_strdup_printf (ngettext ("%u piece of its work is in flight now", "%u pieces of its work are in flight now", (gulong) flows), (guint) flows);
    default:
      return NULL;
    }
}

/* Their names, as far as there is room. */
static char *
list_names (GPtrArray *targets)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < MIN (targets->len, MAX_NAMES); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", qd_entity_get_name (g_ptr_array_index (targets, i)));
  if (targets->len > MAX_NAMES)
    g_string_append_printf (text, ngettext (" and %u more", " and %u more", targets->len - MAX_NAMES), targets->len - MAX_NAMES);
  return g_string_free (text, FALSE);
}

static void
describe (QdConfirmDialog *self, const QdConfirmation *confirmation)
{
  g_autofree char *risk = describe_risk (confirmation);

  /* not in the heading, whose lines end at spaces only: a name may be one long word */
  if (confirmation->targets != NULL)
    {
      g_autofree char *names = list_names (confirmation->targets);
      gboolean tenants = confirmation->target != NULL && qd_entity_get_kind (confirmation->target) == QD_KIND_TENANT;
      g_autofree char *title = g_strdup_printf (tenants ? ngettext ("%u tenant", "%u tenants", confirmation->targets->len)
                                                        : ngettext ("%u thing", "%u things", confirmation->targets->len), confirmation->targets->len);

      add_row (self, title, names);
      if (confirmation->left_out != NULL)
        add_row (self, _("Left out"), confirmation->left_out);
    }
  else if (confirmation->target != NULL)
    add_row (self, _("Name"), qd_entity_get_name (confirmation->target));
  add_row (self, _("Where"), confirmation->where);
  add_difference (self, confirmation);
  add_arguments (self, confirmation);
  if (confirmation->effect != NULL)
    add_row (self, _("What it does"), confirmation->effect);
  if (confirmation->reason != NULL && *confirmation->reason != '\0')
    add_row (self, _("Reason"), confirmation->reason);
  if (risk != NULL)
    add_row (self, _("At risk"), risk);
  add_row (self, _("To undo"), confirmation->note != NULL ? confirmation->note : confirmation->undoable ? _("Press Undo in the message that follows")
                                                      : _("This cannot be undone from here"));
}

/* --- What must be said -------------------------------------------------------------------------- */

static const char *
get_reason (QdConfirmDialog *self)
{
  return self->reason_row != NULL ? gtk_editable_get_text (GTK_EDITABLE (self->reason_row)) : self->reason;
}

static void
update_response (QdConfirmDialog *self)
{
  g_autofree char *reason = g_strstrip (g_strdup (get_reason (self)));
  gboolean named = self->name_row == NULL ||
                   g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (self->name_row)), self->type_name) == 0;

  adw_alert_dialog_set_response_enabled (ADW_ALERT_DIALOG (self), "do", (self->reason_row == NULL || *reason != '\0') && named);
}

static GtkWidget *
add_entry (QdConfirmDialog *self, const char *title)
{
  GtkWidget *row = adw_entry_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_entry_row_set_activates_default (ADW_ENTRY_ROW (row), TRUE);
  g_signal_connect_object (row, "changed", G_CALLBACK (update_response), self, G_CONNECT_SWAPPED);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), row);
  return row;
}

static void
qd_confirm_dialog_response (AdwAlertDialog *dialog, const char *response)
{
  QdConfirmDialog *self = QD_CONFIRM_DIALOG (dialog);

  if (g_strcmp0 (response, "do") == 0)
    g_signal_emit (self, signals[SIGNAL_CONFIRMED], 0, get_reason (self));
}

static void
qd_confirm_dialog_finalize (GObject *object)
{
  QdConfirmDialog *self = QD_CONFIRM_DIALOG (object);

  g_free (self->reason);
  g_free (self->type_name);
  G_OBJECT_CLASS (qd_confirm_dialog_parent_class)->finalize (object);
}

static void
qd_confirm_dialog_class_init (QdConfirmDialogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_confirm_dialog_finalize;
  ADW_ALERT_DIALOG_CLASS (klass)->response = qd_confirm_dialog_response;
  signals[SIGNAL_CONFIRMED] = g_signal_new ("confirmed", QD_TYPE_CONFIRM_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                            G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
qd_confirm_dialog_init (QdConfirmDialog *self)
{
  self->group = adw_preferences_group_new ();
  adw_alert_dialog_set_extra_child (ADW_ALERT_DIALOG (self), self->group);
}

/**
 * qd_confirm_dialog_new:
 * @confirmation: what is asked; read at once
 *
 * Returns: (transfer floating): the dialog
 */
AdwDialog *
qd_confirm_dialog_new (const QdConfirmation *confirmation)
{
  QdConfirmDialog *self = g_object_new (QD_TYPE_CONFIRM_DIALOG, NULL);
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (self);

  adw_alert_dialog_format_heading (dialog, _("%s?"), confirmation->title);
  describe (self, confirmation);
  if (confirmation->reason == NULL)
    self->reason_row = add_entry (self, _("Reason"));
  else
    self->reason = g_strdup (confirmation->reason);
  if (confirmation->type_name != NULL)
    {
      g_autofree char *title = g_strdup_printf (_("Type “%s” to confirm"), confirmation->type_name);

      self->type_name = g_strdup (confirmation->type_name);
      self->name_row = add_entry (self, title);
    }
  adw_alert_dialog_add_responses (dialog, "cancel", _("_Cancel"), "do", confirmation->title, NULL);
  adw_alert_dialog_set_response_appearance (dialog, "do", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (dialog, "do");
  adw_alert_dialog_set_close_response (dialog, "cancel");
  adw_alert_dialog_set_prefer_wide_layout (dialog, TRUE);
  adw_dialog_set_focus (ADW_DIALOG (self), self->reason_row != NULL ? self->reason_row : self->name_row);
  update_response (self);
  return ADW_DIALOG (self);
}

void
qd_confirm_dialog_set_texts (QdConfirmDialog *self, const char *reason, const char *name)
{
  g_return_if_fail (QD_IS_CONFIRM_DIALOG (self));

  if (self->reason_row != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->reason_row), reason);
  if (self->name_row != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->name_row), name);
}
