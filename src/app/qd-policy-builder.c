/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-builder-private.h"

#include <glib/gi18n.h>

#include "qd-policy-rule-card.h"
#include "qd-policy-shelf.h"
#include "qd-policy-subject.h"

#define MAX_CARDS QD_POLICY_MEANT_RULES   /* of a direction: what is more is for the text */
#define THREE_COLUMNS "min-width: 860sp"
#define COLUMN_WIDTH 560

typedef struct {
  GtkWidget *box, *title, *arrow, *add, *order, *note, *empty, *cards_box, *rest;
  GPtrArray *cards;
} Column;

/* What is about to happen to the cards of a direction. */
typedef enum { KEEP, INSERT, REMOVE, MOVE } Happening;

struct _QdPolicyBuilder {
  AdwBin parent_instance;

  QdPolicyView view;
  QdPolicyOptions options;
  GtkWidget *banner, *stack, *nothing, *go, *scrolled, *columns, *middle, *subject, *shelf;
  GCancellable *finding;    /* whom it all means */
  guint find_id;
  Column sides[QD_POLICY_N_DIRECTIONS];
  gboolean disposed;
};

G_DEFINE_FINAL_TYPE (QdPolicyBuilder, qd_policy_builder, ADW_TYPE_BIN)

enum { SPLICE, PLACE, N_SIGNALS };
static guint signals[N_SIGNALS];

/* --- Cards --------------------------------------------------------------------------------- */

static void
put_card (QdPolicyBuilder *self, QdPolicyDirection direction, guint at)
{
  Column *column = &self->sides[direction];
  GtkWidget *card = qd_policy_rule_card_new (self, direction);

  gtk_box_insert_child_after (GTK_BOX (column->cards_box), card, at > 0 ? column->cards->pdata[at - 1] : NULL);
  g_ptr_array_insert (column->cards, (int) at, card);
}

static void
take_card (QdPolicyBuilder *self, QdPolicyDirection direction, guint at)
{
  Column *column = &self->sides[direction];
  GtkWidget *card = g_ptr_array_steal_index (column->cards, at);
  gboolean focus = gtk_widget_get_focus_child (column->cards_box) == card;

  gtk_box_remove (GTK_BOX (column->cards_box), card);
  if (focus && column->cards->len > 0)
    gtk_widget_grab_focus (column->cards->pdata[MIN (at, column->cards->len - 1)]);
  else if (focus)
    gtk_widget_grab_focus (column->add);
}

static void
move_card (QdPolicyBuilder *self, QdPolicyDirection direction, guint at, guint to)
{
  Column *column = &self->sides[direction];
  GtkWidget *card = g_ptr_array_steal_index (column->cards, at);

  g_ptr_array_insert (column->cards, (int) to, card);
  gtk_box_reorder_child_after (GTK_BOX (column->cards_box), card, to > 0 ? column->cards->pdata[to - 1] : NULL);
}

/* Cards follow what happens to rules, so that what is unfolded stays with its rule. */
static void
follow (QdPolicyBuilder *self, Happening happening, QdPolicyDirection direction, guint at, guint to)
{
  guint n = self->sides[direction].cards->len;

  if (happening == INSERT && at <= n && n < MAX_CARDS)
    put_card (self, direction, at);
  else if (happening == REMOVE && at < n)
    take_card (self, direction, at);
  else if (happening == MOVE && at < n && to < n)
    move_card (self, direction, at, to);
}

/* --- Showing ------------------------------------------------------------------------------- */

static gboolean
shows (Column *column, guint card, const GPtrArray *rules, guint rule)
{
  return qd_policy_rule_card_shows (column->cards->pdata[card], rules->pdata[rule]);
}

/* What the text did to rules by itself, as by an undo, the cards follow too: those that came or went did so where the first
 * one differs, and one that shows a rule word for word goes where that is. */
static void
match_cards (QdPolicyBuilder *self, QdPolicyDirection direction, const GPtrArray *rules, guint n)
{
  Column *column = &self->sides[direction];
  guint first = 0;

  while (column->cards->len != n && first < MIN (n, column->cards->len) && shows (column, first, rules, first))
    first++;
  while (column->cards->len < n)
    put_card (self, direction, first);
  while (column->cards->len > n)
    take_card (self, direction, first);
  for (guint i = 0; i < n; i++)
    for (guint k = i + 1; k < n && !shows (column, i, rules, i); k++)
      if (shows (column, k, rules, i) && !shows (column, k, rules, k))
        move_card (self, direction, k, i);
}

