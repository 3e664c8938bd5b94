"""The only file that looks at Blender's version. Run on 2.83.5, 3.4.1, 4.3.2 and 5.2.2."""
import ctypes
import os
import sys

import bpy
import numpy

VERSION = bpy.app.version[:2]


def build():
    """Which Blender this is, as the protocol says it."""
    app = bpy.app
    facts = {name: getattr(app, name) for name in ("build_hash", "build_date", "build_platform", "build_type")}
    facts = {name: value.decode("utf-8", "replace") for name, value in facts.items()}
    return dict(facts, version=".".join(str(part) for part in app.version))


def _at(text):
    return tuple(int(part) for part in text.split("."))


def holds(entry):
    """Whether an entry with `since` and `until` speaks of this Blender."""
    since, until = entry["since"], entry["until"]
    return (not since or VERSION >= _at(since)) and (not until or VERSION < _at(until))


def facts(entry):
    """What this Blender calls a pass of passes.json, or None where it has no such pass."""
    return next((fact for fact in entry["blender"] if holds(fact)), None) if holds(entry) else None


def has_denoiser():
    import _cycles
    return bool(getattr(_cycles, "with_openimagedenoise", False))


def go_headless():
    """In a window every render makes an OpenGL context to show its progress: 7.5 ms a frame against 1.4 (3.4.1)."""
    import _cycles
    import cycles
    folder = os.path.dirname(cycles.__file__)
    config = os.path.dirname(os.path.abspath(bpy.utils.user_resource('CONFIG')))
    _cycles.init(folder, config, True)


class Chatter:
    """Blender's talk about its progress, 70 writes a frame under -b, 4 KB: kept in memory, and told on stderr only where a frame fails.

    C's stdout, which it goes to, becomes a stream in memory: no system calls. Python and C++ talk little, and go to a file in memory.
    """

    def __init__(self):
        self.libc, self.text, self.size = ctypes.CDLL(None), ctypes.c_void_p(), ctypes.c_size_t()
        self.libc.open_memstream.restype = ctypes.c_void_p
        self.stream = ctypes.c_void_p(self.libc.open_memstream(ctypes.byref(self.text), ctypes.byref(self.size)))
        ctypes.c_void_p.in_dll(self.libc, "stdout").value = self.stream.value
        # Else what Python says in one frame would be told with a later one.
        sys.stdout.reconfigure(line_buffering=True)
        # Python 3.7 (blender.org's 2.83) can't; there the host gets what goes here.
        self.file = os.memfd_create("chatter") if hasattr(os, "memfd_create") else None
        if self.file is not None:
            os.dup2(self.file, 1)

    def forget(self):
        self.libc.rewind(self.stream)
        if self.file is not None:
            # Not truncated: giving the page back and taking it again costs 1.2 ms a frame.
            os.lseek(self.file, 0, os.SEEK_SET)

    def tell(self):
        said = b""
        if self.file is not None:
            said = os.pread(self.file, os.lseek(self.file, 0, os.SEEK_CUR), 0)
        self.libc.fflush(self.stream)
        said += ctypes.string_at(self.text, self.size.value)
        os.write(2, said[-65536:])
        self.forget()


def settled(scene, render, threads, compositing):
    """(owner, attribute, value) of everything that the experiment decides; owners are named by their path from the scene."""
    rows = [
        ("render", "engine", "CYCLES"), ("cycles", "device", "CPU"), ("render", "resolution_x", render["width"]),
        ("render", "resolution_y", render["height"]), ("render", "resolution_percentage", 100),
        ("render", "use_border", False), ("render", "use_crop_to_border", False), ("render", "use_multiview", False),
        ("render", "use_single_layer", False), ("render", "threads_mode", "FIXED"), ("render", "threads", threads),
        ("render", "use_stamp", False), ("render", "dither_intensity", 0.0),
        ("render", "use_compositing", compositing), ("render", "use_sequencer", False),
        ("render", "compositor_precision", "FULL"), ("render", "compositor_device", "CPU"),
        ("render", "use_save_buffers", False), ("render", "use_render_cache", False), ("render", "use_lock_interface", True),
        ("cycles", "progressive", "PATH"), ("cycles", "samples", render["samples"]), ("cycles", "use_layer_samples", "USE"),
        ("cycles", "use_square_samples", False), ("cycles", "use_animated_seed", False), ("cycles", "time_limit", 0.0),
        ("cycles", "use_adaptive_sampling", bool(render["adaptive_threshold"])),
        ("cycles", "use_denoising", bool(render["denoise"])),
        ("view_settings", "view_transform", ("Raw", "Standard")), ("view_settings", "look", "None"),
        ("view_settings", "exposure", 0.0), ("view_settings", "gamma", 1.0), ("view_settings", "use_curve_mapping", False)]
    if render["adaptive_threshold"]:
        rows += [("cycles", "adaptive_threshold", render["adaptive_threshold"]), ("cycles", "adaptive_min_samples", 0)]
    if render["denoise"]:
        rows.append(("cycles", "denoiser", "OPENIMAGEDENOISE"))
    if render["transparent"] is not None:
        rows.append(("render", "film_transparent", render["transparent"]))
    return [(owner, name, value) for owner, name, value in rows if hasattr(getattr(scene, owner), name)]


