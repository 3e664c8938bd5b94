"""What the Worker's tests share: a small scene, and what a Worker must answer."""
import os
import shutil
import tempfile
import textwrap
import unittest

from driver import Refusal, path

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
