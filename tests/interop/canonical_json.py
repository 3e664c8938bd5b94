"""Checks that canonical JSON is what Python's json.dumps writes.  canonical_json.py FILE

Lines "d <16 hex digits of the double> <text>" and "j <text>".
"""
import json
import struct
import sys

numbers = values = 0
with open(sys.argv[1], encoding="utf-8", newline="\n") as lines:
    for line in lines:
        line = line[:-1]
        if line[0] == "d":
            bits, text = line[2:18], line[19:]
            value = struct.unpack(">d", bytes.fromhex(bits))[0]
            assert json.dumps(value) == text, (bits, json.dumps(value), text)
            numbers += 1
        else:
            again = json.dumps(json.loads(line[2:]), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            assert again == line[2:], (again, line[2:])
            values += 1
print(numbers, values)