def settle_layer(layer):
    """2.83 denoises by view layer, and would hand out smoothed colors."""
    if hasattr(layer.cycles, "use_denoising"):
        layer.cycles.use_denoising = False


def hook(read):
    """Have `read(engine)` called when a render result is whole. Earlier it has no pixels: a crash in 3.4.1.

    Cycles' method is wrapped in place: a subclass of CyclesRender takes 'CYCLES' away and crashes the next render.
    """
    import cycles
    name = "render_frame_finish" if VERSION >= (3, 0) else "render"
    old = getattr(cycles.CyclesRender, name)
    old = getattr(old, "unwrapped", old)
    # Blender hands over as many arguments as the function's code names, so no `*args`. 2.83 comes by once for each view layer.
    if name == "render":
        def finish(engine, depsgraph):
            old(engine, depsgraph)
            read(engine)
    else:
        def finish(engine):
            old(engine)
            read(engine)
    finish.unwrapped = old
    setattr(cycles.CyclesRender, name, finish)


def read_pass(render_pass, pixels):
    """Fill `pixels`, float32 and (count, channels), from a RenderPass."""
    # Up to 4.0 Blender compares the buffer's length with the number of pixels but writes pixels x channels.
    flat = VERSION >= (4, 1)
    render_pass.rect.foreach_get(pixels.reshape(-1) if flat or pixels.shape[1] == 1 else pixels)


def floats(memory, offset, count):
    """`count` float32 of a memory map. Blender takes no memoryview (it wants a sequence) and no ctypes array ('<f' is not 'f')."""
    return numpy.frombuffer(memory, numpy.float32, count, offset)


def words(memory, offset, count):
    """`count` words of 64 bits of a memory map."""
    return numpy.frombuffer(memory, "<u8", count, offset)


def compositor(scene):
    """The scene's node tree if it is in use, else None."""
    if hasattr(scene, "compositing_node_group"):
        return scene.compositing_node_group
    return scene.node_tree if scene.use_nodes else None


def make_compositor(scene):
    """The scene's node tree, put to use; made where there is none."""
    if hasattr(scene, "compositing_node_group"):
        if not scene.compositing_node_group:
            scene.compositing_node_group = bpy.data.node_groups.new("Compositor", "CompositorNodeTree")
    else:
        scene.use_nodes = True
    return compositor(scene)


def file_output(tree, folder, names, sockets):
    """A File Output node that writes each socket as a 32-bit EXR called name + frame number into `folder`."""
    node = tree.nodes.new("CompositorNodeOutputFile")
    form = node.format
    if hasattr(form, "media_type"):
        form.media_type = "IMAGE"
    form.file_format, form.color_mode, form.color_depth, form.exr_codec = "OPEN_EXR", "RGBA", "32", "NONE"
    if hasattr(node, "file_slots"):
        node.base_path = folder
        node.file_slots.clear()
        for name in names:
            node.file_slots.new(name)
    else:
        node.directory, node.file_name = folder, ""
        for name, socket in zip(names, sockets):
            node.file_output_items.new({"VALUE": "FLOAT", "VECTOR": "VECTOR"}.get(socket.type, "RGBA"), name)
    for i, socket in enumerate(sockets):
        tree.links.new(socket, node.inputs[i])
    return node
