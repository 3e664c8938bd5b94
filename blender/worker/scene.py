"""Loads the scene, applies the render settings, and sets the parameters of each frame."""
import importlib.util
import os
import random
import sys

import bpy
import mathutils
import numpy

from . import compat, compiled


class Refused(Exception):
    """The experiment can't be rendered by this Blender."""

    def __init__(self, field, reason, fix):
        Exception.__init__(self, reason)
        self.field, self.reason, self.fix = field, reason, fix


class Failed(Exception):
    """This frame can't be had; kind is `scene`, `guard`, `memory` or `render`."""

    def __init__(self, kind, reason):
        Exception.__init__(self, reason)
        self.kind = kind


class Scene:
    """An opened scene: what build() made or the .blend holds, under the experiment's render settings."""

    def __init__(self, asked, render, threads, compositing):
        self.root = os.path.realpath(asked["root"])
        self.declared = {os.path.realpath(os.path.join(self.root, name)) for name in asked["files"]}
        self.known = self.given_engine = None
        seed_everything(0)
        self.apply = self._load(os.path.join(self.root, asked["file"]))
        self.check_files()
        self.bpy = bpy.context.scene
        self.engine = self._other_engine()
        self.settled = [(row[0], row[1], self._settle(*row)) for row in compat.settled(self.bpy, render, threads, compositing)]

    def _load(self, path):
        """Open the scene; what comes back is its apply(), or None."""
        forget_modules()
        if path.endswith(".blend"):
            bpy.ops.wm.open_mainfile(filepath=path, load_ui=False, use_scripts=False)
            return None
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self.given_engine = bpy.context.scene.render.engine
        # Compiled files beside the scene would be written, and stale ones read.
        sys.dont_write_bytecode, sys.pycache_prefix = True, os.devnull
        sys.path.insert(0, self.root)
        name = os.path.splitext(os.path.basename(path))[0]
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        ROOTS.append(self.root)
        spec.loader.exec_module(module)
        if not hasattr(module, "build"):
            raise Refused("scene.file", "'%s' has no build()" % name, "define build() in it, without arguments")
        module.build()
        self.persistent = getattr(module, "PERSISTENT", False)
        return getattr(module, "apply", None)

    def _other_engine(self):
        """The engine that the scene is set to where that is not Cycles, which renders it all the same; else None."""
        engine = self.bpy.render.engine
        if engine == "CYCLES":
            return None
        # EEVEE is what Blender begins with: a scene file that does not write its name does not ask for it.
        return engine if engine != self.given_engine or any(self._writes(path, engine) for path in self.declared) else None

    @staticmethod
    def _writes(path, word):
        if not path.endswith(".py"):
            return False
        with open(path, "rb") as file:
            return word.encode("ascii") in file.read()

    def check_files(self):
        """Whatever the scene is made of must be declared: a file that is not would decide pixels without being in the frame's key."""
        self.known = (len(sys.modules), len(OPENED))
        used = [os.path.realpath(path) for path in bpy.utils.blend_paths(absolute=True)]
        for path in list(OPENED) + [getattr(module, "__file__", None) for module in list(sys.modules.values())]:
            path = os.path.realpath(path) if path else ""
            if path.startswith(self.root + os.sep) and os.path.isfile(path):
                used.append(path)
        for path in sorted(set(used) - self.declared):
            name = os.path.relpath(path, self.root)
            outside = name.startswith("..")
            raise Refused("scene.files", "the scene uses '%s', which is not declared" % (path if outside else name),
                          "pack it into the .blend, or move it below the experiment's folder and name it in scene.assets" if outside
                          else "name it in scene.assets")

    def _settle(self, owner, name, value):
        holder = getattr(self.bpy, owner)
        for choice in value if isinstance(value, tuple) else (value,):
            try:
                setattr(holder, name, choice)
                # As Blender keeps it: a float is rounded to single precision.
                return getattr(holder, name)
            except TypeError:
                continue
        raise Refused("render", "Blender %s refuses %s.%s = %r" % (bpy.app.version_string, owner, name, value),
                      "take another toolchain")

    def layers(self, asked, shown):
        """Take the asked view layers, or the scene's first; where its own Viewer is `shown`, those that the scene uses."""
        layers = self.bpy.view_layers
        for want in asked:
            layer = layers.get(want["name"]) or layers.new(want["name"])
            layer.samples = want["samples"] or 0
        used = [layer.name for layer in layers if layer.use] if shown else []
        names = [want["name"] for want in asked] or used or [layers[0].name]
        for layer in layers:
            layer.use = layer.name in names
            compat.settle_layer(layer)
        self.several = len(names) > 1
        return names

    def follow(self, paths):
        """Take the data paths that frames set, in this order."""
        self.setters = [compiled.Setter(path) for path in paths]
        self.is_settled = compiled.check(self.settled)
        self.persist(paths)

    def persist(self, paths):
        """Keep Cycles' scene from frame to frame (2.4x at 64x64) where every change is sure to reach it.

        3.4.1 then looks again only at what is tagged as changed, which apply() may forget (`foreach_set`, `lamp.cycles.*`,
        `thing["key"]`), and never at images in memory nor at motion blur: it would render the last frame's, silently.
        Of several view layers the second one's uv pass is zero on every mesh that the first, without that pass, has shown to Cycles.
        A scene file that tags what it changes says `PERSISTENT = True`.
        """
        deaf = any(path[0] == {"attribute": "images"} or {"attribute": "render"} in path for path in paths)
        self.bpy.render.use_persistent_data = not deaf and not self.several and (self.apply is None or self.persistent)

    def prepare(self, values, seed, parameters):
        """Set the scene to a frame."""
        try:
            for setter, value in zip(self.setters, values):
                setter.set(value)
        except ValueError as e:
            raise Failed("scene", str(e))
        self.bpy.cycles.seed = seed
        # Untagged, the seed of the process's first frame stays in force.
        self.bpy.update_tag()
        if self.apply:
            seed_everything(seed)
            self.apply(dict(parameters))
            if (len(sys.modules), len(OPENED)) != self.known:
                self.check_files()
        if self.bpy.cycles.seed != seed or not self.is_settled(self.bpy):
            self.tell_unsettled(seed)

    def tell_unsettled(self, seed):
        for owner, name, value in self.settled + [("cycles", "seed", seed)]:
            now = getattr(getattr(self.bpy, owner), name)
            if now != value:
                raise Failed("scene", "the scene has set %s.%s to %r, but the experiment's render settings say %r" % (owner, name, now, value))


# The folders of scenes opened before, and the files that Python has opened for the scene.
ROOTS, OPENED = [], set()


def watch(event, arguments):
    if event == "open" and ROOTS and isinstance(arguments[0], str):
        OPENED.add(os.path.abspath(arguments[0]))


if hasattr(sys, "addaudithook"):
    sys.addaudithook(watch)


def forget_modules():
    """So that the next scene's `parts.py` is not the last one's."""
    OPENED.clear()
    while ROOTS:
        root = ROOTS.pop()
        sys.path[:] = [folder for folder in sys.path if folder != root]
        for name, module in list(sys.modules.items()):
            if (getattr(module, "__file__", None) or "").startswith(root + os.sep):
                del sys.modules[name]


def seed_everything(seed):
    random.seed(seed)
    numpy.random.seed(seed % 2 ** 32)
    mathutils.noise.seed_set(seed % (2 ** 31 - 1) + 1)  # 0 would be the clock
