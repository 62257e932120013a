/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-table.h"

#include <glib/gi18n.h>

#include "qd-display.h"
#include "qd-grid.h"
#include "qd-table-chips.h"
#include "qd-table-empty.h"
#include "qd-table-options.h"
#include "qd-table-text.h"

/* Rows that changed find their new places so often; no figure jumps about more than that. */
#define PLACE_MS 1000
#define LOADING_MS 300

struct _QdTable {
  AdwBin parent_instance;

  GtkWidget *search;
  GtkWidget *count;
  GtkWidget *chips;
  GtkWidget *stack;
  GtkWidget *status_page;
  GtkWidget *clear_button;
  GtkWidget *grid;
  GtkPopover *menu;

  QdSession *session;
  QdView *view;
  GMenuModel *row_menu;

  QdKind kind;
  gboolean pointer_inside;
  gboolean focus_inside;
  guint place_timer;
  guint state_idle;
  guint filter_idle;
  guint loading_timer;
  gboolean loading_shown;
  GCancellable *cancellable;
  char *no_export;          /* why not, or NULL */
};

G_DEFINE_FINAL_TYPE (QdTable, qd_table, ADW_TYPE_BIN)

enum { SELECTION_CHANGED, ACTIVATED, N_SIGNALS };
static guint signals[N_SIGNALS];

static const QdSchema *
get_schema (QdTable *self)
{
  return qd_schema_get (self->kind);
}

static QdFleet *
get_fleet (QdTable *self)
{
  return qd_session_get_fleet (self->session);
}

/* --- What is shown when there are no rows ------------------------------------------------------ */

static QdEntity *
get_connection_entity (QdTable *self)
{
  const char *shown = qd_session_get_connection (self->session);
  QdEntityList *list = qd_fleet_get_list (get_fleet (self), QD_KIND_CONNECTION);

  if (shown != NULL)
    return qd_fleet_lookup (get_fleet (self), shown, QD_KIND_CONNECTION, shown);
  return qd_entity_list_peek (list, 0);
}

static gboolean
loading_cb (gpointer user_data)
{
  QdTable *self = user_data;

  self->loading_timer = 0;
  self->loading_shown = TRUE;
  gtk_widget_set_visible (self->status_page, TRUE);
  return G_SOURCE_REMOVE;
}

/* Nothing is said for the first 300 ms: mostly the rows are there by then. */
static void
wait_before_saying (QdTable *self)
{
  if (self->loading_shown || self->loading_timer != 0)
    return;
  gtk_widget_set_visible (self->status_page, FALSE);
  self->loading_timer = g_timeout_add (LOADING_MS, loading_cb, self);
}

static void
update_count (QdTable *self, guint shown, guint total)
{
  g_autofree char *text = shown == total ? g_strdup_printf ("%'u", total)
                                         /* TRANSLATORS: how many rows are shown of how many: "412 of 5,000" */
                                         : g_strdup_printf (_("%'u of %'u"), shown, total);

  if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (self->count)), text) != 0)
    gtk_label_set_text (GTK_LABEL (self->count), text);
}

static gboolean
update_state_cb (gpointer user_data)
{
  QdTable *self = user_data;
  guint shown = qd_view_get_length (self->view);
  guint total = qd_fleet_count (get_fleet (self), self->kind);

  self->state_idle = 0;
  update_count (self, shown, total);
  gtk_widget_set_visible (self->clear_button, total > 0);
  if (shown > 0 || total > 0)
    g_clear_handle_id (&self->loading_timer, g_source_remove);
  if (shown == 0 && total > 0)
    {
      qd_table_say_no_match (ADW_STATUS_PAGE (self->status_page));
      gtk_widget_set_visible (self->status_page, TRUE);
    }
  else if (shown == 0 && qd_table_say_empty (ADW_STATUS_PAGE (self->status_page), self->kind, get_connection_entity (self)))
    wait_before_saying (self);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), shown > 0 ? "rows" : "empty");
  return G_SOURCE_REMOVE;
}

static void
queue_update_state (QdTable *self)
{
  if (self->state_idle == 0)
    self->state_idle = g_idle_add (update_state_cb, self);
}

static QdGrid *
get_grid (QdTable *self)
{
  return QD_GRID (self->grid);
}

