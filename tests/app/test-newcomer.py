#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# What someone does who has just installed it: started by the bus, the lab by its button, a second
# start that only hands over a level, links into the one window, a report without secrets, closed and
# opened again where it was, and erased. Looks at it through the accessibility bus. Prints TAP.
import os, re, shutil, subprocess, sys, tempfile, time

from looking import *

tap = Tap()
NAME, PATH = APP, "/" + APP.replace(".", "/")

def call(interface, method, arguments, path=PATH, name=NAME):
  return Gio.bus_get_sync(Gio.BusType.SESSION).call_sync(name, path, interface, method, arguments, None, Gio.DBusCallFlags.NONE, 10000)

def activate(action, *parameters):
  call("org.gtk.Actions", "Activate", GLib.Variant("(sava{sv})", (action, list(parameters), {})))

def owner():
  return call("org.freedesktop.DBus", "GetConnectionUnixProcessID", GLib.Variant("(s)", (NAME,)), "/org/freedesktop/DBus", "org.freedesktop.DBus").unpack()[0]

def owned():
  try:
    return owner()
  except GLib.Error:
    return None

def install_service(work, env):
  """The service file as it is installed, told of the program where it was built."""
  folder = os.path.join(work, "run", "dbus-1", "services")
  os.makedirs(folder)
  with open(os.path.join(BUILD, "data", APP + ".service")) as built:
    text = re.sub(r"Exec=\S*/quarterdeck", "Exec=" + PROGRAM, built.read())
  with open(os.path.join(folder, APP + ".service"), "w") as out:
    out.write(text)
  return text

def shown(words):
  application = find_application()
  if application is None:
    return False
  application.clear_cache()
  return any(words in t for t in texts(application))

def secrets_of(folder):
  found = []
  for path, _, files in os.walk(folder):
    for name in files:
      if name == "credentials.json":
        with open(os.path.join(path, name)) as file:
          found += re.findall(r'"password":\s*"([^"]+)"', file.read())
  return found

def check_activation(work, env):
  text = install_service(work, env)
  tap.say("--gapplication-service" in text, "the service file starts it as a service")
  program = subprocess.Popen([PROGRAM, "--gapplication-service"], env=env, stdout=open(work + "/log", "w"), stderr=subprocess.STDOUT)
  tap.say(wait(owned) == program.pid, "it takes its name on the bus")
  call("org.freedesktop.Application", "Activate", GLib.Variant("(a{sv})", ({},)))
  tap.say(wait(lambda: shown("Welcome to Quarterdeck")), "activated by the bus: the welcome page")
  return program

def check_lab(env):
  activate("start-lab")
  tap.say(wait(lambda: shown("42 sites"), 40), "the lab started from it fills the overview")
  second = subprocess.run([PROGRAM, "quarterdeck://page/flows"], env=env, timeout=20)
  tap.say(second.returncode == 0 and wait(lambda: shown("Flows")), "a second start ends, and its link is shown in the first")

def check_log(work, env):
  def lines():
    with open(work + "/log") as log:
      return len([l for l in log if "qd-" in l and ("DEBUG" in l or "INFO" in l)])
  before = lines()
  second = subprocess.run([PROGRAM, "--log-level=debug"], env=env, timeout=20)
  # refreshing talks to every server
  tap.say(second.returncode == 0 and before == 0 and wait(lambda: lines() > 0), "a second start makes the first one log", [f"{before} before, {lines()} after"])
  tap.say(subprocess.run([PROGRAM, "--log-level=loud"], env=env, timeout=20, stderr=subprocess.DEVNULL).returncode == 2, "a level that is none: status 2")

def last_words(work):
  with open(work + "/log") as log:
    return [line.rstrip("\n") for line in log if "DEBUG" not in line and "INFO" not in line][-60:]

def check_report(work):
  activate("report")
  application = wait(find_application)
  def report():
    application.clear_cache()
    return next((t for t in all_text(application) if "In the model" in t), None)
  text = wait(report)
  secrets = secrets_of(work)
  tap.say(text is not None and secrets and not any(s in text for s in secrets), "the report is there, and none of the lab's secrets in it",
          [f"{len(secrets)} secrets", "no report" if text is None else "there is a report"])

def all_text(node, depth=0):
  """What text views hold, too."""
  if node is None or depth > 60:
    return
  try:
    if node.get_text_iface() is not None:
      yield Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))
  except GLib.Error:
    pass
  for i in range(node.get_child_count()):
    yield from all_text(node.get_child_at_index(i), depth + 1)

def check_again(work, env, program):
  activate("quit")
  ended = wait(lambda: program.poll() is not None)
  tap.say(ended and program.returncode == 0, "quit: it ends with status 0", [f"status {program.returncode}"] + last_words(work))
  program = subprocess.Popen([PROGRAM], env=env, stderr=subprocess.DEVNULL)
  tap.say(wait(lambda: shown("Filter: ") or shown("Flows"), 30) and wait(lambda: not shown("Welcome"), 5), "started again: the page that was left, no welcome")
  return program

def check_erase(work):
  activate("erase")
  application = wait(find_application)
  def button():
    application.clear_cache()
    return find_button(application, "Erase")
  erase = wait(button)
  tap.say(erase is not None, "erasing asks first")
  if erase is not None:
    erase.get_action_iface().do_action(0)
  tap.say(wait(lambda: shown("Welcome to Quarterdeck")), "erased: the welcome page")
  database = os.path.join(work, "data", "quarterdeck", "quarterdeck.db")
  tap.say(wait(lambda: not left_in(database)), "erased: nothing is left in the store")
  for line in left_in(database):
    print("# left:", line)

def find_button(node, name, depth=0):
  if node is None or depth > 60:
    return None
  if (node.get_name() or "") == name and "button" in node.get_role_name():
    return node
  for i in range(node.get_child_count()):
    found = find_button(node.get_child_at_index(i), name, depth + 1)
    if found is not None:
      return found
  return None

def left_in(database):
  import sqlite3
  if not os.path.exists(database):
    return []
  with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
    tables = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
    return [f"{t}: {row}" for t in tables if t in ("thing", "state", "event", "transition", "minute", "journal", "setting")
            for row in db.execute(f'SELECT * FROM "{t}" LIMIT 5')]

def main():
  skip_without_accessibility()
  work = tempfile.mkdtemp(prefix="qd-newcomer.")
  env = own_environment(work)
  env["GSETTINGS_BACKEND"] = "keyfile"
  program = None
  try:
    program = check_activation(work, env)
    check_lab(env)
    check_log(work, env)
    check_report(work)
    program = check_again(work, env, program)
    check_erase(work)
  finally:
    end_process(program)
    shutil.rmtree(work, ignore_errors=True)
  return tap.end()

sys.exit(main())
