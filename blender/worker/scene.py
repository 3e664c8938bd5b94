"""Loads the scene, sets its parameters, applies the experiment's render settings."""
import difflib
import importlib.util
import os
import random
import sys
import traceback

import bpy

import compat


class Refused(Exception):
    """The experiment can't be rendered by this Blender."""

    def __init__(self, field, reason, fix):
        super().__init__(reason)
        self.field, self.reason, self.fix = field, reason, fix


class SceneError(Exception):
    """The scene's own code failed, or a value does not fit."""


class LoadedScene:
    """The scene of an experiment, ready to be set to any frame."""

    def __init__(self, message):
        self.message = message
        self.apply = load(message["scene"])
        self.scene = bpy.context.scene
        refuse_undeclared(message["scene"])
        apply_settings(self.scene, message)
        set_layers(self.scene, message["layers"])
        switch_passes(self.scene, message["passes"])
        for i, path in enumerate(message["paths"]):
            try:
                get(walk(path[:-1]), path[-1], path)
            except LookupError as error:
                raise Refused("paths[%d]" % i, str(error), "name what the scene has")

    def set(self, values, arguments, seed):
        """Sets the scene to a frame: paths first, in order, then the scene file's apply()."""
        for path, value in zip(self.message["paths"], values):
            try:
                put(walk(path[:-1]), path[-1], value)
            except Exception as error:
                raise SceneError("%s = %r: %s" % (spell(path), value, error))
        seed_all(seed)
        if self.apply:
            try:
                self.apply(arguments)
            except MemoryError:
                raise
            except Exception as error:
                raise SceneError("apply(%r): %s: %s" % (arguments, type(error).__name__, error))
        # After apply(), so that the scene's code can't change what the experiment pins.
        apply_settings(self.scene, self.message)
        self.scene.cycles.seed = seed

    def settings(self):
        """Every setting that may decide a pixel, as evidence."""
        evidence = {name: dump(owner) for name, owner in (
            ("render", self.scene.render), ("cycles", self.scene.cycles),
            ("view_settings", self.scene.view_settings), ("display_settings", self.scene.display_settings))}
        evidence["layers"] = {layer.name: dict(dump(layer), cycles=dump(layer.cycles)) for layer in self.scene.view_layers}
        return evidence


def load(spec):
    """Loads the scene's file; gives its apply(), or None."""
    root, file = spec["root"], spec["file"]
    path = os.path.join(root, file)
    if file.endswith(".blend"):
        bpy.ops.wm.open_mainfile(filepath=path, load_ui=False, use_scripts=False)
        return None
    bpy.ops.wm.read_factory_settings(use_empty=True)
    sys.dont_write_bytecode = True
    sys.path.insert(0, os.path.dirname(path))
    seed_all(0)
    try:
        # Under a name of its own, for this module is called scene too.
        spec = importlib.util.spec_from_file_location("rayshard_scene", path)
        module = importlib.util.module_from_spec(spec)
        sys.modules["rayshard_scene"] = module
        shadowed = {name: sys.modules.pop(name) for name in ("scene", "capture", "compat", "worker") if name in sys.modules}
        spec.loader.exec_module(module)
        module.build()
        sys.modules.update(shadowed)
    except Exception as error:
        line = traceback.extract_tb(error.__traceback__)[-1].lineno
        traceback.print_exc()
        raise Refused("scene.file", "%s line %s: %s: %s" % (file, line, type(error).__name__, error), "mend the scene's build()")
    return getattr(module, "apply", None)


def refuse_undeclared(spec):
    """Every file that the scene uses must be among those that its frames' keys hold."""
    declared = {os.path.realpath(os.path.join(spec["root"], file)) for file in spec["files"]}
    used = set(bpy.utils.blend_paths(absolute=True))
    root = os.path.realpath(spec["root"]) + os.sep
    used |= {module.__file__ for module in list(sys.modules.values())
             if getattr(module, "__file__", None) and os.path.realpath(module.__file__).startswith(root)}
    for path in sorted(used):
        if path and os.path.realpath(path) not in declared:
            raise Refused("scene.assets", "the scene uses '%s', which is not declared" % path, "copy it beside the scene and name it in scene.assets")


