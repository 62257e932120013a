# SPDX-License-Identifier: GPL-3.0-or-later
"""What a role of the lab's NATS may make the server do in its stead. A server checks where something is sent, not where its answer, or what a consumer
delivers, is to go; so each role tries to have it go where it may not write, and to hear what is for others."""
import json
import os
import shutil
import sys
import tempfile

from fleet import wait
from lab import Lab, Tap
from nats_text import Nats

tap = Tap()
ROLES = ('admin', 'operator', 'viewer', 'developer', 'owner', 'support', 'read-only', 'security-admin', 'break-glass')
# Of each stream a subject that nobody uses.
TARGETS = {'JOBS': 'jobs', 'AUDIT': 'audit', 'EVENTS': 'fleet.events', 'AGGREGATE_EVENTS': 'tenant.tenant-acme.aggregate.account', 'WORKFLOW_COMMANDS': 'tenant.tenant-acme.workflow.command',
           'WORKFLOW_EVENTS': 'tenant.tenant-acme.workflow.event',
           **{f'KV_{b}': f'$KV.{b}' for b in ('AGGREGATE_PLACEMENT', 'RUNNER_PLACEMENT', 'PROJECTION_PLACEMENT', 'CONFIG', 'DEFINITIONS', 'JOB_LEASES', 'SHARDS', 'SHARD_STATE')}}
MIGHTY = ('admin', 'owner', 'break-glass')
FORGED = {'name': 'AUDIT', 'subjects': ['audit.>'], 'max_msgs': 1, 'seq': 1, 'no_erase': True}


def client(lab, role):
    nats = Nats(lab, role)
    nats.socket.settimeout(30)
    return nats


def may_publish(nats, subject):
    """What the server says of the subject itself; a message that is not stored, since no stream expects it."""
    return nats.request(subject, '{}', {'Nats-Expected-Stream': 'none'})[0] != '-ERR'


def consumer(nats, stream, **config):
    return nats.api(f'CONSUMER.CREATE.{stream}', {'stream_name': stream, 'config': {'ack_policy': 'none', 'deliver_policy': 'all', 'mem_storage': True, **config}})


def ways(nats, role):
    """Requests each of which is answered, to where it is said: with text of the asker's own, too."""
    yield '$JS.API.STREAM.INFO.JOBS', ''
    yield '$JS.API.INFO', ''
    yield '$JS.API.STREAM.MSG.GET.KV_CONFIG', '{"seq":1}'
    yield '$JS.API.DIRECT.GET.KV_CONFIG', '{"seq":1}'
    yield '$JS.API.CONSUMER.CREATE.KV_CONFIG', '{"stream_name":"KV_CONFIG","config":{"ack_policy":"none"}}'
    yield f'audit.{role}', '{}'
    for desk in ('full', 'empty'):
        yield f'$JS.API.DIRECT.GET.AUDIT.audit.anchor.{desk}', ''
    yield f'$JS.API.CONSUMER.MSG.NEXT.KV_CONFIG.{consumer(nats, "KV_CONFIG")["name"]}', '{"batch":2,"no_wait":true}'


def foreign(admin, stream, prefix):
    """Subjects of a stream that are not its own, or that nobody may have written."""
    state = admin.api(f'STREAM.INFO.{stream}', {'subjects_filter': '>'})['state']
    return [f'{stream}: {subject}' for subject in state.get('subjects') or {} if 'forged-' in subject or not subject.startswith(prefix.split('.')[0] + '.')]


def check_answers(lab, admin):
    """No answer is stored, or heard by another."""
    wrong, tried, other = [], 0, client(lab, 'viewer')
    other.send('SUB _INBOX.viewer.known 9')
    admin.request('audit.anchor.full', json.dumps(FORGED))
    admin.request('audit.anchor.empty', '')
    for role in ROLES:
        nats = client(lab, role)
        targets = [f'{subject}.forged-{role}' for subject in TARGETS.values() if not may_publish(nats, f'{subject}.forged')]
        targets += ['_INBOX.viewer.known'] if role != 'viewer' else []
        for target in targets:
            for subject, body in ways(nats, role):
                nats.send(f'PUB {subject} {target} {len(body)}\r\n{body}')
                tried += 1
        # Each may be asked: it is the answers that go nowhere.
        wrong += [f'{role} is told {line}' for line in nats.said() if line.startswith('-ERR')]
        # What is asked last is answered last.
        nats.api('STREAM.INFO.JOBS')
        nats.close()
    wrong += [fault for stream, subject in TARGETS.items() for fault in foreign(admin, stream, subject)]
    wrong += [f'the viewer hears {line}' for line in other.said() if 'known' in line]
    other.close()
    tap.ok(not wrong and tried > 600, f'no answer goes where the asker may not write, {tried} tried', wrong)


