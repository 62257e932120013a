/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-detail-rates.h"

#include <math.h>

#include <glib/gi18n.h>

#include "qd-json.h"
#include "qd-sparkline.h"
#include "qd-tenant-facts.h"

#define MAX_POINTS 60
/* Records that are nearer to one another say less than they seem to. */
#define LEAST_US (900 * 1000)

typedef struct {
  GtkWidget *row, *sparkline, *link;
  char *shard;               /* whose counts these are */
  char *name;                /* of that shard; its kind is the row's title */
  char *address;             /* of its metrics; NULL: not told */
  gint64 at_us, count;       /* of the last point; -1: there is none */
  double points[MAX_POINTS]; /* events a second, the newest last */
  guint n_points;
} Service;

struct _QdDetailRates {
  AdwBin parent_instance;

  QdSession *session;
  GtkWidget *group, *list;
  char *tenant;              /* its key, as text */
  Service services[QD_TENANT_N_SERVICES];
};

G_DEFINE_FINAL_TYPE (QdDetailRates, qd_detail_rates, ADW_TYPE_BIN)

static void
forget (Service *service)
{
  g_clear_pointer (&service->shard, g_free);
  g_clear_pointer (&service->name, g_free);
  service->at_us = service->count = -1;
  service->n_points = 0;
}

/* --- Measuring ------------------------------------------------------------------------------------------------------ */

static void
add_point (Service *service, double rate)
{
  if (service->n_points == MAX_POINTS)
    {
      for (guint i = 1; i < MAX_POINTS; i++)
        service->points[i - 1] = service->points[i];
      service->n_points--;
    }
  service->points[service->n_points++] = rate;
}

/* A count that is less than before has begun anew. */
static void
measure (Service *service, gint64 at_us, gint64 count)
{
  if (service->at_us >= 0 && at_us - service->at_us < LEAST_US)
    return;
  if (service->at_us >= 0 && count >= service->count)
    add_point (service, (double) (count - service->count) / ((double) (at_us - service->at_us) / G_USEC_PER_SEC));
  service->at_us = at_us;
  service->count = count;
}

/* --- Showing --------------------------------------------------------------------------------------------------------- */

static void
show (Service *service)
{
  g_autofree char *figure = NULL, *text = NULL;

  if (service->n_points > 0)
    /* TRANSLATORS: a rate, short for "per second" */
    figure = g_strdup_printf (_("%'.1f/s"), service->points[service->n_points - 1]);
  text = figure != NULL ? g_strjoin (" · ", figure, service->name, NULL) : g_strdup (service->name);
  if (g_strcmp0 (adw_action_row_get_subtitle (ADW_ACTION_ROW (service->row)), text) != 0)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (service->row), text);
  gtk_widget_set_visible (service->sparkline, service->n_points > 1);
  qd_sparkline_set_values (QD_SPARKLINE (service->sparkline), service->points, service->n_points);
  gtk_widget_set_visible (service->link, service->address != NULL);
}

/* Where a shard says it can be reached: only what a browser opens. */
static char *
metrics_of (QdEntity *shard)
{
  const char *address = qd_entity_get_string (shard, QD_SHARD_ADDRESS);

  if (address == NULL || (!g_str_has_prefix (address, "http://") && !g_str_has_prefix (address, "https://")) || !g_uri_is_valid (address, G_URI_FLAGS_NONE, NULL))
    return NULL;
  return g_strconcat (address, "/metrics", NULL);
}

static const char *
name_of (QdEntity *shard)
{
  const char *name = qd_entity_get_string (shard, QD_SHARD_SHARD);

  return name != NULL ? name : qd_entity_get_id (shard);
}

static void
update_service (Service *service, QdEntity *shard, JsonObject *record)
{
  const QdValue *at = qd_entity_get (shard, QD_SHARD_AS_OF);
  g_autofree char *metrics = metrics_of (shard);
  gint64 count;

  if (g_strcmp0 (service->shard, qd_entity_get_id (shard)) != 0)
    {
      forget (service);
      service->shard = g_strdup (qd_entity_get_id (shard));
      service->name = g_strdup (name_of (shard));
    }
  g_set_str (&service->address, metrics);
  if (at->type == QD_VALUE_TIME && qd_json_get_int (record, "count", &count))
    measure (service, at->v.i, count);
  show (service);
}

