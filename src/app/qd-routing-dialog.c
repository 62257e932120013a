/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-routing-dialog.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "qd-driver.h"
#include "qd-json.h"
#include "qd-preflight.h"
#include "qd-routing-actions.h"
#include "qd-routing-clash.h"
#include "qd-routing-drafts.h"
#include "qd-routing-form.h"
#include "qd-routing-remarks.h"

#define QD_TYPE_ROUTING_DIALOG (qd_routing_dialog_get_type ())
G_DECLARE_FINAL_TYPE (QdRoutingDialog, qd_routing_dialog, QD, ROUTING_DIALOG, AdwDialog)

struct _QdRoutingDialog {
  AdwDialog parent_instance;

  QdSession *session;
  GtkWidget *parent;        /* weak */
  QdRoutingDrafts *drafts;
  const char *connection;   /* interned */
  char *id, *revision;
  JsonObject *base;         /* NULL: a new one */
  QdRoutingCheck *check;    /* what it is beside the others */

  GtkWidget *top;           /* the group of the next two: not there while they are not */
  GtkWidget *banner, *clash, *form, *save, *cancel;
  gboolean saving;
  char *asked;              /* the text of what the server was asked about last; NULL: of nothing */
  gboolean warned;          /* the server has said what is to be said of what stands there */
};

G_DEFINE_FINAL_TYPE (QdRoutingDialog, qd_routing_dialog, ADW_TYPE_DIALOG)

static QdFleet *
get_fleet (QdRoutingDialog *self)
{
  return qd_session_get_fleet (self->session);
}

static QdEntity *
get_policy (QdRoutingDialog *self)
{
  return qd_fleet_lookup (get_fleet (self), self->connection, QD_KIND_ROUTING, self->id);
}

/* --- What is said ------------------------------------------------------------------------------- */

static void
show_top (QdRoutingDialog *self)
{
  gtk_widget_set_visible (self->top, gtk_widget_get_visible (self->banner) || gtk_widget_get_visible (self->clash));
}

