/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-rule-card.h"

#include <glib/gi18n.h>

#include "qd-policy-entry.h"
#include "qd-policy-peer-row.h"
#include "qd-policy-port-row.h"
#include "qd-policy-who.h"
#include "qd-policy-words.h"

#define MAX_PARTS QD_POLICY_MEANT_PEERS   /* peers, and ports, that one card shows */

struct _QdPolicyRuleCard {
  AdwBin parent_instance;

  QdPolicyBuilder *builder;      /* we are within it */
  QdPolicyDirection direction;
  guint index;
  const QdYamlNode *node;        /* of what the builder shows */
  GtkWidget *handle, *head, *number, *action, *badges, *sentence, *chevron, *menu;
  GtkWidget *meant, *warnings;
  GtkWidget *says, *actions, *name;      /* of policies other than a NetworkPolicy; NULL until it is unfolded */
  GtkWidget *revealer, *peers, *anyone, *add_peer, *everyone, *ports, *add_port, *every_port, *every_port_button, *rest;
  GPtrArray *peer_rows, *port_rows;
  char *written;                 /* its text */
  guint shown_action;
  gboolean nobody, updating;
};

G_DEFINE_FINAL_TYPE (QdPolicyRuleCard, qd_policy_rule_card, ADW_TYPE_BIN)

static QdPolicyKind
get_kind (QdPolicyRuleCard *self)
{
  return qd_policy_builder_get_view (self->builder)->kind;
}

/* --- Actions ------------------------------------------------------------------------------- */

static void
duplicate_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  QdPolicyRuleCard *self = QD_POLICY_RULE_CARD (widget);

  qd_policy_builder_duplicate_rule (self->builder, self->direction, self->index);
}

static void
remove_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  QdPolicyRuleCard *self = QD_POLICY_RULE_CARD (widget);

  qd_policy_builder_remove_rule (self->builder, self->direction, self->index);
}

static void
move_by (QdPolicyRuleCard *self, int step)
{
  guint to = self->index + (guint) step;

  if (step > 0 || self->index > 0)
    qd_policy_builder_move_rule (self->builder, self->direction, self->index, to);
}

static void
move_up_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  move_by (QD_POLICY_RULE_CARD (widget), -1);
}

static void
move_down_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  move_by (QD_POLICY_RULE_CARD (widget), 1);
}

static void
go_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  QdPolicyRuleCard *self = QD_POLICY_RULE_CARD (widget);

  if (self->node != NULL)
    qd_policy_builder_go (self->builder, self->node);
}

static void
add_peer_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  QdPolicyRuleCard *self = QD_POLICY_RULE_CARD (widget);
  QdPolicyEdit *edit = qd_policy_builder_begin (self->builder);

  qd_policy_edit_add_peer (edit, self->direction, self->index, g_variant_get_uint32 (parameter));
  if (qd_policy_builder_end (self->builder, edit) && self->peer_rows->len > 0)
    qd_policy_peer_row_edit (self->peer_rows->pdata[self->peer_rows->len - 1]);
}

static void
everyone_cb (QdPolicyRuleCard *self)
{
  QdPolicyEdit *edit = qd_policy_builder_begin (self->builder);

  qd_policy_edit_set_anyone (edit, self->direction, self->index);
  if (qd_policy_builder_end (self->builder, edit))
    gtk_widget_grab_focus (self->add_peer);
}

static void
every_port_cb (QdPolicyRuleCard *self)
{
  QdPolicyEdit *edit = qd_policy_builder_begin (self->builder);

  qd_policy_edit_set_every_port (edit, self->direction, self->index);
  if (qd_policy_builder_end (self->builder, edit))
    gtk_widget_grab_focus (self->add_port);
}

