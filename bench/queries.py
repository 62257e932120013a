# SPDX-License-Identifier: GPL-3.0-or-later
"""What a question about the topology costs, a plan of moves, and pages over much."""

import json
import os
import subprocess
from collections import defaultdict

from harness import RUNS, median

SIZE = (5000, 20000)
TENANTS = (1000, 50)
RECORDS = 100_000


def query(bench):
    """Paths, impacts and neighbourhoods at 5,000 / 20,000, beside one plain walk over all edges."""
    seen = defaultdict(list)
    for _ in range(RUNS):
        out = subprocess.run([bench.program('query'), *map(str, SIZE)], stdout=subprocess.PIPE, text=True, check=True).stdout
        for line in map(json.loads, out.splitlines()):
            seen[line['figure'], line['detail']].append(line)
    for (figure, detail), lines in seen.items():
        case = f'{detail} {SIZE[0]}/{SIZE[1]}: {figure}'
        floor = median(line['floor_ms'] for line in lines)
        bench.say(case, 'median', 'ms', median(line['median_ms'] for line in lines), None, 'a breadth first search', floor)
        bench.say(case, 'p95 of 200', 'ms', median(line['p95_ms'] for line in lines), '<=20')
        bench.say(case, 'worst of 200', 'ms', median(line['worst_ms'] for line in lines))


def rebalance(bench):
    """The fewest moves at 1,000 tenants over 50 shards, beside a pass that takes the first room it sees."""
    seen = defaultdict(list)
    for _ in range(RUNS):
        out = subprocess.run([bench.program('rebalance'), *map(str, TENANTS)], stdout=subprocess.PIPE, text=True, check=True).stdout
        for line in map(json.loads, out.splitlines()):
            seen[line['figure']].append(line)
    for figure, lines in seen.items():
        case = f'{TENANTS[0]}/{TENANTS[1]}: {figure}'
        floor = median(line['floor_ms'] for line in lines)
        bench.say(case, 'median', 'ms', median(line['median_ms'] for line in lines), None, 'the first room that comes', floor)
        bench.say(case, 'worst of 20', 'ms', median(line['worst_ms'] for line in lines), '<=200')
        bench.say(case, 'moves', 'moves', lines[0]['moves'], None, 'the first room that comes', lines[0]['floor_moves'])


def placement(bench):
    """The page of placements at 1,000 tenants over 50 shards, beside a page of the same window that has nothing to show."""
    lines = [json.loads(subprocess.run([bench.program('placement'), *map(str, TENANTS)], stdout=subprocess.PIPE, text=True, check=True,
                                       env={**os.environ, 'GSETTINGS_BACKEND': 'memory'}).stdout) for _ in range(RUNS)]
    case = f'{TENANTS[0]}/{TENANTS[1]}'
    floor = median(line['floor_ms'] for line in lines)
    bench.say(case, 'opens', 'ms', median(line['opened_ms'] for line in lines), '<=300', 'an empty page', floor)
    bench.say(case, 'processor time of the main thread', 'ms', median(line['processor_ms'] for line in lines))
    bench.say(case, 'widgets', '', median(line['widgets'] for line in lines))


def audit(bench):
    """The page of the audit over a journal of 100,000, beside the opening of a page of the same window that has nothing to show."""
    seen = defaultdict(list)
    for _ in range(RUNS):
        out = subprocess.run([bench.program('audit'), str(RECORDS)], stdout=subprocess.PIPE, text=True, check=True, env={**os.environ, 'GSETTINGS_BACKEND': 'memory'}).stdout
        worst = {}
        for line in map(json.loads, out.splitlines()):
            before = worst.setdefault(line['figure'], line)
            worst[line['figure']] = {key: max(line[key], before[key]) for key in ('ms', 'turn_ms', 'worked_ms')}
        for figure, line in worst.items():
            seen[figure].append(line)
    floor = seen.pop('empty page')
    for figure, lines in seen.items():
        case = f'{RECORDS} records: {figure}'
        bench.say(case, 'takes', 'ms', median(line['ms'] for line in lines), '<=300' if figure == 'opens' else None, *(
            ('an empty page', median(line['ms'] for line in floor)) if figure == 'opens' else ()))
        bench.say(case, 'longest turn of the main loop', 'ms', median(line['turn_ms'] for line in lines), {'all are there': '<=16', 'typed': '<=50'}.get(figure),
                  'that of an empty page', median(line['turn_ms'] for line in floor))
        bench.say(case, 'of which it worked', 'ms', median(line['worked_ms'] for line in lines))
