/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-replay-dialog.h"

#include <glib/gi18n.h>

#include "qd-form-dialog.h"
#include "qd-json.h"
#include "qd-shard-actions.h"

#define N_MODES 3

struct _QdReplayDialog {
  AdwDialog parent_instance;

  QdSession *session;
  QdEntity *shard, *tenant;      /* @tenant: or NULL */
  const char *verb;              /* interned */
  JsonObject *args;
  char **names;                  /* empty: none is known */
  GtkWidget *name;               /* a combo row, or an entry row where none is known */
  GtkWidget *modes[N_MODES];     /* check buttons; NULL: it is no replay */
  GtkWidget *confirm;
};

G_DEFINE_FINAL_TYPE (QdReplayDialog, qd_replay_dialog, ADW_TYPE_DIALOG)

/* As on the wire, what it is called, and what becomes of effects. */
static const struct { const char *mode, *title, *text; } modes[N_MODES] = {
  { "checkpoint_only", N_("Skip what was done"), N_("Every command is looked at again; one whose effects are there is known and not run twice.") },
  { "checkpoint_and_dedupe", N_("Run everything again"), N_("It is forgotten which effects are there: each command runs again, and its effects happen twice.") },
  { "full_reset", N_("Begin with nothing"), N_("All that was kept of the workflow is forgotten as well, and each command runs again.") },
};

static gboolean
is_replay (QdReplayDialog *self)
{
  return g_str_equal (self->verb, "shard.replay");
}

/* --- What there is -------------------------------------------------------------------------------------------- */

static void
add_names (GHashTable *names, QdEntity *shard, const char *member)
{
  const char *text = qd_entity_get_string (shard, QD_FIELD_EXTRA);
  g_autoptr (JsonNode) node = text != NULL ? qd_json_parse (text, -1, "shard", NULL) : NULL;
  JsonObject *object = node != NULL ? qd_json_object (node) : NULL;
  JsonArray *items = object != NULL ? qd_json_get_array (object, member) : NULL;

  for (guint i = 0; items != NULL && i < json_array_get_length (items); i++)
    {
      JsonNode *item = json_array_get_element (items, i);

      if (JSON_NODE_HOLDS_VALUE (item) && json_node_get_value_type (item) == G_TYPE_STRING)
        g_hash_table_add (names, g_strdup (json_node_get_string (item)));
    }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate (*(const char *const *) a, *(const char *const *) b);
}

char **
qd_replay_dup_names (QdFleet *fleet, QdEntity *shard, const char *member)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  QdEntityList *list = qd_fleet_get_list (fleet, QD_KIND_SHARD);
  g_autoptr (GPtrArray) sorted = NULL;

  for (guint i = 0; i < qd_entity_list_get_length (list); i++)
    {
      QdEntity *other = qd_entity_list_peek (list, i);

      if (g_strcmp0 (qd_entity_get_connection (other), qd_entity_get_connection (shard)) == 0
          && g_strcmp0 (qd_entity_get_string (other, QD_SHARD_KIND), qd_entity_get_string (shard, QD_SHARD_KIND)) == 0)
        add_names (names, other, member);
    }
  sorted = g_hash_table_steal_all_keys (names);
  g_ptr_array_sort (sorted, compare_names);
  g_ptr_array_set_free_func (sorted, NULL);
  g_ptr_array_add (sorted, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&sorted), FALSE);
}

/* --- What is chosen --------------------------------------------------------------------------------------------- */

static char *
dup_name (QdReplayDialog *self)
{
  if (*self->names != NULL)
    return g_strdup (self->names[adw_combo_row_get_selected (ADW_COMBO_ROW (self->name))]);
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name))));
}

static void
update_confirm (QdReplayDialog *self)
{
  g_autofree char *name = dup_name (self);

  gtk_widget_set_sensitive (self->confirm, *name != '\0');
}

static const char *
get_mode (QdReplayDialog *self)
{
  for (guint i = 0; i < N_MODES; i++)
    if (gtk_check_button_get_active (GTK_CHECK_BUTTON (self->modes[i])))
      return modes[i].mode;
  return modes[0].mode;
}

void
qd_replay_dialog_confirm (QdReplayDialog *self)
{
  const char *id = qd_entity_get_id (self->shard), *who = qd_json_get_string (self->args, "tenant", "");
  g_autofree char *name = dup_name (self), *summary = NULL;
  GtkWidget *parent = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self)));

  if (!gtk_widget_get_sensitive (self->confirm))
    return;
  if (is_replay (self))
    {
      json_object_set_string_member (self->args, "saga", name);
      json_object_set_string_member (self->args, "mode", get_mode (self));
      summary = g_strdup_printf (_("Replay %s of %s on %s"), name, who, id);
    }
  else
    {
      json_object_set_string_member (self->args, "view", name);
      summary = g_strdup_printf (_("Rebuild %s of %s on %s"), name, who, id);
    }
  /* with its window shut, the dialog has none of these any more */
  qd_session_run (self->session, parent, self->tenant != NULL ? self->tenant : self->shard, self->verb, self->args, summary, NULL, NULL);
  adw_dialog_close (ADW_DIALOG (self));
}

