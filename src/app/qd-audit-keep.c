/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-audit-keep.h"

#include <glib/gi18n.h>

#define MIB (1ll << 20)
#define MAX_DAYS 36500
#define MAX_MIB 100000

static GtkWidget *
add_row (GtkWidget *group, const char *title, const char *subtitle, double value, double max)
{
  GtkWidget *row = adw_spin_row_new_with_range (0, max, 1);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_spin_row_set_value (ADW_SPIN_ROW (row), value);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  return row;
}

static void
response_cb (AdwAlertDialog *dialog, const char *response, QdAudit *audit)
{
  GtkWidget *days = g_object_get_data (G_OBJECT (dialog), "qd-days"), *size = g_object_get_data (G_OBJECT (dialog), "qd-size");
  QdAuditLimits limits = { (guint) adw_spin_row_get_value (ADW_SPIN_ROW (days)), (gint64) adw_spin_row_get_value (ADW_SPIN_ROW (size)) * MIB };

  if (g_strcmp0 (response, "save") == 0)
    qd_audit_set_limits (audit, &limits);
}

AdwDialog *
qd_audit_keep_new (QdAudit *audit)
{
  AdwDialog *dialog = adw_alert_dialog_new (_("Keep Audit Records"), _("Older ones are removed from this desk once a day, and that is recorded, so that what is "
                                                                       "left can still be verified. Streams keep theirs."));
  QdAuditLimits limits = qd_audit_get_limits (audit);
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *days = add_row (group, _("Days"), _("0: as long as there is room"), limits.days, MAX_DAYS);
  GtkWidget *size = add_row (group, _("Size in MiB"), _("0: without a bound"), (double) (limits.max_bytes / MIB), MAX_MIB);

  adw_alert_dialog_set_extra_child (ADW_ALERT_DIALOG (dialog), group);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _("_Cancel"), "save", _("_Save"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "save", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "save");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_object_set_data (G_OBJECT (dialog), "qd-days", days);
  g_object_set_data (G_OBJECT (dialog), "qd-size", size);
  g_signal_connect_object (dialog, "response", G_CALLBACK (response_cb), audit, 0);
  return dialog;
}