/* @text: NULL: nothing. */
static void
say (QdRoutingDialog *self, const char *text, const char *style)
{
  gtk_widget_remove_css_class (self->banner, "error");
  gtk_widget_remove_css_class (self->banner, "accent");
  gtk_widget_remove_css_class (self->banner, "warning");
  if (style)
    gtk_widget_add_css_class (self->banner, style);
  gtk_label_set_text (GTK_LABEL (self->banner), text ? text : "");
  gtk_widget_set_visible (self->banner, text != NULL);
  show_top (self);
  if (text)
    gtk_accessible_announce (GTK_ACCESSIBLE (self), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
}

static gboolean
is_changed (QdRoutingDialog *self)
{
  g_autoptr (JsonObject) mine = qd_routing_form_get (QD_ROUTING_FORM (self->form));
  g_autoptr (JsonObject) nothing = self->base ? NULL : qd_routing_object_new ();

  return qd_routing_object_diff (self->base ? self->base : nothing, mine) != 0;
}

static void
update_check (QdRoutingDialog *self)
{
  g_autoptr (JsonObject) mine = qd_routing_form_get (QD_ROUTING_FORM (self->form));

  qd_routing_check_set_mine (self->check, self->id, mine);
}

static void
update_save (QdRoutingDialog *self)
{
  const char *fault = qd_routing_form_get_fault (QD_ROUTING_FORM (self->form));
  guint undecided = qd_routing_clash_get_n_undecided (QD_ROUTING_CLASH (self->clash));
  gboolean live = qd_routing_is_live (self->session, self->connection);
  g_autofree char *why = NULL;

  if (fault)
    why = g_strdup (fault);
  else if (undecided > 0)
    why = g_strdup_printf (ngettext ("%u field is not decided yet", "%u fields are not decided yet", undecided), undecided);
  else if (!live)
    why = g_strdup (_("Nobody answers now: what you typed is kept as a draft, to be applied later"));
  gtk_button_set_label (GTK_BUTTON (self->save), !live ? _("_Keep as Draft") : self->warned ? _("_Save Anyway") : _("_Save"));
  gtk_widget_set_tooltip_text (self->save, why);
  gtk_widget_set_sensitive (self->save, !self->saving && fault == NULL && undecided == 0);
  show_top (self);
}

/* --- The draft ------------------------------------------------------------------------------------ */

static void
keep_draft (QdRoutingDialog *self)
{
  g_autoptr (JsonObject) mine = qd_routing_form_get (QD_ROUTING_FORM (self->form));

  if (is_changed (self))
    qd_routing_drafts_put (self->drafts, self->connection, self->id, self->base, self->revision, mine);
  else
    qd_routing_drafts_remove (self->drafts, self->connection, self->id);
}

static void
changed_cb (QdRoutingDialog *self)
{
  if (!self->saving)
    say (self, NULL, NULL);
  self->warned = FALSE;
  keep_draft (self);
  update_check (self);
  update_save (self);
}

/* --- What others did ------------------------------------------------------------------------------- */

/* Mine is now a change of @theirs. */
static void
rebase (QdRoutingDialog *self, JsonObject *theirs, const char *revision)
{
  g_autoptr (JsonObject) mine = qd_routing_form_get (QD_ROUTING_FORM (self->form)), merged = NULL, before = NULL;
  g_autofree char *what = NULL, *text = NULL;
  guint conflicts, taken;

  merged = qd_routing_object_merge (self->base, mine, theirs, &conflicts);
  taken = qd_routing_object_diff (mine, merged);
  what = qd_routing_object_describe (mine, merged, get_fleet (self), self->connection);
  qd_routing_clash_add (QD_ROUTING_CLASH (self->clash), conflicts, self->base, mine, theirs);
  before = g_steal_pointer (&self->base);
  self->base = qd_routing_object_normalize (theirs);
  g_set_str (&self->revision, revision);
  qd_routing_form_set (QD_ROUTING_FORM (self->form), merged);
  if (taken)
    text = g_strdup_printf (_("Somebody else changed the policy meanwhile, which is taken in:\n%s"), what);
  else if (conflicts)
    text = g_strdup (_("Somebody else changed what you changed too: decide which it is to be."));
  if (text)
    say (self, text, "accent");
  self->warned = FALSE;
  keep_draft (self);
  update_check (self);
  update_save (self);
}

static void
become_new (QdRoutingDialog *self)
{
  g_clear_pointer (&self->base, json_object_unref);
  g_clear_pointer (&self->revision, g_free);
  qd_routing_clash_clear (QD_ROUTING_CLASH (self->clash));
  say (self, _("Somebody else removed the policy meanwhile. Save it to create it again."), "accent");
  keep_draft (self);
  update_save (self);
}

/* The fleet knows something new: of this policy, too? */
static void
committed_cb (QdRoutingDialog *self)
{
  QdEntity *policy;
  g_autoptr (JsonObject) theirs = NULL;

  if (self->session == NULL || self->saving || self->base == NULL)
    return;
  policy = get_policy (self);
  if (policy == NULL && qd_routing_is_live (self->session, self->connection))
    become_new (self);
  if (policy == NULL || g_strcmp0 (qd_entity_get_string (policy, QD_FIELD_REVISION), self->revision) == 0)
    return;
  theirs = qd_routing_object_of (policy);
  rebase (self, theirs, qd_entity_get_string (policy, QD_FIELD_REVISION));
}

/* A field was decided: it is what @value says. */
static void
decided_cb (QdRoutingDialog *self, guint at, JsonNode *value)
{
  g_autoptr (JsonObject) mine = qd_routing_form_get (QD_ROUTING_FORM (self->form));

  qd_routing_object_set (mine, at, value ? json_node_copy (value) : NULL);
  qd_routing_form_set (QD_ROUTING_FORM (self->form), mine);
  self->warned = FALSE;
  keep_draft (self);
  update_check (self);
  update_save (self);
}

static void
state_cb (QdRoutingDialog *self)
{
  if (self->session)
    update_save (self);
}

/* --- Saving ----------------------------------------------------------------------------------------- */

static void
finish (QdRoutingDialog *self, const char *id)
{
  g_autoptr (JsonObject) mine = qd_routing_form_get (QD_ROUTING_FORM (self->form));
  JsonNode *name = qd_routing_object_get (mine, QD_ROUTING_AT_NAME);
  g_autofree char *text = g_strdup_printf (self->base ? _("Changed %s") : _("Created %s"), name ? json_node_get_string (name) : id);

  qd_routing_drafts_remove (self->drafts, self->connection, self->id);
  qd_routing_tell_done (self->session, self->parent, text, self->connection, id, self->base, mine);
  adw_dialog_force_close (ADW_DIALOG (self));
}

static void
fail (QdRoutingDialog *self, const GError *error)
{
  g_autofree char *text = g_strdup_printf (_("Not saved, but kept as a draft: %s"), error->message);

  say (self, text, "error");
  committed_cb (self);
}

/* What the policy is now, after somebody was quicker. */
static void
theirs_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdRoutingDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = qd_hub_run_finish (QD_HUB (source), result, &error);
  JsonObject *object = answer ? qd_json_object (answer) : NULL;
  g_autoptr (JsonObject) theirs = object ? qd_routing_object_normalize (object) : NULL;
  g_autofree char *revision = object ? qd_json_dup_id (object, "revision") : NULL;

  if (self->session == NULL)
    return;
  self->saving = FALSE;
  if (theirs && self->base)
    rebase (self, theirs, revision);
  else if (error)
    fail (self, error);
  update_save (self);
}

