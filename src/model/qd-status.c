/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-model"

#include "config.h"

#include "qd-status.h"

#include <glib/gi18n-lib.h>

static const struct { const char *word; QdStatus status; } words[] = {
  { "active", QD_STATUS_WELL },
  { "up", QD_STATUS_WELL },
  { "optimal", QD_STATUS_WELL },
  { "online", QD_STATUS_WELL },
  { "healthy", QD_STATUS_WELL },
  { "ok", QD_STATUS_WELL },
  { "ready", QD_STATUS_WELL },
  { "well", QD_STATUS_WELL },
  { "degraded", QD_STATUS_DEGRADED },
  { "draining", QD_STATUS_DEGRADED },
  { "warning", QD_STATUS_DEGRADED },
  { "down", QD_STATUS_DOWN },
  { "inactive", QD_STATUS_DOWN },
  { "failed", QD_STATUS_DOWN },
  { "offline", QD_STATUS_DOWN },
  { "unhealthy", QD_STATUS_DOWN },
  { "critical", QD_STATUS_DOWN },
  { "maintenance", QD_STATUS_MAINTENANCE },
  { "none", QD_STATUS_NONE },
};

/**
 * qd_status_parse:
 * @word: (nullable): a status word of any of the systems that we speak to
 *
 * Returns: the status, %QD_STATUS_UNKNOWN for a word that is none
 */
QdStatus
qd_status_parse (const char *word)
{
  if (word != NULL)
    for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
      if (g_ascii_strcasecmp (word, words[i].word) == 0)
        return words[i].status;
  return QD_STATUS_UNKNOWN;
}

/**
 * qd_status_to_string:
 *
 * Returns: (transfer none): the word for machines, which qd_status_parse() reads
 */
const char *
qd_status_to_string (QdStatus status)
{
  switch (status)
    {
    case QD_STATUS_NONE: return "none";
    case QD_STATUS_WELL: return "well";
    case QD_STATUS_MAINTENANCE: return "maintenance";
    case QD_STATUS_DEGRADED: return "degraded";
    case QD_STATUS_DOWN: return "down";
    case QD_STATUS_UNKNOWN: break;
    }
  return "unknown";
}

/**
 * qd_status_get_label:
 *
 * Returns: (transfer none): the word for people, translated; empty for %QD_STATUS_NONE
 */
const char *
qd_status_get_label (QdStatus status)
{
  switch (status)
    {
    case QD_STATUS_NONE: return "";
    case QD_STATUS_WELL: return _("Well");
    case QD_STATUS_MAINTENANCE: return _("Maintenance");
    case QD_STATUS_DEGRADED: return _("Degraded");
    case QD_STATUS_DOWN: return _("Down");
    case QD_STATUS_UNKNOWN: break;
    }
  return _("Unknown");
}
