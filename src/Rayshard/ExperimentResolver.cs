using System.Globalization;
using System.Text.RegularExpressions;

namespace Rayshard;

/// <summary>Checks an experiment, field by field, and fills in what it leaves open, so that nothing is left to chance or to a default that may change.</summary>
public sealed partial class ExperimentResolver
{
    /// <summary>Frames that an experiment may have at most.</summary>
    public const long MaxFrames = 1_000_000_000;

    private readonly Experiment _experiment;
    private readonly string _folder;
    private readonly Func<string, SourceLine> _where;
    private readonly List<Diagnostic> _diagnostics = [];

    private ExperimentResolver(Experiment experiment, string folder, Func<string, SourceLine> where)
    {
        _experiment = experiment;
        _folder = folder;
        _where = where;
    }

    /// <summary>Resolves a typed experiment that was written in C#, in the folder of its source file.</summary>
    /// <exception cref="InvalidExperimentException">Something is wrong with it; every fault is listed, with file and line.</exception>
    public static Experiment Resolve(Experiment experiment) =>
        Resolve(experiment, Path.GetDirectoryName(experiment.Source.File)!, field => LineOf(experiment, field));

    /// <summary>Reads and resolves an <c>experiment.json</c>, in its own folder.</summary>
    /// <exception cref="InvalidExperimentException">Something is wrong with it; every fault is listed, with file and line.</exception>
    public static Experiment ResolveFile(string path)
    {
        var (experiment, where) = ExperimentFile.Read(path);
        return Resolve(experiment, Path.GetDirectoryName(Path.GetFullPath(path))!, where);
    }

    private static Experiment Resolve(Experiment experiment, string folder, Func<string, SourceLine> where)
    {
        var resolver = new ExperimentResolver(experiment, folder, where);
        var resolved = resolver.Resolved();
        return resolver._diagnostics.Count == 0 ? resolved : throw new InvalidExperimentException(experiment.Name, resolver._diagnostics);
    }

    private Experiment Resolved()
    {
        CheckName();
        CheckAbout();
        var pin = Toolchain();
        CheckRender(pin);
        CheckLayers();
        var passes = Passes(pin);
        var parameters = _experiment.Parameters.Select((parameter, i) => Parameter(parameter, $"parameters[{i}]", pin)).ToList();
        CheckSweep();
        return _experiment with { Schema = null, Source = default, Parameters = parameters, Passes = passes, Scene = _experiment.Scene with { Files = Files() } };
    }

    private void CheckName()
    {
        if (!ExperimentName().IsMatch(_experiment.Name))
        {
            Fault("name", $"'{_experiment.Name}' is no name: use a-z, 0-9 and -, start with a letter, at most 40 characters");
        }
        else if (Path.GetFileName(_folder) != _experiment.Name)
        {
            Fault("name", $"'{_experiment.Name}' is not the name of its folder '{Path.GetFileName(_folder)}': rename one of them");
        }
    }

    private void CheckAbout()
    {
        foreach (var (field, reason) in _experiment.About?.Faults() ?? [])
        {
            Fault($"about.{field}", reason);
        }
    }

    private void CheckRender(ToolchainPin? pin)
    {
        var render = _experiment.Render;
        Check("render.width", render.Width is >= 1 and <= 16384, $"{render.Width} is not between 1 and 16384 pixels");
        Check("render.height", render.Height is >= 1 and <= 16384, $"{render.Height} is not between 1 and 16384 pixels");
        Check("render.samples", render.Samples is >= 1 and <= 1 << 24, $"{render.Samples} is not between 1 and {1 << 24} samples per pixel");
        Check("render.adaptiveThreshold", render.AdaptiveThreshold is >= 0 and <= 1, $"{render.AdaptiveThreshold.ToString(CultureInfo.InvariantCulture)} is not between 0 (off) and 1");
        Check("render.denoise", !render.Denoise || pin is not { HasDenoiser: false }, $"toolchain '{pin?.Id}' is built without OpenImageDenoise: leave it out, raw frames are not denoised");
        Check("shardBytes", _experiment.ShardBytes is >= 1 << 16 and <= 1L << 36, $"{_experiment.ShardBytes} is not between 64 KiB and 64 GiB");
    }