static void
ask_theirs (QdRoutingDialog *self)
{
  g_autoptr (JsonObject) args = json_object_new ();
  g_autofree char *job = NULL;

  json_object_set_string_member (args, "id", self->id);
  job = qd_hub_run (qd_session_get_hub (self->session), self->connection, "routing.get", args, NULL, NULL, NULL, theirs_cb, g_object_ref (self));
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdRoutingDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = qd_hub_run_finish (QD_HUB (source), result, &error);
  JsonObject *object = answer ? qd_json_object (answer) : NULL;
  g_autofree char *id = object ? qd_json_dup_id (object, "id") : NULL;

  if (self->session == NULL)
    return;
  if (error && self->base && g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT))
    {
      ask_theirs (self);
      return;
    }
  self->saving = FALSE;
  if (error)
    fail (self, error);
  else
    finish (self, id ? id : self->id);
  if (self->session)
    update_save (self);
}

static void
copy_member (JsonObject *object, const char *name, JsonNode *node, gpointer data)
{
  json_object_set_member (data, name, json_node_copy (node));
}

/* The same draft sent again, as after a crash, is done once. */
static char *
make_idempotency_key (QdRoutingDialog *self, JsonObject *mine)
{
  g_autofree char *text = qd_routing_object_to_text (mine);
  g_autofree char *whole = g_strconcat (self->id, "\n", text, NULL);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, whole, -1);
}

static JsonObject *
make_args (QdRoutingDialog *self, JsonObject *mine)
{
  JsonObject *args = json_object_new ();
  g_autofree char *key = NULL;

  if (self->base)
    {
      json_object_set_string_member (args, "id", self->id);
      json_object_set_string_member (args, "revision", self->revision ? self->revision : "");
      json_object_set_object_member (args, "changes", qd_routing_object_patch (self->base, mine));
      return args;
    }
  key = make_idempotency_key (self, mine);
  json_object_set_string_member (args, "idempotency_key", key);
  json_object_foreach_member (mine, copy_member, args);
  if (!g_str_has_prefix (self->id, "new-"))
    json_object_set_string_member (args, "id", self->id);
  return args;
}

static const char *
get_verb (QdRoutingDialog *self)
{
  return self->base ? "routing.update" : "routing.create";
}

