/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-tenant-form.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "qd-json.h"

#define MAX_MEMBERS 50

void
qd_tenant_form_clear (QdTenantForm *self)
{
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->plan, g_free);
  g_clear_pointer (&self->quotas, g_free);
  g_clear_pointer (&self->flags, g_free);
  g_clear_pointer (&self->contacts, g_free);
}

/* --- From the tenant ------------------------------------------------------------------------------ */

static JsonNode *
parse_field (QdEntity *tenant, guint field)
{
  const char *text = qd_entity_get_string (tenant, field);

  return text != NULL ? qd_json_parse (text, -1, "tenant", NULL) : NULL;
}

static char *
value_to_text (JsonNode *node)
{
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    return g_strdup (json_node_get_boolean (node) ? "on" : "off");
  return qd_json_to_text (node, FALSE);
}

/* "name=value, …" of an object's members. */
static char *
dup_record (JsonObject *object)
{
  g_autoptr (GList) names = object != NULL ? json_object_get_members (object) : NULL;
  GString *text = g_string_new (NULL);

  for (GList *l = names; l != NULL; l = l->next)
    {
      g_autofree char *value = value_to_text (json_object_get_member (object, l->data));

      g_string_append_printf (text, "%s%s=%s", text->len > 0 ? ", " : "", (char *) l->data, value);
    }
  return g_string_free (text, FALSE);
}

static char *
dup_contacts (JsonArray *array)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *contact = qd_json_object (json_array_get_element (array, i));
      const char *email = contact != NULL ? qd_json_get_string (contact, "email", "") : "";
      const char *role = contact != NULL ? qd_json_get_string (contact, "role", "") : "";

      if (contact == NULL)
        continue;
      g_string_append_printf (text, "%s%s", text->len > 0 ? "; " : "", qd_json_get_string (contact, "name", ""));
      if (*email != '\0' || *role != '\0')
        g_string_append_printf (text, " <%s>", email);
      if (*role != '\0')
        g_string_append_printf (text, " %s", role);
    }
  return g_string_free (text, FALSE);
}

void
qd_tenant_form_init_from (QdTenantForm *self, QdEntity *tenant)
{
  const char *plan = qd_entity_get_string (tenant, QD_TENANT_PLAN), *name = qd_entity_get_string (tenant, QD_FIELD_NAME);
  g_autoptr (JsonNode) quotas = parse_field (tenant, QD_TENANT_QUOTAS), flags = parse_field (tenant, QD_TENANT_FLAGS);
  g_autoptr (JsonNode) contacts = parse_field (tenant, QD_TENANT_CONTACTS);

  self->name = g_strdup (name != NULL ? name : "");
  self->plan = g_strdup (plan != NULL ? plan : "");
  self->quotas = dup_record (quotas != NULL ? qd_json_object (quotas) : NULL);
  self->flags = dup_record (flags != NULL ? qd_json_object (flags) : NULL);
  self->contacts = dup_contacts (contacts != NULL ? qd_json_array (contacts) : NULL);
}

void
qd_tenant_form_init_from_json (QdTenantForm *self, JsonObject *tenant)
{
  self->name = g_strdup (qd_json_get_string (tenant, "name", ""));
  self->plan = g_strdup (qd_json_get_string (tenant, "plan", ""));
  self->quotas = dup_record (qd_json_get_object (tenant, "quotas"));
  self->flags = dup_record (qd_json_get_object (tenant, "flags"));
  self->contacts = dup_contacts (qd_json_get_array (tenant, "contacts"));
}

/* --- To the server -------------------------------------------------------------------------------- */

static gboolean
same (const char *a, const char *b)
{
  return g_str_equal (a != NULL ? a : "", b != NULL ? b : "");
}

static gboolean
fail (GError **error, const char *message)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, message);
  return FALSE;
}

/* NULL: it is neither. */
static JsonNode *
read_number (const char *text)
{
  char *end = NULL;
  double number = g_ascii_strtod (text, &end);

  if (*text == '\0' || *end != '\0' || !isfinite (number) || number < 0)
    return NULL;
  if (number == floor (number) && number < 1e15)
    return json_node_init_int (json_node_alloc (), (gint64) number);
  return json_node_init_double (json_node_alloc (), number);
}

static JsonNode *
read_switch (const char *text)
{
  static const char *const on[] = { "on", "true", "yes", NULL }, *const off[] = { "off", "false", "no", NULL };
  g_autofree char *word = g_ascii_strdown (text, -1);

  if (!g_strv_contains (on, word) && !g_strv_contains (off, word))
    return NULL;
  return json_node_init_boolean (json_node_alloc (), g_strv_contains (on, word));
}

