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
    /// <param name="isRamp">Whether it shows the scene of the experiment <c>ramp</c>, so that it is held against the known values.</param>
    /// <param name="now">Set to end at once.</param>
    /// <exception cref="RayshardException">There is no such file, or it is none of these.</exception>
    public static Inspection OfFile(string path, bool isRamp = false, CancellationToken now = default)
    {
        if (!File.Exists(path))
        {
            throw new RayshardException(ExitCode.NotFound, $"--file={path}: there is no such file");
        }

        return Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".NPY" => OfPicture(path, [new(path)], isRamp, now),
            ".TAR" => OfShard(path, now),
            var other => throw new RayshardException(ExitCode.AskedWrongly, $"--file={path}: '{other}' is no format that is read: give a .npy, a shard (.tar), a bundle's folder, or an .exr, .png, .tif or .jpg picture"),
        };
    }

    /// <summary>Inspects what was read from a picture.</summary>
    /// <param name="file">The picture, for the result's names.</param>
    /// <param name="passes">Its passes; a picture that is one has one without a name.</param>
    /// <param name="isRamp">Whether it shows the scene of the experiment <c>ramp</c>: then its combined passes are held against the known values.</param>
    /// <param name="now">Set to end at once.</param>
    /// <exception cref="RayshardException">An array can't be read, or there is no picture of the ramp in it.</exception>
    public static Inspection OfPicture(string file, IReadOnlyList<PictureArray> passes, bool isRamp = false, CancellationToken now = default)
    {
        if (isRamp && !passes.Any(pass => pass.IsCombined))
        {
            throw new RayshardException(ExitCode.AskedWrongly, $"--file={file}: has no combined pass that could show experiment '{KnownRamp.ExperimentName}': leave out --experiment");
        }

        return new(Path.GetFileName(file), [.. passes.Select(pass => OfArray(file, pass, isRamp && pass.IsCombined, now))]);
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

    private static PassInspection OfArray(string file, PictureArray pass, bool isRamp, CancellationToken now)
    {
        using var array = NpyFile.Open(pass.Npy);
        var labels = pass.Channels ?? NpyFile.Labels(array.Channels);
        var scan = new PassScan(labels, (long)array.Height * array.Width);
        var ramp = isRamp ? KnownRamp.For(file, array.Height, array.Width, array.Channels) : null;
        var buffer = new float[ChunkFloats / array.Channels * array.Channels];
        for (int read; (read = array.Read(buffer)) > 0;)
        {
            now.ThrowIfCancellationRequested();
            scan.Add(buffer.AsSpan(0, read));
            ramp?.Add(buffer.AsSpan(0, read), 1);
        }

        return PassInspector.Judge(
            scan, new(pass.Pass ?? Path.GetFileNameWithoutExtension(file), labels, array.Height, array.Width), pass.Unit, pass.Declared ?? array.Dtype, 1, ramp, []);
    }
}