void
qd_detail_rates_update (QdDetailRates *self, QdEntity *tenant)
{
  g_autofree char *key = tenant != NULL ? g_strdup_printf ("%s %s", qd_entity_get_connection (tenant), qd_entity_get_id (tenant)) : NULL;
  gboolean any = FALSE;

  for (guint i = 0; i < QD_TENANT_N_SERVICES; i++)
    {
      const char *name;
      QdEntity *shard = tenant != NULL ? qd_tenant_find_shard (self->session, tenant, i, &name) : NULL;
      g_autoptr (JsonObject) record = shard != NULL ? qd_tenant_find_record (shard, qd_entity_get_id (tenant)) : NULL;

      if (g_strcmp0 (self->tenant, key) != 0)
        forget (&self->services[i]);
      gtk_widget_set_visible (self->services[i].row, record != NULL);
      if (record != NULL)
        update_service (&self->services[i], shard, record);
      any = any || record != NULL;
    }
  g_set_str (&self->tenant, key);
  gtk_widget_set_visible (GTK_WIDGET (self), any);
}

/* --- The object -------------------------------------------------------------------------------------------------------- */

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdSession) session = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (gtk_uri_launcher_launch_finish (GTK_URI_LAUNCHER (source), result, &error) || g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    return;
  text = g_strdup_printf (_("Could not open %s: %s"), gtk_uri_launcher_get_uri (GTK_URI_LAUNCHER (source)), error->message);
  qd_session_toast (session, text);
}

static void
open_cb (GtkButton *button, QdDetailRates *self)
{
  for (guint i = 0; i < QD_TENANT_N_SERVICES; i++)
    if (self->services[i].link == GTK_WIDGET (button) && self->services[i].address != NULL)
      {
        g_autoptr (GtkUriLauncher) launcher = gtk_uri_launcher_new (self->services[i].address);
        GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

        gtk_uri_launcher_launch (launcher, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL, opened_cb, g_object_ref (self->session));
      }
}

static void
qd_detail_rates_dispose (GObject *object)
{
  g_clear_object (&QD_DETAIL_RATES (object)->session);
  G_OBJECT_CLASS (qd_detail_rates_parent_class)->dispose (object);
}

static void
qd_detail_rates_finalize (GObject *object)
{
  QdDetailRates *self = QD_DETAIL_RATES (object);

  for (guint i = 0; i < QD_TENANT_N_SERVICES; i++)
    {
      g_free (self->services[i].shard);
      g_free (self->services[i].name);
      g_free (self->services[i].address);
    }
  g_free (self->tenant);
  G_OBJECT_CLASS (qd_detail_rates_parent_class)->finalize (object);
}

static void
qd_detail_rates_class_init (QdDetailRatesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_detail_rates_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_detail_rates_finalize;
}

static void
build_service (QdDetailRates *self, guint i)
{
  Service *service = &self->services[i];
  g_autofree char *name = g_strdup_printf (_("Open the metrics of the shard: %s"), _(qd_tenant_services[i].title));

  forget (service);
  service->row = adw_action_row_new ();
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (service->row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (service->row), _(qd_tenant_services[i].title));
  adw_action_row_set_title_lines (ADW_ACTION_ROW (service->row), 1);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (service->row), 1);
  service->sparkline = qd_sparkline_new ();
  gtk_widget_set_size_request (service->sparkline, 80, 28);
  gtk_widget_set_valign (service->sparkline, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (service->sparkline, "accent");
  gtk_widget_add_css_class (service->row, "numeric");
  service->link = gtk_button_new_from_icon_name ("adw-external-link-symbolic");
  gtk_widget_add_css_class (service->link, "flat");
  gtk_widget_set_valign (service->link, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (service->link, _("Open its metrics"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (service->link), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_object (service->link, "clicked", G_CALLBACK (open_cb), self, G_CONNECT_DEFAULT);
  adw_action_row_add_suffix (ADW_ACTION_ROW (service->row), service->sparkline);
  adw_action_row_add_suffix (ADW_ACTION_ROW (service->row), service->link);
  gtk_list_box_append (GTK_LIST_BOX (self->list), service->row);
}

static void
qd_detail_rates_init (QdDetailRates *self)
{
  self->group = adw_preferences_group_new ();
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self->group), _("Events Processed"));
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->list, "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Events Processed"), -1);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), self->list);
  adw_bin_set_child (ADW_BIN (self), self->group);
  for (guint i = 0; i < QD_TENANT_N_SERVICES; i++)
    build_service (self, i);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

GtkWidget *
qd_detail_rates_new (QdSession *session)
{
  QdDetailRates *self = g_object_new (QD_TYPE_DETAIL_RATES, NULL);

  self->session = g_object_ref (session);
  return GTK_WIDGET (self);
}

gboolean
qd_detail_rates_get_total (QdDetailRates *self, double *total)
{
  *total = NAN;
  for (guint i = 0; i < QD_TENANT_N_SERVICES; i++)
    {
      const Service *service = &self->services[i];

      if (gtk_widget_get_visible (service->row) && service->n_points > 0)
        *total = (isnan (*total) ? 0 : *total) + service->points[service->n_points - 1];
    }
  return gtk_widget_get_visible (GTK_WIDGET (self));
}
