#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""qdctl topology: what it prints and writes, each exit status, and the real networks where they are at hand."""

import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

BUILD = os.environ.get("QD_BUILD_ROOT", ".")
SOURCE = os.environ.get("QD_SOURCE_ROOT", ".")
QDCTL = os.path.join(BUILD, "src", "cli", "qdctl")
REAL = os.path.join(SOURCE, "..", "shared", "data", "topologies")
NETWORKS = ("Abilene", "Cogentco", "Geant2012", "Interoute", "Kdl", "UsCarrier", "openflights")
FOLDER = tempfile.mkdtemp(prefix="qdctl-topology-")
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


def topology(*args, stdin=None):
    return subprocess.run([QDCTL, "topology", *map(str, args)], input=stdin, capture_output=True, timeout=120, env=ENV)


def expect(what, status, result, err=""):
    error = result.stderr.decode()
    # One line says what is wrong.
    good = result.returncode == status and err in error and error.count("\n") == (1 if err else 0)
    check(what, good, f"exit {result.returncode}, wanted {status} and “{err}”\n{result.stdout[:300]}\n{error[:500]}")
    return result


def answer(what, status, result):
    try:
        return json.loads(expect(what, status, result).stdout)
    except ValueError as error:
        check(f"{what}: it is JSON", False, error)
        return collections.defaultdict(list)


def path(name):
    return os.path.join(FOLDER, name)


def write(name, content):
    with open(path(name), "w", encoding="utf-8") as f:
        f.write(content if isinstance(content, str) else json.dumps(content))
    return path(name)


SMALL = {"nodes": [{"id": "a", "label": "Alpha"}, {"id": "b"}, {"id": "c", "x": 1, "y": 2, "pinned": True, "attributes": {"rack": [1, None]}},
                   {"id": "d", "label": "Twin"}, {"id": "e", "label": "Twin"}, {"id": "both"}],
         "edges": [{"id": "ab", "source": "a", "target": "b", "latency_ms": 10, "loss_pct": 1},
                   {"id": "bc", "source": "b", "target": "c", "latency_ms": 10, "loss_pct": 1},
                   {"id": "ac", "source": "a", "target": "c", "latency_ms": 30, "loss_pct": 0},
                   {"id": "cd", "source": "c", "target": "d"},
                   {"id": "de", "source": "d", "target": "e", "status": "down"},
                   {"id": "both", "source": "c", "target": "both", "directed": True}]}


def asking(small):
    found = answer("path", 0, topology("path", small, "a", "c", "--json"))
    check("the faster one of two hops", found["paths"] == [{"nodes": ["a", "b", "c"], "edges": ["ab", "bc"], "hops": 2, "latency_ms": 20.0,
                                                           "loss_pct": found["paths"][0]["loss_pct"], "unknown": 0}], found)
    check("its loss is that of both", abs(found["paths"][0]["loss_pct"] - 1.99) < 1e-4, found)
    found = answer("by hops, by label", 0, topology("path", small, "Alpha", "c", "--by", "hops", "--alternatives", 5, "--json"))
    check("the direct one, then the other, and there is no third", [p["edges"] for p in found["paths"]] == [["ac"], ["ab", "bc"]], found)
    found = answer("by loss", 0, topology("path", small, "a", "c", "--by", "loss", "--json"))
    check("the one that loses nothing", [p["edges"] for p in found["paths"]] == [["ac"]], found)
    found = answer("not measured", 0, topology("path", small, "a", "d", "--json"))
    check("says how much is not known", found["paths"][0]["unknown"] == 1 and found["paths"][0]["latency_ms"] is None, found)
    for target, why in (("e", "down"), ("both", None)):
        found = answer(f"to {target}", 1 if why else 0, topology("path", small, "a", target, "--json"))
        check(f"apart: {why}", found["apart"] == why and bool(found["paths"]) == (why is None), found)
    check("against the direction", answer("back", 1, topology("path", small, "both", "a", "--json"))["apart"] == "direction")
    check("in words", b"2 hops" in expect("path without JSON", 0, topology("path", small, "a", "c")).stdout)

    found = answer("a node fails", 0, topology("impact", small, "node:c", "--json"))
    check("what hangs from it is cut off", [(n["id"], n["from_rest"]) for n in found["unreachable"]] == [("d", True), ("both", True)], found)
    check("its edges go", found["edges"] == ["bc", "ac", "cd", "both"] and found["rest"] == 2, found)
    found = answer("an edge fails", 0, topology("impact", small, "cd", "--json"))
    check("one node is cut off", [n["id"] for n in found["unreachable"]] == ["d"] and found["edges"] == ["cd"], found)
    found = answer("an edge that is down", 0, topology("impact", small, "de", "--json"))
    check("nothing happens", found["down_already"] is True and found["unreachable"] == [] and found["edges"] == [], found)
    expect("impact without JSON", 0, topology("impact", small, "a"))
    expect("a node and an edge of one name", 2, topology("impact", small, "both"), err="node:both")
    expect("a label that two have", 2, topology("path", small, "a", "Twin"), err="Twin")
    expect("a node that is not", 2, topology("path", small, "a", "z"), err="“z”")
    expect("nothing of that name", 2, topology("impact", small, "z"), err="“z”")


