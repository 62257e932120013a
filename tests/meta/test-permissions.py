#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of docs/permissions.md and what was written from them are the same."""
import os
import subprocess
import sys

from tap import SOURCE, Tap

tap = Tap()
check = subprocess.run([sys.executable, os.path.join(SOURCE, 'build-aux', 'permissions.py'), '--check'], stdout=subprocess.PIPE, text=True, check=False)
tap.ok(check.returncode == 0, 'who may do what is in the code as it is on the page', check.stdout)
tap.done()
