/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-server.h"

G_BEGIN_DECLS

/*
 * What the tenants' customers do: events and commands, published to the streams on a thread of its own.
 *
 * Event n of a tenant, from 1, is the same in every run: {"tenant":"ID","n":N,"amount":A} with A = N * 7919 % 1000. Three of
 * four in a row are an event of an aggregate, the fourth is a command of the saga "fulfilment"; each of the two
 * streams counts its n by itself. What was not acknowledged is sent again under the same Nats-Msg-Id before anything that comes
 * after it, so that no number is missing or there twice.
 */
LabLoad    *lab_load_new         (LabServer *server, guint rate);
void        lab_load_free        (LabLoad *load);

/* Whom the events are spread over; NULL-terminated. */
void        lab_load_set_tenants (LabLoad *load, const char *const *tenants);

/* GET and POST /lab/v1/load. */
void        lab_load_get         (LabRequest *request);
void        lab_load_set         (LabRequest *request);

G_END_DECLS
