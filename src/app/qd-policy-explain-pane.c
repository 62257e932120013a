/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-explain-pane.h"

#include <string.h>

#include <adwaita.h>
#include <glib/gi18n.h>

#include "qd-policy-end-button.h"
#include "qd-policy-explain-side.h"
#include "qd-state.h"

typedef enum { SRC, DST, N_SIDES } Side;

struct _QdPolicyExplainPane {
  GtkWidget parent_instance;

  GtkWidget *scroller, *content;
  GtkWidget *buttons[N_SIDES], *port_entry;
  GtkWidget *image, *sentence, *all;
  GtkWidget *sides[QD_POLICY_N_DIRECTIONS];

  QdPolicyEval *eval;
  QdPolicyEnds *ends;
  guint flow[N_SIDES];
  char *names[N_SIDES];
  char *addresses[N_SIDES];            /* the very one that was typed; NULL: none was */
  QdProtocol protocol;
  guint port;
  gboolean setting;                    /* the entry, and not by the user */

  QdPolicyExplanation *explanation;    /* NULL: it is worked out, or nothing is explained */
  QdPolicyEval *explained;             /* what it points into */
  GCancellable *asking;
};

enum { SIGNAL_PLACE, SIGNAL_CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QdPolicyExplainPane, qd_policy_explain_pane, GTK_TYPE_WIDGET)

/* --- Ports --------------------------------------------------------------------------------------- */

static gboolean
parse_number (const char *word, guint *port)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (word, 10, QD_PORT_MIN, QD_PORT_MAX, &number, NULL))
    return FALSE;
  *port = (guint) number;
  return TRUE;
}

/* A number and a protocol, in either order; the protocol may be left out. */
static gboolean
parse_port (const char *text, QdProtocol *protocol, guint *port)
{
  g_autofree char *upper = g_ascii_strup (text, -1);
  g_auto (GStrv) words = g_strsplit_set (g_strstrip (upper), "/ :", 2);

  if (words[0] == NULL)
    return FALSE;
  *protocol = QD_PROTOCOL_TCP;
  if (words[1] == NULL)
    return parse_number (words[0], port);
  g_strstrip (words[1]);
  return (parse_number (words[0], port) && qd_protocol_parse (words[1], protocol)) ||
         (qd_protocol_parse (words[0], protocol) && parse_number (words[1], port));
}

static gboolean
find_first (const QdPortSet *ports, QdProtocol *protocol, guint *port)
{
  if (qd_port_set_is_all (ports) || qd_port_set_is_none (ports))
    return FALSE;
  for (guint i = 0; i < QD_N_PROTOCOLS; i++)
    {
      guint n;
      const QdPortRange *ranges = qd_port_set_get_ranges (ports, (QdProtocol) i, &n);

      if (n == 0)
        continue;
      *protocol = (QdProtocol) i;
      *port = ranges[0].first;
      return TRUE;
    }
  return FALSE;
}

/* One that tells what is allowed from what is not; else one that the destination listens on; else that of the web. */
static void
find_port (QdPolicyExplainPane *self)
{
  const QdPolicyWorkload *workload = qd_policy_eval_get_workload (self->eval, self->flow[DST]);
  const QdPolicyPod *pod = workload != NULL && workload->pods->len > 0 ? g_ptr_array_index (workload->pods, 0) : NULL;

  if (find_first (qd_policy_eval_get (self->eval, self->flow[SRC], self->flow[DST]), &self->protocol, &self->port))
    return;
  for (guint i = 0; i < QD_POLICY_N_DIRECTIONS; i++)
    if (find_first (qd_policy_eval_get_direction (self->eval, (QdPolicyDirection) i, self->flow[SRC], self->flow[DST]), &self->protocol, &self->port))
      return;
  /* What nothing tells apart. */
  self->protocol = pod != NULL && pod->n_ports > 0 ? pod->ports[0].protocol : QD_PROTOCOL_TCP;
  self->port = pod != NULL && pod->n_ports > 0 ? pod->ports[0].port : 443;
}

/* --- The answer ---------------------------------------------------------------------------------- */

static void
show_explanation (QdPolicyExplainPane *self)
{
  const QdPolicyExplanation *explanation = self->explanation;
  QdStatus status = explanation == NULL ? QD_STATUS_UNKNOWN : explanation->allowed ? QD_STATUS_WELL : QD_STATUS_DOWN;

  qd_state_image_set (self->image, status);
  gtk_label_set_text (GTK_LABEL (self->sentence), explanation != NULL ? explanation->text : "");
  for (guint i = 0; i < QD_POLICY_N_DIRECTIONS; i++)
    {
      qd_policy_explain_side_set (QD_POLICY_EXPLAIN_SIDE (self->sides[i]), explanation != NULL ? &explanation->sides[i] : NULL);
      gtk_widget_set_visible (self->sides[i], explanation != NULL);
    }
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "explain.copy", explanation != NULL);
}