static QdGridSelection *
get_selection (QdTable *self)
{
  return qd_grid_get_selection (get_grid (self));
}

/* --- Filtering ---------------------------------------------------------------------------------- */

static void
update_filter (QdTable *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));
  const char *connection = qd_session_get_connection (self->session);
  g_autoptr (QdFilter) filter = NULL;
  guint mask = qd_table_chips_get_mask (QD_TABLE_CHIPS (self->chips));
  g_autofree char *whole = g_strconcat (qd_table_chips_get_text (QD_TABLE_CHIPS (self->chips)), " ", text, NULL);

  g_clear_handle_id (&self->filter_idle, g_source_remove);
  if (whole[1] != '\0' || connection != NULL || mask != 0)
    filter = qd_filter_new (whole, connection, mask);
  qd_view_set_filter (self->view, filter);
  /* Another filter or order is another list, which is read from its top. */
  qd_grid_scroll_to_top (get_grid (self));
  queue_update_state (self);
}

static gboolean
update_filter_cb (gpointer user_data)
{
  QdTable *self = user_data;

  self->filter_idle = 0;
  update_filter (self);
  return G_SOURCE_REMOVE;
}

/* What is typed over what was there is first a text that is empty, and then the one that is meant: only the
 * last is filtered by, before anything is drawn. */
static void
text_changed_cb (QdTable *self)
{
  if (self->filter_idle == 0)
    self->filter_idle = g_idle_add_full (G_PRIORITY_HIGH_IDLE, update_filter_cb, self, NULL);
}

static void
clear_filter_cb (QdTable *self)
{
  qd_table_chips_clear (QD_TABLE_CHIPS (self->chips));
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  update_filter (self);
}

/* --- Placing ------------------------------------------------------------------------------------ */

/* Rows are held but for an instant now and then, and all the while someone is at work in them. */
static gboolean
place_cb (gpointer user_data)
{
  QdTable *self = user_data;

  if (!self->pointer_inside && !self->focus_inside)
    {
      qd_view_set_hold (self->view, FALSE);
      qd_view_set_hold (self->view, TRUE);
    }
  return G_SOURCE_CONTINUE;
}

static void
enter_cb (QdTable *self)
{
  self->pointer_inside = TRUE;
}

static void
leave_cb (QdTable *self)
{
  self->pointer_inside = FALSE;
}

static void
focus_enter_cb (QdTable *self)
{
  self->focus_inside = TRUE;
}

static void
focus_leave_cb (QdTable *self)
{
  self->focus_inside = FALSE;
}

static void
watch_use (QdTable *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new (), *focus = gtk_event_controller_focus_new ();

  g_signal_connect_swapped (motion, "enter", G_CALLBACK (enter_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect_swapped (focus, "enter", G_CALLBACK (focus_enter_cb), self);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (focus_leave_cb), self);
  gtk_widget_add_controller (self->grid, motion);
  gtk_widget_add_controller (self->grid, focus);
}

static void
sorted_cb (QdTable *self, QdGridColumns *columns)
{
  gboolean descending;
  guint field = qd_grid_columns_get_sort (columns, &descending);

  qd_view_set_sort (self->view, field, descending);
  qd_grid_scroll_to_top (get_grid (self));
}

/* --- The menu of rows --------------------------------------------------------------------------- */

static void
popup_menu (QdTable *self, GtkWidget *at, double x, double y)
{
  g_autoptr (GMenu) menu = g_menu_new (), copy = g_menu_new ();
  graphene_point_t point = GRAPHENE_POINT_INIT ((float) x, (float) y), here;

  if (self->row_menu != NULL)
    g_menu_append_section (menu, NULL, self->row_menu);
  g_menu_append (copy, _("Copy as _Text"), "table.copy-text");
  g_menu_append (copy, _("Copy as _JSON"), "table.copy-json");
  g_menu_append (copy, _("Copy as _curl Command"), "table.copy-curl");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (copy));
  if (!gtk_widget_compute_point (at, GTK_WIDGET (self), &point, &here))
    return;
  if (self->menu == NULL)
    {
      self->menu = GTK_POPOVER (gtk_popover_menu_new_from_model (NULL));
      gtk_popover_set_has_arrow (self->menu, FALSE);
      gtk_widget_set_halign (GTK_WIDGET (self->menu), GTK_ALIGN_START);
      gtk_widget_set_parent (GTK_WIDGET (self->menu), GTK_WIDGET (self));
    }
  gtk_popover_menu_set_menu_model (GTK_POPOVER_MENU (self->menu), G_MENU_MODEL (menu));
  gtk_popover_set_pointing_to (self->menu, &(GdkRectangle) { (int) here.x, (int) here.y, 1, 1 });
  gtk_popover_popup (self->menu);
}

