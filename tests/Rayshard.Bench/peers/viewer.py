"""The Viewer as scripts read it, in Blender with a window: a render call per frame, then the image's pixels into an npy file.

The ways: viewer-npsave (foreach_get), viewer-list (numpy.array(list(pixels)), as answers on the net have it).
"""
import os
import sys

import bpy
import numpy

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import loop  # noqa: E402

scene = loop.prepare()
scene.use_nodes = True
nodes, links = scene.node_tree.nodes, scene.node_tree.links
nodes.clear()
layers, viewer = nodes.new("CompositorNodeRLayers"), nodes.new("CompositorNodeViewer")
links.new(layers.outputs["Image"], viewer.inputs["Image"])
links.new(layers.outputs["Image"], nodes.new("CompositorNodeComposite").inputs["Image"])
nodes.active = viewer


def render(i):
    bpy.ops.render.render()
    image = bpy.data.images["Viewer Node"]
    if loop.WAY == "viewer-list":
        pixels = numpy.array(list(image.pixels), numpy.float32)
    else:
        pixels = numpy.empty(len(image.pixels), numpy.float32)
        image.pixels.foreach_get(pixels)
    if pixels.size != 4 * int(loop.WIDTH) * int(loop.HEIGHT) or not pixels.any():
        raise SystemExit("the Viewer is empty")
    numpy.save(os.path.join(loop.FOLDER, "%06d.npy" % i), pixels.reshape(int(loop.HEIGHT), int(loop.WIDTH), 4)[::-1])


loop.run(render)
