using Newtonsoft.Json.Linq;
using Rayshard.Blender;
using Rayshard.Build.Verbs;

namespace Rayshard.Build.Tests.Verbs;

/// <summary>What Toolchains says of each.</summary>
public sealed class ListingTests
{
    private static readonly JObject s_probe = new()
    {
        ["when"] = "2026-11-26T01:33:44Z",
        ["captures"] = new JArray("viewer", "passes"),
        ["conditions"] = new JObject { ["provider"] = "apt", ["cpu_class"] = "avx2+embree-avx2" },
    };

    [Fact]
    public void What_is_here_but_was_not_probed_is_told_from_what_is_not_here()
    {
        Assert.Equal(["  probed 2026-11-26T01:33:44Z by apt on avx2+embree-avx2: viewer, passes agree to the bit", "  present by debian, not probed"], Said(["apt", "debian"], s_probe));
        Assert.Equal(["  present by apt, not probed"], Said(["apt"]));
        Assert.Equal(["  not on this machine"], Said([]));
        Assert.Equal("  no longer on this machine", Said([], s_probe)[^1]);
    }

    private static string[] Said(string[] present, params JObject[] probes) => [.. Listing.Lines(new(BlenderFacts.Toolchains["debian-12"], present, probes)).Skip(1)];
}
