/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-yaml.h"

G_BEGIN_DECLS

/* The file in one form, as kubectl prints: two spaces a level, dashes below their key, one space after a colon or a dash,
 * no blanks at the ends of lines, never two empty lines, one line end at the end. Comments and the order of keys stay, and
 * so do quotes and what is in brackets. JSON is written in lines. The formatted file means the same, and formatting it once
 * more changes nothing. Returns the formatted file, which belongs to the caller, or NULL with an error of QD_YAML_ERROR
 * where a text cannot be brought into that form. */
QdYamlFile *qd_yaml_format (QdYamlFile *file, GError **error);

G_END_DECLS