def apply_settings(scene, message):
    """What the experiment decides, and what would otherwise let the clock, the machine or a display decide a pixel."""
    wanted, render, cycles = message["render"], scene.render, scene.cycles
    render.engine, cycles.device = "CYCLES", "CPU"
    render.resolution_x, render.resolution_y, render.resolution_percentage = wanted["width"], wanted["height"], 100
    render.use_border = render.use_crop_to_border = render.use_multiview = render.use_sequencer = render.use_stamp = False
    cycles.samples = wanted["samples"]
    cycles.use_adaptive_sampling = wanted["adaptive_threshold"] > 0
    if wanted["adaptive_threshold"] > 0:
        cycles.adaptive_threshold = wanted["adaptive_threshold"]
    cycles.use_denoising = wanted["denoise"]
    if wanted["denoise"] and not compat.has_denoiser():
        raise Refused("render.denoise", "this Blender is built without OpenImageDenoise", "leave it out")
    if wanted["transparent"] is not None:
        render.film_transparent = wanted["transparent"]
    compat.set_where_there(cycles, "time_limit", 0)
    cycles.use_animated_seed = False
    render.dither_intensity = 0
    render.use_persistent_data = True
    render.threads_mode, render.threads = "FIXED", message["threads"]
    view = scene.view_settings
    view.view_transform, view.look, view.exposure, view.gamma, view.use_curve_mapping = "Raw", "None", 0, 1, False
    compat.full_precision(scene)


def set_layers(scene, layers):
    for wanted in layers:
        layer = scene.view_layers.get(wanted["name"]) or scene.view_layers.new(wanted["name"])
        layer.samples = wanted["samples"] or 0
    names = [wanted["name"] for wanted in layers] or [scene.view_layers[0].name]
    for layer in scene.view_layers:
        layer.use = layer.name in names


def switch_passes(scene, passes):
    for i, wanted in enumerate(passes):
        entry = compat.PASSES[wanted["pass"]]
        if not compat.is_in(entry):
            raise Refused("passes[%d].pass" % i, "this Blender has no pass '%s'" % entry["id"], "leave it out, or pin another toolchain")
        compat.switch_on(scene.view_layers[wanted["layer"] or next(l.name for l in scene.view_layers if l.use)], entry)


def seed_all(seed):
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed)


def spell(path):
    return "".join(".%s" % s["attribute"] if "attribute" in s else '["%s"]' % s["key"] if "key" in s else "[%d]" % s["index"] for s in path)[1:]


def walk(path):
    owner = bpy.data
    for step in path:
        owner = get(owner, step, path)
    return owner


def get(owner, step, path):
    if "attribute" in step:
        if not hasattr(owner, step["attribute"]):
            raise LookupError("%s: there is no '%s'%s" % (spell(path), step["attribute"], close(step["attribute"], dir(owner))))
        return getattr(owner, step["attribute"])
    if "key" in step:
        if step["key"] not in owner:
            raise LookupError("%s: there is no '%s'%s" % (spell(path), step["key"], close(step["key"], owner.keys())))
        return owner[step["key"]]
    if step["index"] >= len(owner):
        raise LookupError("%s: there are %d elements" % (spell(path), len(owner)))
    return owner[step["index"]]


def put(owner, step, value):
    if "attribute" in step:
        setattr(owner, step["attribute"], value)
    else:
        owner[step["index"]] = value


def close(name, names):
    names = [n for n in names if not n.startswith("__")]
    near = difflib.get_close_matches(name, names, 3) or (names if len(names) <= 8 else [])
    return "; there is %s" % ", ".join("'%s'" % n for n in near) if near else ""


def dump(owner):
    """The scalar and array values of an RNA struct."""
    values = {}
    for prop in owner.bl_rna.properties:
        if prop.type in ("BOOLEAN", "INT", "FLOAT", "STRING", "ENUM") and prop.identifier != "rna_type":
            value = getattr(owner, prop.identifier)
            values[prop.identifier] = (sorted(value) if isinstance(value, set)
                                       else [list(v) if hasattr(v, "__len__") else v for v in value] if getattr(prop, "is_array", False) else value)
    return values
