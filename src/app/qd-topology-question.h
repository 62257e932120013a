/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-graph-path.h"
#include "qd-topology-snapshot.h"

G_BEGIN_DECLS

/* What can be asked of the net. All there is counts, whether it is drawn or not. */
typedef enum {
  QD_ASK_NEIGHBOURHOOD,   /* what is within some hops of these things */
  QD_ASK_PATHS,           /* how to come from the first to the second */
  QD_ASK_IMPACT,          /* what comes of these failing */
  QD_ASK_CUT,             /* which paths carry flows that a change of policies cuts off: of nothing in particular, see qd-topology-cut.h */
} QdTopologyAsk;

typedef struct {
  QdTopologyAsk ask;
  GPtrArray *about;       /* of QdEntity: sites, nodes; for the impact paths and links too */
  guint hops;
  QdGraphMetric by;
  guint alternatives;
} QdTopologyQuestion;

QdTopologyQuestion *qd_topology_question_new (QdTopologyAsk ask, GPtrArray *about);
QdTopologyQuestion *qd_topology_question_copy (const QdTopologyQuestion *self);
void qd_topology_question_free (QdTopologyQuestion *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdTopologyQuestion, qd_topology_question_free)

/**
 * QdTopologyRow:
 *
 * One line of an answer: a thing, or a heading without one.
 */
#define QD_TYPE_TOPOLOGY_ROW (qd_topology_row_get_type ())
G_DECLARE_FINAL_TYPE (QdTopologyRow, qd_topology_row, QD, TOPOLOGY_ROW, GObject)
QdTopologyRow *qd_topology_row_new (QdEntity *entity, const char *title, const char *subtitle);
QdEntity *qd_topology_row_get_entity (QdTopologyRow *self);        /* borrowed or NULL */
const char *qd_topology_row_get_title (QdTopologyRow *self);
const char *qd_topology_row_get_subtitle (QdTopologyRow *self);    /* or NULL */

/* What was found. */
typedef struct {
  char *sentence;         /* the conclusion */
  char *more;             /* what else there is to say; or NULL */
  GListStore *rows;       /* of QdTopologyRow */
  GHashTable *looks;      /* QdEntity → QdTopologyLook, but for what stands back */
  GPtrArray *route;       /* of QdEntity: the best path's edges; empty for other questions */
  GHashTable *notes;      /* QdEntity → char *: what the answer says of it, where its look alone does not */
} QdTopologyAnswer;
/* One that says nothing yet: all but the sentences is there, and empty. */
QdTopologyAnswer *qd_topology_answer_new (void);
void qd_topology_answer_free (QdTopologyAnswer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdTopologyAnswer, qd_topology_answer_free)

/* Asks, on a worker, any question but QD_ASK_CUT: what holds for all of @connection (NULL: of all connections). Main thread. */
void qd_topology_ask_async (QdFleet *fleet, const char *connection, const QdTopologyQuestion *question,
                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
QdTopologyAnswer *qd_topology_ask_finish (GAsyncResult *result, GError **error);

G_END_DECLS
