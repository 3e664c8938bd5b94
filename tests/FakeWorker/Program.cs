using FakeWorker;

// FakeWorker [--start=<how>] <socket>      a worker that speaks the protocol and misbehaves on command
// FakeWorker --host <folder> <behave>      a host with two such workers, to be killed by a test; from frame 20 on they behave so
if (args[0] == "--host")
{
    return await Host.RunAsync(args[1], args[2]);
}

var start = args.FirstOrDefault(arg => arg.StartsWith("--start=", StringComparison.Ordinal))?["--start=".Length..] ?? "";
if (Misbehaviour.AtStart(start) is { } code)
{
    return code;
}

using var wire = new Wire(args[^1]);
return new Worker(start, wire).Run();
