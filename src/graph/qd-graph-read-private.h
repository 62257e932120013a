/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-graph-read.h"

G_BEGIN_DECLS

/* --- What we know the meaning of; all else is an attribute ------------------------------------------ */

typedef enum {
  QD_GRAPH_LABEL, QD_GRAPH_CLUSTER, QD_GRAPH_KIND, QD_GRAPH_STATUS, QD_GRAPH_STALE, QD_GRAPH_LATITUDE, QD_GRAPH_LONGITUDE,
  QD_GRAPH_X, QD_GRAPH_Y, QD_GRAPH_PINNED, QD_GRAPH_DIRECTED, QD_GRAPH_SCORE, QD_GRAPH_CAPACITY, QD_GRAPH_LATENCY, QD_GRAPH_LOSS,
  QD_GRAPH_N_FIELDS,
} QdGraphField;

typedef enum { QD_GRAPH_FIELD_TEXT, QD_GRAPH_FIELD_WORD, QD_GRAPH_FIELD_BOOLEAN, QD_GRAPH_FIELD_NUMBER } QdGraphFieldType;

typedef struct {
  const char *name;
  const char *graphml;   /* how GraphML's writers have always spelled it, or NULL */
  QdGraphFieldType type;
  gboolean of_node, of_edge;
  gboolean single;       /* a number of 24 bits */
  double low, high;
} QdGraphFieldInfo;

extern const QdGraphFieldInfo qd_graph_fields[QD_GRAPH_N_FIELDS];
extern const char *const qd_graph_kinds[];   /* by kind, ends with NULL */

/* Which field of a node (or edge) @name is, without regard to case when @loosely; -1: none. */
int qd_graph_field_find (const char *name, gboolean of_node, gboolean loosely);
/* The field as text, as it is written: shortest that reads back the same; NULL when it has none or its default.
 * @node or @edge is the index. */
char *qd_graph_field_dup (const QdGraphFile *file, QdGraphField field, gboolean of_node, guint index);

/* --- A graph while it is read ----------------------------------------------------------------------- */

typedef struct {
  QdGraphNode node;
  QdPoint at;
  gboolean pinned;
  guint group;           /* the node that it is inside of, + 1 */
  gboolean is_group;
  guint32 fields;        /* which are set */
} QdGraphDraftNode;

typedef struct {
  QdGraphEdge edge;
  char *source, *target; /* until they are found */
  guint line, column;
  guint32 fields;
} QdGraphDraftEdge;

typedef struct {
  const char *name;
  const int *cancelled;
  GArray *nodes, *edges;
  GHashTable *node_index;   /* id → index + 1; the id is the node's */
  GHashTable *edge_ids;
  QdGraphAttribute *attributes;
  guint n_attributes;
  gsize copied;             /* bytes of attributes, so that a default for a million nodes has an end */
} QdGraphDraft;

void qd_graph_draft_init (QdGraphDraft *self, const char *name, const int *cancelled);
void qd_graph_draft_clear (QdGraphDraft *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (QdGraphDraft, qd_graph_draft_clear)

/* These return NULL, or what is wrong, translated. (transfer full) */
char *qd_graph_draft_add_node (QdGraphDraft *self, const char *id);                      /* the last of nodes */
char *qd_graph_draft_add_edge (QdGraphDraft *self, const char *id, const char *source, const char *target, guint line, guint column);
/* Of the last node or edge, or of node @index. */
char *qd_graph_draft_set (QdGraphDraft *self, gboolean of_node, guint index, QdGraphField field, const char *text);
/* To a node, an edge, or (where @index is G_MAXUINT) the whole. Takes no reference to @name. */
char *qd_graph_draft_add_attribute (QdGraphDraft *self, gboolean of_node, guint index, const char *name, const char *value, QdGraphType type);
const QdGraphAttribute *qd_graph_draft_find_attribute (QdGraphDraft *self, gboolean of_node, guint index, const char *name);
/* Resolves what is open and makes the graph; NULL with @error. */
QdGraphFile *qd_graph_draft_finish (QdGraphDraft *self, GError **error);

/* "NAME: line L, column C: FAULT", on one line; always NULL (and FALSE). */
gpointer qd_graph_fault (GError **error, const char *name, guint line, guint column, const char *fault);
gpointer qd_graph_fault_cancelled (GError **error, const char *name);

QdGraphFile *qd_graph_read_graphml (const char *text, gsize length, const char *name, const int *cancelled, GError **error);
QdGraphFile *qd_graph_read_json (const char *text, gsize length, const char *name, const int *cancelled, GError **error);

G_END_DECLS
