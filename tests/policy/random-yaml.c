/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "random-yaml.h"

#include <string.h>

static const char *const strings[] = {
  "web", "db", "a b", "x: y", "a #no", "yes", "80", "", "true", "it's", "q\"q", "multi\nline\n", "é中", "- x", "10.0.0.0/8", "~", "1e3",
  "trail ", " lead", "tab\there", "a\nb", "back\\slash", "0x10", "a,b", "[x]", "{y}", "2001-01-01", "?", "a:b", "*", "&x", "!t", "%", "@", "`",
  "one\n\ntwo\n", "|", ">", "😀", "http://x/y?z=1", "a\n  b\nc\n", "-", "---", "x:", "kubernetes.io/metadata.name",
};

static const char *const keys[] = {
  "name", "app", "spec", "from", "to", "ports", "yes", "80", "app.kubernetes.io/name", "a b", "é", "port", "tier", "x/y~z", "labels", "on", "-k", "k:",
  "namespaceSelector", "podSelector", "matchLabels", "policyTypes", "null", "#h", "it's", "zone", "q\"", "1.5", "deep", "last",
};

#define PICK(rand, array) (array)[g_rand_int_range (rand, 0, G_N_ELEMENTS (array))]

static gboolean
chance (GRand *rand, double of)
{
  return g_rand_double (rand) < of;
}

char *
random_key (GRand *rand)
{
  return g_strdup (PICK (rand, keys));
}

static JsonNode *
random_scalar (GRand *rand)
{
  JsonNode *node = json_node_alloc ();

  switch (g_rand_int_range (rand, 0, 10))
    {
    case 0:
      return json_node_init_int (node, g_rand_int_range (rand, -100, 100000));
    case 1:
      return json_node_init_boolean (node, chance (rand, .5));
    case 2:
      return json_node_init_null (node);
    case 3:
      return json_node_init_double (node, g_rand_int_range (rand, -50, 50) + .5);
    default:
      return json_node_init_string (node, PICK (rand, strings));
    }
}

JsonNode *
random_value (GRand *rand, guint depth)
{
  int n = g_rand_int_range (rand, 0, 5);
  JsonNode *node;

  if (depth == 0 || chance (rand, .3))
    return random_scalar (rand);
  node = json_node_alloc ();
  if (chance (rand, .6))
    {
      json_node_take_object (json_node_init (node, JSON_NODE_OBJECT), json_object_new ());
      for (int i = 0; i < n; i++)
        json_object_set_member (json_node_get_object (node), PICK (rand, keys), random_value (rand, depth - 1));
    }
  else
    {
      json_node_take_array (json_node_init (node, JSON_NODE_ARRAY), json_array_new ());
      for (int i = 0; i < n; i++)
        json_array_add_element (json_node_get_array (node), random_value (rand, depth - 1));
    }
  return node;
}

/* --- Writing --- */

typedef struct {
  GRand *rand;
  GString *out;
  const char *eol;
  guint step;
  double comments;
  guint *n_comments;
  gboolean in_literal;       /* the text ends in one whose line end counts */
} Writer;

static void
pad (Writer *w, guint n)
{
  for (guint i = 0; i < n; i++)
    g_string_append_c (w->out, ' ');
}

static void
comment (Writer *w)
{
  g_string_append_printf (w->out, "#c%u", (*w->n_comments)++);
}

static void
maybe_trailing (Writer *w)
{
  if (chance (w->rand, w->comments))
    {
      pad (w, (guint) g_rand_int_range (w->rand, 1, 4));
      comment (w);
    }
}

static void
maybe_lines (Writer *w, guint indent)
{
  if (chance (w->rand, w->comments / 2))
    g_string_append (w->out, w->eol);
  if (chance (w->rand, w->comments))
    {
      pad (w, indent);
      comment (w);
      g_string_append (w->out, w->eol);
    }
}

