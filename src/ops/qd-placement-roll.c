/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"

#include "qd-placement-roll.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-json.h"

/* --- Reading the model ------------------------------------------------------------------------------------ */

static void
shard_free (gpointer data)
{
  QdRollShard *shard = data;

  g_free (shard->id);
  g_free (shard->entity);
  g_free (shard->region);
  g_free (shard->version);
  g_free (shard->git_sha);
  g_free (shard->state_text);
  g_strfreev (shard->labels);
  g_free (shard);
}

static void
tenant_free (gpointer data)
{
  QdRollTenant *tenant = data;

  g_free (tenant->id);
  g_free (tenant->name);
  g_free (tenant->shard);
  g_free (tenant->region);
  g_free (tenant->pinned);
  g_free (tenant->state_text);
  g_free (tenant);
}

/* Whether @text, JSON, can have a member of that name at all: without the word only one that is written with escapes. A thousand texts that are read
 * for nothing, each time that one tenant changes, would cost more than all else that is read. */
static gboolean
can_have (const char *text, const char *name)
{
  return text != NULL && (strstr (text, name) != NULL || strchr (text, '\\') != NULL);
}

static JsonObject *
get_object (QdEntity *entity, guint field, JsonNode **node)
{
  const char *text = qd_entity_get_string (entity, field);

  *node = text != NULL ? qd_json_parse (text, -1, "model", NULL) : NULL;
  return qd_json_object (*node);
}

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *) a, *(const char *const *) b);
}

static char **
read_labels (JsonObject *object)
{
  g_autoptr (GList) names = object != NULL ? json_object_get_members (object) : NULL;
  GPtrArray *labels = g_ptr_array_new ();

  for (GList *l = names; l != NULL; l = l->next)
    {
      g_autofree char *value = qd_json_dup_id (object, l->data);

      if (value != NULL)
        g_ptr_array_add (labels, g_strdup_printf ("%s=%s", (const char *) l->data, value));
    }
  g_ptr_array_sort (labels, compare_strings);
  g_ptr_array_add (labels, NULL);
  return (char **) g_ptr_array_free (labels, FALSE);
}

static gint64
get_int (QdEntity *entity, guint field)
{
  gint64 value;

  return qd_entity_get_int (entity, field, &value) && value >= 0 ? value : -1;
}

static QdRebalanceState
find_state (const char *word)
{
  if (g_strcmp0 (word, "draining") == 0)
    return QD_REBALANCE_DRAINING;
  return g_strcmp0 (word, "down") == 0 ? QD_REBALANCE_DOWN : QD_REBALANCE_OPEN;
}

static QdRollShard *
add_shard (QdPlacementRoll *self, const char *id)
{
  QdRollShard *shard = g_new0 (QdRollShard, 1);

  shard->id = g_strdup (id);
  shard->capacity = shard->in_flight = shard->lag = -1;
  shard->load = NAN;
  shard->status = QD_STATUS_UNKNOWN;
  shard->state = QD_REBALANCE_DOWN;
  g_ptr_array_add (self->shards, shard);
  g_hash_table_insert (self->shards_by_id, shard->id, shard);
  return shard;
}

static QdRollTenant *
add_tenant (QdPlacementRoll *self, const char *id)
{
  QdRollTenant *tenant = g_new0 (QdRollTenant, 1);

  tenant->id = g_strdup (id);
  tenant->name = g_strdup (id);
  tenant->in_flight = tenant->lag = -1;
  tenant->status = QD_STATUS_UNKNOWN;
  g_ptr_array_add (self->tenants, tenant);
  g_hash_table_insert (self->tenants_by_id, tenant->id, tenant);
  return tenant;
}

