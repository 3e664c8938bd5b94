"""The fastest loop that Blender allows: persistent data, plain render(), pixels read from the render result and thrown away.

Each frame has a noise seed of its own, as the kit's have: 0.1 ms at 64x64, which a loop that renders the same noise again and again saves.
"""
import os
import sys

import bpy
import cycles
import numpy

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import loop  # noqa: E402

scene = loop.prepare()
scene.render.use_persistent_data = True
scene.render.use_compositing = scene.render.use_sequencer = False
pixels, seen = numpy.empty((int(loop.WIDTH) * int(loop.HEIGHT), 4), numpy.float32), [0]
finish = cycles.CyclesRender.render_frame_finish


def read(engine):
    finish(engine)
    engine.get_result().layers[0].passes.find_by_name("Combined", "").rect.foreach_get(pixels)
    seen[0] += 1


def render(i):
    scene.cycles.seed = i
    # Untagged, the first seed stays in force.
    scene.update_tag()
    bpy.ops.render.render()
    if not seen[0] or not pixels[:, 3].any():
        raise SystemExit("no pixels were read")
    seen[0] = 0


cycles.CyclesRender.render_frame_finish = read
loop.run(render)
