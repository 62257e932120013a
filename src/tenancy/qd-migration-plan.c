/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-tenancy"

#include "config.h"
#include "qd-migration-plan.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-json.h"

#define MAX_LIMIT_S 86400

static const struct { const char *name; guint limit_s; } step_table[] = {
  [QD_MIGRATION_DRAIN] = { "drain", 30 },
  [QD_MIGRATION_SETTLE] = { "settle", 120 },
  [QD_MIGRATION_PLACE] = { "place", 30 },
  [QD_MIGRATION_RELOAD] = { "reload", 30 },
  [QD_MIGRATION_WARM_UP] = { "warm-up", 120 },
  [QD_MIGRATION_VERIFY] = { "verify", 60 },
};
G_STATIC_ASSERT (G_N_ELEMENTS (step_table) == QD_N_MIGRATION_STEPS);

static const struct { const char *code; gboolean passes; } block_table[] = {
  [QD_MIGRATION_IN_FLIGHT] = { "in-flight-too-high", TRUE },
  [QD_MIGRATION_LAG] = { "lag-too-high", TRUE },
  [QD_MIGRATION_STORAGE] = { "storage-unhealthy", TRUE },
  [QD_MIGRATION_CAPACITY] = { "target-over-capacity", FALSE },
  [QD_MIGRATION_VERSION] = { "version-mismatch", FALSE },
  [QD_MIGRATION_BUSY] = { "another-job", TRUE },
  [QD_MIGRATION_FROZEN] = { "frozen", FALSE },
  /* Who died is started again, as a rule, and its storage comes back: who says how long to wait waits for that too. */
  [QD_MIGRATION_TARGET_DOWN] = { "target-down", TRUE },
  [QD_MIGRATION_TARGET_STARTING] = { "target-starting", TRUE },
  [QD_MIGRATION_TARGET_DRAINING] = { "target-draining", FALSE },
  [QD_MIGRATION_MOVED] = { "not-where-it-was", FALSE },
  [QD_MIGRATION_NOWHERE] = { "not-placed", FALSE },
  [QD_MIGRATION_THERE] = { "there-already", FALSE },
  [QD_MIGRATION_NO_TARGET] = { "no-target", FALSE },
};
G_STATIC_ASSERT (G_N_ELEMENTS (block_table) == QD_N_MIGRATION_BLOCKS);

const char *
qd_migration_step_to_string (QdMigrationStep step)
{
  return step < QD_N_MIGRATION_STEPS ? step_table[step].name : "";
}

gboolean
qd_migration_step_parse (const char *text, QdMigrationStep *step)
{
  for (guint i = 0; text && i < QD_N_MIGRATION_STEPS; i++)
    if (g_str_equal (step_table[i].name, text))
      {
        *step = i;
        return TRUE;
      }
  return FALSE;
}

const char *
qd_migration_block_to_string (QdMigrationBlock block)
{
  return block < QD_N_MIGRATION_BLOCKS ? block_table[block].code : "";
}

gboolean
qd_migration_block_passes (QdMigrationBlock block)
{
  return block < QD_N_MIGRATION_BLOCKS && block_table[block].passes;
}

/* --- Bounds ------------------------------------------------------------------------------------------------------------ */

void
qd_migration_bounds_init (QdMigrationBounds *self)
{
  self->max_in_flight = 1000;
  self->max_lag = 10000;
  for (guint i = 0; i < QD_N_MIGRATION_STEPS; i++)
    self->limit_s[i] = step_table[i].limit_s;
  self->back_s = 120;
}

JsonObject *
qd_migration_bounds_to_json (const QdMigrationBounds *self)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "max_in_flight", self->max_in_flight);
  json_object_set_int_member (object, "max_lag", self->max_lag);
  for (guint i = 0; i < QD_N_MIGRATION_STEPS; i++)
    json_object_set_int_member (object, step_table[i].name, self->limit_s[i]);
  json_object_set_int_member (object, "back", self->back_s);
  return object;
}

static void
take_limit (JsonObject *object, const char *name, guint *limit)
{
  gint64 value;

  if (qd_json_get_int (object, name, &value) && value > 0 && value <= MAX_LIMIT_S)
    *limit = value;
}

