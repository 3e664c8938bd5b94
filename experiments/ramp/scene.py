"""One face per pixel, each emitting a known float32: see color(). An orthographic camera looks straight down on them."""

import bpy

SIZE = 64


def color(row, column):
    """Red: steps of 2^-22. Green: 1 to 257. Blue: down to 2^-95. Each is a float32 exactly."""
    i = row * SIZE + column
    return (0.25 + i * 2.0 ** -22, 1 + i / 16, 2.0 ** -(i % 96), 1.0)


def emitted(mesh, nodes, links):
    """The socket that has a face's color. Blender 2.83 has no float attributes on faces, so there it is looked up in an image."""
    if hasattr(mesh, "attributes"):
        colors = mesh.attributes.new("emitted", "FLOAT_COLOR", "FACE")
        colors.data.foreach_set("color", [channel for r in range(SIZE) for c in range(SIZE) for channel in color(r, c)])
        node = nodes.new("ShaderNodeAttribute")
        node.attribute_name = "emitted"
    else:
        node = nodes.new("ShaderNodeTexImage")
        node.image = bpy.data.images.new("Emitted", SIZE, SIZE, float_buffer=True)
        node.image.colorspace_settings.name, node.interpolation = "Non-Color", "Closest"
        # An image's rows begin at the bottom.
        node.image.pixels = [channel for r in reversed(range(SIZE)) for c in range(SIZE) for channel in color(r, c)]
        links.new(nodes.new("ShaderNodeTexCoord").outputs["Window"], node.inputs["Vector"])
    return node.outputs["Color"]


def build():
    scene = bpy.context.scene
    vertices = [(x, -y, 0) for y in range(SIZE + 1) for x in range(SIZE + 1)]
    corner = lambda row, column: row * (SIZE + 1) + column
    faces = [(corner(r + 1, c), corner(r + 1, c + 1), corner(r, c + 1), corner(r, c)) for r in range(SIZE) for c in range(SIZE)]
    mesh = bpy.data.meshes.new("Faces")
    mesh.from_pydata(vertices, [], faces)

    material = bpy.data.materials.new("Emitted")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    nodes.clear()
    emission = nodes.new("ShaderNodeEmission")
    emission.name = "Emission"
    links.new(emitted(mesh, nodes, links), emission.inputs["Color"])
    links.new(emission.outputs[0], nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    mesh.materials.append(material)
    scene.collection.objects.link(bpy.data.objects.new("Faces", mesh))

    camera = bpy.data.cameras.new("Camera")
    camera.type, camera.ortho_scale = "ORTHO", SIZE
    eye = bpy.data.objects.new("Camera", camera)
    eye.location = (SIZE / 2, -SIZE / 2, 10)
    scene.collection.objects.link(eye)
    scene.camera = eye

    # A sample must not leave its pixel: the box filter is one pixel wide.
    scene.cycles.pixel_filter_type = "BOX"
    scene.cycles.max_bounces = 0


def apply(parameters):
    bpy.data.materials["Emitted"].node_tree.nodes["Emission"].inputs["Strength"].default_value = parameters["gain"]
