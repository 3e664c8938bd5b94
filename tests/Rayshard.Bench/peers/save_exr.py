"""Blender saves one noisy picture again and again as EXR of 32 bits with ZIP, its own codec, then flushes, and reads some back.

Arguments after --: folder, pictures, width, height.
"""
import json
import os
import sys
import time

import bpy
import numpy

folder, count, width, height = sys.argv[sys.argv.index("--") + 1:]
count, width, height = int(count), int(width), int(height)
image = bpy.data.images.new("noise", width, height, alpha=True, float_buffer=True)
image.pixels.foreach_set(numpy.random.default_rng(7).random(4 * width * height, numpy.float32))
settings = bpy.context.scene.render.image_settings
settings.file_format, settings.color_mode, settings.color_depth, settings.exr_codec = "OPEN_EXR", "RGBA", "32", "ZIP"
paths = [os.path.join(folder, "%06d.exr" % i) for i in range(count)]


def save(path):
    image.save_render(path)
    return path


save(os.path.join(folder, "warm.exr"))
begun, cpu = time.monotonic(), time.process_time()
for path in paths:
    descriptor = os.open(save(path), os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
said = {"seconds": time.monotonic() - begun, "cpu": time.process_time() - cpu}
pixels, begun = numpy.empty(4 * width * height, numpy.float32), time.perf_counter()
for path in paths:
    read = bpy.data.images.load(path)
    read.pixels.foreach_get(pixels)
    bpy.data.images.remove(read)
    assert pixels.any()
said["scan_s"] = time.perf_counter() - begun
print(json.dumps(said))
