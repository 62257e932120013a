#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""qdctl migrate, and jobs: plans, moves one and many, what holds one up, going back when it is told to, and what is left when it is killed."""
import contextlib
import json
import os
import signal

from cli import HOSTILE, NO_IDS, QDCTL, Qdctl, needs_nats, refused_words, small, tap, unread, wait

STEPS = ['drain', 'settle', 'place', 'reload', 'warm-up', 'verify']
SAID = ['Drain ', 'Wait until ', 'Place ', 'Reload ', 'Warm up ', 'Verify ']
OUTCOME = {'job', 'tenant', 'kind', 'from', 'to', 'state', 'error'}


def words():
    refused_words('migrate', [
        ([], 'plan or run'), (['frob'], 'plan or run'), (['run', '--reason', 'x'], 'ids of tenants'), (['plan', 'x'], '--kind'), (['plan', 'x', '--kind', 'frob'], '“frob”'),
        (['run', 'x', '--kind', 'runner'], '--reason'), (['run', 'x', '--kind', 'runner', '--reason', ''], '--reason'), (['run', 'x', '--node', 'runner.shard-1', '--reason', 'x'], '--node'),
        (['plan', '--node', 'shard-1'], 'KIND.SHARD'), (['plan', '--node', 'frob.shard-1'], '“frob”'), (['plan', '--node', 'runner.'], 'KIND.SHARD'),
        (['plan', '--node', 'runner.shard-1', '--to', 'shard-2'], '--to'), (['plan', 'x', '--kind', 'runner', '--at-once', '0'], '--at-once'),
        (['plan', 'x', '--kind', 'runner', '--at-once', '65'], '--at-once'), (['plan', 'x', '--kind', 'runner', '--wait', '-1'], '--wait'),
        (['plan', 'x', '--kind', 'runner', '--limit', 'frob=3'], 'frob=3'), (['plan', 'x', '--kind', 'runner', '--limit', 'settle=0'], 'settle=0'),
        (['plan', 'x', '--kind', 'runner', '--limit', 'settle'], 'STEP=SECONDS'), (['plan', 'x', '--kind', 'runner', '--frob'], '--frob'),
        *((['plan', no, '--kind', 'runner'], 'no id') for no in NO_IDS)])
    refused_words('jobs', [
        (['frob'], 'retry'), (['list', 'x'], '“x”'), (['show'], 'id'), (['show', 'x', 'y'], 'one job'), (['cancel'], 'id'), (['watch'], 'id'), (['retry'], 'id'),
        (['show', 'x', '--from', 'drain'], '--from'), (['retry', 'x', '--from', 'frob'], '“frob”'), (['list', '--csv'], '--csv'), (['--nats', 'nats://127.0.0.1:1'], '--nats'),
        *((['show', no], 'no id') for no in (*NO_IDS, '*', '>', 'a.b', 'a b', 'x\n'))])
    for verb, args in (('migrate', ['plan', 'x', '--kind', 'runner']), ('migrate', ['run', 'x', '--kind', 'runner', '--reason', 'x']), ('jobs', ['list']), ('jobs', [])):
        Qdctl().expect(f'{verb} {" ".join(args[:1])}: unreachable', 3, verb, *args, err='127.0.0.1:1')


def place_of(lab, kind, tenant):
    return lab.get(f'/admin/v1/tenants/{tenant}').json['placement'][kind]


def works_on(lab, kind, tenant, shard):
    """Whether it comes to be placed and to work there, and nowhere else. Whom one asks hears of both a little later than who did it."""
    return wait(lambda: place_of(lab, kind, tenant) == shard and (t := lab.tenant(kind, tenant)) and t[0] == f'{kind}.{shard}' and t[1]['accepting'])


