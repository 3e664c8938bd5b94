"""The passes that an experiment asks for, held against what this Blender has."""
import json
import os

import bpy

from . import compat
from .rna import close
from .scene import Refused

CATALOGUE = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "passes.json")


class Request:
    """A pass that is asked for: its name, its view layer, what this Blender calls it, and the channels of Blender's buffer."""

    def __init__(self, asked, entry, layer):
        self.name, self.id, self.layer = asked["name"], entry["id"], layer
        self.fact = compat.facts(entry)
        self.channels = len(entry["buffer_channels"])


def requests(asked, layers, kind):
    """The asked passes, checked, with their switches on; `layers` are the view layers that are rendered."""
    with open(CATALOGUE) as file:
        catalogue = {entry["id"]: entry for entry in json.load(file)["passes"]}
    made = []
    for i, one in enumerate(asked):
        field = "passes[%d].pass" % i
        entry = catalogue.get(one["pass"])
        if entry is None:
            raise Refused(field, "there is no pass '%s'; %s" % (one["pass"], close(one["pass"], catalogue)), "take one of passes.json")
        if not compat.facts(entry) and entry["id"] != "viewer":
            raise Refused(field, "Blender %s has no pass '%s'" % (bpy.app.version_string, entry["id"]), "leave it out, or take another toolchain")
        if kind not in entry["captures"]:
            raise Refused(field, "capture '%s' can't give pass '%s' to the bit" % (kind, entry["id"]), "take capture '%s'" % entry["captures"][0])
        layer = one.get("layer") or next(iter(layers))
        if layer not in layers:
            raise Refused("passes[%d].layer" % i, "view layer '%s' is not rendered; %s" % (layer, close(layer, layers)), "name it in layers")
        made.append(Request(one, entry, layer))
    return made
