"""What the Worker promises, on the Blender of this machine: /usr/bin/python3 tests/worker/test_worker.py [-v] [case]"""
import unittest

from captures import Captures
from frames import Frames
from life import Life
from properties import Properties
from refusals import Refusals
from viewer import OwnViewer

if __name__ == "__main__":
    unittest.main(warnings="ignore")