def planning(qdctl, lab):
    plan = qdctl.json('plan', 0, 'migrate', 'plan', 'tenant-acme', '--kind', 'runner', '--to', 'shard-2')
    move = plan['moves'][0]
    tap.ok((move['tenant'], move['kind'], move['from'], move['to'], move['blockers']) == ('tenant-acme', 'runner', 'shard-1', 'shard-2', []) and
           [s['step'] for s in move['plan']] == STEPS and all(s['back'] and s['limit_s'] > 0 for s in move['plan']), 'each step, its time and its way back', [str(plan)])
    text = qdctl.expect('in words', 0, 'migrate', 'plan', 'tenant-acme', '--kind', 'runner', out='shard-2').stdout
    tap.ok([text.find(f'{n + 1}. {said_of}') > 0 for n, said_of in enumerate(SAID)] == [True] * 6, 'they are there, too', text)
    limits = qdctl.json('other limits', 0, 'migrate', 'plan', 'tenant-acme', '--kind', 'runner', '--limit', 'settle=7', '--limit', 'verify=9')
    tap.ok({s['step']: s['limit_s'] for s in limits['moves'][0]['plan']}['settle'] == 7, 'are in the plan', [str(limits)])
    for words_of in (['tenant-acme', '--to', 'shard-1'], ['nobody'], ['tenant-acme', '--to', 'shard-9'], ['tenant-acme', '--from', 'shard-2']):
        blocked = qdctl.json(f'blocked: {" ".join(words_of)}', 1, 'migrate', 'plan', *words_of, '--kind', 'runner')
        tap.ok(set(blocked['moves'][0]['blockers'][0]) == {'code', 'detail'}, 'by something that has a name', [str(blocked)])
    for name in HOSTILE:
        result = qdctl.expect(f'{name[:20]!r} has no place', 1, 'migrate', 'plan', '--kind', 'runner', '--', name)
        tap.ok('\x1b' not in result.stdout + result.stderr, 'and is shown as it may be', [repr(result.stdout)])
    node = qdctl.json('a whole node', 0, 'migrate', 'plan', '--node', 'runner.shard-1')
    tap.ok(sorted(m['tenant'] for m in node['moves']) == ['tenant-acme', 'tenant-globex'] and all(m['to'] == 'shard-2' for m in node['moves']), 'all its tenants', [str(node)])
    qdctl.expect('a node that is not', 1, 'migrate', 'plan', '--node', 'runner.shard-9', err='runner.shard-9')
    dry = qdctl.json('a dry run', 0, 'migrate', 'run', 'tenant-acme', '--kind', 'runner', '--to', 'shard-2', '--dry-run')
    tap.ok(dry == plan and place_of(lab, 'runner', 'tenant-acme') == 'shard-1', 'is the plan, and moves nobody')
    qdctl.expect('who may not is told so', 4, 'migrate', 'run', 'tenant-acme', '--kind', 'runner', '--dry-run', role='viewer', out='shard-2', err='scale.migrate')
    qdctl.expect('and refused', 4, 'migrate', 'run', 'tenant-acme', '--kind', 'runner', '--reason', 'x', role='viewer', err='scale.migrate')
    tap.ok(qdctl.json('no job came of it all', 0, 'jobs', 'list') == [], 'none')
    Qdctl(lab, '--nats', 'nats://127.0.0.1:1').expect('NATS unreachable', 3, 'migrate', 'plan', 'tenant-acme', '--kind', 'runner', err='127.0.0.1:1')
    Qdctl(lab).expect('NATS not named', 2, 'migrate', 'plan', 'tenant-acme', '--kind', 'runner', err='--nats')