static void
action_cb (QdPolicyRuleCard *self)
{
  guint action = adw_toggle_group_get_active (ADW_TOGGLE_GROUP (self->actions));
  QdPolicyEdit *edit;

  /* What is set back while it is being told is told once more. */
  if (self->updating || action > QD_POLICY_PASS || action == self->shown_action)
    return;
  edit = qd_policy_builder_begin (self->builder);
  qd_policy_edit_set_action (edit, self->direction, self->index, (QdPolicyAction) action);
  /* What is not to be goes back to what is. */
  if (!qd_policy_builder_end (self->builder, edit))
    qd_policy_builder_refresh (self->builder);
}

static gboolean
check_name_cb (gpointer owner, const char *text, GError **error)
{
  return qd_policy_check_rule_name (text, error);
}

static gboolean
name_cb (QdPolicyRuleCard *self, const char *text)
{
  QdPolicyEdit *edit = qd_policy_builder_begin (self->builder);

  qd_policy_edit_set_rule_name (edit, self->direction, self->index, text);
  return qd_policy_builder_end (self->builder, edit);
}

static void
head_cb (QdPolicyRuleCard *self)
{
  qd_policy_rule_card_set_expanded (self, !qd_policy_rule_card_get_expanded (self));
}

/* --- Dragging ------------------------------------------------------------------------------ */

static GdkContentProvider *
drag_prepare_cb (QdPolicyRuleCard *self, double x, double y, GtkDragSource *source)
{
  g_autoptr (GdkPaintable) picture = gtk_widget_paintable_new (GTK_WIDGET (self));

  gtk_drag_source_set_icon (source, picture, (int) x, (int) y);
  return gdk_content_provider_new_typed (QD_TYPE_POLICY_RULE_CARD, self);
}

static gboolean
drop_cb (QdPolicyRuleCard *self, const GValue *value, double x, double y, GtkDropTarget *target)
{
  QdPolicyRuleCard *dragged;

  if (G_VALUE_HOLDS (value, QD_TYPE_POLICY_PICK))
    {
      qd_policy_builder_add_pick (self->builder, self->direction, self->index, g_value_get_object (value));
      return TRUE;
    }
  dragged = g_value_get_object (value);
  if (dragged == NULL || dragged == self || dragged->builder != self->builder)
    return FALSE;
  if (dragged->direction != self->direction)
    {
      qd_policy_builder_refuse (self->builder, _("A rule stays on its side: there it would mean something else"));
      return FALSE;
    }
  qd_policy_builder_move_rule (self->builder, self->direction, dragged->index, self->index);
  return TRUE;
}

static void
add_dragging (QdPolicyRuleCard *self)
{
  GType types[] = { QD_TYPE_POLICY_RULE_CARD, QD_TYPE_POLICY_PICK };
  GtkDragSource *source = gtk_drag_source_new ();
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_INVALID, GDK_ACTION_MOVE | GDK_ACTION_COPY);

  gtk_drop_target_set_gtypes (target, types, G_N_ELEMENTS (types));
  gtk_drag_source_set_actions (source, GDK_ACTION_MOVE);
  g_signal_connect_swapped (source, "prepare", G_CALLBACK (drag_prepare_cb), self);
  gtk_widget_add_controller (self->handle, GTK_EVENT_CONTROLLER (source));
  g_signal_connect_swapped (target, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

/* --- Building ------------------------------------------------------------------------------ */

/* Made when it is asked for: there may be a hundred cards. */
static void
fill_menu_cb (GtkMenuButton *button, gpointer user_data)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenu) order = g_menu_new (), change = g_menu_new (), end = g_menu_new ();

  g_menu_append (order, _("Move _Up"), "rule.move-up");
  g_menu_append (order, _("Move _Down"), "rule.move-down");
  g_menu_append (change, _("D_uplicate"), "rule.duplicate");
  g_menu_append (change, _("_Go to Text"), "rule.go");
  g_menu_append (end, _("_Remove"), "rule.remove");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (order));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (change));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (end));
  gtk_menu_button_set_menu_model (button, G_MENU_MODEL (menu));
}

