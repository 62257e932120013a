#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""qdctl policy apply and revert against a real lab: what is said beforehand, what is done, conflicts, somebody who is quicker, going away halfway, and the way back."""
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import tempfile
import threading
import urllib.parse

from cli import Qdctl, refused_words, small, tap

FOLDER = tempfile.mkdtemp(prefix='qdctl-apply-')
NAMESPACE = 'default'


def policy(name, *lines, labels=''):
    spec = ''.join(f'  {line}\n' for line in lines)
    return f'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: {name}\n  namespace: {NAMESPACE}\n{labels}spec:\n  podSelector: {{}}\n  policyTypes: [Ingress]\n{spec}'


def port(number):
    return ['ingress:', '- from: [{podSelector: {}}]', f'  ports: [{{protocol: TCP, port: {number}}}]']


def write(name, text, folder=None):
    path = os.path.join(folder or FOLDER, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)
    return path


def key(name):
    return f'NetworkPolicy {NAMESPACE}/{name}'


def there(lab):
    """The policies that the server has: name → object."""
    return {p['metadata']['name']: {k: p[k] for k in ('id', 'revision', 'metadata', 'spec')} for p in lab.all('/api/v1/policies')[0]}


def ports(lab, name):
    return [p['port'] for rule in there(lab)[name]['spec'].get('ingress', []) for p in rule.get('ports', [])]


def change(lab, name, number):
    """Somebody else changes a policy."""
    now = there(lab)[name]
    spec = {**now['spec'], 'ingress': [{'from': [{'podSelector': {}}], 'ports': [{'protocol': 'TCP', 'port': number}]}]}
    answer = lab.call('PATCH', '/api/v1/policies/' + now['id'], {'spec': spec, 'reason': 'quicker'}, {'If-Match': f'"{now["revision"]}"'})
    assert answer.status == 200, answer.body


def steps(report, *kinds):
    return {s['key']: s for s in report['steps'] if not kinds or s['kind'] in kinds}


def words():
    good = write('.words/a.yaml', policy('a'))
    refused_words('policy', [
        (['apply'], 'usage: apply'), (['apply', good, good], 'usage: apply'), (['apply', good], '--reason'), (['apply', good, '--reason', ''], '--reason'),
        (['apply', good, '--reason', 'x', '--take', 'both'], '“both”'), (['apply', good, '--reason', 'x', '--strict'], '--strict'),
        (['apply', os.path.join(FOLDER, 'nowhere.yaml'), '--reason', 'x'], 'nowhere.yaml'), (['revert'], 'usage: revert'), (['revert', 'job'], '--reason'),
        (['revert', '', '--reason', 'x'], 'no id'), (['connectivity', good], '--connection')])
    odd = os.path.join(os.fsencode(FOLDER), b'.words', b'\xff.yaml')
    shutil.copy(good, odd)
    nowhere = Qdctl()
    nowhere.expect('a name that is no text', 2, 'policy', 'apply', odd, '--reason', 'x', err='UTF-8')
    nowhere.expect('a server that is not there', 3, 'policy', 'apply', good, '--reason', 'x', err='127.0.0.1:1')
    nowhere.target = lambda role: []
    nowhere.expect('no server', 2, 'policy', 'apply', good, '--reason', 'x', err='--connection')
    nowhere.expect('the others ask none', 0, 'policy', 'connectivity', good)


