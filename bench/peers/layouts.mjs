// SPDX-License-Identifier: GPL-3.0-or-later
// Layouts of what npm has, as bench/topology.py asks for them: a line "ALGORITHM GRAPH POSITIONS" in, one
// JSON line {"ms","step_ms"} out. Times are of the layout alone; reading and writing are not counted.
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';

const require = createRequire(process.env.QD_PEERS_MODULES + '/');
const load = async name => import(require.resolve(name));
const TICKS = 300;               // what d3 takes by default until it stands still
const FORCEATLAS2_ROUNDS = 100;

function readGraph(path) {
  const numbers = readFileSync(path, 'utf8').split(/\s+/).map(Number);
  const [n, m] = numbers;
  return { n, edges: Array.from({ length: m }, (_, i) => [numbers[2 + 2 * i], numbers[3 + 2 * i]]) };
}

const layouts = {
  async 'd3-force'({ n, edges }) {
    const d3 = await load('d3-force');
    const nodes = Array.from({ length: n }, () => ({}));
    const links = edges.map(([source, target]) => ({ source, target }));
    const begin = performance.now();
    const simulation = d3.forceSimulation(nodes).stop()
      .force('charge', d3.forceManyBody()).force('link', d3.forceLink(links)).force('center', d3.forceCenter());
    simulation.tick(TICKS);
    const ms = performance.now() - begin;
    return { ms, step_ms: ms / TICKS, places: nodes };
  },

  // Its users run it step by step until it says that it is stable.
  async 'ngraph.forcelayout'({ n, edges }) {
    const createGraph = (await load('ngraph.graph')).default, createLayout = (await load('ngraph.forcelayout')).default;
    const graph = createGraph();
    for (let i = 0; i < n; i++) graph.addNode(i);
    for (const [a, b] of edges) graph.addLink(a, b);
    const begin = performance.now();
    const layout = createLayout(graph);
    let steps = 0;
    for (let stable = false; !stable && steps < TICKS; steps++) stable = layout.step();
    const ms = performance.now() - begin;
    return { ms, step_ms: ms / steps, places: Array.from({ length: n }, (_, i) => layout.getNodePosition(i)) };
  },

  async 'graphology-layout-forceatlas2'({ n, edges }) {
    const { default: Graph } = await load('graphology'), { default: forceAtlas2 } = await load('graphology-layout-forceatlas2');
    const graph = new Graph({ type: 'undirected', multi: false });
    let seed = 1;
    const random = () => (seed = seed * 48271 % 2147483647) / 2147483647;
    for (let i = 0; i < n; i++) graph.addNode(i, { x: random(), y: random() });
    for (const [a, b] of edges) if (a !== b && !graph.hasEdge(a, b)) graph.addEdge(a, b);
    const settings = forceAtlas2.inferSettings(graph);
    const begin = performance.now();
    const places = forceAtlas2(graph, { iterations: FORCEATLAS2_ROUNDS, settings });
    const ms = performance.now() - begin;
    return { ms, step_ms: ms / FORCEATLAS2_ROUNDS, places: Array.from({ length: n }, (_, i) => places[i]) };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  try {
    const [algorithm, graph, positions] = line.split(' ');
    const { places, ...figures } = await layouts[algorithm](readGraph(graph));
    writeFileSync(positions, places.map(p => `${p.x} ${p.y}\n`).join(''));
    console.log(JSON.stringify(figures));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}
