# SPDX-License-Identifier: GPL-3.0-or-later
"""What a question about the topology costs."""

import json
import subprocess
from collections import defaultdict

from harness import RUNS, median

SIZE = (5000, 20000)


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
