/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-definition.h"
#include "qd-effective-config.h"
#include "qd-session.h"

G_BEGIN_DECLS

/* The kinds of service that a tenant lives on. */
#define QD_TENANT_N_SERVICES 3
typedef struct { guint field; const char *kind, *title; /* N_() */ } QdTenantService;
extern const QdTenantService qd_tenant_services[QD_TENANT_N_SERVICES];

/* Its shard of that kind, as far as one is known; *@name: what the placement says, or NULL. */
QdEntity *qd_tenant_find_shard (QdSession *session, QdEntity *tenant, guint service, const char **name);
/* What @shard says of @tenant. (transfer full) (nullable) */
JsonObject *qd_tenant_find_record (QdEntity *shard, const char *tenant);

/* What the buckets hold of it. */
typedef struct {
  const char *feed;              /* the NATS connection that feeds the tenant's (interned); NULL: there is none */
  QdEffectiveConfig *config;
  QdDefinitionApplied *applied;  /* NULL: nothing is, or it cannot be read */
  QdDefinitionBundle *bundle;    /* which that is; NULL: not there */
  QdDefinitionBundle *newest;    /* of the same name; NULL: the applied one is the newest that is known */
  char *trouble;                 /* what cannot be read, and why; NULL: all can */
} QdTenantDocuments;

void qd_tenant_documents_init (QdTenantDocuments *self, QdSession *session, QdEntity *tenant);
void qd_tenant_documents_clear (QdTenantDocuments *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (QdTenantDocuments, qd_tenant_documents_clear)

G_END_DECLS
