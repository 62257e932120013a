# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's HTTP: signing in, lists, edits, jobs, refusals and hostile input."""
import os
import socket
import ssl
import stat
import subprocess
import time
import urllib.error
import urllib.request

from lab import PROGRAM, Lab, Tap

tap = Tap()
lab = Lab('--no-nats', '--sites', '300', '--paths', '1300', '--flows', '2500', '--seed', '4')
print(f'# started in {lab.took * 1000:.0f} ms')

tap.ok(stat.S_IMODE(os.stat(lab.ready['credentials']).st_mode) == 0o600, 'the credentials file is for its owner alone')
secrets = [u['password'] for u in lab.credentials['users']] + [lab.credentials['scrape_token']]
tap.ok(not any(s in str(lab.ready) for s in secrets), 'the ready line holds no secret')
tap.ok(len(lab.credentials['users']) == 9, 'a user for each role')

# --- signing in
tap.ok(lab.get('/api/v1/sites').status == 401, 'no token, no list')
wrong = lab.call('POST', '/api/v1/auth/login', {'username': 'admin', 'password': 'wrong'})
unknown = lab.call('POST', '/api/v1/auth/login', {'username': 'nobody', 'password': 'wrong'})
tap.ok(wrong.status == unknown.status == 401 and wrong.json == unknown.json, 'a wrong name looks like a wrong password')
first = lab.login()
tap.ok(first['token_type'] == 'Bearer' and first['expires_in'] > 0 and first['user']['role'] == 'admin', 'login answers with tokens and the user')
by_mail = lab.call('POST', '/api/v1/auth/login', {'email': first['user']['email'], 'password': lab.password('admin')})
tap.ok(by_mail.status == 200, 'the address will do for the name')
second = lab.call('POST', '/api/v1/auth/refresh', {'refresh_token': by_mail.json['refresh_token']}).json
tap.ok(second['access_token'] != by_mail.json['access_token'] and second['refresh_token'] != by_mail.json['refresh_token'],
       'refreshing rotates both')
again = lab.call('POST', '/api/v1/auth/refresh', {'refresh_token': by_mail.json['refresh_token']})
tap.ok(again.status == 401 and lab.get('/api/v1/auth/me', token=second['access_token']).status == 401,
       'a refresh token that comes twice ends its session')
third = lab.call('POST', '/api/v1/auth/login', {'username': 'viewer', 'password': lab.password('viewer')}).json
lab.call('POST', '/api/v1/auth/logout', token=third['access_token'])
tap.ok(lab.get('/api/v1/auth/me', token=third['access_token']).status == 401 and
       lab.call('POST', '/api/v1/auth/refresh', {'refresh_token': third['refresh_token']}).status == 401, 'signing out revokes')
tap.ok(lab.get('/metrics', token=lab.credentials['scrape_token']).status == 200 and
       lab.get('/api/v1/sites', token=lab.credentials['scrape_token']).status == 401, 'the scrape token opens /metrics alone')

# --- lists
for path, total in (('/api/v1/sites', 300), ('/api/v1/paths', 1300), ('/api/v1/flows', 2500), ('/api/v1/nodes', 79)):
    items, page = lab.all(path, 97)
    tap.ok(len(items) == total == page['total'] and len({i['id'] for i in items}) >= total - 2, f'{path}: page by page to the end',
           [f'{len(items)} items, {len({i["id"] for i in items})} different, total {page["total"]}'])
    tap.ok(page['epoch'] == lab.ready['epoch'] and isinstance(page['as_of_seq'], int), f'{path}: says as of when')
names = [s['name'] for s in lab.all('/api/v1/sites?sort=name', 50)[0]]
tap.ok(names == sorted(names), 'sorted over pages')
names = [s['name'] for s in lab.all('/api/v1/sites?sort=-name', 50)[0]]
tap.ok(names == sorted(names, reverse=True), 'sorted backwards')
tap.ok(all('zurich' in (s['name'] + s['location']['label']).lower() for s in lab.all('/api/v1/sites?q=zurich')[0]), 'q= looks in the text')
blocked = lab.all('/api/v1/flows?status=blocked&port=22')[0]
tap.ok(blocked and all(f['status'] == 'blocked' and 22 in (f['src_port'], f['dst_port']) for f in blocked), 'flows by status and port')
flow = next(f for f in lab.all('/api/v1/flows')[0] if f['status'] == 'active')
same = lab.all(f'/api/v1/flows?ip={flow["src_ip"]}&protocol={flow["protocol"]}&path={flow["path_id"]}&policy={flow["policy_id"]}')[0]
tap.ok(any(f['id'] == flow['id'] for f in same), 'flows by address, protocol, path and policy')
for bad in ('limit=0', 'limit=x', 'sort=nothing', 'cursor=!', 'cursor=zzzzzzzzzzzzzzzz.1'):
    answer = lab.get('/api/v1/sites?' + bad)
    tap.ok(answer.status == 400 and answer.headers['content-type'] == 'application/problem+json', f'{bad}: refused')

