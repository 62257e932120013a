/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-palette.h"

#include <glib/gi18n.h>
#include <string.h>

#include "qd-page.h"
#include "qd-state.h"
#include "qd-view.h"

/* Nobody reads further down; a better word finds it. */
#define MAX_RESULTS 40
/* How many things are looked at in one go, so that a hundred thousand flows never stop a key press. */
#define SLICE 4000

struct _QdPalette {
  AdwDialog parent_instance;

  QdSession *session;
  GtkWidget *origin;         /* weak */
  char **actions;
  GtkWidget *entry;
  GtkWidget *stack;
  GtkWidget *list;
  GtkWidget *scroller;

  QdFilter *filter;
  guint n_results;
  guint search;              /* idle source */
  guint kind_index, position; /* how far the search is */
};

G_DEFINE_FINAL_TYPE (QdPalette, qd_palette, ADW_TYPE_DIALOG)

/* Looked through in this order: few and named first. */
static const QdKind kinds[] = { QD_KIND_SITE, QD_KIND_NODE, QD_KIND_PATH, QD_KIND_TENANT, QD_KIND_ROUTING, QD_KIND_JOB, QD_KIND_LINK, QD_KIND_FLOW, QD_KIND_EVENT };

/* --- Results ------------------------------------------------------------------------------- */

static GtkWidget *
add_row (QdPalette *self, const char *title, const char *subtitle, GtkWidget *icon)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 1);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 1);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  gtk_list_box_append (GTK_LIST_BOX (self->list), row);
  if (self->n_results++ == 0)
    gtk_list_box_select_row (GTK_LIST_BOX (self->list), GTK_LIST_BOX_ROW (row));
  return row;
}

static gboolean
contains (const char *text, const char *wanted)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);
  g_autofree char *needle = g_utf8_casefold (wanted, -1);

  return strstr (folded, needle) != NULL;
}

static void
add_pages (QdPalette *self, const char *text)
{
  guint n;
  const QdPageInfo *pages = qd_page_list (&n);

  for (guint i = 0; i < n && self->n_results < MAX_RESULTS; i++)
    if (contains (_(pages[i].title), text))
      {
        GtkWidget *row = add_row (self, _(pages[i].title), _("Page"), gtk_image_new_from_icon_name (pages[i].icon_name));

        g_object_set_data (G_OBJECT (row), "page", (gpointer) pages[i].id);
      }
}

static void
add_actions (QdPalette *self, const char *text)
{
  for (guint i = 0; self->actions[i] != NULL; i += 3)
    if (self->n_results < MAX_RESULTS && contains (self->actions[i + 1], text))
      {
        const char *why = self->actions[i + 2];
        GtkWidget *row = add_row (self, self->actions[i + 1], *why != '\0' ? why : _("Action"), gtk_image_new_from_icon_name ("system-run-symbolic"));

        g_object_set_data (G_OBJECT (row), "action", self->actions[i]);
        gtk_widget_set_sensitive (row, *why == '\0');
        if (*why != '\0')
          adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
      }
}

static void
add_entity (QdPalette *self, QdEntity *entity)
{
  QdStatus status = qd_entity_get_status (entity);
  const QdSchema *schema = qd_entity_get_schema (entity);
  g_autofree char *subtitle = NULL;
  GtkWidget *row;

  if (status != QD_STATUS_NONE)
    subtitle = g_strdup_printf ("%s · %s", _(schema->title), qd_status_get_label (status));
  else
    subtitle = g_strdup (_(schema->title));
  row = add_row (self, qd_entity_get_name (entity), subtitle, qd_state_image_new (status));
  g_object_set_data_full (G_OBJECT (row), "entity", g_object_ref (entity), g_object_unref);
}

static void
show_outcome (QdPalette *self, gboolean searching)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  if (self->n_results > 0)
    gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "results");
  else if (!searching)
    gtk_stack_set_visible_child_name (GTK_STACK (self->stack), *text != '\0' ? "nothing" : "results");
}

