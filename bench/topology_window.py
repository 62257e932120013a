# SPDX-License-Identifier: GPL-3.0-or-later
"""The topology in the window: frames while it is moved, beside what draws graphs in a browser; what drawing costs a
worker; what the picture takes of memory."""

import json
import os
import subprocess
import time

import graphs
import peers
from desk import Lab, Window, share
from harness import RUNS, median, pss_kb
from peers import browser
from topology import is_wanted

SECONDS = float(os.environ.get('QD_BENCH_MOVE_SECONDS', '8'))
MOVES = ('pan', 'zoom')
REFRESHES = 60
# Who draws in the browser: (drawer, its options, name in figures).
DRAWERS = (
    ('cytoscape', {}, 'Cytoscape.js canvas'),
    ('cytoscape', {'textureOnViewport': True}, 'Cytoscape.js moving a cached picture'),
    ('sigma', {}, 'sigma'),
)


def inputs(bench):
    """The graphs that a window is measured with; OpenFlights where it is."""
    airports = graphs.real(bench, graphs.AIRPORTS) if is_wanted(graphs.AIRPORTS) else None
    if airports:
        yield airports
    elif is_wanted(graphs.AIRPORTS):
        peers.missing(graphs.AIRPORTS, 'it is not in ../shared/data/topologies (QD_TOPOLOGIES says where else)')
    if is_wanted('scale-free 5000/10000'):
        yield graphs.generated(bench, 'scale-free', 5000, 10000)


def lab_of(bench, graph):
    return Lab(bench, 'lab-' + graph.name.replace('/', '-').replace(' ', '-'), load=graph.graphml, rate=0, flows=0)


def answer_to(window, command, whats, seconds):
    """The first line of these kinds after a command."""
    window.read()
    mark = len(window.lines)
    window.tell(command + '\n')
    until = time.time() + seconds
    while time.time() < until:
        window.read()
        for line in window.lines[mark:]:
            if line['what'] in whats:
                return line, mark
        if window.process.poll() is not None:
            raise RuntimeError(f'the window ended by itself ({window.process.returncode})')
        time.sleep(0.01)
    raise RuntimeError(f'the window did not answer “{command}”')


def whole_scene(window, graph, path='-', seconds=120):
    """What the picture is like once everything is in it and drawn."""
    until = time.time() + seconds
    while time.time() < until:
        scene, _ = answer_to(window, f'topology {path}', ('topology', 'refused'), 60)
        if scene['what'] == 'topology' and scene['scene']['settled'] and scene['scene']['nodes'] >= graph.n and \
           scene['scene']['edges'] >= len(graph.edges):
            return scene['scene']
        time.sleep(0.3)
    raise RuntimeError(f'the picture of {graph.name} was never whole')


def moved(window, move, seconds, changes=0):
    """The probe's lines of one move."""
    line, mark = answer_to(window, f'move {move} {seconds} {changes}', ('moved', 'refused'), seconds + 60)
    time.sleep(1.1)
    window.read()
    lines = [second for second in window.lines[mark:] if second['what'] == 'second']
    if not lines or line['what'] == 'refused':
        raise RuntimeError(f'the window did not {move}')
    return lines


def show_moves(bench, case, runs):
    """runs: the lines of each run. Returns how many refreshes went without a frame."""
    missed = median([sum(line['missed'] for line in lines) for lines in runs])
    bench.say(case, 'work per frame p95', 'ms', median([share(lines, 'work', 0.95) for lines in runs]), '<=8')
    bench.say(case, 'work per frame, worst', 'ms', median([max(line['work']['max_ms'] for line in lines) for lines in runs]), '<=33')
    bench.say(case, 'frames', '1/s', median([sum(line['frames'] for line in lines) / SECONDS for lines in runs]))
    return missed


def read_plain(path):
    with open(path + '.edges') as f:
        edges = [[int(word) for word in line.split()] for line in f][1:]
    with open(path + '.positions') as f:
        places = [[float(word) for word in line.split()] for line in f]
    return places, edges