void
qd_migration_bounds_take_json (QdMigrationBounds *self, JsonObject *object)
{
  gint64 value;

  if (object == NULL)
    return;
  if (qd_json_get_int (object, "max_in_flight", &value) && value >= 0)
    self->max_in_flight = value;
  if (qd_json_get_int (object, "max_lag", &value) && value >= 0)
    self->max_lag = value;
  for (guint i = 0; i < QD_N_MIGRATION_STEPS; i++)
    take_limit (object, step_table[i].name, &self->limit_s[i]);
  take_limit (object, "back", &self->back_s);
}

/* --- The world --------------------------------------------------------------------------------------------------------- */

static char *
place_key (const char *kind, const char *tenant)
{
  return g_strdup_printf ("%s %s", kind, tenant);
}

QdMigrationWorld *
qd_migration_world_new (void)
{
  QdMigrationWorld *self = g_new0 (QdMigrationWorld, 1);

  self->shards = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_shard_record_free);
  self->placement = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->busy = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  qd_migration_bounds_init (&self->bounds);
  return self;
}

void
qd_migration_world_free (QdMigrationWorld *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->shards);
  g_hash_table_unref (self->placement);
  g_hash_table_unref (self->busy);
  g_free (self);
}

void
qd_migration_world_place (QdMigrationWorld *self, const char *kind, const char *tenant, const char *shard)
{
  g_hash_table_replace (self->placement, place_key (kind, tenant), g_strdup (shard));
}

const char *
qd_migration_world_get_place (const QdMigrationWorld *self, const char *kind, const char *tenant)
{
  g_autofree char *key = place_key (kind, tenant);

  return g_hash_table_lookup (self->placement, key);
}

const QdShardRecord *
qd_migration_world_get_shard (const QdMigrationWorld *self, const char *kind, const char *shard)
{
  for (guint i = 0; kind && shard && i < self->shards->len; i++)
    {
      const QdShardRecord *record = g_ptr_array_index (self->shards, i);

      if (g_str_equal (record->kind, kind) && g_str_equal (record->shard, shard))
        return record;
    }
  return NULL;
}

/* --- One move ---------------------------------------------------------------------------------------------------------- */

static void
blocker_free (gpointer data)
{
  QdMigrationBlocker *blocker = data;

  g_free (blocker->text);
  g_free (blocker);
}

QdMigrationMove *
qd_migration_move_new (const char *tenant, const char *kind, const char *from, const char *to)
{
  QdMigrationMove *self = g_new0 (QdMigrationMove, 1);

  self->tenant = g_strdup (tenant);
  self->kind = g_strdup (kind);
  self->from = g_strdup (from);
  self->to = g_strdup (to);
  self->blockers = g_ptr_array_new_with_free_func (blocker_free);
  return self;
}

void
qd_migration_move_free (QdMigrationMove *self)
{
  if (self == NULL)
    return;
  g_free (self->tenant);
  g_free (self->kind);
  g_free (self->from);
  g_free (self->to);
  g_ptr_array_unref (self->blockers);
  g_free (self);
}

/* Takes @text. */
static void
block (QdMigrationMove *self, QdMigrationBlock what, char *text)
{
  QdMigrationBlocker *blocker = g_new (QdMigrationBlocker, 1);

  *blocker = (QdMigrationBlocker) { what, text };
  g_ptr_array_add (self->blockers, blocker);
}

static void
check_place (QdMigrationMove *self, const char *now)
{
  if (now == NULL)
    block (self, QD_MIGRATION_NOWHERE,
           g_strdup_printf (_("%s is on no %s shard: place it first"), self->tenant, self->kind));
  else if (self->from && !g_str_equal (now, self->from))
    block (self, QD_MIGRATION_MOVED,
           g_strdup_printf (_("%s is on %s now, not on %s: look again"), self->tenant, now, self->from));
  else if (g_strcmp0 (now, self->to) == 0)
    block (self, QD_MIGRATION_THERE, g_strdup_printf (_("%s is on %s already"), self->tenant, now));
}

