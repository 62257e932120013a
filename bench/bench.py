# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the benches: bench.py BUILD_DIR [NAME…]. Each prints one JSON line a figure."""

import sys

import engine
import policies
import queries
import tenants
import topology
import topology_window
import window
from harness import Bench

BENCHES = {
    'table': engine.table,
    'intake': engine.intake,
    'start': window.start,
    'memory': window.memory,
    'idle': window.idle,
    'latency': window.latency,
    'flows': window.flows,
    'dead': window.dead,
    'growth': window.growth,
    'topology-layout': topology.layout,
    'topology-tiles': topology_window.tiles,
    'topology-frames': topology_window.frames,
    'topology-memory': topology_window.memory,
    'topology-query': queries.query,
    'rebalance': queries.rebalance,
    'placement': queries.placement,
    'audit': queries.audit,
    'tenants': tenants.tenants,
    'migrations': tenants.migrations,
    'policy': policies.policy,
    'policy-window': policies.window,
    'policy-graph': policies.graph,
    'yaml': policies.yaml,
}


def named(names):
    """A name is also that of all whose names begin with it: "topology"."""
    return [bench for name in names for bench in BENCHES if bench == name or bench.startswith(name + '-')]


def main():
    if len(sys.argv) < 2 or any(not named([name]) for name in sys.argv[2:]):
        print(f'usage: bench/run BUILD_DIR [{"|".join(BENCHES)}|topology…]', file=sys.stderr)
        return 2
    bench = Bench(sys.argv[1])
    for name in named(sys.argv[2:]) or BENCHES:
        print(f'bench: {name}', file=sys.stderr)
        bench.run(name, BENCHES[name])
    return 1 if bench.failed else 0


if __name__ == '__main__':
    sys.exit(main())
