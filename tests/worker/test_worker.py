"""What the Worker promises, on the Blender of this machine: /usr/bin/python3 tests/worker/test_worker.py [-v] [case]"""
import json
import os
import shutil
import signal
import tempfile
import textwrap
import time
import unittest

import numpy
from driver import BLENDER, Display, Refusal, Worker, path

with open(os.path.join(BLENDER, "passes.json")) as catalogue:
    CATALOGUE = {entry["id"]: entry for entry in json.load(catalogue)["passes"]}

PLANE = '''
import bpy
def build():
    scene = bpy.context.scene
    mesh = bpy.data.meshes.new("Plane")
    mesh.from_pydata([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)], [], [(0, 1, 2, 3)])
    mesh.uv_layers.new(name="UVMap")
    plane = bpy.data.objects.new("Plane", mesh)
    eye = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    eye.location.z = 3.5
    lamp = bpy.data.objects.new("Key", bpy.data.lights.new("Key", "POINT"))
    lamp.location = (1, 1, 2)
    for thing in (plane, eye, lamp):
        scene.collection.objects.link(thing)
    scene.camera = eye
'''
TURN, ENERGY = path('objects["Plane"].rotation_euler[2]'), path('lights["Key"].energy')




def has(worker, entry):
    """Whether the worker's Blender has a pass."""
    at = lambda text: [int(part) for part in text.split(".")]
    version = at(worker.hello["blender"]["version"])
    return any(at(fact["since"]) <= version and (not fact["until"] or version < at(fact["until"])) for fact in entry["blender"])


class WorkerTest(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="rayshard-scene-")
        self.addCleanup(shutil.rmtree, self.root)

    def scene(self, extra="", name="scene.py"):
        """A folder with a scene: a plane, a lamp, and whatever the test adds."""
        with open(os.path.join(self.root, name), "w") as file:
            file.write(PLANE + textwrap.dedent(extra))
        return self.root

    def assert_refused(self, worker, field, reason, **asked):
        with self.assertRaises(Refusal) as caught:
            worker.open(**asked)
        answer = caught.exception.args[0]
        self.assertEqual(field, answer["field"], answer)
        self.assertIn(reason, answer["reason"])
        self.assertTrue(answer["fix"])

    def assert_failed(self, worker, kind, reason, **asked):
        answer, _ = worker.frame(**asked)
        self.assertEqual(("failed", kind), (answer["type"], answer.get("kind")), answer)
        self.assertIn(reason, answer["reason"])
        self.assertNotIn("\n", answer["reason"])

    def assert_frame(self, worker, **asked):
        answer, pixels = worker.frame(**asked)
        self.assertEqual("frame", answer["type"], answer)
        return pixels


