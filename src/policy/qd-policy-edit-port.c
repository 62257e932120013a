/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-edit.h"

#include <glib/gi18n.h>

#include "qd-policy-edit-private.h"

/* Changes of the ports of a rule, as each kind of policy spells them. */

typedef struct { QdProtocol protocol; const char *text; guint first, last; } Wanted;   /* first 0: a name */

static const char *const port_order[] = { "protocol", "port", "endPort", "start", "end", NULL };
static const char *const admin_fields[] = { "portNumber", "portRange", "namedPort", NULL };
static const char *const cluster_fields[] = { "tcp", "udp", "sctp", "destinationNamedPort", NULL };
static const char *const destination_fields[] = { "number", "range", NULL };
static const char *const no_order[] = { NULL };

const char *
qd_policy_kind_ports (QdPolicyKind kind)
{
  return kind == QD_POLICY_CLUSTER_NETWORK ? "protocols" : "ports";
}

static JsonArray *
ports (QdPolicyEdit *self, QdPolicyDirection direction, guint rule)
{
  return qd_policy_edit_list (self, qd_policy_edit_rule (self, direction, rule), qd_policy_kind_ports (self->kind), qd_policy_edit_rule_order);
}

static void
take_out (JsonObject *object, const char *key)
{
  if (json_object_has_member (object, key))
    json_object_remove_member (object, key);
}

static void
put_number (JsonObject *object, const char *key, guint number)
{
  qd_policy_edit_put (object, key, json_node_init_int (json_node_alloc (), number), port_order);
}

/* TCP is what is meant where nothing is said. */
static void
put_protocol (JsonObject *object, QdProtocol protocol)
{
  if (protocol != QD_PROTOCOL_TCP || json_object_get_size (object) == 0 || json_object_has_member (object, "protocol"))
    qd_policy_edit_put (object, "protocol", qd_policy_edit_string_node (qd_protocol_to_string (protocol)), port_order);
}

/* Of @fields only @field stays. */
static void
keep_field (JsonObject *object, const char *const *names, const char *field)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (!g_str_equal (names[i], field))
      take_out (object, names[i]);
}

/* --- The three spellings ------------------------------------------------------------------------------------------ */

static void
fill_port (JsonObject *port, const Wanted *wanted)
{
  put_protocol (port, wanted->protocol);
  if (*wanted->text == '\0')
    take_out (port, "port");
  else if (wanted->first == 0)
    qd_policy_edit_put (port, "port", qd_policy_edit_string_node (wanted->text), port_order);
  else
    put_number (port, "port", wanted->first);
  if (*wanted->text != '\0' && wanted->last > wanted->first)
    put_number (port, "endPort", wanted->last);
  else
    take_out (port, "endPort");
}

static void
fill_admin_port (QdPolicyEdit *self, JsonObject *port, const Wanted *wanted)
{
  const char *field = admin_fields[wanted->first == 0 ? 2 : wanted->last > wanted->first ? 1 : 0];
  JsonObject *value;

  keep_field (port, admin_fields, field);
  if (wanted->first == 0)
    {
      qd_policy_edit_put (port, field, qd_policy_edit_string_node (wanted->text), no_order);
      return;
    }
  value = qd_policy_edit_map (self, port, field, no_order);
  if (value == NULL)
    return;
  put_protocol (value, wanted->protocol);
  put_number (value, wanted->last > wanted->first ? "start" : "port", wanted->first);
  if (wanted->last > wanted->first)
    put_number (value, "end", wanted->last);
}

static void
fill_cluster_port (QdPolicyEdit *self, JsonObject *port, const Wanted *wanted)
{
  const char *field = cluster_fields[wanted->first == 0 ? QD_N_PROTOCOLS : wanted->protocol];
  gboolean range = wanted->last > wanted->first;
  JsonObject *value;

  keep_field (port, cluster_fields, field);
  if (wanted->first == 0)
    {
      qd_policy_edit_put (port, field, qd_policy_edit_string_node (wanted->text), no_order);
      return;
    }
  value = qd_policy_edit_map (self, qd_policy_edit_map (self, port, field, no_order), "destinationPort", no_order);
  if (value == NULL)
    return;
  keep_field (value, destination_fields, destination_fields[range]);
  if (!range)
    {
      put_number (value, "number", wanted->first);
      return;
    }
  value = qd_policy_edit_map (self, value, "range", no_order);
  if (value == NULL)
    return;
  put_number (value, "start", wanted->first);
  put_number (value, "end", wanted->last);
}

/* --- Changes ------------------------------------------------------------------------------------------------------ */

static gboolean
allow_name (QdPolicyEdit *self, JsonObject *rule)
{
  for (QdPeerForm form = QD_PEER_FORM_BLOCK; self->kind != QD_POLICY_NETWORK && form < QD_N_PEER_FORMS; form++)
    if (qd_policy_edit_rule_has_peer (rule, form))
      {
        qd_policy_edit_fail (self, _("Addresses, nodes and domains have no ports with names: give a number"));
        return FALSE;
      }
  return TRUE;
}

void
qd_policy_edit_set_port (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint port, QdProtocol protocol, const char *text)
{
  Wanted wanted = { protocol, text, 0, 0 };
  GError *error = NULL;
  gboolean valid = qd_policy_check_port (text, &wanted.first, &wanted.last, &error);
  JsonObject *object = qd_policy_edit_allow (self, valid, error) ? qd_policy_edit_rule (self, direction, rule) : NULL;
  JsonArray *list;

  if (object == NULL || (wanted.first == 0 && !allow_name (self, object)))
    return;
  list = ports (self, direction, rule);
  if (list != NULL && port >= json_array_get_length (list) && qd_policy_edit_has_room (self, list, qd_policy_kind_ports (self->kind)))
    {
      json_array_add_object_element (list, json_object_new ());
      port = json_array_get_length (list) - 1;
    }
  object = list != NULL && self->error == NULL ? qd_policy_edit_item (self, list, port) : NULL;
  if (object == NULL)
    return;
  if (self->kind == QD_POLICY_NETWORK)
    fill_port (object, &wanted);
  else if (self->kind == QD_POLICY_CLUSTER_NETWORK)
    fill_cluster_port (self, object, &wanted);
  else
    fill_admin_port (self, object, &wanted);
}

void
qd_policy_edit_remove_port (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint port)
{
  JsonArray *list = ports (self, direction, rule);

  if (list == NULL || port >= json_array_get_length (list))
    qd_policy_edit_fail (self, _("There is no such entry any more"));
  else if (json_array_get_length (list) == 1)
    qd_policy_edit_fail (self, _("Without this, the rule would be about every port: remove the rule, or say that every port is meant"));
  else
    json_array_remove_element (list, port);
}

void
qd_policy_edit_set_every_port (QdPolicyEdit *self, QdPolicyDirection direction, guint rule)
{
  JsonObject *object = qd_policy_edit_rule (self, direction, rule);

  if (object != NULL)
    take_out (object, qd_policy_kind_ports (self->kind));
}
