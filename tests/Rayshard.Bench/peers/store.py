"""Stores noisy frames of floats and flushes them, then reads them: some in a random order, all in order, all in a random order.

Arguments: way, folder, frames, width, height, 1 to name each by its SHA-256. The ways: webdataset (its own TarWriter), tarfile (the same without
webdataset: a TarInfo and addfile() of the bytes that numpy.save gives), npsave (a file per frame), h5py (one file, a chunk per frame), memmap (one file, as large as all
frames), hdf5-gzip (a compressed file per frame, as BlenderProc's writer). All of it is written once before the clock starts, so that no memory
is touched for the first time behind it.
"""
import hashlib
import io
import json
import os
import random
import statistics
import sys
import tarfile
import tempfile
import time

import numpy


def name_of(content, i, hashed):
    return hashlib.sha256(content).hexdigest() if hashed else "%06d" % i


def flush(path):
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


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
        self.path = file.name

    read = None

    def scan(self):
        # As webdataset reads: the stream, entry by entry.
        with tarfile.open(self.path, "r|") as tar:
            for entry in tar:
                yield numpy.load(io.BytesIO(tar.extractfile(entry).read()))


class Webdataset(Tarfile):
    def write(self, folder, frames, arrays, hashed):
        import webdataset
        self.path = os.path.join(folder, "frames.tar")
        with webdataset.TarWriter(self.path) as tar:
            for i in range(frames):
                array = arrays[i % len(arrays)]
                if hashed:
                    # Encoded here, for it tells nobody the bytes that it writes.
                    data = io.BytesIO()
                    numpy.save(data, array)
                    array = data.getvalue()
                tar.write({"__key__": "%s-%d" % (name_of(array, i, hashed), i), "npy": array})
        flush(self.path)


class NpSave:
    def write(self, folder, frames, arrays, hashed):
        self.names = []
        for i in range(frames):
            array = arrays[i % len(arrays)]
            self.names.append(os.path.join(folder, "%s.%d.npy" % (name_of(array, i, hashed), i)))
            numpy.save(self.names[-1], array)
        for name in self.names:
            flush(name)

    def read(self, i):
        return numpy.load(self.names[i])


class Memmap:
    def write(self, folder, frames, arrays, hashed):
        path = os.path.join(folder, "frames.raw")
        self.data = numpy.memmap(path, "f4", "w+", shape=(frames,) + arrays[0].shape)
        for i in range(frames):
            self.data[i] = arrays[i % len(arrays)]
            if hashed:
                name_of(arrays[i % len(arrays)], i, hashed)
        self.data.flush()
        flush(path)

    def read(self, i):
        return self.data[i].copy()


class Hdf5Gzip:
    def write(self, folder, frames, arrays, hashed):
        import h5py
        self.names = []
        for i in range(frames):
            array = arrays[i % len(arrays)]
            self.names.append(os.path.join(folder, "%s.%d.hdf5" % (name_of(array, i, hashed), i)))
            with h5py.File(self.names[-1], "w") as file:
                file.create_dataset("colors", data=array, compression="gzip")
        for name in self.names:
            flush(name)

    def read(self, i):
        import h5py
        with h5py.File(self.names[i], "r") as file:
            return file["colors"][()]


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
        flush(path)
        self.data = h5py.File(path, "r")["frames"]

    def read(self, i):
        return self.data[i]


def main(way, folder, frames, width, height, hashed):
    frames, shape = int(frames), (int(height), int(width), 4)
    # Made, and so touched, before the clock starts: first touch of memory that the host has reclaimed is 5-10 times slower.
    arrays = list(numpy.random.default_rng(7).random((min(16, frames),) + shape, numpy.float32))
    peer = {"webdataset": Webdataset, "tarfile": Tarfile, "npsave": NpSave, "h5py": H5py, "memmap": Memmap, "hdf5-gzip": Hdf5Gzip}[way]()
    with tempfile.TemporaryDirectory(dir=folder) as warm:
        peer.write(warm, frames, arrays, hashed == "1")
    # What is deleted is given back to the disk before the clock starts.
    flush(folder)
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
        shuffled = order.sample(range(frames), frames)
        said["shuffle_s"] = seconds(peer.read(i) for i in shuffled)
    said["scan_s"] = seconds(peer.scan() if peer.read is None else (peer.read(i) for i in range(frames)))
    print(json.dumps(said))


def seconds(arrays):
    begun = time.perf_counter()
    for array in arrays:
        assert array.ndim == 3
    return time.perf_counter() - begun


main(*sys.argv[1:])