def doing(qdctl, lab):
    before = there(lab)
    write('web.yaml', policy('web', *port(80)))
    write('deep/api.yml', policy('api', *port(81)) + '---\n' + policy('more', *port(82)))
    write('.hidden.yaml', policy('hidden'))
    write('notes.txt', 'no policy')
    text = qdctl.expect('a dry run', 0, 'policy', 'apply', FOLDER, '--dry-run', out=f'+ {key("web")}: ').stdout
    tap.ok('    + apiVersion: networking.k8s.io/v1' in text and 'Who may talk then:\n' in text and re.search(r'^- \S+ → default/\S+: ', text, re.M), 'says what, and who may talk then', text)
    tap.ok('of the flows that were seen would be cut off' in text, 'and what is cut off', text)
    plan = qdctl.json('the same for programs', 0, 'policy', 'apply', FOLDER, '--dry-run')
    tap.ok(plan['state'] == 'planned' and plan['job'] is None and sorted(steps(plan, 'create')) == [key(n) for n in ('api', 'more', 'web')], 'has each step', [str(plan)])
    tap.ok(plan['traffic']['fault'] is None and plan['traffic']['n_denied'] == len(plan['traffic']['denied']) > 0 and {'cut', 'cut_bytes_a_day', 'remarks'} <= set(plan), 'and the rest')
    tap.ok(there(lab) == before, 'and nothing was changed')
    text = qdctl.expect('applied', 0, 'policy', 'apply', FOLDER, '--reason', 'Grüße').stdout.split('\n')
    tap.ok(text[:4] == ['Ask the server what it would do: succeeded'] + [f'Create {key(n)}: succeeded' for n in ('api', 'more', 'web')], 'step by step', text)
    tap.ok(set(there(lab)) - set(before) == {'web', 'api', 'more'} and all(there(lab)[n] == p for n, p in before.items()), 'is there, and the others are as they were')
    qdctl.expect('again', 0, 'policy', 'apply', FOLDER, '--reason', 'x', out='nothing to apply')
    write('web.yaml', policy('web', *port(90)))
    write('deep/api.yml', policy('api', *port(81)))
    text = qdctl.expect('a change and a removal', 0, 'policy', 'apply', FOLDER, '--dry-run', out=f'- {key("more")}: ').stdout
    tap.ok('    −     - port: 80\n    +     - port: 90\n' in text, 'with the lines that differ', text)
    one = qdctl.json('one file alone', 0, 'policy', 'apply', os.path.join(FOLDER, 'web.yaml'), '--reason', 'x')
    tap.ok(list(steps(one)) == [key('web')] and ports(lab, 'web') == [90] and 'more' in there(lab), 'has to do with its own policies only', [str(one)])
    done = qdctl.json('the rest', 0, 'policy', 'apply', FOLDER, '--reason', 'x')
    tap.ok(done['state'] == 'succeeded' and steps(done, 'delete')[key('more')]['state'] == 'done' and 'more' not in there(lab), 'is removed', [str(done)])
    # A file below the folder has the folder's bases: what is there was agreed on, and is no conflict.
    write('deep/api.yml', policy('api', *port(83)))
    below = qdctl.json('one file below it', 0, 'policy', 'apply', os.path.join(FOLDER, 'deep/api.yml'), '--reason', 'x')
    tap.ok(below['folder'] == FOLDER and [s['document'] for s in below['steps']] == ['deep/api.yml'] and ports(lab, 'api') == [83], 'is one of the folder', [str(below)])
    qdctl.expect('the folder then', 0, 'policy', 'apply', FOLDER, '--reason', 'x', out='nothing to apply')
    return done['job'], one['job']


def back(qdctl, lab, removed, changed):
    text = qdctl.expect('the way back, only said', 0, 'policy', 'revert', removed, '--dry-run', out=f'+ {key("more")}: ').stdout
    tap.ok('more' not in there(lab), 'is not gone', text)
    done = qdctl.json('the way back', 0, 'policy', 'revert', removed, '--reason', 'no')
    tap.ok(done['reverts'] == removed and 'more' in there(lab) and ports(lab, 'more') == [82], 'brings back what was removed', [str(done)])
    change(lab, 'web', 91)
    clash = qdctl.json('over what somebody changed since', 1, 'policy', 'revert', changed, '--reason', 'no')
    tap.ok(clash['state'] == 'conflict' and 'port: 91' in steps(clash, 'conflict')[key('web')]['theirs'] and ports(lab, 'web') == [91], 'nothing is written', [str(clash)])
    qdctl.expect('unless it is said', 0, 'policy', 'revert', changed, '--reason', 'no', '--take', 'mine', out='Change ')
    tap.ok(ports(lab, 'web') == [80], 'whose it is', [str(ports(lab, 'web'))])
    qdctl.expect('no job', 1, 'policy', 'revert', 'nothing-of-that-name', '--reason', 'x', err='not known')
    # The file says 90 as before; the server was agreed to have 80.
    qdctl.expect('the files again', 0, 'policy', 'apply', FOLDER, '--reason', 'x', '--take', 'mine')
    tap.ok(ports(lab, 'web') == [90] and 'more' not in there(lab), 'are what is there')


