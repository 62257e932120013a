/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/*
 * Reads YAML as Kubernetes' API does: into what the same document would be as JSON. Every document of
 * @data is one JsonNode of the array returned; empty ones are left out. NULL with @error set, which says
 * line, column and cause, where it is no YAML or larger than is sensible.
 */
GPtrArray *lab_yaml_parse (const char *data, gsize length, GError **error);

G_END_DECLS
