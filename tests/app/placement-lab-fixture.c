/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "placement-lab-fixture.h"

#include <string.h>
#include <glib/gstdio.h>

#include "qd-confirm-dialog.h"
#include "qd-placement.h"
#include "qd-settings.h"

static void
toast_cb (QdSession *session, const char *text, const char *button, GClosure *closure, PlacementLab *self)
{
  g_string_append_printf (self->toasts, "%s\n", text);
}

static void
add_connection (PlacementLab *self, const char *driver, const char *user, const char *id, const char *feeds, gboolean production)
{
  g_autoptr (QdEndpoint) endpoint = test_lab_endpoint (self->lab, driver, user);
  g_autoptr (GError) error = NULL;

  g_set_str (&endpoint->id, id);
  g_set_str (&endpoint->feeds, feeds);
  if (production)
    g_set_str (&endpoint->environment, "prod");
  g_assert_true (qd_hub_add (self->hub, endpoint, FALSE, &error));
  g_assert_no_error (error);
}

/* All shards are ready, and somebody is placed. */
static gboolean
is_whole (PlacementLab *self)
{
  const QdPlacementRoll *roll = qd_placement_board_get_roll (self->board);
  guint known = 0;

  for (guint i = 0; i < roll->shards->len; i++)
    known += g_strcmp0 (((const QdRollShard *) roll->shards->pdata[i])->state_text, "ready") == 0;
  return roll->shards->len >= 2 && known == roll->shards->len && roll->tenants->len >= 2;
}

void
placement_lab_show_kind (PlacementLab *self, const char *kind)
{
  adw_toggle_group_set_active_name (ADW_TOGGLE_GROUP (self->page->kinds), kind);
  test_until (is_whole (self), 40);
}

gboolean
placement_lab_set_up (PlacementLab *self, const char *user, const char *kind)
{
  return placement_lab_set_up_prod (self, user, kind, "");
}

gboolean
placement_lab_set_up_prod (PlacementLab *self, const char *user, const char *kind, const char *prod)
{
  *self = (PlacementLab) { .lab = test_lab_new ("--sites 4 --paths 4 --flows 0 --rate 5 --shards 2") };
  if (self->lab == NULL)
    return FALSE;
  self->hub = qd_hub_new (NULL);
  self->journal = g_strdup_printf ("%s/qd-placement-%08x-audit", g_get_tmp_dir (), g_random_int ());
  qd_hub_keep_audit (self->hub, self->journal);
  g_settings_set_boolean (qd_settings_get_default (), "configured", TRUE);
  add_connection (self, "node-api", user, PLACEMENT_LAB_CONTROL, NULL, strstr (prod, "control") != NULL);
  add_connection (self, "nats", "admin", PLACEMENT_LAB_NATS, PLACEMENT_LAB_CONTROL, strstr (prod, "nats") != NULL);
  if (strstr (prod, "control"))
    qd_hub_unlock (self->hub, PLACEMENT_LAB_CONTROL, 10);
  if (strstr (prod, "nats"))
    qd_hub_unlock (self->hub, PLACEMENT_LAB_NATS, 10);
  self->toasts = g_string_new (NULL);
  self->window = qd_window_new (NULL, self->hub);
  g_signal_connect (qd_window_get_session (self->window), "toast", G_CALLBACK (toast_cb), self);
  gtk_window_present (GTK_WINDOW (self->window));
  g_assert_true (qd_window_show_page (self->window, "placement"));
  self->page = QD_PLACEMENT_PAGE (qd_window_get_page (self->window));
  self->board = qd_placement_page_get_board (self->page);
  placement_lab_show_kind (self, kind);
  return TRUE;
}

void
placement_lab_tear_down (PlacementLab *self)
{
  fixture_close (GTK_WINDOW (self->window));
  qd_hub_stop (self->hub);
  test_spin (50);
  g_object_unref (self->hub);
  g_string_free (self->toasts, TRUE);
  g_remove (self->journal);
  g_free (self->journal);
  test_lab_free (self->lab);
}

/* --- Dialogs -------------------------------------------------------------------------------------------------- */

AdwDialog *
placement_lab_get_dialog (PlacementLab *self)
{
  return adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self->window));
}

gboolean
placement_lab_has_dialog (PlacementLab *self, GType type)
{
  AdwDialog *dialog = placement_lab_get_dialog (self);

  return dialog != NULL && G_TYPE_CHECK_INSTANCE_TYPE (dialog, type);
}

QdPlacementReview *
placement_lab_review (PlacementLab *self, gboolean migrate)
{
  QdPlacementReview *review;

  gtk_widget_activate_action (GTK_WIDGET (self->page), "placement.review", NULL);
  test_until (placement_lab_has_dialog (self, QD_TYPE_PLACEMENT_REVIEW), 10);
  review = QD_PLACEMENT_REVIEW (placement_lab_get_dialog (self));
  g_assert_false (qd_placement_review_can_confirm (review));
  qd_placement_review_set_migrate (review, migrate);
  qd_placement_review_set_texts (review, "room is needed", NULL);
  g_assert_true (qd_placement_review_can_confirm (review));
  return review;
}