def moving(qdctl, lab):
    done = qdctl.json('one', 0, 'migrate', 'run', 'tenant-acme', '--kind', 'runner', '--to', 'shard-2', '--reason', 'Grüße')
    tap.ok(set(done[0]) == OUTCOME and (done[0]['state'], done[0]['from'], done[0]['to'], done[0]['error']) == ('succeeded', 'shard-1', 'shard-2', None), 'is moved', [str(done)])
    tap.ok(works_on(lab, 'runner', 'tenant-acme', 'shard-2'), 'and works there')
    job = qdctl.json('its job', 0, 'jobs', 'show', done[0]['job'])
    tap.ok((job['state'], job['reason'], job['interrupted'], [s['state'] for s in job['steps']][:6]) == ('succeeded', 'Grüße', False, ['succeeded'] * 6), 'says all of it', [str(job)])
    text = qdctl.expect('in words', 0, 'migrate', 'run', 'tenant-acme', '--kind', 'aggregate', '--reason', 'x').stdout.split('\n')
    tap.ok(len(text) == 8 and all(l.startswith(w) for l, w in zip(text, SAID)) and text[-2].startswith('tenant-acme: succeeded '), 'step by step', text)
    status, err = unread([QDCTL, 'migrate', *qdctl.target(None), 'run', '--reason', 'x', '--kind', 'projection', '--to', 'shard-2', 'tenant-acme'], qdctl.env)
    tap.ok(status == 0 and works_on(lab, 'projection', 'tenant-acme', 'shard-2'), 'one that nobody reads of is moved as well', f'exit {status}: {err}')


def listing(qdctl, lab):
    listed = qdctl.json('the jobs', 0, 'jobs', 'list')
    tap.ok(len(listed) == 3 and all(j['state'] == 'succeeded' and j['kind'] == 'tenant.migrate' for j in listed), 'are three', [str(listed)])
    lines = qdctl.run('jobs', 'list').stdout.split('\n')
    tap.ok([l.split()[:4] for l in lines[:3]] == [[j['id'], 'succeeded', '100', '%'] for j in listed], 'a line each', lines)
    alone = Qdctl(lab)
    alone.target = lambda role: ['--url', lab.ready['nats'], '--credentials', lab.ready['credentials']]
    tap.ok(alone.json('of NATS alone', 0, 'jobs', 'list') == listed, 'the same')
    alone.expect('where nothing can be gone on with', 2, 'jobs', 'retry', listed[0]['id'], err='control connection')
    first = listed[0]['id']
    text = qdctl.expect('show', 0, 'jobs', 'show', first, out='Move tenant-acme').stdout
    tap.ok(all(word in text for word in SAID), 'has its steps', text)
    watched = [json.loads(l) for l in qdctl.run('jobs', 'watch', first, '--json').stdout.splitlines()]
    tap.ok([w['state'] for w in watched] == ['succeeded'], 'one that is over is watched once')
    qdctl.expect('one that is not', 1, 'jobs', 'show', 'nothing-of-that-name', err='nothing-of-that-name')
    qdctl.expect('nor watched', 1, 'jobs', 'watch', 'nothing-of-that-name', err='nothing-of-that-name')
    for action in ('cancel', 'retry'):
        qdctl.expect(f'there is nothing to {action}', 1, 'jobs', action, first, err='has succeeded' if action == 'retry' else 'has ended')
        qdctl.expect(f'nor for a viewer to {action}', 4, 'jobs', action, first, role='viewer', err='scale.migrate')


@contextlib.contextmanager
def asleep(lab, shard):
    """A shard that does not answer while the block runs: a move from it stands at its drain. Called within, it wakes up."""
    pid = lab.pid(shard)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield lambda: os.kill(pid, signal.SIGCONT)
    finally:
        os.kill(pid, signal.SIGCONT)


def under_way(qdctl, run, steps=('drain',)):
    """The one job that stands at one of these steps, with somebody who works on it."""
    def find():
        found = [j for j in qdctl_list(qdctl) if j['state'] == 'running' and j['step'] in steps and not j['interrupted']]
        return found[0] if found else run.poll() is not None
    job = wait(find, 60)
    if not isinstance(job, dict):
        raise RuntimeError(f'no job stands at {steps}: {run.communicate() if job else ""}')
    return job


def qdctl_list(qdctl):
    result = qdctl.run('jobs', 'list', '--json')
    return json.loads(result.stdout) if result.returncode == 0 else []


def is_home(lab):
    return works_on(lab, 'aggregate', 'tenant-globex', 'shard-1')


MOVE = ('migrate', 'run', 'tenant-globex', '--kind', 'aggregate', '--to', 'shard-2', '--reason', 'x')


