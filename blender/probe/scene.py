"""The scene by which a toolchain is probed: every pass has something to show in 8x8 pixels, in milliseconds."""
import bpy


def material(name, index, kind, **inputs):
    made = bpy.data.materials.new(name)
    made.use_nodes, made.pass_index = True, index
    nodes = made.node_tree.nodes
    nodes.clear()
    shader = nodes.new(kind)
    for socket, value in inputs.items():
        shader.inputs[socket].default_value = value
    made.node_tree.links.new(shader.outputs[0], nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    return made


def face(name, corners, index, stuff):
    """A square with UVs over the whole of it."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(corners, [], [(0, 1, 2, 3)])
    uvs = mesh.uv_layers.new(name="UVMap")
    for loop, uv in enumerate([(0, 0), (1, 0), (1, 1), (0, 1)]):
        uvs.data[loop].uv = uv
    mesh.materials.append(stuff)
    thing = bpy.data.objects.new(name, mesh)
    thing.pass_index = index
    bpy.context.scene.collection.objects.link(thing)
    return thing


def build():
    scene = bpy.context.scene
    gloss = material("Gloss", 5, "ShaderNodeBsdfGlossy", Color=(0.9, 0.7, 0.4, 1), Roughness=0.3)
    chalk = material("Chalk", 7, "ShaderNodeBsdfDiffuse", Color=(0.3, 0.6, 0.2, 1))
    glow = material("Glow", 9, "ShaderNodeEmission", Color=(1, 0.5, 0.25, 1), Strength=3)
    face("Gloss", [(-1, -1, 0), (0.2, -1, 0.1), (0.2, 1, 0.3), (-1, 1, 0.2)], 2, gloss)
    mover = face("Chalk", [(0.1, -1, 0), (1, -1, 0.2), (1, 0.5, 0.1), (0.1, 0.5, 0.4)], 3, chalk)
    face("Glow", [(-0.4, 0.2, 0.6), (0.4, 0.3, 0.6), (0.4, 0.9, 0.7), (-0.4, 0.8, 0.7)], 4, glow)
    glass = material("Glass", 11, "ShaderNodeBsdfGlass", Color=(0.8, 0.9, 1, 1), Roughness=0.05)
    face("Glass", [(-0.9, -0.9, 0.8), (-0.1, -0.9, 0.8), (-0.1, 0.1, 0.9), (-0.9, 0.1, 1.0)], 5, glass)
    for frame, x in ((0, -0.05), (1, 0.0), (2, 0.08)):
        mover.location.x = x
        mover.keyframe_insert("location", index=0, frame=frame)
    scene.frame_set(1)

    lamp = bpy.data.lights.new("Lamp", "POINT")
    lamp.energy = 80
    light = bpy.data.objects.new("Lamp", lamp)
    light.location = (1.5, -2, 3)
    eye = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    eye.location, eye.rotation_euler = (0.2, -0.3, 3.6), (0.08, 0.05, 0.1)
    for thing in (light, eye):
        scene.collection.objects.link(thing)
    scene.camera = eye
    scene.world = bpy.data.worlds.new("World")
    scene.world.use_nodes = True
    scene.world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.05, 0.1, 0.3, 1)
    scene.cycles.max_bounces = 3