static void
show_cards (QdPolicyBuilder *self, QdPolicyDirection direction, const QdPolicy *policy)
{
  Column *column = &self->sides[direction];
  GPtrArray *rules = policy->rules[direction];
  guint n = MIN (rules->len, MAX_CARDS);
  g_autofree char *rest = g_strdup_printf (ngettext ("%u more rule is in the text", "%u more rules are in the text", rules->len - n), rules->len - n);

  match_cards (self, direction, rules, n);
  for (guint i = 0; i < n; i++)
    {
      const QdPolicyRule *rule = rules->pdata[i];

      qd_policy_rule_card_set (column->cards->pdata[i], i, rule, rule->place.node);
    }
  qd_policy_label_set (column->rest, rest);
  gtk_widget_set_visible (column->rest, rules->len > n);
}

static const char *
say_empty (const QdPolicy *policy, QdPolicyDirection direction)
{
  gboolean ingress = direction == QD_POLICY_INGRESS;

  if (policy->kind != QD_POLICY_NETWORK)
    return ingress ? _("Says nothing about what comes in") : _("Says nothing about what goes out");
  if (policy->applies[direction])
    return ingress ? _("Nothing may come in") : _("Nothing may go out");
  return ingress ? _("Whatever other policies let in") : _("Whatever other policies let out");
}

static const char *
say_title (const QdPolicy *policy, QdPolicyDirection direction)
{
  if (policy->kind != QD_POLICY_NETWORK)
    return direction == QD_POLICY_INGRESS ? _("Who Reaches Them") : _("Whom They Reach");
  return direction == QD_POLICY_INGRESS ? _("May reach them") : _("They may reach");
}

/* Where rules allow or deny, their order matters, and there is a bound. Returns: (transfer full) */
static char *
say_order (const QdPolicy *policy, QdPolicyDirection direction)
{
  guint n = policy->rules[direction]->len, max = qd_policy_kind_max_entries (policy->kind);

  if (n >= max)
    return g_strdup_printf (ngettext ("First match decides. %u rule is all there may be", "First match decides. %u rules are all there may be", max), max);
  return g_strdup_printf (ngettext ("First match decides. %u of %u rule", "First match decides. %u of %u rules", max), n, max);
}

static void
show_side (QdPolicyBuilder *self, QdPolicyDirection direction, const QdPolicy *policy)
{
  Column *column = &self->sides[direction];
  gboolean rules = policy->rules[direction]->len > 0, network = policy->kind == QD_POLICY_NETWORK;
  g_autofree char *order = network ? NULL : say_order (policy, direction);

  qd_policy_label_set (column->title, say_title (policy, direction));
  show_cards (self, direction, policy);
  qd_policy_label_set (column->order, order != NULL ? order : "");
  gtk_widget_set_visible (column->order, !network && rules);
  qd_policy_label_set (column->empty, say_empty (policy, direction));
  gtk_widget_set_visible (column->empty, !rules);
  gtk_widget_set_visible (column->note, rules && network && !policy->applies[direction]);
}

static void
show_nothing (QdPolicyBuilder *self)
{
  const char *kind = self->view.draft != NULL ? qd_policy_draft_get_kind (self->view.draft) : NULL;
  GPtrArray *findings = self->view.draft != NULL ? qd_policy_draft_get_findings (self->view.draft) : NULL;
  g_autofree char *title = NULL, *escaped = NULL;
  const char *why = _("The builder shows network policies. Edit this in the text.");

  if (self->view.draft == NULL)
    why = _("Choose a policy to see whom it concerns.");
  /* One that has no name, say. */
  else if (kind != NULL && g_str_has_suffix (kind, "NetworkPolicy") && findings->len > 0)
    why = ((const QdPolicyFinding *) findings->pdata[0])->message;
  /* Each of its policies is at a place of its own, and has no document that could be changed alone. */
  else if (kind != NULL && g_str_has_suffix (kind, "List"))
    why = _("The builder shows one policy of a document. This one is a list: edit it in the text, or give each policy a document of its own.");
  title = kind != NULL ? g_strdup_printf (_("A %s"), kind) : g_strdup (_("No Policy"));
  escaped = g_markup_escape_text (why, -1);
  adw_status_page_set_title (ADW_STATUS_PAGE (self->nothing), title);
  adw_status_page_set_description (ADW_STATUS_PAGE (self->nothing), escaped);
  gtk_widget_set_visible (self->go, self->view.draft != NULL && qd_policy_draft_get_node (self->view.draft) != NULL);
  gtk_stack_set_visible_child (GTK_STACK (self->stack), self->nothing);
}

