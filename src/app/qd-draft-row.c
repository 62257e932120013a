/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-draft-row.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-draft-list.h"
#include "qd-routing-drafts.h"
#include "qd-routing-fields.h"
#include "qd-time.h"

struct _QdDraftRow {
  GtkBox parent_instance;

  QdSession *session;
  GObject *draft;
  GtkWidget *icon, *title, *where, *amount, *trouble, *trouble_icon, *trouble_label, *menu;
};

G_DEFINE_FINAL_TYPE (QdDraftRow, qd_draft_row, GTK_TYPE_BOX)

/* What is said of a draft. */
typedef struct {
  char *title, *where, *amount;
  const char *trouble;          /* or NULL */
  gboolean is_conflict;
} Words;

static void
words_clear (Words *self)
{
  g_free (self->title);
  g_free (self->where);
  g_free (self->amount);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Words, words_clear)

GVariant *
qd_draft_key (gpointer draft)
{
  if (QD_IS_DRAFT_ITEM (draft))
    return g_variant_new ("(ss)", "", qd_draft_item_get_path (draft));
  return g_variant_new ("(ss)", qd_routing_draft_get_connection (draft), qd_routing_draft_get_id (draft));
}

/* --- Words ---------------------------------------------------------------------------------------- */

/* @place, and for how long it has been so. */
static char *
tell_where (const char *place, gint64 saved_us)
{
  gint64 age = g_get_real_time () - saved_us;
  g_autofree char *span = saved_us > 0 && age >= 60 * G_USEC_PER_SEC ? qd_time_format_age (age) : NULL;

  if (saved_us <= 0)
    return g_strdup (place);
  if (span == NULL)
    /* TRANSLATORS: where a draft belongs, and that it was typed within the last minute */
    return g_strdup_printf (_("%s · just now"), place);
  /* TRANSLATORS: where a draft belongs, and how long ago it was typed: "~/policies · 5 min ago" */
  return g_strdup_printf (_("%s · %s ago"), place, span);
}

/* With "~" for the home folder. */
static char *
shorten (const char *folder)
{
  const char *home = g_get_home_dir ();
  gsize n = strlen (home);

  if (n > 1 && g_str_has_prefix (folder, home) && (folder[n] == '/' || folder[n] == '\0'))
    return g_strconcat ("~", folder + n, NULL);
  return g_filename_display_name (folder);
}

static const char *
trouble_of_file (QdDraftState state, gboolean *is_conflict)
{
  *is_conflict = state == QD_DRAFT_CONFLICT || state == QD_DRAFT_GONE;
  switch (state)
    {
    case QD_DRAFT_SAVED: return _("The file holds this already");
    case QD_DRAFT_MERGES: return _("Somebody else changed other lines");
    case QD_DRAFT_CONFLICT: return _("Somebody else changed the same lines");
    case QD_DRAFT_GONE: return _("Somebody else removed the file");
    case QD_DRAFT_UNKNOWN: return _("The file cannot be read");
    case QD_DRAFT_FREE:
    default: return NULL;
    }
}

static void
tell_file (QdDraftItem *item, Words *words)
{
  g_autofree char *folder = g_path_get_dirname (qd_draft_item_get_path (item)), *place = shorten (folder);

  words->title = g_filename_display_basename (qd_draft_item_get_path (item));
  words->where = tell_where (place, qd_draft_item_get_saved_us (item));
  if (qd_draft_item_is_new (item))
    words->amount = g_strdup_printf (_("new, +%u"), qd_draft_item_get_n_added (item));
  else
    words->amount = g_strdup_printf ("+%u −%u", qd_draft_item_get_n_added (item), qd_draft_item_get_n_removed (item));
  words->trouble = trouble_of_file (qd_draft_item_get_state (item), &words->is_conflict);
}

static const char *
trouble_of_policy (QdSession *session, QdRoutingDraft *draft, gboolean *is_conflict)
{
  QdEntity *policy = qd_fleet_lookup (qd_session_get_fleet (session), qd_routing_draft_get_connection (draft), QD_KIND_ROUTING, qd_routing_draft_get_id (draft));
  g_autoptr (JsonObject) theirs = policy ? qd_routing_object_of (policy) : NULL, merged = NULL;
  JsonObject *base = qd_routing_draft_get_base (draft);
  guint conflicts;

  *is_conflict = base != NULL && policy == NULL;
  if (base == NULL)
    return NULL;
  if (policy == NULL)
    return _("Not known now, or removed by somebody else");
  if (g_strcmp0 (qd_entity_get_string (policy, QD_FIELD_REVISION), qd_routing_draft_get_revision (draft)) == 0)
    return NULL;
  merged = qd_routing_object_merge (base, qd_routing_draft_get_mine (draft), theirs, &conflicts);
  *is_conflict = conflicts != 0;
  return conflicts != 0 ? _("Somebody else changed the same fields") : _("Somebody else changed other fields");
}

static void
tell_policy (QdSession *session, QdRoutingDraft *draft, Words *words)
{
  const char *id = qd_routing_draft_get_connection (draft);
  QdEntity *connection = qd_fleet_lookup (qd_session_get_fleet (session), id, QD_KIND_CONNECTION, id);
  JsonObject *base = qd_routing_draft_get_base (draft), *mine = qd_routing_draft_get_mine (draft);
  JsonNode *name = qd_routing_object_get (mine, QD_ROUTING_AT_NAME);
  guint n = base ? (guint) __builtin_popcount (qd_routing_object_diff (base, mine)) : 0;
  const char *text = name && JSON_NODE_HOLDS_VALUE (name) ? json_node_get_string (name) : NULL;

  words->title = g_strdup (text && *text ? text : _("Routing policy without a name"));
  words->where = tell_where (connection ? qd_entity_get_name (connection) : id, qd_routing_draft_get_saved_us (draft));
  words->amount = base ? g_strdup_printf (ngettext ("%u field", "%u fields", n), n) : g_strdup (_("new"));
  words->trouble = trouble_of_policy (session, draft, &words->is_conflict);
}

