/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every action of the table and every role, against a real lab: what docs/permissions.md does not give is refused before anything
 * is sent, and refused by the lab where it is sent all the same. */
#include "config.h"

#include "driver-fixture.h"
#include "qd-capability.h"
#include "qd-hub.h"
#include "qd-json.h"
#include "qd-permission.h"

typedef struct {
  TestLab *lab;
  QdHub *hub;
  GHashTable *page;     /* "role permission", of each that docs/permissions.md gives */
  GPtrArray *roles;
} Fixture;

/* The page itself, read by its first table's titles. */
static void
read_page (Fixture *self)
{
  g_autofree char *path = g_build_filename (g_getenv ("QD_SOURCE_ROOT"), "docs", "permissions.md", NULL), *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  self->page = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->roles = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; lines[i]; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], "|", -1);

      if (g_str_has_prefix (lines[i], "| permission |"))
        for (guint c = 3; cells[c + 1]; c++)
          g_ptr_array_add (self->roles, g_strdup (g_strstrip (cells[c])));
      else if (g_str_has_prefix (lines[i], "| action |"))
        break;
      else if (self->roles->len > 0 && g_str_has_prefix (lines[i], "| `"))
        {
          const char *permission = g_strstrip (g_strdelimit (cells[1], "`", ' '));

          for (guint c = 0; c < self->roles->len; c++)
            if (strstr (cells[3 + c], "yes"))
              g_hash_table_add (self->page, g_strdup_printf ("%s %s", (char *) self->roles->pdata[c], permission));
        }
    }
  g_assert_cmpuint (self->roles->len, ==, 9);
  g_assert_cmpuint (g_hash_table_size (self->page), >, 100);
}

static gboolean
page_gives (Fixture *self, const char *role, const char *permission)
{
  g_autofree char *key = g_strdup_printf ("%s %s", role, permission);

  return permission == NULL || g_hash_table_contains (self->page, key);
}

static QdEntity *
connection_of (Fixture *self, const char *id)
{
  return qd_fleet_lookup (qd_hub_get_fleet (self->hub), id, QD_KIND_CONNECTION, id);
}

static gboolean
is_known (Fixture *self, const char *role)
{
  QdEntity *entity = connection_of (self, role);

  return entity && g_strcmp0 (qd_entity_get_string (entity, QD_CONNECTION_STATE), "live") == 0 &&
         qd_entity_get (entity, QD_CONNECTION_PERMISSIONS)->type == QD_VALUE_JSON;
}

static gboolean
is_offered (Fixture *self, const char *role, const QdCapability *row)
{
  gboolean known;

  return row->feature == NULL || qd_permission_lists (connection_of (self, role), QD_CONNECTION_OFFERS, row->feature, &known);
}

static gboolean
begin (Fixture *self)
{
  *self = (Fixture) { NULL };
  self->lab = test_lab_new ("--sites 20 --paths 30 --flows 50 --rate 50");
  if (self->lab == NULL)
    return FALSE;
  read_page (self);
  self->hub = qd_hub_new (NULL);
  for (guint i = 0; i < self->roles->len; i++)
    {
      g_autoptr (QdEndpoint) endpoint = test_lab_endpoint (self->lab, "node-api", self->roles->pdata[i]);
      g_autoptr (GError) error = NULL;

      g_set_str (&endpoint->id, self->roles->pdata[i]);
      g_assert_true (qd_hub_add (self->hub, endpoint, FALSE, &error));
      test_until (is_known (self, self->roles->pdata[i]), 30);
    }
  return TRUE;
}

static void
end (Fixture *self)
{
  qd_hub_stop (self->hub);
  test_spin (50);
  g_clear_object (&self->hub);
  g_hash_table_unref (self->page);
  g_ptr_array_unref (self->roles);
  test_lab_free (self->lab);
}

static void
result_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