static const QdPolicy *
get_policy (QdPolicyBuilder *self)
{
  return self->view.draft != NULL ? qd_policy_draft_get_policy (self->view.draft) : NULL;
}

static void
show (QdPolicyBuilder *self, gboolean other)
{
  const QdPolicy *policy = get_policy (self);

  if (policy == NULL)
    {
      show_nothing (self);
      return;
    }
  /* What cards can say depends on the kind. */
  other = other || self->view.kind != policy->kind;
  self->view.kind = policy->kind;
  if (other)
    for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
      while (self->sides[d].cards->len > 0)
        take_card (self, d, self->sides[d].cards->len - 1);
  qd_policy_subject_update (QD_POLICY_SUBJECT (self->subject), other);
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    show_side (self, d, policy);
  gtk_stack_set_visible_child (GTK_STACK (self->stack), self->scrolled);
}

/* --- Whom it means ------------------------------------------------------------------------- */

static void
show_meant (QdPolicyBuilder *self)
{
  qd_policy_subject_update_meant (QD_POLICY_SUBJECT (self->subject));
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    for (guint i = 0; i < self->sides[d].cards->len; i++)
      qd_policy_rule_card_update_meant (self->sides[d].cards->pdata[i]);
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdPolicyBuilder) self = data;
  g_autoptr (QdPolicyMeant) meant = qd_policy_meant_find_finish (result, NULL);

  /* What comes too late was cancelled, and is not there. */
  if (meant == NULL || self->disposed || qd_policy_meant_get_draft (meant) != self->view.draft)
    return;
  g_clear_object (&self->finding);
  self->view.meant = g_steal_pointer (&meant);
  show_meant (self);
}

static gboolean
find_cb (gpointer data)
{
  QdPolicyBuilder *self = data;

  self->find_id = 0;
  self->finding = g_cancellable_new ();
  qd_policy_meant_find (self->view.draft, self->view.world, &self->options, self->finding, found_cb, g_object_ref (self));
  return G_SOURCE_REMOVE;
}

/* A text and its world often come right behind each other: they are asked about once. */
static void
find_soon (QdPolicyBuilder *self)
{
  if (self->finding != NULL)
    g_cancellable_cancel (self->finding);
  g_clear_object (&self->finding);
  g_clear_handle_id (&self->find_id, g_source_remove);
  g_clear_pointer (&self->view.meant, qd_policy_meant_unref);
  if (!self->disposed && self->view.world != NULL && get_policy (self) != NULL)
    self->find_id = g_idle_add (find_cb, self);
}

static void
show_draft (QdPolicyBuilder *self, QdYamlFile *file, guint document, gboolean other)
{
  QdPolicyDraft *old = self->view.draft;

  self->view.draft = file != NULL ? qd_policy_draft_new (file, document) : NULL;
  find_soon (self);
  show (self, other);
  /* Cards look at nodes of the old one until they are shown the new one. */
  g_clear_pointer (&old, qd_policy_draft_unref);
}

/* --- What the parts ask for ---------------------------------------------------------------- */

const QdPolicyView *
qd_policy_builder_get_view (QdPolicyBuilder *self)
{
  return &self->view;
}

QdPolicyEdit *
qd_policy_builder_begin (QdPolicyBuilder *self)
{
  return qd_policy_edit_new (qd_policy_draft_get_file (self->view.draft), qd_policy_draft_get_document (self->view.draft));
}