class Captures(WorkerTest):
    def stored(self, pixels, name):
        return pixels[name][..., :len(CATALOGUE[name]["channels"])].tobytes()

    def all_agree(self, **render):
        display = Display()
        self.addCleanup(display.close)
        with Worker() as worker, Worker(display) as window:
            claimed = {kind: [i for i, entry in CATALOGUE.items() if kind in entry["captures"] and has(worker, entry)] for kind in ("passes", "exr", "viewer")}
            worker.open(passes=["combined"], **render)
            alone = self.assert_frame(worker, seed=5)
            worker.open(passes=claimed["passes"], **render)
            tap = self.assert_frame(worker, seed=5)
            worker.open(passes=claimed["exr"], capture="exr", **render)
            exr = self.assert_frame(worker, seed=5)
            self.assertEqual([], os.listdir(worker.scratch))
            for name in claimed["exr"]:
                self.assertEqual(self.stored(tap, name), self.stored(exr, name), name + " by exr")
            for name in claimed["viewer"]:
                window.open(passes=[name], capture="viewer", **render)
                # 2.83 sums up Combined another way where there are light passes beside it: its last bit moves.
                beside = alone if name == "combined" else tap
                self.assertEqual(self.stored(beside, name), self.stored(self.assert_frame(window, seed=5), name), name + " by viewer")
        return tap

    def test_agree_to_the_bit(self):
        tap = self.all_agree()
        for name, pixels in tap.items():
            self.assertGreater(len(numpy.unique(pixels)), 1, name + " shows nothing in the probe scene")

    def test_agree_to_the_bit_on_a_transparent_film(self):
        alpha = self.all_agree(transparent=True, samples=16)["combined"][..., 3]
        self.assertTrue(((alpha > 0) & (alpha < 1)).any())

    def test_a_frame_larger_than_a_tile_is_whole(self):
        with Worker() as worker:
            worker.open(root=self.scene(), width=2100, height=4, samples=1, passes=["combined", "position"],
                        paths=[path('scenes["Scene"].cycles.use_auto_tile')])
            frames = [self.assert_frame(worker, values=[tiled]) for tiled in (True, False)]
            for name in frames[0]:
                self.assertEqual(frames[0][name].tobytes(), frames[1][name].tobytes(), name)
            self.assertTrue(frames[0]["combined"][:, -1, 3].all())

    def test_layers_have_their_own_samples(self):
        layers = [{"name": "beauty", "samples": None}, {"name": "labels", "samples": 1}]
        passes = [{"pass": "normal", "layer": layer, "name": layer} for layer in ("beauty", "labels")]
        with Worker() as worker:
            worker.open(passes=passes, layers=layers, samples=8)
            both = self.assert_frame(worker, seed=1)
            again = [self.assert_frame(worker, seed=seed) for seed in (2, 1)][1]
            for name in both:
                self.assertEqual(both[name].tobytes(), again[name].tobytes(), "persistent data keeps %s" % name)
            for layer, samples in (("beauty", 8), ("labels", 1)):
                worker.open(passes=["normal"], samples=samples)
                self.assertEqual(self.assert_frame(worker, seed=1)["normal"].tobytes(), both[layer].tobytes(), layer)

    def test_a_pass_is_the_same_on_a_second_layer_as_alone(self):
        """3.4.1 with persistent data gave the second layer a uv pass of zeros, of every capture alike."""
        names = [i for i, entry in CATALOGUE.items() if "passes" in entry["captures"]]
        layers = [{"name": "beauty", "samples": None}, {"name": "labels", "samples": None}]
        second = [{"pass": "combined", "layer": "beauty", "name": "beauty"}] + [{"pass": i, "layer": "labels", "name": i} for i in names]
        with Worker() as worker:
            worker.open(root=self.scene(), passes=second, layers=layers)
            both = self.assert_frame(worker, seed=1)
            self.assertTrue(both["uv"][..., 2].any())
            worker.open(root=self.root, passes=names)
            alone = self.assert_frame(worker, seed=1)
            for name in names:
                self.assertEqual(alone[name].tobytes(), both[name].tobytes(), name)

    def test_nan_and_infinity_pass_through(self):
        root = self.scene('''
            def apply(parameters):
                for loop in bpy.data.meshes["Plane"].uv_layers[0].data:
                    loop.uv = (float(parameters["u"]), float("inf"))
                bpy.data.meshes["Plane"].update()
        ''')
        with Worker() as worker:
            worker.open(root=root, passes=["uv"])
            uv = self.assert_frame(worker, apply={"u": "nan"})["uv"]
            self.assertTrue(numpy.isnan(uv[4, 4, 0]) and not numpy.isfinite(uv[4, 4, 1]))


