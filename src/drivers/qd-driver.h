/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include "qd-sink.h"

G_BEGIN_DECLS

#define QD_DRIVER_ERROR (qd_driver_error_quark ())
GQuark qd_driver_error_quark (void);
typedef enum { QD_DRIVER_ERROR_NOT_OFFERED, QD_DRIVER_ERROR_REFUSED, QD_DRIVER_ERROR_CONFLICT, QD_DRIVER_ERROR_INVALID,
               QD_DRIVER_ERROR_UNREACHABLE, QD_DRIVER_ERROR_STEP_UP, QD_DRIVER_ERROR_FAILED, QD_DRIVER_ERROR_MISSING } QdDriverError;
/* What the server has now, where it refused a change of something older and said so; else NULL. Borrowed from @error. */
JsonNode *qd_driver_error_get_current (const GError *error);
/* A change was sent and no answer came: whether it was made is not known. Look before saying what happened, and before trying again. */
gboolean qd_driver_error_is_lost (const GError *error);

/* Where an endpoint is and how to sign in. Secrets live here in memory only. */
typedef struct {
  char *id;               /* stable: a UUID; names the connection everywhere */
  char *name;             /* what people call it */
  char *driver;           /* "node-api", "patronus", "cloudlysis", "nats", or "auto": the probe decides among the HTTP ones; "paper": a file */
  char *url;
  char *environment;      /* "dev", "staging", "prod", or "" */
  char *user;
  char *password;         /* or NULL */
  char *token;            /* or NULL: a bearer, an API key or a NATS token */
  char *ca_file;
  char *pinned_sha256;
  char *monitor_url;      /* NATS: the server's monitoring, or NULL */
  guint timeout_ms;       /* HTTP: of a request without a byte moving; 0: 20,000 */
  guint idle_s;           /* HTTP: of a stream without a word, in spite of pings; 0: 45 */
  char *feeds;            /* NATS: the connection whose entities the live subjects are about; NULL: its own */
} QdEndpoint;
QdEndpoint *qd_endpoint_new (const char *id, const char *name, const char *driver, const char *url);
QdEndpoint *qd_endpoint_copy (const QdEndpoint *self);
void qd_endpoint_free (QdEndpoint *self);   /* wipes the secrets */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdEndpoint, qd_endpoint_free)

/**
 * QdDriver:
 *
 * Speaks to one endpoint for as long as it is started: probes what it offers, keeps the model true
 * by deltas into the sink (its own connection entity included: state, detail, as-of, offers,
 * permissions), reconnects for ever with back-off, and carries out commands. Methods are called on
 * the main thread and return at once; the work is on I/O threads.
 */
#define QD_TYPE_DRIVER (qd_driver_get_type ())
G_DECLARE_DERIVABLE_TYPE (QdDriver, qd_driver, QD, DRIVER, GObject)

struct _QdDriverClass {
  GObjectClass parent;
  void (*start) (QdDriver *self);
  void (*stop) (QdDriver *self);
  /* Returns a JsonNode (or an error) through @task exactly once, on any thread. */
  void (*command) (QdDriver *self, const char *verb, JsonObject *args, GTask *task);
  void (*refresh) (QdDriver *self);
};

/* NULL with an error for a driver name that does not exist or a URL that cannot be. */
QdDriver *qd_driver_new_for_endpoint (const QdEndpoint *endpoint, const QdSink *sink, GError **error);
const QdEndpoint *qd_driver_get_endpoint (QdDriver *self);
const QdSink *qd_driver_get_sink (QdDriver *self);
void qd_driver_start (QdDriver *self);
void qd_driver_stop (QdDriver *self);
/* Looks at everything anew, now (F5). */
void qd_driver_refresh (QdDriver *self);

