// Measures the kit and its peers, interleaved: Rayshard.Bench <root of the repository> <folder for bench.json>; with "scale" behind them, what does not
// render against the number of frames; with "reads <frames> <side>", random frames of a synthetic bundle; with "only <regular expression> <rounds>",
// those that are named so, printed and not kept: for who works on one of them.
using System.Globalization;
using System.Text.RegularExpressions;
using Newtonsoft.Json.Linq;
using Rayshard;
using Rayshard.Bench;
using Spectre.Console;

const int rounds = 3;
var (root, output) = (args[0], args[1]);
if (args is [_, _, "scale", .. var rest])
{
    var scaling = new Scaling(root, output);
    if (rest is [var size])
    {
        Console.WriteLine((await scaling.MeasureAsync(int.Parse(size, CultureInfo.InvariantCulture))).ToString(Newtonsoft.Json.Formatting.None));
    }
    else
    {
        await scaling.RunAsync();
    }

    return 0;
}

if (args is [_, _, "reads", var frames, var side])
{
    Console.WriteLine(await new Reading(root, output).RunAsync(int.Parse(frames, CultureInfo.InvariantCulture), int.Parse(side, CultureInfo.InvariantCulture)));
    return 0;
}

var rendering = new Rendering(root);
const int storedMegabytes = 512;
var storing = Sizes.All.Select(size => new Storing(root, size, storedMegabytes)).ToList();
List<Contender> contenders = [.. rendering.Contenders, .. storing.SelectMany(one => one.Contenders), .. new Inspecting([.. Inspecting.Sizes.Zip(storing.Skip(1))]).Contenders, new Transferring(root, storing[2]).Contender];
if (args is [_, _, "only", var names, var times])
{
    contenders = [.. contenders.Where(contender => Regex.IsMatch(contender.Name, names))];
    for (var round = 0; round < int.Parse(times, CultureInfo.InvariantCulture); round++)
    {
        foreach (var contender in contenders)
        {
            await RunAsync(contender, new());
        }
    }

    return 0;
}

foreach (var left in Directory.Exists(output) ? Directory.GetDirectories(output) : [])
{
    // Of a run that was killed.
    Directory.Delete(left, recursive: true);
}

var (cold, samples) = (new Samples(), new Samples());
var loads = new JArray();
try
{
    // Not in the medians: .NET compiles the kit's code again while its first thousands of frames run. A row of its own.
    Console.WriteLine("Warming up");
    await RunAsync(rendering.Contenders[0], cold);
    for (var round = 0; round < rounds; round++)
    {
        loads.Add(Load());
        Console.WriteLine($"Round {round + 1} of {rounds}, load {Load():0.0} on {Environment.ProcessorCount} processors");
        for (var i = 0; i < contenders.Count; i++)
        {
            // Another one begins each round, so that none always comes first after a pause: by nine, none that would part the kit's turns from the bare loop's.
            await RunAsync(contenders[(i + (9 * round)) % contenders.Count], samples);
        }
    }
}
catch (RayshardException e)
{
    Console.WriteLine(e.Message);
    return (int)e.ExitCode;
}

var rows = BenchRow.Of(samples, cold);
Directory.CreateDirectory(output);
File.WriteAllText(Path.Combine(output, "bench.json"), new JObject
{
    ["rounds"] = rounds,
    ["processors"] = Environment.ProcessorCount,
    ["load"] = loads,
    ["rows"] = new JArray(rows.Select(row => row.ToJson())),
    ["cold"] = JObject.FromObject(cold.Values),
    ["samples"] = JObject.FromObject(samples.Values),
}.ToString() + "\n");
File.WriteAllText(Path.Combine(output, "bench.svg"), Plot.Of(rows));
Show(rows);
if (loads.Max(load => (double)load) > 1.5 * Environment.ProcessorCount)
{
    // Seen: 0.65 of the bare loop alone, 1.3 beside other jobs, because three processes are given more of the processors than two.
    Console.WriteLine($"The machine was busy (load {string.Join(", ", loads)}): frames/s and their ratios mean little, CPU seconds more.");
}

return 0;

async Task RunAsync(Contender contender, Samples into)
{
    // On the disk, not in /tmp, which may be memory.
    var folder = Directory.CreateDirectory(Path.Combine(output, $"{contender.Name}-{Environment.ProcessId}")).FullName;
    try
    {
        var measured = await contender.RunAsync(folder);
        into.Add(contender.Name, measured);
        Console.WriteLine($"  {contender.Name}: {string.Join(", ", measured.Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Key} {m.Value:0.##}")))}");
    }
    finally
    {
        Directory.Delete(folder, recursive: true);
    }
}

static double Load() => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

static void Show(IReadOnlyList<BenchRow> rows)
{
    var table = new Table().AddColumns("", "ours", "peer", "unit", "ratio", "goal", "holds").Border(TableBorder.Simple);
    foreach (var row in rows)
    {
        table.AddRow(row.Name, Number(row.Ours), Number(row.Peer), row.Unit, Number(row.Ratio), row.Goal ?? "", row.Holds switch { true => "yes", false => "no", null => "" });
    }

    AnsiConsole.Console.Profile.Width = 140;
    AnsiConsole.Write(table);
    Console.WriteLine("Medians. Frames/s are steady: start-up and the first frames (2000 at 64x64) are left out, for the kit and its peers alike.");
}

static string Number(double? value) => value?.ToString(value < 10 ? "0.00" : "0", CultureInfo.InvariantCulture) ?? "";
