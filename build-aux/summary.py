# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the test cases in a meson JUnit log and prints the closing line of `./dev test`."""
import json
import os
import sys
import xml.etree.ElementTree as ET


def broken_programs(log):
    """The tests whose program ended badly, whatever its cases said: a leak is found at the very end."""
    path = os.path.join(os.path.dirname(log), 'testlog.json')
    if not os.path.exists(path):
        return []
    with open(path, encoding='utf-8') as lines:
        results = [json.loads(line) for line in lines]
    return [one['name'] for one in results if one['result'] in ('FAIL', 'ERROR', 'TIMEOUT', 'INTERRUPT')]


def main():
    log, status = sys.argv[1], int(sys.argv[2])
    passed = skipped = 0
    failed = []
    for case in ET.parse(log).getroot().iter('testcase'):
        tags = {child.tag for child in case}
        if tags & {'failure', 'error'}:
            failed.append(f'{case.get("classname")} {case.get("name")}')
        elif 'skipped' in tags:
            skipped += 1
        else:
            passed += 1
    failed += [name for name in broken_programs(log) if not any(name in one for one in failed)]
    for one in failed:
        print('failed:', one)
    # One that left no trace shows in meson's status alone.
    failed = len(failed) or int(status != 0)
    print(f'{passed} passed, {failed} failed, {skipped} skipped')
    return 1 if failed or not passed else 0


sys.exit(main())
