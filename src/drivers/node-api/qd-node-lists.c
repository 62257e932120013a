/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-node-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-decode.h"

#define PAGE_SIZE 1000
#define MAX_PAGES 2000            /* two million things: more is a server that goes round in circles */
#define ROUND_PAGE_MS 1000        /* between pages of a later reading: a thousand things a second at most */
#define AGAIN_MAX 1               /* a page that may be older than what was told of meanwhile is asked for again so often */
#define ABSENT_MS 60000            /* until a list that was not offered is looked for again */
#define TOUCH_MS 200              /* changes of one thing within that are one reading */
#define TOUCH_AT_ONCE 8
#define TOUCH_MAX 400             /* more than that: the whole list is cheaper */

typedef struct {
  const char *name;
  QdKind kind;
  const char *path;
  const char *features;           /* offered when the list is, separated by spaces */
  guint round_ms;                 /* from the end of one reading to the next: longer the more there are, up to twice as long; 0: events tell */
} ListInfo;

static const ListInfo infos[QD_NODE_N_LISTS] = {
  [QD_NODE_SITES] = { "sites", QD_KIND_SITE, "/api/v1/sites", "sites sites.write" },
  [QD_NODE_PATHS] = { "paths", QD_KIND_PATH, "/api/v1/paths", "paths paths.test paths.failover paths.history" },
  [QD_NODE_NODES] = { "nodes", QD_KIND_NODE, "/api/v1/nodes", "nodes" },
  [QD_NODE_JOBS] = { "jobs", QD_KIND_JOB, "/admin/v1/jobs", "jobs jobs.cancel" },
  [QD_NODE_ROUTING] = { "routing_policies", QD_KIND_ROUTING, "/api/v1/routing-policies", "routing_policies routing_policies.write" },
  [QD_NODE_TENANTS] = { "tenants", QD_KIND_TENANT, "/admin/v1/tenants", "tenants tenants.write", 5000 },
  [QD_NODE_SHARDS] = { "shards", QD_KIND_SHARD, "/admin/v1/scale/shards", "shards shards.drain shards.resume shards.reload shards.warmup shards.replay shards.rebuild scale.freeze", 3000 },
  [QD_NODE_FLOWS] = { "flows", QD_KIND_FLOW, "/api/v1/flows", "flows flows.search flows.decision flows.delete", 5000 },
};

typedef struct {
  QdNodeListId id;
  guint run;
  guint nth;
  char *cursor;
} Page;

static void read_page (QdNodeSession *self, QdNodeListId id, const char *cursor);
static void touch_next (QdNodeSession *self);

static int
list_of_kind (QdKind kind)
{
  for (int i = 0; i < QD_NODE_N_LISTS; i++)
    if (infos[i].kind == kind)
      return i;
  return -1;
}

gboolean
qd_node_list_goes_round (QdNodeListId id)
{
  return infos[id].round_ms > 0;
}

const char *
qd_node_list_path (QdKind kind)
{
  int i = list_of_kind (kind);

  return i < 0 ? NULL : infos[i].path;
}

static void
offer_all (QdNodeSession *self, QdNodeListId id, gboolean offered)
{
  g_auto (GStrv) features = g_strsplit (infos[id].features, " ", -1);

  for (guint i = 0; features[i]; i++)
    qd_node_offer (self, features[i], offered);
}

/* --- The end of a reading --------------------------------------------------------------------------- */

static void
settle (QdNodeSession *self)
{
  if (qd_node_lists_settled (self))
    qd_node_streams_start (self);
  touch_next (self);
}

typedef struct { QdNodeSession *session; QdNodeListId id; guint run; char *cursor; } Later;

static void
later_free (gpointer data)
{
  Later *later = data;

  g_free (later->cursor);
  g_free (later);
}

