"""Renders the ramp through an 8-bit PNG and dumps what comes back as float32, top row first: what must not pass for raw.

    blender -b --factory-startup -noaudio --python eight_bit.py -- scene.py floats
"""
import importlib.util
import os
import sys

import bpy
import numpy

scene_file, output = sys.argv[sys.argv.index("--") + 1:]
bpy.ops.wm.read_factory_settings(use_empty=True)
spec = importlib.util.spec_from_file_location("ramp", scene_file)
ramp = importlib.util.module_from_spec(spec)
spec.loader.exec_module(ramp)
ramp.build()
ramp.apply({"gain": 1.0})

scene = bpy.context.scene
scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", 1, False
scene.render.resolution_x = scene.render.resolution_y = ramp.SIZE
scene.view_settings.view_transform = "Raw"
scene.render.image_settings.file_format, scene.render.image_settings.color_depth = "PNG", "8"
scene.render.filepath = output + ".png"
bpy.ops.render.render(write_still=True)

image = bpy.data.images.load(output + ".png")
image.colorspace_settings.name = "Raw"
pixels = numpy.empty(ramp.SIZE * ramp.SIZE * 4, numpy.float32)
image.pixels.foreach_get(pixels)
pixels.reshape(ramp.SIZE, -1)[::-1].tofile(output)
os.remove(output + ".png")
