"""The scene's own Viewer is read as it is shown."""
import os
import textwrap

import numpy
from case import ENERGY, TURN, WorkerTest
from driver import Display, Worker

COMPOSITOR = '''
_build = build
def build():
    _build()
    scene = bpy.context.scene
    if hasattr(scene, "compositing_node_group"):
        scene.compositing_node_group = tree = bpy.data.node_groups.new("Compositor", "CompositorNodeTree")
    else:
        scene.use_nodes = True
        tree = scene.node_tree
    layers = next((node for node in tree.nodes if node.bl_idname == "CompositorNodeRLayers"), None) or tree.nodes.new("CompositorNodeRLayers")
    shown = layers.outputs["Image"]
    for kind in NODES:
        node = tree.nodes.new(kind)
        tree.links.new(shown, node.inputs.get("Color") or node.inputs[0])
        shown = node.outputs[0]
    viewer = tree.nodes.new("CompositorNodeViewer")
    tree.links.new(shown, viewer.inputs[0])
    files = tree.nodes.new("CompositorNodeOutputFile")
    if hasattr(files, "base_path"):
        files.base_path = FOLDER
    else:
        files.directory = FOLDER
        files.file_output_items.new("RGBA", "Image")
    tree.links.new(shown, files.inputs[0])
'''


class OwnViewer(WorkerTest):
    @classmethod
    def setUpClass(cls):
        cls.display = Display()
        cls.addClassCleanup(cls.display.close)

    def compositor(self, nodes=(), extra=""):
        return self.scene(COMPOSITOR.replace("NODES", repr(list(nodes))).replace("FOLDER", repr(self.root)) + textwrap.dedent(extra))

    def test_is_read_as_shown(self):
        with Worker(self.display) as window:
            window.open(root=self.compositor(), passes=["viewer"], capture="viewer")
            plain = self.assert_frame(window)["viewer"]
            window.open(root=self.compositor(["CompositorNodeInvert"]), passes=["viewer"], capture="viewer")
            inverted = self.assert_frame(window)["viewer"]
            self.assertEqual((numpy.float32(1) - plain[..., :3]).tobytes(), inverted[..., :3].tobytes())
            self.assertEqual(["scene.py"], os.listdir(self.root), "the scene's File Output node writes nothing")

    def test_of_a_blend_file_is_read_as_shown(self):
        root = self.compositor(["CompositorNodeInvert"], '''
            def apply(parameters):
                bpy.ops.wm.save_as_mainfile(filepath=parameters["to"], copy=True)
        ''')
        with Worker(self.display) as window:
            window.open(root=root, passes=["viewer"], capture="viewer")
            made = self.assert_frame(window, apply={"to": os.path.join(root, "plane.blend")}, seed=4)
            for _ in range(2):
                window.open(root=root, file="plane.blend", passes=["viewer"], capture="viewer", paths=[ENERGY])
                self.assertEqual(made["viewer"].tobytes(), self.assert_frame(window, values=[10.0], seed=4)["viewer"].tobytes())

    def test_stands_in_the_way_of_a_pass(self):
        with Worker(self.display) as window:
            self.assert_refused(window, "passes[0].pass", "own Viewer", root=self.compositor(), passes=["depth"], capture="viewer")
            self.assert_refused(window, "passes[0].pass", "no compositor", root=self.scene(), passes=["viewer"], capture="viewer")
            self.assert_refused(window, "passes", "one pass", root=self.scene(), passes=["depth", "combined"], capture="viewer")

    def test_is_out_of_the_way_of_exr(self):
        root = self.compositor(["CompositorNodeInvert"])
        with Worker() as worker:
            worker.open(root=root, capture="exr")
            exr = self.assert_frame(worker)["combined"]
            worker.open(root=root)
            self.assertEqual(exr.tobytes(), self.assert_frame(worker)["combined"].tobytes())
        self.assertEqual(["scene.py"], os.listdir(root))

    def test_a_stale_picture_is_never_handed_out(self):
        root = self.compositor(extra='''
            def apply(parameters):
                tree = bpy.context.scene.node_tree
                next(n for n in tree.nodes if n.bl_idname == "CompositorNodeViewer").mute = parameters["mute"]
        ''')
        with Worker(self.display) as window:
            for size in (8, 256):
                window.open(root=root, passes=["viewer"], capture="viewer", width=size, height=size, samples=1)
                self.assert_frame(window, apply={"mute": False})
                self.assert_failed(window, "guard", "Viewer", apply={"mute": True})
                self.assert_frame(window, apply={"mute": False})

    def test_a_picture_of_another_size_is_refused(self):
        root = self.compositor(["CompositorNodeScale", "CompositorNodeCrop"], '''
            def apply(parameters):
                tree = bpy.context.scene.node_tree
                scale = next(n for n in tree.nodes if n.bl_idname == "CompositorNodeScale")
                scale.space = "RELATIVE"
                scale.inputs[1].default_value = scale.inputs[2].default_value = 0.5
                crop = next(n for n in tree.nodes if n.bl_idname == "CompositorNodeCrop")
                crop.use_crop_size, crop.max_x, crop.min_y = True, 4, 4
        ''')
        with Worker(self.display) as window:
            window.open(root=root, passes=["viewer"], capture="viewer")
            self.assert_failed(window, "guard", "render: 8x8")

    def test_frames_follow_their_parameters(self):
        with Worker(self.display) as window, Worker() as worker:
            frames = [{"values": [0.3 * i, 30.0 + 10 * i], "seed": i} for i in range(5)]
            for one, kind in ((window, "viewer"), (worker, "passes")):
                one.open(root=self.scene(), paths=[TURN, ENERGY], capture=kind)
            shown = [self.assert_frame(window, **frame)["combined"].tobytes() for frame in frames]
            self.assertEqual(shown, [self.assert_frame(worker, **frame)["combined"].tobytes() for frame in frames])
            self.assertEqual(5, len(set(shown)))