# --- edits
site = lab.get('/api/v1/sites/site-0042')
tag = site.headers['etag']
tap.ok(lab.call('PATCH', '/api/v1/sites/site-0042', {'name': 'x'}).status == 428, 'an edit without If-Match: 428')
stale = lab.call('PATCH', '/api/v1/sites/site-0042', {'name': 'x'}, {'If-Match': '"12345"'})
tap.ok(stale.status == 412 and stale.json['id'] == 'site-0042', 'a stale edit: 412 with what is there now')
plan = lab.call('PATCH', '/api/v1/sites/site-0042?dry_run=true', {'name': 'x'}, {'If-Match': tag})
tap.ok(plan.status == 200 and plan.json['plan'] and lab.get('/api/v1/sites/site-0042').headers['etag'] == tag, 'a dry run changes nothing')
done = lab.call('PATCH', '/api/v1/sites/site-0042', {'name': 'renamed', 'labels': {'a': 'b'}}, {'If-Match': tag})
tap.ok(done.status == 200 and done.json['name'] == 'renamed' and done.json['revision'] > site.json['revision'], 'an edit counts the revision up')
tag = done.headers['etag']
tap.ok(lab.call('DELETE', '/api/v1/sites/site-0042', headers={'If-Match': tag}).status == 422, 'removing needs a reason')
gone = lab.call('DELETE', '/api/v1/sites/site-0042', {'reason': 'closed'}, {'If-Match': tag})
tap.ok(gone.status == 200 and lab.get('/api/v1/sites/site-0042').status == 404, 'removed')
touching = [p for p in lab.all('/api/v1/paths')[0] if 'site-0042' in (p['src_site'], p['dst_site'])]
tap.ok(not touching, 'its paths are gone with it')
back = lab.call('POST', '/api/v1/sites', done.json)
tap.ok(back.status == 201 and lab.get('/api/v1/sites/site-0042').json['labels'] == {'a': 'b'} and
       any('site-0042' in (p['src_site'], p['dst_site']) for p in lab.all('/api/v1/paths')[0]), 'registering it again undoes that')
for body, pointer in (({}, '/name'), ({'name': 7}, '/name'), ({'name': 'x', 'kind': 'moon'}, '/kind'),
                      ({'name': 'x', 'location': {'lat': 91, 'lon': 0}}, '/location'), ({'name': 'x', 'labels': {'a': 1}}, '/labels'),
                      ({'name': 'x', 'endpoints': [{}]}, '/endpoints/0/address'), ({'name': 'x', 'id': 'a/b'}, '/id')):
    answer = lab.call('POST', '/api/v1/sites', body)
    tap.ok(answer.status == 422 and answer.json['errors'][0]['pointer'] == pointer, f'{pointer} is pointed at', [str(answer.body)])

# --- idempotency
key = {'Idempotency-Key': 'k1'}
one = lab.call('POST', '/api/v1/sites', {'name': 'once'}, key)
two = lab.call('POST', '/api/v1/sites', {'name': 'once'}, key)
tap.ok(one.status == two.status == 201 and one.json == two.json, 'the same key and body: the same answer')
tap.ok(lab.call('POST', '/api/v1/sites', {'name': 'twice'}, key).status == 422, 'the same key and another body: 422')

# --- roles
lab.token, admin = None, lab.token
lab.login('operator')
tag = lab.get('/api/v1/sites/site-0007').headers['etag']
tap.ok(lab.call('DELETE', '/api/v1/sites/site-0007', {'reason': 'x'}, {'If-Match': tag}).status == 403, 'an operator removes nothing')
lab.login('viewer')
tap.ok(lab.call('POST', '/api/v1/sites', {'name': 'x'}).status == 403 and lab.get('/api/v1/sites').status == 200, 'a viewer views')
lab.token = admin

