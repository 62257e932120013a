/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-placement-side.h"

#include <glib/gi18n.h>

#include "qd-action-popover.h"
#include "qd-placement-places.h"
#include "qd-placement-row.h"
#include "qd-placement-words.h"

struct _QdPlacementSide {
  AdwBin parent_instance;

  QdPlacementBoard *board;
  char *shard;                  /* NULL: nowhere */
  GtkStringList *ids;
  GtkMultiSelection *selection;
  GtkWidget *title, *facts, *stack, *list, *move, *history;
  GtkWidget *shard_menu, *tenant_menu, *context;
};

G_DEFINE_FINAL_TYPE (QdPlacementSide, qd_placement_side, ADW_TYPE_BIN)

enum { MOVE, CLOSE, HISTORY, MENU, N_SIGNALS };
static guint signals[N_SIGNALS];

/* --- What is listed -------------------------------------------------------------------------------------- */

static gboolean
is_searching (QdPlacementSide *self)
{
  return *qd_placement_board_get_filter (self->board) != '\0';
}

static char **
dup_ids (QdPlacementSide *self)
{
  const QdPlacementRoll *roll = qd_placement_board_get_roll (self->board);
  GPtrArray *all = is_searching (self) && roll != NULL ? roll->tenants : qd_placement_board_get_tenants (self->board, self->shard);
  GPtrArray *ids = g_ptr_array_new ();

  for (guint i = 0; i < all->len; i++)
    if (qd_placement_board_matches (self->board, all->pdata[i]))
      g_ptr_array_add (ids, g_strdup (((const QdRollTenant *) all->pdata[i])->id));
  g_ptr_array_add (ids, NULL);
  return (char **) g_ptr_array_free (ids, FALSE);
}

static gboolean
is_same (GtkStringList *list, char **ids)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (list));

  if (n != g_strv_length (ids))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (g_strcmp0 (gtk_string_list_get_string (list, i), ids[i]) != 0)
      return FALSE;
  return TRUE;
}

static void
update_heading (QdPlacementSide *self)
{
  const QdPlacementRoll *roll = qd_placement_board_get_roll (self->board);
  const QdRollShard *shard = roll != NULL && self->shard != NULL ? qd_placement_roll_get_shard (roll, self->shard) : NULL;
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->ids));
  g_autofree char *facts = NULL;

  if (is_searching (self))
    {
      facts = g_strdup_printf (ngettext ("%u tenant matches", "%u tenants match", n), n);
      gtk_label_set_text (GTK_LABEL (self->title), _("Search"));
    }
  else
    {
      g_autofree char *text = shard != NULL ? qd_placement_tell_facts (shard) : NULL, *fill = shard != NULL ? qd_placement_tell_fill (self->board, shard) : NULL;

      gtk_label_set_text (GTK_LABEL (self->title), self->shard != NULL ? self->shard : _("Placed Nowhere"));
      facts = shard != NULL ? g_strjoin (" · ", fill, *text != '\0' ? text : NULL, NULL) : g_strdup_printf (ngettext ("%u tenant", "%u tenants", n), n);
    }
  gtk_widget_set_visible (self->shard_menu, self->shard != NULL && !is_searching (self));
  gtk_label_set_text (GTK_LABEL (self->facts), facts);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), n > 0 ? "list" : is_searching (self) ? "no-match" : "empty");
}

static void
update (QdPlacementSide *self)
{
  g_auto (GStrv) ids = dup_ids (self);

  if (!is_same (self->ids, ids))
    {
      g_auto (GStrv) selected = qd_placement_side_dup_selected (self);

      gtk_string_list_splice (self->ids, 0, g_list_model_get_n_items (G_LIST_MODEL (self->ids)), (const char *const *) ids);
      for (guint i = 0; ids[i] != NULL; i++)
        if (g_strv_contains ((const char *const *) selected, ids[i]))
          gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), i, FALSE);
    }
  update_heading (self);
}

char **
qd_placement_side_dup_selected (QdPlacementSide *self)
{
  g_autoptr (GtkBitset) set = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  GPtrArray *ids = g_ptr_array_new ();

  for (guint i = 0; i < gtk_bitset_get_size (set); i++)
    g_ptr_array_add (ids, g_strdup (gtk_string_list_get_string (self->ids, gtk_bitset_get_nth (set, i))));
  g_ptr_array_add (ids, NULL);
  return (char **) g_ptr_array_free (ids, FALSE);
}

