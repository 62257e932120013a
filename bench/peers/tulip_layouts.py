# SPDX-License-Identifier: GPL-3.0-or-later
"""OGDF's layouts through Tulip, as bench/topology.py asks for them: a line "ALGORITHM GRAPH POSITIONS" in, one
JSON line {"ms"} out. Times are of the layout with Tulip's handing over to OGDF and back."""

import json
import sys
import time

from tulip import tlp

LAYOUTS = {
    'fm3': 'FM^3 (OGDF)',
    'multilevel': 'Fast Multipole Multilevel Embedder (OGDF)',
    'majorisation': 'Stress Majorization (OGDF)',
}


def answer(algorithm, path, positions):
    with open(path) as f:
        numbers = [int(word) for word in f.read().split()]
    graph = tlp.newGraph()
    nodes = graph.addNodes(numbers[0])
    graph.addEdges([(nodes[a], nodes[b]) for a, b in zip(numbers[2::2], numbers[3::2])])
    layout = graph.getLayoutProperty('viewLayout')
    parameters = tlp.getDefaultPluginParameters(LAYOUTS[algorithm], graph)
    tlp.setSeedOfRandomSequence(1)
    begin = time.perf_counter()
    result = graph.applyLayoutAlgorithm(LAYOUTS[algorithm], layout, parameters)
    ms = 1000 * (time.perf_counter() - begin)
    if not (result[0] if isinstance(result, tuple) else result):
        raise RuntimeError(f'{LAYOUTS[algorithm]} failed')
    with open(positions, 'w') as f:
        for node in nodes:
            place = layout[node]
            f.write(f'{place.getX()} {place.getY()}\n')
    return {'ms': ms}


for line in sys.stdin:
    try:
        figures = answer(*line.split())
    except Exception as error:
        figures = {'error': str(error)}
    print(json.dumps(figures), flush=True)
