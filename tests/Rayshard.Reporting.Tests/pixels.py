"""Pixels of a frame as NumPy reads them: SHARD INDEX X Y prints "pass channel value bits" lines, value as NumPy prints a float32."""
import io
import json
import sys
import tarfile

import numpy as np

shard, index, x, y = sys.argv[1], *map(int, sys.argv[2:])
with tarfile.open(shard) as tar:
    lines = [json.loads(line) for line in tar.extractfile("__manifest__")]
    record = next(line["name"] for line in lines if line.get("index") == index)
    for one in json.load(tar.extractfile(record))["passes"]:
        pixels = np.load(io.BytesIO(tar.extractfile(f"{record[:-5]}.{one['name']}.npy").read()))
        for channel, value in zip(one["channels"], pixels[y, x]):
            print(one["name"], channel, str(value), value.tobytes().hex())