static void
check_source (QdMigrationMove *self, const QdMigrationWorld *world, const QdShardRecord *source)
{
  const QdShardTenant *tenant = qd_shard_record_get_tenant (source, self->tenant);

  self->source_down = source == NULL || qd_shard_record_is (source, "down");
  if (self->source_down || tenant == NULL)
    return;
  if (tenant->in_flight > world->bounds.max_in_flight)
    block (self, QD_MIGRATION_IN_FLIGHT,
           g_strdup_printf (_("%lld messages of %s are in flight on %s: at most %lld may be"), (long long) tenant->in_flight, self->tenant,
                            source->id, (long long) world->bounds.max_in_flight));
  if (tenant->lag > world->bounds.max_lag)
    block (self, QD_MIGRATION_LAG,
           g_strdup_printf (_("%s is %lld messages behind on %s: at most %lld may wait"), self->tenant, (long long) tenant->lag, source->id,
                            (long long) world->bounds.max_lag));
  if (source->storage && g_ascii_strcasecmp (source->storage, "healthy") != 0)
    block (self, QD_MIGRATION_STORAGE, g_strdup_printf (_("The storage of %s is %s"), source->id, source->storage));
}

static void
check_target (QdMigrationMove *self, const QdShardRecord *source, const QdShardRecord *target)
{
  if (target == NULL || qd_shard_record_is (target, "down"))
    block (self, QD_MIGRATION_TARGET_DOWN, target ? g_strdup_printf (_("%s is down"), target->id)
                                                  : g_strdup_printf (_("There is no %s shard “%s” that answers"), self->kind, self->to));
  else if (!qd_shard_record_is (target, "ready"))
    block (self, qd_shard_record_is (target, "starting") ? QD_MIGRATION_TARGET_STARTING : QD_MIGRATION_TARGET_DRAINING,
           g_strdup_printf (_("%s is not ready: it is %s"), target->id, target->status));
  if (target == NULL)
    return;
  if (target->storage && g_ascii_strcasecmp (target->storage, "healthy") != 0)
    block (self, QD_MIGRATION_STORAGE, g_strdup_printf (_("The storage of %s is %s"), target->id, target->storage));
  if (source && source->version && target->version && !g_str_equal (source->version, target->version))
    block (self, QD_MIGRATION_VERSION,
           g_strdup_printf (_("%s runs version %s, and %s version %s"), source->id, source->version, target->id, target->version));
}

static guint
count_on (const QdMigrationWorld *world, const char *kind, const char *shard)
{
  g_autofree char *prefix = place_key (kind, "");
  GHashTableIter iter;
  gpointer key, value;
  guint n = 0;

  g_hash_table_iter_init (&iter, world->placement);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (g_str_has_prefix (key, prefix) && g_str_equal (value, shard))
      n++;
  return n;
}

static void
check_room (QdMigrationMove *self, const QdShardRecord *target, guint n_there)
{
  if (target && target->capacity >= 0 && n_there + 1 > target->capacity)
    block (self, QD_MIGRATION_CAPACITY,
           g_strdup_printf (ngettext ("%s has room for %lld tenant, and %u would be there", "%s has room for %lld tenants, and %u would be there",
                                      (gulong) target->capacity),
                            target->id, (long long) target->capacity, n_there + 1));
}

/* @n_there: how many are on the target before this one. */
static void
check (QdMigrationMove *self, const QdMigrationWorld *world, guint n_there)
{
  const char *now = qd_migration_world_get_place (world, self->kind, self->tenant);
  const char *busy = g_hash_table_lookup (world->busy, self->tenant);
  const QdShardRecord *source, *target;

  g_ptr_array_set_size (self->blockers, 0);
  if (world->frozen)
    block (self, QD_MIGRATION_FROZEN, g_strdup (_("All changes are frozen")));
  if (busy)
    block (self, QD_MIGRATION_BUSY, g_strdup_printf (_("Something else is done to %s: %s"), self->tenant, busy));
  check_place (self, now);
  if (self->from == NULL)
    self->from = g_strdup (now);
  source = qd_migration_world_get_shard (world, self->kind, self->from);
  check_source (self, world, source);
  if (self->to == NULL)
    {
      block (self, QD_MIGRATION_NO_TARGET, g_strdup_printf (_("No other %s shard is ready and has room for %s"), self->kind, self->tenant));
      return;
    }
  target = qd_migration_world_get_shard (world, self->kind, self->to);
  check_target (self, source, target);
  if (g_strcmp0 (now, self->to) != 0)
    check_room (self, target, n_there);
}

