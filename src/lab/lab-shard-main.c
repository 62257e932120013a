/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab-shard"
#include "config.h"

#include <glib-unix.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lab-json.h"
#include "lab-shard.h"

#define MAX_LINE (64 * 1024)

static GMainLoop *loop;
static GString *said;           /* of a line of input, so far */

void
lab_shard_config_clear (LabShardConfig *config)
{
  g_free (config->kind);
  g_free (config->shard);
  g_free (config->id);
  g_free (config->bucket);
  g_free (config->region);
  g_free (config->labels);
  g_free (config->user);
  g_free (config->password);
  g_free (config->version);
  g_strfreev (config->urls);
  memset (config, 0, sizeof *config);
}

static char *
text_of (JsonObject *object, const char *name)
{
  return g_strdup (lab_json_get_string (object, name, NULL));
}

static void
take_guise (JsonObject *object, char **version, gboolean *storage_bad)
{
  *version = text_of (object, "version");
  *storage_bad = g_strcmp0 (lab_json_get_string (object, "storage", NULL), "unhealthy") == 0;
}

gboolean
lab_shard_guise_read (const char *line, char **version, gboolean *storage_bad)
{
  g_autoptr (JsonNode) root = lab_json_parse (line, strlen (line), NULL);

  *version = NULL;
  *storage_bad = FALSE;
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return FALSE;
  take_guise (json_node_get_object (root), version, storage_bad);
  return TRUE;
}

gboolean
lab_shard_config_read (LabShardConfig *config, const char *line, GError **error)
{
  g_autoptr (JsonNode) root = lab_json_parse (line, strlen (line), error);
  g_autoptr (GPtrArray) urls = g_ptr_array_new_with_free_func (g_free);
  JsonObject *object;
  JsonArray *array;

  memset (config, 0, sizeof *config);
  if (root == NULL)
    return FALSE;
  object = JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  config->kind = text_of (object, "kind");
  config->shard = text_of (object, "shard");
  config->bucket = text_of (object, "bucket");
  config->region = text_of (object, "region");
  config->user = text_of (object, "user");
  config->password = text_of (object, "password");
  if (object != NULL)
    take_guise (object, &config->version, &config->storage_bad);
  config->capacity = (guint) CLAMP (lab_json_get_int (object, "capacity", 0), 0, G_MAXINT);
  config->labels = object != NULL ? lab_json_node_text (json_object_get_member (object, "labels")) : NULL;
  array = object != NULL ? lab_json_get_array (object, "urls") : NULL;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    g_ptr_array_add (urls, json_node_dup_string (json_array_get_element (array, i)));
  if (config->kind == NULL || config->shard == NULL || config->bucket == NULL || config->labels == NULL || config->user == NULL ||
      config->password == NULL || urls->len == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "the first line of input must be the shard's settings: this program is started by quarterdeck-lab");
      return FALSE;
    }
  config->id = g_strdup_printf ("%s.%s", config->kind, config->shard);
  g_ptr_array_add (urls, NULL);
  config->urls = (char **) g_ptr_array_steal (urls, NULL);
  return TRUE;
}

static gboolean
asked_cb (gpointer data)
{
  LabItem *item = g_new0 (LabItem, 1);

  item->what = LAB_ITEM_STOP;
  lab_shard_post (data, item);
  return G_SOURCE_CONTINUE;
}

/* The lab holds the other end of our input: it closes when the lab ends, however it ends. */
static gboolean
input_cb (int fd, GIOCondition condition, gpointer data)
{
  char byte;

  if (read (fd, &byte, 1) <= 0)
    {
      asked_cb (data);
      return G_SOURCE_REMOVE;
    }
  if (byte == '\n')
    {
      LabItem *item = g_new0 (LabItem, 1);

      item->what = LAB_ITEM_GUISE;
      item->value = g_strndup (said->str, said->len);
      lab_shard_post (data, item);
      g_string_truncate (said, 0);
    }
  else if (said->len < MAX_LINE)
    g_string_append_c (said, byte);
  return G_SOURCE_CONTINUE;
}

static void
ended_cb (LabShard *shard)
{
  /* Threads of nats.c and of the watch still run, and nothing of theirs is worth waiting for. */
  _exit (0);
}

int
main (int argc, char **argv)
{
  LabShard shard = { 0 };
  g_autoptr (GError) error = NULL;
  char line[MAX_LINE];

  setlocale (LC_ALL, "");
  setlocale (LC_NUMERIC, "C");
  prctl (PR_SET_NAME, "qd-lab-shard");
  /* Nothing of what follows the first line is to be taken with it. */
  setvbuf (stdin, NULL, _IONBF, 0);
  said = g_string_new (NULL);
  if (fgets (line, sizeof line, stdin) == NULL)
    line[0] = '\0';
  if (!lab_shard_config_read (&shard.config, line, &error) || !lab_shard_listen (&shard, &error))
    {
      fprintf (stderr, "quarterdeck-lab-shard: %s\n", error->message);
      return 2;
    }
  nats_Open (-1);
  nats_SetMessageDeliveryPoolSize (1);
  g_mutex_init (&shard.lock);
  shard.queue = g_async_queue_new ();
  shard.stream = g_str_equal (shard.config.kind, "runner") ? "WORKFLOW_COMMANDS" : "AGGREGATE_EVENTS";
  shard.dial = (LabDial) { .urls = (const char *const *) shard.config.urls, .n_urls = g_strv_length (shard.config.urls),
                           .user = shard.config.user, .password = shard.config.password, .name = shard.config.id, .pooled = TRUE };
  shard.ended = ended_cb;
  loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGTERM, asked_cb, &shard);
  g_unix_signal_add (SIGINT, asked_cb, &shard);
  g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, input_cb, &shard);
  g_thread_new ("shard", lab_shard_work, &shard);
  g_main_loop_run (loop);
  return 0;
}
