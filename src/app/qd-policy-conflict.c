/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-conflict.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-form-dialog.h"

#define CONTEXT_LINES 3
/* Each place costs, and nobody decides more of them one by one: the others go together. */
#define MAX_PLACES 100
/* Of a side; who wants to read on reads the file. */
#define MAX_LINES 40
#define MAX_BYTES 8192
/* At a time, of filling the list. */
#define SLICE_US 4000

struct _QdPolicyConflict {
  AdwDialog parent_instance;
  QdWorkbench *workbench;    /* NULL: of texts that are no document's */
  QdDocument *document;
  GBytes *mine, *theirs;
  QdMerge *merge;            /* its own where it is a document's */
  QdPolicyConflictFunc decided;
  gpointer data;
  GDestroyNotify destroy;
  GArray *choices;           /* QdMergeKind; QD_MERGE_CONFLICT: not made yet */
  GtkWidget *apply, *list;
  guint filled, n_places;    /* pieces that are in the list or need not be, and places that are in it */
  guint fill_id;
};

G_DEFINE_FINAL_TYPE (QdPolicyConflict, qd_policy_conflict, ADW_TYPE_DIALOG)

/* --- What is decided ------------------------------------------------------------------------------------ */

static void
update_apply (QdPolicyConflict *self)
{
  guint left = 0;
  g_autofree char *text = NULL;

  for (guint i = 0; i < self->choices->len; i++)
    left += g_array_index (self->choices, QdMergeKind, i) == QD_MERGE_CONFLICT;
  gtk_widget_set_sensitive (self->apply, left == 0);
  text = left == 0 ? g_strdup (_("Take these into the text, which is saved when you save it"))
                   : g_strdup_printf (ngettext ("%'u place is not decided yet", "%'u places are not decided yet", left), left);
  gtk_widget_set_tooltip_text (self->apply, text);
}

typedef struct { QdPolicyConflict *dialog; guint first, n; QdMergeKind whose; } Choice;

static void
choice_free (gpointer data, GClosure *closure)
{
  g_free (data);
}

static void
chosen_cb (Choice *choice, GtkCheckButton *button)
{
  for (guint i = 0; i < choice->n && gtk_check_button_get_active (button); i++)
    g_array_index (choice->dialog->choices, QdMergeKind, choice->first + i) = choice->whose;
  update_apply (choice->dialog);
}

static void
apply_cb (QdPolicyConflict *self)
{
  const QdMergeKind *choices = (const QdMergeKind *) (gpointer) self->choices->data;

  /* The text or the disk may have changed again: then the banner stays, and one compares anew. */
  if (self->decided)
    self->decided (choices, self->data);
  else
    qd_workbench_resolve (self->workbench, self->document, self->merge, choices);
  adw_dialog_close (ADW_DIALOG (self));
}

static void
take_mine_cb (QdPolicyConflict *self)
{
  if (qd_document_is_conflicted (self->document))
    qd_workbench_take (self->workbench, self->document, QD_MERGE_MINE);
  adw_dialog_close (ADW_DIALOG (self));
}

static void
take_theirs_cb (QdPolicyConflict *self)
{
  if (qd_document_is_conflicted (self->document))
    qd_workbench_take (self->workbench, self->document, QD_MERGE_THEIRS);
  adw_dialog_close (ADW_DIALOG (self));
}

/* --- Pieces ----------------------------------------------------------------------------------------------- */

/* @range as a label can show it. */
static char *
text_of (GBytes *bytes, QdMergeRange range)
{
  const char *text = g_bytes_get_data (bytes, NULL);
  gsize end = range.end;

  if (end > range.start && text[end - 1] == '\n')
    end--;
  return g_utf8_make_valid (text ? text + range.start : "", (gssize) (end - range.start));
}

/* As much of it as is shown. */
static QdMergeRange
shorten (GBytes *bytes, QdMergeRange range)
{
  const char *text = g_bytes_get_data (bytes, NULL);
  QdMergeRange head = qd_merge_range_head (bytes, range, MAX_LINES);

  if (head.end - head.start <= MAX_BYTES)
    return head;
  head.end = head.start + MAX_BYTES;
  while (head.end > head.start && (text[head.end] & 0xc0) == 0x80)
    head.end--;
  return head;
}

static guint
count_lines (GBytes *bytes, QdMergeRange range)
{
  const char *text = g_bytes_get_data (bytes, NULL);
  guint n = 0;

  for (const char *end; range.start < range.end; n++)
    {
      end = memchr (text + range.start, '\n', range.end - range.start);
      range.start = end ? (gsize) (end - text) + 1 : range.end;
    }
  return n;
}

