# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what in the lab's NATS, by its own protocol, past all of Quarterdeck: every role and every subject of docs/permissions.md, and what
takes work from shards or records from the audit."""
import json
import os
import shutil
import sys

from fleet import wait
from lab import SOURCE, Lab, Tap
from nats_text import Nats

tap = Tap()
# These may do all, but for one thing.
ALL = ('admin', 'owner', 'break-glass')
LOOK = ('EVENTS', 'JOBS', 'KV_AGGREGATE_PLACEMENT', 'KV_RUNNER_PLACEMENT', 'KV_PROJECTION_PLACEMENT', 'KV_CONFIG', 'KV_DEFINITIONS', 'KV_JOB_LEASES',
        'KV_SHARDS', 'KV_SHARD_STATE')
# Who looks after one tenant is kept from what is about others.
KEPT = (('support', 'EVENTS'), ('support', 'KV_SHARDS'), ('support', 'KV_SHARD_STATE'))
WORK = ('AGGREGATE_EVENTS', 'WORKFLOW_COMMANDS', 'WORKFLOW_EVENTS')


def client(lab, role):
    """One that waits longer: a consumer is made on a disk that others write to as well."""
    nats = Nats(lab, role)
    nats.socket.settimeout(30)
    return nats


def table(begins):
    """A table of the page: its rows, the first the titles."""
    rows = []
    for line in open(os.path.join(SOURCE, 'docs', 'permissions.md'), encoding='utf-8'):
        if rows and not line.startswith('|'):
            break
        if (rows or line.startswith(begins)) and not set(line.strip()) <= set('|- '):
            rows.append([cell.strip().strip('`') for cell in line.strip().strip('|').split('|')])
    return rows


def refused(nats, subject, body='', headers=None):
    """Whether the server itself says no to the subject: nothing of JetStream is asked then."""
    try:
        word, text = nats.request(subject, body, headers)
    except TimeoutError:
        return False
    return word == '-ERR' and 'Permissions Violation' in text


def check_subjects(lab, roles, held):
    """Each row for each role, as the page has it. What is allowed is answered, or nobody listens: either is no refusal."""
    subjects, wrong, told = {}, [], 0
    for subject, _, permission in table('| subject |')[1:]:
        subjects.setdefault(subject, []).append(permission)
    for role in roles:
        nats = client(lab, role)
        for subject, permissions in subjects.items():
            may = role in ALL or any(not p or (role, p) in held for p in permissions)
            # A revision that no stream has: it is not stored.
            no = refused(nats, subject.replace('>', 'x.aggregate.y.z').replace('*', 'x'), '{}', {'Nats-Expected-Stream': 'none'})
            told += no
            if no == may:
                wrong.append(f'{role} {subject}: {"refused" if no else "taken"}')
        nats.close()
    tap.ok(not wrong and told > 30, f'each role publishes what the page says, {told} refusals', wrong)


def forbidden(stream, consumer):
    """What would take messages from who works on a stream, or end it."""
    config = {'durable_name': consumer, 'ack_policy': 'explicit'}
    for subject, body in ((f'CONSUMER.DELETE.{stream}.{consumer}', ''), (f'CONSUMER.MSG.NEXT.{stream}.{consumer}', '1'),
                          (f'CONSUMER.CREATE.{stream}', json.dumps({'stream_name': stream, 'config': {'name': consumer, 'ack_policy': 'none'}})),
                          (f'CONSUMER.CREATE.{stream}.{consumer}', json.dumps({'stream_name': stream, 'config': config})),
                          (f'CONSUMER.DURABLE.CREATE.{stream}.{consumer}', json.dumps({'stream_name': stream, 'config': config})),
                          (f'CONSUMER.NAMES.{stream}', ''), (f'CONSUMER.LIST.{stream}', ''), (f'CONSUMER.PAUSE.{stream}.{consumer}', '{}')):
        yield '$JS.API.' + subject, body
    yield f'$JS.ACK.{stream}.{consumer}.1.1.1.1.0', '+ACK'


def ending(stream):
    for what in ('DELETE', 'PURGE', 'UPDATE', 'MSG.DELETE'):
        yield f'$JS.API.STREAM.{what}.{stream}', '{"seq":1}'


def consumers(lab, stream):
    admin = client(lab, 'admin')
    found = {c['name']: c['config'] for c in admin.api(f'CONSUMER.LIST.{stream}', {})['consumers']}
    admin.close()
    return found


def check_work(lab, roles):
    """Who only looks takes nothing from shards."""
    before = {stream: consumers(lab, stream) for stream in WORK}
    wrong = []
    for role in (r for r in roles if r not in ALL):
        nats = client(lab, role)
        for stream in WORK:
            for subject, body in (*forbidden(stream, next(iter(before[stream]), 'none')), *ending(stream)):
                if not refused(nats, subject, body):
                    wrong.append(f'{role} {subject}')
        for stream in LOOK:
            for subject, body in (*ending(stream), (f'$JS.API.STREAM.CREATE.{stream}X', '{}'), (f'$JS.API.CONSUMER.NAMES.{stream}', '')):
                if not refused(nats, subject, body):
                    wrong.append(f'{role} {subject}')
        for bucket in ('SHARDS', 'SHARD_STATE'):
            if not refused(nats, f'$KV.{bucket}.x', '{}', {'Nats-Expected-Stream': 'none'}):
                wrong.append(f'{role} writes {bucket}')
        nats.close()
    tap.ok(not wrong, 'who only looks takes no work from shards, ends no stream, and says nothing for a shard', wrong)
    tap.ok(all(before[stream].items() <= consumers(lab, stream).items() for stream in WORK), 'the consumers of shards are as they were')


def reads(nats, stream):
    """As Quarterdeck reads: by a consumer of one's own that is made, asked and ended."""
    made = nats.api(f'CONSUMER.CREATE.{stream}', {'stream_name': stream, 'config': {'ack_policy': 'none', 'deliver_policy': 'all', 'mem_storage': True}})
    if 'name' not in made:
        return False
    # What comes has the subject it was stored under, not the inbox's.
    body = '{"batch":1,"no_wait":true}'
    nats.send(f'SUB {nats.inbox}.{made["name"]} 8\r\nUNSUB 8 1\r\nPUB $JS.API.CONSUMER.MSG.NEXT.{stream}.{made["name"]} {nats.inbox}.{made["name"]} {len(body)}\r\n{body}')
    asked = nats.message()
    ended = nats.api(f'CONSUMER.DELETE.{stream}.{made["name"]}')
    return asked[0] != '-ERR' and ended.get('success') is True


