using System.Globalization;
using Newtonsoft.Json.Linq;

namespace Rayshard.Blender;

/// <summary>Where a toolchain's parts are.</summary>
public sealed record ToolchainOptions
{
    /// <summary>The repository's <c>blender/</c> folder: worker, probe, install script.</summary>
    public required string BlenderFolder { get; init; }

    /// <summary>Folder for the probes' results, as <c>artifacts/toolchains</c>.</summary>
    public required string StateFolder { get; init; }

    /// <summary>How to get every toolchain, whatever its pin says: <c>debian</c>. The frames' keys stay as they are.</summary>
    public string? Provider { get; init; }

    /// <summary>Whether to install what is missing, where this user may (root, or sudo without a password).</summary>
    public bool MayInstall { get; init; } = true;
}

/// <summary>A pinned Blender that was found on this machine, is what the pin says, and gave the same bits by every capture.</summary>
public sealed record Toolchain
{
    private readonly ToolchainOptions _options;

    private readonly Installation _installation;

    private Toolchain(ToolchainPin pin, ToolchainOptions options, Installation installation, CpuClass cpuClass)
    {
        Pin = pin;
        CpuClass = cpuClass;
        _options = options;
        _installation = installation;
    }

    /// <summary>The pin.</summary>
    public ToolchainPin Pin { get; }

    /// <summary>Path of Blender's executable, as a Worker sees it.</summary>
    public string Executable => _installation.Executable;

    /// <summary>The folder or the image that it runs in; <c>null</c>: the machine itself.</summary>
    public string? Place => _installation.Sandbox?.Place;

    /// <summary>How it came here.</summary>
    public string Provider => _options.Provider ?? Pin.Provider;

    /// <summary>SHA-256 of the executable.</summary>
    public Digest ExecutableDigest => _installation.ExecutableDigest;

    /// <summary>What of this machine's CPU can move a bit.</summary>
    public CpuClass CpuClass { get; }

    /// <summary>The probe's result, as it is kept in the state folder.</summary>
    public JObject Probe { get; private init; } = [];

    /// <summary>Whether the probe ran now; <c>false</c>: an earlier result still holds.</summary>
    public bool WasProbed { get; private init; }

    /// <summary>
    /// Finds the pinned Blender, installs it where it is missing and this user may, checks it against the pin, and probes it: an 8x8 frame by every
    /// capture, equal to the bit. The result is kept and reused while pin, executable, worker scripts and CPU class stay the same.
    /// </summary>
    /// <exception cref="RayshardException">
    /// The machine lacks Blender in the pinned version, Xvfb, or the CPU kernel's instructions (<see cref="ExitCode.MachineLacks"/>), or the captures
    /// do not agree (<see cref="ExitCode.Failed"/>). The message says the way out.
    /// </exception>
    public static async Task<Toolchain> ProvisionAsync(ToolchainPin pin, CpuKernel kernel, ToolchainOptions options, CancellationToken now = default)
    {
        var cpuClass = CpuClass.Of(kernel);
        var provider = options.Provider ?? pin.Provider;
        PinFields.Check(pin, provider);
        var installation = await IProvider.All[provider].ProvisionAsync(pin, options, now).ConfigureAwait(false);
        var toolchain = new Toolchain(pin, options with { BlenderFolder = Path.GetFullPath(options.BlenderFolder) }, installation, cpuClass);
        var (probe, isNew) = await new Probe(toolchain, options).RunAsync(now).ConfigureAwait(false);
        return toolchain with { Probe = probe, WasProbed = isNew };
    }

    /// <summary>What this machine has of each pinned toolchain. Brings nothing and probes nothing.</summary>
    public static async Task<IReadOnlyList<KnownToolchain>> KnownAsync(ToolchainOptions options, CancellationToken now)
    {
        var known = new List<KnownToolchain>();
        foreach (var pin in BlenderFacts.Toolchains.Values)
        {
            var present = new List<string>();
            foreach (var provider in PinFields.Providers(pin))
            {
                if (await IProvider.All[provider].IsHereAsync(pin, options, now).ConfigureAwait(false))
                {
                    present.Add(provider);
                }
            }

            known.Add(new(pin, present, Blender.Probe.Kept(options, pin)));
        }

        return known;
    }

    /// <summary>How a Worker is started.</summary>
    internal WorkerCommand Command(Capture capture) => Script(Path.Combine("worker", "worker.py"), needsWindow: capture == Capture.Viewer);

    /// <summary>How Blender is started with a Python file of the <c>blender/</c> folder.</summary>
    internal WorkerCommand Script(string file, bool needsWindow = false) => new(
        Executable,
        [.. needsWindow ? Array.Empty<string>() : ["--background"],
            "--factory-startup", "--disable-autoexec", "-noaudio", "--threads", WorkerCommand.Threads.ToString(CultureInfo.InvariantCulture), "--python-exit-code", "64",
            "--python", Path.Combine(_options.BlenderFolder, file), "--"],
        CpuClass.Environment)
    {
        Sandbox = _installation.Sandbox,
        Readable = [_options.BlenderFolder],
    };
}

/// <summary>What a machine has of a pinned toolchain.</summary>
/// <param name="Pin">The pin.</param>
/// <param name="Present">The providers by which it is here, as <see cref="ToolchainPin.Provider"/> names them.</param>
/// <param name="Probes">What the probes on this machine gave: by provider and CPU class, with conditions and time.</param>
public sealed record KnownToolchain(ToolchainPin Pin, IReadOnlyList<string> Present, IReadOnlyList<JObject> Probes)
{
    /// <summary>The providers by which it is here but was never probed.</summary>
    public IEnumerable<string> Unprobed => Present.Except(Probes.Select(probe => (string)probe["conditions"]?["provider"]!));
}
