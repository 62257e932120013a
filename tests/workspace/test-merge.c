/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "qd-merge.h"

#include <string.h>

static GBytes *
bytes (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static QdMerge *
merge (const char *base, const char *mine, const char *theirs)
{
  g_autoptr (GBytes) of_base = bytes (base), of_mine = bytes (mine), of_theirs = bytes (theirs);
  g_autoptr (GError) error = NULL;
  QdMerge *self = qd_merge_new (of_base, of_mine, of_theirs, &error);

  g_assert_no_error (error);
  return self;
}

static void
assert_text (QdMerge *self, const QdMergeKind *choice, const char *expected)
{
  g_autoptr (GBytes) text = qd_merge_get_text (self, choice);
  gsize size;
  const char *got = g_bytes_get_data (text, &size);
  g_autofree char *copy = g_strndup (got ? got : "", size);

  g_assert_cmpstr (copy, ==, expected);
}

/* --- Examples ------------------------------------------------------------------------------------- */

static void
test_apart (void)
{
  g_autoptr (QdMerge) self = merge ("a\nb\nc\nd\ne\n", "A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\nf\n");

  g_assert_cmpuint (qd_merge_get_n_conflicts (self), ==, 0);
  assert_text (self, NULL, "A\nb\nc\nd\nE\nf\n");
}

static void
test_conflict (void)
{
  g_autoptr (QdMerge) self = merge ("a\nport: 80\nb\n", "a\nport: 443\nb\n", "a\nport: 8080\nb\n");
  const QdMergeKind mine[] = { QD_MERGE_MINE }, theirs[] = { QD_MERGE_THEIRS };

  g_assert_cmpuint (qd_merge_get_n_conflicts (self), ==, 1);
  g_assert_cmpuint (qd_merge_get_n_pieces (self), ==, 3);
  assert_text (self, mine, "a\nport: 443\nb\n");
  assert_text (self, theirs, "a\nport: 8080\nb\n");
}

static void
test_alike (void)
{
  g_autoptr (QdMerge) self = merge ("a\nb\n", "a\nx\nb\n", "a\nx\nb\n");

  g_assert_cmpuint (qd_merge_get_n_conflicts (self), ==, 0);
  assert_text (self, NULL, "a\nx\nb\n");
}

/* What stands directly beside a change of the other's is not merged unseen. */
static void
test_touching (void)
{
  g_autoptr (QdMerge) self = merge ("a\nb\nc\n", "A\nb\nc\n", "a\nB\nc\n");

  g_assert_cmpuint (qd_merge_get_n_conflicts (self), ==, 1);
}

static void
test_ends (void)
{
  g_autoptr (QdMerge) empty = merge ("", "", ""), from_nothing = merge ("", "a\n", ""), to_nothing = merge ("a\nb", "", "a\nb");
  g_autoptr (QdMerge) no_newline = merge ("a\nb", "a\nb\nc", "x\nz\nb"), windows = merge ("a\r\nb\r\nc\r\nd\r\n", "a\r\nb\r\nc\r\nD\r\n", "A\r\nb\r\nc\r\nd\r\n");

  g_assert_cmpuint (qd_merge_get_n_pieces (empty), ==, 0);
  assert_text (empty, NULL, "");
  assert_text (from_nothing, NULL, "a\n");
  assert_text (to_nothing, NULL, "");
  /* the last line gets an end, the one before it other words: they touch */
  g_assert_cmpuint (qd_merge_get_n_conflicts (no_newline), ==, 1);
  assert_text (windows, NULL, "A\r\nb\r\nc\r\nD\r\n");
}

/* --- Laws ------------------------------------------------------------------------------------------- */

static GPtrArray *
random_lines (GRand *rand, guint max)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  guint n = (guint) g_rand_int_range (rand, 0, (gint32) max);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (lines, g_strdup_printf ("l%d", g_rand_int_range (rand, 0, 12)));
  return lines;
}

static char *
join (GRand *rand, GPtrArray *lines)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < lines->len; i++)
    g_string_append_printf (text, "%s\n", (char *) g_ptr_array_index (lines, i));
  if (text->len > 0 && g_rand_int_range (rand, 0, 4) == 0)
    g_string_truncate (text, text->len - 1);
  return g_string_free (text, FALSE);
}

static char *
edited (GRand *rand, GPtrArray *lines)
{
  g_autoptr (GPtrArray) copy = g_ptr_array_copy (lines, (GCopyFunc) (void (*) (void)) g_strdup, NULL);

  g_ptr_array_set_free_func (copy, g_free);
  for (int n = g_rand_int_range (rand, 0, 4); n > 0; n--)
    {
      int at = g_rand_int_range (rand, 0, (gint32) copy->len + 1);

      if (g_rand_boolean (rand) && at < (int) copy->len)
        g_ptr_array_remove_index (copy, (guint) at);
      else
        g_ptr_array_insert (copy, at, g_strdup_printf ("n%d", g_rand_int_range (rand, 0, 5)));
    }
  return join (rand, copy);
}

static void
assert_covers (const char *text, const QdMerge *self, gsize offset)
{
  gsize at = 0;

  for (guint i = 0; i < qd_merge_get_n_pieces (self); i++)
    {
      const QdMergeRange *range = (const QdMergeRange *) ((const char *) qd_merge_get_piece (self, i) + offset);

      g_assert_cmpuint (range->start, ==, at);
      g_assert_cmpuint (range->end, >=, range->start);
      at = range->end;
    }
  g_assert_cmpuint (at, ==, strlen (text));
}

