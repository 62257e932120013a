/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What holds for one tenant: the documents for all ("global.NAME" in the bucket CONFIG), with those of the tenant ("tenant.ID.NAME") merged over
 * them as RFC 7396 has it. Pure; one thread at a time. */
typedef struct _QdEffectiveConfig QdEffectiveConfig;

typedef enum { QD_CONFIG_GLOBAL, QD_CONFIG_TENANT } QdConfigSource;

/* One value: what is not an object. */
typedef struct {
  char *path;               /* "limits.concurrency": the document's name, then its members */
  char *value;              /* a text as it is, anything else as JSON; NULL: the tenant's document takes it away */
  char *general;            /* what holds for all; NULL: nothing does */
  QdConfigSource source;
  gboolean differs;         /* from what holds for all */
} QdConfigValue;

/* Objects within one another beyond this are told as JSON. */
#define QD_CONFIG_MAX_DEPTH 8

QdEffectiveConfig *qd_effective_config_new (const char *tenant);
void qd_effective_config_free (QdEffectiveConfig *self);
/* Takes an entry of the bucket; what is about another tenant, or no document, is left out. */
void qd_effective_config_take (QdEffectiveConfig *self, const char *key, const char *value);
/* All there are, by path. (element-type QdConfigValue) (transfer full) */
GPtrArray *qd_effective_config_get_values (QdEffectiveConfig *self);
/* The number at @path that holds; FALSE where there is none. */
gboolean qd_effective_config_get_number (QdEffectiveConfig *self, const char *document, const char *member, double *number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdEffectiveConfig, qd_effective_config_free)

G_END_DECLS
