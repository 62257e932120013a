# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a desk's audit journal, the stream AUDIT and the jobs of a fleet without any of Quarterdeck's code, and says what does not fit."""
import collections
import hashlib
import json
import re

HASH = re.compile(rb',"hash":"([0-9a-f]{64})"')


class Trail:
    def __init__(self, path):
        self.path = path
        self.lines, self.records, self.told, self.torn = [], 0, 0, 0
        self.streamed, self.seq = [], 0
        self.jobs, self.jobs_seq = {}, 0

    def read(self):
        try:
            with open(self.path, 'rb') as file:
                self.lines = file.read().split(b'\n')
        except FileNotFoundError:
            self.lines = [b'']
        self.records, self.torn = len(self.lines) - 1, len(self.lines[-1])

    def fresh(self):
        """How many records came since the last time."""
        before, self.told = self.told, self.records
        return self.records - before

    def of_fleet(self):
        """The desk knows no other fleet."""
        return [line for line in self.lines[:-1] if json.loads(line).get('connection')]

    def desk(self):
        return json.loads(self.lines[0])['desk'] if self.records else None

    def is_sent(self, server):
        self.read()
        if not self.records:
            return True
        for seq, payload in server.after('AUDIT', f'audit.{self.desk()}', self.seq):
            self.seq = seq
            self.streamed.append(payload)
        return len(self.streamed) >= len(self.of_fleet())

    def chain(self):
        """The first that is not as the chain says; None."""
        before = '0' * 64
        for n, line in enumerate(self.lines[:-1], 1):
            found = HASH.findall(line)
            record = json.loads(line)
            if len(found) != 1 or hashlib.sha256(HASH.sub(b'', line)).hexdigest() != record['hash'] or record['n'] != n or record['prev'] != before:
                return f'record {n} is not as it was written: {line.decode()}'
            before = record['hash']
        return None

    def of_jobs(self, server):
        """Each attempt at a job that was begun, and each end that a job has, was recorded before."""
        for seq, payload in server.after('JOBS', 'jobs.*', self.jobs_seq):
            self.jobs_seq = seq
            record = json.loads(payload)
            job = self.jobs.setdefault(record['id'], {'attempts': set(), 'ends': set()})
            # One that waits for its turn is none yet.
            if record['attempt'] == 0:
                continue
            job['attempts'].add(record['attempt'])
            if record['state'] in ('succeeded', 'failed', 'cancelled'):
                job['ends'].add(record['state'])
        said = collections.Counter((r.get('job'), r['outcome']) for r in map(json.loads, self.lines[:-1]) if r['what'] == 'tenant.migrate')
        for job, what in self.jobs.items():
            if said[job, 'begun'] < len(what['attempts']):
                return f'job {job} was begun {len(what["attempts"])} times, {said[job, "begun"]} of them recorded'
            for end in what['ends']:
                if not said[job, end]:
                    return f'that job {job} {end} is not recorded'
        return None

    def wrong(self, server):
        """What does not fit; None where everything does."""
        self.is_sent(server)
        return (self.chain() or (self.streamed != self.of_fleet() and f'the stream has {len(self.streamed)} records, and the journal {len(self.of_fleet())}, or others')
                or self.of_jobs(server))
