/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-port-set.h"

#include <string.h>

struct _QdPortSet
{
  guint id;
  guint hash;
  guint16 n[QD_N_PROTOCOLS];
  QdPortRange ranges[];   /* of TCP, then of UDP, then of SCTP */
};

typedef enum { UNION, INTERSECT, SUBTRACT } Operation;

/* Sets lie in chunks that never move, so that one can be looked up while another is added. */
#define CHUNK_BITS 10
#define CHUNK_SIZE (1u << CHUNK_BITS)
#define MAX_CHUNKS (1u << 14)

/* What was asked last is remembered as one word: operation, two operands of 20 bits, an answer of 22. The word that is
 * all zero says that the union of nothing and nothing is nothing, which is true. */
#define MEMO_SIZE (1u << 15)
#define OPERAND_BITS 20
#define ANSWER_BITS 22

struct _QdPortStore
{
  int ref_count;
  GMutex lock;         /* over by_content, n and the end of chunks */
  GHashTable *by_content;
  guint n;
  QdPortSet **chunks[MAX_CHUNKS];
  guint64 memo[MEMO_SIZE];
};

static const char *const protocol_names[QD_N_PROTOCOLS] = { "TCP", "UDP", "SCTP" };

const char *
qd_protocol_to_string (QdProtocol protocol)
{
  return protocol_names[protocol];
}

gboolean
qd_protocol_parse (const char *word, QdProtocol *protocol)
{
  for (guint i = 0; i < QD_N_PROTOCOLS; i++)
    if (g_strcmp0 (word, protocol_names[i]) == 0)
      {
        *protocol = i;
        return TRUE;
      }
  return FALSE;
}

/* --- Sets --------------------------------------------------------------------------------------------------- */

static guint
count_ranges (const QdPortSet *self)
{
  return (guint) self->n[QD_PROTOCOL_TCP] + self->n[QD_PROTOCOL_UDP] + self->n[QD_PROTOCOL_SCTP];
}

static guint
hash_set (gconstpointer data)
{
  return ((const QdPortSet *) data)->hash;
}

static guint
compute_hash (const QdPortSet *self)
{
  guint hash = 2166136261u, n = count_ranges (self);

  for (guint i = 0; i < QD_N_PROTOCOLS; i++)
    hash = (hash ^ self->n[i]) * 16777619u;
  for (guint i = 0; i < n; i++)
    hash = (hash ^ ((guint) self->ranges[i].first << 16 | self->ranges[i].last)) * 16777619u;
  return hash ^ hash >> 15;
}

gboolean
qd_port_set_equal (const QdPortSet *a, const QdPortSet *b)
{
  return a == b || (memcmp (a->n, b->n, sizeof a->n) == 0 && memcmp (a->ranges, b->ranges, sizeof *a->ranges * count_ranges (a)) == 0);
}

static gboolean
equal_sets (gconstpointer a, gconstpointer b)
{
  return qd_port_set_equal (a, b);
}

guint
qd_port_set_get_id (const QdPortSet *self)
{
  return self->id;
}

const QdPortRange *
qd_port_set_get_ranges (const QdPortSet *self, QdProtocol protocol, guint *n)
{
  const QdPortRange *ranges = self->ranges;

  for (guint i = 0; i < (guint) protocol; i++)
    ranges += self->n[i];
  *n = self->n[protocol];
  return ranges;
}

gboolean
qd_port_set_is_none (const QdPortSet *self)
{
  return self->id == QD_PORTS_NONE;
}

gboolean
qd_port_set_is_all (const QdPortSet *self)
{
  return self->id == QD_PORTS_ALL;
}

gboolean
qd_port_set_contains (const QdPortSet *self, QdProtocol protocol, guint port)
{
  guint n, low = 0;
  const QdPortRange *ranges = qd_port_set_get_ranges (self, protocol, &n);

  while (low < n)
    {
      guint middle = low + (n - low) / 2;

      if (port > ranges[middle].last)
        low = middle + 1;
      else if (port < ranges[middle].first)
        n = middle;
      else
        return TRUE;
    }
  return FALSE;
}

