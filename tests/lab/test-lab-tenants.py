# SPDX-License-Identifier: GPL-3.0-or-later
"""Tenants over HTTP: what a tenant must be, its states, who sees it, and that its placement is what the buckets say."""
from lab import Lab, Tap, WebSocket, temporary

tap = Tap()
folder = temporary()
lab = Lab('--no-nats', '--rate', '0', state=folder.name)
lab.login()
BASE = '/admin/v1/tenants'


def seq():
    return lab.get('/api/v1/sites?limit=1').json['as_of_seq']


def events_after(number):
    return [e for e in lab.get(f'/api/v1/events?after={number}').json['items'] if e['type'].startswith('tenant_')]


# --- what there is
tenants, _ = lab.all(BASE, 3)
tap.ok({'tenant-acme', 'tenant-globex', 'tenant-initech', 'tenant-umbrella'} <= {t['id'] for t in tenants}, 'those that the buckets know')
acme = lab.get(BASE + '/tenant-acme').json
tap.ok(set(acme['placement']) == {'aggregate', 'projection', 'runner'}, 'each kind of service has its place', [str(acme)])
tap.ok(lab.get(BASE + '/tenant-acme').headers['etag'] == f'"{acme["revision"]}"', 'it has its ETag')
tap.ok([t['id'] for t in lab.all(BASE + '?plan=free')[0]] == ['tenant-umbrella'], 'by plan')
tap.ok([t['id'] for t in lab.all(BASE + '?status=active&q=initech')[0]] == ['tenant-initech'], 'by state and text')

# --- creating
mine = {'id': 'tenant-hooli', 'name': 'Hooli', 'plan': 'team', 'quotas': {'users': 3}, 'flags': {'beta': False},
        'contacts': [{'name': 'Gavin', 'email': 'gavin@hooli.example', 'role': 'owner'}]}
before = seq()
dry = lab.call('POST', BASE + '?dry_run=true', mine)
tap.ok(dry.status == 200 and dry.json['plan'] and lab.get(BASE + '/tenant-hooli').status == 404, 'a dry run creates nothing', [str(dry.body)])
made = lab.call('POST', BASE, {**mine, 'status': 'archived', 'kill_switch': True, 'placement': {'runner': 'shard-9'}}, {'Idempotency-Key': 'k1'})
tap.ok(made.status == 201 and made.json['status'] == 'provisioning' and made.json['kill_switch'] is False and
       made.json['placement']['runner'] is None and made.json['quotas'] == {'users': 3}, 'what is the lab\'s to say is not the client\'s', [str(made.body)])
again = lab.call('POST', BASE, {**mine, 'status': 'archived', 'kill_switch': True, 'placement': {'runner': 'shard-9'}}, {'Idempotency-Key': 'k1'})
tap.ok(again.json == made.json and lab.call('POST', BASE, mine).status == 409, 'once, whatever comes twice')
told = events_after(before)
tap.ok([e['type'] for e in told] == ['tenant_created'] and told[0]['data']['tenant'] == made.json, 'an event tells of it')
for change, pointer in (({'name': ''}, '/name'), ({'plan': 7}, '/plan'), ({'quotas': {'users': -1}}, '/quotas'), ({'quotas': {'users': 'many'}}, '/quotas'),
                        ({'flags': {'beta': 1}}, '/flags'), ({'contacts': [{}]}, '/contacts/0'), ({'id': 'a.b'}, '/id'), ({'id': 'a b'}, '/id'),
                        ({'contacts': [{'name': 'x', 'email': 'nobody'}]}, '/contacts/0'), ({'contacts': {}}, '/contacts')):
    answer = lab.call('POST', BASE, {**mine, 'id': 'tenant-x', **change})
    tap.ok(answer.status == 422 and answer.json['errors'][0]['pointer'] == pointer, f'{change}: {pointer} is pointed at', [str(answer.body)])

# --- changing
where = made.headers['location']
tap.ok(lab.call('PATCH', where, {'plan': 'free'}).status == 428, 'a change without If-Match: 428')
changed = lab.call('PATCH', where, {'plan': 'free', 'quotas': {'users': None, 'storage_gb': 5}, 'status': 'active', 'kill_switch': True},
                   {'If-Match': made.headers['etag']})
tap.ok(changed.status == 200 and changed.json['plan'] == 'free' and changed.json['quotas'] == {'storage_gb': 5} and
       changed.json['status'] == 'provisioning' and changed.json['kill_switch'] is False and changed.json['contacts'] == made.json['contacts'],
       'a part is changed, the rest stays', [str(changed.body)])
stale = lab.call('PATCH', where, {'plan': 'team'}, {'If-Match': made.headers['etag']})
tap.ok(stale.status == 412 and stale.json == changed.json, 'a stale change: 412 with what is there now')

