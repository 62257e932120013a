# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's streams and its memory: resuming without a gap, slow clients, kill -9, nats-server."""
import json
import os
import shutil
import signal
import struct
import time
import urllib.request

from lab import SLOWNESS, Lab, Tap, WebSocket, temporary
from nats_text import Nats

tap = Tap()


def incident(lab, **more):
    return lab.call('POST', '/lab/v1/incident', {'kind': 'fibre_cut', 'target': 'path-00001', **more})


def wait(condition, seconds=15):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if condition():
                return True
        except OSError:
            pass
        time.sleep(0.05)
    return False


def gap_free(events, after):
    return [e['seq'] for e in events] == list(range(after + 1, after + 1 + len(events)))


def check_events(lab):
    first = WebSocket(lab, '/ws/events?after=0')
    tap.ok(first.status == 101, 'the WebSocket opens')
    tap.ok(incident(lab).status == 201, 'an incident is caused')
    seq = lab.get('/api/v1/events?limit=1').json['as_of_seq']
    events = first.take(seq)
    tap.ok(seq > 3 and len(events) == seq and gap_free(events, 0), f'its {seq} events come over the WebSocket without a gap')
    tap.ok(all(set(e) >= {'epoch', 'seq', 'id', 'type', 'severity', 'at', 'source', 'data'} for e in events), 'each is whole')
    tap.ok(any(e['type'] == 'path_status_change' and e['data']['new_status'] in ('degraded', 'down') for e in events), 'paths degrade')
    first.close()
    lab.call('DELETE', '/lab/v1/incident')
    now = lab.get('/api/v1/events?limit=1').json['as_of_seq']
    second = WebSocket(lab, f'/ws/events?after={seq}', header=False)
    more = second.take(now - seq)
    tap.ok(now > seq and gap_free(more, seq) and len(more) == now - seq, 'a second connection resumes after the last seen')
    second.send(9, b'hello')
    tap.ok(second.frame() == (10, b'hello'), 'a ping is answered')
    second.send(8, b'\x03\xe8')
    tap.ok(second.frame()[0] == 8, 'a close is answered')
    second.close()
    replay = []
    after = 0
    while True:
        page = lab.get(f'/api/v1/events?after={after}&limit=7').json
        replay += page['items']
        if page['next'] is None:
            break
        after = int(page['next'])
    tap.ok([e['id'] for e in replay][:len(events) + len(more)] == [e['id'] for e in events + more], 'GET /api/v1/events replays the same')
    tap.ok(lab.get('/api/v1/events?after=999999').status == 410, 'a seq that is not ours yet: 410')
    tap.ok(lab.get('/api/v1/events?after=1&epoch=another').status == 410, 'another epoch: 410')
    tap.ok(WebSocket(lab, '/ws/events?after=999999').status == 410, 'and so on the WebSocket')
    tap.ok(lab.get('/ws/events').status == 426, 'a plain GET is told to upgrade')
    return events


def check_sse(lab, events):
    s = lab.dial(5)
    s.sendall(f'GET /api/v1/events/stream HTTP/1.1\r\nHost: lab\r\nAuthorization: Bearer {lab.token}\r\nLast-Event-ID: 2\r\n\r\n'.encode())
    data = b''
    while data.count(b'\ndata: ') < len(events) - 2:
        data += s.recv(65536)
    s.close()
    head, body = data.split(b'\r\n\r\n', 1)
    blocks = [dict(line.split(': ', 1) for line in block.split('\n') if ': ' in line) for block in body.decode().split('\n\n') if 'data: ' in block]
    ids = [int(b['id']) for b in blocks]
    tap.ok(b'text/event-stream' in head and ids == list(range(3, 3 + len(ids))), 'SSE goes on after Last-Event-ID')
    tap.ok([json.loads(b['data']) for b in blocks][:3] == events[2:5] and blocks[0]['event'] == events[2]['type'], 'with the same events')


