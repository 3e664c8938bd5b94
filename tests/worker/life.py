"""How a Worker ends."""
import signal
import time

from case import WorkerTest
from driver import Display, Worker


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

    def test_tells_what_was_said_in_a_frame_that_fails_and_of_no_other(self):
        root = self.scene('''
            import ctypes
            def apply(parameters):
                ctypes.CDLL(None).puts(b"C says %d" % parameters["n"] + b"." * 9999 * (parameters["n"] == 3))
                print("Python says", parameters["n"])
                if parameters["n"] == 3:
                    bpy.ops.render.render()
                    raise ValueError("no")
        ''')
        with Worker() as worker:
            worker.open(root=root)
            for n in (1, 2):
                self.assert_frame(worker, apply={"n": n})
            self.assertNotIn("Fra:", worker.text())
            with open("/proc/%d/fd/1" % worker.hello["pid"]) as written:
                self.assertNotIn("Fra:", written.read(), "a system call for each word")
            self.assert_failed(worker, "scene", "no", apply={"n": 3})
            for said in ("C says 3", "Python says 3"):
                self.assertIn(said, worker.text())
            # 5.2 keeps its progress to itself.
            self.assertEqual(worker.hello["blender"]["version"] < "5", "Fra:1" in worker.text())
            self.assertNotIn("says 2", worker.text())
            self.assert_frame(worker, apply={"n": 4})
            self.assertNotIn("says 4", worker.text())
