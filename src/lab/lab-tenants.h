/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-documents.h"

G_BEGIN_DECLS

/* Those whom the platform serves. */
void        lab_tenants_new       (LabServer *server);
void        lab_tenants_free      (LabServer *server);

/* The buckets, or what they say, may have changed. */
void        lab_tenants_moved     (LabServer *server);

/* The routes. */
void        lab_tenants_list      (LabRequest *request);
void        lab_tenants_get       (LabRequest *request);
void        lab_tenants_create    (LabRequest *request);
void        lab_tenants_update    (LabRequest *request);
void        lab_tenants_suspend   (LabRequest *request);
void        lab_tenants_resume    (LabRequest *request);
void        lab_tenants_archive   (LabRequest *request);
void        lab_tenants_kill_switch (LabRequest *request);

G_END_DECLS
