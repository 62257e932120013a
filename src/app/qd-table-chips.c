/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-table-chips.h"

#include <glib/gi18n.h>

#include "qd-display.h"
#include "qd-state.h"

struct _QdTableChips {
  AdwBin parent_instance;

  GtkWidget *box;
  QdKind kind;
  guint mask;
  char *text;
  gboolean clearing;
};

G_DEFINE_FINAL_TYPE (QdTableChips, qd_table_chips, ADW_TYPE_BIN)

static guint changed_signal;

static void
set_text (QdTableChips *self, const char *word)
{
  const QdSchema *schema = qd_schema_get (self->kind);

  g_free (self->text);
  self->text = word != NULL ? g_strdup_printf ("%s:%s", schema->fields[qd_display_state_field (self->kind)].id, word) : g_strdup ("");
}

static void
tell (QdTableChips *self)
{
  if (!self->clearing)
    g_signal_emit (self, changed_signal, 0);
}

static void
status_toggled_cb (QdTableChips *self, GtkToggleButton *chip)
{
  guint bit = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (chip), "qd-bit"));

  if (gtk_toggle_button_get_active (chip))
    self->mask |= bit;
  else
    self->mask &= ~bit;
  tell (self);
}

static void
set_all_off (QdTableChips *self, GtkWidget *but)
{
  self->clearing = TRUE;
  for (GtkWidget *chip = gtk_widget_get_first_child (self->box); chip != NULL; chip = gtk_widget_get_next_sibling (chip))
    if (chip != but)
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (chip), FALSE);
  self->clearing = FALSE;
}

/* Of words one at a time: a filter's conditions hold all together. */
static void
word_toggled_cb (QdTableChips *self, GtkToggleButton *chip)
{
  gboolean active = gtk_toggle_button_get_active (chip);

  if (self->clearing)
    return;
  if (active)
    set_all_off (self, GTK_WIDGET (chip));
  set_text (self, active ? g_object_get_data (G_OBJECT (chip), "qd-word") : NULL);
  tell (self);
}

static GtkWidget *
add_chip (QdTableChips *self, QdStatus status, const char *label)
{
  GtkWidget *chip = gtk_toggle_button_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  g_autofree char *tip = g_strdup_printf (_("Show only: %s"), label);

  if (status != QD_STATUS_NONE)
    gtk_box_append (GTK_BOX (box), qd_state_image_new (status));
  gtk_box_append (GTK_BOX (box), gtk_label_new (label));
  gtk_button_set_child (GTK_BUTTON (chip), box);
  gtk_widget_add_css_class (chip, "qd-chip");
  gtk_widget_set_tooltip_text (chip, tip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (chip), GTK_ACCESSIBLE_PROPERTY_LABEL, tip, -1);
  adw_wrap_box_append (ADW_WRAP_BOX (self->box), chip);
  return chip;
}

static const char *const *
get_words (QdKind kind)
{
  static const char *const flows[] = { "active", "idle", "blocked", "closed", NULL };
  static const char *const events[] = { "critical", "warning", "info", NULL };
  static const char *const jobs[] = { "running", "waiting", "failed", "succeeded", "cancelled", NULL };
  static const char *const tenants[] = { "active", "degraded", "suspended", "provisioning", "archived", NULL };
  static const char *const shards[] = { "ready", "draining", "starting", "down", NULL };
  static const char *const records[] = { "succeeded", "failed", "refused", "cancelled", "interrupted", "begun", NULL };

  switch (kind)
    {
    case QD_KIND_FLOW: return flows;
    case QD_KIND_EVENT: return events;
    case QD_KIND_TENANT: return tenants;
    case QD_KIND_SHARD: return shards;
    case QD_KIND_AUDIT: return records;
    default: return jobs;
    }
}

static void
add_words (QdTableChips *self)
{
  for (const char *const *word = get_words (self->kind); *word != NULL; word++)
    {
      GtkWidget *chip = add_chip (self, qd_display_status_of_word (*word), qd_display_word (*word));

      g_object_set_data (G_OBJECT (chip), "qd-word", (gpointer) *word);
      g_signal_connect_swapped (chip, "toggled", G_CALLBACK (word_toggled_cb), self);
    }
}

static void
add_statuses (QdTableChips *self)
{
  for (int status = QD_STATUS_DOWN; status >= QD_STATUS_WELL; status--)
    {
      GtkWidget *chip = add_chip (self, (QdStatus) status, qd_status_get_label ((QdStatus) status));

      g_object_set_data (G_OBJECT (chip), "qd-bit", GUINT_TO_POINTER (1u << status));
      g_signal_connect_swapped (chip, "toggled", G_CALLBACK (status_toggled_cb), self);
    }
}

static void
qd_table_chips_finalize (GObject *object)
{
  g_free (QD_TABLE_CHIPS (object)->text);
  G_OBJECT_CLASS (qd_table_chips_parent_class)->finalize (object);
}

static void
qd_table_chips_class_init (QdTableChipsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_table_chips_finalize;

  changed_signal = g_signal_new ("changed", QD_TYPE_TABLE_CHIPS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
qd_table_chips_init (QdTableChips *self)
{
  self->text = g_strdup ("");
  self->box = adw_wrap_box_new ();
  adw_wrap_box_set_child_spacing (ADW_WRAP_BOX (self->box), 6);
  adw_wrap_box_set_line_spacing (ADW_WRAP_BOX (self->box), 6);
  adw_bin_set_child (ADW_BIN (self), self->box);
}

/**
 * qd_table_chips_new:
 *
 * Returns: (transfer floating): chips for the states of @kind, none chosen
 */
GtkWidget *
qd_table_chips_new (QdKind kind)
{
  QdTableChips *self = g_object_new (QD_TYPE_TABLE_CHIPS, NULL);

  self->kind = kind;
  if (qd_display_state_field (kind) >= 0)
    add_words (self);
  else if (qd_schema_get (kind)->fields[QD_FIELD_STATUS].title != NULL)
    add_statuses (self);
  else
    gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  return GTK_WIDGET (self);
}

guint
qd_table_chips_get_mask (QdTableChips *self)
{
  return self->mask;
}

const char *
qd_table_chips_get_text (QdTableChips *self)
{
  return self->text;
}

/* Chooses all again; the caller knows, so that nothing is emitted. */
void
qd_table_chips_clear (QdTableChips *self)
{
  set_all_off (self, NULL);
  self->mask = 0;
  set_text (self, NULL);
}
