"""Counts the reads that a frame takes once its shard is mapped: one for each pass, none of the index's file: touches.py BUNDLE."""
import sys

sys.path.insert(0, sys.argv[1])
import rayshard  # noqa: E402

reads = []
read = rayshard._Folder.read
rayshard._Folder.read = lambda self, name, offset, length: reads.append(name) or read(self, name, offset, length)
frames = rayshard.Frames(sys.argv[1])
reads.clear()
for i in range(len(frames)):
    frames[i]
assert all(name.endswith(".tar") for name in reads)
print(len(frames), len(reads) // len(frames.passes))
