using Rayshard.Inspection;
using Rayshard.Storage;

namespace Rayshard.Bench;

/// <summary>Inspecting a store that is in the page cache, by one thread, beside a plain copy of as many bytes in memory.</summary>
internal sealed class Inspecting(IReadOnlyList<(string Size, Storing Store)> stores)
{
    /// <summary>The sizes of the frames that are inspected, without the smallest.</summary>
    public static readonly IReadOnlyList<string> Sizes = ["256", "512", "1080p"];

    private const int CopyBytes = 1 << 28;

    // A tenth of a second each.
    private const int Times = 5;

    // Made, and so touched, before any clock starts.
    private readonly byte[] _source = Touched();
    private readonly byte[] _target = Touched();

    public IReadOnlyList<Contender> Contenders =>
    [
        .. stores.Select(one => new Contender($"inspect-{one.Size}", folder => Task.FromResult(Inspect(one.Store, folder)))),
        new("memcpy", _ => Task.FromResult(Copy())),
    ];

    private static Dictionary<string, double> Inspect(Storing storing, string folder)
    {
        var (path, experiment, _) = storing.Shard(folder);
        using var store = Store.OpenReadOnly(path);

        // As often before the clock starts: .NET compiles it meanwhile.
        Some();
        var begun = Environment.CpuUsage.TotalTime;
        return Rate(Some() * sizeof(float), begun);

        long Some() => Enumerable.Range(0, Times).Sum(_ => Inspector.OfExperiment(store, experiment, FrameSample.All).Passes.Sum(pass => pass.Channels.Sum(channel => channel.Statistics.Values)));
    }

    private Dictionary<string, double> Copy()
    {
        var begun = Environment.CpuUsage.TotalTime;
        _source.CopyTo(_target, 0);
        _target.CopyTo(_source, 0);
        return Rate(2L * CopyBytes, begun);
    }

    // By a second of CPU, which is what "per core" says, and which jobs beside this one do not shorten.
    private static Dictionary<string, double> Rate(long bytes, TimeSpan begun) => new() { ["mb_per_s"] = bytes / 1e6 / (Environment.CpuUsage.TotalTime - begun).TotalSeconds };

    private static byte[] Touched()
    {
        var bytes = GC.AllocateUninitializedArray<byte>(CopyBytes);
        bytes.AsSpan().Fill(1);
        return bytes;
    }
}
