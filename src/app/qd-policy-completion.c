/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-completion.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-policy-peek.h"

/* A list is for choosing from, not for reading through. */
#define MAX_CHOICES 200
#define DETAIL_ALPHA 40000

/* --- A choice ------------------------------------------------------------------------------------------------- */

struct _QdPolicyChoice {
  GObject parent_instance;
  GPtrArray *all;                     /* what it is one of */
  const QdPolicyProposal *proposal;
  guint rank;
};

static char *
qd_policy_choice_get_typed_text (GtkSourceCompletionProposal *proposal)
{
  return g_strdup (QD_POLICY_CHOICE (proposal)->proposal->label);
}

static void
proposal_init (GtkSourceCompletionProposalInterface *iface)
{
  iface->get_typed_text = qd_policy_choice_get_typed_text;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (QdPolicyChoice, qd_policy_choice, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GTK_SOURCE_TYPE_COMPLETION_PROPOSAL, proposal_init))

static void
qd_policy_choice_finalize (GObject *object)
{
  g_ptr_array_unref (QD_POLICY_CHOICE (object)->all);
  G_OBJECT_CLASS (qd_policy_choice_parent_class)->finalize (object);
}

static void
qd_policy_choice_class_init (QdPolicyChoiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_policy_choice_finalize;
}

static void
qd_policy_choice_init (QdPolicyChoice *self)
{
}

const QdPolicyProposal *
qd_policy_choice_get (QdPolicyChoice *self)
{
  return self->proposal;
}

/* --- The provider --------------------------------------------------------------------------------------------- */

struct _QdPolicyCompletion {
  GObject parent_instance;
  GtkSourceView *view;    /* borrowed */
  char *file;
  QdPolicyWorld *world;
};

static void provider_init (GtkSourceCompletionProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (QdPolicyCompletion, qd_policy_completion, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GTK_SOURCE_TYPE_COMPLETION_PROVIDER, provider_init))

static QdPolicyPeek *
peek (QdPolicyCompletion *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view));
  GtkTextIter at;

  gtk_text_buffer_get_iter_at_mark (buffer, &at, gtk_text_buffer_get_insert (buffer));
  return qd_policy_peek_new (&at, self->file ? self->file : "", self->world);
}

/* --- What fits ------------------------------------------------------------------------------------------------ */

/* How well @proposal goes with what is written; FALSE: it does not. */
static gboolean
rank (const QdPolicyProposal *proposal, const char *word, const char *folded, guint order, guint *value)
{
  const char *label = g_str_has_prefix (proposal->label, "- ") ? proposal->label + 2 : proposal->label;
  guint fuzzy = 0;

  if (*word != '\0' && !gtk_source_completion_fuzzy_match (label, folded, &fuzzy))
    return FALSE;
  /* What begins as it was typed, then what has it within; the order of what is proposed decides the rest. */
  *value = (*word == '\0' || g_str_has_prefix (label, word) ? 0 : g_ascii_strncasecmp (label, word, strlen (word)) == 0 ? 1 : 2) * 100000 +
           (*word == '\0' ? 0 : MIN (fuzzy, 90)) * 1000 + MIN (order, 999);
  return TRUE;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const QdPolicyChoice *left = *(QdPolicyChoice *const *) a, *right = *(QdPolicyChoice *const *) b;

  return left->rank < right->rank ? -1 : left->rank > right->rank;
}

/* At once: who shows the list keeps what is selected. */
static void
fill (QdPolicyCompletion *self, GListStore *store, gboolean asked)
{
  g_autoptr (QdPolicyPeek) here = peek (self);
  g_autoptr (GPtrArray) proposals = qd_policy_complete (here->where), choices = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *folded = g_utf8_casefold (here->spot->word, -1);
  gboolean empty = *here->spot->word == '\0';
  guint value;

  for (guint i = 0; i < proposals->len; i++)
    {
      const QdPolicyProposal *proposal = g_ptr_array_index (proposals, i);
      QdPolicyChoice *choice;

      /* Nobody who begins a line wants a whole policy, or nothing, unless it is asked for. */
      if (!asked && empty && (proposal->kind == QD_POLICY_PROPOSAL_SNIPPET || strchr ("{[", *proposal->label) != NULL))
        continue;
      if (!rank (proposal, here->spot->word, folded, i, &value))
        continue;
      choice = g_object_new (QD_TYPE_POLICY_CHOICE, NULL);
      choice->all = g_ptr_array_ref (proposals);
      choice->proposal = proposal;
      choice->rank = value;
      g_ptr_array_add (choices, choice);
    }
  g_ptr_array_sort (choices, compare);
  g_list_store_splice (store, 0, g_list_model_get_n_items (G_LIST_MODEL (store)), choices->pdata, MIN (choices->len, MAX_CHOICES));
}

