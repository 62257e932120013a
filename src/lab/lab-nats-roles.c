/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-nats.h"

#include <string.h>

/*
 * Who may do what in NATS. A server looks at the subject something is sent to, and never at the subject where the answer is to go: within one
 * account, whoever may ask anything can have the answer, and with it any text, stored in any stream or taken for a request. So each role has an
 * account of its own, which imports of the lab's just what the role may ask and hear: answers stay in the account that asked.
 */

/* What the lab's account lets others ask. None of it covers another: a request would be passed on twice. Streams are made, changed and ended by the
 * lab alone: one that passes on what it takes could be made to pass it to any subject. */
static const struct { const char *subject; gboolean many; } services[] = {
  { "$JS.API.INFO", FALSE },
  { "$JS.API.STREAM.INFO.*", FALSE },
  { "$JS.API.STREAM.NAMES", FALSE },
  { "$JS.API.STREAM.LIST", FALSE },
  { "$JS.API.STREAM.MSG.GET.*", FALSE },
  { "$JS.API.DIRECT.GET.>", FALSE },
  { "$JS.API.CONSUMER.CREATE.>", FALSE },
  { "$JS.API.CONSUMER.DURABLE.CREATE.>", FALSE },
  { "$JS.API.CONSUMER.DELETE.>", FALSE },
  { "$JS.API.CONSUMER.INFO.>", FALSE },
  { "$JS.API.CONSUMER.LIST.*", FALSE },
  { "$JS.API.CONSUMER.NAMES.*", FALSE },
  { "$JS.API.CONSUMER.PAUSE.>", FALSE },
  { "$JS.API.CONSUMER.MSG.NEXT.>", TRUE }, /* is answered by as many messages as were asked for */
  { "$JS.ACK.>", FALSE },
  { "$JS.FC.>", FALSE },
  { "$KV.>", FALSE },
  { "jobs.>", FALSE },
  { "tenant.>", FALSE },
  { "audit.>", FALSE },
  { "fleet.>", FALSE },
};

/* What is heard as it is said. A consumer can be made to deliver to a subject that somebody listens to, and what is delivered is stored where the
 * subject is a stream's: so nobody listens to what streams take, but to events. */
#define HEARD "fleet.>"

/* The requests by which a client that only looks finds what there is. Nobody who looks lists consumers, so that the names of others' are not known. */
static const char *const looks[] = { "$JS.API.INFO", "$JS.API.STREAM.INFO.*", "$JS.API.STREAM.NAMES", "$JS.API.STREAM.LIST", "$JS.FC.>" };

/* Where a stream is read by a consumer of one's own, that is made and ended; where shards work, messages are got one by one: whoever may make, ask
 * or end consumers there takes messages from a shard. What is told by tenant, and what is about all of them, is not for those who may know of one. */
static const struct { const char *stream; gboolean by_consumer, of_all; } streams[] = {
  { "KV_AGGREGATE_PLACEMENT", TRUE, FALSE },
  { "KV_PROJECTION_PLACEMENT", TRUE, FALSE },
  { "KV_RUNNER_PLACEMENT", TRUE, FALSE },
  { "KV_CONFIG", TRUE, FALSE },
  { "KV_DEFINITIONS", TRUE, FALSE },
  { "KV_JOB_LEASES", TRUE, FALSE },
  { "JOBS", TRUE, FALSE },
  { "KV_SHARDS", TRUE, TRUE },
  { "KV_SHARD_STATE", TRUE, TRUE },
  { "EVENTS", TRUE, TRUE },
  { "AGGREGATE_EVENTS", FALSE, TRUE },
  { "WORKFLOW_COMMANDS", FALSE, TRUE },
  { "WORKFLOW_EVENTS", FALSE, TRUE },
};

/* Of which who may know of one tenant gets this one's messages. */
static const char *const of_tenants[] = { "AGGREGATE_EVENTS", "WORKFLOW_COMMANDS", "WORKFLOW_EVENTS" };

