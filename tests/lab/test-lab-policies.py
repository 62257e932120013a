# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies over HTTP: network policies as the Kubernetes objects they are, routing policies, simulation."""
import time

from lab import Lab, Tap, temporary

tap = Tap()
folder = temporary()
lab = Lab('--no-nats', '--rate', '0', '--seed', '3', state=folder.name)
lab.login()

YAML = """# the mock-up's policy
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: backend-policy
spec:
  podSelector:
    matchLabels: {app: backend}
  policyTypes: [Ingress]
  ingress:
  - from:
    - podSelector:
        matchLabels: {app: frontend}
    ports:
    - {protocol: TCP, port: http}
"""
AS_YAML = {'Content-Type': 'application/yaml'}


def seq():
    return lab.get('/api/v1/sites?limit=1').json['as_of_seq']


def events_after(number):
    return lab.get(f'/api/v1/events?after={number}').json['items']


# --- what there is
objects, _ = lab.all('/api/v1/workloads', 7)
pods = [o for o in objects if o['kind'] == 'Pod']
tap.ok(len({o['id'] for o in objects}) == len(objects) and all(o['simulated'] for o in objects), 'workloads, page by page, which say that they are simulated')
owners = {(o['kind'], o['metadata'].get('namespace'), o['metadata']['name']) for o in objects}
stray = [p['id'] for p in pods for r in p['metadata'].get('ownerReferences', []) if (r['kind'], p['metadata']['namespace'], r['name']) not in owners]
tap.none(stray, 'the owner of every pod is there')
own = [p['status']['podIP'] for p in pods if not p['spec'].get('hostNetwork')]
tap.ok(len(set(own)) == len(own), 'no two pods have one address')
tap.ok({o['kind'] for o in lab.all('/api/v1/workloads?kind=deployment&namespace=default')[0]} == {'Deployment'}, 'by kind and namespace')

first = lab.get('/api/v1/policies/networkpolicy.default.backend-ingress-policy')
backends = [p for p in pods if p['metadata']['labels'].get('app') == 'backend']
tap.ok(first.json['status']['applied_pods'] == len(backends) == 12 and first.json['status']['enabled'], 'a policy says how many pods it applies to')
tap.ok(first.headers['etag'] == f'"{first.json["revision"]}"', 'and has its ETag')
off = lab.get('/api/v1/policies?enabled=false').json
tap.ok([p['metadata']['name'] for p in off['items']] == ['database-egress-policy'] and off['total'] == 1, 'one is switched off')

# --- creating
before = seq()
made = lab.call('POST', '/api/v1/policies', raw=YAML, headers={**AS_YAML, 'Idempotency-Key': 'one'})
tap.ok(made.status == 201 and made.json['metadata'] == {'name': 'backend-policy', 'namespace': 'default'} and
       made.json['spec']['ingress'][0]['ports'] == [{'protocol': 'TCP', 'port': 'http'}], 'YAML is taken, and the namespace filled in', [str(made.body)])
