/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-tenancy"

#include "config.h"
#include "qd-placement-map.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-placement-private.h"

#define MAX_NAME 128
/* A map of ten thousand broken values is one broken map: the first of them say so. */
#define MAX_FINDINGS 1000

G_DEFINE_QUARK (qd-placement-error-quark, qd_placement_error)

static const struct { const char *name, *bucket, *key; } kinds[QD_N_PLACEMENT_KINDS] = {
  [QD_PLACEMENT_AGGREGATE] = { "aggregate", "AGGREGATE_PLACEMENT", "aggregate_placement" },
  [QD_PLACEMENT_PROJECTION] = { "projection", "PROJECTION_PLACEMENT", "projection_placement" },
  [QD_PLACEMENT_RUNNER] = { "runner", "RUNNER_PLACEMENT", "runner_placement" },
};

const char *
qd_placement_kind_get_name (QdPlacementKind kind)
{
  g_return_val_if_fail (kind < QD_N_PLACEMENT_KINDS, NULL);
  return kinds[kind].name;
}

const char *
qd_placement_kind_get_bucket (QdPlacementKind kind)
{
  g_return_val_if_fail (kind < QD_N_PLACEMENT_KINDS, NULL);
  return kinds[kind].bucket;
}

gboolean
qd_placement_kind_parse (const char *name, QdPlacementKind *kind)
{
  for (guint i = 0; name && i < QD_N_PLACEMENT_KINDS; i++)
    if (g_str_equal (kinds[i].name, name))
      {
        *kind = i;
        return TRUE;
      }
  return FALSE;
}

/* --- Names ----------------------------------------------------------------------------------------- */

static gboolean
is_name (const char *name, gssize length, const char *beside)
{
  gsize n = length < 0 ? strlen (name) : (gsize) length;

  if (n == 0 || n > MAX_NAME)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (!g_ascii_isalnum (name[i]) && (name[i] == '\0' || strchr (beside, name[i]) == NULL))
      return FALSE;
  return TRUE;
}

gboolean
qd_placement_is_tenant (const char *name, gssize length)
{
  return is_name (name, length, "-/_=");
}

gboolean
qd_placement_is_shard (const char *name, gssize length)
{
  return is_name (name, length, "-/_=.:");
}

/* "shard-1,shard-2" and the like: more than one name. */
static gboolean
names_two (const char *shard)
{
  g_auto (GStrv) words = g_strsplit_set (shard, ",;|+&", -1);
  guint n = 0;

  for (guint i = 0; words[i]; i++)
    n += qd_placement_is_shard (g_strstrip (words[i]), -1);
  return n > 1;
}

GError *
qd_placement_object_to (QdPlacementKind kind, const char *tenant, const char *shard)
{
  if (!qd_placement_is_tenant (tenant, -1))
    return g_error_new (QD_PLACEMENT_ERROR, QD_PLACEMENT_ERROR_TENANT,
                        strchr (tenant, '.') ? _("“%s” cannot be a tenant: a “.” would end its part of the subjects tenant.ID.…")
                                             : _("“%s” cannot be a tenant: its name may have letters, digits, “-”, “_”, “=” and “/”"), tenant);
  if (shard == NULL || qd_placement_is_shard (shard, -1))
    return NULL;
  if (names_two (shard))
    return g_error_new (QD_PLACEMENT_ERROR, QD_PLACEMENT_ERROR_TWO_SHARDS,
                        kind == QD_PLACEMENT_RUNNER
                          ? _("“%s” cannot be on two runner shards (%s): both would carry out each of its commands")
                          : _("“%s” cannot be on two shards (%s): both would take its events"), tenant, shard);
  return g_error_new (QD_PLACEMENT_ERROR, QD_PLACEMENT_ERROR_SHARD,
                      _("“%s” cannot be on “%s”: a shard’s name may have letters, digits, “-”, “_”, “=”, “/”, “.” and “:”"), tenant, shard);
}

/* --- Findings ---------------------------------------------------------------------------------------- */

