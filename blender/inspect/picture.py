"""Reads pictures as they are stored, without colour management: blender -b --python picture.py -- IN OUT [IN OUT ...]

Of each picture come arrays OUT.0.npy and on (float32, height x width x channels, top row first), one for each layer's pass, and OUT.json: their
names, channels and the number format that the file declares; or why it can't be read.
"""
import contextlib
import json
import os
import struct
import sys
import tempfile

import bpy
import numpy

EXR = b"\x76\x2f\x31\x01"
EXR_TILED, EXR_PARTS = 0x200, 0x1000

# How Blender puts a pass's channels in order. Of others it makes something else than what stands in the file.
ORDERS = ("RGB", "RGBA", "XYZ", "XYZW", "UVA")


class Refused(Exception):
    pass


def declared(path, image):
    """The number format by NumPy's name; of a format whose header is not looked at, what Blender made of it."""
    head = start(path)
    if head.startswith(b"\x89PNG"):
        return "uint%d" % head[24]
    if head.startswith(EXR):
        return types(exr(head).values())
    if head[:4] in (b"II*\0", b"MM\0*"):
        return tiff(path, "<" if head[:1] == b"I" else ">")
    return "float32" if image.is_float else "uint8"


def start(path):
    with open(path, "rb") as file:
        return file.read(1 << 20)


def exr(head):
    """openexr.com, "OpenEXR File Layout": an attribute is name, type, size; a channel is name, pixel type, 12 more bytes."""
    mark = b"channels\0chlist\0"
    at = head.index(mark) + len(mark) + 4
    found = {}
    while head[at]:
        end = head.index(b"\0", at)
        found[head[at:end].decode()] = struct.unpack_from("<i", head, end + 1)[0]
        at = end + 17
    return found


def parts(head):
    return struct.unpack_from("<I", head, 4)[0] & EXR_PARTS


def check_whole(path, head):
    """Refuses an EXR that was cut: Blender goes on reading behind its end. Behind the header stands where each block of lines or tiles begins."""
    at = 8
    while head[at]:
        at = head.index(b"\0", head.index(b"\0", at) + 1) + 1
        at += 4 + struct.unpack_from("<i", head, at)[0]
    at += 1
    is_tiled = struct.unpack_from("<I", head, 4)[0] & EXR_TILED
    with open(path, "rb") as file:
        file.seek(at)
        blocks = [struct.unpack("<Q", file.read(8))[0]]
        while at + 8 * len(blocks) < min(blocks):
            blocks += struct.unpack("<Q", file.read(8))
        for block in blocks:
            file.seek(block + (16 if is_tiled else 4))
            size = file.read(4)
            if not block or len(size) < 4 or file.tell() + struct.unpack("<i", size)[0] > os.path.getsize(path):
                raise Refused("it was cut: a block of its lines is not in the file")


