/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include "qd-routing-private.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-policy-edit.h"

/* One routing policy out of a map. Types and unknown fields are the schema's matter; here it is what the values are. */

#define MAX_NAME 128
#define MAX_CLASS 64
#define MAX_PRIORITY 65535
#define MAX_DSCP 63
#define MAX_SCORE 100
#define MAX_WEIGHT 1000
#define MAX_DELAY 86400
#define MAX_BACKUPS 16

static const char *const protocols[] = { "tcp", "udp", "icmp", NULL };

/* The string @key of @map; NULL where there is none, or something else, which the schema says. */
static const char *
text_of (const QdYamlNode *map, const char *key)
{
  return qd_yaml_node_get_string (qd_yaml_node_get (map, key));
}

/* A number that is there must be within bounds; FALSE where it is not there or bad. */
static gboolean
read_number (QdPolicyReader *reader, const QdYamlNode *map, const char *key, const char *code, double max, double *value)
{
  const QdYamlNode *node = qd_yaml_node_get (map, key);
  double number;

  if (qd_policy_node_is_null (node))
    return FALSE;
  if (qd_yaml_node_get_double (node, &number) && isfinite (number) && number >= 0 && number <= max)
    {
      *value = number;
      return TRUE;
    }
  qd_policy_reader_refuse (reader, node, code, _("“%s” is a number from 0 to %.0f"), key, max);
  return FALSE;
}

/* As qd_policy_reader_get_int(), of which the type is the schema's matter. */
static void
read_int (QdPolicyReader *reader, const QdYamlNode *map, const char *key, const char *code, int min, int max, int *value)
{
  if (qd_yaml_node_get_type (qd_yaml_node_get (map, key)) == QD_YAML_INT)
    qd_policy_reader_get_int (reader, map, key, code, min, max, value);
}

/* --- The match --------------------------------------------------------------------------------------------------- */

static char *
read_block (QdPolicyReader *reader, const QdYamlNode *map, const char *key, QdAddressRange *range)
{
  const char *text = text_of (map, key);
  g_autoptr (GError) error = NULL;

  if (text == NULL)
    return NULL;
  if (!qd_address_range_parse (text, range))
    {
      qd_policy_check_block (text, &error);
      qd_policy_reader_refuse (reader, qd_yaml_node_get (map, key), "cidr", "%s", error->message);
      return NULL;
    }
  return g_strdup (text);
}

static void
read_ports (QdPolicyReader *reader, const QdYamlNode *map, QdRoutingMatch *match)
{
  const char *text = text_of (map, "dst_port_range");
  g_autoptr (GError) error = NULL;
  int port = 0;

  read_int (reader, map, "src_port", "port", 1, (int) QD_ROUTING_MAX_PORT, &port);
  match->src_port = (guint) port;
  if (text == NULL)
    return;
  if (!qd_routing_check_ports (text, &match->dst_first, &match->dst_last, &error))
    qd_policy_reader_refuse (reader, qd_yaml_node_get (map, "dst_port_range"), "port", "%s", error->message);
  else if (*text == '\0')
    qd_policy_reader_refuse (reader, qd_yaml_node_get (map, "dst_port_range"), "port", _("this is empty: leave it out where every port is meant"));
}

static void
read_words (QdPolicyReader *reader, const QdYamlNode *map, QdRoutingMatch *match)
{
  const char *protocol = text_of (map, "protocol"), *class = text_of (map, "application_class");

  if (protocol && !g_strv_contains (protocols, protocol))
    qd_policy_reader_refuse (reader, qd_yaml_node_get (map, "protocol"), "protocol", _("“%s” is no protocol here: tcp, udp and icmp are"), protocol);
  if (class && (*class == '\0' || strlen (class) > MAX_CLASS))
    qd_policy_reader_refuse (reader, qd_yaml_node_get (map, "application_class"), "text", _("“%s” has 1 to %d bytes"), "application_class", MAX_CLASS);
  match->protocol = g_strdup (protocol);
  match->application_class = g_strdup (class);
}

