#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who owns a job, on a real nats-server: one that sleeps past its lease, several that go on with the same, and a batch whose process is killed.

A lease lasts a minute (docs/architecture.md). The bucket of this lab has a shorter age, so that a lease runs out while one waits for it; who is alive renews his each ten seconds, so it is longer than that.
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lab'))
from fleet import Fleet, wait  # noqa: E402
from lab import BUILD, Tap as Plain  # noqa: E402
from nats_text import Nats  # noqa: E402

QDCTL = os.path.join(BUILD, 'src', 'cli', 'qdctl')
DATA = tempfile.TemporaryDirectory(prefix='qdctl-owners-')
ENV = {k: v for k, v in os.environ.items() if k != 'G_DEBUG'} | {'XDG_DATA_HOME': DATA.name}
LEASE_S = 14
STEPS = ['drain', 'settle', 'place', 'reload', 'warm-up', 'verify']


class Tap(Plain):
    def check(self, name, good, details=''):
        self.ok(bool(good), name, str(details))


class Bench:
    def __init__(self):
        self.lab = Fleet('--sites', '3', '--rate', '0', '--events', '50', '--tenants', '10', '--placed-on', '1', '--lease', str(LEASE_S))
        self.lab.login()
        assert self.lab.ready_all(), self.lab.shards()
        self.nats = Nats(self.lab, 'admin')
        self.target = ['--url', self.lab.ready['http'], '--nats', self.lab.ready['nats'], '--credentials', self.lab.ready['credentials'], '--role', 'admin']
        assert self.nats.api('STREAM.INFO.KV_JOB_LEASES')['config']['max_age'] == LEASE_S * 10 ** 9

    def start(self, *words):
        return subprocess.Popen([QDCTL, *words, *self.target], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENV)

    def run(self, *words):
        process = self.start(*words)
        out, err = process.communicate(timeout=180)
        return process.returncode, out, err

    def move(self, *tenants, to):
        return self.start('migrate', 'run', *tenants, '--kind', 'runner', '--to', to, '--reason', 'proof', '--at-once', '1', '--wait', '20',
                          '--limit', 'reload=300', '--json')

    def jobs(self):
        code, out, err = self.run('jobs', 'list', '--json')
        assert code == 0, err
        return json.loads(out)

    def records(self):
        """The newest record of each job, straight from the stream."""
        return {(r := json.loads(payload))['id']: r for _, payload in self.nats.all('JOBS', 'jobs.*') if b'tenant.migrate' in payload}

    def history(self, job):
        return [json.loads(payload) for _, payload in self.nats.all('JOBS', f'jobs.{job}')]

    def n_leases(self):
        return self.nats.api('STREAM.INFO.KV_JOB_LEASES')['state']['messages']

    def place(self, tenant):
        return self.nats.get('RUNNER_PLACEMENT', tenant)[1]

    def tenants_on(self, shard):
        return sorted(t['id'] for t in self.lab.shards()[f'runner.{shard}']['tenants'])

    def asleep(self, shard):
        os.kill(self.lab.pid(f'runner.{shard}'), signal.SIGSTOP)

    def awake(self, shard):
        os.kill(self.lab.pid(f'runner.{shard}'), signal.SIGCONT)

    def stopped_in_midst(self, tenant, to):
        """A move that cannot come further than telling the target, and its job."""
        known = set(self.records())
        self.asleep(to)
        process = self.move(tenant, to=to)
        job = wait(lambda: next((r['id'] for r in self.records().values() if r['id'] not in known and r.get('step') == 'reload'), None), 60)
        assert job, process.communicate(timeout=60)
        return process, job


def orderly(history):
    """What is wrong with it: each step is begun once an attempt, in order, under no older lease."""
    begun, lease, attempt = [], 0, 0
    for record in history:
        if record['lease'] < lease or record['attempt'] < attempt:
            return f'attempt {record["attempt"]} under lease {record["lease"]} after {attempt} under {lease}'
        if record['attempt'] > attempt:
            begun = []
        lease, attempt = record['lease'], record['attempt']
        if record['state'] == 'running':
            if record['step'] in begun or (begun and record['step'] in STEPS and STEPS.index(record['step']) < STEPS.index(begun[-1])):
                return f'{record["step"]} after {begun} in attempt {attempt}'
            begun.append(record['step'])
    return None


def sleeper(tap, bench):
    """Stopped until its lease has run out and another has ended its job; then it goes on, and must not."""
    tenant = bench.tenants_on('shard-1')[0]
    process, job = bench.stopped_in_midst(tenant, 'shard-2')
    os.kill(process.pid, signal.SIGSTOP)
    tap.check('it has its lease while it sleeps', bench.nats.get('JOB_LEASES', job)[1])
    # Its process is there still: only the server says that it is over.
    tap.check('and loses it, and the tenant\'s, by the server\'s clock', wait(lambda: bench.n_leases() == 0, LEASE_S + 20))
    bench.awake('shard-2')
    code, out, err = bench.run('jobs', 'retry', job, '--json')
    tap.check('another goes on with its job to the end', code == 0 and json.loads(out)['state'] == 'succeeded', out + err)
    before = bench.history(job)
    tap.check('and its record says whose it was', before[-1]['left']['step'] == 'reload', before[-1])
    os.kill(process.pid, signal.SIGCONT)
    out, err = process.communicate(timeout=120)
    # Where the tenant is, is what it ends with; that this was not its doing any more, it says.
    tap.check('awake, it is refused, and says so', 'omebody else' in out and json.loads(out)[0]['state'] == 'succeeded', out + err)
    after = bench.history(job)
    tap.check('it has begun nothing more', after == before, after[len(before):])
    tap.check('no step was begun twice', orderly(after) is None and [r['step'] for r in after if r['state'] == 'running' and r['attempt'] == 2] == STEPS[3:],
              orderly(after) or [(r['attempt'], r['step'], r['state']) for r in after])
    puts = [value for _, value in bench.nats.all('KV_RUNNER_PLACEMENT', f'$KV.RUNNER_PLACEMENT.{tenant}') if value == b'shard-2']
    tap.check('it was placed once', len(puts) == 1 and bench.place(tenant) == 'shard-2', puts)