static GtkWidget *
menu_new (void)
{
  GtkWidget *button = gtk_menu_button_new ();

  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (button), fill_menu_cb, NULL, NULL);
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "view-more-symbolic");
  gtk_widget_set_tooltip_text (button, _("Rule Menu"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Rule menu"), -1);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_START);
  return button;
}

static GtkWidget *
head_new (QdPolicyRuleCard *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0), *inside = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);

  self->handle = gtk_image_new_from_icon_name ("list-drag-handle-symbolic");
  gtk_widget_set_tooltip_text (self->handle, _("Drag to Reorder"));
  gtk_widget_set_cursor_from_name (self->handle, "grab");
  gtk_widget_set_valign (self->handle, GTK_ALIGN_START);
  gtk_widget_add_css_class (self->handle, "qd-policy-handle");
  self->badges = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->number = qd_policy_label_new (NULL, "dimmed");
  gtk_widget_add_css_class (self->number, "numeric");
  self->action = qd_policy_label_new (NULL, "qd-badge");
  gtk_widget_set_halign (self->action, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (self->badges), self->number);
  gtk_box_append (GTK_BOX (self->badges), self->action);
  self->sentence = qd_policy_label_new (NULL, NULL);
  self->meant = qd_policy_label_new (NULL, "caption");
  gtk_widget_add_css_class (self->meant, "dimmed");
  self->chevron = gtk_image_new_from_icon_name ("pan-end-symbolic");
  gtk_widget_set_valign (self->chevron, GTK_ALIGN_START);
  self->head = gtk_button_new ();
  gtk_widget_add_css_class (self->head, "flat");
  gtk_widget_add_css_class (self->head, "qd-policy-head");
  gtk_widget_set_hexpand (self->head, TRUE);
  gtk_widget_set_hexpand (words, TRUE);
  gtk_box_append (GTK_BOX (words), self->badges);
  gtk_box_append (GTK_BOX (words), self->sentence);
  gtk_box_append (GTK_BOX (words), self->meant);
  gtk_box_append (GTK_BOX (inside), words);
  gtk_box_append (GTK_BOX (inside), self->chevron);
  gtk_button_set_child (GTK_BUTTON (self->head), inside);
  self->menu = menu_new ();
  gtk_box_append (GTK_BOX (line), self->handle);
  gtk_box_append (GTK_BOX (line), self->head);
  gtk_box_append (GTK_BOX (line), self->menu);
  g_signal_connect_swapped (self->head, "clicked", G_CALLBACK (head_cb), self);
  return line;
}

static void
fill_peers_cb (GtkMenuButton *button, gpointer user_data)
{
  QdPolicyRuleCard *self = user_data;
  g_autoptr (GMenu) menu = qd_policy_builder_list_forms (self->builder, self->direction, "rule.add-peer(uint32 %u)", FALSE);

  gtk_menu_button_set_menu_model (button, G_MENU_MODEL (menu));
}

static GtkWidget *
add_peer_new (QdPolicyRuleCard *self)
{
  GtkWidget *button = gtk_menu_button_new ();

  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (button), fill_peers_cb, self, NULL);
  gtk_menu_button_set_label (GTK_MENU_BUTTON (button), _("Add Peer"));
  gtk_widget_add_css_class (button, "flat");
  return button;
}

static const char *
say_action (QdPolicyKind kind, QdPolicyAction action)
{
  switch (action)
    {
    case QD_POLICY_DENY: return C_("policy action", "Deny");
    case QD_POLICY_PASS: return C_("policy action", "Pass");
    case QD_POLICY_ALLOW: default: return kind == QD_POLICY_CLUSTER_NETWORK ? C_("policy action", "Accept") : C_("policy action", "Allow");
    }
}

static void
fill_actions (QdPolicyRuleCard *self)
{
  QdPolicyKind kind = get_kind (self);

  adw_toggle_group_remove_all (ADW_TOGGLE_GROUP (self->actions));
  for (guint action = QD_POLICY_ALLOW; action <= QD_POLICY_PASS; action++)
    if (qd_policy_kind_action (kind, action) != NULL)
      {
        AdwToggle *toggle = adw_toggle_new ();

        adw_toggle_set_label (toggle, say_action (kind, action));
        adw_toggle_group_add (ADW_TOGGLE_GROUP (self->actions), toggle);
      }
}