static void
finding_free (gpointer data)
{
  QdPlacementFinding *self = data;

  g_free (self->key);
  g_free (self->tenant);
  g_free (self->text);
  g_free (self);
}

/* Takes @text. @at: where in @value, or NULL: at its beginning. */
static void
find (QdPlacementMap *self, QdPlacementProblem problem, const char *key, const char *tenant, const char *value, const char *at, char *text)
{
  QdPlacementFinding *finding;

  if (self->findings->len >= MAX_FINDINGS)
    {
      g_free (text);
      return;
    }
  finding = g_new0 (QdPlacementFinding, 1);
  *finding = (QdPlacementFinding) { problem, g_strdup (key), g_strdup (tenant), 1, 1, text };
  for (const char *c = value; at && c < at; c++)
    if (*c == '\n')
      {
        finding->line++;
        finding->column = 1;
      }
    else if (((guchar) *c & 0xc0) != 0x80)
      finding->column++;
  g_ptr_array_add (self->findings, finding);
}

static char *
shown (const char *bytes, gsize length)
{
  g_autofree char *valid = g_utf8_make_valid (bytes, (gssize) MIN (length, 60));

  for (char *c = valid; *c; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  return length > 60 ? g_strconcat (valid, "…", NULL) : g_steal_pointer (&valid);
}

/* --- Places -------------------------------------------------------------------------------------------- */

static void
placement_free (gpointer data)
{
  QdPlacement *self = data;

  g_free (self->tenant);
  g_free (self->shard);
  g_free (self);
}

static void
place (QdPlacementMap *self, const char *tenant, const char *shard, guint64 revision, gint64 at_us)
{
  QdPlacement *placement = g_hash_table_lookup (self->by_tenant, tenant);

  if (placement)
    {
      g_set_str (&placement->shard, shard);
      return;
    }
  placement = g_new (QdPlacement, 1);
  *placement = (QdPlacement) { g_strdup (tenant), g_strdup (shard), revision, at_us };
  g_ptr_array_add (self->places, placement);
  g_hash_table_insert (self->by_tenant, placement->tenant, placement);
}

static void
check_tenant (QdPlacementMap *self, const char *key, const char *tenant, const char *value, const char *at)
{
  g_autoptr (GError) error = qd_placement_object_to (self->kind, tenant, NULL);

  if (error)
    find (self, QD_PLACEMENT_FINDING_TENANT, key, tenant, value, at, g_strdup (error->message));
}

/* Says what is wrong with a value that is no shard. */
static void
complain_of_shard (QdPlacementMap *self, const char *key, const char *tenant, const char *value, const char *at, const char *shard, gsize length)
{
  g_autofree char *text = shown (shard, length);
  g_autofree char *whole = g_strndup (shard, length);

  if (length == 0)
    find (self, QD_PLACEMENT_FINDING_BROKEN_VALUE, key, tenant, value, at, g_strdup_printf (_("“%s” has no shard: the value is empty"), tenant));
  else if (strlen (whole) == length && names_two (whole))
    find (self, QD_PLACEMENT_FINDING_TWO_SHARDS, key, tenant, value, at,
          g_strdup_printf (_("“%s” names more than one shard (%s): a tenant is on one of a kind"), tenant, text));
  else
    find (self, QD_PLACEMENT_FINDING_BROKEN_VALUE, key, tenant, value, at,
          g_strdup_printf (_("“%s” is on “%s”, which is no name of a shard"), tenant, text));
}

/* --- One object ------------------------------------------------------------------------------------------ */

static void
read_member (QdPlacementMap *self, const QdJsonSlice *name, const QdJsonSlice *value, GHashTable *seen)
{
  g_autofree char *tenant = qd_json_slice_dup (name);
  g_autofree char *shard = value->type == QD_JSON_STRING ? qd_json_slice_dup (value) : NULL;
  const char *before = g_hash_table_lookup (seen, tenant);

  if (before != NULL)
    {
      gboolean differ = shard == NULL || !g_str_equal (before, shard);

      find (self, differ ? QD_PLACEMENT_FINDING_TWO_SHARDS : QD_PLACEMENT_FINDING_TWICE, self->key, tenant, self->text, name->text,
            differ ? g_strdup_printf (_("“%s” is there twice, on “%s” and on “%s”: the last counts, and a reader may see it otherwise"), tenant,
                                      before, shard ? shard : "?")
                   : g_strdup_printf (_("“%s” is there twice"), tenant));
    }
  else
    check_tenant (self, self->key, tenant, self->text, name->text);
  g_hash_table_insert (seen, g_strdup (tenant), g_strdup (shard ? shard : "?"));
  if (shard != NULL && qd_placement_is_shard (shard, -1))
    {
      place (self, tenant, shard, self->revision, self->at_us);
      return;
    }
  /* Of two, the last counts, also where it is none. */
  if (before != NULL && g_hash_table_contains (self->by_tenant, tenant))
    {
      QdPlacement *placement = g_hash_table_lookup (self->by_tenant, tenant);

      g_hash_table_remove (self->by_tenant, tenant);
      g_ptr_array_remove (self->places, placement);
    }
  complain_of_shard (self, self->key, tenant, self->text, value->text, shard ? shard : value->text, shard ? strlen (shard) : value->length);
}

static void
read_object (QdPlacementMap *self, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) seen = NULL;
  QdJsonSlice whole, name, value;
  QdJsonIter iter;

  self->broken = !qd_json_slice_parse (&whole, self->text, length, &error) || whole.type != QD_JSON_OBJECT;
  if (self->broken)
    {
      find (self, QD_PLACEMENT_FINDING_BROKEN_MAP, self->key, NULL, self->text, NULL,
            g_strdup_printf (_("the map in %s cannot be read: %s"), self->key, error ? error->message : _("it is no JSON object")));
      return;
    }
  seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  qd_json_iter_init (&iter, &whole);
  while (qd_json_iter_next (&iter, &name, &value))
    read_member (self, &name, &value, seen);
}

