"""The captures: how pixels get from Blender into a slot. Every one gives float32, bottom row first, as Blender's buffer holds them."""
import os
import zlib

import bpy
import numpy

import compat
from scene import Refused

HEADER = 64


class GuardError(Exception):
    """Blender gave something that would poison a data set."""


def of(message, scene):
    """The capture that the experiment asks for."""
    kind = {"viewer": ViewerCapture, "passes": PassesCapture, "exr": ExrCapture}[message["capture"]]
    return kind(message, scene)


class Capture:
    """Renders a frame and leaves its passes in a slot."""

    def __init__(self, message, scene):
        self.scene = scene
        self.width, self.height = message["render"]["width"], message["render"]["height"]
        self.passes = [dict(wanted, entry=compat.PASSES[wanted["pass"]], layer=wanted["layer"] or next(l.name for l in scene.view_layers if l.use))
                       for wanted in message["passes"]]

    def array(self, slots, slot, offset, channels):
        """Where a pass goes: an array of (pixels, channels) over the slot's own memory."""
        count = self.width * self.height * channels
        if offset + count * 4 > slots.size:
            raise GuardError("the pixels do not fit their slot of %d bytes" % slots.size)
        return numpy.frombuffer(slots.memory, numpy.float32, count, slot * slots.size + offset).reshape(-1, channels)

    def describe(self, name, offset, pixels):
        return {"name": name, "offset": offset, "width": self.width, "height": self.height, "channels": pixels.shape[1],
                "crc32": zlib.crc32(pixels.reshape(-1).view(numpy.uint8))}

    def read_image(self, image, slots, slot, offset):
        """An image's four float channels into the slot; refuses what is not the render, whole and in floats."""
        # The length first: asking for it loads an image that was not read yet; an empty Viewer has none.
        if len(image.pixels) != 4 * self.width * self.height or tuple(image.size) != (self.width, self.height):
            raise GuardError("the image is %d x %d with %d floats, not the render's %d x %d" % (tuple(image.size) + (len(image.pixels), self.width, self.height)))
        if not image.is_float or image.channels != 4 or image.depth != 128:
            raise GuardError("the image has %d channels of %d bits a pixel, not 4 of float32" % (image.channels, image.depth))
        pixels = self.array(slots, slot, offset, 4)
        image.pixels.foreach_get(pixels.reshape(-1))
        return pixels


class PassesCapture(Capture):
    """Every pass of every layer from the render result, headless or not."""

    def __init__(self, message, scene):
        super().__init__(message, scene)
        import cycles
        scene.render.use_compositing = False
        self.target = self.found = self.error = None
        finish = cycles.CyclesRender.render_frame_finish

        # In place: a subclass would take the RNA class of CYCLES away and crash the next render. After the old method, when tiles are merged.
        def tapped(engine):
            finish(engine)
            try:
                self.found = self.take(engine.get_result())
            except Exception as error:  # An exception that leaves this method segfaults Blender.
                self.error = error

        cycles.CyclesRender.render_frame_finish = tapped

    def take(self, result):
        slots, slot = self.target
        if (result.resolution_x, result.resolution_y) != (self.width, self.height):
            raise GuardError("the render is %d x %d, not %d x %d" % (result.resolution_x, result.resolution_y, self.width, self.height))
        found, offset = [], HEADER
        for wanted in self.passes:
            layer = next((l for l in result.layers if l.name == wanted["layer"]), None)
            source = layer and next((p for p in layer.passes if p.name == wanted["entry"]["render_pass"]), None)
            if source is None:
                raise GuardError("the render has no pass '%s' in layer '%s'" % (wanted["entry"]["render_pass"], wanted["layer"]))
            pixels = self.array(slots, slot, offset, source.channels)
            source.rect.foreach_get(pixels)
            found.append(self.describe(wanted["name"], offset, pixels))
            offset += (pixels.nbytes + 63) // 64 * 64
        return found

    def render(self, slots, slot):
        self.target, self.found, self.error = (slots, slot), None, None
        bpy.ops.render.render()
        if self.error:
            raise self.error
        if self.found is None:
            raise GuardError("the render ended without a result")
        return self.found


