/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-routing-sorter.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "qd-routing-batch.h"
#include "qd-routing-order.h"
#include "qd-routing-words.h"

/* Nobody drags further; the editor has a field for the number. */
#define MAX_ROWS 1000

#define QD_TYPE_ROUTING_SORTER (qd_routing_sorter_get_type ())
G_DECLARE_FINAL_TYPE (QdRoutingSorter, qd_routing_sorter, QD, ROUTING_SORTER, AdwDialog)

struct _QdRoutingSorter {
  AdwDialog parent_instance;

  QdSession *session;
  const char *connection;   /* interned */
  GtkWidget *list, *apply, *scrolled;
};

G_DEFINE_FINAL_TYPE (QdRoutingSorter, qd_routing_sorter, ADW_TYPE_DIALOG)

#define ROW_POLICY "qd-policy"   /* QdEntity */
#define ROW_BEFORE "qd-before"   /* where it stood */
#define ROW_LABEL "qd-label"     /* the priority */
#define ROW_UP "qd-up"           /* the buttons */
#define ROW_DOWN "qd-down"

/* --- Order -------------------------------------------------------------------------------------------- */

static GtkListBoxRow *
row_at (QdRoutingSorter *self, int nth)
{
  return gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), nth);
}

static int
priority_of (QdEntity *policy)
{
  gint64 priority = 0;

  qd_entity_get_int (policy, QD_ROUTING_PRIORITY, &priority);
  return (int) CLAMP (priority, 0, QD_ROUTING_MAX_PRIORITY);
}

static guint
count_rows (QdRoutingSorter *self)
{
  guint n = 0;

  while (row_at (self, (int) n))
    n++;
  return n;
}

/* (transfer full) what each row's policy is to have */
static int *
assign (QdRoutingSorter *self, guint n)
{
  g_autofree int *now = g_new (int, n);
  g_autofree guint *before = g_new (guint, n);
  int *wanted = g_new (int, n);

  for (guint i = 0; i < n; i++)
    {
      GObject *row = G_OBJECT (row_at (self, (int) i));

      now[i] = priority_of (g_object_get_data (row, ROW_POLICY));
      before[i] = GPOINTER_TO_UINT (g_object_get_data (row, ROW_BEFORE));
    }
  qd_routing_order_assign (now, before, n, wanted);
  return wanted;
}

static void
update_rows (QdRoutingSorter *self)
{
  guint n = count_rows (self), changed = 0;
  g_autofree int *wanted = assign (self, n);

  for (guint i = 0; i < n; i++)
    {
      GObject *row = G_OBJECT (row_at (self, (int) i));
      int now = priority_of (g_object_get_data (row, ROW_POLICY));
      GtkWidget *label = g_object_get_data (row, ROW_LABEL);
      g_autofree char *text = now == wanted[i] ? g_strdup_printf ("%d", now) : g_strdup_printf ("%d → %d", now, wanted[i]);

      changed += now != wanted[i];
      gtk_widget_set_sensitive (g_object_get_data (row, ROW_UP), i > 0);
      gtk_widget_set_sensitive (g_object_get_data (row, ROW_DOWN), i + 1 < n);
      gtk_label_set_text (GTK_LABEL (label), text);
      if (now == wanted[i])
        gtk_widget_remove_css_class (label, "accent");
      else
        gtk_widget_add_css_class (label, "accent");
    }
  gtk_widget_set_sensitive (self->apply, changed > 0);
}

static void
move_row (QdRoutingSorter *self, GtkListBoxRow *row, int to)
{
  int from = gtk_list_box_row_get_index (row);
  g_autofree char *text = NULL;

  if (to < 0 || from == to || row_at (self, to) == NULL)
    return;
  g_object_ref (row);
  gtk_list_box_remove (GTK_LIST_BOX (self->list), GTK_WIDGET (row));
  gtk_list_box_insert (GTK_LIST_BOX (self->list), GTK_WIDGET (row), to);
  g_object_unref (row);
  gtk_widget_grab_focus (GTK_WIDGET (row));
  update_rows (self);
  /* TRANSLATORS: told to who cannot see it: a policy's name, and where it stands now */
  text = g_strdup_printf (_("%s is number %d now"), qd_entity_get_name (g_object_get_data (G_OBJECT (row), ROW_POLICY)), to + 1);
  gtk_accessible_announce (GTK_ACCESSIBLE (self), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static GtkListBoxRow *
row_of (GtkWidget *child)
{
  return GTK_LIST_BOX_ROW (gtk_widget_get_ancestor (child, GTK_TYPE_LIST_BOX_ROW));
}

static void
up_cb (QdRoutingSorter *self, GtkWidget *button)
{
  GtkListBoxRow *row = row_of (button);

  move_row (self, row, gtk_list_box_row_get_index (row) - 1);
}

static void
down_cb (QdRoutingSorter *self, GtkWidget *button)
{
  GtkListBoxRow *row = row_of (button);

  move_row (self, row, gtk_list_box_row_get_index (row) + 1);
}

static gboolean
key_cb (QdRoutingSorter *self, guint key, guint code, GdkModifierType state)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)));
  GtkListBoxRow *row = focus && gtk_widget_is_ancestor (focus, self->list) ? GTK_IS_LIST_BOX_ROW (focus) ? GTK_LIST_BOX_ROW (focus) : row_of (focus) : NULL;
  int step = key == GDK_KEY_Up || key == GDK_KEY_KP_Up ? -1 : key == GDK_KEY_Down || key == GDK_KEY_KP_Down ? 1 : 0;

  if (row == NULL || step == 0 || !(state & GDK_ALT_MASK))
    return GDK_EVENT_PROPAGATE;
  move_row (self, row, gtk_list_box_row_get_index (row) + step);
  return GDK_EVENT_STOP;
}

