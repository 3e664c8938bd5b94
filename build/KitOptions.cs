using Rayshard.Reporting;
using Rayshard.Sharing.Exports;

namespace Rayshard.Build;

/// <summary>What the command line says, and <c>cake.config</c> where it is silent. Nothing here can change a frame.</summary>
public sealed record KitOptions
{
    private const string RenderPrefix = "Render:";

    // The targets that listen to each flag. One that is given to a target that does not listen is a mistake: refused, not ignored.
    private static readonly Dictionary<string, string[]> s_listeners = new()
    {
        ["experiment"] = ["Provision", "Configs", "Render", "Verify", "Reproduce", "Matrix", "Report", "Watch", "Preview", "Inspect", "Bundle", "Export"],
        ["store"] = ["Render", "Verify", "Reproduce", "Report", "Watch", "Preview", "Inspect", "Bundle", "Export"],
        ["workers"] = ["Render", "Reproduce", "Matrix"],
        ["provider"] = ["Provision", "Render", "Reproduce", "Matrix", "Inspect"],
        ["sample"] = ["Reproduce", "Matrix", "Report", "Preview", "Inspect"],
        ["isolation"] = ["Reproduce"],
        ["kernel"] = ["Reproduce"],
        ["file"] = ["Inspect"],
        ["frame"] = ["Render"],
        ["quick"] = ["Verify"],
        ["output"] = ["Configs", "Report", "Preview", "Bundle", "Pull", "Export"],
        ["view"] = ["Preview"],
        ["port"] = ["Watch"],
        ["bundle"] = ["VerifyBundle", "ListBundle", "Push", "Pull", "Reproduce", "Inspect", "Report", "Export"],
        ["to"] = ["Push"],
        ["frames"] = ["Bundle", "Pull", "Export"],
        ["passes"] = ["Bundle", "Pull", "Export"],
        ["where"] = ["Bundle", "Pull", "Export"],
        ["format"] = ["Export"],
        ["json"] = ["Provision", "Toolchains", "Render", "Verify", "Reproduce", "Matrix", "Report", "Preview", "Inspect", "Bundle", "VerifyBundle", "ListBundle", "Push", "Pull", "Export"],
        ["filter"] = ["Test"],
    };

    /// <summary>The targets, as typed.</summary>
    public required IReadOnlyList<string> Targets { get; init; }

    /// <summary>Names of the experiments; empty: the first one.</summary>
    public required IReadOnlyList<string> Experiments { get; init; }

    /// <summary>Folder of the store.</summary>
    public required string Store { get; init; }

    /// <summary>How Workers are run.</summary>
    public required WorkerSettings Workers { get; init; }

    /// <summary>How to get every toolchain, whatever its pin says; absent: as its pin says.</summary>
    public string? Provider { get; init; }

    /// <summary>The one frame to render alone.</summary>
    public long? Frame { get; init; }

    /// <summary>Whether to verify by the fast check sums.</summary>
    public bool Quick { get; init; }

    /// <summary>The file to inspect in place of a store.</summary>
    public string? File { get; init; }

    /// <summary>Which frames to look at; absent: as many as the target takes by itself.</summary>
    public FrameSample? Sample { get; init; }

    /// <summary>Whether to seek leaks from frame to frame.</summary>
    public bool Isolation { get; init; }

    /// <summary>Another CPU kernel than the experiment's, to render again with.</summary>
    public CpuKernel? Kernel { get; init; }

    /// <summary>What bundles are asked for.</summary>
    public required BundleOptions Bundle { get; init; }

    /// <summary>The form to export in.</summary>
    public ExportFormat? Format { get; init; }

    /// <summary>Where to write: a file for configs and report, a folder for pictures and bundles; absent: where the target puts it.</summary>
    public string? Output { get; init; }

    /// <summary>How light is shown in pictures.</summary>
    public ViewTransform View { get; init; }

    /// <summary>The port on the loopback; absent: the kit's.</summary>
    public int? Port { get; init; }

    /// <summary>Whether answers are JSON, an object a line.</summary>
    public bool Json { get; init; }

    /// <summary>Part of the names of the tests to run; absent: all.</summary>
    public string? Filter { get; init; }

    /// <summary>Whether standard output is a stream of JSON, so that talk has to go elsewhere.</summary>
    public bool IsStream => Json || Frame is not null || (Output is null && Targets.Contains("Configs", StringComparer.OrdinalIgnoreCase));

    /// <summary>Name of the task that renders one experiment.</summary>
    public static string RenderTarget(string experiment) => RenderPrefix + experiment;

