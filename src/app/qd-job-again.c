/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-job-again.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "qd-display.h"
#include "qd-job-actions.h"
#include "qd-json.h"

typedef struct { QdSession *session; QdEntity *job; } Again;

static void
again_free (gpointer data)
{
  Again *self = data;

  g_object_unref (self->session);
  g_object_unref (self->job);
  g_free (self);
}

static void
activated_cb (GtkListBox *list, GtkListBoxRow *row, Again *self)
{
  GtkWidget *popover = gtk_widget_get_ancestor (GTK_WIDGET (list), GTK_TYPE_POPOVER);
  QdMigrationStep step;

  gtk_popover_popdown (GTK_POPOVER (popover));
  if (qd_migration_step_parse (g_object_get_data (G_OBJECT (row), "step"), &step))
    qd_job_action_go_on_from (self->session, gtk_widget_get_parent (popover), self->job, step);
}

/* @step: as QD_JOB_STEPS has it. */
static void
add_row (GtkListBox *list, JsonObject *step)
{
  const char *blocked = qd_json_get_string (step, "blocked", NULL);
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), qd_json_get_string (step, "name", ""));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), blocked ? blocked : qd_display_word (qd_json_get_string (step, "state", "")));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), blocked == NULL);
  gtk_widget_set_sensitive (row, blocked == NULL);
  g_object_set_data_full (G_OBJECT (row), "step", g_strdup (qd_json_get_string (step, "id", "")), g_free);
  gtk_list_box_append (list, row);
}

/* What stands there is as the job is when it is opened; the engine looks again before it begins. */
static void
popup_cb (GtkMenuButton *button, gpointer data)
{
  Again *self = data;
  GtkWidget *popover = gtk_popover_new (), *scrolled = gtk_scrolled_window_new (), *list = gtk_list_box_new ();
  const char *text = qd_entity_get_string (self->job, QD_JOB_STEPS);
  g_autoptr (JsonNode) node = text ? qd_json_parse (text, -1, "steps", NULL) : NULL;
  JsonArray *steps = node ? qd_json_array (node) : NULL;

  for (guint i = 0; steps && i < json_array_get_length (steps); i++)
    {
      JsonObject *step = qd_json_object (json_array_get_element (steps, i));

      if (step && qd_json_get_string (step, "id", NULL))
        add_row (GTK_LIST_BOX (list), step);
    }
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Steps to go on from"), -1);
  g_signal_connect (list, "row-activated", G_CALLBACK (activated_cb), self);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), 420);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), list);
  gtk_widget_set_size_request (scrolled, 300, -1);
  gtk_popover_set_child (GTK_POPOVER (popover), scrolled);
  gtk_menu_button_set_popover (button, popover);
}

GtkWidget *
qd_job_again_new (QdSession *session, QdEntity *job)
{
  GtkWidget *button = gtk_menu_button_new ();
  Again *self = g_new (Again, 1);

  *self = (Again) { g_object_ref (session), g_object_ref (job) };
  gtk_menu_button_set_label (GTK_MENU_BUTTON (button), _("Go On _From"));
  gtk_menu_button_set_use_underline (GTK_MENU_BUTTON (button), TRUE);
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (button), popup_cb, self, again_free);
  return button;
}