/* --- Searching ----------------------------------------------------------------------------- */

static gboolean
search_cb (gpointer user_data)
{
  QdPalette *self = user_data;
  QdFleet *fleet = qd_session_get_fleet (self->session);

  for (guint looked = 0; looked < SLICE && self->n_results < MAX_RESULTS; looked++)
    {
      QdEntity *entity;

      if (self->kind_index >= G_N_ELEMENTS (kinds))
        break;
      entity = qd_entity_list_peek (qd_fleet_get_list (fleet, kinds[self->kind_index]), self->position++);
      if (entity == NULL)
        {
          self->kind_index++;
          self->position = 0;
        }
      else if (qd_filter_match (self->filter, entity))
        add_entity (self, entity);
    }

  if (self->kind_index < G_N_ELEMENTS (kinds) && self->n_results < MAX_RESULTS)
    {
      show_outcome (self, TRUE);
      return G_SOURCE_CONTINUE;
    }
  show_outcome (self, FALSE);
  self->search = 0;
  return G_SOURCE_REMOVE;
}

static void
search_changed_cb (QdPalette *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  g_autofree char *wanted = g_strstrip (g_strdup (text));

  g_clear_handle_id (&self->search, g_source_remove);
  g_clear_pointer (&self->filter, qd_filter_unref);
  gtk_list_box_remove_all (GTK_LIST_BOX (self->list));
  self->n_results = 0;
  self->kind_index = self->position = 0;

  add_pages (self, wanted);
  add_actions (self, wanted);
  if (*wanted == '\0')
    {
      show_outcome (self, FALSE);
      return;
    }
  self->filter = qd_filter_new (wanted, qd_session_get_connection (self->session), 0);
  self->search = g_idle_add_full (GDK_PRIORITY_REDRAW + 10, search_cb, self, NULL);
}

/* --- Choosing ------------------------------------------------------------------------------ */

static void
row_activated_cb (QdPalette *self, GtkListBoxRow *row)
{
  QdEntity *found = g_object_get_data (G_OBJECT (row), "entity");
  g_autoptr (QdEntity) entity = found != NULL ? g_object_ref (found) : NULL;
  g_autofree char *action = g_strdup (g_object_get_data (G_OBJECT (row), "action"));
  const char *page = g_object_get_data (G_OBJECT (row), "page");
  g_autoptr (QdSession) session = g_object_ref (self->session);
  g_autoptr (GtkWidget) origin = self->origin != NULL ? g_object_ref (self->origin) : NULL;

  /* It says why not. */
  if (!gtk_widget_get_sensitive (GTK_WIDGET (row)))
    return;
  adw_dialog_close (ADW_DIALOG (self));
  if (entity != NULL)
    qd_session_open (session, entity);
  else if (page != NULL)
    qd_session_open_page (session, page);
  else if (action != NULL && origin != NULL)
    gtk_widget_activate_action (origin, action, NULL);
}

static void
activate_cb (QdPalette *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));

  if (row != NULL)
    row_activated_cb (self, row);
}

static void
move_selection (QdPalette *self, int step)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));
  int index = row != NULL ? gtk_list_box_row_get_index (row) + step : 0;
  graphene_rect_t bounds;

  row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), CLAMP (index, 0, (int) self->n_results - 1));
  if (row == NULL)
    return;
  gtk_list_box_select_row (GTK_LIST_BOX (self->list), row);
  if (gtk_widget_compute_bounds (GTK_WIDGET (row), self->list, &bounds))
    {
      GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller));

      gtk_adjustment_clamp_page (adjustment, bounds.origin.y, bounds.origin.y + bounds.size.height);
    }
}

