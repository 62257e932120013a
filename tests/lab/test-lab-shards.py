# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's shards: each message counts once, whoever is killed when; drain, freeze, replay; what JetStream says of it all."""
import http.client
import json
import os
import signal
import sys
import time

import yaml_subset
from fleet import Fleet, digest, move, settled, wait
from lab import SLOWNESS, SOURCE, Tap, temporary
from nats_text import Nats

tap = Tap()


def check_described(lab):
    api = yaml_subset.load(open(os.path.join(SOURCE, 'docs', 'node-api.yaml'), encoding='utf-8').read())
    schemas = api['components']['schemas']
    shard = lab.get('/admin/v1/scale/shards/runner.shard-2').json
    tap.ok(set(shard) == set(schemas['Shard']['properties']) - {'views'}, 'a record has what is described, and no more',
           sorted(set(shard) ^ set(schemas['Shard']['properties'])))
    tap.ok(set(shard['tenants'][0]) == set(schemas['ShardTenant']['properties']), 'so have its tenants')
    tap.ok([t['id'] for t in shard['tenants']] == ['tenant-initech', 'tenant-umbrella'], 'a shard has the tenants that are placed on it')
    nats = Nats(lab, 'viewer')
    record = json.loads(nats.get('SHARDS', 'runner.shard-2')[1])
    tap.ok(set(record) == set(shard) and record['address'] == shard['address'], 'the bucket has the same record')
    host = shard['address'].removeprefix('http://')

    def ask(path, method='GET', body=None, headers=None):
        connection = http.client.HTTPConnection(host, timeout=10)
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    tap.ok(set(json.loads(ask('/admin/status')[1])) == set(shard), 'so has its own address')
    tap.ok(ask('/ready') == (200, 'true') and ask('/health')[0] == 200, 'it is well and ready')
    tap.ok([t['id'] for t in json.loads(ask('/admin/tenants')[1])] == ['tenant-initech', 'tenant-umbrella'], '/admin/tenants lists its tenants')
    tap.ok('runner_in_flight_commands{tenant_id="tenant-initech"}' in ask('/metrics')[1], '/metrics has the names of the contract')
    tap.ok(ask('/admin/drain', 'POST', 'tenant=x', {'Content-Type': 'text/plain'})[0] == 415, 'a form of a web page drains nothing')
    tap.ok(ask('/admin/status', headers={'Host': 'evil.example'})[0] == 421, 'a page whose name leads here reads nothing')
    nats.close()