char *
qd_port_set_to_text (const QdPortSet *self)
{
  GString *text;

  if (qd_port_set_is_all (self))
    return g_strdup ("All Connections");
  if (qd_port_set_is_none (self))
    return g_strdup ("No Connections");
  text = g_string_new (NULL);
  for (guint p = 0; p < QD_N_PROTOCOLS; p++)
    {
      guint n;
      const QdPortRange *ranges = qd_port_set_get_ranges (self, p, &n);

      for (guint i = 0; i < n; i++)
        {
          if (text->len)
            g_string_append_c (text, ',');
          if (i == 0)
            g_string_append_printf (text, "%s ", protocol_names[p]);
          g_string_append_printf (text, "%u", ranges[i].first);
          if (ranges[i].last != ranges[i].first)
            g_string_append_printf (text, "-%u", ranges[i].last);
        }
    }
  return g_string_free_and_steal (text);
}

/* --- Arithmetic --------------------------------------------------------------------------------------------- */

/* A set of ranges is the list of the places where it begins and ends; G_MAXUINT: there is no @k-th. */
static guint
edge_at (const QdPortRange *ranges, guint n, guint k)
{
  if (k / 2 >= n)
    return G_MAXUINT;
  return k % 2 ? ranges[k / 2].last + 1u : ranges[k / 2].first;
}

static gboolean
holds (Operation operation, gboolean in_a, gboolean in_b)
{
  switch (operation)
    {
    case UNION: return in_a || in_b;
    case INTERSECT: return in_a && in_b;
    case SUBTRACT: default: return in_a && !in_b;
    }
}

/* Walks over the edges of both; @out has room for na + nb ranges. */
static guint
combine (Operation operation, const QdPortRange *a, guint na, const QdPortRange *b, guint nb, QdPortRange *out)
{
  guint i = 0, j = 0, n = 0, begin = 0;
  gboolean inside = FALSE;

  for (;;)
    {
      guint at_a = edge_at (a, na, i), at_b = edge_at (b, nb, j), at = MIN (at_a, at_b);
      gboolean now;

      if (at == G_MAXUINT)
        return n;
      i += at_a == at;
      j += at_b == at;
      now = holds (operation, i & 1, j & 1);
      if (now && !inside)
        begin = at;
      else if (!now && inside)
        out[n++] = (QdPortRange) { (guint16) begin, (guint16) (at - 1) };
      inside = now;
    }
}

/* --- The store ---------------------------------------------------------------------------------------------- */

static QdPortSet *
new_set (guint room)
{
  return g_malloc0 (sizeof (QdPortSet) + sizeof (QdPortRange) * room);
}

/* Takes @set: the one that is equal to it is the answer. */
static guint
intern (QdPortStore *self, QdPortSet *set)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  QdPortSet *known, **chunk;

  set->hash = compute_hash (set);
  known = g_hash_table_lookup (self->by_content, set);
  if (known)
    {
      g_free (set);
      return known->id;
    }
  set->id = self->n++;
  if (set->id >> CHUNK_BITS >= MAX_CHUNKS)
    g_error ("more than %u sets of ports", MAX_CHUNKS * CHUNK_SIZE);
  chunk = self->chunks[set->id >> CHUNK_BITS];
  if (chunk == NULL)
    {
      chunk = g_new0 (QdPortSet *, CHUNK_SIZE);
      __atomic_store_n (&self->chunks[set->id >> CHUNK_BITS], chunk, __ATOMIC_RELEASE);
    }
  __atomic_store_n (&chunk[set->id % CHUNK_SIZE], set, __ATOMIC_RELEASE);
  g_hash_table_add (self->by_content, set);
  return set->id;
}

QdPortStore *
qd_port_store_new (void)
{
  QdPortStore *self = g_new0 (QdPortStore, 1);
  QdPortSet *all = new_set (QD_N_PROTOCOLS);

  self->ref_count = 1;
  g_mutex_init (&self->lock);
  self->by_content = g_hash_table_new_full (hash_set, equal_sets, g_free, NULL);
  intern (self, new_set (0));
  for (guint i = 0; i < QD_N_PROTOCOLS; i++)
    {
      all->n[i] = 1;
      all->ranges[i] = (QdPortRange) { QD_PORT_MIN, QD_PORT_MAX };
    }
  intern (self, all);
  return self;
}