static gboolean
later_cb (gpointer data)
{
  Later *later = data;
  QdNodeList *list = &later->session->lists[later->id];

  if (list->run == later->run)
    {
      if (later->cursor)
        read_page (later->session, later->id, later->cursor);
      else
        qd_node_list_read (later->session, later->id);
    }
  return G_SOURCE_REMOVE;
}

/* The timer goes with the session's stop, so it needs no reference. */
static void
read_later (QdNodeSession *self, QdNodeListId id, const char *cursor, guint ms)
{
  QdNodeList *list = &self->lists[id];
  Later *later;

  qd_io_timeout_stop (&list->retry);
  if (self->stopped)
    return;
  later = g_new0 (Later, 1);
  later->session = self;
  later->id = id;
  later->run = list->run;
  later->cursor = g_strdup (cursor);
  list->retry = qd_io_timeout_add (ms, later_cb, later, later_free);
}

static guint
stretched (QdNodeSession *self, guint ms)
{
  /* Where the server asked us to slow down, what has time takes longer. */
  return ms * MIN (1 + qd_node_slow (self), 20);
}

static void
list_failed (QdNodeSession *self, QdNodeListId id, const GError *error, const char *message)
{
  QdNodeList *list = &self->lists[id];

  /* What came is kept: the snapshot that was not finished takes nothing away. */
  list->state = QD_NODE_FAILED;
  qd_node_set_problem (self, infos[id].name, message);
  read_later (self, id, NULL, qd_node_wait_ms (self, &list->backoff, error));
  settle (self);
}

static void
list_absent (QdNodeSession *self, QdNodeListId id)
{
  gboolean any = FALSE;

  self->lists[id].state = QD_NODE_ABSENT;
  offer_all (self, id, FALSE);
  for (guint i = 0; i < QD_NODE_N_LISTS; i++)
    any = any || self->lists[i].state != QD_NODE_ABSENT;
  if (any)
    qd_node_set_problem (self, infos[id].name, NULL);
  else
    {
      g_autofree char *message = g_strdup_printf (_("%s offers none of the node API's lists: is the address right?"),
                                                  qd_http_get_base_url (self->http));

      qd_node_set_problem (self, infos[id].name, message);
    }
  /* A later release, or a proxy that recovers, may offer it yet. */
  read_later (self, id, NULL, any ? ABSENT_MS : qd_backoff_next_ms (&self->lists[id].backoff) + 1000);
  settle (self);
}

/* It is offered and refused to us: what was seen of it before is shown no more, and everything else is. */
static void
list_forbidden (QdNodeSession *self, QdNodeListId id)
{
  QdNodeList *list = &self->lists[id];

  list->state = QD_NODE_FORBIDDEN;
  qd_node_is_there (self);
  qd_outlet_snapshot (self->outlet, infos[id].kind, TRUE);
  qd_outlet_snapshot (self->outlet, infos[id].kind, FALSE);
  offer_all (self, id, TRUE);
  qd_node_list_forget (self, id);
  qd_node_set_problem (self, infos[id].name, NULL);
  /* A role may be given yet. */
  read_later (self, id, NULL, ABSENT_MS);
  settle (self);
}

char *
qd_node_lists_dup_forbidden (QdNodeSession *self)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < QD_NODE_N_LISTS; i++)
    if (self->lists[i].state == QD_NODE_FORBIDDEN)
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", _(qd_schema_get (infos[i].kind)->title));
  /* TRANSLATORS: kinds of things, such as "Tenants, Shards" */
  return names->len > 0 ? g_strdup_printf (_("You may not see: %s"), names->str) : NULL;
}

gboolean
qd_node_lists_any_allowed (QdNodeSession *self)
{
  for (guint i = 0; i < QD_NODE_N_LISTS; i++)
    if (self->lists[i].state != QD_NODE_FORBIDDEN && self->lists[i].state != QD_NODE_ABSENT)
      return TRUE;
  return FALSE;
}

