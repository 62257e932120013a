#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What shells offer behind "qdctl run" is what the program can do: the table of verbs, all of it and nothing else."""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "meta"))
from tap import BUILD, SOURCE, Tap

QDCTL = os.path.join(BUILD, "src", "cli", "qdctl")
COMPLETIONS = os.path.join(SOURCE, "data", "completions")
# Not commands: signing in, and what has a word of its own.
NO_COMMANDS = {"auth.step-up", "auth.sign-in", "policies.apply"}
ENV = {k: v for k, v in os.environ.items() if k != "G_DEBUG"} | {"PATH": os.path.dirname(QDCTL) + os.pathsep + os.environ.get("PATH", "")}


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=ENV)


def table():
    """The verbs as they stand in the source: what the program says of itself is compared with something else than itself."""
    with open(os.path.join(SOURCE, "src", "ops", "qd-capability-table.h"), encoding="utf-8") as f:
        found = re.findall(r'^\{ "([a-z.-]+)",(.*)\}', f.read(), re.M)
    # The last of the flags: a step of what people ask for, and no command.
    return [verb for verb, rest in found if re.findall(r"\b(?:TRUE|FALSE)\b", rest)[-1] != "TRUE"]


def bash(*words):
    script = ("source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(( $# - 1 )); compopt () { :; }; _qdctl; printf '%s\\n' \"${COMPREPLY[@]}\"")
    return run("bash", "-c", script, "bash", os.path.join(COMPLETIONS, "qdctl.bash"), *words).stdout.split()


def zsh():
    """The command's values, as the words of the completion are expanded."""
    with open(os.path.join(COMPLETIONS, "_qdctl"), encoding="utf-8") as f:
        line = next(l for l in f if "2:command:(" in l).strip()
    return run("zsh", "-fc", f"words=(qdctl run ''); print -r -- {line}").stdout.strip().removeprefix("2:command:(").removesuffix(")").split()


def fish():
    script = f"source {os.path.join(COMPLETIONS, 'qdctl.fish')}; complete -C 'qdctl run '"
    return [l.split("\t")[0] for l in run("fish", "--no-config", "-c", script).stdout.splitlines()]


t = Tap()
verbs = [v for v in table() if v not in NO_COMMANDS]
listed = run(QDCTL, "run", "--list")
t.ok(len(verbs) > 20, "the table is read", verbs)
t.ok(listed.returncode == 0 and listed.stdout.split() == verbs, "the program lists the table", listed.stdout + listed.stderr)
t.ok(bash("qdctl", "run", "") == verbs, "bash offers all of it", bash("qdctl", "run", ""))
t.ok(bash("qdctl", "run", "policy.") == [v for v in verbs if v.startswith("policy.")], "bash offers what begins so", bash("qdctl", "run", "policy."))
for shell, offered in (("zsh", zsh), ("fish", fish)):
    if t.needs(shell, f"{shell} offers all of it"):
        t.ok([w for w in offered() if not w.startswith("-")] == verbs or sorted(w for w in offered() if "." in w) == sorted(verbs), f"{shell} offers all of it", offered())
for name in ("_qdctl", "qdctl.bash", "qdctl.fish"):
    with open(os.path.join(COMPLETIONS, name), encoding="utf-8") as f:
        text = f.read()
    t.ok("run --list" in text and "site.create" not in text, f"{name} has no list of its own", text[-400:])
t.done()
