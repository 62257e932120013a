/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "manifests.h"

#include <stdarg.h>
#include <string.h>

QdPolicyWorld *
make_world (const char *yaml)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (yaml, strlen (yaml));
  g_autoptr (GError) error = NULL;
  g_autoptr (QdYamlFile) file = qd_yaml_file_new ("world.yaml", bytes, &error);

  g_assert_no_error (error);
  return qd_policy_world_new (&file, 1, NULL);
}

QdPolicyEval *
make_eval (const char *yaml, const QdPolicyOptions *options)
{
  g_autoptr (QdPolicyWorld) world = make_world (yaml);
  GPtrArray *findings = qd_policy_world_get_findings (world);

  for (guint i = 0; i < findings->len; i++)
    {
      const QdPolicyFinding *finding = g_ptr_array_index (findings, i);
      g_autofree char *text = qd_policy_finding_to_text (finding);

      if (finding->severity == QD_POLICY_ERROR)
        g_error ("%s in\n%s", text, yaml);
    }
  return qd_policy_eval_new (world, options, NULL);
}

guint
find_end (QdPolicyEval *eval, const char *name)
{
  QdAddress address;
  guint ambiguous, end = qd_address_parse (name, &address) ? qd_policy_eval_find_address (eval, &address)
                                                           : qd_policy_eval_find_workload (eval, name, &ambiguous);

  if (end == QD_POLICY_NO_END)
    g_error ("there is no %s", name);
  return end;
}

void
assert_ports (QdPolicyEval *eval, const char *flow, const char *ports)
{
  g_auto (GStrv) ends = g_strsplit (flow, " > ", 2);
  g_autofree char *text = qd_port_set_to_text (qd_policy_eval_get (eval, find_end (eval, ends[0]), find_end (eval, ends[1])));

  if (g_strcmp0 (text, ports) != 0)
    g_error ("%s: %s, and not %s", flow, text, ports);
}

static void
check_all (const char *yaml, const QdPolicyOptions *options, va_list args)
{
  g_autoptr (QdPolicyEval) eval = make_eval (yaml, options);
  const char *flow;

  while ((flow = va_arg (args, const char *)))
    assert_ports (eval, flow, va_arg (args, const char *));
}

void
check (const char *yaml, ...)
{
  va_list args;

  va_start (args, yaml);
  check_all (yaml, NULL, args);
  va_end (args);
}

void
check_with (const char *yaml, QdPolicyHostNetwork host_network, QdPolicyBlockReading ip_block, ...)
{
  QdPolicyOptions options = { host_network, ip_block };
  va_list args;

  va_start (args, ip_block);
  check_all (yaml, &options, args);
  va_end (args);
}

static char *
place_of (const QdPolicyFinding *finding)
{
  g_autofree char *place = qd_policy_place_to_text (&finding->place);

  g_assert_true (g_str_has_prefix (place, "world.yaml:"));
  return g_strdup (place + strlen ("world.yaml:"));
}

void
check_invalid (const char *yaml, const char *code, const char *place)
{
  g_autoptr (QdPolicyWorld) world = make_world (yaml);
  GPtrArray *findings = qd_policy_world_get_findings (world);
  guint n = 0;

  for (guint i = 0; i < findings->len; i++)
    {
      const QdPolicyFinding *finding = g_ptr_array_index (findings, i);
      g_autofree char *where = place_of (finding), *text = qd_policy_finding_to_text (finding);

      if (finding->severity != QD_POLICY_ERROR)
        continue;
      if (n++ || g_strcmp0 (finding->code, code) != 0 || (place && g_strcmp0 (where, place) != 0))
        g_error ("%s (%s), and not %s at %s, in\n%s", text, finding->code, code, place, yaml);
    }
  if (n != 1)
    g_error ("no %s in\n%s", code, yaml);
  g_assert_true (qd_policy_world_is_invalid (world));
}

void
check_told (const char *yaml, const char *code, QdPolicySeverity severity)
{
  g_autoptr (QdPolicyWorld) world = make_world (yaml);
  GPtrArray *findings = qd_policy_world_get_findings (world);
  gboolean told = FALSE;

  for (guint i = 0; i < findings->len; i++)
    {
      const QdPolicyFinding *finding = g_ptr_array_index (findings, i);

      told |= g_strcmp0 (finding->code, code) == 0 && finding->severity == severity;
    }
  if (!told)
    g_error ("%s is not told in\n%s", code, yaml);
  g_assert_false (qd_policy_world_is_invalid (world));
}