static void
list_loaded (QdNodeSession *self, QdNodeListId id)
{
  QdNodeList *list = &self->lists[id];

  if (list->changed)
    qd_outlet_snapshot (self->outlet, infos[id].kind, FALSE);
  list->known = list->seen && list->undisturbed;
  list->hurry = FALSE;
  if (list->bad > 0)
    g_message ("%s%s: %u items had no usable id and were left out",
               qd_http_get_base_url (self->http), infos[id].path, list->bad);
  list->state = QD_NODE_LOADED;
  qd_backoff_reset (&list->backoff);
  qd_node_is_there (self);
  offer_all (self, id, TRUE);
  if (id == QD_NODE_SHARDS)
    qd_node_freeze_read (self);
  qd_outlet_fresh (self->outlet);
  qd_node_set_problem (self, infos[id].name, NULL);
  if (infos[id].round_ms > 0)
    read_later (self, id, NULL, stretched (self, MIN (infos[id].round_ms + list->items * 5 / 2, 2 * infos[id].round_ms)));
  settle (self);
}

/* --- Pages ------------------------------------------------------------------------------------------- */

static gboolean
has_loaded_once (QdNodeSession *self, QdNodeListId id)
{
  return g_hash_table_contains (self->offers, infos[id].name);
}

/* FALSE when the answer comes from another life of the server than what we have. */
static gboolean
take_position (QdNodeSession *self, QdNodeList *list, JsonObject *object)
{
  const char *epoch = object ? qd_json_get_string (object, "epoch", NULL) : NULL;
  gint64 seq;

  /* The first page's: what happened while the others were read is told by the stream. */
  if (object && qd_json_get_int (object, "as_of_seq", &seq) && seq >= 0 &&
      (list->as_of_seq < 0 || seq < list->as_of_seq))
    list->as_of_seq = seq;
  if (epoch && self->epoch == NULL)
    self->epoch = g_strdup (epoch);
  return epoch == NULL || g_str_equal (epoch, self->epoch);
}

static void
page_failed (QdNodeSession *self, const Page *page, const QdHttpResponse *response, const GError *error)
{
  if (page->nth == 0 && !has_loaded_once (self, page->id) && qd_driver_is_not_offered (error, response))
    list_absent (self, page->id);
  else if (response && response->status == 403)
    list_forbidden (self, page->id);
  else
    list_failed (self, page->id, error, error->message);
}

/* What follows a page that was taken. */
static void
page_taken (QdNodeSession *self, const Page *page, const char *next, guint items)
{
  QdNodeList *list = &self->lists[page->id];
  g_autofree char *message = NULL;

  list->items += items;
  list->pages++;
  list->again = 0;
  if (next == NULL || *next == '\0')
    list_loaded (self, page->id);
  else if (g_strcmp0 (next, page->cursor) == 0 || list->pages >= MAX_PAGES)
    {
      message = g_strdup_printf (_("%s%s goes on without end: stopped after %u pages"),
                                 qd_http_get_base_url (self->http), infos[page->id].path, list->pages);
      list_failed (self, page->id, NULL, message);
    }
  else if (infos[page->id].round_ms > 0 && has_loaded_once (self, page->id) && !list->hurry)
    read_later (self, page->id, next, stretched (self, ROUND_PAGE_MS));
  else
    read_page (self, page->id, next);
}

static void
seen_free (gpointer data)
{
  QdNodeSeen *seen = data;

  g_free (seen->digest);
  g_free (seen->next);
  g_free (seen);
}

static void
note_page (QdNodeList *list, const Page *page, const char *digest, const char *next, guint items)
{
  QdNodeSeen *seen;

  if (list->seen == NULL || digest == NULL)
    return;
  g_ptr_array_set_size (list->seen, (int) page->nth);
  seen = g_new (QdNodeSeen, 1);
  *seen = (QdNodeSeen) { g_strdup (digest), g_strdup (next), items };
  g_ptr_array_add (list->seen, seen);
}

