/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-yaml-edit.h"

G_BEGIN_DECLS

/* Changes what is at @path (a JSON pointer) so that it means @wanted, by the smallest changes that are found: entries that stay equal keep
 * their text, comments and order; new keys come where @wanted has them. However many places it takes, @splice is one.
 *
 * Returns the changed file, or NULL with an error of QD_YAML_ERROR. Where nothing is to change, that is @file again and an
 * empty splice. */
QdYamlFile *qd_yaml_become (QdYamlFile *file, guint document, const char *path, JsonNode *wanted, QdYamlSplice *splice, GError **error);

G_END_DECLS
