/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-hover.h"

struct _QdPolicyHover {
  GObject parent_instance;
  GWeakRef owner;
  QdPolicyHoverFunc make;
};

static void provider_init (GtkSourceHoverProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (QdPolicyHover, qd_policy_hover, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (GTK_SOURCE_TYPE_HOVER_PROVIDER, provider_init))

static gboolean
qd_policy_hover_populate (GtkSourceHoverProvider *provider, GtkSourceHoverContext *context, GtkSourceHoverDisplay *display, GError **error)
{
  QdPolicyHover *self = QD_POLICY_HOVER (provider);
  g_autoptr (GObject) owner = g_weak_ref_get (&self->owner);
  GtkWidget *hint = NULL;
  GtkTextIter at;

  if (owner && gtk_source_hover_context_get_iter (context, &at))
    hint = self->make (owner, &at);
  if (hint == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "nothing to say");
      return FALSE;
    }
  gtk_source_hover_display_append (display, hint);
  return TRUE;
}

static void
provider_init (GtkSourceHoverProviderInterface *iface)
{
  iface->populate = qd_policy_hover_populate;
}

static void
qd_policy_hover_finalize (GObject *object)
{
  g_weak_ref_clear (&QD_POLICY_HOVER (object)->owner);
  G_OBJECT_CLASS (qd_policy_hover_parent_class)->finalize (object);
}

static void
qd_policy_hover_class_init (QdPolicyHoverClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_policy_hover_finalize;
}

static void
qd_policy_hover_init (QdPolicyHover *self)
{
}

QdPolicyHover *
qd_policy_hover_new (GObject *owner, QdPolicyHoverFunc make)
{
  QdPolicyHover *self = g_object_new (QD_TYPE_POLICY_HOVER, NULL);

  g_weak_ref_init (&self->owner, owner);
  self->make = make;
  return self;
}
