# SPDX-License-Identifier: GPL-3.0-or-later
"""A thousand tenants on fifty shards: the pages that show them, and a hundred of them on the way at once."""

import os
import time

from desk import Lab, Window, share
from harness import RUNS, median, percentile

TENANTS, PLACED_ON = 1000, 50
# So many shards of each kind are there, a process each; the others are only named by the placement.
SHARDS, MIGRATIONS = 6, 100
IDLE_SECONDS = 10
EVENTS = int(os.environ.get('QD_BENCH_EVENTS', '200'))
# Eighteen shards, the NATS server and the lab are other machines in the field: here they share the window's processors, and have what it
# leaves of them. 0: they take from it as they like.
FLEET_NICE = int(os.environ.get('QD_BENCH_FLEET_NICE', '19'))


def big_lab(bench, **options):
    return Lab(bench, 'lab', sites=10, paths=20, flows=0, tenants=TENANTS, placed_on=PLACED_ON, **options)


def wait_tenants(window):
    window.wait(lambda line: line['what'] == 'second' and line['tenants'] >= TENANTS, 120)


def wait_done(window, command, seconds=60):
    """A command again and again until it is not refused."""
    until = time.time() + seconds
    while time.time() < until:
        line = window.command(command)
        if line is not None:
            return line
        time.sleep(0.5)
    raise RuntimeError(f'the window refused “{command[:80]}”')


def tenants(bench):
    """The pages that have all tenants, in the window."""
    figures = {}
    with big_lab(bench, rate=0, shards=0) as lab:
        for run in range(RUNS):
            with Window(bench, os.path.join(bench.folder, f'home-{run}'), f'--attach={lab.ready_file}') as window:
                wait_tenants(window)
                time.sleep(3)
                for page in ('tenants', 'placement'):
                    figures.setdefault(f'page “{page}”, first rows', []).append(wait_done(window, f'page {page}')['ms'])
                    time.sleep(2)
                window.command('page tenants')
                time.sleep(1)
                for text in ('7', '77', ''):
                    line = window.command('type ' + text)
                    time.sleep(0.6)
                    name = 'worst keystroke of a search' if text else 'clearing it'
                    figures.setdefault(name, []).append(max(line['ms'], line['busy_ms']))
    case = f'{TENANTS} tenants on {PLACED_ON} shards in the window'
    for name, values in figures.items():
        first = name.startswith('page')
        bench.say(case, name, 'ms', median(values) if first else max(values), '<=300' if first else '<=50')


def wait_shards(lab, seconds=120):
    """Until every shard is there and has all its tenants."""
    until = time.time() + seconds
    while time.time() < until:
        shards = list(items(lab, '/admin/v1/scale/shards'))
        if len(shards) == 3 * SHARDS and all(s['status'] == 'ready' and s['tenants'] and all(t['accepting'] for t in s['tenants']) for s in shards):
            return shards
        time.sleep(0.5)
    raise RuntimeError('the shards never came up')


def take_some(shards, kind):
    """{shard: those of it who go to the next}: as many of each, MIGRATIONS in all."""
    homes = sorted((s for s in shards if s['kind'] == kind), key=lambda s: int(s['shard'].rsplit('-', 1)[1]))
    names = [s['shard'] for s in homes]
    counts = [len(range(i, MIGRATIONS, len(homes))) for i in range(len(homes))]
    return {names[(i + 1) % len(names)]: sorted(t['id'] for t in home['tenants'])[:counts[i]] for i, home in enumerate(homes)}, names


def describe_open(window):
    """Where those stand that have not ended, and what they wait for."""
    jobs = [job for job in window.dump()['model']['jobs'] if job['state'] not in ('succeeded', 'failed', 'cancelled')]
    return '; '.join(f'{job["id"]} {job["state"]} {job.get("steps")}' for job in jobs if job['state'] != 'queued') or f'{len(jobs)} queued'


def wait_over(window, mark, expect, still=60):
    """Until so many jobs have come and none is open; an error once nothing of that has changed for a minute."""
    last, since = None, time.time()
    while last is None or last[0] < expect or last[1] > 0:
        window.read()
        counts = [(line['jobs'], line['open_jobs']) for line in window.lines[mark:] if line['what'] == 'second'][-1:]
        if counts and counts[0] != last:
            last, since = counts[0], time.time()
        if time.time() - since > still:
            raise RuntimeError(f'{last} jobs and open ones, {expect} expected: nothing goes on: {describe_open(window)}')
        time.sleep(0.2)


