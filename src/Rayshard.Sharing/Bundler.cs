using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;
using Rayshard.Sharing.Metadata;
using Rayshard.Storage;

namespace Rayshard.Sharing;

/// <summary>Makes a bundle of what a store holds of an experiment. The shards are the store's own bytes; all else is generated from one model.</summary>
public sealed class Bundler
{
    private readonly BundleRequest _request;
    private readonly About _about;

    /// <summary>Prepares it.</summary>
    /// <exception cref="RayshardException">The experiment does not say whose it is and what others may do with it (<see cref="ExitCode.AskedWrongly"/>).</exception>
    public Bundler(BundleRequest request)
    {
        _request = request;
        _about = request.Experiment.About ?? new();
        List<string> missing = [];
        Want(_about.License.Length > 0, "license");
        Want(_about.Authors.Count > 0, "authors");
        Want(_about.Published.Length > 0, "published");
        if (missing.Count > 0)
        {
            throw new RayshardException(ExitCode.AskedWrongly, $"{request.Experiment.Name}: about.{string.Join(", about.", missing)}: not said, and a bundle must: "
                + "write into the experiment like About = new() { License = \"CC-BY-4.0\", Authors = [new(\"Ada Lovelace\")], Published = \"2026-11-25\" }");
        }

        void Want(bool holds, string field)
        {
            if (!holds)
            {
                missing.Add(field);
            }
        }
    }

    /// <summary>Writes the bundle, or finds that it is there already. The store is only read; every byte that goes into the bundle is verified before.</summary>
    /// <exception cref="RayshardException">The store holds no frame of it, or damaged ones (<see cref="ExitCode.NotSo"/>); a file can't be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the same call starts again.</exception>
    public async Task<Bundle> WriteAsync(string output, CancellationToken cancellation)
    {
        var stored = Stored();
        var folder = BundleFolder.Create(output, head => head.Manifest.Experiment == _request.Experiment.Name);
        var source = _request.Selection.IsAll ? stored : Selected(stored, folder, cancellation);
        Verify(source, cancellation);
        var shards = Shards(folder, source, cancellation);
        var placed = StoredExperiment.In(Path.Combine(folder.Path, BundleNames.ShardFolder.TrimEnd('/')), source.Experiment, source.Plan);
        var (records, files) = Index(folder, placed, shards);
        await placed.WriteIndexAsync(folder.Path, cancellation).ConfigureAwait(false);
        files.AddRange(new[] { BundleNames.Frames, BundleNames.Blobs }.Select(name => folder.Describe(name)));
        files.AddRange(Carried(folder, source.Experiment));
        var content = new BundleContent
        {
            Experiment = source.Experiment,
            Plan = source.Plan,
            About = _about,
            Toolchain = source.Experiment.Pin ?? new(),
            Passes = BundlePass.Of(source.Experiment, ShardLayout.Of(source.Experiment, source.Plan, 0).Passes),
            Shards = shards,
            Records = records,
            FrameColumns = placed.FrameColumns,
            Selection = _request.Selection.Words,
        };
        files.Add(folder.Write($"{BundleNames.ShardFolder}{content.Name}.wids.json", Json.Bytes(WidsIndex.Of(content))));
        files.Add(folder.Write(DatasetCard.FileName, DatasetCard.Of(content)));
        var described = files.Concat(shards.Select(shard => shard.File)).OrderBy(file => file.Name, StringComparer.Ordinal).ToList();
        files.Add(folder.Write(Croissant.FileName, Json.Bytes(Croissant.Of(content, described))));
        files.Add(folder.Write(RoCrate.FileName, Json.Bytes(RoCrate.Of(content, described))));
        var manifest = new BundleManifest
        {
            Experiment = content.Name,
            ShardSet = source.Plan.ShardSet,
            Planned = source.Plan.Count,
            Frames = content.Frames,
            Records = records,
            License = _about.License,
            Selection = content.Selection,
            Files = [.. files.Concat(shards.Select(shard => shard.File)).OrderBy(file => file.Name, StringComparer.Ordinal)],
        };
        return folder.Commit(BundleHead.Parse(manifest.ToBytes(), Evidence(folder, content, manifest).ToBytes()));
    }

    // What can be refused is refused before a folder is made.
    private StoredExperiment Stored()
    {
        var stored = StoredExperiment.At(_request.StoreFolder, _request.Experiment, new(_request.Experiment));
        _request.Selection.Of(stored.Experiment);
        _request.Selection.Test(stored.Experiment, stored.Plan);
        return stored.Sealed().Count > 0 ? stored : throw new RayshardException(ExitCode.NotFound, $"'{_request.StoreFolder}' holds no shard of experiment '{_request.Experiment.Name}' as it is now: render it first (dotnet cake --target=Render --experiment={_request.Experiment.Name}), or name its store by --store");
    }

    private StoredExperiment Selected(StoredExperiment stored, BundleFolder folder, CancellationToken cancellation)
    {
        var scratch = Path.Combine(folder.Partial, "store");
        if (Directory.Exists(scratch))
        {
            Directory.Delete(scratch, recursive: true);
        }

        var selected = SelectedShards.Pack(stored, _request.Selection, scratch, cancellation);
        return selected.Sealed().Count > 0 ? selected : throw new RayshardException(ExitCode.NotFound, $"no stored frame of '{_request.Experiment.Name}' is chosen by {string.Join(" ", _request.Selection.Words!.Select(part => $"--{part.Key}={part.Value}"))}");
    }