/* What docs/permissions.md says of subjects. */
static const struct { const char *subject, *permission, *allows; } subjects[] = {
#include "lab-nats-subject-table.h"
};

/* What is not heard by those who may know of one tenant alone. What buckets hold under one key for all tenants they read: docs/permissions.md
 * says what that is. */
static const char *const not_heard[] = { "fleet.events.tenant_created", "fleet.events.tenant_updated", "fleet.events.tenant_removed", "fleet.events.shard_asked" };

typedef struct
{
  const char *name;
  GPtrArray *asks, *hears, *deaf; /* subjects (owned) */
  gboolean may_all;
} Account;

/* Whether all that @narrow matches is matched by @wide. */
static gboolean
covers (const char *wide, const char *narrow)
{
  g_auto (GStrv) a = g_strsplit (wide, ".", -1), b = g_strsplit (narrow, ".", -1);
  guint i = 0;

  for (; a[i] != NULL && b[i] != NULL; i++)
    if (g_str_equal (a[i], ">"))
      return TRUE;
    else if (!g_str_equal (a[i], b[i]) && (!g_str_equal (a[i], "*") || g_str_equal (b[i], ">")))
      return FALSE;
  return a[i] == NULL && b[i] == NULL;
}

/* Adds @subject (taken), unless what is there covers it; takes out what it covers. */
static void
add (GPtrArray *set, char *subject)
{
  for (guint i = 0; i < set->len; i++)
    if (covers (g_ptr_array_index (set, i), subject))
      {
        g_free (subject);
        return;
      }
  for (guint i = set->len; i-- > 0;)
    if (covers (subject, g_ptr_array_index (set, i)))
      g_ptr_array_remove_index (set, i);
  g_ptr_array_add (set, subject);
}

static void
add_stream (GPtrArray *asks, const char *stream, gboolean by_consumer)
{
  static const char *const gets[] = { "STREAM.MSG.GET.%s", "DIRECT.GET.%s", "DIRECT.GET.%s.>" };
  static const char *const consumers[] = { "CONSUMER.CREATE.%s", "CONSUMER.CREATE.%s.>", "CONSUMER.MSG.NEXT.%s.*", "CONSUMER.DELETE.%s.*" };

  for (guint i = 0; i < G_N_ELEMENTS (gets); i++)
    {
      g_auto (GStrv) parts = g_strsplit (gets[i], "%s", 2);

      add (asks, g_strconcat ("$JS.API.", parts[0], stream, parts[1], NULL));
    }
  for (guint i = 0; by_consumer && i < G_N_ELEMENTS (consumers); i++)
    {
      g_auto (GStrv) parts = g_strsplit (consumers[i], "%s", 2);

      add (asks, g_strconcat ("$JS.API.", parts[0], stream, parts[1], NULL));
    }
}

