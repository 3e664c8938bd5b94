namespace Rayshard.Build.Tests.Host;

/// <summary>The repository that the tests are built from.</summary>
internal static class Repository
{
    private static readonly string s_root = Find(AppContext.BaseDirectory);

    public static string Path(params string[] parts) => System.IO.Path.Combine([s_root, .. parts]);

    private static string Find(string folder) =>
        File.Exists(System.IO.Path.Combine(folder, "cake.config")) ? folder : Find(System.IO.Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no cake.config above the tests"));
}