static gboolean
same (const char *a, QdMergeRange of_a, const char *b, QdMergeRange of_b)
{
  return of_a.end - of_a.start == of_b.end - of_b.start && memcmp (a + of_a.start, b + of_b.start, of_a.end - of_a.start) == 0;
}

/* Every piece is what it says it is. */
static void
assert_kinds (const char *base, const char *mine, const char *theirs, const QdMerge *self)
{
  for (guint i = 0; i < qd_merge_get_n_pieces (self); i++)
    {
      const QdMergePiece *p = qd_merge_get_piece (self, i);
      gboolean by_mine = !same (base, p->base, mine, p->mine), by_theirs = !same (base, p->base, theirs, p->theirs);
      gboolean alike = same (mine, p->mine, theirs, p->theirs);

      switch (p->kind)
        {
        case QD_MERGE_SAME: g_assert_false (by_mine || by_theirs); break;
        case QD_MERGE_MINE: g_assert_true (by_mine && !by_theirs); break;
        case QD_MERGE_THEIRS: g_assert_true (by_theirs && !by_mine); break;
        case QD_MERGE_BOTH: g_assert_true (alike && by_mine); break;
        case QD_MERGE_CONFLICT: default: g_assert_false (alike); break;
        }
    }
}

static void
check_one (GRand *rand)
{
  g_autoptr (GPtrArray) lines = random_lines (rand, 14);
  g_autofree char *base = join (rand, lines), *mine = edited (rand, lines), *theirs = edited (rand, lines);
  g_autoptr (QdMerge) self = merge (base, mine, theirs), mirrored = merge (base, theirs, mine);
  g_autoptr (QdMerge) nothing_of_theirs = merge (base, mine, base), nothing_of_mine = merge (base, base, theirs), alike = merge (base, mine, mine);
  QdMergeKind choice[64];

  assert_covers (base, self, G_STRUCT_OFFSET (QdMergePiece, base));
  assert_covers (mine, self, G_STRUCT_OFFSET (QdMergePiece, mine));
  assert_covers (theirs, self, G_STRUCT_OFFSET (QdMergePiece, theirs));
  assert_kinds (base, mine, theirs, self);
  g_assert_cmpuint (qd_merge_get_n_conflicts (self), ==, qd_merge_get_n_conflicts (mirrored));
  assert_text (nothing_of_theirs, NULL, mine);
  assert_text (nothing_of_mine, NULL, theirs);
  assert_text (alike, NULL, mine);
  for (guint i = 0; i < G_N_ELEMENTS (choice); i++)
    choice[i] = i % 2 ? QD_MERGE_MINE : QD_MERGE_THEIRS;
  if (qd_merge_get_n_conflicts (self) == 0)
    {
      g_autoptr (GBytes) one = qd_merge_get_text (self, NULL), other = qd_merge_get_text (mirrored, NULL);

      g_assert_true (g_bytes_equal (one, other));
    }
  else
    {
      g_autoptr (GBytes) text = qd_merge_get_text (self, choice);

      g_assert_nonnull (text);
    }
}

static void
test_laws (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (g_test_rand_int ());

  for (guint i = 0; i < 3000; i++)
    check_one (rand);
}

/* --- Some lines ------------------------------------------------------------------------------------- */

/* What is before the @n-th line end, or behind it, by going through letter by letter. */
static void
check_lines (const char *text, QdMergeRange range, guint n)
{
  g_autoptr (GBytes) of_text = bytes (text);
  QdMergeRange head = qd_merge_range_head (of_text, range, n), tail = qd_merge_range_tail (of_text, range, n);
  guint lines = 0, seen = 0;
  gsize head_end = range.start, tail_start = range.end;

  for (gsize i = range.start; i < range.end; i++)
    {
      lines += text[i] == '\n' || i + 1 == range.end;
      if (lines <= n)
        head_end = i + 1;
      if (lines == n)
        break;
    }
  lines = 0;
  for (gsize i = range.start; i < range.end; i++)
    lines += text[i] == '\n' || i + 1 == range.end;
  for (gsize i = range.start; i < range.end && tail_start == range.end; i++)
    {
      if (lines - seen <= n)
        tail_start = i;
      seen += text[i] == '\n';
    }
  g_assert_cmpuint (head.start, ==, range.start);
  g_assert_cmpuint (head.end, ==, head_end);
  g_assert_cmpuint (tail.start, ==, tail_start);
  g_assert_cmpuint (tail.end, ==, range.end);
}

static void
test_lines (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (g_test_rand_int ());

  for (guint i = 0; i < 5000; i++)
    {
      char text[24] = { 0 };
      gsize length = (gsize) g_rand_int_range (rand, 0, sizeof text);
      QdMergeRange range = { (gsize) g_rand_int_range (rand, 0, (int) length + 1), 0 };

      for (gsize k = 0; k < length; k++)
        text[k] = g_rand_int_range (rand, 0, 3) == 0 ? '\n' : 'a';
      range.end = (gsize) g_rand_int_range (rand, (int) range.start, (int) length + 1);
      check_lines (text, range, (guint) g_rand_int_range (rand, 1, 5));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/workspace/merge/apart", test_apart);
  g_test_add_func ("/workspace/merge/conflict", test_conflict);
  g_test_add_func ("/workspace/merge/alike", test_alike);
  g_test_add_func ("/workspace/merge/touching", test_touching);
  g_test_add_func ("/workspace/merge/ends", test_ends);
  g_test_add_func ("/workspace/merge/laws", test_laws);
  g_test_add_func ("/workspace/merge/lines", test_lines);
  return g_test_run ();
}