def check_metrics(lab):
    stream = WebSocket(lab, '/ws/metrics')
    frames = stream.take(400)
    stream.close()
    paths = [f for f in frames if f['type'] == 'path_metric']
    nodes = [f for f in frames if f['type'] == 'node_metric']
    tap.ok(len(frames) == 400 and paths and nodes, 'metric frames of paths and nodes')
    want = {'latency_ms', 'jitter_ms', 'packet_loss_pct', 'bandwidth_mbps', 'capacity_mbps', 'score'}
    tap.ok(all(set(f['metrics']) >= want and {'timestamp', 'path_id', 'seq', 'sent_us', 'status'} <= set(f) for f in paths), 'a path frame is whole')
    want = {'cpu_pct', 'memory_pct', 'disk_pct', 'net_rx_bps', 'net_tx_bps', 'gpu'}
    tap.ok(all(set(f['metrics']) >= want for f in nodes), 'a node frame is whole')
    seen = {}
    rising = True
    for f in frames:
        key = f.get('path_id') or f['node_id']
        rising = rising and f['seq'] > seen.get(key, 0)
        seen[key] = f['seq']
    tap.ok(rising, "each entity's seq rises")
    stamps = sorted(f['sent_us'] for f in frames)
    gaps = sorted(b - a for a, b in zip(stamps, stamps[1:]))
    tap.ok(gaps[int(len(gaps) * 0.98)] < 60000, 'they leave evenly, not once a second', [f'98 of 100 gaps under {gaps[int(len(gaps) * 0.98)]} µs'])
    local = next(n for n in lab.all('/api/v1/nodes')[0] if not n['simulated'])
    tap.ok(local['cores'] == os.cpu_count() and local['metrics']['memory_pct'] > 0, 'one node is this machine')


def check_still(lab):
    """What the stream said last of each entity is what the lists say, once nothing moves."""
    stream = WebSocket(lab, '/ws/metrics', timeout=1)
    before = {i['id']: i for path in ('/api/v1/paths', '/api/v1/nodes') for i in lab.all(path)[0]}
    time.sleep(1)
    lab.call('POST', '/lab/v1/rate', {'rate': 0})
    last = {}
    for frame in stream.messages():
        last[frame.get('path_id') or frame['node_id']] = frame
    stream.close()
    after = {i['id']: i for path in ('/api/v1/paths', '/api/v1/nodes') for i in lab.all(path)[0]}
    wrong = [i for i, f in last.items() if f['seq'] != after[i]['metric_seq'] or
             any(after[i]['metrics'][k] != v for k, v in f['metrics'].items())]
    unheard = [i for i in after if i not in last and after[i]['metric_seq'] != before[i]['metric_seq']]
    tap.none(wrong, f'standing still, the lists say what the last frames of {len(last)} entities said')
    tap.none(unheard, 'and no frame was lost')
    lab.call('POST', '/lab/v1/rate', {'rate': 400})


def check_slow(lab):
    slow = WebSocket(lab, '/ws/metrics')
    time.sleep(3 * SLOWNESS)
    lagged = next((m for m in slow.messages() if m.get('type') == 'lagged'), None)
    tap.ok(lagged is not None and lagged['missed'] > 0 and lagged['seq'] > 0, 'a client that does not read is told what it missed',
           [str(lagged), f'the lab: {lab.process.poll()}, bytes left: {len(slow.data)}'])
    after = slow.take(5)
    tap.ok(len(after) == 5 and after[0]['type'].endswith('_metric'), 'and goes on')
    slow.close()