static void
secondary_pressed_cb (QdTable *self, int n, double x, double y)
{
  QdEntity *entity = qd_grid_pick (get_grid (self), x, y);

  if (entity == NULL)
    return;
  if (!qd_grid_selection_contains (get_selection (self), entity))
    qd_grid_selection_set_only (get_selection (self), entity);
  qd_grid_go (get_grid (self), entity, TRUE);
  popup_menu (self, self->grid, x, y);
}

static void
menu_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  QdTable *self = QD_TABLE (widget);
  graphene_point_t point;

  if (qd_grid_selection_get_n (get_selection (self)) == 0)
    return;
  qd_grid_get_cursor_point (get_grid (self), &point);
  popup_menu (self, self->grid, (double) point.x, (double) point.y);
}

/* --- Columns ------------------------------------------------------------------------------------ */

/* Columns whose words or figures are longer or shorter than others' of their type: in a window of the size it has
 * at first, no column that matters is cut, and a name and a state fill 360 px. */
static const struct { QdKind kind; guint field; int width; } widths[] = {
  { QD_KIND_SITE, QD_SITE_KIND, 120 }, { QD_KIND_SITE, QD_SITE_VERSION, 100 }, { QD_KIND_SITE, QD_SITE_LAST_SEEN, 104 },
  { QD_KIND_SITE, QD_SITE_PATHS, 80 },
  { QD_KIND_PATH, QD_PATH_LATENCY_MS, 95 }, { QD_KIND_PATH, QD_PATH_JITTER_MS, 85 }, { QD_KIND_PATH, QD_PATH_LOSS_PCT, 80 },
  { QD_KIND_PATH, QD_PATH_BANDWIDTH_MBPS, 140 }, { QD_KIND_PATH, QD_PATH_SCORE, 70 }, { QD_KIND_PATH, QD_PATH_MEASURED_AT, 104 },
  { QD_KIND_FLOW, QD_FLOW_STATE, 110 }, { QD_KIND_FLOW, QD_FLOW_SRC_IP, 140 }, { QD_KIND_FLOW, QD_FLOW_DST_IP, 140 },
  { QD_KIND_FLOW, QD_FLOW_DST_PORT, 120 }, { QD_KIND_FLOW, QD_FLOW_PROTOCOL, 80 }, { QD_KIND_FLOW, QD_FLOW_PATH, 244 },
  { QD_KIND_EVENT, QD_EVENT_SEVERITY, 120 }, { QD_KIND_EVENT, QD_EVENT_AT, 110 },
  { QD_KIND_JOB, QD_JOB_STATE, 120 }, { QD_KIND_JOB, QD_JOB_KIND, 130 }, { QD_KIND_JOB, QD_JOB_PROGRESS, 90 },
  { QD_KIND_JOB, QD_JOB_CREATED_BY, 90 }, { QD_KIND_JOB, QD_JOB_REASON, 124 },
  { QD_KIND_ROUTING, QD_FIELD_NAME, 180 }, { QD_KIND_ROUTING, QD_ROUTING_PRIORITY, 85 }, { QD_KIND_ROUTING, QD_ROUTING_ENABLED, 85 },
  { QD_KIND_ROUTING, QD_ROUTING_FLOWS, 85 }, { QD_KIND_ROUTING, QD_ROUTING_MATCH, 220 },
  { QD_KIND_TENANT, QD_FIELD_STATUS_TEXT, 120 }, { QD_KIND_TENANT, QD_TENANT_PLAN, 95 }, { QD_KIND_TENANT, QD_TENANT_AGGREGATE, 90 },
  { QD_KIND_TENANT, QD_TENANT_PROJECTION, 90 }, { QD_KIND_TENANT, QD_TENANT_RUNNER, 80 }, { QD_KIND_TENANT, QD_TENANT_HEALTH, 90 },
  { QD_KIND_TENANT, QD_TENANT_IN_FLIGHT, 80 }, { QD_KIND_TENANT, QD_TENANT_LAG, 59 },
  { QD_KIND_AUDIT, QD_AUDIT_OUTCOME, 120 }, { QD_KIND_AUDIT, QD_AUDIT_AT, 104 }, { QD_KIND_AUDIT, QD_AUDIT_WHO, 110 },
  { QD_KIND_AUDIT, QD_AUDIT_ON, 120 }, { QD_KIND_AUDIT, QD_AUDIT_WHERE, 110 }, { QD_KIND_AUDIT, QD_AUDIT_WHY, 140 },
};

