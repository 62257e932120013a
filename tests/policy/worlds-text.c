/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"
#include "config.h"

#include <string.h>

#include "worlds.h"

GPtrArray *
worlds_copy (GPtrArray *documents)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);

  for (guint i = 0; i < documents->len; i++)
    {
      g_autofree char *text = json_to_string (g_ptr_array_index (documents, i), FALSE);

      g_ptr_array_add (copy, json_from_string (text, NULL));
    }
  return copy;
}

GPtrArray *
worlds_shuffle (GPtrArray *documents, guint64 seed)
{
  GPtrArray *copy = worlds_copy (documents);
  Dice dice = { seed };

  for (guint i = copy->len; i > 1; i--)
    {
      guint k = dice_below (&dice, i);
      gpointer other = copy->pdata[k];

      copy->pdata[k] = copy->pdata[i - 1];
      copy->pdata[i - 1] = other;
    }
  return copy;
}

GPtrArray *
worlds_without_policy (GPtrArray *documents, guint64 seed)
{
  g_autoptr (GPtrArray) copy = worlds_copy (documents);
  guint start = (guint) (seed % MAX (copy->len, 1));

  for (guint i = 0; i < copy->len; i++)
    {
      guint at = (start + i) % copy->len;
      JsonObject *object = json_node_get_object (g_ptr_array_index (copy, at));

      if (!g_str_has_suffix (json_object_get_string_member_with_default (object, "kind", ""), "NetworkPolicy"))
        continue;
      g_ptr_array_remove_index (copy, at);
      return g_steal_pointer (&copy);
    }
  return NULL;
}

/* --- Spelling --- */

static void write_node (GString *out, JsonNode *node, guint indent, gboolean flow, Dice *dice);

/* A word that is a text even without quotes. */
static gboolean
is_plain (const char *text)
{
  static const char *const taken[] = { "y", "n", "yes", "no", "on", "off", "true", "false", "null", NULL };
  g_autofree char *lower = g_ascii_strdown (text, -1);

  if (!g_ascii_isalpha (*text) || g_strv_contains (taken, lower))
    return FALSE;
  return strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./") == strlen (text);
}

static void
write_text (GString *out, const char *text, Dice *dice)
{
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), text);
  g_autofree char *quoted = json_to_string (node, FALSE);

  if (is_plain (text) && dice_chance (dice, 70))
    g_string_append (out, text);
  else if (strchr (text, '\'') == NULL && strchr (text, '\n') == NULL && dice_chance (dice, 50))
    g_string_append_printf (out, "'%s'", text);
  else
    g_string_append (out, quoted);
}

static void
write_scalar (GString *out, JsonNode *node, Dice *dice)
{
  static const char *const nothing[] = { "null", "~", "Null", "NULL" };
  g_autofree char *text = NULL;

  if (JSON_NODE_HOLDS_NULL (node))
    g_string_append (out, nothing[dice_below (dice, 4)]);
  else if (json_node_get_value_type (node) == G_TYPE_STRING)
    write_text (out, json_node_get_string (node), dice);
  else
    {
      text = json_to_string (node, FALSE);
      g_string_append (out, text);
    }
}

static void
write_flow_object (GString *out, JsonObject *object, Dice *dice)
{
  JsonObjectIter iter;
  const char *name, *comma = "";
  JsonNode *value;

  g_string_append_c (out, '{');
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &value))
    {
      g_string_append (out, comma);
      write_text (out, name, dice);
      g_string_append (out, ": ");
      write_node (out, value, 0, TRUE, dice);
      comma = ", ";
    }
  g_string_append_c (out, '}');
}

static void
write_flow_array (GString *out, JsonArray *array, Dice *dice)
{
  g_string_append_c (out, '[');
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_string_append (out, i > 0 ? ", " : "");
      write_node (out, json_array_get_element (array, i), 0, TRUE, dice);
    }
  g_string_append_c (out, ']');
}

