"""One frame as a process of its own, written as EXR: what kits do that start Blender for each frame."""
import os
import sys

import bpy

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import loop  # noqa: E402

scene = loop.prepare()
bpy.data.objects["Cube"].rotation_euler[2] = 1
scene.render.image_settings.file_format, scene.render.image_settings.color_depth = "OPEN_EXR", "32"
scene.render.filepath = os.path.join(loop.FOLDER, "frame.exr")
bpy.ops.render.render(write_still=True)
