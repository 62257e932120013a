// SPDX-License-Identifier: GPL-3.0-or-later
// The same graph, at the same places, moved in the same way as in the window (src/app/qd-topology-moves.c), by
// what draws graphs in a browser. bench/peers/browser.py loads it after the graph (window.GRAPH) and the libraries.
'use strict';

const PAN_PART = 0.33, ZOOM_STEPS = 3, PERIOD_S = 4, REFRESH_MS = 1000 / 60;

function viewportAt(move, seconds) {
  const { left, right, top, bottom, width, height, zoom } = GRAPH.scene;
  const turn = 2 * Math.PI * seconds / PERIOD_S;
  const at = { x: (left + right) / 2, y: (top + bottom) / 2, zoom };
  if (move === 'pan') {
    at.x += PAN_PART * width / zoom * Math.sin(turn);
    at.y += PAN_PART * height / zoom * Math.sin(turn * 0.8);
  } else {
    at.zoom *= 2 ** (ZOOM_STEPS * (1 - Math.cos(turn)) / 2);
  }
  return at;
}

function container() {
  document.body.replaceChildren();
  const div = document.createElement('div');
  div.style.cssText = `position:absolute;left:0;top:0;width:${GRAPH.scene.width}px;height:${GRAPH.scene.height}px`;
  document.body.append(div);
  return div;
}

// Each answers with what looks at a viewport.
const drawers = {
  cytoscape(options) {
    const elements = GRAPH.places.map(([x, y], i) => ({ data: { id: `n${i}` }, position: { x, y } }))
      .concat(GRAPH.edges.map(([a, b], i) => ({ data: { id: `e${i}`, source: `n${a}`, target: `n${b}` } })));
    const size = 6 / GRAPH.scene.zoom;
    const cy = cytoscape({
      container: container(), elements, layout: { name: 'preset', fit: false }, pixelRatio: 1, minZoom: 1e-9, maxZoom: 1e9, ...options,
      style: [{ selector: 'node', style: { width: size, height: size, 'background-color': '#26a269' } },
              { selector: 'edge', style: { width: 1 / GRAPH.scene.zoom, 'line-color': '#5e5c64', opacity: 0.3 } }],
    });
    return ({ x, y, zoom }) => cy.viewport({
      zoom, pan: { x: GRAPH.scene.width / 2 - x * zoom, y: GRAPH.scene.height / 2 - y * zoom } });
  },

  sigma() {
    const graph = new graphology.Graph({ multi: true });
    GRAPH.places.forEach(([x, y], i) => graph.addNode(i, { x, y: -y, size: 3, color: '#26a269' }));
    GRAPH.edges.forEach(([a, b]) => graph.addEdge(a, b, { size: 1, color: '#5e5c6450' }));
    const sigma = new Sigma(graph, container(), { renderLabels: false, hideEdgesOnMove: false, minCameraRatio: null, maxCameraRatio: null });
    const { left, right, top, bottom, zoom } = GRAPH.scene, side = Math.max(right - left, bottom - top);
    return at => sigma.getCamera().setState({
      x: 0.5 + (at.x - (left + right) / 2) / side, y: 0.5 - (at.y - (top + bottom) / 2) / side, ratio: zoom / at.zoom, angle: 0 });
  },
};

const nextFrame = () => new Promise(resolve => requestAnimationFrame(resolve));

async function measure(drawer, options, move, seconds) {
  const look = drawers[drawer](options);
  look(viewportAt(move, 0));
  for (let i = 0; i < 5; i++) await nextFrame();
  const begin = await nextFrame();
  let last = begin, frames = 0, missed = 0;
  while (last - begin < seconds * 1000) {
    look(viewportAt(move, (last - begin) / 1000));
    const now = await nextFrame();
    frames++;
    missed += Math.max(Math.round((now - last) / REFRESH_MS) - 1, 0);
    last = now;
  }
  return { frames, missed, seconds: (last - begin) / 1000 };
}
