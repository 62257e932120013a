# SPDX-License-Identifier: GPL-3.0-or-later
"""How a lab ends: when asked, with the one who started it, and never without a word."""
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from lab import PROGRAM, Lab, Tap

tap = Tap()
OPTIONS = ['--die-with-parent', '--no-nats', '--sites', '5', '--paths', '6', '--flows', '10']


class Quiet(Lab):
    def start(self):
        self.errors = tempfile.TemporaryFile('w+')
        super().start()

    def words(self):
        self.errors.seek(0)
        return self.errors.read()


def ends(pid, seconds=10):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with open(f'/proc/{pid}/stat', encoding='utf-8') as file:
                if file.read().rsplit(')', 1)[1].split()[0] == 'Z':
                    return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    return False


def check_asked():
    lab = Quiet(*OPTIONS[1:])
    tap.ok(lab.stop() == 0 and lab.words() == '', 'ended by the one who started it: status 0, and nothing to say', lab.words())


def check_stranger():
    for name in ('TERM', 'INT', 'HUP'):
        lab = Quiet(*OPTIONS[1:])
        stranger = subprocess.Popen(['bash', '-c', f'kill -{name} {lab.process.pid}; read'], stdin=subprocess.PIPE)
        status = lab.process.wait(15)
        said = lab.words()
        stranger.communicate()
        tap.ok(status == 0 and f'SIG{name} from process {stranger.pid} (bash)' in said, f'SIG{name} of a stranger: it says who sent it', said)


def check_with_parent():
    """The parent is killed: once when the lab is ready, once before the lab could look."""
    code = ('import subprocess, sys, time\n'
            'lab = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)\n'
            'lab.stdout.readline()\n'
            'print(lab.pid, flush=True)\n'
            'time.sleep(600)\n')
    parent = subprocess.Popen([sys.executable, '-c', code, PROGRAM, *OPTIONS], stdout=subprocess.PIPE, text=True)
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    tap.ok(ends(pid), 'the one who started it is killed: it ends')


def check_orphan():
    code = ('import os, sys, time\n'
            'out, into = os.pipe()\n'
            'os.close(out)\n'
            'parent = os.getpid()\n'
            'pid = os.fork()\n'
            'if pid:\n'
            '    print(pid, flush=True)\n'
            '    os._exit(0)\n'
            'while os.getppid() == parent:\n'
            '    time.sleep(0.01)\n'
            'os.dup2(into, 1)\n'
            'os.execv(sys.argv[1], sys.argv[1:])\n')
    parent = subprocess.run([sys.executable, '-c', code, PROGRAM, *OPTIONS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True)
    tap.ok(ends(int(parent.stdout), 20), 'the one who started it is gone before it could look: it ends', parent.stderr)


def check_all_at_once():
    """Ctrl+C in a terminal asks the lab and all that it has started."""
    statuses = []
    for _ in range(3):
        lab = Quiet(*OPTIONS[2:], '--rate', '0', before=os.setsid)
        lab.login()
        until = time.monotonic() + 10
        while time.monotonic() < until and any(s['pid'] is None for s in lab.get('/lab/v1/shards').json['items']):
            time.sleep(0.02)
        os.killpg(lab.process.pid, signal.SIGINT)
        statuses.append(lab.process.wait(15))
    tap.ok(statuses == [0, 0, 0], 'all are asked to end at once, as by Ctrl+C: status 0', [*map(str, statuses), lab.words()])


def check_port():
    """The nats-server of the lab before is still dying when the next one starts."""
    with tempfile.TemporaryDirectory(prefix='lab-test-') as state:
        lab = Quiet(*OPTIONS[2:], state=state)
        before = lab.ready['nats']
        lab.stop()
        dying = socket.create_server(('127.0.0.1', int(before.rsplit(':', 1)[1])))
        threading.Timer(0.8, dying.close).start()
        lab.start()
        tap.ok(lab.ready['nats'] == before, 'NATS has the port of the run before, though it was not free at once', [before, lab.ready['nats']])
        lab.stop()


check_asked()
check_all_at_once()
check_port()
check_stranger()
check_with_parent()
check_orphan()
tap.done()
