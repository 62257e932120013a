/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-draft-files.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-settings.h"
#include "qd-window.h"
#include "qd-workbench.h"

/* --- Where it belongs ---------------------------------------------------------------------------------- */

/* The file's name below @folder, or NULL. */
static const char *
name_below (const char *path, const char *folder)
{
  gsize n = folder ? strlen (folder) : 0;

  return n > 0 && g_str_has_prefix (path, folder) && path[n] == '/' ? path + n + 1 : NULL;
}

/* The folder that was worked in: what is open, else one of those before, else the one it lies in. */
static char *
find_folder (QdSession *session, const char *path)
{
  QdWorkbench *workbench = qd_session_get_workbench (session);
  g_auto (GStrv) recent = g_settings_get_strv (qd_settings_get_default (), "policy-recent");

  if (workbench && name_below (path, qd_workbench_get_folder (workbench)))
    return g_strdup (qd_workbench_get_folder (workbench));
  for (guint i = 0; recent[i]; i++)
    if (name_below (path, recent[i]) && g_file_test (recent[i], G_FILE_TEST_IS_DIR))
      return g_strdup (recent[i]);
  return g_path_get_dirname (path);
}

/* The file as it is being worked on; NULL where its folder is not open. Borrowed. */
static QdDocument *
find_document (QdSession *session, const char *path, QdWorkbench **workbench)
{
  const char *name;

  *workbench = qd_session_get_workbench (session);
  name = *workbench ? name_below (path, qd_workbench_get_folder (*workbench)) : NULL;
  return name ? qd_workbench_find (*workbench, name) : NULL;
}

void
qd_draft_file_open (QdSession *session, GtkWidget *parent, const char *path)
{
  GtkRoot *root = gtk_widget_get_root (parent);
  g_autofree char *folder = find_folder (session, path);

  qd_session_open_page (session, "policies");
  if (QD_IS_WINDOW (root) && g_strcmp0 (qd_window_get_page_id (QD_WINDOW (root)), "policies") == 0)
    gtk_widget_activate_action (GTK_WIDGET (qd_window_get_page (QD_WINDOW (root))), "policy.open-file", "(ss)", folder, name_below (path, folder));
}

/* --- Saving ---------------------------------------------------------------------------------------------- */

typedef struct { QdSession *session; char *path; } Saving;

static void
tell_saved (Saving *saving, gboolean saved, const GError *error)
{
  g_autofree char *name = g_filename_display_basename (saving->path), *text = NULL;

  if (saved)
    text = g_strdup_printf (_("Saved %s"), name);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WRONG_ETAG))
    text = g_strdup_printf (_("%s is not saved: somebody else changed it too. Open it to decide"), name);
  else
    text = g_strdup_printf (_("%s is not saved: %s"), name, error->message);
  qd_session_toast (saving->session, text);
  g_object_unref (saving->session);
  g_free (saving->path);
  g_free (saving);
}

static void
document_saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  gboolean saved = qd_workbench_save_finish (QD_WORKBENCH (source), result, &error);

  tell_saved (data, saved, error);
}

static void
file_saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  gboolean saved = qd_draft_list_save_finish (QD_DRAFT_LIST (source), result, &error);

  tell_saved (data, saved, error);
}

void
qd_draft_file_save (QdSession *session, QdDraftList *list, const char *path)
{
  QdWorkbench *workbench;
  QdDocument *document = find_document (session, path, &workbench);
  Saving *saving = g_new (Saving, 1);

  *saving = (Saving) { g_object_ref (session), g_strdup (path) };
  if (document)
    qd_workbench_save (workbench, document, document_saved_cb, saving);
  else
    qd_draft_list_save (list, path, file_saved_cb, saving);
}

/* --- Discarding -------------------------------------------------------------------------------------------- */

typedef struct {
  QdSession *session;
  QdDraftList *list;
  char *path;
  QdDraftTexts *texts;      /* what it was; NULL until it is known */
} Gone;

static void
gone_free (gpointer data)
{
  Gone *gone = data;

  g_object_unref (gone->session);
  g_object_unref (gone->list);
  g_free (gone->path);
  g_clear_pointer (&gone->texts, qd_draft_texts_free);
  g_free (gone);
}

static void
free_closure (gpointer data, GClosure *closure)
{
  gone_free (data);
}

static void
restored_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdSession) session = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (qd_draft_list_restore_finish (QD_DRAFT_LIST (source), result, &error))
    return;
  text = g_strdup_printf (_("Not undone: %s"), error->message);
  qd_session_toast (session, text);
}

/* Back to where it was, which may be open by now, or closed. */
static void
bring_back_cb (Gone *gone)
{
  QdWorkbench *workbench;
  QdDocument *document = find_document (gone->session, gone->path, &workbench);
  const char *name = workbench ? name_below (gone->path, qd_workbench_get_folder (workbench)) : NULL;

  if (document)
    qd_workbench_put_text (workbench, document, gone->texts->mine);
  else if (name)
    qd_workbench_add (workbench, name, gone->texts->mine, NULL);
  else
    qd_draft_list_restore (gone->list, gone->path, gone->texts, restored_cb, g_object_ref (gone->session));
}

static void
tell_gone (Gone *gone)
{
  g_autofree char *name = g_filename_display_basename (gone->path);
  g_autofree char *text = g_strdup_printf (_("Discarded the draft of %s"), name);

  qd_session_toast_action (gone->session, text, _("_Undo"), G_CALLBACK (bring_back_cb), gone, free_closure);
}

static void
discarded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Gone *gone = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  gone->texts = qd_draft_list_discard_finish (QD_DRAFT_LIST (source), result, &error);
  if (gone->texts)
    {
      tell_gone (gone);
      return;
    }
  text = g_strdup_printf (_("Could not discard the draft: %s"), error->message);
  qd_session_toast (gone->session, text);
  gone_free (gone);
}

void
qd_draft_file_discard (QdSession *session, QdDraftList *list, const char *path)
{
  QdWorkbench *workbench;
  QdDocument *document = find_document (session, path, &workbench);
  Gone *gone = g_new0 (Gone, 1);

  *gone = (Gone) { g_object_ref (session), g_object_ref (list), g_strdup (path), NULL };
  if (document == NULL)
    {
      qd_draft_list_discard (list, path, discarded_cb, gone);
      return;
    }
  gone->texts = g_new0 (QdDraftTexts, 1);
  gone->texts->mine = g_bytes_ref (qd_document_get_mine (document));
  qd_workbench_revert (workbench, document);
  tell_gone (gone);
}
