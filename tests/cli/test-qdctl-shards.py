#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""qdctl shards: each action against shards that are processes, what is refused, and what JetStream says of it."""
import os
import signal

from cli import HOSTILE, NO_IDS, Nats, Qdctl, needs_nats, refused_words, small, tap, wait


def words():
    refused_words('shards', [
        (['frob'], 'rebuild'), (['list', 'x'], '“x”'), (['freeze', 'x', '--reason', 'x'], '“x”'), (['frozen', 'x'], '“x”'), (['show'], 'id'),
        (['show', 'x', '--tenant', 'y'], '--tenant'), (['drain', '--reason', 'x'], 'id'), (['drain', 'x'], '--reason'), (['drain', 'x', '--reason', 'x', '--wait', '31'], '--wait'),
        (['drain', 'x', '--reason', 'x', '--wait', '-2'], '--wait'), (['drain', 'x', '--reason', 'x', '--tenant', ''], 'no id'), (['resume', 'x', '--wait', '1'], '--wait'),
        (['warmup', 'x'], '--tenant'), (['replay', 'x', '--reason', 'x'], '--tenant'), (['replay', 'x', '--reason', 'x', '--tenant', 'y'], '--saga'),
        (['replay', 'x', '--reason', 'x', '--tenant', 'y', '--saga', 'z'], '--mode'),
        (['replay', 'x', '--reason', 'x', '--tenant', 'y', '--saga', 'z', '--mode', 'all'], 'full_reset'), (['replay', 'x', '--tenant', 'y', '--saga', 'z', '--mode', 'full_reset'], '--reason'),
        (['rebuild', 'x', '--tenant', 'y', '--reason', 'x'], '--view'), (['rebuild', 'x', '--tenant', 'y', '--view', 'z'], '--reason'), (['freeze'], '--reason'),
        (['freeze', '--off'], '--reason'), (['--json', '--csv'], 'exclude'), *((['show', no], 'no id') for no in NO_IDS)])
    for args in ([], ['show', 'x'], ['drain', 'x', '--reason', 'x'], ['frozen'], ['freeze', '--reason', 'x']):
        Qdctl().expect(f'{" ".join(args) or "a list"}: unreachable', 3, 'shards', *args, err='127.0.0.1:1')


def looking(qdctl):
    everyone = [f'{kind}.shard-{n}' for kind in ('aggregate', 'projection', 'runner') for n in (1, 2)]
    tap.ok(sorted(s['id'] for s in qdctl.json('no word is a list', 0, 'shards')) == everyone, 'of all of them')
    tap.ok(sorted(s['id'] for s in qdctl.json('so is list', 0, 'shards', 'list', '--filter', 'runner')) == everyone[4:], 'or of some')
    one = qdctl.json('show', 0, 'shards', 'show', 'runner.shard-2')
    tap.ok(one['kind'] == 'runner' and [t['id'] for t in one['tenants']] == ['tenant-initech', 'tenant-umbrella'], 'is its record', [str(one)])
    text = qdctl.expect('in words', 0, 'shards', 'show', 'runner.shard-2', out='runner.shard-2: ready, in_flight ').stdout
    tap.ok('\n  tenant tenant-initech: accepting, in_flight ' in text and f'\n  address: {one["address"]}\n' in text, 'with its tenants', text)
    both = qdctl.json('two', 5, 'shards', 'show', 'nobody.shard-9', 'runner.shard-1')
    tap.ok(set(both[0]) == {'id', 'error'} and both[1]['id'] == 'runner.shard-1', 'one answer each', [str(both)])
    for name in HOSTILE:
        result = qdctl.expect(f'{name[:20]!r} is none', 2 if '../' in name else 1, 'shards', 'show', '--', name)
        tap.ok('\x1b' not in result.stderr, 'and is shown as it may be', result.stderr)
        status = qdctl.run('shards', 'reload', '--', name).returncode
        tap.ok(status in (1, 2), f'nor does {name[:20]!r} reload', str(status))


