/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-job-notice.h"

#include <glib/gi18n.h>

#include "qd-job-actions.h"
#include "qd-json.h"

/* A batch that is left is many changes at once. */
#define LOOK_MS 100

struct _QdJobNotice {
  AdwBin parent_instance;

  QdSession *session;
  GtkWidget *revealer, *label;
  GtkWidget *go_on, *go_back, *look;
  GPtrArray *jobs;           /* QdEntity: what it speaks of */
  gboolean left;             /* nobody works on those; else they were gone on with */
  GHashTable *closed;        /* "left ID" and "news ID": of which nothing is to be said any more */
  guint look_timer;
};

G_DEFINE_FINAL_TYPE (QdJobNotice, qd_job_notice, ADW_TYPE_BIN)

/* --- What there is to say ------------------------------------------------------------------------ */

static char *
key_of (QdEntity *job, gboolean left)
{
  return g_strdup_printf ("%s %s", left ? "left" : "news", qd_entity_get_id (job));
}

static gboolean
has_news (QdEntity *job)
{
  g_autofree char *news = qd_job_action_dup_news (job);

  return news != NULL;
}

static gboolean
is_worth_saying (QdJobNotice *self, QdEntity *job, gboolean left)
{
  g_autofree char *key = NULL;

  if (left ? !qd_job_action_is_left (job) : !has_news (job))
    return FALSE;
  key = key_of (job, left);
  return !g_hash_table_contains (self->closed, key);
}

static GPtrArray *
find_jobs (QdJobNotice *self, gboolean left)
{
  QdEntityList *list = qd_fleet_get_list (qd_session_get_fleet (self->session), QD_KIND_JOB);
  GPtrArray *jobs = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < qd_entity_list_get_length (list); i++)
    {
      QdEntity *job = qd_entity_list_peek (list, i);

      if (qd_job_action_is_shared (job) && is_worth_saying (self, job, left))
        g_ptr_array_add (jobs, g_object_ref (job));
    }
  return jobs;
}

/* Who died, where that is one for all of them. */
static char *
dup_desk (GPtrArray *jobs)
{
  g_autofree char *desk = qd_job_action_dup_desk (jobs->pdata[0]);

  for (guint i = 1; i < jobs->len; i++)
    {
      g_autofree char *other = qd_job_action_dup_desk (jobs->pdata[i]);

      if (!g_str_equal (desk, other))
        return NULL;
    }
  return g_steal_pointer (&desk);
}

static char *
tell_left (GPtrArray *jobs)
{
  g_autofree char *desk = dup_desk (jobs);
  const char *name = qd_entity_get_name (jobs->pdata[0]);

  if (jobs->len == 1 && qd_job_action_was_begun (jobs->pdata[0]))
    return g_strdup_printf (_("%s ended in the midst of “%s”"), desk, name);
  if (jobs->len == 1)
    return g_strdup_printf (_("%s ended before “%s” had begun"), desk, name);
  if (desk)
    return g_strdup_printf (ngettext ("%u job is left undone: %s ended", "%u jobs are left undone: %s ended", jobs->len), jobs->len, desk);
  return g_strdup_printf (ngettext ("%u job is left undone: who worked on it ended", "%u jobs are left undone: who worked on them ended", jobs->len),
                          jobs->len);
}

static char *
tell_news (GPtrArray *jobs)
{
  g_autofree char *news = jobs->len == 1 ? qd_job_action_dup_news (jobs->pdata[0]) : NULL;

  if (news)
    return g_strdup_printf ("%s: %s", qd_entity_get_name (jobs->pdata[0]), news);
  return g_strdup_printf (ngettext ("%u job whose owner ended was gone on with", "%u jobs whose owners ended were gone on with", jobs->len), jobs->len);
}

/* --- Showing it ---------------------------------------------------------------------------------- */

