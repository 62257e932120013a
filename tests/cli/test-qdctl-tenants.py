#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""qdctl tenants: each action, on one and on many, what is refused, and what a terminal and a script see of it."""
import csv
import io
import json
import os
import pty
import struct
import subprocess
import termios

from fcntl import ioctl

from cli import HOSTILE, NO_IDS, QDCTL, Qdctl, needs_nats, refused_words, small, tap, unread


def words():
    refused_words('tenants', [
        (['frob'], 'kill-switch'), (['list', 'x'], '“x”'), (['list', '--reason', 'x'], '--reason'), (['show'], 'id'), (['show', 'x', '--dry-run'], '--dry-run'),
        (['show', 'x', '--csv'], '--csv'), (['create', 'x'], '--plan'), (['create', 'x', 'y', '--plan', 'free'], 'one'), (['create', 'x', '--plan', ''], '--plan'),
        (['create', 'x', '--plan', 'free', '--quota', 'users'], 'NAME=VALUE'), (['create', 'x', '--plan', 'free', '--quota', 'users=many'], 'users=many'),
        (['create', 'x', '--plan', 'free', '--quota', 'users=inf'], 'users=inf'), (['create', 'x', '--plan', 'free', '--quota', '=3'], '=3'),
        (['create', 'x', '--plan', 'free', '--flag', 'beta=maybe'], 'beta=maybe'), (['create', 'x', '--plan', 'free', '--contact', 'Ada'], 'Ada'),
        (['create', 'x', '--plan', 'free', '--contact', ',a@b.example'], 'NAME,EMAIL'), (['create', 'x', '--plan', 'free', '--revision', '1'], '--revision'),
        (['update', 'x'], '--quota'), (['update', 'x', 'y', '--name', 'z', '--revision', '1'], '--revision'), (['update', '--name', 'z'], 'id'),
        (['suspend', 'x'], '--reason'), (['suspend', 'x', '--reason', ''], '--reason'), (['suspend', '--reason', 'x'], 'id'), (['suspend', 'x', '--plan', 'free'], '--plan'),
        (['resume', 'x'], '--reason'), (['archive', 'x'], '--reason'), (['kill-switch', 'x'], '--reason'), (['suspend', 'x', '--off', '--reason', 'x'], '--off'),
        (['--json', '--csv'], 'exclude'), (['--sort', 'colour'], 'colour'), *((['show', no], 'no id') for no in NO_IDS),
        *((['suspend', 'tenant-acme', no, '--reason', 'x'], 'no id') for no in NO_IDS)])
    nowhere = Qdctl()
    for args in ([], ['list'], ['show', 'x'], ['suspend', 'x', '--reason', 'x'], ['suspend', 'x', '--dry-run']):
        nowhere.expect(f'{" ".join(args) or "a list"}: unreachable', 3, 'tenants', *args, err='127.0.0.1:1')


def looking(qdctl):
    plain = qdctl.json('no word is a list', 0, 'tenants')
    tap.ok([t['id'] for t in plain] == ['tenant-acme', 'tenant-globex', 'tenant-initech', 'tenant-umbrella'], 'of all of them', [str(plain)])
    tap.ok([t['id'] for t in qdctl.json('so is list', 0, 'tenants', 'list')] == [t['id'] for t in plain], 'and it is the same')
    rows = list(csv.DictReader(io.StringIO(qdctl.expect('as CSV', 0, 'tenants', 'list', '--csv', '--sort', '-name').stdout)))
    tap.ok([r['id'] for r in rows] == ['tenant-umbrella', 'tenant-initech', 'tenant-globex', 'tenant-acme'], 'in the order that was asked for', [str(rows)])
    few = qdctl.json('filtered', 0, 'tenants', 'list', '--filter', 'plan:free')
    tap.ok([t['id'] for t in few] == ['tenant-umbrella'], 'is less')
    tap.ok(qdctl.json('to nothing', 0, 'tenants', 'list', '--filter', 'no-such-thing') == [], 'is an empty list')
    one = qdctl.json('show', 0, 'tenants', 'show', 'tenant-acme')
    tap.ok(one == qdctl.lab.get('/admin/v1/tenants/tenant-acme').json | {k: one[k] for k in ('in_flight', 'lag', 'health')}, 'is what the server says', [str(one)])
    text = qdctl.expect('in words', 0, 'tenants', 'show', 'tenant-acme').stdout
    for line in ('tenant-acme: active', '  name: Acme', '  plan: enterprise', '  placement: aggregate=shard-1 projection=shard-1 runner=shard-1',
                 '  quotas: commands_per_s=500 storage_gb=200 users=250', '  flags: beta=on', '  contact: Wile E. ops@acme.example, operations'):
        tap.ok(line in text.split('\n'), f'says “{line}”', text)
    both = qdctl.json('two', 5, 'tenants', 'show', 'tenant-acme', 'nobody', 'tenant-globex')
    tap.ok([t['id'] for t in both] == ['tenant-acme', 'nobody', 'tenant-globex'] and set(both[1]) == {'id', 'error'}, 'one answer each, in their order', [str(both)])
    tap.ok(qdctl.run('tenants', 'show', 'nobody', '--json').stdout == '', 'one that is not there is no JSON')