static void
set_explanation (QdPolicyExplainPane *self, QdPolicyExplanation *explanation, QdPolicyEval *eval)
{
  QdPolicyExplanation *before = self->explanation;
  QdPolicyEval *explained = self->explained;

  self->explanation = explanation;
  self->explained = eval != NULL ? qd_policy_eval_ref (eval) : NULL;
  /* Rows point into it: they go first. */
  show_explanation (self);
  g_clear_pointer (&before, qd_policy_explanation_free);
  g_clear_pointer (&explained, qd_policy_eval_unref);
}

typedef struct {
  QdPolicyEval *eval;
  QdPolicyFlow flow;
  char *names[N_SIDES];
  QdAddress addresses[N_SIDES];
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  qd_policy_eval_unref (question->eval);
  for (guint i = 0; i < N_SIDES; i++)
    g_free (question->names[i]);
  g_free (question);
}

static void
explain_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Question *question = data;

  g_task_return_pointer (task, qd_policy_explain (question->eval, &question->flow), (GDestroyNotify) qd_policy_explanation_free);
}

static void
explained_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  QdPolicyExplainPane *self = QD_POLICY_EXPLAIN_PANE (source);
  Question *question = g_task_get_task_data (G_TASK (result));
  g_autoptr (QdPolicyExplanation) explanation = g_task_propagate_pointer (G_TASK (result), NULL);

  /* Something else was asked since. */
  if (explanation == NULL || g_task_get_cancellable (G_TASK (result)) != self->asking)
    return;
  g_clear_object (&self->asking);
  set_explanation (self, g_steal_pointer (&explanation), question->eval);
}

static void
stop_asking (QdPolicyExplainPane *self)
{
  if (self->asking != NULL)
    g_cancellable_cancel (self->asking);
  g_clear_object (&self->asking);
}

static void
ask (QdPolicyExplainPane *self)
{
  g_autoptr (GTask) task = NULL;
  Question *question;

  stop_asking (self);
  if (self->eval == NULL)
    return;
  self->asking = g_cancellable_new ();
  question = g_new0 (Question, 1);
  question->eval = qd_policy_eval_ref (self->eval);
  for (guint i = 0; i < N_SIDES; i++)
    question->names[i] = g_strdup (self->names[i]);
  question->flow = (QdPolicyFlow) { .src = self->flow[SRC], .dst = self->flow[DST], .src_name = question->names[SRC], .dst_name = question->names[DST],
                                    .protocol = self->protocol, .port = self->port };
  if (self->addresses[SRC] != NULL && qd_address_parse (self->addresses[SRC], &question->addresses[SRC]))
    question->flow.src_address = &question->addresses[SRC];
  if (self->addresses[DST] != NULL && qd_address_parse (self->addresses[DST], &question->addresses[DST]))
    question->flow.dst_address = &question->addresses[DST];
  task = g_task_new (self, self->asking, explained_cb, NULL);
  g_task_set_task_data (task, question, question_free);
  g_task_run_in_thread (task, explain_cb);
}

/* --- What is asked ------------------------------------------------------------------------------- */

/* What was typed is meant as long as it is @end that has it. */
static void
check_address (QdPolicyExplainPane *self, Side side, guint end)
{
  QdAddress address;

  if (self->addresses[side] != NULL && !(qd_address_parse (self->addresses[side], &address) && qd_policy_eval_find_address (self->eval, &address) == end))
    g_clear_pointer (&self->addresses[side], g_free);
}

static char *
dup_name (QdPolicyExplainPane *self, Side side, guint end)
{
  guint i = qd_policy_ends_find (self->ends, end);

  /* Of a workload its name says more. */
  if (self->addresses[side] != NULL && qd_policy_eval_get_range (self->eval, end) != NULL)
    return g_strdup (self->addresses[side]);
  return i != QD_POLICY_NO_END ? g_strdup (qd_policy_ends_get (self->ends, i)->text) : qd_policy_range_to_label (qd_policy_eval_get_range (self->eval, end));
}

static void
show_port (QdPolicyExplainPane *self)
{
  g_autofree char *text = g_strdup_printf ("%u/%s", self->port, qd_protocol_to_string (self->protocol));

  self->setting = TRUE;
  gtk_editable_set_text (GTK_EDITABLE (self->port_entry), text);
  gtk_widget_remove_css_class (self->port_entry, "error");
  self->setting = FALSE;
}

