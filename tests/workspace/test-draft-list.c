/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of drafts: what is there, how it stands to the disk, saving, discarding, and that it follows the folder. */
#include "config.h"

#include <string.h>

#include <glib/gstdio.h>

#include "qd-draft-list.h"
#include "qd-drafts.h"

#define UNTIL(condition) \
  G_STMT_START { \
    gint64 end_ = g_get_monotonic_time () + 30 * G_USEC_PER_SEC; \
    guint tick_ = g_timeout_add (10, tick_cb, NULL); \
    while (!(condition) && g_get_monotonic_time () < end_) \
      g_main_context_iteration (NULL, TRUE); \
    g_source_remove (tick_); \
    g_assert_true (condition); \
  } G_STMT_END

typedef struct {
  char *folder, *kept;
  QdDrafts *drafts;
  QdDraftList *list;
} Fixture;

static gboolean
tick_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
begin (Fixture *self)
{
  self->folder = g_dir_make_tmp ("qd-draft-list-XXXXXX", NULL);
  self->kept = g_build_filename (self->folder, "kept", NULL);
  self->drafts = qd_drafts_new (self->kept, NULL, NULL);
  self->list = qd_draft_list_new (self->kept);
}

static void
end (Fixture *self)
{
  char *argv[] = { (char *) "rm", (char *) "-rf", self->folder, NULL };

  qd_drafts_free (self->drafts);
  g_object_run_dispose (G_OBJECT (self->list));
  g_object_unref (self->list);
  g_spawn_sync (NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_free (self->folder);
  g_free (self->kept);
}

static char *
path_of (Fixture *self, const char *name)
{
  return g_build_filename (self->folder, name, NULL);
}

static void
write_file (Fixture *self, const char *name, const char *text)
{
  g_autofree char *path = path_of (self, name);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static char *
read_file (Fixture *self, const char *name)
{
  g_autofree char *path = path_of (self, name);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

/* @base: NULL: there was none */
static void
put (Fixture *self, const char *name, const char *base, const char *mine)
{
  g_autofree char *path = path_of (self, name);
  g_autoptr (GBytes) of_base = base ? g_bytes_new (base, strlen (base)) : NULL, of_mine = g_bytes_new (mine, strlen (mine));

  qd_drafts_put (self->drafts, path, of_base, of_mine);
  g_assert_true (qd_drafts_flush (self->drafts, NULL));
}

/* Borrowed from the list. */
static QdDraftItem *
find (Fixture *self, const char *name)
{
  g_autofree char *path = path_of (self, name);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->list)); i++)
    {
      g_autoptr (QdDraftItem) item = g_list_model_get_item (G_LIST_MODEL (self->list), i);

      if (g_str_equal (qd_draft_item_get_path (item), path))
        return item;
    }
  return NULL;
}

static gboolean
is_state (Fixture *self, const char *name, QdDraftState state)
{
  QdDraftItem *item = find (self, name);

  return item && qd_draft_item_get_state (item) == state;
}

/* Every way in which a draft can stand to what the disk holds now. */
static void
test_states (void)
{
  static const struct { const char *name, *base, *mine, *disk; QdDraftState state; guint added, removed; } cases[] = {
    { "free.yaml", "a\nb\nc\n", "a\nB\nc\nd\n", "a\nb\nc\n", QD_DRAFT_FREE, 2, 1 },
    { "saved.yaml", "a\n", "b\n", "b\n", QD_DRAFT_SAVED, 1, 1 },
    { "merges.yaml", "a\nb\nc\nd\ne\n", "A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n", QD_DRAFT_MERGES, 1, 1 },
    { "conflict.yaml", "a\nb\n", "a\nx\n", "a\ny\n", QD_DRAFT_CONFLICT, 1, 1 },
    { "gone.yaml", "a\n", "b\n", NULL, QD_DRAFT_GONE, 1, 1 },
    { "new.yaml", NULL, "a\nb", NULL, QD_DRAFT_FREE, 2, 0 },
    { "both.yaml", NULL, "a\n", "b\n", QD_DRAFT_CONFLICT, 1, 0 },
    { "emptied.yaml", "a\nb\n", "", "a\nb\n", QD_DRAFT_FREE, 0, 2 },
  };
  Fixture self;

  begin (&self);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      if (cases[i].disk)
        write_file (&self, cases[i].name, cases[i].disk);
      put (&self, cases[i].name, cases[i].base, cases[i].mine);
    }
  qd_draft_list_refresh (self.list);
  UNTIL (g_list_model_get_n_items (G_LIST_MODEL (self.list)) == G_N_ELEMENTS (cases));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      QdDraftItem *item = find (&self, cases[i].name);

      g_test_message ("%s", cases[i].name);
      g_assert_cmpint (qd_draft_item_get_state (item), ==, cases[i].state);
      g_assert_cmpuint (qd_draft_item_get_n_added (item), ==, cases[i].added);
      g_assert_cmpuint (qd_draft_item_get_n_removed (item), ==, cases[i].removed);
      g_assert_true (qd_draft_item_is_new (item) == (cases[i].base == NULL));
      g_assert_cmpint (ABS (g_get_real_time () - qd_draft_item_get_saved_us (item)), <, 600 * G_USEC_PER_SEC);
    }
  end (&self);
}