void
qd_replay_dialog_choose (QdReplayDialog *self, const char *name, const char *mode)
{
  for (guint i = 0; self->names[i] != NULL; i++)
    if (g_str_equal (self->names[i], name))
      adw_combo_row_set_selected (ADW_COMBO_ROW (self->name), i);
  if (*self->names == NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->name), name);
  for (guint i = 0; is_replay (self) && i < N_MODES; i++)
    if (g_strcmp0 (modes[i].mode, mode) == 0)
      gtk_check_button_set_active (GTK_CHECK_BUTTON (self->modes[i]), TRUE);
}

/* --- The dialog ----------------------------------------------------------------------------------------------------- */

static void
add_name (QdReplayDialog *self, GtkWidget *group)
{
  const char *title = is_replay (self) ? _("Workflow") : _("View");

  if (*self->names != NULL)
    {
      g_autoptr (GtkStringList) list = gtk_string_list_new ((const char *const *) self->names);

      self->name = adw_combo_row_new ();
      adw_combo_row_set_model (ADW_COMBO_ROW (self->name), G_LIST_MODEL (list));
    }
  else
    {
      self->name = adw_entry_row_new ();
      g_signal_connect_object (self->name, "changed", G_CALLBACK (update_confirm), self, G_CONNECT_SWAPPED);
    }
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->name), title);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->name);
}

static void
add_modes (QdReplayDialog *self, GtkWidget *page)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), _("Effects"));
  for (guint i = 0; i < N_MODES; i++)
    {
      GtkWidget *row = adw_action_row_new ();

      self->modes[i] = gtk_check_button_new ();
      gtk_widget_set_valign (self->modes[i], GTK_ALIGN_CENTER);
      gtk_check_button_set_group (GTK_CHECK_BUTTON (self->modes[i]), i > 0 ? GTK_CHECK_BUTTON (self->modes[0]) : NULL);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _(modes[i].title));
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), _(modes[i].text));
      gtk_widget_set_tooltip_text (row, modes[i].mode);
      adw_action_row_add_prefix (ADW_ACTION_ROW (row), self->modes[i]);
      adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), self->modes[i]);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->modes[i]), GTK_ACCESSIBLE_PROPERTY_LABEL, _(modes[i].title),
                                      GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, _(modes[i].text), -1);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
    }
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->modes[0]), TRUE);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
}

static void
build (QdReplayDialog *self)
{
  GtkWidget *view = adw_toolbar_view_new (), *header = adw_header_bar_new (), *page = adw_preferences_page_new (), *group = adw_preferences_group_new ();
  const char *who = self->tenant != NULL ? qd_entity_get_name (self->tenant) : qd_json_get_string (self->args, "tenant", "");
  g_autofree char *text = g_strdup_printf (_("Tenant %s on %s"), who, qd_entity_get_id (self->shard)), *escaped = g_markup_escape_text (text, -1);

  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group), escaped);
  self->confirm = gtk_button_new_with_mnemonic (_("_Continue…"));
  gtk_widget_add_css_class (self->confirm, "suggested-action");
  add_name (self, group);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
  if (is_replay (self))
    add_modes (self, page);
  g_signal_connect_object (self->confirm, "clicked", G_CALLBACK (qd_replay_dialog_confirm), self, G_CONNECT_SWAPPED);
  qd_form_dialog_pack (ADW_DIALOG (self), ADW_HEADER_BAR (header), self->confirm);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), header);
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), page);
  adw_dialog_set_child (ADW_DIALOG (self), view);
  adw_dialog_set_title (ADW_DIALOG (self), is_replay (self) ? _("Replay Workflow") : _("Rebuild Projection"));
  adw_dialog_set_content_width (ADW_DIALOG (self), 460);
  adw_dialog_set_default_widget (ADW_DIALOG (self), self->confirm);
  update_confirm (self);
}

static void
qd_replay_dialog_dispose (GObject *object)
{
  QdReplayDialog *self = QD_REPLAY_DIALOG (object);

  g_clear_object (&self->session);
  g_clear_object (&self->shard);
  g_clear_object (&self->tenant);
  g_clear_pointer (&self->args, json_object_unref);
  g_clear_pointer (&self->names, g_strfreev);
  G_OBJECT_CLASS (qd_replay_dialog_parent_class)->dispose (object);
}

static void
qd_replay_dialog_class_init (QdReplayDialogClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_replay_dialog_dispose;
}

static void
qd_replay_dialog_init (QdReplayDialog *self)
{
}

AdwDialog *
qd_replay_dialog_new (QdSession *session, QdEntity *shard, QdEntity *tenant, const char *verb, JsonObject *args)
{
  QdReplayDialog *self = g_object_new (QD_TYPE_REPLAY_DIALOG, NULL);

  self->session = g_object_ref (session);
  g_set_object (&self->shard, shard);
  g_set_object (&self->tenant, tenant);
  self->verb = g_intern_string (verb);
  self->args = json_object_ref (args);
  self->names = qd_replay_dup_names (qd_session_get_fleet (session), shard, g_str_equal (verb, "shard.replay") ? "sagas" : "views");
  build (self);
  return ADW_DIALOG (self);
}