def check_kill(state):
    lab = Lab('--no-nats', '--sites', '50', '--seed', '9', state=state)
    tokens = lab.login()
    tag = lab.get('/api/v1/sites/site-0003').headers['etag']
    kept = lab.call('PATCH', '/api/v1/sites/site-0003', {'name': 'kept'}, {'If-Match': tag}).json
    made = lab.call('POST', '/api/v1/sites', {'name': 'made'}, {'Idempotency-Key': 'once'}).json
    tag = lab.get('/api/v1/sites/site-0005').headers['etag']
    lab.call('DELETE', '/api/v1/sites/site-0005', {'reason': 'test'}, {'If-Match': tag})
    incident(lab)
    job = lab.call('POST', '/api/v1/paths/path-00002/test', {}).json['job_id']
    rotated = lab.call('POST', '/api/v1/auth/refresh', {'refresh_token': tokens['refresh_token']}).json
    before = lab.get('/api/v1/events?after=0&limit=1000').json
    epoch, port = lab.ready['epoch'], lab.port
    lab.kill()
    lab.token = None
    lab.start()
    tap.ok(lab.ready['epoch'] == epoch and lab.port == port, 'after kill -9: the same epoch, the same port')
    fresh = lab.call('POST', '/api/v1/auth/refresh', {'refresh_token': rotated['refresh_token']})
    tap.ok(fresh.status == 200, 'the refresh token still works')
    tap.ok(lab.call('POST', '/api/v1/auth/refresh', {'refresh_token': tokens['refresh_token']}).status == 401, 'and the used one still does not')
    lab.login()
    site = lab.get('/api/v1/sites/site-0003').json
    tap.ok(site['name'] == 'kept' and site['revision'] > kept['revision'], 'the edit is there, at a higher revision')
    tap.ok(lab.get('/api/v1/sites/' + made['id']).json['name'] == 'made', 'the new site is there')
    tap.ok(lab.get('/api/v1/sites/site-0005').status == 404, 'the removed site is gone')
    again = lab.call('POST', '/api/v1/sites', {'name': 'made'}, {'Idempotency-Key': 'once'})
    tap.ok(again.json['id'] == made['id'], 'the idempotency key gives the same answer')
    tap.ok(wait(lambda: lab.get('/admin/v1/jobs/' + job).json['state'] in ('succeeded', 'failed')), 'the job that was running ends')
    after = lab.get('/api/v1/events?after=0&limit=1000').json
    tap.ok([e['id'] for e in after['items']][:len(before['items'])] == [e['id'] for e in before['items']] and gap_free(after['items'], 0),
           'every event that was seen is there, and seq goes on without a gap')
    lab.stop()


def monitor(lab, page):
    with urllib.request.urlopen(lab.ready['nats_monitor'] + page, timeout=2) as answer:
        return json.load(answer)


def nats_pid(lab):
    children = [int(p) for p in os.listdir('/proc') if p.isdigit()]
    for pid in children:
        try:
            fields = open(f'/proc/{pid}/stat').read().rsplit(')', 1)
            if int(fields[1].split()[1]) == lab.process.pid and 'nats-server' in fields[0] and fields[1].split()[0] != 'Z':
                return pid
        except OSError:
            pass
    return None


def check_nats_roles(lab):
    viewer = Nats(lab, 'viewer')
    viewer.send('SUB fleet.metrics.path.> 1')
    subject, body = viewer.message()
    frame = json.loads(body)
    tap.ok(subject == 'fleet.metrics.path.' + frame['path_id'] and frame['type'] == 'path_metric', 'a viewer hears the live subjects')
    other = Nats(lab, 'viewer')
    word, text = other.request('$KV.CONFIG.x', 'mine')
    tap.ok(word == '-ERR' and 'Permissions Violation' in text, 'a viewer writes no bucket', [str((word, text))])
    reader = Nats(lab, 'viewer')
    word, text = reader.request('$JS.API.STREAM.INFO.KV_CONFIG')
    tap.ok(word != '-ERR' and json.loads(text)['config']['name'] == 'KV_CONFIG', 'a viewer reads about streams', [str((word, text))])
    admin = Nats(lab, 'admin')
    word, text = admin.request('$KV.CONFIG.x', 'mine')
    tap.ok(word != '-ERR' and json.loads(text).get('stream') == 'KV_CONFIG', 'an admin writes them', [str((word, text))])
    check_nats_scope(lab)


