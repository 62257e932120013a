/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire"
#include "config.h"

#include "qd-wire-error.h"

#include <glib/gi18n-lib.h>

#include "qd-json.h"
#include "qd-wire-private.h"

/* How much of a server's own words goes into a message. */
#define MAX_DETAIL 300

G_DEFINE_QUARK (qd-wire-error-quark, qd_wire_error)

char *
qd_wire_endpoint (const char *method, GUri *uri)
{
  g_autofree char *plain = g_uri_to_string_partial (uri, G_URI_HIDE_USERINFO | G_URI_HIDE_QUERY |
                                                           G_URI_HIDE_FRAGMENT);

  return method != NULL ? g_strdup_printf ("%s %s", method, plain) : g_steal_pointer (&plain);
}

/* Why a certificate is not trusted, the most telling reason first. */
static const char *
certificate_fault (GTlsCertificateFlags flags)
{
  if (flags & G_TLS_CERTIFICATE_REVOKED)
    return _("its certificate has been revoked");
  if (flags & G_TLS_CERTIFICATE_EXPIRED)
    return _("its certificate has expired");
  if (flags & G_TLS_CERTIFICATE_NOT_ACTIVATED)
    return _("its certificate is not valid yet: check the clocks");
  if (flags & G_TLS_CERTIFICATE_UNKNOWN_CA)
    return _("its certificate is not signed by an authority that is trusted here: add its CA file or pin its fingerprint");
  if (flags & G_TLS_CERTIFICATE_BAD_IDENTITY)
    return _("its certificate belongs to another host name");
  if (flags & G_TLS_CERTIFICATE_INSECURE)
    return _("its certificate uses an insecure algorithm");
  return _("its certificate is not valid");
}

static QdWireError
code_of_io_error (const GError *cause)
{
  if (cause->domain == G_TLS_ERROR)
    return cause->code == G_TLS_ERROR_EOF ? QD_WIRE_ERROR_CLOSED : QD_WIRE_ERROR_TLS;
  if (cause->domain == G_RESOLVER_ERROR)
    return QD_WIRE_ERROR_UNREACHABLE;
  if (cause->domain == SOUP_WEBSOCKET_ERROR)
    return cause->code == SOUP_WEBSOCKET_CLOSE_TOO_BIG ? QD_WIRE_ERROR_TOO_LARGE : QD_WIRE_ERROR_PROTOCOL;
  if (cause->domain != G_IO_ERROR)
    return QD_WIRE_ERROR_PROTOCOL;

  switch ((GIOErrorEnum) cause->code)
    {
    case G_IO_ERROR_TIMED_OUT:
      return QD_WIRE_ERROR_TIMEOUT;
    case G_IO_ERROR_CANCELLED:
      return QD_WIRE_ERROR_CANCELLED;
    case G_IO_ERROR_PARTIAL_INPUT:
    case G_IO_ERROR_BROKEN_PIPE: /* the same as CONNECTION_CLOSED */
    case G_IO_ERROR_CLOSED:
      return QD_WIRE_ERROR_CLOSED;
    case G_IO_ERROR_INVALID_DATA:
    case G_IO_ERROR_NOT_SUPPORTED:
      return QD_WIRE_ERROR_PROTOCOL;
    case G_IO_ERROR_NOT_FOUND:
    case G_IO_ERROR_HOST_NOT_FOUND:
    case G_IO_ERROR_HOST_UNREACHABLE:
    case G_IO_ERROR_NETWORK_UNREACHABLE:
    case G_IO_ERROR_CONNECTION_REFUSED:
    default:
      return QD_WIRE_ERROR_UNREACHABLE;
    }
}

GError *
qd_wire_error_from_io (const char *endpoint, SoupMessage *message, const GError *cause)
{
  QdWireError code = code_of_io_error (cause);
  GTlsCertificateFlags flags = message ? soup_message_get_tls_peer_certificate_errors (message) : 0;

  if (code == QD_WIRE_ERROR_TLS && flags != 0)
    return g_error_new (QD_WIRE_ERROR, code, "%s: %s", endpoint, certificate_fault (flags));
  if (code == QD_WIRE_ERROR_CLOSED)
    return g_error_new (QD_WIRE_ERROR, code, _("%s: the connection closed in the middle of the answer (%s)"),
                        endpoint, cause->message);
  return g_error_new (QD_WIRE_ERROR, code, "%s: %s", endpoint, cause->message);
}

