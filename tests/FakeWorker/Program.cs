using FakeWorker;

// FakeWorker [--start=<how>] <socket>      a worker that speaks the protocol and misbehaves on command
// FakeWorker --host <folder> <frames>      a host with two such workers, to be killed by a test
if (args[0] == "--host")
{
    return await Host.RunAsync(args[1], int.Parse(args[2]));
}

var start = args.FirstOrDefault(arg => arg.StartsWith("--start=", StringComparison.Ordinal))?["--start=".Length..] ?? "";
if (Misbehaviour.AtStart(start) is { } code)
{
    return code;
}

using var wire = new Wire(args[^1]);
return new Worker(start, wire).Run();
