#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Starts the real program on a real lab, with accessibility on, and looks at it as a screen reader
# does: every control of every page and dialog that can be seen and used has a name. On the way it
# proves that a second start hands its link to the first. Prints TAP.
import os, re, shutil, subprocess, sys, tempfile, time

from looking import *

tap = Tap()
CONTROLS = {"push button", "button", "toggle button", "menu button", "check box", "radio button", "switch", "combo box", "entry",
            "text", "password text", "spin button", "slider", "list item", "list", "list box", "table", "tree table",
            "column header", "table column header", "link", "menu item", "page tab", "editbar", "search"}
def walk(node, path, found, depth=0):
  """Appends each shown control without a name, and counts the named ones."""
  if node is None or depth > 60:
    return
  states = node.get_state_set()
  if depth > 1 and not states.contains(Atspi.StateType.SHOWING):
    return
  role = node.get_role_name()
  name = (node.get_name() or "").strip()
  usable = states.contains(Atspi.StateType.FOCUSABLE)
  if usable and role in CONTROLS:
    labelled = any(r.get_relation_type() == Atspi.RelationType.LABELLED_BY for r in node.get_relation_set())
    # the rows of a named table are in a list of the toolkit's own
    if name or labelled or (role == "list" and path and path[-1].startswith(("tree table “", "table “"))):
      found["named"] += 1
    else:
      found["nameless"].append(" > ".join(path + [f"{role}"]))
  # a named combo row holds the toolkit's own list, which is no stop of its own
  if role == "combo box" and name:
    return
  here = path + [f"{role} “{name}”" if name else role]
  for i in range(node.get_child_count()):
    walk(node.get_child_at_index(i), here, found, depth + 1)

def look(application):
  found = {"named": 0, "nameless": []}
  walk(application, [], found)
  return found

def check(application, what, least):
  """Looks until there is at least @least to see, then judges."""
  found = wait(lambda: (lambda f: f if f["named"] >= least else None)(look(application))) or look(application)
  problems = sorted(set(found["nameless"]))
  tap.say(not problems and found["named"] >= least, f"{what}: {found['named']} controls have names", problems)

def activate(action, parameters=()):
  bus = Gio.bus_get_sync(Gio.BusType.SESSION)
  bus.call_sync(APP, "/" + APP.replace(".", "/"), "org.gtk.Actions", "Activate",
                GLib.Variant("(sava{sv})", (action, list(parameters), {})), None, Gio.DBusCallFlags.NONE, 5000)

def main():
  skip_without_accessibility()
  work = tempfile.mkdtemp(prefix="qd-names.")
  env = own_environment(work)
  program = subprocess.Popen([PROGRAM], env=env)
  try:
    application = wait(find_application)
    tap.say(application is not None, "the program is on the accessibility bus")
    if application is None:
      return 1
    check(application, "welcome", 3)
    activate("start-lab")
    check(application, "first page with the lab", 20)
    with open(os.path.join(os.environ["QD_SOURCE_ROOT"], "src/app/qd-page-registry.c")) as registry:
      pages = re.findall(r'^  \{ "([a-z-]+)", N_\(', registry.read(), re.M)
    for page in pages:
      second = subprocess.run([PROGRAM, f"quarterdeck://page/{page}"], env=env, timeout=20)
      tap.say(second.returncode == 0, f"a second start hands over the link to {page}")
      time.sleep(0.5)
      check(application, f"page {page}", 8)
    for action, least in (("preferences", 8), ("add-connection", 8), ("report", 3), ("about", 3), ("erase", 2)):
      activate(action)
      time.sleep(0.5)
      check(application, action, least)
    tap.say(program.poll() is None, "the program still runs")
  finally:
    end_process(program)
    shutil.rmtree(work, ignore_errors=True)
  return tap.end()

sys.exit(main())
