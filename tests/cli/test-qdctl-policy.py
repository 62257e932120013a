#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""qdctl policy: what it prints, in both forms, and each exit status."""

import json
import os
import shutil
import subprocess
import sys
import tempfile

BUILD = os.environ.get("QD_BUILD_ROOT", ".")
QDCTL = os.path.join(BUILD, "src", "cli", "qdctl")
FOLDER = tempfile.mkdtemp(prefix="qdctl-policy-")
ENV = {k: v for k, v in os.environ.items() if k != "G_DEBUG"}

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


def policy(*args, stdin=None):
    return subprocess.run([QDCTL, "policy", *map(str, args)], input=stdin, capture_output=True, text=True, timeout=60, env=ENV)


def path(*names):
    return os.path.join(FOLDER, *names)


def write(name, content):
    os.makedirs(os.path.dirname(path(name)), exist_ok=True)
    with open(path(name), "w", encoding="utf-8") as f:
        f.write(content)
    return path(name)


def expect(what, status, result, out=None, err=None):
    """out and err: all of it where they end a line, else a part of it; err None is nothing at all."""
    good = result.returncode == status
    good = good and (out is None or (result.stdout == out if out.endswith("\n") else out in result.stdout))
    good = good and (result.stderr == "" if err is None else result.stderr == err if err.endswith("\n") else err in result.stderr)
    check(what, good, f"exit {result.returncode}, wanted {status}\n{result.stdout[:900]}\n{result.stderr[:500]}")
    return result


