/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-tenancy"

#include "config.h"
#include "qd-placement-map.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-placement-private.h"

QdPlacementChange *
qd_placement_change_new (const char *tenant, const char *shard)
{
  QdPlacementChange *self = g_new (QdPlacementChange, 1);

  *self = (QdPlacementChange) { g_strdup (tenant), g_strdup (shard) };
  return self;
}

void
qd_placement_change_free (QdPlacementChange *self)
{
  g_free (self->tenant);
  g_free (self->shard);
  g_free (self);
}

static void
write_free (gpointer data)
{
  QdPlacementWrite *self = data;

  g_free (self->bucket);
  g_free (self->key);
  g_free (self->value);
  g_free (self);
}

GPtrArray *
qd_placement_writes_new (void)
{
  return g_ptr_array_new_with_free_func (write_free);
}

void
qd_placement_writes_add (GPtrArray *self, const char *bucket, const char *key, const char *value, guint64 revision)
{
  QdPlacementWrite *write = g_new (QdPlacementWrite, 1);

  *write = (QdPlacementWrite) { g_strdup (bucket), g_strdup (key), g_strdup (value), revision };
  g_ptr_array_add (self, write);
}

/* --- What may be asked for ------------------------------------------------------------------------ */

/* @changes by tenant, or NULL with why they cannot be. A tenant that is to go may be called whatever it is. */
static GHashTable *
sort_changes (const QdPlacementMap *self, GPtrArray *changes, GError **error)
{
  g_autoptr (GHashTable) wanted = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < changes->len; i++)
    {
      QdPlacementChange *change = g_ptr_array_index (changes, i);
      QdPlacementChange *before = g_hash_table_lookup (wanted, change->tenant);
      GError *why = change->shard ? qd_placement_object_to (self->kind, change->tenant, change->shard) : NULL;

      if (why == NULL && before && g_strcmp0 (before->shard, change->shard) != 0)
        why = g_error_new (QD_PLACEMENT_ERROR, QD_PLACEMENT_ERROR_TWO_SHARDS,
                           _("“%s” cannot be on %s and on %s: a tenant is on one shard of a kind"), change->tenant,
                           before->shard ? before->shard : _("no shard"), change->shard ? change->shard : _("no shard"));
      if (why)
        {
          g_propagate_error (error, why);
          return NULL;
        }
      g_hash_table_replace (wanted, change->tenant, change);
    }
  return g_steal_pointer (&wanted);
}

/* --- An object: spliced ------------------------------------------------------------------------------ */

static char *
escape (const char *text)
{
  GString *out = g_string_new (NULL);

  for (; *text; text++)
    if (*text == '"' || *text == '\\')
      g_string_append_printf (out, "\\%c", *text);
    else if ((guchar) *text < 0x20)
      g_string_append_printf (out, "\\u%04x", (guint) (guchar) *text);
    else
      g_string_append_c (out, *text);
  return g_string_free (out, FALSE);
}

/* Where a member stands: from its name's opening quote to behind its value, quotes included. */
typedef struct { gsize start, value, end; gboolean is_tenants; } Member;

/* (element-type Member), in order: all there are. */
static GArray *
list_members (const char *text, const char *tenant)
{
  GArray *members = g_array_new (FALSE, FALSE, sizeof (Member));
  QdJsonSlice whole, name, value;
  QdJsonIter iter;

  if (!qd_json_slice_parse (&whole, text, strlen (text), NULL))
    return members;
  qd_json_iter_init (&iter, &whole);
  while (qd_json_iter_next (&iter, &name, &value))
    {
      gsize quote = value.type == QD_JSON_STRING ? 1 : 0;
      Member member = {
        .start = (gsize) (name.text - text) - 1,
        .value = (gsize) (value.text - text) - quote,
        .end = (gsize) (value.text - text) + value.length + quote,
        .is_tenants = qd_json_slice_is (&name, tenant),
      };

      g_array_append_val (members, member);
    }
  return members;
}

static void
splice (GString *text, gsize start, gsize end, const char *put)
{
  g_string_erase (text, (gssize) start, (gssize) (end - start));
  g_string_insert (text, (gssize) start, put);
}

/* Behind the last member, as that one is written. */
static void
append_member (GString *text, GArray *members, const char *tenant, const char *shard)
{
  g_autofree char *name = escape (tenant), *value = escape (shard);
  g_autofree char *member = NULL;
  Member *last;
  gsize before, colon;
  g_autofree char *indent = NULL, *between = NULL;

  if (members->len == 0)
    {
      member = g_strdup_printf ("\"%s\":\"%s\"", name, value);
      g_string_insert (text, strchr (text->str, '{') + 1 - text->str, member);
      return;
    }
  last = &g_array_index (members, Member, members->len - 1);
  for (before = last->start; before > 0 && g_ascii_isspace (text->str[before - 1]);)
    before--;
  for (colon = last->value; text->str[colon - 1] != '"';)
    colon--;
  indent = g_strndup (text->str + before, last->start - before);
  between = g_strndup (text->str + colon, last->value - colon);
  member = g_strdup_printf (",%s\"%s\"%s\"%s\"", indent, name, between, value);
  g_string_insert (text, (gssize) last->end, member);
}