static void
send (QdRoutingDialog *self)
{
  g_autoptr (JsonObject) mine = qd_routing_form_get (QD_ROUTING_FORM (self->form)), args = make_args (self, mine);
  JsonNode *name = qd_routing_object_get (mine, QD_ROUTING_AT_NAME);
  g_autofree char *summary = g_strdup_printf (self->base ? _("Change routing policy %s") : _("Create routing policy %s"),
                                              name ? json_node_get_string (name) : self->id);
  g_autofree char *job = NULL;

  self->saving = TRUE;
  update_save (self);
  job = qd_hub_run (qd_session_get_hub (self->session), self->connection, get_verb (self), args, summary, NULL, NULL, saved_cb, g_object_ref (self));
}

/* --- Asking before -------------------------------------------------------------------------------- */

static const QdPolicyRemark *
find_remark (GPtrArray *remarks, const char *code)
{
  for (guint i = 0; i < remarks->len; i++)
    if (g_strcmp0 (((QdPolicyRemark *) remarks->pdata[i])->code, code) == 0)
      return remarks->pdata[i];
  return NULL;
}

/* A line each of those that are blockers, or of those that are not; NULL: there are none. (transfer full) */
static char *
join_remarks (GPtrArray *remarks, gboolean blocker)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < remarks->len; i++)
    {
      const QdPolicyRemark *remark = remarks->pdata[i];

      if (remark->blocker == blocker)
        g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", remark->text);
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

/* @remarks: what the server says to it. */
static void
hear (QdRoutingDialog *self, GPtrArray *remarks)
{
  g_autofree char *blockers = join_remarks (remarks, TRUE), *warnings = join_remarks (remarks, FALSE), *text = NULL;

  if (blockers)
    text = g_strdup_printf (_("The server would not take this; it is kept as a draft.\n%s"), blockers);
  else if (warnings)
    text = g_strdup_printf (_("The server says of this change, which is not saved yet:\n%s"), warnings);
  self->warned = warnings && !blockers;
  if (text)
    say (self, text, blockers ? "error" : "warning");
  else
    send (self);
}

static gboolean
is_as_asked (QdRoutingDialog *self)
{
  g_autoptr (JsonObject) mine = qd_routing_form_get (QD_ROUTING_FORM (self->form));
  g_autofree char *text = qd_routing_object_to_text (mine);

  return g_strcmp0 (text, self->asked) == 0;
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdRoutingDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) remarks = qd_preflight_finish (QD_HUB (source), result, &error);

  if (self->session == NULL)
    return;
  if (remarks && self->base && find_remark (remarks, "conflict"))
    {
      ask_theirs (self);
      return;
    }
  self->saving = FALSE;
  /* Who types on meanwhile has another question. */
  if (remarks && !is_as_asked (self))
    say (self, NULL, NULL);
  else if (remarks)
    hear (self, remarks);
  else
    fail (self, error);
  update_save (self);
}

/* What the server has to say comes before it is done. */
static void
ask_before (QdRoutingDialog *self)
{
  g_autoptr (JsonObject) mine = qd_routing_form_get (QD_ROUTING_FORM (self->form)), args = make_args (self, mine);

  g_free (self->asked);
  self->asked = qd_routing_object_to_text (mine);
  self->saving = TRUE;
  update_save (self);
  qd_preflight_async (qd_session_get_hub (self->session), self->connection, get_verb (self), args, NULL, asked_cb, g_object_ref (self));
}

static void
save_cb (QdRoutingDialog *self)
{
  if (!gtk_widget_get_sensitive (self->save))
    return;
  if (self->base && !is_changed (self))
    {
      qd_routing_drafts_remove (self->drafts, self->connection, self->id);
      adw_dialog_force_close (ADW_DIALOG (self));
    }
  else if (!qd_routing_is_live (self->session, self->connection))
    {
      keep_draft (self);
      qd_session_toast (self->session, _("Kept as a draft, which is among the drafts until it is applied"));
      adw_dialog_force_close (ADW_DIALOG (self));
    }
  else if (self->warned)
    send (self);
  else
    ask_before (self);
}

