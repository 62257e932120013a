/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-store"

#include "config.h"
#include "qd-store-writer.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "qd-store-retention.h"

#define MAX_WAITING 128
#define BATCH 16
#define RETENTION_EVERY_US (10 * G_USEC_PER_SEC)
#define IDLE_EVERY_US (600 * G_USEC_PER_SEC)
#define TELL_AGAIN_US (600 * G_USEC_PER_SEC)
#define CHECK_AFTER_US (60 * G_USEC_PER_SEC)
#define CHECK_MAX_BYTES (256ll << 20)

typedef enum { STATE_OPENING, STATE_ON, STATE_OFF, STATE_CLOSED } State;

struct _QdStoreWriter {
  gatomicrefcount refs;
  char *path;
  QdStoreNoteFunc note;
  gpointer note_data;
  GDestroyNotify note_destroy;

  GMutex lock;
  GCond cond;               /* work, or a change of state */
  GQueue urgent, ordinary;  /* QdStoreOp */
  State state;
  GError *off_error;
  gboolean closing, erase, ended;
  char *damage;             /* what a reader found */
  GTask *erase_task;
  guint gap_facts;
  gint64 gap_from;
  const char *gap_why;      /* static */

  /* The writer's thread alone. */
  QdStoreDb *db;
  gboolean failing, unclean;
  gint64 opened_at, next_retention, told_at;
  guint64 n_written, n_lost;  /* read elsewhere under the lock */
};

/* --- Ops ------------------------------------------------------------------------------------- */

/* Gives the op's task its end, and frees it. */
static void
end_op (QdStoreOp *op, const GError *error)
{
  if (op->task && error)
    g_task_return_error (op->task, g_error_copy (error));
  else if (op->task)
    g_task_return_boolean (op->task, TRUE);
  g_clear_object (&op->task);
  op->free (op);
}

static void
end_all (GQueue *ops, const GError *error)
{
  QdStoreOp *op;

  while ((op = g_queue_pop_head (ops)))
    end_op (op, error);
}

static guint
count_facts (GQueue *ops)
{
  guint facts = 0;

  for (GList *link = ops->head; link; link = link->next)
    facts += ((QdStoreOp *) link->data)->facts;
  return facts;
}

/* Under the lock. */
static void
add_gap (QdStoreWriter *self, guint facts, const char *why)
{
  if (facts == 0)
    return;
  if (self->gap_facts == 0)
    self->gap_from = g_get_real_time ();
  self->gap_facts += facts;
  self->gap_why = why;
  self->n_lost += facts;
}

void
qd_store_writer_add_gap (QdStoreWriter *self, guint facts, const char *why)
{
  g_mutex_lock (&self->lock);
  add_gap (self, facts, why);
  g_mutex_unlock (&self->lock);
}

/* --- Opening and setting aside ------------------------------------------------------------------ */

static void
remove_with (const char *path, const char *suffix)
{
  g_autofree char *name = g_strconcat (path, suffix, NULL);

  if (g_unlink (name) != 0 && errno != ENOENT)
    g_message ("%s cannot be removed: %s", name, g_strerror (errno));
}

static void
move_with (const char *path, const char *to, const char *suffix)
{
  g_autofree char *from = g_strconcat (path, suffix, NULL), *name = g_strconcat (to, suffix, NULL);

  if (g_rename (from, name) != 0 && errno != ENOENT)
    g_message ("%s cannot be set aside: %s", from, g_strerror (errno));
}

static char *
set_aside (QdStoreWriter *self)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *stamp = g_date_time_format (now, "%Y%m%dT%H%M%S");
  char *to = g_strdup_printf ("%s.damaged-%s", self->path, stamp);

  for (guint i = 2; g_file_test (to, G_FILE_TEST_EXISTS); i++)
    {
      g_free (to);
      to = g_strdup_printf ("%s.damaged-%s-%u", self->path, stamp, i);
    }
  move_with (self->path, to, "");
  move_with (self->path, to, "-wal");
  remove_with (self->path, "-shm");
  return to;
}

