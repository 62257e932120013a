# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the benches: bench.py BUILD_DIR [NAME…]. Each prints one JSON line a figure."""

import sys

import engine
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
}


def main():
    if len(sys.argv) < 2 or any(name not in BENCHES for name in sys.argv[2:]):
        print(f'usage: bench/run BUILD_DIR [{"|".join(BENCHES)}…]', file=sys.stderr)
        return 2
    bench = Bench(sys.argv[1])
    for name in sys.argv[2:] or BENCHES:
        print(f'bench: {name}', file=sys.stderr)
        bench.run(name, BENCHES[name])
    return 1 if bench.failed else 0


if __name__ == '__main__':
    sys.exit(main())