static void
read_match (QdPolicyReader *reader, const QdYamlNode *map, QdRoutingMatch *match)
{
  guint before = reader->findings->len;

  match->dscp = -1;
  match->src_cidr = read_block (reader, map, "src_cidr", &match->src);
  match->dst_cidr = read_block (reader, map, "dst_cidr", &match->dst);
  read_ports (reader, map, match);
  read_words (reader, map, match);
  read_int (reader, map, "dscp", "dscp", 0, MAX_DSCP, &match->dscp);
  if (reader->findings->len != before || qd_routing_match_is_possible (match))
    return;
  if (match->protocol && !qd_routing_protocol_has_ports (match->protocol))
    qd_policy_reader_say (reader, QD_POLICY_WARNING, qd_yaml_node_get (map, "protocol"), "never-matches",
                          _("this fits no flow: %s has no ports"), match->protocol);
  else
    qd_policy_reader_say (reader, QD_POLICY_WARNING, qd_yaml_node_get (map, "dst_cidr"), "mixed-families",
                          _("this fits no flow: %s and %s are of different address families"), match->src_cidr, match->dst_cidr);
}

/* --- The preference ---------------------------------------------------------------------------------------------- */

static void
clear_weight (gpointer data)
{
  g_free (((QdRoutingWeight *) data)->name);
}

static void
read_weights (QdPolicyReader *reader, const QdYamlNode *custom, QdRoutingPolicy *self)
{
  for (guint i = 0; i < qd_yaml_node_get_length (custom); i++)
    {
      const QdYamlNode *key = qd_yaml_node_get_key (custom, i);
      QdRoutingWeight weight = { NULL, 0 };
      const char *name = qd_yaml_node_get_string (key);

      if (qd_policy_node_is_null (qd_yaml_node_get_value (custom, i)))
        qd_policy_reader_refuse (reader, key, "weight", _("“%s” is a number from 0 to %.0f"), name, (double) MAX_WEIGHT);
      else if (read_number (reader, custom, name, "weight", MAX_WEIGHT, &weight.weight))
        {
          weight.name = g_strdup (name);
          g_array_append_val (self->weights, weight);
        }
    }
}

static void
read_preference (QdPolicyReader *reader, const QdYamlNode *map, QdRoutingPolicy *self)
{
  static const char *const known[] = { "custom", NULL };
  const QdYamlNode *node = qd_yaml_node_get (map, "path_preference"), *custom = qd_yaml_node_get (node, "custom");
  const char *word = qd_yaml_node_get_string (node);

  self->preference = QD_ROUTING_UNKNOWN;
  self->weights = g_array_new (FALSE, FALSE, sizeof (QdRoutingWeight));
  g_array_set_clear_func (self->weights, clear_weight);
  if (qd_policy_node_is_null (node))
    qd_policy_reader_refuse (reader, map, "required", _("“%s” is missing"), "path_preference");
  else if (word && qd_routing_preference_parse (word, &self->preference) && self->preference != QD_ROUTING_CUSTOM)
    return;
  else if (qd_yaml_node_get_type (custom) == QD_YAML_MAP && qd_yaml_node_get_length (custom) > 0)
    {
      self->preference = QD_ROUTING_CUSTOM;
      qd_policy_reader_know (reader, node, known);
      read_weights (reader, custom, self);
    }
  else
    {
      self->preference = QD_ROUTING_UNKNOWN;
      qd_policy_reader_refuse (reader, node, "preference",
                               _("“%s” is LowestLatency, HighestBandwidth, LowestPacketLoss, LowestCost or, below “custom”, weights"), "path_preference");
    }
}

/* --- The failover ------------------------------------------------------------------------------------------------ */

static GStrv
read_backups (QdPolicyReader *reader, const QdYamlNode *map, const char *primary)
{
  const QdYamlNode *list = qd_yaml_node_get (map, "backups");
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  if (primary)
    g_hash_table_add (seen, (gpointer) primary);
  if (qd_yaml_node_get_type (list) == QD_YAML_SEQ)
    qd_policy_reader_bound (reader, list, "backups", MAX_BACKUPS);
  for (guint i = 0; qd_yaml_node_get_type (list) == QD_YAML_SEQ && i < qd_yaml_node_get_length (list); i++)
    {
      const QdYamlNode *item = qd_yaml_node_get_item (list, i);
      const char *path = qd_yaml_node_get_string (item);

      if (qd_policy_node_is_null (item) || (path && *path == '\0'))
        qd_policy_reader_refuse (reader, item, "backup", _("this names no path"));
      else if (path && !g_hash_table_add (seen, (gpointer) path))
        qd_policy_reader_refuse (reader, item, "backup", _("the path “%s” is named before"), path);
      else if (path)
        g_strv_builder_add (builder, path);
    }
  return g_strv_builder_end (builder);
}

