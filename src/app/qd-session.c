/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-session.h"

#include <glib/gi18n.h>

#include "qd-capability.h"

struct _QdSession
{
  GObject parent_instance;

  QdHub *hub;
  /* Interned; NULL: all. */
  const char *connection;
  QdEntity *selected;
  char *unexplained;
  QdWorkbench *workbench;    /* weak */
};

typedef enum { PROP_CONNECTION = 1, PROP_SELECTED, PROP_WORKBENCH } QdSessionProperty;
static GParamSpec *properties[PROP_WORKBENCH + 1];

enum { SIGNAL_OPEN, SIGNAL_TOAST, SIGNAL_PAGE, SIGNAL_EXPLAIN, SIGNAL_CUT, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QdSession, qd_session, G_TYPE_OBJECT)

static void
qd_session_dispose (GObject *object)
{
  QdSession *self = QD_SESSION (object);

  g_clear_object (&self->selected);
  g_clear_pointer (&self->unexplained, g_free);
  g_clear_weak_pointer (&self->workbench);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (qd_session_parent_class)->dispose (object);
}

static void
qd_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  QdSession *self = QD_SESSION (object);

  switch ((QdSessionProperty) id)
    {
    case PROP_CONNECTION:
      g_value_set_string (value, self->connection);
      break;
    case PROP_SELECTED:
      g_value_set_object (value, self->selected);
      break;
    case PROP_WORKBENCH:
      g_value_set_object (value, self->workbench);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
qd_session_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  QdSession *self = QD_SESSION (object);

  switch ((QdSessionProperty) id)
    {
    case PROP_CONNECTION:
      qd_session_set_connection (self, g_value_get_string (value));
      break;
    case PROP_SELECTED:
      qd_session_set_selected (self, g_value_get_object (value));
      break;
    case PROP_WORKBENCH:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
qd_session_class_init (QdSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = qd_session_dispose;
  object_class->get_property = qd_session_get_property;
  object_class->set_property = qd_session_set_property;

  properties[PROP_CONNECTION] =
    g_param_spec_string ("connection", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SELECTED] =
    g_param_spec_object ("selected", NULL, NULL, QD_TYPE_ENTITY,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_WORKBENCH] =
    g_param_spec_object ("workbench", NULL, NULL, QD_TYPE_WORKBENCH,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);

  signals[SIGNAL_OPEN] = g_signal_new ("open", QD_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, QD_TYPE_ENTITY);
  signals[SIGNAL_TOAST] = g_signal_new ("toast", QD_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_CLOSURE);
  signals[SIGNAL_PAGE] = g_signal_new ("page", QD_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_EXPLAIN] = g_signal_new ("explain", QD_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, QD_TYPE_ENTITY);
  signals[SIGNAL_CUT] = g_signal_new ("cut", QD_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
qd_session_init (QdSession *self)
{
}

/**
 * qd_session_new:
 * @hub: all connections
 *
 * Makes what one window is looking at: everything, with nothing selected. Main thread.
 *
 * Returns: (transfer full): a session
 */
QdSession *
qd_session_new (QdHub *hub)
{
  QdSession *self = g_object_new (QD_TYPE_SESSION, NULL);

  g_return_val_if_fail (QD_IS_HUB (hub), self);
  self->hub = g_object_ref (hub);
  return self;
}

QdHub *
qd_session_get_hub (QdSession *self)
{
  g_return_val_if_fail (QD_IS_SESSION (self), NULL);
  return self->hub;
}

QdFleet *
qd_session_get_fleet (QdSession *self)
{
  g_return_val_if_fail (QD_IS_SESSION (self), NULL);
  return qd_hub_get_fleet (self->hub);
}

const char *
qd_session_get_connection (QdSession *self)
{
  g_return_val_if_fail (QD_IS_SESSION (self), NULL);
  return self->connection;
}

void
qd_session_set_connection (QdSession *self, const char *connection)
{
  g_return_if_fail (QD_IS_SESSION (self));

  if (connection != NULL && *connection == '\0')
    connection = NULL;
  if (g_strcmp0 (self->connection, connection) == 0)
    return;
  self->connection = g_intern_string (connection);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONNECTION]);
}

QdEntity *
qd_session_get_selected (QdSession *self)
{
  g_return_val_if_fail (QD_IS_SESSION (self), NULL);
  return self->selected;
}

void
qd_session_set_selected (QdSession *self, QdEntity *entity)
{
  g_return_if_fail (QD_IS_SESSION (self));

  if (g_set_object (&self->selected, entity))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED]);
}

