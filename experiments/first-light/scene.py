"""A turning, glossy subject inside an emissive ring, lit by one area light. Written with nodes that every Blender has."""
import math

import bpy


def lathe(name, profile, steps):
    """A mesh that turns the closed `profile` [(radius, height)] around z, with UVs."""
    rows = len(profile)
    vertices = [(r * math.cos(a), r * math.sin(a), z)
                for a in (2 * math.pi * i / steps for i in range(steps)) for r, z in profile]
    faces = [(i * rows + j, (i + 1) % steps * rows + j, (i + 1) % steps * rows + (j + 1) % rows, i * rows + (j + 1) % rows)
             for i in range(steps) for j in range(rows)]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(vertices, [], faces)
    mesh.update()
    return mesh


def shader(name, kind, **inputs):
    """A material of one shader node `kind`, whose sockets `inputs` are set by name."""
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    nodes.clear()
    node = nodes.new(kind)
    node.name = "Shader"
    for socket, value in inputs.items():
        node.inputs[socket.replace("_", " ")].default_value = value
    links.new(node.outputs[0], nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    return material


def add(name, data, material=None, location=(0, 0, 0), rotation=(0, 0, 0)):
    thing = bpy.data.objects.new(name, data)
    thing.location, thing.rotation_euler = location, rotation
    if material:
        data.materials.append(material)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def circle(radius, thickness, height, steps):
    return [(radius + thickness * math.cos(a), height + thickness * math.sin(a))
            for a in (2 * math.pi * i / steps for i in range(steps))]


def build():
    scene = bpy.context.scene

    floor = bpy.data.meshes.new("Floor")
    floor.from_pydata([(-9, -9, 0), (9, -9, 0), (9, 9, 0), (-9, 9, 0)], [], [(0, 1, 2, 3)])
    add("Floor", floor, shader("Floor", "ShaderNodeBsdfDiffuse", Color=(0.35, 0.34, 0.32, 1)))

    star = [(0.5 + 0.35 * (i % 2), 0.3 + 1.5 * i / 8) for i in range(9)] + [(0.02, 1.8), (0.02, 0.3)]
    add("Subject", lathe("Subject", star, 7), shader("Gloss", "ShaderNodeBsdfGlossy", Color=(0.9, 0.85, 0.75, 1), Roughness=0.12))
    add("Ring", lathe("Ring", circle(1.55, 0.09, 0.55, 12), 64), shader("Neon", "ShaderNodeEmission", Color=(1, 1, 1, 1), Strength=6.0))

    key = bpy.data.lights.new("Key", "AREA")
    key.size, key.energy = 2.0, 200.0
    add("Key", key, location=(2.6, -2.2, 4.2), rotation=(math.radians(38), 0, math.radians(50)))

    camera = bpy.data.cameras.new("Camera")
    camera.lens = 50
    scene.camera = add("Camera", camera, location=(0, -6.2, 3.1), rotation=(math.radians(68.5), 0, 0))

    world = bpy.data.worlds.new("World")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.02, 0.03, 0.05, 1)
    scene.world = world
    scene.cycles.max_bounces = 6


def apply(parameters):
    neon = bpy.data.materials["Neon"].node_tree.nodes["Shader"]
    neon.inputs["Color"].default_value = tuple(parameters["ring_color"]) + (1.0,)