GError *
qd_wire_error_silent (const char *endpoint, guint ms)
{
  return g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_TIMEOUT, _("%s: no byte came for %u seconds"), endpoint, (ms + 999) / 1000);
}

QdWireError
qd_wire_error_code_of_status (guint status)
{
  switch (status)
    {
    case 400: case 405: case 406: case 411: case 413: case 414: case 415: case 422: case 428:
      return QD_WIRE_ERROR_INVALID;
    case 401: return QD_WIRE_ERROR_UNAUTHORIZED;
    case 403: return QD_WIRE_ERROR_FORBIDDEN;
    case 404: return QD_WIRE_ERROR_NOT_FOUND;
    case 408: return QD_WIRE_ERROR_TIMEOUT;
    case 409: case 412: return QD_WIRE_ERROR_CONFLICT;
    case 410: return QD_WIRE_ERROR_GONE;
    case 429: case 503: return QD_WIRE_ERROR_BUSY;
    default:
      return status >= 500 ? QD_WIRE_ERROR_SERVER : QD_WIRE_ERROR_INVALID;
    }
}

/* Cuts @text to its first lines of sense, valid UTF-8 without control characters. */
static char *
tidy (const char *text, gsize length)
{
  g_autofree char *valid = g_utf8_make_valid (text, MIN (length, MAX_DETAIL * 4));
  GString *out = g_string_new (NULL);
  guint n = 0;

  for (const char *p = valid; *p && n < MAX_DETAIL; p = g_utf8_next_char (p), n++)
    {
      gunichar c = g_utf8_get_char (p);
      g_string_append_unichar (out, g_unichar_iscntrl (c) ? ' ' : c);
    }
  g_strstrip (out->str);
  return g_string_free (out, FALSE);
}

/* What RFC 9457 and the usual inventions call the words for people. */
static char *
json_detail (GBytes *body)
{
  static const char *const names[] = { "detail", "error", "message", "title", "error_description" };
  gsize length;
  const char *text = g_bytes_get_data (body, &length);
  g_autoptr(JsonNode) node = qd_json_parse (text, length, "", NULL);
  JsonObject *object = node ? qd_json_object (node) : NULL;
  JsonObject *inner;

  if (object == NULL)
    return NULL;
  inner = qd_json_get_object (object, "error");
  if (inner != NULL)
    object = inner;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *words = qd_json_get_string (object, names[i], NULL);
      if (words != NULL && *words != '\0')
        return tidy (words, strlen (words));
    }
  return NULL;
}

static char *
body_detail (const char *content_type, GBytes *body)
{
  gsize length;
  const char *text = body ? g_bytes_get_data (body, &length) : NULL;

  if (text == NULL || length == 0)
    return NULL;
  if (g_str_has_suffix (content_type, "json"))
    return json_detail (body);
  if (g_str_equal (content_type, "text/plain"))
    return tidy (text, length);
  return NULL;
}

/* libsoup does not know the newer ones. */
static const char *
phrase_of (guint status)
{
  switch (status)
    {
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 451: return "Unavailable For Legal Reasons";
    case 511: return "Network Authentication Required";
    default: return soup_status_get_phrase (status);
    }
}

GError *
qd_wire_error_from_status (const char *endpoint, guint status, const char *content_type, GBytes *body)
{
  g_autofree char *detail = body_detail (content_type, body);
  const char *phrase = phrase_of (status);

  if (detail != NULL && *detail != '\0')
    return g_error_new (QD_WIRE_ERROR, qd_wire_error_code_of_status (status),
                        _("%s: the server answered %u (%s): %s"), endpoint, status, phrase, detail);
  return g_error_new (QD_WIRE_ERROR, qd_wire_error_code_of_status (status),
                      _("%s: the server answered %u (%s)"), endpoint, status, phrase);
}

char *
qd_wire_media_type (SoupMessageHeaders *headers)
{
  const char *type = soup_message_headers_get_content_type (headers, NULL);

  return type ? g_ascii_strdown (type, -1) : g_strdup ("");
}
