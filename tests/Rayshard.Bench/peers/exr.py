"""As most scripts do it: a render call per frame that writes a 32-bit EXR file; all else as Blender has it."""
import os
import sys

import bpy

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import loop  # noqa: E402

scene = loop.prepare()
scene.render.image_settings.file_format, scene.render.image_settings.color_depth = "OPEN_EXR", "32"
scene.render.image_settings.color_mode = "RGBA"


def render(i):
    scene.render.filepath = os.path.join(loop.FOLDER, "%06d.exr" % i)
    bpy.ops.render.render(write_still=True)


loop.run(render)