    /// <summary>Reads them.</summary>
    /// <exception cref="RayshardException">A flag is unknown, malformed, or not for these targets.</exception>
    public static KitOptions Read(CommandLine line, Folders folders)
    {
        line.RefuseAllBut(s_listeners.Keys);
        var targets = line.Texts("target") is { Count: > 0 } given ? given : ["Default"];
        foreach (var (flag, listeners) in s_listeners)
        {
            if (line.Texts(flag, mayBeEmpty: true).Count > 0 && !targets.Any(target => listeners.Contains(Listener(target), StringComparer.OrdinalIgnoreCase)))
            {
                throw new RayshardException(ExitCode.AskedWrongly, $"--{flag}: target {string.Join(", ", targets)} does not listen to it; {string.Join(", ", listeners)} would");
            }
        }

        var named = targets.Where(target => target.StartsWith(RenderPrefix, StringComparison.OrdinalIgnoreCase)).Select(target => target[RenderPrefix.Length..]);
        return new()
        {
            Targets = targets,
            Experiments = [.. line.Texts("experiment"), .. named],
            Store = folders.Resolve(line.Text("store", "Store") ?? "artifacts/store"),
            Provider = line.Text("provider", "Provider"),
            Workers = WorkerSettings.Read(line),
            Frame = line.Number("frame", null, 0, long.MaxValue),
            Quick = line.Has("quick"),
            Sample = line.Text("sample") is { } sample ? FrameSample.Parse(sample) : null,
            File = line.Text("file") is { } file ? folders.Resolve(file) : null,
            Isolation = line.Has("isolation"),
            Kernel = KernelOf(line.Text("kernel")),
            Bundle = BundleOptions.Read(line),
            Output = line.Text("output") is { } path ? folders.Resolve(path) : null,
            Format = FormatOf(line.Text("format")),
            View = ViewOf(line.Text("view")),
            Port = (int?)line.Number("port", null, 1, 65535),
            Json = line.Has("json"),
            Filter = line.Text("filter"),
        };
    }

    /// <summary>Refuses a target that is no task.</summary>
    /// <exception cref="RayshardException">There is one.</exception>
    public void RefuseUnknownTargets(IReadOnlyCollection<string> tasks)
    {
        if (Targets.FirstOrDefault(target => !tasks.Contains(target, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw new RayshardException(ExitCode.NotFound, $"--target={unknown}: there is no such target; there are: {string.Join(", ", tasks)}");
        }
    }

    private static CpuKernel? KernelOf(string? text) => text is null ? null
        : Enum.GetNames<CpuKernel>().Contains(text, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<CpuKernel>(text, ignoreCase: true)
        : throw new RayshardException(ExitCode.AskedWrongly, $"--kernel={text}: Cycles has no such CPU kernel: take native, sse or avx2");

    private static ExportFormat? FormatOf(string? text) => text is null ? null
        : Enum.GetNames<ExportFormat>().Contains(text, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<ExportFormat>(text, ignoreCase: true)
        : throw new RayshardException(ExitCode.AskedWrongly, $"--format={text}: there is no such form: take hdf5, zarr, npz, exr or png16");

    private static ViewTransform ViewOf(string? text) => text is null ? ViewTransform.Standard
        : Enum.GetNames<ViewTransform>().Contains(text, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<ViewTransform>(text, ignoreCase: true)
        : throw new RayshardException(ExitCode.AskedWrongly, $"--view={text}: there is no such view transform here: take standard or raw");

    private static string Listener(string target) =>
        target.Equals("Default", StringComparison.OrdinalIgnoreCase) || target.StartsWith(RenderPrefix, StringComparison.OrdinalIgnoreCase) ? "Render" : target;
}

/// <summary>How Workers are run.</summary>
/// <param name="Count">Side by side; absent: one for each processor.</param>
/// <param name="MemoryBytes">Memory that each may use; absent: 90 % of the machine's, shared equally.</param>
/// <param name="FrameDeadline">Time for a frame; absent: the kit's.</param>
public sealed record WorkerSettings(int? Count, long? MemoryBytes, TimeSpan? FrameDeadline)
{
    /// <summary>Reads them.</summary>
    /// <exception cref="RayshardException">A number is malformed.</exception>
    public static WorkerSettings Read(CommandLine line) => new(
        (int?)line.Number("workers", "Workers", 1, 1024),
        line.Number(null, "WorkerMemoryMiB", 1, 1L << 40) << 20,
        line.Number(null, "FrameDeadlineSeconds", 1, 1_000_000) is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
}