/* Carries out a command. Verbs and their arguments (all strings unless said otherwise):
 *   site.create {id?,name,kind,latitude,longitude,location,labels{}}   site.update {id,revision,changes{}}
 *   site.delete {id,revision,reason}      path.test {id}      path.failover {id,reason}
 *   flow.reevaluate {id}      job.cancel {id}      path.history {id,from_us,to_us,step_s} (numbers)
 *   flows.search {q,ip,port,protocol,path,policy,status}      flow.decision {id}
 *   auth.step-up {password}      auth.sign-in {user,password}
 *   policies.list {}      policy.get {id}      policy.simulate {id,flows[{from,to,protocol,port}]}      workloads.list {}
 *   policy.put {id?,object{},revision?,enabled?}      policy.delete {id,revision}      policy.enable {id,revision,enabled} (boolean)
 *   tenant.create {id?,name,plan,quotas{},flags{},contacts[]}      tenant.update {id,revision,changes{}}: a merge patch
 *   tenant.suspend|resume|archive {id,reason}      tenant.kill-switch {id,enabled (boolean),reason}      tenant.get {id}
 *   shard.get|reload {id}      shard.drain|resume {id,tenant?}      shard.warmup {id,tenant}
 *   shard.replay {id,tenant,saga,mode,reason}      shard.rebuild {id,tenant,view,reason}
 *   freeze.set {frozen (boolean),reason}      freeze.get {}
 * Every mutation also takes idempotency_key, reason, and dry_run (boolean).
 * The answer is the server's JSON (for a long one {"job_id":…}); errors are QdDriverError.
 *
 * Policies are the same of every driver, whatever the server's spelling. A policy is {"id","revision","enabled" (boolean),"object"}: the
 * object is the Kubernetes one ({"apiVersion","kind","metadata","spec"}), and where the server tells them "applied_pods" and
 * "blocked_flows_1h". Of a server that keeps of an object's metadata but its name and namespace it has "keeps", the names of those annotations that
 * have a place there all the same; what it does not keep is a warning of a dry run, of code "labels", "annotations" or "metadata". policies.list gives {"items":[…]} of these, all there are; workloads.list {"items":[…]} of Kubernetes objects;
 * policy.get, policy.put and policy.enable one; policy.delete an object of whatever members. policy.put without a revision only
 * creates (QD_DRIVER_ERROR_CONFLICT where there is one of that name), with one it only replaces just that revision (without "id", the object
 * says which); without "enabled" it stays as it is. A server without revisions: the driver makes one of the content. A dry run gives
 * {"plan":[…],"blockers":[{"code","detail"}],"warnings":[{"code","detail"} or strings]}. Where somebody was quicker
 * (QD_DRIVER_ERROR_CONFLICT), qd_driver_error_get_current() is the policy as it is now, if the server said. QD_DRIVER_ERROR_MISSING:
 * there is no such policy (any more). The connection's QD_CONNECTION_POLICIES grows whenever they may have changed.
 *
 * Buckets and streams, of the driver "nats"; for engines, which check what they do by a verb of their own. Revisions and sequences are decimal
 * strings in arguments, numbers in answers:
 *   kv.get {bucket,key} → {"bucket","key","value","revision","at_us","operation":"put|delete|purge","headers"?}: the last entry, also where it is the
 *     marker of a delete or purge
 *   kv.put {bucket,key,value,revision,headers{}?} → {"revision"}: revision "0" only creates (also over a marker), else only replaces just that one
 *   kv.delete {bucket,key,revision,headers{}?} → {"revision"}: leaves a marker, only over just that revision
 *   kv.history {bucket,key} → {"items":[as kv.get, oldest first]}: what the bucket keeps of it; none where it never was
 *   kv.all {bucket} → {"items":[…]}: what is there now, in order of revision
 *   stream.publish {stream,subject,payload,headers{}?,expect_last?,message_id?} → {"seq","duplicate" (boolean)}: expect_last is the sequence of that
 *     subject's last message, "0": there is none. With a message_id that the stream has seen lately, nothing is stored and "seq" is the one before
 *   stream.last {stream,subject} → {"subject","seq","at_us","payload","headers"{}}
 *   stream.read {stream,subject (may have wildcards),after?,limit?} → {"items":[as stream.last, oldest first],"last_seq","more" (boolean)}: what comes behind
 *     the sequence "after", at most "limit" (1,000 unless told, at most 10,000) and 64 MiB. "last_seq": of the last item, or "after": where to go on
 *   stream.info {stream} → {"stream","first_seq","last_seq","messages","bytes","subjects"[],"n_subjects"}
 * A value or payload that is no UTF-8 (or has a NUL in it) is "value_base64" or "payload_base64" instead, in arguments too. Headers that JetStream itself
 * is told by (Nats-Expected-…, KV-Operation) are left out. QD_DRIVER_ERROR_CONFLICT: somebody was quicker; qd_driver_error_get_current() is what is
 * there now, as of kv.get or stream.last (NULL where nothing is; "subject" and "seq" alone of a stream that may not be read). QD_DRIVER_ERROR_MISSING: nothing there, or no such bucket or stream.
 * QD_DRIVER_ERROR_UNREACHABLE: not stored, unless qd_driver_error_is_lost(). Each is answered within some ten seconds.
 * The connection's offers say what the account may do: "kv.write" (some bucket), "kv.write:BUCKET", "placement.write" (some bucket of placements), "streams",
 * "streams.write", "streams.write:STREAM". */
void qd_driver_command_async (QdDriver *self, const char *verb, JsonObject *args, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
JsonNode *qd_driver_command_finish (QdDriver *self, GAsyncResult *result, GError **error);

/* For subclasses. */
void qd_driver_send_state (QdDriver *self, const char *state, const char *detail);

G_END_DECLS