/* In pixels, so that nothing is measured and no column jumps. */
static int
width_of (QdKind kind, guint number)
{
  for (gsize i = 0; i < G_N_ELEMENTS (widths); i++)
    if (widths[i].kind == kind && widths[i].field == number)
      return widths[i].width;
  if (number == QD_FIELD_NAME)
    return 240;
  switch (qd_schema_get (kind)->fields[number].type)
    {
    case QD_VALUE_INT:
    case QD_VALUE_DOUBLE:
    case QD_VALUE_BOOL: return 110;
    case QD_VALUE_TIME:
    case QD_VALUE_STATUS: return 130;
    default: return 150;
    }
}

static void
add_column (QdTable *self, guint number)
{
  const QdField *field = &get_schema (self)->fields[number];
  g_autofree char *title = field->unit != NULL ? g_strdup_printf ("%s (%s)", _(field->title), field->unit) : g_strdup (_(field->title));

  qd_grid_columns_add (qd_grid_get_columns (get_grid (self)),
                       &(QdGridColumn) { .field = number, .title = title, .is_number = qd_display_is_number (field),
                                         .expand = number == (self->kind == QD_KIND_FLOW ? QD_FLOW_PATH : QD_FIELD_NAME), .visible = field->shown,
                                         .width = width_of (self->kind, number) });
}

/* What a kind is first sorted by: what happened last, what is asked first; else by name. */
static guint
first_sort (QdKind kind, gboolean *descending)
{
  *descending = kind == QD_KIND_EVENT || kind == QD_KIND_JOB || kind == QD_KIND_FLOW || kind == QD_KIND_AUDIT;
  switch (kind)
    {
    case QD_KIND_EVENT: return QD_EVENT_AT;
    case QD_KIND_JOB: return QD_JOB_STARTED_AT;
    case QD_KIND_AUDIT: return QD_AUDIT_AT;
    case QD_KIND_FLOW: return QD_FLOW_BYTES_TX;
    case QD_KIND_ROUTING: return QD_ROUTING_PRIORITY;
    default: return QD_FIELD_NAME;
    }
}

static void
add_columns (QdTable *self)
{
  const QdSchema *schema = get_schema (self);
  int state = qd_display_state_field (self->kind);
  gboolean descending;
  guint sort = first_sort (self->kind, &descending);

  /* What it is called, how it is, its own fields; those that every kind has come last. */
  add_column (self, QD_FIELD_NAME);
  if (state >= 0 || schema->fields[QD_FIELD_STATUS].title != NULL)
    add_column (self, state >= 0 ? (guint) state : QD_FIELD_STATUS);
  for (guint i = QD_FIELD_OWN; i < schema->n_fields; i++)
    if (schema->fields[i].title != NULL && (int) i != state)
      add_column (self, i);
  for (guint i = QD_FIELD_SINCE; i < QD_FIELD_OWN; i++)
    if (schema->fields[i].title != NULL)
      add_column (self, i);
  g_signal_connect_object (qd_grid_get_columns (get_grid (self)), "sorted", G_CALLBACK (sorted_cb), self, G_CONNECT_SWAPPED);
  qd_grid_columns_set_sort (qd_grid_get_columns (get_grid (self)), sort, descending);
}

/* --- Taking rows elsewhere ---------------------------------------------------------------------- */

static void
copy_to_clipboard (QdTable *self, char *taken)
{
  g_autofree char *text = taken;

  if (text == NULL)
    {
      qd_session_toast (self->session, _("Could not copy: the server has no address for this"));
      return;
    }
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  qd_session_toast (self->session, _("Copied"));
}