static gboolean
has_wal (QdStoreWriter *self)
{
  g_autofree char *wal = g_strconcat (self->path, "-wal", NULL);
  GStatBuf info;

  return g_stat (wal, &info) == 0 && info.st_size > 0;
}

static void
set_state (QdStoreWriter *self, State state, GError *error)
{
  g_mutex_lock (&self->lock);
  self->state = state;
  g_clear_error (&self->off_error);
  self->off_error = error;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
turn_off (QdStoreWriter *self, GError *error)
{
  g_autofree char *text = g_strdup_printf (_("Nothing is kept on this desk: %s. What is shown now is lost when "
                                             "Quarterdeck ends."), error->message);

  set_state (self, STATE_OFF, error);
  self->note (QD_STORE_NOTE_PROBLEM, text, self->note_data);
}

/* Opens the file; a damaged one is set aside, once, and a new one begun. */
static void
open_file (QdStoreWriter *self)
{
  GError *error = NULL;
  QdStoreOpen how;

  self->unclean = has_wal (self);
  self->db = qd_store_db_open (self->path, &how, &error);
  if (self->db == NULL && how == QD_STORE_OPEN_DAMAGED)
    {
      g_autofree char *aside = set_aside (self);
      g_autofree char *text = g_strdup_printf (_("What was kept on this desk is damaged (%s). It has been set aside as "
                                                 "%s, and a new file begun."), error->message, aside);

      g_clear_error (&error);
      self->note (QD_STORE_NOTE_PROBLEM, text, self->note_data);
      self->db = qd_store_db_open (self->path, &how, &error);
    }
  if (self->db == NULL)
    {
      turn_off (self, error);
      return;
    }
  self->opened_at = g_get_monotonic_time ();
  self->next_retention = self->opened_at + RETENTION_EVERY_US;
  set_state (self, STATE_ON, NULL);
}

/* The file turned out to be damaged while it was open. */
static void
replace_file (QdStoreWriter *self, const char *what)
{
  g_autofree char *aside = NULL, *text = NULL;

  /* Readers wait meanwhile. */
  set_state (self, STATE_OPENING, NULL);
  g_clear_pointer (&self->db, qd_store_db_close);
  aside = set_aside (self);
  text = g_strdup_printf (_("What was kept on this desk is damaged (%s). It has been set aside as %s, and a new "
                            "file begun."), what, aside);
  self->note (QD_STORE_NOTE_PROBLEM, text, self->note_data);
  open_file (self);
  self->note (QD_STORE_NOTE_RESYNC, NULL, self->note_data);
}

/* --- Writing --------------------------------------------------------------------------------- */

static gboolean
write_gap (QdStoreWriter *self, GError **error)
{
  sqlite3_stmt *statement;
  gint64 from;
  guint facts;
  const char *why;

  g_mutex_lock (&self->lock);
  from = self->gap_from;
  facts = self->gap_facts;
  why = self->gap_why;
  g_mutex_unlock (&self->lock);
  if (facts == 0)
    return TRUE;
  statement = qd_store_db_prepare (self->db, "INSERT INTO gap (from_us, to_us, facts, why) VALUES (?, ?, ?, ?)", error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, from);
  sqlite3_bind_int64 (statement, 2, g_get_real_time ());
  sqlite3_bind_int64 (statement, 3, facts);
  sqlite3_bind_text (statement, 4, why, -1, SQLITE_STATIC);
  if (!qd_store_db_run (self->db, statement, error))
    return FALSE;
  g_mutex_lock (&self->lock);
  self->gap_facts -= facts;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gboolean
write_once (QdStoreWriter *self, GQueue *ops, gboolean durable, GError **error)
{
  gboolean well;

  /* In WAL mode NORMAL means that a commit may be lost to a power cut, never damaged; FULL syncs it. */
  well = qd_store_db_exec (self->db, durable ? "PRAGMA synchronous = FULL; BEGIN IMMEDIATE"
                                             : "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE", error);
  for (GList *link = ops->head; well && link; link = link->next)
    {
      QdStoreOp *op = link->data;

      well = op->run (op, self->db, error);
    }
  well = well && write_gap (self, error) && qd_store_db_exec (self->db, "COMMIT", error);
  if (!well)
    qd_store_db_rollback (self->db);
  return well;
}

static void
begin_failing (QdStoreWriter *self, const GError *error)
{
  g_autofree char *text = NULL;

  if (self->failing)
    return;
  self->failing = TRUE;
  /* Where a little fits and more does not, it fails and mends by turns: that is said once in a while. */
  if (self->told_at > 0 && g_get_monotonic_time () - self->told_at < TELL_AGAIN_US)
    return;
  self->told_at = g_get_monotonic_time ();
  text = g_strdup_printf (_("What happens now cannot be kept on this desk: %s. Make room on the disk; it goes on by "
                            "itself."), error->message);
  self->note (QD_STORE_NOTE_PROBLEM, text, self->note_data);
}

static void
end_failing (QdStoreWriter *self)
{
  if (!self->failing)
    return;
  self->failing = FALSE;
  g_message ("%s can be written again", self->path);
  self->note (QD_STORE_NOTE_RESYNC, NULL, self->note_data);
}

/* Writes @ops in one transaction and ends them, whatever comes of it. */
static void
write_ops (QdStoreWriter *self, GQueue *ops, gboolean durable)
{
  g_autoptr (GError) error = NULL;
  guint facts = count_facts (ops), n = ops->length;

  if (self->db && !write_once (self, ops, durable, &error) && qd_store_db_is_fatal (error))
    {
      g_autofree char *what = g_strdup (error->message);

      replace_file (self, what);
      g_clear_error (&error);
      if (self->db)
        write_once (self, ops, durable, &error);
    }
  if (self->db == NULL && error == NULL)
    {
      g_mutex_lock (&self->lock);
      error = self->off_error ? g_error_copy (self->off_error)
                              : g_error_new (QD_STORE_ERROR, QD_STORE_ERROR_OPEN, _("Nothing is kept on this desk"));
      g_mutex_unlock (&self->lock);
    }
  else if (error)
    begin_failing (self, error);
  else
    end_failing (self);
  g_mutex_lock (&self->lock);
  if (error && self->db)
    add_gap (self, facts, "disk");
  else if (error == NULL)
    self->n_written += n;
  g_mutex_unlock (&self->lock);
  end_all (ops, error);
}

static void
erase_everything (QdStoreWriter *self, GTask *task)
{
  g_autofree char *folder = g_path_get_dirname (self->path), *base = g_path_get_basename (self->path);
  g_autofree char *prefix = g_strconcat (base, ".damaged-", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  gboolean gone;

  set_state (self, STATE_OPENING, NULL);
  g_clear_pointer (&self->db, qd_store_db_close);
  remove_with (self->path, "");
  remove_with (self->path, "-wal");
  remove_with (self->path, "-shm");
  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_prefix (name, prefix))
      {
        g_autofree char *aside = g_build_filename (folder, name, NULL);

        remove_with (aside, "");
      }
  gone = !g_file_test (self->path, G_FILE_TEST_EXISTS);
  open_file (self);
  if (gone)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, QD_STORE_ERROR, QD_STORE_ERROR_FAILED,
                             _("%s cannot be deleted: delete it by hand"), self->path);
  g_object_unref (task);
}

/* --- The thread ------------------------------------------------------------------------------ */

static void
keep_house (QdStoreWriter *self)
{
  g_autoptr (GError) error = NULL;
  gint64 now = g_get_monotonic_time ();

  if (self->db == NULL)
    return;
  if (self->unclean && now - self->opened_at >= CHECK_AFTER_US)
    {
      GStatBuf info;

      self->unclean = FALSE;
      if (g_stat (self->path, &info) == 0 && info.st_size < CHECK_MAX_BYTES && !qd_store_db_check (self->db, &error) &&
          qd_store_db_is_fatal (error))
        {
          replace_file (self, error->message);
          return;
        }
    }
  if (now < self->next_retention)
    return;
  self->next_retention = now + IDLE_EVERY_US;
  if (!self->failing && qd_store_retain (self->db, g_get_real_time (), &error))
    self->next_retention = now + RETENTION_EVERY_US;
  if (error)
    g_message ("%s: what is old cannot be deleted: %s", self->path, error->message);
}

/* Under the lock: waits for something to do. FALSE when it is time to end. */
static gboolean
wait_for_work (QdStoreWriter *self)
{
  gint64 until = self->unclean ? MIN (self->next_retention, self->opened_at + CHECK_AFTER_US) : self->next_retention;

  while (!self->urgent.length && !self->ordinary.length && !self->erase && !self->damage)
    {
      if (self->closing)
        return FALSE;
      if (self->db == NULL)
        g_cond_wait (&self->cond, &self->lock);
      else if (!g_cond_wait_until (&self->cond, &self->lock, until))
        return TRUE;
    }
  return TRUE;
}

/* Under the lock: takes what goes into the next transaction. */
static gboolean
take_ops (QdStoreWriter *self, GQueue *ops)
{
  gboolean durable = self->urgent.length > 0;
  GQueue *from = durable ? &self->urgent : &self->ordinary;

  for (guint i = 0; i < BATCH && from->length; i++)
    g_queue_push_tail (ops, g_queue_pop_head (from));
  return durable;
}

static void
work_once (QdStoreWriter *self)
{
  GQueue ops = G_QUEUE_INIT;
  g_autofree char *damage = g_steal_pointer (&self->damage);
  /* What was to be kept before is not written after. */
  g_autoptr (GTask) erase = self->urgent.length == 0 ? g_steal_pointer (&self->erase_task) : NULL;
  gboolean durable;

  if (erase)
    {
      g_queue_clear_full (&self->ordinary, NULL);
      self->erase = FALSE;
    }
  durable = take_ops (self, &ops);
  g_mutex_unlock (&self->lock);
  if (damage && self->db)
    replace_file (self, damage);
  if (erase)
    erase_everything (self, g_steal_pointer (&erase));
  if (ops.length)
    write_ops (self, &ops, durable);
  else
    keep_house (self);
  g_mutex_lock (&self->lock);
}

static gpointer
writer_thread (gpointer data)
{
  QdStoreWriter *self = data;

  open_file (self);
  g_mutex_lock (&self->lock);
  while (wait_for_work (self))
    work_once (self);
  self->state = STATE_CLOSED;
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&self->db, qd_store_db_close);
  g_mutex_lock (&self->lock);
  self->ended = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  qd_store_writer_unref (self);
  return NULL;
}

