"""A host in Python: starts a Blender, speaks the worker protocol, reads the slots. For tests only."""
import json
import mmap
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
BLENDER = os.path.normpath(os.path.join(HERE, os.pardir, os.pardir, "blender"))
WORKER = os.path.join(BLENDER, "worker", "worker.py")
PROBE = os.path.join(BLENDER, "probe")

# Another Blender than the machine's: the folder that the kit has made of a Debian release's packages.
ROOT = os.environ.get("RAYSHARD_ROOT")


def sandboxed(command):
    """The command as it runs in ROOT, which sees what the tests write: /tmp and /dev/shm."""
    if not ROOT:
        return command
    entries = []
    for name in sorted(os.listdir(ROOT)):
        entry = os.path.join(ROOT, name)
        entries += ["--symlink", os.readlink(entry), "/" + name] if os.path.islink(entry) else ["--ro-bind", entry, "/" + name]
    libraries = "/usr/lib/x86_64-linux-gnu/blas:/usr/lib/x86_64-linux-gnu/lapack"
    return ["bwrap", "--die-with-parent", "--tmpfs", "/"] + entries + [
        "--dev-bind", "/dev", "/dev", "--ro-bind", "/proc", "/proc", "--ro-bind-try", "/sys/devices/system", "/sys/devices/system",
        "--bind", "/tmp", "/tmp", "--tmpfs", "/run", "--ro-bind", BLENDER, BLENDER, "--setenv", "LD_LIBRARY_PATH", libraries, "--"] + command


class Display:
    """A private Xvfb."""

    def __init__(self):
        read, write = os.pipe()
        self.process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "320x240x24", "-nolisten", "tcp"],
            pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as pipe:
            self.name = ":" + pipe.readline().strip()

    def close(self):
        self.process.terminate()
        self.process.wait()


class Refusal(Exception):
    pass


class Worker:
    """One Blender; closes with the block."""

    def __init__(self, display=None):
        self.folder = tempfile.mkdtemp(prefix="rayshard-")
        self.scratch = os.path.join(self.folder, "scratch")
        os.mkdir(self.scratch)
        path = os.path.join(self.folder, "socket")
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(path)
        listener.listen(1)
        listener.settimeout(60)
        self.log = open(os.path.join(self.folder, "log"), "w+b")
        command = ["blender"] + ([] if display else ["--background"]) + [
            "--factory-startup", "--disable-autoexec", "-noaudio", "--python-exit-code", "64", "--python", WORKER, "--", path]
        env = dict(os.environ, DISPLAY=display.name) if display else {k: v for k, v in os.environ.items() if k != "DISPLAY"}
        self.process = subprocess.Popen(sandboxed(command), stdout=self.log, stderr=self.log, env=env)
        self.socket, _ = listener.accept()
        self.socket.settimeout(120)
        listener.close()
        self.hello = self.receive()
        self.sequence, self.memory = 0, None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.socket.close()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        if self.memory:
            os.remove(self.slots["path"])
        shutil.rmtree(self.folder)

    def text(self):
        self.log.seek(0)
        return self.log.read().decode("utf-8", "replace")

    def send(self, **message):
        body = json.dumps(message).encode("utf-8")
        self.socket.sendall(struct.pack("<I", len(body)) + body)

    def receive(self):
        length, = struct.unpack("<I", self._exactly(4))
        return json.loads(self._exactly(length).decode("utf-8"))

    def _exactly(self, count):
        body = b""
        while len(body) < count:
            part = self.socket.recv(count - len(body))
            if not part:
                raise EOFError("the worker is gone: " + self.text()[-2000:])
            body += part
        return body

    def reserve(self, size, count=2):
        if self.memory:
            os.remove(self.slots["path"])
        path = "/dev/shm/rayshard-test-%d-%d" % (os.getpid(), self.process.pid)
        size = -(-size // 4096) * 4096
        with open(path, "w+b") as file:
            file.truncate(size * count)
            self.memory = mmap.mmap(file.fileno(), size * count)
        self.slots = {"path": path, "count": count, "bytes": size}

    def open(self, root=PROBE, file="scene.py", files=None, passes=("combined",), layers=(), capture="passes", paths=(), threads=1, **render):
        settings = dict(width=8, height=8, samples=4, adaptive_threshold=0, denoise=False, transparent=None)
        settings.update(render)
        asked = [dict(one) if isinstance(one, dict) else {"pass": one} for one in passes]
        for one in asked:
            for key, value in (("name", one["pass"]), ("layer", None), ("channels", None)):
                one.setdefault(key, value)
        self.reserve(64 + len(asked) * (settings["width"] * settings["height"] * 16 + 64))
        self.send(type="open", scene={"root": root, "file": file, "files": files or [file]}, render=settings, layers=list(layers),
                  passes=asked, capture=capture, paths=list(paths), threads=threads, slots=self.slots, scratch=self.scratch)
        answer = self.receive()
        if answer["type"] == "refused":
            raise Refusal(answer)
        assert answer["type"] == "opened", answer
        self.passes = answer["passes"]
        return answer

    def ask(self, slot=0, seed=0, values=(), apply=None):
        self.sequence += 1
        self.send(type="render", frames=[dict(sequence=self.sequence, slot=slot, seed=seed, set=list(values), apply=apply or {})])

    def frame(self, **asked):
        """Render; the answer and the pixels of each pass."""
        self.ask(**asked)
        answer = self.receive()
        return answer, self.pixels(answer) if answer["type"] == "frame" else None

    def pixels(self, answer):
        start = answer["slot"] * self.slots["bytes"]
        assert self.memory[start:start + 16] == b"RAYSLOT1" + struct.pack("<Q", answer["sequence"])
        found = {}
        for one, total in zip(self.passes, answer["sums"]):
            assert one["offset"] % 64 == 0
            at, shape = start + one["offset"], (one["height"], one["width"], one["channels"])
            size = 4 * shape[0] * shape[1] * shape[2]
            body = self.memory[at:at + size]
            assert int(numpy.frombuffer(self.memory, "<u8", -(-size // 64) * 8, at).sum()) == total
            found[one["name"]] = numpy.frombuffer(body, "<f4").reshape(shape)
        return found

    def speed(self, frames, values):
        """Frames a second with one frame asked ahead, as the host does it."""
        start = time.perf_counter()
        self.ask(slot=0, values=values(0))
        for i in range(1, frames + 1):
            if i < frames:
                self.ask(slot=i % 2, values=values(i))
            answer = self.receive()
            assert answer["type"] == "frame", answer
        return frames / (time.perf_counter() - start)


def path(text):
    """Steps of a data path; in tests only, so without escapes."""
    steps = []
    for part in text.replace("[", ".[").split("."):
        if part.startswith('["'):
            steps.append({"key": part[2:-2]})
        elif part.startswith("["):
            steps.append({"index": int(part[1:-1])})
        elif part:
            steps.append({"attribute": part})
    return steps
