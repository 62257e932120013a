/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The editor of policies with real keys: completion, help, folding, searching. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include <adwaita.h>
#include <gdk/gdkkeysyms.h>

#include "manifests.h"
#include "policy-fixture.h"
#include "qd-application.h"
#include "qd-policy-buffer.h"
#include "qd-policy-completion.h"
#include "qd-policy-editor.h"
#include "qd-policy-folds.h"
#include "qd-policy-text.h"
#include "wait.h"

#define WORLD                                                                                                                          \
  NAMESPACE ("shop", "team: shop") DEPLOYMENT ("shop", "web", "app: web", "containers: [{name: c, ports: [{containerPort: 8080, name: http}]}]") \
  DEPLOYMENT ("shop", "api", "app: api", "containers: [{name: c}]")                                                                    \
  NP ("shop", "web", "{podSelector: {matchLabels: {app: web}}}")

#define HEAD "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: web\n  namespace: shop\nspec:\n"
#define POLICY HEAD "  podSelector:\n    matchLabels:\n      app: web\n  policyTypes:\n  - Ingress\n  ingress:\n  - from:\n    - podSelector: {}\n"

typedef struct {
  GtkWindow *window;
  QdPolicyEditor *editor;
  QdDocument *document;
  GtkTextBuffer *buffer;
  GtkSourceView *view;
} Fixture;

#define UNTIL WAIT_UNTIL

static GtkWidget *
find_type (GtkWidget *from, const char *type)
{
  GtkWidget *found = NULL;

  if (g_str_equal (G_OBJECT_TYPE_NAME (from), type))
    return from;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child && !found; child = gtk_widget_get_next_sibling (child))
    found = find_type (child, type);
  return found;
}

static gboolean
has_label (GtkWidget *from, const char *text)
{
  gboolean found = GTK_IS_LABEL (from) && g_str_equal (gtk_label_get_text (GTK_LABEL (from)), text);
  for (GtkWidget *child = gtk_widget_get_first_child (from); child && !found; child = gtk_widget_get_next_sibling (child))
    found = has_label (child, text);
  return found;
}

static GtkEditable *
find_entry (Fixture *self, const char *type, guint index)
{
  GtkWidget *search = find_type (GTK_WIDGET (self->editor), "QdPolicySearch");
  g_autoptr (GPtrArray) queue = g_ptr_array_new ();
  guint n = 0;

  g_ptr_array_add (queue, search);
  for (guint i = 0; i < queue->len; i++)
    {
      if (g_str_equal (G_OBJECT_TYPE_NAME (queue->pdata[i]), type) && n++ == index)
        return GTK_EDITABLE (queue->pdata[i]);
      for (GtkWidget *child = gtk_widget_get_first_child (queue->pdata[i]); child; child = gtk_widget_get_next_sibling (child))
        g_ptr_array_add (queue, child);
    }
  return NULL;
}

static void
settle (Fixture *self)
{
  for (guint i = 0; i < 20; i++)
    while (g_main_context_iteration (NULL, FALSE))
      ;
}

static void
begin (Fixture *self, const char *name, const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (QdPolicyWorld) world = make_world (WORLD);

  self->window = GTK_WINDOW (gtk_window_new ());
  self->editor = QD_POLICY_EDITOR (qd_policy_editor_new ());
  self->document = qd_document_new (name, bytes, bytes);
  gtk_window_set_child (self->window, GTK_WIDGET (self->editor));
  gtk_window_set_default_size (self->window, 700, 500);
  qd_policy_editor_set_world (self->editor, world);
  qd_policy_editor_set_document (self->editor, self->document);
  self->buffer = qd_policy_editor_get_buffer (self->editor);
  self->view = GTK_SOURCE_VIEW (find_type (GTK_WIDGET (self->editor), "QdPolicyText"));
  gtk_window_present (self->window);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
  UNTIL (gtk_widget_get_mapped (GTK_WIDGET (self->view)) && gtk_window_is_active (self->window));
  settle (self);
}

static void
end (Fixture *self)
{
  gpointer editor = self->editor;

  g_object_add_weak_pointer (editor, &editor);
  gtk_window_destroy (self->window);
  UNTIL (editor == NULL);
  g_assert_finalize_object (self->document);
}

