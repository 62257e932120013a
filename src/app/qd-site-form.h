/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "qd-entity.h"

G_BEGIN_DECLS

/* What a person can say of a site, as text: what the dialog shows and reads. */
typedef struct {
  char *name;
  char *kind;         /* "hq", "branch", "cloud", "node" */
  char *location;
  char *latitude;
  char *longitude;
  char *labels;       /* "region=emea, tier=gold" */
} QdSiteForm;

void qd_site_form_clear (QdSiteForm *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (QdSiteForm, qd_site_form_clear)

void qd_site_form_init_from (QdSiteForm *self, QdEntity *site);
/* Checks all and makes the members that the site.create and site.update verbs take. With @before,
 * only what differs. NULL with an error that says which field is wrong. */
JsonObject *qd_site_form_to_json (const QdSiteForm *self, const QdSiteForm *before, GError **error);
/* In words, a line a field: how @now differs from @before. Empty when it does not. */
char *qd_site_form_describe (const QdSiteForm *before, const QdSiteForm *now);

G_END_DECLS