PODS = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: a}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, ports: [{name: http, containerPort: 80}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
status: {podIP: 10.0.0.7}
"""
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{podSelector: {matchLabels: {app: db}}}]
    ports: [{port: http}, {port: 90, endPort: 100}, {protocol: UDP, port: 53}]
  - from: [{ipBlock: {cidr: 10.0.0.0/8}}]
    ports: [{port: 443}]
"""
DATABASE = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress, Egress], egress: [{to: [{namespaceSelector: {}}]}]}
"""
ROWS = [
    {"src": "shop/db[Pod]", "dst": "shop/web[Deployment]", "conn": "TCP 80,90-100,443,UDP 53"},
    {"src": "10.0.0.0-10.255.255.255[External]", "dst": "shop/web[Deployment]", "conn": "TCP 443"},
]
NOTE = "qdctl: blocks of addresses match pods whose address is known, too (--ip-block=all)\n"


def connectivity():
    write("world/a.yaml", PODS)
    write("world/deep/b.yml", POLICY)
    write("world/deep/c.yaml", DATABASE)
    write("world/.git/x.yaml", "a: [")
    write("world/notes.txt", "a: [")
    write("world/x.policytest.yaml", "a: [")
    text = "".join(f"{r['src']} => {r['dst']} : {r['conn']}\n" for r in ROWS)
    expect("a folder's connections are listed", 0, policy("connectivity", path("world")), text, NOTE)
    result = expect("the same as JSON", 0, policy("connectivity", path("world"), "--json"), err=NOTE)
    check("the JSON is a list of what may connect", json.loads(result.stdout) == ROWS, result.stdout)
    expect("files one by one", 0, policy("connectivity", path("world/a.yaml"), path("world/deep/b.yml"), path("world/deep/c.yaml")), text, NOTE)
    expect("standard input is a file too", 0, policy("connectivity", "-", stdin="---\n".join([PODS, POLICY, DATABASE])), text, NOTE)
    closed = DATABASE.replace("{to: [{namespaceSelector: {}}]}", "")
    write("closed.yaml", closed)
    result = expect("nothing may connect", 0, policy("connectivity", path("closed.yaml"), "--json"), "[]\n")
    expect("an ipBlock matches addresses outside alone", 0, policy("connectivity", path("world"), "--ip-block=external"),
           text.replace("90-100,443", "90-100"), "qdctl: an ipBlock matches addresses outside alone (--ip-block=external)\n")
    host = write("host.yaml", PODS.replace("status: {podIP: 10.0.0.7}", "spec: {hostNetwork: true}") + "---\n" + DATABASE)
    exempt = policy("connectivity", host)
    expect("who is in the node's network is said", 0, exempt, "shop/web[Deployment] => shop/db[Pod] : All Connections",
           "qdctl: 1 workload is in its node's network: policies do not cover it (--host-network=exempt)\n")
    result = expect("unless it is a pod as others", 0, policy("connectivity", host, "--host-network=pod"))
    check("and then it is covered", "=> shop/db[Pod]" not in result.stdout, result.stdout)
    other = write("other.yaml", PODS + "---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}\n---\n" +
                  "{apiVersion: crd.projectcalico.org/v1, kind: NetworkPolicy, metadata: {name: c}}\n---\n" + DATABASE.replace("egress:", "Egress:"))
    expect("what is passed over, and what has no effect, is said", 0, policy("connectivity", other), err="ConfigMap (2), NetworkPolicy (1)")
    check("with its place", f"{other}:27:" in policy("connectivity", other).stderr, policy("connectivity", other).stderr)
    six = write("six.yaml", PODS + "---\n" + POLICY.replace("10.0.0.0/8", "'fd00::/8'"))
    expect("IPv6 is there once a policy names some of it", 0, policy("connectivity", six),
           "fd00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff[External] => shop/web[Deployment] : TCP 443", NOTE)


def unreadable():
    bad = write("bad/a.yaml", "kind: Pod\nspec: [1, 2\n")
    write("bad/b.yaml", PODS)
    result = policy("connectivity", bad)
    line = result.stderr.splitlines()
    check("an unreadable file is one line with its place", result.returncode == 2 and len(line) == 1 and line[0].startswith(f"{bad}:3:1: ") and not result.stdout,
          result.stderr)
    result = policy("connectivity", path("bad"))
    check("a folder ends at it", result.returncode == 2 and result.stderr.count("\n") == 1 and not result.stdout, result.stderr)
    result = policy("connectivity", path("bad"), "--keep-going")
    check("with --keep-going the rest is read", result.returncode == 2 and f"{bad}:3:1: " in result.stderr and "shop/db[Pod] =>" in result.stdout, result.stderr)
    expect("a file that is not there", 2, policy("connectivity", path("nowhere.yaml")), "", f"{path('nowhere.yaml')}:1:1: cannot be read: No such file or directory\n")
    invalid = write("invalid.yaml", POLICY.replace("port: 443", "port: 70000"))
    for verb in (["connectivity", invalid], ["explain", invalid, "--from=shop/web", "--to=shop/db", "--port=80"], ["diff", invalid, path("world")],
                 ["diff", path("world"), invalid], ["connectivity", invalid, "--keep-going"]):
        result = policy(*verb)
        check(f"{verb[0]} refuses what the API would refuse", result.returncode == 2 and f"{invalid}:11:20: " in result.stderr and not result.stdout, result.stderr)
    twice = policy("connectivity", path("world/a.yaml"), path("bad/b.yaml"))
    check("an object that is there twice is told with both places", twice.returncode == 2 and f"{path('bad/b.yaml')}:1:1: " in twice.stderr and
          f"{path('world/a.yaml')}:1:1" in twice.stderr, twice.stderr)


def explain():
    def ask(*args):
        return policy("explain", path("world"), *args)

    expect("allowed is exit 0", 0, ask("--from=shop/db", "--to=shop/web", "--port=80/TCP"), "shop/db[Pod] may connect to shop/web[Deployment] on port 80/TCP.\n\nEgress of")
    expect("denied is exit 1", 1, ask("--from=shop/db", "--to=shop/web", "--port=81"),
           "shop/db[Pod] may not connect to shop/web[Deployment] on port 81/TCP. Ingress of shop/web[Deployment] is denied: NetworkPolicy shop/web isolates")
    expect("an address is an end", 0, ask("--from=10.1.2.3", "--to=shop/web[Deployment]", "--port=443/tcp"), "10.1.2.3 may connect")
    expect("a pod's address is the pod", 0, ask("--from=10.0.0.7", "--to=shop/web", "--port=53/UDP"), "shop/db[Pod] may connect")
    result = ask("--from=shop/db", "--to=192.0.2.1", "--port=443/TCP", "--json")
    answer = json.loads(result.stdout)
    steps = answer["egress"]["steps"]
    check("an explanation as JSON", result.returncode == 1 and answer["verdict"] == "deny" and answer["decided"] == "egress" and answer["port"] == "443/TCP" and
          answer["from"] == "shop/db[Pod]" and answer["to"] == "192.0.2.1" and answer["ip_block"] == "all" and answer["host_network"] == "exempt" and
          [s["outcome"] for s in steps] == ["selected", "missed", "not-selected"] and steps[1]["rule"] == "egress[0]" and
          steps[1]["place"] == path("world/deep/c.yaml") + f":4:{DATABASE.splitlines()[3].index('{to') + 1}", result.stdout)
    check("who is outside has no policies", answer["ingress"]["allowed"] and answer["ingress"]["reason"] == "outside", result.stdout)
    expect("a workload that is not there", 2, ask("--from=shop/gone", "--to=shop/web", "--port=80"), "", "“shop/gone”")
    expect("a kind that it is not", 2, ask("--from=shop/web[Pod]", "--to=shop/web", "--port=80"), "", "“shop/web[Pod]”")
    expect("no port", 2, ask("--from=shop/db", "--to=shop/web"), "", "--port")
    for port in ("0", "65536", "http", "80/ICMP", "80/", "-1"):
        expect(f"{port} is no port", 2, ask("--from=shop/db", "--to=shop/web", f"--port={port}"), "", "--port is a number")
    both = write("both.yaml", PODS + "---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\n")
    expect("a name that two have", 2, policy("explain", both, "--from=shop/web", "--to=shop/db", "--port=80"), "", "“shop/web[Deployment]” and “shop/web[Pod]”")
    expect("and with its kind it is one", 0, policy("explain", both, "--from=shop/web[Pod]", "--to=shop/db", "--port=80"), "shop/web[Pod] may connect")


def diff():
    write("old/a.yaml", PODS)
    write("old/b.yaml", POLICY)
    write("new/a.yaml", PODS)
    write("new/b.yaml", POLICY.replace("port: 90, endPort: 100", "port: 95, endPort: 105").replace("10.0.0.0/8", "10.0.0.0/9"))
    expect("the same is exit 0", 0, policy("diff", path("old"), path("old")), "")
    changes = ("+ shop/db[Pod] => shop/web[Deployment] : TCP 101-105\n"
               "- shop/db[Pod] => shop/web[Deployment] : TCP 90-94\n"
               "- 10.128.0.0-10.255.255.255[External] => shop/web[Deployment] : TCP 443\n")
    expect("what changes is exit 1", 1, policy("diff", path("old"), path("new")), changes)
    result = policy("diff", path("old"), path("new"), "--json")
    check("as JSON", result.returncode == 1 and json.loads(result.stdout) == {
        "allowed": [{"src": "shop/db[Pod]", "dst": "shop/web[Deployment]", "conn": "TCP 101-105"}],
        "denied": [{"src": "shop/db[Pod]", "dst": "shop/web[Deployment]", "conn": "TCP 90-94"},
                   {"src": "10.128.0.0-10.255.255.255[External]", "dst": "shop/web[Deployment]", "conn": "TCP 443"}]}, result.stdout)
    result = policy("diff", path("old"), path("old"), "--json")
    check("nothing as JSON", result.returncode == 0 and json.loads(result.stdout) == {"allowed": [], "denied": []}, result.stdout)


def flows():
    head = "id,name,src_ip,src_port,dst_ip,dst_port,protocol,bytes_tx,bytes_rx,started_at,last_seen\r\n"
    seen = "2026-11-20T10:00:00Z,2026-11-20T22:00:00Z"
    web = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: web-1, namespace: shop, labels: {app: web}, ownerReferences: [{kind: Deployment, name: web, controller: true}]}\nstatus: {podIP: 10.0.0.8}\n"
    for folder, policies in (("before", POLICY), ("after", POLICY.replace("port: 90, endPort: 100", "port: 95, endPort: 105").replace("10.0.0.0/8", "10.0.0.0/9"))):
        write(folder + "/a.yaml", PODS + web)
        write(folder + "/b.yaml", policies)
    table = write("flows.csv", head + f'1,"a, b",10.0.0.7,4000,10.0.0.8,91,tcp,1000,500,{seen}\r\n' + f"2,,10.0.0.7,4000,10.0.0.8,96,TCP,7,7,{seen}\r\n" +
                  f"3,,10.200.0.1,4000,10.0.0.8,443,TCP,100,,{seen}\r\n" + f"4,,10.0.0.7,4000,10.0.0.8,1000,TCP,9,9,{seen}\r\n" + "5,,,,,,icmp,,,,\r\n")
    result = policy("diff", path("before"), path("after"), f"--flows={table}", "--json")
    answer = json.loads(result.stdout)
    check("flows that would be cut off", result.returncode == 1 and [(f["src"], f["dst_ip"], f["port"], f["bytes_a_day"]) for f in answer["cut"]] ==
          [("shop/db[Pod]", "10.0.0.8", "91/TCP", 3000), ("10.0.0.0-10.255.255.255[External]", "10.0.0.8", "443/TCP", None)] and answer["cut_bytes_a_day"] == 3000,
          result.stdout)
    check("what no policy is about is counted", "1 flow was passed over" in result.stderr, result.stderr)
    expect("the same in words", 1, policy("diff", path("before"), path("after"), "--flows", table), "2 of the flows that were seen would be cut off, 3.0", "1 flow was passed over")
    expect("a table without the columns", 2, policy("diff", path("before"), path("after"), "--flows", write("other.csv", "a,b\n1,2\n")), "", "src_ip")
    expect("a table that is not there", 2, policy("diff", path("before"), path("after"), "--flows", path("gone.csv")), "", "cannot be read")


TESTS = """\
tests:
- {name: "web is reached #1", from: shop/db, to: shop/web, port: 95, expect: allow}
- {from: 10.1.2.3, to: "shop/web[Deployment]", port: 443/tcp, expect: allow}
- {from: shop/web, to: shop/db, port: 53/UDP, expect: deny}
"""


def test():
    write("t/a.yaml", PODS)
    write("t/b.yaml", POLICY)
    write("t/c.policytest.yaml", TESTS)
    result = expect("tests beside policies", 0, policy("test", path("t")), "TAP version 13\n1..3\nok 1 - web is reached  1\nok 2 - 10.1.2.3 to shop/web[Deployment], 443/TCP\n"
                    "ok 3 - shop/web to shop/db, 53/UDP\n")
    write("t/c.policytest.yaml", TESTS.replace("expect: deny", "expect: allow").replace("shop/db, to: shop/web", "shop/gone, to: shop/web"))
    result = expect("tests that fail", 1, policy("test", path("t")), "not ok 1 - web is reached")
    for verdict in ("allow", "deny"):
        write("t/c.policytest.yaml", "tests: [{from: shop/db, to: shop/web, port: 91, expect: %s}]" % verdict)
        told = policy("explain", path("t"), "--from=shop/db", "--to=shop/web", "--port=91/TCP").returncode
        check("a test says what explain says: " + verdict, policy("test", path("t")).returncode == (told if verdict == "allow" else 1 - told))
    lines = result.stdout.splitlines()
    check("why, and where", any(l.startswith("# " + path("t", "c.policytest.yaml") + ":2:3: there is no workload") for l in lines) and
          any(l.startswith("# " + path("t", "c.policytest.yaml") + ":4:3: ") for l in lines), result.stdout)
    write("t/c.policytest.yaml", "tests:\n- {from: web, to: shop/db, port: 1, expect: allow}\n")
    expect("tests that are wrong", 2, policy("test", path("t")), "", path("t", "c.policytest.yaml") + ":2:10: “web” is neither")
    os.unlink(path("t/c.policytest.yaml"))
    expect("no tests", 2, policy("test", path("t")), "", "there are no tests")


def examples():
    """The examples that are shipped are clean: what is unusual in them is meant, and only noted."""
    folder = os.path.join(os.environ["QD_SOURCE_ROOT"], "data", "examples")
    for name in sorted(os.listdir(folder)):
        result = policy("lint", os.path.join(folder, name))
        check(f"the example {name} is clean", result.returncode == 0 and result.stderr == "", result.stdout + result.stderr)


def traffic():
    """What policies mean together: the flow that shows it, and the fix, in all three forms."""
    write("t1/a.yaml", PODS)
    write("t1/b.yaml", POLICY)
    result = policy("lint", path("t1"))
    check("a warning, a flow and a fix, in lines", result.returncode == 1 and
          path("t1", "b.yaml") + ":6:26: warning: Egress is named without rules, and so nothing is allowed there: if that is meant, egress: [] says it "
          "[type-without-rules]\n    flow: shop/web[Deployment] → 192.0.2.1, TCP 443: denied by egress\n    fix: Write egress: []\n" in result.stdout, result.stdout)
    found = [f for f in json.loads(policy("lint", path("t1"), "--json").stdout) if f["severity"] == "warning"]
    flow = {"from": "shop/web[Deployment]", "to": "192.0.2.1", "port": 443, "protocol": "TCP", "egress": "deny", "ingress": "allow", "verdict": "deny"}
    check("the same as JSON", len(found) == 1 and found[0]["code"] == "type-without-rules" and found[0]["flow"] == flow and
          found[0]["fix"]["title"] == "Write egress: []", found)

    def fixed(start, end, inserted):
        lines = POLICY.split("\n")
        before = "\n".join(lines[:start[0] - 1] + [lines[start[0] - 1][:start[1] - 1]])
        return before + inserted + "\n".join([lines[end[0] - 1][end[1] - 1:]] + lines[end[0]:])

    fix = found[0]["fix"]
    mended = fixed((fix["line"], fix["column"]), (fix["end_line"], fix["end_column"]), fix["text"])
    check("its edit says what the title does, and leaves all else", mended == POLICY + "  egress: []\n", mended)
    sarif = json.loads(policy("lint", path("t1"), "--sarif").stdout)
    one = [r for r in sarif["runs"][0]["results"] if r["level"] == "warning"][0]
    change = one["fixes"][0]["artifactChanges"][0]
    region = change["replacements"][0]["deletedRegion"]
    mended = fixed((region["startLine"], region["startColumn"]), (region["endLine"], region["endColumn"]), change["replacements"][0]["insertedContent"]["text"])
    check("as SARIF", one["properties"]["flow"] == flow and one["fixes"][0]["description"]["text"] == "Write egress: []" and mended == POLICY + "  egress: []\n" and
          change["artifactLocation"] == one["locations"][0]["physicalLocation"]["artifactLocation"], one)
    write("t1/b.yaml", mended)
    check("and is clean afterwards", policy("lint", path("t1")).returncode == 0)
    write("t1/c.yaml", DATABASE.replace("egress: [{to: [{namespaceSelector: {}}]}]", "egress: []"))
    one = [r for r in json.loads(policy("lint", path("t1"), "--sarif").stdout)["runs"][0]["results"] if r["ruleId"] == "ingress-without-egress"][0]
    check("the other policy is told as well", one["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"].endswith("t1/c.yaml"), one)
    check("pods in their node's network are read as one says", policy("lint", path("t1"), "--host-network=pod", "--ip-block=external").returncode == 1)


def lint():
    write("l/a.yaml", PODS)
    clean = POLICY + "  egress: []\n"
    write("l/b.yaml", clean)
    write("l/c.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n")
    result = policy("lint", path("l"))
    check("clean, with a note of what was passed over", result.returncode == 0 and all(": note: " in l for l in result.stdout.splitlines()), result.stdout)
    traffic()
    examples()
    bad = clean.replace("{app: web}", "{app: yes}").replace("ingress:", "ingres:")
    write("l/b.yaml", bad)
    result = policy("lint", path("l"))
    lines = [l for l in result.stdout.splitlines() if ": note: " not in l and not l.startswith("    ")]
    check("findings, once each, in order", result.returncode == 1 and len(lines) == 2 and
          lines[0] == path("l", "b.yaml") + ":5:36: error: “app” must be a string; yes without quotes is a boolean [unquoted]" and
          lines[1] == path("l", "b.yaml") + ":7:3: warning: “ingres” is no field of this, and has no effect: is “ingress” meant? [unknown-field]", result.stdout)
    found = [f for f in json.loads(policy("lint", path("l"), "--json").stdout) if f["severity"] != "note"]
    check("as JSON", [(f["code"], f["severity"], f["line"], f["column"], f["end_line"], f["end_column"]) for f in found] ==
          [("unquoted", "error", 5, 36, 5, 39), ("unknown-field", "warning", 7, 3, 7, 9)], found)
    sarif = json.loads(policy("lint", path("l"), "--sarif").stdout)
    results = [r for r in sarif["runs"][0]["results"] if r["level"] != "note"]
    check("as SARIF", sarif["version"] == "2.1.0" and [r["ruleId"] for r in results] == ["unquoted", "unknown-field"] and
          results[0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 5, "startColumn": 36, "endLine": 5, "endColumn": 39} and
          {r["ruleId"] for r in results} <= {r["id"] for r in sarif["runs"][0]["tool"]["driver"]["rules"]}, sarif)
    expect("one form at a time", 2, policy("lint", path("l"), "--json", "--sarif"), "", "either --json or --sarif")
    write("l/d.policytest.yaml", "tests: [{from: web, to: a/b, port: 1, expect: deny}]\n")
    check("tests are looked at, too", "d.policytest.yaml:1:16: error: “web” is neither" in policy("lint", path("l")).stdout)
    write("l/e.yaml", "a: [\n")
    expect("unreadable", 2, policy("lint", path("l")), "", path("l", "e.yaml") + ":2:1: ")
    result = policy("lint", path("l"), "--keep-going")
    check("the rest of it all the same", result.returncode == 2 and "[unquoted]" in result.stdout, result.stdout)


def format():
    before, after = "a:\n    b:   1 # why\n    c:\n        - x", "a:\n  b: 1 # why\n  c:\n  - x\n"
    file = write("format.yaml", before)
    expect("a formatted file", 0, policy("format", file), after)
    check("the file itself stays", open(file, encoding="utf-8").read() == before)
    os.chmod(file, 0o640)
    os.symlink(file, path("link.yaml"))
    expect("written", 0, policy("format", path("link.yaml"), "-w"), "")
    check("in place, with its rights, behind a link", open(file, encoding="utf-8").read() == after and os.stat(file).st_mode & 0o777 == 0o640 and os.path.islink(path("link.yaml")))
    stamp = os.stat(file).st_mtime_ns
    expect("nothing to write", 0, policy("format", file, "--write"), "")
    check("is not written", os.stat(file).st_mtime_ns == stamp)
    expect("standard input", 0, policy("format", "-", stdin="{\"a\":[1]}"), "{\n  \"a\": [\n    1\n  ]\n}\n")
    expect("which cannot be changed", 2, policy("format", "-", "-w", stdin="a: 1"), "", "leave -w out")
    expect("what is no YAML", 2, policy("format", write("bad.yaml", "a: [\n")), "", path("bad.yaml") + ":2:1: ")
    expect("what is not there", 2, policy("format", path("gone.yaml")), "", path("gone.yaml") + ":1:1: cannot be read: ")


MIXED = """\
# ours
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop, labels: {a: b}}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress:
  - from: [{podSelector: {}}, {namespaceSelector: {}}]
    ports: [{port: 80}]