static void
begin_line (GString *out, guint indent)
{
  g_string_append_printf (out, "\n%*s", (int) indent, "");
}

static void
write_block_object (GString *out, JsonObject *object, guint indent, Dice *dice)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &value))
    {
      begin_line (out, indent);
      write_text (out, name, dice);
      g_string_append_c (out, ':');
      write_node (out, value, indent + 2, FALSE, dice);
      if (dice_chance (dice, 3))
        g_string_append (out, " # a remark");
    }
}

static void
write_block_array (GString *out, JsonArray *array, guint indent, Dice *dice)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      begin_line (out, indent);
      g_string_append_c (out, '-');
      write_node (out, json_array_get_element (array, i), indent + 2, FALSE, dice);
    }
}

/* Blocks begin on a line of their own, a scalar or a flow behind a space. */
static void
write_node (GString *out, JsonNode *node, guint indent, gboolean flow, Dice *dice)
{
  gboolean is_object = JSON_NODE_HOLDS_OBJECT (node), is_array = JSON_NODE_HOLDS_ARRAY (node);
  guint n = is_object ? json_object_get_size (json_node_get_object (node)) : is_array ? json_array_get_length (json_node_get_array (node)) : 0;

  if (!flow && n > 0 && dice_chance (dice, 75))
    {
      if (is_object)
        write_block_object (out, json_node_get_object (node), indent, dice);
      else
        write_block_array (out, json_node_get_array (node), indent, dice);
      return;
    }
  if (!flow)
    g_string_append_c (out, ' ');
  if (is_object)
    write_flow_object (out, json_node_get_object (node), dice);
  else if (is_array)
    write_flow_array (out, json_node_get_array (node), dice);
  else
    write_scalar (out, node, dice);
}

char *
worlds_to_yaml (GPtrArray *documents, guint64 seed)
{
  GString *out = g_string_new (NULL);
  Dice dice = { seed ^ 0x7e87 };

  for (guint i = 0; i < documents->len; i++)
    {
      g_string_append (out, "---");
      write_node (out, g_ptr_array_index (documents, i), 0, FALSE, &dice);
      g_string_append_c (out, '\n');
    }
  return g_string_free (out, FALSE);
}

/* --- Places in a tree --- */

typedef enum
{
  PLACE_COUNT,
  PLACE_REMOVE,
  PLACE_REPLACE
} PlaceTask;

/* Walks members and elements in order; does its task at number @wanted. */
typedef struct
{
  PlaceTask task;
  gint64 at, wanted;
  JsonNode *instead;
  gboolean done;
} Walk;

static void walk (Walk *w, JsonNode *node);

static void
walk_object (Walk *w, JsonObject *object)
{
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *l = names; l != NULL && !w->done; l = l->next)
    {
      const char *name = l->data;

      /* Without these an object is none. */
      if (g_str_equal (name, "apiVersion") || g_str_equal (name, "kind"))
        continue;
      if (w->at++ == w->wanted && w->task != PLACE_COUNT)
        {
          g_autofree char *copy = g_strdup (name);

          w->done = TRUE;
          if (w->task == PLACE_REMOVE)
            json_object_remove_member (object, copy);
          else
            json_object_set_member (object, copy, json_node_copy (w->instead));
          return;
        }
      walk (w, json_object_get_member (object, name));
    }
}

static void
walk_array (Walk *w, JsonArray *array)
{
  for (guint i = 0; i < json_array_get_length (array) && !w->done; i++)
    {
      if (w->at++ == w->wanted && w->task != PLACE_COUNT)
        {
          w->done = TRUE;
          json_array_remove_element (array, i);
          if (w->task == PLACE_REPLACE)
            json_array_add_element (array, json_node_copy (w->instead));
          return;
        }
      walk (w, json_array_get_element (array, i));
    }
}

static void
walk (Walk *w, JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    walk_object (w, json_node_get_object (node));
  else if (JSON_NODE_HOLDS_ARRAY (node))
    walk_array (w, json_node_get_array (node));
}

