"""As most scripts do it: a render call per frame that writes a file; all else as Blender has it.

The ways: exr and exr-alone (32 bits, Blender's own ZIP), exr-none (32 bits, uncompressed), png16 (clips, and keeps no floats), hdf5 (as BlenderProc does it: an EXR in
/dev/shm, read back, an HDF5 file of gzip per frame; Blender reads the EXR where BlenderProc has OpenCV do it).
"""
import os
import shutil
import sys
import tempfile

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


def render_hdf5(i):
    path = os.path.join(memory, "%06d.exr" % i)
    scene.render.filepath = path
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(path)
    pixels = numpy.empty(len(image.pixels), numpy.float32)
    image.pixels.foreach_get(pixels)
    bpy.data.images.remove(image)
    os.remove(path)
    with h5py.File(os.path.join(loop.FOLDER, "%d.hdf5" % i), "w") as file:
        file.create_dataset("colors", data=pixels.reshape(int(loop.HEIGHT), int(loop.WIDTH), 4)[::-1], compression="gzip")
        file.create_dataset("blender_proc_version", data=numpy.string_("2.8.0"))


if loop.WAY == "hdf5":
    import h5py
    import numpy
    memory = tempfile.mkdtemp(dir="/dev/shm")
    loop.run(render_hdf5, lambda: shutil.rmtree(memory))
else:
    loop.run(render)
