/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Carrying the plan out: by compare-and-set on the map that was shown, and what is done when somebody was quicker. */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-placement-page-private.h"

#include <glib/gi18n.h>

#include "qd-capability.h"
#include "qd-confirm-dialog.h"
#include "qd-hub-production.h"
#include "qd-placement-clash.h"
#include "qd-placement-review.h"
#include "qd-placement.h"

/* A plan on its way. */
typedef struct {
  QdPlacementPage *page;
  char *nats;
  char *reason;
  char **tenants;             /* who is moved */
  char *done;                 /* what is said in the end; NULL: how many have a new place */
  GPtrArray *revisions;       /* of QdPlacementRevision, one of which is put back; or NULL */
  guint revision;
  QdPlacementMap *base;       /* the map that was shown */
  QdPasswordWatch *watch;     /* or NULL */
} Apply;

static QdSession *
get_session (QdPlacementPage *self)
{
  return qd_page_get_session (QD_PAGE (self));
}

static void
apply_free (Apply *apply)
{
  g_clear_pointer (&apply->watch, qd_password_watch_free);
  g_object_unref (apply->page);
  qd_placement_map_unref (apply->base);
  g_clear_pointer (&apply->revisions, g_ptr_array_unref);
  g_strfreev (apply->tenants);
  g_free (apply->done);
  g_free (apply->nats);
  g_free (apply->reason);
  g_free (apply);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Apply, apply_free)

static void
apply_free_closure (gpointer data, GClosure *closure)
{
  apply_free (data);
}

gboolean
qd_placement_page_can_apply (QdPlacementPage *self, char **why)
{
  QdHub *hub = qd_session_get_hub (get_session (self));

  if (self->source.nats == NULL)
    {
      *why = g_strdup (_("Placements are kept in NATS, and no NATS connection belongs to this one."));
      return FALSE;
    }
  if (qd_hub_is_locked (hub, self->source.nats) || (self->source.control != NULL && qd_hub_is_locked (hub, self->source.control)))
    {
      *why = g_strdup (_("Production is read-only. Unlock it first, then review the plan again."));
      return FALSE;
    }
  return qd_placement_allowed (hub, self->source.nats, QD_PLACEMENT_SET, why);
}

/* --- How it ended --------------------------------------------------------------------------------------------- */

static void begin (Apply *apply, GPtrArray *changes);

static void
tell_failure (QdPlacementPage *self, const char *cause)
{
  AdwDialog *dialog = adw_alert_dialog_new (_("Could Not Change the Placement"), cause);

  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close", _("_Close"));
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

/* Over what is there by now: that is the new base. */
static void
decided_cb (AdwDialog *dialog, gboolean take_mine, Apply *apply)
{
  QdPlacementEdit *edit = g_object_get_data (G_OBJECT (dialog), "qd-edit");
  g_autoptr (GPtrArray) changes = qd_placement_merge_get_changes (edit->rows, take_mine);
  Apply *again = g_new0 (Apply, 1);

  *again = (Apply) { .page = g_object_ref (apply->page), .nats = g_strdup (apply->nats), .reason = g_strdup (apply->reason),
                     .tenants = g_strdupv (apply->tenants), .done = g_strdup (apply->done), .base = qd_placement_map_ref (edit->now) };
  if (changes->len > 0)
    begin (again, changes);
  else
    {
      qd_placement_board_drop (again->page->board, (const char *const *) again->tenants);
      qd_session_toast (get_session (again->page), _("Nothing is left to be written"));
      apply_free (again);
    }
}

/* Takes @apply and @edit. */
static void
show_clash (Apply *apply, QdPlacementEdit *edit)
{
  AdwDialog *dialog = qd_placement_clash_new (edit->rows);

  g_object_set_data_full (G_OBJECT (dialog), "qd-edit", edit, (GDestroyNotify) qd_placement_edit_free);
  g_signal_connect_data (dialog, "decided", G_CALLBACK (decided_cb), apply, apply_free_closure, 0);
  adw_dialog_present (dialog, GTK_WIDGET (apply->page));
}

static void
edited_cb (GObject *hub, GAsyncResult *result, gpointer data)
{
  g_autoptr (Apply) apply = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (QdPlacementEdit) edit = qd_placement_edit_finish (QD_HUB (hub), result, &error);
  guint n = g_strv_length (apply->tenants);
  g_autofree char *text = NULL;

  g_clear_pointer (&apply->watch, qd_password_watch_free);
  /* The window has gone: the job's record tells. */
  if (qd_placement_page_is_gone (apply->page))
    return;
  if (edit != NULL && error != NULL && edit->rows != NULL)
    {
      show_clash (g_steal_pointer (&apply), g_steal_pointer (&edit));
      return;
    }
  if (error != NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        tell_failure (apply->page, error->message);
      return;
    }
  qd_placement_board_drop (apply->page->board, (const char *const *) apply->tenants);
  if (apply->done == NULL)
    text = g_strdup_printf (ngettext ("%u tenant has a new place", "%u tenants have new places", n), n);
  qd_session_toast (get_session (apply->page), apply->done != NULL ? apply->done : text);
}

/* --- Doing it ---------------------------------------------------------------------------------------------------- */

/* Takes @apply. */
static void
begin (Apply *apply, GPtrArray *changes)
{
  QdSession *session = get_session (apply->page);
  g_autofree char *job = qd_placement_edit_async (qd_session_get_hub (session), apply->nats, apply->base, changes, apply->reason, NULL, edited_cb, apply);

  if (job != NULL)
    apply->watch = qd_password_watch_new (session, apply->page, job, _("Change the placement"));
}

static GPtrArray *
list_changes (GArray *moves, char ***tenants)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_placement_change_free);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < moves->len; i++)
    {
      const QdPlacementMove *move = &g_array_index (moves, QdPlacementMove, i);

      g_ptr_array_add (changes, qd_placement_change_new (move->tenant->id, move->to));
      g_strv_builder_add (names, move->tenant->id);
    }
  *tenants = g_strv_builder_end (names);
  return changes;
}