static void
text_double (Writer *w, const char *text)
{
  g_string_append_c (w->out, '"');
  for (const char *p = text; *p != '\0'; p++)
    if (*p == '"' || *p == '\\')
      g_string_append_printf (w->out, "\\%c", *p);
    else if (*p == '\n' || *p == '\t')
      g_string_append (w->out, *p == '\n' ? "\\n" : "\\t");
    else
      g_string_append_c (w->out, *p);
  g_string_append_c (w->out, '"');
}

static void
text (Writer *w, const char *string)
{
  static const char *const words[] = { "yes", "on", "true", "null", "no", "off", "y", "n", NULL };

  if (strspn (string, "abcdefghijklmnopqrstuvwxyz") == strlen (string) && *string != '\0' && !g_strv_contains (words, string) && chance (w->rand, .8))
    g_string_append (w->out, string);
  else if (strpbrk (string, "\n\t\\") == NULL && chance (w->rand, .4))
    {
      g_auto (GStrv) parts = g_strsplit (string, "'", -1);
      g_autofree char *escaped = g_strjoinv ("''", parts);

      g_string_append_printf (w->out, "'%s'", escaped);
    }
  else
    text_double (w, string);
}

static void
scalar (Writer *w, JsonNode *node)
{
  if (JSON_NODE_HOLDS_NULL (node))
    g_string_append (w->out, "null");
  else if (json_node_get_value_type (node) == G_TYPE_STRING)
    text (w, json_node_get_string (node));
  else
    {
      g_autofree char *json = json_to_string (node, FALSE);

      g_string_append (w->out, json);
    }
}

static gboolean
filled (JsonNode *node)
{
  return (JSON_NODE_HOLDS_OBJECT (node) && json_object_get_size (json_node_get_object (node)) > 0) ||
         (JSON_NODE_HOLDS_ARRAY (node) && json_array_get_length (json_node_get_array (node)) > 0);
}

static guint
count (JsonNode *node)
{
  return JSON_NODE_HOLDS_OBJECT (node) ? json_object_get_size (json_node_get_object (node)) : json_array_get_length (json_node_get_array (node));
}

static JsonNode *
child (JsonNode *node, guint i, const char **name)
{
  *name = NULL;
  if (JSON_NODE_HOLDS_ARRAY (node))
    return json_array_get_element (json_node_get_array (node), i);
  g_autoptr (GList) names = json_object_get_members (json_node_get_object (node));
  *name = g_list_nth_data (names, i);
  return json_object_get_member (json_node_get_object (node), *name);
}

/* Within brackets; @json: JSON's own rules. */
static void
flow (Writer *w, JsonNode *node, guint indent, gboolean json)
{
  gboolean lines = chance (w->rand, .3);
  const char *name;

  if (JSON_NODE_HOLDS_VALUE (node) && json && json_node_get_value_type (node) == G_TYPE_STRING)
    text_double (w, json_node_get_string (node));
  else if (JSON_NODE_HOLDS_VALUE (node) || JSON_NODE_HOLDS_NULL (node))
    scalar (w, node);
  else
    {
      guint n = count (node);

      g_string_append_c (w->out, JSON_NODE_HOLDS_OBJECT (node) ? '{' : '[');
      if (n == 0 && lines && !json)
        maybe_trailing (w);
      for (guint i = 0; i < n; i++)
        {
          JsonNode *value = child (node, i, &name);

          if (lines)
            {
              g_string_append (w->out, w->eol);
              pad (w, indent + 2);
            }
          if (name != NULL && json)
            text_double (w, name);
          else if (name != NULL)
            text (w, name);
          g_string_append (w->out, name != NULL ? (json && chance (w->rand, .5) ? ":" : ": ") : "");
          flow (w, value, indent + 2, json);
          if (i + 1 < n || (!json && chance (w->rand, .2)))
            g_string_append (w->out, lines ? "," : i + 1 < n ? ", " : ",");
          if (lines && !json)
            maybe_trailing (w);
        }
      if (lines)
        {
          g_string_append (w->out, w->eol);
          pad (w, indent + (json ? 0 : 1));
        }
      g_string_append_c (w->out, JSON_NODE_HOLDS_OBJECT (node) ? '}' : ']');
    }
}