/* A draft that comes, changes and goes is followed without asking; what is broken is none of them. */
static void
test_follows (void)
{
  Fixture self;
  g_autofree char *path = NULL, *broken = NULL;

  begin (&self);
  write_file (&self, "a.yaml", "a\n");
  qd_draft_list_refresh (self.list);
  UNTIL (qd_draft_list_is_loaded (self.list));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self.list)), ==, 0);
  put (&self, "a.yaml", "a\n", "b\n");
  UNTIL (is_state (&self, "a.yaml", QD_DRAFT_FREE));
  put (&self, "a.yaml", "a\n", "b\nc\n");
  UNTIL (qd_draft_item_get_n_added (find (&self, "a.yaml")) == 2);
  broken = g_build_filename (self.kept, "broken.draft", NULL);
  g_assert_true (g_file_set_contents (broken, "{\"draft\":1,\"key\":\"/x\",\"mine\":10}\nshort", -1, NULL));
  path = path_of (&self, "b.yaml");
  put (&self, "b.yaml", NULL, "new\n");
  UNTIL (find (&self, "b.yaml") != NULL);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self.list)), ==, 2);
  /* The newest is the first. */
  {
    g_autoptr (QdDraftItem) first = g_list_model_get_item (G_LIST_MODEL (self.list), 0);

    g_assert_cmpstr (qd_draft_item_get_path (first), ==, path);
  }
  /* What happens to the file is seen when one looks. */
  write_file (&self, "a.yaml", "somebody else\n");
  qd_draft_list_refresh (self.list);
  UNTIL (is_state (&self, "a.yaml", QD_DRAFT_CONFLICT));
  qd_drafts_remove (self.drafts, path);
  UNTIL (find (&self, "b.yaml") == NULL);
  end (&self);
}

static void
result_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static gboolean
save (Fixture *self, const char *name, GError **error)
{
  g_autofree char *path = path_of (self, name);
  g_autoptr (GAsyncResult) result = NULL;

  qd_draft_list_save (self->list, path, result_cb, &result);
  UNTIL (result != NULL);
  return qd_draft_list_save_finish (self->list, result, error);
}

