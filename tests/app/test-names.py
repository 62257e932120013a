#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Starts the real program on a real lab, with accessibility on, and looks at it as a screen reader
# does: every control of every page and dialog that can be seen and used has a name. On the way it
# proves that a second start hands its link to the first. Prints TAP.
import os, re, shutil, subprocess, sys, tempfile, time

import gi
gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib

APP = "io.github.quarterdeck.Quarterdeck"
BUILD = os.environ["QD_BUILD_ROOT"]
PROGRAM = os.path.join(BUILD, "src/app/quarterdeck")
CONTROLS = {"push button", "button", "toggle button", "menu button", "check box", "radio button", "switch", "combo box", "entry",
            "text", "password text", "spin button", "slider", "list item", "list", "list box", "table", "tree table",
            "column header", "table column header", "link", "menu item", "page tab", "editbar", "search"}
count = 0
failed = 0

def say(ok, what, problems=()):
  global count, failed
  count += 1
  failed += not ok
  print(f"{'ok' if ok else 'not ok'} {count} {what}", flush=True)
  for problem in problems:
    print(f"# {problem}", flush=True)

def wait(condition, seconds=20):
  end = time.monotonic() + seconds
  while time.monotonic() < end:
    try:
      value = condition()
      if value:
        return value
    except GLib.Error:
      pass
    time.sleep(0.1)
  return None

def find_application():
  desktop = Atspi.get_desktop(0)
  for i in range(desktop.get_child_count()):
    child = desktop.get_child_at_index(i)
    if child is not None and "quarterdeck" in (child.get_name() or "").lower():
      return child
  return None

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
    if name or labelled:
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
  say(not problems and found["named"] >= least, f"{what}: {found['named']} controls have names", problems)

def activate(action, parameters=()):
  bus = Gio.bus_get_sync(Gio.BusType.SESSION)
  bus.call_sync(APP, "/" + APP.replace(".", "/"), "org.gtk.Actions", "Activate",
                GLib.Variant("(sava{sv})", (action, list(parameters), {})), None, Gio.DBusCallFlags.NONE, 5000)

def main():
  if os.environ.get("GTK_A11Y") != "atspi":
    print("1..0 # SKIP accessibility is off: run it through with-display with QD_A11Y=1")
    return 0
  work = tempfile.mkdtemp(prefix="qd-names.")
  env = dict(os.environ, XDG_DATA_HOME=work + "/data", XDG_CONFIG_HOME=work + "/config", XDG_CACHE_HOME=work + "/cache",
             QD_LIBEXEC=os.path.join(BUILD, "src/lab"))
  env.pop("G_DEBUG", None)
  program = subprocess.Popen([PROGRAM], env=env)
  try:
    application = wait(find_application)
    say(application is not None, "the program is on the accessibility bus")
    if application is None:
      return 1
    check(application, "welcome", 3)
    activate("start-lab")
    check(application, "first page with the lab", 20)
    with open(os.path.join(os.environ["QD_SOURCE_ROOT"], "src/app/qd-page-registry.c")) as registry:
      pages = re.findall(r'^  \{ "([a-z-]+)", N_\(', registry.read(), re.M)
    for page in pages:
      second = subprocess.run([PROGRAM, f"quarterdeck://page/{page}"], env=env, timeout=20)
      say(second.returncode == 0, f"a second start hands over the link to {page}")
      time.sleep(0.5)
      check(application, f"page {page}", 8)
    for action, least in (("preferences", 8), ("add-connection", 8), ("report", 3), ("about", 3), ("erase", 2)):
      activate(action)
      time.sleep(0.5)
      check(application, action, least)
    say(program.poll() is None, "the program still runs")
  finally:
    program.terminate()
    try:
      program.wait(10)
    except subprocess.TimeoutExpired:
      program.kill()
    shutil.rmtree(work, ignore_errors=True)
  print(f"1..{count}", flush=True)
  return 1 if failed else 0

sys.exit(main())