void
qd_policy_builder_refresh (QdPolicyBuilder *self)
{
  show (self, FALSE);
}

void
qd_policy_builder_refuse (QdPolicyBuilder *self, const char *why)
{
  adw_banner_set_title (ADW_BANNER (self->banner), why);
  adw_banner_set_revealed (ADW_BANNER (self->banner), TRUE);
  gtk_accessible_announce (GTK_ACCESSIBLE (self), why, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
}

static gboolean
end (QdPolicyBuilder *self, QdPolicyEdit *edit, Happening happening, QdPolicyDirection direction, guint at, guint to)
{
  g_autoptr (QdPolicyEdit) ended = edit;
  guint document = qd_policy_draft_get_document (self->view.draft);
  g_auto (QdYamlSplice) splice = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (QdYamlFile) changed = NULL;
  g_autofree char *inserted = NULL;

  /* What goes away takes the focus from what was being typed. */
  if (self->disposed)
    return FALSE;
  changed = qd_policy_edit_end (edit, &splice, &error);
  if (changed == NULL)
    {
      qd_policy_builder_refuse (self, error->message);
      return FALSE;
    }
  adw_banner_set_revealed (ADW_BANNER (self->banner), FALSE);
  if (splice.removed == 0 && splice.length == 0)
    return TRUE;
  follow (self, happening, direction, at, to);
  show_draft (self, changed, document, FALSE);
  inserted = g_strndup (splice.inserted, splice.length);
  g_signal_emit (self, signals[SPLICE], 0, qd_yaml_file_get_name (changed), (guint64) splice.offset, (guint64) splice.removed, inserted);
  return TRUE;
}

gboolean
qd_policy_builder_end (QdPolicyBuilder *self, QdPolicyEdit *edit)
{
  return end (self, edit, KEEP, QD_POLICY_INGRESS, 0, 0);
}

void
qd_policy_builder_go (QdPolicyBuilder *self, const QdYamlNode *node)
{
  QdYamlSpan span = qd_yaml_node_get_span (node);

  g_signal_emit (self, signals[PLACE], 0, qd_yaml_file_get_name (qd_policy_draft_get_file (self->view.draft)), span.line, span.column);
}

static guint
count_rules (QdPolicyBuilder *self, QdPolicyDirection direction)
{
  return qd_policy_draft_get_policy (self->view.draft)->rules[direction]->len;
}

void
qd_policy_builder_add_rule (QdPolicyBuilder *self, QdPolicyDirection direction, guint form)
{
  QdPolicyEdit *edit = qd_policy_builder_begin (self);
  guint at = count_rules (self, direction);

  qd_policy_edit_add_rule (edit, direction, QD_YAML_END, form < QD_POLICY_ANYONE ? (QdPeerForm) form : QD_PEER_FORM_PODS);
  if (form == QD_POLICY_ANYONE)
    qd_policy_edit_set_anyone (edit, direction, at);
  if (end (self, edit, INSERT, direction, at, 0) && at < self->sides[direction].cards->len)
    qd_policy_rule_card_edit (self->sides[direction].cards->pdata[at]);
}

void
qd_policy_builder_duplicate_rule (QdPolicyBuilder *self, QdPolicyDirection direction, guint rule)
{
  QdPolicyEdit *edit = qd_policy_builder_begin (self);

  qd_policy_edit_duplicate_rule (edit, direction, rule);
  if (end (self, edit, INSERT, direction, rule + 1, 0) && rule + 1 < self->sides[direction].cards->len)
    qd_policy_rule_card_edit (self->sides[direction].cards->pdata[rule + 1]);
}

void
qd_policy_builder_remove_rule (QdPolicyBuilder *self, QdPolicyDirection direction, guint rule)
{
  QdPolicyEdit *edit = qd_policy_builder_begin (self);

  qd_policy_edit_remove_rule (edit, direction, rule);
  end (self, edit, REMOVE, direction, rule, 0);
}

void
qd_policy_builder_move_rule (QdPolicyBuilder *self, QdPolicyDirection direction, guint rule, guint to)
{
  QdPolicyEdit *edit;

  if (to >= count_rules (self, direction))
    return;
  edit = qd_policy_builder_begin (self);
  qd_policy_edit_move_rule (edit, direction, rule, to);
  if (end (self, edit, MOVE, direction, rule, to))
    {
      g_autofree char *words = g_strdup_printf (_("The rule is now number %u of %u"), to + 1, count_rules (self, direction));

      gtk_accessible_announce (GTK_ACCESSIBLE (self), words, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
    }
}

/* How many peers a rule has, as it is written. */
static guint
count_peers (QdPolicyBuilder *self, QdPolicyDirection direction, guint rule)
{
  const QdPolicyRule *written = get_policy (self)->rules[direction]->pdata[rule];

  return qd_yaml_node_get_length (qd_yaml_node_get (written->place.node, qd_policy_direction_peers (direction)));
}

void
qd_policy_builder_add_pick (QdPolicyBuilder *self, QdPolicyDirection direction, guint rule, QdPolicyPick *pick)
{
  const QdPolicy *policy = get_policy (self);
  gboolean new = rule == QD_YAML_END;
  g_autofree char *peer = NULL, *words = NULL;
  QdPolicyEdit *edit;
  QdPeerForm form;

  if (policy == NULL || pick == NULL || (!new && rule >= policy->rules[direction]->len))
    return;
  form = qd_policy_pick_get_form (pick, policy->kind, policy->namespace);
  if (form == QD_N_PEER_FORMS)
    {
      words = g_strdup_printf (_("%s has no labels: no selector can name it"), qd_policy_pick_get_text (pick));
      qd_policy_builder_refuse (self, words);
      return;
    }
  edit = qd_policy_builder_begin (self);
  peer = qd_policy_path_peer (direction, new ? count_rules (self, direction) : rule, new ? 0 : count_peers (self, direction, rule));
  if (new)
    qd_policy_edit_add_rule (edit, direction, QD_YAML_END, form);
  else
    qd_policy_edit_add_peer (edit, direction, rule, form);
  qd_policy_pick_fill (pick, edit, policy->kind, form, peer);
  words = g_strdup_printf (direction == QD_POLICY_INGRESS ? _("Added %s to what comes in") : _("Added %s to what goes out"), qd_policy_pick_get_text (pick));
  if (end (self, edit, new ? INSERT : KEEP, direction, count_rules (self, direction), 0))
    gtk_accessible_announce (GTK_ACCESSIBLE (self), words, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static void
add_rule_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  QdPolicyBuilder *self = QD_POLICY_BUILDER (widget);
  guint direction, form;

  g_variant_get (parameter, "(uu)", &direction, &form);
  if (get_policy (self) != NULL && direction < QD_POLICY_N_DIRECTIONS && form <= QD_POLICY_ANYONE)
    qd_policy_builder_add_rule (self, direction, form);
}

/* --- Building ------------------------------------------------------------------------------ */

/* Made when it is asked for: what can be said depends on the kind of policy. */
static void
fill_add_cb (GtkMenuButton *button, gpointer user_data)
{
  QdPolicyBuilder *self = QD_POLICY_BUILDER (gtk_widget_get_ancestor (GTK_WIDGET (button), QD_TYPE_POLICY_BUILDER));
  QdPolicyDirection direction = (QdPolicyDirection) GPOINTER_TO_UINT (user_data);
  g_autofree char *action = g_strdup_printf ("builder.add-rule((uint32 %u, uint32 %%u))", direction);
  g_autoptr (GMenu) menu = qd_policy_builder_list_forms (self, direction, action, TRUE);

  gtk_menu_button_set_menu_model (button, G_MENU_MODEL (menu));
}

static GtkWidget *
add_new (QdPolicyDirection direction)
{
  GtkWidget *button = gtk_menu_button_new ();
  const char *name = direction == QD_POLICY_INGRESS ? _("Add a rule for incoming traffic") : _("Add a rule for outgoing traffic");

  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (button), fill_add_cb, GUINT_TO_POINTER (direction), NULL);
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "list-add-symbolic");
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  return button;
}

/* A workload or label is dropped beside the rules: a rule of its own. */
static gboolean
drop_ingress_cb (QdPolicyBuilder *self, const GValue *value)
{
  qd_policy_builder_add_pick (self, QD_POLICY_INGRESS, QD_YAML_END, g_value_get_object (value));
  return TRUE;
}

static gboolean
drop_egress_cb (QdPolicyBuilder *self, const GValue *value)
{
  qd_policy_builder_add_pick (self, QD_POLICY_EGRESS, QD_YAML_END, g_value_get_object (value));
  return TRUE;
}

static GtkWidget *
title_new (const char *title, GtkWidget **label)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  *label = qd_policy_label_new (title, "title-4");
  gtk_widget_set_hexpand (*label, TRUE);
  gtk_widget_set_size_request (line, -1, 34);
  gtk_box_append (GTK_BOX (line), *label);
  return line;
}