/* Takes those who are somewhere out of @moves: who is nowhere has nothing to be drained. (transfer full) */
static GArray *
take_placed (GArray *moves)
{
  GArray *placed = g_array_new (FALSE, FALSE, sizeof (QdPlacementMove));

  for (guint i = 0; i < moves->len;)
    {
      const QdPlacementMove move = g_array_index (moves, QdPlacementMove, i);

      if (move.from == NULL)
        {
          i++;
          continue;
        }
      g_array_append_val (placed, move);
      g_array_remove_index (moves, i);
    }
  return placed;
}

static void
confirmed_cb (Apply *apply, const char *reason, gboolean migrate)
{
  g_autoptr (GArray) moves = qd_placement_review_list_free_moves (apply->page->board), placed = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  Apply *own;

  if (migrate)
    {
      placed = take_placed (moves);
      if (placed->len > 0)
        qd_placement_page_migrate (apply->page, placed, reason);
      if (moves->len == 0)
        return;
    }
  own = g_new0 (Apply, 1);
  *own = (Apply) { .page = g_object_ref (apply->page), .nats = g_strdup (apply->nats), .reason = g_strdup (reason), .base = qd_placement_map_ref (apply->base) };
  changes = list_changes (moves, &own->tenants);
  begin (own, changes);
}

static gboolean
is_production (QdPlacementPage *self)
{
  return self->source.nats != NULL && qd_hub_is_production (qd_session_get_hub (get_session (self)), self->source.nats);
}

