/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-json.h"
#include "qd-view.h"

#define WIDEST 48

static const struct { const char *verb; QdKind kind; } kinds[] = {
  { "sites", QD_KIND_SITE },   { "paths", QD_KIND_PATH },   { "flows", QD_KIND_FLOW }, { "nodes", QD_KIND_NODE },
  { "links", QD_KIND_LINK },   { "events", QD_KIND_EVENT }, { "jobs", QD_KIND_JOB },   { "kv", QD_KIND_KV_ENTRY },
  { "routing", QD_KIND_ROUTING }, { "tenants", QD_KIND_TENANT }, { "shards", QD_KIND_SHARD },
};

static QdKind
kind_of_verb (const char *verb)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].verb, verb))
      return kinds[i].kind;
  g_return_val_if_reached (QD_KIND_SITE);
}

/* The fields that are columns in a table: the id, then those shown by default. */
static GArray *
columns_of (const QdSchema *schema, gboolean all)
{
  GArray *columns = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < schema->n_fields; i++)
    if (all ? TRUE : schema->fields[i].shown && schema->fields[i].title)
      g_array_append_val (columns, i);
  return columns;
}

static void
print_json (QdView *view)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_array (builder);
  for (guint i = 0; i < qd_view_get_length (view); i++)
    qd_entity_add_json (qd_view_peek (view, i), builder);
  json_builder_end_array (builder);
  root = json_builder_get_root (builder);
  text = qd_json_to_text (root, TRUE);
  qdctl_print (text);
  qdctl_print ("\n");
}

static void
append_csv (GString *line, const char *text)
{
  /* A cell that begins like a formula would be run by a spreadsheet. */
  gboolean formula = *text && strchr ("=+-@", *text) && !g_ascii_isdigit (text[1]);

  if (line->len > 0)
    g_string_append_c (line, ',');
  if (!formula && strpbrk (text, ",\"\r\n") == NULL)
    {
      g_string_append (line, text);
      return;
    }
  g_string_append_c (line, '"');
  if (formula)
    g_string_append_c (line, '\'');
  for (; *text; text++)
    {
      if (*text == '"')
        g_string_append_c (line, '"');
      g_string_append_c (line, *text);
    }
  g_string_append_c (line, '"');
}

static void
print_csv (QdView *view, const QdSchema *schema)
{
  g_autoptr (GArray) columns = columns_of (schema, TRUE);
  g_autoptr (GString) line = g_string_new ("id");

  for (guint c = 0; c < columns->len; c++)
    append_csv (line, schema->fields[g_array_index (columns, guint, c)].id);
  g_string_append (line, "\r\n");
  qdctl_print (line->str);
  for (guint i = 0; i < qd_view_get_length (view); i++)
    {
      QdEntity *entity = qd_view_peek (view, i);

      g_string_truncate (line, 0);
      append_csv (line, qd_entity_get_id (entity));
      for (guint c = 0; c < columns->len; c++)
        {
          guint field = g_array_index (columns, guint, c);
          g_autofree char *text = qd_value_to_text (qd_entity_get (entity, field), &schema->fields[field]);

          append_csv (line, text ? text : "");
        }
      g_string_append (line, "\r\n");
      qdctl_print (line->str);
    }
}

static char *
cell (QdEntity *entity, guint field)
{
  g_autofree char *text = qd_entity_format (entity, field);

  if (text == NULL)
    return g_strdup ("");
  for (char *p = text; *p; p++)
    if (g_ascii_iscntrl (*p))
      *p = ' ';
  if (g_utf8_strlen (text, -1) > WIDEST)
    {
      g_autofree char *cut = g_utf8_substring (text, 0, WIDEST - 1);

      return g_strconcat (cut, "…", NULL);
    }
  return g_steal_pointer (&text);
}

static void
append_padded (GString *line, const char *text, guint width, gboolean last)
{
  g_string_append (line, text);
  for (guint n = g_utf8_strlen (text, -1); !last && n < width + 2; n++)
    g_string_append_c (line, ' ');
}