/* What may pass beside the one port that is asked about. */
static void
show_all (QdPolicyExplainPane *self)
{
  guint src = qd_policy_ends_find (self->ends, self->flow[SRC]), dst = qd_policy_ends_find (self->ends, self->flow[DST]);
  g_autofree char *text = src != QD_POLICY_NO_END && dst != QD_POLICY_NO_END ? qd_policy_ends_describe (self->ends, src, dst) : NULL;

  gtk_label_set_text (GTK_LABEL (self->all), text != NULL ? text : "");
  gtk_widget_set_visible (self->all, text != NULL);
}

static void
set_flow (QdPolicyExplainPane *self, guint src, guint dst)
{
  const guint flow[N_SIDES] = { src, dst };
  gboolean same = TRUE;

  for (guint i = 0; i < N_SIDES; i++)
    {
      g_autofree char *name = NULL;

      check_address (self, (Side) i, flow[i]);
      name = dup_name (self, (Side) i, flow[i]);
      self->flow[i] = flow[i];
      same &= !g_set_str (&self->names[i], name);
      qd_policy_end_button_set (QD_POLICY_END_BUTTON (self->buttons[i]), self->ends, self->eval, name);
    }
  if (!same || self->port == 0)
    {
      find_port (self);
      show_port (self);
    }
  show_all (self);
  ask (self);
}

static void
chosen_cb (QdPolicyExplainPane *self, guint end, const char *address, GtkWidget *button)
{
  g_set_str (&self->addresses[button == self->buttons[SRC] ? SRC : DST], address);
  set_flow (self, button == self->buttons[SRC] ? end : self->flow[SRC], button == self->buttons[DST] ? end : self->flow[DST]);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0, self->flow[SRC], self->flow[DST]);
}

gboolean
qd_policy_explain_pane_set_port (QdPolicyExplainPane *self, const char *text)
{
  QdProtocol protocol;
  guint port;

  if (!parse_port (text, &protocol, &port))
    return FALSE;
  self->protocol = protocol;
  self->port = port;
  ask (self);
  return TRUE;
}

void
qd_policy_explain_pane_show_port (QdPolicyExplainPane *self, QdProtocol protocol, guint port)
{
  g_return_if_fail (QD_IS_POLICY_EXPLAIN_PANE (self));

  if (self->eval == NULL || (self->protocol == protocol && self->port == port))
    return;
  self->protocol = protocol;
  self->port = port;
  show_port (self);
  ask (self);
}

static void
port_changed_cb (QdPolicyExplainPane *self)
{
  gboolean good;

  if (self->setting)
    return;
  good = qd_policy_explain_pane_set_port (self, gtk_editable_get_text (GTK_EDITABLE (self->port_entry)));
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->port_entry), GTK_ACCESSIBLE_STATE_INVALID,
                               good ? GTK_ACCESSIBLE_INVALID_FALSE : GTK_ACCESSIBLE_INVALID_TRUE, -1);
  if (good)
    gtk_widget_remove_css_class (self->port_entry, "error");
  else
    gtk_widget_add_css_class (self->port_entry, "error");
}

static void
swap_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  QdPolicyExplainPane *self = QD_POLICY_EXPLAIN_PANE (widget);

  char *address = self->addresses[SRC];

  if (self->eval == NULL)
    return;
  self->addresses[SRC] = self->addresses[DST];
  self->addresses[DST] = address;
  set_flow (self, self->flow[DST], self->flow[SRC]);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0, self->flow[SRC], self->flow[DST]);
}

static void
copy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autofree char *text = qd_policy_explain_pane_dup_text (QD_POLICY_EXPLAIN_PANE (widget));

  if (text != NULL)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
}

static void
place_cb (QdPolicyExplainPane *self, const char *file, guint line, guint column)
{
  g_signal_emit (self, signals[SIGNAL_PLACE], 0, file, line, column);
}

/* --- The object ---------------------------------------------------------------------------------- */

static void
qd_policy_explain_pane_dispose (GObject *object)
{
  QdPolicyExplainPane *self = QD_POLICY_EXPLAIN_PANE (object);

  stop_asking (self);
  if (self->scroller != NULL)
    set_explanation (self, NULL, NULL);
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  G_OBJECT_CLASS (qd_policy_explain_pane_parent_class)->dispose (object);
}

