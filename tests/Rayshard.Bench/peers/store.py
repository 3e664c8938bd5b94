"""Stores noisy frames of floats and flushes them, then reads some in a random order.

Arguments: way, folder, frames, width, height, 1 to name each by its SHA-256. The ways: tarfile (as webdataset's TarWriter does: a TarInfo and
addfile() of the bytes that numpy.save gives), npsave (a file per frame), h5py (one file, a chunk per frame).
"""
import hashlib
import io
import json
import os
import random
import statistics
import sys
import tarfile
import time

import numpy


def name_of(content, i, hashed):
    return hashlib.sha256(content).hexdigest() if hashed else "%06d" % i


class Tarfile:
    def write(self, folder, frames, arrays, hashed):
        with open(os.path.join(folder, "frames.tar"), "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as tar:
                for i in range(frames):
                    data = io.BytesIO()
                    numpy.save(data, arrays[i % len(arrays)])
                    content = data.getvalue()
                    entry = tarfile.TarInfo("%s.%d.npy" % (name_of(content, i, hashed), i))
                    entry.size = len(content)
                    tar.addfile(entry, io.BytesIO(content))
            file.flush()
            os.fsync(file.fileno())

    read = None


class NpSave:
    def write(self, folder, frames, arrays, hashed):
        self.names = []
        for i in range(frames):
            array = arrays[i % len(arrays)]
            self.names.append(os.path.join(folder, "%s.%d.npy" % (name_of(array, i, hashed), i)))
            numpy.save(self.names[-1], array)
        for name in self.names:
            descriptor = os.open(name, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)

    def read(self, i):
        return numpy.load(self.names[i])


class H5py:
    def write(self, folder, frames, arrays, hashed):
        import h5py
        path, shape = os.path.join(folder, "frames.h5"), arrays[0].shape
        with h5py.File(path, "w") as file:
            data = file.create_dataset("frames", (frames,) + shape, "f4", chunks=(1,) + shape)
            names = file.create_dataset("names", (frames,), "S64")
            for i in range(frames):
                data[i] = arrays[i % len(arrays)]
                names[i] = name_of(arrays[i % len(arrays)], i, hashed)
            file.flush()
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
        self.data = h5py.File(path, "r")["frames"]

    def read(self, i):
        return self.data[i]


def main(way, folder, frames, width, height, hashed):
    frames, shape = int(frames), (int(height), int(width), 4)
    # Made, and so touched, before the clock starts: first touch of memory that the host has reclaimed is 5-10 times slower.
    arrays = list(numpy.random.default_rng(7).random((min(16, frames),) + shape, numpy.float32))
    peer = {"tarfile": Tarfile, "npsave": NpSave, "h5py": H5py}[way]()
    begun, cpu = time.monotonic(), time.process_time()
    peer.write(folder, frames, arrays, hashed == "1")
    said = {"seconds": time.monotonic() - begun, "cpu": time.process_time() - cpu}
    if peer.read:
        times, order = [], random.Random(7)
        for _ in range(min(200, 4 * frames)):
            i, begun = order.randrange(frames), time.perf_counter()
            array = peer.read(i)
            times.append(time.perf_counter() - begun)
            assert array.shape == shape
        said["read_us"] = 1e6 * statistics.median(times)
    print(json.dumps(said))


main(*sys.argv[1:])