/* What a rule does, and what it is called. */
static GtkWidget *
says_new (QdPolicyRuleCard *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);

  self->actions = adw_toggle_group_new ();
  fill_actions (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->actions), GTK_ACCESSIBLE_PROPERTY_LABEL, _("What the rule does"), -1);
  self->name = qd_policy_entry_new (_("Name of the rule"), _("No name"), FALSE, check_name_cb, self);
  gtk_box_append (GTK_BOX (box), self->actions);
  gtk_box_append (GTK_BOX (box), self->name);
  g_signal_connect_swapped (self->actions, "notify::active", G_CALLBACK (action_cb), self);
  g_signal_connect_swapped (self->name, "commit", G_CALLBACK (name_cb), self);
  return box;
}

static GtkWidget *
title_line (const char *title, GtkWidget *button)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *label = qd_policy_label_new (title, "heading");

  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (line), label);
  gtk_box_append (GTK_BOX (line), button);
  return line;
}

static GtkWidget *
body_new (QdPolicyRuleCard *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9), *ends = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->says = says_new (self);
  self->everyone = gtk_button_new_with_label (_("Allow Everyone"));
  self->every_port_button = gtk_button_new_with_label (_("Every Port"));
  gtk_widget_add_css_class (self->everyone, "flat");
  gtk_widget_add_css_class (self->every_port_button, "flat");
  self->peers = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);
  self->ports = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->anyone = qd_policy_label_new (NULL, "dimmed");
  self->every_port = qd_policy_label_new (_("Every port. Add one to say which."), "dimmed");
  self->rest = qd_policy_label_new (_("There is more than is shown here: edit it in the text."), "caption");
  self->add_peer = add_peer_new (self);
  self->add_port = qd_policy_port_row_new (self->builder, TRUE);
  gtk_widget_set_hexpand (self->everyone, TRUE);
  gtk_box_append (GTK_BOX (ends), self->add_peer);
  gtk_box_append (GTK_BOX (ends), self->everyone);
  gtk_widget_set_halign (self->everyone, GTK_ALIGN_END);
  gtk_box_append (GTK_BOX (box), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
  gtk_box_append (GTK_BOX (box), self->says);
  gtk_box_append (GTK_BOX (box), qd_policy_label_new (self->direction == QD_POLICY_INGRESS ? _("From") : _("To"), "heading"));
  gtk_box_append (GTK_BOX (box), self->peers);
  gtk_box_append (GTK_BOX (box), self->anyone);
  gtk_box_append (GTK_BOX (box), ends);
  gtk_box_append (GTK_BOX (box), title_line (_("Ports"), self->every_port_button));
  gtk_box_append (GTK_BOX (box), self->every_port);
  gtk_box_append (GTK_BOX (box), self->ports);
  gtk_box_append (GTK_BOX (box), self->add_port);
  gtk_box_append (GTK_BOX (box), self->rest);
  gtk_widget_add_css_class (box, "qd-policy-body");
  g_signal_connect_swapped (self->everyone, "clicked", G_CALLBACK (everyone_cb), self);
  g_signal_connect_swapped (self->every_port_button, "clicked", G_CALLBACK (every_port_cb), self);
  return box;
}

/* --- The object ---------------------------------------------------------------------------- */

static gboolean
key_move_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  move_by (QD_POLICY_RULE_CARD (widget), g_variant_get_int32 (args));
  return TRUE;
}

static gboolean
qd_policy_rule_card_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (QD_POLICY_RULE_CARD (widget)->head);
}

static void
qd_policy_rule_card_finalize (GObject *object)
{
  QdPolicyRuleCard *self = QD_POLICY_RULE_CARD (object);

  g_ptr_array_unref (self->peer_rows);
  g_ptr_array_unref (self->port_rows);
  g_free (self->written);
  G_OBJECT_CLASS (qd_policy_rule_card_parent_class)->finalize (object);
}