# --- jobs
up = next(p for p in lab.all('/api/v1/paths?status=up')[0] if p['backup_path'])
started = lab.call('POST', f'/api/v1/paths/{up["id"]}/test', {'reason': 'a look'}, {'Idempotency-Key': 'k2'})
tap.ok(started.status == 202, 'a test is a job')


def wait_for(job_id):
    for _ in range(200):
        job = lab.get('/admin/v1/jobs/' + job_id).json
        if job['state'] in ('succeeded', 'failed', 'cancelled'):
            return job
        time.sleep(0.05)
    return job


job = wait_for(started.json['job_id'])
tap.ok(job['state'] == 'succeeded' and job['progress'] == 1 and job['reason'] == 'a look' and all(s['ended_at'] for s in job['steps']),
       'it ends well', [str(job)])
moved = wait_for(lab.call('POST', f'/api/v1/paths/{up["id"]}/failover', {'reason': 'try'}).json['job_id'])
tap.ok(moved['state'] == 'succeeded' and lab.get('/api/v1/paths/' + up['id']).json['failed_over'] is True, 'a failover moves the flows', [str(moved)])
stopped = lab.call('POST', f'/api/v1/paths/{up["id"]}/test', {}).json['job_id']
tap.ok(lab.call('POST', f'/admin/v1/jobs/{stopped}/cancel', {}).json['state'] == 'cancelled', 'a job can be cancelled')
flow = next(f for f in lab.all('/api/v1/flows')[0] if f['status'] == 'active')
tap.ok(lab.call('DELETE', '/api/v1/flows/' + flow['id']).status in (200, 404), 'a flow is decided anew without If-Match')

# --- history
points = lab.get(f'/api/v1/paths/{up["id"]}/metrics?duration=1h&step=5m').json['points']
tap.ok(len(points) == 13 and points[0]['latency_ms'] is not None, 'an hour of history in steps')
tap.ok(lab.get('/api/v1/paths/x/metrics').status == 404 and lab.get(f'/api/v1/paths/{up["id"]}/metrics?from=x').status == 400, 'and refusals')

# --- hostile input
for raw in ('{', '[1,', '\x00', '{"name":"' + 'x' * 200, '[' * 100000, '"\\ud800"', 'nul'):
    answer = lab.call('POST', '/api/v1/sites', raw=raw)
    tap.ok(answer.status in (400, 422) and answer.headers['content-type'] == 'application/problem+json', f'{raw[:12]!r}: a problem, not a crash',
           [str(answer.status)])
tap.ok(lab.call('POST', '/api/v1/sites', raw='[]').status == 400, 'a list where an object belongs')
tap.ok(lab.call('POST', '/api/v1/sites', raw='x', headers={'Content-Type': 'text/plain'}).status == 415, 'another type: 415')
try:
    large = lab.call('POST', '/api/v1/sites', raw='"' + 'x' * 3000000 + '"').status
except OSError:
    large = 'cut'
tap.ok(large in (413, 'cut'), 'three megabytes are refused', [str(large)])
for line in (b'GET / HTTP/9.9\r\n\r\n', b'\x16\x03\x01\x00\xa5', b'GET ' + b'/a' * 100000 + b' HTTP/1.1\r\n\r\n', b'GET /api/v1/sites/%00%ff HTTP/1.1\r\nHost: x\r\n\r\n',
             b'POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n'):
    s = lab.dial(2)
    try:
        s.sendall(line)
        s.recv(1000)
    except (TimeoutError, OSError):
        pass
    s.close()
hang = lab.dial()
hang.sendall(b'POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{')
hang.shutdown(socket.SHUT_RDWR)
answer = lab.get('/health')
tap.ok(answer.status == 200 and answer.json['status'] == 'healthy', 'still well after all that')
tap.ok(lab.call('PATCH', '/health').status == 405 and 'GET' in lab.call('PATCH', '/health').headers['allow'], 'a wrong method is told the right ones')

# --- faults
lab.token = admin


def fault(spec):
    return lab.call('POST', '/lab/v1/faults', {'spec': spec})


tap.ok(fault('nonsense').status == 422, 'a fault that is none: 422')
for spec, status in (('500', 500), ('429=7', 429), ('401', 401)):
    fault('/api/v1/sites:' + spec)
    answer = lab.get('/api/v1/sites')
    tap.ok(answer.status == status and answer.headers['content-type'] == 'application/problem+json', spec)
