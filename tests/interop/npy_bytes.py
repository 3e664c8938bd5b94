"""Compares blobs and headers that Rayshard made with what NumPy writes.  npy_bytes.py FOLDER

FOLDER/*.npy are whole blobs; FOLDER/headers.txt has lines "height width channels hex" for shapes too large to save.
"""
import glob
import io
import os
import sys

import numpy

folder = sys.argv[1]
blobs = sorted(glob.glob(os.path.join(folder, "*.npy")))
for path in blobs:
    with open(path, "rb") as file:
        ours = file.read()
    array = numpy.load(io.BytesIO(ours), allow_pickle=False)
    height, width, channels = map(int, os.path.basename(path)[:-4].split("x"))
    assert array.shape == (height, width, channels) and array.dtype.str == "<f4" and array.flags.c_contiguous, path
    assert numpy.array_equal(array.ravel().view("<u4"), numpy.arange(array.size, dtype="<u4")), path
    theirs = io.BytesIO()
    numpy.save(theirs, array)
    assert theirs.getvalue() == ours, path

headers = 0
with open(os.path.join(folder, "headers.txt"), encoding="ascii") as lines:
    for line in lines:
        height, width, channels, text = line.split()
        theirs = io.BytesIO()
        shape = (int(height), int(width), int(channels))
        numpy.lib.format.write_array_header_1_0(theirs, {"descr": "<f4", "fortran_order": False, "shape": shape})
        assert theirs.getvalue().hex() == text, line
        headers += 1
print(len(blobs), headers)