def mine(record, tenant):
    return next(t for t in record['tenants'] if t['id'] == tenant)


def draining(qdctl, lab):
    plan = qdctl.json('a dry run', 0, 'shards', 'drain', 'aggregate.shard-1', '--tenant', 'tenant-globex', '--dry-run')
    tap.ok(plan['plan'][0]['step'] == 'drain' and lab.tenant('aggregate', 'tenant-globex')[1]['accepting'], 'drains nothing', [str(plan)])
    lab.call('POST', '/lab/v1/load', {'rate': 200})
    record = qdctl.json('a tenant', 0, 'shards', 'drain', 'aggregate.shard-1', '--tenant', 'tenant-globex', '--wait', '20', '--reason', 'x')
    tap.ok(mine(record, 'tenant-globex')['drained'] and record['status'] == 'ready', 'is drained, and the shard is not', [str(record)])
    nats = Nats(lab, 'admin')
    info = nats.api('CONSUMER.INFO.AGGREGATE_EVENTS.aggregate-tenant-globex')
    nats.close()
    tap.ok(info['num_ack_pending'] == 0 and info['num_waiting'] == 0, 'JetStream says so, too')
    qdctl.expect('resumed', 0, 'shards', 'resume', 'aggregate.shard-1', '--tenant', 'tenant-globex', out='aggregate.shard-1: ready')
    tap.ok(wait(lambda: lab.tenant('aggregate', 'tenant-globex')[1]['accepting']), 'it takes work')
    two = qdctl.json('two shards', 0, 'shards', 'drain', 'projection.shard-1', 'projection.shard-2', '--wait', '20', '--reason', 'x')
    tap.ok([s['status'] for s in two] == ['draining'] * 2 and all(t['drained'] for s in two for t in s['tenants']), 'are drained as a whole', [str(two)])
    qdctl.expect('resumed', 0, 'shards', 'resume', 'projection.shard-1', 'projection.shard-2', out='projection.shard-2: ready')
    qdctl.expect('a tenant of another shard', 1, 'shards', 'drain', 'runner.shard-1', '--tenant', 'tenant-initech', '--reason', 'x', err='tenant-initech')
    some = qdctl.expect('one of two that is there', 5, 'shards', 'drain', 'runner.shard-7', 'runner.shard-1', '--wait', '20', '--reason', 'x', out='runner.shard-1: draining', err='runner.shard-7')
    tap.ok(some.stdout.count('\n') == 1, 'is drained')
    qdctl.expect('and resumed', 0, 'shards', 'resume', 'runner.shard-1')
    for tenant in ('a b', '../x', 'größe', '*'):
        qdctl.expect(f'of a tenant {tenant!r}', 2, 'shards', 'drain', 'runner.shard-1', '--tenant', tenant, '--reason', 'x')
    for action in (['drain', '--reason', 'x'], ['resume'], ['reload'], ['warmup', '--tenant', 'tenant-acme'], ['rebuild', '--tenant', 'tenant-acme', '--view', 'balances', '--reason', 'x'],
                   ['replay', '--tenant', 'tenant-acme', '--saga', 'fulfilment', '--mode', 'full_reset', '--reason', 'x']):
        qdctl.expect(f'a viewer may not {action[0]}', 4, 'shards', action[0], 'runner.shard-1', *action[1:], role='viewer', err='permission')


