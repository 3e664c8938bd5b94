"""How the labelled sets are written down: pictures and arrays whose past is known, honest or lossy.

Leaves FOLDER/cases.json: [{"name", "scene", "lossy", "file"}]; "lossy" is null where the route loses what no number shows.
"""
import importlib.util
import json
import os
import sys

import bpy
import numpy

import labelled_scenes as scenes

FOLDER, RAMP = sys.argv[sys.argv.index("--") + 1:]
CASES = []
ENDINGS = {"PNG": ".png", "JPEG": ".jpg", "TIFF": ".tif", "OPEN_EXR": ".exr", "HDR": ".hdr", "TARGA": ".tga", "BMP": ".bmp", "WEBP": ".webp", "JPEG2000": ".jp2", "DPX": ".dpx", "CINEON": ".cin"}
OPAQUE = ("JPEG", "HDR", "BMP", "CINEON")


def case(scene, name, lossy, file):
    CASES.append({"name": scene + "/" + name, "scene": scene, "lossy": lossy, "file": file})


def array(scene, name, lossy, values):
    file = os.path.join(FOLDER, scene + "-" + name + ".npy")
    numpy.save(file, numpy.ascontiguousarray(values, numpy.float32))
    case(scene, name, lossy, file)


def picture(scene, name, lossy, file_format, depth, view="Standard", codec="ZIP", dither=0.0):
    """The last render, as Blender saves it."""
    settings, here = bpy.context.scene.render.image_settings, bpy.context.scene
    settings.file_format = file_format
    settings.color_mode = "RGB" if file_format in OPAQUE else "RGBA"
    settings.color_depth = depth
    if file_format == "OPEN_EXR":
        settings.exr_codec = codec
    here.view_settings.view_transform, here.render.dither_intensity = view, dither
    file = file_of(scene, name, file_format)
    bpy.data.images["Render Result"].save_render(file, scene=here)
    case(scene, name, lossy, file)
    return file


def file_of(scene, name, file_format):
    return os.path.join(FOLDER, scene + "-" + name + ENDINGS[file_format])


def raw(scene):
    """The last render in float32, and a case of its own."""
    return scenes.floats(picture(scene, "exr-float", False, "OPEN_EXR", "32"))[..., :3]


def decode(values):
    return numpy.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4).astype(numpy.float32)


def steps(values, levels):
    return (numpy.round(values * levels) / levels).astype(numpy.float32)


def ramp():
    """What builds the scene of the experiment ramp."""
    spec = importlib.util.spec_from_file_location("ramp", RAMP)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return lambda: (module.build(), module.apply({"gain": 1.0}))


def make(*scene_makers):
    scenes.FOLDER = FOLDER
    for one in scene_makers:
        one()
    with open(os.path.join(FOLDER, "cases.json"), "w", encoding="utf-8") as file:
        json.dump(CASES, file)