static void
copy_action_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  QdTable *self = QD_TABLE (widget);
  g_autoptr (GPtrArray) selection = qd_table_get_selection (self);

  if (selection->len == 0)
    return;
  if (g_str_equal (name, "table.copy-json"))
    copy_to_clipboard (self, qd_table_text_json (selection));
  else if (g_str_equal (name, "table.copy-curl"))
    copy_to_clipboard (self, qd_table_text_curl (qd_session_get_hub (self->session), selection));
  else
    copy_to_clipboard (self, qd_table_copy (self));
}

static void
exported_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QdSession) session = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  guint n = 0;

  if (qd_table_csv_finish (result, &n, &error))
    text = g_strdup_printf (ngettext ("%'u row exported", "%'u rows exported", n), n);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  else
    text = g_strdup (error->message);
  qd_session_toast (session, text);
}

static void
file_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QdTable) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, &error);
  g_autoptr (GPtrArray) entities = g_ptr_array_new_with_free_func (g_object_unref);

  if (file == NULL)
    {
      if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED) && self->session != NULL)
        qd_session_toast (self->session, error->message);
      return;
    }
  if (self->session == NULL)
    return;
  g_autoptr (GArray) fields = qd_table_get_fields (self);
  for (guint i = 0; i < qd_view_get_length (self->view); i++)
    g_ptr_array_add (entities, g_object_ref (qd_view_peek (self->view, i)));
  qd_table_csv_async (get_fleet (self), entities, (guint *) fields->data, fields->len, file, self->cancellable, exported_cb,
                      g_object_ref (self->session));
}

/**
 * qd_table_export:
 *
 * Asks for a file and writes what is shown to it, in its order, as CSV.
 */
void
qd_table_export (QdTable *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autofree char *name = g_strdup_printf ("%s.csv", get_schema (self)->plural);

  gtk_file_dialog_set_title (dialog, _("Export as CSV"));
  gtk_file_dialog_set_initial_name (dialog, name);
  gtk_file_dialog_save (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), self->cancellable, file_chosen_cb,
                        g_object_ref (self));
}

void
qd_table_set_no_export (QdTable *self, const char *why)
{
  g_set_str (&self->no_export, why);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "table.export", why == NULL);
}

const char *
qd_table_get_no_export (QdTable *self)
{
  return self->no_export;
}

static void
export_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  qd_table_export (QD_TABLE (widget));
}

/* --- The object --------------------------------------------------------------------------------- */

static void
selection_cb (QdTable *self)
{
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

static void
activate_cb (QdTable *self, QdEntity *entity)
{
  g_signal_emit (self, signals[ACTIVATED], 0, entity);
}

/* A connection that went away or came back dims or undims what is shown of it. */
static void
connections_changed_cb (QdTable *self)
{
  qd_grid_refresh (get_grid (self));
  queue_update_state (self);
}

static void
qd_table_map (GtkWidget *widget)
{
  QdTable *self = QD_TABLE (widget);

  GTK_WIDGET_CLASS (qd_table_parent_class)->map (widget);
  qd_view_set_hold (self->view, TRUE);
  self->place_timer = g_timeout_add (PLACE_MS, place_cb, self);
}

static void
qd_table_unmap (GtkWidget *widget)
{
  QdTable *self = QD_TABLE (widget);

  g_clear_handle_id (&self->place_timer, g_source_remove);
  self->pointer_inside = FALSE;
  GTK_WIDGET_CLASS (qd_table_parent_class)->unmap (widget);
}

static void
qd_table_dispose (GObject *object)
{
  QdTable *self = QD_TABLE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->place_timer, g_source_remove);
  g_clear_handle_id (&self->state_idle, g_source_remove);
  g_clear_handle_id (&self->filter_idle, g_source_remove);
  g_clear_handle_id (&self->loading_timer, g_source_remove);
  if (self->menu != NULL)
    gtk_widget_unparent (GTK_WIDGET (g_steal_pointer (&self->menu)));
  self->grid = NULL;
  g_clear_object (&self->view);
  g_clear_object (&self->row_menu);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (qd_table_parent_class)->dispose (object);
}

static void
qd_table_finalize (GObject *object)
{
  QdTable *self = QD_TABLE (object);

  g_object_unref (self->cancellable);
  g_free (self->no_export);
  G_OBJECT_CLASS (qd_table_parent_class)->finalize (object);
}

