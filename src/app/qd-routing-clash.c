/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-routing-clash.h"

#include <glib/gi18n.h>

struct _QdRoutingClash {
  AdwBin parent_instance;

  QdFleet *fleet;
  const char *connection;            /* interned */
  GtkWidget *box;
  GtkWidget *cards[QD_ROUTING_N_AT];
  guint undecided;                   /* a bit each */
};

G_DEFINE_FINAL_TYPE (QdRoutingClash, qd_routing_clash, ADW_TYPE_BIN)

static guint decided_signal;

typedef struct {
  QdRoutingClash *clash;   /* holds the button, which holds this */
  QdRoutingAt at;
  JsonNode *value;         /* or NULL */
} Choice;

static void
choice_free (gpointer data, GClosure *closure)
{
  Choice *choice = data;

  g_clear_pointer (&choice->value, json_node_unref);
  g_free (choice);
}

static void
chosen_cb (Choice *choice, GtkCheckButton *button)
{
  QdRoutingClash *self = choice->clash;

  if (!gtk_check_button_get_active (button))
    return;
  self->undecided &= ~(1u << choice->at);
  g_signal_emit (self, decided_signal, 0, (guint) choice->at, choice->value);
}

/* @words: where the value stands: "Mine: %s". */
static GtkWidget *
make_choice (QdRoutingClash *self, QdRoutingAt at, JsonObject *object, const char *words)
{
  g_autofree char *value = qd_routing_object_tell (object, at, self->fleet, self->connection);
  g_autofree char *text = g_strdup_printf ("%s: %s", words, value);
  GtkWidget *button = gtk_check_button_new (), *label = gtk_label_new (text);
  JsonNode *node = qd_routing_object_get (object, at);
  Choice *choice = g_new0 (Choice, 1);

  *choice = (Choice) { self, at, node ? json_node_copy (node) : NULL };
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_check_button_set_child (GTK_CHECK_BUTTON (button), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  g_signal_connect_data (button, "toggled", G_CALLBACK (chosen_cb), choice, choice_free, G_CONNECT_SWAPPED);
  return button;
}

static GtkWidget *
make_label (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, style);
  return label;
}

static GtkWidget *
make_card (QdRoutingClash *self, QdRoutingAt at, JsonObject *base, JsonObject *mine, JsonObject *theirs)
{
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *left = make_choice (self, at, mine, _("Mine")), *right = make_choice (self, at, theirs, _("Theirs"));
  g_autofree char *was = qd_routing_object_tell (base, at, self->fleet, self->connection);
  g_autofree char *text = g_strdup_printf (_("Before: %s"), was);

  gtk_check_button_set_group (GTK_CHECK_BUTTON (right), GTK_CHECK_BUTTON (left));
  gtk_box_append (GTK_BOX (card), make_label (qd_routing_at_get_title (at), "heading"));
  gtk_box_append (GTK_BOX (card), make_label (text, "dimmed"));
  gtk_box_append (GTK_BOX (card), left);
  gtk_box_append (GTK_BOX (card), right);
  gtk_widget_add_css_class (card, "card");
  gtk_widget_add_css_class (card, "qd-conflict-side");
  return card;
}

static void
drop_card (QdRoutingClash *self, QdRoutingAt at)
{
  if (self->cards[at])
    gtk_box_remove (GTK_BOX (self->box), self->cards[at]);
  self->cards[at] = NULL;
}

static void
qd_routing_clash_dispose (GObject *object)
{
  g_clear_object (&QD_ROUTING_CLASH (object)->fleet);
  G_OBJECT_CLASS (qd_routing_clash_parent_class)->dispose (object);
}

static void
qd_routing_clash_class_init (QdRoutingClashClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_routing_clash_dispose;
  decided_signal = g_signal_new ("decided", QD_TYPE_ROUTING_CLASH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT, JSON_TYPE_NODE);
}

static void
qd_routing_clash_init (QdRoutingClash *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_widget_set_margin_bottom (self->box, 12);
  adw_bin_set_child (ADW_BIN (self), self->box);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

GtkWidget *
qd_routing_clash_new (QdFleet *fleet, const char *connection)
{
  QdRoutingClash *self = g_object_new (QD_TYPE_ROUTING_CLASH, NULL);

  self->fleet = g_object_ref (fleet);
  self->connection = g_intern_string (connection);
  return GTK_WIDGET (self);
}

void
qd_routing_clash_add (QdRoutingClash *self, guint fields, JsonObject *base, JsonObject *mine, JsonObject *theirs)
{
  for (QdRoutingAt at = 0; at < QD_ROUTING_N_AT; at++)
    if (fields & 1u << at)
      {
        drop_card (self, at);
        self->cards[at] = make_card (self, at, base, mine, theirs);
        gtk_box_append (GTK_BOX (self->box), self->cards[at]);
        gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
      }
  self->undecided |= fields;
}

void
qd_routing_clash_clear (QdRoutingClash *self)
{
  for (QdRoutingAt at = 0; at < QD_ROUTING_N_AT; at++)
    drop_card (self, at);
  self->undecided = 0;
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

guint
qd_routing_clash_get_n_undecided (QdRoutingClash *self)
{
  return (guint) __builtin_popcount (self->undecided);
}
