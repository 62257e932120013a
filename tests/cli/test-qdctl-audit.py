#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""qdctl audit, and the journal's format held against another reader of it: Python's own JSON and SHA-256."""
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ['QD_SOURCE_ROOT'], 'tests', 'meta'))
from tap import Tap

QDCTL = os.path.join(os.environ['QD_BUILD_ROOT'], 'src', 'cli', 'qdctl')


def canonical(value):
    """RFC 8785, of what is in these records: no number that is not whole."""
    return json.dumps(value, sort_keys=True, separators=(',', ':'), ensure_ascii=False)


def close(record, prev):
    record = dict(record, prev=prev)
    record['hash'] = hashlib.sha256(canonical(record).encode()).hexdigest()
    return record


def chain(n):
    prev, records = '0' * 64, []
    for i in range(1, n + 1):
        record = {'n': i, 'at': f'2026-11-28T01:{i % 60:02}:00.000Z', 'desk': 'bridge-0a1b2c3d', 'who': 'ada' if i % 2 else 'olga',
                  'from': 'ada@bridge qdctl/7', 'what': 'site.delete' if i % 5 == 0 else 'path.test', 'on': str(i),
                  'outcome': 'refused' if i % 7 == 0 else 'succeeded', 'why': '=1+1, "é"\n'}
        records.append(close(record, prev))
        prev = records[-1]['hash']
    return records


def write(path, records, tail=b''):
    with open(path, 'wb') as file:
        for record in records:
            file.write(canonical(record).encode() + b'\n')
        file.write(tail)


def run(*args, **more):
    return subprocess.run([QDCTL, 'audit', *args], capture_output=True, text=True, timeout=60, env=ENV, **more)


def listed(*args):
    return [r['n'] for r in json.loads(run('list', '--json', *args).stdout)]


def check_verify(tap, path):
    records = chain(40)
    write(path, records)
    done = run('verify', '--json')
    says = json.loads(done.stdout)
    tap.ok(done.returncode == 0 and says['state'] == 'intact' and says['records'] == 40 and says['last'] == 40 and says['hash'] == records[-1]['hash'],
           'a chain that Python made is intact', done.stdout + done.stderr)
    anchor = os.path.join(FOLDER, 'anchor')
    with open(anchor, 'w') as file:
        json.dump({'desk': 'bridge-0a1b2c3d', 'n': 40, 'hash': records[-1]['hash']}, file)
    rng = random.Random(7)
    faults = []
    for _ in range(30):
        lines = [canonical(r) for r in records]
        at = rng.randrange(40)
        lines[at] = lines[at].replace('ada', 'eve', 1).replace('olga', 'eve', 1)
        with open(path, 'w') as file:
            file.writelines(line + '\n' for line in lines)
        done = run('verify', '--json')
        says = json.loads(done.stdout)
        if (done.returncode, says['state'], says['place']) != (1, 'altered', at + 1):
            faults.append(f'record {at + 1}: {done.stdout}')
    tap.none(faults, 'an altered record is found at its place, with exit 1')
    write(path, records[:35])
    done = run('verify', f'--anchor={anchor}')
    tap.ok(done.returncode == 1 and 'cut-off' in done.stdout and '36' in done.stdout and '40' in done.stdout, 'what an anchor knows of is missed at the end',
           done.stdout + done.stderr)
    write(path, records, b'{"at":"2026')
    done = run('verify', f'--anchor={anchor}')
    tap.ok(done.returncode == 0 and 'cut short' in done.stdout, 'a torn record is told, and is no tampering', done.stdout + done.stderr)
    done = run('verify', f'--journal={FOLDER}')
    tap.ok(done.returncode == 2 and FOLDER in done.stderr, 'what cannot be read is exit 2, with its name', done.stderr)
    done = run('verify', '--anchor=/dev/null')
    tap.ok(done.returncode == 2 and '/dev/null' in done.stderr, 'an anchor that is none is exit 2', done.stderr)
    write(path, records)


def check_list(tap):
    tap.ok(listed('--limit=3') == [40, 39, 38], 'the newest come first', listed('--limit=3'))
    tap.ok(listed('--what=site', '--limit=0') == list(range(40, 0, -5)), 'by kind')
    tap.ok(listed('--who=OLGA', '--outcome=refused', '--limit=0') == [28, 14], 'by who and outcome', listed('--who=OLGA', '--outcome=refused', '--limit=0'))
    tap.ok(listed('--on=17') == [17], 'by thing')
    tap.ok(listed('--since=2026-11-28T01:38:00Z') == [40, 39, 38] and listed('--until=2026-11-28T01:03:00Z', '--limit=0') == [2, 1], 'by time')
    tap.ok(listed('--search=BRIDGE QDCTL/7'.replace(' QDCTL/7', ''), '--limit=2') == [40, 39] and listed('--search=nowhere') == [], 'by text')
    done = run('list', '--since=yesterday')
    tap.ok(done.returncode == 2 and 'yesterday' in done.stderr, 'a time that is none is told', done.stderr)
    done = run('list')
    tap.ok(done.returncode == 0 and len(done.stdout.splitlines()) == 40, 'for people, a line each')
    done = run('show', '7', '--json')
    tap.ok(done.returncode == 0 and json.loads(done.stdout) == chain(7)[-1], 'one record, whole', done.stdout)
    tap.ok(run('show', '700').returncode == 1 and run('show', 'x').returncode == 2, 'one that is not there')
    for args in (['list', '--output=x'], ['verify', '--who=ada'], ['show'], ['nothing'], [], ['list', '--json', '--csv']):
        done = run(*args)
        tap.ok(done.returncode == 2 and done.stderr, f'audit {" ".join(args)} is refused', done.stdout + done.stderr)


def check_export(tap, path):
    out = os.path.join(FOLDER, 'out')
    with open(path) as file:
        whole = file.read()
    tap.ok(run('export').stdout == whole, 'an export is the journal, byte for byte')
    tap.ok(run('export', '-o', out, '--what=site.delete').returncode == 0 and
           [json.loads(line)['n'] for line in open(out)] == list(range(5, 41, 5)), 'or a part of it, in a file')
    import csv
    done = run('export', '--csv')
    rows = list(csv.DictReader(done.stdout.splitlines(keepends=True)))
    # What would be a formula is a text.
    tap.ok(len(rows) == 40 and rows[6]['outcome'] == 'refused' and rows[0]['why'].startswith("'="), 'CSV that another reader reads', done.stdout[:300])


def check_recorded(tap, path):
    """What qdctl itself is refused is recorded, and the chain goes on."""
    journal = os.path.join(FOLDER, 'other.jsonl')
    tap.ok(run('list', f'--journal={journal}', '--json').stdout == '[]\n', 'a journal that is not there has no records')
    tap.ok(run('verify', f'--journal={journal}').returncode == 0, 'and is not broken')


def main():
    tap = Tap()
    folder = os.path.join(FOLDER, 'quarterdeck')
    os.makedirs(folder)
    path = os.path.join(folder, 'audit.jsonl')
    check_verify(tap, path)
    check_list(tap)
    check_export(tap, path)
    check_recorded(tap, path)
    tap.done()


FOLDER = tempfile.mkdtemp(prefix='qdctl-audit-')
ENV = dict(os.environ, XDG_DATA_HOME=FOLDER, LC_ALL='C.UTF-8', DBUS_SESSION_BUS_ADDRESS='unix:path=/nonexistent')
try:
    main()
finally:
    shutil.rmtree(FOLDER, ignore_errors=True)
