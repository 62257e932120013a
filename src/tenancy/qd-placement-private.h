/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-json-scan.h"
#include "qd-placement-map.h"

G_BEGIN_DECLS

struct _QdPlacementMap {
  gatomicrefcount refs;
  QdPlacementKind kind;
  QdPlacementEncoding encoding;
  char *bucket;
  char *key, *text;            /* the object's */
  guint64 revision;            /* 0: there is none yet */
  gint64 at_us;
  gboolean broken;
  GPtrArray *places;           /* QdPlacement, in order of tenant */
  GHashTable *by_tenant;       /* → QdPlacement; borrowed from @places */
  GHashTable *entries;         /* key → revision (guint64 *), of each key's entry, a broken one too: what a write must find there */
  GPtrArray *findings;
};

/* Why @tenant or @shard cannot be placed, or NULL. */
GError *qd_placement_object_to (QdPlacementKind kind, const char *tenant, const char *shard);

G_END_DECLS
