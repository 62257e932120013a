# SPDX-License-Identifier: GPL-3.0-or-later
"""What a program's --help says, its man page and its completions say too, and nothing else."""
import os
import re
import shutil
import subprocess
import sys

from tap import SOURCE, Tap

OPTION = re.compile(r'(?<![\w-])--([a-z][a-z0-9-]*)')
MAN = os.path.join(SOURCE, 'data', 'man')
COMPLETIONS = os.path.join(SOURCE, 'data', 'completions')
# What every GTK program takes and no page need tell of.
COMMON = {'help-all', 'help-gapplication', 'help-gtk'}


def helped(program, *verb):
    """What the program says of itself, or None when it does not; quick, and with no display."""
    env = {k: v for k, v in os.environ.items() if k not in ('DISPLAY', 'WAYLAND_DISPLAY')}
    try:
        run = subprocess.run([program, *verb, '--help'], capture_output=True, text=True, timeout=20, env=env)
    except subprocess.TimeoutExpired:
        return None
    return run.stdout if run.returncode == 0 and run.stdout else None


def verbs_of(text):
    """The verbs that a summary lists: lines of two blanks, a word, blanks and what it does."""
    after = re.split(r'^Verbs:.*$', text, maxsplit=1, flags=re.M)
    if len(after) < 2:
        return []
    found = []
    for line in after[1].split('\n')[1:]:
        match = re.match(r'^\s{2,}([a-z][a-z-]*)\b', line)
        if match:
            found.append(match.group(1))
        elif line.strip() == '' and found:
            break
    return found


def options(text):
    return set(OPTION.findall(text)) - COMMON


def read(folder, name):
    with open(os.path.join(folder, name), encoding='utf-8') as f:
        return f.read()


def words_of(program):
    """(file, the options it tells of) for each paper of the program."""
    man = read(MAN, f'{program}.1').replace('\\-', '-').replace('\\fB', '').replace('\\fR', '')
    # A page may tell of other programs' options in its examples; what it explains stands behind .TP.
    yield f'{program}.1', options(man), options('\n'.join(re.findall(r'^\.TP\n(.*)$', man, re.M)))
    bash = options(re.sub(r'^\s*#.*', '', read(COMPLETIONS, f'{program}.bash'), flags=re.M))
    yield f'{program}.bash', bash, bash
    zsh = options(re.sub(r'\[[^\]]*\]', ' ', read(COMPLETIONS, f'_{program}')))
    yield f'_{program}', zsh, zsh
    fish = set(re.findall(r'\s-l\s+([a-z][a-z0-9-]*)', read(COMPLETIONS, f'{program}.fish')))
    yield f'{program}.fish', fish, fish


def check_program(tap, path):
    program = os.path.basename(path)
    if not os.access(path, os.X_OK):
        tap.skip(f'{program}: papers say what --help says', 'it is not built')
        return
    text = helped(path)
    if not tap.ok(text is not None, f'{program} --help answers', f'{path} --help said nothing, failed or hung'):
        return
    verbs = verbs_of(text)
    for verb in verbs:
        more = helped(path, verb)
        tap.ok(more is not None, f'{program} {verb} --help answers')
        text += more or ''
    real = options(text)
    for paper, says, explains in words_of(program):
        content = read(MAN if paper.endswith('.1') else COMPLETIONS, paper)
        faults = [f'--{o} is not in {paper}' for o in sorted(real - says)] + \
                 [f'{paper} tells of --{o}, which {program} does not take' for o in sorted(explains - real)] + \
                 [f'{verb} is not in {paper}' for verb in verbs if not re.search(rf'\b{verb}\b', content)]
        tap.none(faults, f'{paper} says what {program} --help says')
    run = subprocess.run([path, '--version'], capture_output=True, text=True, timeout=20)
    tap.ok(run.returncode == 0 and re.search(r'\d+\.\d+\.\d+', run.stdout), f'{program} --version says which it is', run.stdout + run.stderr)


def check_shells(tap, programs):
    for shell, name in (('bash', '{}.bash'), ('zsh', '_{}'), ('fish', '{}.fish')):
        if not shutil.which(shell):
            tap.skip(f'{shell} reads the completions', f'{shell} is not installed')
            continue
        faults = []
        for program in programs:
            run = subprocess.run([shell, '-n', os.path.join(COMPLETIONS, name.format(program))], capture_output=True, text=True)
            faults += [run.stderr] if run.returncode else []
        tap.none(faults, f'{shell} reads the completions')


def complete(program, *words):
    """What bash offers for the last of the words."""
    script = ('compopt () { :; }; . "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
              'f=$(complete -p "$1" | sed "s/.*-F \\([^ ]*\\).*/\\1/"); "$f" "$1" "${COMP_WORDS[COMP_CWORD]}" ""; printf "%s\\n" "${COMPREPLY[@]}"')
    run = subprocess.run(['bash', '-c', script, 'bash', os.path.join(COMPLETIONS, f'{program}.bash'), program, *words], capture_output=True, text=True)
    return run.stdout.split()


def check_bash(tap, program):
    offered = complete(program, '--ver')
    tap.ok(offered == ['--version'], f'bash completes {program} --ver', offered)


def check_pages(tap, programs):
    for program in programs:
        page = read(MAN, f'{program}.1')
        parts = re.findall(r'^\.SH "?([^"\n]+)', page, re.M)
        missing = [p for p in ('NAME', 'SYNOPSIS', 'DESCRIPTION', 'OPTIONS', 'EXIT STATUS', 'SEE ALSO') if p not in parts]
        tap.ok(not missing and '.TH ' in page, f'{program}.1 has its parts', missing)
        # A line that begins with ' or . and was meant as words would vanish.
        known = re.compile(r"^(?:'\\\" t|\.\\\"|\.(?:TH|SH|SS|PP|TP|IP|B|I|BR|RB|BI|IR|RI|IB|RS|RE|br|EX|EE|nf|fi|TS|TE)\b|[^.'])")
        odd = [l for l in page.split('\n') if l and not known.match(l)]
        tap.none([l for l in odd if l != 'l l.'], f'{program}.1 has no line that would vanish')


def main():
    tap = Tap()
    programs = [os.path.basename(p) for p in sys.argv[1:]]
    check_pages(tap, programs)
    check_shells(tap, programs)
    for path in sys.argv[1:]:
        check_bash(tap, os.path.basename(path))
        check_program(tap, path)
    tap.done()


main()
