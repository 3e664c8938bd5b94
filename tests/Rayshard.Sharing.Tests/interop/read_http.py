"""Reads a bundle from a folder and over http and compares: read_http.py BUNDLE ADDRESS."""
import pickle
import sys

import numpy

sys.path.insert(0, sys.argv[1])
from rayshard import Frames  # noqa: E402

here, there = Frames(sys.argv[1]), Frames(sys.argv[2])
assert len(here) == len(there)
for mine, theirs in zip(here, pickle.loads(pickle.dumps(there))):
    assert mine["index"] == theirs["index"]
    numpy.testing.assert_equal(mine, theirs)
assert len(there.where(lambda p: p["light"] > 500)) == len(here.where(lambda p: p["light"] > 500)) > 0
print(len(there), "frames, the same as those of the folder")
