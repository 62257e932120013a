/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leans on a symbol that nobody has: the room test links it to see that such a mistake fails. */
int qd_meta_nowhere (void);
int qd_meta_wrong (void);

int
qd_meta_wrong (void)
{
  return qd_meta_nowhere ();
}