/* What any action could want to be told. */
static JsonObject *
make_args (void)
{
  static const char *const texts[] = { "id", "revision", "reason", "name", "kind", "tenant", "saga", "mode", "view", "plan", "from", "to", "state" };
  JsonObject *args = json_object_new ();
  JsonObject *object = json_object_new (), *metadata = json_object_new (), *changes = json_object_new ();

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    json_object_set_string_member (args, texts[i], "x1");
  json_object_set_string_member (args, "mode", "checkpoint_only");
  json_object_set_string_member (args, "kind", "branch");
  json_object_set_boolean_member (args, "enabled", TRUE);
  json_object_set_boolean_member (args, "frozen", TRUE);
  json_object_set_string_member (changes, "name", "x1");
  json_object_set_object_member (args, "changes", changes);
  json_object_set_string_member (metadata, "name", "x1");
  json_object_set_string_member (metadata, "namespace", "default");
  json_object_set_string_member (object, "apiVersion", "networking.k8s.io/v1");
  json_object_set_string_member (object, "kind", "NetworkPolicy");
  json_object_set_object_member (object, "metadata", metadata);
  json_object_set_object_member (object, "spec", json_object_new ());
  json_object_set_object_member (args, "object", object);
  json_object_set_array_member (args, "flows", json_array_new ());
  return args;
}

/* By the hub, which is how window, palette and qdctl do it: refused with the permission's name. */
static void
check_refused_here (Fixture *self, const char *role, const QdCapability *row)
{
  g_autoptr (JsonObject) args = make_args ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = NULL;
  g_autofree char *id = qd_hub_run (self->hub, role, row->verb, args, NULL, "a test", NULL, result_cb, &result);

  test_until (result != NULL, 10);
  answer = qd_hub_run_finish (self->hub, result, &error);
  if (answer)
    g_error ("%s as %s is not refused", row->verb, role);
  if (!g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED) || strstr (error->message, row->permission) == NULL)
    g_error ("%s as %s: \"%s\" does not name %s", row->verb, role, error->message, row->permission);
}

/* Past the hub, by the driver alone. */
static void
check_refused_there (Fixture *self, const char *role, const QdCapability *row)
{
  g_autoptr (JsonObject) args = make_args ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = NULL;

  qd_driver_command_async (qd_hub_get_driver (self->hub, role), row->verb, args, NULL, result_cb, &result);
  test_until (result != NULL, 30);
  answer = qd_driver_command_finish (qd_hub_get_driver (self->hub, role), result, &error);
  if (answer || !g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED))
    g_error ("the lab does not refuse %s to %s: %s", row->verb, role, answer ? "it answers" : error->message);
}

static void
test_every_action (void)
{
  Fixture self;
  guint n, refused = 0;
  const QdCapability *rows = qd_capability_all (&n);

  if (!begin (&self))
    return;
  for (guint r = 0; r < self.roles->len; r++)
    for (guint i = 0; i < n; i++)
      {
        const char *role = self.roles->pdata[r];
        gboolean gives = page_gives (&self, role, rows[i].permission);

        if (rows[i].permission == NULL || g_str_equal (rows[i].verb, "policies.apply"))
          continue;
        /* What is NATS' is offered by another connection. */
        if (!is_offered (&self, "admin", &rows[i]))
          continue;
        /* A list that a role may not see is found out to be so: then the feature is not offered to it, which is a refusal too. */
        if (gives)
          test_until (qd_capability_allowed (qd_hub_get_fleet (self.hub), role, rows[i].verb, NULL), 20);
        else
          {
            refused++;
            if (is_offered (&self, role, &rows[i]) && !rows[i].engine)
              check_refused_here (&self, role, &rows[i]);
            g_assert_false (qd_capability_allowed (qd_hub_get_fleet (self.hub), role, rows[i].verb, NULL));
            /* The steps of an engine are actions of their own. */
            if (!rows[i].engine)
              check_refused_there (&self, role, &rows[i]);
          }
      }
  g_test_message ("%u refusals, each twice", refused);
  g_assert_cmpuint (refused, >, 50);
  end (&self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/permissions/every-action", test_every_action);
  return g_test_run ();
}