static char *
dup_text (Fixture *self)
{
  g_autoptr (GBytes) bytes = qd_policy_buffer_get_bytes (GTK_SOURCE_BUFFER (self->buffer));

  return g_strndup (g_bytes_get_size (bytes) ? g_bytes_get_data (bytes, NULL) : "", g_bytes_get_size (bytes));
}

static gboolean
is_text (Fixture *self, const char *expected)
{
  g_autofree char *text = dup_text (self);

  return g_str_equal (text, expected);
}

static void
assert_text (Fixture *self, const char *expected)
{
  g_autofree char *text = dup_text (self);

  g_assert_cmpstr (text, ==, expected);
}

static void
place (Fixture *self, int line, int column)
{
  GtkTextIter at;

  gtk_text_buffer_get_iter_at_line_offset (self->buffer, &at, line, column);
  gtk_text_buffer_place_cursor (self->buffer, &at);
}

static void
place_at_end (Fixture *self)
{
  GtkTextIter at;

  gtk_text_buffer_get_end_iter (self->buffer, &at);
  gtk_text_buffer_place_cursor (self->buffer, &at);
}

static int
get_line (Fixture *self)
{
  GtkTextIter at;

  gtk_text_buffer_get_iter_at_mark (self->buffer, &at, gtk_text_buffer_get_insert (self->buffer));
  return gtk_text_iter_get_line (&at);
}

/* Writes pictures of the window and of what pops up over it into the folder that QD_PICTURES names, if there is one. */
static void
take_picture (Fixture *self, const char *name, GtkWidget *popup)
{
  GtkWidget *widgets[] = { GTK_WIDGET (self->window), popup };

  for (guint i = 0; g_getenv ("QD_PICTURES") && i < G_N_ELEMENTS (widgets); i++)
    {
      g_autofree char *file = g_strdup_printf ("%s/editor-%s%s.png", g_getenv ("QD_PICTURES"), name, i == 0 ? "" : "-popup");
      g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (widgets[i]);
      g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
      g_autoptr (GskRenderNode) node = NULL;
      g_autoptr (GdkTexture) texture = NULL;

      settle (self);
      gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (widgets[i]), gtk_widget_get_height (widgets[i]));
      node = gtk_snapshot_to_node (snapshot);
      if (node == NULL)
        continue;
      texture = gsk_renderer_render_texture (gtk_native_get_renderer (gtk_widget_get_native (widgets[i])), node, NULL);
      gdk_texture_save_to_png (texture, file);
    }
}

/* --- Completion ------------------------------------------------------------------------------------------------ */

static gboolean
is_popup_shown (Fixture *self)
{
  GtkWidget *list = find_type (GTK_WIDGET (self->view), "GtkSourceCompletionList");

  return list && gtk_widget_get_mapped (list);
}

static void
type_word (const char *letters)
{
  for (const char *c = letters; *c != '\0'; c++)
    policy_fixture_press (gdk_unicode_to_keyval ((guint) *c), 0);
}

/* Letters bring the list, Enter takes what is first, and it is one step to undo. */
static void
test_typing (void)
{
  Fixture self;

  begin (&self, "p.yaml", HEAD "  ");
  place_at_end (&self);
  type_word ("pol");
  UNTIL (is_popup_shown (&self));
  take_picture (&self, "keys", find_type (GTK_WIDGET (self.view), "GtkSourceCompletionList"));
  policy_fixture_press (GDK_KEY_Return, 0);
  UNTIL (is_text (&self, HEAD "  policyTypes:\n  - "));
  /* What comes next is proposed by itself. */
  UNTIL (is_popup_shown (&self));
  policy_fixture_press (GDK_KEY_Return, 0);
  UNTIL (is_text (&self, HEAD "  policyTypes:\n  - Ingress"));
  gtk_text_buffer_undo (self.buffer);
  assert_text (&self, HEAD "  policyTypes:\n  - ");
  gtk_text_buffer_undo (self.buffer);
  assert_text (&self, HEAD "  pol");
  end (&self);
}

