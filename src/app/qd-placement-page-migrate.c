/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Carrying the plan out as migrations: each tenant is drained, placed, warmed up and verified. */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-placement-page-private.h"

#include <glib/gi18n.h>

#include "qd-capability.h"
#include "qd-migration.h"

/* How long a move waits for what may pass, as a lag that is too high. */
#define WAIT_S 120
/* More failures than that are counted, not listed. */
#define MAX_TOLD 12

/* Migrations on their way. */
typedef struct {
  QdPlacementPage *page;
  char *control, *kind, *reason;
  GPtrArray *moves;           /* of Wanted */
} Migrate;

typedef struct { char *tenant, *from, *to; } Wanted;

static void
wanted_free (gpointer data)
{
  Wanted *wanted = data;

  g_free (wanted->tenant);
  g_free (wanted->from);
  g_free (wanted->to);
  g_free (wanted);
}

static void
migrate_free (Migrate *self)
{
  g_object_unref (self->page);
  g_ptr_array_unref (self->moves);
  g_free (self->control);
  g_free (self->kind);
  g_free (self->reason);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Migrate, migrate_free)

static QdSession *
get_session (QdPlacementPage *self)
{
  return qd_page_get_session (QD_PAGE (self));
}

gboolean
qd_placement_page_can_migrate (QdPlacementPage *self)
{
  QdSession *session = get_session (self);

  return self->source.control != NULL && self->source.nats != NULL && qd_capability_get (QD_TENANT_MIGRATE) != NULL
         && qd_capability_allowed (qd_session_get_fleet (session), self->source.control, QD_TENANT_MIGRATE, NULL);
}

/* --- How they ended --------------------------------------------------------------------------------------------- */

static void
show_jobs_cb (QdSession *session)
{
  qd_session_open_page (session, "jobs");
}

static void
drop_session (gpointer session, GClosure *closure)
{
  g_object_unref (session);
}

static void
tell_failure (QdPlacementPage *self, const char *heading, const char *cause)
{
  AdwDialog *dialog = adw_alert_dialog_new (heading, cause);

  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close", _("_Close"));
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
tell_outcomes (QdPlacementPage *self, GPtrArray *outcomes)
{
  g_autoptr (GString) causes = g_string_new (NULL);
  guint n_failed = 0, n_done;

  for (guint i = 0; i < outcomes->len; i++)
    {
      const QdMigrationOutcome *outcome = outcomes->pdata[i];

      if (g_strcmp0 (outcome->state, "succeeded") == 0)
        continue;
      if (n_failed++ < MAX_TOLD)
        g_string_append_printf (causes, "%s%s: %s", causes->len > 0 ? "\n" : "", outcome->tenant, outcome->error != NULL ? outcome->error : outcome->state);
    }
  n_done = outcomes->len - n_failed;
  if (n_failed == 0)
    {
      g_autofree char *text = g_strdup_printf (ngettext ("%u tenant has a new place", "%u tenants have new places", n_done), n_done);

      qd_session_toast (get_session (self), text);
      return;
    }
  tell_failure (self, _("Some Were Not Moved"), causes->str);
}

static void
ran_cb (GObject *hub, GAsyncResult *result, gpointer data)
{
  g_autoptr (Migrate) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) outcomes = qd_migration_run_finish (QD_HUB (hub), result, &error);

  /* The window has gone: the jobs tell. */
  if (qd_placement_page_is_gone (self->page))
    return;
  if (outcomes == NULL)
    tell_failure (self->page, _("Could Not Migrate"), error->message);
  else
    tell_outcomes (self->page, outcomes);
}

/* --- Doing it ------------------------------------------------------------------------------------------------------ */

static void
looked_cb (GObject *hub, GAsyncResult *result, gpointer data)
{
  g_autoptr (Migrate) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (QdMigrationWorld) world = qd_migration_look_finish (QD_HUB (hub), result, &error);
  g_autoptr (QdMigrationPlan) plan = NULL;
  g_autofree QdMigrationWish *wishes = g_new0 (QdMigrationWish, self->moves->len + 1);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_auto (GStrv) tenants = NULL;

  if (qd_placement_page_is_gone (self->page))
    return;
  if (world == NULL)
    {
      tell_failure (self->page, _("Could Not Migrate"), error->message);
      return;
    }
  for (guint i = 0; i < self->moves->len; i++)
    {
      const Wanted *wanted = self->moves->pdata[i];

      wishes[i] = (QdMigrationWish) { .tenant = wanted->tenant, .kind = self->kind, .from = wanted->from, .to = wanted->to };
      g_strv_builder_add (names, wanted->tenant);
    }
  plan = qd_migration_plan_new (world, wishes, self->moves->len);
  tenants = g_strv_builder_end (names);
  qd_placement_board_drop (self->page->board, (const char *const *) tenants);
  qd_session_toast_action (get_session (self->page), _("The migrations have begun"), _("_Show Jobs"), G_CALLBACK (show_jobs_cb),
                           g_object_ref (get_session (self->page)), drop_session);
  qd_migration_run_async (QD_HUB (hub), self->control, plan, self->reason, 0, WAIT_S, NULL, ran_cb, self);
  self = NULL;
}

void
qd_placement_page_migrate (QdPlacementPage *page, GArray *moves, const char *reason)
{
  Migrate *self = g_new0 (Migrate, 1);

  *self = (Migrate) { .page = g_object_ref (page), .control = g_strdup (page->source.control), .kind = g_strdup (qd_placement_kind_get_name (page->kind)),
                      .reason = g_strdup (reason), .moves = g_ptr_array_new_with_free_func (wanted_free) };
  for (guint i = 0; i < moves->len; i++)
    {
      const QdPlacementMove *move = &g_array_index (moves, QdPlacementMove, i);
      Wanted *wanted = g_new (Wanted, 1);

      *wanted = (Wanted) { g_strdup (move->tenant->id), g_strdup (move->from), g_strdup (move->to) };
      g_ptr_array_add (self->moves, wanted);
    }
  qd_migration_look_async (qd_session_get_hub (get_session (page)), self->control, NULL, looked_cb, self);
}
