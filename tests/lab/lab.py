# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab run as people run it, and a client for it that shares no code with it."""
import base64
import http.client
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'meta'))
from tap import BUILD, SOURCE, Tap  # noqa: E402,F401

PROGRAM = os.path.join(BUILD, 'src', 'lab', 'quarterdeck-lab')


# How many times slower than usual all is: sanitizers cost that.
SLOWNESS = 4 if 'ASAN_OPTIONS' in os.environ else 1


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        kind = headers.get('content-type', '')
        self.json = json.loads(body) if 'json' in kind and body else None


class Lab:
    """Starts `quarterdeck-lab`; waits for its line; ends it, one way or another."""

    errors = None       # where its standard error goes, when not to ours

    def __init__(self, *args, state=None, before=None):
        self.args, self.state, self.token, self.before = list(args), state, None, before
        self.start()

    def start(self):
        command = [PROGRAM, '--die-with-parent', *self.args]
        if self.state:
            command += ['--state', self.state]
        begin = time.monotonic()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.errors, text=True, preexec_fn=self.before)
        line = self.process.stdout.readline()
        self.took = time.monotonic() - begin
        self.ready = json.loads(line)
        self.credentials = json.load(open(self.ready['credentials']))
        self.host, self.port = self.ready['http'].split('//')[1].rsplit(':', 1)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        self.process.terminate()
        status = self.process.wait(15 * SLOWNESS)
        self.process.stdout.close()
        return status

    def password(self, user):
        return next(u['password'] for u in self.credentials['users'] if u['username'] == user)

    def call(self, method, path, body=None, headers=None, token=None, raw=None, timeout=20 * SLOWNESS):
        head = dict(headers or {})
        token = token or self.token
        if token:
            head.setdefault('Authorization', 'Bearer ' + token)
        if body is not None:
            raw = json.dumps(body)
        if raw is not None:
            head.setdefault('Content-Type', 'application/json')
        connection = http.client.HTTPConnection(self.host, int(self.port), timeout=timeout)
        try:
            connection.request(method, path, body=raw, headers=head)
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def get(self, path, **more):
        return self.call('GET', path, **more)

    def login(self, user='admin'):
        answer = self.call('POST', '/api/v1/auth/login', {'username': user, 'password': self.password(user)})
        assert answer.status == 200, answer.body
        self.token = answer.json['access_token']
        return answer.json

    def dial(self, timeout=10):
        return socket.create_connection((self.host, int(self.port)), timeout=timeout)

    def all(self, path, limit=1000):
        items, cursor = [], None
        while True:
            page = self.get(path + ('&' if '?' in path else '?') + f'limit={limit}' + (f'&cursor={cursor}' if cursor else '')).json
            items += page['items']
            cursor = page['next']
            if not cursor:
                return items, page


class WebSocket:
    """The client's side of RFC 6455, as far as these tests need it."""

    def __init__(self, lab, path, timeout=10, header=True):
        self.socket, self.data = lab.dial(timeout), b''
        key = base64.b64encode(os.urandom(16)).decode()
        auth = f'Authorization: Bearer {lab.token}\r\n' if header else ''
        if not header:
            path += ('&' if '?' in path else '?') + 'token=' + lab.token
        self.socket.sendall((f'GET {path} HTTP/1.1\r\nHost: lab\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{auth}'
                             f'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n').encode())
        while b'\r\n\r\n' not in self.data:
            self.more()
        self.head, self.data = self.data.split(b'\r\n\r\n', 1)
        self.status = int(self.head.split()[1])

    def more(self):
        data = self.socket.recv(1 << 16)
        if not data:
            raise EOFError
        self.data += data

    def need(self, count):
        while len(self.data) < count:
            self.more()

    def frame(self):
        self.need(2)
        opcode, length, start = self.data[0] & 15, self.data[1] & 127, 2
        if length == 126:
            self.need(4)
            length, start = struct.unpack('>H', self.data[2:4])[0], 4
        elif length == 127:
            self.need(10)
            length, start = struct.unpack('>Q', self.data[2:10])[0], 10
        self.need(start + length)
        body, self.data = self.data[start:start + length], self.data[start + length:]
        return opcode, body

    def send(self, opcode, body):
        mask = os.urandom(4)
        self.socket.sendall(bytes([0x80 | opcode, 0x80 | len(body)]) + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(body)))

    def messages(self):
        """What comes, batches taken apart, until the socket is silent for its timeout or ends."""
        while True:
            try:
                opcode, body = self.frame()
            except (EOFError, TimeoutError, ConnectionError):
                return
            if opcode == 1:
                value = json.loads(body)
                yield from value['items'] if value.get('type') == 'batch' else [value]

    def take(self, count):
        out = []
        for message in self.messages():
            out.append(message)
            if len(out) >= count:
                break
        return out

    def close(self):
        self.socket.close()


def temporary():
    return tempfile.TemporaryDirectory(prefix='lab-test-')
