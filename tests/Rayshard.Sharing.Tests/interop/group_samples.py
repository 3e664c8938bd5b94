"""Groups a bundle's shards into samples by the rules of WebDataset and of Hugging Face, written down here anew from their sources, and holds what
comes against the index and the records: group_samples.py BUNDLE.

webdataset 1.0.2: src/webdataset/tariterators.py (tar_file_iterator, base_plus_ext, group_by_keys).
datasets 5.0.1: src/datasets/utils/file_utils.py (_iter_tar), src/datasets/packaged_modules/webdataset/webdataset.py."""
import glob
import hashlib
import io
import json
import os
import re
import sys
import tarfile

import numpy


def webdataset(path):
    """Links and what is called like __this__ are passed over; the field is lower case; the same field twice is an error."""
    sample = None
    with tarfile.open(path, mode="r|*") as tar:
        for member in tar:
            if not member.isreg() or re.match("__[^/]*__($|/)", member.name):
                continue
            key, field = split(member.name)
            if key is None:
                continue
            if sample is None or sample["__key__"] != key:
                if sample is not None:
                    yield sample
                sample = {"__key__": key}
            if field.lower() in sample:
                raise ValueError(field + " twice in " + key)
            sample[field.lower()] = tar.extractfile(member).read()
    yield sample


def hugging_face(path):
    """Links and hidden files are passed over; a field is what its last ending says, and a compressed one would be unpacked."""
    sample = None
    with tarfile.open(path, mode="r|*") as tar:
        for member in tar:
            if not member.isreg() or os.path.basename(member.name).startswith((".", "__")):
                continue
            key, field = split(member.name)
            if key is None:
                continue
            if sample is not None and sample["__key__"] != key:
                yield sample
                sample = None
            sample = sample or {"__key__": key}
            assert field.split(".")[-1] not in ("gz", "bz2", "lz4", "xz", "zst", "zip")
            sample[field] = tar.extractfile(member).read()
    yield sample


def split(name):
    match = re.match(r"^((?:.*/|)[^.]+)[.]([^/]*)$", name)
    return match.groups() if match else (None, None)


def kind(value):
    """What Arrow makes of a JSON value: of the first five samples a schema is made, which all others must fit."""
    if isinstance(value, dict):
        return {name: kind(entry) for name, entry in value.items()}
    if isinstance(value, list):
        kinds = [kind(entry) for entry in value]
        assert all(entry == kinds[0] for entry in kinds), value
        return [kinds[0]]
    return type(value).__name__


bundle = sys.argv[1]
index = numpy.load(os.path.join(bundle, "index.npy"))
names, kinds, counts = [], [], []
for rule in webdataset, hugging_face:
    found = []
    for number, path in enumerate(sorted(glob.glob(os.path.join(bundle, "shards", "*.tar")))):
        for sample in rule(path):
            found.append((number, sample["__key__"]))
            names.append([name for name in sample if name != "__key__"])
            record = json.loads(sample["json"])
            kinds.append(kind(record))
            assert hashlib.sha256(sample["json"]).hexdigest() == sample["__key__"]
            assert [entry["name"] + ".npy" for entry in record["passes"]] == [name for name in names[-1] if name != "json"]
            for entry in record["passes"]:
                blob = sample[entry["name"] + ".npy"]
                array = numpy.load(io.BytesIO(blob))
                assert hashlib.sha256(blob).hexdigest() == entry["address"]
                assert array.dtype == numpy.float32 and list(array.shape) == entry["shape"] and array.flags.c_contiguous
    assert found == [(row["shard"], row["record"].tobytes().hex()) for row in index], rule.__name__
    counts.append(len(found))

assert all(name == names[0] for name in names)
assert all(entry == kinds[0] for entry in kinds)
print("%d and %d samples of %s" % (*counts, " ".join(names[0])))