static void
qd_policy_rule_card_class_init (QdPolicyRuleCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = qd_policy_rule_card_finalize;
  widget_class->grab_focus = qd_policy_rule_card_grab_focus;
  gtk_widget_class_install_action (widget_class, "rule.duplicate", NULL, duplicate_cb);
  gtk_widget_class_install_action (widget_class, "rule.remove", NULL, remove_cb);
  gtk_widget_class_install_action (widget_class, "rule.move-up", NULL, move_up_cb);
  gtk_widget_class_install_action (widget_class, "rule.move-down", NULL, move_down_cb);
  gtk_widget_class_install_action (widget_class, "rule.go", NULL, go_cb);
  gtk_widget_class_install_action (widget_class, "rule.add-peer", "u", add_peer_cb);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Up, GDK_ALT_MASK, key_move_cb, "i", -1);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Down, GDK_ALT_MASK, key_move_cb, "i", 1);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_d, GDK_CONTROL_MASK, "rule.duplicate", NULL);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
qd_policy_rule_card_init (QdPolicyRuleCard *self)
{
  self->peer_rows = g_ptr_array_new ();
  self->port_rows = g_ptr_array_new ();
}

GtkWidget *
qd_policy_rule_card_new (QdPolicyBuilder *builder, QdPolicyDirection direction)
{
  QdPolicyRuleCard *self = g_object_new (QD_TYPE_POLICY_RULE_CARD, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->builder = builder;
  self->direction = direction;
  gtk_box_append (GTK_BOX (box), head_new (self));
  self->warnings = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_add_css_class (self->warnings, "qd-policy-warnings");
  gtk_box_append (GTK_BOX (box), self->warnings);
  self->revealer = gtk_revealer_new ();
  gtk_widget_set_visible (self->revealer, FALSE);
  gtk_box_append (GTK_BOX (box), self->revealer);
  adw_bin_set_child (ADW_BIN (self), box);
  gtk_widget_add_css_class (GTK_WIDGET (self), "card");
  gtk_widget_add_css_class (GTK_WIDGET (self), "qd-policy-rule");
  add_dragging (self);
  return GTK_WIDGET (self);
}

/* --- Showing ------------------------------------------------------------------------------- */

static void
add_warning (QdPolicyRuleCard *self, const char *text)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *image = gtk_image_new_from_icon_name ("dialog-warning-symbolic");
  GtkWidget *label = qd_policy_label_new (text, "caption");

  gtk_widget_set_valign (image, GTK_ALIGN_START);
  gtk_widget_add_css_class (line, "qd-degraded");
  gtk_box_append (GTK_BOX (line), image);
  gtk_box_append (GTK_BOX (line), label);
  gtk_box_append (GTK_BOX (self->warnings), line);
}

static void
show_warnings (QdPolicyRuleCard *self)
{
  GPtrArray *findings = qd_policy_draft_get_findings (qd_policy_builder_get_view (self->builder)->draft);

  for (GtkWidget *child = gtk_widget_get_first_child (self->warnings); child != NULL; child = gtk_widget_get_first_child (self->warnings))
    gtk_box_remove (GTK_BOX (self->warnings), child);
  if (self->nobody)
    add_warning (self, _("Matches nothing that is known here"));
  for (guint i = 0; i < findings->len; i++)
    if (qd_policy_finding_is_about (findings->pdata[i], self->node))
      add_warning (self, ((const QdPolicyFinding *) findings->pdata[i])->message);
  gtk_widget_set_visible (self->warnings, gtk_widget_get_first_child (self->warnings) != NULL);
}

static char *
dup_written (const QdPolicyRule *rule)
{
  QdYamlSpan span = qd_yaml_node_get_span (rule->place.node);
  const char *text = g_bytes_get_data (qd_yaml_file_get_bytes (rule->place.file), NULL);

  return g_strndup (text + span.start, span.end - span.start);
}

