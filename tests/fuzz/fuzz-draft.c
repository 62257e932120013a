/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A draft on the disk, which a crash or another program may have cut or changed. */
#include "config.h"

#include <stddef.h>
#include <stdint.h>

#include "qd-draft-file.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (QdDraft) draft = qd_draft_file_parse ((const char *) data, size, "fuzz", &error);

  g_assert_true ((draft != NULL) == (error == NULL));
  return 0;
}
