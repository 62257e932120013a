/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-draft-compare.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-routing-fields.h"

/* More than that nobody reads in a dialog: the editor has it all. */
#define MAX_LINES 500

/* --- The dialog --------------------------------------------------------------------------------------- */

static GtkWidget *
present (GtkWidget *parent, const char *title)
{
  AdwDialog *dialog = adw_dialog_new ();
  GtkWidget *view = adw_toolbar_view_new (), *scrolled = gtk_scrolled_window_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 12);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), box);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), scrolled);
  adw_dialog_set_child (dialog, view);
  adw_dialog_set_title (dialog, title);
  adw_dialog_set_content_width (dialog, 640);
  adw_dialog_set_content_height (dialog, 480);
  adw_dialog_present (dialog, parent);
  return box;
}

static void
add_text (GtkWidget *box, const char *text, const char *style, const char *font)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  if (style)
    gtk_widget_add_css_class (label, style);
  /* Files are the same from whichever side one reads. */
  if (font)
    gtk_widget_set_direction (label, GTK_TEXT_DIR_LTR);
  if (font)
    gtk_widget_add_css_class (label, font);
  gtk_box_append (GTK_BOX (box), label);
}

/* --- Files --------------------------------------------------------------------------------------------- */

static guint
count_lines (GBytes *bytes, gsize end)
{
  const char *text = g_bytes_get_data (bytes, NULL);
  guint n = 1;

  for (gsize i = 0; i < end; i++)
    n += text[i] == '\n';
  return n;
}

/* The lines of a part, each with @mark before it; at most @left, which is counted down. */
static char *
mark_lines (GBytes *bytes, QdMergeRange range, const char *mark, guint *left)
{
  const char *text = g_bytes_get_data (bytes, NULL);
  g_autoptr (GString) marked = g_string_new (NULL);

  for (gsize at = range.start; at < range.end && *left > 0; (*left)--)
    {
      const char *end = memchr (text + at, '\n', range.end - at);
      gsize length = end ? (gsize) (end - text) - at : range.end - at;
      g_autofree char *line = g_utf8_make_valid (text + at, (gssize) length);

      g_string_append_printf (marked, "%s%s %s", marked->len > 0 ? "\n" : "", mark, line);
      at += length + (end != NULL);
    }
  return g_strdup (marked->str);
}

static void
add_part (GtkWidget *box, GBytes *bytes, QdMergeRange range, const char *mark, const char *style, guint *left)
{
  g_autofree char *text = mark_lines (bytes, range, mark, left);

  if (*text != '\0')
    add_text (box, text, style, "monospace");
}

static void
add_side (GtkWidget *box, const char *title, GBytes *base, QdMergeRange before, GBytes *side, QdMergeRange after, guint *left)
{
  g_autofree char *text = g_strdup_printf (_("%s, line %u"), title, count_lines (base, before.start));

  if (*left == 0)
    return;
  add_text (box, text, "heading", NULL);
  add_part (box, base, before, "−", "error", left);
  add_part (box, side, after, "+", "success", left);
}

static void
add_piece (GtkWidget *box, const QdMergePiece *piece, GBytes *base, GBytes *mine, GBytes *disk, guint *left)
{
  switch (piece->kind)
    {
    case QD_MERGE_MINE:
      add_side (box, _("Mine"), base, piece->base, mine, piece->mine, left);
      break;
    case QD_MERGE_THEIRS:
      add_side (box, _("Somebody else’s"), base, piece->base, disk, piece->theirs, left);
      break;
    case QD_MERGE_BOTH:
      add_side (box, _("Mine, and on the disk already"), base, piece->base, mine, piece->mine, left);
      break;
    case QD_MERGE_CONFLICT:
      add_side (box, _("Mine"), base, piece->base, mine, piece->mine, left);
      add_side (box, _("Somebody else’s, of the same lines"), base, piece->base, disk, piece->theirs, left);
      break;
    case QD_MERGE_SAME:
    default:
      break;
    }
}

void
qd_draft_compare_file (GtkWidget *parent, const char *title, const QdDraftTexts *texts)
{
  GtkWidget *box = present (parent, title);
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  GBytes *base = texts->base ? texts->base : nothing, *disk = texts->disk ? texts->disk : nothing;
  guint left = MAX_LINES;

  if (texts->disk == NULL && texts->base)
    add_text (box, _("The file is not there any more: somebody else removed it."), "warning", NULL);
  if (texts->merge == NULL)
    add_text (box, _("The texts cannot be compared."), "warning", NULL);
  for (guint i = 0; texts->merge && i < qd_merge_get_n_pieces (texts->merge); i++)
    add_piece (box, qd_merge_get_piece (texts->merge, i), base, texts->mine, disk, &left);
  if (left == 0)
    add_text (box, _("There is more: open the file to see all of it."), "dimmed", NULL);
  else if (left == MAX_LINES && texts->merge)
    add_text (box, _("Nothing differs."), "dimmed", NULL);
}

/* --- Routing policies -------------------------------------------------------------------------------------- */

static void
add_difference (GtkWidget *box, const char *title, JsonObject *before, JsonObject *after, QdFleet *fleet, const char *connection)
{
  g_autofree char *text = qd_routing_object_describe (before, after, fleet, connection);

  if (*text == '\0')
    return;
  add_text (box, title, "heading", NULL);
  add_text (box, text, NULL, NULL);
}

void
qd_draft_compare_policy (GtkWidget *parent, QdFleet *fleet, QdRoutingDraft *draft)
{
  const char *connection = qd_routing_draft_get_connection (draft);
  JsonObject *base = qd_routing_draft_get_base (draft), *mine = qd_routing_draft_get_mine (draft);
  g_autoptr (JsonObject) nothing = json_object_new (), theirs = NULL;
  QdEntity *policy = qd_fleet_lookup (fleet, connection, QD_KIND_ROUTING, qd_routing_draft_get_id (draft));
  JsonNode *name = qd_routing_object_get (mine, QD_ROUTING_AT_NAME);
  GtkWidget *box = present (parent, name && JSON_NODE_HOLDS_VALUE (name) ? json_node_get_string (name) : _("Routing Policy"));

  theirs = policy ? qd_routing_object_of (policy) : NULL;
  add_difference (box, base ? _("Mine") : _("New"), base ? base : nothing, mine, fleet, connection);
  if (base && theirs)
    add_difference (box, _("Somebody else’s"), base, theirs, fleet, connection);
  if (base && policy == NULL)
    add_text (box, _("The policy is not known now: nobody answers, or somebody else removed it."), "warning", NULL);
}