static void
test_asking (void)
{
  Fixture self;

  begin (&self, "p.yaml", HEAD "  podSelector:\n    matchLabels:\n      app: ");
  place_at_end (&self);
  policy_fixture_press (GDK_KEY_space, GDK_KEY_Control_L);
  UNTIL (is_popup_shown (&self));
  take_picture (&self, "values", find_type (GTK_WIDGET (self.view), "GtkSourceCompletionList"));
  policy_fixture_press (GDK_KEY_Down, 0);
  policy_fixture_press (GDK_KEY_Return, 0);
  UNTIL (is_text (&self, HEAD "  podSelector:\n    matchLabels:\n      app: web"));
  end (&self);
}

static char *
list_choices (Fixture *self, const char *file, QdPolicyCompletion **completion)
{
  g_autoptr (QdPolicyWorld) world = make_world (WORLD);
  g_autoptr (GListModel) choices = NULL;
  GString *labels = g_string_new (NULL);

  *completion = qd_policy_completion_new (self->view);
  qd_policy_completion_set_file (*completion, file);
  qd_policy_completion_set_world (*completion, world);
  choices = qd_policy_completion_list (*completion);
  for (guint i = 0; i < g_list_model_get_n_items (choices); i++)
    {
      g_autoptr (QdPolicyChoice) choice = g_list_model_get_item (choices, i);

      g_string_append_printf (labels, "%s%s", i > 0 ? "|" : "", qd_policy_choice_get (choice)->label);
    }
  return g_string_free (labels, FALSE);
}

static void
accept_first (QdPolicyCompletion *completion)
{
  g_autoptr (GListModel) choices = qd_policy_completion_list (completion);
  g_autoptr (QdPolicyChoice) first = g_list_model_get_item (choices, 0);

  qd_policy_completion_accept (completion, first);
}

/* What was typed sorts: its beginning first, then what has it within. */
static void
test_ranking (void)
{
  Fixture self;
  g_autoptr (QdPolicyCompletion) completion = NULL;
  g_autofree char *labels = NULL;

  begin (&self, "p.yaml", HEAD "  gress");
  place_at_end (&self);
  labels = list_choices (&self, "p.yaml", &completion);
  g_assert_cmpstr (labels, ==, "egress|ingress");
  accept_first (completion);
  assert_text (&self, HEAD "  egress:\n  - ");
  end (&self);
}

/* A new policy has its places to fill in; in a file with line ends of Windows its lines end so, too. */
static void
test_snippet (gconstpointer crlf)
{
  Fixture self;
  g_autoptr (QdPolicyCompletion) completion = NULL;
  g_autofree char *labels = NULL, *text = NULL;

  begin (&self, "p.yaml", crlf ? "# new\r\n" : "");
  place_at_end (&self);
  labels = list_choices (&self, "p.yaml", &completion);
  g_assert_true (g_str_has_prefix (labels, "Deny all that comes in|"));
  accept_first (completion);
  text = dup_text (&self);
  g_assert_nonnull (strstr (text, crlf ? "  name: deny-ingress\r\n  namespace: shop\r\nspec:\r\n" : "  name: deny-ingress\n  namespace: shop\nspec:\n"));
  gtk_text_buffer_undo (self.buffer);
  assert_text (&self, crlf ? "# new\r\n" : "");
  end (&self);
}

/* --- Help ------------------------------------------------------------------------------------------------------ */

static void
test_help (void)
{
  Fixture self;
  g_autofree char *text = NULL, *nothing = NULL;
  GtkWidget *popover;

  begin (&self, "p.yaml", POLICY);
  place (&self, 6, 4);
  text = qd_policy_editor_dup_hint (self.editor);
  g_assert_true (g_str_has_prefix (text, "podSelector: a map, optional\n"));
  g_assert_true (g_str_has_suffix (text, "\nMatches 1 workload now: shop/web[Deployment]"));
  qd_policy_editor_run (self.editor, "describe");
  popover = find_type (GTK_WIDGET (self.view), "GtkPopover");
  UNTIL (popover && gtk_widget_get_mapped (popover));
  take_picture (&self, "help", popover);
  policy_fixture_press (GDK_KEY_Escape, 0);
  UNTIL (!gtk_widget_get_mapped (popover));
  UNTIL (gtk_widget_has_focus (GTK_WIDGET (self.view)));
  place (&self, 6, 0);
  nothing = qd_policy_editor_dup_hint (self.editor);
  g_assert_null (nothing);
  end (&self);
}

