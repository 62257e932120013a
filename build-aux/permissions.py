#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What docs/permissions.md says, as C: who may, for the lab and its NATS, and what can be asked, for Quarterdeck.

permissions.py [--check]: writes src/lab/lab-permission-table.h, src/lab/lab-freeze-table.h, src/lab/lab-nats-subject-table.h and
src/ops/qd-capability-table.h anew, or says (status 1) whether they are as the page would have them.
"""
import os
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = os.path.join(TOP, 'docs', 'permissions.md')
HEAD = ('/* SPDX-License-Identifier: GPL-3.0-or-later */\n'
        '/* Written by build-aux/permissions.py from docs/permissions.md: change that, then run it. */\n')
ROLES, ACTIONS, SUBJECTS = '| permission |', '| action |', '| subject |'


def table(page, begins):
    """The rows of the table whose first line begins so, each a list of cells; the first is the titles."""
    rows, inside = [], False
    for number, line in enumerate(page.split('\n'), 1):
        inside = inside or line.startswith(begins)
        if not inside:
            continue
        if not line.startswith('|'):
            break
        cells = [cell.strip() for cell in line.strip().strip('|').split('|')]
        if rows and len(cells) != len(rows[0]):
            sys.exit(f'{PAGE}:{number}: {len(cells)} cells, not {len(rows[0])}')
        if not set(line) <= set('|- '):
            rows.append(cells)
    if not rows:
        sys.exit(f'{PAGE}: no table begins with {begins}')
    return rows


def code(cell):
    """What stands between backquotes as a C string; of an empty cell NULL."""
    return f'"{cell.strip("`")}"' if cell else 'NULL'


def flag(cell):
    if cell not in ('', 'yes'):
        sys.exit(f'{PAGE}: “{cell}” is neither “yes” nor empty')
    return 'TRUE' if cell else 'FALSE'


def lab_table(page):
    titles, *rows = table(page, ROLES)
    constants = ['LAB_ROLE_' + title.upper().replace('-', '_') for title in titles[2:]]
    lines = []
    for name, allows, *marks in rows:
        roles = ' | '.join(f'1u << {constant}' for constant, mark in zip(constants, marks) if flag(mark) == 'TRUE')
        lines.append(f'{{ {code(name)}, {roles or 0}, "{allows}" }},\n')
    return HEAD + ''.join(lines)


def ops_table(page):
    known = {row[0] for row in table(page, ROLES)[1:]}
    lines, seen = [], set()
    for verb, title, permission, feature, tenant, impact, query, again, held, engine in table(page, ACTIONS)[1:]:
        if verb in seen or (permission and permission not in known):
            sys.exit(f'{PAGE}: {verb} stands twice' if verb in seen else f'{PAGE}: {verb} needs {permission}, which no row is about')
        seen.add(verb)
        lines.append(f'{{ {code(verb)}, N_("{title}"), {code(feature)}, {code(permission)}, {code(tenant)}, {flag(impact)}, {flag(query)}, {flag(again)}, {flag(held)}, {flag(engine)} }},\n')
    return HEAD + ''.join(lines)


def freeze_table(page):
    titles, *rows = table(page, ACTIONS)
    column = titles.index('held by a freeze')
    return HEAD + ''.join(f'{code(row[0])},\n' for row in rows if flag(row[column]) == 'TRUE')


def nats_table(page):
    known = {row[0] for row in table(page, ROLES)[1:]}
    lines = []
    for subject, allows, permission in table(page, SUBJECTS)[1:]:
        if permission and permission not in known:
            sys.exit(f'{PAGE}: {subject} needs {permission}, which no row is about')
        lines.append(f'{{ {code(subject)}, {code(permission)}, "{allows}" }},\n')
    return HEAD + ''.join(lines)


def main():
    with open(PAGE, encoding='utf-8') as file:
        page = file.read()
    stale = 0
    for path, text in (('src/lab/lab-permission-table.h', lab_table(page)), ('src/lab/lab-freeze-table.h', freeze_table(page)),
                       ('src/lab/lab-nats-subject-table.h', nats_table(page)), ('src/ops/qd-capability-table.h', ops_table(page))):
        whole = os.path.join(TOP, path)
        old = ''
        if os.path.exists(whole):
            with open(whole, encoding='utf-8') as file:
                old = file.read()
        if old == text:
            continue
        stale += 1
        if '--check' in sys.argv[1:]:
            print(f'{path} is not as docs/permissions.md has it: run build-aux/permissions.py')
            continue
        with open(whole, 'w', encoding='utf-8') as file:
            file.write(text)
    return 1 if stale and '--check' in sys.argv[1:] else 0


if __name__ == '__main__':
    sys.exit(main())