"""
PLAIN = MIXED.replace("# ours\n", "").replace(", labels: {a: b}", "").replace(", {namespaceSelector: {}}", "")


def convert():
    mixed, plain = write("mixed.yaml", MIXED), write("plain.yaml", PLAIN)
    result = expect("to Patronus", 0, policy("convert", mixed, "--to=patronus"), err=mixed + ":4:49: lost: metadata.labels.a: ")
    check("comments are lost", mixed + ":1:1: lost: comments" in result.stderr, result.stderr)
    check("a peer that would mean another is lost", mixed + ":8:51: lost: spec.ingress[0].from[1].namespaceSelector: " in result.stderr, result.stderr)
    body = json.loads(result.stdout)
    check("is a request", body["spec"]["ingress"] == [{"from": [{"pod_selector": {"match_labels": {}, "match_expressions": []}}],
                                                       "ports": [{"protocol": "TCP", "port": 80, "end_port": None}]}], result.stdout)
    expect("lost, strictly", 1, policy("convert", mixed, "--to=patronus", "--strict"), err="lost")
    result = expect("nothing lost, strictly", 0, policy("convert", plain, "--to=patronus", "--strict", "--shape=response"), err="note: ")
    check("is a response", json.loads(result.stdout)["ingress_rules"][0]["from"][0]["type"] == "podSelector", result.stdout)
    out = path("there.json")
    expect("into a file", 0, policy("convert", plain, "--to=patronus", "-o", out), "", "note: ")
    back = expect("and back", 0, policy("convert", out, "--to=k8s"), err="note: ")
    again = policy("convert", "-", "--to=patronus", stdin=back.stdout)
    check("gives the same again", json.loads(again.stdout) == json.load(open(out, encoding="utf-8")), again.stdout)
    as_json = expect("as JSON", 0, policy("convert", out, "--to=k8s", "--json"), err="note: ")
    check("is the object", json.loads(as_json.stdout)["kind"] == "NetworkPolicy", as_json.stdout)
    several = write("several.json", json.dumps([dict(body, name="a"), dict(body, name="b")]))
    as_json = expect("several as JSON", 0, policy("convert", several, "--to=k8s", "--json"), err="note: ")
    check("are a list", [item["metadata"]["name"] for item in json.loads(as_json.stdout)["items"]] == ["a", "b"], as_json.stdout)
    broken = write("broken.json", json.dumps(dict(body, spec=dict(body["spec"], pod_selector={"matchLabels": {"app": "web"}}))))
    expect("a selector that the server would read as everything", 2, policy("convert", broken, "--to=k8s"), "", "error: spec.pod_selector.matchLabels: ")
    expect("what the API refuses", 2, policy("convert", write("wrong.yaml", PLAIN.replace("80", "0")), "--to=patronus"), "", "wrong.yaml:8:20: error: ")
    expect("without a policy", 2, policy("convert", write("pods.yaml", PODS), "--to=patronus"), "", "there is no policy")
    expect("what is no YAML", 2, policy("convert", write("bad.yaml", "a: [\n"), "--to=k8s"), "", "bad.yaml:2:1: ")
    expect("what is not there", 2, policy("convert", path("gone.yaml"), "--to=k8s"), "", "gone.yaml:1:1: cannot be read: ")
    expect("to nothing", 2, policy("convert", plain), "", "convert needs --to k8s")
    expect("to something else", 2, policy("convert", plain, "--to=x"), "", "convert needs --to k8s")
    expect("another shape", 2, policy("convert", plain, "--to=patronus", "--shape=x"), "", "--shape is request or response")
    expect("a shape of Kubernetes", 2, policy("convert", out, "--to=k8s", "--shape=request"), "", "--shape is for --to patronus")
    routes = write("routes.yaml", "- {name: web, priority: 10, match: {protocol: tcp, dst_port_range: '443', dst_cidr: 10.0.0.0/8}, path_preference: LowestCost}\n"
                   "- {name: voice, priority: 20, match: {dscp: 46}, path_preference: LowestLatency}\n")
    result = expect("routing policies to Patronus", 0, policy("convert", routes, "--to=patronus"), err=routes + ":2:45: lost: [1].match.dscp: ")
    rows = json.loads(result.stdout)
    check("are rows", len(rows) == 1 and rows[0]["priority"] == 990 and json.loads(rows[0]["match_rules"])["protocol"] == 6, result.stdout)
    result = expect("and back", 0, policy("convert", write("rows.json", result.stdout), "--to=node-api", "--json", "--strict"))
    check("are routing policies", json.loads(result.stdout)[0]["match"] == {"dst_cidr": "10.0.0.0/8", "dst_port_range": "443", "protocol": "tcp"}, result.stdout)
    expect("what lint says of them", 1, policy("lint", write("all.routing.yaml", "- {name: a, priority: 1, path_preference: LowestCost}\n"
           "- {name: b, priority: 2, match: {protocol: udp}, path_preference: LowestLatency}\n")), ":2:3: warning: “b” is never taken: “a” is asked before it")
    expect("which Kubernetes has not", 2, policy("convert", routes, "--to=k8s"), "", "error: ")
    expect("a folder", 2, policy("convert", path("world"), "--to=k8s"), "", "is a folder")
    expect("where nothing can be written", 2, policy("convert", plain, "--to=patronus", "-o", path("no", "such", "folder")), "", "could not be written")


def usage():
    expect("no verb", 2, policy(), "", "connectivity, explain, diff")
    expect("another verb", 2, policy("connect", path("world")), "", "connectivity, explain, diff")
    expect("no path", 2, policy("connectivity"), "", "usage: connectivity PATH")
    expect("one path to compare", 2, policy("diff", path("world")), "", "usage: diff OLD NEW")
    expect("an option of another verb", 2, policy("connectivity", path("world"), "--from=a/b"), "", "connectivity takes no --from")
    expect("a reading that there is not", 2, policy("connectivity", path("world"), "--ip-block=none"), "", "--ip-block is all or external")
    expect("another", 2, policy("connectivity", path("world"), "--host-network=yes"), "", "--host-network is exempt or pod")


connectivity()
unreadable()
explain()
diff()
flows()
lint()
test()
format()
convert()
usage()
shutil.rmtree(FOLDER)
print(f"1..{number}")
sys.exit(1 if failed else 0)