/* With the comma that parts it from its neighbour. */
static void
erase_member (GString *text, GArray *members, guint nth)
{
  Member *member = &g_array_index (members, Member, nth);
  gsize start = member->start, end = member->end;

  if (nth > 0)
    start = g_array_index (members, Member, nth - 1).end;
  else if (members->len > 1)
    end = g_array_index (members, Member, 1).start;
  g_string_erase (text, (gssize) start, (gssize) (end - start));
}

static void
set_member (GString *text, const char *tenant, const char *shard)
{
  g_autoptr (GArray) members = list_members (text->str, tenant);
  g_autofree char *value = escape (shard);
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", value);

  for (guint i = members->len; i-- > 0;)
    {
      Member *member = &g_array_index (members, Member, i);

      if (!member->is_tenants)
        continue;
      splice (text, member->value, member->end, quoted);
      return;
    }
  append_member (text, members, tenant, shard);
}

/* Takes @tenant's members out until @keep are left: of several the last counts, and the ones before it would go on to contradict it. */
static void
thin_members (GString *text, const char *tenant, guint keep)
{
  for (;;)
    {
      g_autoptr (GArray) members = list_members (text->str, tenant);
      guint first = 0, n = 0;

      for (guint i = 0; i < members->len; i++)
        if (g_array_index (members, Member, i).is_tenants && n++ == 0)
          first = i;
      if (n <= keep)
        return;
      erase_member (text, members, first);
    }
}

static gboolean
plan_object (const QdPlacementMap *self, GPtrArray *changes, GPtrArray *writes, GError **error)
{
  g_autoptr (GString) text = g_string_new (self->text ? self->text : "{}");

  if (self->broken)
    {
      g_set_error (error, QD_PLACEMENT_ERROR, QD_PLACEMENT_ERROR_BROKEN,
                   _("%s in the bucket %s cannot be read, and so not be edited: restore a revision of it that can"), self->key, self->bucket);
      return FALSE;
    }
  for (guint i = 0; i < changes->len; i++)
    {
      QdPlacementChange *change = g_ptr_array_index (changes, i);

      thin_members (text, change->tenant, change->shard ? 1 : 0);
      if (change->shard && g_strcmp0 (qd_placement_map_get_shard (self, change->tenant), change->shard) != 0)
        set_member (text, change->tenant, change->shard);
    }
  if (!g_str_equal (text->str, self->text ? self->text : "{}"))
    qd_placement_writes_add (writes, self->bucket, self->key, text->str, self->revision);
  return TRUE;
}

/* --- A key for each ------------------------------------------------------------------------------------ */

static void
plan_keys (const QdPlacementMap *self, GPtrArray *changes, GPtrArray *writes)
{
  for (guint i = 0; i < changes->len; i++)
    {
      QdPlacementChange *change = g_ptr_array_index (changes, i);
      const guint64 *revision = g_hash_table_lookup (self->entries, change->tenant);
      const char *now = qd_placement_map_get_shard (self, change->tenant);

      if (change->shard == NULL ? revision != NULL : g_strcmp0 (now, change->shard) != 0)
        qd_placement_writes_add (writes, self->bucket, change->tenant, change->shard, revision ? *revision : 0);
    }
}

/* --- Public -------------------------------------------------------------------------------------------- */

static int
compare_changes (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(QdPlacementChange *const *) a)->tenant, (*(QdPlacementChange *const *) b)->tenant);
}

GPtrArray *
qd_placement_map_plan (const QdPlacementMap *self, GPtrArray *changes, GError **error)
{
  g_autoptr (GHashTable) wanted = sort_changes (self, changes, error);
  g_autoptr (GPtrArray) once = NULL;
  g_autoptr (GPtrArray) writes = qd_placement_writes_new ();

  if (wanted == NULL)
    return NULL;
  once = g_hash_table_get_values_as_ptr_array (wanted);
  g_ptr_array_sort (once, compare_changes);
  if (self->encoding == QD_PLACEMENT_KEYS)
    plan_keys (self, once, writes);
  else if (!plan_object (self, once, writes, error))
    return NULL;
  return g_steal_pointer (&writes);
}

QdPlacementMap *
qd_placement_map_apply (const QdPlacementMap *self, GPtrArray *writes, guint64 revision)
{
  g_autoptr (GArray) entries = g_array_new (FALSE, TRUE, sizeof (QdPlacementEntry));
  g_autoptr (GHashTable) written = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < writes->len; i++)
    {
      QdPlacementWrite *write = g_ptr_array_index (writes, i);
      QdPlacementEntry entry = { write->key, write->value, write->value ? strlen (write->value) : 0, revision, 0 };

      g_hash_table_add (written, write->key);
      if (write->value)
        g_array_append_val (entries, entry);
    }
  if (self->text && !g_hash_table_contains (written, self->key))
    {
      QdPlacementEntry entry = { self->key, self->text, strlen (self->text), self->revision, self->at_us };

      g_array_append_val (entries, entry);
    }
  for (guint i = 0; self->encoding == QD_PLACEMENT_KEYS && i < self->places->len; i++)
    {
      const QdPlacement *place = g_ptr_array_index (self->places, i);
      QdPlacementEntry entry = { place->tenant, place->shard, strlen (place->shard), place->revision, place->at_us };

      if (!g_hash_table_contains (written, place->tenant))
        g_array_append_val (entries, entry);
    }
  return qd_placement_map_new (self->kind, self->bucket, (const QdPlacementEntry *) entries->data, entries->len);
}
