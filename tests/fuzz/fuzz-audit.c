/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-fuzz"

#include "config.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "qd-audit-verify.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static guint
count_lines (const char *path, gboolean backwards, guint *sound)
{
  g_autoptr (QdAuditReader) reader = qd_audit_reader_open (path, backwards, NULL);
  const char *line;
  gsize length;
  guint n = 0;

  *sound = 0;
  while (qd_audit_reader_next (reader, &line, &length, NULL))
    {
      QdAuditLine parsed;
      g_autofree char *what = qd_audit_line_dup (line, length, "what");

      *sound += qd_audit_line_parse (&parsed, line, length) && parsed.sound;
      if (what && !g_utf8_validate (what, -1, NULL))
        g_error ("a member came out as something that is not UTF-8");
      n++;
    }
  return n;
}

/* Whatever is in a journal is read to its end, the same in both directions, and what is called intact is sound in each line. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  int fd = memfd_create ("audit", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autoptr (QdAuditVerdict) verdict = NULL;
  g_autofree char *sentence = NULL;
  guint forwards, backwards, sound, again;

  if (fd < 0 || write (fd, data, size) != (ssize_t) size)
    g_error ("there is no memory for a file");
  forwards = count_lines (path, FALSE, &sound);
  backwards = count_lines (path, TRUE, &again);
  if (forwards != backwards || sound != again)
    g_error ("%u lines, and %u the other way", forwards, backwards);
  verdict = qd_audit_verify (path, NULL, NULL, NULL);
  if (verdict == NULL)
    g_error ("it cannot be read");
  sentence = qd_audit_verdict_to_sentence (verdict);
  if (verdict->state == QD_AUDIT_INTACT && (sound != forwards || verdict->n_records != (gint64) forwards))
    g_error ("%u of %u lines are sound, and it is called intact", sound, forwards);
  if (verdict->state > QD_AUDIT_EMPTY && verdict->place <= 0)
    g_error ("it is broken nowhere");
  close (fd);
  return 0;
}
