# SPDX-License-Identifier: GPL-3.0-or-later
"""What the desktop reads: the entry, D-Bus activation, metainfo, settings, icons."""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

import tree
from tap import BUILD, SOURCE, Tap

ID = 'io.github.quarterdeck.Quarterdeck'
ICONS = os.path.join(SOURCE, 'data', 'icons')


def runs(command, **how):
    run = subprocess.run(command, capture_output=True, text=True, **how)
    return run.returncode == 0, run.stdout + run.stderr


def check_entry(tap, entry):
    if tap.needs('desktop-file-validate', 'the desktop entry is valid'):
        good, words = runs(['desktop-file-validate', entry])
        tap.ok(good and not words.strip(), 'the desktop entry is valid', words)
    keys = dict(l.split('=', 1) for l in open(entry, encoding='utf-8').read().split('\n') if '=' in l and not l.startswith('#'))
    wanted = {'MimeType': 'x-scheme-handler/quarterdeck;application/graphml+xml;', 'DBusActivatable': 'true', 'StartupWMClass': ID, 'Icon': ID}
    tap.none([f'{k} is {keys.get(k)}, not {v}' for k, v in wanted.items() if keys.get(k) != v], 'the desktop entry says what it must')


def check_mime(tap):
    """A .graphml file is of the type that the desktop entry says it opens."""
    if not tap.needs('update-mime-database', 'GraphML is a type of its own'):
        return
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(os.path.join(folder, 'packages'))
        shutil.copy(os.path.join(SOURCE, 'data', f'{ID}.xml'), os.path.join(folder, 'packages'))
        good, words = runs(['update-mime-database', folder])
        globs = open(os.path.join(folder, 'globs2'), encoding='utf-8').read() if good else ''
    tap.ok(good and ':application/graphml+xml:*.graphml\n' in globs, 'GraphML is a type of its own', words + globs)


def check_service(tap, service):
    text = open(service, encoding='utf-8').read()
    tap.ok(f'Name={ID}\n' in text and '/quarterdeck --gapplication-service\n' in text and '@' not in text,
           'the D-Bus service starts the program', text)


def check_metainfo(tap, metainfo):
    if tap.needs('appstreamcli', 'the metainfo is valid'):
        good, words = runs(['appstreamcli', 'validate', '--no-net', '--strict', metainfo])
        tap.ok(good, 'the metainfo is valid', words)
    root = ET.parse(metainfo).getroot()
    version = re.search(r"^\s*version: '([^']+)'", tree.text('meson.build'), re.M).group(1)
    newest = root.find('releases/release').get('version')
    tap.ok(newest == version, 'the newest release is this version', f'metainfo says {newest}, meson.build {version}')


def check_schemas(tap):
    schemas = glob.glob(os.path.join(SOURCE, 'data', '*.gschema.xml'))
    if not schemas:
        tap.skip('the settings schema is strict', 'there is none')
    elif tap.needs('glib-compile-schemas', 'the settings schema is strict'):
        good, words = runs(['glib-compile-schemas', '--strict', '--dry-run', os.path.join(SOURCE, 'data')])
        tap.ok(good and not words.strip(), 'the settings schema is strict', words)


def check_icons(tap):
    lines = open(os.path.join(ICONS, 'icons.list'), encoding='utf-8').read().split('\n')
    listed = [l for l in lines if l and not l.startswith('#')]
    found = sorted(os.path.relpath(f, ICONS) for f in glob.glob(os.path.join(ICONS, 'hicolor', '**', '*.svg'), recursive=True))
    tap.ok(listed == found, 'icons.list names every icon, in order', sorted(set(listed) ^ set(found)))
    faults = []
    for name in found:
        root = ET.parse(os.path.join(ICONS, name)).getroot()
        size = '128' if name.startswith('hicolor/scalable/apps/') else '16'
        if (root.get('width'), root.get('height'), root.get('viewBox')) != (size, size, f'0 0 {size} {size}'):
            faults.append(f'{name}: is not {size} px square')
        if name.endswith('-symbolic.svg'):
            faults += [f'{name}: {e.tag} is not a filled path that GTK can recolour' for e in root.iter()
                       if e is not root and (not e.tag.endswith('}path') or e.get('fill') != '#2e3436' or e.get('stroke'))]
    tap.none(faults, 'every icon keeps to its grid, symbolic ones to filled paths')


def check_drawn(tap):
    """The program that draws them is the one that GTK draws with."""
    if not tap.needs('rsvg-convert', 'every icon draws'):
        return
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        for name in glob.glob(os.path.join(ICONS, 'hicolor', '**', '*.svg'), recursive=True):
            out = os.path.join(folder, 'icon.png')
            good, words = runs(['rsvg-convert', '-w', '32', '-h', '32', name, '-o', out])
            # An empty picture of 32 px is under 100 bytes.
            if not good or os.path.getsize(out) < 150:
                faults.append(f'{os.path.basename(name)}: draws nothing: {words}')
    tap.none(faults, 'every icon draws')


def themed():
    """The icons that GTK, libadwaita and the desktop's own theme bring along."""
    names = {os.path.basename(f)[:-4] for f in glob.glob('/usr/share/icons/Adwaita/**/*.svg', recursive=True)}
    for library in glob.glob('/usr/lib/*/libgtk-4.so.1') + glob.glob('/usr/lib/*/libadwaita-1.so.0'):
        good, words = runs(['gresource', 'list', library])
        names |= {os.path.basename(l)[:-4] for l in words.split('\n') if good and l.endswith('.svg')}
    return names


def check_names(tap):
    """An icon that the code asks for is one that we have, or that every desktop has."""
    have = {os.path.basename(f)[:-4] for f in glob.glob(os.path.join(SOURCE, 'data', '**', '*.svg'), recursive=True)}
    asked = re.compile(r'["\']([a-z][a-z0-9-]+-symbolic)["\']')
    known = have | (themed() if shutil.which('gresource') else set())
    missing = []
    for name in tree.files():
        if name.startswith(('src/', 'data/ui/')) and name.endswith(('.c', '.h', '.blp', '.ui')):
            missing += [f'{name}: {i}' for i in asked.findall(tree.text(name) or '')
                        if i not in known and (i.startswith('qd-') or len(known) > 400)]
    tap.none(missing, 'every icon that is asked for is there')
    bundle = tree.text(f'data/{ID}.gresource.xml')
    if bundle is None:
        return
    ours = [n for n in have if n.startswith('qd-')]
    tap.none([n for n in ours if f'/{n}.svg' not in bundle], 'every icon of ours travels in the GResource')


def main():
    tap = Tap()
    data = sys.argv[1] if len(sys.argv) > 1 else os.path.join(BUILD, 'data')
    check_entry(tap, os.path.join(data, f'{ID}.desktop'))
    check_mime(tap)
    check_service(tap, os.path.join(data, f'{ID}.service'))
    check_metainfo(tap, os.path.join(data, f'{ID}.metainfo.xml'))
    check_schemas(tap)
    check_icons(tap)
    check_drawn(tap)
    check_names(tap)
    tap.done()


main()