void
qd_placement_page_review (QdPlacementPage *self)
{
  QdFleet *fleet = qd_session_get_fleet (get_session (self));
  const char *nats = self->source.nats;
  QdEntity *connection = nats != NULL ? qd_fleet_lookup (fleet, nats, QD_KIND_CONNECTION, nats) : NULL;
  g_autofree char *why = NULL;
  QdPlacementReviewInfo info = {
    .where = connection != NULL ? qd_entity_get_name (connection) : "",
    .verb = N_("_Apply"),
    .note = _("The new places are written over just the revision that is shown here."),
    .can_migrate = qd_placement_page_can_migrate (self),
    .production = is_production (self),
    .proposal = self->proposal,
  };
  AdwDialog *dialog;
  Apply *apply;

  if (!qd_placement_page_can_apply (self, &why))
    info.refused = why;
  dialog = qd_placement_review_new (self->board, &info);
  apply = g_new0 (Apply, 1);
  *apply = (Apply) { .page = g_object_ref (self), .nats = g_strdup (nats), .base = qd_placement_map_ref (self->map) };
  g_signal_connect_data (dialog, "confirmed", G_CALLBACK (confirmed_cb), apply, apply_free_closure, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

/* --- A former revision ----------------------------------------------------------------------------------------------- */

/* Takes @apply. */
static void
begin_restore (Apply *apply)
{
  QdSession *session = get_session (apply->page);
  g_autofree char *job = qd_placement_restore_async (qd_session_get_hub (session), apply->nats, apply->base, apply->revisions->pdata[apply->revision],
                                                     apply->reason, NULL, edited_cb, apply);

  if (job != NULL)
    apply->watch = qd_password_watch_new (session, apply->page, job, _("Change the placement"));
}

static void
restore_confirmed_cb (Apply *apply, const char *reason)
{
  const QdPlacementRevision *revision = apply->revisions->pdata[apply->revision];
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, revision->revision);
  Apply *own = g_new0 (Apply, 1);

  *own = (Apply) { .page = g_object_ref (apply->page), .nats = g_strdup (apply->nats), .reason = g_strdup (reason), .base = qd_placement_map_ref (apply->base),
                   .tenants = g_new0 (char *, 1), .done = g_strdup_printf (_("Revision %s was put back"), number),
                   .revisions = g_ptr_array_ref (apply->revisions), .revision = apply->revision };
  begin_restore (own);
}

/* {"changes": {"acme": "shard-1 → shard-2"}}: what a restoration changes of what is shown. (transfer full) */
static JsonObject *
list_restored (QdPlacementMap *base, const QdPlacementRevision *revision)
{
  gboolean object = qd_placement_map_get_encoding (base) == QD_PLACEMENT_OBJECT;
  g_autoptr (GPtrArray) rows = qd_placement_map_diff (base, revision->map);
  JsonObject *args = json_object_new (), *changes = json_object_new ();

  for (guint i = 0; i < rows->len; i++)
    {
      const QdPlacementDiff *row = rows->pdata[i];
      g_autofree char *text = g_strdup_printf (_("%s → %s"), row->from != NULL ? row->from : _("nowhere"), row->to != NULL ? row->to : _("nowhere"));

      /* with a key for each, a revision is about its own tenant alone */
      if (object || g_strcmp0 (row->tenant, revision->key) == 0)
        json_object_set_string_member (changes, row->tenant, text);
    }
  json_object_set_object_member (args, "changes", changes);
  return args;
}

void
qd_placement_page_restore (QdPlacementPage *self, GPtrArray *revisions, guint index)
{
  const QdPlacementRevision *revision = revisions->pdata[index];
  QdFleet *fleet = qd_session_get_fleet (get_session (self));
  QdEntity *connection = self->source.nats != NULL ? qd_fleet_lookup (fleet, self->source.nats, QD_KIND_CONNECTION, self->source.nats) : NULL;
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, revision->revision), *title = g_strdup_printf (_("Put revision %s back"), number), *why = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) writes = NULL;
  g_autoptr (JsonObject) args = NULL;
  QdConfirmation confirmation;
  AdwDialog *dialog;
  Apply *apply;

  if (self->map == NULL || connection == NULL || !qd_placement_page_can_apply (self, &why))
    {
      tell_failure (self, why != NULL ? why : _("There is no bucket to ask"));
      return;
    }
  writes = qd_placement_plan_restore (self->map, revision, &error);
  if (writes == NULL || writes->len == 0)
    {
      tell_failure (self, error != NULL ? error->message : _("It is what is there now."));
      return;
    }
  args = list_restored (self->map, revision);
  confirmation = (QdConfirmation) { .title = title, .where = qd_entity_get_name (connection), .verb = QD_PLACEMENT_SET, .args = args, .fleet = fleet,
                                    .note = _("It is written as a new revision: put this one back from the history"),
                                    .type_name = is_production (self) ? qd_entity_get_name (connection) : NULL };
  dialog = qd_confirm_dialog_new (&confirmation);
  apply = g_new0 (Apply, 1);
  *apply = (Apply) { .page = g_object_ref (self), .nats = g_strdup (self->source.nats), .base = qd_placement_map_ref (self->map),
                     .revisions = g_ptr_array_ref (revisions), .revision = index };
  g_signal_connect_data (dialog, "confirmed", G_CALLBACK (restore_confirmed_cb), apply, apply_free_closure, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}
