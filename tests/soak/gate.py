# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands between a client and the servers of NATS, reads what it writes, and strikes just before or after one of the writes."""
import json
import random
import socket
import threading

BUFFER = 1 << 16
# So long after a write "later" may be, in seconds: what comes next is not in NATS, but asked of the control API.
LATER = 0.15


def write_name(subject, head, payload):
    """What people call this write; None: it is none of those that a strike can be about."""
    if subject.startswith('$KV.JOB_LEASES.'):
        back = 'KV-Operation: DEL' in head
        if not back and not payload:
            return None
        whose = {'tenant': 'tenant', 'batch': 'batch'}.get(subject.split('.')[2], 'job')
        return f'lease of the {whose}' + (' given back' if back else '')
    if subject.startswith('$KV.') and subject.split('.')[1].endswith('_PLACEMENT') and payload:
        return 'placement'
    if not payload.startswith(b'{'):
        return None
    if subject.startswith('audit.'):
        return 'audit anchor' if subject.startswith('audit.anchor.') else 'audit record'
    if subject.startswith('jobs.') and subject.count('.') == 1:
        record = json.loads(payload)
        if record.get('kind') == 'tenant.migrate':
            return 'record ' + (record['step'] if record['state'] == 'running' else record['state'])
    return None


class Link:
    """One connection of the client, and the one behind it."""

    def __init__(self, client, server):
        self.client, self.server = client, server
        self.awaited, self.name = None, None
        for side in (client, server):
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self):
        for side in (self.client, self.server):
            try:
                side.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def frames(side):
    """(words of the line, its bytes and those of the payload that belongs to it), one after the other."""
    data = b''

    def more():
        nonlocal data
        got = side.recv(BUFFER)
        if not got:
            raise EOFError
        data += got
    while True:
        while b'\r\n' not in data:
            more()
        line, data = data.split(b'\r\n', 1)
        words = line.decode('utf-8', 'replace').split()
        body = b''
        if words and words[0].upper() in ('PUB', 'HPUB', 'MSG', 'HMSG'):
            length = int(words[-1]) + 2
            while len(data) < length:
                more()
            body, data = data[:length], data[length:]
        yield words, line + b'\r\n' + body, body[:-2]


class Gate:
    """Listens in front of each server. One process at a time is behind it."""

    def __init__(self, urls):
        self.lock = threading.Lock()
        self.listeners, self.urls = [], []
        self.arm()
        for url in urls:
            listener = socket.create_server(('127.0.0.1', 0))
            self.listeners.append(listener)
            self.urls.append(f'nats://127.0.0.1:{listener.getsockname()[1]}')
            threading.Thread(target=self.accept, args=(listener, int(url.rsplit(':', 1)[1])), daemon=True).start()

    def close(self):
        for listener in self.listeners:
            listener.close()

    def arm(self, point=None, strike=None, ends=False):
        """point: (when, name of a write) or None. strike() kills: True when it did. ends: what it kills is the client."""
        with self.lock:
            self.point, self.strike, self.ends = point, strike, ends
            self.jobs, self.struck = [], False

    def disarm(self):
        """Whether it struck, and the jobs that the client wrote of, or was about to."""
        with self.lock:
            struck, jobs = self.struck, self.jobs
            self.point = self.strike = None
            self.struck, self.jobs, self.ends = False, [], False
        return struck, jobs

    # --- What goes through ---

    def accept(self, listener, port):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(('127.0.0.1', port))
            except OSError:
                client.close()
                continue
            link = Link(client, server)
            for pump in (self.from_client, self.from_server):
                threading.Thread(target=self.run, args=(pump, link), daemon=True).start()

    def run(self, pump, link):
        try:
            pump(link)
        except (OSError, EOFError, ValueError):
            pass
        link.close()

    def hit(self, do_later=False):
        """The client, or what it works with, dies now. True: nothing more goes through."""
        with self.lock:
            strike, ends = self.strike, self.ends
            self.strike = None
        if strike is None:
            return False
        if do_later:
            threading.Timer(random.random() * LATER, self.mark, [strike]).start()
            return False
        self.mark(strike)
        return ends

    def mark(self, strike):
        struck = strike()
        with self.lock:
            self.struck = self.struck or struck

    def note(self, link, words, body):
        """When it is the write that is looked for: "before", "after" or "later", else None."""
        heads = int(words[-2]) if words[0].upper() == 'HPUB' else 0
        name = write_name(words[1], body[:heads].decode('utf-8', 'replace'), body[heads:])
        if name is None:
            return None
        with self.lock:
            job = words[1].removeprefix('jobs.')
            if name.startswith('record ') and job not in self.jobs:
                self.jobs.append(job)
            if self.point is None or self.point[1] != name:
                return None
            when = self.point[0]
            if when == 'before':
                self.point = None
            elif len(words) == (5 if heads else 4):
                link.awaited = words[2]
        return when

    def from_client(self, link):
        for words, raw, body in frames(link.client):
            if words and words[0].upper() in ('PUB', 'HPUB') and self.note(link, words, body) == 'before' and self.hit():
                return
            link.server.sendall(raw)

    def from_server(self, link):
        for words, raw, body in frames(link.server):
            when = None
            if words and words[0] in ('MSG', 'HMSG') and words[1] == link.awaited:
                link.awaited = None
                # A refused one was not written: the next of that name is looked for.
                if b'"error"' not in body and b'"seq"' in body:
                    with self.lock:
                        when, self.point = self.point and self.point[0], None
            if when == 'after' and self.hit():
                return
            link.client.sendall(raw)
            if when == 'later':
                self.hit(do_later=True)