/* Where the pointer rests, what is there is said. */
static void
test_hover (void)
{
  Fixture self;
  graphene_point_t at;
  GdkRectangle word;
  GtkTextIter iter;
  int x, y;

  begin (&self, "p.yaml", POLICY);
  gtk_text_buffer_get_iter_at_line_offset (self.buffer, &iter, 9, 6);
  gtk_text_view_get_iter_location (GTK_TEXT_VIEW (self.view), &iter, &word);
  gtk_text_view_buffer_to_window_coords (GTK_TEXT_VIEW (self.view), GTK_TEXT_WINDOW_WIDGET, word.x + 2, word.y + word.height / 2, &x, &y);
  g_assert_true (gtk_widget_compute_point (GTK_WIDGET (self.view), GTK_WIDGET (self.window), &GRAPHENE_POINT_INIT ((float) x, (float) y), &at));
  policy_fixture_move (at.x - 3, at.y);
  settle (&self);
  policy_fixture_move (at.x, at.y);
  UNTIL (has_label (GTK_WIDGET (self.view), "policyTypes"));
  g_assert_true (has_label (GTK_WIDGET (self.view), "May be: Ingress, Egress"));
  end (&self);
}

/* --- Folding --------------------------------------------------------------------------------------------------- */

static guint
hidden_below (Fixture *self, guint line)
{
  return qd_policy_folds_get_hidden (qd_policy_folds_of (self->buffer), line);
}

static int
line_height (Fixture *self, int line)
{
  GtkTextIter at;
  int y, height;

  gtk_text_buffer_get_iter_at_line (self->buffer, &at, line);
  gtk_text_view_get_line_yrange (GTK_TEXT_VIEW (self->view), &at, &y, &height);
  return height;
}

static void
test_fold (void)
{
  static const guint headers[] = { 2, 5, 6, 7, 9, 11, 12 };
  Fixture self;
  QdPolicyFolds *folds;
  guint n = 0;

  begin (&self, "p.yaml", POLICY);
  folds = qd_policy_folds_of (self.buffer);
  for (guint i = 0; i < 15; i++)
    if (qd_policy_folds_can_fold (folds, i))
      g_assert_cmpuint (headers[n++], ==, i);
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (headers));

  /* What the cursor is in: the list's key, then what is around that. */
  place (&self, 10, 4);
  qd_policy_editor_run (self.editor, "fold");
  g_assert_cmpuint (hidden_below (&self, 9), ==, 1);
  g_assert_cmpint (get_line (&self), ==, 9);
  settle (&self);
  g_assert_cmpint (line_height (&self, 10), ==, 0);
  g_assert_cmpint (line_height (&self, 11), >, 0);
  qd_policy_editor_run (self.editor, "fold");
  g_assert_cmpuint (hidden_below (&self, 5), ==, 8);
  assert_text (&self, POLICY);

  /* Opened, what was folded in it still is. */
  qd_policy_editor_run (self.editor, "unfold");
  g_assert_cmpuint (hidden_below (&self, 5), ==, 0);
  g_assert_true (qd_policy_folds_is_hidden (folds, 10));
  g_assert_false (qd_policy_folds_is_hidden (folds, 11));

  qd_policy_editor_run (self.editor, "fold-all");
  g_assert_cmpuint (hidden_below (&self, 2), ==, 2);
  g_assert_cmpuint (hidden_below (&self, 5), ==, 8);
  qd_policy_editor_run (self.editor, "unfold-all");
  for (guint i = 0; i < 15; i++)
    g_assert_false (qd_policy_folds_is_hidden (folds, i));
  assert_text (&self, POLICY);
  end (&self);
}