QdPortStore *
qd_port_store_ref (QdPortStore *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
qd_port_store_unref (QdPortStore *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_hash_table_unref (self->by_content);
  for (guint i = 0; i < MAX_CHUNKS && self->chunks[i]; i++)
    g_free (self->chunks[i]);
  g_mutex_clear (&self->lock);
  g_free (self);
}

const QdPortSet *
qd_port_store_get (QdPortStore *self, guint id)
{
  QdPortSet **chunk = __atomic_load_n (&self->chunks[id >> CHUNK_BITS], __ATOMIC_ACQUIRE);

  return __atomic_load_n (&chunk[id % CHUNK_SIZE], __ATOMIC_ACQUIRE);
}

guint
qd_port_store_add_range (QdPortStore *self, QdProtocol protocol, guint first, guint last)
{
  QdPortSet *set = new_set (1);

  g_assert (first >= QD_PORT_MIN && first <= last && last <= QD_PORT_MAX);
  set->n[protocol] = 1;
  set->ranges[0] = (QdPortRange) { (guint16) first, (guint16) last };
  return intern (self, set);
}

guint
qd_port_store_add (QdPortStore *self, const QdPortSet *set)
{
  guint n = count_ranges (set);
  QdPortSet *copy = new_set (n);

  memcpy (copy->n, set->n, sizeof set->n);
  memcpy (copy->ranges, set->ranges, sizeof *set->ranges * n);
  return intern (self, copy);
}

static guint
compute (QdPortStore *self, Operation operation, guint a, guint b)
{
  const QdPortSet *l = qd_port_store_get (self, a), *r = qd_port_store_get (self, b);
  QdPortSet *set = new_set (count_ranges (l) + count_ranges (r));
  QdPortRange *out = set->ranges;

  for (guint p = 0; p < QD_N_PROTOCOLS; p++)
    {
      guint nl, nr;
      const QdPortRange *in_l = qd_port_set_get_ranges (l, p, &nl), *in_r = qd_port_set_get_ranges (r, p, &nr);

      set->n[p] = (guint16) combine (operation, in_l, nl, in_r, nr, out);
      out += set->n[p];
    }
  return intern (self, set);
}

static guint
ask (QdPortStore *self, Operation operation, guint a, guint b)
{
  guint64 question, known;
  guint64 *place;
  guint answer;

  if ((a | b) >> OPERAND_BITS)
    return compute (self, operation, a, b);
  question = ((guint64) operation << OPERAND_BITS | a) << OPERAND_BITS | b;
  place = &self->memo[(question * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) >> 49];
  known = __atomic_load_n (place, __ATOMIC_ACQUIRE);
  if (known >> ANSWER_BITS == question)
    return known & ((1u << ANSWER_BITS) - 1);
  answer = compute (self, operation, a, b);
  if (answer >> ANSWER_BITS == 0)
    __atomic_store_n (place, question << ANSWER_BITS | answer, __ATOMIC_RELEASE);
  return answer;
}

guint
qd_port_store_union (QdPortStore *self, guint a, guint b)
{
  if (a == b || b == QD_PORTS_NONE || a == QD_PORTS_ALL)
    return a;
  if (a == QD_PORTS_NONE || b == QD_PORTS_ALL)
    return b;
  return ask (self, UNION, MIN (a, b), MAX (a, b));
}

guint
qd_port_store_intersect (QdPortStore *self, guint a, guint b)
{
  if (a == b || a == QD_PORTS_NONE || b == QD_PORTS_ALL)
    return a;
  if (b == QD_PORTS_NONE || a == QD_PORTS_ALL)
    return b;
  return ask (self, INTERSECT, MIN (a, b), MAX (a, b));
}

guint
qd_port_store_subtract (QdPortStore *self, guint a, guint b)
{
  if (a == b || a == QD_PORTS_NONE || b == QD_PORTS_ALL)
    return QD_PORTS_NONE;
  return b == QD_PORTS_NONE ? a : ask (self, SUBTRACT, a, b);
}
