# SPDX-License-Identifier: GPL-3.0-or-later
"""What it costs to say who may talk to whom."""

import json
import os
import subprocess
import time

from desk import Lab, Window
from harness import RUNS, median

# pods, policies, and the goals for all of it in ms and MB, for an edit and for lint in ms
SIZES = ((1000, 200, 300, None, 50, 50), (5000, 1000, 5000, 500, 50, 1000))


def policy(bench):
    """Everything with everything, beside as many look-ups in a table, and what an edit costs afterwards."""
    for pods, policies, goal_ms, goal_mb, goal_edit, goal_lint in SIZES:
        for kind in ('alike', 'apart'):
            lines = [json.loads(subprocess.run([bench.program('policy'), str(pods), str(policies), kind], stdout=subprocess.PIPE, text=True, check=True).stdout)
                     for _ in range(RUNS)]
            case = f'{pods} pods, {policies} policies, {kind}'

            def figure(*names):
                return median(sum(line[name] for name in names) for line in lines)

            bench.say(case, 'everything with everything', 'ms', figure('read_ms', 'evaluate_ms', 'pairs_ms'), f'<={goal_ms}', 'as many look-ups', figure('floor_ms'))
            bench.say(case, 'reading the YAML', 'ms', figure('parse_ms'))
            bench.say(case, 'of it the world', 'ms', figure('read_ms'))
            bench.say(case, 'of it the evaluation', 'ms', figure('evaluate_ms'))
            bench.say(case, 'of it every pair', 'ms', figure('pairs_ms'))
            bench.say(case, 'lint, at each pause', 'ms', figure('lint_ms'), f'<={goal_lint}')
            bench.say(case, 'memory', 'MB', figure('rss_mb'), goal_mb and f'<={goal_mb}')
            bench.say(case, 'an edit, median', 'ms', figure('edit_ms'), f'<={goal_edit}')
            bench.say(case, 'an edit, p95', 'ms', figure('edit_p95_ms'), f'<={goal_edit}')
            bench.say(case, 'an edit of addresses, median', 'ms', figure('recut_ms'), f'<={goal_edit}')
            bench.say(case, 'an edit of a pod, median', 'ms', figure('relabel_ms'), f'<={goal_edit}')


def graph(bench):
    """From an edit of one policy to the picture of what it changes, on the worker and on the main thread."""
    for kind in ('alike', 'apart'):
        lines = [json.loads(subprocess.run([bench.program('policy-graph'), '1000', '200', kind], stdout=subprocess.PIPE, text=True, check=True).stdout)
                 for _ in range(RUNS)]
        case = f'1000 pods, 200 policies, {kind}'

        def figure(name):
            return median(line[name] for line in lines)

        bench.say(case, 'worker: nodes and lines', 'ms', figure('data_ms'))
        bench.say(case, 'worker: a first picture', 'ms', figure('first_ms'))
        bench.say(case, 'worker: a picture after an edit', 'ms', figure('again_ms'), '<=200')
        bench.say(case, 'worker: what has changed alone', 'ms', figure('changes_ms'), '<=200')
        bench.say(case, 'nodes', '', figure('nodes'))
        bench.say(case, 'lines', '', figure('lines'))
        bench.say(case, 'from an edit to the picture', 'ms', figure('picture_ms'), '<=500')
        bench.say(case, 'longest hold of the main thread', 'ms', figure('held_ms'), '<=16')


def yaml(bench):
    """Reading 10 MB, beside libyaml's events with nothing kept of them, and beside json-glib; an edit in a file of 20 kB."""
    lines = [json.loads(subprocess.run([bench.program('yaml')], stdout=subprocess.PIPE, text=True, check=True).stdout) for _ in range(RUNS)]

    def figure(name):
        return median(line[name] for line in lines)

    bench.say('10 MB of YAML', 'reading', 'ms', figure('yaml_ms'), '<=1000', 'libyaml alone', figure('events_ms'))
    bench.say('10 MB of YAML, not all ASCII', 'reading', 'ms', figure('letters_ms'), '<=1000', 'libyaml alone', figure('events_ms'))
    bench.say('10 MB of JSON', 'reading', 'ms', figure('json_ms'), 'ratio<=1', 'json-glib', figure('json_glib_ms'))
    bench.say('10 MB of YAML', 'formatting', 'ms', figure('format_ms'), '<=2000')
    bench.say('20 kB of YAML', 'an edit, longest of 50', 'ms', figure('edit_ms'), '<=16')
    bench.say('1 MB of YAML', 'what may stand at a place, longest of 50', 'ms', figure('spot_ms'), '<=5', 'libyaml alone', figure('spot_events_ms'))