/* Edits at the borders open the fold and lose nothing; edits elsewhere leave it. */
static void
test_fold_edits (void)
{
  Fixture self;
  GtkTextIter at, to;
  QdPolicyFolds *folds;

  begin (&self, "p.yaml", POLICY);
  folds = qd_policy_folds_of (self.buffer);
  g_assert_true (qd_policy_folds_fold (folds, 2));
  g_assert_false (qd_policy_folds_fold (folds, 2));

  /* On the line that stays, and before and after it. */
  gtk_text_buffer_get_iter_at_line_offset (self.buffer, &at, 2, 9);
  gtk_text_buffer_insert (self.buffer, &at, " # x", -1);
  gtk_text_buffer_get_iter_at_line (self.buffer, &at, 0);
  gtk_text_buffer_insert (self.buffer, &at, "# y\n", -1);
  gtk_text_buffer_get_iter_at_line (self.buffer, &at, 6);
  gtk_text_buffer_insert (self.buffer, &at, "# z\n", -1);
  g_assert_cmpuint (hidden_below (&self, 3), ==, 2);
  g_assert_false (qd_policy_folds_is_hidden (folds, 6));

  /* Backspace from below joins what is hidden: it opens. */
  place (&self, 6, 0);
  gtk_text_buffer_get_iter_at_line (self.buffer, &at, 6);
  gtk_text_buffer_backspace (self.buffer, &at, TRUE, TRUE);
  g_assert_cmpuint (hidden_below (&self, 3), ==, 0);
  gtk_text_buffer_undo (self.buffer);

  /* Delete at the end of the line that stays. */
  g_assert_true (qd_policy_folds_fold (folds, 3));
  gtk_text_buffer_get_iter_at_line (self.buffer, &at, 3);
  gtk_text_iter_forward_to_line_end (&at);
  to = at;
  gtk_text_iter_forward_char (&to);
  gtk_text_buffer_delete (self.buffer, &at, &to);
  g_assert_cmpuint (hidden_below (&self, 3), ==, 0);
  gtk_text_buffer_undo (self.buffer);

  /* Undoing what happened in what is hidden shows it. */
  gtk_text_buffer_get_iter_at_line_offset (self.buffer, &at, 4, 8);
  gtk_text_buffer_insert (self.buffer, &at, "new-", -1);
  g_assert_true (qd_policy_folds_fold (folds, 3));
  gtk_text_buffer_undo (self.buffer);
  g_assert_cmpuint (hidden_below (&self, 3), ==, 0);

  while (gtk_text_buffer_get_can_undo (self.buffer))
    gtk_text_buffer_undo (self.buffer);
  assert_text (&self, POLICY);
  end (&self);
}

/* The last line without a line end, too. */
static void
test_fold_end (void)
{
  Fixture self;
  QdPolicyFolds *folds;

  begin (&self, "p.yaml", "a:\n  b: 1\n  c: 2");
  folds = qd_policy_folds_of (self.buffer);
  g_assert_true (qd_policy_folds_fold (folds, 0));
  g_assert_cmpuint (hidden_below (&self, 0), ==, 2);
  place_at_end (&self);
  g_assert_cmpuint (hidden_below (&self, 0), ==, 0);
  assert_text (&self, "a:\n  b: 1\n  c: 2");
  end (&self);
}

static void
test_fold_documents (void)
{
  Fixture self;
  QdPolicyFolds *folds;

  begin (&self, "p.yaml", "---\na: 1\n# c\n\n---\nb:\n# far\n  c: 1\n- x\n");
  folds = qd_policy_folds_of (self.buffer);
  g_assert_true (qd_policy_folds_fold (folds, 0));
  g_assert_cmpuint (hidden_below (&self, 0), ==, 2);
  g_assert_true (qd_policy_folds_fold (folds, 5));
  g_assert_cmpuint (hidden_below (&self, 5), ==, 3);
  end (&self);
}

static void
copied_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(char **) data = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
}

