/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Written by build-aux/permissions.py from docs/permissions.md: change that, then run it. */
"tenant.migrate",
"placement.set",
"tenant.create",
"tenant.update",
"tenant.suspend",
"tenant.resume",
"tenant.archive",
"tenant.kill-switch",
"shard.drain",
"shard.replay",
"shard.rebuild",
