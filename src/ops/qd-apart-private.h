/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef void (*QdApartFunc) (gpointer data);

/* In a fiber: calls @func with @data on a worker thread, and waits until it has returned, whatever ends meanwhile: @data may be on the
 * fiber's stack. For what is of unknown size, which the thread of the fiber must not take apart itself. */
void qd_apart (QdApartFunc func, gpointer data);

G_END_DECLS