static void
answer (PlacementLab *self, const char *reason, const char *name)
{
  AdwAlertDialog *dialog;

  test_until (placement_lab_has_dialog (self, QD_TYPE_CONFIRM_DIALOG), 10);
  dialog = ADW_ALERT_DIALOG (placement_lab_get_dialog (self));
  g_assert_false (adw_alert_dialog_get_response_enabled (dialog, "do"));
  qd_confirm_dialog_set_texts (QD_CONFIRM_DIALOG (dialog), reason, name);
  g_assert_true (adw_alert_dialog_get_response_enabled (dialog, "do"));
  g_signal_emit_by_name (dialog, "response", "do");
  adw_dialog_force_close (ADW_DIALOG (dialog));
  test_until (placement_lab_get_dialog (self) == NULL, 10);
}

void
placement_lab_give_reason (PlacementLab *self, const char *reason)
{
  answer (self, reason, NULL);
}

void
placement_lab_give_name (PlacementLab *self, const char *reason, const char *name)
{
  AdwAlertDialog *dialog;
  QdConfirmDialog *confirm;
  g_autofree char *nearly = g_strdup_printf ("%s ", name);

  test_until (placement_lab_has_dialog (self, QD_TYPE_CONFIRM_DIALOG), 10);
  dialog = ADW_ALERT_DIALOG (placement_lab_get_dialog (self));
  confirm = QD_CONFIRM_DIALOG (dialog);
  qd_confirm_dialog_set_texts (confirm, reason, "");
  g_assert_false (adw_alert_dialog_get_response_enabled (dialog, "do"));
  qd_confirm_dialog_set_texts (confirm, reason, nearly);
  g_assert_false (adw_alert_dialog_get_response_enabled (dialog, "do"));
  qd_confirm_dialog_set_texts (confirm, " ", name);
  g_assert_false (adw_alert_dialog_get_response_enabled (dialog, "do"));
  answer (self, reason, name);
}

/* --- Who is where ------------------------------------------------------------------------------------------------ */

const QdRollTenant *
placement_lab_find_on (PlacementLab *self, const char *shard)
{
  GPtrArray *tenants = qd_placement_board_get_tenants (self->board, shard);

  g_assert_cmpuint (tenants->len, >, 0);
  return tenants->pdata[0];
}

gboolean
placement_lab_is_on (PlacementLab *self, const char *tenant, const char *shard)
{
  const QdRollTenant *found = qd_placement_roll_get_tenant (qd_placement_board_get_roll (self->board), tenant);

  return found != NULL && g_strcmp0 (found->shard, shard) == 0 && qd_placement_board_get_n_moves (self->board) == 0;
}

static void
edited_cb (GObject *hub, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (QdPlacementEdit) edit = qd_placement_edit_finish (QD_HUB (hub), result, &error);

  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

void
placement_lab_be_quicker (PlacementLab *self, const char *tenant, const char *shard)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_placement_change_free);
  g_autofree char *job = NULL;
  gboolean done = FALSE;

  g_ptr_array_add (changes, qd_placement_change_new (tenant, shard));
  job = qd_placement_edit_async (self->hub, PLACEMENT_LAB_NATS, self->page->map, changes, "quicker", NULL, edited_cb, &done);
  test_until (done, 20);
}

/* --- Menus --------------------------------------------------------------------------------------------------------- */

static GtkWidget *
find_action (GtkWidget *from, const char *label)
{
  GtkWidget *found = NULL;

  if (GTK_IS_BUTTON (from))
    {
      GtkWidget *words = gtk_button_get_child (GTK_BUTTON (from)), *title = words != NULL ? gtk_widget_get_first_child (words) : NULL;

      return GTK_IS_LABEL (title) && strcmp (gtk_label_get_text (GTK_LABEL (title)), label) == 0 ? from : NULL;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_action (child, label);
  return found;
}

GtkWidget *
placement_lab_find_menu (gpointer from, const char *name)
{
  GtkWidget *found = NULL;

  if (GTK_IS_MENU_BUTTON (from) && g_strcmp0 (gtk_widget_get_tooltip_text (from), name) == 0)
    return from;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = placement_lab_find_menu (child, name);
  return found;
}

GtkWidget *
placement_lab_open (GtkWidget *menu, const char *label)
{
  GtkWidget *popover = GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (menu))), *action;

  /* a display without a pointer opens no popover: it is filled as if it did */
  g_assert_true (gtk_widget_is_sensitive (menu));
  qd_action_popover_fill (QD_ACTION_POPOVER (popover));
  action = find_action (popover, label);
  if (action == NULL)
    g_error ("there is no “%s”", label);
  return action;
}

void
placement_lab_do (GtkWidget *menu, const char *label)
{
  GtkWidget *action = placement_lab_open (menu, label);

  if (!gtk_widget_get_sensitive (action))
    g_error ("“%s” is grey", label);
  g_signal_emit_by_name (action, "clicked");
}