static void
test_save (void)
{
  Fixture self;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  begin (&self);
  write_file (&self, "plain.yaml", "a\nb\n");
  put (&self, "plain.yaml", "a\nb\n", "a\nB\n");
  g_assert_true (save (&self, "plain.yaml", &error));
  g_assert_no_error (error);
  text = read_file (&self, "plain.yaml");
  g_assert_cmpstr (text, ==, "a\nB\n");
  g_clear_pointer (&text, g_free);

  /* What others did in other lines is kept. */
  write_file (&self, "merged.yaml", "a\nb\nc\nd\nE\n");
  put (&self, "merged.yaml", "a\nb\nc\nd\ne\n", "A\nb\nc\nd\ne\n");
  g_assert_true (save (&self, "merged.yaml", &error));
  g_assert_no_error (error);
  text = read_file (&self, "merged.yaml");
  g_assert_cmpstr (text, ==, "A\nb\nc\nd\nE\n");
  g_clear_pointer (&text, g_free);

  put (&self, "new.yaml", NULL, "new\n");
  g_assert_true (save (&self, "new.yaml", &error));
  g_assert_no_error (error);
  text = read_file (&self, "new.yaml");
  g_assert_cmpstr (text, ==, "new\n");
  g_clear_pointer (&text, g_free);

  /* Nothing is overwritten unseen, and the draft stays. */
  write_file (&self, "clash.yaml", "theirs\n");
  put (&self, "clash.yaml", "base\n", "mine\n");
  g_assert_false (save (&self, "clash.yaml", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WRONG_ETAG);
  g_clear_error (&error);
  text = read_file (&self, "clash.yaml");
  g_assert_cmpstr (text, ==, "theirs\n");
  put (&self, "gone.yaml", "base\n", "mine\n");
  g_assert_false (save (&self, "gone.yaml", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WRONG_ETAG);
  qd_draft_list_refresh (self.list);
  UNTIL (g_list_model_get_n_items (G_LIST_MODEL (self.list)) == 2 && find (&self, "clash.yaml") && find (&self, "gone.yaml"));
  end (&self);
}

static void
test_discard (void)
{
  Fixture self;
  g_autofree char *path = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (QdDraftTexts) texts = NULL, read = NULL;
  g_autoptr (GError) error = NULL;

  begin (&self);
  path = path_of (&self, "a.yaml");
  write_file (&self, "a.yaml", "a\n");
  put (&self, "a.yaml", "a\n", "b\n");
  qd_draft_list_discard (self.list, path, result_cb, &result);
  UNTIL (result != NULL);
  texts = qd_draft_list_discard_finish (self.list, result, &error);
  g_assert_no_error (error);
  g_clear_object (&result);
  UNTIL (qd_draft_list_is_loaded (self.list) && find (&self, "a.yaml") == NULL);

  qd_draft_list_restore (self.list, path, texts, result_cb, &result);
  UNTIL (result != NULL);
  g_assert_true (qd_draft_list_restore_finish (self.list, result, &error));
  g_assert_no_error (error);
  g_clear_object (&result);
  UNTIL (is_state (&self, "a.yaml", QD_DRAFT_FREE));

  /* What was begun since is newer, and stays. */
  qd_draft_list_restore (self.list, path, texts, result_cb, &result);
  UNTIL (result != NULL);
  g_assert_false (qd_draft_list_restore_finish (self.list, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_clear_error (&error);
  g_clear_object (&result);

  qd_draft_list_read (self.list, path, result_cb, &result);
  UNTIL (result != NULL);
  read = qd_draft_list_read_finish (self.list, result, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (read->mine, NULL), g_bytes_get_size (read->mine), "b\n", 2);
  g_assert_cmpmem (g_bytes_get_data (read->disk, NULL), g_bytes_get_size (read->disk), "a\n", 2);
  g_assert_cmpuint (qd_merge_get_n_pieces (read->merge), ==, 1);
  end (&self);
}

/* More than are listed are counted. */
static void
test_many (void)
{
  Fixture self;

  begin (&self);
  for (guint i = 0; i < QD_DRAFT_LIST_MAX + 7; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/many/%u.yaml", self.folder, i);
      g_autoptr (GBytes) mine = g_bytes_new_static ("x\n", 2);

      qd_drafts_put (self.drafts, path, NULL, mine);
    }
  g_assert_true (qd_drafts_flush (self.drafts, NULL));
  qd_draft_list_refresh (self.list);
  UNTIL (g_list_model_get_n_items (G_LIST_MODEL (self.list)) == QD_DRAFT_LIST_MAX && qd_draft_list_get_n_more (self.list) == 7);
  end (&self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/workspace/draft-list/states", test_states);
  g_test_add_func ("/workspace/draft-list/follows", test_follows);
  g_test_add_func ("/workspace/draft-list/save", test_save);
  g_test_add_func ("/workspace/draft-list/discard", test_discard);
  g_test_add_func ("/workspace/draft-list/many", test_many);
  return g_test_run ();
}
