"""Reads random frames of a bundle, each once, and copies its pixels: by the bundle's own rayshard.py, and by NumPy's memmap alone.

Arguments: bundle (a folder, or an http address), how many. The bundle is one of Reading.cs: the first float of a frame's last row is its index.
"""
import json
import os
import random
import statistics
import sys
import time

import numpy


def measure(read, indexes):
    times = []
    for i in indexes:
        begun = time.perf_counter()
        pixels = read(i)
        times.append((time.perf_counter() - begun) * 1e6)
        assert pixels[-1, 0, 0] == i, i
    times.sort()
    return round(statistics.median(times), 2), round(times[len(times) * 99 // 100], 2)


def memory(field):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) // 1024 for line in file if line.startswith(field))


bundle, count = sys.argv[1], int(sys.argv[2])
if os.path.isdir(bundle):
    sys.path.insert(0, bundle)
else:
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "src", "Rayshard.Sharing"))
from rayshard import Frames  # noqa: E402

row, before = {}, memory("VmRSS")
begun = time.perf_counter()
frames = Frames(bundle)
row["rayshard_py_open_s"] = round(time.perf_counter() - begun, 3)
row["rayshard_py_open_mib"] = memory("VmRSS") - before
indexes = random.Random(7).choices(range(len(frames)), k=count)
row["rayshard_py_us"], row["rayshard_py_p99_us"] = measure(lambda i: frames[i]["passes"]["combined"].copy(), indexes)

# Memory of its own: what is mapped is the page cache's.
row["rayshard_py_own_mib"] = memory("RssAnon")
if os.path.isdir(bundle):
    index = numpy.load(os.path.join(bundle, "index.npy"), mmap_mode="r")
    shards = {number: numpy.memmap(os.path.join(bundle, "shards", "turning-cube-%06d.tar" % number), "u1", "r") for number in numpy.unique(index["shard"])}
    shape = frames.passes["combined"]
    size = 4 * shape[0] * shape[1] * shape[2]

    def memmap(i):
        at = int(index[i]["offset"]) + 512 + (int(index[i]["length"]) + 511) // 512 * 512 + 512 + 128
        return shards[index[i]["shard"]][at:at + size].view("<f4").reshape(shape).copy()
    row["memmap_us"], row["memmap_p99_us"] = measure(memmap, indexes)
print(json.dumps(row))
