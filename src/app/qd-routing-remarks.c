/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-routing-remarks.h"

#include <glib/gi18n.h>

#include "qd-policy-problems.h"

/* Nobody reads more, and rows cost. */
#define MAX_ROWS 100

struct _QdRoutingRemarks {
  AdwPreferencesGroup parent_instance;

  QdRoutingCheck *check;
  QdFleet *fleet;            /* NULL: policies cannot be chosen */
  GPtrArray *rows;           /* borrowed */
};

G_DEFINE_FINAL_TYPE (QdRoutingRemarks, qd_routing_remarks, ADW_TYPE_PREFERENCES_GROUP)

static guint chosen_signal;

/* --- Rows -------------------------------------------------------------------------------------------- */

static void
chosen_cb (QdRoutingRemarks *self, GtkWidget *row)
{
  guint nth;
  GPtrArray *remarks = qd_routing_check_get_remarks (self->check);
  const QdRoutingRemark *remark;
  QdEntity *policy;

  if (!g_ptr_array_find (self->rows, row, &nth) || nth >= remarks->len)
    return;
  remark = remarks->pdata[nth];
  policy = qd_fleet_lookup (self->fleet, remark->connection, QD_KIND_ROUTING, remark->policy);
  if (policy)
    g_signal_emit (self, chosen_signal, 0, policy);
}

static GtkWidget *
make_row (QdRoutingRemarks *self, const char *text, QdPolicySeverity severity, gboolean activatable)
{
  GtkWidget *row = adw_action_row_new (), *icon = gtk_image_new ();

  qd_policy_problems_set_icon (GTK_IMAGE (icon), severity);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), text);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  if (activatable)
    {
      gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("go-next-symbolic"));
      g_signal_connect_object (row, "activated", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
    }
  g_ptr_array_add (self->rows, row);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
  return row;
}

/* A row whose text stays is left as it is, with its focus. */
static gboolean
stays (QdRoutingRemarks *self, GPtrArray *remarks)
{
  gboolean same = self->rows->len == remarks->len;

  for (guint i = 0; same && i < remarks->len; i++)
    same = g_str_equal (adw_preferences_row_get_title (self->rows->pdata[i]), ((QdRoutingRemark *) remarks->pdata[i])->text);
  return same;
}

static void
changed_cb (QdRoutingRemarks *self)
{
  GPtrArray *remarks = qd_routing_check_get_remarks (self->check);

  gtk_widget_set_visible (GTK_WIDGET (self), remarks->len > 0);
  if (stays (self, remarks))
    return;
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self), self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < MIN (remarks->len, MAX_ROWS); i++)
    {
      const QdRoutingRemark *remark = remarks->pdata[i];
      GtkWidget *row = make_row (self, remark->text, remark->severity, self->fleet != NULL);
      QdEntity *policy = self->fleet && remark->other == NULL ? qd_fleet_lookup (self->fleet, remark->connection, QD_KIND_ROUTING, remark->policy) : NULL;

      /* Of one alone it does not say which. */
      if (policy)
        adw_action_row_set_subtitle (ADW_ACTION_ROW (row), qd_entity_get_name (policy));
    }
  if (remarks->len > MAX_ROWS)
    {
      g_autofree char *rest = g_strdup_printf (ngettext ("and %'u more", "and %'u more", remarks->len - MAX_ROWS), remarks->len - MAX_ROWS);

      make_row (self, rest, QD_POLICY_NOTE, FALSE);
    }
}

/* --- The widget ---------------------------------------------------------------------------------------- */

static void
qd_routing_remarks_dispose (GObject *object)
{
  QdRoutingRemarks *self = QD_ROUTING_REMARKS (object);

  g_clear_object (&self->check);
  g_clear_object (&self->fleet);
  G_OBJECT_CLASS (qd_routing_remarks_parent_class)->dispose (object);
}

static void
qd_routing_remarks_finalize (GObject *object)
{
  g_ptr_array_unref (QD_ROUTING_REMARKS (object)->rows);
  G_OBJECT_CLASS (qd_routing_remarks_parent_class)->finalize (object);
}

static void
qd_routing_remarks_class_init (QdRoutingRemarksClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_routing_remarks_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_routing_remarks_finalize;
  chosen_signal = g_signal_new ("chosen", QD_TYPE_ROUTING_REMARKS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, QD_TYPE_ENTITY);
}

static void
qd_routing_remarks_init (QdRoutingRemarks *self)
{
  self->rows = g_ptr_array_new ();
}

GtkWidget *
qd_routing_remarks_new (QdRoutingCheck *check, QdFleet *fleet)
{
  QdRoutingRemarks *self = g_object_new (QD_TYPE_ROUTING_REMARKS, NULL);

  self->check = g_object_ref (check);
  self->fleet = fleet ? g_object_ref (fleet) : NULL;
  /* In a dialog of their own the dialog says so. */
  if (fleet == NULL)
    adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), _("Findings"));
  g_signal_connect_object (check, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
  return GTK_WIDGET (self);
}

/* --- In a dialog ---------------------------------------------------------------------------------------- */

typedef struct { QdSession *session; AdwDialog *dialog; } Shown;

static void
shown_free (gpointer data, GClosure *closure)
{
  g_object_unref (((Shown *) data)->session);
  g_free (data);
}

static void
open_cb (Shown *shown, QdEntity *policy)
{
  g_autoptr (QdSession) session = g_object_ref (shown->session);
  g_autoptr (QdEntity) held = g_object_ref (policy);

  adw_dialog_close (shown->dialog);
  qd_session_open (session, held);
}

void
qd_routing_remarks_present (QdSession *session, GtkWidget *parent, QdRoutingCheck *check)
{
  AdwDialog *dialog = adw_dialog_new ();
  GtkWidget *view = adw_toolbar_view_new (), *page = adw_preferences_page_new ();
  GtkWidget *remarks = qd_routing_remarks_new (check, qd_session_get_fleet (session));
  Shown *shown = g_new (Shown, 1);

  *shown = (Shown) { g_object_ref (session), dialog };
  g_signal_connect_data (remarks, "chosen", G_CALLBACK (open_cb), shown, shown_free, G_CONNECT_SWAPPED);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (remarks));
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), page);
  adw_dialog_set_title (dialog, _("Findings"));
  adw_dialog_set_content_width (dialog, 520);
  adw_dialog_set_content_height (dialog, 480);
  adw_dialog_set_child (dialog, view);
  adw_dialog_present (dialog, parent);
}
