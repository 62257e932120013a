/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-address.h"
#include "qd-policy-finding.h"

G_BEGIN_DECLS

/* The fleet's routing policies, with their failover: which path a flow takes. A document of YAML or JSON is one of them, or a list of
 * them (a sequence, or a map with "items" or "policies"), in the spelling of the node API (RoutingPolicy in docs/node-api.yaml):
 *
 *     {id, name, priority, enabled, match {src_cidr, dst_cidr, src_port, dst_port_range, protocol, application_class, dscp},
 *      path_preference: LowestLatency | HighestBandwidth | LowestPacketLoss | LowestCost | {custom: {…weights}},
 *      failover {primary, backups[], threshold, failback, delay_s}}
 *
 * Such a document has no kind. It is known by its path_preference, by a match beside a priority, or by its file: all of NAME.routing.yaml
 * (.yml, .json) is one. Null is the same as not there. */

typedef enum {
  QD_ROUTING_LOWEST_LATENCY,
  QD_ROUTING_HIGHEST_BANDWIDTH,
  QD_ROUTING_LOWEST_PACKET_LOSS,
  QD_ROUTING_LOWEST_COST,
  QD_ROUTING_CUSTOM,    /* by weights */
  QD_ROUTING_UNKNOWN,   /* not there, or a word that is none of these */
} QdRoutingPreference;

/* A weight of a custom preference, 0 to 1000. The API takes any name; Patronus has qd_routing_weight_names. */
typedef struct { char *name; double weight; } QdRoutingWeight;

/* What a flow must have; each that is not given fits all. Bad values are findings, and match nothing (@invalid of the policy). */
typedef struct {
  char *src_cidr, *dst_cidr;            /* as written; NULL: any */
  QdAddressRange src, dst;              /* where those are given */
  guint src_port;                       /* 0: any */
  guint dst_first, dst_last;            /* inclusive; 0 and 0: any */
  char *protocol;                       /* "tcp", "udp" or "icmp", lower-case; NULL: any */
  char *application_class;              /* compared letter by letter; NULL: any */
  int dscp;                             /* 0 to 63; -1: any */
} QdRoutingMatch;

/* What happens when the chosen path is not good enough. */
typedef struct {
  QdPolicyPlace place;                  /* without a node: none is written */
  char *primary;                        /* the id of a path; NULL: as the preference chooses */
  GStrv backups;                        /* ids of paths, in the order in which they take over; never NULL */
  double threshold;                     /* a score of 0 to 100; NAN: none */
  gboolean failback;                    /* back to the primary when that is good again; TRUE where it is not written */
  double delay_s;                       /* 0 where it is not written */
} QdRoutingFailover;

typedef struct {
  QdPolicyPlace place;
  guint document;                       /* of the file */
  char *path;                           /* JSON pointer of the policy in it, for qd-yaml-edit.h: "" or "/items/3" */
  char *id;                             /* NULL: the server makes one */
  char *name;                           /* NULL: none, which is an error */
  char *text;                           /* what to call it: its name, else its id, else its place */
  int priority;                         /* 0 to 65535, the lowest is asked first; -1: none, which is an error */
  gboolean enabled;                     /* TRUE where it is not written */
  gboolean invalid;                     /* a finding about it is an error: it matches nothing here */
  QdRoutingMatch match;
  QdRoutingPreference preference;
  GArray *weights;                      /* of QdRoutingWeight, as written; only of CUSTOM */
  QdRoutingFailover failover;
} QdRoutingPolicy;

/* --- Reading ------------------------------------------------------------------------------------------------ */

/* All routing policies of some files. Immutable, reference counted, readable by any thread; what is borrowed from it lives as long. */
typedef struct _QdRoutingSet QdRoutingSet;

/* Whether @document, as it stands in its file, is a routing policy or a list of them. A list without any is one where its file says so. */
gboolean qd_routing_is_document (const QdYamlNode *document);
/* Whether a file of that name holds nothing else: NAME.routing.yaml. */
gboolean qd_routing_is_file (const char *name);

/* Reads what is in @files (references are kept); other documents are passed over without a word. It never fails: what is wrong is among the findings. */
QdRoutingSet *qd_routing_set_new (QdYamlFile *const *files, guint n_files);
QdRoutingSet *qd_routing_set_ref (QdRoutingSet *self);
void qd_routing_set_unref (QdRoutingSet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdRoutingSet, qd_routing_set_unref)

/* Of const QdRoutingPolicy, in the order in which they are asked: by priority, then name, then place. Where two of one priority fit one flow, no
 * document says which is taken: that is a finding. */
