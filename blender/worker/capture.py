"""The three captures. Each fills float32 arrays of (pixels, channels), bottom row first, that lie in the slot."""
import os

import bpy

from . import compat
from .scene import Failed, Refused

VIEWERS = ("CompositorNodeViewer", "CompositorNodeSplitViewer")
OUTPUTS = VIEWERS + ("CompositorNodeComposite", "CompositorNodeOutputFile")


def switch_on(scene, asked):
    for request in asked:
        if request.fact and request.fact["switch"]:
            setattr(scene.view_layers[request.layer], request.fact["switch"], True)


def render(scene):
    """One render; whatever Blender has against it is a failure of kind `render`, or `memory`."""
    try:
        if bpy.ops.render.render(scene=scene.name) != {'FINISHED'}:
            raise Failed("render", "Blender cancelled the render")
    except RuntimeError as e:
        text = " ".join(str(e).split())
        raise Failed("memory" if "out of memory" in text.lower() else "render", text)


def layers_node(tree, scene, request):
    """The socket of a Render Layers node that gives a pass."""
    node = tree.nodes.new("CompositorNodeRLayers")
    node.scene, node.layer = scene, request.layer
    return node.outputs[request.fact["socket"]]


def silence(nodes):
    """The scene's own nodes must not write files, nor take the place of ours."""
    for node in nodes:
        node.mute = True


class Passes:
    """Every pass of every layer at once, from the render result, in the one moment when it is whole and still there."""

    compositing = False

    def __init__(self, scene, asked, scratch):
        self.scene, self.asked = scene, asked
        self.into, self.seen, self.error = None, 0, None
        switch_on(scene, asked)
        compat.hook(self._read)

    def take(self, into):
        self.into, self.seen, self.error = into, 0, None
        render(self.scene)
        if self.error:
            raise self.error
        if self.seen != len(self.asked):
            raise Failed("guard", "Cycles gave %d of %d passes" % (self.seen, len(self.asked)))

    def _read(self, engine):
        if engine.is_preview:
            return
        self.seen = 0
        # An exception that leaves this would be printed by Blender and forgotten.
        try:
            result = engine.get_result()
            for request, pixels in zip(self.asked, self.into):
                layer = result.layers.get(request.layer)
                if layer:
                    self._read_one(result, layer, request, pixels)
        except Exception as e:
            self.error = e

    def _read_one(self, result, layer, request, pixels):
        found = layer.passes.find_by_name(request.fact["name"], "")
        if found is None:
            raise Failed("guard", "the render result has no pass '%s' on '%s'" % (request.fact["name"], request.layer))
        size = (result.resolution_x, result.resolution_y)
        if size[0] * size[1] != len(pixels) or found.channels != pixels.shape[1]:
            raise Failed("guard", "pass '%s' is %dx%d of %d channels" % ((found.name,) + size + (found.channels,)))
        compat.read_pass(found, pixels)
        self.seen += 1


class Viewer:
    """What the compositor's Viewer node shows: the scene's own, or one that shows the asked pass."""

    compositing = True

    def __init__(self, scene, asked, scratch):
        if bpy.app.background:
            raise Refused("capture", "without a window the Viewer is empty, in every Blender", "start this worker in a window, or take capture 'passes'")
        if len(asked) != 1:
            raise Refused("passes", "the viewer capture shows one pass, not %d" % len(asked), "name one, or take capture 'passes'")
        self.scene, self.request = scene, asked[0]
        self.request.channels = 4
        switch_on(scene, asked)
        if self.request.id == "viewer":
            self._own()
        else:
            self._build()

    def _own(self):
        tree = compat.compositor(self.scene)
        if not tree or not any(node.bl_idname in VIEWERS and not node.mute for node in tree.nodes):
            raise Refused("passes[0].pass", "the scene has no compositor in use with a Viewer node", "add one, or ask for pass 'combined'")
        silence(node for node in tree.nodes if node.bl_idname == "CompositorNodeOutputFile")

    def _build(self):
        tree = compat.make_compositor(self.scene)
        if any(node.bl_idname in VIEWERS for node in tree.nodes):
            raise Refused("passes[0].pass", "the scene brings its own Viewer node", "ask for pass 'viewer', or take it out of the scene")
        silence(node for node in tree.nodes if node.bl_idname in OUTPUTS)
        node = tree.nodes.new("CompositorNodeViewer")
        tree.links.new(layers_node(tree, self.scene, self.request), node.inputs["Image"])
        tree.nodes.active = node

    def take(self, into):
        image = self._image()
        if image:
            # Else a render that leaves the Viewer alone would hand out the last frame again.
            image.buffers_free()
        render(self.scene)
        image = self._image()
        # has_data before all else: asking for size or depth makes an empty 256x256 image.
        if not image or not image.has_data:
            raise Failed("guard", "the render left the Viewer empty")
        self._check(image)
        image.pixels.foreach_get(into[0].reshape(-1))

    def _check(self, image):
        render_settings = self.scene.render
        wanted = (render_settings.resolution_x, render_settings.resolution_y)
        found = (tuple(image.size), image.is_float, image.depth, image.channels)
        if found != (wanted, True, 128, 4):
            raise Failed("guard", "the Viewer is %dx%d (render: %dx%d), float %s, %d bits, %d channels" % (found[0] + wanted + found[1:]))

    @staticmethod
    def _image():
        return next((image for image in bpy.data.images if image.type == "COMPOSITING"), None)


class Exr:
    """The witness: 32-bit OpenEXR files by a File Output node, read back and removed."""

    compositing = True

    def __init__(self, scene, asked, scratch):
        self.scene, self.asked, self.scratch = scene, asked, scratch
        for request in asked:
            request.channels = 4
        switch_on(scene, asked)
        tree = compat.make_compositor(scene)
        silence(node for node in tree.nodes if node.bl_idname in OUTPUTS)
        self.names = ["%d-%d-" % (os.getpid(), i) for i in range(len(asked))]
        compat.file_output(tree, scratch, self.names, [layers_node(tree, scene, request) for request in asked])

    def take(self, into):
        try:
            render(self.scene)
            for name, pixels in zip(self.names, into):
                self._read(name, pixels)
        finally:
            for file in self._files(""):
                os.remove(file)

    def _files(self, name):
        start = name or "%d-" % os.getpid()
        return [os.path.join(self.scratch, file) for file in os.listdir(self.scratch) if file.startswith(start) and file.endswith(".exr")]

    def _read(self, name, pixels):
        files = self._files(name)
        if len(files) != 1:
            raise Failed("guard", "the File Output node wrote %d files for one pass" % len(files))
        image = bpy.data.images.load(files[0])
        try:
            image.colorspace_settings.name = "Non-Color"
            found = (tuple(image.size), image.is_float, image.channels)
            if found[0][0] * found[0][1] != len(pixels) or found[1:] != (True, 4):
                raise Failed("guard", "the EXR is %dx%d, float %s, %d channels" % (found[0] + found[1:]))
            image.pixels.foreach_get(pixels.reshape(-1))
        finally:
            bpy.data.images.remove(image)


CAPTURES = {"passes": Passes, "viewer": Viewer, "exr": Exr}