static void
qd_policy_explain_pane_finalize (GObject *object)
{
  QdPolicyExplainPane *self = QD_POLICY_EXPLAIN_PANE (object);

  g_clear_pointer (&self->ends, qd_policy_ends_unref);
  g_clear_pointer (&self->eval, qd_policy_eval_unref);
  for (guint i = 0; i < N_SIDES; i++)
    {
      g_free (self->names[i]);
      g_free (self->addresses[i]);
    }
  G_OBJECT_CLASS (qd_policy_explain_pane_parent_class)->finalize (object);
}

static void
qd_policy_explain_pane_class_init (QdPolicyExplainPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qd_policy_explain_pane_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_policy_explain_pane_finalize;

  /**
   * QdPolicyExplainPane::place:
   * @file: the name of a file, and
   * @line: where in it a policy or a rule is written, from 1
   * @column: in characters, from 1
   */
  signals[SIGNAL_PLACE] = g_signal_new ("place", QD_TYPE_POLICY_EXPLAIN_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_UINT, G_TYPE_UINT);
  /**
   * QdPolicyExplainPane::changed:
   * @src: whom the user chose, and
   * @dst: ends of the evaluation
   */
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", QD_TYPE_POLICY_EXPLAIN_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_UINT);
  gtk_widget_class_install_action (widget_class, "explain.swap", NULL, swap_action);
  gtk_widget_class_install_action (widget_class, "explain.copy", NULL, copy_action);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "policyexplain");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static GtkWidget *
make_caption (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "dimmed");
  return label;
}

static GtkWidget *
make_icon_button (const char *icon, const char *action, const char *name)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  return button;
}

/* Who, whom, and on which port. */
static GtkWidget *
make_question (QdPolicyExplainPane *self)
{
  GtkWidget *grid = gtk_grid_new ();
  const char *names[N_SIDES] = { C_("policy matrix", "From"), C_("policy matrix", "To") };

  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  for (guint i = 0; i < N_SIDES; i++)
    {
      self->buttons[i] = qd_policy_end_button_new (names[i]);
      gtk_widget_set_hexpand (self->buttons[i], TRUE);
      g_signal_connect_object (self->buttons[i], "chosen", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
      gtk_grid_attach (GTK_GRID (grid), make_caption (names[i]), 0, (int) i, 1, 1);
      gtk_grid_attach (GTK_GRID (grid), self->buttons[i], 1, (int) i, 1, 1);
    }
  gtk_grid_attach (GTK_GRID (grid), make_icon_button ("object-flip-vertical-symbolic", "explain.swap", _("Swap source and destination")), 2, 0, 1, 2);
  self->port_entry = gtk_entry_new ();
  gtk_widget_set_tooltip_text (self->port_entry, _("A port from 1 to 65535, and TCP, UDP or SCTP: 5432/TCP"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->port_entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Port and protocol"), -1);
  g_signal_connect_object (self->port_entry, "changed", G_CALLBACK (port_changed_cb), self, G_CONNECT_SWAPPED);
  gtk_grid_attach (GTK_GRID (grid), make_caption (_("Port")), 0, 2, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), self->port_entry, 1, 2, 1, 1);
  return grid;
}

static GtkWidget *
make_wrapped (const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_focusable (label, FALSE);
  gtk_widget_add_css_class (label, css_class);
  return label;
}

static GtkWidget *
make_text_button (const char *text, const char *action, const char *name)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (text);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return button;
}

/* Below the sentence, which needs the width. */
static GtkWidget *
make_actions (void)
{
  GtkWidget *box = adw_wrap_box_new ();

  adw_wrap_box_set_child_spacing (ADW_WRAP_BOX (box), 6);
  adw_wrap_box_set_line_spacing (ADW_WRAP_BOX (box), 6);
  adw_wrap_box_append (ADW_WRAP_BOX (box), make_text_button (_("_Copy"), "explain.copy", _("Copy explanation")));
  /* Of the page that this stands on. */
  adw_wrap_box_append (ADW_WRAP_BOX (box), make_text_button (_("_New Test…"), "policy.new-test", _("New test from this flow")));
  return box;
}

static GtkWidget *
make_verdict (QdPolicyExplainPane *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->image = qd_state_image_new (QD_STATUS_UNKNOWN);
  gtk_image_set_pixel_size (GTK_IMAGE (self->image), 24);
  gtk_widget_set_valign (self->image, GTK_ALIGN_START);
  self->sentence = make_wrapped ("title-4");
  self->all = make_wrapped ("dimmed");
  gtk_widget_set_hexpand (words, TRUE);
  gtk_box_append (GTK_BOX (words), self->sentence);
  gtk_box_append (GTK_BOX (words), self->all);
  gtk_box_append (GTK_BOX (line), self->image);
  gtk_box_append (GTK_BOX (line), words);
  return line;
}

static void
qd_policy_explain_pane_init (QdPolicyExplainPane *self)
{
  const char *titles[QD_POLICY_N_DIRECTIONS] = { _("Leaving the Source"), _("Entering the Destination") };
  GtkWidget *clamp = adw_clamp_new ();

  self->content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24);
  gtk_widget_set_margin_start (self->content, 18);
  gtk_widget_set_margin_end (self->content, 18);
  gtk_widget_set_margin_top (self->content, 18);
  gtk_widget_set_margin_bottom (self->content, 18);
  gtk_box_append (GTK_BOX (self->content), make_question (self));
  gtk_box_append (GTK_BOX (self->content), make_verdict (self));
  gtk_box_append (GTK_BOX (self->content), make_actions ());
  for (guint i = 0; i < QD_POLICY_N_DIRECTIONS; i++)
    {
      self->sides[i] = qd_policy_explain_side_new (titles[i]);
      g_signal_connect_object (self->sides[i], "place", G_CALLBACK (place_cb), self, G_CONNECT_SWAPPED);
      gtk_box_append (GTK_BOX (self->content), self->sides[i]);
    }
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  adw_clamp_set_child (ADW_CLAMP (clamp), self->content);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), clamp);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Why"), -1);
  gtk_widget_set_visible (self->content, FALSE);
  show_explanation (self);
}