again = lab.call('POST', '/api/v1/policies', raw=YAML.replace('# the', '# that'), headers={**AS_YAML, 'Idempotency-Key': 'one'})
tap.ok(again.status == 201 and again.json == made.json, 'the same key and the same object: the same answer')
tap.ok(lab.call('POST', '/api/v1/policies', raw=YAML, headers=AS_YAML).status == 409, 'another of that name: 409')
where = made.headers['location']
tap.ok(where == '/api/v1/policies/networkpolicy.default.backend-policy' and lab.get(where).json == made.json, 'Location names it')
told = [e for e in events_after(before) if e['type'] == 'policy_created']
tap.ok(len(told) == 1 and told[0]['data']['by'] == 'admin' and told[0]['data']['policy']['id'] == made.json['id'], 'an event tells of it')
two = lab.call('POST', '/api/v1/policies', raw=YAML + '---\n' + YAML, headers=AS_YAML)
tap.ok(two.status == 400 and '2 documents' in two.json['detail'], 'one document at a time')
bad = lab.call('POST', '/api/v1/policies', raw='a: [', headers=AS_YAML)
tap.ok(bad.status == 400 and 'line ' in bad.json['detail'], 'what is no YAML is told with its line', [str(bad.body)])
tap.ok(lab.call('POST', '/api/v1/sites', raw='name: x', headers=AS_YAML).status == 415, 'no YAML where an object of ours is wanted')
planned = lab.call('POST', '/api/v1/policies?dry_run=true', raw=YAML.replace('backend-policy', 'other'), headers=AS_YAML)
tap.ok(planned.status == 200 and planned.json['plan'] and lab.get('/api/v1/policies/networkpolicy.default.other').status == 404, 'a dry run creates nothing')
base = {'apiVersion': 'networking.k8s.io/v1', 'kind': 'NetworkPolicy', 'metadata': {'name': 'x'}, 'spec': {'podSelector': {}}}
for change, pointer in (({'kind': 'Pod'}, '/kind'), ({'metadata': {}}, '/metadata/name'), ({'metadata': {'name': 'A b'}}, '/metadata/name'),
                        ({'spec': {'podSelector': {'matchLabels': {'a': 1}}}}, '/spec/podSelector/matchLabels'),
                        ({'spec': {'policyTypes': ['ingress']}}, '/spec/policyTypes'), ({'spec': {'ingress': [{'from': [{}]}]}}, '/spec/ingress/0/from/0'),
                        ({'spec': {'egress': [{'ports': [{'port': 0}]}]}}, '/spec/egress/0/ports/0'), ({'status': {'enabled': 'yes'}}, '/status/enabled')):
    answer = lab.call('POST', '/api/v1/policies', {**base, **change})
    tap.ok(answer.status == 422 and answer.json['errors'][0]['pointer'] == pointer, f'{change}: {pointer} is pointed at', [str(answer.body)])

# --- changing
tag = {'If-Match': made.headers['etag']}
tap.ok(lab.call('PUT', where, {**base, 'metadata': {'name': 'backend-policy'}}).status == 428, 'a change without If-Match: 428')
changed = lab.call('PATCH', where, {'spec': {'policyTypes': None, 'egress': [{}]}, 'status': {'enabled': False}}, tag)
tap.ok(changed.status == 200 and 'policyTypes' not in changed.json['spec'] and changed.json['spec']['egress'] == [{}] and
       changed.json['spec']['ingress'] == made.json['spec']['ingress'] and changed.json['status']['enabled'] is False and
       changed.json['revision'] == made.json['revision'] + 1, 'a part is changed, the rest stays', [str(changed.body)])
stale = lab.call('PUT', where, {**base, 'metadata': {'name': 'backend-policy'}}, tag)
tap.ok(stale.status == 412 and stale.json == changed.json, 'a stale change: 412 with what is there now')
tag = {'If-Match': changed.headers['etag']}
tap.ok(lab.call('PUT', where, base, tag).status == 422, 'another name is another policy')
whole = lab.call('PUT', where, {**changed.json, 'spec': {'podSelector': {}}}, tag)
tap.ok(whole.status == 200 and whole.json['spec'] == {'podSelector': {}} and whole.json['status']['enabled'] is False, 'what was read can be put back, changed')
tag = {'If-Match': whole.headers['etag']}
tap.ok(lab.call('DELETE', where, headers=tag).status == 422, 'removing needs a reason')
gone = lab.call('DELETE', where + '?reason=over', headers=tag)
tap.ok(gone.status == 200 and lab.get(where).status == 404 and where.split('/')[-1] not in [p['id'] for p in lab.all('/api/v1/policies', 2)[0]], 'removed')
back = lab.call('POST', '/api/v1/policies', raw=YAML, headers=AS_YAML)
tap.ok(back.status == 201 and back.json['revision'] > whole.json['revision'], 'what comes back goes on with its revisions')
admin = {'apiVersion': 'policy.networking.k8s.io/v1alpha2', 'kind': 'ClusterNetworkPolicy', 'metadata': {'name': 'quiet'},
         'spec': {'tier': 'Admin', 'priority': 3, 'subject': {'namespaces': {}}, 'egress': [{'action': 'Deny', 'to': [{'networks': ['203.0.113.0/24']}]}]}}