gboolean
qd_policy_rule_card_shows (QdPolicyRuleCard *self, const QdPolicyRule *rule)
{
  g_autofree char *written = dup_written (rule);

  return g_strcmp0 (written, self->written) == 0;
}

void
qd_policy_rule_card_update_meant (QdPolicyRuleCard *self)
{
  const QdPolicyView *view = qd_policy_builder_get_view (self->builder);
  const QdPolicyMany *many = view->meant != NULL ? qd_policy_meant_get_rule (view->meant, self->direction, self->index) : NULL;
  const QdPolicyRule *rule;
  gboolean nobody;

  /* Until it is known, what was shown stays. */
  if (many == NULL)
    return;
  rule = qd_policy_draft_get_policy (view->draft)->rules[self->direction]->pdata[self->index];
  qd_policy_label_set (self->meant, many->names != NULL ? many->names : "");
  gtk_widget_set_visible (self->meant, many->names != NULL);
  nobody = many->n == 0 && !qd_policy_rule_reaches_outside (rule);
  if (nobody != self->nobody)
    {
      self->nobody = nobody;
      show_warnings (self);
    }
  for (guint i = 0; qd_policy_rule_card_get_expanded (self) && i < self->peer_rows->len; i++)
    qd_policy_peer_row_update_meant (self->peer_rows->pdata[i]);
}

static GtkWidget *
row_new (QdPolicyRuleCard *self, gboolean port)
{
  return port ? qd_policy_port_row_new (self->builder, FALSE) : qd_policy_peer_row_new (self->builder);
}

static void
fit_rows (QdPolicyRuleCard *self, GtkWidget *box, GPtrArray *rows, guint n, gboolean port)
{
  while (rows->len < n)
    {
      GtkWidget *row = row_new (self, port);

      gtk_box_append (GTK_BOX (box), row);
      g_ptr_array_add (rows, row);
    }
  while (rows->len > n)
    {
      GtkWidget *row = g_ptr_array_steal_index (rows, rows->len - 1);

      if (gtk_widget_get_focus_child (box) == row)
        gtk_widget_grab_focus (port ? self->add_port : self->add_peer);
      gtk_box_remove (GTK_BOX (box), row);
    }
}

static void
show_says (QdPolicyRuleCard *self)
{
  const QdPolicyRule *rule = qd_policy_draft_get_policy (qd_policy_builder_get_view (self->builder)->draft)->rules[self->direction]->pdata[self->index];
  gboolean network = get_kind (self) == QD_POLICY_NETWORK;

  gtk_widget_set_visible (self->says, !network);
  if (network)
    return;
  self->updating = TRUE;
  self->shown_action = rule->action;
  adw_toggle_group_set_active (ADW_TOGGLE_GROUP (self->actions), rule->action);
  self->updating = FALSE;
  qd_policy_entry_set_text (QD_POLICY_ENTRY (self->name), rule->name != NULL ? rule->name : "");
}

/* Only what is unfolded has widgets to change it. */
static void
show_parts (QdPolicyRuleCard *self)
{
  const QdYamlNode *peers = qd_yaml_node_get (self->node, qd_policy_direction_peers (self->direction));
  const QdYamlNode *ports = qd_yaml_node_get (self->node, qd_policy_kind_ports (get_kind (self)));
  guint n_peers = qd_yaml_node_get_length (peers), n_ports = qd_yaml_node_get_length (ports);

  fit_rows (self, self->peers, self->peer_rows, MIN (n_peers, MAX_PARTS), FALSE);
  fit_rows (self, self->ports, self->port_rows, MIN (n_ports, MAX_PARTS), TRUE);
  for (guint i = 0; i < self->peer_rows->len; i++)
    qd_policy_peer_row_set (self->peer_rows->pdata[i], self->direction, self->index, i, qd_yaml_node_get_item (peers, i), n_peers == 1);
  for (guint i = 0; i < self->port_rows->len; i++)
    qd_policy_port_row_set (self->port_rows->pdata[i], self->direction, self->index, i, qd_yaml_node_get_item (ports, i), n_ports == 1);
  qd_policy_port_row_set (QD_POLICY_PORT_ROW (self->add_port), self->direction, self->index, n_ports, NULL, FALSE);
  show_says (self);
  gtk_widget_set_visible (self->anyone, n_peers == 0);
  qd_policy_label_set (self->anyone, get_kind (self) == QD_POLICY_NETWORK ? _("Everyone, inside and outside of the cluster. Add a peer to say who.")
                                                                          : _("Nobody. Add a peer to say who."));
  gtk_widget_set_visible (self->everyone, n_peers > 0 && get_kind (self) == QD_POLICY_NETWORK);
  gtk_widget_set_visible (self->every_port, n_ports == 0);
  gtk_widget_set_visible (self->every_port_button, n_ports > 0);
  gtk_widget_set_visible (self->rest, n_peers > MAX_PARTS || n_ports > MAX_PARTS);
}