GPtrArray *qd_routing_set_get_policies (QdRoutingSet *self);
/* Of const QdPolicyFinding, in the order of the files: what the API refuses, then what is not as it may be meant. Codes: "required", "type",
 * "unknown-field", "name", "priority", "cidr", "port", "protocol", "dscp", "text", "preference", "weight", "backup", "threshold", "delay",
 * "duplicate" (id or name; @other is the first), "never-matches" (ports of a protocol that has none), "mixed-families",
 * "shadowed" (@other always comes before), "same-priority", "overlap" (neither holds the other, and they choose differently), "no-backup". */
GPtrArray *qd_routing_set_get_findings (QdRoutingSet *self);
gboolean qd_routing_set_is_invalid (QdRoutingSet *self);

/* "LowestLatency", "custom"; NULL of UNKNOWN. As the API spells it. */
const char *qd_routing_preference_to_string (QdRoutingPreference preference);
/* For people: "Lowest latency". Translated. */
const char *qd_routing_preference_get_title (QdRoutingPreference preference);
gboolean qd_routing_preference_parse (const char *text, QdRoutingPreference *preference);
/* The five that Patronus knows, "latency_weight" first; ends with NULL. */
extern const char *const qd_routing_weight_names[];
/* The classes that Patronus knows, "VoIP" first; ends with NULL. The node API takes any text. */
extern const char *const qd_routing_application_classes[];

/* What is matched, in a sentence's part: "UDP, from 10.0.0.0/8, to port 5060-5090, class voice"; "every flow". Translated. (transfer full) */
char *qd_routing_match_to_text (const QdRoutingMatch *self);
/* "10.0.0.0/8" and the like are qd_policy_check_block(). "" is any: 0 and 0; "443" or "5060-5090". */
gboolean qd_routing_check_ports (const char *text, guint *first, guint *last, GError **error);

/* --- Which flow takes which policy ------------------------------------------------------------------------------ */

/* A flow, or what is known of one. */
typedef struct {
  gboolean has_src, has_dst;            /* FALSE: not known */
  QdAddress src, dst;
  guint src_port, dst_port;             /* 0: not known; of a protocol without ports: none */
  const char *protocol;                 /* "tcp", "UDP"…, any case; NULL: not known */
  const char *application_class;        /* NULL: not known, as of flows that were observed */
  int dscp;                             /* -1: not known */
} QdRoutingFlow;

/* Parts of a match, to say which one decided. */
typedef enum {
  QD_ROUTING_PART_NONE,
  QD_ROUTING_PART_SRC, QD_ROUTING_PART_DST, QD_ROUTING_PART_SRC_PORT, QD_ROUTING_PART_DST_PORT, QD_ROUTING_PART_PROTOCOL, QD_ROUTING_PART_CLASS, QD_ROUTING_PART_DSCP,
} QdRoutingPart;

typedef enum {
  QD_ROUTING_MATCHED,    /* all that it asks for is so */
  QD_ROUTING_MISSED,     /* @part is not so */
  QD_ROUTING_DEPENDS,    /* nothing is against it, but @part is not known of the flow */
  QD_ROUTING_DISABLED,
  QD_ROUTING_INVALID,    /* what it asks for cannot be read */
} QdRoutingOutcome;

typedef struct {
  const QdRoutingPolicy *policy;
  QdRoutingOutcome outcome;
  QdRoutingPart part;
  char *text;            /* a sentence: "“VoIP” is not asked for it: port 443 is not in 5060-5090". Translated */
} QdRoutingStep;

typedef struct {
  const QdRoutingPolicy *policy;   /* the first that matched; NULL: none does */
  gboolean certain;                /* FALSE: one that was asked before depends on what is not known */
  GPtrArray *steps;                /* of QdRoutingStep: all that were asked, up to the one that matched */
  char *text;                      /* a sentence that says the whole of it. Translated */
} QdRoutingAnswer;

/* The policies are asked by priority, the first that fits is taken. Pure and thread-safe; what it returns borrows from @set. */
QdRoutingAnswer *qd_routing_ask (QdRoutingSet *set, const QdRoutingFlow *flow);
void qd_routing_answer_free (QdRoutingAnswer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdRoutingAnswer, qd_routing_answer_free)
/* The bare question, for many flows: whether @policy fits, and in @part (or NULL) what decided. */
QdRoutingOutcome qd_routing_policy_match (const QdRoutingPolicy *policy, const QdRoutingFlow *flow, QdRoutingPart *part);

G_END_DECLS