def check_kills(lab):
    """A tenant goes from one shard to the other and back under load, and either is killed in between."""
    nats = Nats(lab, 'admin')
    lab.call('POST', '/lab/v1/load', {'rate': 2000 // SLOWNESS})
    wait(lambda: sum(map(sum, lab.published().values())) > 500)
    # The first is killed before the move, the second after it, the third while the tenant is taken over.
    for kind, there, victims in (('aggregate', 'shard-2', ('shard-1',)), ('runner', 'shard-2', ('shard-2',)), ('projection', 'shard-2', ('shard-1', 'shard-2')),
                                 ('aggregate', 'shard-1', ('shard-2', 'shard-1'))):
        old, dead = lab.pid(f'{kind}.{victims[0]}'), None
        os.kill(old, signal.SIGKILL)
        move(nats, kind, 'tenant-acme', there)
        if len(victims) > 1:
            dead = wait(lambda: lab.pid(f'{kind}.{victims[1]}'))
            os.kill(dead, signal.SIGKILL)
        found = wait(lambda: (t := lab.tenant(kind, 'tenant-acme')) and t[0] == f'{kind}.{there}' and t[1]['accepting'] and t[1]['warm'] and t)
        tap.ok(found, f'{kind}: moved to {there} while {" and ".join(victims)} were killed: it goes on there', [str(lab.tenant(kind, 'tenant-acme'))])
    busy = wait(lambda: any(s['in_flight'] for s in lab.shards().values()), 10)
    tap.ok(busy, 'under load, messages are in flight')
    # One that is only asleep wakes up after its tenant has gone, with messages in its hands.
    sleeper = lab.pid('aggregate.shard-1')
    os.kill(sleeper, signal.SIGSTOP)
    move(nats, 'aggregate', 'tenant-acme', 'shard-2')
    moved = wait(lambda: [t for t in lab.shards()['aggregate.shard-2']['tenants'] if t['id'] == 'tenant-acme' and t['accepting'] and t['count'] > 0])
    os.kill(sleeper, signal.SIGCONT)
    tap.ok(moved, 'a shard falls asleep: another takes its tenant over')
    before = lab.get('/lab/v1/load').json['published']
    time.sleep(1)
    rate = lab.get('/lab/v1/load').json['published'] - before
    tap.ok(rate > 500 / SLOWNESS, f'the load goes on meanwhile ({rate} a second)')
    tap.none(settled(lab), 'each message counted exactly once')
    total = [digest(p) for _, p in nats.all('WORKFLOW_COMMANDS', 'tenant.tenant-acme.workflow.command.*')] if SLOWNESS == 1 else []
    said = lab.tenant('runner', 'tenant-acme')[1]
    tap.ok(not total or (len(total), f'{sum(total) % 2 ** 64:016x}') == (said['count'], said['checksum']), 'and the stream says the same')
    nats.close()


def check_drain(lab):
    nats = Nats(lab, 'admin')
    tap.ok(lab.post('aggregate.shard-1', 'drain', {'tenant': 'tenant-globex'}).status == 422, 'a drain wants a reason')
    plan = lab.post('aggregate.shard-1', 'drain?dry_run=true', {'tenant': 'tenant-globex', 'reason': 'a look'})
    tap.ok(plan.json['plan'][0]['step'] == 'drain' and lab.tenant('aggregate', 'tenant-globex')[1]['accepting'], 'a dry run drains nothing')
    lab.call('POST', '/lab/v1/load', {'rate': 400})
    answer = lab.post('aggregate.shard-1', 'drain', {'tenant': 'tenant-globex', 'reason': 'a test', 'wait_ms': 10000}).json
    mine = next(t for t in answer['tenants'] if t['id'] == 'tenant-globex')
    tap.ok(mine['drained'] and not mine['accepting'] and mine['in_flight'] == 0, 'drained: nothing is in flight', [str(mine)])
    info = nats.api('CONSUMER.INFO.AGGREGATE_EVENTS.aggregate-tenant-globex')
    tap.ok(info['num_ack_pending'] == 0 and info['num_waiting'] == 0, 'JetStream says so, too, and nobody waits for more', [str(info)])
    os.kill(lab.pid('aggregate.shard-1'), signal.SIGKILL)
    waiting = wait(lambda: (t := lab.tenant('aggregate', 'tenant-globex')) and t[1]['drained'] and t[1]['lag'] and t[1]['lag'] > 20 and t[1])
    tap.ok(waiting and waiting['count'] == mine['count'], 'it holds over a kill of the shard, and what comes waits', [str(waiting)])
    lag = nats.api('CONSUMER.INFO.AGGREGATE_EVENTS.aggregate-tenant-globex')['num_pending']
    tap.ok(waiting and lag >= waiting['lag'], 'the lag is the consumer\'s')
    others = wait(lambda: lab.shards()['aggregate.shard-1']['status'] == 'ready')
    tap.ok(others, 'the shard itself takes work')
    move(nats, 'aggregate', 'tenant-globex', 'shard-2')
    there = wait(lambda: (t := lab.tenant('aggregate', 'tenant-globex')) and t[0] == 'aggregate.shard-2' and t[1]['accepting'] and t[1]['lag'] == 0)
    tap.ok(there, 'moved: the drain was the other shard\'s, and what waited is caught up with')
    answer = lab.post('projection.shard-2', 'drain', {'reason': 'the whole of it', 'wait_ms': 10000}).json
    tap.ok(answer['status'] == 'draining' and all(t['drained'] for t in answer['tenants']), 'a shard is drained as a whole')
    again = lab.post('projection.shard-2', 'drain', {'reason': 'the whole of it', 'wait_ms': 10000})
    tap.ok(again.status == 200 and again.json['status'] == 'draining', 'twice is as once')
    answer = lab.post('projection.shard-2', 'resume').json
    tap.ok(answer['status'] == 'ready' and all(t['accepting'] for t in answer['tenants']), 'and goes on')
    tap.ok(lab.post('runner.shard-1', 'drain', {'tenant': 'tenant-initech', 'reason': 'x'}).status == 404, 'a tenant of another shard is not there')
    answer = lab.post('aggregate.shard-2', 'reload')
    tap.ok(answer.status == 200 and 'tenant-globex' in [t['id'] for t in answer.json['tenants']], 'reload answers when all is taken over')
    warm = lab.post('aggregate.shard-2', 'warmup', {'tenant': 'tenant-globex', 'wait_ms': 10000}).json
    tap.ok(next(t for t in warm['tenants'] if t['id'] == 'tenant-globex')['warm'], 'warmup answers when it is warm')
    nats.close()


def check_silent(lab):
    """Who does not answer is told of in time; what it was asked meanwhile it does not do when it comes to itself."""
    shard = lab.tenant('aggregate', 'tenant-globex')[0]
    pid = lab.pid(shard)
    os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    answer = lab.post(shard, 'drain', {'tenant': 'tenant-globex', 'reason': 'x', 'wait_ms': 0}, timeout=60)
    took = time.monotonic() - began
    os.kill(pid, signal.SIGCONT)
    tap.ok(answer.status == 503 and took < 15 * SLOWNESS, f'a shard that stands still: after {took:.1f} s it is said that it does not answer', [str(answer.body)])
    late = wait(lambda: not (t := lab.tenant('aggregate', 'tenant-globex')) or not t[1]['accepting'], 3)
    tap.ok(not late, 'and once it goes on, it is not drained after all')
    answer = lab.post(shard, 'drain', {'tenant': 'tenant-globex', 'reason': 'x'})
    tap.ok(answer.status == 200, 'but when it is asked again')
    lab.post(shard, 'resume', {'tenant': 'tenant-globex'})
    tap.ok(wait(lambda: (t := lab.tenant('aggregate', 'tenant-globex')) and t[1]['accepting']), 'and resumed')


def check_replay(lab):
    tap.none(settled(lab), 'each message counted exactly once, drained or not')
    shard, before = lab.tenant('runner', 'tenant-initech')
    body = {'tenant_id': 'tenant-initech', 'saga_name': 'fulfilment', 'reason': 'a test'}

    def after(mode, wanted):
        """Whether the tenant comes to be what is wanted, of what was said after it had been rewound."""
        answer = lab.post(shard, 'replay', {**body, 'mode': mode, 'wait_ms': 0})
        rewound = answer.status == 200 and next(t['seq'] for t in answer.json['tenants'] if t['id'] == 'tenant-initech') < before['seq']

        def come():
            record = lab.shards()[shard]
            now = next(t for t in record['tenants'] if t['id'] == 'tenant-initech')
            return record['as_of'] > answer.json['as_of'] and now['seq'] == before['seq'] and now['lag'] == 0 and (now['count'], now['checksum'])
        found = rewound and wait(come)
        return found == wanted or print('#', mode, 'answered', answer.status, 'and came to', found)
    once = (before['count'], before['checksum'])
    twice = (2 * before['count'], f'{2 * int(before["checksum"], 16) % 2 ** 64:016x}')
    tap.ok(after('checkpoint_only', once), 'checkpoint_only: what was done is known, and counts once')
    tap.ok(after('checkpoint_and_dedupe', twice), 'checkpoint_and_dedupe: every command runs again')
    tap.ok(after('full_reset', once), 'full_reset: as if for the first time')
    tap.ok(lab.post(shard, 'replay', {**body, 'mode': 'all'}).status == 422, 'there is no fourth mode')
    tap.ok(lab.post('aggregate.shard-1', 'replay', {**body, 'mode': 'full_reset', 'tenant_id': 'tenant-acme'}).status in (404, 409), 'aggregates have no sagas')
    shard, before = lab.tenant('projection', 'tenant-initech')
    status = lab.post(shard, 'rebuild', {'tenant': 'tenant-initech', 'view_type': 'balances', 'reason': 'a test'}).status
    tap.ok(status == 200, 'a view is rebuilt')
    tap.none(settled(lab), 'and comes to the same')


def check_freeze(lab):
    frozen = lab.call('PUT', '/admin/v1/scale/freeze', {'frozen': True})
    tap.ok(frozen.status == 422, 'a freeze wants a reason')
    frozen = lab.call('PUT', '/admin/v1/scale/freeze', {'frozen': True, 'reason': 'the auditors are here'})
    tap.ok(frozen.status == 200 and frozen.json['by'] == 'admin', 'changes are frozen')
    answer = lab.post('runner.shard-1', 'drain', {'reason': 'x'})
    tap.ok(answer.status == 423 and 'the auditors are here' in answer.json['detail'], 'a drain is refused with the reason', [str(answer.json)])
    dry = lab.call('POST', '/admin/v1/scale/shards/runner.shard-1/drain?dry_run=true', {'reason': 'x'})
    tap.ok(dry.status == 423, 'and so would it be', [str(dry.body)])
    tap.ok(lab.post('runner.shard-1', 'reload').status == 200, 'what changes nothing is not')
    lab.kill()
    lab.start()
    lab.login()
    tap.ok(lab.get('/admin/v1/scale/freeze').json['frozen'] is True, 'it holds over kill -9')
    tap.ok(lab.call('PUT', '/admin/v1/scale/freeze', {'frozen': False, 'reason': 'they have gone'}).status == 200, 'and is lifted')
    lab.login('viewer')
    tap.ok(lab.get('/admin/v1/scale/shards').status == 200, 'a viewer sees shards')
    refused = [lab.post('runner.shard-1', verb, {'reason': 'x'}).status for verb in ('drain', 'resume', 'reload', 'warmup', 'replay', 'rebuild')]
    refused.append(lab.call('PUT', '/admin/v1/scale/freeze', {'frozen': True, 'reason': 'x'}).status)
    tap.ok(refused == [403] * 7, 'and changes nothing', refused)
    lab.login()
    lab.ready_all()
    tap.none(settled(lab), 'after kill -9 of the lab each message had counted exactly once')


def check_guise(lab):
    """A shard says something else of itself than it is, over a restart, until it is told not to."""
    def said(shard='runner.shard-2'):
        record = lab.shards()[shard]
        return record['version'], record['storage']
    true = said()
    answer = lab.call('POST', '/lab/v1/shards', {'id': 'runner.shard-2', 'version': '0.0.1', 'storage': 'unhealthy'})
    tap.ok(answer.status == 200 and answer.json['version'] == '0.0.1' and answer.json['storage'] == 'unhealthy', 'a shard is told to say something else', [str(answer.body)])
    tap.ok(wait(lambda: said() == ('0.0.1', 'unhealthy')) and said('runner.shard-1') == true, 'it does, and another does not')
    os.kill(lab.pid('runner.shard-2'), signal.SIGKILL)
    tap.ok(wait(lambda: lab.shards()['runner.shard-2']['status'] == 'ready' and said() == ('0.0.1', 'unhealthy'), 30), 'when it was killed, too')
    lab.call('POST', '/lab/v1/shards', {'id': 'runner.shard-2', 'storage': None})
    tap.ok(wait(lambda: said() == ('0.0.1', 'healthy')), 'one of them is taken back')
    lab.call('POST', '/lab/v1/shards', {'id': 'runner.shard-2', 'version': None})
    tap.ok(wait(lambda: said() == true), 'and the other')
    for body, pointer in (({'id': 'runner.shard-9'}, '/id'), ({'id': 'runner.shard-1', 'version': 7}, '/version'), ({'id': 'runner.shard-1', 'version': ''}, '/version'),
                          ({'id': 'runner.shard-1', 'storage': 'so-so'}, '/storage')):
        answer = lab.call('POST', '/lab/v1/shards', body)
        tap.ok(answer.status == 422 and answer.json['errors'][0]['pointer'] == pointer, f'{body}: {pointer} is pointed at', [str(answer.body)])
    lab.token = None
    lab.login('support')
    told = {t['id'] for s in lab.all('/admin/v1/scale/shards')[0] for t in s['tenants']}
    one = {t['id'] for t in lab.get('/admin/v1/scale/shards/runner.shard-2').json['tenants']}
    tap.ok(told == {'tenant-acme'} and one <= told, 'who looks after one tenant is told of no other on a shard', [str(told)])
    lab.token = None
    lab.login()


def check_mixed():
    lab = Fleet('--mixed-versions', '--rate', '0', '--sites', '5', '--paths', '6', '--flows', '10')
    lab.login()
    tap.ok(wait(lambda: [s['status'] for s in lab.shards().values()] == ['ready'] * 6, 60), 'shards of mixed versions are ready')
    versions = {i: s['version'] for i, s in lab.shards().items()}
    tap.ok(len(set(versions.values())) == 2 and all((versions[k + '.shard-1'] != versions[k + '.shard-2']) for k in ('aggregate', 'projection', 'runner')),
           'the last of each kind has another', [str(versions)])
    lab.stop()


def check_end(lab):
    shards = [s['pid'] for s in lab.get('/lab/v1/shards').json['items']]
    lab.kill()

    def gone(pid):
        try:
            return open(f'/proc/{pid}/stat', encoding='utf-8').read().rsplit(')', 1)[1].split()[0] == 'Z'
        except FileNotFoundError:
            return True
    tap.ok(len(shards) == 6 and wait(lambda: all(gone(p) for p in shards)), 'the lab killed: its shards die with it')


def check_many():
    lab = Fleet('--shards', '0', '--tenants', '1000', '--placed-on', '50', '--rate', '0', '--sites', '5', '--paths', '6', '--flows', '10')
    print(f'# 1,000 tenants on 50 shards, started in {lab.took * 1000:.0f} ms')
    lab.login()
    nats = Nats(lab, 'admin')
    placed = json.loads(nats.get('AGGREGATE_PLACEMENT', 'aggregate_placement')[1])
    tap.ok(len(placed) == 1000 and len(set(placed.values())) == 50, '1,000 tenants are placed on 50 shards')
    info = nats.api('STREAM.INFO.KV_RUNNER_PLACEMENT', {'subjects_filter': '>'})
    tap.ok(info['state']['num_subjects'] == 1000, 'in both encodings')
    tap.ok(lab.shards() == {}, 'and no shard runs')
    lab.stop()


def check_cluster():
    lab = Fleet('--nats-servers', '3', '--rate', '0', '--events', str(300 // SLOWNESS), '--sites', '5', '--paths', '6', '--flows', '10')
    print(f'# three servers, started in {lab.took * 1000:.0f} ms')
    lab.login()
    tap.ok(len(lab.ready['nats_servers']) == 3, 'three servers are named')
    tap.ok(wait(lambda: [s['status'] for s in lab.shards().values()] == ['ready'] * 6, 60), 'the shards are ready')
    nats = Nats(lab, 'admin')
    info = nats.api('STREAM.INFO.AGGREGATE_EVENTS')
    tap.ok(info['config']['num_replicas'] == 3, 'streams have three copies')
    wait(lambda: sum(map(sum, lab.published().values())) > 100)
    leader = info['cluster']['leader']
    victim = next(s for s in lab.get('/lab/v1/nats').json['items'] if s['name'] == leader)
    nats.close()
    before = lab.get('/lab/v1/load').json['published']
    os.kill(victim['pid'], signal.SIGKILL)
    tap.ok(wait(lambda: lab.get('/lab/v1/load').json['published'] > before + 100, 60), 'the leader is killed: the load goes on')
    tap.ok(wait(lambda: next(s for s in lab.get('/lab/v1/nats').json['items'] if s['name'] == leader)['pid'] not in (None, victim['pid'])), 'it is started again')
    tap.none(settled(lab), 'each message counted exactly once')
    lab.stop()


if 'cluster' in sys.argv[1:]:
    check_cluster()
    tap.done()
    sys.exit()
with temporary() as folder:
    main = Fleet('--rate', '0', '--sites', '5', '--paths', '6', '--flows', '10', state=folder)
    main.login()
    tap.ok(main.ready_all(), 'six shards are ready', [str(main.shards())])
    check_described(main)
    check_kills(main)
    check_drain(main)
    check_silent(main)
    check_replay(main)
    check_freeze(main)
    check_guise(main)
    check_end(main)
check_many()
check_mixed()
tap.done()
