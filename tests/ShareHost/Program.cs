// A host that tests can kill: ShareHost push|pull <reference> <folder of the bundle> <folder for uploads>
using Rayshard;
using Rayshard.Sharing;
using Rayshard.Sharing.Targets;

try
{
    using var target = SharingTarget.Open(args[1], "to", args[3]);
    Console.WriteLine("begins");
    var moved = args[0] == "push"
        ? await BundleTransfer.PushAsync(Bundle.Open(args[2]), target, null, default)
        : (await BundleTransfer.PullAsync(target, args[1], args[2], null, default)).Moved;
    Console.WriteLine(moved);
    return 0;
}
catch (RayshardException e)
{
    Console.Error.WriteLine(e.Message);
    return (int)e.ExitCode;
}
