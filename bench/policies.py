# SPDX-License-Identifier: GPL-3.0-or-later
"""What it costs to say who may talk to whom."""

import json
import subprocess

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