/* --- A key for each ---------------------------------------------------------------------------------------- */

static void
read_key (QdPlacementMap *self, const QdPlacementEntry *entry)
{
  g_hash_table_insert (self->entries, g_strdup (entry->key), g_memdup2 (&entry->revision, sizeof entry->revision));
  check_tenant (self, entry->key, entry->key, NULL, NULL);
  if (qd_placement_is_shard (entry->value ? entry->value : "", (gssize) entry->length))
    {
      g_autofree char *shard = g_strndup (entry->value, entry->length);

      place (self, entry->key, shard, entry->revision, entry->at_us);
      return;
    }
  complain_of_shard (self, entry->key, entry->key, entry->value, entry->value, entry->value ? entry->value : "", entry->length);
}

/* --- Which of the two ---------------------------------------------------------------------------------------- */

static gboolean
looks_like_object (const QdPlacementEntry *entry)
{
  gsize i = 0;

  while (i < entry->length && g_ascii_isspace (entry->value[i]))
    i++;
  return i < entry->length && entry->value[i] == '{';
}

/* The entry that is the map of all, or NULL. The documented key is it, whatever stands there; else what looks like one, where
 * nothing speaks for the other encoding. */
static const QdPlacementEntry *
find_object (QdPlacementKind kind, const QdPlacementEntry *entries, guint n)
{
  const QdPlacementEntry *found = NULL;
  guint names = 0;

  for (guint i = 0; i < n; i++)
    {
      if (g_str_equal (entries[i].key, kinds[kind].key))
        return &entries[i];
      if (looks_like_object (&entries[i]) && (found == NULL || strcmp (entries[i].key, found->key) < 0))
        found = &entries[i];
      names += qd_placement_is_shard (entries[i].value ? entries[i].value : "", (gssize) entries[i].length);
    }
  return names == 0 ? found : NULL;
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(QdPlacement *const *) a)->tenant, (*(QdPlacement *const *) b)->tenant);
}

