#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every action there is can be done by qdctl, and what shells offer behind its words is what it takes."""
import concurrent.futures
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'meta'))
from tap import BUILD, SOURCE, Tap

QDCTL = os.path.join(BUILD, 'src', 'cli', 'qdctl')
COMPLETIONS = os.path.join(SOURCE, 'data', 'completions')
ENV = {k: v for k, v in os.environ.items() if k != 'G_DEBUG'} | {'PATH': os.path.dirname(QDCTL) + os.pathsep + os.environ.get('PATH', '')}
# Words of their own, with as much behind them as they need, and the action each carries out.
OWN = {
    'tenant.get': 'tenants show x', 'tenant.create': 'tenants create x --plan free', 'tenant.update': 'tenants update x --name y',
    'tenant.suspend': 'tenants suspend x --reason y', 'tenant.resume': 'tenants resume x --reason y', 'tenant.archive': 'tenants archive x --reason y',
    'tenant.kill-switch': 'tenants kill-switch x --reason y', 'shard.get': 'shards show x', 'shard.drain': 'shards drain x --reason y', 'shard.resume': 'shards resume x',
    'shard.reload': 'shards reload x', 'shard.warmup': 'shards warmup x --tenant y', 'shard.replay': 'shards replay x --tenant y --saga z --mode full_reset --reason y',
    'shard.rebuild': 'shards rebuild x --tenant y --view z --reason y', 'freeze.set': 'shards freeze --reason y', 'freeze.get': 'shards frozen',
    'policies.apply': f'policy apply {SOURCE}/data/examples/shop --reason y', 'tenant.migrate': 'migrate run x --kind runner --reason y', 'placement.view': 'placement list', 'placement.set': 'placement set runner x=y --reason z',
}
# Steps of the engines alone; signing in, which the options do; and what other desks did, which the window shows: qdctl reads this desk's journal.
NOBODYS = ('kv.', 'stream.', 'auth.', 'audit.')
# What reaches a server, for every verb.
TARGET = {'--connection', '--url', '--driver', '--monitor', '--timeout', '--credentials', '--role', '--user', '--password-stdin', '--token-file', '--ca', '--pin', '--confirm', '--help'}
VALUES = {'--quota': 'a=1', '--flag': 'a=on', '--contact': 'A,a@b.example', '--wait': '1', '--limit': 'settle=1', '--mode': 'full_reset', '--from': 'drain', '--at-once': '1',
          '--kind': 'runner', '--node': 'runner.x', '--max-lag': '1', '--max-in-flight': '1', '--revision': '1', '--sort': 'id'}
FLAGS = {'--json', '--csv', '--dry-run', '--off', '--merge'}

t = Tap()


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=ENV, stdin=subprocess.DEVNULL)


def taken(words):
    """Whether it is taken as far as its words go: then it is the address that is wrong."""
    result = run(QDCTL, words[0], '--url', 'nonsense', *words[1:])
    return result.returncode == 2 and 'nonsense' in result.stderr


def actions():
    """The table of the page: the action, and whether it is for engines alone."""
    with open(os.path.join(SOURCE, 'docs', 'permissions.md'), encoding='utf-8') as f:
        rows = [[c.strip() for c in l.strip().strip('|').split('|')] for l in f if re.match(r'\| `[a-z]+\.[a-z-]+` \|', l)]
    return [(r[0].strip('`'), r[-1] == 'yes') for r in rows if len(r) == 10]


def words_of(verb):
    """The words behind a verb, as it tells them to who gives another."""
    said = run(QDCTL, verb, 'frob', '--url', 'nonsense').stderr
    return re.findall(r'[a-z-]+', re.search(r'needs (?:one of )?(.*?)(?:;|$)', said, re.M).group(1).replace(' or ', ', '))


def bash(*words):
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); compopt () { :; }; _qdctl; printf \'%s\\n\' "${COMPREPLY[@]}"')
    return run('bash', '-c', script, 'bash', os.path.join(COMPLETIONS, 'qdctl.bash'), *words).stdout.split()


