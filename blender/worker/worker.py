"""A Worker's message loop: open a scene, render frames into slots, answer. See ../README.md for the protocol.

    blender ... --python worker.py -- <socket path>
"""
import json
import mmap
import os
import signal
import socket
import struct
import sys
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import capture  # noqa: E402
import compat  # noqa: E402
import scene as scenes  # noqa: E402

PROTOCOL = 1
MAX_MESSAGE = 16 << 20
MAGIC = b"RAYSLOT1"


class Channel:
    """Length-prefixed JSON over the host's socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)

    def send(self, **message):
        data = json.dumps(message, separators=(",", ":")).encode("utf-8")
        self.socket.sendall(struct.pack("<I", len(data)) + data)

    def receive(self):
        """The next message, or None when the host is gone."""
        head = self.exactly(4)
        if head is None:
            return None
        length, = struct.unpack("<I", head)
        if length > MAX_MESSAGE:
            raise ValueError("a message of %d bytes" % length)
        data = self.exactly(length)
        return None if data is None else json.loads(data.decode("utf-8"))

    def exactly(self, count):
        data = bytearray()
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                return None
            data += part
        return bytes(data)


class Slots:
    """The shared memory that pixels go back in."""

    def __init__(self, path, count, bytes):
        self.size = bytes
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), count * bytes)

    def begin(self, slot):
        self.memory[slot * self.size:slot * self.size + 64] = MAGIC + bytes(56)

    def commit(self, slot, sequence):
        struct.pack_into("<Q", self.memory, slot * self.size + 8, sequence)


class Worker:
    def __init__(self, channel):
        self.channel = channel
        self.scene = self.slots = self.capture = None

    def hello(self):
        python, numpy = compat.python_facts()
        self.channel.send(type="hello", protocol=PROTOCOL, pid=os.getpid(), blender=compat.facts(), python=python, numpy=numpy)

    def open(self, message):
        try:
            self.slots = Slots(**message["slots"])
            self.scene = scenes.LoadedScene(message)
            self.capture = capture.of(message, self.scene.scene)
            self.channel.send(type="opened", settings=self.scene.settings())
        except scenes.Refused as refused:
            self.channel.send(type="refused", field=refused.field, reason=refused.reason, fix=refused.fix)

    def render(self, message):
        sequence, slot = message["sequence"], message["slot"]
        start = time.monotonic()
        try:
            self.slots.begin(slot)
            self.scene.set(message["set"], message["apply"], message["seed"])
            passes = self.capture.render(self.slots, slot)
            self.slots.commit(slot, sequence)
            self.channel.send(type="frame", sequence=sequence, slot=slot, passes=passes, seconds=time.monotonic() - start)
        except MemoryError:
            self.fail(sequence, "memory", "out of memory")
        except scenes.SceneError as error:
            self.fail(sequence, "scene", str(error))
        except capture.GuardError as error:
            self.fail(sequence, "guard", str(error))
        except RuntimeError as error:
            self.fail(sequence, "render", str(error).strip().splitlines()[-1] if str(error).strip() else "the render failed")

    def fail(self, sequence, kind, reason):
        self.channel.send(type="failed", sequence=sequence, kind=kind, reason=" ".join(reason.split()), detail=traceback.format_exc())

    def run(self):
        self.hello()
        while True:
            message = self.channel.receive()
            if message is None or message["type"] == "quit":
                return
            {"open": self.open, "render": self.render}[message["type"]](message)


def main():
    # The terminal's Ctrl-C is the host's to answer.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    code = 0
    try:
        Worker(Channel(sys.argv[sys.argv.index("--") + 1])).run()
    except (BrokenPipeError, ConnectionResetError):
        pass
    except BaseException:
        traceback.print_exc()
        code = 64
    sys.stdout.flush()
    sys.stderr.flush()
    # Hard: in a window Blender would go on into its event loop, and its own clean-up can crash after good work.
    os._exit(code)


main()
