"""Opens an export with the format's own reader and prints what it found as JSON: SHA-256 of each pass's floats, and the parameters."""
import csv
import ctypes
import glob
import hashlib
import json
import os
import subprocess
import sys

import numpy


def plain(values):
    """Numbers and texts as JSON has them."""
    return [value.decode("utf-8") if isinstance(value, bytes) else value for value in numpy.asarray(values).tolist()]


def digest(array):
    assert array.dtype == numpy.dtype("<f4"), array.dtype
    return [list(array.shape), hashlib.sha256(numpy.ascontiguousarray(array).tobytes()).hexdigest()]


def tree(passes, groups, experiment):
    return {"passes": {name: digest(array[...]) for name, array in passes.items()}, "experiment": json.loads(experiment)["name"],
            "columns": {name: plain(array[...]) for group in groups for name, array in sorted(group.items())}}


def hdf5(path):
    import h5py
    with h5py.File(path, "r") as file:
        return tree(file["passes"], [file["frames"], file["parameters"]], file["experiment"][0])


def zarr(path):
    import zarr
    plainly, at_once = zarr.open_group(path, mode="r"), zarr.open_consolidated(path, mode="r")
    assert sorted(plainly["passes"]) == sorted(at_once["passes"])
    assert plainly["passes/rgb"].attrs["channels"] == ["R", "G", "B"]
    file = at_once
    return tree(dict(file["passes"].arrays()), [dict(file["frames"].arrays()), dict(file["parameters"].arrays())], json.dumps(file.attrs["experiment"]))


def npz(path):
    file = numpy.load(path, allow_pickle=False)

    def group(name):
        return {key.split("/")[1]: file[key] for key in file.files if key.startswith(name)}
    return tree(group("passes/"), [group("frames/"), group("parameters/")], file["experiment"][0])


class _Text(ctypes.Structure):
    _fields_ = [("length", ctypes.c_int32), ("room", ctypes.c_int32), ("text", ctypes.c_char_p)]


class _Channel(ctypes.Structure):
    _fields_ = [("name", _Text), ("type", ctypes.c_int32), ("linear", ctypes.c_uint8 * 4), ("x", ctypes.c_int32), ("y", ctypes.c_int32)]


class _Channels(ctypes.Structure):
    _fields_ = [("count", ctypes.c_int32), ("room", ctypes.c_int32), ("entries", ctypes.POINTER(_Channel))]


def exr_file(core, path):
    """By OpenEXR's own library (openexr_context.h, openexr_chunkio.h); Debian has no Python module of it."""
    context, window = ctypes.c_void_p(), (ctypes.c_int32 * 4)()

    def ok(result):
        assert result == 0, (path, result)
    ok(core.exr_start_read(ctypes.byref(context), path.encode(), None))
    ok(core.exr_get_data_window(context, 0, window))
    width, height = window[2] + 1, window[3] + 1
    found = ctypes.POINTER(_Channels)()
    ok(core.exr_get_channels(context, 0, ctypes.byref(found)))
    entries = found.contents.entries[:found.contents.count]
    assert all(entry.type == 2 and entry.x == entry.y == 1 for entry in entries)
    lines = numpy.empty((height, len(entries), width), "<f4")
    for y in range(height):
        chunk = ctypes.create_string_buffer(256)
        ok(core.exr_read_scanline_chunk_info(context, 0, y, chunk))
        ok(core.exr_read_chunk(context, 0, chunk, lines[y].ctypes.data_as(ctypes.c_void_p)))
    light, text = ctypes.c_double(), ctypes.c_char_p()
    ok(core.exr_attr_get_double(context, 0, b"parameter.light", ctypes.byref(light)))
    ok(core.exr_attr_get_string(context, 0, b"parameter.tag", None, ctypes.byref(text)))
    result = [entry.name.text.decode() for entry in entries], lines, (light.value, text.value.decode())
    core.exr_finish(ctypes.byref(context))
    return result


def exr(path):
    core = ctypes.CDLL(sorted(glob.glob("/usr/lib/*/libOpenEXRCore*.so.*"))[0])
    rows = list(csv.DictReader(open(os.path.join(path, "frames.csv"), newline="", encoding="utf-8")))
    passes = {"combined": [], "rgb": []}
    files = sorted(glob.glob(os.path.join(path, "*.exr")))
    assert len(files) == len(rows)
    for file, row in zip(files, rows):
        names, lines, parameters = exr_file(core, file)
        assert parameters == (float(row["light"]), row["tag"]), (parameters, row)
        for name, channels in (("combined", "RGBA"), ("rgb", "RGB")):
            passes[name].append(numpy.stack([lines[:, names.index(name + "." + channel)] for channel in channels], axis=-1))
    return {"passes": {name: digest(numpy.stack(arrays)) for name, arrays in passes.items()}, "rows": rows}


def png16(path):
    """By libpng, in netpbm's clothes: Python's usual readers cut to 8 bits."""
    passes = {}
    for name in ("combined", "rgb"):
        arrays = []
        for file in sorted(glob.glob(os.path.join(path, "*.%s.png" % name))):
            data = subprocess.run(["pngtopam", "-alphapam", file] if name == "combined" else ["pngtopam", file], check=True, capture_output=True).stdout
            if data.startswith(b"P7"):
                head, pixels = data.split(b"ENDHDR\n", 1)
                fields = dict(line.split(b" ", 1) for line in head.splitlines()[1:])
                shape, most = [int(fields[field]) for field in (b"HEIGHT", b"WIDTH", b"DEPTH")], int(fields[b"MAXVAL"])
            else:
                kind, size, most, pixels = data.split(b"\n", 3)
                shape, most = [int(n) for n in reversed(size.split())] + [3], int(most)
            assert most == 65535
            arrays.append(numpy.frombuffer(pixels, ">u2").reshape(shape).astype("<u2"))
        passes[name] = hashlib.sha256(numpy.stack(arrays).tobytes()).hexdigest()
    return {"passes": passes, "rows": list(csv.DictReader(open(os.path.join(path, "frames.csv"), newline="", encoding="utf-8")))}


print(json.dumps({"hdf5": hdf5, "zarr": zarr, "npz": npz, "exr": exr, "png16": png16}[sys.argv[1]](sys.argv[2])))
