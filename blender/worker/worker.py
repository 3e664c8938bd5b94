"""The Worker: a Blender that is given frames one after another. The protocol is in ../README.md."""
import importlib
import json
import os
import platform
import signal
import sys
import time
import traceback
import types

PROTOCOL = 2


def siblings():
    """This folder's modules under a name of their own, for the experiment's file may well be called scene.py too."""
    package = types.ModuleType("rayshard")
    package.__path__ = [os.path.dirname(os.path.abspath(__file__))]
    sys.modules["rayshard"] = package
    return [importlib.import_module("rayshard." + name) for name in ("asked", "capture", "compat", "rna", "scene", "wire")]


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
        requests = asked.requests(message["passes"], layers, kind)
        self.capture = how(self.scene.bpy, requests, message["scratch"])
        self._check_paths(message["paths"])
        self.scene.follow(message["paths"])
        self.slots = wire.Slots(message["slots"], requests, render["width"], render["height"])

    def _check_paths(self, paths):
        for i, path in enumerate(paths):
            try:
                rna.walk(path)
            except LookupError as e:
                raise scene.Refused("paths[%d]" % i, e.args[0], "correct the path, or the scene")

    def frame(self, message):
        """Render a frame into its slot; the answer."""
        start, slot = time.perf_counter(), message["slot"]
        self.slots.stamp(slot, 0)
        self.scene.prepare(message["set"], message["seed"], message["apply"])
        self.capture.take(self.slots.arrays(slot))
        sums = self.slots.sums(slot)
        self.slots.stamp(slot, message["sequence"])
        return '{"type":"frame","sequence":%d,"slot":%d,"sums":%s,"seconds":%r}' % (message["sequence"], slot, sums, time.perf_counter() - start)


def open_experiment(message):
    """The Experiment and the answer to `open`; None and a refusal where it can't be had."""
    try:
        opened = Experiment(message)
        return opened, dict(type="opened", settings=rna.settings(opened.scene.bpy), passes=opened.slots.passes, engine=opened.scene.engine)
    except scene.Refused as e:
        return None, dict(type="refused", field=e.field, reason=e.reason, fix=e.fix)
    except Exception as e:
        # The scene's own code, or a .blend that Blender can't read.
        traceback.print_exc()
        return None, dict(type="refused", field="scene.file", reason=one_line(e), fix="see the worker's log for the traceback")


def one_line(error):
    return " ".join(("%s: %s" % (type(error).__name__, error)).split())


def render_frame(opened, message):
    """The answer to a frame, as text, and whether it is one that failed."""
    try:
        return opened.frame(message), False
    except scene.Failed as e:
        kind, reason = e.kind, str(e)
    except MemoryError as e:
        kind, reason = "memory", one_line(e)
    except Exception as e:
        kind, reason = "scene", one_line(e)
    return json.dumps(dict(type="failed", sequence=message["sequence"], kind=kind, reason=reason, detail=traceback.format_exc())), True


def serve(path):
    messages = wire.Messages(path)
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
            chatter.tell()
            messages.send(**answer)
        elif message["type"] == "render":
            for frame in message["frames"]:
                answer, failed = render_frame(opened, frame)
                chatter.tell() if failed else chatter.forget()
                messages.send_text(answer)
        else:
            raise ValueError("a message of type %r" % message["type"])


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
    asked, capture, compat, rna, scene, wire = siblings()
    main()