fault('/api/v1/sites:html')
tap.ok('text/html' in lab.get('/api/v1/sites').headers['content-type'], 'html')
fault('/api/v1/sites:big')
tap.ok(len(lab.get('/api/v1/sites').body) > 50000000, 'big')
fault('/api/v1/sites:delay=300')
begin = time.monotonic()
tap.ok(lab.get('/api/v1/sites').status == 200 and time.monotonic() - begin >= 0.3, 'delay')
for spec in ('close', 'truncate', 'stall', 'drop'):
    fault('/api/v1/sites:' + spec)
    try:
        lab.get('/api/v1/sites', timeout=0.5)
        broken = None
    except Exception as error:  # which one depends on how it breaks; that it breaks is the point
        broken = error
    tap.ok(broken is not None, f'{spec}: {type(broken).__name__}')
fault('/api/v1/paths:401,/api/v1/s?tes:500,/api/v1/sites:404')
lab.get('/api/v1/sites')
lab.get('/api/v1/sites')
lab.get('/api/v1/nodes')
tap.ok(lab.get('/lab/v1/faults').json['met'] == [0, 2, 0], 'each rule tells how often it was met')
fault('')
tap.ok(lab.get('/api/v1/sites').status == 200, 'and well again')

tap.ok(lab.stop() == 0, 'ends when asked')
tap.ok(not os.path.exists(os.path.dirname(lab.ready['credentials'])), 'and leaves no temporary folder')

strict = Lab('--no-nats', '--strict', '--rate', '0')
strict.login()
codes = [strict.get('/api/v1/auth/me') for _ in range(105)]
tap.ok([c.status for c in codes].count(200) == 100 and int(codes[-1].headers['retry-after']) > 0, '--strict: a hundred a minute, then 429 with Retry-After')
strict.stop()

# --- the password once more
careful = Lab('--no-nats', '--step-up', '1', '--rate', '0')
tokens = careful.login()
site = careful.get('/api/v1/sites?limit=1').json['items'][0]
target = f"/api/v1/sites/{site['id']}?reason=test"
match = {'If-Match': f'"{site["revision"]}"'}
time.sleep(2.1)
refused = careful.call('DELETE', target, headers=match)
tap.ok(refused.status == 401 and 'insufficient_user_authentication' in refused.headers['www-authenticate'] and
       'max_age=1' in refused.headers['www-authenticate'], '--step-up: deleting wants a fresh login')
tap.ok(careful.get('/api/v1/sites').status == 200, '--step-up: reading does not')
careful.token = careful.call('POST', '/api/v1/auth/refresh', {'refresh_token': tokens['refresh_token']}).json['access_token']
tap.ok(careful.call('DELETE', target, headers=match).status == 401, '--step-up: a refreshed token is no fresh login')
careful.login()
tap.ok(careful.call('DELETE', target, headers=match).status in (200, 202, 204), '--step-up: signed in once more, it is done')
careful.stop()

# --- TLS, and what is refused
secure = Lab('--no-nats', '--tls', '--rate', '0')
trusting = ssl.create_default_context(cafile=secure.ready['ca'])
with urllib.request.urlopen(secure.ready['http'] + '/health', context=trusting, timeout=5) as answer:
    tap.ok(secure.ready['http'].startswith('https:') and answer.status == 200, '--tls: who trusts the authority is served')
try:
    urllib.request.urlopen(secure.ready['http'] + '/health', timeout=5)
    refused = False
except urllib.error.URLError:
    refused = True
tap.ok(refused, 'and who does not trust it does not go on')
secure.kill()
for arguments in (['--address', '0.0.0.0'], ['--faults', 'x'], ['--load', 'no-such-file.graphml'], ['--sites', '0'], ['stray']):
    ended = subprocess.run([PROGRAM, '--no-nats', *arguments], capture_output=True, text=True, timeout=20)
    tap.ok(ended.returncode == 2 and ended.stderr and not ended.stdout, f'{" ".join(arguments)}: refused in words', [str(ended)])
left = os.path.dirname(secure.ready['credentials'])
last = Lab('--no-nats', '--rate', '0')
tap.ok(not os.path.exists(left), 'the folder of a lab that was killed is removed by the next')
last.stop()
tap.done()
