#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""qdctl placement against a real lab's buckets: both encodings, lost races, history, roles, and each exit status."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

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


class Lab:
    def __init__(self):
        self.state = tempfile.mkdtemp(prefix="qdctl-lab-")
        self.process = subprocess.Popen([LAB, "--die-with-parent", "--state", self.state, "--sites", "3", "--paths", "3", "--flows", "3",
                                         "--rate", "5"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=ENV)
        ready = json.loads(self.process.stdout.readline())
        self.target = ["--url", ready["nats"], "--credentials", ready["credentials"]]

    def placement(self, *args, role="operator"):
        return subprocess.run([QDCTL, "placement", *args, *self.target, "--role", role], capture_output=True, text=True, timeout=60, env=ENV)

    def expect(self, what, status, *args, out="", err="", role="operator"):
        result = self.placement(*args, role=role)
        check(what, result.returncode == status and out in result.stdout and err in result.stderr,
              f"exit {result.returncode}, wanted {status}\nstdout: {result.stdout[:700]}\nstderr: {result.stderr[:700]}")
        return result

    def json(self, what, status, *args, role="operator"):
        result = self.expect(what, status, *args, "--json", role=role)
        try:
            return json.loads(result.stdout)
        except ValueError:
            check(what + ": JSON", False, result.stdout[:500])
            return None

    def places(self, kind):
        return {p["tenant"]: p for p in self.json(f"list {kind}", 0, "list", kind)[0]["placements"]}

    def end(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.state, ignore_errors=True)


def words(lab):
    lab.expect("no action", 2, err="restore")
    lab.expect("an action that is not", 2, "frob", err="list")
    lab.expect("a kind that is not", 2, "list", "frob", err="runner")
    lab.expect("a tenant too few", 2, "show", "runner", err="usage")
    lab.expect("no reason", 2, "set", "runner", "tenant-acme=shard-2", err="--reason")
    lab.expect("no change", 2, "set", "runner", "tenant-acme", "--dry-run", err="TENANT=SHARD")
    lab.expect("an option of another", 2, "list", "--merge", err="--merge")
    lab.expect("a tenant that cannot be", 2, "set", "runner", "a.b=shard-1", "--reason", "x", err="a.b")
    lab.expect("two runner shards", 2, "set", "runner", "tenant-acme=shard-1,shard-2", "--reason", "x", err="two runner shards")
    lab.expect("two shards in two words", 2, "set", "runner", "tenant-acme=shard-1", "tenant-acme=shard-2", "--reason", "x", err="one shard")
    lab.expect("a bucket that is not", 1, "list", "runner", "--bucket", "NOTHING", err="NOTHING", role="admin")
    # Who may not read any bucket is not told which there are.
    lab.expect("a bucket that is none of an operator's", 4, "list", "runner", "--bucket", "NOTHING", err="NOTHING")


def look(lab):
    maps = lab.json("all kinds", 0, "list")
    check("each in its encoding", {m["kind"]: m["encoding"] for m in maps} == {"aggregate": "object", "projection": "keys", "runner": "keys"}, maps)
    lab.expect("a table", 0, "list", "runner", out="tenant-acme")
    lab.expect("one tenant", 0, "show", "aggregate", "tenant-acme", out="shard-1")
    lab.expect("one that is nowhere", 1, "show", "aggregate", "tenant-nobody", err="tenant-nobody")


def change(lab, kind):
    before = lab.places(kind)
    lab.expect(f"{kind}: only said", 0, "set", kind, "tenant-new=shard-2", "tenant-acme=", "--dry-run", out="+ tenant-new: shard-2")
    check(f"{kind}: and not done", lab.places(kind) == before)
    answer = lab.json(f"{kind}: set", 0, "set", kind, "tenant-new=shard-2", "tenant-acme=", "--reason", "to see")
    check(f"{kind}: says what", answer["changes"] == [{"tenant": "tenant-acme", "from": before["tenant-acme"]["shard"], "to": None},
                                                       {"tenant": "tenant-new", "from": None, "to": "shard-2"}], answer)
    after = lab.places(kind)
    wanted = {t: p["shard"] for t, p in before.items() if t != "tenant-acme"} | {"tenant-new": "shard-2"}
    check(f"{kind}: and has done it", {t: p["shard"] for t, p in after.items()} == wanted, after)
    lab.expect(f"{kind}: already so", 0, "set", kind, "tenant-new=shard-2", "--reason", "to see", out="Nothing")
    lab.expect(f"{kind}: as it was seen", 0, "set", kind, "tenant-new=shard-1", "--revision", str(after["tenant-new"]["revision"]), "--reason", "x")
    lab.expect(f"{kind}: as it no longer is", 1, "set", kind, "tenant-new=shard-2", "--revision", str(after["tenant-new"]["revision"]),
               "--reason", "x", err="look at it again")


def past(lab, kind, own):
    history = lab.json(f"{kind}: history", 0, "history", kind, *own)
    last = history[-1]
    check(f"{kind}: who and why", last["why"] == "x" and "@" in last["who"] and last["as"] == "operator", last)
    check(f"{kind}: what", {"tenant": "tenant-new", "from": "shard-2", "to": "shard-1"} in last["changes"], last)
    first = next(r for r in history if any(c["tenant"] == "tenant-new" for c in r["changes"]))
    check(f"{kind}: oldest first", [r["revision"] for r in history] == sorted(r["revision"] for r in history))
    lab.expect(f"{kind}: in words", 0, "history", kind, *own, out=": to see")
    lab.expect(f"{kind}: two that differ", 1, "diff", kind, str(first["revision"]), str(last["revision"]), *own, out="shard-2 → shard-1")
    lab.expect(f"{kind}: two that do not", 0, "diff", kind, str(last["revision"]), str(last["revision"]), *own)
    lab.expect(f"{kind}: one that is not", 2, "diff", kind, "999999", str(last["revision"]), *own, err="999999")
    lab.expect(f"{kind}: restore, only said", 0, "restore", kind, str(first["revision"]), *own, "--dry-run", out="shard-1 → shard-2")
    lab.expect(f"{kind}: restore", 0, "restore", kind, str(first["revision"]), *own, "--reason", "back", out="shard-1 → shard-2")
    again = lab.json(f"{kind}: history after", 0, "history", kind, *own)
    check(f"{kind}: is a new revision", again[-1]["revision"] > last["revision"] and again[-1]["why"] == "back", again[-1])
    lab.expect(f"{kind}: and is there", 0, "show", kind, "tenant-new", out="shard-2")


def roles(lab):
    lab.expect("a viewer may look", 0, "list", "runner", role="viewer", out="tenant-globex")
    lab.expect("but not change", 4, "set", "runner", "tenant-globex=shard-2", "--reason", "x", role="viewer")
    lab.expect("and is told so beforehand", 4, "set", "runner", "tenant-globex=shard-9", "--dry-run", role="viewer", out="shard-9")
    lab.expect("nor a developer", 4, "set", "aggregate", "tenant-globex=shard-9", "--reason", "x", role="developer")
    lab.expect("and nothing was", 0, "show", "aggregate", "tenant-globex", out="shard-1")
    result = subprocess.run([QDCTL, "run", "kv.put", "bucket=RUNNER_PLACEMENT", "key=x", "value=y", "revision=0", *lab.target],
                            capture_output=True, text=True, timeout=60, env=ENV)
    check("what engines use is no command", result.returncode == 2 and "kv.put" not in result.stderr.split("The commands are:")[-1],
          result.stderr)


def own_server(folder):
    """A nats-server of its own, with the bucket of runners alone, in which two tenants are."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(["nats-server", "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", folder], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    until = time.monotonic() + 20
    while True:
        try:
            line = socket.create_connection(("127.0.0.1", port), timeout=20)
            break
        except OSError:
            if time.monotonic() > until:
                raise
    stream = json.dumps({"name": "KV_RUNNER_PLACEMENT", "subjects": ["$KV.RUNNER_PLACEMENT.>"], "max_msgs_per_subject": 5, "storage": "memory",
                         "retention": "limits", "discard": "new", "num_replicas": 1, "deny_delete": True, "allow_rollup_hdrs": True})
    said = b""
    line.sendall(b'CONNECT {"verbose":false,"headers":true,"no_responders":true}\r\nSUB answer 1\r\n')
    for n, (subject, payload) in enumerate((("$JS.API.STREAM.CREATE.KV_RUNNER_PLACEMENT", stream), ("$KV.RUNNER_PLACEMENT.a", "shard-1"),
                                            ("$KV.RUNNER_PLACEMENT.b", "no shard"))):
        line.sendall(f"PUB {subject} answer {len(payload)}\r\n{payload}\r\n".encode())
        while said.count(b"MSG answer") <= n:
            said += line.recv(65536)
    line.close()
    return server, f"nats://127.0.0.1:{port}"


def part_of_a_fleet():
    """A fleet that places runners alone, one of them where no shard is."""
    folder = tempfile.mkdtemp(prefix="qdctl-nats-")
    server, url = own_server(folder)
    try:
        run = [QDCTL, "placement", "list", "--json", "--url", url]
        result = subprocess.run(run, capture_output=True, text=True, timeout=60, env=ENV)
        maps = json.loads(result.stdout or "[]")
        check("what there is is listed", result.returncode == 0 and [m["kind"] for m in maps] == ["runner"], result.stderr)
        check("what there is not is said", "AGGREGATE_PLACEMENT" in result.stderr and "PROJECTION_PLACEMENT" in result.stderr, result.stderr)
        check("what is broken has its place", [(f["problem"], f["key"]) for f in maps[0]["findings"]] == [("broken-value", "b")] and
              [p["tenant"] for p in maps[0]["placements"]] == ["a"], maps)
        result = subprocess.run([*run, "aggregate"], capture_output=True, text=True, timeout=60, env=ENV)
        check("asked for by name it is missed", result.returncode == 1 and result.stdout == "", result.stdout)
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def race(lab):
    """Ten at once, each with another tenant: with --merge none is lost."""
    for kind in ("aggregate", "runner"):
        runs = [subprocess.Popen([QDCTL, "placement", "set", kind, f"tenant-r{i}=shard-{i % 2 + 1}", "--merge", "--reason", "race", *lab.target],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=ENV) for i in range(6)]
        errors = [run.communicate(timeout=60)[1] for run in runs]
        check(f"{kind}: six at once", all(run.returncode == 0 for run in runs), "\n".join(errors))
        places = lab.places(kind)
        check(f"{kind}: and all are there", all(places.get(f"tenant-r{i}", {}).get("shard") == f"shard-{i % 2 + 1}" for i in range(6)), places)


def rebalance(lab):
    """Who is on a shard that nobody knows is proposed another, and once there, nothing is proposed any more."""
    lab.expect("on a shard that nobody knows", 0, "set", "runner", "tenant-lost=shard-nobody", "--reason", "test")
    plan, until = None, time.monotonic() + 30
    # The shards tell of themselves within seconds of their start.
    while time.monotonic() < until and not (plan and plan["moves"] and not plan["blocks"]):
        result = lab.placement("rebalance", "runner", "--json")
        plan = json.loads(result.stdout) if result.stdout else None
    moves = {m["tenant"]: m for m in plan["moves"]} if plan else {}
    check("rebalance: the lost one moves", moves.get("tenant-lost", {}).get("from") == "shard-nobody" and "shard-nobody" in moves["tenant-lost"]["why"], plan)
    check("rebalance: to a shard that there is", moves.get("tenant-lost", {}).get("to") in ("shard-1", "shard-2"), plan)
    check("rebalance: as few as must", plan and len(moves) >= plan["at_least"], plan)
    lab.expect("rebalance: in words", 0, "rebalance", "runner", out="tenant-lost: shard-nobody → ")
    lab.expect("carried out", 0, "set", "runner", *(f"{t}={m['to']}" for t, m in moves.items()), "--reason", "test")
    lab.expect("rebalance: nothing is left", 0, "rebalance", "runner", out="nothing needs to move")
    lab.expect("rebalance: a kind is needed", 2, "rebalance", err="usage")


def main():
    probe = subprocess.run(["nats-server", "--version"], capture_output=True, check=False) if shutil.which("nats-server") else None
    if probe is None:
        print("1..0 # SKIP nats-server is not installed")
        return
    lab = Lab()
    try:
        words(lab)
        look(lab)
        change(lab, "aggregate")
        past(lab, "aggregate", [])
        change(lab, "runner")
        past(lab, "runner", ["--tenant", "tenant-new"])
        lab.expect("whose history", 2, "history", "runner", err="say whose")
        roles(lab)
        race(lab)
        part_of_a_fleet()
        rebalance(lab)
    finally:
        lab.end()
        shutil.rmtree(ENV["XDG_DATA_HOME"], ignore_errors=True)
    print(f"1..{number}")
    sys.exit(1 if failed else 0)


main()
