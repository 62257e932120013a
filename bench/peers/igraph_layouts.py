# SPDX-License-Identifier: GPL-3.0-or-later
"""igraph's layouts, as bench/topology.py asks for them: a line "ALGORITHM GRAPH POSITIONS" in, one JSON line
{"ms"} out. Times are of the layout alone."""

import json
import random
import sys
import time

import igraph

LAYOUTS = {
    'grid': lambda graph: graph.layout_fruchterman_reingold(grid='grid'),
}


def answer(algorithm, path, positions):
    with open(path) as f:
        numbers = [int(word) for word in f.read().split()]
    graph = igraph.Graph(n=numbers[0], edges=list(zip(numbers[2::2], numbers[3::2])))
    random.seed(1)
    begin = time.perf_counter()
    layout = LAYOUTS[algorithm](graph)
    ms = 1000 * (time.perf_counter() - begin)
    with open(positions, 'w') as f:
        f.writelines(f'{x} {y}\n' for x, y in layout)
    return {'ms': ms}


for line in sys.stdin:
    try:
        figures = answer(*line.split())
    except Exception as error:
        figures = {'error': str(error)}
    print(json.dumps(figures), flush=True)