def hostile(qdctl):
    before = qdctl.json('before', 0, 'tenants')
    for name in HOSTILE:
        # A server may not take a path with such a word in it at all.
        result = qdctl.expect(f'{name[:20]!r} is nobody', 2 if '../' in name else 1, 'tenants', 'show', '--', name)
        tap.ok('\x1b' not in result.stderr and len(result.stderr.split('\n')) <= 3, 'and is shown as it may be', result.stderr)
        result = qdctl.run('tenants', 'suspend', '--reason', 'x', '--', name)
        tap.ok(result.returncode in (1, 2) and result.stdout == '', f'{name[:20]!r} is not suspended either', result.stderr)
    tap.ok(qdctl.run('tenants', 'show', '--', '-x').returncode == 1, 'one that begins like an option is one')
    tap.ok([t['revision'] for t in qdctl.json('after', 0, 'tenants')] == [t['revision'] for t in before], 'nobody else was changed')
    result = subprocess.run([os.fsencode(QDCTL), b'tenants', *map(os.fsencode, qdctl.target(None)), b'show', b'\xff\xfe'], capture_output=True, env=qdctl.env)
    tap.ok(result.returncode == 2 and b'no id' in result.stderr, 'bytes that are no text are no id', [str(result.stderr)])


def making(qdctl):
    plan = qdctl.json('a dry run', 0, 'tenants', 'create', 'tenant-x', '--plan', 'free', '--dry-run')
    tap.ok(plan['plan'] and plan['blockers'] == [], 'is a plan')
    qdctl.expect('and makes nobody', 1, 'tenants', 'show', 'tenant-x', err='tenant-x')
    made = qdctl.json('create', 0, 'tenants', 'create', 'tenant-x', '--name', 'X \x1b[31m& Söhne', '--plan', 'free', '--quota', 'users=3', '--quota', 'storage_gb=0.5',
                      '--flag', 'beta=on', '--contact', 'Ada,ada@x.example,owner', '--contact', 'Bob,bob@x.example')
    tap.ok((made['name'], made['quotas'], made['flags'], made['status']) == ('X \x1b[31m& Söhne', {'users': 3, 'storage_gb': 0.5}, {'beta': True}, 'provisioning') and
           [c['name'] for c in made['contacts']] == ['Ada', 'Bob'], 'as it was asked for', [str(made)])
    text = qdctl.expect('its name', 0, 'tenants', 'show', 'tenant-x', out='& Söhne').stdout
    tap.ok('\x1b' not in text, 'colours no terminal', [repr(text)])
    qdctl.expect('one that there is', 1, 'tenants', 'create', 'tenant-x', '--plan', 'team', err='tenant-x')
    qdctl.expect('who may not', 4, 'tenants', 'create', 'tenant-y', '--plan', 'free', role='operator', err='tenants.create')
    qdctl.expect('nor only ask', 4, 'tenants', 'create', 'tenant-y', '--plan', 'free', '--dry-run', role='operator')
    changed = qdctl.json('update', 0, 'tenants', 'update', 'tenant-x', '--name', 'Y', '--quota', 'users=', '--quota', 'commands_per_s=9', '--flag', 'beta=off', '--contact', '')
    tap.ok((changed['name'], changed['plan'], changed['quotas'], changed['flags'], changed['contacts']) ==
           ('Y', 'free', {'storage_gb': 0.5, 'commands_per_s': 9}, {'beta': False}, []), 'changes what was named, and no more', [str(changed)])
    qdctl.expect('a revision that is past', 1, 'tenants', 'update', 'tenant-x', '--name', 'Z', '--revision', str(made['revision']))
    qdctl.expect('the one that it has', 0, 'tenants', 'update', 'tenant-x', '--name', 'Z', '--revision', str(changed['revision']), out='tenant-x: provisioning\n')
    qdctl.expect('what a server does not take', 2, 'tenants', 'update', 'tenant-x', '--quota', 'users=-1')
    qdctl.expect('a dry run of it', 0, 'tenants', 'update', 'tenant-x', '--plan', 'team', '--dry-run')
    tap.ok(qdctl.json('and then', 0, 'tenants', 'show', 'tenant-x')['plan'] == 'free', 'changes nothing')
    two = qdctl.json('two at once', 0, 'tenants', 'update', 'tenant-x', 'tenant-umbrella', '--plan', 'team')
    tap.ok([t['plan'] for t in two] == ['team', 'team'], 'both have it', [str(two)])


