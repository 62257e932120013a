# SPDX-License-Identifier: GPL-3.0-or-later
"""Graphs drawn in a headless Chromium that draws by itself (no graphics processor), told what to do through its
debugging pipe."""

import json
import os
import select
import shutil
import signal
import subprocess
import time

from harness import die_with_parent
from peers import HERE, Missing, npm_modules

NAMES = ('chromium-headless-shell', 'chromium')
LIBRARIES = ('cytoscape/dist/cytoscape.min.js', 'graphology/dist/graphology.umd.min.js', 'sigma/dist/sigma.min.js')
PATIENCE_S = 120


class Browser:
    def __init__(self, folder):
        program = next(filter(None, map(shutil.which, NAMES)), None)
        if program is None:
            raise Missing('there is no Chromium')
        self.folder = folder
        theirs, self.tell = os.pipe()
        self.hear, answers = os.pipe()

        def prepare():
            die_with_parent()
            # The pipe is on 3 and 4. First away from there, so that neither is trodden on.
            high = [os.dup(theirs), os.dup(answers)]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.process = subprocess.Popen(
            [program, '--headless', '--no-sandbox', '--remote-debugging-pipe', '--window-size=1280,800', '--force-device-scale-factor=1',
             '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--allow-file-access-from-files', '--no-first-run',
             f'--user-data-dir={os.path.join(folder, "chromium")}', 'about:blank'],
            preexec_fn=prepare, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=None if os.environ.get('QD_BENCH_VERBOSE') else subprocess.DEVNULL, start_new_session=True)
        os.close(theirs)
        os.close(answers)
        self.waiting, self.number, self.session = b'', 0, None
        target = next(t for t in self.call('Target.getTargets')['targetInfos'] if t['type'] == 'page')
        self.session = self.call('Target.attachToTarget', targetId=target['targetId'], flatten=True)['sessionId']

    def message(self, until):
        while b'\0' not in self.waiting:
            if not select.select([self.hear], [], [], max(0, until - time.time()))[0]:
                raise Missing(f'Chromium said nothing for {PATIENCE_S} s')
            chunk = os.read(self.hear, 1 << 16)
            if not chunk:
                raise Missing('Chromium ended by itself')
            self.waiting += chunk
        text, self.waiting = self.waiting.split(b'\0', 1)
        return json.loads(text)

    def call(self, method, **params):
        self.number += 1
        message = {'id': self.number, 'method': method, 'params': params}
        if self.session:
            message['sessionId'] = self.session
        os.write(self.tell, json.dumps(message).encode() + b'\0')
        until = time.time() + PATIENCE_S
        while True:
            answer = self.message(until)
            if answer.get('id') == self.number:
                if 'error' in answer:
                    raise Missing(f'Chromium: {method}: {answer["error"]["message"]}')
                return answer['result']

    def evaluate(self, text):
        answer = self.call('Runtime.evaluate', expression=text, awaitPromise=True, returnByValue=True)
        if 'exceptionDetails' in answer:
            details = answer['exceptionDetails']
            raise Missing('in Chromium: ' + details.get('exception', {}).get('description', details['text'])[:300])
        return answer['result'].get('value')

    def show(self, scene, places, edges):
        """Loads a page that knows this graph and all who draw."""
        modules = npm_modules()
        scripts = [os.path.join(modules, library) for library in LIBRARIES] + [os.path.join(HERE, 'frames.js')]
        page = os.path.join(self.folder, 'frames.html')
        with open(page, 'w') as f:
            f.write('<!doctype html><meta charset="utf-8"><body style="margin:0;background:#fff"><script>const GRAPH = '
                    + json.dumps({'scene': scene, 'places': places, 'edges': edges}) + ';</script>\n')
            f.writelines(f'<script src="file://{script}"></script>\n' for script in scripts)
        self.call('Page.navigate', url='file://' + page)
        until = time.time() + PATIENCE_S
        while not self.evaluate('document.readyState === "complete" && typeof measure === "function"'):
            if time.time() > until:
                raise Missing('Chromium did not load the page')
            time.sleep(0.05)

    def measure(self, drawer, options, move, seconds):
        return self.evaluate(f'measure({json.dumps(drawer)}, {json.dumps(options)}, {json.dumps(move)}, {seconds})')

    def end(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        os.close(self.tell)
        os.close(self.hear)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
