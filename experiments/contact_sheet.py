"""A picture of an experiment's first pass, for looking only: 8 bits, with sRGB's curve. Needs NumPy and nothing else.

    python3 experiments/contact_sheet.py artifacts/store/first-light-*/first-light-000000.tar sheet.png [columns] [every]
"""
import io
import struct
import sys
import tarfile
import zlib

import numpy as np


def pictures(shard, every):
    """The first pass of every so-many-th frame, as float32."""
    with tarfile.open(shard) as tar:
        names = [name for name in tar.getnames() if name.endswith(".npy")]
        one = [name for name in names if name.split(".", 1)[1] == names[0].split(".", 1)[1]]
        return [np.load(io.BytesIO(tar.extractfile(name).read())) for name in one[::every]]


def for_looking(linear):
    """Scene-linear to sRGB's curve, 8 bits: what lies above 1 is cut off here, and only here."""
    linear = np.clip(linear[..., :3] if linear.shape[2] >= 3 else linear[..., :1].repeat(3, 2), 0, 1)
    curved = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return (curved * 255 + 0.5).astype(np.uint8)


def write_png(path, pixels):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    height, width = pixels.shape[:2]
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
                   + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def main(shard, output, columns="8", every="8"):
    shown = [for_looking(picture) for picture in pictures(shard, int(every))]
    columns = int(columns)
    shown += [np.zeros_like(shown[0])] * (-len(shown) % columns)
    write_png(output, np.vstack([np.hstack(shown[i:i + columns]) for i in range(0, len(shown), columns)]))


main(*sys.argv[1:])
