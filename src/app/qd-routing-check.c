/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-routing-check.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-json.h"
#include "qd-routing-fields.h"
#include "qd-routing.h"

#define DELAY_MS 250

/* What counts of a policy. */
static const guint fields[] = { QD_FIELD_NAME, QD_ROUTING_PRIORITY, QD_ROUTING_ENABLED, QD_ROUTING_MATCH, QD_ROUTING_PREFERENCE, QD_ROUTING_FAILOVER };
static const char *const members[] = { "name", "priority", "enabled", "match", "path_preference", "failover" };
#define N_FIELDS G_N_ELEMENTS (fields)

/* A policy at one moment. Strings are GRefStrings, which any thread may read. */
typedef struct {
  const char *connection;      /* interned */
  GRefString *id;
  QdValue values[N_FIELDS];
  char *text;                  /* the whole of it as JSON, in place of the values; NULL: these */
} Item;

typedef struct {
  GArray *items;               /* Item, those of one connection together */
  char *id;                    /* what it is about; NULL: everything */
} Question;

struct _QdRoutingCheck {
  GObject parent_instance;

  QdSession *session;
  const char *connection;      /* interned; NULL: each */
  char *id, *mine;             /* of the one that is being edited: its text; NULL: none is */
  guint timer_id;
  GCancellable *asking;        /* NULL: no worker is asked */
  GArray *asked;               /* Item: what the remarks are of, or will be; NULL: nothing was asked */
  GPtrArray *remarks;
};

G_DEFINE_FINAL_TYPE (QdRoutingCheck, qd_routing_check, G_TYPE_OBJECT)

static guint changed_signal;

/* --- What is known ---------------------------------------------------------------------------------- */

static void
item_clear (gpointer data)
{
  Item *item = data;

  g_ref_string_release (item->id);
  for (guint i = 0; i < N_FIELDS; i++)
    qd_value_clear (&item->values[i]);
  g_free (item->text);
}

static void
add_item (GArray *items, const char *connection, const char *id, QdEntity *policy, const char *text)
{
  Item item = { .connection = connection, .id = g_ref_string_new (id), .text = g_strdup (text) };

  for (guint i = 0; i < N_FIELDS; i++)
    item.values[i] = policy ? qd_value_copy (qd_entity_get (policy, fields[i])) : QD_NO_VALUE;
  g_array_append_val (items, item);
}

static int
compare_items (gconstpointer a, gconstpointer b)
{
  const Item *l = a, *r = b;

  return g_strcmp0 (l->connection, r->connection);
}

static GArray *
gather (QdRoutingCheck *self)
{
  QdEntityList *list = qd_fleet_get_list (qd_session_get_fleet (self->session), QD_KIND_ROUTING);
  GArray *items = g_array_new (FALSE, FALSE, sizeof (Item));

  g_array_set_clear_func (items, item_clear);
  for (guint i = 0; i < qd_entity_list_get_length (list); i++)
    {
      QdEntity *policy = qd_entity_list_peek (list, i);

      if (qd_entity_belongs (policy, self->connection) && g_strcmp0 (qd_entity_get_id (policy), self->id) != 0)
        add_item (items, qd_entity_get_connection (policy), qd_entity_get_id (policy), policy, NULL);
    }
  if (self->mine)
    add_item (items, self->connection, self->id, NULL, self->mine);
  g_array_sort (items, compare_items);
  return items;
}

static gboolean
same_item (const Item *a, const Item *b)
{
  gboolean same = a->connection == b->connection && g_str_equal (a->id, b->id) && g_strcmp0 (a->text, b->text) == 0;

  for (guint i = 0; same && i < N_FIELDS; i++)
    same = qd_value_equal (&a->values[i], &b->values[i]);
  return same;
}

static gboolean
same_items (GArray *a, GArray *b)
{
  gboolean same = a && a->len == b->len;

  for (guint i = 0; same && i < a->len; i++)
    same = same_item (&g_array_index (a, Item, i), &g_array_index (b, Item, i));
  return same;
}

/* --- On a worker ------------------------------------------------------------------------------------- */

static void
question_free (gpointer data)
{
  Question *question = data;

  g_array_unref (question->items);
  g_free (question->id);
  g_free (question);
}

static void
remark_free (gpointer data)
{
  QdRoutingRemark *remark = data;

  g_free (remark->text);
  g_free (remark->policy);
  g_free (remark->other);
  g_free (remark);
}

static void
set_value (JsonObject *object, const char *member, const QdValue *value)
{
  gboolean is_text = value->type == QD_VALUE_STRING || value->type == QD_VALUE_JSON;
  g_autoptr (JsonNode) node = is_text && (value->type == QD_VALUE_JSON || *value->v.s == '{') ? json_from_string (value->v.s, NULL) : NULL;

  if (node)
    json_object_set_member (object, member, g_steal_pointer (&node));
  else if (is_text)
    json_object_set_string_member (object, member, value->v.s);
  else if (value->type == QD_VALUE_BOOL)
    json_object_set_boolean_member (object, member, value->v.i != 0);
  else if (value->type == QD_VALUE_INT)
    json_object_set_int_member (object, member, value->v.i);
}