GListModel *
qd_policy_completion_list (QdPolicyCompletion *self)
{
  GListStore *store = g_list_store_new (QD_TYPE_POLICY_CHOICE);

  fill (self, store, TRUE);
  return G_LIST_MODEL (store);
}

/* All that is written is proposed already. */
static gboolean
is_done (GListModel *choices, const char *word)
{
  g_autoptr (QdPolicyChoice) only = g_list_model_get_n_items (choices) == 1 ? g_list_model_get_item (choices, 0) : NULL;

  return only && g_str_equal (only->proposal->label, word);
}

static void
qd_policy_completion_populate_async (GtkSourceCompletionProvider *provider, GtkSourceCompletionContext *context, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer data)
{
  QdPolicyCompletion *self = QD_POLICY_COMPLETION (provider);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  g_autoptr (GListStore) store = g_list_store_new (QD_TYPE_POLICY_CHOICE);
  gboolean asked = gtk_source_completion_context_get_activation (context) == GTK_SOURCE_COMPLETION_ACTIVATION_USER_REQUESTED;
  g_autofree char *word = gtk_source_completion_context_get_word (context);

  if (gtk_text_view_get_editable (GTK_TEXT_VIEW (self->view)))
    fill (self, store, asked);
  if (!asked && is_done (G_LIST_MODEL (store), word ? word : ""))
    g_list_store_remove_all (store);
  g_task_return_pointer (task, g_steal_pointer (&store), g_object_unref);
}

static GListModel *
qd_policy_completion_populate_finish (GtkSourceCompletionProvider *provider, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
qd_policy_completion_refilter (GtkSourceCompletionProvider *provider, GtkSourceCompletionContext *context, GListModel *model)
{
  fill (QD_POLICY_COMPLETION (provider), G_LIST_STORE (model),
        gtk_source_completion_context_get_activation (context) == GTK_SOURCE_COMPLETION_ACTIVATION_USER_REQUESTED);
}

/* --- Showing --------------------------------------------------------------------------------------------------- */

static void
show_label (QdPolicyCompletion *self, GtkSourceCompletionCell *cell, const QdPolicyProposal *proposal)
{
  g_autoptr (QdPolicyPeek) here = peek (self);
  g_autofree char *folded = g_utf8_casefold (here->spot->word, -1);
  g_autoptr (PangoAttrList) attributes = *folded != '\0' ? gtk_source_completion_fuzzy_highlight (proposal->label, folded) : NULL;

  gtk_source_completion_cell_set_text_with_attributes (cell, proposal->label, attributes);
}

static void
show_detail (GtkSourceCompletionCell *cell, const QdPolicyProposal *proposal)
{
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_foreground_alpha_new (DETAIL_ALPHA));
  gtk_source_completion_cell_set_text_with_attributes (cell, proposal->detail, attributes);
}

static void
qd_policy_completion_display (GtkSourceCompletionProvider *provider, GtkSourceCompletionContext *context, GtkSourceCompletionProposal *choice,
                              GtkSourceCompletionCell *cell)
{
  static const char *const icons[] = { "qd-field-symbolic", "qd-value-symbolic", "view-list-symbolic", "document-new-symbolic" };
  const QdPolicyProposal *proposal = QD_POLICY_CHOICE (choice)->proposal;

  switch (gtk_source_completion_cell_get_column (cell))
    {
    case GTK_SOURCE_COMPLETION_COLUMN_ICON:
      gtk_source_completion_cell_set_icon_name (cell, icons[proposal->kind]);
      break;
    case GTK_SOURCE_COMPLETION_COLUMN_TYPED_TEXT:
      show_label (QD_POLICY_COMPLETION (provider), cell, proposal);
      break;
    case GTK_SOURCE_COMPLETION_COLUMN_AFTER:
      show_detail (cell, proposal);
      break;
    case GTK_SOURCE_COMPLETION_COLUMN_COMMENT:
    case GTK_SOURCE_COMPLETION_COLUMN_DETAILS:
      gtk_source_completion_cell_set_text (cell, proposal->doc);
      break;
    case GTK_SOURCE_COMPLETION_COLUMN_BEFORE:
    default:
      gtk_source_completion_cell_set_text (cell, NULL);
      break;
    }
}

static int
qd_policy_completion_get_priority (GtkSourceCompletionProvider *provider, GtkSourceCompletionContext *context)
{
  return 100;
}

static char *
qd_policy_completion_get_title (GtkSourceCompletionProvider *provider)
{
  return g_strdup (_("Policies"));
}