/* --- Dragging ------------------------------------------------------------------------------------------- */

static GdkContentProvider *
prepare_cb (GtkDragSource *source, double x, double y, GtkWidget *row)
{
  return gdk_content_provider_new_typed (GTK_TYPE_LIST_BOX_ROW, row);
}

static void
drag_begin_cb (GtkDragSource *source, GdkDrag *drag, GtkWidget *row)
{
  g_autoptr (GdkPaintable) picture = gtk_widget_paintable_new (row);

  gtk_drag_source_set_icon (source, picture, 0, 0);
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, QdRoutingSorter *self)
{
  GtkListBoxRow *row = g_value_get_object (value), *over = gtk_list_box_get_row_at_y (GTK_LIST_BOX (self->list), (int) y);

  if (row == NULL || over == NULL || gtk_widget_get_parent (GTK_WIDGET (row)) != self->list)
    return FALSE;
  move_row (self, row, gtk_list_box_row_get_index (over));
  return TRUE;
}

/* --- Rows ------------------------------------------------------------------------------------------------ */

static void
add_button (QdRoutingSorter *self, GtkWidget *row, const char *icon, const char *name, const char *key, GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_object (button, "clicked", callback, self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  g_object_set_data (G_OBJECT (row), key, button);
}

static GtkWidget *
make_row (QdRoutingSorter *self, QdEntity *policy, guint nth)
{
  GtkWidget *row = adw_action_row_new (), *handle = gtk_image_new_from_icon_name ("list-drag-handle-symbolic"), *label = gtk_label_new (NULL);
  g_autofree char *match = qd_routing_tell_field (qd_session_get_fleet (self->session), policy, QD_ROUTING_MATCH);
  g_autofree char *up = g_strdup_printf (_("Move %s up"), qd_entity_get_name (policy)), *down = g_strdup_printf (_("Move %s down"), qd_entity_get_name (policy));
  GtkDragSource *source = gtk_drag_source_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), qd_entity_get_name (policy));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), match);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 1);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 1);
  gtk_widget_add_css_class (handle, "dimmed");
  gtk_widget_add_css_class (label, "numeric");
  gtk_accessible_update_state (GTK_ACCESSIBLE (handle), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), handle);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
  add_button (self, row, "go-up-symbolic", up, ROW_UP, G_CALLBACK (up_cb));
  add_button (self, row, "go-down-symbolic", down, ROW_DOWN, G_CALLBACK (down_cb));
  g_object_set_data_full (G_OBJECT (row), ROW_POLICY, g_object_ref (policy), g_object_unref);
  g_object_set_data (G_OBJECT (row), ROW_BEFORE, GUINT_TO_POINTER (nth));
  g_object_set_data (G_OBJECT (row), ROW_LABEL, label);
  gtk_drag_source_set_actions (source, GDK_ACTION_MOVE);
  g_signal_connect_object (source, "prepare", G_CALLBACK (prepare_cb), row, 0);
  g_signal_connect_object (source, "drag-begin", G_CALLBACK (drag_begin_cb), row, 0);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (source));
  return row;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  QdEntity *x = *(QdEntity *const *) a, *y = *(QdEntity *const *) b;
  int order = qd_value_compare (qd_entity_get (x, QD_ROUTING_PRIORITY), qd_entity_get (y, QD_ROUTING_PRIORITY));

  if (order == 0)
    order = qd_value_compare (qd_entity_get (x, QD_FIELD_NAME), qd_entity_get (y, QD_FIELD_NAME));
  return order != 0 ? order : g_strcmp0 (qd_entity_get_id (x), qd_entity_get_id (y));
}

