/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-word-list.h"

#include "qd-policy-builder-private.h"

#define MAX_WORDS 64

struct _QdPolicyWordList {
  AdwBin parent_instance;

  char *name, *remove_name;
  QdPolicyEntryCheck check;
  gpointer owner;
  GtkWidget *box, *add;
  GPtrArray *rows;      /* of GtkBox: an entry and what removes it */
};

G_DEFINE_FINAL_TYPE (QdPolicyWordList, qd_policy_word_list, ADW_TYPE_BIN)

enum { SET, REMOVE, N_SIGNALS };
static guint signals[N_SIGNALS];

/* The number of the word that @widget stands in; of what adds QD_YAML_END. */
static guint
find_word (QdPolicyWordList *self, GtkWidget *widget)
{
  for (guint i = 0; i < self->rows->len; i++)
    if (gtk_widget_is_ancestor (widget, self->rows->pdata[i]))
      return i;
  return QD_YAML_END;
}

static gboolean
commit_cb (QdPolicyWordList *self, const char *text, GtkWidget *entry)
{
  gboolean taken = FALSE;

  g_signal_emit (self, signals[SET], 0, find_word (self, entry), text, &taken);
  return taken;
}

static void
remove_cb (QdPolicyWordList *self, GtkWidget *button)
{
  gboolean taken = FALSE;

  g_signal_emit (self, signals[REMOVE], 0, find_word (self, button), &taken);
  if (taken)
    gtk_widget_grab_focus (self->add);
}

static gboolean
check_cb (gpointer owner, const char *text, GError **error)
{
  QdPolicyWordList *self = owner;

  return self->check (self->owner, text, error);
}

static void
add_row (QdPolicyWordList *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *entry = qd_policy_entry_new (self->name, NULL, FALSE, check_cb, self);
  GtkWidget *remove = qd_policy_button_new ("window-close-symbolic", self->remove_name);

  gtk_widget_set_valign (remove, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (box), entry);
  gtk_box_append (GTK_BOX (box), remove);
  gtk_box_append (GTK_BOX (self->box), box);
  g_ptr_array_add (self->rows, box);
  g_signal_connect_swapped (entry, "commit", G_CALLBACK (commit_cb), self);
  g_signal_connect_swapped (remove, "clicked", G_CALLBACK (remove_cb), self);
}

/* --- The object ---------------------------------------------------------------------------------- */

static void
qd_policy_word_list_finalize (GObject *object)
{
  QdPolicyWordList *self = QD_POLICY_WORD_LIST (object);

  g_ptr_array_unref (self->rows);
  g_free (self->name);
  g_free (self->remove_name);
  G_OBJECT_CLASS (qd_policy_word_list_parent_class)->finalize (object);
}

static void
qd_policy_word_list_class_init (QdPolicyWordListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_policy_word_list_finalize;
  /**
   * QdPolicyWordList::set:
   * @word: which; QD_YAML_END: one more
   * @text: what was typed, which is valid
   *
   * Returns: whether it was taken
   */
  signals[SET] = g_signal_new ("set", QD_TYPE_POLICY_WORD_LIST, G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_true_handled, NULL, NULL,
                               G_TYPE_BOOLEAN, 2, G_TYPE_UINT, G_TYPE_STRING);
  /**
   * QdPolicyWordList::remove:
   * @word: which
   *
   * Returns: whether it was done
   */
  signals[REMOVE] = g_signal_new ("remove", QD_TYPE_POLICY_WORD_LIST, G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_true_handled, NULL, NULL,
                                  G_TYPE_BOOLEAN, 1, G_TYPE_UINT);
}

static void
qd_policy_word_list_init (QdPolicyWordList *self)
{
  self->rows = g_ptr_array_new ();
}

GtkWidget *
qd_policy_word_list_new (const QdPolicyWordNames *names, QdPolicyEntryCheck check, gpointer owner)
{
  QdPolicyWordList *self = g_object_new (QD_TYPE_POLICY_WORD_LIST, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->name = g_strdup (names->word);
  self->remove_name = g_strdup (names->remove);
  self->check = check;
  self->owner = owner;
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->add = qd_policy_entry_new (names->add, names->placeholder, TRUE, check_cb, self);
  gtk_box_append (GTK_BOX (box), self->box);
  gtk_box_append (GTK_BOX (box), self->add);
  adw_bin_set_child (ADW_BIN (self), box);
  g_signal_connect_swapped (self->add, "commit", G_CALLBACK (commit_cb), self);
  return GTK_WIDGET (self);
}

void
qd_policy_word_list_set (QdPolicyWordList *self, const QdYamlNode *list, gboolean keeps_one)
{
  guint n = MIN (qd_yaml_node_get_length (list), MAX_WORDS);

  while (self->rows->len < n)
    add_row (self);
  while (self->rows->len > n)
    gtk_box_remove (GTK_BOX (self->box), g_ptr_array_steal_index (self->rows, self->rows->len - 1));
  gtk_widget_set_visible (self->box, n > 0);
  for (guint i = 0; i < n; i++)
    {
      const char *text = qd_yaml_node_get_text (qd_yaml_node_get_item (list, i));

      qd_policy_entry_set_text (QD_POLICY_ENTRY (gtk_widget_get_first_child (self->rows->pdata[i])), text != NULL ? text : "");
      gtk_widget_set_sensitive (gtk_widget_get_last_child (self->rows->pdata[i]), n > 1 || !keeps_one);
    }
}

void
qd_policy_word_list_edit (QdPolicyWordList *self)
{
  qd_policy_entry_edit (QD_POLICY_ENTRY (self->rows->len > 0 ? gtk_widget_get_first_child (self->rows->pdata[0]) : self->add));
}
