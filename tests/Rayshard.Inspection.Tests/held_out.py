"""Makes the held-out set: scenes, sizes and routes by which no threshold of the inspection was ever chosen.

    OCIO=.../config.ocio blender -b --factory-startup -noaudio --python held_out.py -- FOLDER RAMP_SCENE.py

The colour configuration is that of Blender 4.3.2, which has AgX; Blender 3.4.1 has not.
"""
import math
import os
import sys

import bpy
import numpy

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import labelled_routes as routes  # noqa: E402
import labelled_scenes as scenes  # noqa: E402
from labelled_routes import array, picture  # noqa: E402


def dusk():
    """Smooth shells under a soft lamp, in front of a bright world: noise, and light far above 1."""
    background = bpy.context.scene.world
    background.use_nodes = True
    background.node_tree.nodes["Background"].inputs["Color"].default_value = (0.9, 0.35, 0.12, 1)
    background.node_tree.nodes["Background"].inputs["Strength"].default_value = 1.7
    for i, color in enumerate(((0.8, 0.1, 0.1), (0.1, 0.7, 0.3), (0.2, 0.3, 0.9))):
        shell(1.1, (1.6 * i - 1.6, 0.3 * i, 0), scenes.paint("Shell%d" % i, "ShaderNodeBsdfGlossy" if i == 1 else "ShaderNodeBsdfDiffuse", color, "Color"))
    scenes.lamp((1.2, -2.2, 2.4), 400, "AREA")
    scenes.camera((0, -5.5, 0.9), (math.radians(81), 0, 0))


def stairs():
    """Steps of flat faces under a sun, film transparent: few normals, depths that repeat, pixels that nothing covers."""
    bpy.context.scene.render.film_transparent = True
    stone = scenes.paint("Stone", "ShaderNodeBsdfDiffuse", (0.6, 0.55, 0.5), "Color")
    for i in range(7):
        low, high, near, far = 0.4 * i, 0.4 * (i + 1), 0.7 * i, 0.7 * (i + 1)
        scenes.mesh("Step%d" % i, [(-1.5, near, low), (1.5, near, low), (1.5, near, high), (-1.5, near, high), (1.5, far, high), (-1.5, far, high)],
                    [(0, 1, 2, 3), (3, 2, 4, 5)], stone, uv=True).pass_index = 40 * i
    scenes.lamp((3, -4, 6), 4, "SUN")
    scenes.camera((0.8, -4.2, 3.4), (math.radians(68), 0, math.radians(8)))


def glow():
    """A smooth wave of light without noise, from black to 3, that fills the picture."""
    material = scenes.paint("Glow", "ShaderNodeEmission", (1, 1, 1), "Color")
    nodes, links = material.node_tree.nodes, material.node_tree.links
    place, parts, join = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeSeparateXYZ"), nodes.new("ShaderNodeCombineXYZ")
    links.new(place.outputs["Object"], parts.inputs[0])
    for axis, (source, rate) in enumerate((("X", 0.31), ("Y", 0.23), ("X", 0.47))):
        sine, scale = nodes.new("ShaderNodeMath"), nodes.new("ShaderNodeMath")
        sine.operation, scale.operation = "SINE", "MULTIPLY_ADD"
        turn = nodes.new("ShaderNodeMath")
        turn.operation = "MULTIPLY"
        turn.inputs[1].default_value = rate
        scale.inputs[1].default_value = scale.inputs[2].default_value = 0.4 + 0.55 * axis
        links.new(parts.outputs[source], turn.inputs[0])
        links.new(turn.outputs[0], sine.inputs[0])
        links.new(sine.outputs[0], scale.inputs[0])
        links.new(scale.outputs[0], join.inputs[axis])
    links.new(join.outputs[0], nodes["Emission"].inputs["Color"])
    scenes.mesh("Wall", [(-9, 0, 0), (9, 1.3, 0), (9, 9, 0), (-9, 9, 0)], [(0, 1, 2, 3)], material, uv=True)
    scenes.camera((0, 4.5, 9), (0.1, 0.05, 0.2))


def shell(radius, center, material, rows=24):
    points = [(math.pi * (i + 0.5) / rows, math.pi * j / rows) for i in range(rows) for j in range(2 * rows)]
    vertices = [tuple(radius * part + offset for part, offset in zip((math.sin(a) * math.cos(b), math.sin(a) * math.sin(b), math.cos(a)), center)) for a, b in points]
    at = lambda i, j: i * 2 * rows + j % (2 * rows)
    thing = scenes.mesh("Shell", vertices, [(at(i, j), at(i, j + 1), at(i + 1, j + 1), at(i + 1, j)) for i in range(rows - 1) for j in range(2 * rows)], material, uv=True)
    for face in thing.data.polygons:
        face.use_smooth = True


