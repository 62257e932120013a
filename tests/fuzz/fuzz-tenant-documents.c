/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-fuzz"

#include "config.h"

#include <stdint.h>
#include <string.h>

#include "qd-definition.h"
#include "qd-effective-config.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
look_at_values (QdEffectiveConfig *config)
{
  g_autoptr (GPtrArray) values = qd_effective_config_get_values (config);

  for (guint i = 0; i < values->len; i++)
    {
      const QdConfigValue *value = values->pdata[i];

      if (value->value == NULL && value->general == NULL)
        g_error ("a value is none");
      if (value->differs != (g_strcmp0 (value->value, value->general) != 0))
        g_error ("a difference that is none");
      if (value->source == QD_CONFIG_GLOBAL && value->differs)
        g_error ("what holds for all differs from it");
    }
}

/* The first line is what holds for all, the second the tenant's own; both lines are a bundle, and what is applied; they are two versions, too. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_utf8_make_valid ((const char *) data, (gssize) size);
  char *line = strchr (text, '\n');
  const char *second = line != NULL ? line + 1 : "";
  g_autoptr (QdEffectiveConfig) config = qd_effective_config_new ("t");
  QdDefinitionBundle *bundle;
  QdDefinitionApplied *applied;
  double number;

  if (line != NULL)
    *line = '\0';
  qd_effective_config_take (config, "global.x", text);
  qd_effective_config_take (config, "tenant.t.x", second);
  look_at_values (config);
  qd_effective_config_get_number (config, "x", "a", &number);
  bundle = qd_definition_bundle_new ("bundle.x", text, NULL);
  applied = qd_definition_applied_new ("applied.t", second, NULL);
  if (bundle != NULL && (*bundle->bundle == '\0' || *bundle->version == '\0'))
    g_error ("a bundle without a name");
  g_clear_pointer (&bundle, qd_definition_bundle_free);
  g_clear_pointer (&applied, qd_definition_applied_free);
  if ((qd_definition_compare_versions (text, second) > 0) != (qd_definition_compare_versions (second, text) < 0))
    g_error ("an order that depends on who is asked");
  return qd_definition_compare_versions (text, text) != 0;
}