quiet = lab.call('POST', '/api/v1/policies', {**admin, 'status': {'enabled': False}, 'reason': 'try'})
tap.ok(quiet.status == 201 and quiet.json['id'] == 'clusternetworkpolicy.quiet' and 'reason' not in quiet.json, 'the admins\' kinds, too')

# --- simulating
ask = f'/api/v1/policies/{quiet.json["id"]}/simulate'
flows = [{'from': 'data/database', 'to': '203.0.113.9', 'port': 443}, {'from': 'data/database', 'to': '203.0.114.9', 'port': 443, 'protocol': 'udp'},
         {'src_ip': backends[0]['status']['podIP'], 'dst_ip': '203.0.113.1', 'dst_port': 80, 'protocol': 'tcp'}]
said = lab.call('POST', ask, {'flows': flows}).json['verdicts']
tap.ok([(v['verdict'], v['without']) for v in said] == [('deny', 'allow'), ('allow', 'allow'), ('deny', 'allow')],
       'verdicts with a policy that is switched off, and without it', [str(said)])
tap.ok(said[0]['decided_by']['policy_id'] == quiet.json['id'] and said[0]['decided_by']['rule'] == 0 and said[0]['decided_by']['direction'] == 'egress' and
       said[1]['decided_by']['policy_id'] is None, 'with the rule that decides')
ssh = {'flows': [{'from': 'jobs/scan[Job]', 'to': 'default/backend', 'port': 22}, {'from': 'default/frontend', 'to': 'default/backend[Deployment]', 'port': 8080}]}
said = lab.call('POST', ask, ssh).json['verdicts']
tap.ok([v['verdict'] for v in said] == ['deny', 'allow'] and said[0]['decided_by']['policy_id'] == 'adminnetworkpolicy.no-ssh' and
       said[1]['decided_by']['policy_id'].startswith('networkpolicy.default.backend'), 'the others count, too', [str(said)])
for body, pointer in (({}, '/flows'), ({'flows': []}, '/flows'), ({'flows': [{'from': 'a/b', 'to': 'data/cache', 'port': 1}]}, '/flows/0/from'),
                      ({'flows': [flows[0], {'from': 'data/cache', 'to': '::1', 'port': 70000}]}, '/flows/1'),
                      ({'flows': [{**flows[0], 'protocol': 'icmp'}]}, '/flows/0'), ({'flows': [7]}, '/flows/0')):
    answer = lab.call('POST', ask, body)
    tap.ok(answer.status == 422 and answer.json['errors'][0]['pointer'] == pointer, f'{pointer} is pointed at', [str(answer.body)])
tap.ok(lab.call('POST', '/api/v1/policies/none/simulate', {'flows': flows}).status == 404, 'no such policy: 404')

# --- what is blocked
busy = lab.get('/api/v1/policies/networkpolicy.data.database-ingress').json
tap.ok(busy['status']['blocked_flows_1h'] > 0, 'what a policy turned away in the last hour is counted')
paused = lab.call('PATCH', '/api/v1/policies/' + busy['id'], {'status': {'enabled': False}}, {'If-Match': f'"{busy["revision"]}"'}).json
tap.ok(paused['status'] == {'enabled': False, 'applied_pods': 0, 'blocked_flows_1h': 0}, 'switched off it blocks nothing')

# --- many
begin = time.monotonic()
for i in range(300):
    made_one = lab.call('POST', '/api/v1/policies', {**base, 'metadata': {'name': f'many-{i}', 'namespace': 'jobs'}})
    if made_one.status != 201:
        break
listed = lab.all('/api/v1/policies?namespace=jobs')[0]
tap.ok(len(listed) == 300 and time.monotonic() - begin < 60, f'300 more, and their list, in {time.monotonic() - begin:.1f} s', [str(made_one.body)])