/* The keys that are told in the list of shortcuts, while the text has the focus. */
static void
test_shortcuts (void)
{
  Fixture self;
  GtkWidget *popover, *search;

  begin (&self, "p.yaml", POLICY);
  search = find_type (GTK_WIDGET (self.editor), "QdPolicySearch");
  place (&self, 3, 4);
  policy_fixture_chord (GDK_KEY_bracketleft, GDK_KEY_Control_L, GDK_KEY_Shift_L);
  UNTIL (hidden_below (&self, 2) == 2);
  policy_fixture_chord (GDK_KEY_bracketright, GDK_KEY_Control_L, GDK_KEY_Shift_L);
  UNTIL (hidden_below (&self, 2) == 0);
  policy_fixture_chord (GDK_KEY_bracketleft, GDK_KEY_Control_L, GDK_KEY_Alt_L);
  UNTIL (hidden_below (&self, 5) == 8);
  policy_fixture_chord (GDK_KEY_bracketright, GDK_KEY_Control_L, GDK_KEY_Alt_L);
  UNTIL (hidden_below (&self, 5) == 0);
  place (&self, 6, 4);
  policy_fixture_press (GDK_KEY_i, GDK_KEY_Control_L);
  UNTIL ((popover = find_type (GTK_WIDGET (self.view), "GtkPopover")) && gtk_widget_get_mapped (popover));
  policy_fixture_press (GDK_KEY_Escape, 0);
  UNTIL (!gtk_widget_get_mapped (popover) && gtk_widget_has_focus (GTK_WIDGET (self.view)));
  /* That of the text view for little pictures is not taken. */
  policy_fixture_press (GDK_KEY_period, GDK_KEY_Control_L);
  policy_fixture_press (GDK_KEY_l, GDK_KEY_Control_L);
  UNTIL (gtk_widget_get_mapped (GTK_WIDGET (find_entry (&self, "GtkEntry", 0))));
  g_assert_null (find_type (GTK_WIDGET (self.view), "GtkEmojiChooser"));
  policy_fixture_press (GDK_KEY_Escape, 0);
  UNTIL (gtk_widget_has_focus (GTK_WIDGET (self.view)));
  policy_fixture_press (GDK_KEY_h, GDK_KEY_Control_L);
  UNTIL (gtk_widget_get_mapped (GTK_WIDGET (find_entry (&self, "GtkEntry", 1))));
  g_assert_true (gtk_widget_get_mapped (search));
  assert_text (&self, POLICY);
  end (&self);
}

/* By keys: fold, go past it, select across it, copy, cut. */
static void
test_fold_keys (void)
{
  Fixture self;
  g_autofree char *copied = NULL;
  GtkTextIter start, to;

  begin (&self, "p.yaml", POLICY);
  place (&self, 3, 4);
  qd_policy_editor_run (self.editor, "fold");
  UNTIL (hidden_below (&self, 2) == 2);
  policy_fixture_press (GDK_KEY_Down, 0);
  UNTIL (get_line (&self) == 5);
  policy_fixture_press (GDK_KEY_Up, 0);
  UNTIL (get_line (&self) == 2);
  g_assert_cmpuint (hidden_below (&self, 2), ==, 2);

  gtk_text_buffer_get_iter_at_line (self.buffer, &start, 2);
  gtk_text_buffer_get_iter_at_line (self.buffer, &to, 5);
  gtk_text_buffer_select_range (self.buffer, &start, &to);
  g_signal_emit_by_name (self.view, "copy-clipboard");
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (GTK_WIDGET (self.view)), NULL, copied_cb, &copied);
  UNTIL (copied != NULL);
  g_assert_cmpstr (copied, ==, "metadata:\n  name: web\n  namespace: shop\n");
  g_assert_cmpuint (hidden_below (&self, 2), ==, 2);
  g_signal_emit_by_name (self.view, "cut-clipboard");
  assert_text (&self, "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nspec:\n  podSelector:\n    matchLabels:\n      app: web\n  policyTypes:\n"
                      "  - Ingress\n  ingress:\n  - from:\n    - podSelector: {}\n");
  gtk_text_buffer_undo (self.buffer);
  assert_text (&self, POLICY);
  end (&self);
}

