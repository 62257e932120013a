# SPDX-License-Identifier: GPL-3.0-or-later
"""qdctl run as people and scripts run it, against a lab."""
import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'lab'))
from fleet import Fleet, wait  # noqa: E402,F401
from lab import BUILD, SLOWNESS, Tap  # noqa: E402,F401
from nats_text import Nats  # noqa: E402,F401

QDCTL = os.path.join(BUILD, 'src', 'cli', 'qdctl')
ENV = {k: v for k, v in os.environ.items() if k != 'G_DEBUG'}
ENV['XDG_DATA_HOME'] = tempfile.mkdtemp(prefix='qdctl-data-')
atexit.register(shutil.rmtree, ENV['XDG_DATA_HOME'], True)

tap = Tap()
# What no thing is called, and no address, path or subject may be made of.
HOSTILE = ('nobody', 'a b', 'a/b', '../../api/v1/sites', '...', '%2e%2e', 'a?b=c', 'a#b', '*', '>', 'a\nb', '\x1b[2J', "';--", 'größe', 'x' * 300)
# What cannot be the id of anything.
NO_IDS = ('', '.', '..')


class Qdctl:
    """The program with the options that reach one lab."""

    def __init__(self, lab=None, *more, env=None):
        self.lab, self.more, self.env = lab, list(more), {**ENV, **(env or {})}

    def target(self, role):
        if self.lab is None:
            return ['--url', 'http://127.0.0.1:1', *self.more]
        return ['--url', self.lab.ready['http'], '--credentials', self.lab.ready['credentials'], *self.more, *(['--role', role] if role else [])]

    def start(self, *args, role=None, **more):
        return subprocess.Popen([QDCTL, *args[:1], *self.target(role), *args[1:]], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.env, **more)

    def run(self, *args, role=None):
        return subprocess.run([QDCTL, *args[:1], *self.target(role), *args[1:]], capture_output=True, text=True, env=self.env, timeout=120 * SLOWNESS,
                              stdin=subprocess.DEVNULL)

    def expect(self, what, status, *args, out='', err='', role=None):
        return said(what, status, self.run(*args, role=role), out, err)

    def json(self, what, status, *args, role=None):
        """What was printed, if it is JSON."""
        result = self.expect(what, status, *args, '--json', role=role)
        try:
            return json.loads(result.stdout)
        except ValueError:
            tap.ok(False, what + ': JSON', result.stdout)
            return None


def said(what, status, result, out='', err=''):
    tap.ok(result.returncode == status and out in result.stdout and err in result.stderr, what,
           [f'exit {result.returncode}, wanted {status}', *f'stdout: {result.stdout[:1500]}'.split('\n'), *f'stderr: {result.stderr[:1500]}'.split('\n')])
    return result


def refused_words(verb, rows):
    """What is no use is said before anything is asked: nobody listens where the target is."""
    nowhere = Qdctl()
    for words, err in rows:
        nowhere.expect(f'{verb} {" ".join(words)!r} is refused', 2, verb, *words, err=err)


def unread(command, env):
    """Runs it with nobody who reads what it prints; its exit status and its errors."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    return process.wait(120 * SLOWNESS), err


class Quiet(Fleet):
    errors = subprocess.DEVNULL


def small(*options, **more):
    lab = Quiet('--sites', '3', '--paths', '3', '--flows', '3', '--rate', '0', *options, **more)
    lab.login()
    return lab


def needs_nats():
    if shutil.which('nats-server'):
        return
    print('1..0 # SKIP nats-server is not installed')
    sys.exit(0)
