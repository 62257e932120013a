/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-detail-sections.h"

#include <glib/gi18n.h>

#include "qd-state.h"

#define COLUMN_WIDTH 560

typedef struct {
  GtkWidget *row, *image;
  AdwNavigationPage *page;   /* ours too: who fills it may do so while the view is gone */
  GtkWidget *scroller, *nothing;
  const char *empty;         /* static */
  gboolean always;
} Section;

struct _QdDetailSections {
  AdwBin parent_instance;

  AdwNavigationView *view;   /* weak */
  GtkWidget *list;
  GArray *sections;          /* Section */
};

G_DEFINE_FINAL_TYPE (QdDetailSections, qd_detail_sections, ADW_TYPE_BIN)

static void
section_clear (gpointer data)
{
  g_clear_object (&((Section *) data)->page);
}

static Section *
get_section (QdDetailSections *self, guint i)
{
  return &g_array_index (self->sections, Section, i);
}

static void
row_activated_cb (QdDetailSections *self, GtkListBoxRow *row)
{
  for (guint i = 0; i < self->sections->len; i++)
    if (get_section (self, i)->row == GTK_WIDGET (row))
      qd_detail_sections_open (self, i);
}

/* The view puts the focus back where it was; not where it was outside, as on a button that is about to go. */
static void
popped_cb (QdDetailSections *self, AdwNavigationPage *page)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  for (guint i = 0; i < self->sections->len; i++)
    if (get_section (self, i)->page == page && (focus == NULL || !gtk_widget_is_ancestor (focus, GTK_WIDGET (self->view))))
      gtk_widget_grab_focus (get_section (self, i)->row);
}

static void
qd_detail_sections_dispose (GObject *object)
{
  g_clear_weak_pointer (&QD_DETAIL_SECTIONS (object)->view);
  g_clear_pointer (&QD_DETAIL_SECTIONS (object)->sections, g_array_unref);
  G_OBJECT_CLASS (qd_detail_sections_parent_class)->dispose (object);
}

static void
qd_detail_sections_class_init (QdDetailSectionsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_detail_sections_dispose;
}

static void
qd_detail_sections_init (QdDetailSections *self)
{
  self->sections = g_array_new (FALSE, TRUE, sizeof (Section));
  g_array_set_clear_func (self->sections, section_clear);
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->list, "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("What there is to see"), -1);
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (row_activated_cb), self);
  adw_bin_set_child (ADW_BIN (self), self->list);
}

GtkWidget *
qd_detail_sections_new (AdwNavigationView *view)
{
  QdDetailSections *self = g_object_new (QD_TYPE_DETAIL_SECTIONS, NULL);

  g_set_weak_pointer (&self->view, view);
  g_signal_connect_object (view, "popped", G_CALLBACK (popped_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

GtkWidget *
qd_detail_sections_wrap (GtkWidget *content)
{
  GtkWidget *scroller = gtk_scrolled_window_new (), *clamp = adw_clamp_new ();

  gtk_widget_set_margin_top (content, 18);
  gtk_widget_set_margin_bottom (content, 18);
  gtk_widget_set_margin_start (content, 12);
  gtk_widget_set_margin_end (content, 12);
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), COLUMN_WIDTH);
  adw_clamp_set_child (ADW_CLAMP (clamp), content);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), clamp);
  return scroller;
}

static void
build_row (Section *section, const char *title)
{
  GtkWidget *arrow = gtk_image_new_from_icon_name ("go-next-symbolic");

  section->row = adw_action_row_new ();
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (section->row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (section->row), title);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (section->row), 1);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (section->row), 1);
  gtk_widget_add_css_class (section->row, "numeric");
  section->image = qd_state_image_new (QD_STATUS_NONE);
  gtk_widget_set_visible (section->image, FALSE);
  gtk_accessible_update_state (GTK_ACCESSIBLE (arrow), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (section->row), section->image);
  adw_action_row_add_suffix (ADW_ACTION_ROW (section->row), arrow);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (section->row), TRUE);
}

guint
qd_detail_sections_add (QdDetailSections *self, const char *title, const char *empty, gboolean always, GtkWidget *child)
{
  Section section = { .empty = empty, .always = always };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);

  build_row (&section, title);
  section.nothing = gtk_label_new (empty);
  gtk_label_set_wrap (GTK_LABEL (section.nothing), TRUE);
  gtk_label_set_justify (GTK_LABEL (section.nothing), GTK_JUSTIFY_CENTER);
  gtk_widget_set_margin_top (section.nothing, 24);
  gtk_widget_add_css_class (section.nothing, "dimmed");
  gtk_box_append (GTK_BOX (box), child);
  gtk_box_append (GTK_BOX (box), section.nothing);
  section.scroller = qd_detail_sections_wrap (box);
  section.page = g_object_ref_sink (adw_navigation_page_new (section.scroller, title));
  adw_navigation_view_add (self->view, section.page);
  gtk_list_box_append (GTK_LIST_BOX (self->list), section.row);
  g_array_append_val (self->sections, section);
  qd_detail_sections_tell (self, self->sections->len - 1, QD_STATUS_NONE, NULL);
  return self->sections->len - 1;
}

void
qd_detail_sections_tell (QdDetailSections *self, guint i, QdStatus status, const char *summary)
{
  Section *section = get_section (self, i);
  const char *text = summary != NULL ? summary : section->empty;

  /* It sets what it is given even when it is the same, which costs a layout. */
  if (g_strcmp0 (adw_action_row_get_subtitle (ADW_ACTION_ROW (section->row)), text) != 0)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (section->row), text);
  qd_state_image_set (section->image, status);
  gtk_widget_set_visible (section->image, summary != NULL && status != QD_STATUS_NONE);
  gtk_widget_set_visible (section->row, summary != NULL || section->always);
  gtk_widget_set_visible (section->nothing, summary == NULL);
}

void
qd_detail_sections_open (QdDetailSections *self, guint i)
{
  AdwNavigationPage *page = get_section (self, i)->page, *top = adw_navigation_view_get_visible_page (self->view), *below = adw_navigation_view_get_previous_page (self->view, top);

  if (top == page)
    return;
  /* From another section, it takes its place. */
  if (below != NULL)
    adw_navigation_view_replace (self->view, (AdwNavigationPage *[]) { below, page }, 2);
  else
    adw_navigation_view_push (self->view, page);
}

void
qd_detail_sections_rewind (QdDetailSections *self)
{
  for (guint i = 0; i < self->sections->len; i++)
    gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (get_section (self, i)->scroller)), 0);
}