class Frames(WorkerTest):
    def test_bytes_do_not_depend_on_order_or_threads(self):
        frames = [{"values": [0.1 * i, 40.0 + i], "seed": i} for i in range(8)]
        root, asked = self.scene(), {"paths": [TURN, ENERGY], "passes": ["combined", "depth", "normal"]}
        with Worker() as one, Worker() as other:
            one.open(root=root, threads=1, **asked)
            other.open(root=root, threads=2, **asked)
            first = [self.assert_frame(one, **frame) for frame in frames]
            second = [self.assert_frame(other, **frame) for frame in reversed(frames)][::-1]
            for a, b in zip(first, second):
                self.assertEqual({k: v.tobytes() for k, v in a.items()}, {k: v.tobytes() for k, v in b.items()})
            self.assertEqual(8, len({a["combined"].tobytes() for a in first}))

    def test_every_kind_of_parameter_reaches_the_render(self):
        """With persistent data Cycles sees only what is tagged as changed; each of these was stale when it was not."""
        root = self.scene('''
            _build = build
            def build():
                _build()
                plane = bpy.data.objects["Plane"]
                plane["wet"] = 0.0
                driver = plane.driver_add("location", 2).driver
                variable = driver.variables.new()
                variable.name, variable.targets[0].id, variable.targets[0].data_path = "wet", plane, '["wet"]'
                driver.expression = "wet"
                scene = bpy.context.scene
                scene.world = world = bpy.data.worlds.new("World")
                world.use_nodes = True
                world.mist_settings.start = 1
                material = bpy.data.materials.new("Paint")
                material.use_nodes = True
                plane.data.materials.append(material)
                texture = material.node_tree.nodes.new("ShaderNodeTexImage")
                texture.image = bpy.data.images.new("Picture", 2, 2, float_buffer=True)
                shader = next(n for n in material.node_tree.nodes if n.bl_idname == "ShaderNodeBsdfPrincipled")
                emission = shader.inputs.get("Emission") or shader.inputs["Emission Color"]
                material.node_tree.links.new(texture.outputs[0], emission)
                if "Emission Strength" in shader.inputs:
                    shader.inputs["Emission Strength"].default_value = 1
        ''')
        changes = {
            'objects["Plane"]["wet"]': (0.0, 0.5), 'objects["Plane"].location[0]': (0.0, 0.5), 'objects["Plane"].hide_render': (False, True),
            'lights["Key"].energy': (10.0, 90.0), 'lights["Key"].cycles.cast_shadow': (True, False), 'images["Picture"].pixels[0]': (0.0, 2.0),
            'images["Picture"].generated_color': ([0.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, 1.0]), 'meshes["Plane"].vertices[0].co': ([-1.0, -1.0, 0.0], [0.0, 0.0, 0.0]),
            'worlds["World"].mist_settings.depth': (25.0, 3.0), 'worlds["World"].cycles_visibility.camera': (True, False),
            'scenes["Scene"].cycles.film_exposure': (1.0, 2.0), 'scenes["Scene"].render.pixel_aspect_x': (1.0, 2.0), 'cameras["Camera"].lens': (50.0, 35.0),
            'materials["Paint"].node_tree.nodes["Principled BSDF"].inputs["Roughness"].default_value': (0.1, 0.9)}
        with Worker() as worker:
            for text, (first, second) in changes.items():
                with self.subTest(text):
                    asked = {"root": root, "paths": [path(text)], "passes": ["combined", "mist"]}
                    frames = lambda values: [b"".join(p.tobytes() for p in self.assert_frame(worker, values=[v]).values()) for v in values]
                    worker.open(**asked)
                    there = frames([first, second, first])
                    worker.open(**asked)
                    back = frames([second, first])
                    self.assertEqual(there, [back[1], back[0], back[1]])
                    self.assertNotEqual(*back) if "cast_shadow" not in text else None

    def test_what_apply_forgets_to_tag_reaches_the_render(self):
        root = self.scene('''
            def apply(parameters):
                x = parameters["x"]
                bpy.data.meshes["Plane"].vertices.foreach_set("co", [-x, -x, 0, x, -x, 0, x, x, 0, -x, x, 0])
        ''')
        with Worker() as worker:
            worker.open(root=root, passes=["position"])
            frames = [self.assert_frame(worker, apply={"x": x})["position"].tobytes() for x in (1.0, 0.5, 1.0)]
            self.assertEqual(frames[0], frames[2])
            self.assertNotEqual(frames[0], frames[1])

    def test_random_numbers_in_apply_depend_on_the_seed_alone(self):
        root = self.scene('''
            import random, mathutils
            def apply(parameters):
                bpy.data.objects["Plane"].rotation_euler = (random.random(), mathutils.noise.random(), 0)
        ''')
        with Worker() as worker:
            worker.open(root=root)
            frames = [self.assert_frame(worker, seed=seed)["combined"].tobytes() for seed in (3, 4, 3)]
            self.assertEqual(frames[0], frames[2])
            self.assertNotEqual(frames[0], frames[1])

    def test_an_exception_in_apply_fails_one_frame(self):
        root = self.scene('''
            def apply(parameters):
                if parameters["bad"]:
                    raise KeyError("no\\nsuch thing")
        ''')
        with Worker() as worker:
            worker.open(root=root)
            good = self.assert_frame(worker, apply={"bad": False})
            self.assert_failed(worker, "scene", "KeyError", apply={"bad": True})
            self.assertEqual(good["combined"].tobytes(), self.assert_frame(worker, apply={"bad": False})["combined"].tobytes())
            self.assertEqual([], [name for name in os.listdir(root) if name != "scene.py"], "the scene's folder stays clean")

    def test_a_value_that_blender_does_not_take_fails(self):
        with Worker() as worker:
            worker.open(root=self.scene(), paths=[path('cameras["Camera"].lens')])
            self.assert_failed(worker, "scene", "lens", values=["wide"])
            self.assert_failed(worker, "scene", "Blender keeps 1.0", values=[0.25])
            self.assert_frame(worker, values=[35.0])

    def test_apply_may_not_change_render_settings(self):
        root = self.scene('''
            def apply(parameters):
                bpy.context.scene.render.resolution_x = parameters["width"]
        ''')
        with Worker() as worker:
            worker.open(root=root)
            self.assert_frame(worker, apply={"width": 8})
            self.assert_failed(worker, "scene", "render.resolution_x", apply={"width": 9})

    def test_a_scene_without_a_camera_fails_and_the_worker_lives(self):
        root = self.scene('''
            def apply(parameters):
                bpy.context.scene.camera = bpy.data.objects["Camera"] if parameters["camera"] else None
        ''')
        with Worker() as worker:
            worker.open(root=root)
            self.assert_failed(worker, "render", "camera", apply={"camera": 0})
            self.assert_frame(worker, apply={"camera": 1})

    def test_a_blend_file_is_a_scene_too(self):
        root = self.scene('''
            def apply(parameters):
                bpy.ops.wm.save_as_mainfile(filepath=parameters["to"], copy=True)
        ''')
        with Worker() as worker:
            worker.open(root=root, paths=[TURN])
            made = self.assert_frame(worker, values=[0.5], seed=2, apply={"to": os.path.join(root, "plane.blend")})
            worker.open(root=root, file="plane.blend", paths=[TURN])
            self.assertEqual(made["combined"].tobytes(), self.assert_frame(worker, values=[0.5], seed=2)["combined"].tobytes())