/* --- From other threads ------------------------------------------------------------------------ */

QdStoreWriter *
qd_store_writer_new (const char *path, QdStoreNoteFunc note, gpointer data, GDestroyNotify destroy)
{
  QdStoreWriter *self = g_new0 (QdStoreWriter, 1);

  g_atomic_ref_count_init (&self->refs);
  self->path = g_strdup (path);
  self->note = note;
  self->note_data = data;
  self->note_destroy = destroy;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  g_thread_unref (g_thread_new ("qd-store", writer_thread, qd_store_writer_ref (self)));
  return self;
}

QdStoreWriter *
qd_store_writer_ref (QdStoreWriter *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
qd_store_writer_unref (QdStoreWriter *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  if (self->note_destroy)
    self->note_destroy (self->note_data);
  g_clear_error (&self->off_error);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self->damage);
  g_free (self->path);
  g_free (self);
}

const char *
qd_store_writer_get_path (QdStoreWriter *self)
{
  return self->path;
}

/* Under the lock: why @op cannot be taken, or NULL. */
static GError *
refusal (QdStoreWriter *self)
{
  if (self->closing || self->state == STATE_CLOSED)
    return g_error_new (QD_STORE_ERROR, QD_STORE_ERROR_FAILED, _("The store is closed"));
  if (self->state == STATE_OFF)
    return g_error_copy (self->off_error);
  return NULL;
}