static GtkWidget *
clamp_new (GtkWidget *child)
{
  GtkWidget *clamp = adw_clamp_new ();

  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), COLUMN_WIDTH);
  adw_clamp_set_tightening_threshold (ADW_CLAMP (clamp), COLUMN_WIDTH);
  adw_clamp_set_child (ADW_CLAMP (clamp), child);
  gtk_widget_set_valign (clamp, GTK_ALIGN_START);
  gtk_widget_set_hexpand (clamp, TRUE);
  return clamp;
}

static GtkWidget *
side_new (QdPolicyBuilder *self, QdPolicyDirection direction)
{
  Column *column = &self->sides[direction];
  gboolean ingress = direction == QD_POLICY_INGRESS;
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9), *title = title_new (NULL, &column->title);
  GtkDropTarget *target = gtk_drop_target_new (QD_TYPE_POLICY_PICK, GDK_ACTION_COPY);

  column->cards = g_ptr_array_new ();
  column->add = add_new (direction);
  column->order = qd_policy_label_new (NULL, "dimmed");
  column->note = qd_policy_label_new (ingress ? _("These rules have no effect: incoming traffic is not isolated")
                                              : _("These rules have no effect: outgoing traffic is not isolated"), "qd-degraded");
  column->empty = qd_policy_label_new (NULL, "qd-policy-empty");
  column->rest = qd_policy_label_new (NULL, "caption");
  column->cards_box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);
  /* Between the columns: where the traffic goes. */
  column->arrow = gtk_image_new_from_icon_name ("go-next-symbolic");
  gtk_widget_add_css_class (column->arrow, "dimmed");
  gtk_box_append (GTK_BOX (title), column->add);
  gtk_box_insert_child_after (GTK_BOX (title), column->arrow, ingress ? column->add : NULL);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), column->order);
  gtk_box_append (GTK_BOX (box), column->note);
  gtk_box_append (GTK_BOX (box), column->empty);
  gtk_box_append (GTK_BOX (box), column->cards_box);
  gtk_box_append (GTK_BOX (box), column->rest);
  gtk_widget_add_css_class (box, "qd-policy-side");
  g_signal_connect_swapped (target, "drop", ingress ? G_CALLBACK (drop_ingress_cb) : G_CALLBACK (drop_egress_cb), self);
  gtk_widget_add_controller (box, GTK_EVENT_CONTROLLER (target));
  column->box = clamp_new (box);
  return column->box;
}