/* The entry keeps the focus; up and down move in the list all the same. */
static gboolean
key_pressed_cb (QdPalette *self, guint keyval, guint keycode, GdkModifierType state, GtkEventControllerKey *controller)
{
  switch (keyval)
    {
    case GDK_KEY_Up:
      move_selection (self, -1);
      return GDK_EVENT_STOP;
    case GDK_KEY_Down:
      move_selection (self, 1);
      return GDK_EVENT_STOP;
    case GDK_KEY_Page_Up:
      move_selection (self, -8);
      return GDK_EVENT_STOP;
    case GDK_KEY_Page_Down:
      move_selection (self, 8);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

/* --- The object ---------------------------------------------------------------------------- */

static void
qd_palette_dispose (GObject *object)
{
  QdPalette *self = QD_PALETTE (object);

  g_clear_handle_id (&self->search, g_source_remove);
  g_clear_pointer (&self->filter, qd_filter_unref);
  g_clear_weak_pointer (&self->origin);
  g_clear_object (&self->session);
  g_clear_pointer (&self->actions, g_strfreev);
  G_OBJECT_CLASS (qd_palette_parent_class)->dispose (object);
}

static void
qd_palette_class_init (QdPaletteClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_palette_dispose;
}

static GtkWidget *
build_results (QdPalette *self)
{
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_BROWSE);
  gtk_list_box_set_activate_on_single_click (GTK_LIST_BOX (self->list), TRUE);
  gtk_widget_add_css_class (self->list, "navigation-sidebar");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Found"), -1);
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (row_activated_cb), self);

  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), self->list);
  gtk_widget_set_vexpand (self->scroller, TRUE);
  return self->scroller;
}

static void
qd_palette_init (QdPalette *self)
{
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *bar = adw_header_bar_new ();
  GtkWidget *nothing = adw_status_page_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->entry = gtk_search_entry_new ();
  gtk_widget_set_hexpand (self->entry, TRUE);
  gtk_search_entry_set_placeholder_text (GTK_SEARCH_ENTRY (self->entry), _("Search things and actions"));
  gtk_search_entry_set_search_delay (GTK_SEARCH_ENTRY (self->entry), 0);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Search things and actions"), -1);
  g_signal_connect_swapped (self->entry, "search-changed", G_CALLBACK (search_changed_cb), self);
  g_signal_connect_swapped (self->entry, "activate", G_CALLBACK (activate_cb), self);
  g_signal_connect_swapped (self->entry, "stop-search", G_CALLBACK (adw_dialog_close), self);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (self->entry, keys);
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (bar), self->entry);

  adw_status_page_set_icon_name (ADW_STATUS_PAGE (nothing), "edit-find-symbolic");
  adw_status_page_set_title (ADW_STATUS_PAGE (nothing), _("Nothing Found"));
  adw_status_page_set_description (ADW_STATUS_PAGE (nothing), _("Try a name, an address, or a state such as status:down"));
  gtk_widget_add_css_class (nothing, "compact");

  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), build_results (self), "results");
  gtk_stack_add_named (GTK_STACK (self->stack), nothing, "nothing");

  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), bar);
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), self->stack);
  adw_dialog_set_title (ADW_DIALOG (self), _("Search"));
  adw_dialog_set_content_width (ADW_DIALOG (self), 560);
  adw_dialog_set_content_height (ADW_DIALOG (self), 480);
  adw_dialog_set_child (ADW_DIALOG (self), view);
  adw_dialog_set_focus (ADW_DIALOG (self), self->entry);
}

AdwDialog *
qd_palette_new (QdSession *session, GtkWidget *origin, const char *const *actions)
{
  QdPalette *self = g_object_new (QD_TYPE_PALETTE, NULL);

  self->session = g_object_ref (session);
  g_set_weak_pointer (&self->origin, origin);
  self->actions = g_strdupv ((char **) actions);
  search_changed_cb (self);
  return ADW_DIALOG (self);
}

void
qd_palette_set_text (QdPalette *self, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
}

guint
qd_palette_get_n_results (QdPalette *self)
{
  return self->n_results;
}
