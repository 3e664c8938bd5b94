// A host that tests can kill: renders one resolved experiment into a store.
// RenderHost <experiment.json> <scene folder> <store> <runs> <blender folder> <toolchains folder> <workers> [<provider>]
using Rayshard;
using Rayshard.Execution;

var kit = new Kit(new() { BlenderFolder = args[4], StateFolder = args[5], Provider = args.ElementAtOrDefault(7) }, TimeProvider.System);
var request = new RenderRequest
{
    Experiments = [new(ExperimentFile.Read(args[0]).Experiment, args[1])],
    StoreFolder = args[2],
    RunsFolder = args[3],
    Workers = int.Parse(args[6], System.Globalization.CultureInfo.InvariantCulture),
};
try
{
    var summary = (await kit.RenderAsync(request, null, default, default)).Single();
    Console.WriteLine($"rendered {summary.Progress.Rendered} reused {summary.Progress.Reused} failed {summary.Progress.Failed}");
    return (int)summary.ExitCode;
}
catch (RayshardException e)
{
    Console.Error.WriteLine(e.Message);
    return (int)e.ExitCode;
}
