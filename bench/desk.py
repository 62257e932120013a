# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab and the window, as a person would start them, with a home of their own."""

import json
import os
import re
import socket
import sqlite3
import threading
import time
import urllib.parse
import urllib.request

from harness import Child, percentile

# What a window is like that was used before: no welcome, the overview shown.
SETTINGS = "[io/github/quarterdeck/Quarterdeck]\nconfigured=true\npage='{page}'\nwindow-width=1280\nwindow-height=800\n"


class Lab(Child):
    """nice: of the lab and all that it starts."""

    def __init__(self, bench, name, nice=0, **options):
        folder = os.path.join(bench.folder, name)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        args = [f'--{key.replace("_", "-")}={value}' for key, value in options.items()]
        super().__init__([bench.program('quarterdeck-lab'), f'--state={folder}', '--die-with-parent', *args], nice=nice)
        line = self.line()
        self.ready = json.loads(line)
        self.ready_file = os.path.join(folder, 'ready.json')
        with open(self.ready_file, 'w', opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write(line)
        with open(self.ready['credentials']) as f:
            self.credentials = json.load(f)
        self.token = None

    def login(self):
        admin = next(u for u in self.credentials['users'] if u['username'] == 'admin')
        self.token = self.call('POST', '/api/v1/auth/login', {'username': 'admin', 'password': admin['password']})['access_token']

    def call(self, method, path, body=None):
        headers = {'Content-Type': 'application/json'}
        if self.token:
            headers['Authorization'] = f'Bearer {self.token}'
        request = urllib.request.Request(self.ready['http'] + path, method=method, data=None if body is None else json.dumps(body).encode(), headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def set_rate(self, rate):
        if self.token is None:
            self.login()
        self.call('POST', '/lab/v1/rate', {'rate': rate})


class Listener(threading.Thread):
    """The second opinion: hears every metric message and keeps the last sequence number of each
    subject. Speaks just enough of the NATS protocol by itself."""

    def __init__(self, lab):
        super().__init__(daemon=True)
        who = lab.credentials['nats']['admin']
        host, port = lab.ready['nats'].removeprefix('nats://').rsplit(':', 1)
        self.socket = socket.create_connection((host, int(port)), 5)
        self.socket.sendall(('CONNECT ' + json.dumps({'verbose': False, 'pedantic': False, 'user': who['user'], 'pass': who['password'],
                                                      'lang': 'python', 'version': '1', 'protocol': 1})
                             + '\r\nSUB fleet.metrics.> 1\r\n').encode())
        self.last = {}
        self.start()

    def run(self):
        data = b''
        while True:
            chunk = self.socket.recv(1 << 18)
            if not chunk:
                return
            data += chunk
            at = 0
            while True:
                end = data.find(b'\r\n', at)
                if end < 0:
                    break
                head = data[at:end].split(b' ')
                if head[0] == b'MSG':
                    size = int(head[-1])
                    if len(data) < end + 2 + size + 2:
                        break
                    body = data[end + 2:end + 2 + size]
                    self.last[head[1]] = int(re.search(rb'"seq":(\d+)', body).group(1))
                    at = end + 2 + size + 2
                else:
                    if head[0] == b'PING':
                        self.socket.sendall(b'PONG\r\n')
                    at = end + 2
            data = data[at:]

    def heard(self):
        """(kind, id) → the last sequence number."""
        return {tuple(urllib.parse.unquote(subject.decode()).split('.', 3)[2:]): seq for subject, seq in list(self.last.items())}


def save_connection(home, lab):
    """Makes the lab, whose state the window kept, one of the admin's own connections."""
    with sqlite3.connect(os.path.join(home, 'data', 'quarterdeck', 'quarterdeck.db')) as db:
        text = json.dumps([{'id': 'lab', 'name': 'Lab', 'driver': 'node-api', 'url': lab.ready['http'], 'user': 'admin'}])
        db.execute("INSERT OR REPLACE INTO setting (name, json) VALUES ('connections', ?)", (text,))
    db.close()


class Window(Child):
    """quarterdeck with its probe on. lines: what the probe wrote so far."""

    def __init__(self, bench, home, *args, page='overview', program=None):
        os.makedirs(home, mode=0o700, exist_ok=True)
        settings = os.path.join(home, 'config', 'glib-2.0', 'settings')
        os.makedirs(settings, exist_ok=True)
        with open(os.path.join(settings, 'keyfile'), 'w') as f:
            f.write(SETTINGS.format(page=page))
        self.log = os.path.join(home, 'probe.log')
        if os.path.exists(self.log):
            os.remove(self.log)
        env = dict(os.environ, HOME=home, XDG_DATA_HOME=os.path.join(home, 'data'), XDG_CONFIG_HOME=os.path.join(home, 'config'),
                   XDG_CACHE_HOME=os.path.join(home, 'cache'), XDG_STATE_HOME=os.path.join(home, 'state'),
                   GSETTINGS_BACKEND='keyfile', GSETTINGS_SCHEMA_DIR=os.path.join(bench.build, 'data'), QD_BENCH_LOG=self.log)
        self.position = 0
        self.lines = []
        super().__init__([program or bench.program('quarterdeck'), *args], env=env)

    def read(self):
        """The lines that came since the last time."""
        fresh = []
        try:
            with open(self.log) as f:
                f.seek(self.position)
                text = f.read()
        except FileNotFoundError:
            return fresh
        end = text.rfind('\n') + 1
        self.position += len(text[:end].encode())
        for line in text[:end].splitlines():
            fresh.append(json.loads(line))
        self.lines += fresh
        return fresh

    def wait(self, test, seconds=60):
        """The first line that test() likes."""
        until = time.time() + seconds
        seen = 0
        while time.time() < until:
            self.read()
            while seen < len(self.lines):
                if test(self.lines[seen]):
                    return self.lines[seen]
                seen += 1
            if self.process.poll() is not None:
                raise RuntimeError(f'the window ended by itself ({self.process.returncode})')
            time.sleep(0.01)
        raise RuntimeError('the window never did what was waited for')

    def wait_for(self, what, seconds=60):
        return self.wait(lambda line: line['what'] == what, seconds)

    def wait_live(self, sites, paths, seconds=90):
        return self.wait(lambda line: line['what'] == 'second' and line['sites'] >= sites and line['paths'] >= paths, seconds)

    def dump(self):
        """What the window believes."""
        path = os.path.join(os.path.dirname(self.log), 'dump.json')
        if self.command('dump ' + path, 60) is None:
            raise RuntimeError('the window refused to say what it believes')
        with open(path, encoding='utf-8') as file:
            return json.load(file)

    def measure(self, seconds):
        """The probe's lines of the next so many seconds."""
        self.read()
        start = len(self.lines)
        time.sleep(seconds + 0.2)
        self.read()
        return [line for line in self.lines[start:] if line['what'] == 'second']

    def command(self, text, seconds=20):
        self.read()
        start = len(self.lines)
        self.tell(text + '\n')
        until = time.time() + seconds
        while time.time() < until:
            self.read()
            for line in self.lines[start:]:
                if line['what'] in ('command', 'refused') and line['command'] == text:
                    return line if line['what'] == 'command' else None
            time.sleep(0.01)
        raise RuntimeError(f'the window did not carry out “{text}”')


def histogram_values(lines, name):
    """The values of a histogram over several lines, each by the middle of its step; what lies beyond
    the last step by its line's maximum."""
    values = []
    for line in lines:
        h = line[name]
        for step, count in h['counts']:
            values += [min((step + 0.5) * h['step_ms'], h['max_ms'])] * count
    return values


def share(lines, name, part):
    values = histogram_values(lines, name)
    return percentile(values, part) if values else float('nan')
