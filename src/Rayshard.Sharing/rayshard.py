"""Opens a Rayshard bundle: needs NumPy and nothing else. See README.md beside it.

    frames = Frames("path/to/bundle")     # or an http(s) address: only the bytes that are asked for travel
    frames[0]                             # {"index": ..., "parameters": {...}, "passes": {"combined": float32 array (h, w, c)}}
    frames[10:20], frames[[3, 1]]         # fewer frames, nothing is read
    frames.where(lambda p: p["light_energy"] > 500)
    frames.parameters["light_energy"]     # all values of a parameter, as an array

`len` and `[i]` make it a PyTorch Dataset and a grain data source; it can be pickled, so workers may take it along.
"""
import ast
import json
import mmap
import os
import re
import struct
import urllib.request

import numpy

__all__ = ["Frames"]
BLOCK = 512  # of tar
NPY_HEADER = 128  # of every blob


class _Folder:
    """A bundle on this machine. Files are mapped, copy on write: arrays may be changed, files are not."""

    def __init__(self, place):
        self.place = os.path.abspath(place)
        self.maps = {}

    def read(self, name, offset, length):
        found = self.maps.get(name)
        if found is None:
            with open(os.path.join(self.place, *name.split("/")), "rb") as file:
                found = self.maps[name] = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
        return found[offset:offset + length]

    def whole(self, name):
        with open(os.path.join(self.place, *name.split("/")), "rb") as file:
            return file.read()


class _Http:
    """A bundle behind http. A server that does not know ranges is refused: it would send whole shards."""

    def __init__(self, place):
        self.place = place.rstrip("/")

    def read(self, name, offset, length):
        data = self._get(name, {"Range": "bytes=%d-%d" % (offset, offset + length - 1)}, 206)
        if len(data) != length:
            raise OSError("%s/%s: %d bytes came, not %d" % (self.place, name, len(data), length))
        return memoryview(bytearray(data))

    def whole(self, name):
        return self._get(name, {}, 200)

    def _get(self, name, headers, status):
        with urllib.request.urlopen(urllib.request.Request(self.place + "/" + name, headers=headers), timeout=60) as answer:
            if answer.status != status:
                raise OSError("%s does not serve ranges of bytes: download the bundle" % self.place)
            return answer.read()


class Frames:
    """The frames of a bundle, or some of them. Any of them costs the same, wherever it stands."""

    def __init__(self, place):
        self._source = (_Http if re.match("https?://", str(place)) else _Folder)(str(place))
        name = json.loads(self._source.whole("experiment/experiment.json"))["name"]
        if not re.fullmatch("[a-z][a-z0-9-]*", name):
            raise ValueError("no name of an experiment: %r" % name)
        self._shard = "shards/" + name + "-%06d.tar"
        size = struct.unpack("<H", self._source.read("index.npy", 8, 2))[0]
        header = ast.literal_eval(bytes(self._source.read("index.npy", 10, size)).decode("ascii"))
        dtype = numpy.lib.format.descr_to_dtype(header["descr"])
        table = self._source.read("index.npy", 10 + size, header["shape"][0] * dtype.itemsize)
        self._rows = numpy.frombuffer(table, dtype)
        self._chosen = None
        # Every frame has the same passes at the same distance from its record: nothing but its row is needed to find them.
        self._passes = [(entry["name"], tuple(entry["shape"])) for entry in self._record(self._rows[0])["passes"]]

    @property
    def parameters(self):
        """A NumPy table: parameters["name"] is an array with a value per frame."""
        rows = self._rows if self._chosen is None else self._rows[self._chosen]
        return rows["parameters"]

    @property
    def passes(self):
        """Name to (height, width, channels)."""
        return dict(self._passes)

    def where(self, test):
        """The frames for which test(parameters) is true. It is called once, with the whole table."""
        return self[numpy.flatnonzero(test(self.parameters))]

    def record(self, i):
        """A frame's record, whole: key, parameters, and each pass with its SHA-256."""
        return self._record(self._row(i))

    def __len__(self):
        return len(self._rows) if self._chosen is None else len(self._chosen)

    def __getitem__(self, i):
        if isinstance(i, (slice, list, numpy.ndarray)):
            return self._only(i)
        row = self._row(i)
        shard = self._shard % row["shard"]
        offset = int(row["offset"]) + BLOCK + _padded(int(row["length"]))
        passes = {}
        for name, shape in self._passes:
            length = 4 * shape[0] * shape[1] * shape[2]
            data = self._source.read(shard, offset + BLOCK + NPY_HEADER, length)
            passes[name] = numpy.frombuffer(data, "<f4").reshape(shape)
            offset += BLOCK + _padded(NPY_HEADER + length)
        return {"index": int(row["index"]), "parameters": _values(row), "passes": passes}

    def __getstate__(self):
        return self._source.place, self._chosen

    def __setstate__(self, state):
        self.__init__(state[0])
        self._chosen = state[1]

    def _only(self, i):
        some = object.__new__(Frames)
        some.__dict__.update(self.__dict__)
        some._chosen = (numpy.arange(len(self._rows)) if self._chosen is None else self._chosen)[i]
        return some

    def _row(self, i):
        return self._rows[i if self._chosen is None else self._chosen[i]]

    def _record(self, row):
        return json.loads(bytes(self._source.read(self._shard % row["shard"], int(row["offset"]) + BLOCK, int(row["length"]))))


def _padded(length):
    return (length + BLOCK - 1) // BLOCK * BLOCK


def _values(row):
    if "parameters" not in row.dtype.names:
        return {}
    values = row["parameters"]
    return {name: _value(values[name]) for name in values.dtype.names}


def _value(value):
    if isinstance(value, numpy.ndarray):
        return value.copy()
    return value.decode("utf-8") if isinstance(value, bytes) else value.item()