/* Behind a colon, a dash or an opening quote there is something to choose; letters ask by themselves. */
static gboolean
qd_policy_completion_is_trigger (GtkSourceCompletionProvider *provider, const GtkTextIter *iter, gunichar c)
{
  GtkTextIter before = *iter;
  gunichar last;

  if (c == '"' || c == '/')
    return TRUE;
  if (c != ' ' || !gtk_text_iter_backward_char (&before))
    return FALSE;
  last = gtk_text_iter_get_char (&before);
  if (last == ' ' && gtk_text_iter_backward_char (&before))
    last = gtk_text_iter_get_char (&before);
  return last == ':' || last == '-';
}

/* --- Taking ---------------------------------------------------------------------------------------------------- */

static void
show_again_cb (gpointer data)
{
  g_autofree GWeakRef *ref = data;
  g_autoptr (GtkSourceView) view = g_weak_ref_get (ref);

  g_weak_ref_clear (ref);
  if (view && gtk_widget_has_focus (GTK_WIDGET (view)))
    gtk_source_completion_show (gtk_source_view_get_completion (view));
}

static void
show_again (QdPolicyCompletion *self)
{
  GWeakRef *ref = g_new0 (GWeakRef, 1);

  g_weak_ref_init (ref, self->view);
  g_idle_add_once (show_again_cb, ref);
}

/* Places to fill in need line ends that nobody changes while they are put in. */
static void
insert_snippet (QdPolicyCompletion *self, const QdPolicyProposal *proposal, GtkTextIter *at)
{
  g_autoptr (GtkSourceSnippet) snippet = gtk_source_snippet_new_parsed (proposal->text, NULL);
  g_autofree char *plain = qd_policy_snippet_to_text (proposal->text);
  GtkTextBuffer *buffer = gtk_text_iter_get_buffer (at);
  GtkTextIter start, end;
  g_autofree char *text = NULL;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  text = gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
  if (snippet && strchr (text, '\r') == NULL)
    gtk_source_view_push_snippet (self->view, snippet, at);
  else
    gtk_text_buffer_insert (buffer, at, plain, -1);
}

void
qd_policy_completion_accept (QdPolicyCompletion *self, QdPolicyChoice *choice)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view));
  const QdPolicyProposal *proposal = choice->proposal;
  g_autoptr (QdPolicyPeek) here = peek (self);
  GtkTextIter start, end;

  gtk_text_buffer_get_iter_at_offset (buffer, &start, here->start);
  gtk_text_buffer_get_iter_at_offset (buffer, &end, here->end);
  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_delete (buffer, &start, &end);
  if (proposal->kind == QD_POLICY_PROPOSAL_SNIPPET)
    insert_snippet (self, proposal, &start);
  else
    {
      gtk_text_buffer_insert (buffer, &start, proposal->text, -1);
      gtk_text_buffer_place_cursor (buffer, &start);
    }
  gtk_text_buffer_end_user_action (buffer);
  if (proposal->again)
    show_again (self);
}

static void
qd_policy_completion_activate (GtkSourceCompletionProvider *provider, GtkSourceCompletionContext *context, GtkSourceCompletionProposal *choice)
{
  g_autoptr (QdPolicyChoice) taken = g_object_ref (QD_POLICY_CHOICE (choice));

  qd_policy_completion_accept (QD_POLICY_COMPLETION (provider), taken);
}

static void
provider_init (GtkSourceCompletionProviderInterface *iface)
{
  iface->get_title = qd_policy_completion_get_title;
  iface->get_priority = qd_policy_completion_get_priority;
  iface->is_trigger = qd_policy_completion_is_trigger;
  iface->populate_async = qd_policy_completion_populate_async;
  iface->populate_finish = qd_policy_completion_populate_finish;
  iface->refilter = qd_policy_completion_refilter;
  iface->display = qd_policy_completion_display;
  iface->activate = qd_policy_completion_activate;
}

/* --- The object ------------------------------------------------------------------------------------------------ */

void
qd_policy_completion_set_file (QdPolicyCompletion *self, const char *name)
{
  g_set_str (&self->file, name);
}

void
qd_policy_completion_set_world (QdPolicyCompletion *self, QdPolicyWorld *world)
{
  if (world)
    qd_policy_world_ref (world);
  g_clear_pointer (&self->world, qd_policy_world_unref);
  self->world = world;
}

static void
qd_policy_completion_finalize (GObject *object)
{
  QdPolicyCompletion *self = QD_POLICY_COMPLETION (object);

  g_clear_pointer (&self->world, qd_policy_world_unref);
  g_free (self->file);
  G_OBJECT_CLASS (qd_policy_completion_parent_class)->finalize (object);
}

static void
qd_policy_completion_class_init (QdPolicyCompletionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_policy_completion_finalize;
}

static void
qd_policy_completion_init (QdPolicyCompletion *self)
{
}

QdPolicyCompletion *
qd_policy_completion_new (GtkSourceView *view)
{
  QdPolicyCompletion *self = g_object_new (QD_TYPE_POLICY_COMPLETION, NULL);

  self->view = view;
  return self;
}
