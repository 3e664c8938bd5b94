"""Reads a bundle by its own rayshard.py and compares every frame with what was rendered: read_bundle.py BUNDLE EXPECTED."""
import json
import os
import pickle
import sys

import numpy

bundle, expected = sys.argv[1:]
sys.path.insert(0, bundle)
from rayshard import Frames  # noqa: E402

frames = Frames(bundle)
again = pickle.loads(pickle.dumps(frames))
for i in range(len(frames)):
    with open(os.path.join(expected, "%d.json" % i), "rb") as file:
        record = json.load(file)
    assert frames.record(i) == record, i
    for frame in frames[i], again[i]:
        assert frame["index"] == i
        assert {name: value.tolist() if isinstance(value, numpy.ndarray) else value for name, value in frame["parameters"].items()} == record["parameters"], i
        for name, value in frame["passes"].items():
            wanted = numpy.load(os.path.join(expected, "%d.%s.npy" % (i, name)))
            assert value.dtype == numpy.float32 and value.shape == wanted.shape and value.tobytes() == wanted.tobytes(), (i, name)

# The index is NumPy's own form.
assert numpy.load(os.path.join(bundle, "index.npy"), mmap_mode="r")["index"].tolist() == list(range(len(frames)))

# Slices, lists, filters, and filters of filters, all give frames by their place.
assert [frame["index"] for frame in frames[3:6]] == [3, 4, 5]
assert [frame["index"] for frame in frames[[7, 2]]] == [7, 2]
flagged = frames.where(lambda p: p["flag"])
assert 0 < len(flagged) < len(frames) and all(frame["parameters"]["flag"] for frame in flagged)
first = flagged.where(lambda p: p["count"] == 1)
assert 0 < len(first) < len(flagged) and {frame["parameters"]["count"] for frame in first} == {1}
assert pickle.loads(pickle.dumps(first))[1]["index"] == first[1]["index"]

# An array may be changed; the file is not.
before = os.stat(os.path.join(bundle, "shards", "synthetic-000000.tar")).st_mtime_ns
frames[0]["passes"]["rgb"][:] = 0
assert again[0]["passes"]["rgb"].any() and os.stat(os.path.join(bundle, "shards", "synthetic-000000.tar")).st_mtime_ns == before
try:
    frames[len(frames)]
    raise AssertionError("there is no such frame")
except IndexError:
    pass
print(len(frames), "frames as they should be")