class Refusals(WorkerTest):
    def test_what_can_not_be_rendered_is_refused_with_its_field(self):
        root = self.scene()
        with Worker() as worker:
            refused = lambda field, reason, **asked: self.assert_refused(worker, field, reason, root=root, **asked)
            refused("capture", "window", capture="viewer")
            refused("paths[1]", "'Key'", paths=[ENERGY, path('lights["Kay"].energy')])
            refused("paths[0]", "'energy'", paths=[path('lights["Key"].enrgy')])
            refused("paths[0]", "3 elements", paths=[path('objects["Plane"].rotation_euler[3]')])
            refused("passes[1].pass", "'depth'", passes=["combined", "dept"])
            refused("passes[0].pass", "exr", passes=["vector"], capture="exr")
            refused("passes[0].layer", "'labels'", passes=[{"pass": "depth", "layer": "labels"}])
            refused("render.denoise", "OpenImageDenoise", denoise=True)
            refused("scene.file", "SyntaxError", file=os.path.basename(self.broken()))
            worker.open(root=root)
            self.assert_frame(worker)

    def broken(self):
        self.scene("def", name="broken.py")
        return "broken.py"

    def test_a_file_that_is_not_declared_is_refused(self):
        self.scene("x = 1", name="compat.py")
        root = self.scene("import compat\nassert compat.x == 1")
        with Worker() as worker:
            self.assert_refused(worker, "scene.files", "compat.py", root=root)
            worker.open(root=root, files=["scene.py", "compat.py"])
            self.assert_frame(worker)
        with open(os.path.join(root, "picture.ppm"), "wb") as file:
            file.write(b"P6 1 1 255 abc")
        root = self.scene("bpy.data.images.load(__file__.replace('scene.py', 'picture.ppm'))")
        with Worker() as worker:
            self.assert_refused(worker, "scene.files", "picture.ppm", root=root)
            worker.open(root=root, files=["scene.py", "picture.ppm"])
        root = self.scene("open(__file__.replace('scene.py', 'picture.ppm')).close()")
        with Worker() as worker:
            self.assert_refused(worker, "scene.files", "picture.ppm", root=root)
            worker.open(root=root, files=["scene.py", "picture.ppm"])

    def test_settings_are_written_down(self):
        with Worker() as worker:
            settings = worker.open(root=self.scene(), samples=3)["settings"]
        self.assertEqual((3, "CPU", 0.0), tuple(settings["cycles"][name] for name in ("samples", "device", "time_limit")))
        self.assertEqual((False, "FIXED"), (settings["render"]["use_compositing"], settings["render"]["threads_mode"]))
        self.assertEqual("Raw", settings["view_settings"]["view_transform"])
        self.assertIn("use_denoising", settings["view_layers"]["ViewLayer"]["cycles"])


