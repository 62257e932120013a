/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-detail-actions.h"

#include <adwaita.h>

#include "qd-entity-actions.h"
#include "qd-job-actions.h"
#include "qd-job-again.h"

/* Which of a button's data is its verb. */
#define VERB "qd-verb"

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

/* Off, its tooltip says why. */
static void
update_button (GtkWidget *button, QdSession *session, QdEntity *entity, const char *verb)
{
  g_autofree char *why = NULL;
  gboolean may = qd_entity_action_allowed (session, entity, verb, &why);

  gtk_widget_set_sensitive (button, may);
  gtk_widget_set_tooltip_text (button, may ? NULL : why);
  if (may)
    gtk_accessible_reset_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION);
  else
    gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, why, -1);
}

static void
add_button (GtkWidget *box, QdSession *session, QdEntity *entity, const char *verb)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (qd_entity_action_get_label (verb));
  QdDetailAction *action = g_new0 (QdDetailAction, 1);

  action->session = g_object_ref (session);
  action->entity = g_object_ref (entity);
  action->verb = verb;
  if (qd_entity_action_is_destructive (verb))
    gtk_widget_add_css_class (button, "destructive-action");
  g_object_set_data (G_OBJECT (button), VERB, (gpointer) verb);
  update_button (button, session, entity, verb);
  g_signal_connect_data (button, "clicked", G_CALLBACK (clicked_cb), action, action_free, G_CONNECT_SWAPPED);
  adw_wrap_box_append (ADW_WRAP_BOX (box), button);
}

/* Beside going on: the steps to go on from. */
static void
add_steps (GtkWidget *box, QdSession *session, QdEntity *job)
{
  GtkWidget *again = qd_job_again_new (session, job);

  g_object_set_data (G_OBJECT (again), VERB, (gpointer) "job.retry");
  update_button (again, session, job, "job.retry");
  adw_wrap_box_append (ADW_WRAP_BOX (box), again);
}

/* What cancelling a job does with the step under way. */
static void
add_words (GtkWidget *box, QdSession *session, QdEntity *job)
{
  GtkWidget *words = gtk_label_new (NULL);

  gtk_label_set_wrap (GTK_LABEL (words), TRUE);
  gtk_label_set_xalign (GTK_LABEL (words), 0);
  gtk_label_set_natural_wrap_mode (GTK_LABEL (words), GTK_NATURAL_WRAP_NONE);
  gtk_widget_add_css_class (words, "caption");
  gtk_widget_add_css_class (words, "dim-label");
  adw_wrap_box_append (ADW_WRAP_BOX (box), words);
  qd_detail_actions_update (box, session, job);
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
      {
        add_button (box, session, entity, verbs[i]);
        if (g_str_equal (verbs[i], "job.retry"))
          add_steps (box, session, entity);
      }
  if (qd_entity_get_kind (entity) == QD_KIND_JOB && !qd_entity_is_paper (entity))
    add_words (box, session, entity);
  gtk_widget_set_visible (box, gtk_widget_get_first_child (box) != NULL);
}

void
qd_detail_actions_update (GtkWidget *box, QdSession *session, QdEntity *entity)
{
  g_autofree char *words = qd_entity_get_kind (entity) == QD_KIND_JOB ? qd_job_action_describe_cancel (entity) : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (box); child; child = gtk_widget_get_next_sibling (child))
    {
      const char *verb = g_object_get_data (G_OBJECT (child), VERB);

      if (verb)
        update_button (child, session, entity, verb);
      else if (GTK_IS_LABEL (child))
        {
          if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (child)), words ? words : "") != 0)
            gtk_label_set_text (GTK_LABEL (child), words ? words : "");
          gtk_widget_set_visible (child, words != NULL);
        }
    }
}
