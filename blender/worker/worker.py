"""The Worker: a Blender that is given frames one after another. The protocol is in ../README.md."""
import importlib
import json
import mmap
import os
import platform
import signal
import socket
import struct
import sys
import time
import traceback
import types
import zlib

PROTOCOL = 1
LIMIT = 16 << 20
HEADER = struct.Struct("<8sQ48x")


def siblings():
    """This folder's modules under a name of their own, for the experiment's file may well be called scene.py too."""
    package = types.ModuleType("rayshard")
    package.__path__ = [os.path.dirname(os.path.abspath(__file__))]
    sys.modules["rayshard"] = package
    return [importlib.import_module("rayshard." + name) for name in ("compat", "rna", "scene", "capture")]


class Messages:
    """Length-prefixed JSON over a Unix domain socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)

    def send(self, **message):
        body = json.dumps(message, sort_keys=True).encode("utf-8")
        self.socket.sendall(struct.pack("<I", len(body)) + body)

    def receive(self):
        """The next message, or None where the host has closed the socket."""
        size = self._exactly(4)
        if size is None:
            return None
        length, = struct.unpack("<I", size)
        if length > LIMIT:
            raise ValueError("a message of %d bytes" % length)
        body = self._exactly(length)
        return None if body is None else json.loads(body.decode("utf-8"))

    def _exactly(self, count):
        parts = b""
        while len(parts) < count:
            part = self.socket.recv(count - len(parts))
            if not part:
                return None
            parts += part
        return parts


class Slots:
    """The host's memory, and where in a slot each pass lies."""

    def __init__(self, asked, requests, width, height):
        with open(asked["path"], "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 0)
        self.bytes, self.width, self.height = asked["bytes"], width, height
        self.passes, at = [], HEADER.size
        for request in requests:
            self.passes.append((request, at))
            at += -(-width * height * request.channels * 4 // 64) * 64
        if at > self.bytes or asked["count"] * self.bytes > len(self.memory):
            raise scene.Refused("slots.bytes", "a frame takes %d bytes, a slot has %d" % (at, self.bytes), "reserve larger slots")

    def arrays(self, slot):
        count = self.width * self.height
        return [compat.floats(self.memory, slot * self.bytes + at, count * request.channels).reshape(count, request.channels)
                for request, at in self.passes]

    def stamp(self, slot, sequence):
        HEADER.pack_into(self.memory, slot * self.bytes, b"RAYSLOT1", sequence)

    def describe(self, slot):
        view = memoryview(self.memory)
        for request, at in self.passes:
            start = slot * self.bytes + at
            size = self.width * self.height * request.channels * 4
            yield {"name": request.name, "offset": at, "width": self.width, "height": self.height,
                   "channels": request.channels, "crc32": zlib.crc32(view[start:start + size])}


class Experiment:
    """What an `open` message asks for, ready to render frames."""

    def __init__(self, message):
        kind, render = message["capture"], message["render"]
        if kind not in capture.CAPTURES:
            raise scene.Refused("capture", "there is no capture '%s'" % kind, "take viewer, passes or exr")
        if render["denoise"] and not compat.has_denoiser():
            raise scene.Refused("render.denoise", "this Blender is built without OpenImageDenoise", "leave it out: raw frames are not denoised")
        how = capture.CAPTURES[kind]
        self.scene = scene.Scene(message["scene"], render, message["threads"], how.compositing)
        # Opening a scene starts the add-ons anew, so these come after it.
        compat.go_headless()
        layers = self.scene.layers(message["layers"], any(one["pass"] == "viewer" for one in message["passes"]))
        asked = scene.requests(message["passes"], layers, kind)
        self.capture = how(self.scene.bpy, asked, message["scratch"])
        self.paths = message["paths"]
        self._check_paths()
        self.scene.persist(self.paths)
        self.slots = Slots(message["slots"], asked, render["width"], render["height"])

    def _check_paths(self):
        for i, path in enumerate(self.paths):
            try:
                rna.walk(path)
            except LookupError as e:
                raise scene.Refused("paths[%d]" % i, e.args[0], "correct the path, or the scene")

    def frame(self, message):
        start, slot = time.perf_counter(), message["slot"]
        self.slots.stamp(slot, 0)
        self.scene.prepare(self.paths, message["set"], message["seed"], message["apply"])
        self.capture.take(self.slots.arrays(slot))
        passes = list(self.slots.describe(slot))
        self.slots.stamp(slot, message["sequence"])
        return {"sequence": message["sequence"], "slot": slot, "passes": passes, "seconds": time.perf_counter() - start}


def open_experiment(message):
    """The Experiment and the answer to `open`; None and a refusal where it can't be had."""
    try:
        opened = Experiment(message)
        return opened, dict(type="opened", settings=rna.settings(opened.scene.bpy))
    except scene.Refused as e:
        return None, dict(type="refused", field=e.field, reason=e.reason, fix=e.fix)
    except Exception as e:
        # The scene's own code, or a .blend that Blender can't read.
        traceback.print_exc()
        return None, dict(type="refused", field="scene.file", reason=one_line(e), fix="see the worker's log for the traceback")


def one_line(error):
    return " ".join(("%s: %s" % (type(error).__name__, error)).split())


def render_frame(opened, message):
    try:
        return dict(opened.frame(message), type="frame")
    except scene.Failed as e:
        kind, reason = e.kind, str(e)
    except MemoryError as e:
        kind, reason = "memory", one_line(e)
    except Exception as e:
        kind, reason = "scene", one_line(e)
    return dict(type="failed", sequence=message["sequence"], kind=kind, reason=reason, detail=traceback.format_exc())


def serve(path):
    messages = Messages(path)
    numpy = importlib.import_module("numpy")
    messages.send(type="hello", protocol=PROTOCOL, pid=os.getpid(), blender=compat.build(),
                  python=platform.python_version(), numpy=numpy.__version__)
    opened, chatter = None, compat.Chatter()
    while True:
        message = messages.receive()
        if message is None or message["type"] == "quit":
            return
        if message["type"] == "open":
            opened, answer = open_experiment(message)
        elif message["type"] == "render":
            answer = render_frame(opened, message)
        else:
            raise ValueError("a message of type %r" % message["type"])
        chatter.forget() if answer["type"] == "frame" else chatter.tell()
        messages.send(**answer)


def main():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    code = 64
    try:
        serve(sys.argv[sys.argv.index("--") + 1])
        code = 0
    except (BrokenPipeError, ConnectionResetError):
        code = 0  # the host is gone
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    # Hard: in a window Blender would go on into its event loop.
    os._exit(code)


if __name__ == "__main__":
    compat, rna, scene, capture = siblings()
    main()
