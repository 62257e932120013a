# SPDX-License-Identifier: GPL-3.0-or-later
"""Benches of the engines, without a window."""

import subprocess
import json
import time
from collections import defaultdict

from harness import RUNS, Child, NatsServer, median, percentile

MESSAGES = 600_000
SUBJECTS = 10_000


def table(bench):
    """100,000 flows: what the list costs the main thread, before any widget."""
    seen = defaultdict(list)
    floors = defaultdict(list)
    for _ in range(RUNS):
        out = subprocess.run([bench.program('table')], stdout=subprocess.PIPE, text=True, check=True).stdout
        per_run = defaultdict(list)
        for line in map(json.loads, out.splitlines()):
            per_run[line['figure'], line['detail']].append(line['ms'])
            floors[line['figure']].append(line['floor_ms'])
        for key, values in per_run.items():
            seen[key].append(max(values))
            if key[0] == 'changes-per-frame':
                seen['changes-p95', key[1]].append(percentile(values, 0.95))
    bench.say('100000 flows', 'first rows', 'ms', median(seen['first-rows', 'view']), '<=300', 'qsort of 100000 doubles', median(floors['first-rows']))
    bench.say('100000 flows', 'search texts made while idle, in all', 'ms', median(seen['warming', 'all']))
    bench.say('100000 flows', 'search texts made while idle, longest slice', 'ms', median(seen['warming', 'longest slice']), '<=8')
    for (figure, detail), values in sorted(seen.items()):
        if figure == 'sort':
            bench.say(f'sort by {detail}', 'worst of both ways', 'ms', median(values), '<=100', 'qsort of 100000 doubles', median(floors['sort']))
        elif figure == 'filter':
            bench.say(f'filter "{detail}"', 'worst keystroke', 'ms', median(values), '<=50', 'strstr over 100000 strings', median(floors['filter']))
        elif figure == 'changes-p95':
            bench.say(f'16 changes a frame, sorted by {detail}', 'p95', 'ms', median(values), '<=8')


def intake_once(bench, server, mode):
    with Child([bench.program('intake'), mode, server.url, MESSAGES, SUBJECTS]) as taker:
        while taker.line() != 'ready':
            pass
        with Child([bench.program('flood'), server.url, MESSAGES, SUBJECTS]) as flood:
            flood.tell()
            sent = flood.json()
            taken = taker.json()
    seconds = (taken['last_us'] - sent['start_us']) / 1e6
    return taken['taken'] / seconds, MESSAGES - taken['taken'], taken


def intake(bench):
    """Messages a second taken in, beside a subscriber that only counts."""
    rates = {'bare': [], 'ours': []}
    lost = {'bare': [], 'ours': []}
    with NatsServer(bench.folder) as server:
        for _ in range(RUNS):
            for mode in rates:
                rate, missing, _ = intake_once(bench, server, mode)
                rates[mode].append(rate)
                lost[mode].append(missing)
                time.sleep(0.3)
    case = f'{SUBJECTS} subjects, 222 bytes'
    bench.say(case, 'taken in', 'messages/s', median(rates['ours']), 'ratio>=0.5', 'bare nats.c subscriber', median(rates['bare']))
    # at the flood's own speed; what must not be lost is measured by "latency", at 15,000 a second
    bench.say(case, 'dropped by the client library of so many', 'messages', max(lost['ours']), None, 'bare nats.c subscriber', max(lost['bare']))