    private static void Verify(StoredExperiment source, CancellationToken cancellation)
    {
        if (Verifier.Shards(source, indexFolder: null, cancellation).FirstOrDefault() is { } fault)
        {
            throw new RayshardException(ExitCode.NotSo, $"{source.Folder}: {fault}; nothing was bundled (dotnet cake --target=Verify shows all faults)");
        }
    }

    private static List<BundleShard> Shards(BundleFolder folder, StoredExperiment source, CancellationToken cancellation)
    {
        try
        {
            return [.. source.Sealed().AsParallel().AsOrdered().WithCancellation(cancellation).Select(number =>
            {
                var path = source.ShardPath(number);
                using var shard = ShardReader.Open(path);
                var name = BundleNames.ShardFolder + Path.GetFileName(path);
                folder.Link(path, name);
                return new BundleShard(folder.Describe(name), number, shard.Frames.Count);
            })];
        }
        catch (AggregateException e)
        {
            // A full disk fails several at once: one says it all.
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
            throw;
        }
    }

    private static (Digest Records, List<BundleFile> Files) Index(BundleFolder folder, StoredExperiment placed, List<BundleShard> shards)
    {
        var files = new List<BundleFile>();
        using var records = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        files.Add(folder.Write(BundleNames.Index, stream =>
        {
            var index = new FrameIndex(stream, placed.Experiment, placed.Plan, shards.Sum(shard => (long)shard.Frames));
            foreach (var number in shards.Select(shard => shard.Number))
            {
                using var shard = ShardReader.Open(placed.ShardPath(number));
                foreach (var entry in shard.Frames)
                {
                    index.Add(number, entry);
                    records.AppendData(Encoding.ASCII.GetBytes($"{entry.Record}\n"));
                }
            }
        }));
        foreach (var number in shards.Select(shard => shard.Number))
        {
            using var shard = ShardReader.Open(placed.ShardPath(number));
            files.Add(folder.Write(BundleNames.ShardFolder + Path.ChangeExtension(shard.Shard.Name, ".idx"), stream => DaliIndex.Write(stream, shard)));
        }

        return (Digest.FromBytes(records.GetHashAndReset()), files);
    }

    // What it takes to render again, and the reader.
    private IEnumerable<BundleFile> Carried(BundleFolder folder, Experiment experiment)
    {
        yield return folder.Write(BundleNames.Experiment, ExperimentFile.Write(experiment));
        foreach (var (file, digest) in experiment.Scene.Files!)
        {
            var name = BundleNames.SceneFolder + file;
            if (!BundleNames.IsLegal(name))
            {
                throw new RayshardException(ExitCode.AskedWrongly, $"scene: '{file}' can't travel in a bundle: rename it to A-Z a-z 0-9 . _ - with a letter, a digit or _ first");
            }

            var written = folder.Write(name, ReadScene(file));
            yield return written.Sha256.ToString() == digest ? written
                : throw new RayshardException(ExitCode.NotSo, $"{Path.Combine(_request.SceneFolder, file)}: it is not the file that the frames were rendered from: its SHA-256 is {written.Sha256}, not {digest}; build again");
        }

        if (experiment.Pin is { } pin)
        {
            yield return folder.Write(BundleNames.Toolchain, Json.Bytes(ToolchainJson.Of(pin)));
            if (pin.Lock.Length > 0)
            {
                yield return folder.Write($"experiment/{Path.GetFileName(pin.Lock)}", File.ReadAllBytes(Path.Combine(_request.BlenderFolder, pin.Lock)));
            }
        }

        using var reader = typeof(Bundler).Assembly.GetManifestResourceStream("rayshard.py")!;
        yield return folder.Write("rayshard.py", reader.CopyTo);
    }

    private byte[] ReadScene(string file)
    {
        var path = Path.Combine(_request.SceneFolder, file);
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RayshardException(ExitCode.NotFound, $"{path}: a file of the scene can't be read: {e.Message}", e);
        }
    }

    private Evidence Evidence(BundleFolder folder, BundleContent content, BundleManifest manifest)
    {
        var stored = Path.Combine(StoredExperiment.At(_request.StoreFolder, _request.Experiment, new(_request.Experiment)).Folder, "fingerprints");
        var fingerprints = new DirectoryInfo(stored) is { Exists: true } present
            ? present.GetFiles("*.json").OrderBy(file => file.Name, StringComparer.Ordinal).Where(file => BundleNames.IsLegal(file.Name))
                .Select(file => folder.Write($"{BundleNames.EvidenceFolder}fingerprints/{file.Name}", File.ReadAllBytes(file.FullName))).ToList()
            : [];
        var others = new List<BundleFile> { folder.Write(Provenance.FileName, Json.Bytes(Provenance.Of(content, manifest, fingerprints))) };
        if (_request.PreviewFile is { } preview)
        {
            others.Add(folder.Write(BundleNames.Preview, File.ReadAllBytes(preview)));
        }

        return new(Digest.Of(manifest.ToBytes()), [.. fingerprints.Concat(others).OrderBy(file => file.Name, StringComparer.Ordinal)]);
    }
}