@contextlib.contextmanager
def heard():
    """Refuses what Blender complains of on the way and reads all the same."""
    with tempfile.TemporaryFile() as log:
        kept = os.dup(2)
        os.dup2(log.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
        log.seek(0)
        said = [line for line in log.read().decode(errors="replace").splitlines() if "ERROR" in line]
    if said:
        raise Refused("Blender says: " + said[0])


def types(kinds):
    return "/".join(sorted({{0: "uint32", 1: "float16", 2: "float32"}[kind] for kind in kinds}))


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


def read(path, output):
    """Saves what stands in a picture; says what it was."""
    head = start(path)
    if head.startswith(EXR) and not parts(head):
        check_whole(path, head)
    image = bpy.data.images.load(path)
    try:
        image.colorspace_settings.name = "Non-Color"

        # Blender knows what kind it is once it has been asked for its size.
        with heard():
            width, height = image.size
        if image.type == "MULTILAYER":
            return [take(number, passed, output) for number, passed in enumerate(layers(path, image, output))]
        return [take(0, (None, None, declared(path, image), pixels(image)), output)]
    finally:
        bpy.data.images.remove(image)


def take(number, passed, output):
    name, channels, number_format, values = passed
    numpy.save("%s.%d.npy" % (output, number), values[..., :len(channels)] if channels else values)
    return {"pass": name, "channels": channels, "declared": number_format}


def pixels(image):
    # Or Blender multiplies the colour of a 16-bit PNG by its alpha.
    image.alpha_mode = "CHANNEL_PACKED"
    width, height = image.size
    if not width * height * image.channels:
        raise Refused("Blender finds no pixels in it")
    values = numpy.empty(width * height * image.channels, numpy.float32)
    image.pixels.foreach_get(values)
    return numpy.ascontiguousarray(values.reshape(height, width, -1)[::-1])


def layers(path, image, output):
    """Every pass of every layer. Blender's Python gives none out, its compositor does: it saves each as a float32 file, with the same bits."""
    passes = passes_of(start(path))
    scene = bpy.context.scene
    if not hasattr(scene, "node_tree"):
        raise Refused("it has several layers, which Blender before 5.0 reads: give --experiment=NAME of an experiment that pins one")
    scene.use_nodes = True
    nodes, links = scene.node_tree.nodes, scene.node_tree.links
    nodes.clear()
    saved = nodes.new("CompositorNodeOutputFile")
    saved.base_path = output + ".layers"
    saved.format.file_format, saved.format.color_mode, saved.format.color_depth, saved.format.exr_codec = "OPEN_EXR", "RGBA", "32", "NONE"
    saved.file_slots.clear()
    sources = {layer: nodes.new("CompositorNodeImage") for layer, _ in passes}
    for layer, node in sources.items():
        node.image = image
        if len(sources) > 1:
            node.layer = layer
    for number, (layer, name) in enumerate(passes):
        if name not in sources[layer].outputs:
            raise Refused("Blender does not find its pass '%s'" % named(layer, name))
        saved.file_slots.new("%d-" % number)
        links.new(sources[layer].outputs[name], saved.inputs[-1])
    bpy.ops.render.render()
    for number, ((layer, name), (channels, kinds)) in enumerate(passes.items()):
        one = bpy.data.images.load(os.path.join(saved.base_path, "%d-%04d.exr" % (number, scene.frame_current)))
        one.colorspace_settings.name = "Non-Color"
        yield named(layer, name), channels, types(kinds), pixels(one)
        bpy.data.images.remove(one)


def passes_of(head):
    """{(layer, pass): (channels in Blender's order, their types)}. A channel's name is LAYER.PASS.CHANNEL, PASS.CHANNEL or CHANNEL."""
    if parts(head):
        raise Refused("it has several parts: save each to a file of its own")
    passes = {}
    for full, kind in exr(head).items():
        layer, name, channel = ([""] * 2 + full.rsplit(".", 2))[-3:]
        passes.setdefault((layer, name or ("Depth" if channel == "Z" else "Combined")), {})[channel] = kind
    return {key: in_order(named(*key), channels) for key, channels in passes.items()}


def in_order(name, channels):
    known = {"".join(sorted(order)): order for order in ORDERS}
    order = known.get("".join(sorted(channels)).upper())
    if len(channels) > 1 and not order:
        raise Refused("its pass '%s' has channels %s; Blender reads one, or %s" % (name, ", ".join(channels), ", ".join(ORDERS)))
    labels = sorted(channels, key=lambda label: order.index(label.upper())) if order else list(channels)
    return labels, [channels[label] for label in labels]


def named(layer, name):
    return layer + "." + name if layer else name


def main(arguments):
    for path, output in zip(arguments[::2], arguments[1::2]):
        try:
            said = {"passes": read(path, output)}
        except (Refused, RuntimeError, TypeError) as error:
            said = {"refused": str(error).strip()}
        except (ValueError, IndexError, struct.error):
            said = {"refused": "its header is damaged"}
        with open(output + ".json", "w", encoding="utf-8") as file:
            json.dump(said, file)


main(sys.argv[sys.argv.index("--") + 1:])
