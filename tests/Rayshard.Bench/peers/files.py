"""As most scripts do it: a render call per frame that writes a file; all else as Blender has it.

The ways: exr (32 bits, Blender's own ZIP), exr-none (32 bits, uncompressed), png16 (clips, and keeps no floats).
"""
import os
import sys

import bpy

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import loop  # noqa: E402

scene = loop.prepare()
image = scene.render.image_settings
image.file_format, image.color_mode = ("PNG" if loop.WAY == "png16" else "OPEN_EXR"), "RGBA"
image.color_depth = "16" if loop.WAY == "png16" else "32"
if loop.WAY != "png16":
    image.exr_codec = "NONE" if loop.WAY == "exr-none" else "ZIP"
suffix = ".png" if loop.WAY == "png16" else ".exr"


def render(i):
    scene.render.filepath = os.path.join(loop.FOLDER, "%06d%s" % (i, suffix))
    bpy.ops.render.render(write_still=True)


loop.run(render)
