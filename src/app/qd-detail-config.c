/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-detail-config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-row-list.h"

/* So many are shown at first, and so many at most: more is nothing that one reads, but searches. */
#define FEW 8
#define MANY 500

struct _QdDetailConfig {
  AdwBin parent_instance;

  GtkWidget *list, *search, *more;
  GPtrArray *values;         /* QdConfigValue */
  gboolean all;
};

G_DEFINE_FINAL_TYPE (QdDetailConfig, qd_detail_config, ADW_TYPE_BIN)

static char *
tell_value (const QdConfigValue *value)
{
  const char *now = value->value != NULL ? value->value : _("taken away");

  if (!value->differs)
    return g_strdup (now);
  if (value->general == NULL)
    /* TRANSLATORS: a value of a setting that only this tenant has */
    return g_strdup_printf (_("%s · not set for all"), now);
  /* TRANSLATORS: a setting's value for this tenant, and the one that holds for all others */
  return g_strdup_printf (_("%s · for all: %s"), now, value->general);
}

static gboolean
contains (const char *text, const char *folded)
{
  g_autofree char *own = text != NULL ? g_utf8_casefold (text, -1) : NULL;

  return own != NULL && strstr (own, folded) != NULL;
}

/* @wanted: folded. */
static gboolean
is_wanted (const QdConfigValue *value, const char *wanted)
{
  return *wanted == '\0' || contains (value->path, wanted) || contains (value->value, wanted);
}

/* Those that differ, then the others. */
static guint
add_values (QdDetailConfig *self, gboolean differing, const char *wanted, guint room, guint *found)
{
  guint n = 0;

  for (guint i = 0; i < self->values->len; i++)
    {
      const QdConfigValue *value = self->values->pdata[i];
      g_autofree char *text = NULL;

      if (value->differs != differing || !is_wanted (value, wanted))
        continue;
      (*found)++;
      if (n >= room)
        continue;
      text = tell_value (value);
      qd_row_list_add (QD_ROW_LIST (self->list), NULL, QD_STATUS_NONE, value->path, text, value->source == QD_CONFIG_TENANT ? _("Tenant") : _("All"));
      n++;
    }
  return n;
}

static void
show (QdDetailConfig *self)
{
  g_autofree char *wanted = g_utf8_casefold (gtk_editable_get_text (GTK_EDITABLE (self->search)), -1);
  guint room = self->all || *wanted != '\0' ? MANY : FEW, n, found = 0;
  gboolean many = self->values->len > FEW;

  qd_row_list_begin (QD_ROW_LIST (self->list));
  n = add_values (self, TRUE, wanted, room, &found);
  n += add_values (self, FALSE, wanted, room - n, &found);
  if (n == 0 && self->values->len > 0)
    qd_row_list_add (QD_ROW_LIST (self->list), NULL, QD_STATUS_NONE, _("Nothing is called so"), NULL, NULL);
  qd_row_list_end (QD_ROW_LIST (self->list));
  gtk_widget_set_visible (self->search, many);
  gtk_widget_set_visible (self->more, found > n);
  if (found > n && n < MANY)
    {
      g_autofree char *text = g_strdup_printf (ngettext ("Show All %u Setting", "Show All %u Settings", found), found);

      gtk_button_set_label (GTK_BUTTON (self->more), text);
    }
  else if (found > n)
    {
      g_autofree char *text = g_strdup_printf (ngettext ("%u more setting: search for it", "%u more settings: search for them", found - n), found - n);

      gtk_button_set_label (GTK_BUTTON (self->more), text);
    }
  gtk_widget_set_visible (GTK_WIDGET (self), self->values->len > 0);
}

static void
more_cb (QdDetailConfig *self)
{
  if (self->all)
    gtk_widget_grab_focus (self->search);
  self->all = TRUE;
  show (self);
}

/* Escape leaves what is searched for, then the page. */
static void
stop_cb (QdDetailConfig *self)
{
  if (*gtk_editable_get_text (GTK_EDITABLE (self->search)) != '\0')
    gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "navigation.pop", NULL);
}

static void
qd_detail_config_dispose (GObject *object)
{
  g_clear_pointer (&QD_DETAIL_CONFIG (object)->values, g_ptr_array_unref);
  G_OBJECT_CLASS (qd_detail_config_parent_class)->dispose (object);
}

static void
qd_detail_config_class_init (QdDetailConfigClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_detail_config_dispose;
}

static void
qd_detail_config_init (QdDetailConfig *self)
{
  self->values = g_ptr_array_new ();
}

GtkWidget *
qd_detail_config_new (QdSession *session)
{
  QdDetailConfig *self = g_object_new (QD_TYPE_DETAIL_CONFIG, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  self->list = qd_row_list_new (session, _("Configuration"), NULL, NULL);
  self->search = gtk_search_entry_new ();
  gtk_search_entry_set_placeholder_text (GTK_SEARCH_ENTRY (self->search), _("Search settings"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Search settings"), -1);
  g_signal_connect_object (self->search, "search-changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search, "stop-search", G_CALLBACK (stop_cb), self, G_CONNECT_SWAPPED);
  self->more = gtk_button_new ();
  gtk_widget_add_css_class (self->more, "flat");
  gtk_widget_set_halign (self->more, GTK_ALIGN_CENTER);
  g_signal_connect_object (self->more, "clicked", G_CALLBACK (more_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), self->search);
  gtk_box_append (GTK_BOX (box), self->list);
  gtk_box_append (GTK_BOX (box), self->more);
  adw_bin_set_child (ADW_BIN (self), box);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  return GTK_WIDGET (self);
}

void
qd_detail_config_reset (QdDetailConfig *self)
{
  self->all = FALSE;
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
}

void
qd_detail_config_fill (QdDetailConfig *self, QdEffectiveConfig *config)
{
  g_clear_pointer (&self->values, g_ptr_array_unref);
  self->values = config != NULL ? qd_effective_config_get_values (config) : g_ptr_array_new ();
  show (self);
}

guint
qd_detail_config_count (QdDetailConfig *self, guint *own)
{
  *own = 0;
  for (guint i = 0; i < self->values->len; i++)
    *own += ((const QdConfigValue *) self->values->pdata[i])->differs;
  return self->values->len;
}
