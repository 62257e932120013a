/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-fuzz"

#include "config.h"

#include <stdint.h>

#include "qd-json.h"
#include "qd-nats-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* What a server tells of a message: the bytes of its headers, and the whole as JSON. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *encoded = g_base64_encode (data, size);
  g_autoptr (JsonNode) node = qd_json_parse ((const char *) data, (gssize) size, "fuzz", NULL);
  g_autoptr (QdNatsMessage) message = NULL, other = NULL;

  json_object_set_string_member (object, "subject", "$KV.B.k");
  json_object_set_int_member (object, "seq", 1);
  json_object_set_string_member (object, "data", encoded);
  json_object_set_string_member (object, "hdrs", encoded);
  message = qd_nats_message_new_for_json (object);
  if (message == NULL || g_bytes_get_size (message->payload) != size)
    g_error ("the payload is not what it was");
  qd_nats_message_get_operation (message);
  for (char **header = message->headers; header && *header; header += 2)
    if (header[1] == NULL || qd_nats_message_get_header (message, header[0]) == NULL)
      g_error ("a header has no value, or is not found");
  if (node && qd_json_object (node))
    other = qd_nats_message_new_for_json (qd_json_object (node));
  return 0;
}