/* The mark behind the line opens it, and the triangle beside it folds. */
static void
test_fold_pointer (void)
{
  Fixture self;
  graphene_rect_t mark;
  graphene_point_t at;
  GtkWidget *gutter;
  int x, y;

  begin (&self, "p.yaml", POLICY);
  g_assert_true (qd_policy_folds_fold (qd_policy_folds_of (self.buffer), 5));
  settle (&self);
  g_assert_true (qd_policy_text_get_mark (QD_POLICY_TEXT (self.view), 5, &mark));
  gtk_text_view_buffer_to_window_coords (GTK_TEXT_VIEW (self.view), GTK_TEXT_WINDOW_WIDGET, (int) (mark.origin.x + mark.size.width / 2),
                                         (int) (mark.origin.y + mark.size.height / 2), &x, &y);
  g_assert_true (gtk_widget_compute_point (GTK_WIDGET (self.view), GTK_WIDGET (self.window), &GRAPHENE_POINT_INIT ((float) x, (float) y), &at));
  policy_fixture_click (at.x, at.y);
  UNTIL (hidden_below (&self, 5) == 0);

  gutter = find_type (GTK_WIDGET (self.view), "QdPolicyFoldGutter");
  g_assert_true (gtk_widget_compute_point (gutter, GTK_WIDGET (self.window), &GRAPHENE_POINT_INIT ((float) gtk_widget_get_width (gutter) / 2, (float) y), &at));
  policy_fixture_click (at.x, at.y);
  UNTIL (hidden_below (&self, 5) == 8);
  end (&self);
}

/* --- Searching ------------------------------------------------------------------------------------------------- */

static void
test_search (void)
{
  Fixture self;
  GtkWidget *search;

  begin (&self, "p.yaml", POLICY);
  search = find_type (GTK_WIDGET (self.editor), "QdPolicySearch");
  place (&self, 0, 0);
  g_assert_true (qd_policy_folds_fold (qd_policy_folds_of (self.buffer), 5));
  qd_policy_editor_run (self.editor, "find");
  gtk_editable_set_text (find_entry (&self, "GtkSearchEntry", 0), "podSel");
  UNTIL (has_label (search, "1 of 2"));
  /* It opens what it goes to. */
  g_assert_cmpuint (hidden_below (&self, 5), ==, 0);
  g_assert_cmpint (get_line (&self), ==, 6);
  qd_policy_editor_run (self.editor, "next-match");
  UNTIL (has_label (search, "2 of 2"));
  qd_policy_editor_run (self.editor, "next-match");
  UNTIL (has_label (search, "1 of 2"));
  qd_policy_editor_run (self.editor, "previous-match");
  UNTIL (has_label (search, "2 of 2"));
  gtk_editable_set_text (find_entry (&self, "GtkSearchEntry", 0), "nowhere");
  UNTIL (has_label (search, "No matches"));

  /* Case and expressions. */
  gtk_editable_set_text (find_entry (&self, "GtkSearchEntry", 0), "INGRESS");
  UNTIL (has_label (search, "1 of 2"));
  gtk_widget_activate_action (search, "search.case", NULL);
  UNTIL (has_label (search, "No matches"));
  gtk_widget_activate_action (search, "search.regex", NULL);
  gtk_editable_set_text (find_entry (&self, "GtkSearchEntry", 0), "name(space)?:");
  UNTIL (has_label (search, "1 of 2") || has_label (search, "2 of 2"));
  gtk_editable_set_text (find_entry (&self, "GtkSearchEntry", 0), "name(");
  UNTIL (has_label (search, "Not an expression"));
  end (&self);
}

static void
test_replace (void)
{
  Fixture self;
  GtkWidget *search;

  begin (&self, "p.yaml", "a: web\nb: web\nc: web\n");
  search = find_type (GTK_WIDGET (self.editor), "QdPolicySearch");
  place (&self, 0, 0);
  qd_policy_editor_run (self.editor, "replace");
  gtk_editable_set_text (find_entry (&self, "GtkSearchEntry", 0), "web");
  UNTIL (has_label (search, "1 of 3"));
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (find_entry (&self, "GtkEntry", 1))));
  take_picture (&self, "replace", search);
  gtk_editable_set_text (find_entry (&self, "GtkEntry", 1), "db");
  g_signal_emit_by_name (find_entry (&self, "GtkEntry", 1), "activate");
  assert_text (&self, "a: db\nb: web\nc: web\n");
  UNTIL (has_label (search, "1 of 2"));
  g_signal_emit_by_name (gtk_widget_get_last_child (gtk_widget_get_parent (GTK_WIDGET (find_entry (&self, "GtkEntry", 1)))), "clicked");
  assert_text (&self, "a: db\nb: db\nc: db\n");
  gtk_text_buffer_undo (self.buffer);
  assert_text (&self, "a: db\nb: web\nc: web\n");
  end (&self);
}