def check_reading(lab, roles, held):
    wrong = []
    for role in roles:
        nats = client(lab, role)
        wrong += [f'{role} does not read {stream}' for stream in LOOK if (role, stream) not in KEPT and not reads(nats, stream)]
        wrong += [f'{role} makes a consumer of {stream}' for of, stream in KEPT if of == role and not refused(nats, f'$JS.API.CONSUMER.CREATE.{stream}', '{}')]
        wrong += [f'{role} does not look at {stream}' for stream in WORK if 'state' not in nats.api(f'STREAM.INFO.{stream}')]
        may = role in ALL or (role, 'audit.view') in held
        nats.request('audit.desk-' + role, '{}')
        if may and not reads(nats, 'AUDIT') or not may and not refused(nats, '$JS.API.CONSUMER.CREATE.AUDIT', '{}'):
            wrong.append(f'{role}: the audit')
        # It is read, and heard by nobody. Who may not is told so before the next answer.
        nats.send('SUB audit.> 7')
        if role not in ALL and nats.request('$JS.API.STREAM.INFO.AUDIT')[0] != '-ERR':
            wrong.append(f'{role} hears of the audit')
        nats.close()
    tap.ok(not wrong, 'every role reads what it may, and the audit who has audit.view', wrong)


def readings(desk):
    """Each way in which a record could be read."""
    create = json.dumps({'stream_name': 'AUDIT', 'config': {'ack_policy': 'none', 'filter_subject': f'audit.{desk}'}})
    push = json.dumps({'stream_name': 'AUDIT', 'config': {'ack_policy': 'none', 'deliver_subject': 'fleet.mine', 'durable_name': 'mine'}})
    yield from (('$JS.API.' + subject, body) for subject, body in (
        ('STREAM.MSG.GET.AUDIT', '{"seq":1}'), ('STREAM.MSG.GET.AUDIT', f'{{"last_by_subj":"audit.{desk}"}}'), ('DIRECT.GET.AUDIT', '{"seq":1}'),
        ('DIRECT.GET.AUDIT', f'{{"last_by_subj":"audit.{desk}"}}'), ('DIRECT.GET.AUDIT', '{"multi_last":["audit.>"],"batch":9}'), (f'DIRECT.GET.AUDIT.audit.{desk}', ''),
        ('CONSUMER.CREATE.AUDIT', create), ('CONSUMER.CREATE.AUDIT', push), (f'CONSUMER.CREATE.AUDIT.mine.audit.{desk}', create), ('CONSUMER.CREATE.AUDIT.mine', create),
        ('CONSUMER.DURABLE.CREATE.AUDIT.mine', push), ('CONSUMER.MSG.NEXT.AUDIT.mine', '1'), ('STREAM.SNAPSHOT.AUDIT', '{"deliver_subject":"fleet.mine"}'),
        ('STREAM.CREATE.MINE', '{"name":"MINE","sources":[{"name":"AUDIT"}]}'), ('STREAM.CREATE.MINE', '{"name":"MINE","mirror":{"name":"AUDIT"}}'),
        ('STREAM.UPDATE.EVENTS', '{"name":"EVENTS","sources":[{"name":"AUDIT"}]}')))