# --- routing policies
routing, _ = lab.all('/api/v1/routing-policies', 2)
named = {f['policy_id'] for f in lab.all('/api/v1/flows?status=active')[0]}
tap.ok(named <= {r['id'] for r in routing}, 'the flows that run name routing policies that are there', [str(named)])
paths = [p['id'] for p in lab.get('/api/v1/paths?limit=3').json['items']]
mine = {'name': 'Video', 'priority': 5, 'match': {'dst_cidr': '10.0.0.0/8', 'protocol': 'udp', 'dst_port_range': '5000-5100', 'dscp': 34},
        'path_preference': {'custom': {'latency': 3, 'loss': 1.5}},
        'failover': {'primary': paths[0], 'backups': paths[1:], 'threshold': 60, 'failback': False, 'delay_s': 10}}
before = seq()
made = lab.call('POST', '/api/v1/routing-policies', mine)
tap.ok(made.status == 201 and made.json['failover'] == mine['failover'] and made.json['enabled'] is True and made.json['match']['src_port'] is None,
       'a routing policy with its failover', [str(made.body)])
tap.ok([e['type'] for e in events_after(before)] == ['routing_policy_created'], 'an event tells of it')
for change, pointer in (({'name': ''}, '/name'), ({'priority': None}, '/priority'), ({'priority': -1}, '/priority'), ({'path_preference': 'Best'}, '/path_preference'),
                        ({'path_preference': {'custom': {'latency': 'x'}}}, '/path_preference/custom'), ({'match': {'dst_cidr': '10.0.0.0'}}, '/match/dst_cidr'),
                        ({'match': {'dst_port_range': '90-80'}}, '/match/dst_port_range'), ({'match': {'dscp': 64}}, '/match/dscp'),
                        ({'failover': {'primary': 'nowhere'}}, '/failover/primary'), ({'failover': {'backups': [paths[0], paths[0]]}}, '/failover/backups/1'),
                        ({'failover': {'threshold': 101}}, '/failover/threshold'), ({'enabled': 1}, '/enabled'), ({'id': 'a/b'}, '/id')):
    answer = lab.call('POST', '/api/v1/routing-policies', {**mine, **change})
    tap.ok(answer.status == 422 and answer.json['errors'][0]['pointer'] == pointer, f'{pointer} is pointed at', [str(answer.body)])
where = '/api/v1/routing-policies/' + made.json['id']
switched = lab.call('PATCH', where, {'enabled': False, 'failover': {'delay_s': 20}}, {'If-Match': made.headers['etag']})
tap.ok(switched.json['enabled'] is False and switched.json['failover'] == {**mine['failover'], 'delay_s': 20}, 'switched off, and a part changed', [str(switched.body)])

# what Part A says of changes
stale = lab.call('PATCH', where, {'priority': 7}, {'If-Match': made.headers['etag']})
tap.ok(stale.status == 412 and stale.json == switched.json, 'a stale change is answered with what is there', [str(stale.body)])
tap.ok(lab.call('PATCH', where, {'priority': 7}).status == 428 and lab.call('DELETE', where + '?reason=x').status == 428, 'without If-Match nothing is changed')
before = seq()
dry = lab.call('PATCH', where + '?dry_run=true', {'priority': 7}, {'If-Match': switched.headers['etag']})
tap.ok(dry.status == 200 and dry.json['plan'][0]['would_change']['before'] == switched.json and dry.json['plan'][0]['would_change']['after']['priority'] == 7 and
       lab.get(where).json == switched.json and seq() == before, 'a dry run says what would change, and changes nothing', [str(dry.body)])
