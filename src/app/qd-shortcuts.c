/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-shortcuts.h"

#include <glib/gi18n.h>

typedef struct {
  const char *title;
  const char *accelerator;
} Shortcut;

static const Shortcut general[] = {
  { N_("Search things and actions"), "<Control>k" },
  { N_("Find on this page"), "<Control>f" },
  { N_("Refresh"), "F5" },
  { N_("Preferences"), "<Control>comma" },
  { N_("Keyboard shortcuts"), "<Control>question" },
  { N_("Open the main menu"), "F10" },
  { N_("Close the window"), "<Control>w" },
  { N_("Quit"), "<Control>q" },
};

static const Shortcut pages[] = {
  { N_("Go to the first page, the second…"), "<Alt>1" },
  { N_("Copy what is selected"), "<Control>c" },
  { N_("Select everything in a table"), "<Control>a" },
  { N_("Take back a change of the topology’s arrangement"), "<Control>z" },
  { N_("Do it again"), "<Control><Shift>z" },
  { N_("Menu of what is in focus"), "<Shift>F10" },
  { N_("Go along the lines of the node in focus"), "Page_Down" },
  { N_("Move a card forwards"), "<Alt>Right" },
  { N_("Move a card backwards"), "<Alt>Left" },
  { N_("Ask a routing policy earlier, where their order is changed"), "<Alt>Up" },
  { N_("Ask it later"), "<Alt>Down" },
};

static const Shortcut editor[] = {
  { N_("Complete what is being written"), "<Control>space" },
  { N_("Describe what is at the cursor"), "<Control>i" },
  { N_("Fix the problem at the cursor"), "<Control>period" },
  { N_("Go to the next problem"), "F8" },
  { N_("Find and replace"), "<Control>h" },
  { N_("Go to the next match"), "<Control>g" },
  { N_("Go to a line"), "<Control>l" },
  { N_("Fold what the cursor is in"), "<Control><Shift>bracketleft" },
  { N_("Unfold it"), "<Control><Shift>bracketright" },
  { N_("Fold everything"), "<Control><Alt>bracketleft" },
  { N_("Unfold everything"), "<Control><Alt>bracketright" },
};

static void
append_key (GtkWidget *box, const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_add_css_class (label, "keycap");
  gtk_widget_set_valign (label, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), label);
}

/* Each key of an accelerator as a key cap. */
static GtkWidget *
create_keys (const char *accelerator)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GdkModifierType modifiers;
  g_autofree char *name = NULL;
  guint key;

  gtk_accelerator_parse (accelerator, &key, &modifiers);
  if (modifiers & GDK_CONTROL_MASK)
    append_key (box, C_("keyboard", "Ctrl"));
  if (modifiers & GDK_ALT_MASK)
    append_key (box, C_("keyboard", "Alt"));
  if (modifiers & GDK_SHIFT_MASK)
    append_key (box, C_("keyboard", "Shift"));
  name = gtk_accelerator_get_label (key, 0);
  append_key (box, name);
  /* keys are read from left to right in every language */
  gtk_widget_set_direction (box, GTK_TEXT_DIR_LTR);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  return box;
}

static GtkWidget *
create_group (const char *title, const Shortcut *shortcuts, guint n)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  for (guint i = 0; i < n; i++)
    {
      GtkWidget *row = adw_action_row_new ();

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _(shortcuts[i].title));
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), create_keys (shortcuts[i].accelerator));
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
    }
  return group;
}

AdwDialog *
qd_shortcuts_dialog_new (void)
{
  AdwDialog *dialog = adw_dialog_new ();
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *page = adw_preferences_page_new ();

  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page),
                            ADW_PREFERENCES_GROUP (create_group (_("General"), general, G_N_ELEMENTS (general))));
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page),
                            ADW_PREFERENCES_GROUP (create_group (_("Pages"), pages, G_N_ELEMENTS (pages))));
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page),
                            ADW_PREFERENCES_GROUP (create_group (_("Texts of Policies"), editor, G_N_ELEMENTS (editor))));
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), page);
  adw_dialog_set_title (dialog, _("Keyboard Shortcuts"));
  adw_dialog_set_content_width (dialog, 480);
  adw_dialog_set_content_height (dialog, 640);
  adw_dialog_set_child (dialog, view);
  return dialog;
}