static void
find_words (QdSession *session, gpointer draft, Words *words)
{
  if (QD_IS_DRAFT_ITEM (draft))
    tell_file (draft, words);
  else
    tell_policy (session, draft, words);
}

char *
qd_draft_dup_label (QdSession *session, gpointer draft)
{
  g_auto (Words) words = { 0 };

  find_words (session, draft, &words);
  return g_strdup_printf ("%s, %s, %s%s%s", words.title, words.where, words.amount, words.trouble ? ", " : "", words.trouble ? words.trouble : "");
}

/* --- Showing ------------------------------------------------------------------------------------------ */

static void
set_label (GtkWidget *label, const char *text)
{
  if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (label)), text) != 0)
    gtk_label_set_text (GTK_LABEL (label), text);
}

void
qd_draft_row_update (QdDraftRow *self)
{
  g_auto (Words) words = { 0 };

  if (self->draft == NULL || self->session == NULL)
    return;
  find_words (self->session, self->draft, &words);
  set_label (self->title, words.title);
  set_label (self->where, words.where);
  set_label (self->amount, words.amount);
  set_label (self->trouble_label, words.trouble ? words.trouble : "");
  gtk_widget_set_visible (self->trouble, words.trouble != NULL);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->trouble_icon), words.is_conflict ? "dialog-warning-symbolic" : "dialog-information-symbolic");
  if (words.is_conflict)
    gtk_widget_add_css_class (self->trouble, "warning");
  else
    gtk_widget_remove_css_class (self->trouble, "warning");
}

static void
append (GMenu *menu, const char *label, const char *action, gpointer draft)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target_value (item, action, qd_draft_key (draft));
  g_menu_append_item (menu, item);
}

static void
update_menu (QdDraftRow *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  g_auto (Words) words = { 0 };
  g_autofree char *name = NULL;

  find_words (self->session, self->draft, &words);
  append (menu, _("_Open"), "draft.open", self->draft);
  append (menu, _("_Compare"), "draft.compare", self->draft);
  append (menu, QD_IS_DRAFT_ITEM (self->draft) ? _("_Save") : _("_Apply…"), "draft.save", self->draft);
  append (menu, _("_Discard"), "draft.discard", self->draft);
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (self->menu), G_MENU_MODEL (menu));
  /* TRANSLATORS: the name of a button: the menu of a draft */
  name = g_strdup_printf (_("Actions for %s"), words.title);
  gtk_widget_set_tooltip_text (self->menu, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->menu), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

void
qd_draft_row_set_draft (QdDraftRow *self, gpointer draft)
{
  if (!g_set_object (&self->draft, draft) || draft == NULL)
    return;
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), QD_IS_DRAFT_ITEM (draft) ? "qd-policies-symbolic" : "qd-routing-symbolic");
  update_menu (self);
  qd_draft_row_update (self);
}

/* --- The object ------------------------------------------------------------------------------------------ */

static void
qd_draft_row_dispose (GObject *object)
{
  QdDraftRow *self = QD_DRAFT_ROW (object);

  g_clear_object (&self->draft);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (qd_draft_row_parent_class)->dispose (object);
}

static void
qd_draft_row_class_init (QdDraftRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_draft_row_dispose;
}

static GtkWidget *
make_label (const char *style)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  if (style)
    gtk_widget_add_css_class (label, style);
  return label;
}

static void
qd_draft_row_init (QdDraftRow *self)
{
  GtkWidget *text = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);

  gtk_box_set_spacing (GTK_BOX (self), 12);
  self->icon = gtk_image_new ();
  self->title = make_label (NULL);
  self->where = make_label ("dimmed");
  gtk_widget_add_css_class (self->where, "caption");
  self->amount = make_label ("dimmed");
  gtk_widget_add_css_class (self->amount, "numeric");
  gtk_label_set_ellipsize (GTK_LABEL (self->amount), PANGO_ELLIPSIZE_NONE);
  self->trouble = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->trouble_icon = gtk_image_new ();
  self->trouble_label = make_label ("caption");
  gtk_label_set_ellipsize (GTK_LABEL (self->trouble_label), PANGO_ELLIPSIZE_NONE);
  gtk_label_set_wrap (GTK_LABEL (self->trouble_label), TRUE);
  gtk_box_append (GTK_BOX (self->trouble), self->trouble_icon);
  gtk_box_append (GTK_BOX (self->trouble), self->trouble_label);
  self->menu = gtk_menu_button_new ();
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (self->menu), "view-more-symbolic");
  gtk_widget_add_css_class (self->menu, "flat");
  gtk_widget_set_valign (self->menu, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (text, TRUE);
  gtk_box_append (GTK_BOX (text), self->title);
  gtk_box_append (GTK_BOX (text), self->where);
  gtk_box_append (GTK_BOX (text), self->trouble);
  gtk_box_append (GTK_BOX (self), self->icon);
  gtk_box_append (GTK_BOX (self), text);
  gtk_box_append (GTK_BOX (self), self->amount);
  gtk_box_append (GTK_BOX (self), self->menu);
}

GtkWidget *
qd_draft_row_new (QdSession *session)
{
  QdDraftRow *self = g_object_new (QD_TYPE_DRAFT_ROW, NULL);

  self->session = g_object_ref (session);
  return GTK_WIDGET (self);
}
