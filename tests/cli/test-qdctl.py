#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""qdctl against a real lab: what it prints, and each exit status."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile

BUILD = os.environ.get("QD_BUILD_ROOT", ".")
QDCTL = os.path.join(BUILD, "src", "cli", "qdctl")
LAB = os.path.join(BUILD, "src", "lab", "quarterdeck-lab")
ENV = {k: v for k, v in os.environ.items() if k != "G_DEBUG"}
ENV["XDG_DATA_HOME"] = tempfile.mkdtemp(prefix="qdctl-data-")

number = 0
failed = 0


def check(what, good, detail=""):
    global number, failed
    number += 1
    print(("ok" if good else "not ok"), number, "-", what)
    if not good:
        failed += 1
        for line in str(detail).splitlines()[:20]:
            print("#", line)


def qdctl(*args, stdin=""):
    return subprocess.run([QDCTL, *args], input=stdin, capture_output=True, text=True, timeout=60, env=ENV)


def expect(what, status, result, out="", err=""):
    check(what, result.returncode == status and out in result.stdout and err in result.stderr,
          f"exit {result.returncode}, wanted {status}\nstdout: {result.stdout[:500]}\nstderr: {result.stderr[:500]}")
    return result


class Lab:
    def __init__(self, *options):
        self.state = tempfile.mkdtemp(prefix="qdctl-lab-")
        self.process = subprocess.Popen([LAB, "--die-with-parent", "--state", self.state, *options], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, env=ENV)
        self.ready = json.loads(self.process.stdout.readline())
        self.url = self.ready["http"]
        self.credentials = self.ready["credentials"]
        self.target = ["--url", self.url, "--credentials", self.credentials]

    def password(self, user):
        with open(self.credentials, encoding="utf-8") as f:
            return next(u["password"] for u in json.load(f)["users"] if u["username"] == user)

    def end(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.state, ignore_errors=True)


def without_server():
    expect("--version", 0, qdctl("--version"), out="qdctl ")
    text = expect("--help", 0, qdctl("--help"), out="inspect").stdout
    for verb in [line.split()[0] for line in text.split("Verbs:")[1].split("Options:")[0].splitlines() if line.strip()]:
        # What is in files has no server.
        own = {"topology": ("--algorithm", "--theme"), "policy": ("--flows", "--ip-block")}.get(verb, ("--url", "--credentials"))
        expect(f"{verb} --help", 0, qdctl(verb, "--help"), out=own[0])
        expect(f"help {verb}", 0, qdctl("help", verb), out=own[1])
    expect("no verb", 2, qdctl(), err="Usage")
    expect("a verb that is not", 2, qdctl("frobnicate"), err="frobnicate")
    expect("no target", 2, qdctl("inspect"), err="--url")
    expect("two targets", 2, qdctl("inspect", "--url", "http://127.0.0.1:1", "--connection", "x"), err="--url")
    expect("an option that is not", 2, qdctl("inspect", "--frob"), err="--frob")
    expect("an argument too many", 2, qdctl("inspect", "x", "--url", "http://127.0.0.1:1"), err="x")
    expect("no address", 2, qdctl("inspect", "--url", "nonsense"), err="nonsense")
    expect("a connection that is not", 2, qdctl("inspect", "--connection", "nowhere"), err="nowhere")
    expect("a credentials file that is not", 2, qdctl("inspect", "--url", "http://127.0.0.1:1", "--credentials", "/nonexistent"), err="/nonexistent")
    expect("a field that is not", 2, qdctl("sites", "--url", "http://127.0.0.1:1", "--sort", "colour"), err="colour")
    expect("a kind that is not", 2, qdctl("watch", "--url", "http://127.0.0.1:1", "--kind", "colour"), err="colour")
    expect("unreachable", 3, qdctl("inspect", "--url", "http://127.0.0.1:1"), err="127.0.0.1:1")
    expect("unreachable NATS", 3, qdctl("inspect", "--url", "nats://127.0.0.1:1"), err="127.0.0.1:1")
    expect("watch unreachable", 3, qdctl("watch", "--url", "http://127.0.0.1:1", "--timeout", "1"), err="127.0.0.1:1")
    expect("a command that is not", 2, qdctl("run", "site.frob", "--url", "http://127.0.0.1:1"), err="path.test")


def signing_in(lab):
    expect("nobody", 4, qdctl("inspect", "--url", lab.url), err="sign in")
    expect("a wrong password", 4, qdctl("inspect", "--url", lab.url, "--user", "admin", "--password-stdin", stdin="wrong\n"), err="password")
    expect("a right one", 0, qdctl("inspect", "--url", lab.url, "--user", "viewer", "--password-stdin",
                                   stdin=lab.password("viewer") + "\n"), out="viewer")
    expect("a role", 0, qdctl("inspect", *lab.target, "--role", "operator"), out="operator")
    expect("a role that is not", 2, qdctl("inspect", *lab.target, "--role", "pope"), err="pope")
    token = os.path.join(lab.state, "token")
    with open(token, "w", encoding="utf-8") as f:
        f.write("not-a-token\n")
    expect("a wrong token", 4, qdctl("inspect", "--url", lab.url, "--token-file", token), err="token")


