// A host that tests can kill: exports what a store holds of one experiment.
// ExportHost <experiment.json> <store> <format> <output>
using Rayshard;
using Rayshard.Sharing;
using Rayshard.Sharing.Exports;
using Rayshard.Storage;

var experiment = ExperimentFile.Read(args[0]).Experiment;
try
{
    Console.WriteLine(Exporter.Run(StoredExperiment.At(args[1], experiment, new(experiment)), new(), Enum.Parse<ExportFormat>(args[2]), args[3], default));
    return 0;
}
catch (RayshardException e)
{
    Console.Error.WriteLine(e.Message);
    return (int)e.ExitCode;
}
