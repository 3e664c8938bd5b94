"""The 8x8 scene by which a toolchain is probed: light, gloss, an emitter brighter than 1, and some background."""
import bpy


def material(name, kind, color, **inputs):
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    tree = made.node_tree
    tree.nodes.clear()
    node = tree.nodes.new(kind)
    node.inputs["Color"].default_value = color
    for socket, value in inputs.items():
        node.inputs[socket].default_value = value
    tree.links.new(node.outputs[0], tree.nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    return made


def quad(name, corners, made):
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(corners, [], [(0, 1, 2, 3)])
    mesh.materials.append(made)
    bpy.context.scene.collection.objects.link(bpy.data.objects.new(name, mesh))


def build():
    scene = bpy.context.scene
    quad("Floor", [(-2, -2, 0), (1.5, -2, 0), (1.5, 1.5, 0), (-2, 1.5, 0)], material("Gloss", "ShaderNodeBsdfGlossy", (0.8, 0.6, 0.3, 1), Roughness=0.3))
    quad("Lamp", [(-1, -0.5, 1), (0, -0.5, 0.5), (0, 0.5, 0.5), (-1, 0.5, 1)], material("Lamp", "ShaderNodeEmission", (0.3, 0.7, 1, 1), Strength=5.0))
    light = bpy.data.lights.new("Key", "POINT")
    light.energy = 100
    camera = bpy.data.cameras.new("Camera")
    for data, location in ((light, (1, -1, 3)), (camera, (0, 0, 6))):
        thing = bpy.data.objects.new(data.name, data)
        thing.location = location
        scene.collection.objects.link(thing)
    scene.camera = bpy.data.objects["Camera"]
    scene.world = bpy.data.worlds.new("World")
    scene.world.color = (0.1, 0.2, 0.3)