def audit(admin):
    info = admin.api('STREAM.INFO.AUDIT')
    return info.get('config'), info.get('state', {}).get('first_seq'), info.get('state', {}).get('num_deleted', 0)


def check_requests(lab, admin):
    """An answer is no request either: the audit stays what it is."""
    before = audit(admin)
    for role in ROLES:
        nats = client(lab, role)
        for subject, body in ways(nats, role):
            for what in ('STREAM.PURGE.AUDIT', 'STREAM.MSG.DELETE.AUDIT', 'STREAM.UPDATE.AUDIT', 'STREAM.DELETE.AUDIT', 'CONSUMER.DELETE.AGGREGATE_EVENTS.aggregate-tenant-acme'):
                nats.send(f'PUB {subject} $JS.API.{what} {len(body)}\r\n{body}')
        nats.said()
        nats.api('STREAM.INFO.JOBS')
        nats.close()
    after = audit(admin)
    tap.ok(before == after and after[1] == 1, 'and is taken for no request', [str(before), str(after)])
    tap.ok('config' in admin.api('CONSUMER.INFO.AGGREGATE_EVENTS.aggregate-tenant-acme'), 'the consumers of shards are there')
    tap.ok(before[0]['deny_delete'] and before[0]['deny_purge'], 'the stream itself gives nothing out of the audit', [str(before)])


def check_deliveries(lab, admin):
    """What a consumer delivers is stored nowhere: it needs somebody who listens there, and to what streams take nobody does."""
    wrong, pushed = [], 0
    for role in ROLES:
        nats = client(lab, role)
        for n, (stream, subject) in enumerate(TARGETS.items()):
            if stream == 'EVENTS':
                continue
            nats.send(f'SUB {subject}.forged-{role} {100 + n}')
            # Most may not.
            nats.said()
            source = 'KV_CONFIG' if stream != 'KV_CONFIG' else 'KV_DEFINITIONS'
            if 'name' in consumer(nats, source, deliver_subject=f'{subject}.forged-{role}'):
                pushed += 1
        # One that is heard: made last, it delivers last.
        inbox = f'{nats.inbox}.mine'
        nats.send(f'SUB {inbox} 99')
        # What it delivers may come before the answer, which is not waited for.
        body = json.dumps({'stream_name': 'KV_CONFIG', 'config': {'ack_policy': 'none', 'deliver_policy': 'all', 'mem_storage': True, 'deliver_subject': inbox}})
        nats.send(f'PUB $JS.API.CONSUMER.CREATE.KV_CONFIG {len(body)}\r\n{body}')
        if not wait(lambda: any(' 99 ' in line for line in nats.said()), 30):
            wrong.append(f'{role} hears nothing of a consumer of its own')
        nats.close()
    wrong += [fault for stream, subject in TARGETS.items() for fault in foreign(admin, stream, subject)]
    tap.ok(not wrong and pushed > 100, f'nor does what {pushed} consumers deliver', wrong)


def check_streams(lab):
    """Nobody makes a stream that takes from others or passes on, nor changes one."""
    wrong = []
    for role in ROLES:
        nats = client(lab, role)
        for body in ({'name': 'MINE', 'subjects': ['mine']}, {'name': 'MINE', 'sources': [{'name': 'AUDIT'}]}, {'name': 'MINE', 'mirror': {'name': 'AGGREGATE_EVENTS'}},
                     {'name': 'MINE', 'subjects': ['mine'], 'republish': {'src': 'mine', 'dest': '$JS.API.STREAM.DELETE.AUDIT'}}):
            for what in ('CREATE.MINE', 'UPDATE.JOBS', 'RESTORE.MINE'):
                word, text = nats.request(f'$JS.API.STREAM.{what}', json.dumps(body))
                if word != '-ERR' or 'Permissions Violation' not in text:
                    wrong.append(f'{role} {what} {body}: {text}')
        nats.close()
    tap.ok(not wrong, 'nobody makes or changes a stream', wrong)