static void
qd_table_class_init (QdTableClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qd_table_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_table_finalize;
  widget_class->map = qd_table_map;
  widget_class->unmap = qd_table_unmap;

  signals[SELECTION_CHANGED] = g_signal_new ("selection-changed", QD_TYPE_TABLE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                             G_TYPE_NONE, 0);
  /**
   * QdTable::activated:
   * @entity: the thing whose row was opened
   */
  signals[ACTIVATED] = g_signal_new ("activated", QD_TYPE_TABLE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, QD_TYPE_ENTITY);
  gtk_widget_class_install_action (widget_class, "table.copy-text", NULL, copy_action_cb);
  gtk_widget_class_install_action (widget_class, "table.copy-json", NULL, copy_action_cb);
  gtk_widget_class_install_action (widget_class, "table.copy-curl", NULL, copy_action_cb);
  gtk_widget_class_install_action (widget_class, "table.export", NULL, export_cb);
  gtk_widget_class_install_action (widget_class, "table.menu", NULL, menu_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Menu, 0, "table.menu", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, "table.menu", NULL);
}

static void
qd_table_init (QdTable *self)
{
  self->cancellable = g_cancellable_new ();
}

static GtkWidget *
build_bar (QdTable *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *options = qd_table_options_new (self);

  self->search = gtk_search_entry_new ();
  gtk_search_entry_set_placeholder_text (GTK_SEARCH_ENTRY (self->search), _("Filter: words, field:value, field>number"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Filter the rows"), -1);
  gtk_widget_set_hexpand (self->search, TRUE);
  g_signal_connect_swapped (self->search, "changed", G_CALLBACK (text_changed_cb), self);
  self->count = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->count, "numeric");
  gtk_widget_add_css_class (self->count, "dimmed");
  gtk_box_append (GTK_BOX (line), self->search);
  gtk_box_append (GTK_BOX (line), self->count);
  gtk_box_append (GTK_BOX (line), options);
  gtk_box_append (GTK_BOX (bar), line);

  self->chips = qd_table_chips_new (self->kind);
  g_signal_connect_swapped (self->chips, "changed", G_CALLBACK (update_filter), self);
  gtk_box_append (GTK_BOX (bar), self->chips);
  gtk_widget_add_css_class (bar, "qd-table-bar");
  return bar;
}

static GtkWidget *
build_empty (QdTable *self)
{
  self->status_page = adw_status_page_new ();
  self->clear_button = gtk_button_new_with_mnemonic (_("_Clear Filter"));
  gtk_widget_add_css_class (self->clear_button, "pill");
  gtk_widget_set_halign (self->clear_button, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (self->clear_button, "clicked", G_CALLBACK (clear_filter_cb), self);
  adw_status_page_set_child (ADW_STATUS_PAGE (self->status_page), self->clear_button);
  gtk_widget_set_vexpand (self->status_page, TRUE);
  return self->status_page;
}

static GtkWidget *
build_rows (QdTable *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkGesture *menu;

  self->grid = qd_grid_new (get_fleet (self), self->view, self->kind);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->grid), GTK_ACCESSIBLE_PROPERTY_LABEL, _(get_schema (self)->title), -1);
  add_columns (self);
  g_signal_connect_object (self->grid, "activated", G_CALLBACK (activate_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (get_selection (self), "changed", G_CALLBACK (selection_cb), self, G_CONNECT_SWAPPED);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->grid);
  gtk_widget_set_vexpand (scrolled, TRUE);
  watch_use (self);
  menu = gtk_gesture_click_new ();
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (menu), GDK_BUTTON_SECONDARY);
  g_signal_connect_swapped (menu, "pressed", G_CALLBACK (secondary_pressed_cb), self);
  gtk_widget_add_controller (self->grid, GTK_EVENT_CONTROLLER (menu));
  return scrolled;
}

/**
 * qd_table_new:
 * @session: what the window looks at
 * @kind: what the rows are
 *
 * Returns: (transfer floating): a table
 */