static void
read_shard (QdPlacementRoll *self, QdEntity *entity)
{
  const char *id = qd_entity_get_string (entity, QD_SHARD_SHARD);
  g_autoptr (JsonNode) labels = NULL;
  QdRollShard *shard;

  if (id == NULL || g_strcmp0 (qd_entity_get_string (entity, QD_SHARD_KIND), self->kind) != 0 || qd_placement_roll_get_shard (self, id) != NULL)
    return;
  shard = add_shard (self, id);
  shard->entity = g_strdup (qd_entity_get_id (entity));
  shard->region = g_strdup (qd_entity_get_string (entity, QD_SHARD_REGION));
  shard->version = g_strdup (qd_entity_get_string (entity, QD_SHARD_VERSION));
  shard->git_sha = g_strdup (qd_entity_get_string (entity, QD_SHARD_GIT_SHA));
  shard->labels = read_labels (get_object (entity, QD_FIELD_LABELS, &labels));
  shard->state_text = g_strdup (qd_entity_get_string (entity, QD_FIELD_STATUS_TEXT));
  shard->status = qd_entity_get_status (entity);
  shard->state = find_state (shard->state_text);
  shard->unhealthy = g_strcmp0 (qd_entity_get_string (entity, QD_SHARD_STORAGE), "unhealthy") == 0;
  shard->capacity = get_int (entity, QD_SHARD_CAPACITY);
  shard->in_flight = get_int (entity, QD_SHARD_IN_FLIGHT);
  shard->lag = get_int (entity, QD_SHARD_LAG);
  if (!qd_entity_get_double (entity, QD_SHARD_LOAD, &shard->load))
    shard->load = NAN;
  shard->as_of = MAX (get_int (entity, QD_SHARD_AS_OF), 0);
}

static gint64
get_json_int (JsonObject *object, const char *name)
{
  gint64 value;

  return qd_json_get_int (object, name, &value) && value >= 0 ? value : -1;
}

gboolean
qd_placement_roll_add_record (QdPlacementRoll *self, JsonObject *record)
{
  const char *id = qd_json_get_string (record, "shard", NULL);
  QdRollShard *shard;

  if (id == NULL || g_strcmp0 (qd_json_get_string (record, "kind", NULL), self->kind) != 0 || qd_placement_roll_get_shard (self, id) != NULL)
    return FALSE;
  shard = add_shard (self, id);
  shard->entity = g_strdup (qd_json_get_string (record, "id", id));
  shard->region = g_strdup (qd_json_get_string (record, "region", NULL));
  shard->version = g_strdup (qd_json_get_string (record, "version", NULL));
  shard->git_sha = g_strdup (qd_json_get_string (record, "git_sha", NULL));
  shard->labels = read_labels (qd_json_get_object (record, "labels"));
  shard->state_text = g_strdup (qd_json_get_string (record, "status", NULL));
  shard->state = find_state (shard->state_text);
  shard->unhealthy = g_strcmp0 (qd_json_get_string (record, "storage", NULL), "unhealthy") == 0;
  shard->capacity = get_json_int (record, "capacity");
  shard->in_flight = get_json_int (record, "in_flight");
  shard->lag = get_json_int (record, "lag");
  if (!qd_json_get_number (record, "load", &shard->load))
    shard->load = NAN;
  return TRUE;
}

/* Where it must be: what its flags say, else its labels. */
static char *
find_region (QdEntity *entity)
{
  static const guint fields[] = { QD_TENANT_FLAGS, QD_FIELD_LABELS };

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autoptr (JsonNode) node = NULL;
      JsonObject *object = can_have (qd_entity_get_string (entity, fields[i]), "region") ? get_object (entity, fields[i], &node) : NULL;
      const char *region = object != NULL ? qd_json_get_string (object, "region", NULL) : NULL;

      if (region != NULL && *region != '\0')
        return g_strdup (region);
    }
  return NULL;
}

static void
read_tenant (QdPlacementRoll *self, QdEntity *entity)
{
  QdRollTenant *tenant;

  if (qd_placement_roll_get_tenant (self, qd_entity_get_id (entity)) != NULL)
    return;
  tenant = add_tenant (self, qd_entity_get_id (entity));
  g_set_str (&tenant->name, qd_entity_get_name (entity));
  tenant->status = qd_entity_get_status (entity);
  tenant->state_text = g_strdup (qd_entity_get_string (entity, QD_FIELD_STATUS_TEXT));
  tenant->region = find_region (entity);
  if (g_strcmp0 (tenant->state_text, "migrating") == 0)
    tenant->pinned = g_strdup_printf (_("%s is being migrated."), tenant->name);
}

