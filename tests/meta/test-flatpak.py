# SPDX-License-Identifier: GPL-3.0-or-later
"""The Flatpak manifest can be read, asks for little, and says why."""
import json
import os
import re
import subprocess
import tempfile

from tap import SOURCE, Tap

MANIFEST = os.path.join(SOURCE, 'flatpak', 'io.github.quarterdeck.Quarterdeck.yml')
PERMISSIONS = ['--share=network', '--socket=wayland', '--socket=fallback-x11', '--share=ipc', '--device=dri']


def check_reasons(tap, lines):
    bare = [l.strip() for before, l in zip(lines, lines[1:]) if re.match(r'\s+- --', l) and lines and not before.strip().startswith('#')
            and l.strip()[2:] in PERMISSIONS]
    tap.none(bare, 'each permission has its reason above it')
    names = [i for i, l in enumerate(lines) if re.match(r'\s+- name:', l)]
    tap.none([lines[i].strip() for i in names if i and not lines[i - 1].strip().startswith('#')], 'each module has its reason above it')


def show(tap):
    # It wants a home to keep its state in.
    with tempfile.TemporaryDirectory() as home:
        run = subprocess.run(['flatpak-builder', '--show-manifest', MANIFEST], capture_output=True, text=True, cwd=home,
                             env={**os.environ, 'HOME': home, 'XDG_CACHE_HOME': home, 'XDG_DATA_HOME': home})
    tap.ok(run.returncode == 0, 'flatpak-builder reads the manifest', run.stderr)
    return json.loads(run.stdout) if run.returncode == 0 else None


def main():
    tap = Tap()
    with open(MANIFEST, encoding='utf-8') as f:
        check_reasons(tap, f.read().split('\n'))
    if tap.needs('flatpak-builder', 'flatpak-builder reads the manifest'):
        manifest = show(tap)
        if manifest:
            tap.ok(manifest['id'] == 'io.github.quarterdeck.Quarterdeck' and manifest['runtime'] == 'org.gnome.Platform', 'it is ours')
            tap.ok(sorted(manifest.get('finish-args', [])) == sorted(PERMISSIONS), 'it asks for what it needs, no more', manifest.get('finish-args', []))
            loose = [f"{m['name']}: {s}" for m in manifest['modules'] for s in m['sources'] if s['type'] == 'git' and not s.get('tag')]
            tap.none(loose, 'sources are fixed by a tag')
    tap.done()


main()
