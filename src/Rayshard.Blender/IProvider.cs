namespace Rayshard.Blender;

/// <summary>A way to get a pinned Blender. The pin names it, or <see cref="ToolchainOptions.Provider"/> in its place.</summary>
internal interface IProvider
{
    /// <summary>Every provider, by the name that pins give it.</summary>
    static IReadOnlyDictionary<string, IProvider> All { get; } = new Dictionary<string, IProvider>
    {
        ["apt"] = new AptPackage(),
        ["debian"] = new DebianRoot(),
        ["archive"] = new Archive(),
        ["path"] = new PathProvider(),
        ["container"] = new ContainerImage(),
    };

    /// <summary>Finds it, or brings it, and makes sure that it is the pinned one. The pin has all fields that this provider needs.</summary>
    /// <exception cref="RayshardException">It can't be had or is another one (<see cref="ExitCode.MachineLacks"/>): what, why, the way out.</exception>
    Task<Installation> ProvisionAsync(ToolchainPin pin, ToolchainOptions options, CancellationToken now);

    /// <summary>Whether the pinned one is here already. Brings nothing, changes nothing, and has no Blender started; the pin has all fields that this provider needs.</summary>
    Task<bool> IsHereAsync(ToolchainPin pin, ToolchainOptions options, CancellationToken now);
}

/// <summary>A Blender that can be started.</summary>
/// <param name="Executable">Path of its executable, as a Worker sees it.</param>
/// <param name="ExecutableDigest">SHA-256 of the executable.</param>
/// <param name="Sandbox">What it runs in; <c>null</c>: the machine itself.</param>
internal sealed record Installation(string Executable, Digest ExecutableDigest, ISandbox? Sandbox = null)
{
    /// <summary>One that runs on the machine itself.</summary>
    public static Installation OnMachine(string executable) => new(executable, Digest.OfFile(executable));
}
