/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-workspace"
#include "config.h"

#include "qd-document.h"

struct _QdDocument {
  GObject parent_instance;
  char *name;
  GBytes *base, *mine, *theirs;
  gboolean dirty, conflicted;
  guint n_errors, n_warnings;
};

enum { PROP_NAME = 1, PROP_DIRTY, PROP_CONFLICTED, PROP_N_ERRORS, PROP_N_WARNINGS, N_PROPS };

static GParamSpec *properties[N_PROPS];
static guint text_signal;

G_DEFINE_FINAL_TYPE (QdDocument, qd_document, G_TYPE_OBJECT)

static void
qd_document_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  QdDocument *self = QD_DOCUMENT (object);

  switch (id)
    {
    case PROP_NAME: g_value_set_string (value, self->name); break;
    case PROP_DIRTY: g_value_set_boolean (value, self->dirty); break;
    case PROP_CONFLICTED: g_value_set_boolean (value, self->conflicted); break;
    case PROP_N_ERRORS: g_value_set_uint (value, self->n_errors); break;
    case PROP_N_WARNINGS: g_value_set_uint (value, self->n_warnings); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
qd_document_finalize (GObject *object)
{
  QdDocument *self = QD_DOCUMENT (object);

  g_free (self->name);
  g_clear_pointer (&self->base, g_bytes_unref);
  g_clear_pointer (&self->mine, g_bytes_unref);
  g_clear_pointer (&self->theirs, g_bytes_unref);
  G_OBJECT_CLASS (qd_document_parent_class)->finalize (object);
}

static void
qd_document_class_init (QdDocumentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = qd_document_get_property;
  object_class->finalize = qd_document_finalize;
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_DIRTY] = g_param_spec_boolean ("dirty", NULL, NULL, FALSE, flags);
  properties[PROP_CONFLICTED] = g_param_spec_boolean ("conflicted", NULL, NULL, FALSE, flags);
  properties[PROP_N_ERRORS] = g_param_spec_uint ("n-errors", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_WARNINGS] = g_param_spec_uint ("n-warnings", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  text_signal = g_signal_new ("text", QD_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
qd_document_init (QdDocument *self)
{
}

static void
set_flag (QdDocument *self, gboolean *flag, gboolean value, guint property)
{
  if (*flag == value)
    return;
  *flag = value;
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
update_dirty (QdDocument *self)
{
  set_flag (self, &self->dirty, self->base == NULL || !g_bytes_equal (self->base, self->mine), PROP_DIRTY);
}

QdDocument *
qd_document_new (const char *name, GBytes *base, GBytes *mine)
{
  QdDocument *self = g_object_new (QD_TYPE_DOCUMENT, NULL);

  self->name = g_strdup (name);
  self->base = base ? g_bytes_ref (base) : NULL;
  self->mine = g_bytes_ref (mine);
  update_dirty (self);
  return self;
}

const char *
qd_document_get_name (QdDocument *self)
{
  return self->name;
}

GBytes *
qd_document_get_base (QdDocument *self)
{
  return self->base;
}

GBytes *
qd_document_get_mine (QdDocument *self)
{
  return self->mine;
}

GBytes *
qd_document_get_theirs (QdDocument *self)
{
  return self->theirs;
}

gboolean
qd_document_is_dirty (QdDocument *self)
{
  return self->dirty;
}

gboolean
qd_document_is_conflicted (QdDocument *self)
{
  return self->conflicted;
}

guint
qd_document_get_n_errors (QdDocument *self)
{
  return self->n_errors;
}

guint
qd_document_get_n_warnings (QdDocument *self)
{
  return self->n_warnings;
}

static void
replace (GBytes **place, GBytes *bytes)
{
  GBytes *before = *place;

  *place = bytes ? g_bytes_ref (bytes) : NULL;
  if (before)
    g_bytes_unref (before);
}

void
qd_document_set_mine (QdDocument *self, GBytes *mine, gboolean typed)
{
  gboolean same = g_bytes_equal (self->mine, mine);

  replace (&self->mine, mine);
  update_dirty (self);
  if (!same && !typed)
    g_signal_emit (self, text_signal, 0);
}

void
qd_document_set_base (QdDocument *self, GBytes *base)
{
  replace (&self->base, base);
  update_dirty (self);
}

void
qd_document_set_theirs (QdDocument *self, gboolean conflicted, GBytes *theirs)
{
  replace (&self->theirs, theirs);
  set_flag (self, &self->conflicted, conflicted, PROP_CONFLICTED);
}

void
qd_document_set_counts (QdDocument *self, guint n_errors, guint n_warnings)
{
  if (self->n_errors != n_errors)
    {
      self->n_errors = n_errors;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_ERRORS]);
    }
  if (self->n_warnings != n_warnings)
    {
      self->n_warnings = n_warnings;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_WARNINGS]);
    }
}
