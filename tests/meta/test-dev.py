# SPDX-License-Identifier: GPL-3.0-or-later
"""The one script: what `./dev shell -c` passes through, and what it says to a task that is none."""
import os
import shutil
import socket
import subprocess
import tempfile
import time

from tap import BUILD, SOURCE, Tap

DEV = os.path.join(SOURCE, 'dev')


def dev(*arguments, given='', folder=SOURCE):
    # what is built is here already, and this runs while others may be building
    env = dict(os.environ, QD_NO_BUILD='1', QD_BUILD=BUILD)
    return subprocess.run([DEV, *arguments], input=given, capture_output=True, text=True, cwd=folder, env=env, timeout=100)


def is_there(pid):
    try:
        with open(f'/proc/{pid}/stat') as stat:
            return stat.read().rsplit(')', 1)[1].split()[0] not in 'ZX'
    except OSError:
        return False


def is_served(port):
    with socket.socket() as client:
        return client.connect_ex(('127.0.0.1', port)) == 0


def ends_whole(tap):
    """Whoever ends ./dev ends all that it started for a browser: the window, its bus and what serves it."""
    if shutil.which('gtk4-broadwayd') is None:
        tap.skip('what ends with ./dev', 'there is no gtk4-broadwayd')
        return
    port = next(n for n in range(8180, 8280) if not is_served(n))
    command = f'exec bash build-aux/with-broadway {port - 8080} sh -c \'echo $$; exec sleep 300\''
    with subprocess.Popen([DEV, 'shell', '-c', command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, cwd=SOURCE,
                          env=dict(os.environ, QD_NO_BUILD='1', QD_BUILD=BUILD, DBUS_SESSION_BUS_ADDRESS='')) as run:
        window = int(run.stdout.readline() or 0)
        tap.ok(window > 0 and is_served(port), 'a window is served to a browser, on loopback', window)
        run.terminate()
    deadline = time.monotonic() + 20
    while (is_there(window) or is_served(port)) and time.monotonic() < deadline:
        time.sleep(0.05)
    tap.ok(not is_there(window), 'the window ends with ./dev')
    tap.ok(not is_served(port), 'what serves it ends with ./dev')


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix='qd dev ') as folder:
        run = dev('shell', '-c', 'printf "%s\\n" "$0" "$@"; pwd', 'zero', 'a  b', '', '*', folder=folder)
        tap.ok(run.stdout.split('\n')[:5] == ['zero', 'a  b', '', '*', os.path.realpath(folder)], 'arguments and the working folder pass through',
               run.stdout + run.stderr)
    run = dev('shell', '-c', 'tr a-z A-Z; echo beside >&2', given='to be or\nnot')
    tap.ok(run.stdout == 'TO BE OR\nNOT' and 'beside' in run.stderr, 'the three streams pass through', [run.stdout, run.stderr])
    for status in (0, 7, 130):
        run = dev('shell', '-c', f'exit {status}')
        tap.ok(run.returncode == status, f'exit status {status} passes through', f'{run.returncode}: {run.stderr}')
    run = dev('shell', '-c', 'command -v quarterdeck qdctl quarterdeck-lab')
    tap.ok(run.returncode == 0 and all(line.startswith(BUILD) for line in run.stdout.split()), 'the built programs are on the PATH', run.stdout + run.stderr)
    ends_whole(tap)
    run = dev('no-such-task')
    tap.ok(run.returncode == 2 and 'no-such-task' in run.stderr and run.stdout == '', 'a task that is none: status 2, and its name', run.stderr)
    run = dev('soak', 'no-such-soak')
    tap.ok(run.returncode == 2 and 'recover' in run.stderr, 'a soak that is none: status 2, and those that there are', run.stderr)
    tap.done()


main()