static void
read_failover (QdPolicyReader *reader, const QdYamlNode *map, QdRoutingFailover *failover)
{
  const char *primary = text_of (map, "primary");
  gboolean failback = TRUE;

  failover->place = qd_policy_reader_place (reader, qd_yaml_node_get_type (map) == QD_YAML_MAP ? map : NULL);
  failover->primary = g_strdup (primary);
  failover->backups = read_backups (reader, map, primary);
  failover->threshold = NAN;
  qd_yaml_node_get_bool (qd_yaml_node_get (map, "failback"), &failback);
  failover->failback = failback;
  if (primary && *primary == '\0')
    qd_policy_reader_refuse (reader, qd_yaml_node_get (map, "primary"), "backup", _("this names no path"));
  if (read_number (reader, map, "threshold", "threshold", MAX_SCORE, &failover->threshold) && failover->backups[0] == NULL)
    qd_policy_reader_say (reader, QD_POLICY_NOTE, qd_yaml_node_get (map, "threshold"), "no-backup",
                          _("no backup is named that could take over below this threshold"));
  read_number (reader, map, "delay_s", "delay", MAX_DELAY, &failover->delay_s);
}

/* --- The whole --------------------------------------------------------------------------------------------------- */

/* An id is a string whatever its type: those of some servers are numbers beyond what fits into one. */
static char *
read_id (QdPolicyReader *reader, const QdYamlNode *map)
{
  const QdYamlNode *node = qd_yaml_node_get (map, "id");
  const char *text = qd_policy_node_is_null (node) ? NULL : qd_yaml_node_get_text (node);

  if (!qd_policy_node_is_null (node) && (text == NULL || *text == '\0'))
    {
      qd_policy_reader_refuse (reader, node, "name", _("an id is a text that is not empty"));
      return NULL;
    }
  return g_strdup (text);
}

static char *
read_name (QdPolicyReader *reader, const QdYamlNode *map)
{
  const QdYamlNode *node = qd_yaml_node_get (map, "name");
  const char *name = qd_yaml_node_get_string (node);

  if (qd_policy_node_is_null (node))
    qd_policy_reader_refuse (reader, map, "required", _("“%s” is missing"), "name");
  else if (name && (*name == '\0' || strlen (name) > MAX_NAME))
    {
      qd_policy_reader_refuse (reader, node, "name", _("“%s” has 1 to %d bytes"), "name", MAX_NAME);
      return NULL;
    }
  return g_strdup (name);
}

static gboolean
has_error (GPtrArray *findings, guint from)
{
  for (guint i = from; i < findings->len; i++)
    if (((const QdPolicyFinding *) g_ptr_array_index (findings, i))->severity == QD_POLICY_ERROR)
      return TRUE;
  return FALSE;
}

QdRoutingPolicy *
qd_routing_policy_read (QdPolicyReader *reader, const QdYamlNode *map, guint document, char *path)
{
  QdRoutingPolicy *self = g_new0 (QdRoutingPolicy, 1);
  const QdYamlNode *match = qd_yaml_node_get (map, "match"), *failover = qd_yaml_node_get (map, "failover");
  guint before = reader->findings->len;

  self->place = qd_policy_reader_place (reader, map);
  self->document = document;
  self->path = path;
  self->enabled = TRUE;
  self->priority = -1;
  qd_policy_schema_check_map (qd_routing_get_schema (), reader->file, map, _("a routing policy"), reader->findings);
  self->id = read_id (reader, map);
  self->name = read_name (reader, map);
  self->text = self->name ? g_strdup (self->name) : self->id ? g_strdup (self->id) : qd_policy_place_to_text (&self->place);
  if (qd_policy_node_is_null (qd_yaml_node_get (map, "priority")))
    qd_policy_reader_refuse (reader, map, "required", _("“%s” is missing"), "priority");
  read_int (reader, map, "priority", "priority", 0, MAX_PRIORITY, &self->priority);
  qd_yaml_node_get_bool (qd_yaml_node_get (map, "enabled"), &self->enabled);
  read_match (reader, match, &self->match);
  read_preference (reader, map, self);
  read_failover (reader, failover, &self->failover);
  self->invalid = has_error (reader->findings, before);
  return self;
}

void
qd_routing_policy_free (QdRoutingPolicy *self)
{
  g_free (self->path);
  g_free (self->id);
  g_free (self->name);
  g_free (self->text);
  g_free (self->match.src_cidr);
  g_free (self->match.dst_cidr);
  g_free (self->match.protocol);
  g_free (self->match.application_class);
  g_array_unref (self->weights);
  g_free (self->failover.primary);
  g_strfreev (self->failover.backups);
  g_free (self);
}