def show_browser(bench, graph, scene, plain, ours):
    """The same moves in a browser; ours: move → refreshes that our window missed."""
    try:
        with browser.Browser(bench.folder) as chromium:
            chromium.show(scene, *read_plain(plain))
            for drawer, options, name in DRAWERS:
                try:
                    for move in MOVES:
                        theirs = chromium.measure(drawer, options, move, SECONDS)
                        # The last frame may end long after its time.
                        missed = theirs['missed'] * SECONDS / theirs['seconds']
                        case, goal = f'{graph.name}, {move}', 'ratio<=0.1' if name == 'Cytoscape.js canvas' else None
                        bench.say(case, f'frames beside {name}', '1/s', ours[move][0], None, name, theirs['frames'] / theirs['seconds'])
                        bench.say(case, f'refreshes without a frame beside {name}', 'refreshes', ours[move][1], goal, name, missed)
                except peers.Missing as why:
                    peers.missing(name, why)
    except (peers.Missing, OSError) as why:
        peers.missing('Chromium', why)


def frames(bench):
    """Panning and zooming with all drawn; then with 500 edges a second that change."""
    for graph in inputs(bench):
        plain = os.path.join(bench.folder, 'scene')
        runs = {}
        with lab_of(bench, graph) as lab, Window(bench, os.path.join(bench.folder, 'home'), f'--attach={lab.ready_file}', page='topology') as window:
            window.wait_live(graph.n, len(graph.edges))
            scene = whole_scene(window, graph, plain)
            for _ in range(max(1, RUNS // 2)):
                for move in MOVES:
                    runs.setdefault((move, 0), []).append(moved(window, move, SECONDS))
            runs[('pan', 500)] = [moved(window, 'pan', SECONDS, 500)]
        ours = {}
        for (move, changes), lines in runs.items():
            case = f'{graph.name}, {move}' + (f', {changes} edges a second change' if changes else '')
            missed = show_moves(bench, case, lines)
            if changes:
                bench.say(case, 'refreshes without a frame', 'refreshes', missed, None, 'the same without changes', ours[move][1])
            else:
                ours[move] = (median([sum(line['frames'] for line in one) / SECONDS for one in lines]), missed)
        show_browser(bench, graph, scene, plain, ours)


def tiles(bench):
    """Processor time of drawing all that a view shows, and of finding what is under the pointer."""
    for graph in inputs(bench):
        positions = os.path.join(bench.folder, 'positions')
        with peers.ours(bench) as program:
            program.ask('force', graph, positions)
        answer = json.loads(subprocess.run([bench.program('tiles'), graph.plain, positions, str(RUNS)], stdout=subprocess.PIPE, text=True, check=True).stdout)
        bench.say(graph.name, f'all {answer["tiles"]} tiles, the whole in sight', 'ms', answer['fit_ms'], '<=25')
        bench.say(graph.name, 'all tiles, eight times as near', 'ms', answer['near_ms'], '<=25')
        bench.say(graph.name, 'hit test', 'us', answer['hit_us'], '<=50')
        bench.say(graph.name, 'hit test, all but one in a thousand', 'us', answer['hit_worst_us'], '<=50')


def memory(bench):
    """What the page takes above the overview, in the same window."""
    for graph in inputs(bench):
        with lab_of(bench, graph) as lab, Window(bench, os.path.join(bench.folder, 'home'), f'--attach={lab.ready_file}') as window:
            window.wait_live(graph.n, len(graph.edges))
            time.sleep(8)              # the store writes behind
            before = pss_kb(window.pid) / 1024
            window.command('page topology')
            whole_scene(window, graph)
            for move in MOVES:
                moved(window, move, SECONDS / 2)
            whole_scene(window, graph)
            after = pss_kb(window.pid) / 1024
        bench.say(graph.name, 'PSS above the overview page', 'MiB', after - before, '<=64')