def going_back(qdctl, lab):
    for number, name in ((signal.SIGINT, 'Ctrl+C'), (signal.SIGTERM, 'kill'), (signal.SIGHUP, 'a terminal that closes')):
        with asleep(lab, 'aggregate.shard-1') as wake:
            run = qdctl.start(*MOVE, '--json')
            job = under_way(qdctl, run)
            if number == signal.SIGINT:
                other = qdctl.json('another on the same tenant', 1, 'migrate', 'run', 'tenant-globex', '--kind', 'runner', '--reason', 'x')
                tap.ok(other[0]['state'] == 'blocked' and other[0]['job'] is None and job['id'] in other[0]['error'], 'is told by which job it is held up', [str(other)])
            run.send_signal(number)
            said_it = run.stderr.readline()
            wake()
            out, err = run.communicate(timeout=120)
        done = json.loads(out)
        tap.ok(run.returncode == 1 and 'going back' in said_it, f'{name} goes back', [f'exit {run.returncode}', said_it, err])
        tap.ok((done[0]['state'], done[0]['job']) == ('cancelled', job['id']), 'and says so', [str(done)])
        tap.ok(is_home(lab), 'the tenant works where it was')
    with asleep(lab, 'aggregate.shard-1') as wake:
        run = qdctl.start(*MOVE)
        job = under_way(qdctl, run)
        watch = qdctl.start('jobs', 'watch', job['id'], '--json')
        cancelled = qdctl.json('cancelled by another', 0, 'jobs', 'cancel', job['id'])
        tap.ok(cancelled['id'] == job['id'], 'is answered with the job', [str(cancelled)])
        wake()
        out, err = run.communicate(timeout=120)
        tap.ok(run.returncode == 1 and 'cancelled' in out and is_home(lab), 'its owner has gone back', out + err)
        lines = [json.loads(l) for l in watch.communicate(timeout=60)[0].splitlines()]
        tap.ok(watch.returncode == 1 and lines[0]['state'] == 'running' and lines[-1]['state'] == 'cancelled', 'who watched it saw it as it went', [str(l['state']) for l in lines])
    with asleep(lab, 'aggregate.shard-1') as wake:
        run = qdctl.start(*MOVE, '--limit', 'drain=2', '--json')
        job = under_way(qdctl, run)
        tap.ok(wait(lambda: next(j for j in qdctl_list(qdctl) if j['id'] == job['id'])['step'] != 'drain', 60), 'a step that takes too long is given up')
        wake()
        done = json.loads(run.communicate(timeout=120)[0])
    tap.ok(run.returncode == 1 and done[0]['state'] == 'failed' and done[0]['error'], 'the job has failed, and says why', [str(done)])
    tap.ok(is_home(lab), 'and has gone back')
    return job['id']


def killed(qdctl, lab):
    """A move whose owner is killed at its drain."""
    with asleep(lab, 'aggregate.shard-1'):
        run = qdctl.start(*MOVE)
        job = under_way(qdctl, run)
        run.kill()
        run.communicate()
    tap.ok(wait(lambda: next(j for j in qdctl_list(qdctl) if j['id'] == job['id'])['interrupted']), 'one that is killed leaves its job interrupted')
    text = qdctl.expect('and the next one says so', 0, 'jobs', 'show', job['id'], out='Drain tenant-globex').stdout
    tap.ok('interrupted' in qdctl.run('jobs', 'list').stdout, 'as the list does', text)
    return job['id']


