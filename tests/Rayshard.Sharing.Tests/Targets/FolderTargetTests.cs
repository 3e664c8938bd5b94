using Rayshard.Sharing.Targets;

namespace Rayshard.Sharing.Tests.Targets;

public sealed class FolderTargetTests : SharingTargetContract
{
    protected override ISharingTarget Open() => SharingTarget.Open($"folder:{Shop["there"]}", "to", Shop["state"]);
}