# --- states
globex = BASE + '/tenant-globex'
tap.ok(lab.call('POST', globex + '/suspend', {}).status == 422, 'suspending needs a reason')
plan = lab.call('POST', globex + '/archive?dry_run=true', {})
tap.ok(plan.status == 200 and [b['code'] for b in plan.json['blockers']] == ['not_suspended'], 'a plan says what stands against it', [str(plan.body)])
tap.ok(lab.call('POST', globex + '/archive', {'reason': 'over'}).status == 409, 'and it does')
tap.ok(lab.call('POST', globex + '/suspend', {'reason': 'unpaid'}, {'If-Match': '"99"'}).status == 412, 'not over what was not seen')
before = seq()
paused = lab.call('POST', globex + '/suspend', {'reason': 'unpaid'})
tap.ok(paused.status == 200 and paused.json['status'] == 'suspended' and paused.json['revision'] == 2, 'suspended', [str(paused.body)])
tap.ok(lab.call('POST', globex + '/suspend', {'reason': 'again'}).json == paused.json, 'what is so already stays so')
told = events_after(before)
tap.ok(len(told) == 1 and told[0]['data']['reason'] == 'unpaid' and told[0]['data']['by'] == 'admin', 'who and why is told, once')
tap.ok(lab.call('POST', globex + '/resume', {'reason': 'paid'}).json['status'] == 'active', 'resumed')
killed = lab.call('POST', globex + '/kill-switch', {'enabled': True, 'reason': 'it floods'})
tap.ok(killed.status == 200 and killed.json['kill_switch'] is True and killed.json['status'] == 'active', 'the kill switch is on')
tap.ok(lab.call('POST', globex + '/kill-switch', {'enabled': 'yes', 'reason': 'x'}).status == 422, 'true or false')
lab.call('POST', where + '/suspend', {'reason': 'a mistake'})
gone = lab.call('POST', where + '/archive', {'reason': 'a mistake'})
tap.ok(gone.status == 200 and gone.json['status'] == 'archived', 'archived')
tap.ok(lab.call('POST', where + '/resume', {'reason': 'no'}).status == 409 and
       lab.call('POST', where + '/kill-switch', {'enabled': True, 'reason': 'no'}).status == 409, 'and that is the end of it')
tap.ok(lab.get(BASE + '/nobody').status == 404 and lab.call('POST', BASE + '/nobody/suspend', {'reason': 'x'}).status == 404, 'no such tenant: 404')

# --- who may
for role, action, body, may in (('operator', 'suspend', {'reason': 'x'}, True), ('operator', 'archive', {'reason': 'x'}, False),
                                ('break-glass', 'kill-switch', {'enabled': True, 'reason': 'x'}, True), ('viewer', 'kill-switch', {'enabled': True, 'reason': 'x'}, False),
                                ('viewer', 'suspend', {'reason': 'x'}, False), ('developer', 'resume', {'reason': 'x'}, False)):
    lab.token = None
    lab.login(role)
    answer = lab.call('POST', f'{BASE}/tenant-initech/{action}', body)
    tap.ok((answer.status == 200) == may and (may or answer.status == 403), f'{role} {"may" if may else "may not"} {action}', [str(answer.body)])
lab.token = None
lab.login('support')
tap.ok([t['id'] for t in lab.all(BASE)[0]] == ['tenant-acme'] and lab.get(BASE + '/tenant-globex').status == 404 and
       lab.get(BASE + '/tenant-acme').status == 200, 'who looks after one tenant sees that one')

page = lab.get('/api/v1/events?after=0&limit=1000').json
about = [e['data'].get('tenant_id') for e in page['items'] if e['type'].startswith('tenant_')]
tap.ok([e['seq'] for e in page['items']] == list(range(1, page['as_of_seq'] + 1)), 'who looks after one tenant has every event\'s number', [str(page)[:400]])
hidden = [e for e in page['items'] if e['type'] == 'withheld']
tap.ok(set(about) <= {'tenant-acme'} and len(hidden) >= 8 and all(e['data'] == {} and e['id'] and e['at'] for e in hidden) and 'globex' not in str(page),
       'and of those about others nothing but that', [str(page)[:400]])
tap.ok(lab.get('/api/v1/events?after=0&limit=1000&q=globex').json['items'] == [], 'nor finds them')
scoped = WebSocket(lab, '/ws/events?after=0')
heard = scoped.take(page['as_of_seq'])
scoped.close()
tap.ok([(e['seq'], e['type']) for e in heard] == [(e['seq'], e['type']) for e in page['items']] and 'globex' not in str(heard), 'the WebSocket tells the same')
stream = lab.dial()
stream.sendall(f'GET /api/v1/events/stream HTTP/1.1\r\nHost: lab\r\nAuthorization: Bearer {lab.token}\r\nLast-Event-ID: 0\r\n\r\n'.encode())
data = b''
while data.count(b'\ndata: ') < page['as_of_seq']:
    data += stream.recv(65536)
stream.close()
tap.ok(b'event: withheld' in data and b'globex' not in data, 'and server-sent events')

# --- kept
lab.kill()
lab.start()
lab.token = None
lab.login()
tap.ok('globex' in str(lab.get('/api/v1/events?after=0&limit=1000').json), 'who sees all is told all')
lab.token = None
lab.login('support')
tap.ok('globex' not in str(lab.get('/api/v1/events?after=0&limit=1000').json), 'what was kept is kept from others, too')
lab.token = None
lab.login()
tap.ok(lab.get(globex).json['kill_switch'] is True and lab.get(where).json['status'] == 'archived', 'what was done outlives kill -9')
lab.stop()
tap.done()