static void
show_sentence (QdPolicyRuleCard *self, const QdPolicyRule *rule)
{
  g_autofree char *sentence = qd_policy_say_rule (rule), *action = NULL, *name = NULL, *number = g_strdup_printf ("%u", self->index + 1);
  gboolean network = get_kind (self) == QD_POLICY_NETWORK;

  action = rule->name != NULL ? g_strdup_printf ("%s · %s", say_action (get_kind (self), rule->action), rule->name)
                              : g_strdup (say_action (get_kind (self), rule->action));
  /* TRANSLATORS: the how-manieth rule, what it does and what it is called, and what it says */
  name = network ? g_strdup (sentence) : g_strdup_printf (_("Rule %s: %s: %s"), number, action, sentence);
  qd_policy_label_set (self->number, number);
  qd_policy_label_set (self->action, action);
  qd_policy_label_set (self->sentence, sentence);
  gtk_widget_set_visible (self->badges, !network);
  gtk_widget_set_css_classes (self->action, (const char *[]) { "qd-badge", rule->action == QD_POLICY_DENY ? "qd-down" : rule->action == QD_POLICY_ALLOW
                              ? "qd-well" : "qd-unknown", NULL });
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->head), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  GTK_ACCESSIBLE_PROPERTY_KEY_SHORTCUTS, "Alt+Up Alt+Down Control+D", -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

void
qd_policy_rule_card_set (QdPolicyRuleCard *self, guint index, const QdPolicyRule *rule, const QdYamlNode *node)
{
  self->index = index;
  self->node = node;
  g_free (self->written);
  self->written = dup_written (rule);
  show_sentence (self, rule);
  show_warnings (self);
  if (qd_policy_rule_card_get_expanded (self))
    show_parts (self);
  qd_policy_rule_card_update_meant (self);
}

void
qd_policy_rule_card_set_expanded (QdPolicyRuleCard *self, gboolean expanded)
{
  /* What changes it is made when it is first unfolded. */
  if (expanded && gtk_revealer_get_child (GTK_REVEALER (self->revealer)) == NULL)
    gtk_revealer_set_child (GTK_REVEALER (self->revealer), body_new (self));
  if (expanded)
    show_parts (self);
  gtk_widget_set_visible (self->revealer, expanded);
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->revealer), expanded);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->chevron), expanded ? "pan-down-symbolic" : "pan-end-symbolic");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->head), GTK_ACCESSIBLE_STATE_EXPANDED, expanded, -1);
}

gboolean
qd_policy_rule_card_get_expanded (QdPolicyRuleCard *self)
{
  return gtk_revealer_get_reveal_child (GTK_REVEALER (self->revealer));
}

void
qd_policy_rule_card_edit (QdPolicyRuleCard *self)
{
  qd_policy_rule_card_set_expanded (self, TRUE);
  if (self->peer_rows->len > 0)
    qd_policy_peer_row_edit (self->peer_rows->pdata[0]);
  else
    gtk_widget_grab_focus (self->head);
}