def again(qdctl, lab):
    lab.call('POST', '/lab/v1/load', {'rate': 0})
    qdctl.expect('reload', 0, 'shards', 'reload', 'aggregate.shard-1', 'aggregate.shard-2', out='aggregate.shard-2: ready')
    warm = qdctl.json('warm up', 0, 'shards', 'warmup', 'runner.shard-2', '--tenant', 'tenant-initech')
    tap.ok(mine(warm, 'tenant-initech')['warm'], 'is warm')
    wait(lambda: not any(t['lag'] or t['in_flight'] for s in lab.shards().values() for t in s['tenants']))
    before = lab.tenant('runner', 'tenant-initech')[1]
    sum_of = int(before['checksum'], 16)

    def came_to(count, checksum):
        return wait(lambda: (t := lab.tenant('runner', 'tenant-initech')) and t[1]['lag'] == 0 and (t[1]['count'], int(t[1]['checksum'], 16)) == (count, checksum % 2 ** 64))
    for mode, times in (('checkpoint_only', 1), ('checkpoint_and_dedupe', 2), ('full_reset', 1)):
        qdctl.expect(f'replay {mode}', 0, 'shards', 'replay', 'runner.shard-2', '--tenant', 'tenant-initech', '--saga', 'fulfilment', '--mode', mode, '--reason', 'x')
        tap.ok(came_to(times * before['count'], times * sum_of), f'{mode}: comes to {times} times what it was', [str(before), str(lab.tenant('runner', 'tenant-initech'))])
    qdctl.expect('a workflow that is not', 2, 'shards', 'replay', 'runner.shard-2', '--tenant', 'tenant-initech', '--saga', 'no-such', '--mode', 'full_reset', '--reason', 'x')
    qdctl.expect('aggregates have none', 1, 'shards', 'replay', 'aggregate.shard-1', '--tenant', 'tenant-acme', '--saga', 'fulfilment', '--mode', 'full_reset', '--reason', 'x')
    qdctl.expect('rebuild', 0, 'shards', 'rebuild', 'projection.shard-2', '--tenant', 'tenant-initech', '--view', 'balances', '--reason', 'x')
    qdctl.expect('a view that is not', 2, 'shards', 'rebuild', 'projection.shard-2', '--tenant', 'tenant-initech', '--view', 'no-such', '--reason', 'x')
    qdctl.expect('runners have none', 1, 'shards', 'rebuild', 'runner.shard-2', '--tenant', 'tenant-initech', '--view', 'balances', '--reason', 'x')


def freezing(qdctl):
    qdctl.expect('not frozen', 1, 'shards', 'frozen', out='not frozen')
    plan = qdctl.json('freeze, only said', 0, 'shards', 'freeze', '--dry-run')
    tap.ok(plan['plan'][0]['step'] == 'freeze' and qdctl.run('shards', 'frozen').returncode == 1, 'freezes nothing', [str(plan)])
    qdctl.expect('who may not', 4, 'shards', 'freeze', '--reason', 'x', role='viewer', err='scale.apply')
    tap.ok(qdctl.json('freeze', 0, 'shards', 'freeze', '--reason', 'the auditors are here')['frozen'], 'all is frozen')
    qdctl.expect('frozen', 0, 'shards', 'frozen', out='reason: the auditors are here', role='viewer')
    qdctl.expect('a drain is refused', 4, 'shards', 'drain', 'runner.shard-1', '--reason', 'x', err='the auditors are here')
    qdctl.expect('and its dry run says that it would be', 4, 'shards', 'drain', 'runner.shard-1', '--dry-run', err='the auditors are here')
    qdctl.expect('what changes nothing goes on', 0, 'shards', 'reload', 'runner.shard-1')
    qdctl.expect('thaw', 0, 'shards', 'freeze', '--off', '--reason', 'they have gone', out='not frozen')
    qdctl.expect('and it is so', 1, 'shards', 'frozen')


def down(qdctl, lab):
    """One that is asleep, as far as its process goes, does not hang who asks."""
    pid = lab.pid('aggregate.shard-2')
    os.kill(pid, signal.SIGSTOP)
    drained = qdctl.run('shards', 'drain', 'aggregate.shard-2', '--wait', '0', '--reason', 'x')
    os.kill(pid, signal.SIGCONT)
    tap.ok(drained.returncode in (1, 3), 'a shard that does not answer is said to be so', f'exit {drained.returncode}: {drained.stdout}{drained.stderr}')


needs_nats()
words()
main = small()
tap.ok(main.ready_all(), 'six shards are ready')
program = Qdctl(main)
looking(program)
draining(program, main)
again(program, main)
freezing(program)
down(program, main)
main.stop()
tap.done()