static GtkWidget *
make_text (const char *text)
{
  GtkWidget *label = gtk_label_new (*text ? text : _("(nothing)"));

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  /* Files are the same from whichever side one reads. */
  if (*text)
    gtk_widget_set_direction (label, GTK_TEXT_DIR_LTR);
  gtk_widget_add_css_class (label, *text ? "monospace" : "dimmed");
  gtk_widget_set_halign (label, GTK_ALIGN_FILL);
  return label;
}

static GtkWidget *
make_rest (guint n)
{
  g_autofree char *text = g_strdup_printf (ngettext ("%'u more line is not shown", "%'u more lines are not shown", n), n);
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, "dimmed");
  return label;
}

static GtkWidget *
make_check (QdPolicyConflict *self, guint first, guint n, QdMergeKind whose, GtkWidget *group)
{
  GtkWidget *check = gtk_check_button_new_with_label (whose == QD_MERGE_MINE ? _("Mine") : _("Theirs"));
  Choice *choice = g_new (Choice, 1);

  *choice = (Choice) { self, first, n, whose };
  gtk_check_button_set_group (GTK_CHECK_BUTTON (check), GTK_CHECK_BUTTON (group));
  g_signal_connect_data (check, "toggled", G_CALLBACK (chosen_cb), choice, choice_free, G_CONNECT_SWAPPED);
  return check;
}

static GtkWidget *
make_card (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  gtk_widget_add_css_class (box, "card");
  gtk_widget_add_css_class (box, "qd-conflict-side");
  return box;
}

static GtkWidget *
make_side (GtkWidget *check, GBytes *bytes, QdMergeRange range)
{
  QdMergeRange shown = shorten (bytes, range);
  g_autofree char *text = text_of (bytes, shown);
  GtkWidget *box = make_card ();

  gtk_box_append (GTK_BOX (box), check);
  gtk_box_append (GTK_BOX (box), make_text (text));
  if (shown.end < range.end)
    gtk_box_append (GTK_BOX (box), make_rest (count_lines (bytes, (QdMergeRange) { shown.end, range.end })));
  gtk_widget_set_hexpand (box, TRUE);
  gtk_widget_set_size_request (box, 240, -1);
  return box;
}

static GtkWidget *
make_place (QdPolicyConflict *self, guint nth, const QdMergePiece *piece)
{
  GtkWidget *box = adw_wrap_box_new (), *mine = make_check (self, nth, 1, QD_MERGE_MINE, NULL), *theirs = make_check (self, nth, 1, QD_MERGE_THEIRS, mine);

  adw_wrap_box_set_child_spacing (ADW_WRAP_BOX (box), 12);
  adw_wrap_box_set_line_spacing (ADW_WRAP_BOX (box), 12);
  adw_wrap_box_set_justify (ADW_WRAP_BOX (box), ADW_JUSTIFY_FILL);
  adw_wrap_box_append (ADW_WRAP_BOX (box), make_side (mine, self->mine, piece->mine));
  adw_wrap_box_append (ADW_WRAP_BOX (box), make_side (theirs, self->theirs, piece->theirs));
  return box;
}

/* Those from @first on, together. */
static GtkWidget *
make_others (QdPolicyConflict *self, guint first)
{
  guint n = self->choices->len - first;
  g_autofree char *text = g_strdup_printf (ngettext ("%'u more place, decided alike", "%'u more places, all decided alike", n), n);
  GtkWidget *box = make_card (), *label = gtk_label_new (text), *mine = make_check (self, first, n, QD_MERGE_MINE, NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, "heading");
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), mine);
  gtk_box_append (GTK_BOX (box), make_check (self, first, n, QD_MERGE_THEIRS, mine));
  return box;
}

/* The last or first lines of what stays as it is, so that one sees where one is. */
static GtkWidget *
make_context (GBytes *bytes, QdMergeRange range, gboolean tail)
{
  QdMergeRange lines = tail ? qd_merge_range_tail (bytes, range, CONTEXT_LINES) : qd_merge_range_head (bytes, range, CONTEXT_LINES);
  g_autofree char *text = text_of (bytes, shorten (bytes, lines));
  GtkWidget *label = make_text (text);

  gtk_widget_add_css_class (label, "dimmed");
  return label;
}