def racers(tap, bench):
    """The owner is killed, and three go on with the same job at once: one does."""
    for number in range(3):
        home, to = ('shard-1', 'shard-2') if number % 2 else ('shard-2', 'shard-1')
        tenant = bench.tenants_on(home)[0]
        process, job = bench.stopped_in_midst(tenant, to)
        process.kill()
        process.communicate()
        bench.awake(to)
        runs = [bench.start('jobs', 'retry', job, '--json') for _ in range(3)]
        ends = [(r.communicate(timeout=180), r.returncode) for r in runs]
        codes = sorted(code for _, code in ends)
        tap.check(f'race {number}: one of three goes on with it', codes[0] == 0 and codes[1] > 0, ends)
        said = ' '.join(err for (_, err), code in ends if code)
        tap.check(f'race {number}: the others are told why not', all(err.strip() for (_, err), code in ends if code), said)
        history = bench.history(job)
        wrong = orderly(history)
        tap.check(f'race {number}: no step was begun twice', wrong is None and history[-1]['attempt'] == 2 and history[-1]['state'] == 'succeeded',
                  wrong or [(r['attempt'], r['step'], r['state']) for r in history])
        tap.check(f'race {number}: it is where it was to be', bench.place(tenant) == to)
        assert wait(lambda: tenant in bench.tenants_on(to) and tenant not in bench.tenants_on(home), 30)


def batch(tap, bench):
    """Killed once two of four are done: the rest is there, is cancelled singly, and gone on with as a whole."""
    tenants = bench.tenants_on('shard-1')[:4]
    known = set(bench.records())
    process = bench.move(*tenants, to='shard-2')
    new = lambda: [r for r in bench.records().values() if r['id'] not in known]  # noqa: E731
    done = wait(lambda: sum(r['state'] == 'succeeded' for r in new()) >= 2, 90)
    process.kill()
    out, err = process.communicate()
    tap.check('two are done', done, out + err)
    mine = {j['plan']['tenant']: j for j in bench.jobs() if j['id'] not in known}
    left = [t for t in tenants if mine[t]['state'] in ('queued', 'running')]
    tap.check('all four were written down before the first began', sorted(mine) == sorted(tenants), list(mine))
    tap.check('the rest is there, and nobody works on it', 1 <= len(left) <= 2 and all(mine[t]['interrupted'] for t in left), mine)
    one = left[-1]
    code, out, err = bench.run('jobs', 'cancel', mine[one]['id'])
    tap.check('one of them is cancelled singly', code == 0, out + err)
    number = mine[one]['batch']['id']
    if len(left) > 1:
        code, out, err = bench.run('jobs', 'retry', number, '--json')
        tap.check('the rest is gone on with as a whole', code == 0 and [o['tenant'] for o in json.loads(out)] == left[:-1], out + err)
    for tenant in tenants:
        tap.check(f'{tenant} is where it was to be', bench.place(tenant) == ('shard-1' if tenant == one else 'shard-2'))
        tap.check(f'{tenant}: no step was begun twice', orderly(bench.history(mine[tenant]['id'])) is None, orderly(bench.history(mine[tenant]['id'])))
    code, out, err = bench.run('jobs', 'cancel', number)
    tap.check('of a batch that has ended nothing is cancelled', code != 0 and 'ended' in err, out + err)
    code, out, err = bench.run('jobs', 'cancel', 'no-such-job')
    tap.check('nor of what there is not', code != 0 and 'no-such-job' in err, out + err)


def audit(tap, bench):
    """Who went on with what, and why; and who cancelled what had not begun."""
    path = next(os.path.join(folder, 'audit.jsonl') for folder, _, files in os.walk(DATA.name) if 'audit.jsonl' in files)
    records = [json.loads(line) for line in open(path)]
    gone_on = [r for r in records if r['what'] == 'job.go-on' and r['outcome'] == 'succeeded']
    jobs = bench.records()
    tap.check('each time that somebody went on with a job is in the audit', len(gone_on) >= 5 and all(r['job'] in jobs and r['who'] and r['at'] for r in gone_on), gone_on)
    tap.check('and says why', all('ended' in r['why'] for r in gone_on), gone_on)
    cancelled = [r for r in records if r['what'] == 'job.cancel' and r['outcome'] == 'succeeded']
    tap.check('and that one was cancelled', len(cancelled) == 1 and jobs[cancelled[0]['job']]['state'] == 'cancelled', cancelled)
    verified = subprocess.run([QDCTL, 'audit', 'verify'], capture_output=True, text=True, env=ENV, timeout=60)
    tap.check('the chain is whole', verified.returncode == 0, verified.stdout + verified.stderr)


def main():
    tap = Tap()
    bench = Bench()
    try:
        sleeper(tap, bench)
        racers(tap, bench)
        batch(tap, bench)
        audit(tap, bench)
    finally:
        bench.nats.close()
        bench.lab.kill()
    tap.done()


main()
