/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app-fixture.h"
#include "qd-policy-builder.h"
#include "qd-policy-entry.h"
#include "qd-policy-label-picker.h"
#include "qd-policy-peer-row.h"
#include "qd-policy-port-row.h"
#include "qd-policy-rule-card.h"
#include "qd-policy-selector-row.h"
#include "qd-policy-shelf.h"
#include "qd-policy-subject.h"

/* The builder drives a text that it does not see: here it is a string with an undo stack, which gives back a file and a world after
 * each change, as an editor does. */

typedef struct { GtkWidget *window; QdPolicyBuilder *builder; GString *text; GPtrArray *undo; guint document; char *place; guint places; } Fixture;

/* What it is at first, and the first document of it. */
#define BUILDER_FIRST "# The shop's front\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: allow-web   # as in the plan\n  namespace: shop\n" \
  "  labels: &same {app: web, part: shop}\nspec:\n  podSelector:\n    matchLabels: {app: web}\n  ingress:\n" \
  "  # ops may\n  - from:\n    - namespaceSelector:\n        matchLabels: {team: ops}\n      podSelector:\n        matchLabels: {app: proxy}\n" \
  "    ports:\n    - port: 8080   # http\n" \
  "  # others\n  - from:\n    - ipBlock:\n        cidr: 10.0.0.0/8\n    - podSelector: {matchLabels: {app: gone}}\n" \
  "  # copied\n  - from:\n    - podSelector: {matchLabels: *same}\n      colour: blue\n"
extern const char builder_text[];

void builder_set_up (Fixture *fixture, gconstpointer data);
void builder_tear_down (Fixture *fixture, gconstpointer data);
void builder_show_text (Fixture *fixture);
void builder_undo (Fixture *fixture);
/* One change was made of builder_text: @there (NULL: whatever) is in it, and @not_there is not; undone the text is what it was, byte for byte. */
void builder_check_change (Fixture *fixture, const char *there, const char *not_there);
/* Another text than the fixture's. */
void builder_use_text (Fixture *fixture, const char *words);
/* One change was made: it is there, and undone the text is @before. */
void builder_check_one (Fixture *fixture, const char *before, const char *there);

/* The @skip-th visible widget of @type (a popover's content too) that a screen reader calls @name. */
GtkWidget *builder_find_nth (gpointer from, GType type, const char *name, guint skip);
GtkWidget *builder_find (gpointer from, GType type, const char *name);
gboolean builder_has_label (GtkWidget *from, const char *words);
/* Waits until a label says that: what is found on a worker takes its time. */
void builder_check_label_in (Fixture *fixture, GtkWidget *within, const char *words);
void builder_check_label (Fixture *fixture, const char *words);
GtkWidget *builder_card_at (Fixture *fixture, guint i);
GtkWidget *builder_open_card (Fixture *fixture, guint i);
/* The row of that title in the list of what exists, which is unfolded. */
GtkWidget *builder_shelf_row (Fixture *fixture, const char *title);
GtkEventController *builder_controller_of (GtkWidget *widget, GType type);

/* Types over what is there, and ends with Enter. */
void builder_type (GtkWidget *entry, const char *words);
void builder_press (GtkWidget *button);
void builder_choose (GtkWidget *drop_down, guint i);
gboolean builder_drop (GtkWidget *dragged, GtkWidget *on);

/* Every control below has a name; @n counts them. */
void builder_check_names (GtkWidget *widget, guint *n);
/* 360 pixels wide, the columns are below each other, and all fits. */
void builder_check_narrow (Fixture *fixture);
