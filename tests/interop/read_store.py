"""Reads an experiment's folder as its users do, with tarfile, NumPy and hashlib alone.  read_store.py FOLDER

FOLDER/blobs.jsonl has the rows of blobs.parquet. Prints one JSON object of counts.
"""
import hashlib
import io
import json
import os
import re
import sys
import tarfile

import numpy

# The rule by which both WebDataset (webdataset/tariterators.py, base_plus_ext) and Hugging Face datasets
# (packaged_modules/webdataset/webdataset.py) split a name into the sample's key and the field.
KEY_AND_FIELD = re.compile(r"^((?:.*/|)[^.]+)[.]([^/]*)$")


def webdataset(tar):
    """WebDataset's view: a streamed tar, regular files only, __names__ passed over, neighbours of one key are a sample."""
    samples = []
    for member in tar:
        name = member.name
        if not member.isreg() or re.match(r"__[^/]*__($|/)", name):
            continue
        if "/" not in name and name.startswith("__") and name.endswith("__"):
            continue
        match = KEY_AND_FIELD.match(name)
        if match is None:
            continue
        key, field = match.group(1), match.group(2).lower()
        if not samples or samples[-1]["__key__"] != key:
            samples.append({"__key__": key})
        assert field not in samples[-1], "a field came twice: " + name
        samples[-1][field] = member.size
    return samples


def hugging_face(tar):
    """Hugging Face's view: no rule for __names__, so only a name without an extension is passed over; fields as they are."""
    samples = []
    for member in tar:
        match = KEY_AND_FIELD.match(member.name) if member.isreg() else None
        if match is None:
            continue
        if not samples or samples[-1]["__key__"] != match.group(1):
            samples.append({"__key__": match.group(1)})
        samples[-1][match.group(2)] = member.size
    return samples


folder = sys.argv[1]
rows = {}
with open(os.path.join(folder, "blobs.jsonl"), encoding="utf-8") as lines:
    for row in map(json.loads, lines):
        rows[row["shard"], row["record"] + "." + row["pass"] + ".npy"] = row

counts = {"shards": 0, "frames": 0, "blobs": 0, "webdataset": 0, "hugging_face": 0, "memmap": 0}
fields = set()
for shard in sorted(name for name in os.listdir(folder) if name.endswith(".tar")):
    path = os.path.join(folder, shard)
    counts["shards"] += 1
    with tarfile.open(path, "r:") as tar:
        members = tar.getmembers()
        assert members[-1].name == "__manifest__"
        manifest = [json.loads(line) for line in tar.extractfile(members[-1]).read().decode("utf-8").splitlines()]
        head, entries, foot = manifest[0], manifest[1:-1], manifest[-1]
        assert foot["entries"] == len(entries) == len(members) - 1
        assert [member.name for member in members[:-1]] == [entry["name"] for entry in entries]
        assert head["held"] == sum(1 for entry in entries if "frame" in entry)
        for member, entry in zip(members, entries):
            assert (member.offset_data, member.size) == (entry["offset"], entry["length"])
            assert member.isreg() and member.mtime == 0 and member.uid == 0 and member.mode == 0o444
            data = tar.extractfile(member).read()
            assert hashlib.sha256(data).hexdigest() == entry["sha256"]
            if member.name.endswith(".json"):
                record = json.loads(data)
                canonical = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
                assert canonical.encode("utf-8") == data and hashlib.sha256(data).hexdigest() + ".json" == member.name
                counts["frames"] += 1
                continue
            described = next(p for p in record["passes"] if member.name.endswith("." + p["name"] + ".npy"))
            array = numpy.load(io.BytesIO(data), allow_pickle=False)
            assert described["address"] == entry["sha256"]
            assert list(array.shape) == described["shape"] == entry["shape"] and array.dtype.str == described["dtype"]
            row = rows.pop((shard, member.name))
            shape = (row["height"], row["width"], len(row["channels"].split(",")))
            assert row["address"] == entry["sha256"] and row["offset"] == entry["offset"] and row["length"] == entry["length"]
            mapped = numpy.memmap(path, row["dtype"], "r", row["data_offset"], shape)
            assert mapped.tobytes() == array.tobytes() and row["data_offset"] % 64 == 0
            counts["memmap"] += 1
            counts["blobs"] += 1
    with tarfile.open(path, "r|*") as tar:
        seen = webdataset(tar)
    with tarfile.open(path, "r|*") as tar:
        assert seen == hugging_face(tar)
    counts["webdataset"] += len(seen)
    counts["hugging_face"] += len(seen)
    fields.update(tuple(sample) for sample in seen)
    assert "__manifest__" not in (sample["__key__"] for sample in seen)

assert not rows, "blobs.parquet has rows that no shard has"
assert len(fields) == 1, "the samples' fields differ"
counts["fields"] = list(fields.pop())
print(json.dumps(counts))
