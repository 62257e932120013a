/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl.h"

#include <glib-unix.h>
#include <stdio.h>
#include <string.h>

#include <glib/gi18n.h>

#include "qd-json.h"

/* The deltas are printed where they arrive, on the I/O threads: a reader that is slow stops the
 * sockets being read, and nothing is kept in between. */
typedef struct {
  GMutex lock;
  GMainLoop *loop;
  guint64 kinds;          /* bits */
  gint64 left;            /* lines yet to print; -1: no limit */
  gboolean over;
  char state[16];
  char *detail;
  QdExit exit_code;
} Watch;

static const char *
op_name (QdDeltaOp op)
{
  static const char *const names[] = {
    [QD_DELTA_PATCH] = "patch",   [QD_DELTA_UPSERT] = "upsert",
    [QD_DELTA_UPDATE] = "update", [QD_DELTA_REMOVE] = "remove",
    [QD_DELTA_SNAPSHOT_BEGIN] = "snapshot-begin", [QD_DELTA_SNAPSHOT_END] = "snapshot-end",
  };

  return (gsize) op < G_N_ELEMENTS (names) ? names[op] : "?";
}

void
qdctl_add_value (JsonBuilder *builder, const QdField *field, const QdValue *value)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;

  switch (value->type)
    {
    case QD_VALUE_NONE:
      json_builder_add_null_value (builder);
      return;
    case QD_VALUE_BOOL:
      json_builder_add_boolean_value (builder, value->v.i != 0);
      return;
    case QD_VALUE_INT:
      json_builder_add_int_value (builder, value->v.i);
      return;
    case QD_VALUE_DOUBLE:
      json_builder_add_double_value (builder, value->v.d);
      return;
    case QD_VALUE_JSON:
      node = qd_json_parse (value->v.s, -1, field->id, NULL);
      if (node)
        {
          json_builder_add_value (builder, g_steal_pointer (&node));
          return;
        }
      break;
    case QD_VALUE_STRING:
    case QD_VALUE_TIME:
    case QD_VALUE_STATUS:
    default:
      break;
    }
  text = qd_value_to_text (value, field);
  json_builder_add_string_value (builder, text ? text : "");
}

static char *
line_of (QdDelta *delta)
{
  const QdKey *key = qd_delta_get_key (delta);
  const QdSchema *schema = qd_schema_get (key->kind);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "op");
  json_builder_add_string_value (builder, op_name (qd_delta_get_op (delta)));
  json_builder_set_member_name (builder, "kind");
  json_builder_add_string_value (builder, schema->id);
  if (*key->id)
    {
      json_builder_set_member_name (builder, "id");
      json_builder_add_string_value (builder, key->id);
    }
  if (qd_delta_get_n_fields (delta) > 0)
    {
      json_builder_set_member_name (builder, "fields");
      json_builder_begin_object (builder);
      for (guint i = 0; i < qd_delta_get_n_fields (delta); i++)
        {
          guint field;
          const QdValue *value = qd_delta_get_nth (delta, i, &field);

          json_builder_set_member_name (builder, schema->fields[field].id);
          qdctl_add_value (builder, &schema->fields[field], value);
        }
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = qd_json_to_text (root, FALSE);
  return g_strconcat (text, "\n", NULL);
}

/* Notes what becomes of the connection: being refused ends the watch. */
static void
note_state (Watch *self, QdDelta *delta)
{
  for (guint i = 0; i < qd_delta_get_n_fields (delta); i++)
    {
      guint field;
      const QdValue *value = qd_delta_get_nth (delta, i, &field);

      if (value->type != QD_VALUE_STRING)
        continue;
      if (field == QD_CONNECTION_STATE)
        g_strlcpy (self->state, value->v.s, sizeof self->state);
      else if (field == QD_CONNECTION_DETAIL)
        g_set_str (&self->detail, value->v.s);
    }
  if (g_str_equal (self->state, "refused"))
    {
      self->exit_code = QD_EXIT_REFUSED;
      g_main_loop_quit (self->loop);
    }
  else if (g_str_equal (self->state, "live"))
    self->exit_code = QD_EXIT_YES;
}