def going_on(qdctl, lab, failed):
    job = killed(qdctl, lab)
    qdctl.expect('cancelled from here', 0, 'jobs', 'cancel', job, out='gone back')
    tap.ok(is_home(lab), 'it is where it was')
    job = killed(qdctl, lab)
    with asleep(lab, 'aggregate.shard-1') as wake:
        retry = qdctl.start('jobs', 'retry', job, '--json')
        # What the one before had asked for may have been done since: then it stands where the shard is to reload.
        under_way(qdctl, retry, ('drain', 'settle', 'reload'))
        retry.send_signal(signal.SIGINT)
        said_it = retry.stderr.readline()
        wake()
        out, err = retry.communicate(timeout=120)
    done = json.loads(out)
    tap.ok(retry.returncode == 1 and 'going back' in said_it, 'gone on with, and told to end: it goes back', [f'exit {retry.returncode}', said_it, err, out])
    tap.ok(done['state'] == 'cancelled', 'and says so', [done['state'], out])
    tap.ok(is_home(lab), 'and works where it did')
    qdctl.expect('one that went back, from the midst', 1, 'jobs', 'retry', failed, '--from', 'verify', err='verify')
    again = qdctl.json('one that failed, from a step', 0, 'jobs', 'retry', failed, '--from', 'drain')
    tap.ok((again['state'], again['attempt'], again['id']) == ('succeeded', 2, failed), 'is begun again, as the same job', [str(again)])
    tap.ok(works_on(lab, 'aggregate', 'tenant-globex', 'shard-2'), 'and is done')
    qdctl.expect('moved home', 0, 'migrate', 'run', 'tenant-globex', '--kind', 'aggregate', '--to', 'shard-1', '--reason', 'x')
    job = killed(qdctl, lab)
    qdctl.expect('gone on with from here', 0, 'jobs', 'retry', job, out='succeeded')
    tap.ok(works_on(lab, 'aggregate', 'tenant-globex', 'shard-2'), 'it is where it was to be')


def left_batch(qdctl, tenants):
    """A batch of moves whose owner is killed while the first of them drains; its number."""
    run = qdctl.start('migrate', 'run', *tenants, '--kind', 'aggregate', '--to', 'shard-2', '--reason', 'x', '--at-once', '1')
    first = under_way(qdctl, run)
    run.kill()
    run.communicate()
    number = first['batch']['id']
    tap.ok(wait(lambda: [j['interrupted'] for j in qdctl_list(qdctl) if (j.get('batch') or {}).get('id') == number] == [True] * len(tenants)), 'all of it is left')
    return number


def batches(qdctl, lab, tenants):
    """All of a batch is gone on with, told to end while that goes on, and cancelled."""
    def home():
        return all(works_on(lab, 'aggregate', t, 'shard-1') for t in tenants)

    def states(number):
        return [j['state'] for j in qdctl_list(qdctl) if (j.get('batch') or {}).get('id') == number]
    with asleep(lab, 'aggregate.shard-1') as wake:
        number = left_batch(qdctl, tenants)
        retry = qdctl.start('jobs', 'retry', number, '--json')
        under_way(qdctl, retry, ('drain', 'settle', 'reload'))
        retry.send_signal(signal.SIGINT)
        said_it = retry.stderr.readline()
        wake()
        out, err = retry.communicate(timeout=120)
    done = json.loads(out or '[]')
    tap.ok(retry.returncode == 1 and 'going back' in said_it, 'a batch that is gone on with goes back on Ctrl+C', [f'exit {retry.returncode}', said_it, err])
    tap.ok([(d['tenant'], d['state']) for d in done] == [(t, 'cancelled') for t in tenants], 'all of it, and says so', [str(done)])
    tap.ok(home() and states(number) == ['cancelled'] * len(tenants), 'each tenant works where it was', [str(states(number))])
    with asleep(lab, 'aggregate.shard-1'):
        number = left_batch(qdctl, tenants)
    records = qdctl.json('a batch that was left is cancelled', 0, 'jobs', 'cancel', number)
    tap.ok(sorted(r['plan']['tenant'] for r in records) == sorted(tenants) and all(r['batch']['id'] == number and r['state'] == 'cancelled' for r in records),
           'and its records are the answer', [str(records)])
    tap.ok(home(), 'each tenant works where it was')
    for action in ('cancel', 'retry'):
        qdctl.expect(f'of one that has ended there is nothing to {action}', 1, 'jobs', action, number, '--json', err='has ended')
    qdctl.expect('nor is there a batch of another number', 1, 'jobs', 'cancel', 'nothing-of-that-name', '--json', err='nothing-of-that-name')