COMPOSITOR = '''
_build = build
def build():
    _build()
    scene = bpy.context.scene
    scene.use_nodes = True
    tree = scene.node_tree
    layers = next(node for node in tree.nodes if node.bl_idname == "CompositorNodeRLayers")
    shown = layers.outputs["Image"]
    for kind in NODES:
        node = tree.nodes.new(kind)
        tree.links.new(shown, node.inputs.get("Color") or node.inputs[0])
        shown = node.outputs[0]
    viewer = tree.nodes.new("CompositorNodeViewer")
    tree.links.new(shown, viewer.inputs[0])
    files = tree.nodes.new("CompositorNodeOutputFile")
    files.base_path = FOLDER
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


class Life(WorkerTest):
    def both(self):
        display = Display()
        self.addCleanup(display.close)
        return (None, display)

    def test_ends_with_0_when_told_and_when_the_host_is_gone(self):
        for display in self.both():
            for end in (lambda worker: worker.send(type="quit"), lambda worker: worker.socket.close()):
                with Worker(display) as worker:
                    worker.open(root=self.scene())
                    end(worker)
                    self.assertEqual(0, worker.process.wait(20))

    def test_ignores_ctrl_c_which_is_the_hosts_business(self):
        for display in self.both():
            with Worker(display) as worker:
                worker.open(root=self.scene(), width=64, height=64, samples=64)
                worker.ask()
                for _ in range(5):
                    worker.process.send_signal(signal.SIGINT)
                    time.sleep(0.02)
                self.assertEqual("frame", worker.receive()["type"])

    def test_ends_with_64_on_nonsense(self):
        with Worker() as worker:
            worker.send(type="dance")
            self.assertEqual(64, worker.process.wait(20))
            self.assertIn("dance", worker.text())


if __name__ == "__main__":
    unittest.main(warnings="ignore")
