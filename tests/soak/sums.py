# SPDX-License-Identifier: GPL-3.0-or-later
"""What long proofs came to, kept in a file that is whole whenever they are stopped."""
import json
import os


def read(path, first):
    """The sums so far; where there are none, `first`."""
    try:
        with open(path, encoding='utf-8') as file:
            return json.load(file)
    except FileNotFoundError:
        return first


def write(path, sums):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + '.new', 'w', encoding='utf-8') as file:
        json.dump(sums, file, indent=1, sort_keys=True, ensure_ascii=False)
        file.write('\n')
    os.replace(path + '.new', path)