/* --- What is done ------------------------------------------------------------------------------------------ */

static void
move_cb (QdPlacementSide *self)
{
  g_auto (GStrv) selected = qd_placement_side_dup_selected (self);

  if (*selected != NULL)
    g_signal_emit (self, signals[MOVE], 0, selected);
}

static gboolean
move_key_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  move_cb (data);
  return TRUE;
}

static void
close_cb (QdPlacementSide *self)
{
  g_signal_emit (self, signals[CLOSE], 0);
}

static void
selection_cb (QdPlacementSide *self)
{
  g_autoptr (GtkBitset) set = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  guint64 n = gtk_bitset_get_size (set);
  g_autofree char *text = g_strdup_printf (ngettext ("_Move %u Tenant…", "_Move %u Tenants…", (gulong) n), (guint) n);

  gtk_button_set_label (GTK_BUTTON (self->move), n > 0 ? text : _("_Move…"));
  gtk_widget_set_sensitive (self->move, n > 0);
  gtk_widget_set_sensitive (self->history, n == 1);
  gtk_widget_set_sensitive (self->tenant_menu, n == 1);
}

static void
activate_cb (QdPlacementSide *self, guint position)
{
  const char *one[] = { gtk_string_list_get_string (self->ids, position), NULL };

  if (*one != NULL)
    g_signal_emit (self, signals[MOVE], 0, one);
}

static void
history_cb (QdPlacementSide *self)
{
  g_auto (GStrv) selected = qd_placement_side_dup_selected (self);

  if (*selected != NULL)
    g_signal_emit (self, signals[HISTORY], 0, *selected);
}

/* Who is taken out of the plan stays where it is. */
static gboolean
keep_key_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  QdPlacementSide *self = data;
  g_auto (GStrv) selected = qd_placement_side_dup_selected (self);

  qd_placement_board_keep (self->board, (const char *const *) selected);
  return TRUE;
}

static void
fill_shard_cb (QdPlacementSide *self, QdActionPopover *popover)
{
  g_signal_emit (self, signals[MENU], 0, popover, NULL);
}

static void
fill_tenant_cb (QdPlacementSide *self, QdActionPopover *popover)
{
  g_auto (GStrv) selected = qd_placement_side_dup_selected (self);

  if (*selected != NULL)
    g_signal_emit (self, signals[MENU], 0, popover, *selected);
}

static void
show_menu (QdPlacementSide *self, GtkWidget *row, double x, double y)
{
  graphene_point_t here;

  if (!gtk_widget_compute_point (row, GTK_WIDGET (self), &GRAPHENE_POINT_INIT ((float) x, (float) y), &here))
    return;
  gtk_popover_set_pointing_to (GTK_POPOVER (self->context), &(GdkRectangle) { (int) here.x, (int) here.y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->context));
}

/* Of the row under the pointer, which is selected first. */
static void
pressed_cb (QdPlacementSide *self, int n, double x, double y, GtkGesture *gesture)
{
  GtkWidget *row = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture));
  const char *id = qd_placement_row_get_tenant (QD_PLACEMENT_ROW (row));

  if (id == NULL)
    return;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  qd_placement_side_select (self, id);
  show_menu (self, row, x, y);
}

static gboolean
menu_key_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  QdPlacementSide *self = data;
  g_auto (GStrv) selected = qd_placement_side_dup_selected (self);
  GtkWidget *row = gtk_widget_get_focus_child (self->list);

  if (g_strv_length (selected) != 1)
    return FALSE;
  show_menu (self, row != NULL ? row : self->list, 24, 24);
  return TRUE;
}

/* Whoever drags one of several that are selected drags them all. */
static GdkContentProvider *
prepare_cb (QdPlacementSide *self, double x, double y, GtkDragSource *source)
{
  GtkWidget *row = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (source));
  const char *id = qd_placement_row_get_tenant (QD_PLACEMENT_ROW (row));
  g_auto (GStrv) selected = qd_placement_side_dup_selected (self);
  const char *one[] = { id, NULL };

  if (id == NULL)
    return NULL;
  return qd_placement_drag_new (qd_placement_board_get_roll (self->board)->kind,
                                g_strv_contains ((const char *const *) selected, id) ? (const char *const *) selected : one);
}

/* --- Rows ----------------------------------------------------------------------------------------------------- */