void
qd_session_open (QdSession *self, QdEntity *entity)
{
  g_return_if_fail (QD_IS_SESSION (self));
  g_return_if_fail (QD_IS_ENTITY (entity));

  g_signal_emit (self, signals[SIGNAL_OPEN], 0, entity);
}

void
qd_session_open_page (QdSession *self, const char *page_id)
{
  g_return_if_fail (QD_IS_SESSION (self));
  g_return_if_fail (page_id != NULL);

  g_signal_emit (self, signals[SIGNAL_PAGE], 0, page_id);
}

void
qd_session_explain (QdSession *self, QdEntity *flow)
{
  g_return_if_fail (QD_IS_SESSION (self));
  g_return_if_fail (QD_IS_ENTITY (flow));

  /* The page that answers is made when it is shown. */
  qd_session_open_page (self, "policies");
  g_signal_emit (self, signals[SIGNAL_EXPLAIN], 0, flow);
}

void
qd_session_show_cut (QdSession *self)
{
  g_return_if_fail (QD_IS_SESSION (self));

  qd_session_open_page (self, "topology");
  g_signal_emit (self, signals[SIGNAL_CUT], 0);
}

const char *
qd_session_get_unexplained (QdSession *self)
{
  g_return_val_if_fail (QD_IS_SESSION (self), NULL);
  return self->unexplained;
}

void
qd_session_set_unexplained (QdSession *self, const char *why)
{
  g_return_if_fail (QD_IS_SESSION (self));
  g_set_str (&self->unexplained, why);
}

void
qd_session_toast (QdSession *self, const char *text)
{
  g_return_if_fail (QD_IS_SESSION (self));
  g_return_if_fail (text != NULL);

  g_signal_emit (self, signals[SIGNAL_TOAST], 0, text, NULL, NULL);
}

void
qd_session_toast_action (QdSession *self, const char *text, const char *button,
                         GCallback callback, gpointer data, GClosureNotify destroy)
{
  g_autoptr (GClosure) closure = NULL;

  g_return_if_fail (QD_IS_SESSION (self));
  g_return_if_fail (text != NULL && button != NULL && callback != NULL);

  closure = g_cclosure_new_swap (callback, data, destroy);
  g_closure_ref (closure);
  g_closure_sink (closure);
  g_signal_emit (self, signals[SIGNAL_TOAST], 0, text, button, closure);
}

/**
 * qd_session_find_connection:
 * @self: a session
 * @verb: what is to be done
 *
 * Returns: (transfer none) (nullable): the connection shown, else the first that allows @verb
 */
const char *
qd_session_find_connection (QdSession *self, const char *verb)
{
  QdEntityList *list;
  guint n;

  g_return_val_if_fail (QD_IS_SESSION (self), NULL);

  if (self->connection != NULL)
    return self->connection;
  list = qd_fleet_get_list (qd_session_get_fleet (self), QD_KIND_CONNECTION);
  n = qd_entity_list_get_length (list);
  for (guint i = 0; i < n; i++)
    {
      const char *id = qd_entity_get_id (qd_entity_list_peek (list, i));

      if (qd_capability_allowed (qd_session_get_fleet (self), id, verb, NULL))
        return g_intern_string (id);
    }
  return NULL;
}

char *
qd_session_why_nowhere (QdSession *self, const char *verb)
{
  QdEntityList *list = qd_fleet_get_list (qd_session_get_fleet (self), QD_KIND_CONNECTION);

  for (guint i = 0; i < qd_entity_list_get_length (list); i++)
    {
      const char *id = qd_entity_get_id (qd_entity_list_peek (list, i));
      char *why = NULL;

      if (!qd_capability_permitted (qd_session_get_fleet (self), id, verb, &why))
        return why;
    }
  return g_strdup (_("No connection offers and allows it"));
}

QdWorkbench *
qd_session_get_workbench (QdSession *self)
{
  g_return_val_if_fail (QD_IS_SESSION (self), NULL);
  return self->workbench;
}

void
qd_session_set_workbench (QdSession *self, QdWorkbench *workbench)
{
  g_return_if_fail (QD_IS_SESSION (self));
  if (g_set_weak_pointer (&self->workbench, workbench))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WORKBENCH]);
}

void
qd_session_refresh (QdSession *self)
{
  g_return_if_fail (QD_IS_SESSION (self));
  qd_hub_refresh (self->hub, self->connection);
}
