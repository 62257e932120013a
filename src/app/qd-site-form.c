/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-site-form.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

#include "qd-json.h"

#define MAX_NAME 128
#define MAX_LABELS 64

void
qd_site_form_clear (QdSiteForm *self)
{
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->kind, g_free);
  g_clear_pointer (&self->location, g_free);
  g_clear_pointer (&self->latitude, g_free);
  g_clear_pointer (&self->longitude, g_free);
  g_clear_pointer (&self->labels, g_free);
}

/* --- From the site ------------------------------------------------------------------------- */

static char *
dup_string (QdEntity *site, guint field)
{
  const char *text = qd_entity_get_string (site, field);

  return g_strdup (text != NULL ? text : "");
}

static char *
dup_degrees (QdEntity *site, guint field)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  double degrees;

  if (!qd_entity_get_double (site, field, &degrees))
    return g_strdup ("");
  return g_strdup (g_ascii_formatd (buffer, sizeof buffer, "%.6g", degrees));
}

static char *
dup_labels (QdEntity *site)
{
  const char *json = qd_entity_get_string (site, QD_FIELD_LABELS);
  g_autoptr (JsonNode) root = json != NULL ? qd_json_parse (json, -1, "labels", NULL) : NULL;
  JsonObject *labels = root != NULL ? qd_json_object (root) : NULL;
  g_autoptr (GList) names = labels != NULL ? json_object_get_members (labels) : NULL;
  GString *text = g_string_new (NULL);

  for (GList *l = names; l != NULL; l = l->next)
    g_string_append_printf (text, "%s%s=%s", text->len > 0 ? ", " : "", (char *) l->data, qd_json_get_string (labels, l->data, ""));
  return g_string_free (text, FALSE);
}

void
qd_site_form_init_from (QdSiteForm *self, QdEntity *site)
{
  self->name = dup_string (site, QD_FIELD_NAME);
  self->kind = dup_string (site, QD_SITE_KIND);
  self->location = dup_string (site, QD_SITE_LOCATION);
  self->latitude = dup_degrees (site, QD_SITE_LATITUDE);
  self->longitude = dup_degrees (site, QD_SITE_LONGITUDE);
  self->labels = dup_labels (site);
}

/* --- To the server ------------------------------------------------------------------------- */

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

/* Reads degrees as people write them, with a point or the locale's comma. */
static gboolean
read_degrees (const char *text, double limit, double *degrees)
{
  g_autofree char *plain = g_strdelimit (g_strstrip (g_strdup (text)), ",", '.');
  char *end;

  *degrees = g_ascii_strtod (plain, &end);
  return *plain != '\0' && *end == '\0' && *degrees >= -limit && *degrees <= limit;
}

static gboolean
add_place (const QdSiteForm *self, JsonObject *members, GError **error)
{
  double latitude, longitude;
  gboolean none = *self->latitude == '\0' && *self->longitude == '\0';

  json_object_set_string_member (members, "location", self->location);
  if (none)
    return TRUE;
  if (!read_degrees (self->latitude, 90, &latitude))
    return fail (error, _("The latitude is a number from −90 to 90"));
  if (!read_degrees (self->longitude, 180, &longitude))
    return fail (error, _("The longitude is a number from −180 to 180"));
  json_object_set_double_member (members, "latitude", latitude);
  json_object_set_double_member (members, "longitude", longitude);
  return TRUE;
}

static gboolean
add_labels (const QdSiteForm *self, JsonObject *members, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (self->labels, ",", MAX_LABELS + 1);
  g_autoptr (JsonObject) labels = json_object_new ();

  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *part = g_strstrip (parts[i]);
      char *equals = strchr (part, '=');

      if (*part == '\0')
        continue;
      if (equals == NULL || equals == part)
        return fail (error, _("Labels are written as name=value, with commas between them"));
      *equals = '\0';
      json_object_set_string_member (labels, g_strstrip (part), g_strstrip (equals + 1));
    }
  json_object_set_object_member (members, "labels", g_steal_pointer (&labels));
  return TRUE;
}

JsonObject *
qd_site_form_to_json (const QdSiteForm *self, const QdSiteForm *before, GError **error)
{
  g_autoptr (JsonObject) members = json_object_new ();
  g_autofree char *name = g_strstrip (g_strdup (self->name));

  if (*name == '\0')
    {
      fail (error, _("A site needs a name"));
      return NULL;
    }
  if (g_utf8_strlen (name, -1) > MAX_NAME)
    {
      fail (error, _("The name is too long"));
      return NULL;
    }

  if (before == NULL || !same (name, before->name))
    json_object_set_string_member (members, "name", name);
  if (before == NULL || !same (self->kind, before->kind))
    json_object_set_string_member (members, "kind", self->kind);
  /* The place is one thing on the wire: it goes whole or not at all. */
  if ((before == NULL || !same (self->location, before->location) || !same (self->latitude, before->latitude) ||
       !same (self->longitude, before->longitude)) && !add_place (self, members, error))
    return NULL;
  if ((before == NULL || !same (self->labels, before->labels)) && !add_labels (self, members, error))
    return NULL;
  return g_steal_pointer (&members);
}

static void
describe_field (GString *text, const char *title, const char *before, const char *now)
{
  if (!same (before, now))
    g_string_append_printf (text, "%s%s: “%s” → “%s”", text->len > 0 ? "\n" : "", title, before, now);
}

char *
qd_site_form_describe (const QdSiteForm *before, const QdSiteForm *now)
{
  GString *text = g_string_new (NULL);

  describe_field (text, _("Name"), before->name, now->name);
  describe_field (text, _("Kind"), before->kind, now->kind);
  describe_field (text, _("Location"), before->location, now->location);
  describe_field (text, _("Latitude"), before->latitude, now->latitude);
  describe_field (text, _("Longitude"), before->longitude, now->longitude);
  describe_field (text, _("Labels"), before->labels, now->labels);
  return g_string_free (text, FALSE);
}
