"""Makes the labelled set, by every route that Blender has.

    blender -b --factory-startup -noaudio --python labelled.py -- FOLDER RAMP_SCENE.py
"""
import os
import sys

import numpy

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import labelled_scenes as scenes  # noqa: E402
from labelled_routes import FOLDER, array, case, decode, make, picture, ramp, raw, steps  # noqa: E402


def pictures(scene):
    """Every file format that loses."""
    for view in ("Raw", "Standard", "Filmic"):
        picture(scene, "png8-" + view.lower(), True, "PNG", "8", view)
        picture(scene, "png16-" + view.lower(), True, "PNG", "16", view)
    picture(scene, "jpeg", True, "JPEG", "8")
    picture(scene, "tiff8", True, "TIFF", "8")
    picture(scene, "tiff16", True, "TIFF", "16")
    picture(scene, "png8-dithered", True, "PNG", "8", dither=1.0)
    for codec in ("ZIP", "DWAA", "B44"):
        picture(scene, "exr-half-" + codec.lower(), True, "OPEN_EXR", "16", codec=codec)
    picture(scene, "exr-float-dwaa", True, "OPEN_EXR", "32", codec="DWAA")
    picture(scene, "hdr", True, "HDR", "32")


def light():
    passes = scenes.render(scenes.light, samples=8)
    pictures("light")
    colors = raw("light")
    array("light", "passes", False, passes["Image"])
    array("light", "diffuse-direct", False, passes["DiffDir"])
    array("light", "srgb8-decoded", True, decode(scenes.floats(os.path.join(FOLDER, "light-png8-standard.png"))[..., :3]))
    array("light", "srgb16-decoded", True, decode(scenes.floats(os.path.join(FOLDER, "light-png16-standard.png"))[..., :3]))
    array("light", "srgb16-decoded-by-blender", True, scenes.floats(os.path.join(FOLDER, "light-png16-standard.png"), "sRGB")[..., :3])
    array("light", "clipped", True, numpy.clip(colors, 0, 1))
    noise = numpy.random.RandomState(1).uniform(-0.5, 0.5, colors.shape)
    array("light", "dithered", True, steps(numpy.clip(colors + noise / 255, 0, 1), 255))
    array("light", "float16", True, colors.astype(numpy.float16))
    array("light", "bfloat16", True, (numpy.ascontiguousarray(colors).view(numpy.uint32) & 0xFFFF0000).view(numpy.float32))
    array("light", "8-bit-times-exposure", True, steps(numpy.clip(colors, 0, 1), 255) * numpy.float32(1.7))
    array("light", "8-bit-as-0-to-255", True, numpy.round(numpy.clip(colors, 0, 1) * 255))
    array("light", "half-of-it-8-bit", True, numpy.concatenate([colors[:64], steps(numpy.clip(colors[64:], 0, 1), 255)]))


def hills():
    passes = scenes.render(scenes.hills, samples=4)
    raw("hills")
    depth, normal = passes["Depth"][..., :1], passes["Normal"][..., :3]
    array("hills", "depth", False, depth)
    array("hills", "normal", False, normal)
    array("hills", "mist", False, passes["Mist"][..., :1])
    array("hills", "uv", False, passes["UV"][..., :2])
    array("hills", "position", False, passes["Position"][..., :3])
    array("hills", "depth-uint16-mm", True, numpy.clip(numpy.round(depth * 1000), 0, 65535).astype(numpy.float32) / numpy.float32(1000))
    near = numpy.where(depth < 1e9, depth, 0)
    array("hills", "depth-uint16-of-its-range", True, steps(near / near.max(), 65535) * near.max())
    array("hills", "depth-float16", True, near.astype(numpy.float16))
    array("hills", "normal-uint16", True, steps((normal + 1) / 2, 65535) * numpy.float32(2) - numpy.float32(1))
    array("hills", "normal-uint8", True, steps((normal + 1) / 2, 255) * numpy.float32(2) - numpy.float32(1))
    picture("hills", "png8-filmic", True, "PNG", "8", "Filmic")
    picture("hills", "exr-half-dwaa", True, "OPEN_EXR", "16", codec="DWAA")
    for name, lossy, depth, codec in (("float", False, "32", "ZIP"), ("half", True, "16", "ZIP"), ("float-dwaa", True, "32", "DWAA")):
        file = os.path.join(FOLDER, "hills-multilayer-%s.exr" % name)
        scenes.multilayer(file, depth, codec)
        case("hills", "multilayer-" + name, lossy, file)
    case("hills", "multilayer-without-layers", False, scenes.slots(os.path.join(FOLDER, "hills-slots")))


def flat():
    passes = scenes.render(scenes.flat, samples=1)
    raw("flat")
    index = passes["IndexOB"][..., :1]
    array("flat", "object-index", False, index)
    array("flat", "mask", False, index == 3)
    array("flat", "depth-of-a-tilted-plane", False, passes["Depth"][..., :1])
    array("flat", "uv-of-a-plane", False, passes["UV"][..., :2])
    array("flat", "alpha", False, passes["Alpha"][..., :1])
    picture("flat", "png8", True, "PNG", "8")
    picture("flat", "exr-half", True, "OPEN_EXR", "16")
    scenes.render(scenes.flat, samples=16)
    picture("flat", "smooth-edges", False, "OPEN_EXR", "32")
    picture("flat", "smooth-edges-tiff16", True, "TIFF", "16")


def known_ramp():
    scenes.render(ramp(), samples=1, size=64)
    pictures("ramp")
    colors = raw("ramp")
    array("ramp", "brighter", False, colors * numpy.float32(0.3))
    array("ramp", "clipped", True, numpy.clip(colors, 0, 1))
    for space in ("sRGB", "Filmic sRGB"):
        array("ramp", "float-" + space.replace(" ", "-").lower(), True, scenes.converted(space)[..., :3])


make(light, hills, flat, known_ramp)
