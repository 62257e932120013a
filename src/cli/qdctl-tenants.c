/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl-things.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n.h>

#include "qd-json.h"

typedef struct {
  QdctlThingOptions common;
  char *name, *plan, *revision;
  char **quotas, **flags, **contacts;
  gboolean off;
  JsonObject *args;          /* what all that comes to */
} Options;

static void
options_clear (Options *self)
{
  qdctl_thing_options_clear (&self->common);
  g_clear_pointer (&self->args, json_object_unref);
  g_free (self->name);
  g_free (self->plan);
  g_free (self->revision);
  g_strfreev (self->quotas);
  g_strfreev (self->flags);
  g_strfreev (self->contacts);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* What is done to each tenant that is named. */
static const QdctlAction actions[] = {
  { "list", NULL, " filter sort json csv ", NULL, TRUE },
  { "show", "tenant.get", " json ", NULL, FALSE },
  { "create", "tenant.create", " name plan quota flag contact reason dry-run json ", NULL, FALSE },
  { "update", "tenant.update", " name plan quota flag contact revision reason dry-run json ", NULL, FALSE },
  { "suspend", "tenant.suspend", " reason dry-run json ", NULL, FALSE },
  { "resume", "tenant.resume", " reason dry-run json ", NULL, FALSE },
  { "archive", "tenant.archive", " reason dry-run json ", NULL, FALSE },
  { "kill-switch", "tenant.kill-switch", " off reason dry-run json ", NULL, FALSE },
};

/* --- What it is to be --------------------------------------------------------------------------- */

/* "users=40"; nothing behind the sign takes it away. */
static gboolean
add_quotas (JsonObject *to, char **words)
{
  JsonObject *object = words ? json_object_new () : NULL;

  if (object)
    json_object_set_object_member (to, "quotas", object);
  for (; words && *words; words++)
    {
      const char *value = NULL;
      g_autofree char *name = qdctl_split_pair ("quota", *words, &value);
      char *end = NULL;
      double number = name ? g_ascii_strtod (value, &end) : 0;

      if (name == NULL)
        return FALSE;
      if (*end != '\0' || !isfinite (number))
        {
          qdctl_complain (_("--quota: “%s” is not NAME=NUMBER"), *words);
          return FALSE;
        }
      if (*value)
        json_object_set_double_member (object, name, number);
      else
        json_object_set_null_member (object, name);
    }
  return TRUE;
}

static gboolean
add_flags (JsonObject *to, char **words)
{
  JsonObject *object = words ? json_object_new () : NULL;

  if (object)
    json_object_set_object_member (to, "flags", object);
  for (; words && *words; words++)
    {
      const char *value = NULL;
      g_autofree char *name = qdctl_split_pair ("flag", *words, &value);

      if (name == NULL)
        return FALSE;
      if (*value == '\0')
        json_object_set_null_member (object, name);
      else if (g_str_equal (value, "on") || g_str_equal (value, "off"))
        json_object_set_boolean_member (object, name, g_str_equal (value, "on"));
      else
        {
          qdctl_complain (_("--flag: “%s” is not NAME=on or NAME=off"), *words);
          return FALSE;
        }
    }
  return TRUE;
}

/* "Hank S.,it@globex.example,owner"; they are all that it has then, and none with one that is empty. */
static gboolean
add_contacts (JsonObject *to, char **words)
{
  static const char *const names[] = { "name", "email", "role" };
  JsonArray *array = words ? json_array_new () : NULL;

  if (array)
    json_object_set_array_member (to, "contacts", array);
  for (; words && *words; words++)
    {
      g_auto (GStrv) parts = g_strsplit (*words, ",", -1);
      JsonObject *contact;

      if (**words == '\0')
        continue;
      if (g_strv_length (parts) < 2 || g_strv_length (parts) > G_N_ELEMENTS (names) || *g_strstrip (parts[0]) == '\0')
        {
          qdctl_complain (_("--contact: “%s” is not NAME,EMAIL or NAME,EMAIL,ROLE"), *words);
          return FALSE;
        }
      contact = json_object_new ();
      for (guint i = 0; parts[i]; i++)
        json_object_set_string_member (contact, names[i], g_strstrip (parts[i]));
      json_array_add_object_element (array, contact);
    }
  return TRUE;
}

/* NULL after saying what is wrong. */
static JsonObject *
make_args (const QdctlAction *action, const Options *options, const char *id)
{
  g_autoptr (JsonObject) args = json_object_new ();
  gboolean update = g_str_equal (action->name, "update");
  JsonObject *to = args;

  if (g_str_equal (action->name, "kill-switch"))
    json_object_set_boolean_member (args, "enabled", !options->off);
  if (!update && !g_str_equal (action->name, "create"))
    return g_steal_pointer (&args);
  if (update)
    json_object_set_object_member (args, "changes", (to = json_object_new ()));
  if (options->revision)
    json_object_set_string_member (args, "revision", options->revision);
  if (options->name || !update)
    json_object_set_string_member (to, "name", options->name ? options->name : id);
  if (options->plan)
    json_object_set_string_member (to, "plan", options->plan);
  if (!add_quotas (to, options->quotas) || !add_flags (to, options->flags) || !add_contacts (to, options->contacts))
    return NULL;
  return g_steal_pointer (&args);
}

static gboolean
check (const QdctlAction *action, gpointer data, GStrv ids)
{
  Options *options = data;
  gboolean changes = options->name || options->plan || options->quotas || options->flags || options->contacts;

  if (action->verb == NULL)
    return TRUE;
  if (g_str_equal (action->name, "create") && ids[1])
    qdctl_complain (_("tenants create makes one tenant at a time"));
  else if (g_str_equal (action->name, "create") && (options->plan == NULL || *options->plan == '\0'))
    qdctl_complain (_("tenants create needs --plan NAME"));
  else if (g_str_equal (action->name, "update") && !changes)
    qdctl_complain (_("tenants update needs what is to change: --name, --plan, --quota, --flag or --contact"));
  else if (options->revision && ids[1])
    qdctl_complain (_("--revision is of one tenant"));
  else
    return (options->args = make_args (action, options, ids[0])) != NULL;
  return FALSE;
}

/* --- What is printed ----------------------------------------------------------------------------- */

static void
append_status (GString *out, JsonObject *tenant)
{
  qdctl_append_plain (out, qd_json_get_string (tenant, "status", "?"));
  if (qd_json_get_bool (tenant, "kill_switch", FALSE))
    g_string_append (out, _(", kill switch on"));
}

static void
append_value (GString *out, JsonNode *node)
{
  g_autofree char *text = NULL;

  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    g_string_append (out, json_node_get_boolean (node) ? "on" : "off");
  else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    qdctl_append_plain (out, json_node_get_string (node));
  else
    qdctl_append_plain (out, JSON_NODE_HOLDS_NULL (node) ? "-" : (text = qd_json_to_text (node, FALSE)));
}

/* A line with all that an object has, "users=40 storage_gb=50"; none where it has nothing. */
static void
append_members (GString *out, JsonObject *tenant, const char *member)
{
  JsonObject *object = qd_json_get_object (tenant, member);
  g_autoptr (GList) names = object ? json_object_get_members (object) : NULL;

  if (names == NULL)
    return;
  g_string_append_printf (out, "\n  %s:", member);
  for (GList *n = names; n; n = n->next)
    {
      g_string_append_c (out, ' ');
      qdctl_append_plain (out, n->data);
      g_string_append_c (out, '=');
      append_value (out, json_object_get_member (object, n->data));
    }
}

static void
append_contacts (GString *out, JsonObject *tenant)
{
  JsonArray *array = qd_json_get_array (tenant, "contacts");

  for (guint i = 0; array && i < json_array_get_length (array); i++)
    {
      JsonObject *contact = qd_json_object (json_array_get_element (array, i));
      const char *email = contact ? qd_json_get_string (contact, "email", "") : "", *role = contact ? qd_json_get_string (contact, "role", "") : "";

      g_string_append (out, "\n  contact: ");
      qdctl_append_plain (out, contact ? qd_json_get_string (contact, "name", "") : "");
      if (*email)
        {
          g_string_append_c (out, ' ');
          qdctl_append_plain (out, email);
        }
      if (*role)
        {
          g_string_append (out, ", ");
          qdctl_append_plain (out, role);
        }
    }
}

/* All of it, under the names that it has in JSON. */
static void
append_tenant (GString *out, JsonObject *tenant)
{
  static const char *const plain[] = { "name", "plan", "health", "in_flight", "lag", "created_at", "revision" };

  append_status (out, tenant);
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    if (json_object_has_member (tenant, plain[i]) && !JSON_NODE_HOLDS_NULL (json_object_get_member (tenant, plain[i])))
      {
        g_string_append_printf (out, "\n  %s: ", plain[i]);
        append_value (out, json_object_get_member (tenant, plain[i]));
      }
  append_members (out, tenant, "placement");
  append_members (out, tenant, "quotas");
  append_members (out, tenant, "flags");
  append_contacts (out, tenant);
}

/* --- Which of them -------------------------------------------------------------------------------- */

static QdExit
act (QdctlSession *session, const QdctlAction *action, gpointer data, GStrv ids)
{
  const Options *options = data;
  const QdctlEach each = { action->verb, options->args, options->common.reason, options->common.dry_run, options->common.list.json,
                           g_str_equal (action->name, "show") ? append_tenant : append_status, NULL };

  return qdctl_do_each (session, &each, ids);
}

/**
 * qdctl_tenants:
 *
 * `qdctl tenants` lists the tenants; with a word behind it, it is about those that are named, one or many at once.
 */
QdExit
qdctl_tenants (const char *name, int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    QDCTL_THING_ENTRIES (options.common),
    { "name", 0, 0, G_OPTION_ARG_STRING, &options.name, N_("For create and update: what it is called"), N_("TEXT") },
    { "plan", 0, 0, G_OPTION_ARG_STRING, &options.plan, N_("For create and update: its plan"), N_("NAME") },
    { "quota", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.quotas, N_("For create and update: a quota; may be given again"), N_("NAME=NUMBER") },
    { "flag", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.flags, N_("For create and update: a flag; may be given again"), N_("NAME=on|off") },
    { "contact", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.contacts, N_("For create and update: a contact; those given are all then"), N_("NAME,EMAIL,ROLE") },
    { "revision", 0, 0, G_OPTION_ARG_STRING, &options.revision, N_("For update: only if it is still at this revision"), N_("REVISION") },
    { "off", 0, 0, G_OPTION_ARG_NONE, &options.off, N_("For kill-switch: let it work again"), NULL },
    { NULL },
  };
  const QdctlThings things = { name, actions, G_N_ELEMENTS (actions), entries, &options.common, &options, check, act };

  return qdctl_things_run (&things, argc, argv);
}
