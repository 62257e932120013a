/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-welcome.h"

struct _QdWelcome
{
  AdwBin parent_instance;

  AdwBanner *problem_banner;
};

G_DEFINE_FINAL_TYPE (QdWelcome, qd_welcome, ADW_TYPE_BIN)

static void
qd_welcome_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), QD_TYPE_WELCOME);
  G_OBJECT_CLASS (qd_welcome_parent_class)->dispose (object);
}

static void
qd_welcome_class_init (QdWelcomeClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_welcome_dispose;
  gtk_widget_class_set_template_from_resource (GTK_WIDGET_CLASS (klass),
                                               "/io/github/quarterdeck/Quarterdeck/ui/qd-welcome.ui");
  gtk_widget_class_bind_template_child (GTK_WIDGET_CLASS (klass), QdWelcome, problem_banner);
}

static void
qd_welcome_init (QdWelcome *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
qd_welcome_new (void)
{
  return g_object_new (QD_TYPE_WELCOME, NULL);
}

void
qd_welcome_set_problem (QdWelcome *self, const char *problem)
{
  g_return_if_fail (QD_IS_WELCOME (self));

  adw_banner_set_title (self->problem_banner, problem != NULL ? problem : "");
  adw_banner_set_revealed (self->problem_banner, problem != NULL);
}
