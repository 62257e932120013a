# SPDX-License-Identifier: GPL-3.0-or-later
"""Every word that a user sees can be translated, and the translations that we ship are whole."""
import os
import re
import shutil
import subprocess
import tempfile

import pofile
import tree
from tap import BUILD, SOURCE, Tap

PO = os.path.join(SOURCE, 'po')
# A keyword with a string right behind it: the macro's own definition has none.
IN_C = re.compile(r'(?<![\w"])(?:_|N_|C_|NC_|Q_|ngettext|gettext|g_dgettext|g_dngettext|g_dpgettext2?)\s*\(\s*(?:GETTEXT_PACKAGE\s*,\s*)?"')
IN_BLUEPRINT = re.compile(r'(?<!\w)(?:_|C_)\s*\(\s*["\']')
SINGLE = re.compile(r"(?<!\w)(?:_|C_)\s*\(\s*'")
LATE = re.compile(r'(?:ngettext\s*\(|g_dngettext\s*\([^,]+,)\s*[a-z_]')
COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*', re.S)
# The keywords of meson's preset "glib".
XGETTEXT = ['xgettext', '--from-code=UTF-8', '--add-comments', '--keyword=_', '--keyword=N_', '--keyword=C_:1c,2', '--keyword=NC_:1c,2',
            '--keyword=g_dcgettext:2', '--keyword=g_dngettext:2,3', '--keyword=g_dpgettext2:2c,3', '--flag=N_:1:pass-c-format',
            '--flag=C_:2:pass-c-format', '--flag=NC_:2:pass-c-format', '--flag=g_dngettext:2:pass-c-format', '--flag=g_strdup_printf:1:c-format',
            '--flag=g_string_printf:2:c-format', '--flag=g_string_append_printf:2:c-format', '--flag=g_error_new:3:c-format', '--flag=g_set_error:4:c-format']


def lines_of(name):
    with open(os.path.join(PO, name), encoding='utf-8') as f:
        return [l.strip() for l in f if l.strip() and not l.startswith('#')]


def has_words(name, text):
    if name.endswith(('.c', '.h')) and name.startswith('src/'):
        return bool(IN_C.search(COMMENT.sub(' ', text)))
    if name.endswith('.blp'):
        return bool(IN_BLUEPRINT.search(COMMENT.sub(' ', text)))
    if name.endswith('.ui'):
        return 'translatable="yes"' in text
    return name.endswith(('.desktop.in', '.metainfo.xml.in'))


def check_list(tap):
    listed = lines_of('POTFILES.in')
    wanted = [n for n in tree.files() if has_words(n, tree.text(n) or '')]
    tap.none([f'{n}: has words to translate and is not listed' for n in wanted if n not in listed] +
             [f'{n}: is listed and has no words to translate' for n in listed if n not in wanted], 'POTFILES.in names what has words, no more')
    tap.ok(listed == sorted(set(listed)), 'POTFILES.in is sorted, each line once')
    tap.none([f'{n}: {line.strip()}' for n in wanted if n.endswith('.c') for line in (tree.text(n) or '').split('\n') if LATE.search(line)],
             'plurals are spelled where they are asked for: xgettext does not see them otherwise')
    tap.none([f'{n}: gettext does not see \'single\' quotes; use "double" ones' for n in wanted
              if n.endswith('.blp') and SINGLE.search(COMMENT.sub(' ', tree.text(n)))], 'Blueprint words are in double quotes')


def extract():
    """What the sources say now: (messages, xgettext's complaints)."""
    with tempfile.TemporaryDirectory() as folder:
        pot = os.path.join(folder, 'now.pot')
        run = subprocess.run([*XGETTEXT, '--files-from=po/POTFILES.in', '--directory=.', '-o', pot], cwd=SOURCE, capture_output=True, text=True)
        # Blueprint's syntax is near enough to C, which xgettext falls back to, and says so.
        words = [l for l in run.stderr.split('\n') if l.strip() and 'extension' not in l and 'will try C' not in l]
        return pofile.read(open(pot, encoding='utf-8').read()) if os.path.exists(pot) else [], words if run.returncode else []


def check_language(tap, language, messages):
    path = os.path.join(PO, f'{language}.po')
    run = subprocess.run(['msgfmt', '--check', '--statistics', '-o', os.devnull, path], capture_output=True, text=True, env={**os.environ, 'LC_ALL': 'C'})
    count = run.stderr.strip().split('\n')[-1]
    tap.ok(run.returncode == 0 and 'fuzzy' not in count and 'untranslated' not in count, f'{language}: nothing is left out, formats and plurals fit', run.stderr)
    have = {m.key: m for m in pofile.read(open(path, encoding='utf-8').read())}
    tap.none([f'not in {language}.po: {m.id!r}' for m in messages if m.key not in have], f'{language}: has every word that the sources say now')
    now = {m.key for m in messages}
    tap.none([f'no source says: {k[1]!r}' for k in have if k not in now], f'{language}: has no word that no source says')
    # An accelerator, a leading blank or a closing mark that goes astray shows in the window.
    tap.none(astray(have.values()), f'{language}: blanks at the ends and dots of truncation are kept')


def astray(messages):
    for message in messages:
        for string in message.strings.values():
            edge = (message.id[:len(message.id) - len(message.id.lstrip())], message.id[len(message.id.rstrip()):], message.id.endswith('…'))
            if message.plural is None and edge != (string[:len(string) - len(string.lstrip())], string[len(string.rstrip()):], string.endswith('…')):
                yield f'{message.id!r} became {string!r}'


def check_spoken(tap, language):
    """A built program speaks it: the one test of the way from the .po file to a user's eyes."""
    program = os.path.join(BUILD, 'src', 'cli', 'qdctl')
    plain = '/usr/lib/locale/C.utf8'
    name = f'{language}: qdctl speaks it'
    if not os.access(program, os.X_OK) or not os.path.isdir(plain):
        tap.skip(name, 'qdctl is not built, or there is no plain UTF-8 locale')
        return
    with tempfile.TemporaryDirectory() as folder:
        # gettext wants a locale of that language, and this machine may have none: the plain one under its name will do.
        shutil.copytree(plain, os.path.join(folder, f'{language}.UTF-8'))
        env = {**os.environ, 'LOCPATH': folder, 'LC_ALL': f'{language}.UTF-8', 'QD_LOCALEDIR': os.path.join(BUILD, 'po')}
        env.pop('LANGUAGE', None)
        said = subprocess.run([program, '--help'], capture_output=True, text=True, env=env).stdout
    words = {m.id: m.strings.get('msgstr') for m in pofile.read(open(os.path.join(PO, f'{language}.po'), encoding='utf-8').read())}
    tap.ok(words.get('List the sites') and words['List the sites'] in said, name, said)


def main():
    tap = Tap()
    check_list(tap)
    if tap.needs('xgettext', 'translations are whole') and tap.needs('msgfmt', 'translations are whole'):
        messages, words = extract()
        tap.ok(messages and not words, 'the words can be taken out', words)
        for language in lines_of('LINGUAS'):
            check_language(tap, language, messages)
            check_spoken(tap, language)
    tap.done()


main()
