# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the test cases in a meson JUnit log and prints the closing line of `./dev test`."""
import sys
import xml.etree.ElementTree as ET


def main():
    log, status = sys.argv[1], int(sys.argv[2])
    passed = failed = skipped = 0
    for case in ET.parse(log).getroot().iter('testcase'):
        tags = {child.tag for child in case}
        if tags & {'failure', 'error'}:
            failed += 1
            print('failed:', case.get('classname'), case.get('name'))
        elif 'skipped' in tags:
            skipped += 1
        else:
            passed += 1
    # A test program that died between its cases shows in meson's status alone.
    if status and not failed:
        failed = 1
    print(f'{passed} passed, {failed} failed, {skipped} skipped')
    return 1 if failed or not passed else 0


sys.exit(main())
