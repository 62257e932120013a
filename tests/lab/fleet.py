# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's tenants and shards, seen by a client that knows what each must have processed."""
import hashlib
import json
import time

from lab import SLOWNESS, Lab

KINDS = ('aggregate', 'projection', 'runner')


def wait(condition, seconds=20):
    """The first answer that is true; None when none came."""
    end = time.monotonic() + seconds * SLOWNESS
    while time.monotonic() < end:
        try:
            found = condition()
            if found:
                return found
        except (OSError, EOFError):
            pass
        time.sleep(0.03)
    return None


def digest(payload):
    return int.from_bytes(hashlib.sha256(payload).digest()[:8], 'big')


# Of each tenant {number: sum up to it} of what was asked before: millions are not added up anew each time.
SUMS = {}


def expected(tenant, last):
    """What a shard must have made of the load's messages 1 to last: from their numbers alone."""
    known = max((k for k in SUMS.setdefault(tenant, {0: 0}) if k <= last), default=0)
    total = SUMS[tenant][known] + sum(digest(f'{{"tenant":"{tenant}","n":{n},"amount":{n * 7919 % 1000}}}'.encode()) for n in range(known + 1, last + 1))
    SUMS[tenant] = {0: 0, **{k: v for k, v in list(SUMS[tenant].items())[-3:]}, last: total}
    return last, f'{total % 2 ** 64:016x}'


def move(nats, kind, tenant, shard):
    """Places a tenant by compare-and-set, in the encoding of its kind."""
    if kind == 'aggregate':
        revision, text = nats.get('AGGREGATE_PLACEMENT', 'aggregate_placement')
        nats.put('AGGREGATE_PLACEMENT', 'aggregate_placement', json.dumps({**json.loads(text), tenant: shard}), revision)
    else:
        bucket = kind.upper() + '_PLACEMENT'
        nats.put(bucket, tenant, shard, nats.get(bucket, tenant)[0])


class Fleet(Lab):
    def shards(self):
        return {s['id']: s for s in self.get('/admin/v1/scale/shards').json['items']}

    def ready_all(self, n=6):
        return wait(lambda: [s['status'] for s in self.shards().values()] == ['ready'] * n)

    def pid(self, shard):
        return next(s['pid'] for s in self.get('/lab/v1/shards').json['items'] if s['id'] == shard)

    def published(self):
        """The last numbers of each tenant, once they are known."""
        tenants = wait(lambda: (t := self.get('/lab/v1/load').json['tenants']) and all(x['events'] is not None for x in t) and t)
        return {t['id']: (t['events'], t['commands']) for t in tenants}

    def tenant(self, kind, tenant, shards=None):
        """Where the tenant is and what is said of it there; None while nobody says anything, or two do."""
        found = [(s['id'], t) for s in (shards or self.shards()).values() if s['kind'] == kind and s['status'] != 'down' for t in s['tenants'] if t['id'] == tenant]
        return found[0] if len(found) == 1 else None

    def post(self, shard, verb, body=None, **more):
        return self.call('POST', f'/admin/v1/scale/shards/{shard}/{verb}', body or {}, **more)


def settled(lab, seconds=60):
    """The load stops; every tenant of every kind has to come to what follows from the numbers of its messages."""
    lab.call('POST', '/lab/v1/load', {'rate': 0})
    wrong = ['nobody answers']

    def all_have():
        # What was on its way is still sent when the load stops: the numbers are asked each time.
        published, shards = lab.published(), lab.shards()
        wrong[:] = []
        for tenant, (events, commands) in published.items():
            for kind in KINDS:
                want = expected(tenant, commands if kind == 'runner' else events)
                found = lab.tenant(kind, tenant, shards)
                if not found or (found[1]['count'], found[1]['checksum']) != want or found[1]['lag'] != 0 or found[1]['in_flight'] != 0:
                    wrong.append(f'{kind} {tenant}: {found}, not {want}')
        return not wrong
    wait(all_have, seconds)
    return wrong
