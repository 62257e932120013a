/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-detail-actions.h"

#include <adwaita.h>

#include "qd-entity-actions.h"

/* What a button does when it is pressed. */
typedef struct {
  QdSession *session;
  QdEntity *entity;
  const char *verb;
} QdDetailAction;

static void
action_free (gpointer data, GClosure *closure)
{
  QdDetailAction *action = data;

  g_object_unref (action->session);
  g_object_unref (action->entity);
  g_free (action);
}

static void
clicked_cb (QdDetailAction *action, GtkWidget *button)
{
  qd_entity_action_run (action->session, button, action->entity, action->verb);
}

static void
add_button (GtkWidget *box, QdSession *session, QdEntity *entity, const char *verb)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (qd_entity_action_get_label (verb));
  QdDetailAction *action = g_new0 (QdDetailAction, 1);
  g_autofree char *why = NULL;

  action->session = g_object_ref (session);
  action->entity = g_object_ref (entity);
  action->verb = verb;
  if (qd_entity_action_is_destructive (verb))
    gtk_widget_add_css_class (button, "destructive-action");
  if (!qd_entity_action_allowed (session, entity, verb, &why))
    {
      gtk_widget_set_sensitive (button, FALSE);
      gtk_widget_set_tooltip_text (button, why);
      gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, why, -1);
    }
  g_signal_connect_data (button, "clicked", G_CALLBACK (clicked_cb), action, action_free, G_CONNECT_SWAPPED);
  adw_wrap_box_append (ADW_WRAP_BOX (box), button);
}

void
qd_detail_actions_fill (GtkWidget *box, QdSession *session, QdEntity *entity)
{
  const char *const *verbs = qd_entity_actions_get (qd_entity_get_kind (entity));
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (box)) != NULL)
    adw_wrap_box_remove (ADW_WRAP_BOX (box), child);
  /* With what is on paper nothing can be done. */
  for (guint i = 0; verbs[i] != NULL && !qd_entity_is_paper (entity); i++)
    if (qd_entity_action_concerns (entity, verbs[i]))
      add_button (box, session, entity, verbs[i]);
  gtk_widget_set_visible (box, gtk_widget_get_first_child (box) != NULL);
}