def looking(lab):
    result = expect("inspect", 0, qdctl("inspect", *lab.target), out="sites        12")
    check("the secret is not shown", lab.password("admin") not in result.stdout + result.stderr)
    model = json.loads(expect("inspect --json", 0, qdctl("inspect", *lab.target, "--json")).stdout)
    check("the whole model", len(model["sites"]) == 12 and len(model["paths"]) == 40 and len(model["flows"]) == 150,
          {k: len(v) for k, v in model.items()})
    rows = json.loads(expect("sites --json", 0, qdctl("sites", *lab.target, "--json", "--sort", "-name")).stdout)
    names = [r["name"] for r in rows]
    check("sorted", len(names) == 12 and names[0] > names[-1], names)
    text = expect("paths --csv", 0, qdctl("paths", *lab.target, "--csv")).stdout
    table = list(csv.DictReader(io.StringIO(text)))
    check("CSV of all paths", len(table) == 40 and table[0]["latency_ms"] != "", text[:300])
    few = list(csv.DictReader(io.StringIO(qdctl("flows", *lab.target, "--csv", "--filter", "protocol:udp").stdout)))
    check("filtered", 0 < len(few) < 150 and all(r["protocol"].lower() == "udp" for r in few), len(few))
    expect("nodes", 0, qdctl("nodes", *lab.target), out="cpu_pct")
    expect("json and csv", 2, qdctl("nodes", *lab.target, "--json", "--csv"))
    lines = expect("watch", 0, qdctl("watch", *lab.target, "--kind", "path", "--count", "60")).stdout.splitlines()
    deltas = [json.loads(line) for line in lines]
    check("60 deltas of paths", len(deltas) == 60 and all(d["kind"] == "path" for d in deltas), len(deltas))
    check("metrics among them", any(d["op"] == "update" and "latency_ms" in d.get("fields", {}) for d in deltas), lines[-1])
    nats = ["--url", lab.ready["nats"], "--monitor", lab.ready["nats_monitor"], "--credentials", lab.credentials]
    expect("NATS", 0, qdctl("nodes", *nats), out="nats-server")
    expect("NATS buckets", 0, qdctl("kv", *nats), out="AGGREGATE_PLACEMENT")


def changing(lab):
    expect("a dry run", 0, qdctl("run", "site.create", "name=New", "kind=branch", "id=n1", *lab.target, "--dry-run"), out="plan")
    expect("create", 0, qdctl("run", "site.create", "name=New", "kind=branch", "id=n1", "latitude=4.5", "longitude=5", *lab.target), out="n1")
    expect("update", 0, qdctl("run", "site.update", "id=n1", "changes.name=Newer", *lab.target), out="Newer")
    expect("a revision that is past", 1, qdctl("run", "site.update", "id=n1", "revision=1", "changes.name=Newest", *lab.target))
    expect("no reason", 2, qdctl("run", "site.delete", "id=n1", *lab.target), err="--reason")
    expect("not allowed", 4, qdctl("run", "site.delete", "id=n1", "--reason", "x", *lab.target, "--role", "viewer"), err="permission")
    expect("nor asked what it would do", 4, qdctl("run", "site.delete", "id=n1", "--dry-run", *lab.target, "--role", "viewer"), err="it needs the permission sdwan.sites.delete")
    expect("delete", 0, qdctl("run", "site.delete", "id=n1", "--reason", "no longer needed", *lab.target))
    expect("what is not there", 1, qdctl("run", "path.test", "id=no-such-path", *lab.target), err="no-such-path")
    expect("not KEY=VALUE", 2, qdctl("run", "path.test", "nonsense", *lab.target), err="nonsense")
    path = json.loads(qdctl("paths", *lab.target, "--json").stdout)[0]["id"]
    expect("a job", 0, qdctl("run", "path.test", f"id={path}", *lab.target))
    jobs = json.loads(qdctl("jobs", *lab.target, "--json").stdout)
    check("its job is listed", any(j.get("kind", "").startswith("path") for j in jobs), jobs)


def half(lab):
    """What can be read is shown, and that it is not all is said."""
    lab.end()
    broken = Lab("--sites", "5", "--paths", "8", "--flows", "10", "--no-nats", "--faults", "/api/v1/paths:500")
    expect("partial", 5, qdctl("inspect", *broken.target), out="sites        5", err="/api/v1/paths")
    broken.end()


def main():
    if not os.access(LAB, os.X_OK):
        print("1..0 # SKIP quarterdeck-lab is not built")
        return 0
    without_server()
    lab = Lab("--sites", "12", "--paths", "40", "--flows", "150", "--rate", "200")
    try:
        signing_in(lab)
        looking(lab)
        changing(lab)
        half(lab)
    finally:
        lab.end()
        shutil.rmtree(ENV["XDG_DATA_HOME"], ignore_errors=True)
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