static void
setup_cb (QdPlacementSide *self, GtkListItem *item)
{
  GtkWidget *row = qd_placement_row_new (self->board);
  GtkDragSource *drag = gtk_drag_source_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_drag_source_set_actions (drag, GDK_ACTION_MOVE);
  g_signal_connect_object (drag, "prepare", G_CALLBACK (prepare_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (drag));
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect_object (click, "pressed", G_CALLBACK (pressed_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (click));
  gtk_list_item_set_child (item, row);
}

static void
bind_cb (QdPlacementSide *self, GtkListItem *item)
{
  qd_placement_row_set_tenant (QD_PLACEMENT_ROW (gtk_list_item_get_child (item)), gtk_string_object_get_string (gtk_list_item_get_item (item)), item);
}

static void
unbind_cb (QdPlacementSide *self, GtkListItem *item)
{
  qd_placement_row_set_tenant (QD_PLACEMENT_ROW (gtk_list_item_get_child (item)), NULL, NULL);
}

/* --- The widget -------------------------------------------------------------------------------------------------- */

static GtkWidget *
make_label (const char *style)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (label, style);
  return label;
}

static GtkWidget *
make_menu (QdPlacementSide *self, const char *name, GCallback fill)
{
  QdActionPopover *popover = qd_action_popover_new ();

  g_signal_connect_object (popover, "fill", fill, self, G_CONNECT_SWAPPED);
  return qd_action_popover_make_button (popover, name);
}

static GtkWidget *
build_head (QdPlacementSide *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *close = gtk_button_new_from_icon_name ("window-close-symbolic");

  self->title = make_label ("heading");
  self->facts = make_label ("caption");
  gtk_widget_add_css_class (self->facts, "dimmed");
  gtk_label_set_ellipsize (GTK_LABEL (self->facts), PANGO_ELLIPSIZE_NONE);
  gtk_label_set_wrap (GTK_LABEL (self->facts), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->facts), PANGO_WRAP_WORD_CHAR);
  gtk_box_append (GTK_BOX (words), self->title);
  gtk_box_append (GTK_BOX (words), self->facts);
  gtk_widget_set_hexpand (words, TRUE);
  gtk_widget_add_css_class (close, "flat");
  gtk_widget_set_valign (close, GTK_ALIGN_START);
  gtk_widget_set_tooltip_text (close, _("Close the list of tenants"));
  g_signal_connect_object (close, "clicked", G_CALLBACK (close_cb), self, G_CONNECT_SWAPPED);
  self->shard_menu = make_menu (self, _("What this shard can be asked"), G_CALLBACK (fill_shard_cb));
  gtk_widget_set_valign (self->shard_menu, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (line), words);
  gtk_box_append (GTK_BOX (line), self->shard_menu);
  gtk_box_append (GTK_BOX (line), close);
  gtk_widget_add_css_class (line, "qd-placement-head");
  return line;
}

static GtkWidget *
build_list (QdPlacementSide *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkEventController *keys = gtk_shortcut_controller_new ();

  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_cb), self, G_CONNECT_SWAPPED);
  self->list = gtk_list_view_new (g_object_ref (GTK_SELECTION_MODEL (self->selection)), factory);
  gtk_widget_add_css_class (self->list, "navigation-sidebar");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Tenants"),
                                  GTK_ACCESSIBLE_PROPERTY_KEY_SHORTCUTS, "m", -1);
  g_signal_connect_object (self->list, "activate", G_CALLBACK (activate_cb), self, G_CONNECT_SWAPPED);
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys),
                                        gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_m, 0), gtk_callback_action_new (move_key_cb, self, NULL)));
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys),
                                        gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Delete, 0), gtk_callback_action_new (keep_key_cb, self, NULL)));
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys),
                                        gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("Menu|<Shift>F10"), gtk_callback_action_new (menu_key_cb, self, NULL)));
  gtk_widget_add_controller (self->list, keys);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->list);
  return scroller;
}

static GtkWidget *
make_status (const char *icon, const char *title, const char *description)
{
  GtkWidget *page = adw_status_page_new ();

  adw_status_page_set_icon_name (ADW_STATUS_PAGE (page), icon);
  adw_status_page_set_title (ADW_STATUS_PAGE (page), title);
  adw_status_page_set_description (ADW_STATUS_PAGE (page), description);
  gtk_widget_add_css_class (page, "compact");
  return page;
}