def check_nats_scope(lab):
    """Who may know of one tenant hears of no other, live or from a stream."""
    lab.login()
    scoped, admin = Nats(lab, 'support'), Nats(lab, 'admin')
    for client in (scoped, admin):
        client.send('SUB fleet.events.> 1')
        client.send('PING')
        while client.line() != 'PONG':
            pass
    lab.call('POST', '/admin/v1/tenants/tenant-globex/suspend', {'reason': 'unpaid'})
    lab.call('PUT', '/admin/v1/scale/freeze', {'frozen': True, 'reason': 'to be heard'})
    lab.call('PUT', '/admin/v1/scale/freeze', {'frozen': False, 'reason': 'to be heard'})

    def until_thaw(client):
        heard = []
        while not heard or heard[-1] != 'fleet.events.changes_thawed':
            heard.append(client.message()[0])
        return heard
    heard, all_heard = until_thaw(scoped), until_thaw(admin)
    tap.ok('fleet.events.tenant_updated' in all_heard and 'fleet.events.tenant_updated' not in heard and 'fleet.events.changes_frozen' in heard,
           'support hears events, and none of tenants', [str(heard), str(all_heard)])
    for subject, body in (('$JS.API.STREAM.MSG.GET.EVENTS', '{"seq":1}'), ('$JS.API.STREAM.MSG.GET.AGGREGATE_EVENTS', '{"seq":1}'),
                          ('$JS.API.CONSUMER.CREATE.EVENTS', '{"stream_name":"EVENTS","config":{}}'),
                          ('$JS.API.CONSUMER.CREATE.WORKFLOW_COMMANDS.mine.tenant.>', '{}')):
        word, text = Nats(lab, 'support').request(subject, body)
        tap.ok(word == '-ERR' and 'Permissions Violation' in text, f'support may not ask {subject}', [str((word, text))])
    other = Nats(lab, 'support')
    other.send('SUB tenant.tenant-globex.> 1')
    word, text = other.message()
    tap.ok(word == '-ERR' and 'Permissions Violation' in text, 'nor listen to another tenant', [str((word, text))])
    word, text = Nats(lab, 'support').request('$JS.API.STREAM.INFO.KV_CONFIG')
    tap.ok(word != '-ERR', 'but read about buckets', [str((word, text))])


def check_nats_documents(lab):
    """Configuration and definitions are there, and a new tenant gets the newest definitions."""
    admin = Nats(lab, 'admin')
    documents = {s.split('.', 2)[2]: json.loads(v) for s, v in ((f'$KV.CONFIG.{k}', admin.get('CONFIG', k)[1]) for k in
                 ('global.limits', 'global.drain', 'global.slo', 'tenant.tenant-acme.limits', 'tenant.tenant-globex.drain'))}
    tap.ok(documents['global.limits']['concurrency'] == 8 and documents['tenant.tenant-acme.limits']['concurrency'] == 16, 'configuration is seeded')
    old, new = (json.loads(admin.get('DEFINITIONS', f'bundle.core.{v}')[1]) for v in ('1.4.0', '1.5.0'))
    tap.ok(old['version'] == '1.4.0' and len(new['projections']) == len(old['projections']) + 1, 'and two versions of definitions')
    applied = {t: json.loads(admin.get('DEFINITIONS', f'applied.tenant-{t}')[1])['version'] for t in ('acme', 'globex', 'initech', 'umbrella')}
    tap.ok(applied == {'acme': '1.5.0', 'globex': '1.4.0', 'initech': '1.5.0', 'umbrella': '1.5.0'}, 'one tenant has the older', [str(applied)])
    lab.call('POST', '/admin/v1/tenants', {'id': 'tenant-new', 'name': 'New', 'plan': 'free'})
    for bucket in ('RUNNER_PLACEMENT', 'PROJECTION_PLACEMENT'):
        admin.put(bucket, 'tenant-new', 'shard-1', 0)
    revision, placed = admin.get('AGGREGATE_PLACEMENT', 'aggregate_placement')
    admin.put('AGGREGATE_PLACEMENT', 'aggregate_placement', json.dumps({**json.loads(placed), 'tenant-new': 'shard-1'}), revision)
    tap.ok(wait(lambda: admin.get('DEFINITIONS', 'applied.tenant-new')[1] is not None), 'who becomes active has definitions')
    tap.ok(json.loads(admin.get('DEFINITIONS', 'applied.tenant-new')[1])['version'] == '1.5.0', 'the newest')