dry = lab.call('POST', '/api/v1/routing-policies?dry_run=true', {**mine, 'name': 'Other'})
tap.ok(dry.status == 200 and len(dry.json['plan']) == 1 and seq() == before, 'nor does one of creating', [str(dry.body)])
taken = lab.call('POST', '/api/v1/routing-policies?dry_run=true', {**mine, 'name': 'Other', 'priority': 1000})
tap.ok(len(taken.json['warnings']) == 1 and 'Default has priority 1000 too' in taken.json['warnings'][0], 'it warns of a priority that another one has', [str(taken.body)])
unasked = lab.call('POST', '/api/v1/routing-policies?dry_run=true', {**mine, 'name': 'Other', 'priority': 1000, 'enabled': False})
tap.ok(unasked.json['warnings'] == [] and dry.json['warnings'] == [], 'not where it is off, nor where no other one has it', [str(unasked.body), str(dry.body)])
dry = lab.call('DELETE', where + '?dry_run=true', headers={'If-Match': switched.headers['etag']})
tap.ok(dry.status == 200 and lab.get(where).status == 200 and seq() == before, 'nor one of removing', [str(dry.body)])
swapped = lab.call('PATCH', where, {'path_preference': {'custom': {'loss': None, 'cost': 2}}}, {'If-Match': switched.headers['etag']})
tap.ok(swapped.json['path_preference'] == {'custom': {'latency': 3, 'cost': 2}}, 'a weight goes by a null', [str(swapped.body)])
swapped = lab.call('PATCH', where, {'path_preference': 'LowestCost', 'match': {'dscp': None}}, {'If-Match': swapped.headers['etag']})
tap.ok(swapped.json['path_preference'] == 'LowestCost' and swapped.json['match'] == {**mine['match'], 'src_cidr': None, 'src_port': None, 'application_class': None, 'dscp': None},
       'a word takes the place of weights, and a field goes by a null', [str(swapped.body)])
tap.ok([e['type'] for e in events_after(before)] == ['routing_policy_updated'] * 2 and events_after(before)[-1]['data']['routing_policy'] == swapped.json, 'events carry what it is now')
first = lab.call('POST', '/api/v1/routing-policies', {**mine, 'name': 'Once'}, {'Idempotency-Key': 'once'})
again = lab.call('POST', '/api/v1/routing-policies', {**mine, 'name': 'Once'}, {'Idempotency-Key': 'once'})
tap.ok(first.status == 201 and again.json == first.json, 'what is sent twice is done once', [str(again.body)])
gone = '/api/v1/routing-policies/' + first.json['id']
tap.ok(lab.call('DELETE', gone, headers={'If-Match': first.headers['etag']}).status == 422, 'removing needs a reason')
tap.ok(lab.call('DELETE', gone + '?reason=test', headers={'If-Match': first.headers['etag']}).status == 200 and lab.get(gone).status == 404 and
       events_after(before)[-1]['type'] == 'routing_policy_removed', 'removed, with a reason')
back = lab.call('POST', '/api/v1/routing-policies', {**mine, 'name': 'Once', 'id': first.json['id']})
tap.ok(back.status == 201 and back.json['id'] == first.json['id'] and back.json['revision'] > first.json['revision'], 'and back again, under its id', [str(back.body)])

# --- roles
admin_token, lab.token = lab.token, None
lab.login('viewer')
tap.ok(lab.get('/api/v1/policies').status == 200 and lab.call('POST', ask, {'flows': flows}).status == 200 and
       lab.call('POST', '/api/v1/policies', base).status == 403 and lab.call('PATCH', where, {}, {'If-Match': '*'}).status == 403, 'a viewer views and asks')
lab.token = admin_token

# --- what survives
lab.kill()
lab.token = None
lab.start()
lab.login()
after = {p['id']: p for p in lab.all('/api/v1/policies')[0]}
tap.ok(after[quiet.json['id']]['spec'] == admin['spec'] and after[busy['id']]['revision'] == paused['revision'] and not after[busy['id']]['status']['enabled'],
       'kill -9: policies are what they were')
tap.ok(lab.get(where).json == swapped.json, 'and routing policies')
tap.ok(sorted(o['id'] for o in lab.all('/api/v1/workloads')[0]) == sorted(o['id'] for o in objects), 'and the workloads are the same for the same seed')
tap.ok(lab.stop() == 0, 'ends when asked')
folder.cleanup()
tap.done()