GtkWidget *
qd_table_new (QdSession *session, QdKind kind)
{
  QdTable *self = g_object_new (QD_TYPE_TABLE, NULL);
  QdEntityList *list = qd_fleet_get_list (qd_session_get_fleet (session), kind);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->session = g_object_ref (session);
  self->kind = kind;
  self->view = qd_view_new (list);
  self->stack = gtk_stack_new ();
  gtk_box_append (GTK_BOX (box), build_bar (self));
  gtk_stack_add_named (GTK_STACK (self->stack), build_rows (self), "rows");
  gtk_stack_add_named (GTK_STACK (self->stack), build_empty (self), "empty");
  gtk_box_append (GTK_BOX (box), self->stack);
  adw_bin_set_child (ADW_BIN (self), box);
  qd_table_options_load (self);

  g_signal_connect_object (session, "notify::connection", G_CALLBACK (update_filter), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (list, "items-changed", G_CALLBACK (queue_update_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "items-changed", G_CALLBACK (queue_update_state), self, G_CONNECT_SWAPPED);
  QdEntityList *connections = qd_fleet_get_list (get_fleet (self), QD_KIND_CONNECTION);
  g_signal_connect_object (connections, "items-updated", G_CALLBACK (connections_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (connections, "items-changed", G_CALLBACK (connections_changed_cb), self, G_CONNECT_SWAPPED);
  update_filter (self);
  return GTK_WIDGET (self);
}

QdSession *
qd_table_get_session (QdTable *self)
{
  return self->session;
}

QdKind
qd_table_get_kind (QdTable *self)
{
  return self->kind;
}

QdView *
qd_table_get_view (QdTable *self)
{
  return self->view;
}

GPtrArray *
qd_table_get_selection (QdTable *self)
{
  return qd_grid_selection_list (get_selection (self));
}

QdEntity *
qd_table_get_selected (QdTable *self)
{
  return qd_grid_selection_get_only (get_selection (self));
}

gboolean
qd_table_select (QdTable *self, QdEntity *entity)
{
  if (!qd_view_contains (self->view, entity) && qd_entity_get_kind (entity) == self->kind)
    clear_filter_cb (self);
  if (!qd_view_contains (self->view, entity))
    return FALSE;
  qd_grid_selection_set_only (get_selection (self), entity);
  qd_grid_go (get_grid (self), entity, TRUE);
  return TRUE;
}

void
qd_table_select_several (QdTable *self, GPtrArray *entities)
{
  qd_grid_selection_set_list (get_selection (self), entities);
}

void
qd_table_clear_selection (QdTable *self)
{
  qd_grid_selection_clear (get_selection (self));
}

void
qd_table_set_row_menu (QdTable *self, GMenuModel *menu)
{
  g_set_object (&self->row_menu, menu);
}

void
qd_table_focus_search (QdTable *self)
{
  gtk_widget_grab_focus (self->search);
}

const char *
qd_table_get_filter_text (QdTable *self)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->search));
}

void
qd_table_set_filter_text (QdTable *self, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), text);
  update_filter (self);
}

gboolean
qd_table_get_column_visible (QdTable *self, guint field)
{
  QdGridColumns *columns = qd_grid_get_columns (get_grid (self));
  const QdGridColumn *column = qd_grid_columns_get (columns, qd_grid_columns_find (columns, field));

  return column != NULL && column->visible;
}

void
qd_table_set_column_visible (QdTable *self, guint field, gboolean visible)
{
  QdGridColumns *columns = qd_grid_get_columns (get_grid (self));
  guint at = qd_grid_columns_find (columns, field);

  if (at != QD_GRID_NO_COLUMN)
    qd_grid_columns_set_visible (columns, at, visible);
}

GArray *
qd_table_get_fields (QdTable *self)
{
  QdGridColumns *columns = qd_grid_get_columns (get_grid (self));
  GArray *fields = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; (i = qd_grid_columns_next (columns, i)) != QD_GRID_NO_COLUMN; i++)
    g_array_append_val (fields, qd_grid_columns_get (columns, i)->field);
  return fields;
}

char *
qd_table_copy (QdTable *self)
{
  g_autoptr (GPtrArray) selection = qd_table_get_selection (self);
  g_autoptr (GArray) fields = qd_table_get_fields (self);

  if (selection->len == 0)
    return NULL;
  return qd_table_text_plain (get_fleet (self), selection, (guint *) fields->data, fields->len);
}
