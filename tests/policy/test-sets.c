/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "qd-address.h"
#include "qd-port-set.h"

/* Sets of ports and of addresses against the plainest answer there is: a table with a yes or no for each of them. */

#define ROUNDS 400

/* --- Ports ------------------------------------------------------------------------------------------------------ */

typedef guint8 Table[QD_N_PROTOCOLS][QD_PORT_MAX + 1];

static guint
any (GRand *rand, guint n)
{
  return (guint) g_rand_int_range (rand, 0, (gint32) n);
}

/* Ranges near one another, near the ends of the space, and of one port. */
static guint
make_set (GRand *rand, QdPortStore *store, Table table)
{
  guint id = QD_PORTS_NONE, n = any (rand, 6);

  memset (table, 0, sizeof (Table));
  for (guint i = 0; i < n; i++)
    {
      QdProtocol protocol = any (rand, QD_N_PROTOCOLS);
      guint base = any (rand, 3) ? 1 : QD_PORT_MAX - 40, first = base + any (rand, 20), last = MIN (first + any (rand, 21), QD_PORT_MAX);

      id = qd_port_store_union (store, id, qd_port_store_add_range (store, protocol, first, last));
      memset (&table[protocol][first], 1, last - first + 1);
    }
  return id;
}

/* Reads the text back, by another way than it was written. */
static void
check_text (const QdPortSet *set, Table table)
{
  g_autofree char *text = qd_port_set_to_text (set);
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  g_autofree Table *seen = g_malloc0 (sizeof (Table));
  QdProtocol protocol = QD_N_PROTOCOLS;

  if (qd_port_set_is_none (set))
    {
      g_assert_cmpstr (text, ==, "No Connections");
      return;
    }
  for (guint i = 0; parts[i]; i++)
    {
      char *word = strchr (parts[i], ' ');
      guint first, last;

      if (word)
        {
          *word = '\0';
          g_assert_true (qd_protocol_parse (parts[i], &protocol));
        }
      word = word ? word + 1 : parts[i];
      first = (guint) g_ascii_strtoull (word, &word, 10);
      last = *word == '-' ? (guint) g_ascii_strtoull (word + 1, NULL, 10) : first;
      memset (&(*seen)[protocol][first], 1, last - first + 1);
    }
  g_assert_cmpmem (*seen, sizeof (Table), table, sizeof (Table));
}

static void
check_set (QdPortStore *store, guint id, Table table)
{
  const QdPortSet *set = qd_port_store_get (store, id);

  g_assert_cmpuint (qd_port_set_get_id (set), ==, id);
  for (guint p = 0; p < QD_N_PROTOCOLS; p++)
    for (guint port = 0; port <= QD_PORT_MAX; port = port == 60 ? QD_PORT_MAX - 60 : port + 1)
      g_assert_cmpint (qd_port_set_contains (set, p, port), ==, table[p][port]);
  check_text (set, table);
}

static void
test_port_sets (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  g_autoptr (QdPortStore) store = qd_port_store_new (), other = qd_port_store_new ();
  g_autofree Table *a = g_malloc (sizeof (Table)), *b = g_malloc (sizeof (Table)), *c = g_malloc (sizeof (Table));

  for (guint round = 0; round < ROUNDS; round++)
    {
      guint l = make_set (rand, store, *a), r = make_set (rand, store, *b);

      check_set (store, l, *a);
      for (guint operation = 0; operation < 3; operation++)
        {
          guint id = operation == 0   ? qd_port_store_union (store, l, r)
                     : operation == 1 ? qd_port_store_intersect (store, l, r)
                                      : qd_port_store_subtract (store, l, r);

          for (guint p = 0; p < QD_N_PROTOCOLS; p++)
            for (guint i = 0; i <= QD_PORT_MAX; i++)
              (*c)[p][i] = operation == 0 ? (*a)[p][i] | (*b)[p][i] : operation == 1 ? (*a)[p][i] & (*b)[p][i] : (*a)[p][i] & !(*b)[p][i];
          check_set (store, id, *c);
          /* Asked again, it is the same set; so it is in another store. */
          g_assert_cmpuint (id, ==, operation == 0   ? qd_port_store_union (store, r, l)
                                    : operation == 1 ? qd_port_store_intersect (store, r, l)
                                                     : qd_port_store_subtract (store, l, r));
          g_assert_true (qd_port_set_equal (qd_port_store_get (store, id),
                                            qd_port_store_get (other, qd_port_store_add (other, qd_port_store_get (store, id)))));
        }
    }
}

static void
test_port_texts (void)
{
  g_autoptr (QdPortStore) store = qd_port_store_new ();
  guint all = QD_PORTS_NONE, id;
  g_autofree char *everything = NULL, *some = NULL;

  for (guint p = 0; p < QD_N_PROTOCOLS; p++)
    all = qd_port_store_union (store, all, qd_port_store_add_range (store, p, QD_PORT_MIN, QD_PORT_MAX));
  g_assert_cmpuint (all, ==, QD_PORTS_ALL);
  everything = qd_port_set_to_text (qd_port_store_get (store, all));
  g_assert_cmpstr (everything, ==, "All Connections");
  id = qd_port_store_add_range (store, QD_PROTOCOL_UDP, 53, 53);
  id = qd_port_store_union (store, id, qd_port_store_add_range (store, QD_PROTOCOL_TCP, 96, 100));
  id = qd_port_store_union (store, id, qd_port_store_add_range (store, QD_PROTOCOL_TCP, 80, 80));
  id = qd_port_store_union (store, id, qd_port_store_add_range (store, QD_PROTOCOL_TCP, 90, 95));
  some = qd_port_set_to_text (qd_port_store_get (store, id));
  g_assert_cmpstr (some, ==, "TCP 80,90-100,UDP 53");
}