def rendering(small):
    for ending, head in (("svg", b"<?xml"), ("pdf", b"%PDF-"), ("png", b"\x89PNG"), ("dot", b"digraph"), ("graphml", b"<?xml"), ("json", b"{")):
        out = path("out." + ending)
        expect(f"render to {ending}", 0, topology("render", small, "-o", out, *(["--theme", "dark", "--scale", 2] if ending == "png" else [])))
        with open(out, "rb") as f:
            check(f"it is {ending}", f.read().startswith(head))
    svg = ET.parse(path("out.svg"))
    things = [g for g in svg.iter("{http://www.w3.org/2000/svg}g") if "id" in g.attrib]
    check("one group with an id for each node and edge", len(things) == 12, len(things))
    check("each says what it is", all(g[0].tag.endswith("title") and g[0].text for g in things))
    with open(path("out.json"), encoding="utf-8") as f:
        first = f.read()
    check("nothing is lost", json.loads(first)["nodes"][2]["attributes"] == {"rack": [1, None]}, first)
    expect("and back through GraphML", 0, topology("render", path("out.graphml"), "-o", path("again.json")))
    with open(path("again.json"), encoding="utf-8") as f:
        check("is the same", f.read() == first)
    expect("a layout of choice is kept", 0, topology("render", small, "-o", path("placed.json"), "--algorithm", "tiers", "--seed", 3))
    with open(path("placed.json"), encoding="utf-8") as f:
        placed = json.load(f)
    check("each node has a place, the pinned one its own", all("x" in n for n in placed["nodes"]) and placed["nodes"][2]["x"] == 1 and
          placed["nodes"][2]["y"] == 2, placed)


def laying_out(small):
    found = answer("layout", 0, topology("layout", small, "--json"))
    check("a place for each node", [n["id"] for n in found["nodes"]] == ["a", "b", "c", "d", "e", "both"], found)
    check("its figures", found["stress"] >= 0 and found["crossings"] >= 0 and found["ms"] >= 0, found)
    check("what is pinned stays", (found["nodes"][2]["x"], found["nodes"][2]["y"]) == (1, 2), found)
    again = answer("from standard input", 0, topology("layout", "-", "--json", stdin=json.dumps(SMALL).encode()))
    check("the same again", again["nodes"] == found["nodes"])
    for algorithm in ("force", "geographic", "tiers", "clusters"):
        expect(algorithm, 0, topology("layout", small, "--algorithm", algorithm, "--seed", 5))


