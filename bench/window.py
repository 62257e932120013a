# SPDX-License-Identifier: GPL-3.0-or-later
"""Benches of the window, before a headless Weston of 1280x800 and cairo."""

import os
import signal
import sys
import time

from desk import Lab, Listener, Window, save_connection, share
from harness import RUNS, Child, cpu_seconds, median, now_us, pss_kb

SITES, PATHS = 1000, 10000
SECONDS = int(os.environ.get('QD_BENCH_SECONDS', '20'))
GROWTH_SECONDS = int(os.environ.get('QD_BENCH_GROWTH_SECONDS', '600'))
IDLE_SECONDS = int(os.environ.get('QD_BENCH_IDLE_SECONDS', '60'))


def big_lab(bench, **options):
    return Lab(bench, 'lab', sites=SITES, paths=PATHS, **{'flows': 2000, **options})


def empty_window(bench):
    start = now_us()
    child = Child([bench.program('empty-window')])
    return child, (child.json()['at_us'] - start) / 1000


def fill_cache(bench, lab, home):
    with Window(bench, home, f'--attach={lab.ready_file}') as window:
        window.wait_live(SITES, PATHS)
        time.sleep(8)              # the store writes behind
    save_connection(home, lab)


def start(bench):
    """From exec to the first frame with data, out of the cache; beside the empty window."""
    home = os.path.join(bench.folder, 'home')
    ours, frames, floor = [], [], []
    with big_lab(bench, rate=0) as lab:
        fill_cache(bench, lab, home)
        for _ in range(RUNS):
            child, ms = empty_window(bench)
            child.end()
            floor.append(ms)
            began = now_us()
            with Window(bench, home) as window:
                ours.append((window.wait_for('first-data')['at_us'] - began) / 1000)
                frames.append((window.wait_for('first-frame')['at_us'] - began) / 1000)
    bench.say('cached state of 1000 sites', 'first frame', 'ms', median(frames), None, 'empty AdwApplicationWindow', median(floor))
    bench.say('cached state of 1000 sites', 'first frame with data', 'ms', median(ours), 'ratio<=2.0', 'empty AdwApplicationWindow', median(floor))


def memory(bench):
    """PSS at 1,000 sites and 10,000 paths, live, above the empty window's."""
    ours, floor = [], []
    with big_lab(bench, rate=200) as lab:
        for run in range(RUNS):
            child, _ = empty_window(bench)
            time.sleep(1)
            floor.append(pss_kb(child.pid) / 1024)
            child.end()
            with Window(bench, os.path.join(bench.folder, f'home-{run}'), f'--attach={lab.ready_file}') as window:
                window.wait_live(SITES, PATHS)
                time.sleep(10)
                ours.append(pss_kb(window.pid) / 1024)
    bench.say('1000 sites, 10000 paths', 'PSS', 'MiB', median(ours), None, 'empty AdwApplicationWindow', median(floor))
    bench.say('1000 sites, 10000 paths', 'PSS above the empty window', 'MiB', median(ours) - median(floor), '<=120')


def idle(bench):
    """Connected to a lab in which nothing moves."""
    with big_lab(bench, rate=0) as lab, Window(bench, os.path.join(bench.folder, 'home'), f'--attach={lab.ready_file}') as window:
        window.wait_live(SITES, PATHS)
        time.sleep(8)
        before, began = cpu_seconds(window.pid), time.time()
        time.sleep(IDLE_SECONDS)
        percent = 100 * (cpu_seconds(window.pid) - before) / (time.time() - began)
    bench.say(f'rate 0, {IDLE_SECONDS} s', 'processor', '% of a core', percent, '<=1')


def reflected(window):
    """(kind, id) → the sequence number of the last message that the model reflects."""
    model = window.dump()['model']
    return {(kind, o['id']): o['metric_seq'] for kind in ('path', 'node') for o in model[kind + 's'] if o.get('metric_seq') is not None}


def difference(window, lab):
    """Lets the lab stand still, and compares what the window's model reflects with what an independent
    subscriber heard: how many subjects differ."""
    listener = Listener(lab)
    heard = -1
    while len(listener.last) > heard or heard < PATHS:     # until every subject was heard once
        heard = len(listener.last)
        time.sleep(3)
    lab.set_rate(0)
    for _ in range(10):                                    # the last messages are on their way
        time.sleep(2)
        server, ours = listener.heard(), reflected(window)
        wrong = [(key, server.get(key), ours.get(key)) for key in server.keys() | ours.keys() if server.get(key) != ours.get(key)]
        if not wrong:
            break
    for (kind, name), said, believed in wrong[:20]:
        print(f'latency: {kind} {name}: the server said {said} last, the window reflects {believed}', file=sys.stderr)
    return len(wrong)