/* What the shards say of their tenants: of this service kind alone, and newer than what is summed up. */
static void
read_figures (QdPlacementRoll *self, QdEntity *entity)
{
  gboolean of_kind = g_strcmp0 (qd_entity_get_string (entity, QD_SHARD_KIND), self->kind) == 0;
  const char *text = of_kind ? qd_entity_get_string (entity, QD_SHARD_TENANTS) : NULL;
  g_autoptr (JsonNode) node = text != NULL ? qd_json_parse (text, -1, "shard", NULL) : NULL;
  JsonArray *list = qd_json_array (node);

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonObject *object = qd_json_object (json_array_get_element (list, i));
      g_autofree char *id = object != NULL ? qd_json_dup_id (object, "id") : NULL;
      QdRollTenant *tenant = id != NULL ? qd_placement_roll_get_tenant (self, id) : NULL;
      gint64 value;

      if (tenant == NULL || g_strcmp0 (tenant->shard, qd_entity_get_string (entity, QD_SHARD_SHARD)) != 0)
        continue;
      if (qd_json_get_int (object, "in_flight", &value))
        tenant->in_flight = value;
      if (qd_json_get_int (object, "lag", &value))
        tenant->lag = value;
    }
}

static gboolean
is_of (QdEntity *entity, const char *connection)
{
  return g_strcmp0 (qd_entity_get_connection (entity), connection) == 0;
}

typedef void (*ReadFunc) (QdPlacementRoll *self, QdEntity *entity);

static void
read_all (QdPlacementRoll *self, QdFleet *fleet, const char *control, QdKind kind, ReadFunc read)
{
  QdEntityList *list = qd_fleet_get_list (fleet, kind);

  for (guint i = 0; i < qd_entity_list_get_length (list); i++)
    if (is_of (qd_entity_list_peek (list, i), control))
      read (self, qd_entity_list_peek (list, i));
}

/* --- The roll ---------------------------------------------------------------------------------------------- */

QdPlacementRoll *
qd_placement_roll_new (QdFleet *fleet, const char *control, const char *kind)
{
  QdPlacementRoll *self = g_new0 (QdPlacementRoll, 1);

  self->refs = 1;
  self->kind = g_strdup (kind);
  self->shards = g_ptr_array_new_with_free_func (shard_free);
  self->tenants = g_ptr_array_new_with_free_func (tenant_free);
  self->shards_by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->tenants_by_id = g_hash_table_new (g_str_hash, g_str_equal);
  if (control == NULL)
    return self;
  read_all (self, fleet, control, QD_KIND_SHARD, read_shard);
  read_all (self, fleet, control, QD_KIND_TENANT, read_tenant);
  return self;
}

void
qd_placement_roll_place (QdPlacementRoll *self, const char *tenant, const char *shard)
{
  QdRollTenant *found = qd_placement_roll_get_tenant (self, tenant);

  if (found == NULL)
    found = add_tenant (self, tenant);
  if (shard != NULL && qd_placement_roll_get_shard (self, shard) == NULL)
    add_shard (self, shard);
  g_set_str (&found->shard, shard);
}

typedef struct { char *key; gpointer item; } Keyed;

static int
compare_keyed (gconstpointer a, gconstpointer b)
{
  return strcmp (((const Keyed *) a)->key, ((const Keyed *) b)->key);
}

/* Both begin with their id. */
static void
sort_items (GPtrArray *items)
{
  g_autofree Keyed *keyed = g_new (Keyed, items->len + 1);

  for (guint i = 0; i < items->len; i++)
    keyed[i] = (Keyed) { g_utf8_collate_key_for_filename (*(char **) items->pdata[i], -1), items->pdata[i] };
  qsort (keyed, items->len, sizeof *keyed, compare_keyed);
  for (guint i = 0; i < items->len; i++)
    {
      items->pdata[i] = keyed[i].item;
      g_free (keyed[i].key);
    }
}

/**
 * qd_placement_roll_finish:
 * @fleet: what it was made of
 * @control: (nullable): and of which connection
 *
 * Puts all in order, and tells each tenant what its shard says of it.
 */
