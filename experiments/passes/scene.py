"""Three things with unlike materials, indices and UVs on a checkered floor, one of them moving, for passes that mean something."""
import math

import bpy

CORNERS = [(-1, -1), (1, -1), (1, 1), (-1, 1)]


def mesh(name, vertices, faces, material):
    """A mesh whose every face spans the whole UV square."""
    made = bpy.data.meshes.new(name)
    made.from_pydata(vertices, [], faces)
    uvs = made.uv_layers.new(name="UVMap")
    for polygon in made.polygons:
        for corner, loop in enumerate(polygon.loop_indices):
            uvs.data[loop].uv = [(n + 1) / 2 for n in CORNERS[corner % 4]]
    made.materials.append(material)
    return made


def material(name, index, kind, color, **inputs):
    made = bpy.data.materials.new(name)
    made.use_nodes, made.pass_index = True, index
    nodes, links = made.node_tree.nodes, made.node_tree.links
    nodes.clear()
    node = nodes.new(kind)
    node.inputs["Color"].default_value = color + (1,)
    for socket, value in inputs.items():
        node.inputs[socket].default_value = value
    links.new(node.outputs[0], nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    return made, node


def add(name, data, index, location):
    thing = bpy.data.objects.new(name, data)
    thing.location, thing.pass_index = location, index
    bpy.context.scene.collection.objects.link(thing)
    return thing


def checker(made, node):
    texture = made.node_tree.nodes.new("ShaderNodeTexChecker")
    texture.inputs["Scale"].default_value = 12
    made.node_tree.links.new(texture.outputs["Color"], node.inputs["Color"])
    return made


def box(half):
    vertices = [(x * half, y * half, z * half) for z in (-1, 1) for x, y in CORNERS]
    faces = [(3, 2, 1, 0), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)]
    return vertices, faces


def build():
    scene = bpy.context.scene
    floor = checker(*material("Checker", 1, "ShaderNodeBsdfDiffuse", (0.8, 0.8, 0.8)))
    add("Floor", mesh("Floor", [(x * 6, y * 6, 0) for x, y in CORNERS], [(0, 1, 2, 3)], floor), 1, (0, 0, 0))
    paint, _ = material("Paint", 2, "ShaderNodeBsdfDiffuse", (0.7, 0.2, 0.1))
    add("Crate", mesh("Crate", *box(0.8), paint), 2, (-1.2, 0.4, 0.8))
    gloss, _ = material("Gloss", 3, "ShaderNodeBsdfGlossy", (0.6, 0.7, 0.9), Roughness=0.2)
    runner = add("Runner", mesh("Runner", *box(0.55), gloss), 3, (1.2, -0.6, 0.55))
    glow, _ = material("Glow", 4, "ShaderNodeEmission", (1.0, 0.8, 0.4), Strength=3.0)
    add("Lamp", mesh("Lamp", *box(0.25), glow), 4, (0.3, 1.6, 1.6))

    # The motion that the vector pass shows: from the frame before to the one after.
    for frame, x in ((0, 1.0), (2, 1.4)):
        runner.location.x = x
        runner.keyframe_insert("location", index=0, frame=frame)
    scene.frame_set(1)
    scene.render.use_motion_blur = False

    sun = bpy.data.lights.new("Sun", "SUN")
    sun.energy, sun.angle = 3.0, math.radians(2)
    add("Sun", sun, 0, (0, 0, 5)).rotation_euler = (math.radians(40), math.radians(12), 0)
    camera = bpy.data.cameras.new("Camera")
    eye = add("Camera", camera, 0, (0, -6.5, 3.4))
    eye.rotation_euler = (math.radians(66), 0, 0)
    scene.camera = eye
    scene.world = bpy.data.worlds.new("World")
    scene.world.use_nodes = True
    scene.world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.1, 0.15, 0.3, 1)
    scene.cycles.max_bounces = 4
