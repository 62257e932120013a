# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills the servers before the eyes of the real window, and looks whether it recovers by itself.

recover-window.py BUILD [--rounds N] [--seed N], before a display of its own (build-aux/with-display).
The window is the program as it is installed; what it believes is read by its probe's "dump", what is
true is asked of the server by a client of the standard library's. One JSON line for each round.
"""
import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MODES = ('lab', 'nats', 'both', 'freeze', 'quick')
# A stream that broke again and again is tried again after 15 s at most, and then signs in anew.
RECOVER_S = 45
# A window that cannot reach its server says so within this time.
STALE_S = 12
# A server that is frozen keeps its sockets: only its silence tells (45 s, and the time to look).
SILENT_S = 75
RATE = 300


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('build')
    parser.add_argument('--rounds', type=int, default=10)
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args()
    os.environ.pop('G_DEBUG', None)
    os.environ.setdefault('QD_BUILD_ROOT', os.path.abspath(options.build))
    sys.path[:0] = [os.path.join(TOP, 'bench'), os.path.join(TOP, 'tests', 'lab')]
    return options


OPTIONS = arguments()
from desk import Window          # noqa: E402
from harness import Bench, cpu_seconds, pss_kb  # noqa: E402
from lab import Lab              # noqa: E402


class Difference(Exception):
    """What is not as it should be (yet)."""


# --- The server ---------------------------------------------------------------------------------------

def field(pid, number):
    """A field of /proc/PID/stat, counted from the state, which is 0; None when there is no such process."""
    try:
        with open(f'/proc/{pid}/stat', encoding='utf-8') as file:
            return file.read().rsplit(')', 1)[1].split()[number]
    except OSError:
        return None


class Server(Lab):
    """The lab, its nats-server, and how to do them harm. Its ports lie where nobody is given one by chance."""

    def __init__(self, folder, rand):
        self.folder = folder
        self.errors = open(os.path.join(folder, 'lab.log'), 'a', encoding='utf-8')
        state = os.path.join(folder, 'lab')
        os.mkdir(state)
        port = rand.randrange(20000, 32000)
        with open(os.path.join(state, 'nats-ports'), 'w', encoding='utf-8') as file:
            file.write(f'{port + 1} {port + 2}\n')
        super().__init__('--sites', '40', '--paths', '160', '--flows', '400', '--rate', str(RATE), '--port', str(port), state=state)
        self.first = self.ready
        self.ready_file = os.path.join(folder, 'ready.json')
        with open(self.ready_file, 'w', encoding='utf-8') as file:
            json.dump(self.ready, file)

    def children(self):
        return [int(p) for p in os.listdir('/proc') if p.isdigit() and field(p, 1) == str(self.process.pid) and field(p, 0) != 'Z']

    def again(self):
        self.token = None
        self.start()

    def sign_in(self):
        if self.token is None:
            self.login()

    def ended_by_itself(self):
        """The last words of a lab that ended though nobody here killed it; None while it lives."""
        status = self.process.poll()
        if status is None:
            return None
        self.errors.flush()
        with open(self.errors.name, encoding='utf-8') as file:
            words = file.read().strip().splitlines()
        return f'status {status}: {words[-1] if words else "no word"}'

    def set_rate(self, rate):
        self.sign_in()
        if self.call('POST', '/lab/v1/rate', {'rate': rate}).status != 200:
            raise Difference('the lab does not let its rate be set')

    def edit(self, rand):
        """Changes something that the window cannot have seen by any stream: it is not attached to any yet."""
        self.sign_in()
        site = rand.choice(self.all('/api/v1/sites')[0])
        name = f'{site["name"].split(" #")[0]} #{rand.randrange(1000)}'
        answer = self.call('PATCH', '/api/v1/sites/' + site['id'], {'name': name}, {'If-Match': f'"{site["revision"]}"'})
        if answer.status not in (200, 412):
            raise Difference(f'an edit of {site["id"]} was answered with {answer.status}')
        if rand.random() < 0.5:
            kind = rand.choice(('power_loss', 'fibre_cut', 'congestion'))
            self.call('POST', '/lab/v1/incident', {'kind': kind, 'duration_s': rand.randrange(3, 20)})


# --- Comparing ------------------------------------------------------------------------------------------

def expect(good, words):
    if not good:
        raise Difference(words)


def same(kind, ours, theirs, pairs):
    for here, there in pairs:
        a = ours.get(here)
        b = theirs
        for part in there.split('.'):
            b = b.get(part) if isinstance(b, dict) else None
        if isinstance(a, (int, float)) and isinstance(b, (int, float)) and not isinstance(a, bool):
            good = abs(a - b) < 1e-6
        else:
            good = (None if a is None else str(a)) == (None if b is None else str(b))
        expect(good, f'{kind} {theirs["id"]}: {there} is {a} here and {b} there')


METRICS = [(m, 'metrics.' + m) for m in ('latency_ms', 'jitter_ms', 'packet_loss_pct', 'bandwidth_mbps', 'score')]
LISTS = (
    ('sites', '/api/v1/sites', [('name', 'name'), ('status_text', 'status'), ('kind', 'kind'), ('revision', 'revision')]),
    ('paths', '/api/v1/paths', [('src_site', 'src_site'), ('dst_site', 'dst_site'), ('status_text', 'status'), ('metric_seq', 'metric_seq'),
                                *METRICS]),
    ('nodes', '/api/v1/nodes', [('name', 'name'), ('status_text', 'status'), ('metric_seq', 'metric_seq')]),
    ('flows', '/api/v1/flows', [('src_ip', 'src_ip'), ('dst_ip', 'dst_ip'), ('path_id', 'path_id')]),
    ('jobs', '/admin/v1/jobs', [('state', 'state')]),
)


def of_lab(dump, kind):
    # the nodes of NATS are that connection's own
    return {o['id']: o for o in dump['model'][kind] if o['connection'] == 'lab' and not o['id'].startswith('local:')}


def connection(dump, which):
    return next((c for c in dump['model']['connections'] if c['id'] == which), {})


def compare(dump, server):
    """Raises a Difference between what the window believes and what the server's lists say."""
    expect(server.ready['nats'] == server.first['nats'], f'the lab came back with NATS at {server.ready["nats"]}, not {server.first["nats"]}')
    for c in ('lab', 'lab-nats'):
        expect(connection(dump, c).get('state') == 'live', f'{c} is {connection(dump, c).get("state")}: {connection(dump, c).get("detail")}')
    expect('banner' not in dump, f'the banner still says: {dump.get("banner")}')
    for kind, path, pairs in LISTS:
        theirs = {o['id']: o for o in server.all(path)[0]}
        ours = of_lab(dump, kind)
        expect(ours.keys() == theirs.keys(), f'{kind}: {len(ours)} here, {len(theirs)} there: {sorted(ours.keys() ^ theirs.keys())[:4]}')
        for i, o in theirs.items():
            same(kind, ours[i], o, pairs)
    seqs = sorted(e['seq'] for e in of_lab(dump, 'events').values() if 'seq' in e)
    last = server.get('/health').json['seq']
    expect(seqs == list(range(seqs[0], last + 1)) if seqs else last == 0,
           f'events: {len(seqs)} here, from {seqs[:1]} to {seqs[-1:]}, the last there is {last}')


