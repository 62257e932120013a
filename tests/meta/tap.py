# SPDX-License-Identifier: GPL-3.0-or-later
"""The little of the Test Anything Protocol that these tests print, and where the trees are."""
import os
import shutil
import sys

SOURCE = os.environ.get('QD_SOURCE_ROOT') or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get('QD_BUILD_ROOT') or os.path.join(SOURCE, 'build')


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def ok(self, good, name, details=()):
        """One result; details (lines) are printed when it is bad."""
        self.count += 1
        print(('ok' if good else 'not ok'), self.count, '-', name)
        if not good:
            self.failed += 1
            lines = details.split('\n') if isinstance(details, str) else list(details)
            for line in lines[:60]:
                print('#', line)
            if len(lines) > 60:
                print(f'# … and {len(lines) - 60} more')
        sys.stdout.flush()
        return good

    def none(self, faults, name):
        """Good when the list of faults is empty."""
        faults = list(faults)
        return self.ok(not faults, name, faults)

    def skip(self, name, why):
        self.count += 1
        print('ok', self.count, '-', name, '# SKIP', why)

    def needs(self, program, name):
        """True when the program is there; else the result is a skip that says so."""
        if shutil.which(program):
            return True
        self.skip(name, f'{program} is not installed')
        return False

    def done(self):
        print(f'1..{self.count}')
        sys.exit(1 if self.failed else 0)
