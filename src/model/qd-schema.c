/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-model"

#include "config.h"

#include "qd-schema.h"

#include <string.h>
#include <glib/gi18n-lib.h>

/* Columns: the name for machines, the title, the unit, the type, the number of decimals, then
 * whether search looks in it, whether a table shows it at first, and whether it is sampled. */
#define FIELD(id, title, unit, type, decimals, searched, shown, metric) \
  { id, title, unit, QD_VALUE_##type, decimals, searched, shown, metric }

/* One table a kind; the numbers of its enum are its indexes. */

static const QdField connection_fields[QD_N_CONNECTION_FIELDS] = {
  [QD_FIELD_NAME] = FIELD ("name", N_("Name"), NULL, STRING, 0, 1, 1, 0),
  [QD_FIELD_STATUS] = FIELD ("status", N_("State"), NULL, STATUS, 0, 0, 1, 0),
  [QD_FIELD_STATUS_TEXT] = FIELD ("status_text", NULL, NULL, STRING, 0, 1, 0, 0),
  [QD_FIELD_SINCE] = FIELD ("since", N_("Since"), NULL, TIME, 0, 0, 1, 0),
  [QD_FIELD_REVISION] = FIELD ("revision", N_("Revision"), NULL, STRING, 0, 0, 0, 0),
  [QD_FIELD_LABELS] = FIELD ("labels", N_("Labels"), NULL, JSON, 0, 1, 0, 0),
  [QD_FIELD_EXTRA] = FIELD ("extra", NULL, NULL, JSON, 0, 0, 0, 0),
  [QD_FIELD_SIMULATED] = FIELD ("simulated", N_("Simulated"), NULL, BOOL, 0, 0, 0, 0),
  [QD_CONNECTION_URL] = FIELD ("url", N_("Address"), NULL, STRING, 0, 1, 1, 0),
  [QD_CONNECTION_DRIVER] = FIELD ("driver", N_("System"), NULL, STRING, 0, 1, 1, 0),
  [QD_CONNECTION_ENVIRONMENT] = FIELD ("environment", N_("Environment"), NULL, STRING, 0, 1, 1, 0),
  [QD_CONNECTION_STATE] = FIELD ("state", N_("Connection state"), NULL, STRING, 0, 1, 1, 0),
  [QD_CONNECTION_DETAIL] = FIELD ("detail", N_("Detail"), NULL, STRING, 0, 1, 1, 0),
  [QD_CONNECTION_AS_OF] = FIELD ("as_of", N_("As of"), NULL, TIME, 0, 0, 1, 0),
  [QD_CONNECTION_OFFERS] = FIELD ("offers", N_("Offers"), NULL, JSON, 0, 0, 0, 0),
  [QD_CONNECTION_PERMISSIONS] = FIELD ("permissions", N_("Permissions"), NULL, JSON, 0, 0, 0, 0),
  [QD_CONNECTION_USER] = FIELD ("user", N_("User"), NULL, STRING, 0, 1, 0, 0),
  [QD_CONNECTION_ROLE] = FIELD ("role", N_("Role"), NULL, STRING, 0, 1, 0, 0),
  [QD_CONNECTION_EPOCH] = FIELD ("epoch", N_("Event log"), NULL, STRING, 0, 0, 0, 0),
  [QD_CONNECTION_SEQ] = FIELD ("seq", N_("Last event"), NULL, INT, 0, 0, 0, 0),
  [QD_CONNECTION_POLICIES] = FIELD ("policies", NULL, NULL, INT, 0, 0, 0, 0),
  [QD_CONNECTION_FREEZE] = FIELD ("freeze", NULL, NULL, JSON, 0, 0, 0, 0),
};

static const QdField site_fields[QD_N_SITE_FIELDS] = {
  [QD_FIELD_NAME] = FIELD ("name", N_("Name"), NULL, STRING, 0, 1, 1, 0),
  [QD_FIELD_STATUS] = FIELD ("status", N_("State"), NULL, STATUS, 0, 0, 1, 0),
  [QD_FIELD_STATUS_TEXT] = FIELD ("status_text", NULL, NULL, STRING, 0, 1, 0, 0),
  [QD_FIELD_SINCE] = FIELD ("since", N_("Since"), NULL, TIME, 0, 0, 1, 0),
  [QD_FIELD_REVISION] = FIELD ("revision", N_("Revision"), NULL, STRING, 0, 0, 0, 0),
  [QD_FIELD_LABELS] = FIELD ("labels", N_("Labels"), NULL, JSON, 0, 1, 0, 0),
  [QD_FIELD_EXTRA] = FIELD ("extra", NULL, NULL, JSON, 0, 0, 0, 0),
  [QD_FIELD_SIMULATED] = FIELD ("simulated", N_("Simulated"), NULL, BOOL, 0, 0, 0, 0),
  [QD_SITE_KIND] = FIELD ("kind", N_("Kind"), NULL, STRING, 0, 1, 1, 0),
  [QD_SITE_LATITUDE] = FIELD ("latitude", N_("Latitude"), "°", DOUBLE, 4, 0, 0, 0),
  [QD_SITE_LONGITUDE] = FIELD ("longitude", N_("Longitude"), "°", DOUBLE, 4, 0, 0, 0),
  [QD_SITE_LOCATION] = FIELD ("location", N_("Location"), NULL, STRING, 0, 1, 1, 0),
  [QD_SITE_ENDPOINTS] = FIELD ("endpoints", N_("Endpoints"), NULL, JSON, 0, 1, 0, 0),
  [QD_SITE_VERSION] = FIELD ("version", N_("Version"), NULL, STRING, 0, 1, 1, 0),
  [QD_SITE_CREATED_AT] = FIELD ("created_at", N_("Registered"), NULL, TIME, 0, 0, 0, 0),
  [QD_SITE_LAST_SEEN] = FIELD ("last_seen", N_("Last seen"), NULL, TIME, 0, 0, 1, 0),
  [QD_SITE_PATHS] = FIELD ("paths", N_("Paths"), NULL, INT, 0, 0, 1, 0),
};

static const QdField path_fields[QD_N_PATH_FIELDS] = {
  [QD_FIELD_NAME] = FIELD ("name", N_("Name"), NULL, STRING, 0, 1, 1, 0),
  [QD_FIELD_STATUS] = FIELD ("status", N_("State"), NULL, STATUS, 0, 0, 1, 0),
  [QD_FIELD_STATUS_TEXT] = FIELD ("status_text", NULL, NULL, STRING, 0, 1, 0, 0),
  [QD_FIELD_SINCE] = FIELD ("since", N_("Since"), NULL, TIME, 0, 0, 1, 0),
  [QD_FIELD_REVISION] = FIELD ("revision", N_("Revision"), NULL, STRING, 0, 0, 0, 0),
  [QD_FIELD_LABELS] = FIELD ("labels", N_("Labels"), NULL, JSON, 0, 1, 0, 0),
  [QD_FIELD_EXTRA] = FIELD ("extra", NULL, NULL, JSON, 0, 0, 0, 0),
  [QD_FIELD_SIMULATED] = FIELD ("simulated", N_("Simulated"), NULL, BOOL, 0, 0, 0, 0),
  [QD_PATH_SRC] = FIELD ("src_site", N_("From"), NULL, STRING, 0, 0, 0, 0),
  [QD_PATH_DST] = FIELD ("dst_site", N_("To"), NULL, STRING, 0, 0, 0, 0),
  [QD_PATH_SRC_ENDPOINT] = FIELD ("src_endpoint", N_("From endpoint"), NULL, STRING, 0, 1, 0, 0),
  [QD_PATH_DST_ENDPOINT] = FIELD ("dst_endpoint", N_("To endpoint"), NULL, STRING, 0, 1, 0, 0),
  [QD_PATH_INTERFACE] = FIELD ("interface", N_("Interface"), NULL, STRING, 0, 1, 0, 0),
  [QD_PATH_LATENCY_MS] = FIELD ("latency_ms", N_("Latency"), "ms", DOUBLE, 1, 0, 1, 1),
  [QD_PATH_JITTER_MS] = FIELD ("jitter_ms", N_("Jitter"), "ms", DOUBLE, 1, 0, 1, 1),
  [QD_PATH_LOSS_PCT] = FIELD ("packet_loss_pct", N_("Loss"), "%", DOUBLE, 2, 0, 1, 1),
  [QD_PATH_BANDWIDTH_MBPS] = FIELD ("bandwidth_mbps", N_("Bandwidth"), "Mbit/s", DOUBLE, 1, 0, 1, 1),
  [QD_PATH_CAPACITY_MBPS] = FIELD ("capacity_mbps", N_("Capacity"), "Mbit/s", DOUBLE, 0, 0, 0, 0),
  [QD_PATH_MTU] = FIELD ("mtu", N_("MTU"), "B", INT, 0, 0, 0, 0),
  [QD_PATH_SCORE] = FIELD ("score", N_("Score"), NULL, DOUBLE, 0, 0, 1, 1),
  [QD_PATH_MEASURED_AT] = FIELD ("measured_at", N_("Measured"), NULL, TIME, 0, 0, 1, 0),
  [QD_PATH_METRIC_SEQ] = FIELD ("metric_seq", NULL, NULL, INT, 0, 0, 0, 0),
  [QD_PATH_DIRECTED] = FIELD ("directed", N_("One way"), NULL, BOOL, 0, 0, 0, 0),
};

static const QdField flow_fields[QD_N_FLOW_FIELDS] = {
  [QD_FIELD_NAME] = FIELD ("name", N_("Name"), NULL, STRING, 0, 1, 0, 0),
  [QD_FIELD_STATUS] = FIELD ("status", NULL, NULL, STATUS, 0, 0, 0, 0),
  [QD_FIELD_STATUS_TEXT] = FIELD ("status_text", NULL, NULL, STRING, 0, 1, 0, 0),
  [QD_FIELD_SINCE] = FIELD ("since", NULL, NULL, TIME, 0, 0, 0, 0),
  [QD_FIELD_REVISION] = FIELD ("revision", N_("Revision"), NULL, STRING, 0, 0, 0, 0),
  [QD_FIELD_LABELS] = FIELD ("labels", NULL, NULL, JSON, 0, 1, 0, 0),
  [QD_FIELD_EXTRA] = FIELD ("extra", NULL, NULL, JSON, 0, 0, 0, 0),
  [QD_FIELD_SIMULATED] = FIELD ("simulated", N_("Simulated"), NULL, BOOL, 0, 0, 0, 0),
  [QD_FLOW_SRC_IP] = FIELD ("src_ip", N_("Source"), NULL, STRING, 0, 1, 1, 0),
  [QD_FLOW_SRC_PORT] = FIELD ("src_port", N_("Source port"), NULL, INT, 0, 1, 1, 0),
  [QD_FLOW_DST_IP] = FIELD ("dst_ip", N_("Destination"), NULL, STRING, 0, 1, 1, 0),
  [QD_FLOW_DST_PORT] = FIELD ("dst_port", N_("Destination port"), NULL, INT, 0, 1, 1, 0),
  [QD_FLOW_PROTOCOL] = FIELD ("protocol", N_("Protocol"), NULL, STRING, 0, 1, 1, 0),
  [QD_FLOW_PATH] = FIELD ("path_id", N_("Path"), NULL, STRING, 0, 0, 1, 0),
  [QD_FLOW_POLICY] = FIELD ("policy_id", N_("Policy id"), NULL, STRING, 0, 0, 0, 0),
  [QD_FLOW_POLICY_NAME] = FIELD ("policy_name", N_("Policy"), NULL, STRING, 0, 1, 1, 0),
  [QD_FLOW_STATE] = FIELD ("flow_state", N_("State"), NULL, STRING, 0, 1, 1, 0),
  [QD_FLOW_BYTES_TX] = FIELD ("bytes_tx", N_("Sent"), "B", INT, 0, 0, 1, 0),
  [QD_FLOW_BYTES_RX] = FIELD ("bytes_rx", N_("Received"), "B", INT, 0, 0, 1, 0),
  [QD_FLOW_STARTED_AT] = FIELD ("started_at", N_("Started"), NULL, TIME, 0, 0, 1, 0),
  [QD_FLOW_LAST_SEEN] = FIELD ("last_seen", N_("Last seen"), NULL, TIME, 0, 0, 1, 0),
  [QD_FLOW_DECISION] = FIELD ("decision", NULL, NULL, JSON, 0, 0, 0, 0),
};

static const QdField node_fields[QD_N_NODE_FIELDS] = {
  [QD_FIELD_NAME] = FIELD ("name", N_("Name"), NULL, STRING, 0, 1, 1, 0),
  [QD_FIELD_STATUS] = FIELD ("status", N_("State"), NULL, STATUS, 0, 0, 1, 0),
  [QD_FIELD_STATUS_TEXT] = FIELD ("status_text", NULL, NULL, STRING, 0, 1, 0, 0),
  [QD_FIELD_SINCE] = FIELD ("since", N_("Since"), NULL, TIME, 0, 0, 1, 0),
  [QD_FIELD_REVISION] = FIELD ("revision", N_("Revision"), NULL, STRING, 0, 0, 0, 0),
  [QD_FIELD_LABELS] = FIELD ("labels", N_("Labels"), NULL, JSON, 0, 1, 0, 0),
  [QD_FIELD_EXTRA] = FIELD ("extra", NULL, NULL, JSON, 0, 0, 0, 0),
  [QD_FIELD_SIMULATED] = FIELD ("simulated", N_("Simulated"), NULL, BOOL, 0, 0, 0, 0),
  [QD_NODE_KIND] = FIELD ("kind", N_("Kind"), NULL, STRING, 0, 1, 1, 0),
  [QD_NODE_SITE] = FIELD ("site_id", N_("Site"), NULL, STRING, 0, 0, 1, 0),
  [QD_NODE_ADDRESS] = FIELD ("address", N_("Address"), NULL, STRING, 0, 1, 1, 0),
  [QD_NODE_VERSION] = FIELD ("version", N_("Version"), NULL, STRING, 0, 1, 1, 0),
  [QD_NODE_CPU_PCT] = FIELD ("cpu_pct", N_("CPU"), "%", DOUBLE, 1, 0, 1, 1),
  [QD_NODE_MEMORY_PCT] = FIELD ("memory_pct", N_("Memory"), "%", DOUBLE, 1, 0, 1, 1),
  [QD_NODE_DISK_PCT] = FIELD ("disk_pct", N_("Disk"), "%", DOUBLE, 1, 0, 1, 1),
  [QD_NODE_NET_RX_BPS] = FIELD ("net_rx_bps", N_("Receives"), "bit/s", DOUBLE, 0, 0, 1, 1),
  [QD_NODE_NET_TX_BPS] = FIELD ("net_tx_bps", N_("Sends"), "bit/s", DOUBLE, 0, 0, 1, 1),
  [QD_NODE_PRESSURE_CPU] = FIELD ("pressure_cpu", N_("CPU pressure"), "%", DOUBLE, 2, 0, 0, 1),
  [QD_NODE_GPUS] = FIELD ("gpus", N_("GPUs"), NULL, JSON, 0, 0, 0, 0),
  [QD_NODE_UPTIME_S] = FIELD ("uptime_s", N_("Uptime"), "s", DOUBLE, 0, 0, 1, 0),
  [QD_NODE_LAST_SEEN] = FIELD ("last_seen", N_("Last seen"), NULL, TIME, 0, 0, 1, 0),
  [QD_NODE_METRIC_SEQ] = FIELD ("metric_seq", NULL, NULL, INT, 0, 0, 0, 0),
  [QD_NODE_CLIENTS] = FIELD ("clients", N_("Clients"), NULL, INT, 0, 0, 0, 1),
};

static const QdField link_fields[QD_N_LINK_FIELDS] = {
  [QD_FIELD_NAME] = FIELD ("name", N_("Name"), NULL, STRING, 0, 1, 1, 0),
  [QD_FIELD_STATUS] = FIELD ("status", N_("State"), NULL, STATUS, 0, 0, 1, 0),
  [QD_FIELD_STATUS_TEXT] = FIELD ("status_text", NULL, NULL, STRING, 0, 1, 0, 0),
  [QD_FIELD_SINCE] = FIELD ("since", N_("Since"), NULL, TIME, 0, 0, 1, 0),
  [QD_FIELD_REVISION] = FIELD ("revision", N_("Revision"), NULL, STRING, 0, 0, 0, 0),
  [QD_FIELD_LABELS] = FIELD ("labels", N_("Labels"), NULL, JSON, 0, 1, 0, 0),
  [QD_FIELD_EXTRA] = FIELD ("extra", NULL, NULL, JSON, 0, 0, 0, 0),
  [QD_FIELD_SIMULATED] = FIELD ("simulated", N_("Simulated"), NULL, BOOL, 0, 0, 0, 0),
  [QD_LINK_SRC] = FIELD ("src_node", N_("From"), NULL, STRING, 0, 0, 0, 0),
  [QD_LINK_DST] = FIELD ("dst_node", N_("To"), NULL, STRING, 0, 0, 0, 0),
  [QD_LINK_TYPE] = FIELD ("type", N_("Type"), NULL, STRING, 0, 1, 1, 0),
  [QD_LINK_RTT_MS] = FIELD ("rtt_ms", N_("Round trip"), "ms", DOUBLE, 2, 0, 1, 1),
  [QD_LINK_IN_BYTES] = FIELD ("in_bytes", N_("In"), "B", INT, 0, 0, 1, 1),
  [QD_LINK_OUT_BYTES] = FIELD ("out_bytes", N_("Out"), "B", INT, 0, 0, 1, 1),
  [QD_LINK_PENDING] = FIELD ("pending", N_("Pending"), "B", INT, 0, 0, 1, 1),
};

static const QdField event_fields[QD_N_EVENT_FIELDS] = {
  [QD_FIELD_NAME] = FIELD ("name", N_("What happened"), NULL, STRING, 0, 1, 1, 0),
  [QD_FIELD_STATUS] = FIELD ("status", NULL, NULL, STATUS, 0, 0, 0, 0),
  [QD_FIELD_STATUS_TEXT] = FIELD ("status_text", NULL, NULL, STRING, 0, 1, 0, 0),
  [QD_FIELD_SINCE] = FIELD ("since", NULL, NULL, TIME, 0, 0, 0, 0),
  [QD_FIELD_REVISION] = FIELD ("revision", NULL, NULL, STRING, 0, 0, 0, 0),
  [QD_FIELD_LABELS] = FIELD ("labels", NULL, NULL, JSON, 0, 1, 0, 0),
  [QD_FIELD_EXTRA] = FIELD ("extra", NULL, NULL, JSON, 0, 0, 0, 0),
  [QD_FIELD_SIMULATED] = FIELD ("simulated", N_("Simulated"), NULL, BOOL, 0, 0, 0, 0),
  [QD_EVENT_TYPE] = FIELD ("type", N_("Type"), NULL, STRING, 0, 1, 1, 0),
  [QD_EVENT_SEVERITY] = FIELD ("severity", N_("Severity"), NULL, STRING, 0, 1, 1, 0),
  [QD_EVENT_AT] = FIELD ("at", N_("Time"), NULL, TIME, 0, 0, 1, 0),
  [QD_EVENT_SOURCE] = FIELD ("source", N_("Source"), NULL, STRING, 0, 1, 1, 0),
  [QD_EVENT_SEQ] = FIELD ("seq", N_("Number"), NULL, INT, 0, 0, 0, 0),
  [QD_EVENT_DATA] = FIELD ("data", NULL, NULL, JSON, 0, 1, 0, 0),
  [QD_EVENT_SUBJECT_KIND] = FIELD ("subject_kind", NULL, NULL, INT, 0, 0, 0, 0),
  [QD_EVENT_SUBJECT_ID] = FIELD ("subject_id", N_("About"), NULL, STRING, 0, 1, 0, 0),
};

static const QdField job_fields[QD_N_JOB_FIELDS] = {
  [QD_FIELD_NAME] = FIELD ("name", N_("Name"), NULL, STRING, 0, 1, 1, 0),
  [QD_FIELD_STATUS] = FIELD ("status", NULL, NULL, STATUS, 0, 0, 0, 0),
  [QD_FIELD_STATUS_TEXT] = FIELD ("status_text", NULL, NULL, STRING, 0, 1, 0, 0),
  [QD_FIELD_SINCE] = FIELD ("since", NULL, NULL, TIME, 0, 0, 0, 0),
  [QD_FIELD_REVISION] = FIELD ("revision", NULL, NULL, STRING, 0, 0, 0, 0),
  [QD_FIELD_LABELS] = FIELD ("labels", NULL, NULL, JSON, 0, 1, 0, 0),
  [QD_FIELD_EXTRA] = FIELD ("extra", NULL, NULL, JSON, 0, 0, 0, 0),
  [QD_FIELD_SIMULATED] = FIELD ("simulated", N_("Simulated"), NULL, BOOL, 0, 0, 0, 0),
  [QD_JOB_KIND] = FIELD ("kind", N_("Kind"), NULL, STRING, 0, 1, 1, 0),
  [QD_JOB_STATE] = FIELD ("state", N_("State"), NULL, STRING, 0, 1, 1, 0),
  [QD_JOB_STEPS] = FIELD ("steps", NULL, NULL, JSON, 0, 0, 0, 0),
  [QD_JOB_PROGRESS] = FIELD ("progress", N_("Progress"), NULL, DOUBLE, 2, 0, 1, 0),
  [QD_JOB_ERROR] = FIELD ("error", N_("Error"), NULL, STRING, 0, 1, 1, 0),
  [QD_JOB_CREATED_BY] = FIELD ("created_by", N_("By"), NULL, STRING, 0, 1, 1, 0),
  [QD_JOB_REASON] = FIELD ("reason", N_("Reason"), NULL, STRING, 0, 1, 1, 0),
  [QD_JOB_STARTED_AT] = FIELD ("started_at", N_("Started"), NULL, TIME, 0, 0, 1, 0),
  [QD_JOB_ENDED_AT] = FIELD ("ended_at", N_("Ended"), NULL, TIME, 0, 0, 1, 0),
  [QD_JOB_TARGET_KIND] = FIELD ("target_kind", NULL, NULL, INT, 0, 0, 0, 0),
  [QD_JOB_TARGET_ID] = FIELD ("target_id", N_("Target"), NULL, STRING, 0, 1, 0, 0),
  [QD_JOB_ACTS_ON] = FIELD ("acts_on", NULL, NULL, STRING, 0, 0, 0, 0),
  [QD_JOB_SERVER_JOB] = FIELD ("server_job", NULL, NULL, STRING, 0, 0, 0, 0),
  [QD_JOB_SHOWN_AS] = FIELD ("shown_as", NULL, NULL, STRING, 0, 0, 0, 0),
};

static const QdField kv_entry_fields[QD_N_KV_FIELDS] = {
  [QD_FIELD_NAME] = FIELD ("name", N_("Name"), NULL, STRING, 0, 1, 1, 0),
  [QD_FIELD_STATUS] = FIELD ("status", NULL, NULL, STATUS, 0, 0, 0, 0),
  [QD_FIELD_STATUS_TEXT] = FIELD ("status_text", NULL, NULL, STRING, 0, 1, 0, 0),
  [QD_FIELD_SINCE] = FIELD ("since", NULL, NULL, TIME, 0, 0, 0, 0),
  [QD_FIELD_REVISION] = FIELD ("revision", N_("Revision"), NULL, STRING, 0, 0, 0, 0),
  [QD_FIELD_LABELS] = FIELD ("labels", NULL, NULL, JSON, 0, 1, 0, 0),
  [QD_FIELD_EXTRA] = FIELD ("extra", NULL, NULL, JSON, 0, 0, 0, 0),
  [QD_FIELD_SIMULATED] = FIELD ("simulated", N_("Simulated"), NULL, BOOL, 0, 0, 0, 0),
  [QD_KV_BUCKET] = FIELD ("bucket", N_("Bucket"), NULL, STRING, 0, 1, 1, 0),
  [QD_KV_KEY] = FIELD ("key", N_("Key"), NULL, STRING, 0, 1, 1, 0),
  [QD_KV_VALUE] = FIELD ("value", N_("Value"), NULL, STRING, 0, 1, 1, 0),
  [QD_KV_REVISION] = FIELD ("kv_revision", N_("Revision"), NULL, INT, 0, 0, 1, 0),
  [QD_KV_OPERATION] = FIELD ("operation", N_("Operation"), NULL, STRING, 0, 0, 1, 0),
  [QD_KV_AT] = FIELD ("at", N_("Time"), NULL, TIME, 0, 0, 1, 0),
};

static const QdField routing_fields[QD_N_ROUTING_FIELDS] = {
  [QD_FIELD_NAME] = FIELD ("name", N_("Name"), NULL, STRING, 0, 1, 1, 0),
  [QD_FIELD_STATUS] = FIELD ("status", NULL, NULL, STATUS, 0, 0, 0, 0),
  [QD_FIELD_STATUS_TEXT] = FIELD ("status_text", NULL, NULL, STRING, 0, 1, 0, 0),
  [QD_FIELD_SINCE] = FIELD ("since", NULL, NULL, TIME, 0, 0, 0, 0),
  [QD_FIELD_REVISION] = FIELD ("revision", N_("Revision"), NULL, STRING, 0, 0, 0, 0),
  [QD_FIELD_LABELS] = FIELD ("labels", NULL, NULL, JSON, 0, 1, 0, 0),
  [QD_FIELD_EXTRA] = FIELD ("extra", NULL, NULL, JSON, 0, 0, 0, 0),
  [QD_FIELD_SIMULATED] = FIELD ("simulated", N_("Simulated"), NULL, BOOL, 0, 0, 0, 0),
  [QD_ROUTING_PRIORITY] = FIELD ("priority", N_("Priority"), NULL, INT, 0, 0, 1, 0),
  [QD_ROUTING_ENABLED] = FIELD ("enabled", N_("Enabled"), NULL, BOOL, 0, 0, 1, 0),
  [QD_ROUTING_FLOWS] = FIELD ("flows", N_("Flows"), NULL, INT, 0, 0, 1, 0),
  [QD_ROUTING_MATCH] = FIELD ("match", N_("Traffic"), NULL, JSON, 0, 1, 1, 0),
  [QD_ROUTING_PREFERENCE] = FIELD ("path_preference", N_("Preference"), NULL, STRING, 0, 1, 1, 0),
  [QD_ROUTING_FAILOVER] = FIELD ("failover", N_("Failover"), NULL, JSON, 0, 1, 1, 0),
};

static const QdField tenant_fields[QD_N_TENANT_FIELDS] = {
  [QD_FIELD_NAME] = FIELD ("name", N_("Name"), NULL, STRING, 0, 1, 1, 0),
  [QD_FIELD_STATUS] = FIELD ("status", NULL, NULL, STATUS, 0, 0, 0, 0),
  [QD_FIELD_STATUS_TEXT] = FIELD ("status_text", N_("State"), NULL, STRING, 0, 1, 1, 0),
  [QD_FIELD_SINCE] = FIELD ("since", N_("Since"), NULL, TIME, 0, 0, 0, 0),
  [QD_FIELD_REVISION] = FIELD ("revision", N_("Revision"), NULL, STRING, 0, 0, 0, 0),
  [QD_FIELD_LABELS] = FIELD ("labels", N_("Labels"), NULL, JSON, 0, 1, 0, 0),
  [QD_FIELD_EXTRA] = FIELD ("extra", NULL, NULL, JSON, 0, 0, 0, 0),
  [QD_FIELD_SIMULATED] = FIELD ("simulated", N_("Simulated"), NULL, BOOL, 0, 0, 0, 0),
  [QD_TENANT_PLAN] = FIELD ("plan", N_("Plan"), NULL, STRING, 0, 1, 1, 0),
  [QD_TENANT_AGGREGATE] = FIELD ("aggregate", N_("Aggregate"), NULL, STRING, 0, 1, 1, 0),
  [QD_TENANT_PROJECTION] = FIELD ("projection", N_("Projection"), NULL, STRING, 0, 1, 1, 0),
  [QD_TENANT_RUNNER] = FIELD ("runner", N_("Runner"), NULL, STRING, 0, 1, 1, 0),
  [QD_TENANT_HEALTH] = FIELD ("health", N_("Health"), NULL, STRING, 0, 1, 1, 0),
  [QD_TENANT_IN_FLIGHT] = FIELD ("in_flight", N_("In flight"), NULL, INT, 0, 0, 1, 1),
  [QD_TENANT_LAG] = FIELD ("lag", N_("Lag"), NULL, INT, 0, 0, 1, 1),
  [QD_TENANT_KILL_SWITCH] = FIELD ("kill_switch", N_("Kill switch"), NULL, BOOL, 0, 0, 0, 0),
  [QD_TENANT_CREATED_AT] = FIELD ("created_at", N_("Created"), NULL, TIME, 0, 0, 0, 0),
  [QD_TENANT_QUOTAS] = FIELD ("quotas", N_("Quotas"), NULL, JSON, 0, 0, 1, 0),
  [QD_TENANT_FLAGS] = FIELD ("flags", N_("Flags"), NULL, JSON, 0, 1, 0, 0),
  [QD_TENANT_CONTACTS] = FIELD ("contacts", N_("Contacts"), NULL, JSON, 0, 1, 0, 0),
};

static const QdField shard_fields[QD_N_SHARD_FIELDS] = {
  [QD_FIELD_NAME] = FIELD ("name", N_("Name"), NULL, STRING, 0, 1, 1, 0),
  [QD_FIELD_STATUS] = FIELD ("status", NULL, NULL, STATUS, 0, 0, 0, 0),
  [QD_FIELD_STATUS_TEXT] = FIELD ("status_text", N_("State"), NULL, STRING, 0, 1, 1, 0),
  [QD_FIELD_SINCE] = FIELD ("since", N_("Since"), NULL, TIME, 0, 0, 0, 0),
  [QD_FIELD_REVISION] = FIELD ("revision", N_("Revision"), NULL, STRING, 0, 0, 0, 0),
  [QD_FIELD_LABELS] = FIELD ("labels", N_("Labels"), NULL, JSON, 0, 1, 0, 0),
  [QD_FIELD_EXTRA] = FIELD ("extra", NULL, NULL, JSON, 0, 0, 0, 0),
  [QD_FIELD_SIMULATED] = FIELD ("simulated", N_("Simulated"), NULL, BOOL, 0, 0, 0, 0),
  [QD_SHARD_KIND] = FIELD ("kind", N_("Service"), NULL, STRING, 0, 1, 1, 0),
  [QD_SHARD_SHARD] = FIELD ("shard", N_("Shard"), NULL, STRING, 0, 1, 0, 0),
  [QD_SHARD_REGION] = FIELD ("region", N_("Region"), NULL, STRING, 0, 1, 1, 0),
  [QD_SHARD_N_TENANTS] = FIELD ("n_tenants", N_("Tenants"), NULL, INT, 0, 0, 1, 0),
  [QD_SHARD_CAPACITY] = FIELD ("capacity", N_("Capacity"), NULL, INT, 0, 0, 1, 0),
  [QD_SHARD_LOAD] = FIELD ("load", N_("Load"), "1/s", DOUBLE, 1, 0, 1, 1),
  [QD_SHARD_IN_FLIGHT] = FIELD ("in_flight", N_("In flight"), NULL, INT, 0, 0, 1, 1),
  [QD_SHARD_LAG] = FIELD ("lag", N_("Lag"), NULL, INT, 0, 0, 1, 1),
  [QD_SHARD_VERSION] = FIELD ("version", N_("Version"), NULL, STRING, 0, 1, 1, 0),
  [QD_SHARD_STORAGE] = FIELD ("storage", N_("Storage"), NULL, STRING, 0, 1, 1, 0),
  [QD_SHARD_AS_OF] = FIELD ("as_of", N_("As of"), NULL, TIME, 0, 0, 0, 0),
  [QD_SHARD_ADDRESS] = FIELD ("address", N_("Address"), NULL, STRING, 0, 1, 0, 0),
  [QD_SHARD_GIT_SHA] = FIELD ("git_sha", N_("Commit"), NULL, STRING, 0, 1, 0, 0),
  [QD_SHARD_TENANTS] = FIELD ("tenants", NULL, NULL, JSON, 0, 0, 0, 0),
};

static const QdField audit_fields[QD_N_AUDIT_FIELDS] = {
  [QD_FIELD_NAME] = FIELD ("summary", N_("Action"), NULL, STRING, 0, 1, 1, 0),
  [QD_FIELD_STATUS] = FIELD ("status", NULL, NULL, STATUS, 0, 0, 0, 0),
  [QD_FIELD_STATUS_TEXT] = FIELD ("status_text", NULL, NULL, STRING, 0, 0, 0, 0),
  [QD_FIELD_SINCE] = FIELD ("since", NULL, NULL, TIME, 0, 0, 0, 0),
  [QD_FIELD_REVISION] = FIELD ("revision", NULL, NULL, STRING, 0, 0, 0, 0),
  [QD_FIELD_LABELS] = FIELD ("labels", NULL, NULL, JSON, 0, 0, 0, 0),
  [QD_FIELD_EXTRA] = FIELD ("extra", NULL, NULL, JSON, 0, 0, 0, 0),
  [QD_FIELD_SIMULATED] = FIELD ("simulated", NULL, NULL, BOOL, 0, 0, 0, 0),
  [QD_AUDIT_OUTCOME] = FIELD ("outcome", N_("Outcome"), NULL, STRING, 0, 1, 1, 0),
  [QD_AUDIT_AT] = FIELD ("at", N_("Time"), NULL, TIME, 0, 0, 1, 0),
  [QD_AUDIT_WHO] = FIELD ("who", N_("Who"), NULL, STRING, 0, 1, 1, 0),
  [QD_AUDIT_ON] = FIELD ("on", N_("On what"), NULL, STRING, 0, 1, 1, 0),
  [QD_AUDIT_WHERE] = FIELD ("where", N_("Where"), NULL, STRING, 0, 1, 1, 0),
  [QD_AUDIT_WHY] = FIELD ("why", N_("Why"), NULL, STRING, 0, 1, 1, 0),
  [QD_AUDIT_WHAT] = FIELD ("what", N_("Action"), NULL, STRING, 0, 1, 0, 0),
  [QD_AUDIT_CAUSE] = FIELD ("error", N_("Cause"), NULL, STRING, 0, 1, 0, 0),
  [QD_AUDIT_FROM] = FIELD ("from", N_("From where"), NULL, STRING, 0, 1, 0, 0),
  [QD_AUDIT_DESK] = FIELD ("desk", N_("Desk"), NULL, STRING, 0, 1, 0, 0),
  [QD_AUDIT_N] = FIELD ("n", N_("Number"), NULL, INT, 0, 0, 0, 0),
  [QD_AUDIT_JOB] = FIELD ("job", N_("Job"), NULL, STRING, 0, 1, 0, 0),
  [QD_AUDIT_REQUEST_ID] = FIELD ("request_id", N_("Request"), NULL, STRING, 0, 1, 0, 0),
  [QD_AUDIT_CONNECTION] = FIELD ("connection_id", NULL, NULL, STRING, 0, 0, 0, 0),
  [QD_AUDIT_RECORD] = FIELD ("record", NULL, NULL, JSON, 0, 0, 0, 0),
  [QD_AUDIT_ON_DESK] = FIELD ("on_desk", N_("On this desk"), NULL, BOOL, 0, 0, 0, 0),
  [QD_AUDIT_IN_STREAM] = FIELD ("in_stream", N_("In the stream"), NULL, BOOL, 0, 0, 0, 0),
};

static const QdSchema schemas[QD_N_KINDS] = {
  [QD_KIND_CONNECTION] = { QD_KIND_CONNECTION, "connection", "connections", N_("Connections"), QD_N_CONNECTION_FIELDS, connection_fields },
  [QD_KIND_SITE] = { QD_KIND_SITE, "site", "sites", N_("Sites"), QD_N_SITE_FIELDS, site_fields },
  [QD_KIND_PATH] = { QD_KIND_PATH, "path", "paths", N_("Paths"), QD_N_PATH_FIELDS, path_fields },
  [QD_KIND_FLOW] = { QD_KIND_FLOW, "flow", "flows", N_("Flows"), QD_N_FLOW_FIELDS, flow_fields },
  [QD_KIND_NODE] = { QD_KIND_NODE, "node", "nodes", N_("Nodes"), QD_N_NODE_FIELDS, node_fields },
  [QD_KIND_LINK] = { QD_KIND_LINK, "link", "links", N_("Links"), QD_N_LINK_FIELDS, link_fields },
  [QD_KIND_EVENT] = { QD_KIND_EVENT, "event", "events", N_("Events"), QD_N_EVENT_FIELDS, event_fields },
  [QD_KIND_JOB] = { QD_KIND_JOB, "job", "jobs", N_("Jobs"), QD_N_JOB_FIELDS, job_fields },
  [QD_KIND_KV_ENTRY] = { QD_KIND_KV_ENTRY, "kv-entry", "kv-entries", N_("Key-value entries"), QD_N_KV_FIELDS, kv_entry_fields },
  [QD_KIND_ROUTING] = { QD_KIND_ROUTING, "routing", "routing-policies", N_("Routing Policies"), QD_N_ROUTING_FIELDS, routing_fields },
  [QD_KIND_TENANT] = { QD_KIND_TENANT, "tenant", "tenants", N_("Tenants"), QD_N_TENANT_FIELDS, tenant_fields },
  [QD_KIND_SHARD] = { QD_KIND_SHARD, "shard", "shards", N_("Shards"), QD_N_SHARD_FIELDS, shard_fields },
  [QD_KIND_AUDIT] = { QD_KIND_AUDIT, "audit", "audit-records", N_("Audit"), QD_N_AUDIT_FIELDS, audit_fields },
};

/**
 * qd_schema_get:
 *
 * Returns: (transfer none): what things of @kind are made of; it lives for ever
 */
const QdSchema *
qd_schema_get (QdKind kind)
{
  g_return_val_if_fail ((guint) kind < QD_N_KINDS, NULL);
  return &schemas[kind];
}

/**
 * qd_schema_get_measured:
 *
 * What is sampled, and with it when it was measured and its number: they are newer or older together.
 */
guint64
qd_schema_get_measured (QdKind kind)
{
  static guint64 masks[QD_N_KINDS];
  static gsize ready;

  if (g_once_init_enter (&ready))
    {
      for (int k = 0; k < QD_N_KINDS; k++)
        for (guint i = 0; i < schemas[k].n_fields; i++)
          if (schemas[k].fields[i].metric)
            masks[k] |= G_GUINT64_CONSTANT (1) << i;
      masks[QD_KIND_PATH] |= G_GUINT64_CONSTANT (1) << QD_PATH_MEASURED_AT | G_GUINT64_CONSTANT (1) << QD_PATH_METRIC_SEQ;
      masks[QD_KIND_NODE] |= G_GUINT64_CONSTANT (1) << QD_NODE_LAST_SEEN | G_GUINT64_CONSTANT (1) << QD_NODE_METRIC_SEQ;
      g_once_init_leave (&ready, 1);
    }
  return masks[kind];
}

/**
 * qd_schema_find_kind:
 * @id: (nullable): the name of a kind for machines, "site", or of several, "sites"
 *
 * Returns: the #QdKind, -1 when there is none of that name
 */
int
qd_schema_find_kind (const char *id)
{
  if (id != NULL)
    for (int i = 0; i < QD_N_KINDS; i++)
      if (strcmp (id, schemas[i].id) == 0 || strcmp (id, schemas[i].plural) == 0)
        return i;
  return -1;
}

/**
 * qd_schema_find_field:
 * @id: (nullable): a field's name for machines
 *
 * Returns: the field's number, -1 when there is none of that name
 */
int
qd_schema_find_field (const QdSchema *schema, const char *id)
{
  if (id != NULL)
    for (guint i = 0; i < schema->n_fields; i++)
      if (strcmp (id, schema->fields[i].id) == 0)
        return (int) i;
  return -1;
}