/* "name=value, …" into @record; FALSE where that is not what @text is. */
static gboolean
read_record (const char *text, JsonNode *(*read_value) (const char *), JsonObject *record)
{
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", ",", MAX_MEMBERS + 1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *part = g_strstrip (parts[i]), *equals = strchr (part, '=');
      JsonNode *value;

      if (*part == '\0')
        continue;
      if (equals == NULL || equals == part)
        return FALSE;
      *equals = '\0';
      value = read_value (g_strstrip (equals + 1));
      if (value == NULL)
        return FALSE;
      json_object_set_member (record, g_strstrip (part), value);
    }
  return TRUE;
}

/* What was there before and is not any more is taken away. */
static void
add_removals (JsonObject *record, JsonObject *before)
{
  g_autoptr (GList) names = json_object_get_members (before);

  for (GList *l = names; l != NULL; l = l->next)
    if (!json_object_has_member (record, l->data))
      json_object_set_null_member (record, l->data);
}

static gboolean
add_record (JsonObject *members, const char *name, const char *text, const char *before, JsonNode *(*read_value) (const char *))
{
  g_autoptr (JsonObject) record = json_object_new (), old = json_object_new ();

  if (!read_record (text, read_value, record))
    return FALSE;
  if (before != NULL && read_record (before, read_value, old))
    add_removals (record, old);
  json_object_set_object_member (members, name, g_steal_pointer (&record));
  return TRUE;
}

/* "Ada L. <ada@example.org> owner": NULL where there is no name. */
static JsonObject *
read_contact (char *text)
{
  char *open = strchr (text, '<'), *close = open != NULL ? strchr (open, '>') : NULL;
  JsonObject *contact;

  if (open == text || *text == '\0' || (open != NULL && close == NULL))
    return NULL;
  contact = json_object_new ();
  if (close != NULL)
    {
      *open = *close = '\0';
      json_object_set_string_member (contact, "email", g_strstrip (open + 1));
      json_object_set_string_member (contact, "role", g_strstrip (close + 1));
    }
  json_object_set_string_member (contact, "name", g_strstrip (text));
  return contact;
}

static gboolean
add_contacts (JsonObject *members, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", ";", MAX_MEMBERS + 1);
  g_autoptr (JsonArray) array = json_array_new ();

  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *part = g_strstrip (parts[i]);
      JsonObject *contact = *part != '\0' ? read_contact (part) : NULL;

      if (*part == '\0')
        continue;
      if (contact == NULL)
        return FALSE;
      json_array_add_object_element (array, contact);
    }
  json_object_set_array_member (members, "contacts", g_steal_pointer (&array));
  return TRUE;
}

JsonObject *
qd_tenant_form_to_json (const QdTenantForm *self, const QdTenantForm *before, GError **error)
{
  g_autoptr (JsonObject) members = json_object_new ();

  if (*self->name == '\0' && !fail (error, _("A tenant needs a name")))
    return NULL;
  if (*self->plan == '\0' && !fail (error, _("A tenant needs a plan")))
    return NULL;
  if (before == NULL && self->id != NULL && *self->id != '\0')
    json_object_set_string_member (members, "id", self->id);
  if (before == NULL || !same (self->name, before->name))
    json_object_set_string_member (members, "name", self->name);
  if (before == NULL || !same (self->plan, before->plan))
    json_object_set_string_member (members, "plan", self->plan);
  if ((before == NULL || !same (self->quotas, before->quotas)) &&
      !add_record (members, "quotas", self->quotas, before != NULL ? before->quotas : NULL, read_number) &&
      !fail (error, _("Quotas are written as name=number, with commas between them")))
    return NULL;
  if ((before == NULL || !same (self->flags, before->flags)) &&
      !add_record (members, "flags", self->flags, before != NULL ? before->flags : NULL, read_switch) &&
      !fail (error, _("Flags are written as name=on or name=off, with commas between them")))
    return NULL;
  if ((before == NULL || !same (self->contacts, before->contacts)) && !add_contacts (members, self->contacts) &&
      !fail (error, _("Contacts are written as Name <address> role, with semicolons between them")))
    return NULL;
  return g_steal_pointer (&members);
}

static void
describe_field (GString *text, const char *title, const char *before, const char *now)
{
  if (!same (before, now))
    g_string_append_printf (text, "%s%s: “%s” → “%s”", text->len > 0 ? "\n" : "", title, before != NULL ? before : "", now != NULL ? now : "");
}

char *
qd_tenant_form_describe (const QdTenantForm *before, const QdTenantForm *now)
{
  GString *text = g_string_new (NULL);

  describe_field (text, _("Id"), before->id, now->id);
  describe_field (text, _("Name"), before->name, now->name);
  describe_field (text, _("Plan"), before->plan, now->plan);
  describe_field (text, _("Quotas"), before->quotas, now->quotas);
  describe_field (text, _("Flags"), before->flags, now->flags);
  describe_field (text, _("Contacts"), before->contacts, now->contacts);
  return g_string_free (text, FALSE);
}