/* As the reader of files has it. */
static JsonObject *
make_object (const Item *item)
{
  g_autoptr (JsonNode) node = item->text ? json_from_string (item->text, NULL) : NULL;
  JsonObject *read = node ? qd_json_object (node) : NULL, *object = read ? json_object_ref (read) : json_object_new ();

  for (guint i = 0; item->text == NULL && i < N_FIELDS; i++)
    set_value (object, members[i], &item->values[i]);
  json_object_set_string_member (object, "id", item->id);
  return object;
}

static QdYamlFile *
write_file (GArray *items, guint from, guint to, GError **error)
{
  JsonArray *array = json_array_sized_new (to - from);
  g_autoptr (JsonObject) whole = json_object_new ();
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GBytes) bytes = NULL;
  char *text;

  for (guint i = from; i < to; i++)
    json_array_add_object_element (array, make_object (&g_array_index (items, Item, i)));
  json_object_set_array_member (whole, "items", array);
  node = json_node_init_object (json_node_alloc (), whole);
  text = qd_json_to_text (node, FALSE);
  bytes = g_bytes_new_take (text, strlen (text));
  return qd_yaml_file_new ("policies.routing.json", bytes, error);
}

/* Which of @items, from @from on, a place is in; NULL: none. */
static const Item *
find_item (GArray *items, guint from, guint to, const QdPolicyPlace *place)
{
  const QdYamlNode *list = place->file ? qd_yaml_node_get (qd_yaml_file_get_document (place->file, 0), "items") : NULL;
  guint low = 0, high = qd_yaml_node_get_length (list);
  gsize at = place->node ? qd_yaml_node_get_span (place->node).start : G_MAXSIZE;

  /* The last that begins no later. */
  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (qd_yaml_node_get_span (qd_yaml_node_get_item (list, middle)).start <= at)
        low = middle + 1;
      else
        high = middle;
    }
  return low > 0 && at != G_MAXSIZE && from + low - 1 < to ? &g_array_index (items, Item, from + low - 1) : NULL;
}

/* What it says stands alone here: it begins as a sentence does, and names no place of a file that nobody has. */
static char *
tell_finding (const QdPolicyFinding *finding)
{
  char first[7] = "";

  if (g_str_equal (finding->code, "duplicate"))
    return g_strdup (_("Another routing policy has the same name"));
  first[g_unichar_to_utf8 (g_unichar_totitle (g_utf8_get_char (finding->message)), first)] = '\0';
  return g_strconcat (first, g_utf8_next_char (finding->message), NULL);
}

static void
check_some (Question *question, guint from, guint to, GPtrArray *remarks)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (QdYamlFile) file = write_file (question->items, from, to, &error);
  g_autoptr (QdRoutingSet) set = NULL;
  GPtrArray *findings;

  if (file == NULL)
    {
      g_warning ("Routing policies cannot be looked at beside one another: %s", error->message);
      return;
    }
  set = qd_routing_set_new (&file, 1);
  findings = qd_routing_set_get_findings (set);
  for (guint i = 0; i < findings->len; i++)
    {
      const QdPolicyFinding *finding = findings->pdata[i];
      const Item *item = find_item (question->items, from, to, &finding->place), *other = find_item (question->items, from, to, &finding->other);
      gboolean concerned = question->id == NULL || (item && g_str_equal (item->id, question->id)) || (other && g_str_equal (other->id, question->id));
      QdRoutingRemark *remark;

      if (!concerned || item == NULL || (question->id && finding->severity == QD_POLICY_ERROR))
        continue;
      remark = g_new0 (QdRoutingRemark, 1);
      *remark = (QdRoutingRemark) { finding->severity, g_intern_string (finding->code), tell_finding (finding), item->connection, g_strdup (item->id),
                                    other ? g_strdup (other->id) : NULL };
      g_ptr_array_add (remarks, remark);
    }
}

static int
compare_remarks (gconstpointer a, gconstpointer b)
{
  const QdRoutingRemark *l = *(QdRoutingRemark *const *) a, *r = *(QdRoutingRemark *const *) b;

  return (int) r->severity - (int) l->severity;
}

static void
check (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Question *question = data;
  g_autoptr (GPtrArray) remarks = g_ptr_array_new_with_free_func (remark_free);

  for (guint from = 0, to; from < question->items->len; from = to)
    {
      const Item *first = &g_array_index (question->items, Item, from);

      if (g_task_return_error_if_cancelled (task))
        return;
      for (to = from + 1; to < question->items->len && g_array_index (question->items, Item, to).connection == first->connection; to++)
        ;
      check_some (question, from, to, remarks);
    }
  g_ptr_array_sort (remarks, compare_remarks);
  g_task_return_pointer (task, g_steal_pointer (&remarks), (GDestroyNotify) g_ptr_array_unref);
}

