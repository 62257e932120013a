/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-detail-history.h"

#include <glib/gi18n.h>
#include <math.h>

#include "qd-sparkline.h"

#define MINUTES 60
/* The few figures that say how a thing is; the others are in the metrics. */
#define MAX_FIGURES 3

typedef struct {
  guint field;
  GtkWidget *row, *sparkline, *figure;
} QdDetailFigure;

struct _QdDetailHistory {
  AdwBin parent_instance;

  QdSession *session;
  QdEntity *entity;
  GtkWidget *group;
  GtkWidget *list;
  QdDetailFigure figures[MAX_FIGURES];
  guint n_figures;
  GCancellable *cancellable;
  guint timer;
};

G_DEFINE_FINAL_TYPE (QdDetailHistory, qd_detail_history, ADW_TYPE_BIN)

static gboolean
is_shown (QdKind kind, guint field)
{
  if (kind == QD_KIND_PATH)
    return field == QD_PATH_LATENCY_MS || field == QD_PATH_LOSS_PCT || field == QD_PATH_BANDWIDTH_MBPS;
  if (kind == QD_KIND_NODE)
    return field == QD_NODE_CPU_PCT || field == QD_NODE_MEMORY_PCT || field == QD_NODE_NET_RX_BPS;
  if (kind == QD_KIND_TENANT)
    return field == QD_TENANT_IN_FLIGHT || field == QD_TENANT_LAG;
  if (kind == QD_KIND_SHARD)
    return field == QD_SHARD_LOAD || field == QD_SHARD_IN_FLIGHT || field == QD_SHARD_LAG;
  return FALSE;
}

/* --- Reading ------------------------------------------------------------------------------- */

typedef struct {
  QdDetailHistory *history;
  guint figure;
} Request;

static void
show_samples (QdDetailHistory *self, QdDetailFigure *figure, GArray *samples)
{
  gint64 first = g_get_real_time () / G_TIME_SPAN_MINUTE - MINUTES + 1;
  const QdField *field = &qd_entity_get_schema (self->entity)->fields[figure->field];
  double points[MINUTES], low = INFINITY, high = -INFINITY;
  g_autofree char *range = NULL;

  for (guint i = 0; i < MINUTES; i++)
    points[i] = NAN;
  for (guint i = 0; i < samples->len; i++)
    {
      const QdSample *sample = &g_array_index (samples, QdSample, i);
      gint64 minute = sample->at_us / G_TIME_SPAN_MINUTE - first;

      if (minute < 0 || minute >= MINUTES)
        continue;
      points[minute] = sample->mean;
      low = MIN (low, sample->min);
      high = MAX (high, sample->max);
    }
  gtk_widget_set_visible (figure->row, low <= high);
  if (low > high)
    return;
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
  /* TRANSLATORS: the least and the most of a figure in the last hour, and its unit */
  range = g_strdup_printf (_("%'.*f to %'.*f %s"), field->decimals, low, field->decimals, high, field->unit != NULL ? field->unit : "");
  adw_action_row_set_subtitle (ADW_ACTION_ROW (figure->row), range);
  qd_sparkline_set_values (QD_SPARKLINE (figure->sparkline), points, MINUTES);
}

static void
samples_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Request *request = user_data;
  g_autoptr (QdDetailHistory) self = request->history;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) samples = qd_store_samples_finish (QD_STORE (source), result, &error);

  /* A late answer about something else is dropped by its cancellable. */
  if (error != NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_debug ("Could not read samples: %s", error->message);
      return;
    }
  if (self->entity != NULL && request->figure < self->n_figures)
    show_samples (self, &self->figures[request->figure], samples);
}

static void
read_samples (QdDetailHistory *self)
{
  QdStore *store = qd_hub_get_store (qd_session_get_hub (self->session));
  gint64 now = g_get_real_time ();

  if (store == NULL || self->entity == NULL)
    return;
  for (guint i = 0; i < self->n_figures; i++)
    {
      Request *request = g_new0 (Request, 1);

      request->history = g_object_ref (self);
      request->figure = i;
      qd_store_samples_async (store, qd_entity_get_key (self->entity), self->figures[i].field, now - MINUTES * G_TIME_SPAN_MINUTE, now,
                              self->cancellable, samples_cb, request);
    }
}

static gboolean
timer_cb (gpointer user_data)
{
  read_samples (user_data);
  return G_SOURCE_CONTINUE;
}

/* --- The object ---------------------------------------------------------------------------- */

static void
forget (QdDetailHistory *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->entity);
}

static void
qd_detail_history_dispose (GObject *object)
{
  QdDetailHistory *self = QD_DETAIL_HISTORY (object);

  forget (self);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (qd_detail_history_parent_class)->dispose (object);
}

static void
qd_detail_history_class_init (QdDetailHistoryClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_detail_history_dispose;
}

static void
qd_detail_history_init (QdDetailHistory *self)
{
  self->group = adw_preferences_group_new ();
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self->group), _("Last Hour"));
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->list, "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Last Hour"), -1);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), self->list);
  adw_bin_set_child (ADW_BIN (self), self->group);
}

GtkWidget *
qd_detail_history_new (QdSession *session)
{
  QdDetailHistory *self = g_object_new (QD_TYPE_DETAIL_HISTORY, NULL);

  self->session = g_object_ref (session);
  return GTK_WIDGET (self);
}

static void
add_figure (QdDetailHistory *self, guint field)
{
  QdDetailFigure *figure = &self->figures[self->n_figures++];

  figure->field = field;
  figure->row = adw_action_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (figure->row), _(qd_entity_get_schema (self->entity)->fields[field].title));
  figure->sparkline = qd_sparkline_new ();
  gtk_widget_set_size_request (figure->sparkline, 120, 32);
  gtk_widget_set_valign (figure->sparkline, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (figure->sparkline, "accent");
  adw_action_row_add_suffix (ADW_ACTION_ROW (figure->row), figure->sparkline);
  gtk_widget_set_visible (figure->row, FALSE);
  gtk_list_box_append (GTK_LIST_BOX (self->list), figure->row);
}

void
qd_detail_history_set_entity (QdDetailHistory *self, QdEntity *entity)
{
  const QdSchema *schema;

  if (self->entity == entity)
    return;
  forget (self);
  gtk_list_box_remove_all (GTK_LIST_BOX (self->list));
  self->n_figures = 0;
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  if (entity == NULL)
    return;

  self->entity = g_object_ref (entity);
  self->cancellable = g_cancellable_new ();
  schema = qd_entity_get_schema (entity);
  for (guint field = 0; field < schema->n_fields && self->n_figures < MAX_FIGURES; field++)
    if (is_shown (schema->kind, field))
      add_figure (self, field);
  if (self->n_figures == 0)
    return;
  read_samples (self);
  self->timer = g_timeout_add_seconds (30, timer_cb, self);
}
