"""The Worker's two ways to the host: the socket for messages, the slots for pixels."""
import json
import mmap
import socket
import struct

from . import compat
from .scene import Refused

LIMIT = 16 << 20
HEADER = struct.Struct("<8sQ48x")


class Messages:
    """Length-prefixed JSON over a Unix domain socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)
        self.unread = b""

    def send(self, **message):
        self.send_text(json.dumps(message, sort_keys=True))

    def send_text(self, text):
        body = text.encode("utf-8")
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
        while len(self.unread) < count:
            # As much as there is: a message and its length in one call.
            part = self.socket.recv(max(count - len(self.unread), 1 << 16))
            if not part:
                return None
            self.unread += part
        head, self.unread = self.unread[:count], self.unread[count:]
        return head


class Slots:
    """The host's memory, where in a slot each pass lies, and arrays over it, made once."""

    def __init__(self, asked, requests, width, height):
        with open(asked["path"], "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 0)
        self.bytes, self.passes, at = asked["bytes"], [], HEADER.size
        for request in requests:
            self.passes.append({"name": request.name, "offset": at, "width": width, "height": height, "channels": request.channels})
            at += -(-width * height * request.channels * 4 // 64) * 64
        if at > self.bytes or asked["count"] * self.bytes > len(self.memory):
            raise Refused("slots.bytes", "a frame takes %d bytes, a slot has %d" % (at, self.bytes), "reserve larger slots")
        self.views = [[self._views(slot * self.bytes, one) for one in self.passes] for slot in range(asked["count"])]

    def _views(self, start, one):
        """A pass's pixels, and the same bytes with the padding as words to sum."""
        count = one["width"] * one["height"]
        pixels = compat.floats(self.memory, start + one["offset"], count * one["channels"]).reshape(count, one["channels"])
        return pixels, compat.words(self.memory, start + one["offset"], -(-pixels.nbytes // 64) * 8)

    def arrays(self, slot):
        return [pixels for pixels, _ in self.views[slot]]

    def sums(self, slot):
        return [int(words.sum()) for _, words in self.views[slot]]

    def stamp(self, slot, sequence):
        HEADER.pack_into(self.memory, slot * self.bytes, b"RAYSLOT1", sequence)
