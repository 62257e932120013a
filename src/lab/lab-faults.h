/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  LAB_FAULT_NONE,
  LAB_FAULT_DELAY,
  LAB_FAULT_HOLD,
  LAB_FAULT_DROP,
  LAB_FAULT_TRUNCATE,
  LAB_FAULT_GARBLE,
  LAB_FAULT_500,
  LAB_FAULT_429,
  LAB_FAULT_401,
  LAB_FAULT_404,
  LAB_FAULT_HTML,
  LAB_FAULT_CLOSE,
  LAB_FAULT_STALL,
  LAB_FAULT_BIG,
  LAB_N_FAULTS
} LabFaultKind;

typedef struct
{
  LabFaultKind kind;
  double arg;
} LabFault;

typedef struct LabFaults LabFaults;

/* Bytes of the body that the fault "big" sends. */
#define LAB_BIG_BODY (50 * 1024 * 1024)

/* Parses @spec (NULL or "" is: no faults). "help" is no spec: print lab_faults_help(). */
LabFaults  *lab_faults_parse (const char *spec, GError **error);
void        lab_faults_free  (LabFaults *faults);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabFaults, lab_faults_free)

/* Throws the dice for @path: the first rule that matches and comes up wins. */
LabFault    lab_faults_draw  (LabFaults *faults, const char *path);
/* How often the rule @index of the specification has won; FALSE: there is no such rule. */
gboolean    lab_faults_get_met (const LabFaults *faults, guint index, guint64 *met);
char       *lab_faults_help  (void);
const char *lab_faults_spec  (const LabFaults *faults);

G_END_DECLS