gboolean
qd_store_writer_push (QdStoreWriter *self, QdStoreOp *op, gboolean try_only)
{
  g_autoptr (GError) error = NULL;
  gboolean full;

  g_mutex_lock (&self->lock);
  error = refusal (self);
  full = error == NULL && op->task == NULL && self->ordinary.length >= MAX_WAITING;
  if (full && !try_only)
    add_gap (self, op->facts, "queue");
  if (error == NULL && !full)
    {
      g_queue_push_tail (op->urgent ? &self->urgent : &self->ordinary, op);
      g_cond_broadcast (&self->cond);
    }
  g_mutex_unlock (&self->lock);
  if (full && try_only)
    return FALSE;
  if (full || error)
    end_op (op, error);
  return !full && error == NULL;
}

gboolean
qd_store_writer_has_room (QdStoreWriter *self)
{
  gboolean room;

  g_mutex_lock (&self->lock);
  room = self->ordinary.length < MAX_WAITING / 2;
  g_mutex_unlock (&self->lock);
  return room;
}

gboolean
qd_store_writer_is_on (QdStoreWriter *self)
{
  gboolean on;

  g_mutex_lock (&self->lock);
  on = self->state == STATE_ON || self->state == STATE_OPENING;
  g_mutex_unlock (&self->lock);
  return on;
}