static GtkWidget *
middle_new (QdPolicyBuilder *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9), *label;

  self->subject = qd_policy_subject_new (self);
  self->shelf = qd_policy_shelf_new (self);
  gtk_box_append (GTK_BOX (box), title_new (_("The Policy"), &label));
  gtk_box_append (GTK_BOX (box), self->subject);
  gtk_box_append (GTK_BOX (box), self->shelf);
  self->middle = clamp_new (box);
  return self->middle;
}

/* Below each other the policy comes first. */
static void
set_narrow (QdPolicyBuilder *self, gboolean narrow)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->columns), narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
  gtk_box_set_homogeneous (GTK_BOX (self->columns), !narrow);
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    gtk_widget_set_visible (self->sides[d].arrow, !narrow);
  gtk_box_reorder_child_after (GTK_BOX (self->columns), self->middle, narrow ? NULL : self->sides[QD_POLICY_INGRESS].box);
}

static void
columns_cb (QdPolicyBuilder *self)
{
  set_narrow (self, FALSE);
}

static void
below_cb (QdPolicyBuilder *self)
{
  set_narrow (self, TRUE);
}

static GtkWidget *
columns_new (QdPolicyBuilder *self)
{
  self->columns = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 18);
  gtk_box_append (GTK_BOX (self->columns), side_new (self, QD_POLICY_INGRESS));
  gtk_box_append (GTK_BOX (self->columns), middle_new (self));
  gtk_box_append (GTK_BOX (self->columns), side_new (self, QD_POLICY_EGRESS));
  gtk_widget_add_css_class (self->columns, "qd-policy-columns");
  set_narrow (self, TRUE);
  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), self->columns);
  return self->scrolled;
}