def check_lab(lab):
    """What the lab and its shards are answered is heard by nobody, whatever one listens to."""
    listeners = []
    for role in ROLES:
        for n, what in enumerate(('_INBOX.>', '_INBOX.> q', '_INBOX.*.*', '>', '> q', '_R_.>', '$JS.>', '$SYS.>', 'jobs.>', '$KV.> q', 'tenant.>', 'audit.>')):
            nats = client(lab, role)
            nats.send(f'SUB {what} {n}')
            nats.said()
            listeners.append((role, what, nats))
    # Shards write what they processed and are answered. Who asks that is in none of the accounts that hear what is sent in them.
    viewer = client(lab, 'viewer')
    last = viewer.api('STREAM.INFO.KV_SHARD_STATE')['state']['last_seq']
    tap.ok(wait(lambda: viewer.api('STREAM.INFO.KV_SHARD_STATE')['state']['last_seq'] > last + 5, 30), 'shards work')
    wrong, heard = [], 0
    for role, what, nats in listeners:
        lines = [line for line in nats.said() if 'MSG ' in line]
        heard += len(lines)
        wrong += [f'{role} hears by {what}: {line}' for line in lines if not line.split(' ')[1].startswith(('fleet.', f'_INBOX.{role}.'))]
        nats.close()
    tap.ok(not wrong and heard > 0, f'nobody hears what the lab and its shards are answered, nor what streams take: {heard} heard', wrong)


def check_one_tenant(lab, admin):
    """Who looks after one tenant gets what was stored of it, and of no other."""
    nats = client(lab, 'support')
    nats.request('audit.support', '{}')
    subject = wait(lambda: next((s for s in admin.api('STREAM.INFO.AGGREGATE_EVENTS', {'subjects_filter': 'tenant.tenant-acme.>'})['state'].get('subjects') or {}), None), 30)
    got = nats.request(f'$JS.API.DIRECT.GET.AGGREGATE_EVENTS.{subject}')
    no = nats.request('$JS.API.DIRECT.GET.AGGREGATE_EVENTS.' + (subject or '').replace('acme', 'globex'))
    tap.ok(b'tenant-acme' in got[1] and no[0] == '-ERR', 'support gets the last event of its tenant, and of no other', [str(got), str(no)])


def check_before():
    """What a lab kept before it had accounts is there still."""
    with tempfile.TemporaryDirectory() as state:
        lab = Lab('--rate', '0', '--sites', '4', '--paths', '4', '--flows', '4', '--shards', '0', state=state)
        client(lab, 'admin').put('CONFIG', 'kept', 'mine', 0)
        lab.stop()
        folder = os.path.join(state, 'nats', 'jetstream')
        os.rename(os.path.join(folder, 'lab'), os.path.join(folder, '$G'))
        lab.start()
        kept = client(lab, 'viewer').get('CONFIG', 'kept')
        tap.ok(kept[1] == 'mine' and sorted(n for n in os.listdir(folder) if not n.startswith('_')) == ['lab'], 'a state of before accounts goes on', [str(kept), str(os.listdir(folder))])
        lab.stop()


if not (shutil.which('nats-server') or os.path.exists('/usr/sbin/nats-server')):
    tap.skip('nats-server', 'it is not installed')
    tap.done()
    sys.exit(0)
fleet = Lab('--rate', '20', '--sites', '4', '--paths', '4', '--flows', '4')
first = client(fleet, 'admin')
tap.ok(wait(lambda: all('state' in first.api(f'STREAM.INFO.{stream}') for stream in TARGETS) and
            'config' in first.api('CONSUMER.INFO.AGGREGATE_EVENTS.aggregate-tenant-acme'), 60), 'streams, buckets and consumers are there')
check_answers(fleet, first)
check_requests(fleet, first)
check_deliveries(fleet, first)
check_streams(fleet)
check_lab(fleet)
check_one_tenant(fleet, first)
fleet.stop()
check_before()
tap.done()
