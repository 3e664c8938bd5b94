using Rayshard.Sharing;

namespace Rayshard.Build;

/// <summary>Which bundle, where to, and what of it.</summary>
/// <param name="From">A folder or another place; absent: the experiment's folder below <c>artifacts/bundles</c>.</param>
/// <param name="To">Where it is pushed to.</param>
/// <param name="Selection">What a new or a pulled bundle holds of its experiment.</param>
public sealed record BundleOptions(string? From, string? To, FrameSelection Selection)
{
    /// <summary>Reads them.</summary>
    /// <exception cref="RayshardException">A flag is empty or there several times.</exception>
    public static BundleOptions Read(CommandLine line) => new(
        line.Text("bundle"),
        line.Text("to"),
        new() { Frames = line.Text("frames"), Passes = line.Text("passes"), Where = line.Text("where") });
}