def states(qdctl):
    qdctl.expect('a plan with a blocker', 1, 'tenants', 'archive', 'tenant-acme', '--dry-run', out='blocked: suspend it first')
    blocked = qdctl.json('and as JSON', 1, 'tenants', 'archive', 'tenant-acme', '--dry-run')
    tap.ok(blocked['blockers'] and set(blocked['blockers'][0]) >= {'code', 'detail'}, 'names it', [str(blocked)])
    qdctl.expect('done all the same', 1, 'tenants', 'archive', 'tenant-acme', '--reason', 'x', err='suspend it first')
    qdctl.expect('who may not', 4, 'tenants', 'suspend', 'tenant-acme', 'tenant-globex', '--reason', 'x', role='viewer', err='tenants.update')
    qdctl.expect('who may not archive', 4, 'tenants', 'archive', 'tenant-acme', '--reason', 'x', role='operator', err='tenants.archive')
    some = qdctl.expect('several, one of them not there', 5, 'tenants', 'suspend', 'tenant-globex', 'nobody', 'tenant-initech', '--reason', 'x', err='nobody')
    tap.ok(some.stdout == 'tenant-globex: suspended\ntenant-initech: suspended\n', 'the others are done', some.stdout)
    mixed = qdctl.json('one that is served, and two that are not', 5, 'tenants', 'archive', 'tenant-acme', 'tenant-globex', '--reason', 'x')
    tap.ok([t.get('status', 'error' in t) for t in mixed] == [True, 'archived'], 'each has its own end', [str(mixed)])
    qdctl.expect('resume', 0, 'tenants', 'resume', 'tenant-initech', '--reason', 'x', out='tenant-initech: active\n')
    qdctl.expect('twice is as once', 0, 'tenants', 'resume', 'tenant-initech', '--reason', 'x', out='tenant-initech: active\n')
    qdctl.expect('kill switch', 0, 'tenants', 'kill-switch', 'tenant-acme', 'tenant-initech', '--reason', 'x', out='tenant-initech: active, kill switch on\n')
    qdctl.expect('who may not turn it', 4, 'tenants', 'kill-switch', 'tenant-acme', '--off', '--reason', 'x', role='viewer', err='configs.apply')
    qdctl.expect('and off', 0, 'tenants', 'kill-switch', 'tenant-acme', 'tenant-initech', '--off', '--reason', 'x', out='tenant-acme: active\n')
    qdctl.lab.call('PUT', '/admin/v1/scale/freeze', {'frozen': True, 'reason': 'the auditors are here'})
    qdctl.expect('while changes are frozen', 4, 'tenants', 'suspend', 'tenant-acme', '--reason', 'x', err='the auditors are here')
    qdctl.lab.call('PUT', '/admin/v1/scale/freeze', {'frozen': False, 'reason': 'they have gone'})


