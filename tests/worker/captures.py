"""A pass holds the same bits by whichever capture it comes."""
import json
import os

import numpy
from case import WorkerTest
from driver import BLENDER, Display, Worker, path

with open(os.path.join(BLENDER, "passes.json")) as catalogue:
    CATALOGUE = {entry["id"]: entry for entry in json.load(catalogue)["passes"]}


def has(worker, entry):
    """Whether the worker's Blender has a pass."""
    at = lambda text: [int(part) for part in text.split(".")]
    version = at(worker.hello["blender"]["version"])
    return any(at(fact["since"]) <= version and (not fact["until"] or version < at(fact["until"])) for fact in entry["blender"])


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
