using Rayshard.Blender;
using Rayshard.Execution;
using Rayshard.Tests.Storage;

namespace Rayshard.Tests.Execution;

public sealed class StoredFingerprintsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Fingerprint _fingerprint = new(new Dictionary<string, string> { ["cpu.embree"] = "avx2" });

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_that_was_added_is_read_and_added_once()
    {
        StoredFingerprints.Add(_folder.Path, _fingerprint);
        StoredFingerprints.Add(_folder.Path, _fingerprint);
        Assert.Equal(_fingerprint.Facts, Assert.Single(StoredFingerprints.Read(_folder.Path)).Facts);
        Assert.Single(Directory.GetFiles(_folder["fingerprints"]));
    }
}