def check_nats(state):
    if not (shutil.which('nats-server') or os.path.exists('/usr/sbin/nats-server')):
        tap.skip('nats-server', 'it is not installed')
        return
    lab = Lab('--rate', '2000', state=state)
    print(f'# with nats-server, started in {lab.took * 1000:.0f} ms')
    streams = {s['name']: s for a in monitor(lab, '/jsz?streams=true&accounts=true')['account_details'] for s in a['stream_detail']}
    want = {'AGGREGATE_EVENTS', 'WORKFLOW_COMMANDS', 'WORKFLOW_EVENTS', 'AUDIT', 'EVENTS', 'JOBS', 'KV_AGGREGATE_PLACEMENT', 'KV_RUNNER_PLACEMENT',
            'KV_PROJECTION_PLACEMENT', 'KV_CONFIG', 'KV_DEFINITIONS', 'KV_JOB_LEASES', 'KV_SHARDS', 'KV_SHARD_STATE'}
    tap.ok(set(streams) >= want, 'streams and buckets are there', sorted(want - set(streams)))
    tap.ok(streams['KV_RUNNER_PLACEMENT']['state']['messages'] >= 3, 'tenants are placed')
    bounds = [Nats(lab, 'admin').api(f'STREAM.INFO.{name}')['config'] for name in ('AGGREGATE_EVENTS', 'WORKFLOW_COMMANDS')]
    # A message of the load is under 500 bytes; three of four are events.
    tap.ok(all(c['max_msgs'] == -1 and c['max_bytes'] >= 500 * 1500 * 900 for c in bounds), 'who is drained for a quarter of an hour at 2,000 a second loses nothing',
           [f'{c["name"]}: {c["max_msgs"]} messages, {c["max_bytes"]} bytes' for c in bounds])
    a = monitor(lab, '/varz')['in_msgs']
    time.sleep(1)
    b = monitor(lab, '/varz')['in_msgs']
    tap.ok(1500 < b - a < 2600, 'live subjects carry the rate that was asked for', [f'{b - a} messages in a second'])
    tap.ok(set(lab.credentials['nats']) >= {'admin', 'operator', 'viewer'}, 'each role has a user there')
    check_nats_roles(lab)
    check_nats_documents(lab)
    child = nats_pid(lab)
    os.kill(child, signal.SIGKILL)
    tap.ok(wait(lambda: nats_pid(lab) not in (None, child) and monitor(lab, '/varz')['in_msgs'] > 100), 'nats-server killed: it comes back and is fed')
    child = nats_pid(lab)
    lab.kill()
    tap.ok(wait(lambda: not os.path.exists(f'/proc/{child}') or open(f'/proc/{child}/stat').read().rsplit(')', 1)[1].split()[0] == 'Z'),
           'the lab killed: nats-server dies with it')


def check_talk(lab):
    """--strict: a client that says more than fifty things in a second is sent away, another is not."""
    loud, calm = WebSocket(lab, '/ws/events'), WebSocket(lab, '/ws/events')
    for _ in range(50):
        calm.send(1, b'hello')
    for _ in range(120):
        loud.send(1, b'hello')
    opcode, body = loud.frame()
    tap.ok(opcode == 8 and struct.unpack('>H', body[:2])[0] == 1008 and b'50' in body, '--strict: more than fifty messages a second close the stream',
           [repr((opcode, body))])
    calm.send(9, b'there?')
    tap.ok(calm.frame()[0] == 10, '--strict: fifty messages do not')


main = Lab('--no-nats', '--rate', '400', '--sites', '60')
main.login()
events = check_events(main)
check_sse(main, events)
check_metrics(main)
check_still(main)
main.stop()
strict = Lab('--no-nats', '--rate', '0', '--strict')
strict.login()
check_talk(strict)
strict.stop()
fast = Lab('--no-nats', '--rate', str(30000 // SLOWNESS))
fast.login()
check_slow(fast)
fast.stop()
with temporary() as folder:
    check_kill(folder)
with temporary() as folder:
    check_nats(folder)
tap.done()