/**
 * qd_policy_explain_pane_new:
 *
 * Returns: (transfer floating): a pane that explains nothing
 */
GtkWidget *
qd_policy_explain_pane_new (void)
{
  return g_object_new (QD_TYPE_POLICY_EXPLAIN_PANE, NULL);
}

void
qd_policy_explain_pane_set_flow (QdPolicyExplainPane *self, QdPolicyEval *eval, guint src, guint dst)
{
  g_return_if_fail (QD_IS_POLICY_EXPLAIN_PANE (self));

  if (self->eval != eval)
    {
      g_clear_pointer (&self->ends, qd_policy_ends_unref);
      g_clear_pointer (&self->eval, qd_policy_eval_unref);
      self->eval = eval != NULL ? qd_policy_eval_ref (eval) : NULL;
      self->ends = eval != NULL ? qd_policy_ends_new (eval, NULL) : NULL;
    }
  gtk_widget_set_visible (self->content, eval != NULL);
  if (eval != NULL)
    {
      set_flow (self, src, dst);
      return;
    }
  stop_asking (self);
  set_explanation (self, NULL, NULL);
  for (guint i = 0; i < N_SIDES; i++)
    {
      g_clear_pointer (&self->names[i], g_free);
      g_clear_pointer (&self->addresses[i], g_free);
      qd_policy_end_button_set (QD_POLICY_END_BUTTON (self->buttons[i]), NULL, NULL, "");
    }
}

void
qd_policy_explain_pane_set_seen (QdPolicyExplainPane *self, QdPolicyEval *eval, const QdPolicySeen *seen)
{
  const QdAddress *addresses[N_SIDES] = { &seen->src, &seen->dst };

  g_return_if_fail (QD_IS_POLICY_EXPLAIN_PANE (self) && eval != NULL);

  for (guint i = 0; i < N_SIDES; i++)
    {
      g_free (self->addresses[i]);
      self->addresses[i] = qd_address_to_text (addresses[i]);
    }
  qd_policy_explain_pane_set_flow (self, eval, qd_policy_eval_find_address (eval, &seen->src), qd_policy_eval_find_address (eval, &seen->dst));
  self->protocol = (QdProtocol) seen->protocol;
  self->port = seen->port;
  show_port (self);
  ask (self);
}

gboolean
qd_policy_explain_pane_get_flow (QdPolicyExplainPane *self, guint *src, guint *dst, QdProtocol *protocol, guint *port)
{
  if (self->eval == NULL)
    return FALSE;
  *src = self->flow[SRC];
  *dst = self->flow[DST];
  *protocol = self->protocol;
  *port = self->port;
  return TRUE;
}

char *
qd_policy_explain_pane_dup_text (QdPolicyExplainPane *self)
{
  GString *out;

  if (self->explanation == NULL || self->asking != NULL)
    return NULL;
  out = g_string_new (self->explanation->text);
  g_string_append_c (out, '\n');
  for (guint i = 0; i < QD_POLICY_N_DIRECTIONS; i++)
    qd_policy_explain_side_append_text (QD_POLICY_EXPLAIN_SIDE (self->sides[i]), out);
  return g_string_free (out, FALSE);
}