/* --- Closing with something written ----------------------------------------------------------------- */

static void
closing_cb (AdwAlertDialog *dialog, const char *response, QdRoutingDialog *self)
{
  if (g_strcmp0 (response, "keep") == 0)
    keep_draft (self);
  else if (g_strcmp0 (response, "discard") == 0)
    qd_routing_drafts_remove (self->drafts, self->connection, self->id);
  else
    return;
  adw_dialog_force_close (ADW_DIALOG (self));
}

static void
close_attempt_cb (QdRoutingDialog *self)
{
  AdwAlertDialog *dialog;

  if (self->saving)
    return;
  if (!is_changed (self))
    {
      adw_dialog_force_close (ADW_DIALOG (self));
      return;
    }
  dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (_("Keep as a Draft?"), _("What you changed is not saved. A draft waits on the page of drafts.")));
  adw_alert_dialog_add_responses (dialog, "edit", _("Keep _Editing"), "discard", _("_Discard"), "keep", _("_Keep as Draft"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "discard", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_response_appearance (dialog, "keep", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (dialog, "keep");
  adw_alert_dialog_set_close_response (dialog, "edit");
  g_signal_connect_object (dialog, "response", G_CALLBACK (closing_cb), self, 0);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self));
}

static gboolean
return_focus_cb (gpointer data)
{
  GtkWidget *parent = data, *focus = gtk_widget_get_root (parent) ? gtk_root_get_focus (gtk_widget_get_root (parent)) : NULL;

  if (gtk_widget_get_mapped (parent) && (focus == NULL || !gtk_widget_is_ancestor (focus, parent)))
    gtk_widget_grab_focus (parent);
  return G_SOURCE_REMOVE;
}

/* What was in focus before may be gone: a draft is another row with each keystroke. Whoever has no pointer goes on where they were. */
static void
closed_cb (QdRoutingDialog *self)
{
  if (self->parent)
    g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, return_focus_cb, g_object_ref (self->parent), g_object_unref);
}

/* --- The object --------------------------------------------------------------------------------------- */

static void
qd_routing_dialog_dispose (GObject *object)
{
  QdRoutingDialog *self = QD_ROUTING_DIALOG (object);

  g_clear_object (&self->session);
  g_clear_weak_pointer (&self->parent);
  g_clear_pointer (&self->base, json_object_unref);
  g_clear_object (&self->drafts);
  g_clear_object (&self->check);
  G_OBJECT_CLASS (qd_routing_dialog_parent_class)->dispose (object);
}

static void
qd_routing_dialog_finalize (GObject *object)
{
  QdRoutingDialog *self = QD_ROUTING_DIALOG (object);

  g_free (self->id);
  g_free (self->revision);
  g_free (self->asked);
  G_OBJECT_CLASS (qd_routing_dialog_parent_class)->finalize (object);
}

static gboolean
save_key_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  save_cb (QD_ROUTING_DIALOG (widget));
  return GDK_EVENT_STOP;
}

static void
qd_routing_dialog_class_init (QdRoutingDialogClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_routing_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_routing_dialog_finalize;
  gtk_widget_class_add_binding (GTK_WIDGET_CLASS (klass), GDK_KEY_s, GDK_CONTROL_MASK, save_key_cb, NULL);
}

static void
qd_routing_dialog_init (QdRoutingDialog *self)
{
}