static gboolean
is_conflict (QdPolicyConflict *self, guint i)
{
  return i < qd_merge_get_n_pieces (self->merge) && qd_merge_get_piece (self->merge, i)->kind == QD_MERGE_CONFLICT;
}

static void
fill_piece (QdPolicyConflict *self, guint i)
{
  const QdMergePiece *piece = qd_merge_get_piece (self->merge, i);
  gboolean before = is_conflict (self, i + 1), after = i > 0 && is_conflict (self, i - 1);

  if (piece->kind == QD_MERGE_CONFLICT)
    gtk_box_append (GTK_BOX (self->list), make_place (self, self->n_places++, piece));
  else if (piece->mine.end > piece->mine.start && (before || after))
    gtk_box_append (GTK_BOX (self->list), make_context (self->mine, piece->mine, before));
}

/* Returns: whether there is more */
static gboolean
fill_some (QdPolicyConflict *self)
{
  gint64 end = g_get_monotonic_time () + SLICE_US;

  while (self->filled < qd_merge_get_n_pieces (self->merge) && self->n_places < MAX_PLACES)
    {
      if (g_get_monotonic_time () > end)
        return TRUE;
      fill_piece (self, self->filled++);
    }
  if (self->n_places < self->choices->len)
    gtk_box_append (GTK_BOX (self->list), make_others (self, self->n_places));
  return FALSE;
}

static gboolean
fill_cb (gpointer data)
{
  QdPolicyConflict *self = data;

  if (fill_some (self))
    return G_SOURCE_CONTINUE;
  self->fill_id = 0;
  return G_SOURCE_REMOVE;
}

static void
fill (QdPolicyConflict *self)
{
  if (fill_some (self))
    self->fill_id = g_idle_add_full (G_PRIORITY_LOW, fill_cb, self, NULL);
}

/* --- The dialog --------------------------------------------------------------------------------------------- */

static void
qd_policy_conflict_dispose (GObject *object)
{
  QdPolicyConflict *self = QD_POLICY_CONFLICT (object);

  g_clear_handle_id (&self->fill_id, g_source_remove);
  if (self->workbench)
    g_clear_pointer (&self->merge, qd_merge_free);
  self->merge = NULL;
  g_clear_object (&self->workbench);
  g_clear_object (&self->document);
  g_clear_pointer (&self->mine, g_bytes_unref);
  g_clear_pointer (&self->theirs, g_bytes_unref);
  if (self->destroy)
    g_steal_pointer (&self->destroy) (self->data);
  G_OBJECT_CLASS (qd_policy_conflict_parent_class)->dispose (object);
}

static void
qd_policy_conflict_finalize (GObject *object)
{
  g_array_unref (QD_POLICY_CONFLICT (object)->choices);
  G_OBJECT_CLASS (qd_policy_conflict_parent_class)->finalize (object);
}

static void
qd_policy_conflict_class_init (QdPolicyConflictClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_policy_conflict_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_policy_conflict_finalize;
}

static void
qd_policy_conflict_init (QdPolicyConflict *self)
{
  GtkWidget *view = adw_toolbar_view_new (), *bar = adw_header_bar_new (), *scrolled = gtk_scrolled_window_new ();

  self->choices = g_array_new (FALSE, FALSE, sizeof (QdMergeKind));
  self->list = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_widget_set_margin_start (self->list, 12);
  gtk_widget_set_margin_end (self->list, 12);
  gtk_widget_set_margin_top (self->list, 12);
  gtk_widget_set_margin_bottom (self->list, 12);
  self->apply = gtk_button_new_with_mnemonic (_("_Take These"));
  gtk_widget_add_css_class (self->apply, "suggested-action");
  g_signal_connect_object (self->apply, "clicked", G_CALLBACK (apply_cb), self, G_CONNECT_SWAPPED);
  qd_form_dialog_pack (ADW_DIALOG (self), ADW_HEADER_BAR (bar), self->apply);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), bar);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->list);
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), scrolled);
  adw_dialog_set_child (ADW_DIALOG (self), view);
  adw_dialog_set_title (ADW_DIALOG (self), _("Changed by Both"));
  adw_dialog_set_content_width (ADW_DIALOG (self), 760);
  adw_dialog_set_content_height (ADW_DIALOG (self), 560);
}

static GtkWidget *
make_choice (QdPolicyConflict *self, const char *label, const char *style, GCallback callback)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  gtk_widget_add_css_class (button, "pill");
  if (style)
    gtk_widget_add_css_class (button, style);
  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  g_signal_connect_object (button, "clicked", callback, self, G_CONNECT_SWAPPED);
  return button;
}

