/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-faults.h"

#include <gio/gio.h>
#include <string.h>

typedef struct
{
  GPatternSpec *routes;
  LabFault fault;
  double probability;
  guint64 met;                  /* how often it has won */
} Rule;

struct LabFaults
{
  GArray *rules;
  char *spec;
};

static const struct
{
  const char *name;
  const char *says;
  double arg;
} kinds[LAB_N_FAULTS] = {
  { "none", "no fault", 0 },
  { "delay", "answer late, by arg milliseconds (1000)", 1000 },
  { "hold", "make the answer at once and send it late, by arg milliseconds (1000): what it says may be over by then", 1000 },
  { "drop", "take the request and never answer", 0 },
  { "truncate", "promise the whole body, send half of it, close", 0 },
  { "garble", "change bytes of the body", 0 },
  { "500", "answer 500", 0 },
  { "429", "answer 429 with Retry-After: arg seconds (1)", 1 },
  { "401", "answer 401", 0 },
  { "404", "answer 404, as a server that does not have the route", 0 },
  { "html", "answer 200 with an HTML page", 0 },
  { "close", "close the connection without an answer", 0 },
  { "stall", "send half of the body and then nothing more; the connection stays open", 0 },
  { "big", "send a body of 50 MB", 0 },
};

static void
clear_rule (gpointer data)
{
  g_clear_pointer (&((Rule *) data)->routes, g_pattern_spec_free);
}

static gboolean
parse_number (const char *text, double low, double high, double *value)
{
  char *end = NULL;

  *value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && *value >= low && *value <= high;
}

static gboolean
parse_kind (const char *text, LabFault *fault)
{
  g_auto (GStrv) halves = g_strsplit (text, "=", 2);

  for (guint i = 1; i < LAB_N_FAULTS; i++)
    if (g_ascii_strcasecmp (halves[0], kinds[i].name) == 0)
      {
        fault->kind = i;
        fault->arg = kinds[i].arg;
        return halves[1] == NULL || parse_number (halves[1], 0, 3600000, &fault->arg);
      }
  return FALSE;
}

static gboolean
parse_rule (const char *text, Rule *rule, GError **error)
{
  g_autofree char *copy = g_strdup (text);
  char *at, *colon;

  rule->probability = 1;
  at = strrchr (copy, '@');
  if (at != NULL)
    *at++ = '\0';
  colon = strrchr (copy, ':');
  if (colon == NULL || colon == copy || !parse_kind (colon + 1, &rule->fault) ||
      (at != NULL && !parse_number (at, 0, 1, &rule->probability)))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "\"%s\" is no fault: write route-glob:fault[=arg]@probability, "
                   "such as /api/v1/sites*:delay=500@0.3 (--faults help lists the faults)", text);
      return FALSE;
    }
  *colon = '\0';
  rule->routes = g_pattern_spec_new (copy);
  return TRUE;
}

LabFaults *
lab_faults_parse (const char *spec, GError **error)
{
  g_autoptr (LabFaults) faults = g_new0 (LabFaults, 1);
  g_auto (GStrv) parts = NULL;

  faults->rules = g_array_new (FALSE, TRUE, sizeof (Rule));
  g_array_set_clear_func (faults->rules, clear_rule);
  faults->spec = g_strdup (spec != NULL ? spec : "");
  if (strlen (faults->spec) > 65536)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "the fault specification is longer than 65536 bytes");
      return NULL;
    }
  parts = g_strsplit (faults->spec, ",", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      Rule rule = { 0 };

      if (*g_strstrip (parts[i]) == '\0')
        continue;
      if (!parse_rule (parts[i], &rule, error))
        return NULL;
      g_array_append_val (faults->rules, rule);
    }
  return g_steal_pointer (&faults);
}

void
lab_faults_free (LabFaults *faults)
{
  g_array_unref (faults->rules);
  g_free (faults->spec);
  g_free (faults);
}

LabFault
lab_faults_draw (LabFaults *faults, const char *path)
{
  for (guint i = 0; i < faults->rules->len; i++)
    {
      Rule *rule = &g_array_index (faults->rules, Rule, i);

      if (g_pattern_spec_match_string (rule->routes, path) &&
          (rule->probability >= 1 || g_random_double () < rule->probability))
        {
          rule->met++;
          return rule->fault;
        }
    }
  return (LabFault) { LAB_FAULT_NONE, 0 };
}

gboolean
lab_faults_get_met (const LabFaults *faults, guint index, guint64 *met)
{
  if (index >= faults->rules->len)
    return FALSE;
  *met = g_array_index (faults->rules, Rule, index).met;
  return TRUE;
}

char *
lab_faults_help (void)
{
  GString *text = g_string_new (
    "--faults route-glob:fault[=arg]@probability,…\n"
    "The glob (* and ?) is matched against the path; the first rule that comes up wins.\n"
    "On /ws/* and the SSE stream, truncate, garble, stall and big are drawn for each frame.\n\n");

  for (guint i = 1; i < LAB_N_FAULTS; i++)
    g_string_append_printf (text, "  %-10s %s\n", kinds[i].name, kinds[i].says);
  g_string_append (text, "\nExample: --faults '/api/v1/sites*:delay=500@0.3,/ws/*:stall@0.01'\n");
  return g_string_free (text, FALSE);
}

const char *
lab_faults_spec (const LabFaults *faults)
{
  return faults->spec;
}