void
qd_migration_move_check (QdMigrationMove *self, const QdMigrationWorld *world)
{
  check (self, world, self->to ? count_on (world, self->kind, self->to) : 0);
}

/* --- Sentences --------------------------------------------------------------------------------------------------------- */

char *
qd_migration_move_to_sentence (const QdMigrationMove *self)
{
  return g_strdup_printf (_("Move %s (%s) from %s to %s"), self->tenant, self->kind, self->from ? self->from : "?",
                          self->to ? self->to : "?");
}

char *
qd_migration_step_to_sentence (QdMigrationStep step, const QdMigrationMove *move)
{
  switch (step)
    {
    case QD_MIGRATION_DRAIN:
      if (move->source_down)
        return g_strdup_printf (_("Nothing to drain: %s is down"), move->from);
      return g_strdup_printf (_("Drain %s on %s"), move->tenant, move->from);
    case QD_MIGRATION_SETTLE:
      if (move->source_down)
        return g_strdup_printf (_("Nothing to wait for: %s is down"), move->from);
      return g_strdup_printf (_("Wait until nothing of %s is in flight on %s"), move->tenant, move->from);
    case QD_MIGRATION_PLACE:
      return g_strdup_printf (_("Place %s on %s"), move->tenant, move->to);
    case QD_MIGRATION_RELOAD:
      if (move->source_down)
        return g_strdup_printf (_("Reload the placement on %s"), move->to);
      return g_strdup_printf (_("Reload the placement on %s and %s"), move->from, move->to);
    case QD_MIGRATION_WARM_UP:
      return g_strdup_printf (_("Warm up %s on %s"), move->tenant, move->to);
    case QD_MIGRATION_VERIFY:
      return g_strdup_printf (_("Verify that %s works on %s"), move->tenant, move->to);
    case QD_N_MIGRATION_STEPS:
    default:
      g_return_val_if_reached (g_strdup (""));
    }
}

char *
qd_migration_step_back_to_sentence (QdMigrationStep step, const QdMigrationMove *move)
{
  switch (step)
    {
    case QD_MIGRATION_DRAIN:
    case QD_MIGRATION_SETTLE:
      return g_strdup_printf (_("Let %s take work for %s again"), move->from, move->tenant);
    case QD_MIGRATION_PLACE:
    case QD_MIGRATION_RELOAD:
    case QD_MIGRATION_WARM_UP:
    case QD_MIGRATION_VERIFY:
      return g_strdup_printf (_("Place %s on %s again, reload both, and let %s take work for it again"), move->tenant, move->from,
                              move->from);
    case QD_N_MIGRATION_STEPS:
    default:
      g_return_val_if_reached (g_strdup (""));
    }
}

/* --- Plans ------------------------------------------------------------------------------------------------------------- */

/* How many tenants are where, as the moves of a plan are done one after the other. */
typedef struct { const QdMigrationWorld *world; GHashTable *counts; } Rooms;

static guint
rooms_get (Rooms *self, const char *kind, const char *shard)
{
  char *id = qd_shard_id (kind, shard);
  gpointer value;
  guint n;

  if (g_hash_table_lookup_extended (self->counts, id, NULL, &value))
    {
      g_free (id);
      return GPOINTER_TO_UINT (value);
    }
  n = count_on (self->world, kind, shard);
  g_hash_table_insert (self->counts, id, GUINT_TO_POINTER (n));
  return n;
}

static void
rooms_move (Rooms *self, const QdMigrationMove *move)
{
  guint n_to = rooms_get (self, move->kind, move->to), n_from = rooms_get (self, move->kind, move->from);

  g_hash_table_replace (self->counts, qd_shard_id (move->kind, move->to), GUINT_TO_POINTER (n_to + 1));
  if (n_from > 0)
    g_hash_table_replace (self->counts, qd_shard_id (move->kind, move->from), GUINT_TO_POINTER (n_from - 1));
}

/* Whether @a has more room than @b, in parts of what it can have; a shard that does not tell its capacity counts as ever so large. */
static gboolean
has_more_room (Rooms *rooms, const QdShardRecord *a, const QdShardRecord *b)
{
  double used_a = rooms_get (rooms, a->kind, a->shard), used_b = rooms_get (rooms, b->kind, b->shard);

  if ((a->capacity < 0) != (b->capacity < 0))
    return a->capacity < 0;
  if (a->capacity >= 0)
    {
      used_a /= MAX (a->capacity, 1);
      used_b /= MAX (b->capacity, 1);
    }
  return used_a != used_b ? used_a < used_b : strcmp (a->id, b->id) < 0;
}

