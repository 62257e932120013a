/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-server.h"

G_BEGIN_DECLS

/*
 * Resources that are a JSON object which clients write as a whole: what all of them share is here, what an
 * object of the kind must be is in its LabDocumentKind.
 */
typedef struct
{
  char *id;
  JsonObject *object;           /* as clients wrote it, without what the lab adds */
  guint64 revision;
  gint64 changed_at;            /* unix µs; 0: as the seed made it */
  gboolean removed;
  gboolean enabled;
} LabDocument;

typedef struct
{
  const char *path;             /* "/api/v1/policies" */
  const char *noun;             /* of events: "policy" makes policy_created, policy_updated, policy_removed */
  const char *insert;           /* SQL: id, removed, body */
  const char *select;           /* SQL: id, removed, body */
  const char *const *filters;   /* names of members that the list filters by; metadata is looked into */

  /* Makes of @object what is kept; FALSE after having answered what is wrong. */
  gboolean (*check) (LabRequest *request, JsonObject *object);
  /* The id that an object has by itself, or NULL for one of the lab's making. */
  char *(*make_id) (JsonObject *object);
  /* What the lab adds to an object that is shown; @out is within the object. May be NULL. */
  void (*add_status) (LabServer *server, GString *out, const LabDocument *document);
  /* What is to be said of a change before it is made: of @before (NULL: a new one) into @after (NULL: removed), which is to be enabled
   * or not; by lab_request_warn(). May be NULL. */
  void (*warn) (LabRequest *request, const LabDocument *before, JsonObject *after, gboolean enabled);
  /* Something has changed. May be NULL. */
  void (*changed) (LabServer *server);
  /* Members of the object that are the lab's to write, and stay when a client writes it; NULL-terminated. May be NULL. */
  const char *const *ours;
  /* Whether who asks may know of @document at all. May be NULL. */
  gboolean (*visible) (LabRequest *request, const LabDocument *document);
} LabDocumentKind;

LabDocuments *lab_documents_new  (const LabDocumentKind *kind);
void          lab_documents_free (LabDocuments *documents);

/* What the seed gives; before lab_documents_load(), which lays what clients did over it. */
void          lab_documents_seed (LabDocuments *documents, const char *id, JsonObject *object, gboolean enabled);
void          lab_documents_load (LabServer *server, LabDocuments *documents);

guint         lab_documents_count (const LabDocuments *documents);
const LabDocument *lab_documents_at (const LabDocuments *documents, guint index);

/* NULL: there is none of that id, or it was removed. */
const LabDocument *lab_documents_lookup (const LabDocuments *documents, const char *id);
/* A copy of the document's object, to be changed and given to lab_documents_set(). */
JsonObject   *lab_documents_copy (const LabDocument *document);
/* The lab itself makes @object of @document: within a transaction. @by and @reason may be NULL. */
void          lab_documents_set  (LabServer *server, LabDocuments *documents, const LabDocument *document, JsonObject *object,
                                  const char *by, const char *reason);
/* What the lab adds to @document has changed: who listens is told, and nothing is kept. Within a transaction. */
void          lab_documents_announce (LabServer *server, LabDocuments *documents, const LabDocument *document);

/* The routes. */
const LabDocument *lab_documents_find (LabRequest *request, const LabDocuments *documents);
void          lab_documents_list   (LabRequest *request, LabDocuments *documents);
void          lab_documents_get    (LabRequest *request, LabDocuments *documents);
void          lab_documents_create (LabRequest *request, LabDocuments *documents);
void          lab_documents_update (LabRequest *request, LabDocuments *documents);
void          lab_documents_delete (LabRequest *request, LabDocuments *documents);

/* Answers with @document; and with a plan of what would become of it. */
void          lab_documents_show   (LabRequest *request, LabDocuments *documents, const LabDocument *document);
void          lab_documents_plan   (LabRequest *request, LabDocuments *documents, const LabDocument *document, JsonObject *after,
                                    const char *step, const char *blocker_code, const char *blocker);

/* Answers 422 with an error whose message is "POINTER: detail". */
void          lab_request_invalid_error (LabRequest *request, const GError *error);

G_END_DECLS
