# SPDX-License-Identifier: GPL-3.0-or-later
"""NATS without a library: its text protocol, and of JetStream what the tests of the lab ask."""
import base64
import itertools
import json
import socket


class Refused(Exception):
    """A write over a revision that is not the last one."""


class Nats:
    """A client of the NATS text protocol in a few lines."""

    inboxes = itertools.count(1)

    def __init__(self, lab, role, url=None):
        port = int((url or lab.ready['nats']).rsplit(':', 1)[1])
        self.socket, self.data = socket.create_connection(('127.0.0.1', port), timeout=5), b''
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        user = lab.credentials['nats'][role]
        self.inbox = f'_INBOX.{user["user"]}'
        self.line()
        self.send('CONNECT ' + json.dumps({'user': user['user'], 'pass': user['password'], 'verbose': False, 'pedantic': False, 'headers': True, 'no_responders': True}))

    def send(self, text):
        self.socket.sendall(text.encode() + b'\r\n')

    def take(self, count):
        while len(self.data) < count:
            more = self.socket.recv(65536)
            if not more:
                raise EOFError
            self.data += more
        out, self.data = self.data[:count], self.data[count:]
        return out

    def line(self):
        while b'\r\n' not in self.data:
            more = self.socket.recv(65536)
            if not more:
                raise EOFError
            self.data += more
        text, self.data = self.data.split(b'\r\n', 1)
        return text.decode()

    def message(self):
        """The subject and payload of the next message, or the error that came instead."""
        while True:
            words = self.line().split(' ')
            if words[0] == 'MSG':
                return words[1], self.take(int(words[-1]) + 2)[:-2]
            if words[0] == 'HMSG':
                return words[1], self.take(int(words[-1]) + 2)[int(words[-2]):-2]
            if words[0] == '-ERR':
                return words[0], ' '.join(words[1:])
            if words[0] == 'PING':
                self.send('PONG')

    def said(self):
        """The first lines of all that came up to now."""
        self.send('PING')
        lines = []
        while (line := self.line()) != 'PONG':
            if line == 'PING':
                self.send('PONG')
                continue
            lines.append(line)
            if line.split(' ')[0] in ('MSG', 'HMSG'):
                self.take(int(line.split(' ')[-1]) + 2)
        return lines

    def request(self, subject, body='', headers=None):
        """The answer's subject and payload; answers to what was asked before are passed over."""
        # Each its own: what was refused leaves its subscription behind, and another of that number would not be one.
        number = 1000 + next(self.inboxes)
        inbox = f'{self.inbox}.{number}'
        self.send(f'SUB {inbox} {number}\r\nUNSUB {number} 1')
        if headers:
            head = 'NATS/1.0\r\n' + ''.join(f'{k}: {v}\r\n' for k, v in headers.items()) + '\r\n'
            self.send(f'HPUB {subject} {inbox} {len(head.encode())} {len((head + body).encode())}\r\n{head}{body}')
        else:
            self.send(f'PUB {subject} {inbox} {len(body.encode())}\r\n{body}')
        while True:
            where, answer = self.message()
            if where in (inbox, '-ERR'):
                return where, answer

    def api(self, subject, body=None):
        return json.loads(self.request('$JS.API.' + subject, json.dumps(body) if body is not None else '')[1])

    def last(self, stream, subject):
        """The last message of a subject: its sequence and its payload; (0, None) where there is none."""
        answer = self.api(f'STREAM.MSG.GET.{stream}', {'last_by_subj': subject})
        if 'message' not in answer:
            return 0, None
        return answer['message']['seq'], base64.b64decode(answer['message'].get('data', ''))

    def all(self, stream, subject, seq=1):
        """Every message of a subject, which may have wildcards, in order, from that sequence on: (sequence, payload)."""
        out = []
        while True:
            answer = self.api(f'STREAM.MSG.GET.{stream}', {'seq': seq, 'next_by_subj': subject})
            if 'message' not in answer:
                return out
            out.append((answer['message']['seq'], base64.b64decode(answer['message'].get('data', ''))))
            seq = answer['message']['seq'] + 1

    def get(self, bucket, key):
        revision, value = self.last('KV_' + bucket, f'$KV.{bucket}.{key}')
        return revision, value.decode() if value is not None else None

    def put(self, bucket, key, value, revision):
        """Writes over just that revision."""
        answer = json.loads(self.request(f'$KV.{bucket}.{key}', value, {'Nats-Expected-Last-Subject-Sequence': revision})[1])
        if 'error' in answer:
            raise Refused(answer['error']['description'])
        return answer['seq']

    def close(self):
        self.socket.close()
