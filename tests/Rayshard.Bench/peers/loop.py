"""What the peers that render have in common: the scene, the settings, the clock. Arguments after --: scene
file, frames to warm up, frames, folder, width, height, samples, and the way that a peer with several takes."""
import importlib.util
import json
import math
import os
import sys
import time

import bpy

SCENE, WARM, FRAMES, FOLDER, WIDTH, HEIGHT, SAMPLES, WAY = sys.argv[sys.argv.index("--") + 1:]


def prepare():
    # Blender prints hundreds of bytes a frame; into a pipe they cost a quarter of the frames.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    spec = importlib.util.spec_from_file_location("bench_scene", SCENE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.build()
    scene = bpy.context.scene
    scene.render.engine, scene.cycles.device = "CYCLES", "CPU"
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = int(WIDTH), int(HEIGHT), 100
    scene.cycles.samples, scene.cycles.use_adaptive_sampling, scene.cycles.use_denoising = int(SAMPLES), False, False
    return scene


def peak():
    """In 10^6 bytes. Not by getrusage, which remembers the process that this one was forked from."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1.024e-3 for line in file if line.startswith("VmHWM"))


def run(render, clean=lambda: None):
    """Warm up, say so, wait for the other process, tell when the frames were begun and done, and clean up."""
    cube, warm, frames = bpy.data.objects["Cube"], int(WARM), int(FRAMES)

    def some(first, count):
        for i in range(first, first + count):
            cube.rotation_euler[2] = 2 * math.pi * i / frames
            render(i)
    some(0, warm)
    print("BENCH ready", file=sys.stderr, flush=True)
    sys.stdin.readline()
    begun, cpu = time.monotonic(), time.process_time()
    some(warm, frames)
    print("BENCH " + json.dumps({"begun": begun, "done": time.monotonic(), "cpu": time.process_time() - cpu, "peak_mb": peak()}), file=sys.stderr, flush=True)
    clean()
    os._exit(0)
