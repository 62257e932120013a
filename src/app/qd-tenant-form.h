/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "qd-entity.h"

G_BEGIN_DECLS

/* A tenant as text, as it stands in a form. */
typedef struct {
  char *id;          /* of one that is made; else NULL */
  char *name, *plan;
  char *quotas;      /* "users=40, storage_gb=50" */
  char *flags;       /* "beta=on, trial=off" */
  char *contacts;    /* "Ada L. <ada@example.org> owner; …" */
} QdTenantForm;

void qd_tenant_form_clear (QdTenantForm *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (QdTenantForm, qd_tenant_form_clear)

void qd_tenant_form_init_from (QdTenantForm *self, QdEntity *tenant);
/* The same of a tenant as servers write it. */
void qd_tenant_form_init_from_json (QdTenantForm *self, JsonObject *tenant);
/* The members that differ from @before (NULL: all of them) as a merge patch, or NULL with an error
 * that says what is not right in the form. (transfer full) */
JsonObject *qd_tenant_form_to_json (const QdTenantForm *self, const QdTenantForm *before, GError **error);
/* A line for each field that is not the same; empty where none is. (transfer full) */
char *qd_tenant_form_describe (const QdTenantForm *before, const QdTenantForm *now);

G_END_DECLS
