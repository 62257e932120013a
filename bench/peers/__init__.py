# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs that the topology is measured beside."""

import glob
import hashlib
import json
import os
import select
import shutil
import subprocess
import sys

from harness import Child

HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE_S = 90


class Missing(Exception):
    pass


def missing(name, why):
    print(f'bench: {name} cannot be had, its figures are absent: {why}', file=sys.stderr)


def npm_modules(here=HERE):
    """Where the modules of that folder's package-lock.json are, in these very versions, in the user's cache."""
    with open(os.path.join(here, 'package-lock.json'), 'rb') as f:
        key = hashlib.sha256(f.read()).hexdigest()[:16]
    cache = os.path.join(os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache'), 'quarterdeck')
    folder = os.path.join(cache, f'npm-{key}')
    modules = os.path.join(folder, 'node_modules')
    if os.path.exists(os.path.join(folder, '.complete')):
        return modules
    if not shutil.which('npm'):
        raise Missing('there is no npm')
    os.makedirs(folder, exist_ok=True)
    for name in ('package.json', 'package-lock.json'):
        shutil.copy(os.path.join(here, name), folder)
    result = subprocess.run(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], cwd=folder, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode != 0:
        raise Missing('npm ci failed: ' + result.stdout.strip()[-400:])
    open(os.path.join(folder, '.complete'), 'w').close()
    return modules


class Peer(Child):
    """Answers a line "ALGORITHM GRAPH POSITIONS" with a line of figures."""

    def ask(self, algorithm, graph, positions):
        self.tell(f'{algorithm} {graph.plain} {positions}\n')
        if not select.select([self.process.stdout], [], [], PATIENCE_S)[0]:
            self.process.kill()
            raise Missing(f'{algorithm} had not laid out {graph.name} after {PATIENCE_S} s')
        figures = self.json()
        if 'error' in figures:
            raise Missing(f'{algorithm}: {figures["error"]}')
        return figures


def ours(bench):
    return Peer([bench.program('ours')])


def graphviz(bench):
    return Peer([bench.program('graphviz')])


def node(bench):
    if not shutil.which('node'):
        raise Missing('there is no node')
    return Peer(['node', os.path.join(HERE, 'layouts.mjs')], env=dict(os.environ, QD_PEERS_MODULES=npm_modules()))


def igraph(bench):
    return Peer([sys.executable, os.path.join(HERE, 'igraph_layouts.py')])


def tulip(bench):
    """Out of a root of another Debian: its own loader finds its own libraries, so nothing has to be mounted."""
    root = os.environ.get('QD_TULIP_ROOT')
    if not root:
        raise Missing('its root was not made')
    loader = next(iter(glob.glob(root + '/usr/lib/*/ld-linux-*.so.*')), None)
    if loader is None:
        raise Missing(f'there is no loader in {root}')
    env = dict(os.environ, PYTHONHOME=root + '/usr', PYTHONPATH=root + '/usr/lib/python3/dist-packages', QT_QPA_PLATFORM='offscreen')
    return Peer([loader, '--library-path', f'{os.path.dirname(loader)}:{root}/usr/lib', root + '/usr/bin/python3',
                 os.path.join(HERE, 'tulip_layouts.py')], env=env)
