using System.Runtime.CompilerServices;
using Newtonsoft.Json;
using Newtonsoft.Json.Converters;

namespace Rayshard;

/// <summary>A typed experiment: a public class with a parameterless constructor under <c>experiments/NAME/</c>.</summary>
public interface IExperiment
{
    /// <summary>The experiment. Called once, when the solution is built; must give the same answer every time.</summary>
    Experiment Define();
}

/// <summary>
/// What to render: a pinned toolchain, a scene, the parameters and how each is swept, the render settings, the passes and how
/// they are captured. The same record is written in C#, read from <c>experiment.json</c>, and, resolved, is the canonical
/// experiment that everything else reads.
/// </summary>
public sealed record Experiment
{
    /// <summary>An empty experiment; remembers where it was written, for error messages.</summary>
    public Experiment([CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => Source = new(file, line);

    [JsonConstructor]
    private Experiment()
    {
    }

    /// <summary>Where this stands in C#; empty when it was read from JSON.</summary>
    [JsonIgnore]
    public SourceLine Source { get; init; }

    /// <summary>Path or URL of the JSON schema, for completion in editors. Decides nothing.</summary>
    [JsonProperty("$schema")]
    public string? Schema { get; init; }

    /// <summary>Name: <c>[a-z0-9-]</c>, at most 40 characters, the name of its folder under <c>experiments/</c>.</summary>
    [JsonRequired]
    public string Name { get; init; } = "";

    /// <summary>One sentence for people. Decides no pixel.</summary>
    public string Description { get; init; } = "";

    /// <summary>Whose it is and what others may do with it: asked once, here, for every bundle. Decides no pixel.</summary>
    public About? About { get; init; }

    /// <summary>Id of the pinned Blender, from <c>blender/toolchains.json</c>.</summary>
    [JsonRequired]
    public string Toolchain { get; init; } = "";

    /// <summary>The pin itself, where the experiment brought one that is not the checkout's, as one from a bundle may. No part of its JSON.</summary>
    [JsonIgnore]
    public ToolchainPin? CarriedPin { get; init; }

    /// <summary>The pin of its Blender: the one that it brought, or the checkout's; nothing where there is none of that id.</summary>
    [JsonIgnore]
    public ToolchainPin? Pin => CarriedPin ?? BlenderFacts.Toolchains.GetValueOrDefault(Toolchain);

    /// <summary>The scene's files.</summary>
    [JsonRequired]
    public Scene Scene { get; init; } = new();

    /// <summary>Seed of every random sweep and of the noise. Changing it changes every frame.</summary>
    public long Seed { get; init; }

    /// <summary>
    /// The parameters. Their grid is the sweep: every value of one with every value of the others, the last one fastest;
    /// parameters that share a <see cref="Parameter.Zip"/> label go in step and count as one.
    /// </summary>
    public IReadOnlyList<Parameter> Parameters { get; init; } = [];

    /// <summary>The render settings.</summary>
    [JsonRequired]
    public RenderSettings Render { get; init; } = new();

    /// <summary>View layers to render, where the scene's own first one is not enough. The passes name them.</summary>
    public IReadOnlyList<Layer> Layers { get; init; } = [];

    /// <summary>The passes to store.</summary>
    [JsonRequired]
    public IReadOnlyList<PassRequest> Passes { get; init; } = [];

    /// <summary>How the pixels are taken from Blender. Where two captures can see the same thing they give the same bits.</summary>
    public Capture Capture { get; init; } = Capture.Viewer;

    /// <summary>Which of Cycles' kernels renders. Unlike kernels give unlike bits, so a pinned one travels better.</summary>
    public CpuKernel CpuKernel { get; init; } = CpuKernel.Avx2;

    /// <summary>What to do where another build or another class of CPU rendered the frames that the store has already. Decides no pixel.</summary>
    public Fleet Fleet { get; init; } = Fleet.Report;

    /// <summary>Whether a pixel may be NaN or infinite. Where it may not, such a frame is refused.</summary>
    public bool AllowNonFinite { get; init; }

    /// <summary>Whether a frame's alpha may be zero everywhere, as where a transparent film sees no object. Else such a frame is refused.</summary>
    public bool AllowEmpty { get; init; }

    /// <summary>
    /// By a pass's name: what another machine's render may differ by and still be called the same. Decides no pixel. A pass that is not here
    /// is held against its own noise.
    /// </summary>
    public IReadOnlyDictionary<string, Tolerance>? Tolerances { get; init; }

    /// <summary>Size of a shard in bytes, about; decides how many frames share one. Default 1 GiB.</summary>
    public long ShardBytes { get; init; } = 1L << 30;
}

/// <summary>The scene: the file that is or builds it, and every file it needs, all below the experiment's folder.</summary>
public sealed record Scene
{
    /// <summary>A <c>.blend</c>, or a Python file with <c>build()</c> and, for parameters without a path, <c>apply(parameters)</c>.</summary>
    [JsonRequired]
    public string File { get; init; } = "";

    /// <summary>Further files that the scene uses: textures, linked libraries, imported Python modules. A file not named here is refused.</summary>
    public IReadOnlyList<string> Assets { get; init; } = [];

    /// <summary>SHA-256 of the file and of each asset. Filled in when the experiment is resolved; where given, it must agree.</summary>
    public IReadOnlyDictionary<string, string>? Files { get; init; }
}

/// <summary>A parameter: its name, how it reaches the scene, and the values it takes (exactly one of list, linear, random).</summary>
public sealed record Parameter
{
    /// <summary>A parameter of this name; remembers where it was written, for error messages.</summary>
    public Parameter(string name, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        Name = name;
        Source = new(file, line);
    }

    [JsonConstructor]
    private Parameter()
    {
    }

    /// <summary>Where this stands in C#; empty when it was read from JSON.</summary>
    [JsonIgnore]
    public SourceLine Source { get; init; }

    /// <summary>Name, <c>[a-z0-9_]</c>: the column of the index, the key in the record.</summary>
    [JsonRequired]
    public string Name { get; init; } = "";

    /// <summary>Blender data path that is set, from <c>bpy.data</c>: <c>lights["Key"].energy</c>. Without one, the value goes to <c>apply(parameters)</c>.</summary>
    public string? Path { get; init; }

    /// <summary>Unit, for people: <c>W</c>, <c>rad</c>, <c>m</c>.</summary>
    public string Unit { get; init; } = "";

    /// <summary>Parameters with the same label are zipped: they step together and need equally many values.</summary>
    public string? Zip { get; init; }

    /// <summary>The values, spelled out.</summary>
    public IReadOnlyList<Value>? List { get; init; }

    /// <summary>Evenly spaced floats.</summary>
    public Linear? Linear { get; init; }

    /// <summary>Random values from a counter-based generator keyed by (seed of the experiment, name of the parameter, index).</summary>
    public RandomValues? Random { get; init; }
}

/// <summary>Evenly spaced floats: value i is <c>from + (to - from) * i / (count - 1)</c>, in double arithmetic.</summary>
/// <param name="From">First value.</param>
/// <param name="To">Last value, or the one after the last where the end is left out.</param>
/// <param name="Count">How many.</param>
public sealed record Linear([property: JsonRequired] double From, [property: JsonRequired] double To, [property: JsonRequired] long Count)
{
    /// <summary>Leave <see cref="To"/> out and divide by count, as for a full turn.</summary>
    public bool OpenEnd { get; init; }
}

/// <summary>Random values, exactly one kind. More of them (a larger count) never changes those that were there.</summary>
public sealed record RandomValues
{
    /// <summary>Floats: <c>[low, high)</c>, uniform.</summary>
    public IReadOnlyList<double>? Uniform { get; init; }

    /// <summary>Integers: <c>[low, high]</c>, uniform, both ends in.</summary>
    public IReadOnlyList<long>? Integer { get; init; }

    /// <summary>One of these, each as likely.</summary>
    public IReadOnlyList<Value>? Choice { get; init; }

    /// <summary>How many.</summary>
    [JsonRequired]
    public long Count { get; init; }
}

/// <summary>Settings that the experiment decides. What is not here stays as the scene has it; the worker writes all of it down.</summary>
public sealed record RenderSettings
{
    /// <summary>Width in pixels.</summary>
    [JsonRequired]
    public int Width { get; init; }

    /// <summary>Height in pixels.</summary>
    [JsonRequired]
    public int Height { get; init; }

    /// <summary>Samples per pixel.</summary>
    [JsonRequired]
    public int Samples { get; init; }

    /// <summary>Noise threshold of adaptive sampling; 0 turns it off.</summary>
    public double AdaptiveThreshold { get; init; }

    /// <summary>Denoise with OpenImageDenoise, where the toolchain has it. A denoised frame is no raw frame.</summary>
    public bool Denoise { get; init; }

    /// <summary>Whether the world behind the objects is transparent; absent: as the scene says.</summary>
    public bool? Transparent { get; init; }
}

/// <summary>A view layer to render.</summary>
public sealed record Layer
{
    /// <summary>A view layer of this name; remembers where it was written, for error messages.</summary>
    public Layer(string name, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        Name = name;
        Source = new(file, line);
    }

    [JsonConstructor]
    private Layer()
    {
    }

    /// <summary>Where this stands in C#; empty when it was read from JSON.</summary>
    [JsonIgnore]
    public SourceLine Source { get; init; }

    /// <summary>Name of the view layer; made where the scene has none of that name.</summary>
    [JsonRequired]
    public string Name { get; init; } = "";

    /// <summary>Samples per pixel on this layer alone; absent: those of the render settings. 1 leaves label passes without anti-aliasing.</summary>
    public int? Samples { get; init; }
}

/// <summary>A pass to store.</summary>
public sealed record PassRequest
{
    /// <summary>A pass by its id; remembers where it was written, for error messages.</summary>
    public PassRequest(string pass, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        Pass = pass;
        Source = new(file, line);
    }

    [JsonConstructor]
    private PassRequest()
    {
    }

    /// <summary>Where this stands in C#; empty when it was read from JSON.</summary>
    [JsonIgnore]
    public SourceLine Source { get; init; }

    /// <summary>Id of the pass, from <c>blender/passes.json</c>.</summary>
    [JsonRequired]
    public string Pass { get; init; } = "";

    /// <summary>Name in the shard, <c>[a-z0-9_]</c>, at most 30 characters; absent: the pass's id.</summary>
    public string? Name { get; init; }

    /// <summary>The view layer it is taken from; absent: the first.</summary>
    public string? Layer { get; init; }

    /// <summary>Channels to store; absent: all. Only <c>combined</c> and <c>viewer</c> leave a choice: RGB or RGBA.</summary>
    public string? Channels { get; init; }
}

/// <summary>Cycles' CPU kernel.</summary>
[JsonConverter(typeof(StringEnumConverter), typeof(Newtonsoft.Json.Serialization.CamelCaseNamingStrategy), new object[0], false)]
public enum CpuKernel
{
    /// <summary>AVX2; a machine that lacks it is refused.</summary>
    Avx2,

    /// <summary>SSE4.1 or below: what every x86-64 machine of today can do.</summary>
    Sse,

    /// <summary>The best that the machine has: unlike machines give unlike bits.</summary>
    Native,
}

/// <summary>What to do with a machine that need not give the bits of those that rendered before it.</summary>
[JsonConverter(typeof(StringEnumConverter), typeof(Newtonsoft.Json.Serialization.CamelCaseNamingStrategy), new object[0], false)]
public enum Fleet
{
    /// <summary>Render, and say in what the machines differ.</summary>
    Report,

    /// <summary>Render nothing.</summary>
    Refuse,
}