def latency(bench):
    """From a message leaving the lab to the first paint after the drain that applied it."""
    for rate, p99 in ((1000, 40), (15000, 50)):
        p50s, p99s, stalls, works, fps, lost = [], [], [], [], [], 0
        for run in range(RUNS):
            with big_lab(bench, rate=rate) as lab, Window(bench, os.path.join(bench.folder, f'home-{rate}-{run}'), f'--attach={lab.ready_file}') as window:
                window.wait_live(SITES, PATHS)
                time.sleep(5)
                lines = window.measure(SECONDS)
                lost = max(lost, difference(window, lab))
            p50s.append(share(lines, 'latency', 0.5))
            p99s.append(share(lines, 'latency', 0.99))
            works.append(share(lines, 'work', 0.95))
            fps.append(sum(line['frames'] for line in lines) / len(lines))
            stalls.append(max(line['stall_ms'] for line in lines))
        case = f'{rate} messages/s, overview'
        bench.say(case, 'latency p50', 'ms', median(p50s), '<=20')
        bench.say(case, 'latency p99', 'ms', median(p99s), f'<={p99}')
        bench.say(case, 'longest stall', 'ms', median(stalls), '<=50')
        bench.say(case, 'subjects whose last message the final state lacks', 'subjects', lost, '<=0')
        bench.say(case, 'work per frame p95', 'ms', median(works))
        bench.say(case, 'frames', '1/s', median(fps))


def flows(bench):
    """A table of 100,000 flows of which 1,000 change a second."""
    first, sorts, types, works, dropped, stalls = [], {}, {}, [], [], []
    with Lab(bench, 'lab', sites=SITES, paths=PATHS, flows=100000, rate=200) as lab:
        for run in range(max(1, RUNS // 2)):
            with Window(bench, os.path.join(bench.folder, f'home-{run}'), f'--attach={lab.ready_file}') as window:
                window.wait(lambda line: line['what'] == 'second' and line['flows'] >= 100000, 240)
                time.sleep(5)
                shown = window.command('page flows')
                if shown is None:
                    raise RuntimeError('there is no page of flows yet')
                first.append(shown['ms'])
                time.sleep(3)
                for column in range(12):
                    for descending in (0, 1):
                        line = window.command(f'sort {column} {descending}')
                        if line is not None:
                            sorts[column] = max(sorts.get(column, 0), line['ms'])
                        time.sleep(0.3)
                # the third leaves a few of many, and takes them back when it is cleared
                for text in ('10.2', 'udp', '10.2.153.2', 'active -tcp'):
                    for typed in [text[:n] for n in range(1, len(text) + 1)] + ['']:
                        line = window.command('type ' + typed)
                        time.sleep(0.6)
                        window.read()
                        name = f'worst keystroke of "{text}"' if typed else 'clearing the filter'
                        if line is not None:
                            types[name] = max(types.get(name, 0), line['ms'], line['busy_ms'])
                window.command('page flows')
                window.read()
                mark = len(window.lines)
                window.tell('scroll 10\n')
                time.sleep(11)
                window.read()
                lines = [line for line in window.lines[mark:] if line['what'] == 'second'][1:-1]
                works.append(share(lines, 'work', 0.95))
                dropped.append(sum(line['dropped'] for line in lines))
                stalls.append(max(line['stall_ms'] for line in lines))
    case = '100000 flows in the window'
    bench.say(case, 'first rows', 'ms', median(first), '<=300')
    for column, ms in sorted(sorts.items()):
        bench.say(case, f'sort by column {column}', 'ms', ms, '<=100')
    for name, ms in types.items():
        bench.say(case, name, 'ms', ms, '<=50')
    bench.say(case, 'scrolling, work per frame p95', 'ms', median(works), '<=8')
    bench.say(case, 'scrolling, dropped frames in 8 s', 'frames', median(dropped))
    bench.say(case, 'scrolling, longest stall', 'ms', median(stalls), '<=50')


def dead(bench):
    """With the lab delaying every answer by 10 s, and dead."""
    for case, options in (('every answer 10 s late', {'faults': '*:delay=10000@1'}), ('dead', {})):
        stalls = []
        for run in range(max(1, RUNS // 2)):
            home = os.path.join(bench.folder, f'home-{case[:4]}-{run}')
            with big_lab(bench, rate=1000, **options) as lab, Window(bench, home, f'--attach={lab.ready_file}') as window:
                window.wait_for('first-frame')
                if not options:
                    window.wait_live(SITES, PATHS)
                    lab.end(signal.SIGKILL)
                time.sleep(2)
                lines = window.measure(SECONDS + 10)
            stalls.append(max(line['stall_ms'] for line in lines))
        bench.say(f'the lab {case}' if case == 'dead' else case, 'longest stall', 'ms', median(stalls), '<=50')


def steady_pss(window):
    """Medians over a minute: what is free is given back to the system once a minute, and in between what
    comes and goes in large pieces moves the figure by several MiB."""
    looks = []
    for _ in range(60):
        looks.append([pss_kb(window.pid, what) / 1024 for what in ('Pss', 'Pss_Anon')])
        time.sleep(1)
    return [median(values) for values in zip(*looks)]


def growth(bench):
    """Memory over ten minutes at 1,000 messages a second."""
    with big_lab(bench, rate=1000) as lab, Window(bench, os.path.join(bench.folder, 'home'), f'--attach={lab.ready_file}') as window:
        window.wait_live(SITES, PATHS)
        time.sleep(min(60, GROWTH_SECONDS / 4))
        before = steady_pss(window)
        time.sleep(GROWTH_SECONDS)
        after = steady_pss(window)
    case = f'1000 messages/s, {GROWTH_SECONDS} s'
    bench.say(case, 'growth of PSS', '%', 100 * (after[0] - before[0]) / before[0], '<=2')
    bench.say(case, 'PSS at the end', 'MiB', after[0], None, 'at the beginning', before[0])
    bench.say(case, 'growth of the part of PSS that nobody else shares', '%', 100 * (after[1] - before[1]) / before[1], '<=2')
