# SPDX-License-Identifier: GPL-3.0-or-later
"""The graphs that the topology is measured with: real networks, and fleets made from a seed."""

import os
import subprocess
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


# As bench-layout names what it makes from a seed.
KINDS = {'hub-and-spoke': 'hub', 'partial mesh': 'mesh', 'scale-free': 'scalefree'}
SEED = 7


def generated(bench, kind, n, m):
    path = os.path.join(bench.folder, 'generated')
    subprocess.run([bench.program('layout'), f'{KINDS[kind]}:{n}:{m}:{SEED}', '--runs=1', f'--write={path}'], stdout=subprocess.DEVNULL, check=True)
    with open(path) as f:
        edges = [tuple(int(word) for word in line.split()) for line in f]
    return Graph(f'{kind} {n}/{m}', n, edges, bench.folder)