# --- The window ------------------------------------------------------------------------------------------

class Watched(Window):
    def __init__(self, *args):
        os.environ['G_DEBUG'] = 'fatal-criticals'
        super().__init__(*args)
        del os.environ['G_DEBUG']         # it is not for the servers

    def dump(self):
        path = os.path.join(os.path.dirname(self.log), 'dump.json')
        if self.command('dump ' + path, 30) is None:
            raise Difference('the window refused to say what it believes')
        with open(path, encoding='utf-8') as file:
            return json.load(file)

    def stall(self):
        """The longest stall since this was asked last."""
        self.read()
        worst = max((l['stall_ms'] for l in self.lines if l['what'] == 'second'), default=0)
        del self.lines[:]
        return worst


def says_stale(window, which, killed_at, deadline_s=STALE_S):
    """Waits until the window says that it is not connected, and since when; returns after how long, in ms."""
    until = time.time() + deadline_s
    while True:
        dump = window.dump()
        one = connection(dump, which)
        if one.get('state') not in ('live', None) and dump.get('banner'):
            break
        expect(time.time() < until, f'{which} is gone for {deadline_s} s, and the window says {one.get("state")}, banner {dump.get("banner")}')
        time.sleep(0.1)
    expect('As of' in dump['banner'], f'the banner does not say since when: {dump["banner"]}')
    # the last good data: of the time of the kill, not of now
    as_of = time_of(one['as_of'])
    expect(killed_at - 20 < as_of <= killed_at + 2, f'as of {one["as_of"]}, killed at {time.strftime("%H:%M:%S", time.gmtime(killed_at))}')
    expect(len(dump['model']['sites']) > 0 and len(dump['model']['paths']) > 0, 'the last good data is gone')
    return int((time.time() - killed_at) * 1000)