static void
go_cb (QdPolicyBuilder *self)
{
  if (self->view.draft != NULL && qd_policy_draft_get_node (self->view.draft) != NULL)
    qd_policy_builder_go (self, qd_policy_draft_get_node (self->view.draft));
}

static void
banner_cb (QdPolicyBuilder *self)
{
  adw_banner_set_revealed (ADW_BANNER (self->banner), FALSE);
  go_cb (self);
}

static void
qd_policy_builder_dispose (GObject *object)
{
  QdPolicyBuilder *self = QD_POLICY_BUILDER (object);

  self->disposed = TRUE;
  find_soon (self);
  adw_bin_set_child (ADW_BIN (self), NULL);
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    g_clear_pointer (&self->sides[d].cards, g_ptr_array_unref);
  g_clear_pointer (&self->view.world, qd_policy_world_unref);
  g_clear_pointer (&self->view.draft, qd_policy_draft_unref);
  G_OBJECT_CLASS (qd_policy_builder_parent_class)->dispose (object);
}

static void
qd_policy_builder_class_init (QdPolicyBuilderClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_policy_builder_dispose;
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "policybuilder");
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "builder.add-rule", "(uu)", add_rule_cb);

  /**
   * QdPolicyBuilder::splice:
   * @file: the name of the file
   * @offset: in bytes of its text
   * @removed: how many bytes give way
   * @inserted: to this
   *
   * The text is to be changed. What is shown has changed already.
   */
  signals[SPLICE] = g_signal_new ("splice", QD_TYPE_POLICY_BUILDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 4, G_TYPE_STRING,
                                  G_TYPE_UINT64, G_TYPE_UINT64, G_TYPE_STRING);
  /**
   * QdPolicyBuilder::place:
   * @file: the name of the file
   * @line: from 1
   * @column: from 1, in characters
   *
   * That place of the text is to be shown.
   */
  signals[PLACE] = g_signal_new ("place", QD_TYPE_POLICY_BUILDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3, G_TYPE_STRING,
                                 G_TYPE_UINT, G_TYPE_UINT);
}

