#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""One desk, two fleets: what was done to one of them, and had not been sent anywhere yet, is in no other fleet's stream."""
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ['QD_SOURCE_ROOT'], 'tests', 'lab'))
from lab import SLOWNESS, Lab, Tap, temporary
from nats_text import Nats

QDCTL = os.path.join(os.environ['QD_BUILD_ROOT'], 'src', 'cli', 'qdctl')
FEW = ['--sites', '2', '--paths', '2', '--flows', '0', '--rate', '0', '--shards', '0']


def qdctl(lab, *words, ok=(0,)):
    done = subprocess.run([QDCTL, *words, '--url', lab.ready['http'], '--credentials', lab.ready['credentials']], capture_output=True, text=True,
                          timeout=60 * SLOWNESS, env=ENV)
    assert done.returncode in ok, done.stderr
    return done.stdout


def test_a_path(lab):
    """It may well be down: that is recorded, too."""
    qdctl(lab, 'run', 'path.test', 'id=' + json.loads(qdctl(lab, 'paths', '--json'))[0]['id'], ok=(0, 1))


def main():
    tap = Tap()
    journal = os.path.join(FOLDER, 'quarterdeck', 'audit.jsonl')
    one, two = Lab(*FEW, '--no-nats'), Lab(*FEW)
    test_a_path(one)
    test_a_path(two)
    nats = Nats(two, 'admin')
    end = time.monotonic() + 60 * SLOWNESS
    sent = []
    while len(sent) < 2 and time.monotonic() < end:
        qdctl(two, 'jobs', 'list', '--nats', two.ready['nats'])
        sent = [json.loads(payload) for _, payload in nats.all('AUDIT', 'audit.*') if b'"what"' in payload]
    with open(journal, encoding='utf-8') as file:
        records = [json.loads(line) for line in file]
    tap.ok([r['outcome'] == 'begun' for r in records] == [True, False] * 2, 'the desk has what was done to both', [str(r) for r in records])
    tap.ok(sent == [r for r in records if r['where'] == two.ready['http']], 'the stream has what was done to its own fleet', [str(r) for r in sent])
    nats.close()
    one.stop()
    two.stop()
    tap.done()


with temporary() as FOLDER:
    ENV = {**os.environ, 'XDG_DATA_HOME': FOLDER, 'LC_ALL': 'C.UTF-8'}
    main()