class ViewerCapture(Capture):
    """What the compositor's Viewer node shows. Needs a window: under --background it stays empty."""

    def __init__(self, message, scene):
        super().__init__(message, scene)
        if bpy.app.background:
            raise Refused("capture", "the Viewer stays empty under --background", "let the kit start Blender in a window, or take capture 'passes'")
        wanted = self.passes[0]
        scene.render.use_compositing = True
        if wanted["pass"] == "viewer":
            if not compat.has_compositor_viewer(scene):
                raise Refused("passes[0].pass", "the scene brings no compositor graph with a Viewer node", "add one, or ask for a pass like 'combined'")
        elif compat.has_compositor_viewer(scene):
            raise Refused("passes[0].pass", "the scene's own Viewer node decides what is shown", "ask for pass 'viewer'")
        else:
            tree = compat.compositor(scene)
            viewer = tree.nodes.new("CompositorNodeViewer")
            compat.use_alpha(viewer)
            tree.links.new(layer_socket(tree, scene, wanted), viewer.inputs["Image"])
            tree.nodes.active = viewer
        compat.full_precision(scene)
        self.unset = numpy.full(self.width * self.height * 4, numpy.nan, numpy.float32)
        self.unset.view(numpy.uint32)[:] = 0x7fc05e7d

    def render(self, slots, slot):
        image = viewer_image()
        if image and image.has_data and len(image.pixels) == len(self.unset):
            # So that a Viewer that was not written shows: else the frame before would be stored again.
            image.pixels.foreach_set(self.unset)
        bpy.ops.render.render()
        image = viewer_image()
        if image is None:
            raise GuardError("there is no Viewer image")
        pixels = self.read_image(image, slots, slot, HEADER)
        for at in (0, -1):
            if (pixels[at].view(numpy.uint32) == self.unset[:4].view(numpy.uint32)).all():
                raise GuardError("the Viewer was not written by this render")
        return [self.describe(self.passes[0]["name"], HEADER, pixels)]


class ExrCapture(Capture):
    """A 32-bit OpenEXR file of each pass, by the File Output node, read back and removed."""

    def __init__(self, message, scene):
        super().__init__(message, scene)
        self.folder = message["scratch"]
        scene.render.use_compositing = True
        tree = compat.compositor(scene)
        self.outputs = []
        for i, wanted in enumerate(self.passes):
            node = tree.nodes.new("CompositorNodeOutputFile")
            node.base_path = self.folder
            node.format.file_format, node.format.color_mode, node.format.color_depth = "OPEN_EXR", "RGBA", "32"
            node.file_slots[0].path = "rayshard-%d-" % i
            tree.links.new(layer_socket(tree, scene, wanted), node.inputs[0])
            self.outputs.append(node)
        compat.full_precision(scene)

    def render(self, slots, slot):
        bpy.ops.render.render()
        found, offset = [], HEADER
        for i, wanted in enumerate(self.passes):
            path = os.path.join(self.folder, "rayshard-%d-%04d.exr" % (i, self.scene.frame_current))
            if not os.path.exists(path):
                raise GuardError("Blender wrote no file '%s'" % path)
            image = bpy.data.images.load(path)
            try:
                image.colorspace_settings.name = "Non-Color"
                pixels = self.read_image(image, slots, slot, offset)
            finally:
                bpy.data.images.remove(image)
                os.remove(path)
            found.append(self.describe(wanted["name"], offset, pixels))
            offset += (pixels.nbytes + 63) // 64 * 64
        return found


def layer_socket(tree, scene, wanted):
    """A Render Layers node's socket that carries the pass."""
    node = tree.nodes.new("CompositorNodeRLayers")
    node.scene, node.layer = scene, wanted["layer"]
    return node.outputs[wanted["entry"]["socket"]]


def viewer_image():
    return next((image for image in bpy.data.images if image.type == "COMPOSITING"), None)