static const QdShardRecord *
find_room (Rooms *rooms, const char *kind, const char *not)
{
  const QdShardRecord *best = NULL;

  for (guint i = 0; i < rooms->world->shards->len; i++)
    {
      const QdShardRecord *record = g_ptr_array_index (rooms->world->shards, i);

      if (!g_str_equal (record->kind, kind) || g_strcmp0 (record->shard, not) == 0 || !qd_shard_record_is (record, "ready") ||
          (record->capacity >= 0 && rooms_get (rooms, kind, record->shard) >= record->capacity))
        continue;
      if (best == NULL || has_more_room (rooms, record, best))
        best = record;
    }
  return best;
}

/* People say "shard-2", or "runner.shard-2" as other places spell it. */
static const char *
bare_shard (const char *kind, const char *name)
{
  gsize length = strlen (kind);

  return name && strncmp (name, kind, length) == 0 && name[length] == '.' ? name + length + 1 : name;
}

static void
add_move (QdMigrationPlan *self, Rooms *rooms, const QdMigrationWish *wish)
{
  const char *from = bare_shard (wish->kind, wish->from);
  const char *to = bare_shard (wish->kind, wish->to);
  const char *now = qd_migration_world_get_place (rooms->world, wish->kind, wish->tenant);
  const QdShardRecord *room = to == NULL ? find_room (rooms, wish->kind, from ? from : now) : NULL;
  QdMigrationMove *move = qd_migration_move_new (wish->tenant, wish->kind, from, room ? room->shard : to);

  check (move, rooms->world, move->to ? rooms_get (rooms, wish->kind, move->to) : 0);
  if (move->blockers->len == 0)
    rooms_move (rooms, move);
  g_ptr_array_add (self->moves, move);
}

/* A tenant that is named twice is moved once. */
static void
block_twice (QdMigrationPlan *self)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < self->moves->len; i++)
    {
      QdMigrationMove *move = g_ptr_array_index (self->moves, i);

      if (!g_hash_table_add (seen, place_key (move->kind, move->tenant)))
        block (move, QD_MIGRATION_BUSY, g_strdup_printf (_("%s is in this plan twice"), move->tenant));
    }
}

QdMigrationPlan *
qd_migration_plan_new (const QdMigrationWorld *world, const QdMigrationWish *wishes, guint n)
{
  g_autoptr (GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  QdMigrationPlan *self = g_new0 (QdMigrationPlan, 1);
  Rooms rooms = { world, counts };

  self->moves = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_migration_move_free);
  self->bounds = world->bounds;
  for (guint i = 0; i < n; i++)
    add_move (self, &rooms, &wishes[i]);
  block_twice (self);
  return self;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

QdMigrationPlan *
qd_migration_plan_new_for_node (const QdMigrationWorld *world, const char *shard)
{
  const char *dot = strchr (shard, '.');
  g_autofree char *kind = dot ? g_strndup (shard, dot - shard) : g_strdup ("");
  g_autofree char *prefix = place_key (kind, "");
  g_autoptr (GPtrArray) tenants = g_ptr_array_new ();
  g_autofree QdMigrationWish *wishes = NULL;
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, world->placement);
  while (dot && g_hash_table_iter_next (&iter, &key, &value))
    if (g_str_has_prefix (key, prefix) && g_str_equal (value, dot + 1))
      g_ptr_array_add (tenants, (char *) key + strlen (prefix));
  g_ptr_array_sort (tenants, compare_texts);
  wishes = g_new0 (QdMigrationWish, tenants->len + 1);
  for (guint i = 0; i < tenants->len; i++)
    wishes[i] = (QdMigrationWish) { g_ptr_array_index (tenants, i), kind, dot + 1, NULL };
  return qd_migration_plan_new (world, wishes, tenants->len);
}

void
qd_migration_plan_free (QdMigrationPlan *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->moves);
  g_free (self);
}

guint
qd_migration_plan_get_n_free (const QdMigrationPlan *self)
{
  guint n = 0;

  for (guint i = 0; i < self->moves->len; i++)
    n += ((QdMigrationMove *) g_ptr_array_index (self->moves, i))->blockers->len == 0;
  return n;
}

