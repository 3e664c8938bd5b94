// A host that tests can kill: ShareHost push|pull <reference> <folder of the bundle> <folder for uploads>. Says how many bytes are there.
using Rayshard;
using Rayshard.Sharing;
using Rayshard.Sharing.Targets;

try
{
    using var target = SharingTarget.Open(args[1], "to", args[3]);
    _ = args[0] == "push"
        ? await BundleTransfer.PushAsync(Bundle.Open(args[2]), target, new Said(), default)
        : (await BundleTransfer.PullAsync(target, args[1], args[2], new Said(), default)).Moved;
    return 0;
}
catch (RayshardException e)
{
    Console.Error.WriteLine(e.Message);
    return (int)e.ExitCode;
}

internal sealed class Said : IProgress<TransferProgress>
{
    public void Report(TransferProgress value) => Console.WriteLine(value.Done);
}
