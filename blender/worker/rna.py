"""What Blender's RNA says: walking and setting data paths, a scene's settings as evidence, and, run as a script, the schema.

    blender -b --factory-startup -noaudio --python rna.py -- rna/3.4.1.json
"""
import difflib
import json
import math
import sys

import bpy

MISSING = object()


def close(name, names):
    """What comes close to `name`, for an error message."""
    names = [str(one) for one in names if str(one)]
    near = difflib.get_close_matches(str(name), names, 4) or names[:8]
    return "there is " + ", ".join(repr(one) for one in near) if near else "there is none"


def step_into(at, step):
    """Where one step of a path leads, or MISSING."""
    if "attribute" in step:
        return getattr(at, step["attribute"], MISSING)
    try:
        return at[step["key"] if "key" in step else step["index"]]
    except (KeyError, IndexError, TypeError, AttributeError):
        return MISSING


def describe(step):
    return ".%s" % step["attribute"] if "attribute" in step else "[%r]" % step.get("key", step.get("index"))


def text(path):
    return "".join(map(describe, path)).lstrip(".")


def what_is_there(at, step):
    if "attribute" in step:
        return close(step["attribute"], at.bl_rna.properties.keys() if hasattr(at, "bl_rna") else ())
    if "key" in step and hasattr(at, "keys"):
        return close(step["key"], at.keys())
    return "it has %d elements" % len(at) if hasattr(at, "__len__") else "it has no elements"


def walk(path):
    """The value a path leads to, and what it belongs to."""
    at, owner = bpy.data, None
    for i, step in enumerate(path):
        owner, at = at, step_into(at, step)
        if at is MISSING:
            raise LookupError("bpy.data.%s: nothing at %s; %s" % (text(path[:i]), describe(step), what_is_there(owner, step)))
    return owner, at


def plain(value):
    """A value as JSON can say it."""
    if isinstance(value, (bool, int, str)) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return sorted(value) if isinstance(value, set) else [plain(one) for one in value]


def values(struct):
    """Every scalar, enum and array of a struct that can be read."""
    read = {}
    for prop in struct.bl_rna.properties:
        if prop.type in ("POINTER", "COLLECTION"):
            continue
        try:
            read[prop.identifier] = plain(getattr(struct, prop.identifier))
        except (AttributeError, TypeError, ValueError, RuntimeError):
            continue
    return read


def settings(scene):
    """The settings that a scene is rendered with."""
    found = {name: values(getattr(scene, name)) for name in ("render", "cycles", "view_settings", "display_settings")}
    found["view_layers"] = {layer.name: dict(values(layer), cycles=values(layer.cycles)) for layer in scene.view_layers}
    return found


# What is on the screen decides no pixel.
SCREEN = {"WindowManager", "Screen", "WorkSpace"}
BOUNDLESS = {"int": (-2 ** 31, 2 ** 31 - 1), "float": (-3.4e38, 3.4e38)}


def property_of(prop):
    kind = prop.type.lower()
    said = {"type": kind}
    if kind in ("pointer", "collection"):
        said["to" if kind == "pointer" else "of"] = prop.fixed_type.identifier
    elif getattr(prop, "is_array", False):
        said["length"] = prop.array_length
    if kind in BOUNDLESS:
        low, high = BOUNDLESS[kind]
        said.update({name: bound for name, bound in (("min", prop.hard_min), ("max", prop.hard_max)) if low < bound < high})
    if kind == "enum":
        # Where Blender makes the items as it goes, the fixed list has one item or none.
        items = [item.identifier for item in getattr(prop, "enum_items_static", prop.enum_items)]
        said.update({"items": items} if 1 < len(items) <= 60 else {})
        said.update({"flag": True} if prop.is_enum_flag else {})
    if prop.is_readonly:
        said["readonly"] = True
    return said


def type_of(rna):
    inherited = set(rna.base.properties.keys()) if rna.base else {"rna_type"}
    said = {"properties": {p.identifier: property_of(p) for p in rna.properties if p.identifier not in inherited}}
    return dict(said, base=rna.base.identifier) if rna.base else said


def schema():
    """Every type that a path from bpy.data can reach; a pointer may lead to any type derived from the one it names."""
    every = [one.bl_rna for one in (getattr(bpy.types, name) for name in dir(bpy.types)) if hasattr(one, "bl_rna")]
    derived = {}
    for rna in every:
        derived.setdefault(rna.base.identifier if rna.base else None, []).append(rna)
    roots = [p for p in bpy.data.bl_rna.properties if p.type == "COLLECTION" and p.fixed_type.identifier not in SCREEN]
    types, families, ahead = {}, set(SCREEN), [(p.fixed_type, True) for p in roots]
    while ahead:
        rna, family = ahead.pop()
        name = rna.identifier
        if family and name not in families and name != "PropertyGroup":
            families.add(name)
            ahead += [(other, True) for other in derived.get(name, ())]
        if name not in types and name not in SCREEN:
            types[name] = type_of(rna)
            ahead += [(rna.base, False)] if rna.base else []
            ahead += [(p.fixed_type, True) for p in rna.properties if p.type in ("POINTER", "COLLECTION") and p.identifier != "rna_type"]
    return {p.identifier: p.fixed_type.identifier for p in roots}, types


def write(path):
    compact = dict(sort_keys=True, separators=(",", ":"))
    collections, types = schema()
    lines = ",\n".join("%s:%s" % (json.dumps(name), json.dumps(types[name], **compact)) for name in sorted(types))
    version = ".".join(str(part) for part in bpy.app.version)
    with open(path, "w") as file:
        file.write('{"blender":"%s",\n"collections":%s,\n"types":{\n%s\n}}\n' % (version, json.dumps(collections, **compact), lines))


if __name__ == "__main__":
    write(sys.argv[sys.argv.index("--") + 1])