static GtkWidget *
build_bar (QdRoutingDialog *self)
{
  GtkWidget *bar = adw_header_bar_new (), *title = gtk_label_new (self->base ? _("Edit Policy") : _("New Policy"));

  self->save = gtk_button_new_with_mnemonic (_("_Save"));
  self->cancel = gtk_button_new_with_mnemonic (_("_Cancel"));
  gtk_widget_add_css_class (self->save, "suggested-action");
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (title, "title");
  g_signal_connect_object (self->save, "clicked", G_CALLBACK (save_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->cancel, "clicked", G_CALLBACK (close_attempt_cb), self, G_CONNECT_SWAPPED);
  adw_header_bar_set_show_end_title_buttons (ADW_HEADER_BAR (bar), FALSE);
  adw_header_bar_set_show_start_title_buttons (ADW_HEADER_BAR (bar), FALSE);
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (bar), title);
  gtk_button_set_can_shrink (GTK_BUTTON (self->cancel), TRUE);
  gtk_button_set_can_shrink (GTK_BUTTON (self->save), TRUE);
  adw_header_bar_pack_start (ADW_HEADER_BAR (bar), self->cancel);
  adw_header_bar_pack_end (ADW_HEADER_BAR (bar), self->save);
  return bar;
}

static GtkWidget *
build_content (QdRoutingDialog *self)
{
  self->top = adw_preferences_group_new ();
  self->banner = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->banner), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->banner), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (self->banner), 0);
  gtk_label_set_selectable (GTK_LABEL (self->banner), TRUE);
  gtk_widget_set_visible (self->banner, FALSE);
  gtk_widget_set_margin_bottom (self->banner, 12);
  self->clash = qd_routing_clash_new (get_fleet (self), self->connection);
  g_signal_connect_object (self->clash, "decided", G_CALLBACK (decided_cb), self, G_CONNECT_SWAPPED);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->top), self->banner);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->top), self->clash);
  self->check = qd_routing_check_new (self->session, self->connection);
  self->form = qd_routing_form_new (self->session, self->connection, ADW_PREFERENCES_GROUP (self->top),
                                    ADW_PREFERENCES_GROUP (qd_routing_remarks_new (self->check, NULL)));
  show_top (self);
  g_signal_connect_object (self->form, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  return self->form;
}

static void
build (QdRoutingDialog *self)
{
  GtkWidget *view = adw_toolbar_view_new ();
  QdEntityList *connections = qd_fleet_get_list (get_fleet (self), QD_KIND_CONNECTION);

  adw_dialog_set_title (ADW_DIALOG (self), self->base ? _("Edit Routing Policy") : _("New Routing Policy"));
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), build_bar (self));
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), build_content (self));
  adw_dialog_set_child (ADW_DIALOG (self), view);
  adw_dialog_set_content_width (ADW_DIALOG (self), 520);
  adw_dialog_set_content_height (ADW_DIALOG (self), 680);
  adw_dialog_set_can_close (ADW_DIALOG (self), FALSE);
  adw_dialog_set_default_widget (ADW_DIALOG (self), self->save);
  g_signal_connect (self, "close-attempt", G_CALLBACK (close_attempt_cb), NULL);
  g_signal_connect (self, "closed", G_CALLBACK (closed_cb), NULL);
  g_signal_connect_object (get_fleet (self), "committed", G_CALLBACK (committed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (connections, "items-updated", G_CALLBACK (state_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (connections, "items-changed", G_CALLBACK (state_cb), self, G_CONNECT_SWAPPED);
}

void
qd_routing_dialog_present (QdSession *session, GtkWidget *parent, const char *connection, const char *id,
                           JsonObject *base, const char *revision, JsonObject *mine)
{
  QdRoutingDialog *self = g_object_new (QD_TYPE_ROUTING_DIALOG, NULL);

  self->session = g_object_ref (session);
  g_set_weak_pointer (&self->parent, parent);
  self->drafts = g_object_ref (qd_routing_drafts_of (qd_session_get_hub (session)));
  self->connection = g_intern_string (connection);
  self->id = g_strdup (id);
  self->revision = g_strdup (revision);
  self->base = base ? qd_routing_object_normalize (base) : NULL;
  build (self);
  qd_routing_form_set (QD_ROUTING_FORM (self->form), mine);
  update_check (self);
  committed_cb (self);
  update_save (self);
  adw_dialog_present (ADW_DIALOG (self), parent);
  qd_routing_form_focus_name (QD_ROUTING_FORM (self->form));
}