static void
add_reader (Account *account, LabRole role, const char *tenant)
{
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    add (account->asks, g_strdup (looks[i]));
  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    if (tenant == NULL || !streams[i].of_all)
      add_stream (account->asks, streams[i].stream, streams[i].by_consumer);
  for (guint i = 0; i < G_N_ELEMENTS (subjects); i++)
    if (subjects[i].permission == NULL || lab_role_may (role, subjects[i].permission))
      add (account->asks, g_strdup (subjects[i].subject));
  if (tenant == NULL)
    return;
  add (account->asks, g_strconcat ("$JS.API.DIRECT.GET.KV_SHARD_STATE.$KV.SHARD_STATE.*.", tenant, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (of_tenants); i++)
    add (account->asks, g_strconcat ("$JS.API.DIRECT.GET.", of_tenants[i], ".tenant.", tenant, ".>", NULL));
  for (guint i = 0; i < G_N_ELEMENTS (not_heard); i++)
    add (account->deaf, g_strdup (not_heard[i]));
}

static void
add_mighty (Account *account)
{
  for (guint i = 0; i < G_N_ELEMENTS (services); i++)
    add (account->asks, g_strdup (services[i].subject));
}

static char *
inbox_of (LabRole role)
{
  return g_strdup_printf ("_INBOX.%s.>", lab_role_name (role));
}

static void
account_init (Account *account, LabRole role)
{
  const char *id = NULL;
  gboolean scoped = g_str_equal (lab_role_scope (role, &id), "tenant");

  account->name = lab_role_name (role);
  account->asks = g_ptr_array_new_with_free_func (g_free);
  account->hears = g_ptr_array_new_with_free_func (g_free);
  account->deaf = g_ptr_array_new_with_free_func (g_free);
  account->may_all = role == LAB_ROLE_ADMIN || role == LAB_ROLE_OWNER || role == LAB_ROLE_BREAK_GLASS;
  g_ptr_array_add (account->hears, inbox_of (role));
  g_ptr_array_add (account->hears, g_strdup (HEARD));
  if (account->may_all)
    add_mighty (account);
  else
    add_reader (account, role, scoped ? id : NULL);
  /* Nobody else is heard there, but who asks is told so. */
  for (guint i = 0; account->may_all && i < LAB_N_ROLES; i++)
    if (i != (guint) role)
      g_ptr_array_add (account->deaf, inbox_of (i));
}

static void
account_clear (Account *account)
{
  g_ptr_array_unref (account->asks);
  g_ptr_array_unref (account->hears);
  g_ptr_array_unref (account->deaf);
}

static void
write_list (GString *out, const char *name, const GPtrArray *set)
{
  g_string_append_printf (out, "%s: [", name);
  for (guint i = 0; i < set->len; i++)
    g_string_append_printf (out, "%s\"%s\"", i > 0 ? "," : "", (const char *) g_ptr_array_index (set, i));
  g_string_append (out, "]");
}

static void
write_imports (GString *out, const char *kind, const GPtrArray *set)
{
  for (guint i = 0; i < set->len; i++)
    g_string_append_printf (out, "      { %s: { account: \"" LAB_NATS_ACCOUNT "\", subject: \"%s\" } }\n", kind, (const char *) g_ptr_array_index (set, i));
}

static void
write_account (GString *out, LabRole role, const char *password)
{
  Account account;

  account_init (&account, role);
  g_string_append_printf (out, "  \"%s\": {\n    users: [ { user: \"%s\", password: \"%s\", permissions: {\n        publish: { ", account.name, account.name, password);
  write_list (out, "allow", account.asks);
  g_string_append (out, " }\n        subscribe: { ");
  if (account.may_all)
    g_string_append (out, "allow: [\">\"]");
  else
    write_list (out, "allow", account.hears);
  g_string_append (out, ", ");
  write_list (out, "deny", account.deaf);
  g_string_append (out, " } } } ]\n    imports: [\n");
  write_imports (out, "service", account.asks);
  write_imports (out, "stream", account.hears);
  g_string_append (out, "    ]\n  }\n");
  account_clear (&account);
}

static void
write_exports (GString *out)
{
  g_string_append (out, "    exports: [\n");
  for (guint i = 0; i < G_N_ELEMENTS (services); i++)
    g_string_append_printf (out, "      { service: \"%s\"%s }\n", services[i].subject, services[i].many ? ", response: stream" : "");
  g_string_append (out, "      { stream: \"" HEARD "\" }\n");
  /* What a consumer delivers by itself comes from the lab's account. */
  for (guint i = 0; i < LAB_N_ROLES; i++)
    g_string_append_printf (out, "      { stream: \"_INBOX.%s.>\", accounts: [\"%s\"] }\n", lab_role_name (i), lab_role_name (i));
  g_string_append (out, "    ]\n");
}

void
lab_nats_write_accounts (GString *out, char *const *passwords, const char *lab_password)
{
  g_string_append_printf (out, "accounts {\n  \"" LAB_NATS_ACCOUNT "\": {\n    jetstream: enabled\n    users: [ { user: \"lab\", password: \"%s\" } ]\n", lab_password);
  write_exports (out);
  g_string_append (out, "  }\n");
  for (guint i = 0; i < LAB_N_ROLES; i++)
    write_account (out, i, passwords[i]);
  g_string_append (out, "}\n");
}