/* --- Asking ------------------------------------------------------------------------------------------- */

static void
checked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  QdRoutingCheck *self = QD_ROUTING_CHECK (source);
  GPtrArray *remarks = g_task_propagate_pointer (G_TASK (result), NULL);

  /* Something else was asked since. */
  if (remarks == NULL || g_task_get_cancellable (G_TASK (result)) != self->asking)
    {
      g_clear_pointer (&remarks, g_ptr_array_unref);
      return;
    }
  g_clear_object (&self->asking);
  g_ptr_array_unref (self->remarks);
  self->remarks = remarks;
  g_signal_emit (self, changed_signal, 0);
}

static void
stop_asking (QdRoutingCheck *self)
{
  if (self->asking)
    g_cancellable_cancel (self->asking);
  g_clear_object (&self->asking);
}

static gboolean
ask_cb (gpointer data)
{
  QdRoutingCheck *self = data;
  g_autoptr (GArray) items = gather (self);
  g_autoptr (GTask) task = NULL;
  Question *question;

  self->timer_id = 0;
  /* How many flows run by them changes all the time, and says nothing here. */
  if (same_items (self->asked, items))
    return G_SOURCE_REMOVE;
  stop_asking (self);
  g_clear_pointer (&self->asked, g_array_unref);
  self->asked = g_array_ref (items);
  question = g_new (Question, 1);
  *question = (Question) { g_steal_pointer (&items), g_strdup (self->mine ? self->id : NULL) };
  self->asking = g_cancellable_new ();
  task = g_task_new (self, self->asking, checked_cb, NULL);
  g_task_set_task_data (task, question, question_free);
  g_task_run_in_thread (task, check);
  return G_SOURCE_REMOVE;
}

/* Not again and again for a change that goes on: the first after some rest. */
static void
ask_soon (QdRoutingCheck *self)
{
  if (self->timer_id == 0)
    self->timer_id = g_timeout_add (DELAY_MS, ask_cb, self);
}

/* --- The object ---------------------------------------------------------------------------------------- */

static void
qd_routing_check_dispose (GObject *object)
{
  QdRoutingCheck *self = QD_ROUTING_CHECK (object);

  g_clear_handle_id (&self->timer_id, g_source_remove);
  stop_asking (self);
  g_clear_pointer (&self->asked, g_array_unref);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (qd_routing_check_parent_class)->dispose (object);
}

static void
qd_routing_check_finalize (GObject *object)
{
  QdRoutingCheck *self = QD_ROUTING_CHECK (object);

  g_free (self->id);
  g_free (self->mine);
  g_ptr_array_unref (self->remarks);
  G_OBJECT_CLASS (qd_routing_check_parent_class)->finalize (object);
}

static void
qd_routing_check_class_init (QdRoutingCheckClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_routing_check_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_routing_check_finalize;
  changed_signal = g_signal_new ("changed", QD_TYPE_ROUTING_CHECK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
qd_routing_check_init (QdRoutingCheck *self)
{
  self->remarks = g_ptr_array_new_with_free_func (remark_free);
}

QdRoutingCheck *
qd_routing_check_new (QdSession *session, const char *connection)
{
  QdRoutingCheck *self = g_object_new (QD_TYPE_ROUTING_CHECK, NULL);
  QdEntityList *list = qd_fleet_get_list (qd_session_get_fleet (session), QD_KIND_ROUTING);

  self->session = g_object_ref (session);
  self->connection = g_intern_string (connection);
  g_signal_connect_object (list, "items-changed", G_CALLBACK (ask_soon), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (list, "items-updated", G_CALLBACK (ask_soon), self, G_CONNECT_SWAPPED);
  ask_soon (self);
  return self;
}

void
qd_routing_check_set_connection (QdRoutingCheck *self, const char *connection)
{
  self->connection = g_intern_string (connection);
  ask_soon (self);
}

void
qd_routing_check_set_mine (QdRoutingCheck *self, const char *id, JsonObject *mine)
{
  g_set_str (&self->id, id);
  g_free (self->mine);
  self->mine = qd_routing_object_to_text (mine);
  ask_soon (self);
}

GPtrArray *
qd_routing_check_get_remarks (QdRoutingCheck *self)
{
  return self->remarks;
}

guint
qd_routing_check_count_warnings (QdRoutingCheck *self)
{
  guint n = 0;

  for (guint i = 0; i < self->remarks->len; i++)
    n += ((QdRoutingRemark *) self->remarks->pdata[i])->severity > QD_POLICY_NOTE;
  return n;
}

gboolean
qd_routing_check_is_done (QdRoutingCheck *self)
{
  return self->timer_id == 0 && self->asking == NULL;
}
