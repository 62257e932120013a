/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-entry.h"

struct _QdPolicyEntry {
  AdwBin parent_instance;

  GtkWidget *entry, *fault;
  QdPolicyEntryCheck check;
  gpointer owner;
  char *saved;          /* what stands in the document */
  gboolean adds;
  gboolean committing;
};

G_DEFINE_FINAL_TYPE (QdPolicyEntry, qd_policy_entry, ADW_TYPE_BIN)

enum { COMMIT, N_SIGNALS };
static guint signals[N_SIGNALS];

static gboolean
is_touched (QdPolicyEntry *self)
{
  return g_strcmp0 (qd_policy_entry_get_text (self), self->saved) != 0;
}

/* Says what is wrong; what has not been touched is not judged here. */
static gboolean
judge (QdPolicyEntry *self)
{
  g_autoptr (GError) error = NULL;
  gboolean valid = !is_touched (self) || self->check (self->owner, qd_policy_entry_get_text (self), &error);

  gtk_widget_set_visible (self->fault, !valid);
  if (valid)
    gtk_widget_remove_css_class (self->entry, "error");
  else
    gtk_widget_add_css_class (self->entry, "error");
  gtk_label_set_text (GTK_LABEL (self->fault), valid ? "" : error->message);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_STATE_INVALID,
                               valid ? GTK_ACCESSIBLE_INVALID_FALSE : GTK_ACCESSIBLE_INVALID_TRUE, -1);
  return valid;
}

static void
commit (QdPolicyEntry *self)
{
  g_autofree char *text = g_strdup (qd_policy_entry_get_text (self));
  gboolean taken = FALSE;

  /* To be taken it may have to be shown anew, and that must not take it twice. */
  if (self->committing || !is_touched (self) || !judge (self))
    return;
  self->committing = TRUE;
  g_signal_emit (self, signals[COMMIT], 0, text, &taken);
  self->committing = FALSE;
  if (taken)
    qd_policy_entry_reset (self, self->adds ? "" : text);
}

static void
left_cb (QdPolicyEntry *self)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    commit (self);
}

static gboolean
escape_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  QdPolicyEntry *self = QD_POLICY_ENTRY (widget);

  if (!is_touched (self))
    return FALSE;
  qd_policy_entry_reset (self, self->saved);
  return TRUE;
}

static void
qd_policy_entry_finalize (GObject *object)
{
  g_free (QD_POLICY_ENTRY (object)->saved);
  G_OBJECT_CLASS (qd_policy_entry_parent_class)->finalize (object);
}

static gboolean
qd_policy_entry_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (QD_POLICY_ENTRY (widget)->entry);
}

static void
qd_policy_entry_class_init (QdPolicyEntryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_policy_entry_finalize;
  GTK_WIDGET_CLASS (klass)->grab_focus = qd_policy_entry_grab_focus;
  /**
   * QdPolicyEntry::commit:
   * @text: what was typed, which is valid
   *
   * Returns: whether it was taken; otherwise it stays to be changed
   */
  signals[COMMIT] = g_signal_new ("commit", QD_TYPE_POLICY_ENTRY, G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_true_handled, NULL, NULL,
                                  G_TYPE_BOOLEAN, 1, G_TYPE_STRING);
  gtk_widget_class_add_binding (GTK_WIDGET_CLASS (klass), GDK_KEY_Escape, 0, escape_cb, NULL);
}

static void
qd_policy_entry_init (QdPolicyEntry *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkEventController *focus = gtk_event_controller_focus_new ();

  self->saved = g_strdup ("");
  self->entry = gtk_entry_new ();
  gtk_editable_set_width_chars (GTK_EDITABLE (self->entry), 4);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (self->entry), 18);
  gtk_widget_set_hexpand (self->entry, TRUE);
  self->fault = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->fault), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->fault), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (self->fault), 0);
  gtk_label_set_width_chars (GTK_LABEL (self->fault), 12);
  gtk_label_set_max_width_chars (GTK_LABEL (self->fault), 24);
  gtk_widget_set_visible (self->fault, FALSE);
  gtk_widget_add_css_class (self->fault, "caption");
  gtk_widget_add_css_class (self->fault, "error");
  gtk_box_append (GTK_BOX (box), self->entry);
  gtk_box_append (GTK_BOX (box), self->fault);
  adw_bin_set_child (ADW_BIN (self), box);
  g_signal_connect_swapped (self->entry, "changed", G_CALLBACK (judge), self);
  g_signal_connect_swapped (self->entry, "activate", G_CALLBACK (commit), self);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (left_cb), self);
  gtk_widget_add_controller (self->entry, focus);
}

GtkWidget *
qd_policy_entry_new (const char *name, const char *placeholder, gboolean adds, QdPolicyEntryCheck check, gpointer owner)
{
  QdPolicyEntry *self = g_object_new (QD_TYPE_POLICY_ENTRY, "hexpand", TRUE, NULL);

  self->check = check;
  self->owner = owner;
  self->adds = adds;
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->entry), placeholder);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_RELATION_DESCRIBED_BY, self->fault, NULL, -1);
  return GTK_WIDGET (self);
}

void
qd_policy_entry_set_text (QdPolicyEntry *self, const char *text)
{
  if (!is_touched (self))
    qd_policy_entry_reset (self, text);
  else if (g_strcmp0 (text, self->saved) != 0)
    {
      g_free (self->saved);
      self->saved = g_strdup (text);
      judge (self);
    }
}

void
qd_policy_entry_reset (QdPolicyEntry *self, const char *text)
{
  g_autofree char *kept = g_strdup (text);

  g_free (self->saved);
  self->saved = g_steal_pointer (&kept);
  /* The cursor stays where it is when nothing changes. */
  if (is_touched (self))
    gtk_editable_set_text (GTK_EDITABLE (self->entry), self->saved);
  judge (self);
}

const char *
qd_policy_entry_get_text (QdPolicyEntry *self)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->entry));
}

void
qd_policy_entry_edit (QdPolicyEntry *self)
{
  gtk_widget_grab_focus (self->entry);
  gtk_editable_select_region (GTK_EDITABLE (self->entry), 0, -1);
}
