/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-undo.h"

#define MAX_CHANGES 100
/* A layout of thousands of things is a large change: some ten megabytes of them are kept. */
#define MAX_PLACES 100000

struct _QdTopologyUndo {
  GObject parent_instance;

  GPtrArray *changes;
  guint done;             /* how many of them are in effect */
};

G_DEFINE_FINAL_TYPE (QdTopologyUndo, qd_topology_undo, G_TYPE_OBJECT)

static guint changed_signal;

static void
qd_topology_undo_finalize (GObject *object)
{
  g_ptr_array_unref (QD_TOPOLOGY_UNDO (object)->changes);
  G_OBJECT_CLASS (qd_topology_undo_parent_class)->finalize (object);
}

static void
qd_topology_undo_class_init (QdTopologyUndoClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_topology_undo_finalize;
  changed_signal = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
qd_topology_undo_init (QdTopologyUndo *self)
{
  self->changes = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_places_change_free);
}

QdTopologyUndo *
qd_topology_undo_new (void)
{
  return g_object_new (QD_TYPE_TOPOLOGY_UNDO, NULL);
}

static guint
count_places (QdTopologyUndo *self)
{
  guint n = 0;

  for (guint i = 0; i < self->changes->len; i++)
    n += qd_places_change_get_size (self->changes->pdata[i]);
  return n;
}

void
qd_topology_undo_push (QdTopologyUndo *self, QdPlacesChange *change)
{
  g_return_if_fail (QD_IS_TOPOLOGY_UNDO (self) && change != NULL);

  g_ptr_array_set_size (self->changes, (int) self->done);
  g_ptr_array_add (self->changes, change);
  self->done++;
  while (self->done > 1 && (self->done > MAX_CHANGES || count_places (self) > MAX_PLACES))
    {
      g_ptr_array_remove_index (self->changes, 0);
      self->done--;
    }
  g_signal_emit (self, changed_signal, 0);
}

gboolean
qd_topology_undo_can_undo (QdTopologyUndo *self)
{
  return self->done > 0;
}

gboolean
qd_topology_undo_can_redo (QdTopologyUndo *self)
{
  return self->done < self->changes->len;
}

const QdPlacesChange *
qd_topology_undo_step_back (QdTopologyUndo *self)
{
  if (!qd_topology_undo_can_undo (self))
    return NULL;
  self->done--;
  g_signal_emit (self, changed_signal, 0);
  return self->changes->pdata[self->done];
}

const QdPlacesChange *
qd_topology_undo_step_forward (QdTopologyUndo *self)
{
  if (!qd_topology_undo_can_redo (self))
    return NULL;
  self->done++;
  g_signal_emit (self, changed_signal, 0);
  return self->changes->pdata[self->done - 1];
}

void
qd_topology_undo_clear (QdTopologyUndo *self)
{
  self->done = 0;
  g_ptr_array_set_size (self->changes, 0);
  g_signal_emit (self, changed_signal, 0);
}
