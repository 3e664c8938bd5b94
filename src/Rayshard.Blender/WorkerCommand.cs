namespace Rayshard.Blender;

/// <summary>What is started as a Worker: Blender, or in tests a program that talks like it. The socket's path is the last argument.</summary>
/// <param name="Executable">Path of the program.</param>
/// <param name="Arguments">Arguments before the socket's path.</param>
/// <param name="Environment">Variables beside those that every Worker gets.</param>
internal sealed record WorkerCommand(string Executable, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>
    /// Threads of a Worker. More would move bits: with two, Blender 3.4.1 sums the normals of a smooth mesh in the order in which its threads
    /// come by, and 2 of 8 runs of first-light differed. Two Workers of one thread also render small frames twice as fast as one of two.
    /// </summary>
    public const int Threads = 1;

    /// <summary>
    /// For jemalloc, which Blender allocates with (<c>MALLOC_CONF</c>): a thread keeps what it frees up to 4 MiB (2^22), not 32 KiB, for its next allocation. Else the buffers
    /// of each frame are made of pages that the kernel must give again, 48 a frame of 64x64: on a virtual machine where that is dear, half of the time. jemalloc before 5.3
    /// knows no <c>tcache_max</c>; 5.3 knows both.
    /// </summary>
    public const string Allocator = "lg_tcache_max:22";

    /// <summary>What it runs in; <c>null</c>: the machine itself.</summary>
    public ISandbox? Sandbox { get; init; }

    /// <summary>Folders that it must read, beside those of the scene.</summary>
    public IReadOnlyList<string> Readable { get; init; } = [];

    /// <summary>How it is started in a private folder, whose file <c>socket</c> is the host's end.</summary>
    public Launch Launch(WorkerSession session, IReadOnlyDictionary<string, string> environment, string folder, string log)
    {
        var launch = new Launch(Executable, [.. Arguments, Path.Combine(folder, "socket")], environment, folder, log);
        return Sandbox is null ? launch : Sandbox.Wrap(launch, Readable.Append(session.Folder).Distinct());
    }

    /// <summary>How it is started with arguments of its own instead of a socket, in a private folder.</summary>
    public Launch Launch(IEnumerable<string> arguments, string folder, string log)
    {
        var launch = new Launch(Executable, [.. Arguments, .. arguments], EnvironmentIn(folder), folder, log);
        return Sandbox is null ? launch : Sandbox.Wrap(launch, Readable);
    }

    /// <summary>The whole environment of a Worker whose private folder this is: nothing of the user's can change a bit.</summary>
    public Dictionary<string, string> EnvironmentIn(string folder)
    {
        var environment = new Dictionary<string, string>(Environment)
        {
            ["PATH"] = "/usr/local/bin:/usr/bin:/bin",
            ["LANG"] = "C.UTF-8",
            ["HOME"] = Path.Combine(folder, "home"),
            ["TMPDIR"] = Path.Combine(folder, "tmp"),
            ["BLENDER_USER_RESOURCES"] = Path.Combine(folder, "resources"),
            ["LIBGL_ALWAYS_SOFTWARE"] = "1",
            ["MALLOC_CONF"] = Allocator,
        };
        foreach (var name in new[] { "HOME", "TMPDIR", "BLENDER_USER_RESOURCES" })
        {
            Directory.CreateDirectory(environment[name]);
        }

        return environment;
    }
}
