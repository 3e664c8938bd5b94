"""What can't be rendered is refused before the first frame."""
import os

from case import ENERGY, WorkerTest
from driver import Worker, path


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

    def test_a_scene_that_is_set_to_another_engine_is_told_and_rendered_by_cycles(self):
        """EEVEE is what Blender begins with: a scene file that leaves it so asks for nothing, a .blend shows what its author saw."""
        save = "def apply(parameters):\n    bpy.ops.wm.save_as_mainfile(filepath=parameters['to'], copy=True)\n"
        with Worker() as worker:
            self.assertIsNone(worker.open(root=self.scene())["engine"])
            plain = self.assert_frame(worker)["combined"]
            self.assertIsNone(worker.open(root=self.scene("bpy.context.scene.render.engine = 'CYCLES'"))["engine"])
            self.assertEqual("BLENDER_WORKBENCH", worker.open(root=self.scene("bpy.context.scene.render.engine = 'BLENDER_WORKBENCH'"))["engine"])
            worker.open(root=self.scene("EEVEE = bpy.context.scene.render.engine\n" + save))
            self.assert_frame(worker, apply={"to": os.path.join(self.root, "cycles.blend")})
            self.assertIsNone(worker.open(root=self.root, file="cycles.blend")["engine"])
            with open(os.path.join(self.root, "scene.py"), "a") as file:
                file.write("\n_build = build\ndef build():\n    _build()\n    bpy.ops.wm.save_as_mainfile(filepath=__file__[:-8] + 'eevee.blend', copy=True)\n")
            worker.open(root=self.root)
            eevee = worker.open(root=self.root, file="eevee.blend")["engine"]
            self.assertIn("EEVEE", eevee)
            self.assertEqual(plain.tobytes(), self.assert_frame(worker)["combined"].tobytes())
            self.assertEqual(eevee, worker.open(root=self.scene("bpy.context.scene.render.engine = '%s'" % eevee))["engine"])

    def test_settings_are_written_down(self):
        with Worker() as worker:
            settings = worker.open(root=self.scene(), samples=3)["settings"]
        self.assertEqual((3, "CPU", 0.0), tuple(settings["cycles"][name] for name in ("samples", "device", "time_limit")))
        self.assertEqual((False, "FIXED"), (settings["render"]["use_compositing"], settings["render"]["threads_mode"]))
        self.assertEqual("Raw", settings["view_settings"]["view_transform"])
        self.assertIn("use_denoising", settings["view_layers"]["ViewLayer"]["cycles"])