static void
read_all (QdPlacementMap *self, const QdPlacementEntry *object, const QdPlacementEntry *entries, guint n)
{
  if (object)
    {
      self->key = g_strdup (object->key);
      self->text = g_strndup (object->value ? object->value : "", object->length);
      self->revision = object->revision;
      self->at_us = object->at_us;
      read_object (self, object->length);
    }
  for (guint i = 0; i < n; i++)
    if (object == NULL)
      read_key (self, &entries[i]);
    else if (&entries[i] != object)
      find (self, QD_PLACEMENT_FINDING_BESIDE, entries[i].key, NULL, NULL, NULL,
            g_strdup_printf (_("“%s” stands beside the map in %s: nobody reads it"), entries[i].key, object->key));
  g_ptr_array_sort (self->places, compare_places);
}

QdPlacementMap *
qd_placement_map_new (QdPlacementKind kind, const char *bucket, const QdPlacementEntry *entries, guint n)
{
  QdPlacementMap *self;
  const QdPlacementEntry *object;

  g_return_val_if_fail (kind < QD_N_PLACEMENT_KINDS, NULL);
  self = g_new0 (QdPlacementMap, 1);
  g_atomic_ref_count_init (&self->refs);
  self->kind = kind;
  self->bucket = g_strdup (bucket ? bucket : kinds[kind].bucket);
  self->places = g_ptr_array_new_with_free_func (placement_free);
  self->by_tenant = g_hash_table_new (g_str_hash, g_str_equal);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->findings = g_ptr_array_new_with_free_func (finding_free);
  object = find_object (kind, entries, n);
  /* An empty bucket shows nothing: then it is as the documents have it. */
  self->encoding = object || (n == 0 && kind == QD_PLACEMENT_AGGREGATE) ? QD_PLACEMENT_OBJECT : QD_PLACEMENT_KEYS;
  read_all (self, object, entries, n);
  if (self->encoding == QD_PLACEMENT_OBJECT && self->key == NULL)
    self->key = g_strdup (kinds[kind].key);
  return self;
}

QdPlacementMap *
qd_placement_map_ref (QdPlacementMap *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
qd_placement_map_unref (QdPlacementMap *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_hash_table_unref (self->by_tenant);
  g_hash_table_unref (self->entries);
  g_ptr_array_unref (self->places);
  g_ptr_array_unref (self->findings);
  g_free (self->bucket);
  g_free (self->key);
  g_free (self->text);
  g_free (self);
}

/* --- Looking ---------------------------------------------------------------------------------------------------- */

QdPlacementKind
qd_placement_map_get_kind (const QdPlacementMap *self)
{
  return self->kind;
}

const char *
qd_placement_map_get_bucket (const QdPlacementMap *self)
{
  return self->bucket;
}

QdPlacementEncoding
qd_placement_map_get_encoding (const QdPlacementMap *self)
{
  return self->encoding;
}

const char *
qd_placement_map_get_key (const QdPlacementMap *self)
{
  return self->key;
}

const char *
qd_placement_map_get_text (const QdPlacementMap *self)
{
  return self->text;
}

guint64
qd_placement_map_get_revision (const QdPlacementMap *self)
{
  return self->revision;
}

gboolean
qd_placement_map_is_broken (const QdPlacementMap *self)
{
  return self->broken;
}

guint
qd_placement_map_get_length (const QdPlacementMap *self)
{
  return self->places->len;
}

const QdPlacement *
qd_placement_map_get_nth (const QdPlacementMap *self, guint nth)
{
  g_return_val_if_fail (nth < self->places->len, NULL);
  return g_ptr_array_index (self->places, nth);
}

const QdPlacement *
qd_placement_map_find (const QdPlacementMap *self, const char *tenant)
{
  return g_hash_table_lookup (self->by_tenant, tenant);
}

const char *
qd_placement_map_get_shard (const QdPlacementMap *self, const char *tenant)
{
  const QdPlacement *placement = qd_placement_map_find (self, tenant);

  return placement ? placement->shard : NULL;
}

GPtrArray *
qd_placement_map_get_findings (const QdPlacementMap *self)
{
  return self->findings;
}

gboolean
qd_placement_map_equal (const QdPlacementMap *a, const QdPlacementMap *b)
{
  g_autoptr (GPtrArray) rows = qd_placement_map_diff (a, b);

  return rows->len == 0;
}
