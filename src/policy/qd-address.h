/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* An IP address, in the order of the network; of IPv4 the last twelve bytes are zero. Compared byte by byte, all of
 * IPv4 comes before all of IPv6. */
typedef struct { guint8 family; guint8 bytes[16]; } QdAddress;   /* family: 4 or 6 */

/* Both ends are in it, and of one family. */
typedef struct { QdAddress first, last; } QdAddressRange;

/* No zone, no leading zeros, no port, no name. */
gboolean qd_address_parse (const char *text, QdAddress *self);
char *qd_address_to_text (const QdAddress *self);
int qd_address_compare (const QdAddress *a, const QdAddress *b);
/* For hash tables of addresses. */
guint qd_address_hash (gconstpointer address);
gboolean qd_address_equal (gconstpointer a, gconstpointer b);
/* The one after and before; FALSE at the end of the family's space, and untouched. */
gboolean qd_address_step (QdAddress *self, int direction);

void qd_address_range_whole (QdAddressRange *self, guint family);
/* "10.0.0.0/8": the prefix must be there; bits of the host are masked, as Kubernetes does. */
gboolean qd_address_range_parse (const char *text, QdAddressRange *self);
gboolean qd_address_range_contains (const QdAddressRange *self, const QdAddress *address);
gboolean qd_address_range_includes (const QdAddressRange *self, const QdAddressRange *other);   /* all of it */
char *qd_address_range_to_text (const QdAddressRange *self);   /* "10.0.0.0-10.255.255.255" */

/* What @wanted (of QdAddressRange, in any order, overlapping or not) holds and @unwanted does not: sorted, neither
 * overlapping nor touching. (transfer full) */
GArray *qd_address_ranges_subtract (GArray *wanted, GArray *unwanted);
/* Which of such sorted @ranges holds @address; -1: none. */
int qd_address_ranges_find (GArray *ranges, const QdAddress *address);
/* Cuts the space of a family at every place where one of @sets (GArrays as qd_address_ranges_subtract() returns them)
 * begins or ends, and appends the parts, which leave out nothing, to @parts. */
void qd_address_space_cut (guint family, GPtrArray *sets, GArray *parts);

G_END_DECLS
