/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"

#include "qd-audit-scan.h"

#include "qd-audit-journal.h"

gboolean
qd_audit_scan (const char *path, const QdAuditScanBounds *bounds, QdAuditScanFunc func, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (QdAuditReader) reader = qd_audit_reader_open (path, TRUE, error);
  g_autoptr (GError) cause = NULL;
  const char *line;
  gsize length;
  gint64 bytes = 0;
  guint n = 0;

  if (reader == NULL)
    return FALSE;
  while (n < bounds->max && bytes < bounds->max_bytes && !g_cancellable_is_cancelled (cancellable) &&
         qd_audit_reader_next (reader, &line, &length, &cause))
    {
      QdAuditScanStep step = func (line, length, data);

      if (step == QD_AUDIT_SCAN_STOP)
        break;
      n += step == QD_AUDIT_SCAN_TAKEN ? 1 : 0;
      bytes += (gint64) length;
    }
  if (cause == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}
