#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# What the tests that look at the program through the accessibility bus have in common. Prints TAP.
import json, os, shutil, subprocess, sys, tempfile, time

import gi
gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib

APP = "io.github.quarterdeck.Quarterdeck"
BUILD = os.environ["QD_BUILD_ROOT"]
PROGRAM = os.path.join(BUILD, "src/app/quarterdeck")
LAB = os.path.join(BUILD, "src/lab/quarterdeck-lab")

class Tap:
  def __init__(self):
    self.count = self.failed = 0

  def say(self, ok, what, problems=()):
    self.count += 1
    self.failed += not ok
    print(f"{'ok' if ok else 'not ok'} {self.count} {what}", flush=True)
    for problem in problems:
      print(f"# {problem}", flush=True)
    return ok

  def end(self):
    print(f"1..{self.count}", flush=True)
    return 1 if self.failed else 0

def skip_without_accessibility():
  if os.environ.get("GTK_A11Y") != "atspi":
    print("1..0 # SKIP accessibility is off: run it through with-display with QD_A11Y=1")
    sys.exit(0)

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

def showing(node):
  return node.get_state_set().contains(Atspi.StateType.SHOWING)

def texts(node, depth=0):
  """The names of all that is shown below @node."""
  if node is None or depth > 60 or (depth > 1 and not showing(node)):
    return []
  found = [(node.get_name() or "").strip()]
  for i in range(node.get_child_count()):
    found += texts(node.get_child_at_index(i), depth + 1)
  return [t for t in found if t]

def own_environment(work):
  env = dict(os.environ, XDG_DATA_HOME=work + "/data", XDG_CONFIG_HOME=work + "/config", XDG_CACHE_HOME=work + "/cache",
             QD_LIBEXEC=os.path.join(BUILD, "src/lab"))
  env.pop("G_DEBUG", None)
  return env

def end_process(process):
  if process is None or process.poll() is not None:
    return
  process.terminate()
  try:
    process.wait(10)
  except subprocess.TimeoutExpired:
    process.kill()
    process.wait()

