"""Compares a bundle's .idx files with what going through the tars gives, as DALI's wds2idx does, and the wids list with the files: check_indexes.py BUNDLE."""
import glob
import json
import os
import sys
import tarfile

bundle = sys.argv[1]
tars = sorted(glob.glob(os.path.join(bundle, "shards", "*.tar")))
counts = []
for path in tars:
    samples = {}
    with tarfile.open(path) as tar:
        for member in tar:
            key, dot, extension = member.name.partition(".")
            if dot:
                samples.setdefault(key, []).append("%s %d %d %s" % (extension, member.offset_data, member.size, member.name))
    with open(path[:-4] + ".idx", encoding="ascii") as file:
        assert file.read() == "v1.2 %d\n" % len(samples) + "".join(" ".join(parts) + "\n" for parts in samples.values()), path
    counts.append(len(samples))

with open(glob.glob(os.path.join(bundle, "shards", "*.wids.json"))[0], encoding="utf-8") as file:
    wids = json.load(file)
assert (wids["__kind__"], wids["wids_version"]) == ("wids-shard-index-v1", 1)
assert [(shard["url"], shard["nsamples"], shard["filesize"]) for shard in wids["shardlist"]] == [(os.path.basename(path), count, os.path.getsize(path)) for path, count in zip(tars, counts)]
print(len(tars), "shards as they should be")
