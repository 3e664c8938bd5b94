"""A cube under a lamp, seen from above. Nothing here has an apply(): parameters are data paths, so that Blender keeps its scene from frame to frame."""
import bpy


def build():
    scene = bpy.context.scene
    mesh = bpy.data.meshes.new("Cube")
    corners = [(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]
    mesh.from_pydata(corners, [], [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)])
    cube = bpy.data.objects.new("Cube", mesh)
    lamp = bpy.data.objects.new("Key", bpy.data.lights.new("Key", "POINT"))
    lamp.location = (2, -1, 4)
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.location = (0, 0, 6)
    for thing in (cube, lamp, camera):
        scene.collection.objects.link(thing)
    scene.camera = camera
