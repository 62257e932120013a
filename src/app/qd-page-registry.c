/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-page.h"

#include <glib/gi18n.h>

#include "qd-audit-page.h"
#include "qd-drafts-page.h"
#include "qd-overview-page.h"
#include "qd-placement-page.h"
#include "qd-policy-page.h"
#include "qd-table-page.h"
#include "qd-topology-page.h"

/* The pages that there are, in the sidebar's order: Overview, Topology; Fleet: Sites and nodes,
 * Paths, Flows; Policies: Network policies, Routing policies, Drafts; Change: Placement, Jobs; Observe: Events, Audit. One line a page. */
static const QdPageInfo pages[] = {
  { "overview", N_("Overview"), "qd-overview-symbolic", NULL, qd_overview_page_get_type },
  { "topology", N_("Topology"), "qd-topology-symbolic", NULL, qd_topology_page_get_type },
  { "sites", N_("Sites and Nodes"), "qd-sites-symbolic", N_("Fleet"), qd_sites_page_get_type },
  { "paths", N_("Paths"), "qd-paths-symbolic", N_("Fleet"), qd_paths_page_get_type },
  { "flows", N_("Flows"), "qd-flows-symbolic", N_("Fleet"), qd_flows_page_get_type },
  { "tenants", N_("Tenants"), "qd-tenants-symbolic", N_("Fleet"), qd_tenants_page_get_type },
  { "policies", N_("Network Policies"), "qd-policies-symbolic", N_("Policies"), qd_policy_page_get_type },
  { "routing", N_("Routing Policies"), "qd-routing-symbolic", N_("Policies"), qd_routing_page_get_type },
  { "drafts", N_("Drafts"), "qd-drafts-symbolic", N_("Policies"), qd_drafts_page_get_type },
  { "placement", N_("Placement"), "qd-placement-symbolic", N_("Change"), qd_placement_page_get_type },
  { "jobs", N_("Jobs"), "qd-jobs-symbolic", N_("Change"), qd_jobs_page_get_type },
  { "events", N_("Events"), "qd-events-symbolic", N_("Observe"), qd_events_page_get_type },
  { "audit", N_("Audit"), "qd-audit-symbolic", N_("Observe"), qd_audit_page_get_type },
};

/* Which page shows which kind of thing. */
static const struct {
  QdKind kind;
  const char *page;
} kinds[] = {
  { QD_KIND_SITE, "sites" }, { QD_KIND_NODE, "sites" }, { QD_KIND_PATH, "paths" }, { QD_KIND_LINK, "topology" },
  { QD_KIND_FLOW, "flows" }, { QD_KIND_EVENT, "events" }, { QD_KIND_JOB, "jobs" },
  { QD_KIND_ROUTING, "routing" }, { QD_KIND_TENANT, "tenants" }, { QD_KIND_SHARD, "placement" }, { QD_KIND_AUDIT, "audit" },
};

const QdPageInfo *
qd_page_list (guint *n)
{
  *n = G_N_ELEMENTS (pages);
  return pages;
}

const QdPageInfo *
qd_page_info_find (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    if (g_strcmp0 (pages[i].id, id) == 0)
      return &pages[i];
  return NULL;
}

const QdPageInfo *
qd_page_info_for_kind (QdKind kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].kind == kind)
      return qd_page_info_find (kinds[i].page);
  return NULL;
}