def fish(line):
    script = f"source {os.path.join(COMPLETIONS, 'qdctl.fish')}; complete -C '{line}'"
    return [l.split('\t')[0] for l in run('fish', '--no-config', '-c', script).stdout.splitlines()]


def zsh(verb, *words):
    """What is handed to _arguments for these words."""
    script = ('_arguments () { print -rl -- "$@" }; _values () { : }; words=(qdctl "$@" ""); CURRENT=$(( $# + 2 )); source ' +
              os.path.join(COMPLETIONS, '_qdctl'))
    return run('zsh', '-fc', script, 'zsh', verb, *words).stdout.splitlines()


def reached():
    listed = set(run(QDCTL, 'run', '--list').stdout.split())
    table = actions()
    t.ok(len(table) > 40 and sum(engine for _, engine in table) > 5, 'the page is read', [str(len(table))])
    t.none([a for a, engine in table if not a.startswith(NOBODYS) and a not in OWN and a not in listed], 'every action is a word, or a command of run')
    t.none([a for a, engine in table if engine and a in listed], 'no step of an engine is a command')
    t.none([a for a, engine in table if a.split('.')[0] in ('tenant', 'shard', 'freeze', 'placement') and a not in OWN], 'all about tenants, shards and placement has a word of its own')
    t.none([a for a in OWN if a not in {b for b, _ in table}], 'and no word does what the page does not know')
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        good = pool.map(taken, [w.split() for w in OWN.values()])
        t.none([w for w, g in zip(OWN.values(), good) if not g], 'each word is taken')


def options_in(found):
    return sorted(set(o for o in found if o.startswith('--')) - TARGET)


def offered(verb, action, options):
    """What is offered that the program does not take there."""
    base = next((w.split() for w in OWN.values() if w.split()[:2] == [verb, action]), [verb, action] + {'retry': ['x'], 'show': ['x'], 'cancel': ['x'], 'watch': ['x']}.get(action, []))
    if (verb, action) == ('migrate', 'plan'):
        base = ['migrate', 'plan', 'x', '--kind', 'runner']
    wrong = []
    for option in options:
        value = [] if option in FLAGS else [VALUES.get(option, 'x')]
        words = base if option != '--node' else [verb, action, '--reason', 'y']
        if option == '--revision' and verb == 'placement':
            value = ['1']
        result = run(QDCTL, words[0], '--url', 'nonsense', *words[1:], option, *value)
        if 'takes no' in result.stderr or 'Unknown option' in result.stderr:
            wrong.append(f'{verb} {action} {option}: {result.stderr.strip()}')
    return wrong


def completed():
    for verb in ('tenants', 'shards', 'jobs', 'migrate', 'placement', 'policy', 'audit'):
        words = words_of(verb)
        t.ok(len(words) > 1 and 'frob' not in words, f'{verb} tells its words', words)
        t.none(sorted(set(words) - set(bash('qdctl', verb, ''))), f'bash offers all words of {verb}')
        t.none(sorted(w for w in bash('qdctl', verb, '') if not w.startswith('-') and w not in words), f'and no other behind {verb}')
        if t.needs('fish', f'fish offers all words of {verb}'):
            t.none(sorted(set(words) - set(fish(f'qdctl {verb} '))), f'fish offers all words of {verb}')
        if t.needs('zsh', f'zsh offers all words of {verb}'):
            what = next((l for l in zsh(verb) if l.startswith('2:what:(')), '')
            t.ok(set(what.removeprefix('2:what:(').removesuffix(')').split()) == set(words), f'zsh offers all words of {verb}', [what, str(words)])
        if verb in ('tenants', 'shards', 'jobs'):
            for action in words:
                options = options_in(bash('qdctl', verb, action, ''))
                t.ok('--json' in options, f'bash offers options of {verb} {action}', options)
                t.none(offered(verb, action, options), f'{verb} {action} takes them')
                if t.needs('zsh', f'zsh offers the same of {verb} {action}'):
                    same = options_in(re.findall(r'--[a-z-]+', ' '.join(re.sub(r'\[.*?\]', ' ', l) for l in zsh(verb, action))))
                    t.ok(same == options, f'zsh offers the same of {verb} {action}', [str(same), str(options)])


reached()
completed()
t.done()
