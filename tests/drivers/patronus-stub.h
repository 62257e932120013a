/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

#define PATRONUS_BIG "11529215046068469760"   /* an id of 64 bits */

/* A server that answers in the shapes that the real Patronus sends, and does with policies what that one does: another spelling in than out, lists in
 * no order, a PUT that removes and adds, a DELETE that always says yes, text where a request has the wrong form, and the index page for every
 * route that it does not have. */
typedef struct {
  SoupServer *server;
  char *url;
  gboolean fleet;            /* it has sites, paths and flows; else none of them */
  gboolean html_flows;       /* as a build without flows does */
  gboolean login, broken;
  guint requests, logins;
  GPtrArray *sockets;
  gboolean policies_offered;
  GHashTable *policies;      /* number → JsonObject, as it answers */
  GString *log;              /* what was asked of policies but GET: "POST /api/v1/policies\n" */
  char *last_body;
  guint64 next;
  guint turn;                /* each list begins with another */
  gboolean keeps;            /* says that it removed, and did not */
  gboolean breaks;           /* a PUT that fails between removing and adding */
} PatronusStub;

PatronusStub *patronus_stub_new (gboolean fleet, gboolean policies);
void patronus_stub_free (PatronusStub *stub);
/* A policy of namespace "shop" for the pods of app=@name that is there already; @more: further members (PATRONUS_ON, mostly). */
void patronus_stub_add (PatronusStub *stub, const char *number, const char *name, const char *more);
#define PATRONUS_ON ",\"enabled\":true,\"priority\":100"

G_END_DECLS
