"""The scenes of the labelled set, and their render with every pass that it needs."""
import math
import os

import bpy
import numpy

FOLDER = None
PASSES = ("Image", "Alpha", "Depth", "Mist", "Normal", "Position", "UV", "IndexOB", "DiffDir")


def mesh(name, vertices, faces, material, uv=False):
    data = bpy.data.meshes.new(name)
    data.from_pydata(vertices, [], faces)
    data.materials.append(material)
    if uv:
        data.uv_layers.new(name="UVMap")
    thing = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def paint(name, kind, color, socket):
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    nodes = material.node_tree.nodes
    nodes.clear()
    shader = nodes.new(kind)
    shader.inputs[socket].default_value = (*color, 1)
    material.node_tree.links.new(shader.outputs[0], nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    return material


def camera(location, rotation, ortho=None):
    data = bpy.data.cameras.new("Camera")
    if ortho:
        data.type, data.ortho_scale = "ORTHO", ortho
    eye = bpy.data.objects.new("Camera", data)
    eye.location, eye.rotation_euler = location, rotation
    bpy.context.scene.collection.objects.link(eye)
    bpy.context.scene.camera = eye


def lamp(location, energy, kind="POINT"):
    light = bpy.data.objects.new("Key", bpy.data.lights.new("Key", kind))
    light.location, light.data.energy = location, energy
    bpy.context.scene.collection.objects.link(light)


def light():
    """A wavy floor under a near lamp: noise, and values from dark to far above 1."""
    wave(24, 0.3, paint("Floor", "ShaderNodeBsdfDiffuse", (0.7, 0.45, 0.2), "Color"))
    lamp((0.7, 0.4, 1.1), 120)
    camera((0, -2.6, 2.4), (math.radians(48), 0, 0))


def hills():
    """Far hills with a world behind them: depth of nothing, mist, coordinates."""
    wave(40, 1.4, paint("Hills", "ShaderNodeBsdfDiffuse", (0.2, 0.5, 0.3), "Color"), size=8)
    lamp((0, 0, 9), 3, "SUN")
    camera((0, -11, 3.1), (math.radians(80), 0, 0))


def flat():
    """Even colours that emit what they are, on a tilted plane, without perspective; nothing behind."""
    bpy.context.scene.render.film_transparent = True
    for i in range(30):
        x, y = i % 6 - 3, i // 6 - 2.5
        color = [channel / 255 for channel in (8 * i + 7, 255 - 5 * i, (53 * i) % 256)]
        corners = [(x + a, y + b, (y + b) / 3) for a, b in ((0, 0), (0.93, 0.07), (1, 0.9), (0.1, 1))]
        thing = mesh("Square%d" % i, corners, [(0, 1, 2, 3)], paint("Color%d" % i, "ShaderNodeEmission", color, "Color"), uv=True)
        thing.pass_index = i + 1
    camera((0, 0, 6), (0, 0, 0), ortho=7)


def wave(count, height, material, size=2):
    span = [size * (2 * i / count - 1) for i in range(count + 1)]
    vertices = [(x, y, height * math.sin(2.3 * x + 0.4) * math.cos(1.7 * y)) for y in span for x in span]
    at = lambda i, j: j * (count + 1) + i
    mesh("Wave", vertices, [(at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)) for j in range(count) for i in range(count)], material, uv=True)


def render(build, samples, size=128):
    """Renders a scene from nothing; gives its passes, top row first, which Blender wrote as 32-bit files."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.world = bpy.data.worlds.new("World")
    build()
    scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising, scene.cycles.use_adaptive_sampling = "CYCLES", samples, False, False
    scene.render.resolution_x, scene.render.resolution_y = size if isinstance(size, tuple) else (size, size)
    layer = scene.view_layers[0]
    for switch in ("z", "mist", "normal", "position", "uv", "object_index", "diffuse_direct"):
        setattr(layer, "use_pass_" + switch, True)
    scene.use_nodes = True
    tree = scene.node_tree
    tree.nodes.clear()
    source, output = tree.nodes.new("CompositorNodeRLayers"), tree.nodes.new("CompositorNodeOutputFile")
    tree.links.new(source.outputs["Image"], tree.nodes.new("CompositorNodeComposite").inputs[0])
    output.base_path = os.path.join(FOLDER, "passes")
    output.format.file_format, output.format.color_depth, output.format.exr_codec = "OPEN_EXR", "32", "ZIP"
    output.file_slots.clear()
    for name in PASSES:
        output.file_slots.new(name)
        tree.links.new(source.outputs[name], output.inputs[name])
    bpy.ops.render.render()
    return {name: floats(os.path.join(output.base_path, "%s%04d.exr" % (name, scene.frame_current))) for name in PASSES}


def converted(space, linear="Linear"):
    """The scene again, converted in the compositor: a view transform that is baked into floats."""
    tree = bpy.context.scene.node_tree
    node = tree.nodes.new("CompositorNodeConvertColorSpace")
    node.from_color_space, node.to_color_space = linear, space
    source = next(one for one in tree.nodes if one.type == "R_LAYERS")
    output = next(one for one in tree.nodes if one.type == "OUTPUT_FILE")
    tree.links.new(source.outputs["Image"], node.inputs[0])
    tree.links.new(node.outputs[0], output.inputs["Image"])
    bpy.ops.render.render()
    return floats(os.path.join(output.base_path, "Image%04d.exr" % bpy.context.scene.frame_current))


def multilayer(file, depth, codec="ZIP"):
    """The scene again, every pass in one file."""
    settings, render = bpy.context.scene.render.image_settings, bpy.context.scene.render
    settings.file_format, settings.color_depth, settings.exr_codec, render.filepath = "OPEN_EXR_MULTILAYER", depth, codec, file
    bpy.ops.render.render(write_still=True)


def slots(file):
    """The scene again, every pass in one file whose layers have no names: PASS.CHANNEL, as other programs write them."""
    output = next(one for one in bpy.context.scene.node_tree.nodes if one.type == "OUTPUT_FILE")
    folder, output.base_path = output.base_path, file
    output.format.file_format = "OPEN_EXR_MULTILAYER"
    bpy.ops.render.render()
    output.base_path, output.format.file_format = folder, "OPEN_EXR"
    return "%s%04d.exr" % (file, bpy.context.scene.frame_current)


def floats(file, space="Non-Color"):
    """A picture's pixels, top row first."""
    image = bpy.data.images.load(file)
    image.colorspace_settings.name = space
    pixels = numpy.empty(len(image.pixels), numpy.float32)
    image.pixels.foreach_get(pixels)
    pixels = pixels.reshape(image.size[1], image.size[0], -1)[::-1]
    bpy.data.images.remove(image)
    return pixels
