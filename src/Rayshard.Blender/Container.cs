using System.Collections;
using System.Globalization;

namespace Rayshard.Blender;

/// <summary>Runs each program in a container of its own, made of an image: its root is read-only, it has no rights beyond the user's.</summary>
/// <param name="Engine">What runs it.</param>
/// <param name="Image">The image's id.</param>
internal sealed record Container(ContainerEngine Engine, string Image) : ISandbox
{
    /// <summary>Names the run's folder on each of its containers.</summary>
    public const string RunLabel = "rayshard.run";

    // The container is no child of its client: who kills the client leaves it running. So a guard waits beside the client until standard input,
    // a pipe that only the host holds, is closed by the host's wish or by its death, and kills the container; again and again, because
    // the client may not have started it yet. A client that has ended is a zombie at most, and that has no executable.
    private const string Script = """
        engine=$1 name=$2; shift 2
        exec 3<&0 </dev/null
        "$engine" run --name "$name" "$@" 3<&- &
        client=$!
        { read -r _ <&3; while [ -e /proc/$client/exe ]; do "$engine" kill "$name"; sleep 0.1; done; } >/dev/null 2>&1 &
        exec 3<&-
        wait $client
        """;

    /// <inheritdoc/>
    public string Place => "image " + Image;

    /// <inheritdoc/>
    public Launch Wrap(Launch program, IEnumerable<string> readable)
    {
        var run = Path.GetDirectoryName(program.Folder)!;
        List<string> arguments =
        [
            "--rm", "--init", "--pull", "never", "--label", $"{RunLabel}={run}", "--hostname", "rayshard", "--log-driver", "none", "--network", "none", "--read-only",
            "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--ulimit", "core=0", "--tmpfs", "/tmp", "--tmpfs", "/run",
            "--user", string.Create(CultureInfo.InvariantCulture, $"{Native.EffectiveUser()}:{Native.EffectiveGroup()}"), "--workdir", program.Folder,
            .. Mount(program.Folder, ""), .. readable.SelectMany(folder => Mount(folder, ",readonly")),
        ];
        if (Engine.IsPodman && Native.EffectiveUser() != 0)
        {
            // Without it an ordinary user is root in there, and the user of that number is somebody else.
            arguments.AddRange(["--userns", "keep-id"]);
        }

        if (program.Environment.ContainsKey(Display.Variable))
        {
            arguments.AddRange(Mount(Display.Sockets, ",readonly"));
        }

        arguments.AddRange(program.Environment.SelectMany(variable => new[] { "--env", $"{variable.Key}={variable.Value}" }));
        var name = $"{Path.GetFileName(run)}-{Path.GetFileName(program.Folder)}";
        return program with
        {
            Executable = "/bin/sh",
            Arguments = ["-c", Script, "container", Engine.Program, name, .. arguments, "--entrypoint", program.Executable, Image, .. program.Arguments],
            EndsWithInput = true,

            // The client is the user's program, with its own settings: where the engine is, who may use it.
            Environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? ""),
        };
    }

    // A field of CSV, because a path may hold a comma.
    private static string[] Mount(string path, string how) => ["--mount", $"type=bind,\"source={Quote(path)}\",\"target={Quote(path)}\"{how}"];

    private static string Quote(string path) => path.Replace("\"", "\"\"", StringComparison.Ordinal);
}
