# SPDX-License-Identifier: GPL-3.0-or-later
"""The papers against the running lab: every GET of node-api.yaml, its examples, and permissions.md."""
import os
import re

import yaml_subset
from lab import SOURCE, Lab, Tap

tap = Tap()
api = yaml_subset.load(open(os.path.join(SOURCE, 'docs', 'node-api.yaml'), encoding='utf-8').read())
TYPES = {'object': dict, 'array': list, 'string': str, 'integer': int, 'number': (int, float), 'boolean': bool, 'null': type(None)}


def is_type(value, name):
    if isinstance(value, bool) and name != 'boolean':
        return False
    return isinstance(value, TYPES[name])


def faults(value, schema, where=''):
    """What is wrong with a value: the part of JSON Schema that the paper uses."""
    if '$ref' in schema:
        target = api
        for part in schema['$ref'].removeprefix('#/').split('/'):
            target = target[part]
        yield from faults(value, target, where)
        return
    if 'allOf' in schema:
        for part in schema['allOf']:
            yield from faults(value, part, where)
        return
    if 'anyOf' in schema:
        if not any(not list(faults(value, s)) for s in schema['anyOf']):
            yield f'{where}: fits none of anyOf: {value!r}'
        return
    kinds = schema.get('type')
    if kinds is not None and not any(is_type(value, k) for k in ([kinds] if isinstance(kinds, str) else kinds)):
        yield f'{where}: {value!r} is no {kinds}'
        return
    if 'enum' in schema and value not in schema['enum']:
        yield f'{where}: {value!r} is none of {schema["enum"]}'
    if isinstance(value, dict):
        for name in schema.get('required', []):
            if name not in value:
                yield f'{where}/{name} is missing'
        for name, part in schema.get('properties', {}).items():
            if name in value:
                yield from faults(value[name], part, f'{where}/{name}')
    if isinstance(value, list) and 'items' in schema:
        for i, item in enumerate(value[:50]):
            yield from faults(item, schema['items'], f'{where}/{i}')


def fill(lab, path):
    """The path with its {id} replaced by one that is there."""
    if '{id}' not in path:
        return path
    head = path.split('/{id}')[0]
    return path.replace('{id}', lab.get(head + '?limit=1').json['items'][0]['id'])


lab = Lab('--rate', '50')
lab.login()
lab.call('POST', '/lab/v1/incident', {'kind': 'fibre_cut', 'target': 'path-00003'})
lab.call('POST', '/api/v1/paths/path-00001/test', {'reason': 'an example'})
tap.ok(api['openapi'].startswith('3.1'), 'it is OpenAPI 3.1')
documented = set()
for path, item in api['paths'].items():
    for method, operation in item.items():
        if method not in ('get', 'post', 'put', 'patch', 'delete'):
            continue
        documented.add((method.upper(), path))
        answers = operation['responses']
        if method != 'get' or '200' not in answers:
            continue
        answer = lab.get(fill(lab, path))
        content = answers['200']['content']
        kind = answer.headers.get('content-type', '').split(';')[0]
        if not tap.ok(answer.status == 200 and kind in content, f'GET {path} answers 200 as {kind}', [str(answer.body[:300])]):
            continue
        if answer.json is not None:
            tap.none(faults(answer.json, content[kind]['schema']), f'GET {path} is as described')
    for method, operation in item.items():
        for status, response in operation.get('responses', {}).items() if isinstance(operation, dict) else ():
            for part in (response.get('content') or {}).values():
                if 'example' in part:
                    tap.none(faults(part['example'], part['schema']), f'{method.upper()} {path} {status}: the example is as described')

# --- every route is in the paper, and nothing else is
source = open(os.path.join(SOURCE, 'src', 'lab', 'lab-http.c'), encoding='utf-8').read()
served = set(re.findall(r'\{ "([A-Z]+)", "(/[^"]*)"', source))
tap.none(sorted(map(str, served - documented)), 'every route is described')
tap.none(sorted(map(str, documented - served)), 'every described route is served')

# --- permissions.md is what each role gets
paper = open(os.path.join(SOURCE, 'docs', 'permissions.md'), encoding='utf-8').read()
rows = [[c.strip() for c in line.strip('|').split('|')] for line in paper.split('## Actions')[0].split('\n') if line.startswith('| ')]
roles = rows[0][2:]
says = {role: {r[0].strip('`') for r in rows[1:] if r[2 + i] == 'yes'} for i, role in enumerate(roles)}
tap.ok(sorted(roles) == sorted(u['role'] for u in lab.credentials['users']), 'permissions.md names every role')
for role in roles:
    lab.token = None
    lab.login(role)
    me = lab.get('/api/v1/auth/me').json
    tap.ok({p['permission'] for p in me['permissions']} == says[role], f'{role}: permissions.md is right',
           sorted({p['permission'] for p in me['permissions']} ^ says[role]))
lab.stop()
tap.done()