static void
test_line (void)
{
  Fixture self;
  GtkTextIter at;

  begin (&self, "p.yaml", POLICY);
  g_assert_true (qd_policy_folds_fold (qd_policy_folds_of (self.buffer), 5));
  qd_policy_editor_run (self.editor, "go-to-line");
  gtk_editable_set_text (find_entry (&self, "GtkEntry", 0), "8:5");
  g_signal_emit_by_name (find_entry (&self, "GtkEntry", 0), "activate");
  gtk_text_buffer_get_iter_at_mark (self.buffer, &at, gtk_text_buffer_get_insert (self.buffer));
  g_assert_cmpint (gtk_text_iter_get_line (&at), ==, 7);
  g_assert_cmpint (gtk_text_iter_get_line_offset (&at), ==, 4);
  g_assert_cmpuint (hidden_below (&self, 5), ==, 0);
  UNTIL (gtk_widget_has_focus (GTK_WIDGET (self.view)));
  end (&self);
}

static const char *
language_of (QdDocument *document)
{
  GtkSourceLanguage *language = gtk_source_buffer_get_language (qd_policy_buffer_of (document));

  return language ? gtk_source_language_get_id (language) : NULL;
}

/* What colours texts is read elsewhere: nobody waits for it, those that are there by then get it, and those that come later at once. */
static void
test_colours (void)
{
  g_autoptr (GBytes) text = g_bytes_new_static ("a: 1\n", 5);
  g_autoptr (QdDocument) yaml = qd_document_new ("a.yaml", text, text), json = qd_document_new ("a.json", text, text);
  g_autoptr (QdDocument) later = qd_document_new ("b.yaml", text, text);
  QdDocument *gone = qd_document_new ("c.yaml", text, text);

  g_assert_null (language_of (yaml));
  g_assert_null (language_of (json));
  g_assert_null (language_of (gone));
  g_object_unref (gone);
  UNTIL (language_of (yaml) != NULL);
  g_assert_cmpstr (language_of (yaml), ==, "yaml");
  g_assert_cmpstr (language_of (json), ==, "json");
  g_assert_cmpstr (language_of (later), ==, "yaml");
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  qd_app_init ();
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()), "/io/github/quarterdeck/Quarterdeck/icons");
  /* First: what is known is known from then on. */
  g_test_add_func ("/policy-editor/colours", test_colours);
  g_test_add_func ("/policy-editor/typing", test_typing);
  g_test_add_func ("/policy-editor/asking", test_asking);
  g_test_add_func ("/policy-editor/ranking", test_ranking);
  g_test_add_data_func ("/policy-editor/snippet", NULL, test_snippet);
  g_test_add_data_func ("/policy-editor/snippet-crlf", "crlf", test_snippet);
  g_test_add_func ("/policy-editor/help", test_help);
  g_test_add_func ("/policy-editor/hover", test_hover);
  g_test_add_func ("/policy-editor/fold", test_fold);
  g_test_add_func ("/policy-editor/fold-edits", test_fold_edits);
  g_test_add_func ("/policy-editor/fold-end", test_fold_end);
  g_test_add_func ("/policy-editor/fold-documents", test_fold_documents);
  g_test_add_func ("/policy-editor/fold-keys", test_fold_keys);
  g_test_add_func ("/policy-editor/shortcuts", test_shortcuts);
  g_test_add_func ("/policy-editor/fold-pointer", test_fold_pointer);
  g_test_add_func ("/policy-editor/search", test_search);
  g_test_add_func ("/policy-editor/replace", test_replace);
  g_test_add_func ("/policy-editor/line", test_line);
  return g_test_run ();
}
