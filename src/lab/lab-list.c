/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-server.h"

#include <stdlib.h>
#include <string.h>

#include "lab-json.h"

#define DEFAULT_LIMIT 200
#define MAX_LIMIT     1000

typedef struct
{
  guint limit;
  gint64 last;                  /* index of the last item of the page before, or -1 */
  gint64 offset;                /* where it stood */
  gint key;                     /* -1: as they are */
  gboolean descending;
} Page;

typedef struct
{
  const LabServer *server;
  const LabList *list;
  const Page *page;
} SortContext;

gboolean
lab_text_contains (const char *text, const char *part)
{
  gsize length = strlen (part);
  char first = g_ascii_tolower (*part);

  for (; text != NULL && *text != '\0'; text++)
    if (g_ascii_tolower (*text) == first && g_ascii_strncasecmp (text, part, length) == 0)
      return TRUE;
  return length == 0;
}

static int
compare_cb (const void *a, const void *b, void *user_data)
{
  const SortContext *context = user_data;
  guint i = *(const guint *) a, k = *(const guint *) b;
  int order = context->list->compare (context->server, i, k, (guint) context->page->key);

  if (context->page->descending)
    order = -order;
  return order != 0 ? order : i < k ? -1 : i > k;
}

static gboolean
parse_sort (LabRequest *request, const LabList *list, Page *page)
{
  const char *sort = lab_request_query (request, "sort");

  page->key = -1;
  if (sort == NULL)
    return TRUE;
  page->descending = *sort == '-';
  for (guint i = 0; list->sort_keys != NULL && list->sort_keys[i] != NULL; i++)
    if (g_str_equal (sort + page->descending, list->sort_keys[i]))
      page->key = (gint) i;
  if (page->key >= 0)
    return TRUE;
  {
    g_autofree char *known = list->sort_keys != NULL ? g_strjoinv (", ", (char **) list->sort_keys) : g_strdup ("nothing");

    lab_request_problem (request, SOUP_STATUS_BAD_REQUEST, "sort=%s: this list sorts by %s", sort, known);
  }
  return FALSE;
}

static gboolean
parse_cursor (LabRequest *request, Page *page)
{
  const char *cursor = lab_request_query (request, "cursor");
  char *end = NULL;

  page->last = -1;
  if (cursor == NULL)
    return TRUE;
  page->last = (gint64) g_ascii_strtoull (cursor, &end, 36);
  if (end != cursor && *end == '.')
    {
      const char *second = end + 1;

      page->offset = (gint64) g_ascii_strtoull (second, &end, 36);
      if (end != second && *end == '\0' && page->last >= 0 && page->last < G_MAXINT && page->offset >= 0 &&
          page->offset < G_MAXINT)
        return TRUE;
    }
  lab_request_problem (request, SOUP_STATUS_BAD_REQUEST, "cursor is not one that this list gave: start without it");
  return FALSE;
}

static gboolean
parse_page (LabRequest *request, const LabList *list, Page *page)
{
  const char *limit = lab_request_query (request, "limit");
  gint64 n = DEFAULT_LIMIT;

  if (limit != NULL && (!g_ascii_string_to_signed (limit, 10, 1, G_MAXINT, &n, NULL)))
    {
      lab_request_problem (request, SOUP_STATUS_BAD_REQUEST, "limit=%s: give a number from 1 to %d", limit, MAX_LIMIT);
      return FALSE;
    }
  page->limit = (guint) MIN (n, MAX_LIMIT);
  return parse_sort (request, list, page) && parse_cursor (request, page);
}

static void
append_base36 (GString *out, guint64 value)
{
  char buf[16];
  guint n = sizeof buf;

  do
    buf[--n] = "0123456789abcdefghijklmnopqrstuvwxyz"[value % 36];
  while ((value /= 36) != 0);
  g_string_append_len (out, buf + n, (gssize) (sizeof buf - n));
}

/* Where the page begins: after the last item of the page before, wherever that stands now. */
static guint
start_of (const Page *page, const guint *found, guint n)
{
  if (page->last < 0)
    return 0;
  if (page->key < 0)
    {
      guint low = 0, high = n;

      while (low < high)
        {
          guint middle = (low + high) / 2;

          if (found[middle] <= (guint) page->last)
            low = middle + 1;
          else
            high = middle;
        }
      return low;
    }
  for (guint i = 0; i < n; i++)
    if (found[i] == (guint) page->last)
      return i + 1;
  return (guint) MIN (page->offset + 1, (gint64) n);
}

static void
write_page (LabRequest *request, const LabList *list, const Page *page, const guint *found, guint n)
{
  guint start = start_of (page, found, n), end = MIN (n, start + page->limit);
  GString *out = request->out;

  lab_json_begin (out, NULL, '{');
  lab_json_begin (out, "items", '[');
  for (guint i = start; i < end; i++)
    list->write (request->server, out, NULL, found[i]);
  lab_json_end (out, ']');
  lab_json_int (out, "total", n);
  if (end < n)
    {
      g_autoptr (GString) cursor = g_string_new (NULL);

      append_base36 (cursor, found[end - 1]);
      g_string_append_c (cursor, '.');
      append_base36 (cursor, end - 1);
      lab_json_string (out, "next", cursor->str);
    }
  else
    lab_json_null (out, "next");
  lab_json_int (out, "as_of_seq", (gint64) lab_events_seq (request->server));
  lab_json_string (out, "epoch", lab_events_epoch (request->server));
  lab_json_end (out, '}');
}

void
lab_list_reply (LabRequest *request, const LabList *list)
{
  Page page = { 0 };
  SortContext context = { request->server, list, &page };
  g_autofree guint *found = NULL;
  guint n = 0;

  if (!parse_page (request, list, &page))
    return;
  found = g_new (guint, list->n + 1);
  for (guint i = 0; i < list->n; i++)
    if (list->match == NULL || list->match (request, i, list->data))
      found[n++] = i;
  if (page.key >= 0)
    qsort_r (found, n, sizeof *found, compare_cb, &context);
  write_page (request, list, &page, found, n);
}