static void
delta_cb (gpointer data, QdDelta *delta)
{
  Watch *self = data;
  g_autoptr (GError) error = NULL;
  QdKind kind = qd_delta_get_key (delta)->kind;

  if (!qd_delta_decode (delta, &error))
    g_warning ("%s %s: %s", qd_schema_get (kind)->id, qd_delta_get_key (delta)->id, error->message);
  g_mutex_lock (&self->lock);
  if (kind == QD_KIND_CONNECTION)
    note_state (self, delta);
  if (!self->over && (self->kinds & (G_GUINT64_CONSTANT (1) << kind)) && self->left != 0)
    {
      g_autofree char *line = line_of (delta);

      qdctl_print (line);
      fflush (stdout);
      if (self->left > 0 && --self->left == 0)
        {
          self->exit_code = QD_EXIT_YES;
          g_main_loop_quit (self->loop);
        }
    }
  g_mutex_unlock (&self->lock);
  qd_delta_unref (delta);
}

static gboolean
parse_kinds (const char *text, guint64 *kinds)
{
  g_auto (GStrv) names = g_strsplit (text ? text : "", ",", -1);

  *kinds = text ? 0 : ~G_GUINT64_CONSTANT (0);
  for (guint i = 0; names[i]; i++)
    {
      int kind = qd_schema_find_kind (g_strstrip (names[i]));

      if (kind < 0)
        {
          qdctl_complain (_("--kind: there is no kind “%s”"), names[i]);
          return FALSE;
        }
      *kinds |= G_GUINT64_CONSTANT (1) << kind;
    }
  return TRUE;
}

static gboolean
late_cb (gpointer data)
{
  Watch *self = data;

  g_mutex_lock (&self->lock);
  if (self->exit_code != QD_EXIT_YES)
    {
      qdctl_complain ("%s", self->detail && *self->detail ? self->detail : _("the server did not answer in time"));
      g_main_loop_quit (self->loop);
    }
  g_mutex_unlock (&self->lock);
  return G_SOURCE_REMOVE;
}

static QdExit
watch (const QdctlTarget *target, Watch *self, double seconds)
{
  const QdSink sink = { delta_cb, self };
  g_autoptr (GError) error = NULL;
  g_autoptr (QdEndpoint) endpoint = NULL;
  g_autoptr (QdDriver) driver = NULL;
  QdExit code;

  endpoint = qdctl_target_resolve (target, &code);
  if (endpoint == NULL)
    return code;
  driver = qd_driver_new_for_endpoint (endpoint, &sink, &error);
  if (driver == NULL)
    {
      qdctl_complain ("%s", error->message);
      return QD_EXIT_BAD_INPUT;
    }
  self->exit_code = QD_EXIT_UNREACHABLE;
  g_unix_signal_add (SIGINT, qdctl_quit_cb, self->loop);
  g_unix_signal_add (SIGTERM, qdctl_quit_cb, self->loop);
  /* Once it was live, a watch goes on through every interruption. */
  g_timeout_add ((guint) (target->timeout_s * 1000), late_cb, self);
  if (seconds > 0)
    g_timeout_add ((guint) (seconds * 1000), qdctl_quit_cb, self->loop);
  qd_driver_start (driver);
  g_main_loop_run (self->loop);
  g_mutex_lock (&self->lock);
  self->over = TRUE;
  code = self->exit_code;
  if (code == QD_EXIT_REFUSED)
    qdctl_complain ("%s", self->detail ? self->detail : "");
  g_mutex_unlock (&self->lock);
  qd_driver_stop (driver);
  return code;
}

QdExit
qdctl_watch (const char *name, int argc, char **argv)
{
  /* Static: an I/O thread may be about to call back while the program ends. */
  static Watch self;
  g_auto (QdctlTarget) target = { 0 };
  g_autofree char *kind = NULL;
  gint64 count = 0;
  double seconds = 0;
  const GOptionEntry entries[] = {
    { "kind", 0, 0, G_OPTION_ARG_STRING, &kind, N_("Only these kinds: site,path,flow,node,link,event,job,kv-entry,connection"), N_("KINDS") },
    { "count", 0, 0, G_OPTION_ARG_INT64, &count, N_("End after that many lines"), N_("N") },
    { "for", 0, 0, G_OPTION_ARG_DOUBLE, &seconds, N_("End after that many seconds"), N_("SECONDS") },
    { NULL },
  };
  QdExit code;

  if (!qdctl_parse (name, entries, &target, argc, argv, NULL, &code))
    return code;
  if (count < 0 || seconds < 0 || seconds > 86400 * 40.0 || !parse_kinds (kind, &self.kinds))
    {
      if (count < 0 || seconds < 0 || seconds > 86400 * 40.0)
        qdctl_complain (_("--count and --for are numbers above 0"));
      return QD_EXIT_BAD_INPUT;
    }
  g_mutex_init (&self.lock);
  self.loop = g_main_loop_new (NULL, FALSE);
  self.left = count > 0 ? count : -1;
  return watch (&target, &self, seconds);
}
