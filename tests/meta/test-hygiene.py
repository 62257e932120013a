# SPDX-License-Identifier: GPL-3.0-or-later
"""What no file of the tree may hold, and what every file of a sort must begin with."""
import os
import re

import tree
from tap import SOURCE, Tap

MAX_LINES = 900
LICENCE = 'SPDX-License-Identifier: GPL-3.0-or-later'

# Spelled in pieces, so that this file does not hold them itself.
PATHS = re.compile(r'(?<![\w.$}/])/(?:' + '|'.join(['wor' + 'k', 'ro' + 'ot', 'ho' + r'me/\w+']) + r')/[\w.]')
UNFINISHED = re.compile(r'\b(?:' + '|'.join(['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK']) + r')\b')
HOST = re.compile(r'\b(?:https?|wss?|nats|tls|git|ftp)://(?:[\w.%-]*@)?([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)')
MIRROR = re.compile(r'\b(?:mirrors?|artifactory|nexus|registry|proxy)\.[a-z0-9-]+\.[a-z]{2,}\b')

# Hosts that a file may name: ourselves, standards, and the names that standards set aside for examples.
HOSTS = {
    'github.com', 'www.gnu.org', 'www.w3.org', 'spdx.org', 'json-schema.org', 'nats.io', 'docs.nats.io',
    'gitlab.gnome.org', 'download.gnome.org', 'developer.gnome.org', 'docs.gtk.org', 'gnome.pages.gitlab.gnome.org',
    'www.freedesktop.org', 'specifications.freedesktop.org', 'flathub.org', 'graphml.graphdrawing.org',
    'www.rfc-editor.org', 'opentelemetry.io', 'prometheus.io', 'www.sqlite.org', 'openapis.org', 'www.gtk.org',
    'www.topology-zoo.org', 'sndlib.zib.de', 'www.debian.org', 'fsf.org',
}
RESERVED = re.compile(r'(?:^|\.)(?:example(?:\.(?:com|net|org))?|test|invalid|localhost|local|lab|lan)$', re.I)
NUMBER = re.compile(r'^[\d.]+$')

# Others' words, not ours.
FOREIGN = ('LICENSE',)
PRIVATE = re.compile(r'^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|0\.0\.0\.0|169\.254\.|100\.64\.)')


def is_foreign_host(host):
    if NUMBER.match(host):
        return host.count('.') == 3 and not PRIVATE.match(host)
    # A last part that is no word (a file name in a nats subject, a version) is no host.
    return not (host.lower() in HOSTS or RESERVED.search(host) or not re.match(r'[a-z]{2,}$', host.rsplit('.', 1)[1], re.I))


def each_line(names):
    for name in names:
        content = tree.text(name)
        if content is None or name in FOREIGN:
            continue
        for number, line in enumerate(content.split('\n'), 1):
            yield name, number, line


def check_lines(tap, names):
    paths, unfinished, hosts = [], [], []
    for name, number, line in each_line(names):
        where = f'{name}:{number}: '
        if PATHS.search(line):
            paths.append(where + line.strip())
        # Translations and test data may hold any word.
        if UNFINISHED.search(line) and not name.endswith(('.po', '.pot', '.json', '.graphml')):
            unfinished.append(where + line.strip())
        hosts += [where + h for h in HOST.findall(line) if is_foreign_host(h)]
        hosts += [where + h for h in MIRROR.findall(line)]
    tap.none(paths, 'no path of one machine')
    tap.none(unfinished, 'nothing is marked unfinished')
    tap.none(hosts, 'no host is named but standards, examples and our own')


def check_size(tap, names):
    kinds = ('.c', '.h', '.py', '.sh', '.blp', '.build', '.md', '.css', '.xml', '.js')
    long = []
    for name in names:
        if name.endswith(kinds) or '.' not in os.path.basename(name):
            content = tree.text(name)
            lines = content.count('\n') if content else 0
            if lines > MAX_LINES and name not in FOREIGN:
                long.append(f'{name}: {lines} lines')
    tap.none(long, f'no file is over {MAX_LINES} lines')


def is_script(name, content):
    return name.endswith('.sh') or ('.' not in os.path.basename(name) and content.startswith('#!'))


def check_licence(tap, names):
    bare = []
    for name in names:
        content = tree.text(name)
        if content is None:
            continue
        lines = content.split('\n', 2)
        if name.endswith(('.c', '.h')):
            good = lines[0] == f'/* {LICENCE} */'
        elif name.endswith('.py') or is_script(name, content):
            good = lines[0] == f'# {LICENCE}' or (lines[0].startswith('#!') and len(lines) > 1 and lines[1] == f'# {LICENCE}')
        else:
            continue
        if not good:
            bare.append(f'{name}: begins with {lines[0]!r}')
    tap.none(bare, 'every source begins with its licence')


def check_folders(tap, names):
    silent = []
    for folder in sorted({os.path.dirname(n) for n in names if n.startswith('src/')}):
        words = None
        here = os.path.join(SOURCE, folder, 'README.md')
        if os.path.isfile(here):
            words = [l for l in open(here, encoding='utf-8') if l.strip() and not l.startswith('#')]
        else:
            # A folder inside a room may be told of in the room's README instead.
            above = os.path.join(SOURCE, os.path.dirname(folder), 'README.md')
            if os.path.isfile(above):
                words = [l for l in open(above, encoding='utf-8') if f'`{os.path.basename(folder)}/`' in l]
        if not words:
            silent.append(f'{folder}: no README.md says what it is for (nor does the README.md above)')
    tap.none(silent, 'every folder of src says what it is for')


def check_papers(tap, names):
    """A paper that is named is one that a reader can find."""
    have = {os.path.basename(n) for n in names}
    lost = [f'{name}:{number}: {paper}' for name, number, line in each_line(names)
            for paper in re.findall(r'[\w.-]+\.md\b', line) if paper not in have]
    tap.none(lost, 'every paper that a file names is in the tree')
    dangling = []
    for name in names:
        if not name.endswith('.md'):
            continue
        for target in re.findall(r'\]\(([^)#\s]+)', tree.text(name) or ''):
            if '://' not in target and not os.path.exists(os.path.join(SOURCE, os.path.dirname(name), target)):
                dangling.append(f'{name}: links to {target}')
    tap.none(dangling, 'every link between papers leads somewhere')


def check_whitespace(tap, names):
    kinds = ('.c', '.h', '.py', '.sh', '.blp', '.build')
    untidy = []
    for name, number, line in each_line(n for n in names if n.endswith(kinds)):
        if line != line.rstrip() or ('\t' in line and name.endswith(('.c', '.h', '.py', '.blp', '.build'))):
            untidy.append(f'{name}:{number}: a tab or a blank at the end')
    tap.none(untidy, 'no tabs, no trailing blanks')


def main():
    tap = Tap()
    names = tree.files()
    tap.ok(len(names) > 50 and 'meson.build' in names, 'the tree is found', f'{len(names)} files in {SOURCE}')
    check_lines(tap, names)
    check_size(tap, names)
    check_licence(tap, names)
    check_folders(tap, names)
    check_papers(tap, names)
    check_whitespace(tap, names)
    tap.done()


main()
