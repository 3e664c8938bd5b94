"""Opens a bundle with one reader and holds what it gives against the bundle's own rayshard.py: check.py READER BUNDLE."""
import glob
import os
import sys

reader, bundle = sys.argv[1:]
sys.path.insert(0, bundle)
from rayshard import Frames  # noqa: E402

frames = Frames(bundle)
shards = sorted(glob.glob(os.path.join(bundle, "shards", "*.tar")))
last = frames[len(frames) - 1]


def same(samples, field=lambda sample, name: sample[name + ".npy"]):
    """As many samples as frames, and the last of them is the last frame, record and pixels."""
    import numpy
    samples = list(samples)
    assert len(samples) == len(frames), (len(samples), len(frames))
    record = samples[-1].get("json", samples[-1].get(".json"))
    assert record["frame"] == frames.record(len(frames) - 1)["frame"], record
    for name, array in last["passes"].items():
        numpy.testing.assert_array_equal(numpy.asarray(field(samples[-1], name), "<f4"), array)


def webdataset():
    import webdataset
    same(webdataset.WebDataset(shards, shardshuffle=False).decode())


def wids():
    sys.path.insert(0, os.environ["WIDS"])
    import wids
    os.chdir(os.path.join(bundle, "shards"))
    dataset = wids.ShardListDataset(glob.glob("*.wids.json")[0])
    same([dataset[i] for i in range(len(dataset))], lambda sample, name: sample["." + name + ".npy"])


def hugging_face(streaming=False):
    import datasets
    same(datasets.load_dataset("webdataset", data_files=shards, split="train", streaming=streaming))


def hugging_face_streaming():
    hugging_face(streaming=True)


def pandas():
    import numpy
    import pandas
    row = pandas.read_parquet(os.path.join(bundle, "blobs.parquet")).iloc[-1]
    array = numpy.memmap(os.path.join(bundle, "shards", row.shard), row["dtype"], "r", row.data_offset, (row.height, row.width, len(row.channels.split(","))))
    numpy.testing.assert_array_equal(array, last["passes"][row["pass"]])


def duckdb():
    import duckdb
    names = [name for name, value in last["parameters"].items() if isinstance(value, (int, float))]
    chosen = duckdb.sql("SELECT frame, count(*) FROM '%s/frames.parquet' JOIN '%s/blobs.parquet' USING (frame) WHERE %s GROUP BY frame"
                        % (bundle, bundle, " AND ".join('"%s" = %r' % (name, last["parameters"][name]) for name in names) or "true")).fetchall()
    assert (frames.record(len(frames) - 1)["frame"], len(last["passes"])) in chosen, chosen


def mlcroissant():
    import mlcroissant
    dataset = mlcroissant.Dataset(jsonld=os.path.join(bundle, "croissant.json"))
    assert not dataset.metadata.ctx.issues.errors
    rows = list(dataset.records("frames"))
    assert len(rows) == len(frames)
    assert rows[-1]["frames/frame"].decode() == frames.record(len(frames) - 1)["frame"], rows[-1]


def torch():
    import torch
    numeric = torch.utils.data.DataLoader(frames, batch_size=2, num_workers=2)
    batches = list(numeric)
    assert sum(len(batch["index"]) for batch in batches) == len(frames)
    for name, array in last["passes"].items():
        assert torch.equal(batches[-1]["passes"][name][-1], torch.from_numpy(array))


def grain():
    import grain
    import numpy
    found = list(grain.MapDataset.source(frames))
    assert len(found) == len(frames)
    numpy.testing.assert_equal(found[-1], last)


globals()[reader]()
print("%s: %d frames" % (reader, len(frames)))
