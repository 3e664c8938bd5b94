#!/usr/bin/env python3
"""Renders the million whole, kills it once in the middle, and writes what it saw every ten seconds.

    experiments/million/run.py [FOLDER]        default artifacts/million

log.csv: seconds since the start, frames done, resident MiB of the host and of its Workers, files in the store, load, run (1, and 2 after the kill).
summary.json: the counts at the end. The render itself is `./build.sh --target=Render --experiment=million`.
"""
import csv
import glob
import json
import os
import signal
import statistics
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OUT = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "artifacts", "million"))
FRAMES, KILL_AT, EVERY = 1000000, 500000, 10


def progress(begun):
    """The run's own file, or None where this run has not written one yet."""
    files = glob.glob(os.path.join(ROOT, "artifacts", "runs", "million", "*", "progress.json"))
    newest = max(files, key=os.path.getmtime, default=None)
    if newest is None or os.path.getmtime(newest) < begun:
        return None
    with open(newest) as file:
        return json.load(file)


def resident(pid):
    try:
        with open("/proc/%d/status" % pid) as file:
            return next(int(line.split()[1]) // 1024 for line in file if line.startswith("VmRSS"))
    except (OSError, StopIteration):
        return 0


def files():
    return sum(len(names) for _, _, names in os.walk(os.path.join(ROOT, "artifacts", "store")))


def render(number, start, log, kill):
    """One `Render`; ends by itself, or is killed at half."""
    begun = time.time()
    with open(os.path.join(OUT, "render-%d.log" % number), "w") as said:
        command = subprocess.Popen(["./build.sh", "--target=Render", "--experiment=million", "--workers=2"], cwd=ROOT, stdout=said, stderr=said)
    while True:
        try:
            return command.wait(EVERY)
        except subprocess.TimeoutExpired:
            pass
        now = progress(begun)
        if now is None:
            continue
        done = now["rendered"] + now["reused"]
        workers = [resident(worker["pid"]) for worker in now["workers"] if worker["pid"]]
        log.writerow([round(time.time() - start), done, resident(now["pid"])] + (workers + [0, 0])[:2] + [files(), os.getloadavg()[0], number])
        if kill and done >= KILL_AT:
            os.kill(now["pid"], signal.SIGKILL)
            return command.wait()


def main():
    os.makedirs(OUT, exist_ok=True)
    start = time.time()
    with open(os.path.join(OUT, "log.csv"), "w", buffering=1) as file:
        log = csv.writer(file)
        log.writerow(["seconds", "frames", "host_mib", "worker1_mib", "worker2_mib", "files", "load", "run"])
        codes = [render(1, start, log, True), render(2, start, log, False)]
    seconds = time.time() - start
    with open(os.path.join(OUT, "log.csv")) as file:
        rows = [row for row in csv.DictReader(file)]
    # The first minute of each run is .NET and Blender growing to their size.
    steady = [row for row in rows if row["worker1_mib"] != "0" and row["worker2_mib"] != "0"]
    ends = progress(start)
    summary = dict(exit_codes=codes, seconds=round(seconds), frames=ends["rendered"] + ends["reused"], rendered_after_the_kill=ends["rendered"], failed=ends["failed"],
                   failed_tries=ends["failed_tries"], starts=[worker["starts"] for worker in ends["workers"]], files=files(),
                   bytes=sum(os.path.getsize(path) for path in glob.glob(os.path.join(ROOT, "artifacts", "store", "million-*", "*.tar"))),
                   shards=len(glob.glob(os.path.join(ROOT, "artifacts", "store", "million-*", "*.tar"))), frames_per_second=round(FRAMES / seconds),
                   host_mib=spread(steady, "host_mib"), worker_mib=spread(steady, "worker1_mib"))
    with open(os.path.join(OUT, "summary.json"), "w") as file:
        json.dump(summary, file, indent=1)
        file.write("\n")
    print(json.dumps(summary, indent=1))


def spread(rows, column):
    """Of each run: smallest, median and largest, without its first minute."""
    found = {}
    for run in ("1", "2"):
        values = [int(row[column]) for row in rows if row["run"] == run][6:]
        found["run " + run] = [min(values), round(statistics.median(values)), max(values)] if values else None
    return found


main()
