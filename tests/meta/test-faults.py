# SPDX-License-Identifier: GPL-3.0-or-later
"""The matrix of `./dev soak faults`: all that the client asks for, all that can go wrong with it, and what came of it."""
import json
import os
import re
import subprocess
import sys

import tree
from tap import SOURCE, Tap

tap = Tap()
DRIVER = 'src/drivers/node-api/'
soak = tree.text('tests/soak/soak-faults.c')
rows = re.findall(r'^  \{ "([^"]+)", "(/[^"]+)", "([^"]+)"(?:.*\n    )?.*\},$', soak, re.M)
globs = [glob for _, glob, _ in rows]

# Goodbye is said while leaving: nobody waits for the answer.
NO_ROW = {'/api/v1/auth/logout'}

# --- what goes wrong
kinds = re.search(r'kinds\[LAB_N_FAULTS\] =\s*\{(.*?)\n\};', tree.text('src/lab/lab-faults.c'), re.S)[1]
# To what asks, an answer that is held is one that is late; that it may be over by then is for the lists' own tests.
lab_faults = set(re.findall(r'\{ "([^"]+)"', kinds)) - {'none', 'hold'}
columns = set(re.findall(r'^  \{ "([^"]+)", "\1', soak, re.M))
tap.ok(len(lab_faults) > 10 and columns == lab_faults, 'each fault of the lab is a column', [f'lab: {sorted(lab_faults)}', f'columns: {sorted(columns)}'])

# --- what is asked for
sources = {name: tree.text(name) for name in tree.files() if name.startswith(DRIVER) and name.endswith('.c')}
paths = {re.sub(r'\?.*', '', path) for text in sources.values() for path in re.findall(r'"(?:%s)?(/(?:api|admin|ws)/[^" :]*)', text)}
tap.ok(len(paths) > 8, 'the driver names its routes', sorted(paths))
tap.none(sorted(path for path in paths - NO_ROW if path not in globs), 'each route that the driver names is a row')
lists = re.findall(r'\[QD_NODE_\w+\] = \{ "\w+", QD_KIND_\w+, "([^"]+)"', sources[DRIVER + 'qd-node-lists.c'])
tap.none([path for path in lists if not any(re.fullmatch(re.escape(path) + r'/[^/]*\*', glob) for glob in globs)],
         'each list has a row for one thing of it')
verbs = set(re.findall(r'^  \{ "([a-z.-]+)", \w+, (?:NULL|"\w+") \},', sources[DRIVER + 'qd-node-commands.c'], re.M)) | {'auth.sign-in'}
for name in ('qd-node-tenants.c', 'qd-node-scale.c'):
    verbs |= set(re.findall(r'^  \{ "([a-z.-]+)", \w+, (?:NULL|"\w+") \},', sources[DRIVER + name], re.M))
policy_verbs = re.search(r'verbs\[N_VERBS\] = \{(.*?)\};', sources[DRIVER + 'qd-node-policy-commands.c'], re.S)[1]
verbs |= set(re.findall(r'"([a-z.-]+)"', policy_verbs))
tried = set(re.findall(r'BY_COMMAND, "([^"]+)"', soak))
tap.ok(len(verbs) > 10 and verbs == tried, 'each command is a row', [f'commands: {sorted(verbs)}', f'rows: {sorted(tried)}'])
tap.ok(len({name for name, _, _ in rows}) == len(rows) and rows, 'each row has a name of its own')

# --- what came of it
program = sys.argv[1]
if not os.access(program, os.X_OK):
    tap.skip('the proof is of the whole matrix', 'soak-faults is not built')
else:
    cells = subprocess.run([program, '--list'], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    listed = {cell.rsplit(':', 1)[0] for cell in cells}
    tap.ok(listed == {name for name, _, _ in rows}, 'the rows that are run are those that were read here', sorted(listed ^ {name for name, _, _ in rows}))
    with open(os.path.join(SOURCE, 'docs/proofs/faults.json'), encoding='utf-8') as file:
        proof = json.load(file)
    tap.ok(set(proof['cells']) == set(cells) and not proof['left'], 'the proof is of the whole matrix: else run ./dev soak faults --rounds 0',
           sorted(set(proof['cells']) ^ set(cells)))
    tap.none(sorted(name for name, cell in proof['cells'].items() if cell['met'] < 1), 'each fault was met')
tap.done()