def in_terminal(command, env, columns):
    """What a terminal of that width is sent."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack('HHHH', 10, columns, 0, 0))
    attributes = termios.tcgetattr(theirs)
    attributes[1] &= ~termios.OPOST
    termios.tcsetattr(theirs, termios.TCSANOW, attributes)
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL, env=env)
    os.close(theirs)
    out = b''
    while True:
        try:
            more = os.read(ours, 65536)
        except OSError:
            more = b''
        if not more:
            break
        out += more
    os.close(ours)
    return process.wait(), out.decode()


def surroundings(qdctl):
    """What is printed is the same wherever it is printed."""
    for words in (['tenants', 'show', 'tenant-acme'], ['tenants', 'list'], ['tenants', 'show', 'tenant-acme', '--json']):
        def stable(text):
            return [l for l in text.split('\n') if 'lag' not in l and 'in_flight' not in l and 'tenant-acme  ' not in l]
        plain = stable(qdctl.run(*words).stdout)
        command = [QDCTL, *words[:1], *qdctl.target(None), *words[1:]]
        status, out = in_terminal(command, {**qdctl.env, 'TERM': 'xterm-256color', 'COLUMNS': '40'}, 40)
        tap.ok(status == 0 and stable(out) == plain and '\x1b' not in out, f'{" ".join(words)}: in a terminal of 40 columns it is what it is', out)
        for env in ({'NO_COLOR': '1'}, {'LC_ALL': 'C'}, {'TERM': 'dumb'}):
            other = Qdctl(qdctl.lab, env=env).run(*words)
            tap.ok(other.returncode == 0 and stable(other.stdout) == plain, f'{" ".join(words)}: so it is with {env}', other.stdout + other.stderr)
    bare = Qdctl(qdctl.lab, env={'LC_ALL': 'C', 'LANG': '', 'LANGUAGE': ''})
    bare.expect('who has no locale gives a reason', 0, 'tenants', 'suspend', 'tenant-acme', '--reason', 'Grüße, 日本', out='suspended')
    bare.expect('and a name', 0, 'tenants', 'update', 'tenant-acme', '--name', 'Grüße', out='suspended')
    tap.ok(bare.json('which', 0, 'tenants', 'show', 'tenant-acme')['name'] == 'Grüße', 'arrives as it was')
    audit = subprocess.run([QDCTL, 'audit', 'list', '--json', '--what', 'tenant.suspend', '--on', 'tenant-acme'], capture_output=True, text=True, env=qdctl.env)
    tap.ok('Grüße, 日本' in audit.stdout, 'and so is the reason recorded', audit.stdout[-600:])
    qdctl.run('tenants', 'resume', 'tenant-acme', '--reason', 'x')


def many():
    lab = small('--shards', '0', '--tenants', '1000', '--placed-on', '50')
    qdctl = Qdctl(lab)
    ids = [t['id'] for t in qdctl.json('1,000 tenants', 0, 'tenants')]
    tap.ok(len(ids) == 1000, 'all of them', [str(len(ids))])
    rows = list(csv.DictReader(io.StringIO(qdctl.run('tenants', '--csv').stdout)))
    tap.ok([r['id'] for r in rows] == ids, 'in CSV, too')
    status, err = unread([QDCTL, 'tenants', *qdctl.target(None), 'suspend', '--reason', 'x', *ids[:300]], qdctl.env)
    states_now = {t['id']: t['status'] for t in lab.all('/admin/v1/tenants')[0]}
    tap.ok(status == 0 and [states_now[i] for i in ids[:301]] == ['suspended'] * 300 + ['active'],
           'who does not read what is done to 300 does not stop it', f'exit {status}\n{err}')
    status, err = unread([QDCTL, 'tenants', *qdctl.target(None)], qdctl.env)
    tap.ok(status == 0 and err == '', 'a list that nobody reads ends in silence', f'exit {status}\n{err}')
    with open('/dev/full', 'w', encoding='utf-8') as full:
        result = subprocess.run([QDCTL, 'tenants', *qdctl.target(None), 'resume', '--reason', 'x', *ids[:10]], stdout=full, stderr=subprocess.PIPE, text=True, env=qdctl.env)
    states_now = {t['id']: t['status'] for t in lab.all('/admin/v1/tenants')[0]}
    tap.ok(result.returncode == 5 and result.stderr.count('cannot be written') == 1 and [states_now[i] for i in ids[:11]] == ['active'] * 10 + ['suspended'],
           'all is done, and that it could not be written is said once', result.stderr)
    lab.stop()


needs_nats()
words()
main = small('--shards', '1')
program = Qdctl(main)
looking(program)
hostile(program)
making(program)
surroundings(program)
states(program)
main.stop()
many()
tap.done()