void
qd_node_list_forget (QdNodeSession *self, QdNodeListId id)
{
  self->lists[id].known = self->lists[id].undisturbed = FALSE;
}

void
qd_node_list_told (QdNodeSession *self, QdKind kind, const char *id)
{
  int list = list_of_kind (kind);

  if (list < 0 || !qd_node_list_goes_round (list))
    return;
  qd_node_list_forget (self, list);
  if (self->lists[list].told == NULL)
    self->lists[list].told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_add (self->lists[list].told, g_strdup (id));
}

/* Whether the page has something that was told of since it was asked for: it may be from before that, and would show for a while what
 * is over. Of a thing that is told of without end the page is taken all the same. */
static gboolean
may_be_stale (const QdNodeList *list, JsonArray *items)
{
  if (list->told == NULL || list->again >= AGAIN_MAX)
    return FALSE;
  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      JsonObject *object = qd_json_object (json_array_get_element (items, i));
      g_autofree char *id = object ? qd_json_dup_id (object, "id") : NULL;

      if (id && g_hash_table_contains (list->told, id))
        return TRUE;
    }
  return FALSE;
}

/* The items of a page that is not as it was. */
static void
take_items (QdNodeSession *self, const Page *page, JsonNode *node, JsonArray *items, const QdHttpResponse *response)
{
  QdNodeList *list = &self->lists[page->id];
  JsonObject *object = qd_json_object (node);
  const char *next = object ? qd_json_get_string (object, "next", NULL) : NULL;
  guint n = json_array_get_length (items), bad;
  g_autofree char *message = NULL;

  if (page->nth == 0)
    {
      list->as_of_seq = -1;
      list->changed = TRUE;
      list->known = FALSE;
      qd_outlet_snapshot (self->outlet, infos[page->id].kind, TRUE);
    }
  if (!take_position (self, list, object))
    {
      qd_node_session_resync (self, "the server's log of events is another one now");
      return;
    }
  bad = qd_decode_list (self->outlet, infos[page->id].kind, items, QD_DELTA_UPSERT);
  list->bad += bad;
  if (bad > 0 && bad == n)
    {
      message = g_strdup_printf (_("%s%s answered with a list of things that are no %s"),
                                 qd_http_get_base_url (self->http), infos[page->id].path, infos[page->id].name);
      list_failed (self, page->id, NULL, message);
      return;
    }
  note_page (list, page, response->digest, next, n);
  page_taken (self, page, next, n);
}

static void
page_cb (QdNodeSession *self, JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  Page *page = data;
  QdNodeList *list = &self->lists[page->id];
  JsonArray *items = error ? NULL : qd_json_list (node, infos[page->id].name);
  g_autofree char *message = NULL;

  if (self->stopped || page->run != list->run)
    ;
  else if (error)
    page_failed (self, page, response, error);
  else if (response && response->unchanged)
    {
      const QdNodeSeen *seen = g_ptr_array_index (list->seen, page->nth);

      page_taken (self, page, seen->next, seen->items);
    }
  else if (items == NULL)
    {
      message = g_strdup_printf (_("%s%s answered with something else than a list"),
                                 qd_http_get_base_url (self->http), infos[page->id].path);
      list_failed (self, page->id, NULL, message);
    }
  else if (page->nth > 0 && !list->changed)
    {
      /* The pages before it were not taken, as they were known: all are, now. */
      qd_node_list_forget (self, page->id);
      qd_node_list_read (self, page->id);
    }
  else if (may_be_stale (list, items))
    {
      list->again++;
      read_page (self, page->id, page->cursor);
    }
  else
    take_items (self, page, node, items, response);
  g_free (page->cursor);
  g_free (page);
}

/* What is read again and again: what a reading found is known until something else tells of such a thing;
 * the first page that is not known makes the rest new, too. */
