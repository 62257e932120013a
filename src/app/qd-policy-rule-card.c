/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-rule-card.h"

#include <glib/gi18n.h>

#include "qd-policy-peer-row.h"
#include "qd-policy-port-row.h"
#include "qd-policy-who.h"
#include "qd-policy-words.h"

#define MAX_PARTS 40   /* peers, and ports, that one card shows */

struct _QdPolicyRuleCard {
  AdwBin parent_instance;

  QdPolicyBuilder *builder;      /* we are within it */
  QdPolicyDirection direction;
  guint index;
  const QdYamlNode *node;        /* of what the builder shows */
  GtkWidget *handle, *head, *action, *sentence, *chevron, *menu;
  GtkWidget *meant, *warnings;
  GtkWidget *revealer, *peers, *anyone, *add_peer, *everyone, *ports, *add_port, *every_port, *every_port_button, *rest;
  GPtrArray *peer_rows, *port_rows;
  char *written;                 /* its text */
  char *meant_key;               /* what @meant was found for */
  gboolean nobody;
};

G_DEFINE_FINAL_TYPE (QdPolicyRuleCard, qd_policy_rule_card, ADW_TYPE_BIN)

static gboolean
is_editable (QdPolicyRuleCard *self)
{
  return qd_policy_builder_get_view (self->builder)->editable;
}

/* --- Actions ------------------------------------------------------------------------------- */

static void
duplicate_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  QdPolicyRuleCard *self = QD_POLICY_RULE_CARD (widget);

  if (is_editable (self))
    qd_policy_builder_duplicate_rule (self->builder, self->direction, self->index);
}

static void
remove_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  QdPolicyRuleCard *self = QD_POLICY_RULE_CARD (widget);

  if (is_editable (self))
    qd_policy_builder_remove_rule (self->builder, self->direction, self->index);
}