static void
print_table (QdView *view, const QdSchema *schema)
{
  g_autoptr (GArray) columns = columns_of (schema, FALSE);
  g_autofree guint *widths = g_new0 (guint, columns->len + 1);
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint c = 0; c < columns->len; c++)
    widths[c] = g_utf8_strlen (schema->fields[g_array_index (columns, guint, c)].id, -1);
  for (guint i = 0; i < qd_view_get_length (view); i++)
    for (guint c = 0; c < columns->len; c++)
      {
        g_autofree char *text = cell (qd_view_peek (view, i), g_array_index (columns, guint, c));

        widths[c] = MAX (widths[c], g_utf8_strlen (text, -1));
      }
  for (guint c = 0; c < columns->len; c++)
    append_padded (line, schema->fields[g_array_index (columns, guint, c)].id, widths[c], c + 1 == columns->len);
  g_string_append_c (line, '\n');
  qdctl_print (line->str);
  for (guint i = 0; i < qd_view_get_length (view); i++)
    {
      g_string_truncate (line, 0);
      for (guint c = 0; c < columns->len; c++)
        {
          g_autofree char *text = cell (qd_view_peek (view, i), g_array_index (columns, guint, c));

          append_padded (line, text, widths[c], c + 1 == columns->len);
        }
      g_string_append_c (line, '\n');
      qdctl_print (line->str);
    }
}

/* "name" or "-name"; FALSE after saying what there is. */
static gboolean
set_sort (QdView *view, const QdSchema *schema, const char *sort)
{
  gboolean descending = *sort == '-';
  int field = qd_schema_find_field (schema, sort + descending);
  g_autoptr (GString) names = NULL;

  if (field >= 0)
    {
      qd_view_set_sort (view, field, descending);
      return TRUE;
    }
  names = g_string_new (NULL);
  for (guint i = 0; i < schema->n_fields; i++)
    g_string_append_printf (names, "%s%s", i ? ", " : "", schema->fields[i].id);
  qdctl_complain (_("--sort: there is no field “%s”; there are %s"), sort + descending, names->str);
  return FALSE;
}

void
qdctl_list_options_clear (QdctlListOptions *self)
{
  g_clear_pointer (&self->filter, g_free);
  g_clear_pointer (&self->sort, g_free);
}

QdExit
qdctl_list_run (const char *name, const QdctlTarget *target, const QdctlListOptions *options)
{
  const QdSchema *schema = qd_schema_get (kind_of_verb (name));
  g_autoptr (QdFilter) filter = NULL;
  g_autoptr (QdView) view = NULL;
  QdctlSession session;
  QdExit code;

  if (options->json && options->csv)
    {
      qdctl_complain (_("--json and --csv exclude each other"));
      return QD_EXIT_BAD_INPUT;
    }
  if (options->sort && qd_schema_find_field (schema, options->sort + (*options->sort == '-')) < 0)
    {
      set_sort (NULL, schema, options->sort);
      return QD_EXIT_BAD_INPUT;
    }
  code = qdctl_session_open (&session, target);
  if (code != QD_EXIT_YES && code != QD_EXIT_PARTIAL)
    return code;
  view = qd_view_new (qd_fleet_get_list (qd_hub_get_fleet (session.hub), schema->kind));
  if (options->sort)
    set_sort (view, schema, options->sort);
  /* A drawing is asked for by its name, as any other connection. */
  filter = qd_filter_new (options->filter, QD_FILTER_ANYWHERE, 0);
  qd_view_set_filter (view, filter);
  if (options->json)
    print_json (view);
  else if (options->csv)
    print_csv (view, schema);
  else
    print_table (view, schema);
  g_clear_object (&view);
  qdctl_session_close (&session);
  return code;
}

QdExit
qdctl_list (const char *name, int argc, char **argv)
{
  g_auto (QdctlTarget) target = { 0 };
  g_auto (QdctlListOptions) options = { 0 };
  const GOptionEntry entries[] = { QDCTL_LIST_ENTRIES (options), { NULL } };
  QdExit code;

  return qdctl_parse (name, entries, &target, argc, argv, NULL, &code) ? qdctl_list_run (name, &target, &options) : code;
}