static const char *
known_digest (QdNodeList *list, QdNodeListId id)
{
  if (infos[id].round_ms == 0)
    return NULL;
  if (list->seen == NULL)
    list->seen = g_ptr_array_new_with_free_func (seen_free);
  if (!list->known || list->changed || list->pages >= list->seen->len)
    return "";
  return ((QdNodeSeen *) g_ptr_array_index (list->seen, list->pages))->digest;
}

static void
read_page (QdNodeSession *self, QdNodeListId id, const char *cursor)
{
  g_autoptr (GString) path = g_string_new (infos[id].path);
  QdNodeList *list = &self->lists[id];
  QdNodeCall call = { .method = "GET", .known = known_digest (list, id) };
  Page *page = g_new0 (Page, 1);

  page->id = id;
  page->run = self->lists[id].run;
  page->nth = self->lists[id].pages;
  page->cursor = g_strdup (cursor);
  g_string_append_printf (path, "?limit=%d", PAGE_SIZE);
  if (cursor)
    {
      g_string_append (path, "&cursor=");
      g_string_append_uri_escaped (path, cursor, NULL, FALSE);
    }
  call.path = path->str;
  call.cancellable = list->cancellable;
  g_clear_pointer (&list->told, g_hash_table_unref);
  qd_node_request (self, &call, page_cb, page);
}

static void
stop_reading (QdNodeList *list)
{
  if (list->cancellable)
    g_cancellable_cancel (list->cancellable);
  g_clear_object (&list->cancellable);
}

void
qd_node_list_read (QdNodeSession *self, QdNodeListId id)
{
  QdNodeList *list = &self->lists[id];

  if (self->stopped)
    return;
  qd_io_timeout_stop (&list->retry);
  list->run++;
  /* What a slow server still sends of an older reading would be thrown away. */
  stop_reading (list);
  list->cancellable = g_cancellable_new ();
  list->pages = 0;
  list->bad = list->items = list->again = 0;
  list->changed = FALSE;
  list->undisturbed = TRUE;
  if (list->state != QD_NODE_ABSENT && list->state != QD_NODE_FORBIDDEN)
    list->state = QD_NODE_LOADING;
  read_page (self, id, NULL);
}

/* Once, for however many ask within half a second. */
void
qd_node_list_read_soon (QdNodeSession *self, QdNodeListId id)
{
  if (self->lists[id].state == QD_NODE_LOADED || self->lists[id].state == QD_NODE_LOADING)
    read_later (self, id, NULL, 500);
}

void
qd_node_lists_read (QdNodeSession *self)
{
  for (guint i = 0; i < QD_NODE_N_LISTS; i++)
    qd_node_list_read (self, i);
  qd_node_policies_probe (self);
}

/* What waits for its back-off need not any longer. */
void
qd_node_lists_retry (QdNodeSession *self)
{
  for (guint i = 0; i < QD_NODE_N_LISTS; i++)
    if (self->lists[i].state == QD_NODE_FAILED)
      qd_node_list_read (self, i);
}

void
qd_node_lists_stop (QdNodeSession *self)
{
  for (guint i = 0; i < QD_NODE_N_LISTS; i++)
    {
      self->lists[i].run++;
      stop_reading (&self->lists[i]);
      qd_io_timeout_stop (&self->lists[i].retry);
    }
  qd_io_timeout_stop (&self->stale_timer);
  g_hash_table_remove_all (self->stale);
}

gboolean
qd_node_lists_settled (QdNodeSession *self)
{
  for (guint i = 0; i < QD_NODE_N_LISTS; i++)
    if (infos[i].round_ms == 0 &&
        (self->lists[i].state == QD_NODE_UNKNOWN || self->lists[i].state == QD_NODE_LOADING))
      return FALSE;
  return TRUE;
}

gboolean
qd_node_list_is_loading (QdNodeSession *self, QdKind kind)
{
  int i = list_of_kind (kind);

  return i >= 0 && self->lists[i].state == QD_NODE_LOADING;
}

/* --- One thing anew ------------------------------------------------------------------------------------ */

