"""What differs between versions of Blender. No other file looks at the version."""
import json
import os
import sys

import bpy

VERSION = bpy.app.version

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "passes.json"), encoding="utf-8") as file:
    PASSES = {entry["id"]: entry for entry in json.load(file)["passes"]}


def text(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def facts():
    """The build's facts, for the hello and so for the provenance."""
    return {
        "version": "%d.%d.%d" % tuple(VERSION),
        "build_hash": text(bpy.app.build_hash),
        "build_date": text(bpy.app.build_date),
        "build_platform": text(bpy.app.build_platform),
        "build_type": text(bpy.app.build_type),
    }


def python_facts():
    try:
        import numpy
        return sys.version.split()[0], numpy.__version__
    except ImportError:
        return sys.version.split()[0], None


def has_denoiser():
    import _cycles
    return bool(getattr(_cycles, "with_openimagedenoise", False))


def is_in(entry):
    """Whether this Blender has the pass."""
    def bound(key, otherwise):
        return tuple(int(n) for n in entry[key].split(".")) if entry.get(key) else otherwise
    return bound("since", (0,)) <= tuple(VERSION[:2]) < bound("until", (99,))


def switch_on(layer, entry):
    """Turns a pass on; the switch is an attribute of the view layer, or of its `cycles`."""
    if entry.get("switch"):
        owner, _, name = entry["switch"].rpartition(".")
        setattr(getattr(layer, owner) if owner else layer, name, True)


def set_where_there(owner, name, value):
    """Sets what only some versions have."""
    if hasattr(owner, name):
        setattr(owner, name, value)


def has_compositor_viewer(scene):
    """Whether the scene brings a compositor graph with a Viewer node."""
    return bool(scene.use_nodes and scene.node_tree and any(node.bl_idname == "CompositorNodeViewer" for node in scene.node_tree.nodes))


def compositor(scene):
    """The scene's compositor graph, made empty where there is none."""
    fresh = not scene.use_nodes or scene.node_tree is None
    scene.use_nodes = True
    if fresh:
        scene.node_tree.nodes.clear()
    return scene.node_tree


def full_precision(scene):
    """The compositor may otherwise compute in half floats (4.1: the tree's setting, from 4.2 on the render's)."""
    set_where_there(scene.render, "compositor_precision", "FULL")
    if scene.node_tree:
        set_where_there(scene.node_tree, "precision", "FULL")


def use_alpha(viewer):
    """Up to 4.x a Viewer can drop alpha."""
    set_where_there(viewer, "use_alpha", True)
