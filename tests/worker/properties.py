"""The properties that the build checks paths by."""
import json
import os
import subprocess

from case import WorkerTest
from driver import BLENDER, sandboxed


class Properties(WorkerTest):
    def test_checked_in_are_those_of_this_blender(self):
        made = os.path.join(self.root, "rna.json")
        command = ["blender", "--background", "--factory-startup", "-noaudio", "--python-exit-code", "1", "--python", os.path.join(BLENDER, "worker", "rna.py"), "--", made]
        subprocess.run(sandboxed(command), check=True, stdout=subprocess.DEVNULL, env={"PATH": "/usr/bin:/bin", "HOME": self.root, "LANG": "C.UTF-8"})
        with open(made) as file:
            text = file.read()
        with open(os.path.join(BLENDER, "rna", json.loads(text)["blender"] + ".json")) as file:
            self.assertTrue(text == file.read(), "make rna/ anew by worker/rna.py")