/* --- As JSON and as text ----------------------------------------------------------------------------------------------- */

static JsonObject *
step_to_json (QdMigrationStep step, const QdMigrationMove *move, const QdMigrationBounds *bounds)
{
  g_autofree char *text = qd_migration_step_to_sentence (step, move), *back = qd_migration_step_back_to_sentence (step, move);
  g_autofree char *target = qd_shard_id (move->kind, step < QD_MIGRATION_PLACE ? move->from : move->to);
  g_autofree char *path = g_strdup_printf ("placement/%s/%s", move->kind, move->tenant);
  JsonObject *object = json_object_new (), *change;

  json_object_set_string_member (object, "step", qd_migration_step_to_string (step));
  json_object_set_string_member (object, "target", target);
  json_object_set_string_member (object, "text", text);
  json_object_set_int_member (object, "limit_s", bounds->limit_s[step]);
  json_object_set_string_member (object, "back", back);
  if (step == QD_MIGRATION_PLACE)
    {
      change = json_object_new ();
      json_object_set_string_member (change, "path", path);
      json_object_set_string_member (change, "before", move->from);
      json_object_set_string_member (change, "after", move->to);
      json_object_set_object_member (object, "would_change", change);
    }
  return object;
}

static JsonObject *
move_to_json (const QdMigrationMove *move, const QdMigrationBounds *bounds)
{
  JsonObject *object = json_object_new ();
  JsonArray *steps = json_array_new (), *blockers = json_array_new ();

  json_object_set_string_member (object, "tenant", move->tenant);
  json_object_set_string_member (object, "kind", move->kind);
  json_object_set_string_member (object, "from", move->from);
  json_object_set_string_member (object, "to", move->to);
  for (guint i = 0; move->from && move->to && i < QD_N_MIGRATION_STEPS; i++)
    json_array_add_object_element (steps, step_to_json (i, move, bounds));
  for (guint i = 0; i < move->blockers->len; i++)
    {
      const QdMigrationBlocker *blocker = g_ptr_array_index (move->blockers, i);
      JsonObject *one = json_object_new ();

      json_object_set_string_member (one, "code", qd_migration_block_to_string (blocker->block));
      json_object_set_string_member (one, "detail", blocker->text);
      json_array_add_object_element (blockers, one);
    }
  json_object_set_array_member (object, "plan", steps);
  json_object_set_array_member (object, "blockers", blockers);
  return object;
}

JsonNode *
qd_migration_plan_to_json (const QdMigrationPlan *self)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  JsonArray *moves = json_array_new ();

  for (guint i = 0; i < self->moves->len; i++)
    json_array_add_object_element (moves, move_to_json (g_ptr_array_index (self->moves, i), &self->bounds));
  json_object_set_array_member (object, "moves", moves);
  json_node_take_object (node, object);
  return node;
}

static void
add_steps (GString *text, const QdMigrationMove *move, const QdMigrationBounds *bounds)
{
  for (guint i = 0; move->from && move->to && i < QD_N_MIGRATION_STEPS; i++)
    {
      g_autofree char *what = qd_migration_step_to_sentence (i, move), *back = qd_migration_step_back_to_sentence (i, move);

      g_string_append_printf (text, _("  %u. %s (at most %u s)"), i + 1, what, bounds->limit_s[i]);
      g_string_append (text, "\n     ");
      g_string_append_printf (text, _("Way back: %s"), back);
      g_string_append_c (text, '\n');
    }
}

char *
qd_migration_plan_to_text (const QdMigrationPlan *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->moves->len; i++)
    {
      const QdMigrationMove *move = g_ptr_array_index (self->moves, i);
      g_autofree char *sentence = qd_migration_move_to_sentence (move);

      g_string_append_printf (text, "%s\n", sentence);
      for (guint k = 0; k < move->blockers->len; k++)
        {
          g_string_append (text, "  ");
          g_string_append_printf (text, _("Blocked: %s"), ((QdMigrationBlocker *) g_ptr_array_index (move->blockers, k))->text);
          g_string_append_c (text, '\n');
        }
      if (move->blockers->len == 0)
        add_steps (text, move, &self->bounds);
    }
  return g_string_free (text, FALSE);
}
