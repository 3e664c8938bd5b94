"""Reads pictures as they are stored, without colour management: blender -b --python picture.py -- IN OUT.npy [IN OUT.npy ...]

Beside each OUT.npy (float32, height x width x channels, top row first) goes OUT.npy.json: the number format that the file declares, or why it
can't be read.
"""
import json
import struct
import sys

import bpy
import numpy


def declared(path, image):
    """The number format by NumPy's name; of a format whose header is not looked at, what Blender made of it."""
    with open(path, "rb") as file:
        head = file.read(1 << 16)
    if head.startswith(b"\x89PNG"):
        return "uint%d" % head[24]
    if head.startswith(b"\x76\x2f\x31\x01"):
        return exr(head)
    if head[:4] in (b"II*\0", b"MM\0*"):
        return tiff(path, "<" if head[:1] == b"I" else ">")
    return "float32" if image.is_float else "uint8"


def exr(head):
    """openexr.com, "OpenEXR File Layout": an attribute is name, type, size; a channel is name, pixel type, 12 more bytes."""
    mark = b"channels\0chlist\0"
    at = head.index(mark) + len(mark) + 4
    types = set()
    while head[at]:
        at = head.index(b"\0", at) + 1
        types.add(struct.unpack_from("<i", head, at)[0])
        at += 16
    return "/".join(sorted({0: "uint32", 1: "float16", 2: "float32"}[kind] for kind in types))


def tiff(path, order):
    """TIFF 6.0: the first directory's BitsPerSample (258) and SampleFormat (339, 3: float)."""
    with open(path, "rb") as file:
        data = file.read()
    start, = struct.unpack_from(order + "I", data, 4)
    found = {}
    for i in range(struct.unpack_from(order + "H", data, start)[0]):
        tag, _, count, inline = struct.unpack_from(order + "HHIH", data, start + 2 + 12 * i)
        far, = struct.unpack_from(order + "I", data, start + 10 + 12 * i)
        found[tag] = inline if count < 3 else struct.unpack_from(order + "H", data, far)[0] if tag in (258, 339) else None
    return ("float%d" if found.get(339) == 3 else "uint%d") % found.get(258, 1)


def read(path):
    image = bpy.data.images.load(path)
    try:
        image.colorspace_settings.name = "Non-Color"
        if image.type == "MULTILAYER":
            raise ValueError("it has several layers, which Blender's Python does not give out: save each pass to a file of its own")

        # Or Blender multiplies the colour of a 16-bit PNG by its alpha.
        image.alpha_mode = "CHANNEL_PACKED"
        width, height = image.size
        if not width * height * image.channels:
            raise ValueError("Blender finds no pixels in it")
        pixels = numpy.empty(width * height * image.channels, numpy.float32)
        image.pixels.foreach_get(pixels)
        return declared(path, image), numpy.ascontiguousarray(pixels.reshape(height, width, -1)[::-1])
    finally:
        bpy.data.images.remove(image)


def main(arguments):
    for path, output in zip(arguments[::2], arguments[1::2]):
        try:
            number_format, pixels = read(path)
            numpy.save(output, pixels)
            said = {"declared": number_format}
        except (RuntimeError, ValueError) as error:
            said = {"refused": str(error).strip()}
        with open(output + ".json", "w", encoding="utf-8") as file:
            json.dump(said, file)


main(sys.argv[sys.argv.index("--") + 1:])
