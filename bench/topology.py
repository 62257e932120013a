# SPDX-License-Identifier: GPL-3.0-or-later
"""The topology's layouts, ours beside everybody else's: how long, and how good."""

import json
import os
import subprocess

import graphs
import peers
from harness import RUNS, median

# A layout that takes long is not asked as often.
BUDGET_MS = 3000
# Who lays out what: (program, algorithm, name in figures, most nodes). Those that weigh every pair are for small graphs.
WHO = (
    (peers.ours, 'force', 'ours', None),
    (peers.tulip, 'multilevel', 'OGDF fast multipole multilevel', None),
    (peers.tulip, 'fm3', 'OGDF FM3', None),
    (peers.tulip, 'majorisation', 'OGDF stress majorisation', 800),
    (peers.graphviz, 'sfdp', 'sfdp', None),
    (peers.graphviz, 'neato', 'neato majorisation', 800),
    (peers.igraph, 'grid', 'igraph grid', None),
    (peers.node, 'd3-force', 'd3-force, 300 ticks', None),
    (peers.node, 'ngraph.forcelayout', 'ngraph.forcelayout', None),
    (peers.node, 'graphology-layout-forceatlas2', 'ForceAtlas2, 100 rounds', None),
)
STEP_SIZE = '1000/10000'
MAJORISATION = ('OGDF stress majorisation', 'neato majorisation')
SIZES = (((1000, 10000), tuple(graphs.KINDS)), ((5000, 20000), tuple(graphs.KINDS)), ((5000, 50000), ('scale-free',)))
RACES = (1000, 10000), (5000, 50000)         # of these sizes the whole layout has goals


def is_wanted(name):
    """QD_BENCH_GRAPHS="Kdl,1000/10000": those whose names have one of these in them."""
    return any(part in name for part in os.environ.get('QD_BENCH_GRAPHS', '').split(','))


def inputs(bench):
    for name in filter(is_wanted, graphs.REAL + (graphs.AIRPORTS,)):
        graph = graphs.real(bench, name)
        if graph is None:
            peers.missing(name, 'it is not in ../shared/data/topologies (QD_TOPOLOGIES says where else)')
        else:
            yield graph
    for (n, m), kinds in SIZES:
        for kind in (kind for kind in kinds if is_wanted(f'{kind} {n}/{m}')):
            yield graphs.generated(bench, kind, n, m)


def has_goals(graph):
    """What npm has takes up to half a minute for a large graph: only where it is a mark."""
    return graph.name in graphs.REAL + (graphs.AIRPORTS,) or (graph.n, len(graph.edges)) in RACES


class Contest:
    """Everybody's programs, each started once."""

    def __init__(self, bench):
        self.bench = bench
        self.programs = {}
        self.out = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for program in self.programs.values():
            program.end()

    def ask(self, start, algorithm, name, graph, positions):
        """The figures of one run, or None for one who cannot; who has failed once is not asked again for this graph."""
        if self.out.get(start) or self.out.get((name, graph.name)):
            return None
        try:
            if start not in self.programs:
                self.programs[start] = start(self.bench)
            return self.programs[start].ask(algorithm, graph, positions)
        except (peers.Missing, RuntimeError, OSError) as why:
            peers.missing(name, why)
            if start is peers.ours:
                raise
            program = self.programs.pop(start, None)
            self.out[(name, graph.name) if program else start] = True
            if program:
                program.end()
            return None

    def run(self, graph):
        """name → {ms: [...], step_ms: [...], quality} of all who could, in turns."""
        results, spent = {}, {}
        for _ in range(RUNS):
            for start, algorithm, name, most in WHO:
                if (most and graph.n > most) or (start is peers.node and not has_goals(graph)) or spent.get(name, 0) > BUDGET_MS:
                    continue
                positions = os.path.join(self.bench.folder, f'{algorithm}.positions')
                figures = self.ask(start, algorithm, name, graph, positions)
                if figures is None:
                    continue
                spent[name] = spent.get(name, 0) + figures['ms']
                result = results.setdefault(name, {'ms': [], 'step_ms': [], 'positions': positions})
                for key in ('ms', 'step_ms'):
                    if key in figures:
                        result[key].append(figures[key])
        self.judge(graph, results)
        return results

    def judge(self, graph, results):
        command = [self.bench.program('quality'), graph.plain, *(result['positions'] for result in results.values())]
        answers = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
        for name, answer in zip(list(results), map(json.loads, answers)):
            if 'error' in answer:
                peers.missing(name, f'of what it made of {graph.name}: {answer["error"]}')
                del results[name]
            else:
                results[name]['quality'] = answer


def show(bench, case, results):
    """Ours beside each, without a goal."""
    our = results['ours']
    for name, result in results.items():
        if name == 'ours':
            continue
        bench.say(case, 'layout, whole', 'ms', median(our['ms']), None, name, median(result['ms']))
        for figure, unit in (('stress', 'per pair'), ('neighbourhood', 'Jaccard'), ('crossings', 'pairs')):
            sampled = figure == 'crossings' and our['quality']['sampled']
            bench.say(case, figure + (' (sampled)' if sampled else ''), unit, our['quality'][figure], None, name, result['quality'][figure])


def show_small(bench, case, results):
    """A real network: as good as weighing every pair, in a tenth of its time."""
    whole = [(results[name]['quality']['stress'], name) for name in MAJORISATION if name in results]
    if not whole:
        peers.missing('stress majorisation', 'neither OGDF nor graphviz')
        return
    stress, name = min(whole)
    our = results['ours']
    bench.say(case, 'stress beside the best majorisation', 'per pair', our['quality']['stress'], 'ratio<=1.1', name, stress)
    most = max(5, median(results[name]['ms']) / 10)
    bench.say(case, 'layout beside the best majorisation', 'ms', median(our['ms']), f'<={most:.3f}', name, median(results[name]['ms']))


def show_race(bench, case, results):
    others = {name: result for name, result in results.items() if name != 'ours'}
    our = results['ours']
    ms = median(our['ms'])
    if not others:
        return
    fastest = min(others, key=lambda name: median(others[name]['ms']))
    bench.say(case, 'layout beside the fastest', 'ms', ms, 'ratio<=1', fastest, median(others[fastest]['ms']))
    bench.say(case, 'neighbourhood beside the fastest', 'Jaccard', our['quality']['neighbourhood'], 'ratio>=1', fastest,
              others[fastest]['quality']['neighbourhood'])
    if 'd3-force, 300 ticks' in others:
        bench.say(case, 'layout beside d3', 'ms', ms, 'ratio<=0.1', 'd3-force, 300 ticks', median(others['d3-force, 300 ticks']['ms']))
    if 'ngraph.forcelayout' in others and case.endswith(STEP_SIZE):
        bench.say(case, 'one live step', 'ms', median(our['step_ms']), 'ratio<=0.5', 'ngraph.forcelayout', median(others['ngraph.forcelayout']['step_ms']))
    for name in ('sfdp', 'OGDF FM3'):
        if name in others:
            bench.say(case, f'stress beside {name}', 'per pair', our['quality']['stress'], 'ratio<=1', name, others[name]['quality']['stress'])


def layout(bench):
    with Contest(bench) as contest:
        for graph in inputs(bench):
            results = contest.run(graph)
            show(bench, graph.name, results)
            if graph.name in graphs.REAL:
                show_small(bench, graph.name, results)
            elif has_goals(graph):
                show_race(bench, graph.name, results)