gboolean
qd_store_writer_wait_open (QdStoreWriter *self, GError **error)
{
  gboolean on;

  g_mutex_lock (&self->lock);
  while (self->state == STATE_OPENING)
    g_cond_wait (&self->cond, &self->lock);
  on = self->state == STATE_ON;
  if (!on && self->off_error)
    g_propagate_error (error, g_error_copy (self->off_error));
  else if (!on)
    g_set_error (error, QD_STORE_ERROR, QD_STORE_ERROR_FAILED, _("The store is closed"));
  g_mutex_unlock (&self->lock);
  return on;
}

void
qd_store_writer_report_damage (QdStoreWriter *self, const char *what)
{
  g_mutex_lock (&self->lock);
  if (self->damage == NULL)
    self->damage = g_strdup (what);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

void
qd_store_writer_erase (QdStoreWriter *self, GTask *task)
{
  g_autoptr (GError) error = NULL;

  g_mutex_lock (&self->lock);
  if (self->closing || self->erase)
    error = g_error_new (QD_STORE_ERROR, QD_STORE_ERROR_FAILED,
                         self->erase ? _("It is being deleted already") : _("The store is closed"));
  else
    {
      self->erase = TRUE;
      self->erase_task = task;
      g_cond_broadcast (&self->cond);
    }
  g_mutex_unlock (&self->lock);
  if (error == NULL)
    return;
  g_task_return_error (task, g_steal_pointer (&error));
  g_object_unref (task);
}

gboolean
qd_store_writer_close (QdStoreWriter *self, gint64 timeout_us)
{
  gint64 until = g_get_monotonic_time () + timeout_us;
  gboolean ended;

  g_mutex_lock (&self->lock);
  self->closing = TRUE;
  g_cond_broadcast (&self->cond);
  while (!self->ended && g_cond_wait_until (&self->cond, &self->lock, until))
    ;
  ended = self->ended;
  g_mutex_unlock (&self->lock);
  return ended;
}

char *
qd_store_writer_describe (QdStoreWriter *self)
{
  static const char *const states[] = { "opening", "on", "off", "closed" };
  GStatBuf info;
  gint64 size = g_stat (self->path, &info) == 0 ? info.st_size : 0;
  char *text;

  g_mutex_lock (&self->lock);
  text = g_strdup_printf ("%s, %s, %" G_GINT64_FORMAT " KiB, %" G_GUINT64_FORMAT " writes, %" G_GUINT64_FORMAT
                          " facts lost, %u waiting%s%s", self->path, states[self->state], size / 1024,
                          self->n_written, self->n_lost, self->ordinary.length, self->off_error ? ": " : "",
                          self->off_error ? self->off_error->message : "");
  g_mutex_unlock (&self->lock);
  return text;
}
