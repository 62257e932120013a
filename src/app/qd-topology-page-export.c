/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-page-private.h"

#include <string.h>
#include <glib/gi18n.h>

#include "qd-topology-export.h"

#define PRINT_SCALE 3.0

/* --- While it is made -------------------------------------------------------------------------- */

static void
begin (QdTopologyPage *self, const char *words)
{
  g_clear_object (&self->exporting);
  self->exporting = g_cancellable_new ();
  gtk_label_set_label (self->export_label, words);
  gtk_widget_set_visible (self->export_box, TRUE);
  qd_topology_page_update_actions (self);
}

/* FALSE when it was given up, which is no error. */
static gboolean
end (QdTopologyPage *self, const char *failed, const GError *error)
{
  g_autofree char *text = NULL;

  g_clear_object (&self->exporting);
  if (self->model)
    {
      gtk_widget_set_visible (self->export_box, FALSE);
      qd_topology_page_update_actions (self);
    }
  if (error == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
      g_error_matches (error, QD_GRAPH_ERROR, QD_GRAPH_ERROR_CANCELLED) || qd_topology_page_get_session (self) == NULL)
    return error == NULL;
  text = g_strdup_printf ("%s %s", failed, error->message);
  qd_session_toast (qd_topology_page_get_session (self), text);
  return FALSE;
}

void
qd_topology_page_stop_export (QdTopologyPage *self)
{
  if (self->exporting)
    g_cancellable_cancel (self->exporting);
}

static char *
make_title (QdTopologyPage *self)
{
  const char *connection = qd_session_get_connection (qd_topology_page_get_session (self));
  QdEntity *entity = connection ? qd_fleet_lookup (qd_session_get_fleet (qd_topology_page_get_session (self)), connection,
                                                   QD_KIND_CONNECTION, connection) : NULL;

  return entity ? g_strdup_printf (_("Topology: %s"), qd_entity_get_name (entity)) : g_strdup (_("Topology"));
}

/* --- To a file --------------------------------------------------------------------------------- */

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdTopologyPage) self = data;
  g_autoptr (GError) error = NULL;

  qd_topology_save_finish (result, &error);
  if (end (self, _("Could not export the topology."), error) && qd_topology_page_get_session (self))
    qd_session_toast (qd_topology_page_get_session (self), _("The topology was exported"));
}

void
qd_topology_page_export_to (QdTopologyPage *self, GFile *file)
{
  g_autofree char *title = make_title (self);

  begin (self, _("Exporting the topology"));
  qd_topology_save_async (self->model, file, qd_topology_view_get_theme (self->view), title, self->exporting, saved_cb,
                          g_object_ref (self));
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdTopologyPage) self = data;
  g_autoptr (GFile) file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, NULL);

  /* Nothing was chosen. */
  if (file && self->model)
    qd_topology_page_export_to (self, file);
}

static void
add_filter (GListStore *filters, const char *name, const char *suffix)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  gtk_file_filter_add_suffix (filter, suffix);
  g_list_store_append (filters, filter);
}

void
qd_topology_page_export (QdTopologyPage *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GListStore) filters = g_list_store_new (GTK_TYPE_FILE_FILTER);

  add_filter (filters, _("Picture that scales (SVG)"), "svg");
  add_filter (filters, _("Document (PDF)"), "pdf");
  add_filter (filters, _("Picture (PNG)"), "png");
  add_filter (filters, _("Graphviz (DOT)"), "dot");
  add_filter (filters, _("Graph for other programs (GraphML)"), "graphml");
  add_filter (filters, _("Graph as data (JSON)"), "json");
  gtk_file_dialog_set_title (dialog, _("Export the Topology"));
  gtk_file_dialog_set_filters (dialog, G_LIST_MODEL (filters));
  gtk_file_dialog_set_initial_name (dialog, "topology.svg");
  gtk_file_dialog_save (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL, chosen_cb, g_object_ref (self));
}

/* --- On paper ---------------------------------------------------------------------------------- */

typedef struct { const guint8 *data; gsize left; } Reader;

static cairo_status_t
read_cb (void *closure, unsigned char *data, unsigned int length)
{
  Reader *reader = closure;

  if (length > reader->left)
    return CAIRO_STATUS_READ_ERROR;
  memcpy (data, reader->data, length);
  reader->data += length;
  reader->left -= length;
  return CAIRO_STATUS_SUCCESS;
}

/* The whole picture on one sheet, as large as that allows. */
static void
draw_page_cb (GtkPrintOperation *print, GtkPrintContext *context, int page, cairo_surface_t *surface)
{
  cairo_t *cr = gtk_print_context_get_cairo_context (context);
  double width = cairo_image_surface_get_width (surface), height = cairo_image_surface_get_height (surface);
  double scale = MIN (gtk_print_context_get_width (context) / width, gtk_print_context_get_height (context) / height);

  cairo_scale (cr, scale, scale);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_paint (cr);
}

static void
print_surface (QdTopologyPage *self, cairo_surface_t *surface)
{
  g_autoptr (GtkPrintOperation) print = gtk_print_operation_new ();
  g_autoptr (GtkPageSetup) page = gtk_page_setup_new ();
  g_autofree char *title = make_title (self);
  g_autoptr (GError) error = NULL;

  if (cairo_image_surface_get_width (surface) > cairo_image_surface_get_height (surface))
    gtk_page_setup_set_orientation (page, GTK_PAGE_ORIENTATION_LANDSCAPE);
  gtk_print_operation_set_default_page_setup (print, page);
  gtk_print_operation_set_n_pages (print, 1);
  gtk_print_operation_set_job_name (print, title);
  gtk_print_operation_set_allow_async (print, TRUE);
  g_signal_connect_data (print, "draw-page", G_CALLBACK (draw_page_cb), cairo_surface_reference (surface),
                         (GClosureNotify) (void (*) (void)) cairo_surface_destroy, 0);
  if (gtk_print_operation_run (print, GTK_PRINT_OPERATION_ACTION_PRINT_DIALOG,
                               GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), &error) == GTK_PRINT_OPERATION_RESULT_ERROR)
    end (self, _("Could not print the topology."), error);
}

static void
drawn_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdTopologyPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) png = qd_topology_export_finish (result, &error);
  cairo_surface_t *surface;
  Reader reader = { NULL, 0 };

  if (!end (self, _("Could not print the topology."), error) || gtk_widget_get_root (GTK_WIDGET (self)) == NULL)
    return;
  reader.data = g_bytes_get_data (png, &reader.left);
  surface = cairo_image_surface_create_from_png_stream (read_cb, &reader);
  if (cairo_surface_status (surface) == CAIRO_STATUS_SUCCESS)
    print_surface (self, surface);
  cairo_surface_destroy (surface);
}

void
qd_topology_page_print (QdTopologyPage *self)
{
  g_autofree char *title = make_title (self);
  /* Paper is white, whatever the window is; the letters are the window's. */
  QdGraphTheme theme = *qd_graph_theme_get (FALSE, FALSE);

  memcpy (theme.font, qd_topology_view_get_theme (self->view)->font, sizeof theme.font);
  begin (self, _("Drawing the topology"));
  qd_topology_export_async (self->model, QD_GRAPH_AS_PNG, &theme, title, PRINT_SCALE, self->exporting,
                            drawn_cb, g_object_ref (self));
}
