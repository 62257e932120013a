# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the tree: what git tracks or would track, or, in a tarball, all that no tool made."""
import os
import re
import subprocess

from tap import SOURCE

SKIPPED = {'.git', '__pycache__', '.cache', '.flatpak-builder', '.dev'}


def from_git():
    try:
        out = subprocess.run(['git', '-C', SOURCE, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
                             capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    names = [n for n in out.decode().split('\0') if n]
    return [n for n in names if os.path.isfile(os.path.join(SOURCE, n))] or None


def from_disk():
    names = []
    for folder, folders, files in os.walk(SOURCE):
        inner = os.path.relpath(folder, SOURCE)
        folders[:] = sorted(d for d in folders if d not in SKIPPED and
                            not (inner == '.' and re.match(r'build(-|$)', d) and d != 'build-aux'))
        names += [os.path.normpath(os.path.join(inner, f)) for f in files
                  if not f.endswith(('.pyc', '.orig', '.rej', '~')) and f != '.git']
    return names


def files():
    return sorted(from_git() or from_disk())


def text(name):
    """The file's text, or None where it is not text or not there."""
    if not os.path.isfile(os.path.join(SOURCE, name)):
        return None
    with open(os.path.join(SOURCE, name), 'rb') as f:
        data = f.read()
    if b'\0' in data[:8192]:
        return None
    try:
        return data.decode('utf-8')
    except UnicodeDecodeError:
        return None