static void
set_button (QdJobNotice *self, GtkWidget *button, const char *verb, gboolean visible)
{
  g_autofree char *why = NULL;
  gboolean may = visible && qd_job_action_allowed (self->session, self->jobs->pdata[0], verb, &why);

  gtk_widget_set_visible (button, visible);
  gtk_widget_set_sensitive (button, may);
  gtk_widget_set_tooltip_text (button, why);
}

static gboolean
is_running (GPtrArray *jobs)
{
  return jobs->len == 1 && g_strcmp0 (qd_entity_get_string (jobs->pdata[0], QD_JOB_STATE), "running") == 0;
}

static void
show_text (QdJobNotice *self, const char *text)
{
  gboolean is_new = g_strcmp0 (gtk_label_get_text (GTK_LABEL (self->label)), text) != 0;

  if (is_new)
    gtk_label_set_text (GTK_LABEL (self->label), text);
  set_button (self, self->go_on, "job.retry", self->left);
  set_button (self, self->go_back, "job.cancel", self->left || is_running (self->jobs));
  gtk_button_set_label (GTK_BUTTON (self->look), self->jobs->len == 1 ? _("_Look at Job") : _("_Show Jobs"));
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->revealer), TRUE);
  if (is_new)
    gtk_accessible_announce (GTK_ACCESSIBLE (self), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

/* What is left comes before what was. */
static void
look (QdJobNotice *self)
{
  g_autoptr (GPtrArray) left = find_jobs (self, TRUE);
  g_autoptr (GPtrArray) news = left->len > 0 ? NULL : find_jobs (self, FALSE);
  GPtrArray *jobs = left->len > 0 ? left : news;
  g_autofree char *text = NULL;

  g_clear_pointer (&self->jobs, g_ptr_array_unref);
  self->left = left->len > 0;
  if (jobs->len == 0)
    {
      gtk_revealer_set_reveal_child (GTK_REVEALER (self->revealer), FALSE);
      gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
      gtk_label_set_text (GTK_LABEL (self->label), "");
      return;
    }
  self->jobs = g_ptr_array_ref (jobs);
  text = self->left ? tell_left (jobs) : tell_news (jobs);
  show_text (self, text);
}

static gboolean
look_cb (gpointer data)
{
  QdJobNotice *self = data;

  self->look_timer = 0;
  look (self);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (QdJobNotice *self)
{
  if (self->look_timer == 0)
    self->look_timer = g_timeout_add (LOOK_MS, look_cb, self);
}

/* --- Doing it ------------------------------------------------------------------------------------ */

static void
close_all (QdJobNotice *self)
{
  for (guint i = 0; self->jobs && i < self->jobs->len; i++)
    g_hash_table_add (self->closed, key_of (self->jobs->pdata[i], self->left));
  look (self);
}

/* It did not come to be: there is something to say still. */
static void
failed_cb (QdEntity *job, gpointer data)
{
  QdJobNotice *self = data;
  g_autofree char *key = key_of (job, TRUE);

  g_hash_table_remove (self->closed, key);
  changed_cb (self);
}

static void
act (QdJobNotice *self, const char *verb)
{
  g_autoptr (GPtrArray) jobs = self->jobs ? g_ptr_array_ref (self->jobs) : NULL;

  if (jobs == NULL)
    return;
  if (self->left)
    close_all (self);
  qd_job_action_run_all (self->session, GTK_WIDGET (self), jobs, verb, failed_cb, G_OBJECT (self));
}

static void
go_on_cb (QdJobNotice *self)
{
  act (self, "job.retry");
}

static void
go_back_cb (QdJobNotice *self)
{
  act (self, "job.cancel");
}

static void
look_at_cb (QdJobNotice *self)
{
  if (self->jobs && self->jobs->len == 1)
    qd_session_open (self->session, self->jobs->pdata[0]);
  else
    qd_session_open_page (self->session, "jobs");
}

/* --- The widget ---------------------------------------------------------------------------------- */

static void
qd_job_notice_dispose (GObject *object)
{
  QdJobNotice *self = QD_JOB_NOTICE (object);

  g_clear_handle_id (&self->look_timer, g_source_remove);
  g_clear_pointer (&self->jobs, g_ptr_array_unref);
  g_clear_pointer (&self->closed, g_hash_table_unref);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (qd_job_notice_parent_class)->dispose (object);
}

static void
qd_job_notice_class_init (QdJobNoticeClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_job_notice_dispose;
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "jobnotice");
}

static void
qd_job_notice_init (QdJobNotice *self)
{
  self->closed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static GtkWidget *
add_button (QdJobNotice *self, GtkWidget *box, const char *label, GCallback callback)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  g_signal_connect_object (button, "clicked", callback, self, G_CONNECT_SWAPPED);
  adw_wrap_box_append (ADW_WRAP_BOX (box), button);
  return button;
}

static GtkWidget *
build_text (QdJobNotice *self)
{
  GtkWidget *box = adw_wrap_box_new (), *buttons = adw_wrap_box_new ();

  adw_wrap_box_set_child_spacing (ADW_WRAP_BOX (box), 12);
  adw_wrap_box_set_line_spacing (ADW_WRAP_BOX (box), 6);
  adw_wrap_box_set_child_spacing (ADW_WRAP_BOX (buttons), 6);
  adw_wrap_box_set_line_spacing (ADW_WRAP_BOX (buttons), 6);
  self->label = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_natural_wrap_mode (GTK_LABEL (self->label), GTK_NATURAL_WRAP_NONE);
  gtk_label_set_xalign (GTK_LABEL (self->label), 0);
  gtk_widget_set_hexpand (self->label, TRUE);
  self->go_on = add_button (self, buttons, _("_Go On"), G_CALLBACK (go_on_cb));
  self->go_back = add_button (self, buttons, _("Go _Back"), G_CALLBACK (go_back_cb));
  self->look = add_button (self, buttons, _("_Look at Job"), G_CALLBACK (look_at_cb));
  gtk_button_set_use_underline (GTK_BUTTON (self->look), TRUE);
  adw_wrap_box_append (ADW_WRAP_BOX (box), self->label);
  adw_wrap_box_append (ADW_WRAP_BOX (box), buttons);
  gtk_widget_set_hexpand (box, TRUE);
  return box;
}

GtkWidget *
qd_job_notice_new (QdSession *session)
{
  QdJobNotice *self = g_object_new (QD_TYPE_JOB_NOTICE, NULL);
  QdEntityList *list = qd_fleet_get_list (qd_session_get_fleet (session), QD_KIND_JOB);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *close = gtk_button_new_from_icon_name ("window-close-symbolic");

  self->session = g_object_ref (session);
  gtk_widget_set_tooltip_text (close, _("Close"));
  gtk_widget_add_css_class (close, "flat");
  gtk_widget_add_css_class (close, "circular");
  gtk_widget_set_valign (close, GTK_ALIGN_START);
  g_signal_connect_object (close, "clicked", G_CALLBACK (close_all), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), build_text (self));
  gtk_box_append (GTK_BOX (box), close);
  gtk_widget_add_css_class (box, "qd-notice");
  self->revealer = gtk_revealer_new ();
  gtk_revealer_set_transition_type (GTK_REVEALER (self->revealer), GTK_REVEALER_TRANSITION_TYPE_SLIDE_DOWN);
  gtk_revealer_set_child (GTK_REVEALER (self->revealer), box);
  adw_bin_set_child (ADW_BIN (self), self->revealer);
  g_signal_connect_object (list, "items-changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (list, "items-updated", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  look (self);
  return GTK_WIDGET (self);
}

const char *
qd_job_notice_get_text (QdJobNotice *self)
{
  return self->jobs ? gtk_label_get_text (GTK_LABEL (self->label)) : NULL;
}