static guint
count_places (JsonNode *node)
{
  Walk w = { .task = PLACE_COUNT };

  walk (&w, node);
  return (guint) w.at;
}

static void
at_place (JsonNode *node, guint place, PlaceTask task, JsonNode *instead)
{
  Walk w = { .task = task, .wanted = place, .instead = instead };

  walk (&w, node);
}

/* --- Shrinking --- */

/* Takes whole documents away, from the last. TRUE when one went. */
static gboolean
drop_documents (GPtrArray **documents, WorldsStill still, gpointer user_data)
{
  gboolean any = FALSE;

  for (guint i = (*documents)->len; i > 0; i--)
    {
      GPtrArray *less = worlds_copy (*documents);

      g_ptr_array_remove_index (less, i - 1);
      if (still (less, user_data))
        {
          g_ptr_array_unref (*documents);
          *documents = less;
          any = TRUE;
        }
      else
        g_ptr_array_unref (less);
    }
  return any;
}

static gboolean
drop_places (GPtrArray **documents, guint document, WorldsStill still, gpointer user_data)
{
  gboolean any = FALSE;
  guint n = count_places (g_ptr_array_index (*documents, document));

  for (guint place = 0; place < n;)
    {
      GPtrArray *less = worlds_copy (*documents);

      at_place (g_ptr_array_index (less, document), place, PLACE_REMOVE, NULL);
      if (still (less, user_data))
        {
          g_ptr_array_unref (*documents);
          *documents = less;
          n = count_places (g_ptr_array_index (less, document));
          any = TRUE;
        }
      else
        {
          g_ptr_array_unref (less);
          place++;
        }
    }
  return any;
}

GPtrArray *
worlds_shrink (GPtrArray *documents, WorldsStill still, gpointer user_data)
{
  GPtrArray *small = worlds_copy (documents);
  gboolean going = TRUE;

  while (going)
    {
      going = drop_documents (&small, still, user_data);
      for (guint i = 0; i < small->len; i++)
        going = drop_places (&small, i, still, user_data) || going;
    }
  return small;
}

/* --- Spoiling --- */

static JsonNode *
strange_value (Dice *dice)
{
  static const char *const texts[] = {
    "null", "\"\"", "[]", "{}", "0", "-1", "65536", "true", "1.5", "\"x y\"", "\"-a\"", "\"In\"", "\"Pass\"", "\"http\"", "\"HTTP\"", "\"80\"",
    "\"a-name-that-is-far-too-long\"", "\"10.0.0.0/8\"", "\"10.0.0.0\"", "\"::/0\"", "[null]", "[\"Ingress\",\"Egress\",\"Ingress\"]", "[{}]",
    "{\"app\":\"a\"}", "80", "\"a--b\"", "\"8080-\"", "\"10.0.0.0/33\"", "\"example.org/\"", "\"TCP\"", "\"tcp\"", "1001",
  };

  return json_from_string (texts[dice_below (dice, G_N_ELEMENTS (texts))], NULL);
}

GPtrArray *
worlds_spoil (GPtrArray *documents, guint64 seed)
{
  GPtrArray *spoilt = worlds_copy (documents);
  Dice dice = { seed ^ 0x5b01 };
  g_autoptr (JsonNode) value = strange_value (&dice);

  for (guint tries = 0; tries < 20; tries++)
    {
      JsonNode *document = g_ptr_array_index (spoilt, dice_below (&dice, spoilt->len));
      JsonNode *spec = json_object_get_member (json_node_get_object (document), dice_chance (&dice, 20) ? "metadata" : "spec");
      guint n = spec != NULL ? count_places (spec) : 0;

      if (n == 0)
        continue;
      at_place (spec, dice_below (&dice, n), dice_chance (&dice, 20) ? PLACE_REMOVE : PLACE_REPLACE, value);
      break;
    }
  return spoilt;
}