def conflicts(qdctl, lab):
    change(lab, 'web', 95)
    write('web.yaml', policy('web', *port(96)))
    result = qdctl.expect('both changed the same', 1, 'policy', 'apply', FOLDER, '--reason', 'x', err='--take')
    tap.ok(all(f'  {side}:\n' in result.stdout for side in ('base', 'mine', 'theirs')) and all(f'port: {n}\n' in result.stdout for n in (90, 95, 96)), 'all three are shown', result.stdout)
    tap.ok(ports(lab, 'web') == [95], 'and nothing is written')
    plan = qdctl.json('the same for programs', 1, 'policy', 'apply', FOLDER, '--dry-run')
    clash = steps(plan, 'conflict')[key('web')]
    tap.ok(['port: 90' in clash['base'], 'port: 96' in clash['mine'], 'port: 95' in clash['theirs'], clash['result']] == [True, True, True, None], 'has all three', [str(clash)])
    qdctl.expect('theirs', 0, 'policy', 'apply', FOLDER, '--reason', 'x', '--take', 'theirs', out='nothing to apply')
    tap.ok(ports(lab, 'web') == [95], 'stays')
    qdctl.expect('mine', 0, 'policy', 'apply', FOLDER, '--reason', 'x', '--take', 'mine', out=f'Change {key("web")}: succeeded')
    tap.ok(ports(lab, 'web') == [96], 'is written')
    # What does not touch is merged.
    now = there(lab)['web']
    lab.call('PATCH', '/api/v1/policies/' + now['id'], {'metadata': {**now['metadata'], 'labels': {'team': 'them'}}, 'reason': 'beside'}, {'If-Match': f'"{now["revision"]}"'})
    write('web.yaml', policy('web', *port(97)))
    merged = qdctl.json('what does not touch', 0, 'policy', 'apply', FOLDER, '--reason', 'x')
    tap.ok(there(lab)['web']['metadata'].get('labels') == {'team': 'them'} and ports(lab, 'web') == [97], 'is merged', [str(steps(merged))])
    write('web.yaml', policy('web', *port(97), labels='  labels: {team: them}\n'))


def hostile(qdctl, lab):
    before = there(lab)
    write('broken.yaml', 'a: [')
    result = qdctl.expect('a file that cannot be read', 2, 'policy', 'apply', FOLDER, '--reason', 'x', err='broken.yaml:')
    tap.ok('--keep-going' in result.stderr and there(lab) == before, 'keeps all from being applied', result.stderr)
    api = os.path.join(FOLDER, 'deep', 'api.yml')
    os.rename(api, api + '.aside')
    write('late.yaml', policy('late'))
    qdctl.expect('unless it is said', 5, 'policy', 'apply', FOLDER, '--reason', 'x', '--keep-going', out=f'Create {key("late")}: succeeded')
    tap.ok('api' in there(lab), 'but nothing is removed then')
    os.rename(api + '.aside', api)
    os.remove(os.path.join(FOLDER, 'broken.yaml'))
    os.remove(os.path.join(FOLDER, 'late.yaml'))
    qdctl.expect('what is gone from the files', 0, 'policy', 'apply', FOLDER, '--reason', 'x', out=f'Remove {key("late")}: succeeded')
    before = there(lab)
    write('bad.yaml', policy('bad', 'ingress:', '- from: [{ipBlock: {cidr: nonsense}}]'))
    write('good.yaml', policy('good'))
    plan = qdctl.json('what the server would refuse', 1, 'policy', 'apply', FOLDER, '--dry-run')
    tap.ok(any(r['blocker'] and r['key'] == key('bad') for r in plan['remarks']), 'is said beforehand', [str(plan['remarks'])])
    qdctl.expect('and is refused', 2, 'policy', 'apply', FOLDER, '--reason', 'x', err='Nothing was changed')
    tap.ok(there(lab) == before, 'with all that goes with it')
    os.remove(os.path.join(FOLDER, 'bad.yaml'))
    text = qdctl.expect('who may not sees it', 4, 'policy', 'apply', FOLDER, '--dry-run', role='viewer', out=f'+ {key("good")}: ', err='sdwan.policies.manage').stdout
    qdctl.expect('and is refused', 4, 'policy', 'apply', FOLDER, '--reason', 'x', role='viewer', err='sdwan.policies.manage')
    tap.ok(there(lab) == before, 'nothing was changed', text)
    os.remove(os.path.join(FOLDER, 'good.yaml'))
    empty = tempfile.mkdtemp(dir=FOLDER, prefix='.')
    qdctl.expect('an empty folder', 0, 'policy', 'apply', empty, '--reason', 'x', out='nothing to apply')
    tap.ok(there(lab) == before, 'removes nothing of others')


