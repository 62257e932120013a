/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-page.h"
#include "qd-session.h"
#include "qd-topology-model.h"
#include "qd-topology-view-private.h"
#include "wait.h"

G_BEGIN_DECLS

/* A fleet, a window that looks at it, and the page. */
typedef struct {
  QdHub *hub;
  QdFleet *fleet;
  QdSession *session;
  GtkWidget *window, *page;
  QdTopologyModel *model;
  QdTopologyView *view;
  const char *connection;
} Fixture;

/* Registers what the application itself would; FALSE (and a line for TAP) when there is no display. */
gboolean topology_init (int *argc, char ***argv);

void apply (Fixture *fixture, QdKind kind, const char *id, QdDeltaOp op, guint field, QdValue value);
void set_status (Fixture *fixture, QdKind kind, const char *id, QdStatus status);
/* Sites s0, s1… of which every tenth or the first four are hubs, and paths p0, p1… between them. */
void add_site (Fixture *fixture, guint i);
void add_path (Fixture *fixture, guint i, guint src, guint dst);
void fill_fleet (Fixture *fixture, guint sites, guint paths);
QdEntity *get_site (Fixture *fixture, guint i);

void set_up_with (Fixture *fixture, QdStore *store, int width, int height);
void set_up (Fixture *fixture, int width, int height);
void open_page (Fixture *fixture);
/* Until @n nodes are drawn and nothing moves. */
void wait_scene (Fixture *fixture, guint n);
void wait_settled (Fixture *fixture);
void tear_down (Fixture *fixture);
/* Where QD_TEST_SHOTS names a folder, what is seen is kept there for people to look at. */
void keep_picture (Fixture *fixture, const char *name);
void pause_for (guint ms);
/* The number of a site's node in the picture. */
guint node_of (Fixture *fixture, guint site);
/* The first widget of @type below @widget, or NULL. */
GtkWidget *find_widget (GtkWidget *widget, GType type);
void remove_folder (const char *folder);
/* A setting of @store, "" when there is none. (transfer full) */
char *read_setting (QdStore *store, const char *name);

G_END_DECLS