NAMESPACES, PODS, POLICIES = 50, 5000, 1000
POD = """apiVersion: v1
kind: Pod
metadata: {{name: p{i}, namespace: n{n}, labels: {{app: a{app}, tier: t{tier}, id: i{i}}}}}
spec: {{containers: [{{name: c, image: i, ports: [{{name: http, containerPort: 8080}}]}}]}}
status: {{podIP: 10.{x}.{y}.{z}}}
"""
POLICY = """apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: q{i}
  namespace: n{n}
spec:
  podSelector:
    matchLabels: {{app: a{app}}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from:
    - namespaceSelector: {{}}
      podSelector:
        matchLabels: {{tier: t{tier}}}
    - ipBlock:
        cidr: 10.{x}.0.0/16
    ports:
    - port: 8080
  egress:
  - to:
    - podSelector: {{}}
"""


def big_folder(folder):
    """5,000 pods in 50 namespaces, one file each, and 1,000 files of one policy each."""
    os.makedirs(folder, exist_ok=True)
    for n in range(NAMESPACES):
        pods = [POD.format(i=i, n=n, app=i % 40, tier=i % 7, x=i % 200, y=i // 200 % 250, z=1 + i // 50000) for i in range(n, PODS, NAMESPACES)]
        with open(os.path.join(folder, f'pods-{n}.yaml'), 'w', encoding='utf-8') as file:
            file.write('---\n'.join(pods))
    for i in range(POLICIES):
        with open(os.path.join(folder, f'a-policy-{i}.yaml'), 'w', encoding='utf-8') as file:
            file.write(POLICY.format(i=i, n=i % NAMESPACES, app=i % 40, tier=i % 7, x=i % 200))


def wait_quiet(window):
    """Until the main thread has had next to nothing to do for two seconds."""
    quiet = 0
    for _ in range(40):
        lines = window.measure(1)
        quiet = quiet + 1 if lines and all(line['busy_ms'] < 60 for line in lines) else 0
        if quiet == 2:
            return
    raise RuntimeError('the window never came to rest')


def worst(window, command, seconds=3):
    """The longest iteration of the main loop in the seconds after a command."""
    window.read()
    mark = len(window.lines)
    if window.command(command) is None:
        raise RuntimeError(f'the window refused “{command}”')
    time.sleep(seconds)
    wait_quiet(window)
    window.read()
    return max(line['stall_ms'] for line in window.lines[mark:] if line['what'] == 'second')


def window(bench):
    """The page of network policies over 5,000 pods in 50 files and 1,000 policies in as many: what the main thread does at a time."""
    steps = {'opening the folder': 'do policy.open-recent {folder!r}', 'the builder comes': "do policy.view 'builder'",
             'a rule is added in the builder': 'do builder.add-rule (uint32 1, uint32 0)', 'it is moved': 'do rule.move-down -',
             'the text comes': "do policy.view 'text'", 'a key in the text': 'write #', 'the matrix comes': "do policy.view 'matrix'"}
    figures = {name: [] for name in steps}
    folder = os.path.join(bench.folder, 'policies')
    big_folder(folder)
    with Lab(bench, 'lab', sites=10, paths=20, rate=1) as lab:
        for run in range(max(1, RUNS // 2)):
            with Window(bench, os.path.join(bench.folder, f'home-policies-{run}'), f'--attach={lab.ready_file}', page='policies') as shown:
                shown.wait_live(10, 20)
                shown.command('page policies')
                wait_quiet(shown)
                for name, command in steps.items():
                    figures[name].append(worst(shown, command.format(folder=folder)))
    for name, values in figures.items():
        bench.say(f'{PODS} pods, {POLICIES} policies in the window', f'{name}, longest iteration', 'ms', median(values), '<=16')