static void
build (QdPlacementSide *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *foot = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), build_list (self), "list");
  gtk_stack_add_named (GTK_STACK (self->stack), make_status ("qd-nodes-symbolic", _("No Tenants"), _("Nobody is placed here.")), "empty");
  gtk_stack_add_named (GTK_STACK (self->stack), make_status ("edit-find-symbolic", _("No Matches"), _("No tenant has that in its name.")), "no-match");
  gtk_widget_set_vexpand (self->stack, TRUE);
  self->move = gtk_button_new_with_mnemonic (_("_Move…"));
  self->history = gtk_button_new_with_mnemonic (_("_History…"));
  gtk_widget_set_hexpand (self->move, TRUE);
  gtk_widget_add_css_class (foot, "qd-placement-head");
  g_signal_connect_object (self->history, "clicked", G_CALLBACK (history_cb), self, G_CONNECT_SWAPPED);
  gtk_button_set_can_shrink (GTK_BUTTON (self->move), TRUE);
  gtk_widget_set_tooltip_text (self->move, _("Choose where the selected tenants go (m)"));
  g_signal_connect_object (self->move, "clicked", G_CALLBACK (move_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), build_head (self));
  gtk_box_append (GTK_BOX (box), self->stack);
  gtk_box_append (GTK_BOX (foot), self->move);
  gtk_box_append (GTK_BOX (foot), self->history);
  self->tenant_menu = make_menu (self, _("What can be done with the selected tenant"), G_CALLBACK (fill_tenant_cb));
  gtk_box_append (GTK_BOX (foot), self->tenant_menu);
  gtk_box_append (GTK_BOX (box), foot);
  adw_bin_set_child (ADW_BIN (self), box);
  self->context = GTK_WIDGET (qd_action_popover_new ());
  gtk_popover_set_has_arrow (GTK_POPOVER (self->context), FALSE);
  g_signal_connect_object (self->context, "fill", G_CALLBACK (fill_tenant_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_set_parent (self->context, GTK_WIDGET (self));
}

static void
qd_placement_side_dispose (GObject *object)
{
  QdPlacementSide *self = QD_PLACEMENT_SIDE (object);

  g_clear_pointer (&self->context, gtk_widget_unparent);
  g_clear_object (&self->board);
  g_clear_object (&self->selection);
  g_clear_pointer (&self->shard, g_free);
  G_OBJECT_CLASS (qd_placement_side_parent_class)->dispose (object);
}

static void
qd_placement_side_class_init (QdPlacementSideClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_placement_side_dispose;
  signals[MOVE] = g_signal_new ("move", QD_TYPE_PLACEMENT_SIDE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRV);
  signals[CLOSE] = g_signal_new ("close", QD_TYPE_PLACEMENT_SIDE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[MENU] = g_signal_new ("menu", QD_TYPE_PLACEMENT_SIDE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, QD_TYPE_ACTION_POPOVER,
                                G_TYPE_STRING);
  signals[HISTORY] = g_signal_new ("history", QD_TYPE_PLACEMENT_SIDE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
qd_placement_side_init (QdPlacementSide *self)
{
  self->ids = gtk_string_list_new (NULL);
  self->selection = gtk_multi_selection_new (G_LIST_MODEL (self->ids));
}

GtkWidget *
qd_placement_side_new (QdPlacementBoard *board)
{
  QdPlacementSide *self = g_object_new (QD_TYPE_PLACEMENT_SIDE, NULL);

  self->board = g_object_ref (board);
  build (self);
  g_signal_connect_object (self->selection, "selection-changed", G_CALLBACK (selection_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->ids, "items-changed", G_CALLBACK (selection_cb), self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (board, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  selection_cb (self);
  update (self);
  return GTK_WIDGET (self);
}

void
qd_placement_side_set_shard (QdPlacementSide *self, const char *shard)
{
  g_set_str (&self->shard, shard);
  update (self);
}

const char *
qd_placement_side_get_shard (QdPlacementSide *self)
{
  return self->shard;
}

void
qd_placement_side_select (QdPlacementSide *self, const char *tenant)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->ids)); i++)
    if (g_strcmp0 (gtk_string_list_get_string (self->ids, i), tenant) == 0)
      {
        gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), i, TRUE);
        gtk_list_view_scroll_to (GTK_LIST_VIEW (self->list), i, GTK_LIST_SCROLL_NONE, NULL);
      }
}

void
qd_placement_side_focus (QdPlacementSide *self)
{
  gtk_widget_grab_focus (self->list);
}