static void
qd_policy_builder_init (QdPolicyBuilder *self)
{
  GtkWidget *bin = adw_breakpoint_bin_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  AdwBreakpoint *breakpoint = adw_breakpoint_new (adw_breakpoint_condition_parse (THREE_COLUMNS));

  self->banner = adw_banner_new ("");
  adw_banner_set_use_markup (ADW_BANNER (self->banner), FALSE);
  adw_banner_set_button_label (ADW_BANNER (self->banner), _("Go to Text"));
  g_signal_connect_swapped (self->banner, "button-clicked", G_CALLBACK (banner_cb), self);
  self->nothing = adw_status_page_new ();
  self->go = gtk_button_new_with_label (_("Go to Text"));
  gtk_widget_set_halign (self->go, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (self->go, "pill");
  g_signal_connect_swapped (self->go, "clicked", G_CALLBACK (go_cb), self);
  adw_status_page_set_child (ADW_STATUS_PAGE (self->nothing), self->go);
  self->stack = gtk_stack_new ();
  gtk_widget_set_vexpand (self->stack, TRUE);
  gtk_stack_add_child (GTK_STACK (self->stack), self->nothing);
  gtk_stack_add_child (GTK_STACK (self->stack), columns_new (self));
  gtk_box_append (GTK_BOX (box), self->banner);
  gtk_box_append (GTK_BOX (box), self->stack);
  g_signal_connect_swapped (breakpoint, "apply", G_CALLBACK (columns_cb), self);
  g_signal_connect_swapped (breakpoint, "unapply", G_CALLBACK (below_cb), self);
  adw_breakpoint_bin_add_breakpoint (ADW_BREAKPOINT_BIN (bin), breakpoint);
  adw_breakpoint_bin_set_child (ADW_BREAKPOINT_BIN (bin), box);
  gtk_widget_set_size_request (bin, 300, 200);
  adw_bin_set_child (ADW_BIN (self), bin);
  show_nothing (self);
}

GtkWidget *
qd_policy_builder_new (void)
{
  return g_object_new (QD_TYPE_POLICY_BUILDER, NULL);
}

void
qd_policy_builder_set_world (QdPolicyBuilder *self, QdPolicyWorld *world, const QdPolicyOptions *options)
{
  QdPolicyWorld *old = self->view.world;

  g_return_if_fail (QD_IS_POLICY_BUILDER (self));
  if (world != old)
    {
      self->view.world = world != NULL ? qd_policy_world_ref (world) : NULL;
      g_clear_pointer (&old, qd_policy_world_unref);
      qd_policy_shelf_set_world (QD_POLICY_SHELF (self->shelf), world);
    }
  self->options = options != NULL ? *options : (QdPolicyOptions) { 0 };
  find_soon (self);
}

void
qd_policy_builder_set_policy (QdPolicyBuilder *self, QdYamlFile *file, guint document)
{
  QdPolicyDraft *draft = self->view.draft;
  gboolean other;

  g_return_if_fail (QD_IS_POLICY_BUILDER (self));
  other = draft == NULL || file == NULL || qd_policy_draft_get_document (draft) != document ||
          g_strcmp0 (qd_yaml_file_get_name (qd_policy_draft_get_file (draft)), qd_yaml_file_get_name (file)) != 0;
  if (other)
    {
      adw_banner_set_revealed (ADW_BANNER (self->banner), FALSE);
      gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scrolled)), 0);
    }
  show_draft (self, file, document, other);
}

/* --- What its parts share ------------------------------------------------------------------ */

GtkWidget *
qd_policy_button_new (const char *icon, const char *name)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return button;
}

GtkWidget *
qd_policy_label_new (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_natural_wrap_mode (GTK_LABEL (label), GTK_NATURAL_WRAP_NONE);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

GtkWidget *
qd_policy_field_new (const char *title, GtkWidget *child)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *label = qd_policy_label_new (title, "caption-heading");

  gtk_widget_add_css_class (label, "dimmed");
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), child);
  return box;
}

void
qd_policy_label_set (GtkWidget *label, const char *text)
{
  if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (label)), text) != 0)
    gtk_label_set_text (GTK_LABEL (label), text);
}

const char *
qd_policy_form_name (QdPeerForm form)
{
  switch (form)
    {
    case QD_PEER_FORM_PODS: return _("Pods in this namespace");
    case QD_PEER_FORM_NAMESPACES: return _("Whole namespaces");
    case QD_PEER_FORM_BOTH: return _("Pods in namespaces");
    case QD_PEER_FORM_BLOCK: return _("Addresses");
    case QD_PEER_FORM_NODES: return _("Nodes");
    case QD_PEER_FORM_DOMAINS: return _("Domain names");
    case QD_N_PEER_FORMS: default: return _("Everyone");
    }
}

GMenu *
qd_policy_builder_list_forms (QdPolicyBuilder *self, QdPolicyDirection direction, const char *action, gboolean anyone)
{
  const char *const labels[] = { _("_Pods in This Namespace"), _("Whole _Namespaces"), _("Pods _in Namespaces"), _("_Addresses"), _("N_odes"), _("_Domain Names"),
                                 _("_Everyone") };
  GMenu *menu = g_menu_new ();

  for (guint form = 0; form <= QD_POLICY_ANYONE; form++)
    if (form == QD_POLICY_ANYONE ? anyone && self->view.kind == QD_POLICY_NETWORK : qd_policy_kind_has_form (self->view.kind, direction, form))
      {
        g_auto (GStrv) parts = g_strsplit (action, "%u", 2);
        g_autofree char *whole = g_strdup_printf ("%s%u%s", parts[0], form, parts[1]);

        g_menu_append (menu, labels[form], whole);
      }
  return menu;
}