typedef struct { QdKind kind; char *id; } Touch;

static void
touched_cb (QdNodeSession *self, JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  Touch *touch = data;
  JsonObject *object = error ? NULL : qd_json_object (node);
  QdDelta *delta;

  self->reading--;
  qd_node_list_told (self, touch->kind, touch->id);
  if (self->stopped || (response && response->overtaken))
    ;
  else if (error && response && (response->status == 404 || response->status == 410 || response->status == 403))
    qd_outlet_remove (self->outlet, touch->kind, touch->id);
  else if (object && (delta = qd_decode (qd_outlet_get_connection (self->outlet), touch->kind, object, QD_DELTA_UPSERT)))
    qd_outlet_send (self->outlet, delta);
  else
    {
      /* One thing that cannot be read is a hole in the picture: read the list, with its back-off. */
      int list = list_of_kind (touch->kind);
      g_autofree char *odd = error ? NULL : g_strdup_printf (_("GET %s: the server answered with something else than was asked for"),
                                                             response->url);

      if (self->lists[list].state == QD_NODE_LOADED)
        list_failed (self, list, error, error ? error->message : odd);
    }
  g_free (touch->id);
  g_free (touch);
  touch_next (self);
}

static void
touch_one (QdNodeSession *self, QdKind kind, const char *id)
{
  g_autoptr (GString) path = g_string_new (qd_node_list_path (kind));
  Touch *touch = g_new0 (Touch, 1);

  touch->kind = kind;
  touch->id = g_strdup (id);
  g_string_append_c (path, '/');
  g_string_append_uri_escaped (path, id, NULL, FALSE);
  self->reading++;
  qd_node_get (self, path->str, touched_cb, touch);
}

/* Too many to ask for each: whole lists instead. */
static void
touch_lists (QdNodeSession *self)
{
  gboolean wanted[QD_N_KINDS] = { FALSE };
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->stale);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    wanted[((const char *) key)[0] - 'A'] = TRUE;
  g_hash_table_remove_all (self->stale);
  for (guint i = 0; i < QD_NODE_N_LISTS; i++)
    if (wanted[infos[i].kind])
      qd_node_list_read (self, i);
}

static void
touch_next (QdNodeSession *self)
{
  GHashTableIter iter;
  gpointer key;

  if (self->stopped || self->stale_timer)
    return;
  if (g_hash_table_size (self->stale) > TOUCH_MAX)
    {
      touch_lists (self);
      return;
    }
  g_hash_table_iter_init (&iter, self->stale);
  while (self->reading < TOUCH_AT_ONCE && g_hash_table_iter_next (&iter, &key, NULL))
    {
      g_autofree char *word = NULL;
      QdKind kind = ((const char *) key)[0] - 'A';

      /* A page that is under way may be older than what is asked for now: the list goes first. */
      if (!qd_node_list_goes_round (list_of_kind (kind)) && qd_node_list_is_loading (self, kind))
        continue;
      g_hash_table_iter_steal (&iter);
      word = key;
      touch_one (self, kind, word + 1);
    }
}

static gboolean
touch_due_cb (gpointer data)
{
  QdNodeSession *self = data;

  g_clear_pointer (&self->stale_timer, g_source_unref);
  touch_next (self);
  return G_SOURCE_REMOVE;
}

void
qd_node_list_touch (QdNodeSession *self, QdKind kind, const char *id)
{
  int list = list_of_kind (kind);

  if (self->stopped || list < 0 || self->lists[list].state == QD_NODE_ABSENT || self->lists[list].state == QD_NODE_FORBIDDEN || strlen (id) > QD_DECODE_MAX_ID)
    return;
  qd_node_list_forget (self, list);
  g_hash_table_add (self->stale, g_strdup_printf ("%c%s", 'A' + (int) kind, id));
  if (self->stale_timer == NULL)
    qd_node_timer (self, &self->stale_timer, TOUCH_MS, touch_due_cb, self);
}