def watched(window, seconds=None, expect=0):
    """The probe's lines of so many seconds, or until as many jobs as expected have come and none is open, all of it scrolled; and how long it took."""
    window.read()
    mark, began = len(window.lines), time.time()
    window.tell(f'scroll {seconds or 600}\n')
    if seconds:
        time.sleep(seconds + 1.2)
    else:
        wait_over(window, mark, expect)
        seconds = time.time() - began
        window.tell('scroll 0\n')
        time.sleep(1.2)
    window.read()
    # The first and the last second were not scrolled all the time.
    return [line for line in window.lines[mark:] if line['what'] == 'second'][1:-1], seconds


def fraction_dropped(lines):
    return 100 * sum(line['missed'] for line in lines) / sum(line['missed'] + line['frames'] for line in lines)


def items(lab, path):
    cursor = ''
    while cursor is not None:
        page = lab.call('GET', f'{path}?limit=1000' + (f'&cursor={cursor}' if cursor else ''))
        yield from page['items']
        cursor = page['next']


def count_ended(lab, window, kind, moves, before):
    """How many are placed where they should be, and are worked for there, as the lab says; and how many jobs the window lists as succeeded."""
    wanted = {(tenant, shard) for shard, names in moves.items() for tenant in names}
    placed = {(t['id'], t['placement'][kind]) for t in items(lab, '/admin/v1/tenants')}
    works = {(t['id'], s['shard']) for s in items(lab, '/admin/v1/scale/shards') if s['kind'] == kind for t in s['tenants'] if t['accepting']}
    jobs = [job for job in window.dump()['model']['jobs'] if job['kind'] == 'tenant.migrate' and job['state'] == 'succeeded']
    return len(wanted & placed), len(wanted & works), len(jobs) - before


def run_batch(window, moves, page, expect):
    """All of @moves by the page of placements, watched on @page. Returns what watched() does."""
    window.command('page placement')
    for shard, names in moves.items():
        wait_done(window, f'place {shard} {",".join(names)}')
    wait_done(window, 'do placement.review -')
    time.sleep(1)
    wait_done(window, 'confirm room is needed', 20)
    window.command(f'page {page}')
    return watched(window, expect=expect)


def migrations(bench):
    """A hundred moves at eight at once by the page of placements, on real shards, with each page scrolled meanwhile."""
    kind, seen = 'aggregate', 0
    with big_lab(bench, nice=FLEET_NICE, rate=5, shards=SHARDS, events=EVENTS) as lab:
        lab.login()
        there, names = take_some(wait_shards(lab), kind)
        back = {names[names.index(shard) - 1]: tenants for shard, tenants in there.items()}
        with Window(bench, os.path.join(bench.folder, 'home'), f'--attach={lab.ready_file}') as window:
            wait_tenants(window)
            time.sleep(8)
            for page, moves in (('jobs', there), ('placement', back)):
                seen += MIGRATIONS
                lines, seconds = run_batch(window, moves, page, seen)
                time.sleep(3)
                idle, _ = watched(window, IDLE_SECONDS)
                tell(bench, page, lines, idle, seconds, count_ended(lab, window, kind, moves, seen - MIGRATIONS))


def tell(bench, page, lines, idle, seconds, ended):
    case, beside = f'{MIGRATIONS} migrations, 8 at once, fleet at nice {FLEET_NICE}, page “{page}” scrolled', 'nothing migrates'
    there, working, succeeded = ended
    bench.say(case, 'all of it', 's', seconds)
    bench.say(case, 'tenants placed on their target', 'tenants', there, f'>={MIGRATIONS}')
    bench.say(case, 'tenants whose target works for them', 'tenants', working, f'>={MIGRATIONS}')
    bench.say(case, 'jobs listed as succeeded', 'jobs', succeeded, f'>={MIGRATIONS}')
    bench.say(case, 'refreshes without a frame', '%', fraction_dropped(lines), None, beside, fraction_dropped(idle))
    bench.say(case, 'refreshes without a frame above those while nothing migrates', '%', fraction_dropped(lines) - fraction_dropped(idle), '<=1')
    bench.say(case, 'frames', '1/s', sum(line['frames'] for line in lines) / len(lines), None, beside, sum(line['frames'] for line in idle) / len(idle))
    bench.say(case, 'work per frame p95', 'ms', share(lines, 'work', 0.95), None, beside, share(idle, 'work', 0.95))
    bench.say(case, 'longest stall', 'ms', max(line['stall_ms'] for line in lines), '<=50', beside, max(line['stall_ms'] for line in idle))
    bench.say(case, 'longest stall of a second, p95', 'ms', percentile([line['stall_ms'] for line in lines], 0.95), None, beside,
              percentile([line['stall_ms'] for line in idle], 0.95))
    bench.say(case, 'main thread busy', '% of a core', sum(line['busy_ms'] for line in lines) / len(lines) / 10, None, beside,
              sum(line['busy_ms'] for line in idle) / len(idle) / 10)