def many():
    """As many as a shard has room for, two at a time; those that are blocked hold up nobody."""
    lab = small('--tenants', '8', '--events', '0')
    tap.ok(lab.ready_all(), 'six shards are ready')
    qdctl = Qdctl(lab, '--nats', lab.ready['nats'])
    on = {s: [t for t in sorted(x['id'] for x in lab.get('/admin/v1/tenants?limit=100').json['items']) if place_of(lab, 'runner', t) == s] for s in ('shard-1', 'shard-2')}
    batches(qdctl, lab, [t for t in on['shard-1'] if place_of(lab, 'aggregate', t) == 'shard-1'][:3])
    mine = on['shard-1']
    mixed = qdctl.json('some that cannot be', 5, 'migrate', 'run', 'nobody', mine[0], 'a/b', '--kind', 'runner', '--to', 'shard-2', '--reason', 'x')
    tap.ok([m['state'] for m in mixed] == ['blocked', 'succeeded', 'blocked'] and [m['tenant'] for m in mixed] == ['nobody', mine[0], 'a/b'], 'hold up nobody', [str(mixed)])
    both = qdctl.json('none that can be', 1, 'migrate', 'run', 'nobody', 'noone', '--kind', 'runner', '--reason', 'x')
    tap.ok([m['state'] for m in both] == ['blocked'] * 2, 'is a no', [str(both)])
    # One waits for what may pass: its messages are more than may wait, since it is drained.
    held, rest = mine[1], mine[2:4]
    lab.post('runner.shard-1', 'drain', {'tenant': held, 'reason': 'x'})
    lab.call('POST', '/lab/v1/load', {'rate': 400})
    tap.ok(wait(lambda: (lab.tenant('runner', held)[1]['lag'] or 0) > 30), 'one has too much to do')
    lab.call('POST', '/lab/v1/load', {'rate': 0})
    run = qdctl.start('migrate', 'run', held, *rest, '--kind', 'runner', '--to', 'shard-2', '--reason', 'x', '--at-once', '1', '--wait', '90', '--max-lag', '20', '--json')
    tap.ok(wait(lambda: all(place_of(lab, 'runner', t) == 'shard-2' for t in rest), 60) and place_of(lab, 'runner', held) == 'shard-1',
           'it waits, one at a time, and the others are moved')
    lab.post('runner.shard-1', 'resume', {'tenant': held})
    out, err = run.communicate(timeout=120)
    tap.ok(run.returncode == 0 and [m['state'] for m in json.loads(out)] == ['succeeded'] * 3, 'then it is, too', out + err)
    node = qdctl.json('a whole node, two at a time', 0, 'migrate', 'run', '--node', 'runner.shard-2', '--reason', 'x', '--at-once', '2')
    tap.ok(len(node) == 8 and all(m['state'] == 'succeeded' and m['to'] == 'shard-1' for m in node), 'all are moved', [str(node)])
    tap.ok(wait(lambda: all(place_of(lab, 'runner', m['tenant']) == 'shard-1' for m in node)), 'nobody is left there')
    jobs = [j for j in qdctl_list(qdctl) if j['id'] in {m['job'] for m in node}]
    ends = sorted([(j['started_at'], 1) for j in jobs] + [(j['ended_at'], -1) for j in jobs])
    depth = most = 0
    for _, change in ends:
        depth += change
        most = max(most, depth)
    tap.ok(most == 2, 'never more than two at once', [str(ends)])
    text = qdctl.expect('a node that is empty', 0, 'migrate', 'run', '--node', 'runner.shard-2', '--reason', 'x', '--dry-run', out='nothing to move').stdout
    tap.ok(text.count('\n') == 1, 'has nothing to move', text)
    tap.ok(qdctl.json('and none is moved', 0, 'migrate', 'run', '--node', 'runner.shard-2', '--reason', 'x') == [], 'for real')
    lab.stop()


needs_nats()
words()
main = small('--events', '0')
tap.ok(main.ready_all(), 'six shards are ready')
program = Qdctl(main, '--nats', main.ready['nats'])
planning(program, main)
moving(program, main)
listing(program, main)
going_on(program, main, going_back(program, main))
main.stop()
many()
tap.done()