def make_dusk():
    passes = scenes.render(dusk, samples=16, size=(200, 120))
    for view in ("AgX", "Khronos PBR Neutral", "False Color"):
        name = view.lower().replace(" ", "-")
        picture("dusk", "png8-" + name, True, "PNG", "8", view)
        picture("dusk", "png16-" + name, True, "PNG", "16", view)
    for file_format in ("TARGA", "BMP", "WEBP", "JPEG2000"):
        picture("dusk", file_format.lower() + "-agx", True, file_format, "8", "AgX")
    picture("dusk", "jpeg2000-12", True, "JPEG2000", "12")
    picture("dusk", "dpx10", True, "DPX", "10")
    picture("dusk", "cineon", True, "CINEON", "10")
    for codec in ("PIZ", "RLE", "DWAB", "B44A"):
        picture("dusk", "exr-half-" + codec.lower(), True, "OPEN_EXR", "16", codec=codec)
    for codec, lossy in (("PIZ", False), ("RLE", False), ("PXR24", True), ("DWAB", True)):
        picture("dusk", "exr-float-" + codec.lower(), lossy, "OPEN_EXR", "32", codec=codec)
    colors = passes["Image"][..., :3]
    array("dusk", "combined", False, colors)
    array("dusk", "exposed", False, colors * numpy.float32(2.0 ** 0.3))
    array("dusk", "cropped", False, colors[17:90, 31:160])
    array("dusk", "float16-exposed", True, colors.astype(numpy.float16).astype(numpy.float32) * numpy.float32(2.0 ** 0.3))
    array("dusk", "rgbe-like", True, numpy.ldexp(numpy.round(numpy.ldexp(numpy.frexp(colors)[0], 8)), numpy.frexp(colors)[1] - 8))
    array("dusk", "10-bit", True, routes.steps(numpy.clip(colors, 0, 1), 1023))
    array("dusk", "12-bit-srgb-decoded", True, routes.decode(routes.steps(encode(colors), 4095)))
    array("dusk", "8-bit-gamma-2.2-decoded", True, routes.steps(numpy.clip(colors, 0, 1) ** (1 / 2.2), 255) ** 2.2)
    array("dusk", "depth", False, passes["Depth"][..., :1])
    array("dusk", "normal", False, passes["Normal"][..., :3])
    filtered("dusk")


def encode(values):
    values = numpy.clip(values, 0, 1)
    return numpy.where(values <= 0.0031308, values * 12.92, 1.055 * values ** (1 / 2.4) - 0.055)


def filtered(scene):
    """The scene again, smoothed in the compositor as denoisers do: in float32, which no number shows."""
    tree = bpy.context.scene.node_tree
    node = tree.nodes.new("CompositorNodeBilateralblur")
    source = next(one for one in tree.nodes if one.type == "R_LAYERS")
    output = next(one for one in tree.nodes if one.type == "OUTPUT_FILE")
    tree.links.new(source.outputs["Image"], node.inputs["Image"])
    tree.links.new(source.outputs["Normal"], node.inputs["Determinator"])
    tree.links.new(node.outputs[0], output.inputs["Image"])
    bpy.ops.render.render()
    array(scene, "smoothed", None, scenes.floats(os.path.join(output.base_path, "Image%04d.exr" % bpy.context.scene.frame_current))[..., :3])


def make_stairs():
    passes = scenes.render(stairs, samples=9, size=(90, 160))
    picture("stairs", "exr-float", False, "OPEN_EXR", "32")
    picture("stairs", "png8-agx", True, "PNG", "8", "AgX")
    picture("stairs", "tiff16-agx", True, "TIFF", "16", "AgX")
    depth = passes["Depth"][..., :1]
    near = numpy.where(depth < 1e9, depth, 0)
    array("stairs", "depth", False, depth)
    array("stairs", "position", False, passes["Position"][..., :3])
    array("stairs", "object-index", False, passes["IndexOB"][..., :1])
    array("stairs", "mist", False, passes["Mist"][..., :1])
    array("stairs", "uv", False, passes["UV"][..., :2])
    array("stairs", "depth-png16-mm", True, numpy.round(near * 1000))
    array("stairs", "depth-float16", True, near.astype(numpy.float16))
    array("stairs", "depth-8-bit-of-its-range", True, routes.steps(near / near.max(), 255) * near.max())


def make_glow():
    passes = scenes.render(glow, samples=1, size=(160, 90))
    array("glow", "combined", False, passes["Image"][..., :3])
    array("glow", "mist", False, passes["Mist"][..., :1])
    array("glow", "depth", False, passes["Depth"][..., :1])
    for view in ("AgX", "Standard", "Filmic"):
        picture("glow", "png8-" + view.lower(), True, "PNG", "8", view)
        for intensity in (0.5, 1.0, 2.0):
            picture("glow", "png8-%s-dithered-%g" % (view.lower(), intensity), True, "PNG", "8", view, dither=intensity)
    picture("glow", "png16-agx", True, "PNG", "16", "AgX")
    array("glow", "png8-dithered-decoded", True, routes.decode(scenes.floats(routes.file_of("glow", "png8-standard-dithered-1", "PNG"))[..., :3]))
    picture("glow", "jpeg-agx", True, "JPEG", "8", "AgX")
    dark = passes["Image"][..., :3] * numpy.float32(0.3)
    array("glow", "dark", False, dark)

    # These two were called raw when they were first tried: the grids of 10 and 12 bits, and the rule for values that all come again, are owed to them.
    for bits in (10, 12):
        array("glow", "dark-%d-bit-srgb-decoded" % bits, True, routes.decode(routes.steps(encode(dark), 2 ** bits - 1)))
    array("glow", "dark-11-bit-gamma-2.6", True, routes.steps(dark ** (1 / 2.6), 2047) ** 2.6)
    log = numpy.log2(numpy.maximum(dark, 2.0 ** -12))
    array("glow", "dark-10-bit-log", True, 2.0 ** (routes.steps((log + 12) / 13, 1023) * 13 - 12))


def make_ramp():
    scenes.render(routes.ramp(), samples=1, size=64)
    picture("ramp", "png8-agx", True, "PNG", "8", "AgX")
    picture("ramp", "png16-agx", True, "PNG", "16", "AgX")
    array("ramp", "float-agx", True, scenes.converted("AgX Base sRGB", "Linear Rec.709")[..., :3])
    array("ramp", "float-pbr-neutral", True, scenes.converted("Khronos PBR Neutral sRGB", "Linear Rec.709")[..., :3])


routes.make(make_dusk, make_stairs, make_glow, make_ramp)