class Between:
    """What goes from qdctl to the lab passes here; before a request that changes policies @hook is told its method and address."""

    def __init__(self, lab):
        self.lab, self.hook = lab, lambda method, address: None
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.url = f'http://127.0.0.1:{self.listener.getsockname()[1]}'
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = self.lab.dial()
                server.settimeout(None)
                for source, target, looks in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self.carry, args=(source, target, looks), daemon=True).start()

    def carry(self, source, target, looks):
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 20):
                found = re.match(rb'(POST|PUT|PATCH|DELETE) (/api/v1/policies\S*) ', data) if looks else None
                if found:
                    self.hook(*(f.decode() for f in found.groups()))
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def qdctl(self, env=None):
        through = Qdctl(self.lab, env=env)
        through.target = lambda role: ['--url', self.url, '--credentials', self.lab.ready['credentials']]
        return through


def is_question(address):
    return 'dry_run=true' in urllib.parse.unquote(address)


def raced(lab):
    """Somebody is quicker between the plan and the first change."""
    folder = tempfile.mkdtemp(dir=FOLDER, prefix='.')
    between = Between(lab)
    qdctl = between.qdctl()
    write('race.yaml', policy('race', *port(10)), folder)
    qdctl.expect('through a line that one can stand in', 0, 'policy', 'apply', folder, '--reason', 'x', out='succeeded')
    seen = []

    def quicker(method, address):
        seen.append((method, address))
        if len(seen) == 1:
            change(lab, 'race', 11)
    between.hook = quicker
    write('race.yaml', policy('race', *port(12)), folder)
    result = qdctl.expect('somebody is quicker', 1, 'policy', 'apply', folder, '--reason', 'x', err='Nothing was changed')
    tap.ok(seen and all(f'port: {n}\n' in result.stdout for n in (10, 11, 12)) and '  theirs:\n' in result.stdout, 'base, mine and theirs are shown', result.stdout + result.stderr)
    tap.ok(ports(lab, 'race') == [11], 'and theirs stays')
    seen.clear()
    between.hook = lambda method, address: is_question(address) or (seen.append(address), len(seen) == 1 and change(lab, 'race', 13))
    result = qdctl.expect('and once more, after the server was asked', 1, 'policy', 'apply', folder, '--reason', 'x', '--take', 'mine')
    tap.ok(ports(lab, 'race') == [13] and 'port: 13\n' in result.stdout, 'theirs stays', result.stdout + result.stderr)
    between.hook = lambda method, address: None
    qdctl.expect('decided', 0, 'policy', 'apply', folder, '--reason', 'x', '--take', 'mine')
    tap.ok(ports(lab, 'race') == [12], 'it is mine')


def left(lab):
    """Ctrl+C while the second of three is under way."""
    folder = tempfile.mkdtemp(dir=FOLDER, prefix='.')
    between = Between(lab)
    qdctl = between.qdctl()
    before = there(lab)
    for n in range(3):
        write(f'{n}.yaml', policy(f'left-{n}', *port(20 + n)), folder)
    for number, as_json in ((signal.SIGINT, False), (signal.SIGTERM, True)):
        seen, said_it, stopped = [], [], threading.Event()

        def stop(method, address):
            if is_question(address):
                return
            seen.append(address)
            if len(seen) == 2:
                run.send_signal(number)
                said_it.append(next(line for line in run.stderr if 'after the step that is under way' in line))
                stopped.set()
        between.hook = stop
        run = qdctl.start('policy', 'apply', folder, '--reason', 'x', *(['--json'] if as_json else []))
        # One reads its words at a time.
        stopped.wait(60)
        out, err = run.communicate(timeout=120)
        tap.ok(run.returncode == 5 and len(said_it) == 1 and len(seen) == 2, f'signal {number}: ends after the step', [f'exit {run.returncode}', *said_it, out, err])
        tap.ok(set(there(lab)) - set(before) == {'left-0', 'left-1'}, 'what was begun is done, and no more')
        if as_json:
            report = json.loads(out)
            job = report['job']
            tap.ok(report['state'] == 'cancelled' and [s['state'] for s in report['steps'] if s['kind'] == 'create'] == ['done', 'done', 'not-begun'], 'and says so', out)
        else:
            job = re.search(r'by job (\S+)', out).group(1)
            tap.ok(f'Create {key("left-2")}: cancelled' in out and f'policy revert {job}' in err, 'and says so, and how to go back', out + err)
        between.hook = lambda method, address: None
        qdctl.expect('which goes back', 0, 'policy', 'revert', job, '--reason', 'x', out=f'Remove {key("left-1")}: succeeded')
        tap.ok(set(there(lab)) == set(before), 'all is as it was')


