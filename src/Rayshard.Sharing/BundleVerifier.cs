using System.Security.Cryptography;
using System.Text;
using Rayshard.Storage;

namespace Rayshard.Sharing;

/// <summary>Checks a bundle, byte for byte and then by what the bytes mean; goes on after a fault.</summary>
public static class BundleVerifier
{
    /// <summary>What is wrong; nothing where all is as it should be.</summary>
    /// <exception cref="RayshardException">There is no bundle, or its manifest is damaged.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IEnumerable<BundleFault> Faults(Bundle bundle, CancellationToken cancellation)
    {
        var faults = 0;
        foreach (var fault in FileFaults(bundle, cancellation))
        {
            faults++;
            yield return fault;
        }

        // The meaning is asked only of files that are what the manifest says.
        foreach (var fault in faults == 0 ? ShardFaults(bundle, cancellation) : [])
        {
            yield return fault;
        }
    }

    /// <summary>The shards of a bundle that has no fault.</summary>
    public static IReadOnlyList<VerifiedShard> Shards(Bundle bundle)
    {
        var experiment = bundle.ReadExperiment();
        var shards = ShardsOf(bundle, experiment);
        return [.. shards.Sealed().Select(number => shards.TrySealed(number)!).Select(shard => new VerifiedShard("", shard.Name, shard.Bytes, shard.Manifest, shard.Held, 0))];
    }

    private static StoredExperiment ShardsOf(Bundle bundle, Experiment experiment) => StoredExperiment.In(bundle.ShardFolder, experiment, new(experiment));

    private static IEnumerable<BundleFault> FileFaults(Bundle bundle, CancellationToken cancellation)
    {
        foreach (var stray in bundle.Strays())
        {
            yield return Of(stray, "is no part of the bundle");
        }

        var found = bundle.Head.Files.AsParallel().AsOrdered().WithCancellation(cancellation).Select(file => (file.Name, Fault: FaultOf(bundle, file)));
        foreach (var (name, fault) in found.Where(file => file.Fault is not null))
        {
            yield return Of(name, fault!);
        }

        if (!File.Exists(Path.Combine(bundle.Folder, BundleNames.Sums)) || !File.ReadAllBytes(Path.Combine(bundle.Folder, BundleNames.Sums)).AsSpan().SequenceEqual(bundle.Head.Sums()))
        {
            yield return Of(BundleNames.Sums, "is not the list that the manifest gives");
        }
    }

    private static string? FaultOf(Bundle bundle, BundleFile file)
    {
        try
        {
            var info = new FileInfo(bundle.PathOf(file));
            return !info.Exists ? "is not there"
                : info.Length != file.Bytes ? $"has {info.Length} bytes, not {file.Bytes}"
                : Digest.OfFile(info.FullName) is var digest && digest != file.Sha256 ? $"its SHA-256 is {digest}, not {file.Sha256}"
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"can't be read: {e.Message}";
        }
    }

    private static IEnumerable<BundleFault> ShardFaults(Bundle bundle, CancellationToken cancellation)
    {
        var manifest = bundle.Head.Manifest;
        var experiment = bundle.ReadExperiment();
        var shards = ShardsOf(bundle, experiment);
        var faults = 0;
        foreach (var fault in Verifier.Shards(shards, bundle.Folder, cancellation))
        {
            faults++;
            
            // The tables lie beside the folder of the shards.
            var placed = fault with { File = fault.Kind == FaultKind.BadIndex ? Path.GetFileName(fault.File) : BundleNames.ShardFolder + fault.File };
            yield return new(placed.File, placed.ToString());
        }

        if (faults > 0)
        {
            yield break;
        }

        using var records = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var frames = 0L;
        foreach (var number in shards.Sealed())
        {
            using var shard = ShardReader.Open(shards.ShardPath(number));
            frames += shard.Frames.Count;
            foreach (var entry in shard.Frames)
            {
                records.AppendData(Encoding.ASCII.GetBytes($"{entry.Record}\n"));
            }
        }

        if (frames != manifest.Frames || Digest.FromBytes(records.GetHashAndReset()) != manifest.Records)
        {
            yield return Of(BundleNames.Manifest, "its frames or record addresses are not those of the shards");
        }
    }

    // A stranger's file name: control characters stay out of the terminal.
    private static BundleFault Of(string file, string reason) => new(file, $"{string.Concat(file.Select(c => char.IsControl(c) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format ? '?' : c))}: {reason}");
}

/// <summary>One thing that is wrong with a bundle.</summary>
/// <param name="File">The file, relative to the bundle; a stranger may have named it.</param>
/// <param name="Text">One line for people, that names the file.</param>
public sealed record BundleFault(string File, string Text);