static void
fill (QdRoutingSorter *self, QdEntity *first)
{
  QdEntityList *all = qd_fleet_get_list (qd_session_get_fleet (self->session), QD_KIND_ROUTING);
  g_autoptr (GPtrArray) policies = g_ptr_array_new ();
  GtkWidget *focus = NULL;

  for (guint i = 0; i < qd_entity_list_get_length (all); i++)
    if (g_strcmp0 (qd_entity_get_connection (qd_entity_list_peek (all, i)), self->connection) == 0)
      g_ptr_array_add (policies, qd_entity_list_peek (all, i));
  g_ptr_array_sort (policies, compare);
  for (guint i = 0; i < MIN (policies->len, MAX_ROWS); i++)
    {
      GtkWidget *row = make_row (self, policies->pdata[i], i);

      gtk_list_box_append (GTK_LIST_BOX (self->list), row);
      if (focus == NULL || policies->pdata[i] == (gpointer) first)
        focus = row;
    }
  if (focus)
    adw_dialog_set_focus (ADW_DIALOG (self), focus);
  update_rows (self);
}

/* --- The dialog --------------------------------------------------------------------------------------------- */

static void
apply_cb (QdRoutingSorter *self)
{
  guint n = count_rows (self);
  g_autofree int *wanted = assign (self, n);
  g_autoptr (QdRoutingBatch) batch = qd_routing_batch_new (self->session, self->connection);

  for (guint i = 0; i < n; i++)
    {
      QdEntity *policy = g_object_get_data (G_OBJECT (row_at (self, (int) i)), ROW_POLICY);

      if (priority_of (policy) != wanted[i])
        qd_routing_batch_add (batch, policy, wanted[i]);
    }
  if (qd_routing_batch_get_n (batch) > 0)
    qd_routing_batch_run (g_steal_pointer (&batch));
  adw_dialog_close (ADW_DIALOG (self));
}

static void
cancel_cb (QdRoutingSorter *self)
{
  adw_dialog_close (ADW_DIALOG (self));
}

static void
qd_routing_sorter_dispose (GObject *object)
{
  g_clear_object (&QD_ROUTING_SORTER (object)->session);
  G_OBJECT_CLASS (qd_routing_sorter_parent_class)->dispose (object);
}

static void
qd_routing_sorter_class_init (QdRoutingSorterClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_routing_sorter_dispose;
}

static GtkWidget *
build_bar (QdRoutingSorter *self)
{
  GtkWidget *bar = adw_header_bar_new (), *cancel = gtk_button_new_with_mnemonic (_("_Cancel"));

  self->apply = gtk_button_new_with_mnemonic (_("_Apply"));
  gtk_widget_add_css_class (self->apply, "suggested-action");
  g_signal_connect_object (self->apply, "clicked", G_CALLBACK (apply_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (cancel, "clicked", G_CALLBACK (cancel_cb), self, G_CONNECT_SWAPPED);
  adw_header_bar_set_show_end_title_buttons (ADW_HEADER_BAR (bar), FALSE);
  adw_header_bar_set_show_start_title_buttons (ADW_HEADER_BAR (bar), FALSE);
  gtk_button_set_can_shrink (GTK_BUTTON (self->apply), TRUE);
  gtk_button_set_can_shrink (GTK_BUTTON (cancel), TRUE);
  adw_header_bar_pack_start (ADW_HEADER_BAR (bar), cancel);
  adw_header_bar_pack_end (ADW_HEADER_BAR (bar), self->apply);
  return bar;
}

static GtkWidget *
build_content (QdRoutingSorter *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *clamp = adw_clamp_new ();
  GtkWidget *hint = gtk_label_new (_("The first that fits a flow is taken. Drag a policy, or press Alt+Up and Alt+Down."));
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkDropTarget *target = gtk_drop_target_new (GTK_TYPE_LIST_BOX_ROW, GDK_ACTION_MOVE);

  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->list, "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Routing policies in their order"), -1);
  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, 0);
  gtk_widget_add_controller (self->list, GTK_EVENT_CONTROLLER (target));
  /* Before the list moves its focus. */
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  gtk_label_set_wrap (GTK_LABEL (hint), TRUE);
  gtk_label_set_xalign (GTK_LABEL (hint), 0);
  gtk_widget_add_css_class (hint, "dimmed");
  gtk_box_append (GTK_BOX (box), hint);
  gtk_box_append (GTK_BOX (box), self->list);
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 12);
  adw_clamp_set_child (ADW_CLAMP (clamp), box);
  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), clamp);
  return self->scrolled;
}

static void
qd_routing_sorter_init (QdRoutingSorter *self)
{
  GtkWidget *view = adw_toolbar_view_new ();

  adw_dialog_set_title (ADW_DIALOG (self), _("Order of Policies"));
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), build_bar (self));
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), build_content (self));
  adw_dialog_set_child (ADW_DIALOG (self), view);
  adw_dialog_set_content_width (ADW_DIALOG (self), 520);
  adw_dialog_set_content_height (ADW_DIALOG (self), 560);
}

void
qd_routing_sorter_present (QdSession *session, GtkWidget *parent, const char *connection, QdEntity *policy)
{
  QdRoutingSorter *self = g_object_new (QD_TYPE_ROUTING_SORTER, NULL);

  self->session = g_object_ref (session);
  self->connection = g_intern_string (connection);
  fill (self, policy);
  adw_dialog_present (ADW_DIALOG (self), parent);
}
