/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-drain.h"
#include "qd-driver.h"

/* A real lab, in a folder of its own. */
typedef struct {
  GSubprocess *process;
  char *state;
  GPtrArray *args;
  char *http, *nats, *monitor, *credentials, *epoch;
  char *token;       /* admin's, once somebody asked */
  guint port;
} TestLab;

/* NULL (and the test is skipped) when the program is not built. @options: separated by spaces. */
TestLab *test_lab_new (const char *options);
void test_lab_kill (TestLab *lab);              /* -9 */
void test_lab_start (TestLab *lab);             /* again, on the same port and state */
void test_lab_wipe (TestLab *lab);              /* forgets its state, between kill and start */
void test_lab_free (TestLab *lab);
char *test_lab_dup_password (TestLab *lab, const char *user, gboolean nats);
QdEndpoint *test_lab_endpoint (TestLab *lab, const char *driver, const char *user);
/* A request as admin, answered: asserts that it worked. Blocks by turning the context. */
JsonNode *test_lab_request (TestLab *lab, const char *method, const char *path, const char *body);
void test_lab_set_faults (TestLab *lab, const char *spec);
/* Every page of a list. */
GHashTable *test_lab_list (TestLab *lab, const char *path);   /* id → JsonObject */

/* A model with one driver. */
typedef struct {
  QdFleet *fleet;
  QdDrain *drain;
  QdDriver *driver;
  char *id;
} TestModel;

TestModel *test_model_new (const QdEndpoint *endpoint);
void test_model_add (TestModel *model, const QdEndpoint *endpoint, QdDriver **driver);
void test_model_free (TestModel *model);
guint test_model_count (TestModel *model, QdKind kind);
const char *test_model_state (TestModel *model);
const char *test_model_detail (TestModel *model);
QdEntity *test_model_find (TestModel *model, QdKind kind, const char *id);
/* Runs @verb and waits. @args: JSON text. */
JsonNode *test_model_command (TestModel *model, const char *verb, const char *args, GError **error);

/* Sanitizers slow us down: what would never come true takes longer to be sure of. */
#ifdef __SANITIZE_ADDRESS__
#define TEST_SLOWNESS 4
#else
#define TEST_SLOWNESS 1
#endif
/* Turns the main context until @condition holds; fails after @seconds. */
#define test_until(condition, seconds) \
  G_STMT_START { \
    gint64 until_ = g_get_monotonic_time () + (gint64) (seconds) * TEST_SLOWNESS * G_USEC_PER_SEC; \
    guint timer_ = test_tick_start (); \
    while (!(condition) && g_get_monotonic_time () < until_) \
      g_main_context_iteration (NULL, TRUE); \
    g_source_remove (timer_); \
    if (!(condition)) \
      g_error ("%s:%d: did not come true in %d s: %s", __FILE__, __LINE__, (int) (seconds), #condition); \
  } G_STMT_END
guint test_tick_start (void);
void test_spin (guint ms);
