# SPDX-License-Identifier: GPL-3.0-or-later
"""What the benches share: figures, children that end with us, a desktop without a screen."""

import ctypes
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import traceback

RUNS = int(os.environ.get('QD_BENCH_RUNS', '5'))


def median(values):
    return statistics.median(values)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def now_us():
    return int(time.clock_gettime(time.CLOCK_MONOTONIC) * 1e6)


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Child:
    """A program that ends when the bench does; its standard output is read line by line."""

    def __init__(self, args, env=None, stdin=subprocess.PIPE, nice=0):
        def begin():
            die_with_parent()
            os.nice(nice)

        self.process = subprocess.Popen([str(a) for a in args], env=env, stdin=stdin, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL if not os.environ.get('QD_BENCH_VERBOSE') else None,
                                        text=True, bufsize=1, preexec_fn=begin)

    @property
    def pid(self):
        return self.process.pid

    def line(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f'{self.process.args[0]} ended without an answer ({self.process.wait()})')
        return line.strip()

    def json(self):
        return json.loads(self.line())

    def tell(self, text='\n'):
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def end(self, sig=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(sig)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


class NatsServer(Child):
    def __init__(self, folder):
        self.port = free_port()
        self.url = f'nats://127.0.0.1:{self.port}'
        super().__init__(['nats-server', '-a', '127.0.0.1', '-p', self.port, '-js', '-sd', folder])
        until = time.time() + 10
        while time.time() < until:
            try:
                socket.create_connection(('127.0.0.1', self.port), 1).close()
                return
            except OSError:
                time.sleep(0.01)
        raise RuntimeError('nats-server did not start')


def pss_kb(pid, what='Pss'):
    """PSS, or of it what is the process's own ("Pss_Anon"), which others that share libraries and come
    and go do not change."""
    with open(f'/proc/{pid}/smaps_rollup') as f:
        for line in f:
            if line.startswith(what + ':'):
                return int(line.split()[1])
    raise RuntimeError(f'no {what}')


def cpu_seconds(pid):
    with open(f'/proc/{pid}/stat') as f:
        fields = f.read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def neat(value):
    """Three digits after the point, or four that count."""
    return value if value is None else round(value, 3) if abs(value) >= 1 else float(f'{value:.4g}')


class Bench:
    """Prints figures. ratio is ours / other; goal is about the ratio where there is one ("ratio<=2"),
    about ours where there is none ("<=50")."""

    def __init__(self, build):
        self.build = os.path.abspath(build)
        self.top = os.environ.get('QD_SOURCE_ROOT') or os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        self.folder = None
        self.name = None
        self.failed = False
        self.missed = False

    def run(self, name, func):
        self.name = name
        self.folder = tempfile.mkdtemp(prefix='qd-bench-')
        try:
            func(self)
        except Exception as error:  # one bench that cannot run must not take the others along
            traceback.print_exc(file=sys.stderr)
            print(f'bench: {name} could not be measured: {error}', file=sys.stderr)
            self.failed = True
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def program(self, name):
        for place in ('bench/bench-', 'src/app/', 'src/lab/', 'src/cli/'):
            path = os.path.join(self.build, place + name)
            if os.path.isfile(path):
                return path
        raise RuntimeError(f'{name} is not built in {self.build}')

    def say(self, case, figure, unit, ours, goal=None, against=None, other=None):
        ratio = round(ours / other, 3) if other else None
        met = None
        if goal is not None:
            of_ratio = goal.startswith('ratio')
            text = goal[5:] if of_ratio else goal
            value = ratio if of_ratio else ours
            met = value is not None and (value <= float(text[2:]) if text[:2] == '<=' else value >= float(text[2:]))
        self.missed = self.missed or met is False
        print(json.dumps({'bench': self.name, 'case': case, 'figure': figure, 'unit': unit, 'ours': neat(ours),
                          'against': against, 'other': neat(other), 'ratio': ratio,
                          'goal': goal, 'met': met}), flush=True)
