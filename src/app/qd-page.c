/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-page.h"

#include <glib/gi18n.h>

typedef struct
{
  const QdPageInfo *info;
  QdSession *session;
} QdPagePrivate;

typedef enum { PROP_PAGE_ID = 1, PROP_SESSION } QdPageProperty;
static GParamSpec *properties[PROP_SESSION + 1];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (QdPage, qd_page, ADW_TYPE_BIN)

static void
qd_page_dispose (GObject *object)
{
  QdPagePrivate *priv = qd_page_get_instance_private (QD_PAGE (object));

  g_clear_object (&priv->session);
  G_OBJECT_CLASS (qd_page_parent_class)->dispose (object);
}

static void
qd_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  QdPagePrivate *priv = qd_page_get_instance_private (QD_PAGE (object));

  switch ((QdPageProperty) id)
    {
    case PROP_PAGE_ID:
      g_value_set_string (value, priv->info != NULL ? priv->info->id : NULL);
      break;
    case PROP_SESSION:
      g_value_set_object (value, priv->session);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
qd_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  QdPagePrivate *priv = qd_page_get_instance_private (QD_PAGE (object));

  switch ((QdPageProperty) id)
    {
    case PROP_PAGE_ID:
      priv->info = qd_page_info_find (g_value_get_string (value));
      break;
    case PROP_SESSION:
      priv->session = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
qd_page_class_init (QdPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = qd_page_dispose;
  object_class->get_property = qd_page_get_property;
  object_class->set_property = qd_page_set_property;

  properties[PROP_PAGE_ID] =
    g_param_spec_string ("page-id", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SESSION] =
    g_param_spec_object ("session", NULL, NULL, QD_TYPE_SESSION,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
qd_page_init (QdPage *self)
{
}

/**
 * qd_page_new:
 * @info: one of qd_page_list()
 * @session: what the window looks at
 *
 * Makes the page that @info describes. Its class reads its session in `constructed`.
 *
 * Returns: (transfer floating): the page
 */
QdPage *
qd_page_new (const QdPageInfo *info, QdSession *session)
{
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (QD_IS_SESSION (session), NULL);

  return g_object_new (info->get_type (), "page-id", info->id, "session", session, NULL);
}

const char *
qd_page_get_id (QdPage *self)
{
  QdPagePrivate *priv = qd_page_get_instance_private (self);

  return priv->info != NULL ? priv->info->id : "";
}

const char *
qd_page_get_title (QdPage *self)
{
  QdPagePrivate *priv = qd_page_get_instance_private (self);

  return priv->info != NULL ? _(priv->info->title) : "";
}

const char *
qd_page_get_icon_name (QdPage *self)
{
  QdPagePrivate *priv = qd_page_get_instance_private (self);

  return priv->info != NULL ? priv->info->icon_name : NULL;
}

QdSession *
qd_page_get_session (QdPage *self)
{
  QdPagePrivate *priv = qd_page_get_instance_private (self);

  return priv->session;
}

gboolean
qd_page_show_entity (QdPage *self, QdEntity *entity)
{
  QdPageClass *klass = QD_PAGE_GET_CLASS (self);

  return klass->show_entity != NULL && klass->show_entity (self, entity);
}

GtkWidget *
qd_page_get_header_end (QdPage *self)
{
  QdPageClass *klass = QD_PAGE_GET_CLASS (self);

  return klass->get_header_end != NULL ? klass->get_header_end (self) : NULL;
}

gboolean
qd_page_focus_search (QdPage *self)
{
  QdPageClass *klass = QD_PAGE_GET_CLASS (self);

  if (klass->focus_search == NULL)
    return FALSE;
  klass->focus_search (self);
  return TRUE;
}

char *
qd_page_copy (QdPage *self)
{
  QdPageClass *klass = QD_PAGE_GET_CLASS (self);

  return klass->copy != NULL ? klass->copy (self) : NULL;
}
