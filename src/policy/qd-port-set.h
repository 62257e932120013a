/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum { QD_PROTOCOL_TCP, QD_PROTOCOL_UDP, QD_PROTOCOL_SCTP, QD_N_PROTOCOLS } QdProtocol;

#define QD_PORT_MIN 1u
#define QD_PORT_MAX 65535u

const char *qd_protocol_to_string (QdProtocol protocol);   /* "TCP" */
/* As the API spells it: in capitals. */
gboolean qd_protocol_parse (const char *word, QdProtocol *protocol);

typedef struct { guint16 first, last; } QdPortRange;   /* both are in it */

/* A set of ports of each protocol. It belongs to the store that made it, lives as long, is never changed, and is the
 * only one there that is equal to it: within one store equal sets are the same pointer and the same number. */
typedef struct _QdPortSet QdPortSet;

guint qd_port_set_get_id (const QdPortSet *self);
/* The ranges of @protocol, sorted, neither overlapping nor touching. */
const QdPortRange *qd_port_set_get_ranges (const QdPortSet *self, QdProtocol protocol, guint *n);
gboolean qd_port_set_is_none (const QdPortSet *self);
gboolean qd_port_set_is_all (const QdPortSet *self);   /* every port of the three protocols */
gboolean qd_port_set_contains (const QdPortSet *self, QdProtocol protocol, guint port);
/* For sets of different stores. */
gboolean qd_port_set_equal (const QdPortSet *a, const QdPortSet *b);
/* "TCP 80,90-100,UDP 53", "All Connections", "No Connections": the same words in every language. */
char *qd_port_set_to_text (const QdPortSet *self);

/* Makes sets, each once. Any thread may use it; answers to what was asked before come without a lock. */
typedef struct _QdPortStore QdPortStore;

QdPortStore *qd_port_store_new (void);
QdPortStore *qd_port_store_ref (QdPortStore *self);
void qd_port_store_unref (QdPortStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPortStore, qd_port_store_unref)

#define QD_PORTS_NONE 0u   /* the numbers that these two have in every store */
#define QD_PORTS_ALL 1u

const QdPortSet *qd_port_store_get (QdPortStore *self, guint id);
guint qd_port_store_add_range (QdPortStore *self, QdProtocol protocol, guint first, guint last);
/* A set of another store, in this one. */
guint qd_port_store_add (QdPortStore *self, const QdPortSet *set);

guint qd_port_store_union (QdPortStore *self, guint a, guint b);
guint qd_port_store_intersect (QdPortStore *self, guint a, guint b);
guint qd_port_store_subtract (QdPortStore *self, guint a, guint b);   /* what is in a and not in b */

G_END_DECLS