def check_records(lab, roles, held):
    """Without audit.view no record is read on any path; how long a desk's chain is, is told."""
    admin, wrong = client(lab, 'admin'), []
    admin.request('audit.desk-one', '{"n":1}')
    admin.request('audit.anchor.desk-one', '{"desk":"desk-one","n":1,"hash":"00"}')
    for role in (r for r in roles if r not in ALL):
        nats, may = client(lab, role), (role, 'audit.view') in held
        if not may:
            wrong += [f'{role} reads a record by {subject} {body}' for subject, body in readings('desk-one') if not refused(nats, subject, body)]
        got = nats.request('$JS.API.DIRECT.GET.AUDIT.audit.desk-one')[1]
        if may and got != b'{"n":1}':
            wrong.append(f'{role} does not read a record: {got}')
        anchor = nats.request('$JS.API.DIRECT.GET.AUDIT.audit.anchor.desk-one')[1]
        if b'"n":1' not in (anchor if isinstance(anchor, bytes) else b''):
            wrong.append(f'{role} is not told of an anchor: {anchor}')
        nats.close()
    tap.ok(not wrong, 'no record is read without audit.view, on no path', wrong)


def check_inboxes(lab, roles):
    """Answers are heard by whom they are for, and by nobody else."""
    wrong = []
    for role in roles:
        nats = client(lab, role)
        for other in (r for r in roles if r != role):
            nats.send(f'SUB _INBOX.{other}.> 70')
            if nats.request('$JS.API.STREAM.INFO.EVENTS')[0] != '-ERR':
                wrong.append(f'{role} listens to the answers for {other}')
        nats.close()
        # What asks for more than one's own is refused, or hears nothing of the others'.
        nats, other = client(lab, role), client(lab, 'viewer' if role != 'viewer' else 'operator')
        nats.send('SUB _INBOX.> 71')
        nats.request('$JS.API.STREAM.INFO.EVENTS')
        other.api('STREAM.INFO.EVENTS')
        lines = nats.said()
        wrong += [f'{role} hears {line}' for line in lines if other.inbox + '.' in line]
        nats.close()
        other.close()
    tap.ok(not wrong, 'answers are heard by whom they are for', wrong)


def check_tenant(lab):
    """What is kept per tenant is told of one's own."""
    nats, admin = client(lab, 'support'), client(lab, 'admin')
    tap.ok(wait(lambda: admin.get('SHARD_STATE', 'aggregate.tenant-acme')[1] is not None, 60), 'there is something of the tenant')
    got = nats.request('$JS.API.DIRECT.GET.KV_SHARD_STATE.$KV.SHARD_STATE.aggregate.tenant-acme')
    tap.ok(got[0] != '-ERR' and b'"count"' in got[1], 'support reads what was processed of its tenant', [str(got)])
    wrong = [subject for subject, body in (('$JS.API.DIRECT.GET.KV_SHARD_STATE.$KV.SHARD_STATE.aggregate.tenant-globex', ''), ('$JS.API.DIRECT.GET.KV_SHARD_STATE', '{"seq":1}'),
                                           ('$JS.API.STREAM.MSG.GET.KV_SHARD_STATE', '{"seq":1}'), ('$JS.API.STREAM.MSG.GET.KV_SHARDS', '{"seq":1}'),
                                           ('$JS.API.DIRECT.GET.KV_SHARDS', '{"seq":1}')) if not refused(nats, subject, body)]
    nats.send('SUB $KV.> 9')
    if nats.request('$JS.API.STREAM.INFO.EVENTS')[0] != '-ERR':
        wrong.append('it hears buckets')
    tap.ok(not wrong, 'and nothing of others', wrong)


def check_audit(lab, roles):
    wrong = [f'{role} {subject}' for role in roles for subject, body in ending('AUDIT') if not refused(client(lab, role), subject, body)]
    tap.ok(not wrong, 'nobody takes anything out of the audit', wrong)


if not (shutil.which('nats-server') or os.path.exists('/usr/sbin/nats-server')):
    tap.skip('nats-server', 'it is not installed')
    tap.done()
    sys.exit(0)
fleet = Lab('--rate', '20', '--sites', '4', '--paths', '4', '--flows', '4')
titles, *rows = table('| permission |')
granted = {(role, row[0]) for row in rows for role, cell in zip(titles[2:], row[2:]) if cell == 'yes'}
admin = client(fleet, 'admin')
tap.ok(wait(lambda: all('state' in admin.api(f'STREAM.INFO.{stream}') for stream in (*LOOK, *WORK, 'AUDIT')) and
            all(consumers(fleet, stream) for stream in WORK[:2]), 60), 'streams, buckets and consumers are there')
check_subjects(fleet, titles[2:], granted)
check_work(fleet, titles[2:])
check_reading(fleet, titles[2:], granted)
check_audit(fleet, titles[2:])
check_records(fleet, titles[2:], granted)
check_inboxes(fleet, titles[2:])
check_tenant(fleet)
fleet.stop()
tap.done()
