/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * QdTrust:
 *
 * Whom one endpoint trusts: the system's authorities and those of a PEM file; or, with a pinned
 * fingerprint, that one certificate and no other, whatever its name and age.
 */
#define QD_TYPE_TRUST (qd_trust_get_type ())
G_DECLARE_FINAL_TYPE (QdTrust, qd_trust, QD, TRUST, GTlsDatabase)

/* Reads files: not on the main thread. @ca_file, @pinned_sha256: or NULL. */
GTlsDatabase *qd_trust_new (const char *ca_file, const char *pinned_sha256, GError **error);
/* Lower-case hex digits without separators; NULL when @text is no SHA-256 fingerprint. */
char *qd_trust_normalise_fingerprint (const char *text);

G_END_DECLS
