/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Written by build-aux/permissions.py from docs/permissions.md: change that, then run it. */
{ "$KV.AGGREGATE_PLACEMENT.>", "scale.migrate", "place tenants' aggregates" },
{ "$KV.PROJECTION_PLACEMENT.>", "scale.migrate", "place tenants' projections" },
{ "$KV.RUNNER_PLACEMENT.>", "scale.migrate", "place tenants' workflows" },
{ "$KV.JOB_LEASES.>", "scale.migrate", "hold a job" },
{ "jobs.>", "scale.migrate", "say what has become of a job" },
{ "$KV.CONFIG.>", "configs.write", "write configuration documents" },
{ "$KV.DEFINITIONS.>", "definitions.write", "write definitions" },
{ "$KV.DEFINITIONS.>", "definitions.promote", "promote definitions" },
{ "tenant.>", "ops.drain", "send events and commands in a tenant's name" },
{ "audit.>", NULL, "say what one did, or was refused" },
