"""A frame shows its parameters and nothing of the frames before it."""
import os

from case import ENERGY, TURN, WorkerTest
from driver import Worker, path


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
            if int(worker.hello["blender"]["version"].split(".")[0]) >= 4:
                del changes['lights["Key"].cycles.cast_shadow']  # gone
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