void
qd_placement_roll_finish (QdPlacementRoll *self, QdFleet *fleet, const char *control)
{
  sort_items (self->shards);
  sort_items (self->tenants);
  if (control == NULL)
    return;
  read_all (self, fleet, control, QD_KIND_SHARD, read_figures);
}

QdPlacementRoll *
qd_placement_roll_ref (QdPlacementRoll *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

void
qd_placement_roll_unref (QdPlacementRoll *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->refs))
    return;
  g_hash_table_unref (self->shards_by_id);
  g_hash_table_unref (self->tenants_by_id);
  g_ptr_array_unref (self->shards);
  g_ptr_array_unref (self->tenants);
  g_free (self->kind);
  g_free (self);
}

QdRollShard *
qd_placement_roll_get_shard (const QdPlacementRoll *self, const char *id)
{
  return id != NULL ? g_hash_table_lookup (self->shards_by_id, id) : NULL;
}

QdRollTenant *
qd_placement_roll_get_tenant (const QdPlacementRoll *self, const char *id)
{
  return id != NULL ? g_hash_table_lookup (self->tenants_by_id, id) : NULL;
}

/* --- What should be ---------------------------------------------------------------------------------------- */

/* What a plan is asked with; borrows from the roll. */
typedef struct {
  QdRebalanceShard *shards;
  QdRebalanceTenant *tenants;
  GPtrArray *words;          /* owned: labels, and lists of them */
  guint n_shards;
} Question;

static const char *const *
add_version (Question *question, char **labels, const char *version)
{
  guint n = labels != NULL ? g_strv_length (labels) : 0;
  char *word = g_strdup_printf ("version=%s", version);
  const char **all = g_new0 (const char *, n + 2);

  for (guint i = 0; i < n; i++)
    all[i] = labels[i];
  all[n] = word;
  g_ptr_array_add (question->words, word);
  g_ptr_array_add (question->words, all);
  return all;
}

static guint
count_tenants (const QdPlacementRoll *self, const char *shard)
{
  guint n = 0;

  for (guint i = 0; i < self->tenants->len; i++)
    n += g_strcmp0 (((const QdRollTenant *) self->tenants->pdata[i])->shard, shard) == 0;
  return n;
}

/* One whose storage is not healthy takes nobody. */
static void
add_shard_to (Question *question, const QdPlacementRoll *self, const QdRollShard *shard, gboolean same_version)
{
  guint n = shard->unhealthy ? count_tenants (self, shard->id) : 0;

  question->shards[question->n_shards++] = (QdRebalanceShard) {
    .id = shard->id, .region = shard->region, .load = shard->load, .state = shard->state,
    .labels = same_version && shard->version != NULL ? add_version (question, shard->labels, shard->version) : (const char *const *) shard->labels,
    .capacity = shard->unhealthy && shard->capacity > n ? n : shard->capacity };
}

static QdRebalanceTenant
to_tenant (Question *question, const QdPlacementRoll *self, const QdRollTenant *tenant, gboolean same_version)
{
  const QdRollShard *home = qd_placement_roll_get_shard (self, tenant->shard);
  gboolean known = tenant->in_flight >= 0 || tenant->lag >= 0;

  return (QdRebalanceTenant) { .id = tenant->id, .shard = tenant->shard, .region = tenant->region, .pinned = tenant->pinned,
                               .labels = same_version && home != NULL && home->version != NULL ? add_version (question, NULL, home->version) : NULL,
                               .waiting = known ? MAX (tenant->in_flight, 0) + MAX (tenant->lag, 0) : -1 };
}

/* @emptied: who alone may move, and must; NULL: whoever is to. */
static void
empty (Question *question, const QdPlacementRoll *self, const char *emptied)
{
  for (guint i = 0; i < question->n_shards; i++)
    if (g_str_equal (question->shards[i].id, emptied) && question->shards[i].state == QD_REBALANCE_OPEN)
      question->shards[i].state = QD_REBALANCE_DRAINING;
  for (guint i = 0; i < self->tenants->len; i++)
    if (g_strcmp0 (question->tenants[i].shard, emptied) != 0)
      question->tenants[i].pinned = "";
}

