/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-store"

#include "config.h"

#include "qd-store-guest.h"

#include "qd-store-db.h"

gboolean
qd_store_guest_journal (const char *path, const char *job, const char *step, const char *state, const char *detail_json, GError **error)
{
  g_autoptr (QdStoreDb) db = NULL;
  g_autoptr (GError) cause = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return FALSE;
  db = qd_store_db_open_guest (path, &cause);
  if (db && qd_store_db_exec (db, "PRAGMA synchronous = FULL; BEGIN IMMEDIATE", &cause))
    {
      if (qd_store_db_journal (db, job, step, state, detail_json, g_get_real_time (), &cause) && qd_store_db_exec (db, "COMMIT", &cause))
        return TRUE;
      qd_store_db_rollback (db);
    }
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}