def audited(qdctl, jobs):
    records = [r for r in qdctl_audit(qdctl)]
    for job in jobs:
        mine = [r for r in records if r.get('job') == job]
        tap.ok([r['outcome'] for r in mine if r['what'] == 'policies.apply'] == ['succeeded', 'begun'] and any(r['what'] in ('policy.put', 'policy.delete') for r in mine),
               'begun, each step and its end are recorded', [str([(r['what'], r['outcome']) for r in mine])])
    tap.ok(any(r['outcome'] == 'refused' and r['what'] == 'policies.apply' for r in records), 'and who was refused')
    qdctl.target = lambda role: []
    qdctl.expect('the chain is whole', 0, 'audit', 'verify')


def qdctl_audit(qdctl):
    alone = Qdctl(env=qdctl.env)
    alone.target = lambda role: []
    return json.loads(alone.run('audit', 'list', '--limit', '0', '--json').stdout)


def production(lab):
    """A connection that is configured, to production: nothing is changed there unless its name is given once more."""
    data = tempfile.mkdtemp(dir=FOLDER, prefix='.')
    qdctl = Qdctl(lab, env={'XDG_DATA_HOME': data})
    qdctl.target = lambda role: ['--connection', 'Harbour', '--credentials', lab.ready['credentials']]
    base = os.path.join(data, 'quarterdeck', 'quarterdeck.db')
    os.makedirs(os.path.dirname(base), 0o700)
    open(base, 'w', encoding='utf-8').close()
    qdctl.expect('one that nobody knows', 2, 'sites', err='Harbour')
    with contextlib.closing(sqlite3.connect(base)) as db, db:
        db.execute('INSERT INTO setting VALUES (?, ?)', ('connections', json.dumps([{'id': 'harbour', 'name': 'Harbour', 'driver': 'node-api', 'url': lab.ready['http'], 'environment': 'prod'}])))
    path = write('p.yaml', policy('prod', *port(30)), tempfile.mkdtemp(dir=FOLDER, prefix='.'))
    qdctl.expect('production is locked', 4, 'policy', 'apply', path, '--reason', 'x', err='production')
    qdctl.expect('to whoever types another name, too', 2, 'policy', 'apply', path, '--reason', 'x', '--confirm', 'harbour', err='“Harbour”')
    tap.ok('prod' not in there(lab), 'nothing was changed')
    qdctl.expect('with its name', 0, 'policy', 'apply', path, '--reason', 'x', '--confirm', 'Harbour', out='succeeded')
    tap.ok('prod' in there(lab), 'it is')
    site = lab.get('/api/v1/sites').json['items'][0]
    qdctl.expect('every verb asks for it', 4, 'run', 'site.update', f'id={site["id"]}', 'changes.name=x', err='production')
    qdctl.expect('and takes it', 0, 'run', 'site.update', f'id={site["id"]}', 'changes.name=x', '--confirm', 'Harbour')
    tap.ok([r['outcome'] for r in qdctl_audit(qdctl) if r['what'] == 'connection.unlock'] == ['succeeded'] * 2, 'that it was unlocked is recorded')
    with contextlib.closing(sqlite3.connect(base)) as db:
        lines = db.execute('SELECT job, state, detail FROM journal ORDER BY seq').fetchall()
    details = [json.loads(detail) for _, _, detail in lines]
    tap.ok([d['verb'] for d, (_, state, _) in zip(details, lines) if state == 'succeeded'] == ['policies.apply', 'site.update'] and len({job for job, _, _ in lines}) == 2
           and all(d['owner']['program'].startswith('qdctl') and d['connection'] == 'harbour' for d in details), 'both jobs are in the journal, for the window', [str(lines)])


words()
main = small('--events', '0')
program = Qdctl(main)
of_removal, of_change = doing(program, main)
back(program, main, of_removal, of_change)
conflicts(program, main)
hostile(program, main)
raced(main)
left(main)
production(main)
audited(program, (of_removal, of_change))
main.stop()
shutil.rmtree(FOLDER, ignore_errors=True)
tap.done()
