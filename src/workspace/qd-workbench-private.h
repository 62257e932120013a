/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-workbench-load.h"
#include "qd-workbench.h"

G_BEGIN_DECLS

struct _QdWorkbench {
  GObject parent_instance;
  QdDrafts *drafts;
  GListStore *documents;     /* QdDocument, by name */
  GHashTable *by_name;       /* name → QdDocument, borrowed from @documents */

  char *folder;
  QdWorkspace *workspace;
  QdFolderLock *lock;        /* of @folder's drafts; NULL: none could be had */
  GHashTable *texts, *stamps;   /* of the last load: see qd-workbench-load.h */
  QdGitStatus *git;
  GCancellable *loading;     /* of what is being opened */
  guint generation;          /* grows with each folder: what comes late is known by it */
  GHashTable *monitors;      /* path of a folder → GFileMonitor */
  guint rescan_id;
  gboolean scanning, scan_again;
  guint n_saving;            /* a look that ends meanwhile counts for nothing: it may have read what is being saved; each save ends with another */

  QdAnalysis *analysis;
  QdPolicyOptions options;
  char *live_name;           /* of what a cluster has; NULL: nothing is known of one */
  GBytes *live;
  QdPolicyLiveMode live_mode;
  GStrv live_off;            /* policies that it has switched off; NULL: none */
  guint analyse_id;
  gboolean analysing, analyse_again;
  GCancellable *hurry;       /* of what is analysed at the moment: newer texts wait */
};

/* qd-workbench-analyse.c. Something changed: looks at it soon. */
void qd_workbench_analyse_soon (QdWorkbench *self);
void qd_workbench_analyse_forget (QdWorkbench *self);

/* qd-workbench-scan.c */
void qd_workbench_take_load (QdWorkbench *self, QdWorkbenchLoad *load);
/* The disk holds @theirs (NULL: nothing any more) where @document began from something else. */
void qd_workbench_meet (QdWorkbench *self, QdDocument *document, GBytes *theirs);
/* @document is compared with @base from now on, what the disk is known to hold: a look that is under way may have read what was there
 * before, and is done again. */
void qd_workbench_rebase (QdWorkbench *self, QdDocument *document, GBytes *base);
GHashTable *qd_workbench_monitors_new (void);
void qd_workbench_watch (QdWorkbench *self);

/* qd-workbench.c */
void qd_workbench_insert (QdWorkbench *self, QdDocument *document);
/* All of them, sorted as documents are: at once where there are none yet. */
void qd_workbench_insert_all (QdWorkbench *self, GPtrArray *documents);
void qd_workbench_drop (QdWorkbench *self, QdDocument *document);
/* Keeps, or lets go of, its draft, as it is dirty or not. */
void qd_workbench_keep_draft (QdWorkbench *self, QdDocument *document);
void qd_workbench_tell_problem (QdWorkbench *self, const char *problem);
void qd_workbench_tell_merged (QdWorkbench *self, QdDocument *document);
void qd_workbench_notify_git (QdWorkbench *self);

G_END_DECLS
