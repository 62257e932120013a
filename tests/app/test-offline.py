#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# The server is killed before the window's eyes, and started again: the window says how old the data
# is, keeps showing it, and is live again by itself. Prints TAP.
import re, shutil, subprocess, sys, tempfile

from looking import *

tap = Tap()

def start_lab(work, port=0):
  out = open(work + "/ready", "w")
  lab = subprocess.Popen([LAB, "--die-with-parent", "--no-nats", "--seed", "7", "--state", work + "/lab", "--port", str(port)], stdout=out)
  wait(lambda: os.path.getsize(work + "/ready") > 0 and open(work + "/ready").read().endswith("\n"))
  with open(work + "/ready") as ready:
    return lab, json.load(ready)

def says(application, *wanted):
  application.clear_cache()   # what left the screen is not always told
  shown = texts(application)
  return any(all(w in t for w in wanted) for t in shown)

def main():
  skip_without_accessibility()
  work = tempfile.mkdtemp(prefix="qd-offline.")
  lab = program = None
  try:
    lab, ready = start_lab(work)
    port = int(re.search(r":(\d+)$", ready["http"]).group(1))
    program = subprocess.Popen([PROGRAM, "--attach", work + "/ready"], env=own_environment(work))
    application = wait(find_application)
    if not tap.say(application is not None, "the program is on the accessibility bus"):
      return tap.end()
    tap.say(wait(lambda: says(application, "42 sites")), "the first line counts the sites")
    tap.say(wait(lambda: says(application, "Connection: Lab, Live")), "the switcher says that the lab is live")
    lab.kill()
    lab.wait()
    tap.say(wait(lambda: says(application, "As of", "not reachable")), "killed: a banner says how old the data is, and why")
    tap.say(says(application, "42 sites"), "killed: the last good data stays")
    tap.say(wait(lambda: says(application, "Connection: Lab, Not reachable")), "killed: the switcher says so")
    lab, ready = start_lab(work, port)
    tap.say(wait(lambda: not says(application, "As of", "not reachable"), 40), "started again: the banner goes")
    tap.say(wait(lambda: says(application, "Connection: Lab, Live"), 40), "started again: live by itself")
    tap.say(program.poll() is None, "the program still runs")
  finally:
    end_process(program)
    end_process(lab)
    shutil.rmtree(work, ignore_errors=True)
  return tap.end()

sys.exit(main())