def refusing(small):
    expect("nothing to do", 2, topology(), err="layout, render, path, impact")
    expect("something else", 2, topology("frobnicate", small), err="layout, render, path, impact")
    expect("too little", 2, topology("path", small, "a"), err="usage: path FILE A B")
    expect("too much", 2, topology("layout", small, "a"), err="usage: layout FILE")
    expect("an option of another", 2, topology("layout", small, "--by", "hops"), err="--by")
    expect("no file", 2, topology("layout", path("nowhere.graphml")), err="nowhere.graphml")
    expect("a folder", 2, topology("layout", FOLDER), err=FOLDER)
    expect("an algorithm that is not", 2, topology("layout", small, "--algorithm", "magic"), err="clusters")
    expect("a metric that is not", 2, topology("path", small, "a", "b", "--by", "luck"), err="luck")
    expect("too many alternatives", 2, topology("path", small, "a", "b", "--alternatives", 1000), err="--alternatives")
    expect("nowhere to write", 2, topology("render", small), err="-o FILE")
    expect("a format that is not", 2, topology("render", small, "-o", path("out.gif")), err=".svg")
    expect("a theme that is not", 2, topology("render", small, "-o", path("out.svg"), "--theme", "red"), err="red")
    expect("no scale", 2, topology("render", small, "-o", path("out.svg"), "--scale", "0"), err="--scale")
    expect("a folder that is not", 5, topology("render", small, "-o", path("no/where.svg")), err="where.svg")
    wide = write("wide.json", {"nodes": [{"id": 1, "x": 0, "y": 0}, {"id": 2, "x": 900, "y": 900}]})
    expect("a picture that is too large", 2, topology("render", wide, "-o", path("out.png")), err="scale of")
    expect("XML that is broken", 2, topology("layout", write("bad.graphml", "<graphml>\n<graph>\n<node id='a'></graph>")), err="bad.graphml: line 3, column")
    expect("JSON that is broken", 2, topology("layout", write("bad.json", '{"nodes": [\n  {"id": }]}')), err="bad.json: line 2, column 10")
    expect("an edge to nowhere", 2, topology("layout", write("end.json", '{"nodes": [{"id": "a"}],\n"edges": [{"source": "a", "target": "b"}]}')),
           err="end.json: line 2, column 11")
    expect("standard input that is broken", 2, topology("layout", "-", stdin=b"\x00\x01"), err="standard input: line 1")
    expect("nothing on standard input", 2, topology("layout", "-", stdin=b""), err="empty")


def hops_between(nodes, edges, start):
    """The plainest breadth first search."""
    near = collections.defaultdict(set)
    for a, b in edges:
        near[a].add(b)
        near[b].add(a)
    far, queue = {start: 0}, collections.deque([start])
    while queue:
        at = queue.popleft()
        for other in near[at] - far.keys():
            far[other] = far[at] + 1
            queue.append(other)
    return far


def real(name):
    source = os.path.join(REAL, name + ".graphml")
    space = "{http://graphml.graphdrawing.org/xmlns}"
    graph = ET.parse(source).getroot().find(f"{space}graph")
    if graph is None:
        space = ""
        graph = ET.parse(source).getroot().find("graph")
    nodes = [n.get("id") for n in graph.iter(f"{space}node")]
    edges = [(e.get("source"), e.get("target")) for e in graph.iter(f"{space}edge")]
    far = hops_between(nodes, edges, nodes[0])
    for target in (nodes[-1], nodes[len(nodes) // 2]):
        found = answer(f"{name}: path to {target}", 0 if target in far else 1, topology("path", source, nodes[0], target, "--by", "hops", "--json"))
        check(f"{name}: as short as can be", [p["hops"] for p in found["paths"]] == ([far[target]] if target in far else []), found)
    found = answer(f"{name}: impact", 0, topology("impact", source, f"node:{nodes[0]}", "--json"))
    check(f"{name}: all its edges go", len(found["edges"]) == sum(nodes[0] in e for e in edges), found)
    without = [e for e in edges if nodes[0] not in e]
    parts = []
    for node in far.keys() - {nodes[0]}:
        if not any(node in part for part in parts):
            parts.append(hops_between(nodes, without, node))
    largest = max(map(len, parts), default=0)
    check(f"{name}: as many are cut off", found["rest"] == largest and len(found["unreachable"]) == len(far) - 1 - largest, found)
    expect(f"{name}: render", 0, topology("render", source, "-o", path("real.svg")))
    things = [g for g in ET.parse(path("real.svg")).iter("{http://www.w3.org/2000/svg}g") if "id" in g.attrib]
    check(f"{name}: all is in the picture", len(things) == len(nodes) + len(edges), len(things))


def main():
    small = write("small.json", SMALL)
    try:
        asking(small)
        rendering(small)
        laying_out(small)
        refusing(small)
        global number
        for name in NETWORKS:
            if os.path.exists(os.path.join(REAL, name + ".graphml")):
                real(name)
            else:
                number += 1
                print(f"ok {number} - {name} # SKIP it is not in ../shared/data/topologies")
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
