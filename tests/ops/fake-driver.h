/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-hub.h"

G_BEGIN_DECLS

/* A driver that says and answers only what the test tells it to. */
#define FAKE_TYPE_DRIVER (fake_driver_get_type ())
G_DECLARE_FINAL_TYPE (FakeDriver, fake_driver, FAKE, DRIVER, QdDriver)

/* A connection of @hub with the given id, live, offering and permitting what the JSON arrays say (NULL: absent). */
FakeDriver *fake_driver_add (QdHub *hub, const char *id, const char *environment, const char *offers, const char *permissions);
/* The NATS side of @feeds: not live until it is told so. */
FakeDriver *fake_driver_add_nats (QdHub *hub, const char *id, const char *feeds);
guint fake_driver_get_n_commands (FakeDriver *self);      /* since the beginning */
guint fake_driver_get_n_waiting (FakeDriver *self);
const char *fake_driver_get_verb (FakeDriver *self, guint nth);
JsonObject *fake_driver_get_args (FakeDriver *self, guint nth);
guint fake_driver_get_n_refreshes (FakeDriver *self);
gboolean fake_driver_is_started (FakeDriver *self);
/* Answers the oldest that waits; with @json NULL, by an error. */
void fake_driver_answer (FakeDriver *self, const char *json, QdDriverError code, const char *message);
/* The same with an error of one's own, which is taken. */
void fake_driver_fail (FakeDriver *self, GError *error);
void fake_driver_send_job (FakeDriver *self, const char *id, const char *state, double progress, const char *error);
void fake_driver_send_state (FakeDriver *self, const char *state);

G_END_DECLS