def time_of(text):
    import datetime
    return datetime.datetime.fromisoformat(text.replace('Z', '+00:00')).timestamp()


# --- Rounds ---------------------------------------------------------------------------------------------

class Round:
    def __init__(self, server, window, rand, number):
        self.server, self.window, self.rand = server, window, rand
        self.line = {'round': number, 'killed': rand.choice(MODES), 'ok': False, 'stale_ms': None, 'down_cpu_pct': None, 'lab_ended': []}

    def pause(self, most):
        time.sleep(self.rand.uniform(0, most))

    def kill_nats(self):
        for pid in self.server.children():
            os.kill(pid, signal.SIGKILL)

    def down(self, which, killed_at):
        """While the server is down: the window says so, and does nothing much."""
        if self.rand.random() < 0.35:
            self.pause(0.5)          # a short one, which it need not notice
            return
        self.line['stale_ms'] = says_stale(self.window, which, killed_at)
        before, began = cpu_seconds(self.window.pid), time.time()
        time.sleep(self.rand.uniform(1.5, 3))
        self.line['down_cpu_pct'] = round(100 * (cpu_seconds(self.window.pid) - before) / (time.time() - began), 1)

    def harm(self):
        mode, at = self.line['killed'], time.time()
        if mode == 'nats':
            self.kill_nats()
        elif mode == 'freeze':
            pids = [self.server.process.pid] + (self.server.children() if self.rand.random() < 0.5 else [])
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            if self.rand.random() < 0.2:
                self.line['silent_ms'] = says_stale(self.window, 'lab', at, SILENT_S)
            else:
                time.sleep(self.rand.uniform(1, 8))
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
        elif mode == 'quick':
            for _ in range(self.rand.randrange(3, 6)):
                self.server.kill()
                self.server.again()
                self.pause(0.6)
        else:
            if mode == 'both':
                self.kill_nats()
            self.server.kill()
            self.down('lab', at)
            self.server.again()

    def recover(self):
        """Until the window's model is the server's; returns the last difference, None at the end."""
        until, still = time.time() + RECOVER_S, False
        while True:
            try:
                ended = self.server.ended_by_itself()
                if ended:
                    self.line['lab_ended'].append(ended)
                    self.server.again()
                    still = False
                if not still:
                    self.server.set_rate(0)
                    still = True
                compare(self.window.dump(), self.server)
                return None
            except (Difference, OSError, ValueError, KeyError, TypeError) as error:
                if time.time() > until:
                    return f'{type(error).__name__}: {error}'
                time.sleep(0.2)

    def run(self):
        line = self.line
        self.pause(self.rand.choice((1.2, 1.2, 1.2, 0.06)))
        try:
            self.harm()
            began = time.time()
            if self.rand.random() < 0.5:
                self.server.edit(self.rand)
            self.pause(1)
            detail = self.recover()
            line['recovered_ms'] = int((time.time() - began) * 1000)
            self.server.set_rate(RATE)
        except (Difference, OSError, RuntimeError) as error:
            detail = f'{type(error).__name__}: {error}'
        line['ok'] = detail is None
        line['last'] = detail or ''
        if line['down_cpu_pct'] is not None and line['down_cpu_pct'] > 50:
            line['ok'], line['last'] = False, 'the window spins while its server is down'
        line['stall_ms'] = self.window.stall()
        line['anon_mb'] = round(pss_kb(self.window.pid, 'Pss_Anon') / 1024, 1)
        print(json.dumps(line), flush=True)
        return line['ok']


def main():
    rand = random.Random(OPTIONS.seed)
    bench = Bench(OPTIONS.build)
    with tempfile.TemporaryDirectory(prefix='qd-recover.') as folder:
        server = Server(folder, rand)
        try:
            with Watched(bench, os.path.join(folder, 'home'), f'--attach={server.ready_file}') as window:
                first = Round(server, window, rand, -1)
                detail = first.recover()
                if detail:
                    print(f'recover-window: it is not the same before anything was killed: {detail}', file=sys.stderr)
                    return 1
                server.set_rate(RATE)
                failures = 0
                for number in range(OPTIONS.rounds):
                    if window.process.poll() is not None:
                        print(f'recover-window: the window has ended with status {window.process.returncode}', file=sys.stderr)
                        return 1
                    failures += not Round(server, window, rand, number).run()
                return failures > 0
        finally:
            server.kill()


sys.exit(main())