/* What is said of shards that nobody asked about. */
static void
drop_other_blocks (QdRebalance *plan, const char *emptied)
{
  for (guint i = plan->blocks->len; i-- > 0;)
    if (g_strcmp0 (((const QdRebalanceBlock *) plan->blocks->pdata[i])->shard, emptied) != 0)
      g_ptr_array_remove_index (plan->blocks, i);
}

static QdRebalance *
ask (const QdPlacementRoll *self, const char *emptied, gboolean same_version)
{
  Question question = { g_new (QdRebalanceShard, self->shards->len + 1), g_new (QdRebalanceTenant, self->tenants->len + 1),
                        g_ptr_array_new_with_free_func (g_free), 0 };
  QdRebalance *plan;

  for (guint i = 0; i < self->shards->len; i++)
    if (((const QdRollShard *) self->shards->pdata[i])->entity != NULL)
      add_shard_to (&question, self, self->shards->pdata[i], same_version);
  for (guint i = 0; i < self->tenants->len; i++)
    question.tenants[i] = to_tenant (&question, self, self->tenants->pdata[i], same_version);
  if (emptied != NULL)
    empty (&question, self, emptied);
  plan = qd_rebalance_plan (question.shards, question.n_shards, question.tenants, self->tenants->len);
  g_free (question.shards);
  g_free (question.tenants);
  g_ptr_array_unref (question.words);
  if (emptied != NULL)
    drop_other_blocks (plan, emptied);
  return plan;
}

/**
 * qd_placement_roll_plan:
 *
 * Asks qd_rebalance_plan(). A shard that only tenants name is none that anybody could be sent to. A tenant stays with the version that it has
 * where all can be brought in order so; where not, the plan may change versions, and qd_placement_roll_check() says of which move. Any thread.
 *
 * Returns: (transfer full): the plan
 */
QdRebalance *
qd_placement_roll_plan (const QdPlacementRoll *self)
{
  return qd_placement_roll_plan_empty (self, NULL);
}

QdRebalance *
qd_placement_roll_plan_empty (const QdPlacementRoll *self, const char *shard)
{
  g_autoptr (QdRebalance) plan = ask (self, shard, TRUE);

  return plan->blocks->len == 0 ? g_steal_pointer (&plan) : ask (self, shard, FALSE);
}

static char *
check_shard (const QdRollShard *shard, guint n_then)
{
  if (shard->entity == NULL)
    return g_strdup_printf (_("Nothing is known of %s."), shard->id);
  if (shard->state == QD_REBALANCE_DOWN)
    return g_strdup_printf (_("%s is down."), shard->id);
  if (shard->state == QD_REBALANCE_DRAINING)
    return g_strdup_printf (_("%s is draining."), shard->id);
  if (g_strcmp0 (shard->state_text, "starting") == 0)
    return g_strdup_printf (_("%s is starting."), shard->id);
  if (shard->unhealthy)
    return g_strdup_printf (_("The storage of %s is not healthy."), shard->id);
  if (shard->capacity >= 0 && n_then > shard->capacity)
    return g_strdup_printf (ngettext ("%s would have %u tenant and has room for %u.", "%s would have %u tenants and has room for %u.", n_then),
                            shard->id, n_then, (guint) MIN (shard->capacity, G_MAXINT));
  return NULL;
}

char *
qd_placement_roll_check (const QdPlacementRoll *self, const QdRollTenant *tenant, const QdRollShard *shard, guint n_then)
{
  const QdRollShard *from = qd_placement_roll_get_shard (self, tenant->shard);
  char *why = check_shard (shard, n_then);

  if (why != NULL)
    return why;
  if (tenant->pinned != NULL)
    return g_strdup (tenant->pinned);
  if (tenant->region != NULL && g_strcmp0 (tenant->region, shard->region) != 0)
    return g_strdup_printf (_("%s must be in region %s, and %s is not."), tenant->name, tenant->region, shard->id);
  if (from != NULL && from->version != NULL && shard->version != NULL && g_strcmp0 (from->version, shard->version) != 0)
    return g_strdup_printf (_("%s runs %s, and %s runs %s."), from->id, from->version, shard->id, shard->version);
  return NULL;
}