    private void CheckLayers()
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < _experiment.Layers.Count; i++)
        {
            var layer = _experiment.Layers[i];
            Check($"layers[{i}].name", layer.Name.Length is > 0 and <= 63, "a view layer's name has 1 to 63 characters");
            Check($"layers[{i}].name", seen.Add(layer.Name), $"view layer '{layer.Name}' is there twice");
            Check($"layers[{i}].samples", layer.Samples is null or >= 1, $"{layer.Samples} is less than 1");
            Check($"layers[{i}]", _experiment.Passes.Any(pass => (pass.Layer ?? _experiment.Layers[0].Name) == layer.Name), $"no pass is taken from view layer '{layer.Name}': leave it out");
        }
    }

    private List<PassRequest> Passes(ToolchainPin? pin)
    {
        Check("passes", _experiment.Passes.Count > 0, "there is no pass to store: name at least one, like combined");
        Check("passes", _experiment.Capture != Capture.Viewer || _experiment.Passes.Count <= 1, "the viewer capture shows one pass: name one, or take capture 'passes'");
        var names = new HashSet<string>();
        List<PassRequest> passes = [.. _experiment.Passes.Select((request, i) => Pass(request, $"passes[{i}]", pin, names))];
        CheckTolerances(names);
        return passes;
    }

    private void CheckTolerances(HashSet<string> passes)
    {
        foreach (var (pass, tolerance) in _experiment.Tolerances ?? new Dictionary<string, Tolerance>())
        {
            var field = $"tolerances.{pass}";
            Check(field, passes.Contains(pass), $"there is no pass of the name '{pass}': {Names(passes)}");
            Check(field, tolerance != new Tolerance(), "no bound is given, so everything would be within it: give maxAbs, maxUlp, minPsnrDb or maxShare, or leave it out");
            Check($"{field}.maxAbs", tolerance.MaxAbs is null or >= 0, $"{Text(tolerance.MaxAbs)} is no difference: 0 or more");
            Check($"{field}.maxUlp", tolerance.MaxUlp is null or >= 0, $"{tolerance.MaxUlp} is no difference: 0 or more");
            Check($"{field}.minPsnrDb", tolerance.MinPsnrDb is not double.NaN, "it is no number");
            Check($"{field}.maxShare", tolerance.MaxShare is null or (>= 0 and <= 1), $"{Text(tolerance.MaxShare)} is no share: 0 to 1");
        }

        static string Text(double? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";
    }

    private PassRequest Pass(PassRequest request, string field, ToolchainPin? pin, HashSet<string> names)
    {
        if (!BlenderFacts.Passes.TryGetValue(request.Pass, out var pass))
        {
            Fault($"{field}.pass", $"there is no pass '{request.Pass}': {Names(BlenderFacts.Passes.Keys)}");
            return request;
        }

        var name = request.Name ?? request.Pass;
        var capture = _experiment.Capture;
        Check($"{field}.name", PassName().IsMatch(name), $"'{name}' is no name: use a-z, 0-9 and _, at most 30 characters");
        Check($"{field}.name", names.Add(name), $"two passes are called '{name}': give one another name");
        if (pin is not null)
        {
            CheckPin($"{field}.pass", pass, pin);
        }

        Check($"{field}.pass", pass.Captures.Contains(capture), $"capture '{Word(capture)}' can't give pass '{pass.Id}' to the bit: take {string.Join(" or ", pass.Captures.Select(c => $"'{Word(c)}'"))}");
        Check($"{field}.layer", request.Layer is null || _experiment.Layers.Any(layer => layer.Name == request.Layer), $"there is no view layer '{request.Layer}' in layers: {Names(_experiment.Layers.Select(layer => layer.Name))}");
        var all = string.Concat(pass.Channels);
        var bytes = 128 + (4L * _experiment.Render.Width * _experiment.Render.Height * pass.Channels.Count);
        Check(field, bytes <= Array.MaxLength, $"pass '{pass.Id}' would have {bytes} bytes a frame, more than the {Array.MaxLength} that a blob may have: make the frame smaller");
        Check($"{field}.channels", request.Channels is null || request.Channels == all || (all == "RGBA" && request.Channels == "RGB"),
            $"'{request.Channels}' can't be stored of pass '{pass.Id}': {(all == "RGBA" ? "RGB or RGBA" : $"leave it out, its channels are {string.Join(", ", pass.Channels)}")}");
        return request with { Source = default, Name = name, Channels = request.Channels == all ? null : request.Channels };
    }

    private SortedDictionary<string, string> Files()
    {
        var scene = _experiment.Scene;
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Check("scene.file", Path.GetExtension(scene.File) is ".py" or ".blend", $"'{scene.File}' is neither a .py nor a .blend file");
        AddFile("scene.file", scene.File);
        for (var i = 0; i < scene.Assets.Count; i++)
        {
            AddFile($"scene.assets[{i}]", scene.Assets[i]);
        }

        if (scene.Files is { } given)
        {
            Check("scene.files", given.Keys.Order(StringComparer.Ordinal).SequenceEqual(files.Keys), "does not name the scene's file and assets, no more and no less");
        }

        return files;

        void AddFile(string field, string file)
        {
            if (file.Length == 0 || Path.IsPathRooted(file) || file.Contains('\\', StringComparison.Ordinal) || file.Any(char.IsControl) || file.Split('/').Any(part => part is "" or "." or ".."))
            {
                Fault(field, $"'{file}' is not a plain path below the experiment's folder");
            }
            else if (!File.Exists(Path.Combine(_folder, file)))
            {
                Fault(field, $"there is no file '{Path.Combine(_folder, file)}'");
            }
            else if (!files.TryAdd(file, Digest.OfFile(Path.Combine(_folder, file)).ToString()))
            {
                Fault(field, $"'{file}' is there twice");
            }
            else if (scene.Files?.GetValueOrDefault(file) is { } pinned && pinned != files[file])
            {
                Fault($"scene.files['{file}']", $"is pinned as {pinned} but its SHA-256 is {files[file]}: the file was changed, or the pin is wrong");
            }
        }
    }

    private void Check(string field, bool holds, string reason)
    {
        if (!holds)
        {
            Fault(field, reason);
        }
    }

    private void Fault(string field, string reason) => _diagnostics.Add(new(_where(field), field, reason));

    private static string Names(IEnumerable<string> names) => names.Any() ? $"known are {string.Join(", ", names)}" : "there is none";

    private static string Word(Capture capture) => capture.ToString().ToLowerInvariant();

    // The line of the parameter, layer or pass that the field is in; else of the experiment.
    private static SourceLine LineOf(Experiment experiment, string field)
    {
        var match = Element().Match(field);
        if (!match.Success)
        {
            return experiment.Source;
        }

        var index = int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
        return match.Groups[1].Value switch
        {
            "parameters" => experiment.Parameters[index].Source,
            "layers" => experiment.Layers[index].Source,
            _ => experiment.Passes[index].Source,
        };
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,39}$")]
    private static partial Regex ExperimentName();

    [GeneratedRegex("^[a-z0-9_]{1,30}$")]
    private static partial Regex PassName();

    [GeneratedRegex(@"^(parameters|layers|passes)\[(\d+)\]")]
    private static partial Regex Element();
}
