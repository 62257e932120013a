/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-flow-row.h"

#include <math.h>

#include <glib/gi18n.h>

struct _QdPolicyFlowRow {
  GObject parent_instance;
  QdPolicySeen seen;
  char *src, *dst, *why;
};

G_DEFINE_FINAL_TYPE (QdPolicyFlowRow, qd_policy_flow_row, G_TYPE_OBJECT)

static void
qd_policy_flow_row_finalize (GObject *object)
{
  QdPolicyFlowRow *self = QD_POLICY_FLOW_ROW (object);

  g_free (self->src);
  g_free (self->dst);
  g_free (self->why);
  G_OBJECT_CLASS (qd_policy_flow_row_parent_class)->finalize (object);
}

static void
qd_policy_flow_row_class_init (QdPolicyFlowRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_policy_flow_row_finalize;
}

static void
qd_policy_flow_row_init (QdPolicyFlowRow *self)
{
}

QdPolicyFlowRow *
qd_policy_flow_row_new (const QdPolicySeen *seen, const char *src, const char *dst, const char *why)
{
  QdPolicyFlowRow *self = g_object_new (QD_TYPE_POLICY_FLOW_ROW, NULL);

  self->seen = *seen;
  self->src = g_strdup (src);
  self->dst = g_strdup (dst);
  self->why = g_strdup (why);
  return self;
}

const QdPolicySeen *
qd_policy_flow_row_get_seen (QdPolicyFlowRow *self)
{
  return &self->seen;
}

const char *
qd_policy_flow_row_get_why (QdPolicyFlowRow *self)
{
  return self->why;
}

/* "shop/web (10.0.0.1)", or the address alone. */
static char *
dup_end (const char *name, const QdAddress *address)
{
  g_autofree char *text = qd_address_to_text (address);

  return g_str_equal (text, name) ? g_steal_pointer (&text) : g_strdup_printf ("%s (%s)", name, text);
}

char *
qd_policy_flow_row_dup_ends (QdPolicyFlowRow *self)
{
  return g_strdup_printf ("%s → %s", self->src, self->dst);
}

char *
qd_policy_flow_row_dup_port (QdPolicyFlowRow *self)
{
  return g_strdup_printf ("%u/%s", self->seen.port, qd_protocol_to_string ((QdProtocol) self->seen.protocol));
}

char *
qd_policy_flow_row_dup_rate (QdPolicyFlowRow *self)
{
  g_autofree char *size = isfinite (self->seen.bytes_a_day) ? g_format_size ((guint64) self->seen.bytes_a_day) : NULL;

  return size ? g_strdup_printf (_("%s a day"), size) : NULL;
}

char *
qd_policy_flow_row_dup_text (QdPolicyFlowRow *self)
{
  g_autofree char *src = dup_end (self->src, &self->seen.src), *dst = dup_end (self->dst, &self->seen.dst), *rate = qd_policy_flow_row_dup_rate (self);
  g_autofree char *port = qd_policy_flow_row_dup_port (self);

  return g_strdup_printf ("%s → %s, %s%s%s. %s", src, dst, port, rate ? ", " : "", rate ? rate : "", self->why);
}
