# SPDX-License-Identifier: GPL-3.0-or-later
"""The graphs that the topology is measured with: real networks, and fleets made from a seed."""

import os
import random
import xml.etree.ElementTree as xml
from xml.sax.saxutils import quoteattr

REAL = ('Abilene', 'Geant2012', 'Interoute', 'UsCarrier', 'Cogentco', 'Kdl')
AIRPORTS = 'openflights'
GRAPHML = '{http://graphml.graphdrawing.org/xmlns}'


class Graph:
    """n nodes by number, and edges as pairs of these. files: the graph as peers ("edges") and as our own
    readers ("graphml") take it."""

    def __init__(self, name, n, edges, folder, graphml=None):
        self.name, self.n, self.edges = name, n, edges
        self.plain = os.path.join(folder, name.replace(' ', '-').replace('/', '-') + '.edges')
        self.graphml = graphml or self.plain.replace('.edges', '.graphml')
        with open(self.plain, 'w') as f:
            f.write(f'{n} {len(edges)}\n')
            f.writelines(f'{a} {b}\n' for a, b in edges)
        if graphml is None:
            self.write_graphml()

    def write_graphml(self):
        with open(self.graphml, 'w') as f:
            f.write('<?xml version="1.0" encoding="utf-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
                    '<key id="label" for="node" attr.name="label" attr.type="string"/>\n<graph edgedefault="undirected">\n')
            for i in range(self.n):
                f.write(f'<node id="n{i}"><data key="label">{f"Site {i}"}</data></node>\n')
            for i, (a, b) in enumerate(self.edges):
                f.write(f'<edge id={quoteattr(f"e{i}")} source="n{a}" target="n{b}"/>\n')
            f.write('</graph>\n</graphml>\n')


def real(bench, name):
    """One of the networks that lie beside the repository, or None where they do not."""
    near = os.path.join(os.path.dirname(bench.top), 'shared', 'data', 'topologies')
    path = os.path.join(os.environ.get('QD_TOPOLOGIES', near), name + '.graphml')
    if not os.path.exists(path):
        return None
    graph = xml.parse(path).getroot().find(GRAPHML + 'graph')
    numbers = {node.get('id'): i for i, node in enumerate(graph.iter(GRAPHML + 'node'))}
    edges = [(numbers[edge.get('source')], numbers[edge.get('target')]) for edge in graph.iter(GRAPHML + 'edge')]
    return Graph(name, len(numbers), edges, bench.folder, path)


def nearest_by_cell(points, wanted, count):
    """For each of points the numbers of its count nearest of those wanted."""
    side = max(1, int((len(wanted) / 4) ** 0.5))
    cells = {}
    for i in wanted:
        cells.setdefault((int(points[i][0] * side), int(points[i][1] * side)), []).append(i)
    for i, (x, y) in enumerate(points):
        reach, found = 0, []
        while reach <= side and len(found) < 4 * count + 8:
            reach += 1
            found = [j for cx in range(int(x * side) - reach, int(x * side) + reach + 1)
                     for cy in range(int(y * side) - reach, int(y * side) + reach + 1) for j in cells.get((cx, cy), ())]
        found.sort(key=lambda j: (points[j][0] - x) ** 2 + (points[j][1] - y) ** 2)
        yield i, [j for j in found if j != i][:count]


def hub_and_spoke(n, m, rng):
    """One site in 25 is a hub; hubs know each other, every other site its nearest hubs."""
    points = [(rng.random(), rng.random()) for _ in range(n)]
    hubs = list(range(max(2, n // 25)))
    edges = [(a, b) for i, a in enumerate(hubs) for b in hubs[:i] if rng.random() < min(1, m / 10 / (len(hubs) ** 2 / 2))]
    spare = m - len(edges)
    per_site = -(-spare // (n - len(hubs)))
    for i, found in nearest_by_cell(points, hubs, per_site):
        if i >= len(hubs):
            edges += [(i, j) for j in found]
    return edges[:m]


def partial_mesh(n, m, rng):
    """Neighbours in the plane, and one edge in fifty that goes far."""
    points = [(rng.random(), rng.random()) for _ in range(n)]
    edges = {(min(a, b), max(a, b)) for a, b in ((rng.randrange(n), rng.randrange(n)) for _ in range(m // 50)) if a != b}
    around = dict(nearest_by_cell(points, range(n), 4 * m // n + 4))
    rank = 0
    while len(edges) < m:
        for i in range(n):
            if len(edges) < m and rank < len(around[i]):
                edges.add((min(i, around[i][rank]), max(i, around[i][rank])))
        rank += 1
    return sorted(edges)


def scale_free(n, m, rng):
    """Preferential attachment (Barabási and Albert, 1999)."""
    each = m // n
    edges, ends = [], list(range(each))
    for i in range(each, n):
        chosen = set()
        while len(chosen) < each:
            chosen.add(ends[rng.randrange(len(ends))])
        for j in sorted(chosen):
            edges.append((i, j))
            ends += (i, j)
    while len(edges) < m:
        edges.append((rng.randrange(n), rng.randrange(n)))
    return edges


KINDS = {'hub-and-spoke': hub_and_spoke, 'partial mesh': partial_mesh, 'scale-free': scale_free}


def generated(bench, kind, n, m):
    return Graph(f'{kind} {n}/{m}', n, KINDS[kind](n, m, random.Random(7)), bench.folder)
