#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Starts the real program with networks in files, and looks at the picture as a screen reader does: each node of the file is a
# child of the picture, once, with its name, its state and its neighbours; and a second start hands its file to the first.
# Prints TAP.
import random, re, shutil, subprocess, sys, tempfile

from looking import *

tap = Tap()
QDCTL = os.path.join(BUILD, "src/cli/qdctl")
STATES = {"well": "Well", "degraded": "Degraded", "down": "Down", "maintenance": "Maintenance", "unknown": "Unknown"}

def write_network(path, name, n, seed):
  """A network of @n nodes as our JSON; its nodes' labels with their states and neighbours."""
  rand = random.Random(seed)
  nodes = [{"id": f"n{i}", "label": f"{name} {i}", "status": rand.choice(list(STATES))} for i in range(n)]
  edges = [{"id": f"e{i}", "source": f"n{i}", "target": f"n{rand.randrange(i)}"} for i in range(1, n)]
  with open(path, "w") as file:
    json.dump({"nodes": nodes, "edges": edges}, file)
  neighbours = {f"n{i}": set() for i in range(n)}
  for edge in edges:
    neighbours[edge["source"]].add(edge["target"])
    neighbours[edge["target"]].add(edge["source"])
  return {node["label"]: (STATES[node["status"]], len(neighbours[node["id"]])) for node in nodes}

def find(node, wanted, depth=0):
  if node is None or depth > 60 or (depth > 1 and not showing(node)):
    return None
  if wanted(node):
    return node
  for i in range(node.get_child_count()):
    found = find(node.get_child_at_index(i), wanted, depth + 1)
    if found is not None:
      return found
  return None

def look_at_picture(application, n):
  """What the picture's children say: (role, name, description) of each, once there are @n of them."""
  picture = find(application, lambda node: (node.get_name() or "").startswith("Topology:") and node.get_child_count() >= n)
  if picture is None or picture.get_child_count() != n:
    return None
  items = [picture.get_child_at_index(i) for i in range(n)]
  return [(item.get_role_name(), item.get_name() or "", item.get_description() or "") for item in items]

def check(application, network, what):
  items = wait(lambda: look_at_picture(application, len(network)))
  if not tap.say(items is not None, f"{what}: the picture has {len(network)} children"):
    return
  told = {}
  for role, name, description in items:
    match = re.match(r"Site (.*): (\w+)(?:,|$)", name)
    told.setdefault(match[1] if match else name, []).append((role, match[2] if match else None, description))
  strange = [f"{name}: {items}" for name, items in told.items() if name not in network or len(items) != 1]
  tap.say(not strange and set(told) == set(network), f"{what}: each node is there once", strange)
  wrong = [f"{l}: {told[l]}, not {state}" for l, (state, _) in network.items() if l in told and told[l][0][:2] != ("list item", state)]
  tap.say(not wrong, f"{what}: each says its state", wrong)
  wrong = [f"{l}: {told[l][0][2]}, not {count}" for l, (_, count) in network.items()
           if l in told and not told[l][0][2].startswith(f"{count} neighbour")]
  tap.say(not wrong, f"{what}: each says how many neighbours it has", wrong)

def main():
  skip_without_accessibility()
  work = tempfile.mkdtemp(prefix="qd-tree.")
  env = own_environment(work)
  first, second = os.path.join(work, "first.json"), os.path.join(work, "second.json")
  networks = write_network(first, "Port", 60, 5), write_network(second, "Pier", 23, 6)
  program = subprocess.Popen([PROGRAM, first], env=env)
  try:
    application = wait(find_application)
    tap.say(application is not None, "the program is on the accessibility bus")
    if application is None:
      return 1
    check(application, networks[0], "a file at the start")
    handed = subprocess.run([PROGRAM, second], env=env, timeout=20)
    tap.say(handed.returncode == 0, "a second start hands over its file")
    check(application, networks[1], "a file of a second start")
    broken = os.path.join(work, "broken.json")
    with open(broken, "w") as file:
      file.write('{"nodes":\n[{"id": 1, "latitude": "far"}]}')
    subprocess.run([PROGRAM, broken], env=env, timeout=20)
    told = wait(lambda: any(t.startswith("broken.json: line 2, column ") for t in texts(application)))
    tap.say(told, "what is wrong with a file is told with its line", texts(application) if not told else ())
    listed = subprocess.run([QDCTL, "sites", "--connection=first", "--json"], env=env, timeout=20, capture_output=True, text=True)
    names = {site["name"] for site in json.loads(listed.stdout or "[]")}
    tap.say(names == set(networks[0]), "qdctl lists what is in the drawing", [listed.stderr])
    done = subprocess.run([QDCTL, "run", "site.delete", "id=n1", "--connection=first", "--reason=test"], env=env, timeout=20,
                          capture_output=True, text=True)
    tap.say(done.returncode != 0 and "on paper" in done.stderr, "and can do nothing with it", [done.stderr])
    tap.say(program.poll() is None, "the program still runs")
  finally:
    end_process(program)
    shutil.rmtree(work, ignore_errors=True)
  return tap.end()

sys.exit(main())
