/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-options.h"

#include <gio/gio.h>
#include <string.h>

void
lab_options_init (LabOptions *options)
{
  memset (options, 0, sizeof *options);
  options->sites = options->paths = options->flows = options->rate = -1;
  options->seed = -1;
  options->shards = options->tenants = options->placed_on = options->lease = options->events = options->nats_servers = -1;
  options->port = 0;
  options->step_up = LAB_DEFAULT_STEP_UP;
}

void
lab_options_clear (LabOptions *options)
{
  g_clear_pointer (&options->address, g_free);
  g_clear_pointer (&options->load, g_free);
  g_clear_pointer (&options->state, g_free);
  g_clear_pointer (&options->faults, g_free);
}

static gboolean
check_range (const char *name, int value, int low, int high, GError **error)
{
  if (value == -1 || (value >= low && value <= high))
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "--%s is %d: give a number from %d to %d", name, value, low, high);
  return FALSE;
}

/* Two servers survive no more than one does. */
static gboolean
check_cluster (int n, GError **error)
{
  if (n == -1 || n == 1 || n == 3 || n == 5)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--nats-servers is %d: give 1, 3 or 5", n);
  return FALSE;
}

static gboolean
is_loopback (const char *text)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);

  return address != NULL && g_inet_address_get_is_loopback (address);
}

static gboolean
check_address (const LabOptions *options, GError **error)
{
  g_autoptr (GInetAddress) address = NULL;

  if (options->address == NULL || is_loopback (options->address))
    return TRUE;
  address = g_inet_address_new_from_string (options->address);
  if (address == NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "--address \"%s\" is not an IP address: give one such as 127.0.0.1",
                   options->address);
      return FALSE;
    }
  if (options->tls)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "--address %s is not loopback: passwords would cross the network in clear; add --tls",
               options->address);
  return FALSE;
}

gboolean
lab_options_parse (LabOptions *options, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  const GOptionEntry entries[] = {
    { "sites", 0, 0, G_OPTION_ARG_INT, &options->sites, "Sites to simulate (42)", "N" },
    { "paths", 0, 0, G_OPTION_ARG_INT, &options->paths, "Paths between them (160)", "N" },
    { "flows", 0, 0, G_OPTION_ARG_INT, &options->flows, "Flows over the paths (2000)", "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &options->seed, "Same seed and tick, same world (1)", "N" },
    { "load", 0, 0, G_OPTION_ARG_FILENAME, &options->load, "Take the network from a GraphML or JSON file", "FILE" },
    { "state", 0, 0, G_OPTION_ARG_FILENAME, &options->state, "Keep state in this folder (default: a temporary one)", "DIR" },
    { "port", 0, 0, G_OPTION_ARG_INT, &options->port, "HTTP port (0: any free one)", "PORT" },
    { "address", 0, 0, G_OPTION_ARG_STRING, &options->address, "Address to bind (127.0.0.1); beyond loopback only with --tls", "IP" },
    { "tls", 0, 0, G_OPTION_ARG_NONE, &options->tls, "Serve HTTPS and WSS with a certificate made here", NULL },
    { "strict", 0, 0, G_OPTION_ARG_NONE, &options->strict, "Allow 100 requests a minute per user and 50 WebSocket messages a second", NULL },
    { "step-up", 0, 0, G_OPTION_ARG_INT, &options->step_up, "Deleting and failing over want a login at most this old (300); 0: any", "SECONDS" },
    { "no-nats", 0, 0, G_OPTION_ARG_NONE, &options->no_nats, "Do not start nats-server", NULL },
    { "rate", 0, 0, G_OPTION_ARG_INT, &options->rate, "Metric messages a second (200); 0: nothing moves", "MSGS" },
    { "nats-servers", 0, 0, G_OPTION_ARG_INT, &options->nats_servers, "Servers of NATS: 1, or 3 or 5 in a cluster with as many copies (1)", "N" },
    { "tenants", 0, 0, G_OPTION_ARG_INT, &options->tenants, "Tenants placed at first (4)", "N" },
    { "shards", 0, 0, G_OPTION_ARG_INT, &options->shards, "Shards of each kind, a process each (2)", "N" },
    { "placed-on", 0, 0, G_OPTION_ARG_INT, &options->placed_on, "Shards that tenants are placed on at first (as many as run)", "N" },
    { "lease", 0, 0, G_OPTION_ARG_INT, &options->lease, "Seconds after which a job that nobody renews is anybody's (60)", "SECONDS" },
    { "mixed-versions", 0, 0, G_OPTION_ARG_NONE, &options->mixed_versions, "Let the last shard of each kind report another version", NULL },
    { "events", 0, 0, G_OPTION_ARG_INT, &options->events, "Events and commands of tenants a second (4; 0 where --rate is 0)", "N" },
    { "faults", 0, 0, G_OPTION_ARG_STRING, &options->faults, "Misbehave: route-glob:fault[=arg]@probability,… (\"help\" lists them)", "SPEC" },
    { "die-with-parent", 0, 0, G_OPTION_ARG_NONE, &options->die_with_parent, "End when the process that started this ends", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version and exit", NULL },
    { NULL },
  };

  g_option_context_set_summary (context,
    "A working fleet on one machine: an HTTP, WebSocket, SSE and NATS server with simulated\n"
    "sites, and this machine as one real node. Prints one JSON line when ready.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse_strv (context, argv, error))
    return FALSE;
  if (*argv != NULL && (*argv)[0] != NULL && (*argv)[1] != NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                   "\"%s\" is not understood: see --help", (*argv)[1]);
      return FALSE;
    }
  return check_range ("sites", options->sites, 1, LAB_MAX_SITES, error) &&
         check_range ("paths", options->paths, 0, LAB_MAX_PATHS, error) &&
         check_range ("flows", options->flows, 0, LAB_MAX_FLOWS, error) &&
         check_range ("rate", options->rate, 0, LAB_MAX_RATE, error) &&
         check_range ("shards", options->shards, 0, LAB_MAX_SHARDS, error) &&
         check_range ("tenants", options->tenants, 1, LAB_MAX_TENANTS, error) &&
         check_range ("placed-on", options->placed_on, 1, LAB_MAX_PLACED_ON, error) &&
         check_range ("lease", options->lease, LAB_MIN_LEASE, LAB_MAX_LEASE, error) &&
         check_range ("events", options->events, 0, LAB_MAX_EVENTS, error) &&
         check_cluster (options->nats_servers, error) &&
         check_range ("step-up", options->step_up, 0, LAB_MAX_STEP_UP, error) &&
         check_range ("port", options->port, 0, 65535, error) &&
         check_address (options, error);
}