static gboolean
literal (Writer *w, JsonNode *node, guint indent)
{
  const char *string = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : "";
  gboolean ends = g_str_has_suffix (string, "\n");

  if (strchr (string, '\n') == NULL || *string == ' ' || chance (w->rand, .4))
    return FALSE;
  g_auto (GStrv) lines = g_strsplit (string, "\n", -1);
  g_string_append (w->out, ends ? "|" : "|-");
  maybe_trailing (w);
  for (guint i = 0; lines[i] != NULL && !(lines[i + 1] == NULL && ends); i++)
    {
      g_string_append (w->out, w->eol);
      if (*lines[i] != '\0')
        pad (w, indent + w->step);
      g_string_append (w->out, lines[i]);
    }
  g_string_append (w->out, w->eol);
  w->in_literal = TRUE;
  return TRUE;
}

static void block (Writer *w, JsonNode *node, guint indent, gboolean first_here);

/* What follows a colon or a dash, with its line end. */
static void
value_of (Writer *w, JsonNode *node, guint indent, gboolean in_seq)
{
  guint inner;

  w->in_literal = FALSE;
  if (!filled (node) || chance (w->rand, .15))
    {
      if (JSON_NODE_HOLDS_NULL (node) && chance (w->rand, .5))
        ;
      else
        {
          gboolean below = !filled (node) && chance (w->rand, w->comments / 3);

          if (below)
            {
              maybe_trailing (w);
              g_string_append (w->out, w->eol);
              pad (w, indent + 1 + w->step);
            }
          else
            pad (w, chance (w->rand, .1) ? 3 : 1);
          if (literal (w, node, indent))
            return;
          flow (w, node, indent, FALSE);
        }
      maybe_trailing (w);
      g_string_append (w->out, w->eol);
      return;
    }
  if (in_seq && chance (w->rand, .8))
    {
      guint gap = chance (w->rand, .1) ? 3 : 1;

      pad (w, gap);
      block (w, node, indent + 1 + gap, TRUE);
      return;
    }
  maybe_trailing (w);
  g_string_append (w->out, w->eol);
  inner = indent + (JSON_NODE_HOLDS_ARRAY (node) && !in_seq && w->step != 3 ? 0 : w->step);
  block (w, node, inner, FALSE);
}

static void
block (Writer *w, JsonNode *node, guint indent, gboolean first_here)
{
  const char *name;

  for (guint i = 0; i < count (node); i++)
    {
      JsonNode *value = child (node, i, &name);

      if (i > 0 || !first_here)
        {
          maybe_lines (w, indent);
          pad (w, indent);
        }
      if (name != NULL)
        {
          text (w, name);
          g_string_append_c (w->out, ':');
        }
      else
        g_string_append_c (w->out, '-');
      value_of (w, value, indent, name == NULL);
    }
}

char *
random_yaml (GRand *rand, JsonNode *value, guint *n_comments)
{
  Writer w = { .rand = rand, .out = g_string_new (NULL), .eol = chance (rand, .2) ? "\r\n" : "\n", .step = (guint) g_rand_int_range (rand, 1, 5),
               .comments = chance (rand, .5) ? .3 : 0, .n_comments = n_comments };

  *n_comments = 0;
  if (chance (rand, .2))
    g_string_append_printf (w.out, "---%s", w.eol);
  if (filled (value))
    block (&w, value, 0, FALSE);
  else
    {
      flow (&w, value, 0, FALSE);
      g_string_append (w.out, w.eol);
    }
  if (!w.in_literal && chance (rand, .15) && g_str_has_suffix (w.out->str, w.eol))
    g_string_truncate (w.out, w.out->len - strlen (w.eol));
  return g_string_free (w.out, FALSE);
}

char *
random_json (GRand *rand, JsonNode *value)
{
  guint none = 0;
  Writer w = { .rand = rand, .out = g_string_new (NULL), .eol = "\n", .n_comments = &none };

  flow (&w, value, 0, TRUE);
  return g_string_free (w.out, FALSE);
}