static void
move_by (QdPolicyRuleCard *self, int step)
{
  guint to = self->index + (guint) step;

  if (is_editable (self) && (step > 0 || self->index > 0))
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
head_cb (QdPolicyRuleCard *self)
{
  if (is_editable (self))
    qd_policy_rule_card_set_expanded (self, !qd_policy_rule_card_get_expanded (self));
  else
    go_cb (GTK_WIDGET (self), NULL, NULL);
}

/* --- Dragging ------------------------------------------------------------------------------ */

static GdkContentProvider *
drag_prepare_cb (QdPolicyRuleCard *self, double x, double y, GtkDragSource *source)
{
  g_autoptr (GdkPaintable) picture = gtk_widget_paintable_new (GTK_WIDGET (self));

  if (!is_editable (self))
    return NULL;
  gtk_drag_source_set_icon (source, picture, (int) x, (int) y);
  return gdk_content_provider_new_typed (QD_TYPE_POLICY_RULE_CARD, self);
}

static gboolean
drop_cb (QdPolicyRuleCard *self, const GValue *value, double x, double y, GtkDropTarget *target)
{
  QdPolicyRuleCard *dragged = g_value_get_object (value);

  /* A rule of the other direction means something else there. */
  if (dragged == NULL || dragged == self || dragged->builder != self->builder || dragged->direction != self->direction || !is_editable (self))
    return FALSE;
  qd_policy_builder_move_rule (self->builder, self->direction, dragged->index, self->index);
  return TRUE;
}

static void
add_dragging (QdPolicyRuleCard *self)
{
  GtkDragSource *source = gtk_drag_source_new ();
  GtkDropTarget *target = gtk_drop_target_new (QD_TYPE_POLICY_RULE_CARD, GDK_ACTION_MOVE);

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
  self->action = qd_policy_label_new (NULL, "qd-badge");
  gtk_widget_set_halign (self->action, GTK_ALIGN_START);
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
  gtk_box_append (GTK_BOX (words), self->action);
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

static GtkWidget *
add_peer_new (QdPolicyRuleCard *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  GtkWidget *button = gtk_menu_button_new ();

  g_menu_append (menu, _("_Pods in This Namespace"), "rule.add-peer(uint32 0)");
  g_menu_append (menu, _("Whole _Namespaces"), "rule.add-peer(uint32 1)");
  g_menu_append (menu, _("Pods _in Namespaces"), "rule.add-peer(uint32 2)");
  g_menu_append (menu, _("_Addresses"), "rule.add-peer(uint32 3)");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (menu));
  gtk_menu_button_set_label (GTK_MENU_BUTTON (button), _("Add Peer"));
  gtk_widget_add_css_class (button, "flat");
  return button;
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

  self->everyone = gtk_button_new_with_label (_("Allow Everyone"));
  self->every_port_button = gtk_button_new_with_label (_("Allow Every Port"));
  gtk_widget_add_css_class (self->everyone, "flat");
  gtk_widget_add_css_class (self->every_port_button, "flat");
  self->peers = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);
  self->ports = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->anyone = qd_policy_label_new (_("Everyone, inside and outside of the cluster. Add a peer to say who."), "dimmed");
  self->every_port = qd_policy_label_new (_("Every port. Add one to say which."), "dimmed");
  self->rest = qd_policy_label_new (_("There is more than is shown here: edit it in the text."), "caption");
  self->add_peer = add_peer_new (self);
  self->add_port = qd_policy_port_row_new (self->builder, TRUE);
  gtk_widget_set_hexpand (self->everyone, TRUE);
  gtk_box_append (GTK_BOX (ends), self->add_peer);
  gtk_box_append (GTK_BOX (ends), self->everyone);
  gtk_widget_set_halign (self->everyone, GTK_ALIGN_END);
  gtk_box_append (GTK_BOX (box), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
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
  g_free (self->meant_key);
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

static const char *
say_action (const QdPolicyRule *rule)
{
  switch (rule->action)
    {
    case QD_POLICY_DENY: return C_("policy action", "Deny");
    case QD_POLICY_PASS: return C_("policy action", "Pass");
    case QD_POLICY_ALLOW: default: return C_("policy action", "Allow");
    }
}

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

/* All that whom a rule means depends on: what it says, also where the sentence ends in "and more". */
static char *
dup_key (QdPolicyRuleCard *self, const QdPolicyView *view, const QdPolicy *policy)
{
  const char *sentence = gtk_label_get_text (GTK_LABEL (self->sentence));

  return g_strdup_printf ("%s %u %s\n%s", policy->namespace != NULL ? policy->namespace : "", view->serial, sentence, self->written);
}

/* Whom it means now. With thousands of workloads this costs: it is found when it may have changed. */
static void
show_meant (QdPolicyRuleCard *self, const QdPolicyRule *rule)
{
  const QdPolicyView *view = qd_policy_builder_get_view (self->builder);
  const QdPolicy *policy = qd_policy_draft_get_policy (view->draft);
  g_autoptr (GPtrArray) meant = NULL;
  g_autofree char *names = NULL, *key = dup_key (self, view, policy);

  if (g_strcmp0 (key, self->meant_key) == 0)
    return;
  g_set_str (&self->meant_key, key);
  if (view->world != NULL)
    meant = qd_policy_find_meant (view->world, policy, rule, &view->options);
  names = meant != NULL ? qd_policy_name_workloads (meant) : NULL;
  qd_policy_label_set (self->meant, names != NULL ? names : "");
  gtk_widget_set_visible (self->meant, names != NULL);
  self->nobody = meant != NULL && meant->len == 0 && !qd_policy_rule_reaches_outside (rule);
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

/* Only what is unfolded has widgets to change it. */
static void
show_parts (QdPolicyRuleCard *self)
{
  const QdYamlNode *peers = qd_yaml_node_get (self->node, qd_policy_direction_peers (self->direction));
  const QdYamlNode *ports = qd_yaml_node_get (self->node, "ports");
  guint n_peers = qd_yaml_node_get_length (peers), n_ports = qd_yaml_node_get_length (ports);

  fit_rows (self, self->peers, self->peer_rows, MIN (n_peers, MAX_PARTS), FALSE);
  fit_rows (self, self->ports, self->port_rows, MIN (n_ports, MAX_PARTS), TRUE);
  for (guint i = 0; i < self->peer_rows->len; i++)
    qd_policy_peer_row_set (self->peer_rows->pdata[i], self->direction, self->index, i, qd_yaml_node_get_item (peers, i), n_peers == 1);
  for (guint i = 0; i < self->port_rows->len; i++)
    qd_policy_port_row_set (self->port_rows->pdata[i], self->direction, self->index, i, qd_yaml_node_get_item (ports, i), n_ports == 1);
  qd_policy_port_row_set (QD_POLICY_PORT_ROW (self->add_port), self->direction, self->index, n_ports, NULL, FALSE);
  gtk_widget_set_visible (self->anyone, n_peers == 0);
  gtk_widget_set_visible (self->everyone, n_peers > 0);
  gtk_widget_set_visible (self->every_port, n_ports == 0);
  gtk_widget_set_visible (self->every_port_button, n_ports > 0);
  gtk_widget_set_visible (self->rest, n_peers > MAX_PARTS || n_ports > MAX_PARTS);
}

static void
show_sentence (QdPolicyRuleCard *self, const QdPolicyRule *rule)
{
  g_autofree char *sentence = qd_policy_say_rule (rule), *action = NULL, *name = NULL;
  gboolean editable = is_editable (self);

  action = rule->name != NULL ? g_strdup_printf ("%s · %s", say_action (rule), rule->name) : g_strdup (say_action (rule));
  name = editable ? g_strdup (sentence) : g_strdup_printf ("%s: %s", action, sentence);
  qd_policy_label_set (self->action, action);
  qd_policy_label_set (self->sentence, sentence);
  gtk_widget_set_visible (self->action, !editable);
  gtk_widget_set_css_classes (self->action, (const char *[]) { "qd-badge", rule->action == QD_POLICY_DENY ? "qd-down" : rule->action == QD_POLICY_ALLOW
                              ? "qd-well" : "qd-unknown", NULL });
  gtk_widget_set_visible (self->handle, editable);
  gtk_widget_set_visible (self->chevron, editable);
  gtk_widget_set_visible (self->menu, editable);
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
  show_meant (self, rule);
  show_warnings (self);
  if (!is_editable (self))
    qd_policy_rule_card_set_expanded (self, FALSE);
  else if (qd_policy_rule_card_get_expanded (self))
    show_parts (self);
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
