# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may lean on whom: each room includes and links what docs/architecture.md allows it, no more."""
import os
import re
import subprocess
import sys

import tree
from tap import BUILD, SOURCE, Tap

# room → the rooms whose headers it may include
ROOMS = {
    'base': [],
    'model': ['base'],
    'wire': ['base'],
    'store': ['base', 'model'],
    'graph': ['base', 'model'],
    'policy': ['base', 'model'],
    'tenancy': ['base', 'model'],
    'workspace': ['base', 'policy'],
    'drivers': ['base', 'model', 'wire', 'graph', 'policy'],
    'ops': ['base', 'model', 'store', 'policy', 'tenancy', 'workspace', 'drivers'],
    'app': ['base', 'model', 'wire', 'store', 'graph', 'policy', 'tenancy', 'workspace', 'drivers', 'ops'],
    'cli': ['base', 'model', 'wire', 'store', 'graph', 'policy', 'tenancy', 'workspace', 'drivers', 'ops'],
    'lab': ['base'],
}

# headers of a room further down that a room may include all the same: the hub keeps passwords in the
# keyring itself, so that no driver ever does
EXCEPTIONS = {('ops', 'qd-credentials.h')}

# library → how its headers are spelled, and the rooms that may include them
LIBRARIES = {
    'GTK and libadwaita': (r'(?:gtk|gdk|gsk)/|adwaita\.h|gtksourceview/|graphene', ['app']),
    'X11': (r'X11/', []),
    'libsoup': (r'libsoup/', ['wire', 'lab']),
    'nats.c': (r'nats(?:/|\.h)', ['wire', 'lab']),
    'libsecret': (r'libsecret/', ['wire']),
    'GnuTLS': (r'gnutls/', ['wire', 'lab']),
    'OpenSSL': (r'openssl/', ['wire', 'lab']),
    'SQLite': (r'sqlite3', ['store', 'lab']),
    'cairo and pango': (r'cairo|pango/', ['graph', 'app']),
    'libdex': (r'libdex\.h', ['ops', 'app']),
    'argon2': (r'argon2', ['lab']),
    'libgit2': (r'git2\.h', ['workspace']),
    'libyaml': (r'yaml\.h$', ['policy', 'lab']),
}

# What waits for a disk, a peer or a clock. These rooms live on the main thread, which must not; where
# it is right all the same (before the first window, on a worker), the line above says "may wait:" and why.
MAIN_THREAD = ['model', 'ops', 'app']
WAITS = re.compile(r'\b(?:\w+_sync|g_file_[gs]et_contents\w*|g_file_load_contents|g_file_replace_contents|g_file_query_info|'
                   r'g_file_read|g_file_delete|g_spawn_\w*sync|g_subprocess_wait\w*|g_subprocess_communicate(?:_utf8)?|g_usleep|usleep|sleep|'
                   r'soup_session_send(?:_and_read)?|g_socket_client_connect\w*|g_resolver_lookup_by_name|fopen|fread|fsync|'
                   r'g_thread_join|dex_thread_wait_for|g_async_queue_pop)\s*\(')

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.M)


def headers_by_name(names):
    owners = {}
    for name in names:
        parts = name.split('/')
        if parts[0] == 'src' and name.endswith('.h'):
            owners.setdefault(parts[-1], set()).add(parts[1])
    return owners


def check_includes(tap, names):
    owners = headers_by_name(names)
    shared = [f'{h}: in {", ".join(sorted(rooms))}' for h, rooms in owners.items() if len(rooms) > 1]
    tap.none(shared, 'no two rooms have headers of one name')
    unknown = {n.split('/')[1] for n in names if n.startswith('src/') and n.count('/') > 1} - set(ROOMS)
    tap.none(sorted(unknown), 'every folder of src is a room that the table knows')
    for room, allowed in ROOMS.items():
        wrong = []
        for name in names:
            if not name.startswith(f'src/{room}/') or not name.endswith(('.c', '.h')):
                continue
            for quote, header in INCLUDE.findall(tree.text(name) or ''):
                wrong += faults_of(room, allowed, owners, name, header)
        tap.none(wrong, f'{room} includes only what it may')


def faults_of(room, allowed, owners, name, header):
    owner = owners.get(os.path.basename(header))
    if (room, os.path.basename(header)) in EXCEPTIONS:
        return []
    if owner and room not in owner and not owner & set(allowed):
        return [f'{name}: {header} belongs to {"/".join(sorted(owner))}; {room} may include {", ".join(allowed) or "no room"}']
    if owner:
        return []
    for library, (spelling, rooms) in LIBRARIES.items():
        if re.match(spelling, header) and room not in rooms:
            return [f'{name}: {header} ({library}) may be included in {", ".join(rooms) or "no room"} only']
    return []


def check_declared(tap):
    """What each room's meson.build asks for, the programs' rooms too, which are not linked alone."""
    wrong = []
    for room, allowed in ROOMS.items():
        asked = set(re.findall(r'\bqd_(\w+)_dep\b', tree.text(f'src/{room}/meson.build') or '')) - {room}
        wrong += [f'src/{room}/meson.build asks for {other}' for other in sorted(asked & set(ROOMS)) if other not in allowed]
    tap.none(wrong, 'every room asks its build file for no more than it may')


def check_waits(tap, names):
    wrong = []
    for name in names:
        parts = name.split('/')
        if parts[0] != 'src' or parts[1] not in MAIN_THREAD or not name.endswith('.c'):
            continue
        lines = (tree.text(name) or '').split('\n')
        for number, line in enumerate(lines):
            call = WAITS.search(line)
            if call and not re.search(r'_async|_finish', call.group(0)) and \
               'may wait:' not in ' '.join(lines[max(0, number - 3):number + 1]):
                wrong.append(f'{name}:{number + 1}: {line.strip()}')
    tap.none(wrong, 'the rooms of the main thread wait for nothing')


def link(target):
    """Links one of the modules of meson.build; returns ninja's words when it cannot."""
    run = subprocess.run(['ninja', '-C', BUILD, os.path.relpath(target, BUILD)], capture_output=True, text=True)
    return None if run.returncode == 0 else (run.stdout + run.stderr)


def check_links(tap, modules):
    for module in modules:
        room = os.path.basename(module).split('.')[0].removeprefix('room-')
        words = link(module)
        if room == 'wrong':
            # Proof that the flag bites: this one leans on what it was not given.
            tap.ok(words is not None and 'qd_meta_nowhere' in words, 'a symbol that is not allowed fails to link', words or 'it linked')
            continue
        lines = [l for l in (words or '').split('\n') if 'undefined reference' in l or 'FAILED' in l or 'error' in l]
        tap.ok(words is None, f'{room} links alone with what it may link', lines or words or '')


def main():
    tap = Tap()
    check_includes(tap, tree.files())
    check_declared(tap)
    check_waits(tap, tree.files())
    if len(sys.argv) > 1:
        check_links(tap, sys.argv[1:])
    else:
        tap.skip('rooms link alone', 'a sanitizer or fuzzer build leaves symbols to the program')
    tap.done()


main()
