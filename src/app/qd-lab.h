/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "qd-driver.h"

G_BEGIN_DECLS

#define QD_LAB_HTTP_ID "lab"
#define QD_LAB_NATS_ID "lab-nats"

/**
 * QdLab:
 *
 * The lab that comes with the program, as a child that ends when the program does. Emits ::ended
 * (string cause) when it ends by itself.
 */
#define QD_TYPE_LAB (qd_lab_get_type ())
G_DECLARE_FINAL_TYPE (QdLab, qd_lab, QD, LAB, GObject)

QdLab *qd_lab_new (void);
/* Starts quarterdeck-lab and waits until it is ready; then qd_lab_start_finish() gives its endpoints
 * (element-type QdEndpoint): HTTP and, where it has one, NATS. Main thread; nothing blocks. */
void qd_lab_start_async (QdLab *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
GPtrArray *qd_lab_start_finish (QdLab *self, GAsyncResult *result, GError **error);
/* The endpoints of a lab that runs already, of the line that it printed when it was ready, in a file. */
void qd_lab_attach_async (QdLab *self, GFile *ready_file, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
void qd_lab_stop (QdLab *self);
gboolean qd_lab_is_running (QdLab *self);

G_END_DECLS