/* --- Addresses -------------------------------------------------------------------------------------------------- */

/* The last byte of a /24, or of a /120: 256 addresses, each with a yes or no. */
static void
make_ranges (GRand *rand, const QdAddressRange *space, GArray *ranges, guint8 *table)
{
  guint n = any (rand, 5), last = space->first.family == 4 ? 3 : 15;

  memset (table, 0, 256);
  for (guint i = 0; i < n; i++)
    {
      guint first = any (rand, 256), length = 1 + any (rand, 256 - first);
      QdAddressRange range = *space;

      range.first.bytes[last] = (guint8) first;
      range.last.bytes[last] = (guint8) (first + length - 1);
      memset (table + first, 1, length);
      g_array_append_val (ranges, range);
    }
}

static void
check_address_sets (GRand *rand, const char *cidr)
{
  g_autoptr (GArray) wanted = g_array_new (FALSE, FALSE, sizeof (QdAddressRange)), unwanted = g_array_new (FALSE, FALSE, sizeof (QdAddressRange));
  g_autoptr (GArray) left = NULL, parts = g_array_new (FALSE, FALSE, sizeof (QdAddressRange));
  g_autoptr (GPtrArray) sets = g_ptr_array_new ();
  guint8 in[256], out[256];
  QdAddressRange space;
  QdAddress end;

  g_assert_true (qd_address_range_parse (cidr, &space));
  make_ranges (rand, &space, wanted, in);
  make_ranges (rand, &space, unwanted, out);
  left = qd_address_ranges_subtract (wanted, unwanted);
  g_ptr_array_add (sets, left);
  qd_address_space_cut (space.first.family, sets, parts);
  for (guint i = 0; i < 256; i++)
    {
      QdAddress address = space.first;
      int part;

      address.bytes[space.first.family == 4 ? 3 : 15] = (guint8) i;
      g_assert_cmpint (qd_address_ranges_find (left, &address) >= 0, ==, in[i] && !out[i]);
      /* Neighbours are in the same part when the set does not tell them apart. */
      part = qd_address_ranges_find (parts, &address);
      g_assert_cmpint (part, >=, 0);
      if (i)
        {
          QdAddress before = address;

          g_assert_true (qd_address_step (&before, -1));
          g_assert_cmpint (qd_address_ranges_find (parts, &before) == part, ==, (in[i] && !out[i]) == (in[i - 1] && !out[i - 1]));
        }
    }
  /* The parts leave out nothing. */
  qd_address_range_whole (&space, space.first.family);
  end = space.first;
  for (guint i = 0; i < parts->len; i++)
    {
      const QdAddressRange *part = &g_array_index (parts, QdAddressRange, i);

      g_assert_cmpint (qd_address_compare (&part->first, &end), ==, 0);
      end = part->last;
      qd_address_step (&end, 1);
    }
  g_assert_cmpint (qd_address_compare (&space.last, &end), ==, 0);
}

static void
test_address_sets (void)
{
  static const char *const spaces[] = { "10.1.2.0/24", "0.0.0.0/24", "255.255.255.0/24", "fd00::1:0/120", "::/120", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00/120" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (12);

  for (guint round = 0; round < ROUNDS; round++)
    check_address_sets (rand, spaces[round % G_N_ELEMENTS (spaces)]);
}

static void
test_address_texts (void)
{
  static const struct { const char *cidr, *text; } good[] = {
    { "0.0.0.0/0", "0.0.0.0-255.255.255.255" },   { "10.0.0.0/8", "10.0.0.0-10.255.255.255" }, { "10.1.2.3/8", "10.0.0.0-10.255.255.255" },
    { "192.0.2.7/32", "192.0.2.7-192.0.2.7" },    { "192.0.2.0/25", "192.0.2.0-192.0.2.127" }, { "192.0.2.0/31", "192.0.2.0-192.0.2.1" },
    { "::/0", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },                                   { "fd00::/8", "fd00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
    { "2001:db8::1/128", "2001:db8::1-2001:db8::1" },
  };
  static const char *const bad[] = { "", "/", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08", "10.0.0/8", "10.0.0.0.0/8",
                                     "10.0.0.256/8", "010.0.0.0/8", "fd00::/129", "fd00:::/8", "fe80::1%eth0/64", "a.example/8", "10.0.0.0/8 ", " 10.0.0.0/8", "10.0.0.0/8/8" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      QdAddressRange range;
      g_autofree char *text = NULL;

      g_assert_true (qd_address_range_parse (good[i].cidr, &range));
      text = qd_address_range_to_text (&range);
      g_assert_cmpstr (text, ==, good[i].text);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      QdAddressRange range;

      if (qd_address_range_parse (bad[i], &range))
        g_error ("“%s” was taken for a block of addresses", bad[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/sets/ports", test_port_sets);
  g_test_add_func ("/policy/sets/port-texts", test_port_texts);
  g_test_add_func ("/policy/sets/addresses", test_address_sets);
  g_test_add_func ("/policy/sets/address-texts", test_address_texts);
  return g_test_run ();
}
