/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-server.h"

G_BEGIN_DECLS

typedef void (*LabHijackFunc) (LabRequest *request, GIOStream *stream, gpointer user_data);

/*
 * Takes the request's connection away from libsoup, from a paused message, and hands it to
 * @func from the main loop. @func owns @request and a reference to the stream (NULL when the
 * client has gone).
 */
void lab_hijack       (LabRequest *request, LabHijackFunc func, gpointer user_data);

/* Sends the head and half of the body; then closes, or holds the connection open and silent. */
void lab_hijack_half  (LabRequest *request, gboolean hold);

/* Closes without a byte. */
void lab_hijack_close (LabRequest *request);

G_END_DECLS
