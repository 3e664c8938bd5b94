namespace VerifyTests;

/// <summary>The two files of a snapshot.</summary>
/// <param name="Verified">What was accepted; written by people only.</param>
/// <param name="Received">What came, where it is another.</param>
internal sealed record Snapshot(string Verified, string Received)
{
    public static Snapshot For(string sourceFile, string method, string? parameters, string extension)
    {
        var name = Path.Combine(Path.GetDirectoryName(sourceFile)!, $"{Path.GetFileNameWithoutExtension(sourceFile)}.{method}{(parameters is null ? "" : "_" + parameters)}");
        return new($"{name}.verified.{extension}", $"{name}.received.{extension}");
    }

    /// <summary>The accepted text; absent where there is no file. An editor's line ends and a missing last one make no difference.</summary>
    public string? ReadVerified() => File.Exists(Verified) ? SnapshotText.Normal(File.ReadAllText(Verified)) : null;
}
