using Rayshard.Storage;

namespace Rayshard.Inspection;

/// <summary>The door: reads pixels, in constant memory, and tells what they have been through. Writes nothing. Stateless.</summary>
public static class Inspector
{
    // What the second cache holds, so that the numbers are still there when they are counted.
    private const int ChunkFloats = 1 << 16;

    /// <summary>Inspects the sealed shards of an experiment, pass by pass.</summary>
    /// <param name="store">The store.</param>
    /// <param name="resolved">The experiment.</param>
    /// <param name="sample">Which frames.</param>
    /// <param name="now">Set to end at once.</param>
    /// <exception cref="RayshardException">No sealed shard holds one of the frames (<see cref="ExitCode.NotFound"/>), or a shard is damaged.</exception>
    public static Inspection OfExperiment(Store store, Experiment resolved, FrameSample sample, CancellationToken now = default)
    {
        var frames = new StoredFrames(store, resolved, sample);
        if (frames.Count == 0)
        {
            throw new RayshardException(ExitCode.NotFound, $"'{store.Folder}' has no sealed shard with frames of experiment '{resolved.Name}': render it first, or name its store by --store");
        }

        var passes = frames.Passes.Select(pass => new PassInspector(pass, resolved, frames.Count)).ToList();
        var buffer = new float[ChunkFloats];
        foreach (var (shard, entry) in frames.Read())
        {
            now.ThrowIfCancellationRequested();
            for (var i = 0; i < passes.Count; i++)
            {
                passes[i].Add(shard, entry, i, buffer);
            }
        }

        return new(resolved.Name, [.. passes.Select(pass => pass.Judge())]);
    }

    /// <summary>Inspects a file: <c>.npy</c> of any real dtype, or a shard (<c>.tar</c>).</summary>
    /// <param name="path">The file.</param>
    /// <param name="declared">The number format, where the file was made from another that declares it; absent: the file's own.</param>
    /// <param name="isRamp">Whether it shows the scene of the experiment <c>ramp</c>, so that it is held against the known values.</param>
    /// <param name="now">Set to end at once.</param>
    /// <exception cref="RayshardException">There is no such file, or it is none of these.</exception>
    public static Inspection OfFile(string path, string? declared = null, bool isRamp = false, CancellationToken now = default)
    {
        if (!File.Exists(path))
        {
            throw new RayshardException(ExitCode.NotFound, $"--file={path}: there is no such file");
        }

        return Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".NPY" => new(Path.GetFileName(path), [OfArray(path, declared, isRamp, now)]),
            ".TAR" => OfShard(path, now),
            var other => throw new RayshardException(ExitCode.AskedWrongly, $"--file={path}: '{other}' is no format that is read: give a .npy, a shard (.tar), or an .exr, .png, .tif or .jpg picture"),
        };
    }

    private static Inspection OfShard(string path, CancellationToken now)
    {
        using var shard = ShardReader.Open(path);
        var passes = shard.Layout.Passes.Select(pass => new PassInspector(pass, null, shard.Frames.Count)).ToList();
        var buffer = new float[ChunkFloats];
        foreach (var entry in shard.Frames)
        {
            now.ThrowIfCancellationRequested();
            for (var i = 0; i < passes.Count; i++)
            {
                passes[i].Add(shard, entry, i, buffer);
            }
        }

        return new(Path.GetFileName(path), [.. passes.Select(pass => pass.Judge())]);
    }

    private static PassInspection OfArray(string path, string? declared, bool isRamp, CancellationToken now)
    {
        using var array = NpyFile.Open(path);
        var labels = NpyFile.Labels(array.Channels);
        var scan = new PassScan(labels, (long)array.Height * array.Width);
        var ramp = isRamp ? KnownRamp.For(path, array.Height, array.Width, array.Channels) : null;
        var buffer = new float[ChunkFloats / array.Channels * array.Channels];
        for (int read; (read = array.Read(buffer)) > 0;)
        {
            now.ThrowIfCancellationRequested();
            scan.Add(buffer.AsSpan(0, read));
            ramp?.Add(buffer.AsSpan(0, read), 1);
        }

        var format = declared ?? array.Dtype;
        return PassInspector.Judge(scan, new(Path.GetFileNameWithoutExtension(path), labels, array.Height, array.Width), null, format, 1, ramp, []);
    }
}