/* There is nothing to compare: it is the one or the other. */
static void
show_choice (QdPolicyConflict *self, const char *icon, const char *title, const char *why)
{
  GtkWidget *page = adw_status_page_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  adw_status_page_set_icon_name (ADW_STATUS_PAGE (page), icon);
  adw_status_page_set_title (ADW_STATUS_PAGE (page), title);
  adw_status_page_set_description (ADW_STATUS_PAGE (page), why);
  gtk_box_append (GTK_BOX (box), make_choice (self, _("_Keep Mine"), "suggested-action", G_CALLBACK (take_mine_cb)));
  gtk_box_append (GTK_BOX (box), make_choice (self, _("_Let It Go"), "destructive-action", G_CALLBACK (take_theirs_cb)));
  adw_status_page_set_child (ADW_STATUS_PAGE (page), box);
  gtk_widget_set_vexpand (page, TRUE);
  gtk_box_append (GTK_BOX (self->list), page);
  gtk_widget_set_visible (self->apply, FALSE);
}

/* --- Asking ------------------------------------------------------------------------------------------------- */

typedef struct { QdWorkbench *workbench; GtkWidget *parent; } Ask;

static void
ask_free (Ask *ask)
{
  g_object_unref (ask->workbench);
  g_object_unref (ask->parent);
  g_free (ask);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Ask, ask_free)

static QdPolicyConflict *
create (QdWorkbench *workbench, QdDocument *document)
{
  QdPolicyConflict *self = g_object_new (QD_TYPE_POLICY_CONFLICT, NULL);

  self->workbench = g_object_ref (workbench);
  self->document = g_object_ref (document);
  return self;
}

static void
show_merge (QdPolicyConflict *self, QdMerge *merged, GBytes *mine, GBytes *theirs)
{
  const QdMergeKind none = QD_MERGE_CONFLICT;

  self->merge = merged;
  self->mine = g_bytes_ref (mine);
  self->theirs = g_bytes_ref (theirs);
  for (guint i = 0; i < qd_merge_get_n_conflicts (merged); i++)
    g_array_append_val (self->choices, none);
  fill (self);
  update_apply (self);
}

static void
merged_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  QdDocument *document = QD_DOCUMENT (source);
  GBytes *mine = qd_document_get_mine (document), *theirs = qd_document_get_theirs (document);
  g_autoptr (Ask) ask = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (QdMerge) merged = qd_merge_finish (result, &error);
  QdPolicyConflict *self;

  /* The window was closed, or the texts are others by now: the banner is still there to ask again. */
  if (gtk_widget_get_root (ask->parent) == NULL || !qd_document_is_conflicted (document) || !qd_merge_was_of (result, mine, theirs))
    return;
  self = create (ask->workbench, document);
  if (merged)
    show_merge (self, g_steal_pointer (&merged), mine, theirs);
  else
    show_choice (self, "dialog-warning-symbolic", _("Too Different to Compare"), error->message);
  adw_dialog_present (ADW_DIALOG (self), ask->parent);
}

AdwDialog *
qd_policy_conflict_new (QdMerge *merge, GBytes *mine, GBytes *theirs, QdPolicyConflictFunc decided, gpointer data, GDestroyNotify destroy)
{
  QdPolicyConflict *self = g_object_new (QD_TYPE_POLICY_CONFLICT, NULL);

  self->decided = decided;
  self->data = data;
  self->destroy = destroy;
  show_merge (self, merge, mine, theirs);
  return ADW_DIALOG (self);
}

void
qd_policy_conflict_ask (QdWorkbench *workbench, QdDocument *document, GtkWidget *parent)
{
  GBytes *theirs = qd_document_get_theirs (document);
  Ask *ask;

  if (!qd_document_is_conflicted (document))
    return;
  if (theirs == NULL)
    {
      QdPolicyConflict *self = create (workbench, document);

      show_choice (self, "user-trash-symbolic", _("Removed by Somebody Else"), _("Keep your text, to save the file again, or let it go too."));
      adw_dialog_present (ADW_DIALOG (self), parent);
      return;
    }
  ask = g_new (Ask, 1);
  *ask = (Ask) { g_object_ref (workbench), g_object_ref (parent) };
  qd_merge_async (document, qd_document_get_base (document), qd_document_get_mine (document), theirs, merged_cb, ask);
}
