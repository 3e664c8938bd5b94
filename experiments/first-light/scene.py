"""A turning, glossy subject inside an emissive ring, lit by one area light. Written with nodes that every Blender has."""
import math

import bpy
from mathutils import Vector


def tube(name, curve, thickness, steps, sides):
    """A mesh around the closed `curve`, a function from an angle to a point, `thickness` in radius."""
    vertices = []
    for i in range(steps):
        angle = 2 * math.pi * i / steps
        center = Vector(curve(angle))
        along = (Vector(curve(angle + 0.01)) - Vector(curve(angle - 0.01))).normalized()
        across = along.cross(Vector((0, 0, 1))).normalized()
        up = across.cross(along)
        vertices += [center + thickness * (math.cos(a) * across + math.sin(a) * up)
                     for a in (2 * math.pi * j / sides for j in range(sides))]
    faces = [(i * sides + j, i * sides + (j + 1) % sides, (i + 1) % steps * sides + (j + 1) % sides, (i + 1) % steps * sides + j)
             for i in range(steps) for j in range(sides)]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(vertices, [], faces)
    mesh.polygons.foreach_set("use_smooth", [True] * len(faces))
    mesh.update()
    return mesh


def ring(angle):
    return 1.75 * math.cos(angle), 1.75 * math.sin(angle), 0.12


def knot(angle):
    """A trefoil that stands on the floor."""
    radius = 0.75 + 0.32 * math.cos(3 * angle)
    return radius * math.cos(2 * angle), radius * math.sin(2 * angle), 0.95 + 0.55 * math.sin(3 * angle)


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


def build():
    scene = bpy.context.scene

    floor = bpy.data.meshes.new("Floor")
    floor.from_pydata([(-9, -9, 0), (9, -9, 0), (9, 9, 0), (-9, 9, 0)], [], [(0, 1, 2, 3)])
    add("Floor", floor, shader("Floor", "ShaderNodeBsdfDiffuse", Color=(0.35, 0.34, 0.32, 1)))

    gloss = shader("Gloss", "ShaderNodeBsdfGlossy", Color=(0.95, 0.85, 0.7, 1), Roughness=0.15)
    add("Subject", tube("Subject", knot, 0.2, 180, 20), gloss)
    neon = shader("Neon", "ShaderNodeEmission", Color=(1, 1, 1, 1), Strength=6.1)
    add("Ring", tube("Ring", ring, 0.08, 64, 12), neon)

    key = bpy.data.lights.new("Key", "AREA")
    key.size, key.energy = 2.0, 200.0
    add("Key", key, location=(2.6, -2.2, 4.2), rotation=(math.radians(38), 0, math.radians(50)))

    camera = bpy.data.cameras.new("Camera")
    camera.lens = 50
    scene.camera = add("Camera", camera, location=(0, -5.9, 3.3), rotation=(math.radians(66), 0, 0))

    world = bpy.data.worlds.new("World")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.02, 0.03, 0.05, 1)
    scene.world = world
    scene.cycles.max_bounces = 4


def apply(parameters):
    neon = bpy.data.materials["Neon"].node_tree.nodes["Shader"]
    neon.inputs["Color"].default_value = tuple(parameters["ring_color"]) + (1.0,)
