"""Stores noisy frames of 256x256x4 floats, hashed and flushed. Arguments: tarfile or npsave, folder, frames."""
import hashlib
import io
import json
import os
import sys
import tarfile
import time

import numpy


def by_tarfile(folder, frames, arrays):
    with open(os.path.join(folder, "frames.tar"), "wb") as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            for i in range(frames):
                data = io.BytesIO()
                numpy.save(data, arrays[i % len(arrays)])
                content = data.getvalue()
                entry = tarfile.TarInfo(hashlib.sha256(content).hexdigest() + ".%d.npy" % i)
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
        file.flush()
        os.fsync(file.fileno())


def by_npsave(folder, frames, arrays):
    names = []
    for i in range(frames):
        array = arrays[i % len(arrays)]
        names.append(os.path.join(folder, hashlib.sha256(array).hexdigest() + ".%d.npy" % i))
        numpy.save(names[-1], array)
    for name in names:
        descriptor = os.open(name, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


def main(way, folder, frames):
    # Made, and so touched, before the clock starts: first touch of memory that the host has reclaimed is 5-10 times slower.
    arrays = list(numpy.random.default_rng(7).random((16, 256, 256, 4), numpy.float32))
    begun, cpu = time.monotonic(), time.process_time()
    {"tarfile": by_tarfile, "npsave": by_npsave}[way](folder, int(frames), arrays)
    print(json.dumps({"seconds": time.monotonic() - begun, "cpu": time.process_time() - cpu}))


main(*sys.argv[1:])
